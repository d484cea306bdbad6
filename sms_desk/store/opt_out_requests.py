"""Wordings that ask to hear no more, for a person to read and decide about (R39).

A message is in the queue once, however often it is brought. Deciding is a change of state here;
the opt-out itself stands in `opt_outs`.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

import sqlalchemy as sa

from sms_desk.domain.compliance import RequestState
from sms_desk.domain.errors import NotFoundError
from sms_desk.domain.model import Direction
from sms_desk.store import tables, upserts
from sms_desk.store.engine import Tx
from sms_desk.store.ids import new_id

_R = tables.opt_out_requests.c
_M = tables.messages.c
_C = tables.conversations.c

STILL_ASKED = timedelta(days=30)
"""What a back-fill brings from further back was answered, or missed, long ago."""


def ask(tx: Tx, said: Iterable[tuple[UUID, UUID, datetime]], *, now: datetime) -> set[UUID]:
    """Put (message, conversation, said at) into the queue; returns the conversations."""
    rows = [
        {
            "id": new_id(),
            "message_id": message_id,
            "conversation_id": conversation_id,
            "said_at": at,
            "state": RequestState.OPEN,
        }
        for message_id, conversation_id, at in said
        if now - at <= STILL_ASKED
    ]
    if rows:
        tx.execute(
            upserts.insert(tx, tables.opt_out_requests).on_conflict_do_nothing(
                index_elements=["message_id"]
            ),
            rows,
        )
    return {row["conversation_id"] for row in rows}  # type: ignore[misc]


def settle(
    tx: Tx, conversation_id: UUID, said: datetime, state: RequestState, *, at: datetime
) -> None:
    """The contact said it in a keyword at `said`: what was asked before is decided by that."""
    tx.execute(
        sa.update(tables.opt_out_requests)
        .where(
            _R.conversation_id == conversation_id,
            _R.state == RequestState.OPEN,
            _R.said_at <= said,
        )
        .values(state=state, decided_at=at)
    )


def get(tx: Tx, request_ids: Collection[UUID]) -> list[sa.RowMapping]:
    """Raises NotFoundError unless all are there; oldest first."""
    query = sa.select(tables.opt_out_requests).where(_R.id.in_(request_ids)).order_by(_R.said_at)
    rows = list(tx.execute(query).mappings())
    if not rows or len(rows) != len(set(request_ids)):
        raise NotFoundError("There is no such request.", "See sms-desk opt-outs requests.")
    return rows


def decide(tx: Tx, request_ids: Collection[UUID], state: RequestState, **values: Any) -> None:
    """values: decided_by, decided_at, opt_out_id; all empty for an open one."""
    empty = {"decided_by": None, "decided_at": None, "opt_out_id": None}
    tx.execute(
        sa.update(tables.opt_out_requests)
        .where(_R.id.in_(request_ids))
        .values(state=state, **{**empty, **values})
    )


def open_in(tx: Tx, conversation_ids: Collection[UUID]) -> list[sa.RowMapping]:
    """The open requests of these conversations."""
    query = sa.select(tables.opt_out_requests).where(
        _R.conversation_id.in_(conversation_ids), _R.state == RequestState.OPEN
    )
    return list(tx.execute(query).mappings())


def open_conversations(tx: Tx) -> set[UUID]:
    """The conversations with something to decide."""
    query = sa.select(_R.conversation_id).where(_R.state == RequestState.OPEN).distinct()
    return set(tx.execute(query).scalars())


def _written_before() -> sa.ColumnElement[str | None]:
    m = tables.messages.alias().c
    return (
        sa.select(m.body)
        .where(
            m.conversation_id == _R.conversation_id,
            m.position < _M.position,
            m.direction == Direction.OUTBOUND,
        )
        .order_by(m.position.desc())
        .limit(1)
        .scalar_subquery()
        .label("before")
    )


def listing(tx: Tx, *, decided: bool = False, limit: int = 500) -> list[sa.RowMapping]:
    """Requests with what was said, by whom and to what, and what we wrote last before it
    (`before`, null for nothing); the oldest first, as they fall due.

    Decided ones, newest first, only when asked for.
    """
    sender, person = tables.sender_ids.c, tables.people.c
    state = _R.state != RequestState.OPEN if decided else _R.state == RequestState.OPEN
    query = (
        sa.select(
            tables.opt_out_requests,
            _M.body,
            _written_before(),
            _C.contact_id,
            _C.channel,
            _C.peer_key,
            _C.reply_raw,
            _C.sender_id,
            tables.contacts.c.name.label("contact_name"),
            sa.func.coalesce(sa.func.nullif(sender.label, ""), sender.address).label("sender"),
            person.name.label("decided_name"),
        )
        .join(tables.messages, _M.id == _R.message_id)
        .join(tables.conversations, _C.id == _R.conversation_id)
        .join(tables.contacts, tables.contacts.c.id == _C.contact_id)
        .join(tables.sender_ids, sender.id == _C.sender_id)
        .outerjoin(tables.people, person.id == _R.decided_by)
        .where(state)
        .order_by(_R.decided_at.desc() if decided else _R.said_at, _R.id)
        .limit(limit)
    )
    return list(tx.execute(query).mappings())
