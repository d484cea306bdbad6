"""How each contact's message found who answers it (R20): written as it comes in, never changed."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any
from uuid import UUID

import sqlalchemy as sa

from sms_desk.domain.model import Direction
from sms_desk.store import fast, tables
from sms_desk.store.engine import Tx

_R = tables.message_routes.c
_M = tables.messages.c
_COLUMNS = ("position", "conversation_id", "trail")


def keep(tx: Tx, trails: Iterable[tuple[int, UUID, Mapping[str, Any]]]) -> None:
    """trails: position of the message, its conversation, and ids and enumerated words only."""
    fast.insert(tx, tables.message_routes, _COLUMNS, trails)


def newest(tx: Tx, conversation_id: UUID) -> dict[str, Any] | None:
    """The trail of the newest message of a conversation that has one."""
    query = (
        sa.select(_R.trail)
        .join(tables.messages, _M.position == _R.position)
        .where(_M.conversation_id == conversation_id, _M.direction == Direction.INBOUND)
        .order_by(_M.position.desc())
        .limit(1)
    )
    return tx.execute(query).scalar_one_or_none()
