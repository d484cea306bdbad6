"""Finding messages, notes and contacts, newest first (R44).

Two ways lead to a message. Over the whole workspace the index names positions, newest first, and
the operators are asked of those, a growing batch at a time. Inside a few conversations that would
be slow, since common words occur everywhere (1,111 ms against 1.3, measured.md); there the
conversation's own bodies are read, newest first, and compared. Both answer the same.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Sequence
from contextlib import closing
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from heapq import merge
from itertools import islice
from typing import Any
from uuid import UUID

import sqlalchemy as sa

from sms_desk.domain import addresses, excerpts
from sms_desk.domain.model import Position
from sms_desk.domain.search_query import Query, Term, parse, terms_of
from sms_desk.domain.search_text import fold
from sms_desk.store.engine import Tx
from sms_desk.store.search_filters import Conditions, Viewer, Who, conditions
from sms_desk.store.search_index import (
    SHORTEST_NUMBER,
    TABLES,
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
    contacts,
    conversations,
    messages,
    notes,
    people,
    sender_ids,
)

__all__ = [
    "ANYBODY",
    "TABLES",
    "Found",
    "FoundContact",
    "FoundKind",
    "Viewer",
    "contact_ids",
    "conversation_ids",
    "differences",
    "drop",
    "drop_contacts",
    "feed_contact",
    "feed_contacts",
    "feed_messages",
    "feed_notes",
    "find_contacts",
    "find_messages",
    "matching_positions",
    "rebuild",
    "within_conversation",
]

ANYBODY = Viewer()

_FEW_CONVERSATIONS = 200
_MOST_CONTACTS = 1_000
_FIRST_BATCH = 64
_LARGEST_BATCH = 4_096


class FoundKind(StrEnum):
    MESSAGE = "message"
    NOTE = "note"


@dataclass(frozen=True, slots=True)
class Found:
    """A message or note that matches."""

    kind: FoundKind
    position: int
    id: UUID
    conversation_id: UUID
    at: datetime
    body: str


@dataclass(frozen=True, slots=True)
class FoundContact:
    """A contact that matches. conversation_id: its newest conversation, if it has any."""

    contact_id: UUID
    name: str
    conversation_id: UUID | None


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
    `tables.conversations` (R31). An empty query finds nothing.
    """
    if not query:
        return []
    written_by = tuple(_who(tx, text) for text in query.from_)
    written_to = tuple(_who(tx, text) for text in query.to)
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
    return find_messages(
        tx, query, limit=limit, before=before, conversation_ids=chosen, viewer=viewer
    )


def find_contacts(tx: Tx, text: str, *, limit: int) -> list[FoundContact]:
    """Contacts by words of the name, or by any part (three digits) of a number in any spelling."""
    rows = _contact_rows(tx, text, most=max(limit, _FIRST_BATCH))
    newest = (
        sa.select(conversations.c.id)
        .where(conversations.c.contact_id == contacts.c.id)
        .order_by(conversations.c.last_position.desc())
        .limit(1)
        .scalar_subquery()
    )
    last = sa.select(sa.func.max(conversations.c.last_position))
    activity = last.where(conversations.c.contact_id == contacts.c.id).scalar_subquery()
    statement = (
        sa.select(contacts.c.id, contacts.c.name, newest)
        .where(contacts.c.search_row.in_(rows), contacts.c.merged_into.is_(None))
        .order_by(activity.desc().nulls_last(), contacts.c.search_row.desc())
        .limit(limit)
    )
    return [FoundContact(*row) for row in tx.execute(statement)] if rows else []


def contact_ids(tx: Tx, text: str, *, limit: int) -> list[UUID]:
    """As `find_contacts`, ids alone and in no order: for a filter."""
    rows = _contact_rows(tx, text, most=limit)
    chosen = sa.select(contacts.c.id).where(_among(contacts.c.search_row, rows))
    return list(tx.execute(chosen).scalars()) if rows else []


def conversation_ids(tx: Tx, text: str, *, limit: int) -> list[UUID]:
    """Conversations in which a message or note has the words, those with the newest one first."""
    query = parse(text)
    if not query.terms or tx.dialect.name != "sqlite":
        return []
    found: dict[UUID, None] = {}
    anywhere = _Scope(None, None, None)
    for hit in _indexed(tx, query, Conditions((), ()), anywhere):
        found[hit.conversation_id] = None
        if len(found) == limit:
            break
    return list(found)


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


