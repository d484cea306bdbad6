"""Findings of the advisor that somebody accepted as they are (R15)."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

import sqlalchemy as sa

from sms_desk.store import tables
from sms_desk.store.engine import Tx

_W = tables.finding_waivers.c


def listing(tx: Tx) -> dict[str, sa.RowMapping]:
    """By the finding's key: who accepted it, when and why."""
    return {row["key"]: row for row in tx.execute(sa.select(tables.finding_waivers)).mappings()}


def waive(tx: Tx, key: str, *, person_id: UUID, at: datetime, reason: str) -> None:
    end(tx, key)
    tx.execute(
        sa.insert(tables.finding_waivers).values(key=key, person_id=person_id, at=at, reason=reason)
    )


def end(tx: Tx, key: str) -> None:
    tx.execute(sa.delete(tables.finding_waivers).where(_W.key == key))
