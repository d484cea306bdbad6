"""Two windows on one team's server: each sees what the other does, and who was faster (R38, GC3, GC4)."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path
from time import monotonic
from uuid import UUID

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QPlainTextEdit
from pytestqt.qtbot import QtBot

from sms_desk.domain.model import OutboxState
from sms_desk.services.team_rows import Doing
from sms_desk.settings.files import MachineState
from sms_desk.ui.composer import Composer
from sms_desk.ui.window.main_window import MainWindow
from sms_desk.ui.window.team_controller import TeamController
from sms_desk.ui.window.wiring import Wiring
from tests.fixtures.team_desks import Floor

pytestmark = pytest.mark.allow_log("sms_desk")

POKE_S = 1.0
LOOK_S = 0.05
"""How often the connector looks for work: each look asks the server."""


class Window:
    """One person's desk, with its window."""

    def __init__(self, floor: Floor, person: UUID, folder: Path, bot: QtBot) -> None:
        self._floor, self._bot = floor, bot
        session = floor.sit(person)
        session.sync_once()  # as joining does
        self.window = MainWindow()
        self.window.furnish()
        self.window.resize(1280, 800)
        self.window.show()
        state = MachineState(folder / f"{person}.json")
        self.wiring = Wiring(self.window, session, state)
        with bot.waitSignal(self.wiring.ready):
            self.wiring.start()
        self.window.side.rail.choose("scope:all")

    @property
    def team(self) -> TeamController:
        assert self.wiring.team is not None
        return self.wiring.team

    @property
    def composer(self) -> Composer:
        return self.wiring.page.column.composer

    def until(self, condition: Callable[[], object]) -> None:
        """Wait, while the connector works and pokes."""
        poked = looked = 0.0

        def there() -> bool:
            nonlocal poked, looked
            if monotonic() - looked > LOOK_S:
                looked = monotonic()
                if self._floor.execute() or looked - poked > POKE_S:
                    poked = looked
                    self._floor.poke()
            return bool(condition())

        self._bot.waitUntil(there)

    def open(self, conversation: UUID) -> None:
        self.until(lambda: conversation in self.wiring.page.inbox.shown_ids())
        self.wiring.open_conversation(conversation)
        self.until(lambda: self.wiring.thread_controller.detail() is not None)

    def type(self, text: str) -> None:
        editor = self.composer.findChild(QPlainTextEdit)
        assert editor is not None
        QTest.keyClicks(editor, text)

    def bodies(self) -> list[str]:
        items = self.wiring.page.column.thread_view.loaded().items
        return [item.body for item in items if item.body]

    def until_settled(self, texts: set[str]) -> None:
        """All of it stands here, and the workspace has answered."""
        self.until(lambda: texts <= set(self.bodies()))
        self.until(lambda: not self.wiring.ties.session.waiting())
        self.until(lambda: len(set(self.states())) == len(texts))

    def states(self) -> list[OutboxState]:
        items = self.wiring.page.column.thread_view.loaded().items
        return [item.outbox_state for item in items if item.outbox_state is not None]

    def close(self) -> None:
        self.wiring.keep()
        self.wiring.stop()
        self.wiring.dispose()
        self.window.close_for_good()
        self.window.deleteLater()
        QApplication.sendPostedEvents()


@pytest.fixture
def shared(floor: Floor) -> UUID:
    """A conversation that Ben and Cara may both answer."""
    id_ = floor.office.conversation(floor.office.shared, "+12025550177", None)
    floor.office.message(id_, "Is anybody there?")
    return id_


@pytest.fixture
def two(
    qtbot: QtBot, floor: Floor, shared: UUID, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> Iterator[tuple[Window, Window]]:
    # One screen has one active window, two machines have one each.
    monkeypatch.setattr(Wiring, "looked_at", lambda self: self.thread_controller.conversation_id())
    made = [Window(floor, who, tmp_path, qtbot) for who in (floor.office.ben, floor.office.cara)]
    for each in made:
        each.team.presence._active = lambda: True
    yield made[0], made[1]
    for window in made:
        window.close()


def test_r38_one_sees_the_other_read_and_type(two: tuple[Window, Window], shared: UUID) -> None:
    ben, cara = two
    ben.open(shared)
    cara.open(shared)
    head = cara.wiring.page.column.head
    ben.until(lambda: head._seen.words() == "\u2068Ben\u2069 is reading")
    ben.type("I come right")
    ben.until(lambda: head._seen.words() == "\u2068Ben\u2069 is typing…")
    assert cara.composer.claim() == "\u2068Ben\u2069 is writing an answer here."
    assert any(each.doing is Doing.TYPING for each in cara.wiring.ties.session.seen())


def test_gc3_a_reply_stands_on_both_desks(two: tuple[Window, Window], shared: UUID) -> None:
    ben, cara = two
    ben.open(shared)
    cara.open(shared)
    ben.type("I come right away")
    QTest.mouseClick(ben.composer._send, Qt.MouseButton.LeftButton)
    ben.until(lambda: "I come right away" in ben.bodies())
    cara.until(lambda: "I come right away" in cara.bodies())
    ben.until(lambda: not ben.wiring.ties.session.waiting())
    assert ben.window.side.line.words().startswith(("Online", "No connector"))  # of late or not


def test_gc4_of_two_answers_the_slower_is_held_in_its_thread_and_nothing_is_lost(
    two: tuple[Window, Window], shared: UUID, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("sms_desk.ui.window.presence_controller.ask", lambda *_, **__: True)
    texts = {"I come right away", "On it, one moment"}
    for window, text in zip(two, sorted(texts), strict=True):
        window.open(shared)
        window.type(text)
    for window in two:
        QTest.mouseClick(window.composer._send, Qt.MouseButton.LeftButton)
    for window in two:
        window.until_settled(texts)
        assert OutboxState.HELD in window.states()
    assert sorted(two[0].states()) == [OutboxState.HELD, OutboxState.QUEUED]


def test_gc4_of_two_who_take_the_same_one_is_told_in_the_thread_who_was_faster(
    two: tuple[Window, Window], floor: Floor, shared: UUID
) -> None:
    ben, cara = two
    for window, person in ((ben, floor.office.ben), (cara, floor.office.cara)):
        window.open(shared)
        window.wiring.page.column.head.assign_requested.emit(person)
    ben.until(lambda: ben.team.strip.isVisible() or cara.team.strip.isVisible())
    slower, faster = (ben, "Cara") if ben.team.strip.isVisible() else (cara, "Ben")
    assert faster in slower.team.strip.words()
    QTest.mouseClick(slower.team.strip.buttons["drop"], Qt.MouseButton.LeftButton)
    assert slower.team.strip.isHidden()
