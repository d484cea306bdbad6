"""The ids of one page of an inbox, quick however large the workspace (design §9).

SQLite walks an index in the list's order only where everything before that order is one equality.
So a page is put together from *branches*: one for each team state and each owner or sender ID that
the scope names, each a short walk down an index, merged and cut. Where a filter picks few
conversations (a pin, a rare tag), those are looked up first instead. Both give the rows that
`inbox_clauses.everything` describes; a property test compares.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any
from uuid import UUID

import sqlalchemy as sa

from sms_desk.domain.inbox_filters import Order, Scope
from sms_desk.domain.model import TeamState
from sms_desk.store import tables
from sms_desk.store.engine import Tx
from sms_desk.store.inbox_clauses import Asked, Clause, everything, of_fields, of_scope

_c = tables.conversations.c
_MOST_BRANCHES = 60
_FEW = 500

Edge = tuple[int, UUID]
"""Sort value and id of a row."""


def page_ids(tx: Tx, asked: Asked, *, after: Edge | None, limit: int) -> list[Edge]:
    """The next page in the filter's order. after: the last row of the page before."""
    waiting = asked.filter.order is Order.WAITING
    branches = [
        _branch(clauses, waiting=waiting, after=after, limit=limit)
        for clauses in _branches(tx, asked)
    ]
    if not branches:
        return []
    if len(branches) == 1:
        found = tx.execute(branches[0])
    else:
        merged = sa.union_all(*(branch.subquery().select() for branch in branches)).subquery()
        columns = (merged.c.sort, merged.c.id)
        order = columns if waiting else [column.desc() for column in columns]
        found = tx.execute(sa.select(*columns).order_by(*order).limit(limit))
    return [(int(row.sort), row.id) for row in found]


def _branch(
    clauses: list[Clause], *, waiting: bool, after: Edge | None, limit: int
) -> sa.Select[Any]:
    sort = sa.type_coerce(_c.waiting_since, sa.BigInteger) if waiting else _c.last_position
    query = sa.select(sort.label("sort"), _c.id).where(*clauses).limit(limit)
    query = query.order_by(sort, _c.id) if waiting else query.order_by(sort.desc(), _c.id.desc())
    if after is None:
        return query
    edge = sa.tuple_(sort, _c.id)
    last = sa.tuple_(sa.literal(after[0]), sa.literal(after[1], _c.id.type))
    return query.where(edge > last if waiting else edge < last)


def _branches(tx: Tx, asked: Asked) -> list[list[Clause]]:
    few = _few(tx, asked)
    if few is not None:
        return [[_c.id.in_(few), *everything(asked)]] if few else []
    fields = of_fields(asked)
    if asked.filter.order is Order.WAITING:
        return [[*_in_waiting_index(asked.filter.state), *_unindexed(asked), *fields]]
    states = list(TeamState) if asked.filter.state is None else [asked.filter.state]
    places = _places(asked)
    if places is None or len(places) * len(states) > _MOST_BRANCHES:
        places = [_unindexed(asked)]
    return [
        [_c.listed, _c.team_state == state, *place, *fields] for state in states for place in places
    ]


def _places(asked: Asked) -> list[list[Clause]] | None:
    """Disjoint conditions that together are the scope, each an equality on an index.

    None: the scope has none, or another field of the filter already names an index.
    """
    wanted, reach = asked.filter, asked.reach
    if wanted.sender_id or wanted.owner_id or wanted.program_id:
        return None
    match wanted.scope:
        case Scope.MINE:
            return [[_c.owner_id == reach.person_id]]
        case Scope.SHARED:
            return [[_c.sender_id == sender] for sender in reach.shared]
        case Scope.UNROUTED:
            unrouted = of_scope(Scope.UNROUTED, reach, unindexed=True)
            return [[_c.sender_id == sender, *unrouted] for sender in reach.unheld]
        case Scope.UNASSIGNED:
            return [[_c.owner_id.is_(None), *_unindexed(asked)]]
        case Scope.TEAM:
            return list(_owners_and_senders(reach.people, reach.team_senders))
        case Scope.ALL if not reach.everything:
            owners = reach.people | {reach.person_id}
            unheld = reach.unheld if reach.sees_unrouted else frozenset()
            return list(_owners_and_senders(owners, reach.held | reach.team_senders | unheld))
        case _:
            return None


def _owners_and_senders(
    owners: frozenset[UUID], senders: frozenset[UUID]
) -> Iterator[list[Clause]]:
    for owner in owners:
        yield [_c.owner_id == owner]
    others = sa.or_(_c.owner_id.is_(None), _hidden(_c.owner_id).not_in(owners))
    for sender in senders:
        yield [_c.sender_id == sender, others]


def _in_waiting_index(state: TeamState | None) -> list[Clause]:
    """Listed and of a state, said so that the walk goes by waiting time."""
    clauses: list[Clause] = [_hidden(_c.listed) == sa.true()]
    return clauses if state is None else [*clauses, _hidden(_c.team_state) == state]


def _unindexed(asked: Asked) -> list[Clause]:
    """The scope as a condition on rows that another index finds."""
    return of_scope(asked.filter.scope, asked.reach, unindexed=True)


def _hidden(column: sa.ColumnElement[Any]) -> sa.ColumnElement[Any]:
    """The column where no planner looks for an index."""
    return sa.func.coalesce(column, column)


def _few(tx: Tx, asked: Asked) -> list[UUID] | None:
    """The conversations that the narrowest field picks, where they are few; else None."""
    if asked.text_ids is not None:
        return list(asked.text_ids)
    for query in _pickers(asked):
        picked = list(tx.execute(query.limit(_FEW + 1)).scalars())
        if len(picked) <= _FEW:
            return picked
    return None


def _pickers(asked: Asked) -> Iterator[sa.Select[Any]]:
    wanted = asked.filter
    if wanted.pinned:
        mine = tables.my_states.c
        person = mine.person_id == asked.reach.person_id
        yield sa.select(mine.conversation_id).where(person, mine.pinned)
    if wanted.tag_id is not None:
        link = tables.conversation_tags.c
        yield sa.select(link.conversation_id).where(link.tag_id == wanted.tag_id)
    if wanted.failed:
        yield sa.select(_c.id).where(_c.trouble.is_not(None))
    if wanted.waiting and wanted.order is Order.NEWEST:
        yield sa.select(_c.id).where(_c.waiting_since.is_not(None), *_unindexed(asked))
