"""The inbox as a query: one filter gives the page, the count and the check of an arrival (R50).

First the ids of a page, by keyset over a thin index; then the details of those few rows. Never an
OFFSET. What a person may see at all (R31) is part of every query.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

import sqlalchemy as sa

from sms_desk.domain.model import TeamState
from sms_desk.domain.scopes import Reach
from sms_desk.store import inbox_clauses, tables
from sms_desk.store.engine import Tx
from sms_desk.store.inbox_clauses import Asked, Clause, everything, find_text, unread
from sms_desk.store.inbox_pages import page_ids

__all__ = ["Asked", "find_text", "page_ids"]

_c = tables.conversations.c


def count(tx: Tx, asked: Asked) -> int:
    """How many conversations match: the same clauses as the page."""
    query = sa.select(sa.func.count()).select_from(tables.conversations)
    return int(tx.execute(query.where(*everything(asked))).scalar_one())


def all_ids(tx: Tx, asked: Asked) -> list[UUID]:
    """Everything that matches, for a bulk command."""
    return list(tx.execute(sa.select(_c.id).where(*everything(asked))).scalars())


def matching(tx: Tx, asked: Asked, ids: Collection[UUID]) -> set[UUID]:
    """Which of these match: the check that a live arrival passes (R50)."""
    query = sa.select(_c.id).where(_c.id.in_(ids), *everything(asked))
    return set(tx.execute(query).scalars())


def visible(tx: Tx, reach: Reach, ids: Collection[UUID]) -> set[UUID]:
    """Which of these conversations the person may see, listed or not (R31)."""
    query = sa.select(_c.id).where(_c.id.in_(ids), *inbox_clauses.sight(reach))
    return set(tx.execute(query).scalars())


def sight(reach: Reach) -> Clause:
    """What a person may see (R31), as one condition on `tables.conversations`."""
    return sa.and_(sa.true(), *inbox_clauses.sight(reach))


def waiting_groups(tx: Tx, reach: Reach) -> list[tuple[UUID | None, UUID, UUID | None, str, int]]:
    """Open waiting conversations, counted by owner, sender ID, program and kind of source.

    One walk over the index of waiting conversations serves every number in the rail (R7).
    """
    keys = (_c.owner_id, _c.sender_id, _c.source_program_id, _c.source_kind)
    query = (
        sa.select(*keys, sa.func.count().label("n"))
        .where(
            _c.waiting_since.is_not(None),
            _c.team_state == TeamState.OPEN,
            *inbox_clauses.sight(reach),
        )
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
            unread(reach.person_id),
        )
    )
    return int(tx.execute(query).scalar_one())


def details(tx: Tx, ids: Sequence[UUID], person_id: UUID) -> dict[UUID, sa.RowMapping]:
    """Everything that a row of the list shows, but tags, by conversation id."""
    found = tx.execute(_DETAILS, {"ids": ids, "person_id": person_id}).mappings()
    return {row["id"]: row for row in found}


_SHOWN = (
    "id sender_id channel peer_key contact_id created_at owner_id owner_epoch team_state snoozed_until"
    " source_kind source_program_id source_from_id source_reason version reply_raw last_position"
    " answered_position waiting_since trouble snippet snippet_from"
)


def _details() -> sa.Select[Any]:
    """Built once: putting the statement together costs more than running it."""
    mine, contact, sender = tables.my_states, tables.contacts, tables.sender_ids
    draft, inbound = tables.drafts, sa.alias(tables.messages)
    person_id = sa.bindparam("person_id", type_=_c.id.type)
    read = sa.func.coalesce(mine.c.read_position, 0)
    unread_messages = (
        sa.select(sa.func.count())
        .select_from(inbound)
        .where(
            inbound.c.conversation_id == _c.id,
            inbound.c.position > read,
            inbound.c.direction == sa.literal_column("'inbound'"),
        )
        .scalar_subquery()
    )
    return (
        sa.select(
            *(_c[name] for name in _SHOWN.split()),
            contact.c.name.label("contact_name"),
            sender.c.label.label("sender_label"),
            sender.c.address.label("sender_address"),
            sa.func.coalesce(mine.c.pinned, sa.false()).label("pinned"),
            sa.func.coalesce(mine.c.muted, sa.false()).label("muted"),
            read.label("read_position"),
            sa.func.coalesce(mine.c.nudge_seen, 0).label("nudge_seen"),
            sa.case((_c.last_inbound > read, unread_messages), else_=0).label("unread"),
            sa.func.coalesce(draft.c.body, "").label("draft"),
        )
        .join(contact, contact.c.id == _c.contact_id)
        .join(sender, sender.c.id == _c.sender_id)
        .outerjoin(mine, (mine.c.conversation_id == _c.id) & (mine.c.person_id == person_id))
        .outerjoin(
            draft,
            (draft.c.conversation_id == _c.id)
            & (draft.c.person_id == person_id)
            & (draft.c.mode == "reply"),
        )
        .where(_c.id.in_(sa.bindparam("ids", expanding=True, type_=_c.id.type)))
    )


_DETAILS = _details()


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
