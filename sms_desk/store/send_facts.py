"""What the send checks look at, read in the transaction that claims the message (R33, GS5)."""

from __future__ import annotations

from datetime import datetime, timedelta
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.engine import RowMapping

from sms_desk.domain.addresses import Address, from_provider
from sms_desk.domain.model import (
    Channel,
    Direction,
    Health,
    Origin,
    PersonId,
    SenderDirection,
)
from sms_desk.domain.send_checks import SendFacts, Unseen
from sms_desk.store import opt_outs, tables
from sms_desk.store.engine import Tx
from sms_desk.store.outbox import Entry

_C = tables.conversations.c
_S = tables.sender_ids.c
_M = tables.messages.c

WINDOW = timedelta(hours=24)
"""WhatsApp: how long a contact's message lets one write freely (R42)."""


def gather(tx: Tx, entry: Entry, now: datetime, *, offset: timedelta | None = None) -> SendFacts:
    """The facts about one entry. offset: provider's clock minus ours, for the window (R42)."""
    place = _place(tx, entry)
    channel = Channel(place["channel"])
    account_id = carrier(tx, entry.sender_id)
    opted = opt_outs.running(
        tx,
        channel,
        place["peer_key"],
        sender_ids={entry.sender_id, place["home_id"]},
        account_id=account_id,
    )
    return SendFacts(
        now=now,
        composed_at=entry.composed_at,
        not_after=entry.not_after,
        author_id=None if entry.author_id is None else PersonId(entry.author_id),
        channel=channel,
        to=_address(channel, entry.to_raw),
        sender_label=place["label"] or place["address"],
        sender_retired=place["retired_at"] is not None,
        sender_health=Health(place["health"]),
        sender_direction=SenderDirection(place["direction"]),
        carried=account_id is not None,
        opt_out=None if opted is None else opted.scope,
        window_closes_at=_window(tx, place["last_inbound"], offset),
        owner_id=place["owner_id"],
        owner_name=place["owner_name"] or "",
        epoch_moved=place["owner_epoch"] != entry.owner_epoch,
        unseen=unseen(tx, entry) if place["version"] != entry.seen_version else (),
        confirmed=entry.confirmed,
    )


def carrier(tx: Tx, sender_id: UUID) -> UUID | None:
    """The account that carries a sender ID now and is connected (R1)."""
    a, account = tables.sender_accounts.c, tables.accounts.c
    query = (
        sa.select(a.account_id)
        .join_from(tables.sender_accounts, tables.accounts, account.id == a.account_id)
        .where(a.sender_id == sender_id, a.until.is_(None), account.removed_at.is_(None))
        .order_by(a.since.desc())
        .limit(1)
    )
    found: UUID | None = tx.execute(query).scalar()
    return found


def unseen(tx: Tx, entry: Entry) -> tuple[Unseen, ...]:
    """What the contact or a colleague wrote that the writer's screen did not hold yet (GS6).

    A conversation's version counts its messages, so those the writer had seen are the first
    `seen_version` to be stored. Of the later ones, an older one that a back-fill brought is no
    news; one that was found late is.
    """
    arrived = (
        sa.select(
            _M.position,
            _M.late,
            _M.origin,
            _M.direction,
            _M.author_id,
            _M.at,
            sa.func.row_number().over(order_by=(_M.seen_at, _M.position)).label("nth"),
        )
        .where(_M.conversation_id == entry.conversation_id)
        .subquery()
    )
    a, person = arrived.c, tables.people.c
    newest_seen = (
        sa.select(sa.func.max(a.position)).where(a.nth <= entry.seen_version).scalar_subquery()
    )
    query = (
        sa.select(a.direction, a.at, person.name)
        .select_from(arrived.outerjoin(tables.people, person.id == a.author_id))
        .where(
            a.nth > entry.seen_version,
            sa.or_(a.late, a.position > sa.func.coalesce(newest_seen, 0)),
            a.origin.in_((Origin.CONTACT, Origin.PERSON, Origin.ELSEWHERE)),
            sa.or_(a.author_id.is_(None), a.author_id.is_distinct_from(entry.author_id)),
        )
        .order_by(a.position)
    )
    return tuple(
        Unseen("" if row.direction == Direction.INBOUND else row.name or "Somebody else", row.at)
        for row in tx.execute(query)
    )


def _place(tx: Tx, entry: Entry) -> RowMapping:
    person = tables.people.c
    query = (
        sa.select(
            _C.channel,
            _C.peer_key,
            _C.owner_id,
            _C.owner_epoch,
            _C.version,
            _C.last_inbound,
            _C.sender_id.label("home_id"),
            _S.label,
            _S.address,
            _S.retired_at,
            _S.health,
            _S.direction,
            person.name.label("owner_name"),
        )
        .select_from(
            tables.conversations.join(
                tables.sender_ids, _S.id == sa.literal(entry.sender_id, _S.id.type)
            ).outerjoin(tables.people, person.id == _C.owner_id)
        )
        .where(_C.id == entry.conversation_id)
    )
    return tx.execute(query).mappings().one()


def _window(tx: Tx, last_inbound: int, offset: timedelta | None) -> datetime | None:
    if not last_inbound:
        return None
    at: datetime = tx.execute(sa.select(_M.at).where(_M.position == last_inbound)).scalar_one()
    return at + WINDOW - (offset or timedelta(0))


def _address(channel: Channel, raw: str) -> Address:
    return from_provider(f"whatsapp:{raw}" if channel is Channel.WHATSAPP else raw)
