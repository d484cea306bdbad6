"""R25-R31, GC7, GC8: whatever is planned, changed, ended, undone, taken, reassigned and suspended, in
any order and on both engines, each conversation is with whom the dated rows say, once."""

from __future__ import annotations

import shutil
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager, suppress
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any
from uuid import UUID

import sqlalchemy as sa
from hypothesis import Phase, settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    invariant,
    precondition,
    rule,
    run_state_machine_as_test,
)

from sms_desk.domain import audit as chain
from sms_desk.domain import commands as c
from sms_desk.domain.absences import Absence, Share, Split
from sms_desk.domain.errors import NotFoundError, RefusedError, UsageError
from sms_desk.domain.inbox_filters import InboxFilter, Scope
from sms_desk.domain.responsibility import Flow, Presence, responsible
from sms_desk.services import absences, boundaries, covers, inbox
from sms_desk.services.executor import Done
from sms_desk.store import absences as absence_store
from sms_desk.store import audit, tables
from sms_desk.store.engine import Workspace
from tests.fixtures.desk import open_hurried
from tests.fixtures.kept_databases import KeptDatabases
from tests.fixtures.remembering import RememberingWorkspace
from tests.store.conftest import KEY
from tests.store.office import Office
from tests.store.test_absences import all_to, end, person, plan, talk

Maker = Callable[[], AbstractContextManager[Workspace]]
HOUR = timedelta(hours=1)
WHO = st.integers(0, 3)
SOME = st.lists(WHO, min_size=1, max_size=3, unique=True)
SPANS = st.integers(1, 30)
REFUSED = (RefusedError, UsageError, NotFoundError)


@dataclass
class Model:
    """What a person would keep on paper: whose each conversation is, and the plans as they stand."""

    owners: dict[UUID, UUID | None] = field(default_factory=dict)
    plans: dict[UUID, Absence] = field(default_factory=dict)
    suspended: frozenset[UUID] = frozenset()

    def copy(self) -> Model:
        return Model(dict(self.owners), dict(self.plans), self.suspended)

    def presence(self, now: datetime) -> Presence:
        return Presence.at(tuple(self.plans.values()), now, self.suspended)


