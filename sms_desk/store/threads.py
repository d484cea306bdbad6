"""The thread of a conversation or of a contact: messages, notes and events by position.

Three walks over indexes in the same order, merged; each costs what the page costs, however long
the thread is.
"""

from __future__ import annotations

import heapq
from collections.abc import Iterable, Sequence
from datetime import datetime
from functools import cache
from itertools import islice
from typing import Any
from uuid import UUID

import sqlalchemy as sa

from sms_desk.domain.model import OutboxState
from sms_desk.store import tables
from sms_desk.store.engine import Tx

_THREAD_TABLES = (tables.messages, tables.notes, tables.events)
_DONE = (OutboxState.ACCEPTED, OutboxState.WITHDRAWN)

Found = tuple[str, sa.RowMapping]
"""(table name, row): what stands at a place in a thread."""


def page(
    tx: Tx,
    conversation_ids: Sequence[UUID],
    *,
    before: int | None = None,
    after: int | None = None,
    limit: int,
) -> list[Found]:
    """At most `limit` things, oldest first: the newest, or those before or after a position."""
    forward = after is not None
    walks = [_walk(tx, table, conversation_ids, before, after, limit) for table in _THREAD_TABLES]
    merged = heapq.merge(*walks, key=lambda found: found[1]["position"], reverse=not forward)
    newest_first = list(islice(merged, limit))
    return newest_first if forward else newest_first[::-1]


def around(tx: Tx, conversation_ids: Sequence[UUID], position: int, *, limit: int) -> list[Found]:
    """A page with `position` in its middle: for a search hit, or the first unread message."""
    older = page(tx, conversation_ids, before=position, limit=limit // 2)
    newer = page(tx, conversation_ids, after=position - 1, limit=limit - len(older))
    return older + newer


def exists(
    tx: Tx, conversation_ids: Sequence[UUID], *, before: int | None = None, after: int | None = None
) -> bool:
    """Whether anything stands before or after a position."""
    return bool(page(tx, conversation_ids, before=before, after=after, limit=1))


def first_inbound_after(tx: Tx, conversation_id: UUID, position: int) -> int | None:
    """The first unread message for a read marker, None if all is read."""
    columns = tables.messages.c
    query = sa.select(sa.func.min(columns.position)).where(
        columns.conversation_id == conversation_id,
        columns.position > position,
        columns.direction == sa.literal_column("'inbound'"),
    )
    found: int | None = tx.execute(query).scalar_one()
    return found


def pending(tx: Tx, conversation_ids: Sequence[UUID]) -> list[sa.RowMapping]:
    """What is queued, held, in doubt or refused, in queue order (R56)."""
    columns = tables.outbox.c
    query = (
        sa.select(tables.outbox)
        .where(columns.conversation_id.in_(conversation_ids), columns.state.not_in(_DONE))
        .order_by(columns.conversation_id, columns.queue_n)
    )
    return list(tx.execute(query).mappings())


def attachments(tx: Tx, message_ids: Sequence[UUID]) -> dict[UUID, list[sa.RowMapping]]:
    """Attachments by message, without their bytes."""
    columns = tables.attachments.c
    query = (
        sa.select(*(column for column in columns if column.name != "data"))
        .where(columns.message_id.in_(message_ids))
        .order_by(columns.message_id, columns.n)
    )
    found: dict[UUID, list[sa.RowMapping]] = {}
    for row in tx.execute(query).mappings():
        found.setdefault(row["message_id"], []).append(row)
    return found


def attachment(tx: Tx, attachment_id: UUID) -> sa.RowMapping | None:
    """One attachment with its bytes."""
    columns = tables.attachments.c
    query = sa.select(tables.attachments).where(columns.id == attachment_id)
    return tx.execute(query).mappings().one_or_none()


def last_inbound_at(tx: Tx, conversation_id: UUID) -> datetime | None:
    """When the contact last wrote."""
    columns = tables.messages.c
    query = (
        sa.select(columns.at)
        .where(
            columns.conversation_id == conversation_id,
            columns.direction == sa.literal_column("'inbound'"),
        )
        .order_by(columns.position.desc())
        .limit(1)
    )
    return tx.execute(query).scalar_one_or_none()


def _walk(
    tx: Tx,
    table: sa.Table,
    conversation_ids: Sequence[UUID],
    before: int | None,
    after: int | None,
    limit: int,
) -> Iterable[Found]:
    statement = _walk_statement(table.name, before is not None, after is not None)
    asked = {"ids": conversation_ids, "before": before, "after": after, "limit": limit}
    return [(table.name, row) for row in tx.execute(statement, asked).mappings()]


@cache
def _walk_statement(name: str, has_before: bool, has_after: bool) -> sa.Select[Any]:
    """Built once a form: putting it together costs more than running it."""
    table = tables.metadata.tables[name]
    columns = table.c
    ids = sa.bindparam("ids", expanding=True, type_=columns.conversation_id.type)
    query: sa.Select[Any] = sa.select(table).where(columns.conversation_id.in_(ids))
    if has_before:
        query = query.where(columns.position < sa.bindparam("before"))
    if has_after:
        query = query.where(columns.position > sa.bindparam("after"))
    order = columns.position if has_after else columns.position.desc()
    return query.order_by(order).limit(sa.bindparam("limit", type_=sa.Integer))
