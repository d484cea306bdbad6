"""The free text of an inbox filter: every conversation that it finds, whatever their number (R50).

A conversation is found if its contact's name or number matches, or any of its messages or notes has
all the words. A rare text is looked up in the search index, all of it. A common one would name half
the workspace; there the list is walked in its own order and each conversation compared, until the
page is full. Where that finds too little too late, the index is asked for everything at once. Between
the two stands a name of thousands of contacts that few messages have: it is looked up where the
list's first conversations do not fill the page. Counts compare nothing. Without an index, in a team's
PostgreSQL, all is compared: no person waits for it there.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import replace
from functools import lru_cache
from typing import Any, NamedTuple
from uuid import UUID

import sqlalchemy as sa

from sms_desk.domain.inbox_filters import InboxFilter
from sms_desk.domain.scopes import Reach
from sms_desk.domain.search_query import parse
from sms_desk.store import inbox_pages, search_contacts, search_reading, tables
from sms_desk.store.engine import Tx
from sms_desk.store.inbox_clauses import Asked, Clause, everything
from sms_desk.store.inbox_pages import Edge, Walk
from sms_desk.store.reading import Query
from sms_desk.store.types import Id

_c = tables.conversations.c
_FEW = 400
"""Hits that are looked up one by one, and contacts that are before a list is looked at; more is
common."""
_MANY = 3_000
"""Contacts whose conversations are looked up at all (70 ms); more soon fill a page of a list."""
_GLANCED = 150
"""Conversations that a page is worth comparing, before so many contacts are looked up."""
_WALKED = 1_600
"""Conversations that a page is worth comparing, before the index is asked for everything."""
_LONGEST_STEP = 400
_AT_ONCE = 500


def page_ids(tx: Tx, asked: Asked, *, after: Edge | None, limit: int) -> list[Edge]:
    """The next page of a filter with a text, in the filter's order."""
    if tx.dialect.name != "sqlite":
        return _compared(tx, asked, _NOTHING, after, limit)
    known = _first_look(tx, asked.filter.text)
    find = _asked_index if known.contacts < _FEW else _compared
    return find(tx, asked, known, after, limit)


def all_ids(tx: Tx, asked: Asked) -> list[UUID]:
    """Everything that a filter with a text shows."""
    wanted, reach, text = _without_text(asked), asked.reach, asked.filter.text
    if tx.dialect.name == "sqlite":
        known = _first_look(tx, text)
        query = _everything(wanted, reach, known.sought.asks, known.are_few)
        return query.values(tx, **asked.values, **known.sought.values)
    every = Query(sa.select(_c.id).where(*everything(wanted, reach)))
    ids = [row[0] for row in every.rows(tx, **asked.values)]
    parts = (ids[start : start + _AT_ONCE] for start in range(0, len(ids), _AT_ONCE))
    return [id_ for part in parts for id_ in holding(tx, text, part)]


def holding(tx: Tx, text: str, ids: Collection[UUID], *, before: int | None = None) -> set[UUID]:
    """Those of the conversations that the text finds.

    before: only older messages and notes are compared, 0: none; the contact always is.
    """
    found = _with_contact(tx, text, ids)
    terms = () if before == 0 else parse(text).terms
    rest = [id_ for id_ in ids if id_ not in found]
    return found | search_reading.holding(tx, terms, rest, before=before) if terms else found


def _with_contact(tx: Tx, text: str, ids: Collection[UUID]) -> set[UUID]:
    matching = search_contacts.matcher(text)
    entries: dict[UUID, tuple[str, list[str]]] = {}
    for id_, name, *addresses in _CONTACTS.rows(tx, ids=list(ids)) if ids else ():
        entries.setdefault(id_, (name, []))[1].extend(filter(None, addresses))
    return {id_ for id_, (name, addresses) in entries.items() if matching(name, addresses)}


def _contacts() -> Query:
    contact, address = tables.contacts.c, tables.contact_addresses.c
    return Query(
        sa.select(_c.id, contact.name, address.peer_key, address.e164)
        .join(tables.contacts, contact.id == _c.contact_id)
        .outerjoin(tables.contact_addresses, address.contact_id == contact.id)
        .where(_c.id.in_(sa.bindparam("ids", expanding=True, type_=Id)))
    )


_CONTACTS = _contacts()


def _without_text(asked: Asked) -> InboxFilter:
    return replace(asked.filter, text="")


# --- a common text: the list's own order, compared ------------------------------------------------


def _compared(tx: Tx, asked: Asked, known: _Known, after: Edge | None, limit: int) -> list[Edge]:
    found: list[Edge] = []
    plain = replace(asked, filter=_without_text(asked))
    walked = _GLANCED if known.are_few else _WALKED
    looked_at, step = 0, limit
    while len(found) < limit:
        if looked_at >= walked and tx.dialect.name == "sqlite":
            return found + _asked_index(tx, asked, known, after, limit - len(found))
        candidates = inbox_pages.page_ids(tx, plain, after=after, limit=step)
        unknown = [edge.id for edge in candidates if edge.id not in known.ids]
        held = known.ids | holding(tx, asked.filter.text, unknown, before=known.before)
        found += [edge for edge in candidates if edge.id in held]
        if len(candidates) < step:
            break
        after, looked_at = candidates[-1], looked_at + step
        step = min(2 * step, _LONGEST_STEP)
    return found[:limit]


# --- the index -----------------------------------------------------------------------------------


