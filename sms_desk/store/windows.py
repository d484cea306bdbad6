"""Open WhatsApp windows across conversations, by what is left of them (R42).

A window is not stored: it follows from the latest inbound message, whose position holds its second
and stands in an index of its own. Closed conversations have none that anybody waits for.
"""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

import sqlalchemy as sa

from sms_desk.domain import positions
from sms_desk.domain.frozen import dataclass
from sms_desk.domain.model import Channel, TeamState
from sms_desk.domain.scopes import Reach
from sms_desk.store import tables
from sms_desk.store.engine import Tx
from sms_desk.store.inbox_clauses import sight

_C = tables.conversations.c


@dataclass(frozen=True, slots=True)
class Opened:
    """A conversation whose contact wrote at `last_inbound`, a position. owner_id None: nobody."""

    id: UUID
    sender_id: UUID
    owner_id: UUID | None
    last_inbound: int


def opened(
    tx: Tx,
    reach: Reach,
    *,
    since: datetime,
    until: datetime | None = None,
    owner_id: UUID | None = None,
    after: tuple[int, UUID] | None = None,
    limit: int,
) -> list[Opened]:
    """Conversations within the reach whose contact wrote last after `since`, oldest first: the
    first to close stands first. until: and not later than that. after: the last row before these."""
    query = (
        sa.select(_C.id, _C.sender_id, _C.owner_id, _C.last_inbound)
        .where(
            _C.channel == sa.literal_column(f"'{Channel.WHATSAPP}'"),  # as the index says it
            _C.last_inbound >= positions.first_at(since),
            _C.team_state != TeamState.CLOSED,
            *sight(reach, unindexed=True),
        )
        .order_by(_C.last_inbound, _C.id)
        .limit(limit)
    )
    if until is not None:
        query = query.where(_C.last_inbound < positions.first_at(until))
    if owner_id is not None:
        query = query.where(sa.func.coalesce(_C.owner_id, _C.owner_id) == owner_id)
    if after is not None:
        last, id_ = after
        query = query.where(
            sa.or_(_C.last_inbound > last, sa.and_(_C.last_inbound == last, _C.id > id_))
        )
    return [Opened(*row) for row in tx.execute(query)]


def exist(tx: Tx) -> bool:
    """Whether there is a WhatsApp sender ID at all."""
    s = tables.sender_ids.c
    query = sa.select(s.id).where(s.channel == Channel.WHATSAPP, s.retired_at.is_(None)).limit(1)
    return tx.execute(query).first() is not None
