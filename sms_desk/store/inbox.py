"""The inbox as a query: one filter gives the page, the count and the check of an arrival (R50).

First the ids of a page, by keyset over a thin index; then the details of those few rows. Never an
OFFSET. What a person may see at all (R31) is part of every query.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy import ColumnElement

from sms_desk.domain import positions
from sms_desk.domain.inbox_filters import InboxFilter, Order, Scope
from sms_desk.domain.model import TeamState
from sms_desk.domain.scopes import Reach
from sms_desk.store import search, tables
from sms_desk.store.engine import Tx

_c = tables.conversations.c
_TEXT_HITS = 1000
"""A text filter looks at the newest hits only: the same bound for page, count and arrivals."""


@dataclass(frozen=True, slots=True)
class Asked:
    """A filter with all that it needs to become a query."""

    filter: InboxFilter
    reach: Reach
    now: datetime
    nudge_days: int


Clause = ColumnElement[bool]


def page_ids(
    tx: Tx, asked: Asked, *, after: tuple[int, UUID] | None, limit: int
) -> list[tuple[int, UUID]]:
    """(sort value, id) of the next page. after: the last row of the page before."""
    waiting = asked.filter.order is Order.WAITING
    sort = sa.type_coerce(_c.waiting_since, sa.BigInteger) if waiting else _c.last_position
    query = sa.select(sort.label("sort"), _c.id).where(*_clauses(tx, asked)).limit(limit)
    query = query.order_by(sort, _c.id) if waiting else query.order_by(sort.desc(), _c.id.desc())
    if after is not None:
        value, id_ = after
        edge = sa.tuple_(sort, _c.id)
        last = sa.tuple_(sa.literal(value), sa.literal(id_, tables.conversations.c.id.type))
        query = query.where(edge > last if waiting else edge < last)
    return [(int(row.sort), row.id) for row in tx.execute(query)]


def count(tx: Tx, asked: Asked) -> int:
    """How many conversations match: the same clauses as the page."""
    query = sa.select(sa.func.count()).select_from(tables.conversations)
    return int(tx.execute(query.where(*_clauses(tx, asked))).scalar_one())


def all_ids(tx: Tx, asked: Asked) -> list[UUID]:
    """Everything that matches, for a bulk command."""
    return list(tx.execute(sa.select(_c.id).where(*_clauses(tx, asked))).scalars())


def matching(tx: Tx, asked: Asked, ids: Collection[UUID]) -> set[UUID]:
    """Which of these match: the check that a live arrival passes (R50)."""
    query = sa.select(_c.id).where(_c.id.in_(ids), *_clauses(tx, asked))
    return set(tx.execute(query).scalars())


def visible(tx: Tx, reach: Reach, ids: Collection[UUID]) -> set[UUID]:
    """Which of these conversations the person may see, listed or not (R31)."""
    query = sa.select(_c.id).where(_c.id.in_(ids), *_sight(reach))
    return set(tx.execute(query).scalars())


def sight(reach: Reach) -> Clause:
    """What a person may see (R31), as one condition on `tables.conversations`."""
    return sa.and_(sa.true(), *_sight(reach))


def waiting_groups(tx: Tx, reach: Reach) -> list[tuple[UUID | None, UUID, UUID | None, str, int]]:
    """Open waiting conversations, counted by owner, sender ID, program and kind of source.

    One walk over the index of waiting conversations serves every number in the rail (R7).
    """
    keys = (_c.owner_id, _c.sender_id, _c.source_program_id, _c.source_kind)
    query = (
        sa.select(*keys, sa.func.count().label("n"))
        .where(_c.waiting_since.is_not(None), _c.team_state == TeamState.OPEN, *_sight(reach))
        .group_by(*keys)
    )
    return [(row[0], row[1], row[2], row[3], row[4]) for row in tx.execute(query)]


def unread_count(tx: Tx, reach: Reach) -> int:
    """Open conversations of one's own with something unread."""
    query = (
        sa.select(sa.func.count())
        .select_from(tables.conversations)
        .where(
            _c.listed,
            _c.owner_id == reach.person_id,
            _c.team_state == TeamState.OPEN,
            _unread(reach.person_id),
        )
    )
    return int(tx.execute(query).scalar_one())


