"""Starting and ending: painted first, one window per profile, a clear reason, never hanging."""

from __future__ import annotations

import gc
import os
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QLabel, QLineEdit, QWidget
from pytestqt.qtbot import QtBot

from sms_desk.domain.errors import KeyringError, StorageError
from sms_desk.domain.inbox_filters import Scope
from sms_desk.services import glance_keeping, inbox
from sms_desk.services.inbox_rows import InboxPage
from sms_desk.settings.files import MachineState
from sms_desk.ui.collecting import Collecting
from sms_desk.ui.main import Start, window_lock
from sms_desk.ui.opening import Frame, Front, Launch, Open, Opening
from sms_desk.ui.palette import Palette
from sms_desk.ui.program import Program
from sms_desk.ui.raising import RaiseServer, raise_other, server_name
from sms_desk.ui.widgets.unseen import NewPassphraseDialog
from sms_desk.ui.window.conversations import ConversationsPage
from sms_desk.ui.window.main_window import MainWindow
from sms_desk.ui.wizard.join import JoinStep
from sms_desk.ui.wizard.welcome import WelcomeStep
from tests.gui.session import FakeSession
from tests.store.office import Office

HEAVY = ("sqlalchemy", "alembic", "requests", "keyring", "phonenumbers", "sqlcipher3", "uvicorn")

PAINTS_FIRST = f"""
import os, sys
from pathlib import Path
from sms_desk.ui.collecting import Collecting
from sms_desk.ui.main import run
from sms_desk.ui.opening import Launch

def open_(launch, ask):
    print([name for name in {HEAVY} if name in sys.modules], flush=True)
    os._exit(0)

run(Launch(home=Path(sys.argv[1])), open_)
"""


def test_nothing_heavy_is_imported_before_the_first_paint(tmp_path: Path) -> None:
    environment = os.environ | {"QT_QPA_PLATFORM": "offscreen"}
    done = subprocess.run(
        [sys.executable, "-c", PAINTS_FIRST, str(tmp_path)],
        capture_output=True,
        text=True,
        timeout=60,
        env=environment,
        check=True,
    )
    assert done.stdout.strip() == "[]", done.stderr


NEEDED_BY_THE_LIST = f"""
import sys
import sms_desk.bootstrap
import sms_desk.ui.program
import sms_desk.ui.window.first_page
print([name for name in {HEAVY} if name in sys.modules])
"""


def test_nothing_heavy_is_imported_before_the_glance_is_painted() -> None:
    """Else the glance waits for what it was kept to spare (decision 6)."""
    done = subprocess.run(
        [sys.executable, "-c", NEEDED_BY_THE_LIST],
        capture_output=True,
        text=True,
        timeout=60,
        check=True,
    )
    assert done.stdout.strip() == "[]", done.stderr


HEAVIER = (
    *("alembic", "requests", "keyring", "psycopg", "sms_desk.sync", "sms_desk.providers"),
    *("sms_desk.domain.send_checks", "sms_desk.domain.commands", "sms_desk.services.rows"),
)

NEEDED_BY_A_FIRST_PAGE = f"""
import sys
import sms_desk.bootstrap.opening
import sms_desk.ui.program
import sms_desk.ui.window.wiring
print([name for name in {HEAVIER} if name in sys.modules])
"""


def test_a_first_page_without_a_glance_waits_for_nothing_else() -> None:
    done = subprocess.run(
        [sys.executable, "-c", NEEDED_BY_A_FIRST_PAGE],
        capture_output=True,
        text=True,
        timeout=60,
        check=True,
    )
    assert done.stdout.strip() == "[]", done.stderr


