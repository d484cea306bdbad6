"""What messages answer: the reads and writes behind `domain.attribution` (R3, R61)."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from datetime import datetime
from typing import Any
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.engine import RowMapping

from sms_desk.domain import positions
from sms_desk.domain.attribution import ProgramSend
from sms_desk.domain.model import Direction, Origin, SourceReason
from sms_desk.store import tables
from sms_desk.store.engine import Tx

_M = tables.messages.c


def program_sends(tx: Tx, conversation_ids: Collection[UUID]) -> dict[UUID, list[ProgramSend]]:
    """What programs sent, by conversation; what a person said that a contact answers stands for a
    send that nobody recognised (R61)."""
    query = sa.select(_M.conversation_id, _M.program_id, _M.at).where(
        _M.conversation_id.in_(conversation_ids),
        _M.program_id.is_not(None),
        sa.or_(_M.direction == Direction.OUTBOUND, _M.source_reason == SourceReason.REBOUND),
    )
    found: dict[UUID, list[ProgramSend]] = {}
    for row in tx.execute(query):
        found.setdefault(row.conversation_id, []).append(ProgramSend(row.program_id, row.at))
    return found


def inbound_since(tx: Tx, conversation_id: UUID, at: datetime) -> list[RowMapping]:
    """Inbound messages from that second on, with the source that they have."""
    query = sa.select(
        _M.position, _M.at, _M.sender_id, _M.source_kind, _M.source_reason, _M.program_id
    ).where(
        _M.conversation_id == conversation_id,
        _M.position >= positions.first_at(at),
        _M.direction == Direction.INBOUND,
    )
    return list(tx.execute(query).mappings())


def newest_inbound(tx: Tx, conversation_id: UUID) -> RowMapping | None:
    """The contact's latest message, with its source."""
    query = (
        sa.select(_M.position, _M.at, _M.source_kind, _M.source_reason, _M.program_id)
        .where(_M.conversation_id == conversation_id, _M.direction == Direction.INBOUND)
        .order_by(_M.position.desc())
        .limit(1)
    )
    return tx.execute(query).mappings().first()


def set_source(tx: Tx, position: int, *, kind: str, program_id: UUID | None, reason: str) -> None:
    tx.execute(
        sa.update(tables.messages)
        .where(_M.position == position)
        .values(source_kind=kind, program_id=program_id, source_reason=reason)
    )


# --- what a person says (R61) ---------------------------------------------------------------------

_SAID = ("program_id", "program_reason", "source_kind", "source_reason")


def newest_answer(tx: Tx, conversation_id: UUID) -> RowMapping | None:
    """What a person's word is about: the contact's latest message, or where there is none, the
    latest that was sent to him by no person."""
    mine = _M.direction == Direction.OUTBOUND
    query = (
        sa.select(_M.position, _M.direction, *(_M[name] for name in _SAID))
        .where(_M.conversation_id == conversation_id, _M.origin != Origin.PERSON)
        .order_by(mine, _M.position.desc())
        .limit(1)
    )
    return tx.execute(query).mappings().first()


def said(message: RowMapping, kind: str, program_id: UUID | None) -> dict[str, Any]:
    """The columns of a message once a person has said what it answers, or which program sent it."""
    values = {name: message[name] for name in _SAID} | {"program_id": program_id}
    if message["direction"] == Direction.OUTBOUND:
        return values | {"program_reason": SourceReason.REBOUND}
    return values | {"source_kind": kind, "source_reason": SourceReason.REBOUND}


def restore(tx: Tx, position: int, values: Mapping[str, Any]) -> None:
    tx.execute(sa.update(tables.messages).where(_M.position == position).values(**values))


# --- looking again (R61) --------------------------------------------------------------------------


def page(tx: Tx, account_id: UUID, *, below: int | None, limit: int) -> list[RowMapping]:
    """The newest messages under a position that another program might explain: what came in, and
    what went out by no person and no known program."""
    open_ = (_M.direction == Direction.INBOUND) | (
        (_M.origin == Origin.ELSEWHERE) & _M.program_id.is_(None)
    )
    query = (
        sa.select(
            _M.position,
            _M.conversation_id,
            _M.direction,
            _M.at,
            _M.sender_id,
            _M.service_sid,
            _M.body,
        )
        .where(_M.account_id == account_id, open_)
        .order_by(_M.position.desc())
        .limit(limit)
    )
    return list(tx.execute(query if below is None else query.where(_M.position < below)).mappings())


def recognise(tx: Tx, position: int, program_id: UUID, reason: str) -> None:
    """A message that went out turns out to be a program's."""
    restore(
        tx,
        position,
        {"program_id": program_id, "program_reason": reason, "origin": Origin.PROGRAM},
    )
