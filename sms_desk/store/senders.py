"""Sender IDs, their holdings, and which account carries them."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from datetime import datetime
from typing import Any
from uuid import UUID

import sqlalchemy as sa

from sms_desk.domain.addresses import spellings
from sms_desk.domain.errors import NotFoundError
from sms_desk.domain.model import SenderKind
from sms_desk.store import tables
from sms_desk.store.engine import Tx

_s = tables.sender_ids.c
_h = tables.holdings.c
_a = tables.sender_accounts.c


def listing(tx: Tx, *, retired: bool = False) -> list[sa.RowMapping]:
    """Sender IDs by channel and address, each with the account that carries it now."""
    query = _with_account().order_by(_s.channel, _s.address)
    if not retired:
        query = query.where(_s.retired_at.is_(None))
    return list(tx.execute(query).mappings())


def briefly(tx: Tx, ids: Collection[UUID]) -> dict[UUID, sa.RowMapping]:
    """Channel, address and label of some sender IDs."""
    query = sa.select(_s.id, _s.channel, _s.address, _s.label).where(_s.id.in_(ids))
    return {row["id"]: row for row in tx.execute(query).mappings()}


def get(tx: Tx, sender_id: UUID) -> sa.RowMapping:
    row = tx.execute(_with_account().where(_s.id == sender_id)).mappings().first()
    if row is None:
        raise NotFoundError("There is no such sender ID.")
    return row


def by_address(tx: Tx, channel: str, address: str, country: str = "") -> sa.RowMapping | None:
    """The sender ID of an address in any spelling; of a short code in that country (R1)."""
    query = _with_account().where(_s.channel == channel, _s.address.in_(spellings(address)))
    if country:
        other = (_s.kind == SenderKind.SHORT_CODE) & _s.country.not_in(("", country))
        query = query.where(~other)
    return tx.execute(query).mappings().first()


def insert(tx: Tx, values: Mapping[str, Any]) -> None:
    tx.execute(sa.insert(tables.sender_ids).values(values))


def change(tx: Tx, sender_id: UUID, **values: Any) -> None:
    tx.execute(sa.update(tables.sender_ids).where(_s.id == sender_id).values(values))


def carry(tx: Tx, *, id_: UUID, sender_id: UUID, account_id: UUID, at: datetime) -> None:
    """From now on this account carries the sender ID; an earlier carrier's row ends (R1)."""
    tx.execute(
        sa.update(tables.sender_accounts)
        .where(_a.sender_id == sender_id, _a.until.is_(None), _a.account_id != account_id)
        .values(until=at)
    )
    running = sa.select(_a.id).where(
        _a.sender_id == sender_id, _a.account_id == account_id, _a.until.is_(None)
    )
    if tx.execute(running).first() is None:
        tx.execute(
            sa.insert(tables.sender_accounts).values(
                id=id_, sender_id=sender_id, account_id=account_id, since=at
            )
        )


def hold(tx: Tx, values: Mapping[str, Any]) -> None:
    tx.execute(sa.insert(tables.holdings).values(values))


def holding(tx: Tx, holding_id: UUID) -> sa.RowMapping:
    row = tx.execute(sa.select(tables.holdings).where(_h.id == holding_id)).mappings().one_or_none()
    if row is None:
        raise NotFoundError("There is no such holding.")
    return row


def set_holding_end(tx: Tx, holding_id: UUID, at: datetime | None) -> None:
    tx.execute(sa.update(tables.holdings).where(_h.id == holding_id).values(until=at))


def holdings(tx: Tx) -> list[sa.RowMapping]:
    """Every holding, oldest first; ended ones too (R59)."""
    return list(tx.execute(sa.select(tables.holdings).order_by(_h.since)).mappings())


def services(tx: Tx) -> list[sa.RowMapping]:
    """The Messaging Services of all accounts, by name."""
    columns = tables.messaging_services.c
    return list(tx.execute(sa.select(tables.messaging_services).order_by(columns.name)).mappings())


def service_members(tx: Tx) -> dict[UUID, list[UUID]]:
    """The sender IDs of each Messaging Service."""
    member = tables.service_senders.c
    found: dict[UUID, list[UUID]] = {}
    for row in tx.execute(sa.select(member.service_id, member.sender_id)):
        found.setdefault(row.service_id, []).append(row.sender_id)
    return found


def group_names(tx: Tx) -> dict[UUID, str]:
    """Names of teams and profiles by id."""
    columns = tables.teams.c
    return {row.id: row.name for row in tx.execute(sa.select(columns.id, columns.name))}


def _with_account() -> sa.Select[Any]:
    account = tables.accounts.c
    return (
        sa.select(
            tables.sender_ids,
            _a.account_id,
            account.label.label("account_label"),
            account.provider.label("provider"),
        )
        .outerjoin(tables.sender_accounts, (_a.sender_id == _s.id) & _a.until.is_(None))
        .outerjoin(tables.accounts, account.id == _a.account_id)
    )
