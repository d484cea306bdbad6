"""Approved WhatsApp templates as the provider last listed them (R42). Nothing here is ever written
by a person; what is no longer listed stays, so that old messages keep its name (R58)."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from datetime import datetime
from typing import Any
from uuid import UUID

import sqlalchemy as sa

from sms_desk.domain.errors import NotFoundError
from sms_desk.store import scans, tables
from sms_desk.store.engine import Tx
from sms_desk.store.ids import new_id

_t = tables.content_templates.c
_SHOWN = (
    "name",
    "language",
    "category",
    "kind",
    "body",
    "variables",
    "status",
    "status_text",
    "reason",
)
_IN_TURN = 500  # ids in one statement
_SCAN = "content_templates"


def take(tx: Tx, account_id: UUID, listed: Iterable[Mapping[str, Any]], *, at: datetime) -> None:
    """Store what the provider lists now; what is as it was is not written again.

    listed: `provider_sid` and the columns that are shown. One that was gone comes back.
    """
    known = {row["provider_sid"]: row for row in of_account(tx, account_id)}
    new: list[dict[str, Any]] = []
    for values in listed:
        row = known.get(values["provider_sid"])
        if row is None:
            new.append({"id": new_id(), "account_id": account_id, "seen_at": at, **values})
        elif row["gone_at"] is not None or any(row[name] != values[name] for name in _SHOWN):
            change = {"seen_at": at, "gone_at": None, **values}
            tx.execute(sa.update(tables.content_templates).where(_t.id == row["id"]).values(change))
    if new:
        tx.execute(sa.insert(tables.content_templates), new)


def mark_gone(tx: Tx, account_id: UUID, listed: Collection[str], *, at: datetime) -> None:
    """Those that the provider no longer lists, of a list that was read to its end."""
    gone = [
        row["id"]
        for row in of_account(tx, account_id)
        if row["gone_at"] is None and row["provider_sid"] not in listed
    ]
    for start in range(0, len(gone), _IN_TURN):
        these = _t.id.in_(gone[start : start + _IN_TURN])
        tx.execute(sa.update(tables.content_templates).where(these).values(gone_at=at))


def of_account(tx: Tx, account_id: UUID) -> list[sa.RowMapping]:
    """All that an account ever listed, by name."""
    query = (
        sa.select(tables.content_templates)
        .where(_t.account_id == account_id)
        .order_by(_t.name, _t.language, _t.id)
    )
    return list(tx.execute(query).mappings())


def listing(tx: Tx) -> list[sa.RowMapping]:
    """What connected accounts list now, with the account's `account_label`; by name."""
    a = tables.accounts.c
    query = (
        sa.select(tables.content_templates, a.label.label("account_label"))
        .join_from(tables.content_templates, tables.accounts, a.id == _t.account_id)
        .where(_t.gone_at.is_(None), a.removed_at.is_(None))
        .order_by(_t.name, _t.language, _t.id)
    )
    return list(tx.execute(query).mappings())


def find(tx: Tx, account_id: UUID, provider_sid: str) -> sa.RowMapping | None:
    query = sa.select(tables.content_templates).where(
        _t.account_id == account_id, _t.provider_sid == provider_sid
    )
    return tx.execute(query).mappings().first()


def get(tx: Tx, template_id: UUID) -> sa.RowMapping:
    """Raises NotFoundError."""
    query = sa.select(tables.content_templates).where(_t.id == template_id)
    row = tx.execute(query).mappings().one_or_none()
    if row is None:
        raise NotFoundError("There is no such template.")
    return row


# --- how the list of an account stands ------------------------------------------------------------


def list_state(tx: Tx, account_id: UUID) -> dict[str, Any]:
    """at: when it was last read, as ISO text; problem: why it could not be, in words; unreadable:
    how many were left out; asked: somebody waits for it. Empty if it was never read."""
    return scans.load(tx, account_id, _SCAN)


def save_list_state(tx: Tx, account_id: UUID, state: dict[str, Any], *, at: datetime) -> None:
    scans.save(tx, account_id, _SCAN, state, at=at)


def ask_for_list(tx: Tx, account_id: UUID, *, at: datetime) -> None:
    """The next cycle reads the list again, whenever it was read."""
    save_list_state(tx, account_id, {**list_state(tx, account_id), "asked": True}, at=at)
