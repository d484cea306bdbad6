"""Provider accounts: their line state and how far the provider's clock is from ours (R63)."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

import sqlalchemy as sa

from sms_desk.domain.errors import NotFoundError
from sms_desk.domain.line import Line
from sms_desk.store import fast, tables
from sms_desk.store.engine import Tx
from sms_desk.store.reading import Query

_A = tables.accounts.c
_SAME = timedelta(seconds=2)
_MICROSECOND = timedelta(microseconds=1)


_ALL = sa.select(tables.accounts).order_by(_A.created_at, _A.id)
_EVER, _CONNECTED = Query(_ALL), Query(_ALL.where(_A.removed_at.is_(None)))


def listing(tx: Tx, *, removed: bool = False) -> list[dict[str, Any]]:
    """Accounts, oldest first; removed ones only when asked for."""
    return (_EVER if removed else _CONNECTED).mappings(tx)


def get(tx: Tx, account_id: UUID) -> sa.RowMapping:
    """Raises NotFoundError."""
    query = sa.select(tables.accounts).where(_A.id == account_id)
    row = tx.execute(query).mappings().one_or_none()
    if row is None:
        raise NotFoundError("There is no such account.")
    return row


def add(
    tx: Tx,
    *,
    id_: UUID,
    provider: str,
    sid: str,
    label: str,
    base_url: str | None,
    key_sid: str | None,
    at: datetime,
) -> UUID:
    """A new account, or the one that this sid had before, connected again: its line begins anew,
    and when it was last heard stays true (R58, R63). Returns its id."""
    values = {
        "label": label,
        "base_url": base_url,
        "key_sid": key_sid,
        "removed_at": None,
    }
    query = sa.select(_A.id).where(_A.provider == provider, _A.sid == sid)
    known: UUID | None = tx.execute(query).scalar_one_or_none()
    if known is not None:
        tx.execute(sa.update(tables.accounts).where(_A.id == known).values(values))
        begin_line(tx, known)
        return known
    tx.execute(
        sa.insert(tables.accounts).values(
            id=id_, provider=provider, sid=sid, created_at=at, line=None, **values
        )
    )
    return id_


def remove(tx: Tx, account_id: UUID, at: datetime | None) -> None:
    """Archive it: its history stays (R58). None brings it back."""
    tx.execute(sa.update(tables.accounts).where(_A.id == account_id).values(removed_at=at))


def line(tx: Tx, account_id: UUID) -> dict[str, Any]:
    """Last sync, offline since, next try, what was refused; times as ISO texts."""
    state: dict[str, Any] | None = tx.execute(
        sa.select(_A.line).where(_A.id == account_id)
    ).scalar_one_or_none()
    return state or {}


def set_line(tx: Tx, account_id: UUID, state: dict[str, Any]) -> None:
    fast.update(tx, tables.accounts, "id", {account_id: {"line": state}})


def begin_line(tx: Tx, account_id: UUID) -> None:
    """Forget how the line stood, since it leads elsewhere now; when it was last heard stays true."""
    last = Line.of(line(tx, account_id)).last_sync_at
    set_line(tx, account_id, Line(last_sync_at=last).to_state())


def clock_offset(tx: Tx, account_id: UUID) -> timedelta | None:
    """The provider's clock minus ours as last measured; None if it never was."""
    found: int | None = _OFFSET.scalar(tx, id=account_id)
    return None if found is None else timedelta(microseconds=found)


_OFFSET = Query(sa.select(_A.clock_offset_us).where(_A.id == sa.bindparam("id")))


def set_clock_offset(tx: Tx, account_id: UUID, offset: timedelta) -> None:
    """As it was measured; by whole seconds, so that one that hardly differs changes nothing."""
    us = offset // _MICROSECOND
    differs = sa.func.abs(_A.clock_offset_us - us) >= _SAME // _MICROSECOND
    tx.execute(
        sa.update(tables.accounts)
        .where(_A.id == account_id, sa.or_(_A.clock_offset_us.is_(None), differs))
        .values(clock_offset_us=us)
    )
