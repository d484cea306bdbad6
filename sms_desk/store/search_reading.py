"""Bodies compared one by one, newest first: for few conversations, and where there is no index.

Over the whole workspace the index is quicker; inside a conversation a common word occurs everywhere
else too (1,111 ms against 1.3, measured.md). The database sieves, `domain.excerpts` decides.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence
from functools import lru_cache
from heapq import merge
from typing import Any
from uuid import UUID

import sqlalchemy as sa

from sms_desk.domain import excerpts
from sms_desk.domain.search_query import Term
from sms_desk.store import tables
from sms_desk.store.engine import Tx
from sms_desk.store.reading import Query
from sms_desk.store.types import BigInt, Id

END_OF_TIME = (1 << 63) - 1
_SHELVES = (tables.messages.name, tables.notes.name)
_BATCH = 200
_CONVERSATIONS = 128


def within(
    tx: Tx, terms: Sequence[Term], conversation_id: UUID, *, before: int | None
) -> Iterator[Sequence[Any]]:
    """What holds all terms, newest first, as (position, id, conversation id, time, body)."""
    matching = excerpts.matcher(terms)
    walks = (_walk(tx, name, terms, conversation_id, before) for name in _SHELVES)
    rows = merge(*walks, key=lambda row: -row[0])
    return (row for row in rows if matching(row[4]))


def holding(
    tx: Tx, terms: Sequence[Term], ids: Collection[UUID], *, before: int | None = None
) -> set[UUID]:
    """Those of the conversations with a message or note, older than `before`, with all terms."""
    found: set[UUID] = set()
    matching = excerpts.matcher(terms)
    wanted = list(ids)
    for start in range(0, len(wanted), _CONVERSATIONS):
        part = wanted[start : start + _CONVERSATIONS]
        for name in _SHELVES:
            query = _bodies(name, *_sieve(tx, terms))
            edge = END_OF_TIME if before is None else before
            for id_, body in query.rows(tx, ids=part, before=edge, **_parts(terms)):
                if id_ not in found and matching(body):
                    found.add(id_)
    return found


def _walk(
    tx: Tx, name: str, terms: Sequence[Term], conversation_id: UUID, before: int | None
) -> Iterator[Sequence[Any]]:
    """What passes the sieve, a batch at a time: whoever has enough asks for no more."""
    query = _newest(name, *_sieve(tx, terms))
    edge = END_OF_TIME if before is None else before
    asked = {"conversation_id": conversation_id, "most": _BATCH, **_parts(terms)}
    while rows := query.rows(tx, before=edge, **asked):
        yield from rows
        if len(rows) < _BATCH:
            return
        edge = rows[-1][0]


@lru_cache(maxsize=128)
def _newest(name: str, dialect: str, sieve: tuple[bool, ...]) -> Query:
    columns = tables.metadata.tables[name].c
    return Query(
        sa.select(columns.position, columns.id, columns.conversation_id, columns.at, columns.body)
        .where(
            columns.conversation_id == sa.bindparam("conversation_id", type_=Id),
            columns.position < sa.bindparam("before", type_=BigInt),
            *_may_hold(columns.body, dialect, sieve),
        )
        .order_by(columns.position.desc())
        .limit(sa.bindparam("most", type_=sa.Integer))
    )


@lru_cache(maxsize=128)
def _bodies(name: str, dialect: str, sieve: tuple[bool, ...]) -> Query:
    columns = tables.metadata.tables[name].c
    return Query(
        sa.select(columns.conversation_id, columns.body).where(
            columns.conversation_id.in_(sa.bindparam("ids", expanding=True, type_=Id)),
            columns.position < sa.bindparam("before", type_=BigInt),
            *_may_hold(columns.body, dialect, sieve),
        )
    )


def _sieve(tx: Tx, terms: Sequence[Term]) -> tuple[str, tuple[bool, ...]]:
    """What makes one statement different from another: the engine, and which terms are ASCII."""
    return tx.dialect.name, tuple(bool(term.ascii_part) for term in terms)


def _parts(terms: Sequence[Term]) -> dict[str, str]:
    return {f"part_{n}": f"%{term.ascii_part}%" for n, term in enumerate(terms) if term.ascii_part}


def _may_hold(
    body: sa.Column[Any], dialect: str, sieve: tuple[bool, ...]
) -> Iterator[sa.ColumnElement[bool]]:
    """Only the case of ASCII is known to every engine, so a body with more is let through."""
    beyond_ascii = sa.func.octet_length(body) != sa.func.length(body)
    for n, is_ascii in enumerate(sieve):
        if not is_ascii:
            yield beyond_ascii
            continue
        part = sa.bindparam(f"part_{n}", type_=sa.Text)
        # SQLite's LIKE knows no case, and ILIKE there would make each body anew.
        yield (body.like(part) if dialect == "sqlite" else body.ilike(part)) | beyond_ascii
