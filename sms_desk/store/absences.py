"""Absences as dated rows, and whom a divided cover chose for a conversation (R23, R25)."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from datetime import UTC, date, datetime, time, timedelta
from typing import Any, NamedTuple
from uuid import UUID

import sqlalchemy as sa

from sms_desk.domain import positions, value_codec
from sms_desk.domain.absences import Absence, Cover, Part
from sms_desk.domain.model import TeamState
from sms_desk.domain.responsibility import Chosen
from sms_desk.domain.scopes import Ways
from sms_desk.store import fast, inbox_clauses, tables
from sms_desk.store.engine import Tx
from sms_desk.store.remembered import remembered
from sms_desk.store.team_states import chunks

_a = tables.absences.c
_v = tables.covered_conversations.c
_c = tables.conversations.c


def listing(tx: Tx) -> list[Absence]:
    """All that were not cancelled, ended ones too, by their beginning."""
    query = sa.select(tables.absences).where(_a.cancelled_at.is_(None)).order_by(_a.since, _a.id)
    return [value_of(row) for row in tx.execute(query).mappings()]


def around(tx: Tx, now: datetime) -> list[Absence]:
    """Those that run now."""
    near = remembered(tx, _of_day, now.astimezone(UTC).date())
    return [one for one in near if one.since <= now and (one.until is None or one.until > now)]


def _of_day(tx: Tx, day: date) -> list[Absence]:
    """Those that run at some time of a day: every command asks for the ones of its moment."""
    begins = datetime.combine(day, time(), UTC)
    query = sa.select(tables.absences).where(
        _a.cancelled_at.is_(None),
        _a.since < begins + timedelta(days=1),
        sa.or_(_a.until.is_(None), _a.until > begins),
    )
    return [value_of(row) for row in tx.execute(query).mappings()]


def value_of(row: Mapping[Any, Any]) -> Absence:
    """The value of a stored row."""
    return Absence(
        id=row["id"],
        person_id=row["person_id"],
        since=row["since"],
        until=row["until"],
        covers=tuple(value_codec.decode(Cover, one) for one in row["covers"]),
        permanent=row["permanent"],
        zone=row["zone"],
        since_wall=row["since_wall"],
        until_wall=row["until_wall"],
        created_at=row["created_at"],
    )


# --- whom a divided cover chose ---------------------------------------------------------------------


class Fallen(NamedTuple):
    """A conversation that has come under a cover, and by which part."""

    id: UUID
    sender_id: UUID
    program_id: UUID | None
    part: Part


def unchosen(tx: Tx, absence: Absence, ways: Ways) -> list[Fallen]:
    """Open and snoozed conversations for which the cover has chosen nobody yet, the oldest first:
    the absent person's own, and those that come to them by these ways.

    What was open already when the absence began is of the part `conversations`; what began or was
    opened again since, by the contact, is of the part `inbound`.
    """
    known = sa.exists().where(_v.absence_id == absence.id, _v.conversation_id == _c.id)
    reached = _c.owner_id == absence.person_id
    if ways:
        reached |= inbox_clauses.of_ways(ways)
    query = (
        sa.select(
            *(_c.id, _c.sender_id, _c.source_program_id, _c.created_at, _c.state_at),
            _c.last_inbound,
        )
        .where(reached, _c.listed, _c.team_state != TeamState.CLOSED, ~known)
        .order_by(_c.last_position, _c.id)
    )
    edge = positions.first_at(absence.since)
    return [
        Fallen(
            id_,
            sender_id,
            program_id,
            Part.INBOUND
            if created_at > absence.since or (state_at > absence.since and last_inbound >= edge)
            else Part.CONVERSATIONS,
        )
        for id_, sender_id, program_id, created_at, state_at, last_inbound in tx.execute(query)
    ]


def choose(
    tx: Tx,
    absence_id: UUID,
    chosen: Iterable[tuple[UUID, UUID | None, Part]],
    at: datetime,
) -> None:
    """Fix who answers each (conversation, substitute or None for nobody, part)."""
    columns = ("absence_id", "conversation_id", "substitute_id", "part", "since")
    rows = [(absence_id, id_, substitute_id, part, at) for id_, substitute_id, part in chosen]
    fast.insert(tx, tables.covered_conversations, columns, rows)


def inherit(tx: Tx, places: Mapping[UUID, UUID]) -> None:
    """Who was chosen for a conversation answers the one that it goes on in, too (R17). places: old
    conversation → new; one for which somebody was chosen already keeps them."""
    chosen = tables.covered_conversations
    for part in chunks(list(places)):
        rows = tx.execute(sa.select(chosen).where(_v.conversation_id.in_(part))).mappings().all()
        news = [places[row["conversation_id"]] for row in rows]
        known = tx.execute(
            sa.select(_v.absence_id, _v.conversation_id).where(_v.conversation_id.in_(news))
        )
        have = {(row.absence_id, row.conversation_id) for row in known}
        found = [
            dict(row) | {"conversation_id": places[row["conversation_id"]]}
            for row in rows
            if (row["absence_id"], places[row["conversation_id"]]) not in have
        ]
        if found:
            tx.execute(sa.insert(chosen), found)


def forget(tx: Tx, absence: Absence) -> int:
    """Let go of those chosen who are no substitutes of it any more, and of what nobody took."""
    gone = sa.or_(_v.substitute_id.is_(None), _v.substitute_id.not_in(absence.answering))
    where = (_v.absence_id == absence.id, gone)
    return tx.execute(sa.delete(tables.covered_conversations).where(*where)).rowcount


def chosen_of(tx: Tx, ids: Collection[UUID]) -> dict[UUID, Chosen]:
    """By conversation, whom each absence's cover chose for it."""
    found: dict[UUID, dict[UUID, UUID | None]] = {}
    for part in chunks(ids):
        query = sa.select(_v.conversation_id, _v.absence_id, _v.substitute_id)
        for row in tx.execute(query.where(_v.conversation_id.in_(part))):
            found.setdefault(row.conversation_id, {})[row.absence_id] = row.substitute_id
    return dict(found)


def chosen_counts(tx: Tx, absence_id: UUID) -> dict[UUID, int]:
    """How many conversations each substitute got so far."""
    query = (
        sa.select(_v.substitute_id, sa.func.count().label("n"))
        .where(_v.absence_id == absence_id, _v.substitute_id.is_not(None))
        .group_by(_v.substitute_id)
    )
    return {row.substitute_id: row.n for row in tx.execute(query)}


def open_counts(tx: Tx, person_ids: Collection[UUID]) -> dict[UUID, int]:
    """How many open and snoozed conversations each of these people owns."""
    query = (
        sa.select(_c.owner_id, sa.func.count().label("n"))
        .where(_c.owner_id.in_(person_ids), _c.listed, _c.team_state != TeamState.CLOSED)
        .group_by(_c.owner_id)
    )
    return {row.owner_id: row.n for row in tx.execute(query)}
