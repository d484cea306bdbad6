"""How each contact's message found who answers it (R20): written as it comes in, never changed."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from datetime import datetime
from typing import Any, NamedTuple
from uuid import UUID

import sqlalchemy as sa

from sms_desk.domain.model import Direction
from sms_desk.store import fast, tables
from sms_desk.store.engine import Tx

_R = tables.message_routes.c
_M = tables.messages.c
_C = tables.conversations.c
_COLUMNS = ("position", "conversation_id", "trail")


class Route(NamedTuple):
    """An inbound message with its trail; None: it came before trails were kept, or by a
    back-fill."""

    message_id: UUID
    conversation_id: UUID
    position: int
    at: datetime
    program_id: UUID | None
    trail: dict[str, Any] | None


def keep(tx: Tx, trails: Iterable[tuple[int, UUID, Mapping[str, Any]]]) -> None:
    """trails: position of the message, its conversation, and ids and enumerated words only."""
    fast.insert(tx, tables.message_routes, _COLUMNS, trails)


def newest(tx: Tx, conversation_id: UUID) -> Route | None:
    """The newest message that a contact wrote in a conversation."""
    query = _inbound().where(_M.conversation_id == conversation_id)
    row = tx.execute(query.order_by(_M.position.desc()).limit(1)).one_or_none()
    return None if row is None else Route._make(row)


def newest_trails(tx: Tx, conversation_ids: Collection[UUID]) -> dict[UUID, dict[str, Any]]:
    """The trails of the newest messages of some conversations; those without one are left out."""
    query = (
        sa.select(_C.id, _R.trail)
        .join(tables.message_routes, _R.position == _C.last_inbound)
        .where(_C.id.in_(conversation_ids))
    )
    return {row.id: row.trail for row in tx.execute(query)}


def of_message(tx: Tx, message_id: UUID) -> Route | None:
    """One message of a contact; None for any other."""
    row = tx.execute(_inbound().where(_M.id == message_id)).one_or_none()
    return None if row is None else Route._make(row)


def _inbound() -> sa.Select[Any]:
    columns = (_M.id, _M.conversation_id, _M.position, _M.at, _M.program_id, _R.trail)
    return (
        sa.select(*columns)
        .select_from(tables.messages.outerjoin(tables.message_routes, _R.position == _M.position))
        .where(_M.direction == Direction.INBOUND)
    )
