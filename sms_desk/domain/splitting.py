"""How things are divided among people: for a cover (R23) and for a reassignment (R30) alike.

Each rule looks at one thing after the other, in the order given, so that the same things, shares and
loads always give the same answer. Nothing is given to anybody who has no share.
"""

from __future__ import annotations

import heapq
import math
from collections.abc import Mapping, Sequence
from fractions import Fraction
from uuid import UUID

from sms_desk.domain.absences import Share, Split
from sms_desk.domain.frozen import dataclass


@dataclass(frozen=True, slots=True)
class Thing:
    """A conversation (or message) to be divided: the program it answers, and its sender ID."""

    id: UUID
    program_id: UUID | None = None
    sender_id: UUID | None = None


@dataclass(frozen=True, slots=True)
class Load:
    """What somebody has already: open conversations, and how many are a full desk; None: as full as
    the others' say on average, or all the same where nobody's does."""

    open: int = 0
    capacity: int | None = None


def divide(
    things: Sequence[Thing],
    split: Split,
    shares: Sequence[Share],
    loads: Mapping[UUID, Load] | None = None,
) -> dict[UUID, UUID | None]:
    """Who takes each thing; None: no share names it, and there is none for the rest.

    Keyed splits give what no key names to the shares without keys, evenly. loads: for `even`, what
    was given out before, so that many small divisions stay even; for `load`, what each has.
    """
    if not shares:
        return dict.fromkeys((thing.id for thing in things), None)
    if split is Split.ONE:
        return dict.fromkeys((thing.id for thing in things), shares[0].person_id)
    known = dict(loads or {})
    if split is Split.LOAD:
        return _in_turn(things, [share.person_id for share in shares], known)
    if split is Split.EVEN:
        return _in_turn(things, [share.person_id for share in shares], _without_capacity(known))
    named = {key: share.person_id for share in reversed(shares) for key in share.keys}
    found: dict[UUID, UUID | None] = {
        thing.id: named.get(_key(thing, split) or thing.id) for thing in things
    }
    others = [share.person_id for share in shares if not share.keys]
    rest = [thing for thing in things if found[thing.id] is None]
    if others:
        found |= _in_turn(rest, others, _without_capacity(known))
    return found


def _key(thing: Thing, split: Split) -> UUID | None:
    match split:
        case Split.PROGRAM:
            return thing.program_id
        case Split.SENDER:
            return thing.sender_id
        case _:
            return thing.id


def _without_capacity(loads: Mapping[UUID, Load]) -> dict[UUID, Load]:
    return {person: Load(load.open) for person, load in loads.items()}


def _in_turn(
    things: Sequence[Thing], people: Sequence[UUID], loads: Mapping[UUID, Load]
) -> dict[UUID, UUID | None]:
    """Each thing to whoever is least full then; of several, the first named."""
    stated = [
        load.capacity
        for person in people
        if (load := loads.get(person)) is not None and load.capacity
    ]
    usual = Fraction(sum(stated), len(stated)) if stated else Fraction(1)
    order = list(dict.fromkeys(people))
    size = {one: Fraction(loads.get(one, Load()).capacity or usual) for one in order}
    # How full each is, in a measure in which one thing more is a whole number for everybody.
    whole = math.lcm(*(each.numerator for each in size.values()))
    step = {one: int(whole / size[one]) for one in order}
    queue = [((loads.get(one, Load()).open + 1) * step[one], n, one) for n, one in enumerate(order)]
    heapq.heapify(queue)
    found: dict[UUID, UUID | None] = {}
    for thing in things:
        full, n, least = queue[0]
        heapq.heapreplace(queue, (full + step[least], n, least))
        found[thing.id] = least
    return found
