"""The ids of one page of an inbox, quick however large the workspace (design §9).

SQLite walks an index in the list's order only where everything before that order is one equality.
So a page is put together from *branches*: one for each team state and each owner or sender ID that
the scope names, each a short walk down an index, merged and cut. Where a filter picks few
conversations (a pin, a rare tag), those are looked up first instead. Both give the rows that
`inbox_clauses.everything` describes; a property test compares.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime
from functools import lru_cache
from typing import Any
from uuid import UUID

import sqlalchemy as sa

from sms_desk.domain.inbox_filters import InboxFilter, Order, Scope
from sms_desk.domain.model import TeamState
from sms_desk.domain.scopes import Reach
from sms_desk.store import tables
from sms_desk.store.engine import Tx
from sms_desk.store.inbox_clauses import Asked, Clause, everything, of_fields, of_scope

_c = tables.conversations.c
_MOST_BRANCHES = 60
_FEW = 500
_ANY_TIME = datetime(2000, 1, 1, tzinfo=UTC)

Edge = tuple[int, UUID]
"""Sort value and id of a row."""


def page_ids(tx: Tx, asked: Asked, *, after: Edge | None, limit: int) -> list[Edge]:
    """The next page in the filter's order. after: the last row of the page before."""
    few = _few(tx, asked)
    if few is not None:
        clauses = [[_c.id.in_(few), *everything(asked)]] if few else []
        statement = _merged(clauses, asked.filter.order, after is not None, limit)
    else:
        # Only a nudge looks at the time; without one the same list has the same statement.
        now = asked.now if asked.filter.nudge else _ANY_TIME
        statement = _walks(
            asked.filter, asked.reach, now, asked.nudge_days, after is not None, limit
        )
    if statement is None:
        return []
    edge = {} if after is None else {"after_sort": after[0], "after_id": after[1]}
    return [(int(row.sort), row.id) for row in tx.execute(statement, edge)]


@lru_cache(maxsize=128)
def _walks(
    wanted: InboxFilter,
    reach: Reach,
    now: datetime,
    nudge_days: int,
    has_after: bool,
    limit: int,
) -> sa.Select[Any] | None:
    """The statement of one list; kept, since putting it together costs more than running it."""
    asked = Asked(wanted, reach, now, nudge_days)
    return _merged(_branches(asked), wanted.order, has_after, limit)


def _merged(
    branches: list[list[Clause]], order: Order, has_after: bool, limit: int
) -> sa.Select[Any] | None:
    """All branches in one statement, in the list's order; None where there is nothing to ask."""
    waiting = order is Order.WAITING
    walks = [_branch(clauses, waiting, has_after, limit) for clauses in branches]
    if len(walks) < 2:
        return walks[0] if walks else None
    merged = sa.union_all(*(walk.subquery().select() for walk in walks)).subquery()
    columns = (merged.c.sort, merged.c.id)
    sorting = columns if waiting else [column.desc() for column in columns]
    return sa.select(*columns).order_by(*sorting).limit(limit)


def _branch(clauses: list[Clause], waiting: bool, has_after: bool, limit: int) -> sa.Select[Any]:
    sort = sa.type_coerce(_c.waiting_since, sa.BigInteger) if waiting else _c.last_position
    query = sa.select(sort.label("sort"), _c.id).where(*clauses).limit(limit)
    query = query.order_by(sort, _c.id) if waiting else query.order_by(sort.desc(), _c.id.desc())
    if not has_after:
        return query
    edge = sa.tuple_(sort, _c.id)
    last = sa.tuple_(
        sa.bindparam("after_sort", type_=sa.BigInteger), sa.bindparam("after_id", type_=_c.id.type)
    )
    return query.where(edge > last if waiting else edge < last)


def _branches(asked: Asked) -> list[list[Clause]]:
    if asked.filter.order is Order.WAITING:
        fields = of_fields(asked)
        return [[*_in_waiting_index(asked.filter.state), *_unindexed(asked), *fields]]
    fields = _fields_of_newest(asked)
    states = list(TeamState) if asked.filter.state is None else [asked.filter.state]
    places = _places(asked)
    if places is None or len(places) * len(states) > _MOST_BRANCHES:
        places = [_unindexed(asked)]
    return [
        [_c.listed, _c.team_state == state, *place, *fields] for state in states for place in places
    ]


def _fields_of_newest(asked: Asked) -> list[Clause]:
    """Waiting said so that the walk goes by the newest: by waiting time it would sort them all."""
    if not asked.filter.waiting:
        return of_fields(asked)
    rest = replace(asked, filter=replace(asked.filter, waiting=False))
    return [*of_fields(rest), _hidden(_c.waiting_since).is_not(None)]


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
