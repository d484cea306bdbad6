"""The inbox as a query: one filter gives the page, the count and the check of an arrival (R50).

A page is one read: its ids by keyset over a thin index, and beside them what the rows show. Never an
OFFSET. What a person may see at all (R31) is part of every query.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import replace
from datetime import datetime
from functools import lru_cache
from typing import Any, NamedTuple
from uuid import UUID

import sqlalchemy as sa

from sms_desk.domain.inbox_filters import InboxFilter
from sms_desk.domain.model import TeamState
from sms_desk.domain.scopes import Reach
from sms_desk.store import inbox_clauses, inbox_pages, tables
from sms_desk.store.engine import Tx
from sms_desk.store.inbox_clauses import Asked, Clause, everything, unread
from sms_desk.store.inbox_pages import Edge
from sms_desk.store.inbox_rows import Shown, details, places
from sms_desk.store.reading import Query
from sms_desk.store.types import Id

__all__ = ["Asked", "Edge", "Shown", "details", "places"]

_c = tables.conversations.c
_IDS = sa.bindparam("ids", expanding=True, type_=Id)


def page(tx: Tx, asked: Asked, *, after: Edge | None, limit: int) -> list[tuple[int, Shown]]:
    """The next page in the filter's order: (sort value, row). after: the last of the page before."""
    if not asked.filter.text.strip():
        return inbox_pages.page(tx, asked, after=after, limit=limit)
    from sms_desk.store import inbox_text  # search: 20 ms that a window's first page saves

    edges = inbox_text.page_ids(tx, asked, after=after, limit=limit)
    rows = details(tx, [edge.id for edge in edges], asked.reach.person_id)
    return [(edge.value, rows[edge.id]) for edge in edges]


def count(tx: Tx, asked: Asked) -> int:
    """How many conversations match: the same clauses as the page."""
    if asked.filter.text.strip():
        return len(all_ids(tx, asked))
    ((found,),) = _counting(_timeless(asked), asked.reach).rows(tx, **asked.values)
    return int(found)


def all_ids(tx: Tx, asked: Asked) -> list[UUID]:
    """Everything that matches, for a bulk command."""
    if asked.filter.text.strip():
        from sms_desk.store import inbox_text

        return inbox_text.all_ids(tx, asked)
    query = _all(asked.filter, asked.reach)
    return [row[0] for row in query.rows(tx, **asked.values)]


def matching(tx: Tx, asked: Asked, ids: Collection[UUID]) -> set[UUID]:
    """Which of these match: the check that a live arrival passes (R50)."""
    if not ids:
        return set()
    query = _matching(_timeless(asked), asked.reach)
    found = {row[0] for row in query.rows(tx, ids=list(ids), **asked.values)}
    if not asked.filter.text.strip():
        return found
    from sms_desk.store import inbox_text

    return inbox_text.holding(tx, asked.filter.text, found)


def visible(tx: Tx, reach: Reach, ids: Collection[UUID]) -> set[UUID]:
    """Which of these conversations the person may see, listed or not (R31)."""
    return set(homes(tx, reach, ids))


def homes(tx: Tx, reach: Reach, ids: Collection[UUID]) -> dict[UUID, UUID]:
    """Those of the conversations that the person may see, each with its own sender ID."""
    rows = _seen(reach).rows(tx, ids=list(ids)) if ids else []
    return {row[0]: row[1] for row in rows}


class Spoken(NamedTuple):
    """A conversation of a contact: its id, and the address as a match key and as it came."""

    id: UUID
    peer_key: str
    reply_raw: str


def of_contacts(tx: Tx, reach: Reach, ids: Sequence[UUID]) -> dict[UUID, list[Spoken]]:
    """The conversations of each contact that the person may see, the newest last; contacts with none
    left out."""
    found: dict[UUID, list[Spoken]] = {}
    for contact_id, *row in _of_contacts(reach).rows(tx, ids=list(ids)) if ids else ():
        found.setdefault(contact_id, []).append(Spoken(*row))
    return found


def of_same_contact(tx: Tx, reach: Reach, conversation_id: UUID) -> list[UUID]:
    """A conversation and the others of its contact that the person may see, the newest first."""
    return [row[0] for row in _of_same_contact(reach).rows(tx, id=conversation_id)]


@lru_cache(maxsize=64)
def sight(reach: Reach) -> Clause:
    """What a person may see (R31), as one condition on `tables.conversations`."""
    return sa.and_(sa.true(), *inbox_clauses.sight(reach))


class WaitingGroup(NamedTuple):
    """n open waiting conversations. covering: the person answers them for who is absent;
    uncovered: their owner is absent, and nobody does."""

    owner_id: UUID | None
    sender_id: UUID
    program_id: UUID | None
    kind: str
    covering: bool
    uncovered: bool
    n: int


