"""What a row of the list shows: a conversation and what stands around it, in one read."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any, NamedTuple
from uuid import UUID

import sqlalchemy as sa

from sms_desk.domain.model import Channel, Health, Origin, SourceKind, SourceReason, TeamState
from sms_desk.store import tables
from sms_desk.store.engine import Tx
from sms_desk.store.reading import Query
from sms_desk.store.types import BigInt, Id

_c = tables.conversations.c
_k = tables.contacts.c
_s = tables.sender_ids.c
_m = tables.my_states.c
_d = tables.drafts.c
_NONE: sa.ColumnElement[int] = sa.literal_column("0")


class Shown(NamedTuple):
    """One conversation as a person sees it in a list. read_position to draft are his own."""

    id: UUID
    sender_id: UUID
    channel: Channel
    peer_key: str
    contact_id: UUID
    created_at: datetime
    owner_id: UUID | None
    owner_epoch: int
    team_state: TeamState
    snoozed_until: datetime | None
    source_kind: SourceKind
    source_program_id: UUID | None
    source_from_id: UUID | None
    source_reason: SourceReason
    version: int
    reply_raw: str
    last_position: int
    answered_position: int
    waiting_since: datetime | None
    trouble: str | None
    snippet: str
    snippet_from: Origin | None
    contact_name: str
    sender_label: str
    sender_address: str
    sender_health: Health
    pinned: bool
    muted: bool
    read_position: int
    nudge_seen: int
    unread: int
    draft: str
    tags: str | None  # their names, each on a line
    goes_at: datetime | None  # when the next scheduled message is due
    attachments: int  # of the newest message, where it has no words


def query(place: sa.Subquery, order: Sequence[sa.ColumnElement[Any]]) -> Query:
    """The rows at the ids that `place` has as `id`; before each its `sort`.

    Parameters: person_id, and those of `place`.
    """
    source = place.join(tables.conversations, _c.id == place.c.id)
    return Query(_shown(source, place.c.sort).order_by(*order), **_WORDS)


def details(tx: Tx, ids: Sequence[UUID], person_id: UUID) -> dict[UUID, Shown]:
    """Some conversations by id."""
    if not ids:
        return {}
    rows = _AT_IDS.rows(tx, ids=list(ids), person_id=person_id)
    return {row[0]: Shown._make(row) for row in rows}


class Place(NamedTuple):
    """Whose conversation something was found in."""

    contact_name: str
    reply_raw: str
    channel: Channel


def places(tx: Tx, ids: Sequence[UUID]) -> dict[UUID, Place]:
    """Some conversations by id, as a search shows them."""
    if not ids:
        return {}
    return {row[0]: Place._make(row[1:]) for row in _PLACES.rows(tx, ids=list(ids))}


def _shown(source: sa.FromClause, *first: sa.ColumnElement[Any]) -> sa.Select[Any]:
    person_id = sa.bindparam("person_id", type_=Id)
    own = (_m.conversation_id == _c.id) & (_m.person_id == person_id)
    reply = (_d.conversation_id == _c.id) & (_d.person_id == person_id) & (_d.mode == "reply")
    joined = (
        source.join(tables.contacts, _k.id == _c.contact_id)
        .join(tables.sender_ids, _s.id == _c.sender_id)
        .outerjoin(tables.my_states, own)
        .outerjoin(tables.drafts, reply)
    )
    columns = [column.label(name) for name, column in _columns().items()]
    return sa.select(*first, *columns).select_from(joined)


def _columns() -> dict[str, sa.ColumnElement[Any]]:
    """By their names in `Shown`, in its order."""
    of_others: dict[str, sa.ColumnElement[Any]] = {
        "contact_name": _k.name,
        "sender_label": _s.label,
        "sender_address": _s.address,
        "sender_health": _s.health,
        "pinned": sa.func.coalesce(_m.pinned, sa.false()),
        "muted": sa.func.coalesce(_m.muted, sa.false()),
        "read_position": _read(),
        "nudge_seen": sa.func.coalesce(_m.nudge_seen, _NONE),
        "unread": sa.case((_c.last_inbound > _read(), _unread()), else_=_NONE),
        "draft": sa.func.coalesce(_d.body, sa.literal_column("''")),
        "tags": _tags(),
        "goes_at": _goes_at(),
        "attachments": sa.case((_c.snippet == sa.literal_column("''"), _attached()), else_=_NONE),
    }
    return {name: of_others[name] if name in of_others else _c[name] for name in Shown._fields}


def _read() -> sa.ColumnElement[int]:
    return sa.func.coalesce(_m.read_position, _NONE, type_=BigInt)


def _unread() -> sa.ScalarSelect[int]:
    inbound = sa.alias(tables.messages).c
    return (
        sa.select(sa.func.count())
        .where(
            inbound.conversation_id == _c.id,
            inbound.position > _read(),
            inbound.direction == sa.literal_column("'inbound'"),
        )
        .correlate(tables.conversations, tables.my_states)
        .scalar_subquery()
    )


def _tags() -> sa.ScalarSelect[str]:
    link, tag = tables.conversation_tags.c, tables.tags.c
    return (
        sa.select(sa.func.aggregate_strings(tag.name, "\n"))
        .join_from(tables.conversation_tags, tables.tags, tag.id == link.tag_id)
        .where(link.conversation_id == _c.id)
        .correlate(tables.conversations)
        .scalar_subquery()
    )


def _goes_at() -> sa.ScalarSelect[datetime]:
    """Through the index of what waits, in which few stand."""
    waiting = tables.scheduled_messages.c
    return (
        sa.select(sa.func.min(waiting.due_at, type_=waiting.due_at.type))
        .where(
            waiting.conversation_id == _c.id,
            waiting.state == sa.literal_column("'waiting'"),
        )
        .correlate(tables.conversations)
        .scalar_subquery()
    )


def _attached() -> sa.ColumnElement[int]:
    """Asked of few: most messages have words, which say more than that a picture is there."""
    newest = sa.alias(tables.messages).c
    count = (
        sa.select(newest.media_count)
        .where(newest.conversation_id == _c.id, newest.position == _c.last_position)
        .correlate(tables.conversations)
        .scalar_subquery()
    )
    return sa.func.coalesce(count, _NONE)


_WORDS: dict[str, Any] = {
    "channel": Channel,
    "team_state": TeamState,
    "source_kind": SourceKind,
    "source_reason": SourceReason,
    "snippet_from": Origin,
    "sender_health": Health,
}
_PLACES = Query(
    sa.select(_c.id, _k.name, _c.reply_raw, _c.channel)
    .join(tables.contacts, _k.id == _c.contact_id)
    .where(_c.id.in_(sa.bindparam("ids", expanding=True, type_=Id))),
    channel=Channel,
)
_AT_IDS = Query(
    _shown(tables.conversations).where(_c.id.in_(sa.bindparam("ids", expanding=True, type_=Id))),
    **_WORDS,
)
