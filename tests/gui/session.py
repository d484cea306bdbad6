"""A `Session` over a real workspace with nothing beside it, for the window's tests."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from uuid import UUID

from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from sms_desk.bootstrap.options import Also, nothing_also
from sms_desk.domain.changes import Changes
from sms_desk.domain.errors import DeskError
from sms_desk.domain.inbox_filters import Scope
from sms_desk.domain.model import Channel, SenderDirection, SenderKind
from sms_desk.providers.base import Directory, RemoteSender
from sms_desk.services.desk import Desk
from sms_desk.services.rows import LineState
from sms_desk.services.team_rows import Doing, Returned, Seen, TeamLine
from sms_desk.settings.files import MachineState
from sms_desk.ui.window.main_window import MainWindow
from sms_desk.ui.window.wiring import Wiring
from tests.store.office import Office

FOUND = Directory(
    (
        RemoteSender(
            Channel.SMS,
            "+12025550150",
            SenderKind.LONG_CODE,
            "US",
            "New line",
            SenderDirection.BOTH,
            "PN1",
        ),
    ),
    (),
)


@dataclass
class FakeSession:
    """Everything about the workspace is real; line and accounts are what a test says."""

    desk: Desk
    folder: Path
    demo: bool = True
    title: str = "Test shop"
    line_states: tuple[LineState, ...] = ()
    foreign: bool = False
    found: Directory | DeskError = FOUND
    tell: Callable[[Changes], None] = lambda _changes: None
    watched: list[UUID] = field(default_factory=list)
    asked: list[str] = field(default_factory=list)
    secrets: dict[UUID, str] = field(default_factory=dict)
    account_id: UUID | None = None
    mail_password: str = ""
    kept: list[Scope] = field(default_factory=list)
    closes: Callable[[], None] = lambda: None
    team: TeamLine | None = None
    looks: list[tuple[UUID | None, Doing | None]] = field(default_factory=list)
    colleagues: tuple[Seen, ...] = ()
    unanswered: frozenset[UUID] = frozenset()
    came_back: tuple[Returned, ...] = ()
    repeated: list[UUID] = field(default_factory=list)
    horizons: dict[UUID, datetime] = field(default_factory=dict)
    fetches: Callable[[UUID], Changes] = lambda _id: Changes()

    def start_connector(self, on_changes: Callable[[Changes], None]) -> bool:
        self.tell = on_changes
        return True

    def sync_once(self) -> Changes:
        return Changes()

    def sync_soon(self) -> None:
        self.asked.append("sync")

    def watch(self, conversation_ids: Iterable[UUID]) -> None:
        self.watched = list(conversation_ids)

    def lines(self) -> tuple[LineState, ...]:
        return self.line_states

    def foreign_changes(self) -> bool:
        wrote, self.foreign = self.foreign, False
        return wrote

    def test_account(self, provider: str, values: Mapping[str, str]) -> Directory:
        self.asked.append(f"test {provider}")
        if isinstance(self.found, DeskError):
            raise self.found
        return self.found

    def add_account(
        self, provider: str, values: Mapping[str, str], also: Also = nothing_also
    ) -> UUID:
        assert self.account_id is not None
        self.secrets[self.account_id] = values["secret"]
        if commands := also(self.account_id):
            self.desk.change(*commands)
        return self.account_id

    def check_account(self, account_id: UUID) -> None:
        self.asked.append("check")
        if isinstance(self.found, DeskError):
            raise self.found

    def account_directory(self, account_id: UUID) -> Directory:
        self.asked.append("directory")
        if isinstance(self.found, DeskError):
            raise self.found
        return self.found

    def keeps_secrets(self) -> bool:
        return self.team is None or self.team.here is not None

    def keep_connector_password(self, password: str) -> None:
        self.asked.append(f"connector's password {password}")

    def set_secret(self, account_id: UUID, secret: str) -> None:
        self.secrets[account_id] = secret

    def remove_account(self, account_id: UUID) -> None:
        self.asked.append("remove")

    def start_backfill(self, account_id: UUID, *, since: datetime) -> None:
        self.asked.append("backfill")

    def stop_backfill(self, account_id: UUID) -> None:
        self.asked.append("stop")

    def resume_backfill(self, account_id: UUID) -> None:
        self.asked.append("resume")

    def refresh_templates(self) -> None:
        self.asked.append("refresh templates")

    def test_mail(self, to: str) -> None:
        self.asked.append(f"test mail {to}")
        if isinstance(self.found, DeskError):
            raise self.found

    def set_mail_password(self, password: str) -> None:
        self.mail_password = password

    def has_mail_password(self) -> bool:
        return bool(self.mail_password)

    def acting_as(self, person_id: UUID) -> None:
        self.desk = self.desk.acting_as(person_id)

    def team_line(self) -> TeamLine | None:
        return self.team

    def look(self, conversation_id: UUID | None, doing: Doing | None) -> None:
        self.looks.append((conversation_id, doing))

    def seen(self) -> tuple[Seen, ...]:
        return self.colleagues

    def waiting(self) -> frozenset[UUID]:
        return self.unanswered

    def returned(self) -> tuple[Returned, ...]:
        return self.came_back

    def repeat_returned(self, command_id: UUID) -> Changes:
        self.repeated.append(command_id)
        self.settle_returned(command_id)
        return Changes()

    def be_patient(self, seconds: float) -> None: ...

    def settle_returned(self, command_id: UUID) -> None:
        self.came_back = tuple(each for each in self.came_back if each.id != command_id)

    def kept_since(self, conversation_id: UUID) -> datetime | None:
        return self.horizons.get(conversation_id)

    def fetch_older(self, conversation_id: UUID) -> Changes:
        found = self.fetches(conversation_id)
        self.horizons.pop(conversation_id, None)
        return found

    def keep_glance(self, scope: Scope) -> None:
        self.kept.append(scope)

    def close(self, begins_at: Scope | None = None) -> None:
        if begins_at is not None:
            self.kept.append(begins_at)
        self.closes()


@dataclass
class Shop:
    """A window on a small sales office, and what a test needs to drive it."""

    office: Office
    session: FakeSession
    window: MainWindow
    wiring: Wiring
    state: MachineState
    bot: QtBot

    def until(self, condition: Callable[[], object]) -> None:
        """Wait for a condition."""
        self.bot.waitUntil(lambda: bool(condition()))

    def arrives(self, conversation: UUID, body: str) -> int:
        """A message that the connector brings."""
        position = self.office.message(conversation, body)
        self.session.tell(Changes.of(conversation=conversation, message=conversation))
        return position

    def open(self, conversation: UUID) -> None:
        self.wiring.open_conversation(conversation)
        self.until(self.has_opened)

    def has_opened(self) -> bool:
        detail = self.wiring.thread_controller.detail()
        return detail is not None and detail.row.id == (
            self.wiring.thread_controller.conversation_id()
        )

    @property
    def shown(self) -> tuple[UUID, ...]:
        return self.wiring.page.inbox.shown_ids()


@contextmanager
def open_shop(
    bot: QtBot,
    folder: Path,
    office: Office,
    person: UUID | None = None,
    *,
    demo: bool = True,
    team: TeamLine | None = None,
) -> Iterator[Shop]:
    """The window of Ben (or somebody else), wired and with its first page read. team: the line to a
    workspace that others share."""
    session = FakeSession(office.desk(person or office.ben), folder, demo=demo, team=team)
    state = MachineState(folder / "state.json")
    window = MainWindow()
    window.furnish()
    window.resize(1280, 800)
    window.take_shape(state)
    window.show()
    window.activateWindow()
    window.setUpdatesEnabled(False)  # painted when all of it stands, not five times on the way
    wiring = Wiring(window, session, state)
    shop = Shop(office, session, window, wiring, state, bot)
    try:
        with bot.waitSignal(wiring.ready):
            wiring.start()
        window.setUpdatesEnabled(True)
        yield shop
    finally:
        wiring.keep()
        wiring.stop()
        wiring.dispose()
        window.close_for_good()
        window.deleteLater()
        QApplication.sendPostedEvents()
