"""The thread of a conversation or of a contact: messages, notes and events by position.

Three walks over indexes in the same order, merged; each costs what the page costs, however long
the thread is.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import datetime
from functools import cache
from operator import itemgetter
from typing import Any, NamedTuple
from uuid import UUID

import sqlalchemy as sa

from sms_desk.domain.model import (
    DeliveryStatus,
    Direction,
    Origin,
    OutboxState,
    SourceKind,
    SourceReason,
)
from sms_desk.store import tables
from sms_desk.store.engine import Tx
from sms_desk.store.reading import Query
from sms_desk.store.types import BigInt, Id

_DONE = (OutboxState.ACCEPTED, OutboxState.WITHDRAWN)


class Message(NamedTuple):
    """A message as it stands in a thread."""

    position: int
    id: UUID
    conversation_id: UUID
    account_id: UUID
    direction: Direction
    origin: Origin
    at: datetime
    late: bool
    sender_id: UUID
    body: str
    status: DeliveryStatus
    status_text: str
    status_at: datetime | None
    error_code: str | None
    error_text: str | None
    author_id: UUID | None
    on_behalf_id: UUID | None
    program_id: UUID | None
    source_kind: SourceKind | None
    source_reason: SourceReason | None
    outbox_id: UUID | None
    parts: int | None
    media_count: int
    keyword: str | None


class Note(NamedTuple):
    position: int
    id: UUID
    conversation_id: UUID
    author_id: UUID
    at: datetime
    body: str
    mentions: Any


class Event(NamedTuple):
    position: int
    id: UUID
    conversation_id: UUID
    at: datetime
    kind: str
    actor_id: UUID | None
    reason: str
    detail: Any


Found = Message | Note | Event
"""What stands at a place in a thread."""

_WORDS: dict[str, Any] = {
    "direction": Direction,
    "origin": Origin,
    "status": DeliveryStatus,
    "source_kind": SourceKind,
    "source_reason": SourceReason,
}
_KINDS: tuple[tuple[sa.Table, type[Found], dict[str, Any]], ...] = (
    (tables.messages, Message, _WORDS),
    (tables.notes, Note, {}),
    (tables.events, Event, {}),
)


def page(
    tx: Tx,
    conversation_ids: Sequence[UUID],
    *,
    before: int | None = None,
    after: int | None = None,
    limit: int,
) -> list[Found]:
    """At most `limit` things, oldest first: the newest, or those before or after a position."""
    if not conversation_ids:
        return []
    forward = after is not None
    asked = {"ids": list(conversation_ids), "before": before, "after": after, "most": limit}
    found: list[Found] = []
    for query, make in _walks(before is not None, forward):
        found += map(make, query.rows(tx, **{n: v for n, v in asked.items() if v is not None}))
    found.sort(key=itemgetter(0))
    return found[:limit] if forward else found[-limit:]


def around(
    tx: Tx, conversation_ids: Sequence[UUID], position: int, *, limit: int
) -> tuple[list[Found], bool, bool]:
    """A page with `position` in its middle: for a search hit, or the first unread message. And
    whether anything stands above and below it, which one thing too many on each side tells."""
    half = limit // 2
    older = page(tx, conversation_ids, before=position, limit=half + 1)
    above = len(older) > half
    older = older[above:]
    rest = limit - len(older)
    newer = page(tx, conversation_ids, after=position - 1, limit=rest + 1)
    return older + newer[:rest], above, len(newer) > rest


def first_inbound_after(tx: Tx, conversation_id: UUID, position: int) -> int | None:
    """The first unread message for a read marker, None if all is read."""
    found: int | None = _FIRST_UNREAD.scalar(tx, id=conversation_id, read=position)
    return found


def pending(tx: Tx, conversation_ids: Sequence[UUID]) -> list[dict[str, Any]]:
    """What is queued, held, in doubt or refused, in queue order (R56)."""
    return _PENDING.mappings(tx, ids=list(conversation_ids)) if conversation_ids else []


def attachments(tx: Tx, message_ids: Sequence[UUID]) -> dict[UUID, list[dict[str, Any]]]:
    """Attachments by message, without their bytes."""
    found: dict[UUID, list[dict[str, Any]]] = {}
    for row in _ATTACHMENTS.mappings(tx, ids=list(message_ids)) if message_ids else ():
        found.setdefault(row["message_id"], []).append(row)
    return found


def attachment(tx: Tx, attachment_id: UUID) -> sa.RowMapping | None:
    """One attachment with its bytes."""
    columns = tables.attachments.c
    query = sa.select(tables.attachments).where(columns.id == attachment_id)
    return tx.execute(query).mappings().one_or_none()


def home_of_attachment(tx: Tx, attachment_id: UUID) -> UUID | None:
    """The conversation in which an attachment stands."""
    message = tables.messages.c
    query = (
        sa.select(message.conversation_id)
        .select_from(tables.attachments)
        .join(tables.messages, message.id == tables.attachments.c.message_id)
        .where(tables.attachments.c.id == attachment_id)
    )
    return tx.execute(query).scalar_one_or_none()


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


_IDS = sa.bindparam("ids", expanding=True, type_=Id)


@cache
def _walks(
    has_before: bool, has_after: bool
) -> tuple[tuple[Query, Callable[[Sequence[Any]], Found]], ...]:
    """The three walks of one form, each with what its rows become."""
    return tuple(
        (Query(_walk(table, kind._fields, has_before, has_after), **words), kind._make)
        for table, kind, words in _KINDS
    )


def _walk(
    table: sa.Table, names: Sequence[str], has_before: bool, has_after: bool
) -> sa.Select[Any]:
    columns = table.c
    query = sa.select(*(columns[name] for name in names)).where(columns.conversation_id.in_(_IDS))
    if has_before:
        query = query.where(columns.position < sa.bindparam("before", type_=BigInt))
    if has_after:
        query = query.where(columns.position > sa.bindparam("after", type_=BigInt))
    order = columns.position if has_after else columns.position.desc()
    return query.order_by(order).limit(sa.bindparam("most", type_=sa.Integer))


def _pending() -> sa.Select[Any]:
    columns = tables.outbox.c
    waiting = columns.state.not_in(_DONE)
    query = sa.select(tables.outbox).where(columns.conversation_id.in_(_IDS), waiting)
    return query.order_by(columns.conversation_id, columns.queue_n)


def _attachments() -> sa.Select[Any]:
    columns = tables.attachments.c
    shown = (column for column in columns if column.name != "data")
    query = sa.select(*shown).where(columns.message_id.in_(_IDS))
    return query.order_by(columns.message_id, columns.n)


def _first_unread() -> sa.Select[Any]:
    columns = tables.messages.c
    return sa.select(sa.func.min(columns.position)).where(
        columns.conversation_id == sa.bindparam("id", type_=Id),
        columns.position > sa.bindparam("read", type_=BigInt),
        columns.direction == sa.literal_column("'inbound'"),
    )


_PENDING, _ATTACHMENTS = Query(_pending()), Query(_attachments())
_FIRST_UNREAD = Query(_first_unread())
