"""The connected accounts: test, new secret, disconnect, connect another, fetch further back."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime, timedelta, tzinfo
from functools import partial
from types import MappingProxyType
from typing import Final
from uuid import UUID

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QFrame, QHBoxLayout, QVBoxLayout, QWidget

from sms_desk.bootstrap import Session
from sms_desk.domain.errors import DeskError
from sms_desk.domain.plain_text import display_name
from sms_desk.providers import catalogue
from sms_desk.providers.base import Directory
from sms_desk.services import unplaced
from sms_desk.services.rows import AccountRow, LineCondition, LineState
from sms_desk.services.unplaced import UnplacedRow
from sms_desk.ui.doors import Doors
from sms_desk.ui.settings_screen.unplaced import UnplacedDialog
from sms_desk.ui.widgets.buttons import plain, primary
from sms_desk.ui.widgets.forms import Choice, Form
from sms_desk.ui.widgets.text import Label, ask, label
from sms_desk.ui.widgets.times import clock_words, date_words
from sms_desk.ui.widgets.unseen import ask_unseen
from sms_desk.ui.widgets.words import tr

_EVERYTHING: Final = datetime(2008, 1, 1, tzinfo=UTC)
"""Before any provider of today sent a message."""
NO_UNPLACED: Final[Mapping[UUID, int]] = MappingProxyType({})


def condition_words(condition: LineCondition) -> str:
    return {
        LineCondition.ONLINE: tr("settings", "Online"),
        LineCondition.SYNCING: tr("settings", "Syncing"),
        LineCondition.OFFLINE: tr("settings", "Offline"),
        LineCondition.CREDENTIAL: tr("settings", "Secret refused"),
        LineCondition.LOCKED: tr("settings", "No secret to be had"),
        LineCondition.ELSEWHERE: tr("settings", "Synced by another process"),
    }.get(condition, tr("settings", "Not synced yet"))


class AccountsPage(Form):
    connect_requested = Signal()
    changed = Signal()

    def __init__(
        self,
        session: Session,
        doors: Doors,
        accounts: tuple[AccountRow, ...],
        zone: tzinfo,
        *,
        unplaced: Mapping[UUID, int] = NO_UNPLACED,
        admin: bool = True,
    ) -> None:
        """zone: for the time of the last sync. unplaced: messages without a place, by account.
        admin: who looks may change something."""
        super().__init__()
        self._zone = zone
        self._unplaced = unplaced
        self._session = session
        self._doors = doors
        self._is_team = session.team_line() is not None
        self._is_admin = admin or not self._is_team
        for words in self._lead(accounts):
            self.add_words(words)
        for account in accounts:
            self.add_widget(self._card(account))
        if self._is_admin:
            connect = primary(tr("settings", "Connect an account…"), parent=self)
            connect.clicked.connect(self.connect_requested)
            self.add_foot(connect)

    def _lead(self, accounts: tuple[AccountRow, ...]) -> list[str]:
        """Who talks to the providers, and what to do where nobody can yet."""
        if not self._is_team:
            nothing = tr("settings", "No account is connected: the desk shows what it has.")
            return [] if accounts else [nothing]
        words = [
            tr("settings", "In a team the connector talks to the providers, for every desk.")
            if self._session.keeps_secrets()
            else tr(
                "settings",
                "In a team the connector talks to the providers and holds the secrets; this desk"
                " keeps none of them.",
            )
        ]
        if not accounts:
            words.append(tr("settings", "No account is connected: nothing can come in or go out."))
        if not self._is_admin:
            words.append(tr("settings", "An admin connects accounts and looks after them."))
        elif not accounts:
            words.append(tr("settings", "Connect one here: each desk has it a moment later."))
        return words

    def _card(self, account: AccountRow) -> QFrame:
        card = QFrame(self)
        card.setProperty("pane", "card")
        column = QVBoxLayout(card)
        column.setContentsMargins(16, 12, 16, 12)
        column.setSpacing(4)
        column.addWidget(label(display_name(account.label), "body_strong", parent=card))
        where = " · ".join(
            filter(None, (catalogue.title(account.provider), account.sid, account.base_url or ""))
        )
        column.addWidget(label(where, "snippet", tone="secondary", wrap=True, parent=card))
        state = label("", "snippet", tone="secondary", wrap=True, parent=card)
        state.setText(self._line_words(account.line))
        column.addWidget(state)
        if self._is_admin:
            if not self._session.keeps_secrets():
                words = _where_secret_belongs(account)
                column.addWidget(label(words, "snippet", tone="secondary", wrap=True, parent=card))
            column.addWidget(self._buttons(account, state, card))
            column.addWidget(self._fetching(account, state, card))
            if self._unplaced.get(account.id):
                column.addWidget(self._without_place(account, state, card))
        return card

    def _line_words(self, line: LineState) -> str:
        """How the line stands, when it last synced, and what is wrong."""
        words = condition_words(line.condition)
        if line.last_sync_at is not None:
            at = clock_words(line.last_sync_at, self._doors.desk.now(), self._zone)
            words += " · " + tr("settings", "last synced {time}").replace("{time}", at)
        trouble = f"{line.title} {line.next_step}".strip()
        return "\n".join(filter(None, (words, trouble, self._fetched_words(line))))

    def _fetched_words(self, line: LineState) -> str:
        """How far the fetching of older messages has come, while it is not done."""
        if not (line.backfill_running or line.backfill_stopped):
            return ""
        words = tr("settings", "Fetching older messages, {count} so far")
        if line.backfill_stopped:
            words = tr("settings", "Fetching older messages was stopped after {count}")
        words = words.replace("{count}", f"{line.backfill_done:,}")
        if line.backfill_until is not None:
            day = date_words(line.backfill_until, self._doors.desk.now(), self._zone)
            words += tr("settings", ", back to {day}").replace("{day}", day)
        return words

    def _buttons(self, account: AccountRow, state: Label, card: QWidget) -> QWidget:
        line = QWidget(card)
        row = QHBoxLayout(line)
        row.setContentsMargins(0, 4, 0, 0)
        row.setSpacing(8)
        for words, act in (
            (tr("settings", "Test"), partial(self._on_test, account, state)),
            (tr("settings", "New secret…"), partial(self._on_secret, account, state)),
            (tr("settings", "Disconnect"), partial(self._on_remove, account)),
        ):
            button = plain(words, parent=line)
            button.setAccessibleName(f"{words} {account.label}")
            button.clicked.connect(act)
            row.addWidget(button)
        row.addStretch(1)
        return line

    def _fetching(self, account: AccountRow, state: Label, card: QWidget) -> QWidget:
        """Older messages, as far back as is chosen."""
        line = QWidget(card)
        row = QHBoxLayout(line)
        row.setContentsMargins(0, 4, 0, 0)
        row.setSpacing(8)
        far = Choice(
            [
                (tr("settings", "one month back"), timedelta(days=31)),
                (tr("settings", "three months back"), timedelta(days=92)),
                (tr("settings", "one year back"), timedelta(days=366)),
                (tr("settings", "everything there is"), None),
            ],
            line,
        )
        far.setAccessibleName(tr("settings", "How far back to fetch"))
        far.setMinimumContentsLength(18)
        row.addWidget(label(tr("settings", "Older messages:"), tone="secondary", parent=line))
        row.addWidget(far)
        fetch = plain(tr("settings", "Fetch"), parent=line)
        fetch.clicked.connect(lambda: self._on_fetch(account, state, far.value()))
        row.addWidget(fetch)
        row.addWidget(self._going(account, state, line))
        row.addStretch(1)
        return line

    def _going(self, account: AccountRow, state: Label, line: QWidget) -> QWidget:
        """Stop what is being fetched, or resume what somebody stopped."""
        session, stopped = self._session, account.line.backfill_stopped
        act = session.resume_backfill if stopped else session.stop_backfill
        words = tr("settings", "Resume") if stopped else tr("settings", "Stop")
        button = plain(words, parent=line)
        button.setAccessibleName(f"{words} {account.label}")
        button.setVisible(stopped or account.line.backfill_running)
        button.clicked.connect(
            lambda: self._doors.call(
                self,
                lambda: act(account.id),
                then=lambda _none: self.changed.emit(),
                failed=partial(_say, state),
            )
        )
        return button

    def _without_place(self, account: AccountRow, state: Label, card: QWidget) -> QWidget:
        """That some of its messages stand in no conversation, and the way to them."""
        line = QWidget(card)
        row = QHBoxLayout(line)
        row.setContentsMargins(0, 4, 0, 0)
        row.setSpacing(8)
        words = unplaced.found_no_place(self._unplaced[account.id])
        row.addWidget(label(words, "snippet", tone="nudge", wrap=True, parent=line), 1)
        look = plain(tr("settings", "Look…"), parent=line)
        look.setAccessibleName(f"{words} {look.text()}")
        look.clicked.connect(partial(self._on_look, account, state))
        row.addWidget(look)
        return line

    # --- what is asked ---------------------------------------------------------------------------

    def _on_look(self, account: AccountRow, state: Label) -> None:
        def show(rows: tuple[UnplacedRow, ...]) -> None:
            now = self._doors.desk.now()
            UnplacedDialog(account.label, rows, now, self._zone, self.window()).open()

        self._doors.read(
            self,
            lambda ctx: unplaced.all_unplaced(ctx, account.id),
            then=show,
            failed=partial(_say, state),
        )

    def _on_secret(self, account: AccountRow, state: Label) -> None:
        """A new secret is tried before it is kept."""
        secret = ask_secret_of(self.window(), account)
        if not secret:
            return
        values = {
            "account_sid": account.sid,
            "secret": secret,
            "base_url": account.base_url or "",
        }
        session = self._session
        keeps = session.keeps_secrets()

        def test_and_keep() -> Directory:
            found = session.test_account(account.provider, values)
            if keeps:
                session.set_secret(account.id, secret)
            return found

        state.setText(tr("settings", "Asking…"))
        state.show()
        kept = tr("settings", "The new secret works and is kept.")
        if not keeps:
            works = tr("settings", "The secret works; it is not kept here.")
            kept = f"{works} {_where_secret_belongs(account)}"
        self._doors.call(
            self,
            test_and_keep,
            then=lambda _found: state.setText(kept),
            failed=partial(_say, state),
        )

    def _on_test(self, account: AccountRow, state: Label) -> None:
        """The credential as it is kept, asked of the provider now."""
        session = self._session
        state.set_tone("secondary")
        state.setText(tr("settings", "Asking…"))
        works = tr("settings", "The provider accepts the secret.")
        self._doors.call(
            self,
            lambda: session.check_account(account.id),
            then=lambda _none: state.setText(works),
            failed=partial(_say, state),
        )

    def _on_fetch(self, account: AccountRow, state: Label, back: timedelta | None) -> None:
        session = self._session
        since = _EVERYTHING if back is None else self._doors.desk.now() - back
        runs = tr("settings", "Fetching: the bar at the foot shows how far it is.")
        if self._is_team:
            runs = tr("settings", "The connector fetches them; they come in by and by.")
        self._doors.call(
            self,
            lambda: session.start_backfill(account.id, since=since),
            then=lambda _none: state.setText(runs),
            failed=partial(_say, state),
        )

    def _on_remove(self, account: AccountRow) -> None:
        agreed = ask(
            self.window(),
            tr("settings", "Disconnect this account?"),
            tr("settings", "Nothing more is received or sent. What is here stays readable."),
            yes=tr("settings", "Disconnect"),
            danger=True,
        )
        if agreed:
            session = self._session
            self._doors.call(
                self,
                lambda: session.remove_account(account.id),
                then=lambda _none: self.changed.emit(),
            )


def _where_secret_belongs(account: AccountRow) -> str:
    words = tr("settings", "Its secret belongs on the connector's machine: {command}")
    return words.replace("{command}", f"sms-desk connector-secret {account.sid}")


def ask_secret_of(parent: QWidget, account: AccountRow) -> str:
    """The account's new secret, typed unseen; "" for none."""
    prompt = tr("settings", "Secret of {account}: the auth token, or the API key's secret.")
    prompt = prompt.replace("{account}", display_name(account.label))
    return ask_unseen(parent, tr("settings", "New secret"), prompt, tr("settings", "Try it"))


def _say(state: Label, error: DeskError) -> None:
    state.set_tone("error")
    state.setText(f"{error.title} {error.next_step}".strip())
