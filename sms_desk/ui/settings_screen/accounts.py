"""The connected accounts: test, new secret, disconnect, connect another, fetch further back."""

from __future__ import annotations

from datetime import timedelta
from functools import partial

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QFrame, QHBoxLayout, QVBoxLayout, QWidget

from sms_desk.bootstrap import Session
from sms_desk.domain.errors import DeskError
from sms_desk.domain.plain_text import display_name
from sms_desk.providers.base import Directory
from sms_desk.services.rows import AccountRow
from sms_desk.ui.doors import Doors
from sms_desk.ui.widgets.buttons import plain, primary
from sms_desk.ui.widgets.forms import Form
from sms_desk.ui.widgets.text import Label, ask, label
from sms_desk.ui.widgets.unseen import ask_unseen
from sms_desk.ui.widgets.words import tr


class AccountsPage(Form):
    connect_requested = Signal()
    changed = Signal()

    def __init__(self, session: Session, doors: Doors, accounts: tuple[AccountRow, ...]) -> None:
        super().__init__()
        self._session = session
        self._doors = doors
        if not accounts:
            self.add_words(tr("settings", "No account is connected: the desk shows what it has."))
        for account in accounts:
            self.add_widget(self._card(account))
        connect = primary(tr("settings", "Connect an account…"), parent=self)
        connect.clicked.connect(self.connect_requested)
        self.add_foot(connect)

    def _card(self, account: AccountRow) -> QFrame:
        card = QFrame(self)
        card.setProperty("pane", "card")
        column = QVBoxLayout(card)
        column.setContentsMargins(16, 12, 16, 12)
        column.setSpacing(4)
        column.addWidget(label(display_name(account.label), "body_strong", parent=card))
        where = " · ".join(filter(None, (account.provider, account.sid, account.base_url or "")))
        column.addWidget(label(where, "snippet", tone="secondary", wrap=True, parent=card))
        state = label("", "snippet", tone="secondary", wrap=True, parent=card)
        state.setText(f"{account.line.title} {account.line.next_step}".strip())
        state.setVisible(bool(state.text()))
        column.addWidget(state)
        column.addWidget(self._buttons(account, state, card))
        return card

    def _buttons(self, account: AccountRow, state: Label, card: QWidget) -> QWidget:
        line = QWidget(card)
        row = QHBoxLayout(line)
        row.setContentsMargins(0, 4, 0, 0)
        row.setSpacing(8)
        for words, act in (
            (tr("settings", "New secret…"), partial(self._on_secret, account, state)),
            (tr("settings", "Fetch a year back"), partial(self._on_fetch, account)),
            (tr("settings", "Disconnect"), partial(self._on_remove, account)),
        ):
            button = plain(words, parent=line)
            button.setAccessibleName(f"{words} {account.label}")
            button.clicked.connect(act)
            row.addWidget(button)
        row.addStretch(1)
        return line

    # --- what is asked ---------------------------------------------------------------------------

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

        def test_and_keep() -> Directory:
            found = session.test_account(account.provider, values)
            session.set_secret(account.id, secret)
            return found

        state.setText(tr("settings", "Asking…"))
        state.show()
        kept = tr("settings", "The new secret works and is kept.")
        self._doors.call(
            self,
            test_and_keep,
            then=lambda _found: state.setText(kept),
            failed=partial(_say, state),
        )

    def _on_fetch(self, account: AccountRow) -> None:
        session = self._session
        since = self._doors.desk.now() - timedelta(days=366)
        self._doors.call(
            self,
            lambda: session.start_backfill(account.id, since=since),
            then=lambda _none: self.changed.emit(),
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


def ask_secret_of(parent: QWidget, account: AccountRow) -> str:
    """The account's new secret, typed unseen; "" for none."""
    prompt = tr("settings", "Secret of {account}: the auth token, or the API key's secret.")
    prompt = prompt.replace("{account}", display_name(account.label))
    return ask_unseen(parent, tr("settings", "New secret"), prompt, tr("settings", "Try it"))


def _say(state: Label, error: DeskError) -> None:
    state.set_tone("error")
    state.setText(f"{error.title} {error.next_step}".strip())
