"""The bytes of attachments, which no row brings: fetched one by one, kept with their row."""

from __future__ import annotations

import hashlib
from collections.abc import Collection
from uuid import UUID

import sqlalchemy as sa

from sms_desk.domain.frozen import dataclass
from sms_desk.domain.model import AttachmentState
from sms_desk.store import tables
from sms_desk.store.engine import Tx

_T = tables.attachments.c
_M = tables.messages.c


@dataclass(frozen=True, slots=True)
class Missing:
    """An attachment that the server has and this desk has not."""

    id: UUID
    conversation_id: UUID
    size: int


def missing(tx: Tx, limit: int, *, room: int, but: Collection[UUID] = ()) -> list[Missing]:
    """What to fetch next, the newest message's first. room: bytes that one may have at most. but:
    what the server did not give."""
    query = (
        sa.select(_T.id, _M.conversation_id, sa.func.coalesce(_T.size, 0).label("size"))
        .join_from(tables.attachments, tables.messages, _M.id == _T.message_id)
        .where(_T.state == AttachmentState.STORED, _T.data.is_(None), _T.id.not_in(but))
        .where(sa.func.coalesce(_T.size, 0) <= room)
        .order_by(_M.position.desc(), _T.n)
        .limit(limit)
    )
    return [Missing(**row) for row in tx.execute(query).mappings()]


def kept_bytes(tx: Tx) -> int:
    """How much of the file attachments take."""
    total = sa.select(sa.func.coalesce(sa.func.sum(_T.size), 0)).where(_T.data.is_not(None))
    return int(tx.execute(total).scalar_one())


def keep(tx: Tx, attachment_id: UUID, data: bytes) -> bool:
    """Store the bytes, if they still are those that the row names."""
    same = _T.sha256 == hashlib.sha256(data).hexdigest()
    statement = sa.update(tables.attachments).where(_T.id == attachment_id, same)
    return bool(tx.execute(statement.values(data=data)).rowcount)
