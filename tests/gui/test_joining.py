"""From the first start into a team's workspace: an inbox, or a clear reason with what to do."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from pathlib import Path
from types import SimpleNamespace

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QLineEdit
from pytestqt.qtbot import QtBot

from sms_desk.domain.errors import LoginError, UsageError
from sms_desk.settings.files import MachineState
from sms_desk.settings.server_address import ServerAddress
from sms_desk.ui.opening import Frame, Front, Join, Launch
from sms_desk.ui.program import Program
from sms_desk.ui.window.main_window import MainWindow
from sms_desk.ui.wizard import Wizard
from sms_desk.ui.wizard.join import JoinStep, address_of
from tests.gui.session import FakeSession
from tests.gui.test_team import ONLINE
from tests.store.office import Office

WHOLE = "postgresql://ann_1@desk.example.org:5433/shop"


@pytest.fixture
def sessions(office: Office, tmp_path: Path) -> tuple[FakeSession, FakeSession]:
    """One's own, and the team's."""
    desk = office.desk(office.ben)
    own, team = tmp_path / "own", tmp_path / "team"
    return FakeSession(desk, own), FakeSession(desk, team, title="Mill Street", team=ONLINE)


@pytest.fixture
def begun(
    qapp: QApplication, qtbot: QtBot, sessions: tuple[FakeSession, FakeSession], tmp_path: Path
) -> Iterator[Callable[[Join], tuple[Program, JoinStep]]]:
    made: list[Program] = []

    def begin(join: Join) -> tuple[Program, JoinStep]:
        window = MainWindow()
        state = MachineState(tmp_path / "state.json")
        frame = Frame(qapp, window, Launch(), state, lambda _launch, _front: sessions[0], join)
        program = Program(frame)
        made.append(program)
        window.show()
        with qtbot.waitSignal(program.ready):
            program.begin()
        assert program.wiring is not None
        program.wiring.desk._show_wizard(first_run=True)
        wizard = window.screen_shown()
        assert isinstance(wizard, Wizard)
        QTest.mouseClick(wizard.welcome.join_button, Qt.MouseButton.LeftButton)
        assert wizard.step() is wizard.join
        return program, wizard.join

    yield begin
    for program in made:
        program._unwire()
        program.finish(1.0)
        program.window.close_for_good()
        program.window.deleteLater()


def fill_in(step: JoinStep) -> None:
    step.address.setText(WHOLE)
    step.password.setText("abcde-fghjk")
    QTest.mouseClick(step._join, Qt.MouseButton.LeftButton)


def test_joining_ends_in_a_working_inbox_of_the_team(
    begun: Callable[[Join], tuple[Program, JoinStep]],
    sessions: tuple[FakeSession, FakeSession],
    qtbot: QtBot,
) -> None:
    asked: list[tuple[str, str]] = []
    closed: list[str] = []
    go_on = threading.Event()
    sessions[0].closes = lambda: closed.append("own")

    def join(_launch: Launch, front: Front, address: ServerAddress, one_time: str) -> FakeSession:
        assert closed == ["own"], "a desk's folder has one program at a time"
        asked.append((address.url, one_time))
        front.tell(SimpleNamespace(step="fetching", here=1_200, to_fetch=38_800))  # type: ignore[arg-type]
        go_on.wait(5)
        return sessions[1]

    program, step = begun(join)
    assert step.password.echoMode() is QLineEdit.EchoMode.Password
    fill_in(step)
    qtbot.waitUntil(lambda: "1,200 of 40,000" in step.work.words())
    assert program.window.screen_shown() is step
    with qtbot.waitSignal(program.ready):
        go_on.set()
    assert asked == [(WHOLE, "abcde-fghjk")]
    assert program.window.windowTitle().startswith("Mill Street")
    assert program.wiring is not None
    assert program.wiring.team is not None
    assert program.window.screen_shown() is program.wiring.page


def test_a_refused_invitation_says_why_and_can_be_tried_again(
    begun: Callable[[Join], tuple[Program, JoinStep]],
    sessions: tuple[FakeSession, FakeSession],
    qtbot: QtBot,
) -> None:
    answers = [LoginError("The server lets nobody in by these.", "Ask for a new invitation.")]

    def join(*_all: object) -> FakeSession:
        if answers:
            raise answers.pop()
        return sessions[1]

    program, step = begun(join)
    fill_in(step)
    qtbot.waitUntil(lambda: "lets nobody in" in step.error_words())
    assert step.error_words().endswith("Ask for a new invitation.")
    assert step.address.text() == WHOLE, "what was typed stays"
    with qtbot.waitSignal(program.ready):
        QTest.mouseClick(step._join, Qt.MouseButton.LeftButton)
    assert program.window.windowTitle().startswith("Mill Street")


def test_who_gives_up_joining_is_back_at_a_workspace_of_their_own(
    begun: Callable[[Join], tuple[Program, JoinStep]], qtbot: QtBot
) -> None:
    def join(*_all: object) -> FakeSession:
        raise LoginError("The server lets nobody in by these.", "Ask for a new invitation.")

    program, step = begun(join)
    fill_in(step)
    qtbot.waitUntil(lambda: bool(step.error_words()))
    with qtbot.waitSignal(program.ready):
        QTest.mouseClick(step._back, Qt.MouseButton.LeftButton)
    assert program.window.windowTitle().startswith("Test shop")
    assert not program.window.side.isHidden()


def test_nothing_is_asked_of_a_server_before_the_invitation_is_whole(
    begun: Callable[[Join], tuple[Program, JoinStep]],
) -> None:
    def join(*_all: object) -> FakeSession:
        raise AssertionError

    _program, step = begun(join)
    QTest.mouseClick(step._join, Qt.MouseButton.LeftButton)
    assert step.error_words() == "The address is missing. It stands in your invitation."
    step.address.setText(WHOLE)
    QTest.mouseClick(step._join, Qt.MouseButton.LeftButton)
    assert step.error_words().startswith("The one-time password is missing.")
    step.address.setText("postgresql://ann:secret@desk.example.org/shop")
    QTest.mouseClick(step._join, Qt.MouseButton.LeftButton)
    assert "A password does not belong into an address" in step.error_words()


@pytest.mark.parametrize(
    ("typed", "login"),
    [
        (WHOLE, ""),
        (f"  {WHOLE} ", ""),
        ("ann_1@desk.example.org:5433/shop", ""),
        ("desk.example.org:5433/shop", "ann_1"),
        ("postgresql://desk.example.org:5433/shop", " ann_1 "),
        (WHOLE, "somebody_else"),
    ],
)
def test_an_address_is_taken_whole_or_in_its_parts(typed: str, login: str) -> None:
    found = address_of(typed, login, " /etc/ca.pem ")
    assert found.url == WHOLE
    assert found.ca_file == "/etc/ca.pem"


def test_a_login_is_never_read_as_part_of_the_place() -> None:
    assert address_of("desk.example.org/shop", "a@b/c", "").user == "a@b/c"
    with pytest.raises(UsageError):
        address_of("desk.example.org/shop", "", "")
