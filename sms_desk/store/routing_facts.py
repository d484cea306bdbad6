"""What the rules of routing look at beside the holders (R19): who wrote, whose turn it was."""

from __future__ import annotations

from collections.abc import Collection
from uuid import UUID

import sqlalchemy as sa

from sms_desk.domain.model import Direction
from sms_desk.store import tables
from sms_desk.store.engine import Tx

_c = tables.conversations.c
_m = tables.messages.c
_e = tables.events.c
_TURNS = 1_000
"""How many of a sender ID's newest conversations are looked through for turns; whose turn was
before them had none for so long that they are due."""


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


def turns(tx: Tx, sender_id: UUID) -> list[UUID]:
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
    found = []
    for detail in tx.execute(query).scalars():
        if (detail.get("trail") or {}).get("rule") == "round_robin" and detail.get("after"):
            found.append(UUID(detail["after"]))
    return found
