"""One page of an inbox, quick however large the workspace (design §9).

SQLite walks an index in the list's order only where everything before that order is one equality.
So a page is put together from *branches*: one for each team state and each owner or sender ID that
the scope names, each a short walk down an index, merged and cut. Where a filter picks few
conversations (a pin, a rare tag), those are looked up first instead. Both give the rows that
`inbox_clauses.everything` describes; a property test compares.

A list's query is put together once for each filter and reach, and kept.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from functools import lru_cache
from typing import Any, NamedTuple
from uuid import UUID

import sqlalchemy as sa

from sms_desk.domain.inbox_filters import InboxFilter, Order, Scope
from sms_desk.domain.model import TeamState
from sms_desk.domain.scopes import Reach, Ways
from sms_desk.store import inbox_rows, tables
from sms_desk.store.engine import Tx
from sms_desk.store.inbox_clauses import Asked, Clause, of_fields, of_scope, of_ways
from sms_desk.store.inbox_rows import Shown
from sms_desk.store.reading import Query
from sms_desk.store.types import BigInt, Id

_c = tables.conversations.c
_MOST_BRANCHES = 60
_FEW = 500


class Edge(NamedTuple):
    """Sort value and id of a list's row: where the next page goes on."""

    value: int
    id: UUID


def page(tx: Tx, asked: Asked, *, after: Edge | None, limit: int) -> list[tuple[int, Shown]]:
    """The next page in the filter's order, but for its text: (sort value, row).

    after: the last row of the page before.
    """
    walk = _walk(tx, asked, has_after=after is not None)
    if walk is None:
        return []
    rows = walk.page.rows(tx, person_id=asked.reach.person_id, **_values(asked, after, limit))
    return [(row[0], Shown._make(row[1:])) for row in rows]


def page_ids(tx: Tx, asked: Asked, *, after: Edge | None, limit: int) -> list[Edge]:
    """As `page`, without what the rows show."""
    walk = _walk(tx, asked, has_after=after is not None)
    return [] if walk is None else walk.edges(tx, asked, after, limit)


def _values(asked: Asked, after: Edge | None, limit: int) -> dict[str, Any]:
    edge = {} if after is None else {"after_sort": after.value, "after_id": after.id}
    return {"most": limit, **edge, **asked.values}


class Walk(NamedTuple):
    """Two questions to one list: its rows, and their places alone."""

    page: Query
    ids: Query

    def edges(
        self, tx: Tx, asked: Asked, after: Edge | None, limit: int, **values: Any
    ) -> list[Edge]:
        """values: of parameters in the list's conditions."""
        rows = self.ids.rows(tx, **_values(asked, after, limit), **values)
        return [Edge._make(row) for row in rows]


def _walk(tx: Tx, asked: Asked, *, has_after: bool) -> Walk | None:
    """None where the filter can show nothing."""
    wanted, reach = replace(asked.filter, text=""), asked.reach
    for n, picker in enumerate(_pickers(wanted, reach)):
        if picker.is_narrow(tx):
            return _picked(wanted, reach, n, has_after)
    return _walked(wanted, reach, has_after)


@lru_cache(maxsize=256)
def _walked(wanted: InboxFilter, reach: Reach, has_after: bool) -> Walk | None:
    return merged(branches(wanted, reach), wanted.order, has_after)


@lru_cache(maxsize=256)
def _picked(wanted: InboxFilter, reach: Reach, n: int, has_after: bool) -> Walk | None:
    picked = _c.id.in_(_pickers(wanted, reach)[n].ids)
    return merged([[picked, *found_otherwise(wanted, reach)]], wanted.order, has_after)


def merged(branches: list[list[Clause]], order: Order, has_after: bool) -> Walk | None:
    """All branches in one statement, in the list's order; None where there is nothing to ask."""
    waiting = order is Order.WAITING
    walks = [_branch(clauses, waiting, has_after) for clauses in branches]
    if not walks:
        return None
    if len(walks) == 1:
        place = walks[0].subquery()
    else:
        union = sa.union_all(*(walk.subquery().select() for walk in walks)).subquery()
        columns = (union.c.sort, union.c.id)
        place = sa.select(*columns).order_by(*_sorting(columns, waiting)).limit(_MOST).subquery()
    columns = (place.c.sort, place.c.id)
    sorting = _sorting(columns, waiting)
    return Walk(
        inbox_rows.query(place, order=sorting), Query(sa.select(*columns).order_by(*sorting))
    )


_MOST = sa.bindparam("most", type_=sa.Integer)
_Columns = tuple[sa.ColumnElement[int], sa.ColumnElement[UUID]]


def _sorting(columns: _Columns, waiting: bool) -> list[sa.ColumnElement[Any]]:
    return [column if waiting else column.desc() for column in columns]


def _branch(clauses: list[Clause], waiting: bool, has_after: bool) -> sa.Select[Any]:
    sort: sa.ColumnElement[int] = _c.last_position
    if waiting:
        sort = sa.type_coerce(_c.waiting_since, BigInt)
    query = sa.select(sort.label("sort"), _c.id).where(*clauses).limit(_MOST)
    query = query.order_by(*_sorting((sort, _c.id), waiting))
    if not has_after:
        return query
    edge = sa.tuple_(sort, _c.id)
    last = sa.tuple_(sa.bindparam("after_sort", type_=BigInt), sa.bindparam("after_id", type_=Id))
    return query.where(edge > last if waiting else edge < last)


