"""Absences as they are planned, changed and ended, and what a plan is about (R23, R24, R27, R29)."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from datetime import datetime
from typing import Any, NamedTuple
from uuid import UUID

import sqlalchemy as sa

from sms_desk.domain import positions, value_codec
from sms_desk.domain.absences import Cover, Part
from sms_desk.domain.errors import NotFoundError
from sms_desk.domain.model import Channel, Direction, HolderKind, TeamState
from sms_desk.domain.scopes import Ways
from sms_desk.store import inbox_clauses, senders, tables
from sms_desk.store.engine import Tx
from sms_desk.store.remembered import remembered
from sms_desk.store.team_states import chunks

_a = tables.absences.c
_v = tables.covered_conversations.c
_c = tables.conversations.c
_m = tables.messages.c
_n = tables.notes.c
_e = tables.events.c
_s = tables.scheduled_messages.c

_WAITS = sa.case((_c.team_state == TeamState.OPEN, _c.waiting_since))
"""Since when a contact waits; what is snoozed waits for nobody, as in the rail (R7)."""

TAKEN = "taken_from_cover"
"""The reason of an event by which a substitute keeps a conversation for good (R27)."""


# --- rows -----------------------------------------------------------------------------------------


def insert(tx: Tx, values: Mapping[str, Any]) -> None:
    """covers: as values."""
    tx.execute(sa.insert(tables.absences).values(_stored(values)))


def change(tx: Tx, absence_id: UUID, **values: Any) -> None:
    tx.execute(sa.update(tables.absences).where(_a.id == absence_id).values(_stored(values)))


def get(tx: Tx, absence_id: UUID) -> sa.RowMapping:
    """One row, cancelled ones too. Raises NotFoundError."""
    query = sa.select(tables.absences).where(_a.id == absence_id)
    row = tx.execute(query).mappings().one_or_none()
    if row is None:
        raise NotFoundError("There is no such absence, or it is not yours to see.")
    return row


def rows(tx: Tx) -> list[sa.RowMapping]:
    """All that were not cancelled, by their beginning."""
    query = sa.select(tables.absences).where(_a.cancelled_at.is_(None))
    return list(tx.execute(query.order_by(_a.since, _a.id)).mappings())


def unnoted(tx: Tx, now: datetime) -> list[sa.RowMapping]:
    """Those that have begun or ended without anybody having noted it."""
    return [row for row in remembered(tx, _unnoted) if _has_passed(row, now)]


def _unnoted(tx: Tx) -> list[sa.RowMapping]:
    """Those of which a boundary is still to be noted: every command asks whether it has passed."""
    begins = _a.begun_at.is_(None)
    ends = sa.and_(_a.ended_at.is_(None), _a.until.is_not(None))
    query = sa.select(tables.absences).where(_a.cancelled_at.is_(None), sa.or_(begins, ends))
    return list(tx.execute(query.order_by(_a.since, _a.id)).mappings())


def _has_passed(row: sa.RowMapping, now: datetime) -> bool:
    begun = row["begun_at"] is None and row["since"] <= now
    return begun or (row["ended_at"] is None and row["until"] is not None and row["until"] <= now)


def _stored(values: Mapping[str, Any]) -> dict[str, Any]:
    found = dict(values)
    if "covers" in found:
        found["covers"] = [value_codec.encode(cover) for cover in found["covers"]]
    return found


def covers_of(row: Mapping[Any, Any]) -> tuple[Cover, ...]:
    return tuple(value_codec.decode(Cover, one) for one in row["covers"])


# --- whom a divided cover chose -------------------------------------------------------------------


class Choice(NamedTuple):
    conversation_id: UUID
    substitute_id: UUID | None
    part: Part


def choices(tx: Tx, absence_id: UUID) -> list[Choice]:
    """Whom a divided cover chose so far."""
    query = sa.select(_v.conversation_id, _v.substitute_id, _v.part)
    found = tx.execute(query.where(_v.absence_id == absence_id))
    return [Choice(row.conversation_id, row.substitute_id, Part(row.part)) for row in found]


def unchoose(tx: Tx, absence_id: UUID, conversation_ids: Collection[UUID]) -> None:
    for some in chunks(conversation_ids):
        where = (_v.absence_id == absence_id, _v.conversation_id.in_(some))
        tx.execute(sa.delete(tables.covered_conversations).where(*where))


# --- what somebody leaves behind ------------------------------------------------------------------


class Owned(NamedTuple):
    """An open or snoozed conversation. last_inbound: a position, 0 for none."""

    id: UUID
    sender_id: UUID
    program_id: UUID | None
    channel: Channel
    team_state: TeamState
    waiting: bool
    last_inbound: int
    contact_name: str
    reply_raw: str
    contact_id: UUID


def owned(tx: Tx, person_id: UUID) -> list[Owned]:
    """Open and snoozed conversations that a person owns, the oldest first, as a cover takes them."""
    contact = tables.contacts.c
    query = (
        sa.select(
            *(_c.id, _c.sender_id, _c.source_program_id, _c.channel, _c.team_state),
            *(_WAITS.is_not(None), _c.last_inbound, contact.name, _c.reply_raw, _c.contact_id),
        )
        .join(tables.contacts, contact.id == _c.contact_id)
        .where(_c.owner_id == person_id, _c.listed, _c.team_state != TeamState.CLOSED)
        .order_by(_c.last_position, _c.id)
    )
    return [
        Owned(a, b, c, Channel(d), TeamState(e), bool(f), *others)
        for a, b, c, d, e, f, *others in tx.execute(query)
    ]


class Later(NamedTuple):
    """A scheduled message that waits."""

    id: UUID
    conversation_id: UUID
    sender_id: UUID
    program_id: UUID | None
    due_at: datetime
    contact_name: str
    reply_raw: str
    on_behalf_id: UUID | None


def scheduled_by(tx: Tx, person_id: UUID) -> list[Later]:
    """Messages that a person has written for later, soonest first."""
    contact = tables.contacts.c
    query = (
        sa.select(
            *(_s.id, _s.conversation_id, _s.sender_id, _c.source_program_id, _s.due_at),
            *(contact.name, _c.reply_raw, _s.on_behalf_id),
        )
        .join(tables.conversations, _c.id == _s.conversation_id)
        .join(tables.contacts, contact.id == _c.contact_id)
        .where(_s.author_id == person_id, _s.state == "waiting")
        .order_by(_s.due_at, _s.id)
    )
    return [Later(*row) for row in tx.execute(query)]


class Load(NamedTuple):
    """How many open or snoozed conversations, and how many of these wait."""

    open: int = 0
    waiting: int = 0


def loads(tx: Tx) -> dict[UUID, Load]:
    """By owner."""
    query = (
        sa.select(_c.owner_id, sa.func.count(), sa.func.count(_WAITS))
        .where(_c.owner_id.is_not(None), _c.listed, _c.team_state != TeamState.CLOSED)
        .group_by(_c.owner_id)
    )
    return {owner: Load(n, waiting) for owner, n, waiting in tx.execute(query)}


def reached(tx: Tx, ways: Ways) -> dict[UUID, Load]:
    """The same by absent owner, of what comes to somebody by these ways (R25)."""
    if not ways:
        return {}
    query = (
        sa.select(_c.owner_id, sa.func.count(), sa.func.count(_WAITS))
        .where(inbox_clauses.of_ways(ways), _c.listed, _c.team_state != TeamState.CLOSED)
        .group_by(_c.owner_id)
    )
    return {owner: Load(n, waiting) for owner, n, waiting in tx.execute(query)}


# --- what happened meanwhile (R27) ----------------------------------------------------------------


class Move(NamedTuple):
    """A conversation that changed hands. before, after: people's ids, None for nobody. by: whose
    doing it was."""

    conversation_id: UUID
    before: UUID | None
    after: UUID | None
    reason: str
    absence_id: str | None
    by: UUID | None


def moves(tx: Tx, since: datetime, until: datetime) -> list[Move]:
    """Every change of an owner from `since` up to `until`, in order."""
    query = (
        sa.select(_e.conversation_id, _e.detail, _e.reason, _e.actor_id)
        .where(
            _e.position >= positions.first_at(since),
            _e.position <= positions.last_at(until),
            _e.at >= since,
            _e.at <= until,
            _e.kind == "assigned",
        )
        .order_by(_e.position)
    )
    return [
        Move(
            row.conversation_id,
            *_ends(row.detail),
            row.reason,
            row.detail.get("absence"),
            row.actor_id,
        )
        for row in tx.execute(query)
    ]


def _ends(detail: Mapping[str, Any]) -> tuple[UUID | None, UUID | None]:
    return _whose(detail.get("before")), _whose(detail.get("after"))


def _whose(said: Any) -> UUID | None:
    """Of a side of an event: an id, or the conversation's columns."""
    found = said.get("owner_id") if isinstance(said, dict) else said
    return None if found is None else UUID(found)


