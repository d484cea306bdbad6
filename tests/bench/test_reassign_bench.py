"""Conversations that change hands, beside a bare UPDATE of the same rows (design §9, R23, R30).

    SMS_DESK_BENCH_MOVED=10000 make bench

Ours is the whole command through the desk's door: who may, the division, the owners, an event for
each conversation, notices, sender IDs and the audit's entry, to the commit. The floor is the bare
driver's UPDATE of the owner of the same conversations in a copy of the same encrypted file, with its
commit. Both are asked turn by turn, and compared is the processor's time, the best of all rounds. The
goal is five times the floor.
"""

from __future__ import annotations

import os
import shutil
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from functools import partial
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest
import sqlalchemy as sa

from sms_desk.domain import commands as c
from sms_desk.domain.absences import Cover, Part, Share, Split
from sms_desk.domain.inbox_filters import InboxFilter
from sms_desk.domain.model import HolderKind, TeamState
from sms_desk.services.desk import Desk
from sms_desk.services.executor import Done
from sms_desk.settings import keys
from sms_desk.store import tables, team_states
from sms_desk.store.engine import Workspace, open_file
from sms_desk.store.ids import new_id
from tests.bench.generate import NOW, generate
from tests.fixtures.desk import hold

MOVED = int(os.environ.get("SMS_DESK_BENCH_MOVED", "300"))
SENDERS = 3
ROUNDS = 5
GOAL = 5.0


@dataclass
class Hands:
    """One person owns all that moves and holds sender IDs; two others may get it."""

    ours: Workspace
    floor: Workspace
    me: UUID
    giver: UUID
    takers: tuple[UUID, UUID]
    ids: list[UUID]
    senders: tuple[UUID, ...]
    now: datetime = NOW
    floors: list[float] = field(default_factory=list)

    def desk(self) -> Desk:
        return Desk(self.ours, self.me, clock=self._clock)

    def _clock(self) -> datetime:
        self.now += timedelta(seconds=1)  # so that no two batches share an instant
        return self.now

    def bare(self, owner_id: UUID) -> None:
        """The floor: the driver's own UPDATE, and its commit."""
        marks = ", ".join("?" * len(self.ids))
        statement = (
            "UPDATE conversations SET owner_id = ?, owner_epoch = owner_epoch + 1"
            f" WHERE id IN ({marks})"
        )
        values = [owner_id.bytes, *(id_.bytes for id_ in self.ids)]
        began = time.process_time()
        with self.floor.write(quiet=True) as tx:
            driver: Any = tx.connection.driver_connection
            assert driver.execute(statement, values).rowcount == len(self.ids)
        self.floors.append(time.process_time() - began)


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Path:
    home = tmp_path_factory.mktemp("hands")
    return generate(home, MOVED * 10, MOVED * 2, people=20).database


@pytest.fixture
def hands(made: Path, tmp_path: Path) -> Iterator[Hands]:
    ours, floor = (
        open_file(Path(shutil.copyfile(made, tmp_path / name)), keys.PUBLISHED_KEY)
        for name in ("ours.db", "floor.db")
    )
    with ours.read() as tx:
        people = tables.people.c
        me = tx.execute(sa.select(tables.workspace.c.me_id)).scalar_one()
        reps = sa.select(people.id).where(people.role == "rep").order_by(people.id).limit(3)
        giver, *takers = tx.execute(reps).scalars()
        talks = tables.conversations.c
        listed = sa.select(talks.id).where(talks.listed).order_by(talks.id).limit(MOVED)
        ids = list(tx.execute(listed).scalars())
        senders = list(tx.execute(sa.select(tables.sender_ids.c.id).limit(SENDERS)).scalars())
    assert me is not None
    for workspace in (ours, floor):
        with workspace.write() as tx:
            first, second = takers
            tx.execute(sa.update(tables.conversations).values(owner_id=first))
            team_states.set_owner(tx, ids, giver)
            open_ = {"team_state": TeamState.OPEN, "snoozed_until": None}
            tx.execute(sa.update(tables.conversations).where(talks.id.in_(ids)).values(open_))
            holding = tables.holdings.c
            tx.execute(sa.delete(tables.holdings).where(holding.sender_id.in_(senders)))
            for sender in senders:
                hold(tx, sender, HolderKind.PERSON, giver)
    yield Hands(ours, floor, me, giver, (first, second), ids, tuple(senders))
    ours.close()
    floor.close()


def timed(into: list[float], step: Callable[[], Done]) -> Done:
    began = time.process_time()
    done = step()
    into.append(time.process_time() - began)
    return done


def say(name: str, times: list[float], floors: list[float]) -> None:
    """The best of a step and of the floor, and how many times it is."""
    ours, floor = min(times) * 1e3, min(floors) * 1e3
    mark = f"  over the goal of {GOAL:g}" if ours > GOAL * floor else ""
    print(
        f"\n{name} {MOVED:,} conversations: {ours:.0f} ms;"
        f" the bare UPDATE {floor:.0f} ms ({ours / floor:.1f} times){mark}",
        end="",
    )


@pytest.mark.parametrize("several", [False, True], ids=["to one", "evenly"])
def test_reassigning_and_undoing_it(hands: Hands, several: bool) -> None:
    """R30: all of one person's with the sender IDs, and back."""
    desk = hands.desk()
    shares = tuple(Share(one) for one in hands.takers[: 1 + several])
    done: list[float] = []
    undone: list[float] = []
    for n in range(ROUNDS):
        hands.bare(hands.takers[n % 2])
        order = c.Reassign(
            **desk.stamp(),
            targets=c.Targets(matching=InboxFilter(state=None, owner_id=hands.giver)),
            split=Split.EVEN if several else Split.ONE,
            shares=shares,
            from_id=hands.giver,
            sender_ids=hands.senders,
        )
        assert timed(done, partial(desk.change, order)).count == MOVED
        assert timed(undone, partial(desk.undo, order.id)).count == MOVED
    say("Reassigning", done, hands.floors)
    say("Taking back", undone, hands.floors)


@pytest.mark.parametrize("several", [False, True], ids=["one substitute", "evenly"])
def test_an_absence_that_begins_and_ends(hands: Hands, several: bool) -> None:
    """R23, R27: who answers all of one person's; a divided cover fixes somebody for each."""
    desk = hands.desk()
    shares = tuple(Share(one) for one in hands.takers[: 1 + several])
    cover = Cover(Part.CONVERSATIONS, Split.EVEN if several else Split.ONE, shares)
    begun: list[float] = []
    ended: list[float] = []
    for n in range(ROUNDS):
        hands.bare(hands.takers[n % 2])
        stamp = desk.stamp()
        plan = c.PlanAbsence(
            **stamp,
            absence_id=new_id(),
            person_id=hands.giver,
            since=stamp["at"],
            until=None,
            zone="UTC",
            covers=(cover,),
            confirmed=True,
        )
        timed(begun, partial(desk.change, plan))
        end = c.EndAbsence(**desk.stamp(), absence_id=plan.absence_id)
        assert timed(ended, partial(desk.change, end)).count == 1
    say("Beginning an absence over", begun, hands.floors)
    say("Ending an absence over", ended, hands.floors)
