"""Who sees a conversation: the other way round of what a person sees (R31, `domain.scopes`).

A desk asks "what may I see"; a server that gives out rows asks of each conversation "who may". Both
are told from the same dated rows, and a property test compares them. What a person sees depends on
a conversation's owner, its sender ID and whom divided covers chose for it, so that most
conversations share their answer with many others.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Final, TypeVar
from uuid import UUID

from sms_desk.domain.model import Actor
from sms_desk.domain.responsibility import Chosen, Step
from sms_desk.domain.scopes import Directory, reaches

K = TypeVar("K")

People = frozenset[UUID]
Way = tuple[Step, ...]

NOBODY: Final = People()
NOTHING_CHOSEN: Final[Chosen] = {}


@dataclass(frozen=True)
class Sight:
    """Who sees what, of all who work here.

    all_seeing: see every conversation. by_sender, by_owner: who sees what stands on a sender ID, and
    what somebody owns. by_way: by absent owner, who sees those of their conversations that take a
    way (`domain.responsibility`).
    """

    all_seeing: People = NOBODY
    by_sender: Mapping[UUID, People] = field(default_factory=dict)
    by_owner: Mapping[UUID, People] = field(default_factory=dict)
    by_way: Mapping[UUID, Mapping[Way, People]] = field(default_factory=dict)
    _known: dict[tuple[UUID | None, UUID], People] = field(
        default_factory=dict, init=False, repr=False, compare=False
    )

    @classmethod
    def at(cls, actors: Iterable[Actor], directory: Directory, now: datetime) -> Sight:
        """What these people see at `now`. actors: all who work here."""
        all_seeing: set[UUID] = set()
        by_sender: dict[UUID, set[UUID]] = defaultdict(set)
        by_owner: dict[UUID, set[UUID]] = defaultdict(set)
        by_way: dict[UUID, dict[Way, set[UUID]]] = defaultdict(lambda: defaultdict(set))
        for one in reaches(actors, directory, now):
            me = one.person_id
            if one.everything:
                all_seeing.add(me)
                continue
            senders = one.held | one.team_senders
            for sender in senders | one.unheld if one.sees_unrouted else senders:
                by_sender[sender].add(me)
            for owner in one.people | {me}:
                by_owner[owner].add(me)
            for owner, ways in one.covering + (one.uncovered if one.sees_unrouted else ()):
                for way in ways:
                    by_way[owner][way].add(me)
        return cls(
            People(all_seeing),
            _shared(by_sender),
            _shared(by_owner),
            {owner: _shared(ways) for owner, ways in by_way.items()},
        )

    def people(
        self, owner_id: UUID | None, sender_id: UUID, chosen: Chosen = NOTHING_CHOSEN
    ) -> People:
        """Who sees a conversation. chosen: whom divided covers chose for it; what `divides` says of
        its owner decides whether that matters."""
        place = (owner_id, sender_id)
        found = self._known.get(place)
        if found is None:
            found = self._known[place] = self._wherever(owner_id, sender_id)
        if owner_id is None or owner_id not in self.by_way:
            return found
        ways = self.by_way[owner_id].items()
        fitting = (some for way, some in ways if way and all(step.fits(chosen) for step in way))
        return found.union(*fitting)

    def divides(self, owner_id: UUID | None) -> bool:
        """Whether who sees an owner's conversations depends on whom a divided cover chose."""
        return any(self.by_way.get(owner_id, ())) if owner_id is not None else False

    def without(self, people: People) -> Sight:
        """As if those people saw nothing."""
        return replace(
            self,
            all_seeing=self.all_seeing - people,
            by_sender=_but(self.by_sender, people),
            by_owner=_but(self.by_owner, people),
            by_way={owner: _but(ways, people) for owner, ways in self.by_way.items()},
        )

    @property
    def everybody(self) -> People:
        """All who see anything: each of us at least what is their own."""
        return self.all_seeing.union(*self.by_owner.values())

    def _wherever(self, owner_id: UUID | None, sender_id: UUID) -> People:
        found = self.all_seeing | self.by_sender.get(sender_id, NOBODY)
        if owner_id is None:
            return found
        return (
            found
            | self.by_owner.get(owner_id, NOBODY)
            | self.by_way.get(owner_id, {}).get((), NOBODY)
        )


@dataclass(frozen=True)
class Difference:
    """Whose sight of what became another: only of conversations of these owners and on these sender
    IDs; of all of them where `everywhere`; and only that of these people."""

    people: People = NOBODY
    owners: frozenset[UUID] = frozenset()
    senders: frozenset[UUID] = frozenset()
    everywhere: bool = False

    def __bool__(self) -> bool:
        return bool(self.people)


def difference(old: Sight, new: Sight) -> Difference:
    """What has to be looked at again when one follows the other."""
    all_seeing = old.all_seeing ^ new.all_seeing
    senders = _differing(old.by_sender, new.by_sender)
    owners = _differing(old.by_owner, new.by_owner)
    ways: dict[UUID, People] = {}
    for owner in old.by_way.keys() | new.by_way.keys():
        some = _differing(old.by_way.get(owner, {}), new.by_way.get(owner, {}))
        if some:
            ways[owner] = NOBODY.union(*some.values())
    return Difference(
        all_seeing.union(*senders.values(), *owners.values(), *ways.values()),
        frozenset(owners.keys() | ways.keys()),
        frozenset(senders),
        everywhere=bool(all_seeing),
    )


def _differing(old: Mapping[K, People], new: Mapping[K, People]) -> dict[K, People]:
    """By key, who stands in one of them alone."""
    found = {key: old.get(key, NOBODY) ^ new.get(key, NOBODY) for key in old.keys() | new.keys()}
    return {key: people for key, people in found.items() if people}


def _shared(found: Mapping[K, set[UUID]]) -> dict[K, People]:
    """Frozen, equal ones being one object: a shared inbox's people stand on many sender IDs."""
    known: dict[People, People] = {}
    frozen = ((key, People(people)) for key, people in found.items())
    return {key: known.setdefault(people, people) for key, people in frozen}


def _but(found: Mapping[K, People], people: People) -> dict[K, People]:
    left = ((key, some - people) for key, some in found.items())
    return {key: some for key, some in left if some}
