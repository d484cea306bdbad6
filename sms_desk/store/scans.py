"""How far each walk over a provider's list has come (algorithms §1.6)."""

from __future__ import annotations

from datetime import datetime
from typing import Any
from uuid import UUID

import sqlalchemy as sa

from sms_desk.store import tables
from sms_desk.store.engine import Tx

_S = tables.scans.c


def load(tx: Tx, account_id: UUID, name: str) -> dict[str, Any]:
    """The state of a walk; empty if it never ran."""
    query = sa.select(_S.state).where(_S.account_id == account_id, _S.name == name)
    state: dict[str, Any] | None = tx.execute(query).scalar_one_or_none()
    return state or {}


def save(tx: Tx, account_id: UUID, name: str, state: dict[str, Any], *, at: datetime) -> None:
    where = (_S.account_id == account_id, _S.name == name)
    done = tx.execute(sa.update(tables.scans).where(*where).values(state=state, changed_at=at))
    if not done.rowcount:
        tx.execute(
            sa.insert(tables.scans).values(
                account_id=account_id, name=name, state=state, changed_at=at
            )
        )
