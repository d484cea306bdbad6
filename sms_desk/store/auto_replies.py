"""Whom auto-responders told, whom they may still tell, and where a person took over (R18, R51)."""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime
from uuid import UUID

import sqlalchemy as sa

from sms_desk.domain import outbox as outbox_rules
from sms_desk.domain import positions
from sms_desk.domain.auto_responder import Responder
from sms_desk.domain.model import Direction, Origin, OutboxState
from sms_desk.store import tables
from sms_desk.store.engine import Tx
from sms_desk.store.reading import Query
from sms_desk.store.types import Id

_R = tables.auto_replies.c
_P = tables.programs.c
_M = tables.messages.c
_C = tables.conversations.c
_O = tables.outbox.c
_S = tables.sender_ids.c

_NOT_TOLD = (OutboxState.WITHDRAWN, OutboxState.REFUSED)
"""How an automatic reply ends without anybody having got it. One in doubt may have arrived."""


def responders(tx: Tx) -> dict[UUID, Responder]:
    """Programs that answer by themselves; mostly none."""
    query = sa.select(_P.id, _P.takes_replies, _P.auto_reply, _P.starts_at, _P.ends_at).where(
        _P.takes_replies.is_(sa.false()), _P.auto_reply != "", _P.retired_at.is_(None)
    )
    return {
        row.id: Responder(
            row.takes_replies, row.auto_reply, starts_at=row.starts_at, ends_at=row.ends_at
        )
        for row in tx.execute(query)
    }


def unanswered(
    tx: Tx, account_id: UUID, program_ids: Collection[UUID], since: datetime
) -> list[sa.RowMapping]:
    """What contacts wrote to these programs since that second, by the provider's clock, and no
    auto-responder has answered, oldest first, with what the rule looks at."""
    answered = sa.exists().where(_R.message_id == _M.id)
    query = (
        sa.select(
            _M.id,
            _M.position,
            _M.at,
            _M.body,
            _M.keyword,
            _M.program_id,
            _M.conversation_id,
            _C.channel,
            _C.peer_key,
            _C.reply_raw,
            _C.sender_id,
            _C.version,
            _C.human_since,
            _C.answered_position,
            _C.source_reason,
            _S.direction.label("sender_direction"),
        )
        .join_from(tables.messages, tables.conversations, _C.id == _M.conversation_id)
        .join(tables.sender_ids, _S.id == _C.sender_id)
        .where(
            _M.program_id.in_(program_ids),
            _M.position >= positions.first_at(since),
            _M.direction == Direction.INBOUND,
            _M.account_id == account_id,
            ~answered,
        )
        .order_by(_M.position)
    )
    return list(tx.execute(query).mappings())


def last_told(tx: Tx, program_id: UUID, channel: str, peer_key: str) -> datetime | None:
    """When, by the provider's clock, a program last told somebody by itself; of one that is still
    on its way, when it was asked for. One that never went out does not count."""
    sent = sa.select(_M.at).where(
        _M.account_id == _O.account_id, _M.provider_sid == _O.provider_sid
    )
    query = (
        sa.select(sa.func.coalesce(sent.scalar_subquery(), _R.at, type_=_R.at.type))
        .outerjoin(tables.outbox, _O.id == _R.outbox_id)
        .where(
            _R.program_id == program_id,
            _R.peer_key == peer_key,
            _R.channel == channel,
            sa.or_(_O.id.is_(None), _O.state.not_in(_NOT_TOLD)),
        )
        .order_by(_R.at.desc())
        .limit(1)
    )
    found: datetime | None = tx.execute(query).scalar()
    return found


def record(
    tx: Tx,
    *,
    id_: UUID,
    program_id: UUID,
    channel: str,
    peer_key: str,
    at: datetime,
    message_id: UUID,
    outbox_id: UUID,
) -> None:
    """at: when the message that it answers was written. The message is answered once: the unique
    index over message_id refuses a second row."""
    tx.execute(
        sa.insert(tables.auto_replies).values(
            id=id_,
            program_id=program_id,
            channel=channel,
            peer_key=peer_key,
            at=at,
            message_id=message_id,
            outbox_id=outbox_id,
        )
    )


def person_writes(tx: Tx, conversation_id: UUID) -> bool:
    """Whether a person's own answer is on its way there."""
    query = sa.select(_O.id).where(
        _O.conversation_id == conversation_id,
        _O.origin == Origin.PERSON,
        _O.state.not_in(sorted(outbox_rules.FINAL)),
    )
    return tx.execute(query.limit(1)).first() is not None


def is_ours(tx: Tx, channel: str, address: str) -> bool:
    """Whether an address is one of our own sender IDs."""
    query = sa.select(_S.id).where(_S.channel == channel, _S.address == address)
    return tx.execute(query.limit(1)).first() is not None


# --- a person takes over (R51) --------------------------------------------------------------------


def silence(tx: Tx, conversation_id: UUID, at: datetime) -> UUID | None:
    """From now on a person answers there; returns the program whose automation falls silent.

    None where no automation would have answered, or where it is silent already.
    """
    row = tx.execute(
        sa.select(_C.source_program_id, _C.human_since).where(_C.id == conversation_id)
    ).one()
    if row.human_since is not None or row.source_program_id not in responders(tx):
        return None
    tx.execute(
        sa.update(tables.conversations).where(_C.id == conversation_id).values(human_since=at)
    )
    program_id: UUID = row.source_program_id
    return program_id


def silent_since(tx: Tx, conversation_id: UUID) -> datetime | None:
    """Since when a person answers there instead of the automation."""
    found: datetime | None = _SILENT_SINCE.scalar(tx, id=conversation_id)
    return found


_SILENT_SINCE = Query(sa.select(_C.human_since).where(_C.id == sa.bindparam("id", type_=Id)))
