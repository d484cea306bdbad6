"""Finding messages, notes and contacts, newest first (R44).

Two ways lead to a message. Over the whole workspace the index names positions, newest first, and
the operators are asked of those, a growing batch at a time. Inside a few conversations that would
be slow, since common words occur everywhere (1,111 ms against 1.3, measured.md); there the
conversation's own bodies are read, newest first, and compared. Both answer the same.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Sequence
from contextlib import closing
from datetime import datetime
from enum import StrEnum
from heapq import merge
from itertools import islice
from typing import Any, NamedTuple
from uuid import UUID

import sqlalchemy as sa

from sms_desk.domain import excerpts
from sms_desk.domain.frozen import dataclass
from sms_desk.domain.model import Position
from sms_desk.domain.positions import Kind
from sms_desk.domain.search_query import Query, Term, parse
from sms_desk.store import reading, search_reading
from sms_desk.store.engine import Tx
from sms_desk.store.search_contacts import FoundContact, find_contacts, matcher, who
from sms_desk.store.search_filters import Conditions, Viewer, Who, conditions
from sms_desk.store.search_index import (
    TABLES,
    among,
    differences,
    drop,
    drop_contacts,
    feed_contact,
    feed_contacts,
    feed_messages,
    feed_notes,
    rebuild,
)
from sms_desk.store.tables import (
    conversations,
    messages,
    notes,
)
from sms_desk.store.types import BigInt, from_micros

__all__ = [
    "ANYBODY",
    "TABLES",
    "Found",
    "FoundContact",
    "FoundKind",
    "Viewer",
    "differences",
    "drop",
    "drop_contacts",
    "feed_contact",
    "feed_contacts",
    "feed_messages",
    "feed_notes",
    "find_contacts",
    "find_messages",
    "matcher",
    "matching_positions",
    "rebuild",
    "within_conversation",
]

ANYBODY = Viewer()

_FEW_CONVERSATIONS = 200
_FIRST_BATCH = 64
_LARGEST_BATCH = 4_096


class FoundKind(StrEnum):
    MESSAGE = "message"
    NOTE = "note"


class Found(NamedTuple):
    """A message or note that matches."""

    kind: FoundKind
    position: int
    id: UUID
    conversation_id: UUID
    at: datetime
    body: str


def find_messages(
    tx: Tx,
    query: Query,
    *,
    limit: int,
    before: Position | None = None,
    conversation_ids: Collection[UUID] | None = None,
    visible: sa.ColumnElement[bool] | None = None,
    viewer: Viewer = ANYBODY,
) -> list[Found]:
    """The newest messages and notes that match, at most `limit`, all older than `before`.

    conversation_ids: search in these alone. visible: what this person may see, as a condition on
    `tables.conversations` (R31). An empty query finds nothing; nor does a team's
    own workspace, whose desks search their replicas.
    """
    if not query or tx.dialect.name != "sqlite":
        return []
    if _asks_words_alone(query, conversation_ids, visible):
        return _newest(tx, query, limit, before)
    written_by = tuple(who(tx, text) for text in query.from_)
    written_to = tuple(who(tx, text) for text in query.to)
    asked = conditions(query, viewer, written_by, written_to)
    scope = _Scope(before, _chosen(tx, conversation_ids, written_by, written_to), visible)
    if not query.terms or scope.conversation_ids is not None:
        found = _scanned(tx, query.terms, asked, scope, limit)
    else:
        found = _indexed(tx, query, asked, scope)
    return list(islice(found, limit))


def within_conversation(
    tx: Tx,
    conversation_id: UUID,
    text: str,
    *,
    limit: int = 500,
    before: Position | None = None,
    viewer: Viewer = ANYBODY,
) -> list[Found]:
    """What one conversation holds of a typed text, newest first: for the search in the thread."""
    chosen = (conversation_id,)
    query = parse(text)
    if query.terms and query.only_words:
        rows = search_reading.within(tx, query.terms, conversation_id, before=before)
        return [_of_row(row) for row in islice(rows, limit)]
    return find_messages(
        tx, query, limit=limit, before=before, conversation_ids=chosen, viewer=viewer
    )


def matching_positions(query: Query) -> sa.Select[int]:
    """Positions of all messages and notes with the query's words, for use inside another query.

    The query must have terms.
    """
    return _POSITIONS.with_only_columns(_ROW).params(words=query.expression)


# --- by the index -----------------------------------------------------------------------------

_INDEX = sa.table("message_index", sa.column("rowid", sa.Integer))
_ROW: sa.ColumnClause[int] = _INDEX.c.rowid
_POSITIONS = sa.select(_ROW).where(sa.text("message_index MATCH :words"))
_NEWEST_FIRST = _POSITIONS.where(sa.bindparam("before") > _ROW).order_by(_ROW.desc())
_END_OF_TIME = (1 << 63) - 1


def _newest_found() -> reading.Query:
    """What stands at the newest hits, in one statement."""
    own, note = messages.c, notes.c
    rowid: sa.ColumnElement[Any] = sa.literal_column("message_index.rowid", sa.Integer)
    found = sa.table("message_index")
    statement: sa.Select[Any] = (
        sa.select(
            rowid.label("position"),
            *(
                sa.func.coalesce(own[name], note[name], type_=own[name].type).label(name)
                for name in ("id", "conversation_id", "at", "body")
            ),
        )
        .outerjoin_from(found, messages, own.position == rowid)
        .outerjoin(notes, note.position == rowid)
        .where(sa.text("message_index MATCH :words"), rowid < sa.bindparam("before", type_=BigInt))
        .order_by(rowid.desc())
        .limit(sa.bindparam("most", type_=sa.Integer))
    )
    return reading.Query(statement)


_NEWEST_FOUND = _newest_found()


def _newest(tx: Tx, query: Query, limit: int, before: int | None) -> list[Found]:
    """The common case, while somebody types."""
    edge = _END_OF_TIME if before is None else before
    rows = _NEWEST_FOUND.rows(tx, words=query.expression, before=edge, most=limit)
    return [_of_row(row) for row in rows]


def _asks_words_alone(
    query: Query, ids: Collection[UUID] | None, visible: sa.ColumnElement[bool] | None
) -> bool:
    sees_all = visible is None or isinstance(getattr(visible, "element", visible), sa.True_)
    return bool(query.terms) and query.only_words and ids is None and sees_all


def _found(row: Any) -> Found:
    """From the driver's own values: position, id, conversation id, time, body."""
    position, id_, conversation_id, at, body = row
    return _of_row((position, UUID(bytes=id_), UUID(bytes=conversation_id), from_micros(at), body))


