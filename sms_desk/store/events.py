"""What happened to conversations: appended, never changed (design §3)."""

from __future__ import annotations

import json
from collections.abc import Collection, Iterable, Mapping, Sequence
from datetime import datetime
from enum import StrEnum
from typing import Any
from uuid import UUID

import sqlalchemy as sa

from sms_desk.domain import positions
from sms_desk.domain.frozen import dataclass
from sms_desk.domain.model import Position
from sms_desk.store import fast, tables
from sms_desk.store.engine import Tx
from sms_desk.store.ids import derived
from sms_desk.store.reading import Query

_ROOM = 100_000
"""How many earlier events of one instant are looked past; more would be several huge batches."""


class EventKind(StrEnum):
    STARTED = "started"
    ASSIGNED = "assigned"  # detail: before, after (person ids or null)
    ROUTED = "routed"  # as ASSIGNED, by a rule; detail.trail says how (R20)
    CLOSED = "closed"
    REOPENED = "reopened"  # reason: contact_wrote | replied | person
    SNOOZED = "snoozed"  # detail: until
    WOKEN = "woken"  # reason: due | contact_wrote | replied
    TAGGED = "tagged"  # detail: tag
    UNTAGGED = "untagged"
    TAKEN_OVER = "taken_over"  # R5; detail: program
    REBOUND = "rebound"  # R61; detail: before, after (program ids or null)
    CONTINUED = "continued"  # R17; detail: continued_in (a conversation's id)
    OPTED_OUT = "opted_out"  # detail: scope
    OPTED_IN = "opted_in"
    SILENCED = "silenced"  # R51: a person answered, the automation is silent; detail: program
    RELEASED = "released"  # it may answer again; detail: before, after


@dataclass(frozen=True, slots=True)
class Event:
    """detail holds ids and enumerated words only, never names, numbers or bodies."""

    id: UUID
    conversation_id: UUID
    at: datetime
    kind: EventKind
    actor_id: UUID | None = None
    reason: str = ""
    detail: Mapping[str, Any] | None = None
    batch_id: UUID | None = None


@dataclass(frozen=True, slots=True)
class Alike:
    """What one command did to several conversations alike; the fields as an `Event`'s."""

    kind: EventKind
    reason: str
    detail: Mapping[str, Any]
    conversation_ids: Sequence[UUID]


def append(tx: Tx, events: Iterable[Event]) -> None:
    """Write events down, each at a position of its own."""
    events = sorted(events, key=lambda event: event.at)
    if not events:
        return
    wished = [positions.of_own(event.at, positions.Kind.EVENT) for event in events]
    places = _free_places(tx, wished)
    fast.insert(
        tx,
        tables.events,
        _COLUMNS,
        [
            (
                place,
                event.id,
                event.conversation_id,
                event.at,
                event.kind,
                event.actor_id,
                event.reason,
                event.detail or _NOTHING,
                event.batch_id,
            )
            for place, event in zip(places, events, strict=True)
        ],
    )


_COLUMNS = (
    "position",
    "id",
    "conversation_id",
    "at",
    "kind",
    "actor_id",
    "reason",
    "detail",
    "batch_id",
)


def append_batch(
    tx: Tx, happened: Iterable[Alike], *, at: datetime, actor_id: UUID | None, batch_id: UUID
) -> None:
    """Write down what a command did: an event of each conversation, no more than one."""
    said = [(one, id_) for one in happened for id_ in one.conversation_ids]
    if not said:
        return
    ids = [id_ for _, id_ in said]
    columns: dict[str, Sequence[Any]] = {
        "position": _free_places(tx, [positions.of_own(at, positions.Kind.EVENT)] * len(said)),
        "id": [derived(batch_id, id_) for id_ in ids],
        "conversation_id": ids,
        "at": [at] * len(said),
        "kind": [one.kind for one, _ in said],
        "actor_id": [actor_id] * len(said),
        "reason": [one.reason for one, _ in said],
        "detail": [one.detail for one, _ in said],
        "batch_id": [batch_id] * len(said),
    }
    fast.insert_alike(tx, tables.events, columns)


def of_batch(tx: Tx, batch_id: UUID) -> list[Alike]:
    """All that one command did, what it did alike together."""
    alike: dict[tuple[EventKind, str, str], list[UUID]] = {}
    for conversation_id, *said in _OF_BATCH.rows(tx, batch_id=batch_id):
        alike.setdefault(tuple(said), []).append(conversation_id)
    return [
        Alike(kind, reason, json.loads(detail), ids)
        for (kind, reason, detail), ids in alike.items()
    ]


def get(tx: Tx, event_id: UUID) -> Event | None:
    """One event by its id."""
    query = sa.select(tables.events).where(tables.events.c.id == event_id)
    row = tx.execute(query).mappings().one_or_none()
    return None if row is None else _event(row)


def newest(
    tx: Tx, conversation_id: UUID, kinds: Collection[EventKind], *, before: int | None = None
) -> Event | None:
    """The newest of these kinds in a conversation. before: a position; None: of all."""
    columns = tables.events.c
    query = (
        sa.select(tables.events)
        .where(columns.conversation_id == conversation_id, columns.kind.in_(kinds))
        .order_by(columns.position.desc())
        .limit(1)
    )
    if before is not None:
        query = query.where(columns.position < before)
    row = tx.execute(query).mappings().one_or_none()
    return None if row is None else _event(row)


def owner_in(said: Any) -> UUID | None:
    """Whose it is by one side of an event's detail: an id, or the conversation's columns."""
    value = said.get("owner_id") if isinstance(said, Mapping) else said
    return None if value is None else UUID(value)


def _event(row: Mapping[Any, Any]) -> Event:
    return Event(
        row["id"],
        row["conversation_id"],
        row["at"],
        EventKind(row["kind"]),
        row["actor_id"],
        row["reason"],
        row["detail"],
        row["batch_id"],
    )


def _free_places(tx: Tx, wished: Sequence[Position]) -> list[Position]:
    """For each wished position (ascending) the first free one from there on.

    Most are free. A batch shares one instant, so what lies behind a taken one is asked once for the
    whole reach.
    """
    taken = set(_TAKEN.values(tx, positions=list(dict.fromkeys(wished))))
    known_to = -1
    places: list[Position] = []
    for wish in wished:
        place = wish if not places else max(wish, positions.after(places[-1]))
        if place != wish or place in taken:
            if place > known_to:
                known_to = place + (_ROOM + len(wished)) * 4
                taken.update(_REACH.values(tx, first=place, last=known_to))
            while place in taken:
                place = positions.after(place)
        places.append(Position(place))
    return places


_e = tables.events.c
_P = _e.position
_NOTHING: Mapping[str, Any] = {}
_OF_BATCH = Query(
    sa.select(
        *(_e.conversation_id, _e.kind, _e.reason),
        sa.type_coerce(_e.detail, sa.Text).label("detail"),
    )
    .where(_e.batch_id == sa.bindparam("batch_id"))
    .order_by(_P),
    kind=EventKind,
)
_TAKEN = Query(sa.select(_P).where(_P.in_(sa.bindparam("positions", expanding=True))))
_REACH = Query(sa.select(_P).where(_P.between(sa.bindparam("first"), sa.bindparam("last"))))
