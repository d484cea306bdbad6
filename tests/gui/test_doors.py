"""The window's two doors, and the bus: order, owners, overtaking, failures."""

from __future__ import annotations

import logging
import threading
import weakref
from collections.abc import Iterator
from uuid import UUID

import pytest
from PySide6.QtCore import QObject, QThread
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot
from shiboken6 import delete

from sms_desk.domain import commands as c
from sms_desk.domain.changes import Changes, Thing
from sms_desk.domain.errors import DeskError, NotFoundError
from sms_desk.services import inbox, threads
from sms_desk.services.context import Context
from sms_desk.services.executor import Done
from sms_desk.ui.bus import Bus
from sms_desk.ui.doors import Doors
from tests.store.office import Office

PEER = "+12025550199"


@pytest.fixture
def doors(office: Office, qapp: QApplication) -> Iterator[Doors]:
    made = Doors(office.desk(office.ben))
    yield made
    made.close()
    delete(made)


def test_an_answer_comes_on_the_window_s_thread(doors: Doors, qtbot: QtBot) -> None:
    seen: list[tuple[object, bool]] = []

    def then(pages: object) -> None:
        seen.append((pages, QThread.currentThread() is doors.thread()))

    doors.read(doors, inbox.saved_views, then=then)
    qtbot.waitUntil(lambda: bool(seen))
    assert seen == [((), True)]


def test_work_runs_elsewhere(doors: Doors, qtbot: QtBot) -> None:
    names: list[str] = []
    doors.run(doors, lambda: threading.current_thread().name, then=names.append)
    qtbot.waitUntil(lambda: bool(names))
    assert names[0].startswith("desk-read")


def test_the_answer_for_a_destroyed_owner_is_dropped(doors: Doors, qtbot: QtBot) -> None:
    owner, heard, go = QObject(), list[object](), threading.Event()

    def slow() -> str:
        go.wait(5)
        return "late"

    doors.run(owner, slow, then=heard.append)
    delete(owner)
    go.set()
    doors.run(doors, lambda: "next", then=heard.append)
    qtbot.waitUntil(lambda: "next" in heard)
    qtbot.wait(20)
    assert heard == ["next"]


def test_who_asked_ends_in_the_window_s_thread(doors: Doors, qtbot: QtBot) -> None:
    """A widget that ends in a reader's leaves its timers behind, and the next one to ring crashes."""
    ended, go = list[threading.Thread](), threading.Event()

    def ask(key: str) -> None:
        owner = QObject()
        weakref.finalize(owner, lambda: ended.append(threading.current_thread()))
        doors.run(owner, owner.objectName, then=owner.setObjectName, key=key)
        if key:
            doors.overtake(owner, key)

    for _ in range(3):  # all readers are busy
        doors.run(doors, lambda: go.wait(5), then=lambda _: None)
    for n in range(200):
        ask("page" if n % 2 else "")
    go.set()
    qtbot.waitUntil(lambda: len(ended) == 200)
    assert set(ended) == {threading.main_thread()}


def test_a_newer_read_under_the_same_key_overtakes(doors: Doors, qtbot: QtBot) -> None:
    heard, go = list[str](), threading.Event()

    def old() -> str:
        go.wait(5)
        return "old"

    doors.run(doors, old, then=heard.append, key="page")
    doors.run(doors, lambda: "new", then=heard.append, key="page")
    qtbot.waitUntil(lambda: heard == ["new"])
    go.set()
    doors.run(doors, lambda: "other", then=heard.append)
    qtbot.waitUntil(lambda: "other" in heard)
    assert heard == ["new", "other"]


def test_a_failure_goes_to_who_asked_or_to_its_one_home(doors: Doors, qtbot: QtBot) -> None:
    own: list[DeskError] = []
    home: list[DeskError] = []
    doors.failed.connect(home.append)
    nothing = UUID(int=1)
    doors.read(doors, threads.detail, nothing, then=lambda _: None, failed=own.append)
    doors.read(doors, threads.detail, nothing, then=lambda _: None)
    qtbot.waitUntil(lambda: bool(own and home))
    assert isinstance(own[0], NotFoundError)
    assert isinstance(home[0], NotFoundError)


@pytest.mark.allow_log("sms_desk.ui.doors")
def test_what_nobody_foresaw_is_said_and_logged(
    doors: Doors, qtbot: QtBot, caplog: pytest.LogCaptureFixture
) -> None:
    home: list[DeskError] = []
    doors.failed.connect(home.append)

    def broken(_ctx: Context) -> None:
        raise ValueError

    with caplog.at_level(logging.ERROR):
        doors.read(doors, broken, then=lambda _: None)
        qtbot.waitUntil(lambda: bool(home))
    assert "log" in home[0].next_step
    assert caplog.records


def test_changes_are_written_in_the_order_given(doors: Doors, office: Office, qtbot: QtBot) -> None:
    conversation = office.conversation(office.own, PEER, office.ben)
    done: list[Done] = []
    for n in range(20):
        doors.change(
            doors,
            c.AddTag(
                **doors.stamp(),
                targets=c.Targets.one(conversation),
                tag_id=doors.new_id(),
                name=f"tag {n}",
            ),
            then=done.append,
        )
    qtbot.waitUntil(lambda: len(done) == 20)
    rows = office.desk(office.ben).read(inbox.rows, [conversation])
    assert set(rows[0].tags) == {f"tag {n}" for n in range(20)}


def test_a_change_is_told_even_if_its_screen_is_gone(
    doors: Doors, office: Office, qtbot: QtBot
) -> None:
    conversation = office.conversation(office.own, PEER, office.ben)
    owner, told, answered = QObject(), list[Changes](), list[object]()
    doors.changed.connect(told.append)
    doors.change(
        owner,
        c.Close(**doors.stamp(), targets=c.Targets.one(conversation)),
        then=answered.append,
    )
    delete(owner)
    qtbot.waitUntil(lambda: bool(told))
    assert told[0].touches(Thing.CONVERSATION, conversation)
    assert not answered


def test_closing_writes_what_was_asked_before(doors: Doors, office: Office) -> None:
    conversation = office.conversation(office.own, PEER, office.ben)
    doors.change(doors, c.Close(**doors.stamp(), targets=c.Targets.one(conversation)))
    doors.close()
    (row,) = office.desk(office.ben).read(inbox.rows, [conversation])
    assert row.team_state == "closed"


def test_the_bus_gathers_what_comes_close_together(qtbot: QtBot) -> None:
    bus, heard = Bus(), list[Changes]()
    bus.changed.connect(heard.append)
    one, two = UUID(int=1), UUID(int=2)
    bus.tell(Changes.of(conversation=one))
    thread = threading.Thread(target=bus.tell, args=(Changes.of(conversation=two),))
    thread.start()
    thread.join()
    qtbot.waitUntil(lambda: bool(heard))
    assert len(heard) == 1
    assert heard[0].touches(Thing.CONVERSATION, one)
    assert heard[0].touches(Thing.CONVERSATION, two)
    assert not heard[0].touches(Thing.OUTBOX)
