"""What became of a program's messages, counted per sender ID (R2, R18, R47).

Every count walks one program's part of an index over messages that holds all it asks for, in one
span of time; nothing is ever summed over channels or sender IDs.
"""

from __future__ import annotations

from datetime import datetime
from typing import Any, NamedTuple
from uuid import UUID

import sqlalchemy as sa

from sms_desk.domain import complaints, positions
from sms_desk.domain.model import Direction, OutboxState
from sms_desk.store import tables
from sms_desk.store.engine import Tx
from sms_desk.store.opt_outs import KEYWORD

_M = tables.messages.c
_C = tables.conversations.c
_Q = tables.opt_outs.c
_MOST_OPT_OUTS = 10_000
"""Refusals looked at one by one; more would be somebody's broken list."""


class Span(NamedTuple):
    """One program from a second on, until another; None: from the beginning."""

    program_id: UUID
    since: datetime | None
    until: datetime


class Sent(NamedTuple):
    sender_id: UUID
    status: str
    messages: int


class Heard(NamedTuple):
    """How many different contacts answered, texted STOP, or complained, by sender ID.

    written: how many it wrote to; None where the contacts had not been written to in the span.
    """

    sender_id: UUID
    written: int | None
    answered: int
    opted_out: int
    complained: int


def sent(tx: Tx, span: Span) -> list[Sent]:
    """What it sent, by sender ID and delivery status."""
    query = (
        sa.select(_M.sender_id, _M.status, sa.func.count())
        .where(*_within(span), _M.direction == Direction.OUTBOUND)
        .group_by(_M.sender_id, _M.status)
    )
    return [Sent(*row) for row in tx.execute(query)]


def heard(tx: Tx, span: Span) -> list[Heard]:
    """Whom it wrote to from each sender ID, and what they wrote back in the same span; then who
    wrote without having been written to, by the sender ID that received it."""
    written = (
        sa.select(_M.sender_id, _M.conversation_id)
        .where(*_within(span), _M.direction == Direction.OUTBOUND)
        .distinct()
        .subquery()
    )
    talk, sender = written.c.conversation_id, written.c.sender_id
    # Looked up in sets: joined, each of the two would be walked for every row of the other.
    said = [
        sa.func.count(sa.case((talk.in_(_who(span, what)), 1)))
        for what in (_is_answer(), _M.keyword == "stop", _is_complaint())
    ]
    asked = sa.select(sender, sa.func.count(), *said).group_by(sender)
    unasked = (
        sa.select(
            _M.sender_id,
            sa.null(),
            _distinct(_is_answer()),
            _distinct(_M.keyword == "stop"),
            _distinct(_is_complaint()),
        )
        .where(
            *_within(span),
            _M.direction == Direction.INBOUND,
            _M.conversation_id.not_in(sa.select(talk)),
        )
        .group_by(_M.sender_id)
    )
    return [Heard(*row) for query in (asked, unasked) for row in tx.execute(query)]


def _who(span: Span, what: sa.ColumnElement[bool]) -> sa.Select[tuple[UUID]]:
    query = sa.select(_M.conversation_id)
    return query.where(*_within(span), _M.direction == Direction.INBOUND, what)


def filtered(tx: Tx, span: Span) -> dict[UUID, int]:
    """To how many contacts a carrier threw its message away as spam, by sender ID."""
    query = (
        sa.select(_M.sender_id, sa.func.count(sa.distinct(_M.conversation_id)))
        .where(
            *_within(span),
            _M.direction == Direction.OUTBOUND,
            _M.error_code.in_(sorted(complaints.CODES)),
        )
        .group_by(_M.sender_id)
    )
    return {row[0]: row[1] for row in tx.execute(query)}


def refused(tx: Tx, span: Span, window_days: int) -> dict[UUID, int]:
    """Opt-outs that nobody texted to us: the provider refused, or a person decided (R39).

    One belongs to the program that wrote last to the contact before it, within its window, as an
    answer would (R3). By the conversation's sender ID.
    """
    sends = tables.messages.alias("sends")
    s = sends.c
    newest = (
        sa.select(s.position)
        .where(
            s.conversation_id == _C.id,
            s.direction == Direction.OUTBOUND,
            s.program_id.is_not(None),
            s.at <= _Q.since,
        )
        .order_by(s.position.desc())
        .limit(1)
        .correlate(tables.conversations, tables.opt_outs)
        .scalar_subquery()
    )
    query = (
        sa.select(_Q.since, _C.id, _C.sender_id, _M.at)
        .join_from(
            tables.opt_outs,
            tables.conversations,
            sa.and_(_C.peer_key == _Q.peer_key, _C.channel == _Q.channel),
        )
        .join(tables.messages, _M.position == newest)
        .where(
            _Q.learnt_from != KEYWORD,
            _Q.since < span.until,
            _M.program_id == span.program_id,
        )
        .limit(_MOST_OPT_OUTS)
    )
    if span.since is not None:
        query = query.where(_Q.since >= span.since)
    found: dict[UUID, set[UUID]] = {}
    for row in tx.execute(query):
        if (row.since - row.at).days < window_days:
            found.setdefault(row.sender_id, set()).add(row.id)
    return {sender_id: len(ids) for sender_id, ids in found.items()}


def told(tx: Tx, span: Span) -> dict[UUID, int]:
    """Automatic replies that went out, by sender ID."""
    r, o = tables.auto_replies.c, tables.outbox.c
    query = (
        sa.select(o.sender_id, sa.func.count())
        .join_from(tables.auto_replies, tables.outbox, o.id == r.outbox_id)
        .where(
            r.program_id == span.program_id,
            r.at < span.until,
            o.state == OutboxState.ACCEPTED,
        )
        .group_by(o.sender_id)
    )
    if span.since is not None:
        query = query.where(r.at >= span.since)
    return {row[0]: row[1] for row in tx.execute(query)}


def repliers(tx: Tx, span: Span, *, before: int | None, limit: int) -> list[tuple[UUID, int]]:
    """Conversations in which somebody answered it, the latest answer first, with its position.

    before: the last page's lowest position.
    """
    latest = sa.func.max(_M.position).label("latest")
    query = (
        sa.select(_M.conversation_id, latest)
        .where(*_within(span), _M.direction == Direction.INBOUND, _is_answer())
        .group_by(_M.conversation_id)
        .order_by(latest.desc())
        .limit(limit)
    )
    if before is not None:
        query = query.having(latest < before)
    return [(row[0], row[1]) for row in tx.execute(query)]


def _within(span: Span) -> list[sa.ColumnElement[bool]]:
    found = [_M.program_id == span.program_id, _M.position < positions.first_at(span.until)]
    if span.since is not None:
        found.append(_M.position >= positions.first_at(span.since))
    return found


def _is_answer() -> sa.ColumnElement[bool]:
    """What a person wrote: not a keyword that the provider acts on."""
    return sa.or_(_M.keyword.is_(None), _M.keyword.in_(complaints.KEYWORDS))


def _is_complaint() -> sa.ColumnElement[bool]:
    return _M.keyword.in_(complaints.KEYWORDS)


def _distinct(where: sa.ColumnElement[bool]) -> sa.ColumnElement[Any]:
    return sa.func.count(sa.distinct(sa.case((where, _M.conversation_id))))