def test_a_first_page_is_read_once(
    begun: Callable[[Open], Program],
    session: FakeSession,
    qtbot: QtBot,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    read, page = [], inbox.page

    def counted(*asked: Any) -> InboxPage:
        read.append(asked)
        return page(*asked)

    monkeypatch.setattr("sms_desk.ui.window.inbox_controller.inbox.page", counted)
    program = begun(lambda _launch, _front: session)
    with qtbot.waitSignal(program.ready):
        pass
    assert len(read) == 1


def test_rubbish_is_collected_once_everything_is_there(
    qapp: QApplication,
    session: FakeSession,
    tmp_path: Path,
    qtbot: QtBot,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr("sms_desk.ui.main.COLLECT_MS", 0)
    window, state = MainWindow(), MachineState(tmp_path / "state.json")
    start = Start(Frame(qapp, window, Launch(), state, lambda _launch, _front: session))
    gc.disable()
    window.show()
    try:
        qtbot.waitUntil(lambda: start.findChild(Collecting) is not None)
        assert start.program is not None
        assert start.program.wiring is not None
        assert start.program.wiring.is_ready
    finally:
        gc.unfreeze()
        gc.enable()
        start.quit()
        start.finish()
        start.deleteLater()
        window.deleteLater()


# --- one window per profile ----------------------------------------------------------------------


@pytest.fixture
def first(tmp_path: Path, qapp: QApplication) -> Iterator[RaiseServer]:
    made = RaiseServer(tmp_path)
    yield made
    made.close()


def test_a_second_start_raises_the_first(first: RaiseServer, tmp_path: Path, qtbot: QtBot) -> None:
    with qtbot.waitSignal(first.raise_requested):
        assert raise_other(tmp_path)


def test_where_nobody_listens_nobody_answers(tmp_path: Path, qapp: QApplication) -> None:
    assert not raise_other(tmp_path, patience=0)


def test_a_window_that_listens_only_later_is_raised_all_the_same(
    tmp_path: Path, qtbot: QtBot
) -> None:
    """Two clicks on the icon: the first start has not read its first page yet."""
    with ThreadPoolExecutor() as second:
        answer = second.submit(raise_other, tmp_path)
        time.sleep(0.3)
        assert not answer.done()
        opened = RaiseServer(tmp_path)
        with qtbot.waitSignal(opened.raise_requested):
            pass
        assert answer.result()
    opened.close()


def test_one_window_per_profile(tmp_path: Path) -> None:
    lock = window_lock(tmp_path / "window.lock")
    assert lock.tryLock(0)
    second = window_lock(tmp_path / "window.lock")
    assert not second.tryLock(0)
    (tmp_path / "other").mkdir()
    other = window_lock(tmp_path / "other" / "window.lock")
    assert other.tryLock(0)
    lock.unlock()
    assert second.tryLock(0)
    second.unlock()
    other.unlock()


def test_the_server_s_name_fits_any_folder() -> None:
    assert len(server_name(Path("/" + "x" * 4000))) < 40


# --- opening -------------------------------------------------------------------------------------


@pytest.fixture
def begun(qapp: QApplication, tmp_path: Path) -> Iterator[Callable[[Open], Program]]:
    made: list[Program] = []

    def begin(open_: Open) -> Program:
        window = MainWindow()
        state = MachineState(tmp_path / "state.json")
        program = Program(Frame(qapp, window, Launch(), state, open_))
        made.append(program)
        window.show()
        program.begin()
        return program

    yield begin
    for program in made:
        program._unwire()
        program.finish(1.0)
        program.window.close_for_good()
        program.window.deleteLater()


@pytest.fixture
def session(office: Office, tmp_path: Path) -> FakeSession:
    return FakeSession(office.desk(office.ben), tmp_path)


def test_the_window_says_why_nothing_opened_and_tries_again(
    begun: Callable[[Open], Program], session: FakeSession, qtbot: QtBot
) -> None:
    answers = [StorageError("The disk is full.", "Free some space.")]

    def open_(_launch: Launch, _ask: Callable[[str], str]) -> FakeSession:
        if answers:
            raise answers.pop()
        return session

    program = begun(open_)
    qtbot.waitUntil(lambda: "disk is full" in program.window.waiting.words())
    with qtbot.waitSignal(program.ready):
        program.window.waiting.retry_requested.emit()
    assert program.window.windowTitle() == "(4) Test shop — SMS Desk"


def test_a_workspace_that_nobody_named_is_called_as_the_program_once(
    begun: Callable[[Open], Program], session: FakeSession, qtbot: QtBot
) -> None:
    session.title = "SMS Desk"
    program = begun(lambda _launch, _ask: session)
    qtbot.waitUntil(lambda: program.window.windowTitle() == "(4) SMS Desk")


@pytest.mark.allow_log("sms_desk.ui.opening")
def test_what_nobody_foresaw_is_said_too(begun: Callable[[Open], Program], qtbot: QtBot) -> None:
    def open_(_launch: Launch, _ask: Callable[[str], str]) -> FakeSession:
        raise ValueError

    program = begun(open_)
    qtbot.waitUntil(lambda: "doctor" in program.window.waiting.words())


def welcome(program: Program, qtbot: QtBot) -> WelcomeStep:
    """The first question of a first start."""
    qtbot.waitUntil(lambda: isinstance(program.window.screen_shown(), WelcomeStep))
    step = program.window.screen_shown()
    assert isinstance(step, WelcomeStep)
    return step


@pytest.mark.parametrize("typed", ["open sesame", ""])
def test_without_a_keyring_a_passphrase_is_asked(
    begun: Callable[[Open], Program],
    session: FakeSession,
    qtbot: QtBot,
    monkeypatch: pytest.MonkeyPatch,
    typed: str,
) -> None:
    monkeypatch.setattr("sms_desk.ui.widgets.unseen.ask_new_passphrase", lambda *_words: typed)
    given: list[str] = []

    def open_(_launch: Launch, ask: Callable[[str], str]) -> FakeSession:
        given.append(ask("Passphrase: "))
        return session

    program = begun(open_)
    step = welcome(program, qtbot)
    assert not program.window.side.isVisible()
    step.connect_button.click()
    if typed:
        qtbot.waitUntil(lambda: given == [typed])
        qtbot.waitUntil(lambda: program.wiring is not None and program.wiring.is_ready)
        assert program.wiring is not None
        assert program.wiring.is_welcomed, "the same is not asked twice"
    else:
        qtbot.waitUntil(lambda: "No passphrase" in program.window.waiting.words())
        assert program.window.side.line.words() == "Not open"


@pytest.mark.parametrize("choice", ["join", "demo"])
def test_no_passphrase_is_asked_for_what_needs_none_yet(
    begun: Callable[[Open], Program],
    session: FakeSession,
    qtbot: QtBot,
    monkeypatch: pytest.MonkeyPatch,
    choice: str,
) -> None:
    """A team's desk asks once its server has let it in; the demo's key is published (decision 5)."""
    monkeypatch.setattr("sms_desk.ui.widgets.unseen.ask_new_passphrase", pytest.fail)

    def open_(launch: Launch, ask: Callable[[str], str]) -> FakeSession:
        if not launch.demo:
            ask("Passphrase: ")
        return session

    program = begun(open_)
    step = welcome(program, qtbot)
    if choice == "demo":
        step.demo_button.click()
        qtbot.waitUntil(lambda: program.wiring is not None and program.wiring.is_ready)
        assert program.launch.demo
    else:
        step.join_button.click()
        join = program.window.screen_shown()
        assert isinstance(join, JoinStep)
        join.back_requested.emit()
        assert welcome(program, qtbot) is not step


def test_a_new_passphrase_is_typed_twice_and_the_rule_stands_before(qtbot: QtBot) -> None:
    window = QWidget()
    qtbot.addWidget(window)
    dialog = NewPassphraseDialog("No key store.", 10, window)
    field, again = dialog.findChildren(QLineEdit)
    assert dialog.missing() == "10 more characters."
    assert any("cannot be recovered" in each.text() for each in dialog.findChildren(QLabel))
    field.setText("open sesame")
    assert dialog.missing() == "The two are not the same yet."
    assert not dialog.is_complete()
    again.setText("open sesame")
    assert dialog.is_complete()


def test_a_new_passphrase_is_typed_by_keys_alone(qtbot: QtBot) -> None:
    window = QWidget()
    qtbot.addWidget(window)
    dialog = NewPassphraseDialog("No key store.", 10, window)
    dialog.show()
    field, again = dialog.findChildren(QLineEdit)
    field.setFocus()
    QTest.keyClicks(field, "open sesame")
    QTest.keyClick(field, Qt.Key.Key_Tab)
    assert dialog.focusWidget() is again, "and not Cancel, which a space would press"


# --- the end -------------------------------------------------------------------------------------


@pytest.mark.allow_log("sms_desk.ui.program")
def test_a_hanging_connector_does_not_keep_the_program(
    begun: Callable[[Open], Program], session: FakeSession, qtbot: QtBot
) -> None:
    hangs = threading.Event()

    def hang() -> None:
        hangs.wait(10)

    session.closes = hang
    program = begun(lambda _launch, _ask: session)
    qtbot.waitUntil(lambda: program.wiring is not None)
    program._unwire()
    assert not program.finish(0.2)
    hangs.set()


def test_a_workspace_that_opens_too_late_is_closed(qapp: QApplication) -> None:
    closed, may_open = threading.Event(), threading.Event()

    class Late:
        def close(self) -> None:
            closed.set()

    def open_(_launch: Launch, _ask: Callable[[str], str]) -> Late:
        may_open.wait(5)
        return Late()

    opening = Opening(Launch(), open_, qapp)  # type: ignore[arg-type]
    opening.start()
    threading.Timer(0.05, may_open.set).start()
    opening.give_up()
    assert closed.wait(2)


def test_who_is_asked_for_a_passphrase_may_also_quit(qapp: QApplication) -> None:
    ended: list[BaseException] = []

    def open_(_launch: Launch, ask: Callable[[str], str]) -> FakeSession:
        try:
            ask("Passphrase: ")
        except KeyringError as error:
            ended.append(error)
            raise
        raise AssertionError

    opening = Opening(Launch(), open_, qapp)
    asked = threading.Event()
    opening.passphrase_wanted.connect(lambda *_words: asked.set())
    opening.start()
    while opening._asked is None:
        threading.Event().wait(0.01)
    opening.give_up()
    assert ended


# --- what is shown before the workspace is open ----------------------------------------------------


class Held:
    """A workspace that opens when the test says so; until then there is only its glance."""

    def __init__(self, session: FakeSession, scope: Scope = Scope.MINE) -> None:
        self.session = session
        self.glance = session.desk.read(glance_keeping.take, scope)
        self.shown = threading.Event()
        self.may_open = threading.Event()

    def open(self, _launch: Launch, front: Front) -> FakeSession:
        assert self.glance is not None
        front.show(self.glance)
        self.shown.set()
        self.may_open.wait(10)
        return self.session


@pytest.fixture
def office(office: Office) -> Office:
    """Four contacts wrote to Ben."""
    for n in range(4):
        office.message(
            office.conversation(office.own, f"+1202555014{n}", office.ben), f"Message {n}"
        )
        office.later(minutes=1)
    return office


@pytest.fixture
def held(office: Office, tmp_path: Path) -> Iterator[Held]:
    made = Held(FakeSession(office.desk(office.ben), tmp_path))
    yield made
    made.may_open.set()


def page_of(program: Program) -> ConversationsPage:
    (found,) = program.window.findChildren(ConversationsPage)
    return found


def test_the_glance_stands_before_the_workspace_is_open(
    begun: Callable[[Open], Program], held: Held, qtbot: QtBot
) -> None:
    program = begun(held.open)
    qtbot.waitUntil(held.shown.is_set)
    page = page_of(program)
    shown = page.inbox.shown_ids()
    assert len(shown) == 4
    assert program.wiring is None
    assert program.window.windowTitle().startswith("(4) ")
    assert program.window.side.rail.chosen_key() == "scope:mine"
    resets: list[bool] = []
    page.list_widget().model().modelReset.connect(lambda: resets.append(True))
    with qtbot.waitSignal(program.ready):
        held.may_open.set()
    assert page_of(program) is page
    assert page.inbox.shown_ids() == shown
    assert not resets  # what stood there was taken over, row by row


def test_what_came_meanwhile_enters_without_a_jump(
    begun: Callable[[Open], Program], held: Held, office: Office, qtbot: QtBot
) -> None:
    program = begun(held.open)
    qtbot.waitUntil(held.shown.is_set)
    page = page_of(program)
    before = page.inbox.shown_ids()
    page.inbox.select(before[1])
    new = office.conversation(office.own, "+12025550190", office.ben)
    office.message(new, "I am new")
    with qtbot.waitSignal(program.ready):
        held.may_open.set()
    qtbot.waitUntil(lambda: page.inbox.shown_ids() == (new, *before))
    assert page.inbox.current_id() == before[1]


def test_a_click_before_everything_is_there_opens_then(
    begun: Callable[[Open], Program], held: Held, qtbot: QtBot
) -> None:
    program = begun(held.open)
    qtbot.waitUntil(held.shown.is_set)
    page = page_of(program)
    view = page.inbox.list_view()
    row = view.visualRect(view.model().index(2, 0)).center()
    left, none = Qt.MouseButton.LeftButton, Qt.KeyboardModifier.NoModifier
    QTest.mouseClick(view.viewport(), left, none, row)
    wanted = page.inbox.shown_ids()[2]
    with qtbot.waitSignal(program.ready):
        held.may_open.set()
    assert program.wiring is not None
    assert program.wiring.thread_controller.conversation_id() == wanted


def test_keys_before_everything_is_there_are_not_lost(
    begun: Callable[[Open], Program], held: Held, qtbot: QtBot
) -> None:
    program = begun(held.open)
    qtbot.waitUntil(held.shown.is_set)
    page = page_of(program)
    view = page.inbox.list_view()
    page.inbox.select(page.inbox.shown_ids()[0])
    QTest.keyClick(view, Qt.Key.Key_J)
    closed = page.inbox.current_id()
    QTest.keyClick(view, Qt.Key.Key_E)
    QTest.keyClick(view, Qt.Key.Key_K, Qt.KeyboardModifier.ControlModifier)
    assert not program.window.findChildren(Palette)
    with qtbot.waitSignal(program.ready):
        held.may_open.set()
    assert program.window.findChildren(Palette)
    qtbot.waitUntil(lambda: closed not in page.inbox.shown_ids())
    assert len(page.inbox.shown_ids()) == 3


def test_a_place_and_a_word_chosen_before_hold(
    begun: Callable[[Open], Program], held: Held, office: Office, qtbot: QtBot
) -> None:
    program = begun(held.open)
    qtbot.waitUntil(held.shown.is_set)
    page = page_of(program)
    program.window.side.rail.choose("scope:shared")
    with qtbot.waitSignal(program.ready):
        held.may_open.set()
    assert page.inbox.filter().scope is Scope.SHARED
    qtbot.waitUntil(lambda: not page.inbox.shown_ids())


def test_a_glance_of_another_place_is_not_shown(
    begun: Callable[[Open], Program], session: FakeSession, office: Office, qtbot: QtBot
) -> None:
    held = Held(session, Scope.ALL)
    held.may_open.set()
    program = begun(held.open)
    with qtbot.waitSignal(program.ready):
        pass
    assert held.shown.is_set()
    assert program.wiring is not None
    assert program.wiring.first.glance is None


def test_a_glance_of_somebody_else_gives_way(
    begun: Callable[[Open], Program], held: Held, office: Office, tmp_path: Path, qtbot: QtBot
) -> None:
    held.session = FakeSession(office.desk(office.cara), tmp_path)
    program = begun(held.open)
    qtbot.waitUntil(held.shown.is_set)
    with qtbot.waitSignal(program.ready):
        held.may_open.set()
    assert program.wiring is not None
    assert program.wiring.first.glance is None
    assert not program.wiring.page.inbox.shown_ids()


def test_a_workspace_that_fails_after_its_glance_says_so(
    begun: Callable[[Open], Program], held: Held, qtbot: QtBot
) -> None:
    def open_(launch: Launch, front: Front) -> FakeSession:
        held.open(launch, front)
        raise StorageError("The disk is full.", "Free some space.")

    program = begun(open_)
    qtbot.waitUntil(held.shown.is_set)
    held.may_open.set()
    qtbot.waitUntil(lambda: "disk is full" in program.window.waiting.words())
    assert program.window.screen_shown() is program.window.waiting


def test_the_end_keeps_the_glance_of_where_the_next_start_begins(
    begun: Callable[[Open], Program], session: FakeSession, office: Office, qtbot: QtBot
) -> None:
    program = begun(lambda _launch, _front: session)
    with qtbot.waitSignal(program.ready):
        pass
    program.window.side.rail.choose("scope:all")
    program._unwire()
    program.finish(1.0)
    assert session.kept[-1] is Scope.ALL


# --- what an import costs --------------------------------------------------------------------------

READS_NO_SOURCE = """
import builtins, linecache
import sms_desk.ui.window.rest
assert "feature" not in builtins.__import__.__name__
print([name for name, held in linecache.cache.items() if len(held) > 1 and "site-packages/sqlalchemy" in name])
"""


def test_nobody_s_source_is_read_into_memory() -> None:
    environment = os.environ | {"QT_QPA_PLATFORM": "offscreen"}
    done = subprocess.run(
        [sys.executable, "-c", READS_NO_SOURCE],
        capture_output=True,
        text=True,
        timeout=60,
        env=environment,
        check=True,
    )
    assert done.stdout.strip() == "[]", done.stderr