@dataclass(frozen=True, slots=True)
class _Scope:
    before: int | None
    conversation_ids: frozenset[UUID] | None
    visible: sa.ColumnElement[bool] | None


@dataclass(frozen=True, slots=True)
class _Shelf:
    """One of the two tables that hold what is found."""

    kind: FoundKind
    table: sa.Table
    conditions: tuple[sa.ColumnElement[bool], ...]

    def select(self, scope: _Scope) -> sa.Select[Any]:
        columns = self.table.c
        select = sa.select(
            columns.position, columns.id, columns.conversation_id, columns.at, columns.body
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
    shelves = [_Shelf(FoundKind.MESSAGE, messages, asked.messages)]
    if asked.notes is not None:
        shelves.append(_Shelf(FoundKind.NOTE, notes, asked.notes))
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
                chosen = shelf.select(scope).where(_among(shelf.table.c.position, batch))
                found += (Found(shelf.kind, *row) for row in tx.execute(chosen))
            yield from sorted(found, key=_newest_first)
            size = min(size * 4, _LARGEST_BATCH)


def _among(column: sa.Column[int], values: Sequence[int]) -> sa.ColumnElement[bool]:
    """`column IN values`, as one statement whatever their number, so that it is compiled once."""
    each = sa.func.json_each(_json(values)).table_valued("value")
    return column.in_(sa.select(each.c.value))


def _json(values: Sequence[int]) -> str:
    return f"[{','.join(map(str, values))}]"


# --- by reading a few conversations -----------------------------------------------------------


def _scanned(
    tx: Tx, terms: Sequence[Term], asked: Conditions, scope: _Scope, limit: int
) -> Iterator[Found]:
    """What stands in the scope, newest first, compared text by text."""

    def read(shelf: _Shelf) -> Iterator[Found]:
        select = shelf.select(scope).where(*(_may_hold(shelf.table.c.body, t) for t in terms))
        select = select.order_by(shelf.table.c.position.desc())
        rows = tx.execute(select if terms else select.limit(limit))
        return (Found(shelf.kind, *row) for row in rows)

    found: Iterable[Found] = merge(*map(read, _shelves(asked)), key=_newest_first)
    return (one for one in found if excerpts.matches(terms, one.body))


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
    whos = (*written_by, *written_to)
    if not whos or not all(who.contacts and not who.people and not who.senders for who in whos):
        return None
    few = sa.select(conversations.c.id).limit(_FEW_CONVERSATIONS + 1)
    for who in whos:
        few = few.where(conversations.c.contact_id.in_(who.contacts))
    found = frozenset(tx.execute(few).scalars())
    return found if len(found) <= _FEW_CONVERSATIONS else None


def _who(tx: Tx, text: str) -> Who:
    """Contacts, people and sender IDs that a name or number may mean."""
    rows = _contact_rows(tx, text, most=_MOST_CONTACTS)
    digits = addresses.spellings_key(text)
    named: list[sa.ColumnElement[bool]] = [sender_ids.c.label.icontains(text, autoescape=True)]
    named.append(sender_ids.c.address.icontains(digits or text, autoescape=True))

    def ids(table: sa.Table, condition: sa.ColumnElement[bool]) -> tuple[UUID, ...]:
        return tuple(tx.execute(sa.select(table.c.id).where(condition)).scalars())

    return Who(
        contacts=ids(contacts, contacts.c.search_row.in_(rows)),
        people=ids(people, people.c.name.icontains(text, autoescape=True)),
        senders=ids(sender_ids, sa.or_(*named)),
    )


def _contact_rows(tx: Tx, text: str, *, most: int) -> list[int]:
    """Rows of the contact index that match, newest contacts first."""
    expression = _contact_expression(text)
    if not expression or tx.dialect.name != "sqlite":
        return []
    statement = sa.text(
        "SELECT rowid FROM contact_index WHERE contact_index MATCH :words"
        " ORDER BY rowid DESC LIMIT :most"
    )
    return list(tx.execute(statement, {"words": expression, "most": most}).scalars())


def _contact_expression(text: str) -> str:
    """Every word begins a word of the name; or the digits are a part of a number."""
    words = [term.as_beginning for word in text.split() for term in terms_of(word)]
    asked = [f"name : ({' '.join(words)})"] if words else []
    if key := addresses.spellings_key(text):
        typed = "".join(filter(str.isdecimal, fold(text)))
        numbers = sorted({key, typed})
        asked += [f'number : "{n}" *' for n in numbers if len(n) >= SHORTEST_NUMBER]
    return " OR ".join(f"({part})" for part in asked)
