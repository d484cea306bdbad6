"""Two windows, two logins, one server and its connector in a thread, all real (GC4)."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest
from PySide6.QtCore import QEventLoop, QTimer
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from sms_desk.bootstrap.team_session import TeamSession
from sms_desk.domain import commands as c
from sms_desk.domain.errors import ProviderUnreachable
from sms_desk.providers.base import Provider
from sms_desk.services import pushed
from sms_desk.settings.files import MachineState
from sms_desk.store.team.lease import Lease
from sms_desk.store.team.workspace import TeamWorkspace
from sms_desk.sync.team_connector import TeamConnector
from sms_desk.sync.team_reign import Doors
from sms_desk.ui.window.main_window import MainWindow
from sms_desk.ui.window.wiring import Wiring
from tests.fixtures.patience import MOST_MS
from tests.fixtures.team import TeamServer
from tests.fixtures.team_desks import Floor, listed

pytestmark = pytest.mark.allow_log("sms_desk")

PEER = "+12025550177"
_TICK_MS = 20


@dataclass
class Seat:
    """A person at a window."""

    session: TeamSession
    window: MainWindow
    wiring: Wiring

    def open(self, conversation: UUID) -> None:
        self.wiring.open_conversation(conversation)
        until(self._is_open)

    def _is_open(self) -> bool:
        detail = self.wiring.thread_controller.detail()
        return detail is not None

    def owner(self) -> UUID | None:
        detail = self.wiring.thread_controller.detail()
        return None if detail is None else detail.row.owner_id


def until(condition: Callable[[], Any]) -> None:
    """Let the windows live until a condition holds."""
    loop = QEventLoop()
    look, end = QTimer(), QTimer()
    look.timeout.connect(lambda: loop.quit() if condition() else None)
    end.timeout.connect(loop.quit)
    end.setSingleShot(True)
    look.start(_TICK_MS)
    end.start(MOST_MS)
    loop.exec()
    assert condition()


@contextmanager
def seated(bot: QtBot, floor: Floor, person: UUID, folder: Path) -> Iterator[Seat]:
    session = floor.sit(person)
    session.sync_once()  # as joining does
    folder.mkdir()
    state = MachineState(folder / "state.json")
    window = MainWindow()
    window.furnish()
    window.resize(1280, 800)
    window.show()
    wiring = Wiring(window, session, state)
    with bot.waitSignal(wiring.ready):
        wiring.start()
    try:
        yield Seat(session, window, wiring)
    finally:
        wiring.keep()
        wiring.stop()
        wiring.dispose()
        session.close()
        floor.forget(person)
        window.close_for_good()
        window.deleteLater()
        QApplication.sendPostedEvents()


@pytest.fixture
def shared(floor: Floor) -> UUID:
    id_ = floor.office.conversation(floor.office.shared, PEER)
    floor.office.message(id_, "Is the blue one still in stock?")
    return id_


def _no_provider(_row: object) -> Provider:
    raise ProviderUnreachable("The provider is not reached.", "Nothing is to be sent here.")


@pytest.fixture
def connector(floor: Floor, shared: UUID) -> Iterator[TeamConnector]:
    """Working, but for a provider."""
    server: TeamServer = floor.server
    engine, lease_engine = server.connector_engine(), server.connector_engine()
    Lease(lease_engine).release(floor.workspace.hold)
    doors = Doors(
        lease=Lease(lease_engine, "test"),
        workspace=lambda hold: TeamWorkspace(engine, hold, lambda: datetime.now(UTC)),
        execute=pushed.run_next,
        open_provider=_no_provider,
        mail_password=lambda: "",
    )
    made = TeamConnector(doors)
    made.start()
    yield made
    assert made.stop()


@pytest.fixture
def seats(
    qtbot: QtBot,
    floor: Floor,
    connector: TeamConnector,
    shared: UUID,
    tmp_path: Path,
) -> Iterator[tuple[Seat, Seat]]:
    """Ben's and Cara's."""
    with ExitStack() as stack:
        ben, cara = (
            stack.enter_context(seated(qtbot, floor, person, tmp_path / name))
            for person, name in ((floor.office.ben, "bens"), (floor.office.cara, "caras"))
        )
        until(lambda: all([row.id for row in listed(s.session)] == [shared] for s in (ben, cara)))
        yield ben, cara


def test_gc4_what_one_takes_the_other_s_window_shows_as_taken(
    seats: tuple[Seat, Seat], floor: Floor, shared: UUID
) -> None:
    ben, cara = seats
    ben.open(shared)
    cara.open(shared)
    desk = ben.session.desk
    desk.change(c.Assign(**desk.stamp(), targets=c.Targets.one(shared), owner_id=floor.office.ben))
    until(lambda: cara.owner() == floor.office.ben)