def stirred(tx: Tx, person_id: UUID, since: datetime) -> list[UUID]:
    """Conversations of a person that are open, or in which somebody wrote since then."""
    query = sa.select(_c.id).where(
        _c.owner_id == person_id,
        _c.listed,
        sa.or_(
            _c.team_state != TeamState.CLOSED,
            _c.last_position >= positions.first_at(since),
            _c.state_at >= since,
        ),
    )
    return list(tx.execute(query).scalars())


class Spoken(NamedTuple):
    """n messages of one author, in or out; author_id None: the contact, or no person."""

    conversation_id: UUID
    direction: Direction
    author_id: UUID | None
    n: int


def spoken(tx: Tx, ids: Collection[UUID], since: datetime, until: datetime) -> Iterable[Spoken]:
    """Messages in some conversations from `since` up to `until`, counted by who wrote them."""
    for some in chunks(ids):
        query = (
            sa.select(_m.conversation_id, _m.direction, _m.author_id, sa.func.count())
            .where(
                _m.conversation_id.in_(some),
                _m.position >= positions.first_at(since),
                _m.position <= positions.last_at(until),
                _m.at >= since,
                _m.at < until,
            )
            .group_by(_m.conversation_id, _m.direction, _m.author_id)
        )
        for a, b, c, n in tx.execute(query):
            yield Spoken(a, Direction(b), c, n)


