"""What the rules of routing look at beside the holders (R19): who wrote, whose turn it was."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from datetime import datetime
from uuid import UUID

import sqlalchemy as sa

from sms_desk.domain.audit import Entry, Kind
from sms_desk.domain.model import Direction
from sms_desk.domain.what_if import Arrived, Gave, Wrote
from sms_desk.store import audit, tables
from sms_desk.store.engine import Tx
from sms_desk.store.team_states import chunks

_c = tables.conversations.c
_m = tables.messages.c
_e = tables.events.c
_TURNS = 1_000
"""How many of a sender ID's newest conversations are looked through for turns; whose turn was
before them had none for so long that they are due."""
_CHANGES = 100_000
"""How many changes of contacts' owners are taken back at most."""


def writers(tx: Tx, sender_id: UUID, contact_ids: Collection[UUID]) -> dict[UUID, list[UUID]]:
    """Per contact, who of us wrote to them in conversations of this sender ID, newest first."""
    newest = sa.func.max(_m.position)
    query = (
        sa.select(_c.contact_id, _m.author_id)
        .join(tables.messages, _m.conversation_id == _c.id)
        .where(
            _c.sender_id == sender_id,
            _c.contact_id.in_(contact_ids),
            _m.direction == Direction.OUTBOUND,
            _m.author_id.is_not(None),
        )
        .group_by(_c.contact_id, _m.author_id)
        .order_by(newest.desc())
    )
    found: dict[UUID, list[UUID]] = {}
    for row in tx.execute(query):
        found.setdefault(row.contact_id, []).append(row.author_id)
    return found


def contact_owners(tx: Tx, contact_ids: Collection[UUID]) -> dict[UUID, UUID]:
    """Whose contact each is; those without an owner are left out."""
    contact = tables.contacts.c
    query = sa.select(contact.id, contact.owner_id).where(
        contact.id.in_(contact_ids), contact.owner_id.is_not(None)
    )
    return {row.id: row.owner_id for row in tx.execute(query)}


def turns(tx: Tx, sender_id: UUID, *, before: datetime | None = None) -> list[UUID]:
    """Whom round robin chose on a sender ID, newest first: read from what was decided (R20)."""
    recent = (
        sa.select(_c.id)
        .where(_c.sender_id == sender_id)
        .order_by(_c.last_position.desc())
        .limit(_TURNS)
        .subquery()
    )
    query = (
        sa.select(_e.detail)
        .where(_e.conversation_id.in_(sa.select(recent.c.id)), _e.kind == "routed")
        .order_by(_e.position.desc())
    )
    if before is not None:
        query = query.where(_e.at < before)
    found = []
    for detail in tx.execute(query).scalars():
        if (detail.get("trail") or {}).get("rule") == "round_robin" and detail.get("after"):
            found.append(UUID(detail["after"]))
    return found


# --- what was known when (`domain.what_if`) -------------------------------------------------------


def arrived(tx: Tx, sender_id: UUID, first: int, *, limit: int) -> tuple[list[Arrived], int, bool]:
    """What contacts wrote to a sender ID from a position on, the newest where there are more than
    `limit`; how many of them have no trail; whether there are more."""
    route = tables.message_routes.c
    query = (
        sa.select(_m.id, _c.id, _c.contact_id, _m.position, _m.seen_at, route.trail)
        .select_from(
            tables.conversations.join(tables.messages, _m.conversation_id == _c.id).outerjoin(
                tables.message_routes, route.position == _m.position
            )
        )
        .where(
            _c.sender_id == sender_id,
            _c.last_inbound >= first,
            _m.direction == Direction.INBOUND,
            _m.position >= first,
        )
        .order_by(_m.position.desc())
        .limit(limit + 1)
    )
    rows = tx.execute(query).all()
    told = [Arrived(*row) for row in rows[:limit] if row.trail is not None]
    return told, len(rows[:limit]) - len(told), len(rows) > limit


def wrote(tx: Tx, sender_id: UUID, contact_ids: Collection[UUID]) -> list[Wrote]:
    """What people of us wrote to these contacts from a sender ID, ever."""
    query = (
        sa.select(_m.seen_at, _m.position, _c.contact_id, _m.author_id)
        .join(tables.conversations, _m.conversation_id == _c.id)
        .where(
            _c.sender_id == sender_id,
            _m.direction == Direction.OUTBOUND,
            _m.author_id.is_not(None),
        )
    )
    return [
        Wrote(*row)
        for part in chunks(contact_ids)
        for row in tx.execute(query.where(_c.contact_id.in_(part)))
    ]


def gave(tx: Tx, since: datetime) -> list[Gave]:
    """Contacts that got another owner since then, newest first, as the audit log has it."""
    kinds = (Kind.CONTACT_ASSIGNED, Kind.UNDONE, Kind.HANDED_OVER)
    found = audit.find(tx, audit.Asked(since=since, kinds=kinds), limit=_CHANGES)
    return [gift for entry in found for gift in _given(tx, entry)]


def _given(tx: Tx, entry: Entry) -> Iterator[Gave]:
    """Of one contact; or of all whose owner left, where the entry names each."""
    before, after = entry.before, entry.after
    if entry.kind == Kind.HANDED_OVER:
        left = (audit.absent_person(tx, id_) for id_ in entry.subject_ids)
        leaver = next(filter(None, left), None)
        contacts = after.get("contacts") if isinstance(after, dict) else None
        for id_ in contacts if isinstance(contacts, list) else ():
            yield Gave(entry.at, UUID(id_), leaver)
    elif isinstance(before, dict) and {"contact_id", "owner_id"} <= before.keys():
        owner = before["owner_id"]
        yield Gave(entry.at, UUID(before["contact_id"]), None if owner is None else UUID(owner))