def branches(wanted: InboxFilter, reach: Reach) -> list[list[Clause]]:
    """The conditions of each walk of a list."""
    if wanted.order is Order.WAITING:
        return [found_otherwise(wanted, reach)]  # by waiting time
    fields = _fields_of_newest(wanted, reach)
    states = list(TeamState) if wanted.state is None else [wanted.state]
    places = _places(wanted, reach)
    if places is None or len(places) * len(states) > _MOST_BRANCHES:
        places = [_unindexed(wanted, reach)]
    return [
        [_c.listed, _c.team_state == state, *place, *fields] for state in states for place in places
    ]


def _fields_of_newest(wanted: InboxFilter, reach: Reach) -> list[Clause]:
    """Waiting said so that the walk goes by the newest: by waiting time it would sort them all."""
    if not wanted.waiting:
        return of_fields(wanted, reach)
    rest = replace(wanted, waiting=False)
    return [*of_fields(rest, reach), _hidden(_c.waiting_since).is_not(None)]


def _places(wanted: InboxFilter, reach: Reach) -> list[list[Clause]] | None:
    """Disjoint conditions that together are the scope, each an equality on an index.

    None: the scope has none, or another field of the filter already names an index.
    """
    if wanted.sender_id or wanted.owner_id or wanted.program_id:
        return None
    match wanted.scope:
        case Scope.MINE:
            return [[_c.owner_id == reach.person_id]]
        case Scope.SHARED:
            return [[_c.sender_id == sender] for sender in reach.shared]
        case Scope.UNROUTED:
            unrouted = of_scope(Scope.UNROUTED, reach, unindexed=True)
            return [[_c.sender_id == sender, *unrouted] for sender in reach.unrouted]
        case Scope.UNASSIGNED:
            away = (_c.owner_id == owner for owner, _ in reach.uncovered)
            rest = _unindexed(wanted, reach)
            return [[place, *rest] for place in (_c.owner_id.is_(None), *away)]
        case Scope.COVERING:
            return [
                [_c.owner_id == owner, *_unindexed(wanted, reach)] for owner, _ in reach.covering
            ]
        case Scope.TEAM:
            return list(_owners_and_senders(reach.people, reach.team_senders))
        case Scope.ALL if not reach.everything:
            owners = reach.people | {reach.person_id}
            unheld = reach.unheld if reach.sees_unrouted else frozenset()
            senders = reach.held | reach.team_senders | unheld
            return list(_owners_and_senders(owners, senders, _away(reach, owners)))
        case _:
            return None


def _away(reach: Reach, owners: frozenset[UUID]) -> Ways:
    """Absent owners of whose conversations the person sees some, and which."""
    found: dict[UUID, list[Any]] = {}
    for owner, ways in (*reach.covering, *(reach.uncovered if reach.sees_unrouted else ())):
        if owner not in owners:
            found.setdefault(owner, []).extend(ways)
    return tuple((owner, tuple(ways)) for owner, ways in found.items())


def _owners_and_senders(
    owners: frozenset[UUID], senders: frozenset[UUID], away: Ways = ()
) -> Iterator[list[Clause]]:
    for owner in owners:
        yield [_c.owner_id == owner]
    for absent in away:
        yield [_c.owner_id == absent[0], of_ways((absent,), _hidden(_c.owner_id))]
    others = sa.or_(_c.owner_id.is_(None), _hidden(_c.owner_id).not_in(owners))
    if away:
        others = sa.and_(
            others, sa.or_(_c.owner_id.is_(None), ~of_ways(away, _hidden(_c.owner_id)))
        )
    for sender in senders:
        yield [_c.sender_id == sender, others]


def found_otherwise(wanted: InboxFilter, reach: Reach) -> list[Clause]:
    """`inbox_clauses.everything`, said so that no walk in the list's order begins with it."""
    clauses: list[Clause] = [_hidden(_c.listed) == sa.true()]
    if wanted.state is not None:
        clauses.append(_hidden(_c.team_state) == wanted.state)
    return [*clauses, *_unindexed(wanted, reach), *of_fields(wanted, reach)]


def _unindexed(wanted: InboxFilter, reach: Reach) -> list[Clause]:
    """The scope as a condition on rows that another index finds."""
    return of_scope(wanted.scope, reach, unindexed=True)


def _hidden(column: sa.ColumnElement[Any]) -> sa.ColumnElement[Any]:
    """The column where no planner looks for an index."""
    return sa.func.coalesce(column, column)


class _Picker:
    """A field that picks conversations by an index of its own."""

    def __init__(self, ids: sa.Select[Any]) -> None:
        self.ids = ids
        some: sa.Select[Any] = ids.with_only_columns(sa.literal_column("1").label("one")).limit(
            _FEW + 1
        )
        self._counting = Query(sa.select(sa.func.count()).select_from(some.subquery()))

    def is_narrow(self, tx: Tx) -> bool:
        """Whether it picks few. The count reads the index alone, and only so far."""
        ((found,),) = self._counting.rows(tx)
        return int(found) <= _FEW


@lru_cache(maxsize=256)
def _pickers(wanted: InboxFilter, reach: Reach) -> tuple[_Picker, ...]:
    return tuple(map(_Picker, _picking(wanted, reach)))


def _picking(wanted: InboxFilter, reach: Reach) -> Iterator[sa.Select[Any]]:
    if wanted.pinned:
        mine = tables.my_states.c
        person = mine.person_id == reach.person_id
        yield sa.select(mine.conversation_id).where(person, mine.pinned)
    if wanted.tag_id is not None:
        link = tables.conversation_tags.c
        yield sa.select(link.conversation_id).where(link.tag_id == wanted.tag_id)
    if wanted.failed:
        yield sa.select(_c.id).where(_c.trouble.is_not(None))
    if wanted.waiting and wanted.order is Order.NEWEST:
        yield sa.select(_c.id).where(_c.waiting_since.is_not(None), *_unindexed(wanted, reach))
