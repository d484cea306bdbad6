"""Who answers a conversation now, and who may use a sender ID now (R25, R26, R28, R31).

The owner of a conversation does not change while they are away. From dated absences and `now` it
follows who answers instead: the substitute, or the substitute's substitute, along the chain, until
somebody present is found. Where nobody is, the conversation stands in a queue that is seen
(Unassigned), so that no state hides it from everybody.

The only thing that has to be remembered of a conversation is whom a *divided* cover chose for it
(`chosen`). Until somebody was chosen, all substitutes of that cover answer: nothing waits for a job.

The same rule has two forms, and a property test compares them: `responsible` for one conversation,
and `flows`, the list of ways that conversations of an owner can take, from which a query is made.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from uuid import UUID

from sms_desk.domain.absences import Absence, Part, running

Chosen = Mapping[UUID, UUID | None]
"""Of one conversation: absence → whom its cover chose; None: a part that nobody takes."""


@dataclass(frozen=True, slots=True)
class Step:
    """What a divided cover has to have stored for a conversation to take a way.

    chosen: whether anything is stored; substitute_id: whom, None for nobody.
    """

    absence_id: UUID
    chosen: bool
    substitute_id: UUID | None = None

    def fits(self, chosen: Chosen) -> bool:
        if not self.chosen:
            return self.absence_id not in chosen
        return self.absence_id in chosen and chosen[self.absence_id] == self.substitute_id


@dataclass(frozen=True, slots=True)
class Flow:
    """One way from an owner to who answers. people: empty, where it ends in the queue.

    chain: the absences on the way, in order, undivided ones too.
    """

    people: frozenset[UUID]
    steps: tuple[Step, ...] = ()
    chain: tuple[UUID, ...] = ()


@dataclass(frozen=True)
class Presence:
    """Who is away at one moment. absences: by person, the innermost first; gone: suspended or
    removed people, who are away without end."""

    absences: Mapping[UUID, tuple[Absence, ...]] = field(default_factory=dict)
    gone: frozenset[UUID] = frozenset()

    @classmethod
    def at(
        cls, absences: Collection[Absence], now: datetime, gone: frozenset[UUID] = frozenset()
    ) -> Presence:
        return cls(running(absences, now), gone)

    @property
    def away(self) -> frozenset[UUID]:
        return self.gone.union(self.absences)

    def is_away(self, person_id: UUID) -> bool:
        return person_id in self.gone or person_id in self.absences

    def covered_by(self, person_id: UUID) -> Absence | None:
        """The innermost running absence for whose conversations somebody was named."""
        return next((one for one in self.absences.get(person_id, ()) if one.answering), None)


_QUEUE = frozenset[UUID]()


def flows(
    owner_id: UUID, presence: Presence, seen: frozenset[UUID] = frozenset()
) -> tuple[Flow, ...]:
    """The ways that conversations of an owner take now: exactly one fits each of them.

    Who covers in a ring covers nobody: the ring ends in the queue, or with another substitute.
    """
    if not presence.is_away(owner_id):
        return (Flow(frozenset((owner_id,))),)
    absence = presence.covered_by(owner_id)
    if absence is None or owner_id in seen:
        return (Flow(_QUEUE),)
    seen |= {owner_id}
    onward = {one: flows(one, presence, seen) for one in sorted(absence.answering)}
    if absence.sole is not None:
        return tuple(_through(absence, flow) for flow in onward[absence.sole])
    reached = {one: _everybody(some) for one, some in onward.items()}
    found = [
        _through(absence, _or_others(flow, one, reached), Step(absence.id, True, one))
        for one, some in onward.items()
        for flow in some
    ]
    nobody = Flow(_QUEUE, (Step(absence.id, True, None),), (absence.id,))
    unchosen = Flow(_everyone(reached), (Step(absence.id, False),), (absence.id,))
    return (*found, nobody, unchosen)


def responsible(owner_id: UUID, presence: Presence, chosen: Chosen) -> Flow:
    """The way that one conversation takes now, to who answers it."""
    for flow in flows(owner_id, presence):
        if all(step.fits(chosen) for step in flow.steps):
            return flow
    return Flow(_QUEUE)  # somebody was chosen who is no substitute any more, until it is settled


def users_of(
    sender_id: UUID,
    person_id: UUID,
    presence: Presence,
    seen: frozenset[UUID] = frozenset(),
) -> frozenset[UUID]:
    """Who may use a sender ID in the place of one who holds it: that person while present, else the
    substitutes to whom its use is lent, along the chain (R26)."""
    if not presence.is_away(person_id):
        return frozenset((person_id,))
    if person_id in seen:
        return _QUEUE
    for absence in presence.absences.get(person_id, ()):
        takers = absence.cover(Part.SENDERS).of_sender(sender_id)
        if takers:
            further = (users_of(sender_id, one, presence, seen | {person_id}) for one in takers)
            return _QUEUE.union(*further)
    return _QUEUE


def told_instead(person_id: UUID, presence: Presence) -> frozenset[UUID]:
    """To whom somebody's notices go while they are away, where the cover names anybody for that;
    empty: whoever answers is told."""
    for absence in presence.absences.get(person_id, ()):
        named = absence.cover(Part.NOTIFICATIONS).substitutes
        if named:
            return frozenset(one for one in named if not presence.is_away(one))
    return _QUEUE


def _through(absence: Absence, flow: Flow, step: Step | None = None) -> Flow:
    steps = flow.steps if step is None else (step, *flow.steps)
    return Flow(flow.people, steps, (absence.id, *flow.chain))


def _or_others(flow: Flow, one: UUID, reached: Mapping[UUID, frozenset[UUID]]) -> Flow:
    """A substitute from whom nobody is reached leaves it to the others of the same cover."""
    if flow.people:
        return flow
    others = {other: people for other, people in reached.items() if other != one}
    return Flow(_everyone(others), flow.steps, flow.chain)


def _everybody(some: Collection[Flow]) -> frozenset[UUID]:
    return _QUEUE.union(*(flow.people for flow in some))


def _everyone(reached: Mapping[UUID, frozenset[UUID]]) -> frozenset[UUID]:
    return _QUEUE.union(*reached.values())
