"""The connector: one process of a profile, a thread that wakes when there is work (design §1, R63)."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from datetime import datetime, timedelta
from pathlib import Path
from uuid import UUID

import pytest

from sms_desk.domain.changes import Changes, Thing
from sms_desk.domain.model import OutboxState
from sms_desk.store.engine import open_file
from sms_desk.sync.clock import Clock
from sms_desk.sync.connector import Connector, ConnectorLock
from tests.fixtures.desk import KEY, Desk, desk_at, queue
from tests.fixtures.fake_provider import START
from tests.fixtures.waiting import wait_until


class Watched:
    """A connector on a desk's engine, and what it said."""

    def __init__(self, desk: Desk, folder: Path) -> None:
        self.desk = desk
        self.heard: list[Changes] = []
        self.lock = ConnectorLock(folder)
        clock = Clock(desk.hand.now, desk.hand.mono_us)
        self.connector = Connector(desk.workspace, desk.engine, self.lock, self.heard.append, clock)

    def touched(self) -> set[Thing]:
        return {thing for changes in self.heard for thing in changes.touched}


@pytest.fixture
def watched(tmp_path: Path) -> Iterator[Watched]:
    with desk_at(tmp_path / "w.db") as desk:
        made = Watched(desk, tmp_path)
        yield made
        assert made.connector.stop()


def test_it_receives_tells_and_stops(watched: Watched) -> None:
    watched.desk.provider.receive("hello")
    watched.connector.start()
    wait_until(lambda: Thing.MESSAGE in watched.touched(), "the message")
    assert watched.connector.is_connector
    assert watched.connector.stop()
    assert not [thread for thread in threading.enumerate() if thread.name == "connector"]


def test_a_poke_runs_a_cycle_at_once(watched: Watched) -> None:
    watched.connector.start()
    wait_until(lambda: bool(watched.heard), "the first cycle")
    watched.desk.provider.receive("hello")
    watched.connector.poke(force=True)
    wait_until(lambda: Thing.MESSAGE in watched.touched(), "the message")


def test_what_another_process_queues_is_sent(watched: Watched, tmp_path: Path) -> None:
    """Design §1: any process may execute commands."""
    desk = watched.desk
    desk.provider.receive("hello")
    watched.connector.start()
    wait_until(lambda: Thing.MESSAGE in watched.touched(), "the message")
    other = open_file(tmp_path / "w.db", KEY)
    try:
        with other.write() as tx:
            id_ = desk.conversation()["id"]
            reply = queue(tx, id_, "from the command line", desk.ann, 1, START).id
        wait_until(lambda: desk.state(reply) is OutboxState.ACCEPTED, "the reply")
    finally:
        other.close()


def test_what_another_process_queues_while_a_cycle_ends_is_sent(
    watched: Watched, tmp_path: Path
) -> None:
    desk, replies = watched.desk, list[UUID]()

    def changed(changes: Changes) -> None:
        if Thing.MESSAGE in changes.touched and not replies:
            with other.write() as tx:
                id_ = desk.conversation()["id"]
                reply = queue(tx, id_, "meanwhile", desk.ann, 1, START).id
            replies.append(reply)

    desk.provider.receive("hello")
    clock = Clock(desk.hand.now, desk.hand.mono_us)
    connector = Connector(desk.workspace, desk.engine, watched.lock, changed, clock)
    other = open_file(tmp_path / "w.db", KEY)
    try:
        connector.start()
        wait_until(lambda: bool(replies), "the message")
        wait_until(lambda: desk.state(replies[0]) is OutboxState.ACCEPTED, "the reply", seconds=30)
    finally:
        assert connector.stop()
        other.close()


def test_only_one_of_a_profile_is_the_connector(watched: Watched, tmp_path: Path) -> None:
    other = ConnectorLock(tmp_path)
    assert other.acquire()
    watched.desk.provider.receive("hello")
    watched.connector.start()
    wait_until(lambda: watched.connector._thread is not None, "the thread")
    assert not ConnectorLock(tmp_path).acquire()
    assert watched.desk.provider.calls == 0
    other.release()
    watched.desk.hand.tick(2)
    watched.connector.poke()
    wait_until(lambda: Thing.MESSAGE in watched.touched(), "the lock and the message")


def test_a_lock_ends_with_its_holder(tmp_path: Path) -> None:
    with ConnectorLock(tmp_path) as mine:
        assert mine
        with ConnectorLock(tmp_path) as other:
            assert not other
    assert (tmp_path / "connector.lock").stat().st_mode & 0o077 == 0
    with ConnectorLock(tmp_path) as again:
        assert again


@pytest.mark.allow_log("sms_desk.sync.connector")
def test_a_fault_does_not_end_the_line(watched: Watched, monkeypatch: pytest.MonkeyPatch) -> None:
    run_once = watched.desk.engine.run_once
    faults = [RuntimeError("not foreseen")]

    def faulty(now: datetime, *, force: bool = False) -> Changes:
        if faults:
            raise faults.pop()
        return run_once(now, force=force)

    monkeypatch.setattr(watched.desk.engine, "run_once", faulty)
    watched.connector.start()
    wait_until(lambda: not faults, "the fault")
    watched.desk.hand.tick(31)
    watched.connector.poke()
    wait_until(lambda: bool(watched.heard), "the next cycle")


def test_gy5_a_clock_that_is_put_back_stops_nothing(watched: Watched) -> None:
    desk = watched.desk
    watched.connector.start()
    wait_until(lambda: bool(watched.heard), "the first cycle")
    desk.hand.at -= timedelta(days=1)
    desk.provider.skew = timedelta(days=1)
    desk.provider.receive("hello")
    wait_until(lambda: Thing.MESSAGE in watched.touched(), "the message")


def test_the_next_cycle_is_due_when_something_is(watched: Watched) -> None:
    desk = watched.desk
    desk.cycle()
    assert desk.engine.next_due(desk.hand.at) == desk.hand.at + timedelta(seconds=10)
    desk.provider.send_plan = ["rate_limited:3"]
    desk.reply("x", desk.start())
    desk.cycle()
    assert desk.engine.next_due(desk.hand.at) == desk.hand.at + timedelta(seconds=3)
