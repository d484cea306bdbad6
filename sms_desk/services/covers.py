"""Whom a divided cover chooses for each conversation that falls under it, fixed once (R25).

Nothing waits for this: until somebody was chosen, all substitutes of the cover answer. It runs in
the transaction of whatever may bring a conversation under a cover, and at every cycle of a connector
for absences that begin by date alone.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from uuid import UUID

from sms_desk.domain.absences import Absence, Cover, Part, Split
from sms_desk.domain.responsibility import Flow, Presence, flows, responsible
from sms_desk.domain.scopes import Ways
from sms_desk.domain.splitting import Load, Thing, divide
from sms_desk.store import absence_plans, absences, people, team_states
from sms_desk.store.absences import Fallen
from sms_desk.store.engine import Tx
from sms_desk.store.remembered import remembered

_DEEPEST = 8
"""Covers in a chain; a ring ends by itself."""


def presence(tx: Tx, now: datetime) -> Presence:
    """Who is away now."""
    return Presence.at(absences.around(tx, now), now, remembered(tx, people.gone))


def answering(tx: Tx, now: datetime, owners: Mapping[UUID, UUID]) -> dict[UUID, Flow]:
    """Who answers each conversation now. owners: by conversation; those without one are left out
    by who asks."""
    here = presence(tx, now)
    away = {id_ for id_, owner in owners.items() if here.is_away(owner)}
    chosen = absences.chosen_of(tx, away) if away else {}
    return {id_: responsible(owner, here, chosen.get(id_, {})) for id_, owner in owners.items()}


def on_behalf_of(tx: Tx, now: datetime, person_id: UUID, conversation_id: UUID) -> UUID | None:
    """For whom somebody writes in a conversation: its absent owner, if they answer it by a cover;
    None where they write for themselves (R26)."""
    owner_id = team_states.load(tx, [conversation_id])[conversation_id]["owner_id"]
    if owner_id is None or owner_id == person_id:
        return None
    flow = answering(tx, now, {conversation_id: owner_id})[conversation_id]
    return owner_id if flow.chain and person_id in flow.people else None


def minded(tx: Tx, now: datetime, person_id: UUID) -> frozenset[UUID]:
    """Scheduled messages of absent people that somebody looks after now: those of the part
    `scheduled`, along the chain, whether or not they answer their conversations (R23)."""
    here = presence(tx, now)
    found: set[UUID] = set()
    for writer in here.absences:
        if writer == person_id or here.is_away(person_id):
            continue
        later = absence_plans.scheduled_by(tx, writer)
        things = [Thing(one.id, one.program_id, one.sender_id) for one in later]
        for id_, taker in _minders(things, writer, here, frozenset()).items():
            if taker == person_id:
                found.add(id_)
    return frozenset(found)


def _minders(
    things: list[Thing], writer: UUID, here: Presence, seen: frozenset[UUID]
) -> dict[UUID, UUID | None]:
    if not here.is_away(writer):
        return dict.fromkeys((one.id for one in things), writer)
    cover = next(
        (
            one.cover(Part.SCHEDULED)
            for one in here.absences.get(writer, ())
            if one.cover(Part.SCHEDULED).shares
        ),
        None,
    )
    if cover is None or writer in seen:
        return dict.fromkeys((one.id for one in things), None)
    taken = divide(things, cover.split, cover.shares)
    found: dict[UUID, UUID | None] = {}
    for taker in cover.substitutes:
        theirs = [one for one in things if taken.get(one.id) == taker]
        found |= _minders(theirs, taker, here, seen | {writer})
    return found


def settle(tx: Tx, now: datetime, here: Presence | None = None) -> frozenset[UUID]:
    """Choose for every conversation that has come under a divided cover. Returns those chosen for.

    here: who is away now, where that was read already.
    """
    here = here or presence(tx, now)
    divided = _divided(here)
    chosen: set[UUID] = set()
    for _ in range(_DEEPEST if divided else 0):  # one choice may bring it under the next cover
        before = len(chosen)
        for absence in divided:
            fallen = absences.unchosen(tx, absence, _ways_to(absence.person_id, here))
            if fallen:
                absences.choose(tx, absence.id, choice(tx, absence, fallen, here), now)
                chosen.update(one.id for one in fallen)
        if len(chosen) == before:
            break
    return frozenset(chosen)


def has_unchosen(tx: Tx, now: datetime) -> bool:
    """Whether `settle` has something to do."""
    here = presence(tx, now)
    return any(absences.unchosen(tx, one, _ways_to(one.person_id, here)) for one in _divided(here))


def _divided(here: Presence) -> list[Absence]:
    """The covers that choose: several substitutes, or others for what is new."""
    found = (here.covered_by(person) for person in sorted(here.absences))
    return [absence for absence in found if absence is not None and absence.sole is None]


def _ways_to(person_id: UUID, here: Presence) -> Ways:
    """How conversations come to somebody who is away, as if they were not."""
    absent = {one: some for one, some in here.absences.items() if one != person_id}
    without = Presence(absent, here.gone - {person_id})
    found = []
    for owner in sorted(without.away):
        ways = tuple(flow.steps for flow in flows(owner, without) if person_id in flow.people)
        certain = tuple(way for way in ways if all(step.chosen for step in way))
        if certain:
            found.append((owner, certain))
    return tuple(found)


def choice(
    tx: Tx, absence: Absence, fallen: list[Fallen], here: Presence
) -> list[tuple[UUID, UUID | None, Part]]:
    """Who takes each conversation that falls under a cover: (conversation, substitute, part)."""
    found: list[tuple[UUID, UUID | None, Part]] = []
    for part in (Part.CONVERSATIONS, Part.INBOUND):
        some = [Thing(one.id, one.program_id, one.sender_id) for one in fallen if one.part is part]
        if not some:
            continue
        cover = absence.cover(part)
        shares = tuple(one for one in cover.shares if one.person_id not in here.gone)
        taken = divide(some, cover.split, shares, _loads(tx, absence, cover))
        found += [(thing.id, taken.get(thing.id), part) for thing in some]
    return found


def _loads(tx: Tx, absence: Absence, cover: Cover) -> dict[UUID, Load]:
    """What each substitute has already: of this cover where it is divided evenly, else in all."""
    of_this = absences.chosen_counts(tx, absence.id)
    if cover.split is not Split.LOAD:
        return {one: Load(of_this.get(one, 0)) for one in cover.substitutes}
    own = absences.open_counts(tx, cover.substitutes)
    capacity = people.capacities(tx)
    return {
        one: Load(own.get(one, 0) + of_this.get(one, 0), capacity.get(one))
        for one in cover.substitutes
    }
