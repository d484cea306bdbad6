"""GC7, GC8: whatever is planned, changed, ended and taken over, in any order, who answers is what a
multiset of intervals says, and nothing is in nobody's list."""

from __future__ import annotations

from contextlib import suppress
from datetime import timedelta
from pathlib import Path
from tempfile import TemporaryDirectory
from uuid import UUID

from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, precondition, rule

from sms_desk.domain import commands as c
from sms_desk.domain.errors import RefusedError
from sms_desk.domain.inbox_filters import Scope
from sms_desk.store.engine import ensure_schema, open_file
from tests.store.conftest import KEY
from tests.store.office import Office
from tests.store.test_absences import all_to, end, listed, owner, plan, talk

HOUR = timedelta(hours=1)
N = st.integers(0, 2)
SPANS = st.integers(1, 30)


class Histories(RuleBasedStateMachine):
    """Three people, each with a conversation; single substitutes, so that the model stays plain."""

    def __init__(self) -> None:
        super().__init__()
        self.folder = TemporaryDirectory()
        self.workspace = open_file(Path(self.folder.name) / "w.db", KEY)
        ensure_schema(self.workspace)
        self.office = Office(self.workspace)
        self.people = [self.office.ann, self.office.ben, self.office.cara]
        self.owned = {talk(self.office, n, owner=one): one for n, one in enumerate(self.people)}
        # id → [person, substitute, since, until]
        self.absences: dict[UUID, list] = {}  # type: ignore[type-arg]

    def teardown(self) -> None:
        self.workspace.close()
        self.folder.cleanup()

    @rule(who=N, other=N, begins=st.integers(0, 20), lasts=SPANS)
    def plans(self, who: int, other: int, begins: int, lasts: int) -> None:
        since = self.office.now + begins * HOUR
        until = since + lasts * HOUR
        with suppress(RefusedError):  # a ring
            id_ = plan(self.office, self.people[who], self.people[other], since=since, until=until)
            self.absences[id_] = [self.people[who], self.people[other], since, until]

    @precondition(lambda self: self.absences)
    @rule(data=st.data())
    def ends(self, data: st.DataObject) -> None:
        id_ = data.draw(st.sampled_from(sorted(self.absences)))
        end(self.office, id_)
        end(self.office, id_)
        found = self.absences[id_]
        if found[2] > self.office.now:
            found[3] = found[2]
        else:
            found[3] = min(found[3], self.office.now)

    @precondition(lambda self: self.absences)
    @rule(data=st.data(), lasts=SPANS, other=N)
    def changes(self, data: st.DataObject, lasts: int, other: int) -> None:
        id_ = data.draw(st.sampled_from(sorted(self.absences)))
        person, _, since, _ = self.absences[id_]
        until = max(since, self.office.now) + lasts * HOUR
        desk = self.office.desk(self.office.ann)
        with suppress(RefusedError):  # it is over, or a ring
            desk.change(
                c.ChangeAbsence(
                    **desk.stamp(),
                    absence_id=id_,
                    since=since,
                    until=until,
                    covers=all_to(self.people[other]),
                    confirmed=True,
                )
            )
            self.absences[id_] = [person, self.people[other], since, until]

    @rule(who=N)
    def takes_over(self, who: int) -> None:
        desk = self.office.desk(self.people[who])
        for id_ in listed(self.office, self.people[who], Scope.COVERING):
            desk.change(c.TakeFromCover(**desk.stamp(), targets=c.Targets.one(id_)))
            self.owned[id_] = self.people[who]

    @rule(hours=st.integers(1, 12))
    def time_passes(self, hours: int) -> None:
        self.office.later(hours=hours)

    @invariant()
    def who_answers_is_what_the_model_says(self) -> None:
        for id_, person in self.owned.items():
            assert owner(self.office, id_) == person
        seen = {one: listed(self.office, one, Scope.COVERING) for one in self.people}
        mine = {one: listed(self.office, one, Scope.MINE) for one in self.people}
        queue = listed(self.office, self.office.ann, Scope.UNASSIGNED)
        for id_, person in self.owned.items():
            answers = self._model(person, frozenset())
            if answers is None:
                assert id_ in queue
            elif answers == person:
                assert id_ in mine[person]
            else:
                assert id_ in seen[answers]
            assert sum(id_ in some for some in seen.values()) <= 1

    def _model(self, person: UUID, gone: frozenset[UUID]) -> UUID | None:
        """Who answers for a person now: the innermost interval, along the chain."""
        now = self.office.now
        running = [
            (since, id_, other)
            for id_, (who, other, since, until) in self.absences.items()
            if who == person and since <= now < until
        ]
        if not running:
            return person
        if person in gone:
            return None
        return self._model(max(running)[2], gone | {person})


TestHistories = Histories.TestCase
TestHistories.settings = settings(max_examples=4, stateful_step_count=12, deadline=None)
