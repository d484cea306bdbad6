"""Messages as providers list them: each stored once, wherever and however often it comes from."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from datetime import datetime
from typing import Any, NamedTuple
from uuid import UUID

import sqlalchemy as sa

from sms_desk.domain import positions
from sms_desk.domain.delivery import Report, merge
from sms_desk.domain.frozen import dataclass
from sms_desk.domain.model import DeliveryStatus, Direction, Origin, Position
from sms_desk.store import fast, receipts, search_index, tables
from sms_desk.store.engine import Tx
from sms_desk.store.reading import Query

_M = tables.messages.c
_LOOKUP = 500  # bound values in one statement


class NewMessage(NamedTuple):
    """One row to insert, in the order of its columns. position: as wished; it may step aside."""

    position: int
    id: UUID
    conversation_id: UUID
    account_id: UUID
    provider_sid: str
    direction: str
    origin: str
    at: datetime
    seen_at: datetime
    late: bool
    sender_id: UUID
    peer_raw: str
    body: str
    status: str
    status_text: str
    status_at: datetime | None
    error_code: str | None
    error_text: str | None
    author_id: UUID | None
    on_behalf_id: UUID | None
    program_id: UUID | None
    program_reason: str
    source_kind: str | None
    source_reason: str | None
    service_sid: str | None
    outbox_id: UUID | None
    parts: int | None
    price: str | None
    price_unit: str | None
    media_count: int
    keyword: str | None
    next_check_at: datetime | None


@dataclass(frozen=True, slots=True)
class Known:
    """What is stored under a provider's id."""

    id: UUID
    position: int
    conversation_id: UUID
    sid: str
    direction: Direction
    origin: Origin
    at: datetime
    seen_at: datetime
    report: Report
    outbox_id: UUID | None


def known(tx: Tx, account_id: UUID, ids: Collection[str]) -> dict[str, Known]:
    """The stored ones of the provider's ids (R55)."""
    wanted = list(ids)
    found: dict[str, Known] = {}
    for start in range(0, len(wanted), _LOOKUP):
        sids = wanted[start : start + _LOOKUP]
        for row in _KNOWN_SIDS.mappings(tx, account_id=account_id, sids=sids):
            found[row["provider_sid"]] = _known(row)
    return found


def insert(tx: Tx, rows: Sequence[NewMessage]) -> list[NewMessage]:
    """Store messages that are not known yet and make them findable; returns them as stored.

    Two messages whose positions meet (same second, same tie-break) stand one step apart. Receipts
    that came before their message are applied (R57).
    """
    if not rows:
        return []
    placed = _placed(tx, _with_receipts(tx, rows))
    fast.insert(tx, tables.messages, NewMessage._fields, placed)
    search_index.feed_messages(tx, ((row.position, row.body) for row in placed))
    return placed


def seen_as_they_came(tx: Tx) -> None:
    """What the demo begins with was seen at its own time: what was closed since is answered by
    that (R8)."""
    tx.execute(sa.update(tables.messages).where(_M.seen_at > _M.at).values(seen_at=_M.at))


def report(tx: Tx, account_id: UUID, sid: str, incoming: Report, *, at: datetime) -> UUID | None:
    """Hear the provider's word on one message; kept also where the message is not here yet.

    Returns the conversation if anything changed.
    """
    message = known(tx, account_id, [sid]).get(sid)
    if message is None:
        receipts.append(tx, account_id, {sid: incoming}, at=at)
        return None
    moved = merge_reports(tx, account_id, {sid: incoming}, {sid: message}, at=at)
    return message.conversation_id if moved else None


def merge_reports(
    tx: Tx,
    account_id: UUID,
    incoming: dict[str, Report],
    stored: dict[str, Known],
    *,
    at: datetime,
) -> list[Known]:
    """Move statuses forward (GR4); what changed is kept as a receipt. Returns what moved."""
    moved: dict[str, Report] = {}
    for sid, heard in incoming.items():
        merged = merge(stored[sid].report, heard)
        if merged != stored[sid].report:
            moved[sid] = merged
    if not moved:
        return []
    receipts.append(tx, account_id, {sid: incoming[sid] for sid in moved}, at=at)
    tx.execute(
        _SET_STATUS,
        [
            {
                "b_position": stored[sid].position,
                "status": merged.status,
                "status_text": merged.text,
                "status_at": at,
                "error_code": merged.error_code,
                "error_text": merged.error_text,
            }
            for sid, merged in moved.items()
        ],
    )
    return [stored[sid] for sid in moved]


def bind(
    tx: Tx,
    message: Known,
    *,
    outbox_id: UUID,
    origin: Origin,
    author_id: UUID | None,
    on_behalf_id: UUID | None,
) -> None:
    """The message turns out to be one of ours: a person's or an auto-responder's, no program's."""
    tx.execute(
        sa.update(tables.messages)
        .where(_M.position == message.position)
        .values(
            origin=origin,
            outbox_id=outbox_id,
            author_id=author_id,
            on_behalf_id=on_behalf_id,
            program_id=None,
            program_reason="none",
        )
    )


def sids_between(tx: Tx, account_id: UUID, start: datetime, end: datetime) -> set[str]:
    """The provider's ids of what was created in that time."""
    query = sa.select(_M.provider_sid).where(
        _M.account_id == account_id,
        _M.position >= positions.first_at(start),
        _M.position < positions.first_at(end),
    )
    return set(tx.execute(query).scalars())