def details(tx: Tx, ids: Sequence[UUID], person_id: UUID) -> dict[UUID, sa.RowMapping]:
    """Everything that a row of the list shows, but tags, by conversation id."""
    mine, contact, sender = tables.my_states, tables.contacts, tables.sender_ids
    address, draft = tables.contact_addresses, tables.drafts
    inbound = sa.alias(tables.messages)
    unread = (
        sa.select(sa.func.count())
        .select_from(inbound)
        .where(
            inbound.c.conversation_id == _c.id,
            inbound.c.position > sa.func.coalesce(mine.c.read_position, 0),
            inbound.c.direction == "inbound",
        )
        .scalar_subquery()
    )
    query = (
        sa.select(
            tables.conversations,
            contact.c.name.label("contact_name"),
            sender.c.label.label("sender_label"),
            sender.c.address.label("sender_address"),
            address.c.e164.label("peer_e164"),
            sa.func.coalesce(mine.c.pinned, sa.false()).label("pinned"),
            sa.func.coalesce(mine.c.muted, sa.false()).label("muted"),
            sa.func.coalesce(mine.c.read_position, 0).label("read_position"),
            sa.func.coalesce(mine.c.nudge_seen, 0).label("nudge_seen"),
            sa.case(
                (_c.last_inbound > sa.func.coalesce(mine.c.read_position, 0), unread), else_=0
            ).label("unread"),
            sa.func.coalesce(draft.c.body, "").label("draft"),
        )
        .join(contact, contact.c.id == _c.contact_id)
        .join(sender, sender.c.id == _c.sender_id)
        .outerjoin(address, address.c.peer_key == _c.peer_key)
        .outerjoin(mine, (mine.c.conversation_id == _c.id) & (mine.c.person_id == person_id))
        .outerjoin(
            draft,
            (draft.c.conversation_id == _c.id)
            & (draft.c.person_id == person_id)
            & (draft.c.mode == "reply"),
        )
        .where(_c.id.in_(ids))
    )
    return {row["id"]: row for row in tx.execute(query).mappings()}


def tags_of(tx: Tx, ids: Sequence[UUID]) -> dict[UUID, list[tuple[UUID, str]]]:
    """(tag id, name) per conversation, by name."""
    link, tag = tables.conversation_tags.c, tables.tags.c
    query = (
        sa.select(link.conversation_id, tag.id, tag.name)
        .join(tables.tags, tag.id == link.tag_id)
        .where(link.conversation_id.in_(ids))
        .order_by(tag.folded)
    )
    found: dict[UUID, list[tuple[UUID, str]]] = {}
    for conversation_id, tag_id, name in tx.execute(query):
        found.setdefault(conversation_id, []).append((tag_id, name))
    return found


# --- clauses: one per field of the filter ---------------------------------------------------------


def _clauses(tx: Tx, asked: Asked) -> list[Clause]:
    wanted, reach = asked.filter, asked.reach
    clauses: list[Clause] = [_c.listed, *_scope(wanted.scope, reach)]
    if wanted.state is not None:
        clauses.append(_c.team_state == wanted.state)
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
        clauses.append(_unread(reach.person_id))
    if wanted.waiting or wanted.order is Order.WAITING:
        clauses.append(_c.waiting_since.is_not(None))
    if wanted.nudge:
        clauses.append(_nudged(asked))
    if wanted.failed:
        clauses.append(_c.trouble.is_not(None))
    if wanted.tag_id is not None:
        clauses.append(_tagged(wanted.tag_id))
    if wanted.without_tag_id is not None:
        clauses.append(~_tagged(wanted.without_tag_id))
    if wanted.pinned:
        clauses.append(_pinned(reach.person_id))
    if wanted.text.strip():
        clauses.append(_text(tx, wanted.text))
    return clauses


