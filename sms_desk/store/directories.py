"""Sender IDs and Messaging Services as a provider lists them, brought into the workspace (R61)."""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime
from uuid import UUID

import sqlalchemy as sa

from sms_desk.domain.addresses import spellings
from sms_desk.domain.model import (
    Channel,
    Health,
    Purpose,
    SenderDirection,
    SenderKind,
)
from sms_desk.store import senders, tables
from sms_desk.store.engine import Tx
from sms_desk.store.ids import new_id

_S = tables.sender_ids.c
_A = tables.sender_accounts.c
_V = tables.messaging_services.c


def take_sender(
    tx: Tx,
    account_id: UUID,
    *,
    channel: Channel,
    address: str,
    kind: SenderKind,
    country: str,
    label: str,
    direction: SenderDirection,
    provider_sid: str | None,
    at: datetime,
) -> tuple[UUID, bool]:
    """The sender ID of that address, made or completed; True if anything is new.

    What a person named or changed stays: only what nobody filled in is taken from the provider.
    """
    row = _known(tx, account_id, channel, address, country)
    sender_id: UUID = new_id() if row is None else row["id"]
    if row is None:
        senders.insert(
            tx,
            {
                "id": sender_id,
                "channel": channel,
                "address": address,
                "kind": kind,
                "country": country,
                "label": label,
                "direction": direction,
                "purpose": Purpose.DIRECT,
                "health": Health.OK,
                "created_at": at,
            },
        )
    else:
        missing = {
            name: value
            for name, value in (("country", country), ("label", label))
            if value and not row[name]
        }
        if missing:
            senders.change(tx, sender_id, **missing)
    carried = _is_carried(tx, sender_id, account_id)
    senders.carry(tx, id_=new_id(), sender_id=sender_id, account_id=account_id, at=at)
    if provider_sid is not None:
        tx.execute(
            sa.update(tables.sender_accounts)
            .where(_A.sender_id == sender_id, _A.account_id == account_id, _A.until.is_(None))
            .values(provider_sid=provider_sid)
        )
    return sender_id, row is None or not carried


def take_service(
    tx: Tx, account_id: UUID, *, sid: str, name: str, sender_ids: Collection[UUID]
) -> None:
    """A Messaging Service with its senders as they are now."""
    where = (_V.account_id == account_id, _V.provider_sid == sid)
    done = tx.execute(sa.update(tables.messaging_services).where(*where).values(name=name))
    if not done.rowcount:
        tx.execute(
            sa.insert(tables.messaging_services).values(
                id=new_id(), account_id=account_id, provider_sid=sid, name=name
            )
        )
    service_id = tx.execute(sa.select(_V.id).where(*where)).scalar_one()
    member = tables.service_senders
    tx.execute(sa.delete(member).where(member.c.service_id == service_id))
    if sender_ids:
        tx.execute(
            sa.insert(member),
            [{"service_id": service_id, "sender_id": sender_id} for sender_id in set(sender_ids)],
        )


def _known(
    tx: Tx, account_id: UUID, channel: Channel, address: str, country: str
) -> sa.RowMapping | None:
    """That sender ID, also where only one of us and the provider names its country, or where a
    message told its number in another spelling (R53).

    A short code stands in the directory once for each country (R1): one that the provider lists
    without a country is the one that this account carries, or the only one there is.
    """
    query = (
        sa.select(tables.sender_ids)
        .where(_S.channel == channel, _S.address.in_(spellings(address)))
        .order_by(_S.address == address)  # of two with one country the one so spelt
    )
    rows = {row["country"]: row for row in tx.execute(query).mappings()}
    if country in rows or country:
        return rows.get(country) or rows.get("")
    carried = [row for row in rows.values() if _is_carried(tx, row["id"], account_id)]
    found = carried or list(rows.values())
    return found[0] if len(found) == 1 else None


def _is_carried(tx: Tx, sender_id: UUID, account_id: UUID) -> bool:
    query = sa.select(_A.id).where(
        _A.sender_id == sender_id, _A.account_id == account_id, _A.until.is_(None)
    )
    return tx.execute(query.limit(1)).first() is not None