def newest_seen_before(
    tx: Tx, conversation_ids: Collection[UUID], seen: datetime
) -> dict[UUID, int]:
    """The position of the newest message that was here before that time, by conversation (GR5)."""
    conversation = tables.conversations.c
    newest = (
        sa.select(_M.position)
        .where(_M.conversation_id == conversation.id, _M.seen_at < seen)
        .order_by(_M.position.desc())
        .limit(1)
        .scalar_subquery()
    )
    query = sa.select(conversation.id, newest.label("newest")).where(
        conversation.id.in_(conversation_ids)
    )
    return {row.id: row.newest for row in tx.execute(query) if row.newest is not None}


def mark_unread_from(tx: Tx, first: Mapping[UUID, int]) -> None:
    """Move the read markers that stand at or after a message found late back before it (GR5).

    first: by conversation, the position of the oldest such message.
    """
    mine = tables.my_states.c
    for conversation_id, position in first.items():
        tx.execute(
            sa.update(tables.my_states)
            .where(mine.conversation_id == conversation_id, mine.read_position >= position)
            .values(read_position=position - 1)
        )


# --- asking again for what has no end -------------------------------------------------------------

ASKED_FOR = (Origin.PERSON, Origin.ELSEWHERE)
"""One by one is for what people wrote; of what programs send, the scans bring the news."""


def due_checks(tx: Tx, account_id: UUID, now: datetime, *, limit: int) -> list[Known]:
    """Outbound messages to ask for again, the longest due first."""
    rows = _DUE_CHECKS.mappings(tx, account_id=account_id, now=now, limit=limit)
    return [_known(row) for row in rows]


def set_next_check(tx: Tx, position: int, at: datetime | None) -> None:
    fast.update(tx, tables.messages, "position", {position: {"next_check_at": at}})


def check_all_since(
    tx: Tx, account_id: UUID, since: datetime, now: datetime, final: Iterable[DeliveryStatus]
) -> None:
    """Put every outbound message without an end, created since then, on the list for now."""
    tx.execute(
        sa.update(tables.messages)
        .where(
            _M.account_id == account_id,
            _M.position >= positions.first_at(since),
            _M.origin.in_(ASKED_FOR),
            _M.status.not_in(sorted(final)),
        )
        .values(next_check_at=now)
    )


def next_check(tx: Tx, account_id: UUID) -> datetime | None:
    found: datetime | None = tx.execute(
        sa.select(sa.func.min(_M.next_check_at, type_=_M.next_check_at.type)).where(
            _M.account_id == account_id, _M.next_check_at.is_not(None)
        )
    ).scalar()
    return found


# --- inside -----------------------------------------------------------------------------------------

_KNOWN = (
    _M.id,
    _M.position,
    _M.conversation_id,
    _M.provider_sid,
    _M.direction,
    _M.origin,
    _M.at,
    _M.seen_at,
    _M.status,
    _M.status_text,
    _M.error_code,
    _M.error_text,
    _M.outbox_id,
)
# Put together once: that takes longer than asking (R55's look-up is in every cycle).
_KNOWN_SIDS = Query(
    sa.select(*_KNOWN).where(
        _M.account_id == sa.bindparam("account_id"),
        _M.provider_sid.in_(sa.bindparam("sids", expanding=True)),
    )
)
_DUE_CHECKS = Query(
    sa.select(*_KNOWN)
    .where(_M.account_id == sa.bindparam("account_id"), _M.next_check_at <= sa.bindparam("now"))
    .order_by(_M.next_check_at)
    .limit(sa.bindparam("limit"))
)
_TAKEN = Query(
    sa.select(_M.position).where(_M.position.in_(sa.bindparam("positions", expanding=True)))
)
_SET_STATUS = (
    sa.update(tables.messages)
    .where(_M.position == sa.bindparam("b_position"))
    .values(
        {
            name: sa.bindparam(name)
            for name in ("status", "status_text", "status_at", "error_code", "error_text")
        }
    )
)


def _known(row: Mapping[Any, Any]) -> Known:
    return Known(
        row["id"],
        row["position"],
        row["conversation_id"],
        row["provider_sid"],
        Direction(row["direction"]),
        Origin(row["origin"]),
        row["at"],
        row["seen_at"],
        Report(
            DeliveryStatus(row["status"]), row["status_text"], row["error_code"], row["error_text"]
        ),
        row["outbox_id"],
    )


def _with_receipts(tx: Tx, rows: Sequence[NewMessage]) -> list[NewMessage]:
    early = receipts.of(tx, rows[0].account_id, [row.provider_sid for row in rows])
    if not early:
        return list(rows)
    return [_heard(row, early.get(row.provider_sid, ())) for row in rows]


def _heard(row: NewMessage, heard: Iterable[Report]) -> NewMessage:
    merged = own = Report(
        DeliveryStatus(row.status), row.status_text, row.error_code, row.error_text
    )
    for incoming in heard:
        merged = merge(merged, incoming)
    if merged == own:
        return row
    return row._replace(
        status=merged.status,
        status_text=merged.text,
        error_code=merged.error_code,
        error_text=merged.error_text,
    )


def _placed(tx: Tx, rows: Sequence[NewMessage]) -> list[NewMessage]:
    """Each row at a position of its own."""
    wished = [row.position for row in rows]
    taken: set[int] = set(_TAKEN.values(tx, positions=wished))
    placed = []
    for row in rows:
        position = row.position
        while position in taken or (position != row.position and _is_taken(tx, position)):
            position = positions.after(Position(position))
        taken.add(position)
        placed.append(row if position == row.position else row._replace(position=position))
    return placed


def _is_taken(tx: Tx, position: int) -> bool:
    return tx.execute(sa.select(_M.position).where(_M.position == position)).first() is not None