class Histories(RuleBasedStateMachine):
    """Four people with two conversations each; one substitute or several, chains and rings."""

    def __init__(self, make: Maker) -> None:
        super().__init__()
        self._opened = make()
        self.office = Office(self._opened.__enter__())
        self.workspace = self.office.workspace
        dora = person(self.office, "Dora")
        self.people = [self.office.ann, self.office.ben, self.office.cara, dora]
        self.model = Model(
            {talk(self.office, n, owner=self.people[n % 4]): self.people[n % 4] for n in range(8)}
        )
        self.undoable: tuple[UUID, UUID, Model] | None = None
        self.fixed: dict[tuple[UUID, UUID], UUID | None] = {}
        self.undone = False

    def teardown(self) -> None:
        try:
            with self.workspace.read() as tx:
                assert chain.verify(audit.entries(tx), audit.noted(tx)).intact
        finally:
            self._opened.__exit__(None, None, None)

    # --- help ---

    def done(self, command_id: UUID, by: UUID, before: Model) -> None:
        self.undoable = (command_id, by, before)

    def conversations(self) -> list[UUID]:
        return sorted(self.model.owners)

    def change(self, command: c.Command, by: UUID | None = None) -> Done:
        return self.office.desk(by or self.office.ann).change(command)

    def stamp(self) -> dict[str, object]:
        return dict(self.office.desk(self.office.ann).stamp())

    # --- plans ---

    @rule(who=WHO, others=SOME, begins=st.integers(0, 12), lasts=SPANS)
    def plans(self, who: int, others: list[int], begins: int, lasts: int) -> None:
        since = self.office.now + begins * HOUR
        until = since + lasts * HOUR
        person_id, substitutes = self.people[who], [self.people[n] for n in others]
        with suppress(*REFUSED):  # a ring, or somebody suspended
            id_ = plan(self.office, person_id, *substitutes, since=since, until=until)
            self.model.plans[id_] = Absence(id_, person_id, since, until, all_to(*substitutes))
            self.undoable = None

    @precondition(lambda self: self.model.plans)
    @rule(data=st.data(), lasts=SPANS, others=SOME)
    def changes(self, data: st.DataObject, lasts: int, others: list[int]) -> None:
        id_ = data.draw(st.sampled_from(sorted(self.model.plans)))
        before, found = self.model.copy(), self.model.plans[id_]
        until = max(found.since, self.office.now) + lasts * HOUR
        covers_now = all_to(*(self.people[n] for n in others))
        command = c.ChangeAbsence(
            **self.stamp(),  # type: ignore[arg-type]
            absence_id=id_,
            since=found.since,
            until=until,
            covers=covers_now,
            confirmed=True,
        )
        with suppress(*REFUSED):  # it is over, or a ring
            self.change(command)
            self.model.plans[id_] = replace(found, until=until, covers=covers_now)
            self.done(command.id, self.office.ann, before)

    @precondition(lambda self: self.model.plans)
    @rule(data=st.data())
    def ends(self, data: st.DataObject) -> None:
        id_ = data.draw(st.sampled_from(sorted(self.model.plans)))
        before, found = self.model.copy(), self.model.plans[id_]
        ended = end(self.office, id_)
        end(self.office, id_)
        if found.since > self.office.now:
            del self.model.plans[id_]
        elif found.runs(self.office.now):
            self.model.plans[id_] = replace(found, until=self.office.now)
        if ended.undo is not None:
            self.done(ended.command_id, self.office.ann, before)

    # --- owners ---

    @rule(who=WHO)
    def takes_over(self, who: int) -> None:
        me = self.people[who]
        if me in self.model.suspended:
            return
        theirs = self.listed(me, Scope.COVERING)
        if not theirs:
            return
        before = self.model.copy()
        targets = c.Targets(ids=tuple(sorted(theirs)))
        done = self.change(c.TakeFromCover(**self.stamp(), targets=targets), me)  # type: ignore[arg-type]
        self.model.owners |= dict.fromkeys(theirs, me)
        self.done(done.command_id, me, before)

    @rule(data=st.data(), who=st.one_of(st.none(), WHO))
    def assigns(self, data: st.DataObject, who: int | None) -> None:
        id_ = data.draw(st.sampled_from(self.conversations()))
        to = None if who is None else self.people[who]
        before = self.model.copy()
        command = c.Assign(**self.stamp(), targets=c.Targets.one(id_), owner_id=to)  # type: ignore[arg-type]
        with suppress(*REFUSED):
            done = self.change(command)
            self.model.owners[id_] = to
            self.undoable = None
            if done.undo is not None:
                self.done(command.id, self.office.ann, before)

    @rule(giver=WHO, taker=WHO)
    def reassigns(self, giver: int, taker: int) -> None:
        from_id, to = self.people[giver], self.people[taker]
        before = self.model.copy()
        theirs = [id_ for id_, owner in self.model.owners.items() if owner == from_id]
        command = c.Reassign(
            **self.stamp(),  # type: ignore[arg-type]
            targets=c.Targets(ids=tuple(theirs)),
            split=Split.ONE,
            shares=(Share(to),),
            from_id=from_id,
        )
        with suppress(*REFUSED):
            done = self.change(command)
            self.model.owners |= dict.fromkeys(theirs, to)
            if done.undo is not None:
                self.done(command.id, self.office.ann, before)

    # --- what else happens ---

    @precondition(lambda self: self.undoable)
    @rule()
    def undoes(self) -> None:
        assert self.undoable is not None
        command_id, by, before = self.undoable
        self.undoable = None
        with suppress(*REFUSED):  # over by now, a ring by now
            self.change(c.Undo(**self.stamp(), command_id=command_id), by)  # type: ignore[arg-type]
            self.model = before
            self.undone = True

    @rule(who=st.integers(1, 3))
    def suspends_or_restores(self, who: int) -> None:
        one = self.people[who]
        before = self.model.copy()
        on = one not in self.model.suspended
        done = self.change(
            c.SuspendPerson(**self.stamp(), person_id=one, suspended=on)  # type: ignore[arg-type]
        )
        self.model.suspended ^= {one}
        self.done(done.command_id, self.office.ann, before)

    @rule(data=st.data())
    def a_contact_writes(self, data: st.DataObject) -> None:
        id_ = data.draw(st.sampled_from(self.conversations()))
        self.office.message(id_, "Hello?", at=self.office.later(seconds=1))
        with self.workspace.write() as tx:
            covers.settle(tx, self.office.now)

    @rule(hours=st.integers(1, 12))
    def time_passes(self, hours: int) -> None:
        self.office.later(hours=hours)

    @rule()
    def a_connector_looks(self) -> None:
        with self.workspace.write() as tx:
            boundaries.cross(tx, self.office.now)
            covers.settle(tx, self.office.now)
            assert not boundaries.pending(tx, self.office.now)

    # --- what must be so ---

    def listed(self, who: UUID, scope: Scope) -> set[UUID]:
        desk, wanted = self.office.desk(who), InboxFilter(scope=scope, state=None)
        rows = desk.read(inbox.page, wanted).rows
        found = {row.id for row in rows}
        assert len(rows) == len(found) == desk.read(inbox.count, wanted)
        return found

    @invariant()
    def each_conversation_is_with_whom_the_dated_rows_say(self) -> None:
        c_ = tables.conversations.c
        with self.workspace.read() as tx:
            rows = tx.execute(sa.select(c_.id, c_.owner_id))
            owners = {row.id: row.owner_id for row in rows}
            chosen = absence_store.chosen_of(tx, owners)
        assert owners == self.model.owners
        here = self.model.presence(self.office.now)
        flows = {
            id_: responsible(owner, here, chosen.get(id_, {}))
            for id_, owner in owners.items()
            if owner is not None
        }
        queue = {id_ for id_ in owners if id_ not in flows or not flows[id_].people}
        queues = [
            self.listed(self.office.ann, scope) for scope in (Scope.UNASSIGNED, Scope.UNROUTED)
        ]
        assert set.union(*queues) == queue
        assert not set.intersection(*queues)
        placed = set(queue)
        for one in set(self.people) - self.model.suspended:
            mine = {id_ for id_, owner in owners.items() if owner == one}
            covering = {id_ for id_, flow in flows.items() if one in flow.people} - mine
            assert self.listed(one, Scope.MINE) == mine
            assert self.listed(one, Scope.COVERING) == covering
            told = self.office.desk(one).read(absences.covering)
            assert sum(row.count for row in told) == len(covering)
            placed |= covering | (set() if here.is_away(one) else mine)
        assert placed == set(owners), "nothing is in nobody's list (R49)"
        assert not any(self._answered_twice(flow) for flow in flows.values())

    def _answered_twice(self, flow: Flow) -> bool:
        """Whose conversation it is answers it themselves, or others do."""
        return not flow.chain and len(flow.people) > 1

    @invariant()
    def whom_a_divided_cover_chose_stays(self) -> None:
        """R25: but who is named no more, or where that was undone."""
        with self.workspace.read() as tx:
            chosen = absence_store.chosen_of(tx, self.model.owners)
        now = {(a, id_): who for id_, some in chosen.items() for a, who in some.items()}
        fixed = {} if self.undone else self.fixed
        for (absence_id, id_), who in fixed.items():
            found = self.model.plans.get(absence_id)
            if found is None or who in found.answering:
                assert now[absence_id, id_] == who
        self.fixed, self.undone = now, False


def run(make: Maker, *, most: int, steps: int) -> None:
    """To shrink a failure would take minutes: its steps are printed as they were."""
    chosen = settings(
        max_examples=most,
        stateful_step_count=steps,
        deadline=None,
        phases=(Phase.explicit, Phase.reuse, Phase.generate),
    )
    factory: Any = lambda: Histories(make)  # noqa: E731 - a class is asked for, a maker will do
    run_state_machine_as_test(factory, settings=chosen)


def test_any_history_of_cover_in_a_file(migrated_file: Path) -> None:
    @contextmanager
    def make() -> Iterator[Workspace]:
        with TemporaryDirectory() as folder:
            path = Path(folder) / "w.db"
            shutil.copyfile(migrated_file, path)
            workspace = open_hurried(path, KEY)
            try:
                yield workspace
            finally:
                workspace.close()

    run(make, most=3, steps=16)


def test_any_history_of_cover_in_a_database(kept_databases: KeptDatabases) -> None:
    @contextmanager
    def make() -> Iterator[Workspace]:
        with kept_databases.one() as (_name, engine):
            yield RememberingWorkspace(engine)

    run(make, most=2, steps=10)
