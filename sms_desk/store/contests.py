"""What has happened in a conversation since somebody looked: the facts of `domain.who_wins`."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from datetime import datetime
from typing import NamedTuple
from uuid import UUID

import sqlalchemy as sa

from sms_desk.domain import positions
from sms_desk.domain.model import Origin, OutboxState
from sms_desk.domain.send_checks import Unseen
from sms_desk.store import send_facts, tables
from sms_desk.store.engine import Tx
from sms_desk.store.events import EventKind, owner_in
from sms_desk.store.send_facts import carrier

__all__ = ["Unseen", "carrier"]

_E, _M, _O = tables.events.c, tables.messages.c, tables.outbox.c
_HANDS = (EventKind.ASSIGNED, EventKind.ROUTED)
_MOST = 50
"""Of a conversation that changed hands more often than that, the latest do."""
_LEAVES = (OutboxState.QUEUED, OutboxState.CLAIMED, OutboxState.SENDING, OutboxState.IN_DOUBT)


class Move(NamedTuple):
    """Somebody moved a conversation; actor_id None: a rule. before: of its owner."""

    actor_id: UUID | None
    at: datetime
    before: UUID | None


def moves(tx: Tx, conversation_id: UUID, since: datetime, limit: int = _MOST) -> list[Move]:
    """Changes of owner after a time, newest first."""
    query = (
        sa.select(_E.actor_id, _E.at, _E.detail)
        .where(
            _E.conversation_id == conversation_id,
            _E.kind.in_(_HANDS),
            _E.position > positions.first_at(since),
            _E.at > since,
        )
        .order_by(_E.position.desc())
        .limit(min(limit, _MOST))
    )
    return [
        Move(row.actor_id, row.at, owner_in((row.detail or {}).get("before")))
        for row in tx.execute(query)
    ]


def newest_close(tx: Tx, conversation_id: UUID) -> Move | None:
    """Who closed it last."""
    query = (
        sa.select(_E.actor_id, _E.at)
        .where(_E.conversation_id == conversation_id, _E.kind == EventKind.CLOSED)
        .order_by(_E.position.desc())
        .limit(1)
    )
    row = tx.execute(query).first()
    return None if row is None else Move(row.actor_id, row.at, None)


def version_at(tx: Tx, conversation_id: UUID, at: datetime) -> int:
    """How many of its messages were stored by then."""
    query = sa.select(sa.func.count()).where(
        _M.conversation_id == conversation_id, _M.seen_at <= at
    )
    return tx.execute(query).scalar_one()


def unseen(tx: Tx, conversation_id: UUID, version: int, person_id: UUID) -> list[Unseen]:
    """What the contact or a colleague wrote after that version, oldest first (GS6)."""
    return list(send_facts.unseen_by(tx, conversation_id, version, person_id))


def newest_queued(tx: Tx, ids: Collection[UUID], *, besides: UUID) -> dict[UUID, int]:
    """By conversation, the place in the queue of the newest message of anybody else."""
    query = (
        sa.select(_O.conversation_id, sa.func.max(_O.queue_n).label("n"))
        .where(_O.conversation_id.in_(ids), _O.author_id.is_distinct_from(besides))
        .group_by(_O.conversation_id)
    )
    return {row.conversation_id: row.n for row in tx.execute(query)}


def queued(
    tx: Tx, behind: Mapping[UUID, int], *, besides: UUID
) -> dict[UUID, list[tuple[UUID, datetime]]]:
    """Messages of other people that are just going: by whom, and since when; newest first.

    behind: of these conversations, those behind that place in the queue.
    """
    query = (
        sa.select(_O.conversation_id, _O.queue_n, _O.author_id, _O.composed_at)
        .where(
            _O.conversation_id.in_(behind),
            _O.origin == Origin.PERSON,
            _O.author_id.is_not(None),
            _O.author_id != besides,
            _O.state.in_(_LEAVES),
        )
        .order_by(_O.queue_n.desc())
    )
    found: dict[UUID, list[tuple[UUID, datetime]]] = {}
    for row in tx.execute(query) if behind else ():
        if row.queue_n > behind[row.conversation_id]:
            found.setdefault(row.conversation_id, []).append((row.author_id, row.composed_at))
    return found


def conversation_of_queued(tx: Tx, outbox_id: UUID) -> UUID | None:
    query = sa.select(_O.conversation_id).where(_O.id == outbox_id)
    return tx.execute(query).scalar_one_or_none()


def conversation_of_scheduled(tx: Tx, scheduled_id: UUID) -> UUID | None:
    later = tables.scheduled_messages.c
    query = sa.select(later.conversation_id).where(later.id == scheduled_id)
    return tx.execute(query).scalar_one_or_none()
