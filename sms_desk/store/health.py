"""Figures and history of sender IDs' health (R17), and where it is kept."""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime
from typing import NamedTuple
from uuid import UUID

import sqlalchemy as sa

from sms_desk.domain import positions
from sms_desk.domain.model import Direction, Health
from sms_desk.store import tables
from sms_desk.store.engine import Tx

_M = tables.messages.c
_C = tables.conversations.c
_S = tables.sender_ids.c
_H = tables.health_changes.c


class Outcome(NamedTuple):
    """How many messages of one sender ID ended so. provider: whose error code it is."""

    sender_id: UUID
    provider: str
    status: str
    error_code: str | None
    n: int


def outcomes(tx: Tx, since: datetime, sender_ids: Collection[UUID] | None = None) -> list[Outcome]:
    """What became of what was sent since then. A walk over the messages of that time."""
    account = tables.accounts.c
    query = (
        sa.select(_M.sender_id, account.provider, _M.status, _M.error_code, sa.func.count())
        .join_from(tables.messages, tables.accounts, account.id == _M.account_id)
        .where(_M.position >= positions.first_at(since), _M.direction == Direction.OUTBOUND)
        .group_by(_M.sender_id, account.provider, _M.status, _M.error_code)
    )
    if sender_ids is not None:
        query = query.where(_M.sender_id.in_(sender_ids))
    return [Outcome(*row) for row in tx.execute(query)]


def reached(tx: Tx, since: datetime) -> dict[UUID, int]:
    """How many conversations each sender ID wrote into."""
    query = (
        sa.select(_M.sender_id, sa.func.count(sa.distinct(_M.conversation_id)))
        .where(_M.position >= positions.first_at(since), _M.direction == Direction.OUTBOUND)
        .group_by(_M.sender_id)
    )
    return {row[0]: row[1] for row in tx.execute(query)}


def stops(tx: Tx, since: datetime) -> dict[UUID, int]:
    """How many contacts texted a stop word to each sender ID."""
    query = (
        sa.select(_C.sender_id, sa.func.count(sa.distinct(_M.conversation_id)))
        .join_from(tables.messages, tables.conversations, _C.id == _M.conversation_id)
        .where(
            _M.position >= positions.first_at(since),
            _M.direction == Direction.INBOUND,
            _M.keyword == "stop",
        )
        .group_by(_C.sender_id)
    )
    return {row[0]: row[1] for row in tx.execute(query)}


def judged_by_figures(tx: Tx) -> list[sa.RowMapping]:
    """Sender IDs in use about whose health no person has spoken."""
    query = sa.select(tables.sender_ids).where(_S.retired_at.is_(None), _S.health_by.is_(None))
    return list(tx.execute(query).mappings())


def set_health(
    tx: Tx,
    sender_id: UUID,
    *,
    change_id: UUID,
    before: Health,
    after: Health,
    reason: str,
    by: UUID | None,
    at: datetime,
) -> None:
    """Write the health with its reason, and the change into its history. by None: the figures."""
    tx.execute(
        sa.update(tables.sender_ids)
        .where(_S.id == sender_id)
        .values(health=after, health_reason=reason, health_since=at, health_by=by)
    )
    tx.execute(
        sa.insert(tables.health_changes).values(
            id=change_id,
            sender_id=sender_id,
            at=at,
            before=before,
            after=after,
            reason=reason,
            by_id=by,
        )
    )


def history(tx: Tx, sender_id: UUID, *, limit: int = 100) -> list[sa.RowMapping]:
    """How its health moved, newest first."""
    query = (
        sa.select(tables.health_changes)
        .where(_H.sender_id == sender_id)
        .order_by(_H.at.desc(), _H.id.desc())
        .limit(limit)
    )
    return list(tx.execute(query).mappings())
