"""Each field of an inbox filter as a condition on `tables.conversations` (R4, R31, R50).

The page, the count and the check of an arrival are made of the same conditions, so they agree.
"""

from __future__ import annotations

from datetime import datetime, timedelta
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy import ColumnElement

from sms_desk.domain import positions
from sms_desk.domain.frozen import dataclass
from sms_desk.domain.inbox_filters import InboxFilter, Order, Scope
from sms_desk.domain.responsibility import Step
from sms_desk.domain.scopes import Reach, Ways
from sms_desk.store import tables
from sms_desk.store.types import BigInt

_c = tables.conversations.c
Clause = ColumnElement[bool]


@dataclass(frozen=True, slots=True)
class Asked:
    """A filter with all that it needs to become a query."""

    filter: InboxFilter
    reach: Reach
    now: datetime
    nudge_days: int

    @property
    def values(self) -> dict[str, object]:
        """What the conditions' parameters stand for; the conditions are the same at any time."""
        edge = positions.first_at(self.now - timedelta(days=self.nudge_days))
        return {"nudge_edge": edge} if self.filter.nudge else {}


def everything(wanted: InboxFilter, reach: Reach) -> list[Clause]:
    """All conditions of the filter but its text, scope and sight included."""
    clauses = [_c.listed, *of_scope(wanted.scope, reach), *of_fields(wanted, reach)]
    if wanted.state is not None:
        clauses.append(_c.team_state == wanted.state)
    return clauses


def of_fields(wanted: InboxFilter, reach: Reach) -> list[Clause]:
    """The conditions of all fields but scope, state and text (`inbox_text`)."""
    clauses: list[Clause] = []
    if wanted.source is not None:
        clauses.append(_c.source_kind == wanted.source)
    if wanted.program_id is not None:
        clauses.append(_c.source_program_id == wanted.program_id)
    if wanted.channel is not None:
        clauses.append(_c.channel == wanted.channel)
    if wanted.sender_id is not None:
        clauses.append(_c.sender_id == wanted.sender_id)
    if wanted.owner_id is not None:
        clauses.append(_c.owner_id == wanted.owner_id)
    if wanted.unread:
        clauses.append(unread(reach.person_id))
    if wanted.waiting or wanted.order is Order.WAITING:
        clauses.append(_c.waiting_since.is_not(None))
    if wanted.nudge:
        clauses.append(_nudged(reach.person_id))
    if wanted.failed:
        clauses.append(_c.trouble.is_not(None))
    if wanted.tag_id is not None:
        clauses.append(_tagged(wanted.tag_id))
    if wanted.without_tag_id is not None:
        clauses.append(~_tagged(wanted.without_tag_id))
    if wanted.pinned:
        clauses.append(_pinned(reach.person_id))
    return clauses


def of_scope(scope: Scope, reach: Reach, *, unindexed: bool = False) -> list[Clause]:
    """The conditions of a scope. unindexed: written so that no planner starts from them."""
    owner, sender = _columns(unindexed=unindexed)
    match scope:
        case Scope.MINE:
            return [owner == reach.person_id]
        case Scope.SHARED:
            return [sender.in_(reach.shared)]
        case Scope.UNASSIGNED:
            nobodys: Clause = sa.and_(_c.owner_id.is_(None), sender.not_in(reach.unrouted))
            if reach.uncovered:
                nobodys |= of_ways(reach.uncovered, owner)
            return [nobodys, *sight(reach, unindexed)]
        case Scope.UNROUTED:
            return [_c.owner_id.is_(None), sender.in_(reach.unrouted), *sight(reach, unindexed)]
        case Scope.TEAM:
            return [owner.in_(reach.people) | sender.in_(reach.team_senders)]
        case Scope.COVERING:
            return [of_ways(reach.covering, owner)]
        case Scope.ALL:
            return sight(reach, unindexed)


def sight(reach: Reach, unindexed: bool = False) -> list[Clause]:
    """What a person may see at all (R31)."""
    if reach.everything:
        return []
    owner, sender = _columns(unindexed=unindexed)
    seen = sender.in_(reach.held | reach.team_senders) | (owner == reach.person_id)
    if reach.people:
        seen |= owner.in_(reach.people)
    if reach.covering:
        seen |= of_ways(reach.covering, owner)
    if reach.sees_unrouted:
        seen |= sender.in_(reach.unheld)
        if reach.uncovered:
            seen |= of_ways(reach.uncovered, owner)
    return [seen]


def of_ways(ways: Ways, owner: sa.ColumnElement[UUID] | None = None) -> Clause:
    """Conversations of absent owners that take one of these ways (`domain.responsibility`)."""
    owner = _c.owner_id if owner is None else owner
    whole = [owner_id for owner_id, some in ways if () in some]
    found: list[Clause] = [owner.in_(whole)] if whole else []
    for owner_id, some in ways:
        if () not in some:
            found.append(sa.and_(owner == owner_id, sa.or_(*map(_of_way, some))))
    return sa.or_(*found) if found else sa.false()


def _of_way(way: tuple[Step, ...]) -> Clause:
    return sa.and_(*map(_stored, way))


def _stored(step: Step) -> Clause:
    """Whom a divided cover chose for the conversation."""
    covered = tables.covered_conversations.c
    row = sa.exists().where(covered.absence_id == step.absence_id, covered.conversation_id == _c.id)
    if not step.chosen:
        return ~row
    if step.substitute_id is None:
        return row.where(covered.substitute_id.is_(None))
    return row.where(covered.substitute_id == step.substitute_id)


def _columns(*, unindexed: bool) -> tuple[sa.ColumnElement[UUID], sa.ColumnElement[UUID]]:
    columns = (_c.owner_id, _c.sender_id)
    if not unindexed:
        return columns
    owner, sender = (sa.func.coalesce(column, column) for column in columns)
    return owner, sender


def unread(person_id: UUID) -> Clause:
    mine = tables.my_states.c
    marker = (
        sa.select(mine.read_position)
        .where(mine.person_id == person_id, mine.conversation_id == _c.id)
        .scalar_subquery()
    )
    return _c.last_inbound > sa.func.coalesce(marker, 0)


def _nudged(person_id: UUID) -> Clause:
    mine = tables.my_states.c
    seen = (
        sa.select(mine.nudge_seen)
        .where(mine.person_id == person_id, mine.conversation_id == _c.id)
        .scalar_subquery()
    )
    return sa.and_(
        _c.answered_position == _c.last_position,
        _c.answered_position > 0,
        _c.last_position < sa.bindparam("nudge_edge", type_=BigInt),
        _c.last_position > sa.func.coalesce(seen, 0),
    )


def _tagged(tag_id: UUID) -> Clause:
    link = tables.conversation_tags.c
    return sa.exists().where(link.conversation_id == _c.id, link.tag_id == tag_id)


def _pinned(person_id: UUID) -> Clause:
    mine = tables.my_states.c
    return sa.exists().where(
        mine.conversation_id == _c.id, mine.person_id == person_id, mine.pinned
    )
