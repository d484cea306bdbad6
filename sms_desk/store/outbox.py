"""The outbox: what people wrote and the desk still has to hand over, in order (algorithms §1.2).

A row never leaves this table (GS2). Each change of state goes through `domain.outbox.move`.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Any
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.engine import RowMapping

from sms_desk.domain import outbox as rules
from sms_desk.domain.addresses import from_provider
from sms_desk.domain.errors import NotFoundError
from sms_desk.domain.frozen import dataclass
from sms_desk.domain.model import Channel, Origin, OutboxState
from sms_desk.store import conversations, fast, tables
from sms_desk.store.engine import Tx
from sms_desk.store.reading import Query

_O = tables.outbox.c


@dataclass(frozen=True, slots=True)
class Entry:
    """One composed message. confirmed: names of checks that a person has waived.

    origin: a person's, or automatic, from the auto-responder of program_id; that has no author.
    content_sid, content_variables: an approved WhatsApp template, which the body only shows (R42).
    scheduled_id: what it was until it was due (R36).
    """

    id: UUID
    queue_n: int
    conversation_id: UUID
    sender_id: UUID
    account_id: UUID | None
    to_raw: str
    body: str
    lane: str
    origin: Origin
    author_id: UUID | None
    on_behalf_id: UUID | None
    program_id: UUID | None
    content_sid: str | None
    content_variables: Mapping[str, str] | None
    scheduled_id: UUID | None
    owner_epoch: int
    seen_version: int
    confirmed: frozenset[str]
    composed_at: datetime
    not_after: datetime
    state: OutboxState
    reason: str
    reason_text: str
    state_at: datetime
    next_try_at: datetime | None
    provider_sid: str | None


def enqueue(
    tx: Tx,
    *,
    outbox_id: UUID,
    conversation_id: UUID,
    body: str,
    author_id: UUID | None,
    seen_version: int,
    at: datetime,
    sender_id: UUID | None = None,
    on_behalf_id: UUID | None = None,
    origin: Origin = Origin.PERSON,
    program_id: UUID | None = None,
    content_sid: str | None = None,
    content_variables: Mapping[str, str] | None = None,
    scheduled_id: UUID | None = None,
    owner_epoch: int | None = None,
    confirmed: Iterable[str] = (),
    not_after: datetime | None = None,
) -> Entry:
    """Queue a reply behind those of its conversation, to where the thread says it goes (R1, R54).

    sender_id: None for the conversation's own; another one is its one-way partner (R60).
    seen_version: the conversation's version that the writer had on screen (GS6).
    owner_epoch: the one he had on screen; None: as it stands now. The same `outbox_id` twice is
    one entry (GC1). Raises NotFoundError if there is no such conversation, or if the id is that of
    another person's message or of another conversation's.
    """
    known = find(tx, outbox_id)
    if known is not None:
        if (known.author_id, known.conversation_id) != (author_id, conversation_id):
            raise NotFoundError("There is no such message in the outbox.")
        return known
    place = _place(tx, conversation_id, sender_id)
    tx.execute(
        sa.insert(tables.outbox).values(
            id=outbox_id,
            queue_n=_next_n(tx, conversation_id),
            conversation_id=conversation_id,
            sender_id=place["sender_id"],
            to_raw=place["reply_raw"],
            body=body,
            lane=_lane(place, body),
            origin=origin,
            author_id=author_id,
            on_behalf_id=on_behalf_id,
            program_id=program_id,
            content_sid=content_sid,
            content_variables=None if content_variables is None else dict(content_variables),
            scheduled_id=scheduled_id,
            owner_epoch=place["owner_epoch"] if owner_epoch is None else owner_epoch,
            seen_version=seen_version,
            confirmed=sorted(set(confirmed)),
            composed_at=at,
            not_after=not_after or at + rules.EXPIRES_AFTER,
            state=OutboxState.QUEUED,
            state_at=at,
        )
    )
    conversations.refresh(tx, [conversation_id])
    return get(tx, outbox_id)


def find(tx: Tx, outbox_id: UUID) -> Entry | None:
    rows = _ONE.mappings(tx, id=outbox_id)
    return _entry(rows[0]) if rows else None


def get(tx: Tx, outbox_id: UUID) -> Entry:
    """Raises NotFoundError."""
    entry = find(tx, outbox_id)
    if entry is None:
        raise NotFoundError("There is no such message in the outbox.")
    return entry


def waits(tx: Tx, outbox_id: UUID) -> bool:
    """Whether the message is still here and nothing of it has left: queued, or held."""
    entry = find(tx, outbox_id)
    return entry is not None and entry.state in (OutboxState.QUEUED, OutboxState.HELD)


def heads(tx: Tx, now: datetime) -> list[Entry]:
    """Queued entries whose turn it is: nothing stands before them, and they are due (I6), oldest
    first."""
    return [_entry(row) for row in _HEADS.mappings(tx, now=now)]


def is_head(tx: Tx, entry: Entry) -> bool:
    """Whether nothing stands before the entry in its conversation (I6)."""
    return bool(_IS_HEAD.rows(tx, id=entry.id))


def _before(entry: Any) -> sa.ColumnElement[bool]:
    """Whether something of the conversation is to be settled before an entry: what was queued
    earlier and waits, is held, being sent or in doubt. Only what is held because of what others
    did there, and its writer's later ones with it, leaves the way to these others
    (docs/decisions/0012)."""
    e, held = tables.outbox.alias().c, tables.outbox.alias().c
    contested = sa.exists().where(
        held.conversation_id == e.conversation_id,
        held.queue_n <= e.queue_n,
        held.author_id == e.author_id,
        held.state == OutboxState.HELD,
        held.reason.in_(rules.CONTESTED),
    )
    leaves_the_way = sa.and_(
        e.author_id.is_distinct_from(entry.author_id),
        e.state.in_((OutboxState.HELD, OutboxState.QUEUED)),
        contested,
    )
    return (
        sa.exists()
        .where(e.conversation_id == entry.conversation_id, e.queue_n < entry.queue_n)
        .where(e.state.not_in(sorted(rules.FINAL)), ~leaves_the_way)
    )


_ONE = Query(sa.select(tables.outbox).where(_O.id == sa.bindparam("id")))
_HEADS = Query(
    sa.select(tables.outbox)
    .where(_O.state == OutboxState.QUEUED, ~_before(_O))
    .where(sa.or_(_O.next_try_at.is_(None), _O.next_try_at <= sa.bindparam("now")))
    .order_by(_O.composed_at, _O.id)
)
_IS_HEAD = Query(sa.select(_O.id).where(_O.id == sa.bindparam("id"), ~_before(_O)))


def next_try(tx: Tx) -> datetime | None:
    """When the earliest waiting entry is due; None if nothing waits for a time."""
    found: datetime | None = tx.execute(
        sa.select(sa.func.min(_O.next_try_at, type_=_O.next_try_at.type)).where(
            _O.state == OutboxState.QUEUED
        )
    ).scalar()
    return found


def set_state(tx: Tx, entry: Entry, state: OutboxState, *, at: datetime, **values: Any) -> None:
    """Move an entry, with what else is to be written. `reason` is emptied unless it is given."""
    rules.move(entry.state, state)
    values = {"reason": "", "reason_text": "", "next_try_at": None, **values}
    values |= {"state": state, "state_at": at}
    fast.update(tx, tables.outbox, "id", {entry.id: values})


def update(tx: Tx, outbox_id: UUID, **values: Any) -> None:
    """Write columns that are no state."""
    if "state" in values:
        raise ValueError("a state moves through set_state")
    fast.update(tx, tables.outbox, "id", {outbox_id: values})


def listing(tx: Tx, *, settled: bool = False, limit: int = 500) -> list[RowMapping]:
    """Entries with their provider, their number of attempts and whether another goes first
    (`is_behind`), newest first: all that somebody or something is still to decide, and the last
    `limit` of those with an end. Of these the refused ones alone, since somebody has to see them
    (GS2), unless settled ones are asked for too."""
    ended = rules.FINAL if settled else {OutboxState.REFUSED}
    e = tables.outbox.alias().c
    last = (
        sa.select(e.id)
        .where(e.state.in_(sorted(ended)))
        .order_by(e.composed_at.desc(), e.id.desc())
    )
    query = _told().where(
        sa.or_(_O.state.not_in(sorted(rules.FINAL)), _O.id.in_(last.limit(limit)))
    )
    return list(tx.execute(query.order_by(_O.composed_at.desc(), _O.id.desc())).mappings())


def told(tx: Tx, outbox_id: UUID) -> RowMapping | None:
    """One entry, with what `listing` says of each."""
    return tx.execute(_told().where(_O.id == outbox_id)).mappings().first()


def _told() -> sa.Select[Any]:
    a, k = tables.attempts.c, tables.accounts.c
    tried = sa.select(sa.func.count()).where(a.outbox_id == _O.id).scalar_subquery()
    is_behind = sa.and_(_O.state == OutboxState.QUEUED, _before(_O)).label("is_behind")
    return sa.select(tables.outbox, k.provider, tried.label("attempts"), is_behind).outerjoin(
        tables.accounts, k.id == _O.account_id
    )


def lane_for(tx: Tx, entry: Entry, body: str) -> str:
    """The lane of the entry if it had another text."""
    return _lane(_place(tx, entry.conversation_id, entry.sender_id), body)


def _place(tx: Tx, conversation_id: UUID, sender_id: UUID | None) -> RowMapping:
    c, s = tables.conversations.c, tables.sender_ids.c
    used = c.sender_id if sender_id is None else sa.literal(sender_id, s.id.type)
    row = (
        tx.execute(
            sa.select(
                s.id.label("sender_id"),
                c.channel,
                c.peer_key,
                c.reply_raw,
                c.owner_epoch,
                s.address,
            )
            .join_from(tables.conversations, tables.sender_ids, s.id == used)
            .where(c.id == conversation_id)
        )
        .mappings()
        .first()
    )
    if row is None:
        raise NotFoundError("There is no such conversation.")
    return row


def _lane(place: RowMapping, body: str) -> str:
    return rules.lane(
        Channel(place["channel"]), from_provider(place["address"]).key, place["peer_key"], body
    )


def _next_n(tx: Tx, conversation_id: UUID) -> int:
    newest = tx.execute(
        sa.select(sa.func.max(_O.queue_n)).where(_O.conversation_id == conversation_id)
    ).scalar()
    return 1 + (newest or 0)


def _entry(row: Mapping[str, Any]) -> Entry:
    values = dict(row)
    values["confirmed"] = frozenset(values["confirmed"])
    values["state"] = OutboxState(values["state"])
    values["origin"] = Origin(values["origin"])
    return Entry(**values)
