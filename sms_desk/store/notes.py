"""Internal notes: a table of their own, so that no code path can send one (R37)."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

import sqlalchemy as sa

from sms_desk.domain import positions
from sms_desk.store import search, tables
from sms_desk.store.engine import Tx


def append(
    tx: Tx,
    *,
    id_: UUID,
    conversation_id: UUID,
    author_id: UUID,
    at: datetime,
    body: str,
    mentions: Sequence[UUID],
) -> None:
    """Write a note down and make it searchable."""
    columns = tables.notes.c
    position = positions.of_own(at, positions.Kind.NOTE)
    while tx.execute(sa.select(columns.id).where(columns.position == position)).first():
        position = positions.after(position)
    tx.execute(
        sa.insert(tables.notes).values(
            position=position,
            id=id_,
            conversation_id=conversation_id,
            author_id=author_id,
            at=at,
            body=body,
            mentions=[str(person) for person in mentions],
        )
    )
    search.feed_notes(tx, [(position, body)])