def _scope(scope: Scope, reach: Reach) -> list[Clause]:
    match scope:
        case Scope.MINE:
            return [_c.owner_id == reach.person_id]
        case Scope.SHARED:
            return [_c.sender_id.in_(reach.shared)]
        case Scope.UNASSIGNED:
            return [_c.owner_id.is_(None), _c.sender_id.not_in(reach.unheld), *_sight(reach)]
        case Scope.UNROUTED:
            return [_c.owner_id.is_(None), _c.sender_id.in_(reach.unheld), *_sight(reach)]
        case Scope.TEAM:
            return [_c.owner_id.in_(reach.people) | _c.sender_id.in_(reach.team_senders)]
        case Scope.COVERING:
            return [sa.false()]  # covers are not in this release
        case Scope.ALL:
            return _sight(reach)


def _sight(reach: Reach) -> list[Clause]:
    if reach.everything:
        return []
    seen = _c.sender_id.in_(reach.held | reach.team_senders) | (_c.owner_id == reach.person_id)
    if reach.people:
        seen |= _c.owner_id.in_(reach.people)
    if reach.sees_unrouted:
        seen |= _c.sender_id.in_(reach.unheld)
    return [seen]


def _unread(person_id: UUID) -> Clause:
    mine = tables.my_states.c
    marker = (
        sa.select(mine.read_position)
        .where(mine.person_id == person_id, mine.conversation_id == _c.id)
        .scalar_subquery()
    )
    return _c.last_inbound > sa.func.coalesce(marker, 0)


def _nudged(asked: Asked) -> Clause:
    mine = tables.my_states.c
    seen = (
        sa.select(mine.nudge_seen)
        .where(mine.person_id == asked.reach.person_id, mine.conversation_id == _c.id)
        .scalar_subquery()
    )
    edge = positions.first_at(asked.now - timedelta(days=asked.nudge_days))
    return sa.and_(
        _c.answered_position == _c.last_position,
        _c.answered_position > 0,
        _c.last_position < edge,
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


def _text(tx: Tx, text: str) -> Clause:
    contacts = search.contact_ids(tx, text, limit=_TEXT_HITS)
    conversations = search.conversation_ids(tx, text, limit=_TEXT_HITS)
    return _c.contact_id.in_(contacts) | _c.id.in_(conversations)


def latest_inbound(tx: Tx, ids: Collection[UUID]) -> dict[UUID, int]:
    """Position of the latest inbound message per conversation; 0 where none came in."""
    query = sa.select(_c.id, _c.last_inbound).where(_c.id.in_(ids))
    return {row.id: row.last_inbound for row in tx.execute(query)}


def senders_of(tx: Tx, ids: Collection[UUID]) -> dict[UUID, UUID]:
    """The sender ID of each of these conversations."""
    query = sa.select(_c.id, _c.sender_id).where(_c.id.in_(ids))
    return {row.id: row.sender_id for row in tx.execute(query)}


def between(tx: Tx, channel: str, ours: str, peer_key: str) -> UUID | None:
    """The conversation of one of our addresses with a peer, if there is one."""
    sender = tables.sender_ids.c
    query = (
        sa.select(_c.id)
        .join(tables.sender_ids, sender.id == _c.sender_id)
        .where(sender.channel == channel, sender.address == ours, _c.peer_key == peer_key)
    )
    return tx.execute(query).scalar_one_or_none()


def last_positions(tx: Tx, until: datetime) -> dict[UUID, int]:
    """Where each conversation's last message before that time stands."""
    message = tables.messages.c
    query = (
        sa.select(message.conversation_id, sa.func.max(message.position).label("last"))
        .where(message.at < until)
        .group_by(message.conversation_id)
    )
    return {row.conversation_id: row.last for row in tx.execute(query)}