def _asked_index(tx: Tx, asked: Asked, known: _Known, after: Edge | None, limit: int) -> list[Edge]:
    wanted, sought = _without_text(asked), known.sought
    walk = _walk(wanted, asked.reach, after is not None, sought.asks, known.are_few)
    return [] if walk is None else walk.edges(tx, asked, after, limit, **sought.values)


class _Sought(NamedTuple):
    """What the two indexes are asked for a typed text; "" asks that index nothing.

    ids: conversations that are known to have all words, in place of the words.
    """

    words: str = ""
    contact_words: str = ""
    ids: Sequence[UUID] = ()

    @property
    def asks(self) -> tuple[str, ...]:
        return tuple(self.values)

    @property
    def values(self) -> dict[str, Any]:
        return {name: value for name, value in self._asdict().items() if value}


class _Known(NamedTuple):
    """What the first look into the index tells.

    ids: the conversations of the newest hits.
    before: where it ended, so that what is older may hold more; 0: it saw all messages and notes.
    contacts: how many match, as far as _MANY; counted where it saw all messages and notes.
    """

    sought: _Sought
    ids: set[UUID]
    before: int
    contacts: int = _MANY

    @property
    def are_few(self) -> bool:
        """Whether all that the text finds is few enough to be looked up."""
        return self.contacts < _MANY


_NOTHING = _Known(_Sought(), set(), search_reading.END_OF_TIME)


def _first_look(tx: Tx, text: str) -> _Known:
    words, contact_words = parse(text).expression, search_contacts.expression(text)
    hits = _HITS.rows(tx, words=words, most=_FEW) if words else []
    ids = {id_ for _, id_ in hits if id_ is not None}
    if len(hits) >= _FEW:
        return _Known(_Sought(words, contact_words), ids, min(position for position, _ in hits))
    contacts = _COUNT.scalar(tx, contact_words=contact_words, most=_MANY) if contact_words else 0
    return _Known(_Sought("", contact_words, list(ids)), ids, 0, contacts)


_MATCHED = sa.select(sa.column("rowid", sa.Integer))
_MESSAGES_FOUND = _MATCHED.select_from(sa.table("message_index")).where(
    sa.text("message_index MATCH :words")
)
_CONTACTS_FOUND = _MATCHED.select_from(sa.table("contact_index")).where(
    sa.text("contact_index MATCH :contact_words")
)
_MOST = sa.bindparam("most", type_=sa.Integer)


def _hits() -> Query:
    """(position, conversation) of the newest hits."""
    message, note = tables.messages.c, tables.notes.c
    newest: sa.ColumnElement[int] = sa.literal_column("rowid").desc()
    found = _MESSAGES_FOUND.order_by(newest).limit(_MOST).subquery()
    return Query(
        sa.select(
            found.c.rowid,
            sa.func.coalesce(message.conversation_id, note.conversation_id, type_=Id).label("id"),
        )
        .outerjoin_from(found, tables.messages, message.position == found.c.rowid)
        .outerjoin(tables.notes, note.position == found.c.rowid)
    )


def _count() -> Query:
    """How many contacts match, as far as it is asked."""
    found = _CONTACTS_FOUND.limit(_MOST).subquery()
    return Query(sa.select(sa.func.count()).select_from(found))


_HITS, _COUNT = _hits(), _count()


@lru_cache(maxsize=64)
def _walk(
    wanted: InboxFilter, reach: Reach, has_after: bool, asks: tuple[str, ...], are_few: bool
) -> Walk | None:
    """are_few: what is found comes first; else the list's own order, down to a full page."""
    found = _found(asks)
    if are_few:
        ways = [[found, _as_one(*everything(wanted, reach))]]
    else:
        ways = [[*branch, _as_one(found)] for branch in inbox_pages.branches(wanted, reach)]
    return inbox_pages.merged(ways, wanted.order, has_after)


@lru_cache(maxsize=64)
def _everything(wanted: InboxFilter, reach: Reach, asks: tuple[str, ...], are_few: bool) -> Query:
    found, rest = _found(asks), everything(wanted, reach)
    clauses = [found, _as_one(*rest)] if are_few else [*rest, found]
    return Query(sa.select(_c.id).where(*clauses))


def _as_one(*clauses: Clause) -> Clause:
    """All of them as one truth, in which no planner looks for an index."""
    return sa.and_(*clauses).is_(sa.true())


def _found(asks: tuple[str, ...]) -> Clause:
    """Whether the index finds a conversation. The hits are gathered once, then each conversation's
    own positions are looked up among them, down to the first."""
    return sa.or_(sa.false(), *(way for name in asks for way in _WAYS[name]))


def _with_words(columns: Any) -> Clause:
    # Hidden, or SQLite would try every hit with every conversation.
    position: sa.ColumnElement[Any] = sa.func.coalesce(columns.position, columns.position)
    own = columns.conversation_id == _c.id
    return sa.exists().where(own, position.in_(_MESSAGES_FOUND)).correlate(tables.conversations)


def _with_a_contact() -> Clause:
    contact = tables.contacts.c
    return _c.contact_id.in_(sa.select(contact.id).where(contact.search_row.in_(_CONTACTS_FOUND)))


_WAYS: dict[str, list[Clause]] = {
    "words": [_with_words(tables.messages.c), _with_words(tables.notes.c)],
    "contact_words": [_with_a_contact()],
    "ids": [_c.id.in_(sa.bindparam("ids", expanding=True, type_=Id))],
}
