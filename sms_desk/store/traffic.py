"""What was sent from which sender ID to whom, over a period: what the advisor rests on (R15)."""

from __future__ import annotations

from datetime import datetime
from typing import NamedTuple
from uuid import UUID

import sqlalchemy as sa

from sms_desk.domain import positions
from sms_desk.domain.model import Direction, Origin
from sms_desk.store import tables
from sms_desk.store.engine import Tx

_M = tables.messages.c
_C = tables.conversations.c

_WILLED = (Origin.PERSON, Origin.ELSEWHERE, Origin.PROGRAM)
"""What somebody meant to send; a provider's or an auto-responder's own words say nothing of that."""


class Sent(NamedTuple):
    """How much went from one sender ID, for one program or by hand, into one conversation."""

    sender_id: UUID
    program_id: UUID | None
    conversation_id: UUID
    channel: str
    peer_key: str
    contact_id: UUID
    source_kind: str
    source_from_id: UUID | None
    team_state: str
    last_position: int
    sent: int


def sent_since(tx: Tx, since: datetime) -> list[Sent]:
    """Outbound messages since then, counted. A walk over all of them: seconds, for a million."""
    place = (
        _C.id,
        _C.channel,
        _C.peer_key,
        _C.contact_id,
        _C.source_kind,
        _C.source_from_id,
        _C.team_state,
        _C.last_position,
    )
    counted = (
        sa.select(_M.sender_id, _M.program_id, _M.conversation_id, sa.func.count().label("sent"))
        .where(
            _M.position >= positions.first_at(since),
            _M.direction == Direction.OUTBOUND,
            _M.origin.in_(_WILLED),
        )
        .group_by(_M.sender_id, _M.program_id, _M.conversation_id)
        .subquery()
    )
    query = sa.select(counted.c.sender_id, counted.c.program_id, *place, counted.c.sent).join_from(
        counted, tables.conversations, _C.id == counted.c.conversation_id
    )
    return [Sent(*row) for row in tx.execute(query)]