def noted(tx: Tx, ids: Collection[UUID], since: datetime, until: datetime) -> dict[UUID, int]:
    """Notes in some conversations from `since` up to `until`."""
    found: dict[UUID, int] = {}
    for some in chunks(ids):
        query = (
            sa.select(_n.conversation_id, sa.func.count())
            .where(_n.conversation_id.in_(some), _n.at >= since, _n.at < until)
            .group_by(_n.conversation_id)
        )
        found.update((row[0], row[1]) for row in tx.execute(query))
    return found


# --- who leaves for good (R29) --------------------------------------------------------------------


def owns_something(tx: Tx, person_id: UUID, now: datetime) -> bool:
    """Whether a person still owns open conversations or contacts, holds sender IDs by name, or is
    named by a rule."""
    h = tables.holdings.c
    held = sa.exists().where(
        h.holder_kind == HolderKind.PERSON,
        h.holder_id == person_id,
        h.since <= now,
        sa.or_(h.until.is_(None), h.until > now),
    )
    owned_ones = sa.exists().where(
        _c.owner_id == person_id, _c.listed, _c.team_state != TeamState.CLOSED
    )
    named = sa.exists().where(senders.names(person_id, now))
    theirs = sa.exists().where(tables.contacts.c.owner_id == person_id)
    return bool(tx.execute(sa.select(sa.or_(held, owned_ones, named, theirs))).scalar())
