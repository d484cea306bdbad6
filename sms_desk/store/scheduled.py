"""Messages that wait for their time (R36): until they are due they stand here, then in the outbox."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from enum import StrEnum
from typing import Any
from uuid import UUID

import sqlalchemy as sa

from sms_desk.domain.errors import NotFoundError
from sms_desk.store import tables
from sms_desk.store.engine import Tx
from sms_desk.store.reading import Query
from sms_desk.store.types import Id

_S = tables.scheduled_messages.c


class ScheduledState(StrEnum):
    WAITING = "waiting"
    RELEASED = "released"  # it is, or was, an entry of the outbox
    CANCELLED = "cancelled"


def insert(tx: Tx, values: Mapping[str, Any]) -> None:
    tx.execute(sa.insert(tables.scheduled_messages).values(values))


def get(tx: Tx, scheduled_id: UUID) -> sa.RowMapping:
    """Raises NotFoundError."""
    query = sa.select(tables.scheduled_messages).where(_S.id == scheduled_id)
    row = tx.execute(query).mappings().one_or_none()
    if row is None:
        raise NotFoundError("There is no such scheduled message.", "See sms-desk scheduled list.")
    return row


def change(tx: Tx, scheduled_id: UUID, **values: Any) -> None:
    tx.execute(sa.update(tables.scheduled_messages).where(_S.id == scheduled_id).values(values))


def listing(tx: Tx, *, everything: bool = False) -> list[sa.RowMapping]:
    """What waits, soonest first; or with what was released or cancelled."""
    query = sa.select(tables.scheduled_messages).order_by(_S.due_at, _S.id)
    if not everything:
        query = query.where(_S.state == ScheduledState.WAITING)
    return list(tx.execute(query).mappings())


def waiting(tx: Tx, conversation_ids: Sequence[UUID]) -> list[dict[str, Any]]:
    """What waits in some conversations, soonest first."""
    return _WAITING.mappings(tx, ids=list(conversation_ids)) if conversation_ids else []


def due(tx: Tx, now: datetime, *, limit: int) -> list[UUID]:
    """Those whose time has come, in the order in which they were to go."""
    return _DUE.values(tx, now=now, limit=limit)


def next_due(tx: Tx) -> datetime | None:
    """When the next one is due; None if none waits."""
    found: datetime | None = tx.execute(
        sa.select(sa.func.min(_S.due_at, type_=_S.due_at.type)).where(
            _S.state == ScheduledState.WAITING
        )
    ).scalar()
    return found


_DUE = Query(
    sa.select(_S.id)
    .where(_S.state == ScheduledState.WAITING, _S.due_at <= sa.bindparam("now"))
    .order_by(_S.due_at, _S.id)
    .limit(sa.bindparam("limit"))
)
_WAITING = Query(
    sa.select(tables.scheduled_messages)
    .where(
        _S.conversation_id.in_(sa.bindparam("ids", expanding=True, type_=Id)),
        _S.state == sa.literal_column("'waiting'"),
    )
    .order_by(_S.due_at, _S.id)
)
