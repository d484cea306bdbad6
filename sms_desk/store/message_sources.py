"""What messages answer: the reads and writes behind `domain.attribution` (R3, R61)."""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.engine import RowMapping

from sms_desk.domain import positions
from sms_desk.domain.attribution import ProgramSend
from sms_desk.domain.model import Direction
from sms_desk.store import tables
from sms_desk.store.engine import Tx

_M = tables.messages.c


def program_sends(tx: Tx, conversation_ids: Collection[UUID]) -> dict[UUID, list[ProgramSend]]:
    """What programs sent, by conversation."""
    query = sa.select(_M.conversation_id, _M.program_id, _M.at).where(
        _M.conversation_id.in_(conversation_ids),
        _M.program_id.is_not(None),
        _M.direction == Direction.OUTBOUND,
    )
    found: dict[UUID, list[ProgramSend]] = {}
    for row in tx.execute(query):
        found.setdefault(row.conversation_id, []).append(ProgramSend(row.program_id, row.at))
    return found


def inbound_since(tx: Tx, conversation_id: UUID, at: datetime) -> list[RowMapping]:
    """Inbound messages from that second on, with the source that they have."""
    query = sa.select(
        _M.position, _M.at, _M.sender_id, _M.source_kind, _M.source_reason, _M.program_id
    ).where(
        _M.conversation_id == conversation_id,
        _M.position >= positions.first_at(at),
        _M.direction == Direction.INBOUND,
    )
    return list(tx.execute(query).mappings())


def newest_inbound(tx: Tx, conversation_id: UUID) -> RowMapping | None:
    """The contact's latest message, with its source."""
    query = (
        sa.select(_M.position, _M.at, _M.source_kind, _M.source_reason, _M.program_id)
        .where(_M.conversation_id == conversation_id, _M.direction == Direction.INBOUND)
        .order_by(_M.position.desc())
        .limit(1)
    )
    return tx.execute(query).mappings().first()


def set_source(tx: Tx, position: int, *, kind: str, program_id: UUID | None, reason: str) -> None:
    tx.execute(
        sa.update(tables.messages)
        .where(_M.position == position)
        .values(source_kind=kind, program_id=program_id, source_reason=reason)
    )