def _of_row(row: Sequence[Any]) -> Found:
    """From position, id, conversation id, time, body."""
    return Found(FoundKind.NOTE if row[0] & 3 == Kind.NOTE else FoundKind.MESSAGE, *row)


@dataclass(frozen=True, slots=True)
class _Scope:
    before: int | None
    conversation_ids: frozenset[UUID] | None
    visible: sa.ColumnElement[bool] | None


@dataclass(frozen=True, slots=True)
class _Shelf:
    """One of the two tables that hold what is found."""

    table: sa.Table
    conditions: tuple[sa.ColumnElement[bool], ...]

    def select(self, scope: _Scope) -> sa.Select[Any]:
        columns = self.table.c
        select = sa.select(
            columns.position,
            sa.type_coerce(columns.id, sa.LargeBinary),
            sa.type_coerce(columns.conversation_id, sa.LargeBinary),
            sa.type_coerce(columns.at, sa.BigInteger),
            columns.body,
        )
        asked = [*self.conditions, *([] if scope.visible is None else [scope.visible])]
        if asked:
            joined = self.table.join(
                conversations, conversations.c.id == self.table.c.conversation_id
            )
            select = select.select_from(joined).where(*asked)
        if scope.before is not None:
            select = select.where(columns.position < scope.before)
        if scope.conversation_ids is not None:
            select = select.where(columns.conversation_id.in_(sorted(scope.conversation_ids)))
        return select


def _shelves(asked: Conditions) -> list[_Shelf]:
    shelves = [_Shelf(messages, asked.messages)]
    if asked.notes is not None:
        shelves.append(_Shelf(notes, asked.notes))
    return shelves


def _indexed(tx: Tx, query: Query, asked: Conditions, scope: _Scope) -> Iterator[Found]:
    """Positions from the index, then what stands there and satisfies the operators."""
    before = _END_OF_TIME if scope.before is None else scope.before
    hits = tx.execute(_NEWEST_FIRST, {"words": query.expression, "before": before}).scalars()
    shelves = _shelves(asked)
    size = _FIRST_BATCH
    with closing(hits):
        while batch := list(hits.fetchmany(size)):
            found: list[Found] = []
            for shelf in shelves:
                chosen = shelf.select(scope).where(among(shelf.table.c.position, batch))
                found += map(_found, tx.execute(chosen))
            yield from sorted(found, key=_newest_first)
            size = min(size * 4, _LARGEST_BATCH)


# --- by reading a few conversations -----------------------------------------------------------


def _scanned(
    tx: Tx, terms: Sequence[Term], asked: Conditions, scope: _Scope, limit: int
) -> Iterator[Found]:
    """What stands in the scope, newest first, compared text by text."""

    def read(shelf: _Shelf) -> Iterable[Any]:
        select = shelf.select(scope).where(*(_may_hold(shelf.table.c.body, t) for t in terms))
        select = select.order_by(shelf.table.c.position.desc())
        return tx.execute(select if terms else select.limit(limit))

    rows = merge(*map(read, _shelves(asked)), key=lambda row: -row.position)
    matching = excerpts.matcher(terms)
    return (_found(row) for row in rows if matching(row.body))


def _may_hold(body: sa.Column[str], term: Term) -> sa.ColumnElement[bool]:
    """A quick sieve: LIKE knows the case of ASCII alone, so a body with more is let through."""
    beyond_ascii = sa.func.octet_length(body) != sa.func.length(body)
    if not term.ascii_part:
        return beyond_ascii
    return body.contains(term.ascii_part, autoescape=True) | beyond_ascii


def _newest_first(found: Found) -> int:
    return -found.position


# --- who a from: or to: may mean --------------------------------------------------------------


def _chosen(
    tx: Tx,
    conversation_ids: Collection[UUID] | None,
    written_by: tuple[Who, ...],
    written_to: tuple[Who, ...],
) -> frozenset[UUID] | None:
    """The few conversations to read, if the query is about few; None: ask the index."""
    if conversation_ids is not None:
        return frozenset(conversation_ids)
    meant = (*written_by, *written_to)
    if not meant or any(each.people or each.senders for each in meant):
        return None
    few = sa.select(conversations.c.id).limit(_FEW_CONVERSATIONS + 1)
    for each in meant:
        few = few.where(conversations.c.contact_id.in_(each.contacts))
    found = frozenset(tx.execute(few).scalars())
    return found if len(found) <= _FEW_CONVERSATIONS else None
