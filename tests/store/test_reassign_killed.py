"""A reassignment killed in the middle leaves all or nothing, and nobody ever sees a part (R30, GC6).

The processes are made by a server that has read the program once; each opens the workspace itself.
"""

from __future__ import annotations

import multiprocessing
import os
import signal
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta
from multiprocessing.connection import Connection
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest
import sqlalchemy as sa
from sqlalchemy.pool import NullPool

from sms_desk.domain import commands as c
from sms_desk.domain.absences import Share, Split
from sms_desk.domain.inbox_filters import InboxFilter
from sms_desk.services.desk import Desk
from sms_desk.store import senders, tables
from sms_desk.store.engine import Tx, Workspace, open_file
from tests.fixtures.waiting import wait_until
from tests.store.conftest import KEY
from tests.store.office import NOON, Office

MANY = 60
TURNS = 6
MOST_WRITES = 60
EACH = 2
"""Every other write: a process for each of them would take twice as long."""
SECONDS = 60
WRITES = ("INSERT", "UPDATE", "DELETE")

processes = multiprocessing.get_context("forkserver")
processes.set_forkserver_preload([__name__, "sms_desk.services.executor"])


@dataclass(frozen=True)
class Place:
    """Where a process finds the workspace, and whom it is about."""

    path: Path | None
    url: str
    ann: UUID
    ben: UUID
    cara: UUID
    sender: UUID

    @contextmanager
    def opened(self) -> Iterator[Workspace]:
        workspace = (
            open_file(self.path, KEY)
            if self.path is not None
            else Workspace(sa.create_engine(self.url, poolclass=NullPool))
        )
        try:
            yield workspace
        finally:
            workspace.close()


@pytest.fixture
def place(workspace: Workspace) -> Place:
    office = Office(workspace)
    for n in range(MANY):
        talk = office.conversation(office.own, f"+447700900{n:03d}", office.ben)
        office.message(talk, "Is my coat ready?")
    url = workspace.engine.url.render_as_string(hide_password=False)
    return Place(workspace.path, url, office.ann, office.ben, office.cara, office.own)


def order(desk: Desk, place: Place, giver: UUID, taker: UUID) -> c.Reassign:
    return c.Reassign(
        **desk.stamp(),
        targets=c.Targets(matching=InboxFilter(state=None)),
        split=Split.ONE,
        shares=(Share(taker),),
        from_id=giver,
        sender_ids=(place.sender,),
    )


def killed_after(place: Place, write: int) -> None:
    """Reassign all of Ben's to Cara; the process kills itself after so many writes."""
    done = 0

    def count(*event: Any) -> None:
        nonlocal done
        done += event[2].lstrip().upper().startswith(WRITES)
        if done == write:
            os.kill(os.getpid(), signal.SIGKILL)

    with place.opened() as workspace:
        sa.event.listen(workspace.engine, "after_cursor_execute", count)
        desk = Desk(workspace, place.ann, clock=lambda: NOON + timedelta(minutes=1))
        desk.change(order(desk, place, place.ben, place.cara))


Seen = tuple[frozenset[UUID | None], frozenset[UUID]]
"""Who owns the conversations, and who holds the sender ID, in one snapshot."""


def seen_in(tx: Tx, place: Place, now: datetime) -> Seen:
    owners = frozenset(tx.execute(sa.select(tables.conversations.c.owner_id)).scalars())
    holders = {place.ben, place.cara}
    holding = (one for one in holders if place.sender in senders.held_by(tx, one, now))
    return owners, frozenset(holding)


def look_on(place: Place, told: Connection) -> None:
    """Look as often as possible until told to stop; answer all that was seen."""
    seen: set[Seen] = set()
    now = NOON + timedelta(days=1)  # later than all changes, so that a holding is over or not
    with place.opened() as workspace:
        told.send("looking")
        while not told.poll():
            with workspace.read() as tx:
                seen.add(seen_in(tx, place, now))
    told.send(seen)


@contextmanager
def looked_on(place: Place) -> Iterator[list[Seen]]:
    """Another process looks on meanwhile; what it saw stands in the list at the end."""
    here, there = processes.Pipe()
    process = processes.Process(target=look_on, args=(place, there))
    process.start()
    found: list[Seen] = []
    assert here.poll(SECONDS), "nobody looks"
    assert here.recv() == "looking"
    try:
        yield found
        here.send("stop")
        assert here.poll(SECONDS), "no answer"
        found.extend(here.recv())
    finally:
        process.join(SECONDS)
        if process.is_alive():
            process.kill()


def whole(workspace: Workspace, place: Place) -> tuple[Any, ...]:
    """All that a reassignment writes."""
    with workspace.read() as tx:
        counts = [
            tx.execute(sa.select(sa.func.count()).select_from(table)).scalar_one()
            for table in (
                *(tables.events, tables.holdings, tables.notices, tables.audit, tables.commands),
            )
        ]
        return seen_in(tx, place, NOON + timedelta(days=1)), *counts


def test_gc6_a_reassignment_killed_after_any_of_its_writes_has_changed_nothing(
    workspace: Workspace, place: Place
) -> None:
    before = whole(workspace, place)
    bens = frozenset((place.ben,)), frozenset((place.ben,))
    caras = frozenset((place.cara,)), frozenset((place.cara,))
    kills = 0
    with looked_on(place) as seen:
        for write in range(1, MOST_WRITES, EACH):
            process = processes.Process(target=killed_after, args=(place, write))
            process.start()
            process.join(SECONDS)
            if process.exitcode == 0:
                break
            assert process.exitcode == -signal.SIGKILL
            assert whole(workspace, place) == before
            kills += 1
        wait_until(lambda: whole(workspace, place) != before, "the one that was let live")
    assert kills >= 4  # among owners, events, holdings, notices, audit, command, and the last beat
    assert whole(workspace, place)[0] == caras
    assert set(seen) <= {bens, caras}


def test_gc6_who_looks_on_sees_before_or_after_and_never_a_part(
    workspace: Workspace, place: Place
) -> None:
    now = NOON + timedelta(minutes=1)
    desk = Desk(workspace, place.ann, clock=lambda: now)
    with looked_on(place) as seen:
        for turn in range(TURNS):
            pair = (place.ben, place.cara) if turn % 2 == 0 else (place.cara, place.ben)
            command = order(desk, place, *pair)
            assert desk.change(command).count == MANY
            now += timedelta(minutes=1)
            if turn % 3 == 2:
                assert desk.undo(command.id).count == MANY
                now += timedelta(minutes=1)
                desk.change(order(desk, place, *pair))
                now += timedelta(minutes=1)
    each = {(frozenset((one,)), frozenset((one,))) for one in (place.ben, place.cara)}
    assert set(seen) <= each
    assert seen
