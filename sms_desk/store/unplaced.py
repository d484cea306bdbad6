"""What cannot be stored as a message yet: kept for inspection, its neighbours go on (GR6, R61)."""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.engine import RowMapping

from sms_desk.store import tables, upserts
from sms_desk.store.engine import Tx
from sms_desk.store.reading import Query

_U = tables.unplaced.c

NO_SENDER = "no_sender"  # a Messaging Service that has not chosen yet
NO_PEER = "no_peer"  # the provider blanked the address


def keep(
    tx: Tx, account_id: UUID, items: Collection[tuple[str | None, str, str]], *, at: datetime
) -> None:
    """Keep items as (provider's id or None, why, raw JSON); the same id is kept once."""
    if not items:
        return
    named = [item for item in items if item[0] is not None]
    nameless = [item for item in items if item[0] is None and not _is_kept(tx, account_id, item[2])]
    rows = [
        {"account_id": account_id, "provider_sid": sid, "why": why, "raw": raw, "first_seen_at": at}
        for sid, why, raw in (*named, *nameless)
    ]
    if rows:
        tx.execute(upserts.insert(tx, tables.unplaced).on_conflict_do_nothing(), rows)


def resolve(tx: Tx, account_id: UUID, sids: Collection[str]) -> None:
    """These have found their place: nothing of them stays here, where nobody would look again."""
    if not _ANY.rows(tx, account_id=account_id):
        return
    placed = _U.provider_sid.in_(sids)
    tx.execute(sa.delete(tables.unplaced).where(_U.account_id == account_id, placed))


def waiting(tx: Tx, account_id: UUID, sids: Collection[str]) -> set[str]:
    """Those of the ids that wait here."""
    query = sa.select(_U.provider_sid).where(
        _U.account_id == account_id, _U.provider_sid.in_(sids), _U.resolved_at.is_(None)
    )
    return {str(sid) for sid in tx.execute(query).scalars()}


def listing(tx: Tx, account_id: UUID | None = None) -> list[RowMapping]:
    """All that still waits, oldest first."""
    query = sa.select(tables.unplaced).where(_U.resolved_at.is_(None)).order_by(_U.id)
    if account_id is not None:
        query = query.where(_U.account_id == account_id)
    return list(tx.execute(query).mappings())


def counts(tx: Tx) -> dict[UUID, int]:
    """How many nothing is known of that would place them, by account."""
    query = sa.select(_U.account_id, sa.func.count()).where(
        _U.resolved_at.is_(None), _U.why != NO_SENDER
    )
    return {row[0]: int(row[1]) for row in tx.execute(query.group_by(_U.account_id))}


_ANY = Query(sa.select(_U.id).where(_U.account_id == sa.bindparam("account_id")).limit(1))


def _is_kept(tx: Tx, account_id: UUID, raw: str) -> bool:
    query = sa.select(_U.id).where(
        _U.account_id == account_id, _U.provider_sid.is_(None), _U.raw == raw
    )
    return tx.execute(query.limit(1)).first() is not None
