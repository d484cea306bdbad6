"""Attachments: listed with their message, fetched later, kept inside the encrypted file."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable
from uuid import UUID

import sqlalchemy as sa

from sms_desk.domain.frozen import dataclass
from sms_desk.domain.model import AttachmentState
from sms_desk.store import tables
from sms_desk.store.engine import Tx
from sms_desk.store.ids import new_id
from sms_desk.store.reading import Query

_T = tables.attachments.c
_M = tables.messages.c


MOST = 10
"""Of one message (Twilio: ten media)."""


@dataclass(frozen=True, slots=True)
class Pending:
    """An attachment to fetch. path: on the provider's host, None until the provider named it."""

    id: UUID
    message_id: UUID
    message_sid: str
    conversation_id: UUID
    n: int
    path: str | None
    tries: int


def expect(tx: Tx, counts: Iterable[tuple[UUID, int]]) -> None:
    """Make room for so many attachments of new messages, as (message id, count)."""
    rows = [
        {"id": new_id(), "message_id": message_id, "n": n, "state": AttachmentState.PENDING}
        for message_id, count in counts
        for n in range(min(count, MOST))
    ]
    if rows:
        tx.execute(sa.insert(tables.attachments), rows)


def pending(tx: Tx, account_id: UUID, *, limit: int) -> list[Pending]:
    """What is still to be fetched: least tried first, then the newest message's."""
    rows = _PENDING.mappings(tx, account_id=account_id, limit=limit)
    return [Pending(**row) for row in rows]


_PENDING = Query(
    sa.select(
        _T.id,
        _T.message_id,
        _M.provider_sid.label("message_sid"),
        _M.conversation_id,
        _T.n,
        _T.provider_path.label("path"),
        _T.tries,
    )
    .join_from(tables.attachments, tables.messages, _M.id == _T.message_id)
    .where(_T.state == AttachmentState.PENDING, _M.account_id == sa.bindparam("account_id"))
    .order_by(_T.tries, _M.position.desc(), _T.n)
    .limit(sa.bindparam("limit"))
)


def name(tx: Tx, message_id: UUID, n: int, *, sid: str, path: str, content_type: str) -> None:
    """What the provider calls an attachment, and where it is."""
    tx.execute(
        sa.update(tables.attachments)
        .where(_T.message_id == message_id, _T.n == n, _T.state == AttachmentState.PENDING)
        .values(provider_sid=sid, provider_path=path, content_type=content_type)
    )


def keep(tx: Tx, attachment_id: UUID, content_type: str, data: bytes) -> None:
    """Store the bytes. content_type: by their content, not by what anybody said."""
    _set(
        tx,
        attachment_id,
        state=AttachmentState.STORED,
        content_type=content_type,
        size=len(data),
        sha256=hashlib.sha256(data).hexdigest(),
        data=data,
        reason="",
    )


def refuse(tx: Tx, attachment_id: UUID, reason: str) -> None:
    """It will not be fetched; the reason is shown."""
    _set(tx, attachment_id, state=AttachmentState.REFUSED, reason=reason)


def failed(tx: Tx, attachment_id: UUID, tries: int, reason: str, *, last: bool) -> None:
    """It could not be fetched this time; `last`: and is not tried again by itself."""
    state = AttachmentState.FAILED if last else AttachmentState.PENDING
    _set(tx, attachment_id, state=state, tries=tries, reason=reason)


def _set(tx: Tx, attachment_id: UUID, **values: object) -> None:
    tx.execute(sa.update(tables.attachments).where(_T.id == attachment_id).values(**values))
