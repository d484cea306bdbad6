"""Leads from the first start to a working inbox."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from typing import Final
from uuid import UUID

from PySide6.QtCore import Signal, Slot
from PySide6.QtWidgets import QStackedWidget, QVBoxLayout, QWidget

from sms_desk.bootstrap import Session, recovery
from sms_desk.domain import addresses
from sms_desk.domain import commands as c
from sms_desk.domain.errors import DeskError
from sms_desk.domain.model import HolderKind
from sms_desk.providers.base import Directory
from sms_desk.services import senders
from sms_desk.services.context import Context
from sms_desk.settings.server_address import ServerAddress
from sms_desk.ui.doors import Doors
from sms_desk.ui.wizard.choose import ChooseStep, Chosen, Whose
from sms_desk.ui.wizard.connect import ConnectStep, secret_of_team_words, secret_words
from sms_desk.ui.wizard.join import JoinStep
from sms_desk.ui.wizard.keep import KeepStep
from sms_desk.ui.wizard.welcome import WelcomeStep

_EVERYTHING: Final = datetime(2008, 1, 1, tzinfo=UTC)
"""Before any provider of today sent a message."""


def known_addresses(ctx: Context) -> dict[tuple[str, str], UUID]:
    """Sender IDs that are in the directory already, by channel and address in any spelling."""
    return {
        (row.channel, spelt): row.id
        for row in senders.listing(ctx, retired=True)
        for spelt in (row.address, *addresses.spellings(addresses.from_provider(row.address).key))
    }


def _kept_words(session: Session) -> str:
    """Where the secret goes: in a team the connector has it, which mostly runs elsewhere."""
    return secret_words(session.folder) if session.keeps_secrets() else secret_of_team_words()


class Wizard(QWidget):
    demo_wanted = Signal()
    join_wanted = Signal(object, object, str)
    """A `JoinStep` with the `ServerAddress` and the one-time password typed there: whoever joins takes
    the step over, for this workspace is closed meanwhile."""
    finished = Signal()
    """An account is connected and its first sync runs."""
    left = Signal()
    """The person goes back without connecting anything."""

    def __init__(
        self, session: Session, doors: Doors, *, first_run: bool, parent: QWidget | None = None
    ) -> None:
        super().__init__(parent)
        self._session = session
        self._doors = doors
        self._first_run = first_run
        self._account_id: UUID | None = None
        self._provider: tuple[str, Mapping[str, str]] | None = None
        self.welcome = WelcomeStep()
        self.connect_step = ConnectStep(_kept_words(session))
        self.choose = ChooseStep()
        self.keep = KeepStep(doors, session.folder)
        self.join = JoinStep()
        self._steps = QStackedWidget(self)
        for step in (self.welcome, self.connect_step, self.choose, self.keep, self.join):
            self._steps.addWidget(step)
        self._steps.setCurrentWidget(self.welcome if first_run else self.connect_step)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.addWidget(self._steps)
        self.welcome.demo_chosen.connect(self.demo_wanted)
        self.welcome.connect_chosen.connect(self.begin_with_account)
        self.welcome.join_chosen.connect(self._on_join_chosen)
        self.join.back_requested.connect(self._on_back)
        self.join.join_requested.connect(self._on_join_requested)
        self.connect_step.back_requested.connect(self._on_back)
        self.connect_step.test_requested.connect(self._on_test_requested)
        self.choose.back_requested.connect(self.begin_with_account)
        self.choose.chosen.connect(self._on_chosen)
        self.keep.done.connect(self.finished)

    def step(self) -> QWidget | None:
        """Where the person is."""
        return self._steps.currentWidget()

    @Slot()
    def begin_with_account(self) -> None:
        """The second step: what an account's own page shows."""
        self._steps.setCurrentWidget(self.connect_step)
        self.connect_step.field("account_sid").setFocus()

    @Slot()
    def _on_join_chosen(self) -> None:
        self._steps.setCurrentWidget(self.join)
        self.join.address.setFocus()

    @Slot(object, str)
    def _on_join_requested(self, address: ServerAddress, one_time: str) -> None:
        self.join.disconnect(self)
        self._steps.removeWidget(self.join)
        self.join_wanted.emit(self.join, address, one_time)

    @Slot()
    def _on_back(self) -> None:
        if self._first_run:
            self._steps.setCurrentWidget(self.welcome)
        else:
            self.left.emit()

    # --- the account -----------------------------------------------------------------------------

    @Slot(str, object)
    def _on_test_requested(self, provider: str, values: Mapping[str, str]) -> None:
        self._provider = provider, values
        session = self._session
        self._doors.call(
            self,
            lambda: session.test_account(provider, values),
            then=self._on_tested,
            failed=self.connect_step.show_error,
        )

    def _on_tested(self, found: Directory) -> None:
        """Nothing is kept or fetched before it is said who holds what comes in."""
        self.connect_step.set_busy(False)
        self.choose.show_senders(found)
        self._steps.setCurrentWidget(self.choose)

    # --- the sender IDs --------------------------------------------------------------------------

    @Slot(object)
    def _on_chosen(self, answer: tuple[tuple[Chosen, ...], int | None]) -> None:
        """The account and who holds what, in one: no sync sees the one without the other."""
        rows, days = answer
        if self._provider is None:  # all is kept; only fetching was refused
            self._fetch(days)
            return
        provider, values = self._provider
        session = self._session
        self.choose.set_busy(True)

        def kept(account_id: UUID) -> None:
            self._account_id = account_id
            self._provider = None
            self.connect_step.forget_secret()
            self._fetch(days)

        def go_on(known: dict[tuple[str, str], UUID]) -> None:
            def also(account_id: UUID) -> list[c.Command]:
                return [each for row in rows for each in self._commands(account_id, row, known)]

            # The keyring may ask the person to unlock it, so this may take long.
            self._doors.call(
                self,
                lambda: session.add_account(provider, values, also),
                then=kept,
                failed=self._on_refused,
            )

        self._doors.read(self, known_addresses, then=go_on, failed=self._on_refused)

    def _commands(
        self, account_id: UUID, row: Chosen, known: dict[tuple[str, str], UUID]
    ) -> list[c.Command]:
        """To add a sender ID, unless it is there, and to give it to whom it was promised."""
        found: list[c.Command] = []
        sender = row.sender
        sender_id = known.get((sender.channel, sender.address))
        if sender_id is None:
            sender_id = self._doors.new_id()
            found.append(
                c.AddSender(
                    **self._doors.stamp(),
                    sender_id=sender_id,
                    channel=sender.channel,
                    address=sender.address,
                    kind=sender.kind,
                    country=sender.country,
                    label=row.label,
                    direction=sender.direction,
                    account_id=account_id,
                )
            )
        if row.whose is not Whose.NOBODY:
            mine = row.whose is Whose.MINE
            found.append(
                c.HoldSender(
                    **self._doors.stamp(),
                    holding_id=self._doors.new_id(),
                    sender_id=sender_id,
                    holder_kind=HolderKind.PERSON if mine else HolderKind.ORGANISATION,
                    holder_id=self._doors.desk.person_id if mine else None,
                )
            )
        return found

    def _fetch(self, days: int | None) -> None:
        account_id, session = self._account_id, self._session
        assert account_id is not None
        now = self._doors.desk.now()
        since = _EVERYTHING if days is None else now - timedelta(days=days)
        self._doors.call(
            self,
            lambda: session.start_backfill(account_id, since=since),
            then=lambda _none: self._on_fetching(),
            failed=self._on_refused,
        )

    def _on_fetching(self) -> None:
        if self._first_run and recovery.needed(self._session.folder):
            self._steps.setCurrentWidget(self.keep)
            self.keep.open_inbox.setFocus()
        else:
            self.finished.emit()

    def _on_refused(self, error: DeskError) -> None:
        self.choose.set_busy(False)
        self.choose.form.show_error(error)
