"""From the first start to a working inbox: the window, a real key store, a sandbox on the wire."""

from __future__ import annotations

import gc
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from sms_desk.domain.inbox_filters import InboxFilter, Scope
from sms_desk.providers.sandbox.starter import LINE
from sms_desk.services import inbox, senders
from sms_desk.settings import keys
from sms_desk.settings.files import MachineState, Profile
from sms_desk.settings.keys import KeySource
from sms_desk.ui import theme
from sms_desk.ui.opening import Frame, Launch, open_workspace
from sms_desk.ui.program import Program
from sms_desk.ui.window.main_window import MainWindow
from sms_desk.ui.wizard import Wizard
from sms_desk.ui.wizard.choose import Whose
from tests.fixtures.sandbox import SandboxApi, sandbox
from tests.fixtures.secret_service import enter

__all__ = ["sandbox"]

pytestmark = [
    pytest.mark.keyring,
    pytest.mark.filterwarnings("ignore:unclosed <socket:ResourceWarning"),
]

LONG_MS = 60_000
Start = Callable[[], Program]


@pytest.fixture(autouse=True)
def left_connections() -> Iterator[None]:
    """keyring 25.7 leaves its connection to the collector where a call fails: it comes now."""
    yield
    gc.collect()


@pytest.fixture
def in_keyring(secret_service: dict[str, str], monkeypatch: pytest.MonkeyPatch) -> None:
    enter(secret_service, monkeypatch)


@pytest.fixture
def start(qapp: QApplication, tmp_path: Path) -> Iterator[Start]:
    """Starts the program as a person does, on the same folder each time."""
    running: list[Program] = []

    def begin() -> Program:
        theme.apply(qapp, "light")
        window = MainWindow()
        window.resize(1280, 800)
        profile = Profile.of(under=tmp_path)
        profile.make()
        frame = Frame(
            qapp, window, Launch(home=tmp_path), MachineState(profile.state), open_workspace
        )
        program = Program(frame)
        running.append(program)
        window.show()
        program.begin()
        return program

    yield begin
    for program in running:
        end(program)


def end(program: Program) -> None:
    program._unwire()
    assert program.finish()
    program.window.close_for_good()
    program.window.deleteLater()
    QApplication.sendPostedEvents()


def wizard_of(program: Program, bot: QtBot) -> Wizard:
    bot.waitUntil(lambda: isinstance(program.window.screen_shown(), Wizard), timeout=LONG_MS)
    made = program.window.screen_shown()
    assert isinstance(made, Wizard)
    return made


def count(program: Program, scope: Scope) -> int:
    assert program._session is not None
    return len(program._session.desk.read(inbox.page, InboxFilter(scope=scope)).rows)


def test_a_first_run_ends_in_an_inbox_of_one_s_own(
    in_keyring: None, start: Start, sandbox: SandboxApi, qtbot: QtBot, tmp_path: Path
) -> None:
    for n in range(3):
        sandbox.control("/inbound", **{"from": f"+1202555017{n}", "to": LINE, "body": f"Hello {n}"})
    program = start()
    wizard = wizard_of(program, qtbot)
    wizard.welcome.connect_button.click()
    account = sandbox.server.account
    for key, value in (
        ("account_sid", account.sid),
        ("secret", account.auth_token),
        ("base_url", sandbox.server.base_url),
    ):
        wizard.connect_step.field(key).setText(value)
    wizard.connect_step._test.click()
    qtbot.waitUntil(lambda: wizard.step() is wizard.choose, timeout=LONG_MS)
    assert wizard.choose.rows()
    for _sender, _label, whose in wizard.choose._rows:
        whose.choose(Whose.MINE)
    wizard.choose.done.click()
    qtbot.waitUntil(lambda: wizard.step() is wizard.keep, timeout=LONG_MS)
    wizard.keep.open_inbox.click()
    wiring = program.wiring
    assert wiring is not None
    qtbot.waitUntil(lambda: program.window.screen_shown() is wiring.page, timeout=LONG_MS)
    qtbot.waitUntil(lambda: count(program, Scope.MINE) >= 3, timeout=LONG_MS)
    assert count(program, Scope.UNASSIGNED) == 0
    assert program._session is not None
    held = program._session.desk.read(senders.listing)
    assert all(row.holders for row in held)
    identity = keys.read(Profile.of(under=tmp_path))
    assert identity is not None
    assert identity.source is KeySource.KEYRING


def test_a_missing_keyring_is_said_and_it_opens_again_once_it_is_there(
    in_keyring: None, start: Start, qtbot: QtBot, monkeypatch: pytest.MonkeyPatch
) -> None:
    first = start()
    wizard_of(first, qtbot)
    first._unwire()
    assert first.finish()
    with monkeypatch.context() as without:
        without.setenv("DBUS_SESSION_BUS_ADDRESS", "unix:path=/nowhere")
        second = start()
        qtbot.waitUntil(lambda: bool(second.window.waiting.words()), timeout=LONG_MS)
        words = second.window.waiting.words()
        assert "opens only with that" in words
        assert "passphrase" not in words
        assert second.window.side.line.words() == "Not open"
    second.window.waiting.retry_requested.emit()
    wizard_of(second, qtbot)