def waiting_groups(tx: Tx, reach: Reach) -> list[WaitingGroup]:
    """Open waiting conversations, counted by owner, sender ID, program and kind of source.

    One walk over the index of waiting conversations serves every number in the rail (R7).
    """
    return [
        WaitingGroup(row[0], row[1], row[2], row[3], bool(row[4]), bool(row[5]), row[6])
        for row in _waiting(reach).rows(tx)
    ]


def covering(tx: Tx, reach: Reach, ids: Collection[UUID]) -> set[UUID]:
    """Which of these conversations the person answers for somebody who is absent (R25)."""
    if not reach.covering or not ids:
        return set()
    return {row[0] for row in _covering(reach).rows(tx, ids=list(ids))}


def unread_count(tx: Tx, reach: Reach) -> int:
    """Open conversations of one's own with something unread."""
    ((found,),) = _unread(reach.person_id).rows(tx)
    return int(found)


# --- queries, each put together once for a filter and a reach --------------------------------------


def _timeless(asked: Asked) -> InboxFilter:
    """The filter as far as conditions say it, which is the same whatever is typed."""
    return replace(asked.filter, text="")


@lru_cache(maxsize=128)
def _counting(wanted: InboxFilter, reach: Reach) -> Query:
    query = sa.select(sa.func.count()).select_from(tables.conversations)
    return Query(query.where(*everything(wanted, reach)))


@lru_cache(maxsize=64)
def _all(wanted: InboxFilter, reach: Reach) -> Query:
    return Query(sa.select(_c.id).where(*everything(wanted, reach)))


@lru_cache(maxsize=128)
def _matching(wanted: InboxFilter, reach: Reach) -> Query:
    return Query(sa.select(_c.id).where(_c.id.in_(_IDS), *everything(wanted, reach)))


@lru_cache(maxsize=64)
def _seen(reach: Reach) -> Query:
    return Query(sa.select(_c.id, _c.sender_id).where(_c.id.in_(_IDS), sight(reach)))


@lru_cache(maxsize=64)
def _of_contacts(reach: Reach) -> Query:
    columns = (_c.contact_id, _c.id, _c.peer_key, _c.reply_raw)
    theirs = sa.select(*columns).where(_c.contact_id.in_(_IDS), sight(reach))
    return Query(theirs.order_by(_c.last_position))


@lru_cache(maxsize=64)
def _of_same_contact(reach: Reach) -> Query:
    asked = sa.alias(tables.conversations).c
    contact = sa.select(asked.contact_id).where(asked.id == sa.bindparam("id", type_=Id))
    theirs = sa.select(_c.id).where(_c.contact_id == contact.scalar_subquery(), sight(reach))
    return Query(theirs.order_by(_c.last_position.desc()))


@lru_cache(maxsize=64)
def _waiting(reach: Reach) -> Query:
    keys: list[sa.ColumnElement[Any]] = [
        *(_c.owner_id, _c.sender_id, _c.source_program_id, _c.source_kind)
    ]
    for name, ways in (("covering", reach.covering), ("uncovered", reach.uncovered)):
        found = inbox_clauses.of_ways(ways)
        keys.append((sa.case((found, 1), else_=0) if ways else sa.literal_column("0")).label(name))
    waiting = (_c.waiting_since.is_not(None), _c.team_state == TeamState.OPEN, sight(reach))
    rows = sa.select(*keys).where(*waiting).subquery()
    columns = list(rows.c)
    return Query(sa.select(*columns, sa.func.count().label("n")).group_by(*columns))


@lru_cache(maxsize=64)
def _covering(reach: Reach) -> Query:
    return Query(sa.select(_c.id).where(_c.id.in_(_IDS), inbox_clauses.of_ways(reach.covering)))


@lru_cache(maxsize=64)
def _unread(person_id: UUID) -> Query:
    own = (_c.listed, _c.owner_id == person_id, _c.team_state == TeamState.OPEN)
    query = sa.select(sa.func.count()).select_from(tables.conversations)
    return Query(query.where(*own, unread(person_id)))


# --- what stands around ----------------------------------------------------------------------------


def tags_of(tx: Tx, ids: Sequence[UUID]) -> dict[UUID, list[tuple[UUID, str]]]:
    """(tag id, name) per conversation, by name."""
    found: dict[UUID, list[tuple[UUID, str]]] = {}
    for conversation_id, tag_id, name in _TAGS.rows(tx, ids=list(ids)) if ids else ():
        found.setdefault(conversation_id, []).append((tag_id, name))
    return found


def _tags() -> Query:
    link, tag = tables.conversation_tags.c, tables.tags.c
    return Query(
        sa.select(link.conversation_id, tag.id, tag.name)
        .join(tables.tags, tag.id == link.tag_id)
        .where(link.conversation_id.in_(_IDS))
        .order_by(tag.folded)
    )


_TAGS = _tags()


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
