"""What messages answer: the reads and writes behind `domain.attribution` (R3, R61)."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from datetime import datetime
from typing import Any, NamedTuple
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.engine import RowMapping

from sms_desk.domain import positions
from sms_desk.domain.attribution import ProgramSend
from sms_desk.domain.model import Direction, Origin, SourceReason
from sms_desk.store import fast, tables
from sms_desk.store.engine import Tx
from sms_desk.store.reading import Query

_M = tables.messages.c


class Answer(NamedTuple):
    """An inbound message, with the source that it has."""

    position: int
    conversation_id: UUID
    at: datetime
    sender_id: UUID
    source_kind: str | None
    source_reason: str | None
    program_id: UUID | None


def program_sends(
    tx: Tx, conversation_ids: Collection[UUID], first: datetime, last: datetime
) -> list[tuple[UUID, ProgramSend]]:
    """What programs sent in that time, as (conversation, send); what a person said that a contact
    answers stands for a send that nobody recognised (R61)."""
    if not conversation_ids:
        return []
    found = _SENDS.rows(tx, **_within(conversation_ids, first, last))
    return [(id_, ProgramSend(program_id, at)) for id_, program_id, at in found]


def inbound_between(
    tx: Tx, conversation_ids: Collection[UUID], first: datetime, last: datetime
) -> list[Answer]:
    """Inbound messages of those seconds."""
    if not conversation_ids:
        return []
    found = _INBOUND.rows(tx, **_within(conversation_ids, first, last))
    return [Answer(*row) for row in found]


def set_sources(tx: Tx, answers: Iterable[Answer]) -> None:
    """Write down what messages answer."""
    changes = {
        answer.position: {
            "source_kind": answer.source_kind,
            "program_id": answer.program_id,
            "source_reason": answer.source_reason,
        }
        for answer in answers
    }
    fast.update(tx, tables.messages, "position", changes)


_THERE = (
    _M.conversation_id.in_(sa.bindparam("ids", expanding=True)),
    _M.position.between(sa.bindparam("first"), sa.bindparam("last")),
)
_SENDS = Query(
    sa.select(_M.conversation_id, _M.program_id, _M.at).where(
        *_THERE,
        _M.program_id.is_not(None),
        sa.or_(_M.direction == Direction.OUTBOUND, _M.source_reason == SourceReason.REBOUND),
    )
)
_INBOUND = Query(
    sa.select(*(_M[name] for name in Answer._fields)).where(
        *_THERE, _M.direction == Direction.INBOUND
    )
)


def _within(
    conversation_ids: Collection[UUID], first: datetime, last: datetime
) -> dict[str, object]:
    return {
        "ids": list(conversation_ids),
        "first": positions.first_at(first),
        "last": positions.last_at(last),
    }


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


def page_of_program(
    tx: Tx,
    account_id: UUID,
    program_id: UUID,
    direction: Direction,
    *,
    below: int | None,
    limit: int,
) -> list[RowMapping]:
    """The newest messages of a program under a position: what it sent, or what answered it."""
    query = (
        sa.select(
            _M.position,
            _M.conversation_id,
            _M.at,
            _M.sender_id,
            _M.service_sid,
            _M.body,
            _M.program_reason,
        )
        .where(
            _M.program_id == program_id,
            _M.direction == direction,
            _M.account_id == account_id,
        )
        .order_by(_M.position.desc())
        .limit(limit)
    )
    return list(tx.execute(query if below is None else query.where(_M.position < below)).mappings())


def forget(tx: Tx, position: int) -> None:
    """A message that went out turns out to be no program's."""
    restore(
        tx,
        position,
        {
            "program_id": None,
            "program_reason": SourceReason.NONE,
            "origin": Origin.ELSEWHERE,
        },
    )


def recognise(tx: Tx, position: int, program_id: UUID, reason: str) -> None:
    """A message that went out turns out to be a program's."""
    restore(
        tx,
        position,
        {"program_id": program_id, "program_reason": reason, "origin": Origin.PROGRAM},
    )
