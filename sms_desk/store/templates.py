"""Templates with named fields (R36)."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

import sqlalchemy as sa

from sms_desk.domain.errors import NotFoundError
from sms_desk.store import tables
from sms_desk.store.engine import Tx

_t = tables.templates.c


def listing(tx: Tx) -> list[sa.RowMapping]:
    """Templates in use, by name."""
    query = sa.select(tables.templates).where(_t.retired_at.is_(None)).order_by(_t.name)
    return list(tx.execute(query).mappings())


def find(tx: Tx, template_id: UUID) -> sa.RowMapping | None:
    query = sa.select(tables.templates).where(_t.id == template_id)
    return tx.execute(query).mappings().one_or_none()


def get(tx: Tx, template_id: UUID) -> sa.RowMapping:
    row = find(tx, template_id)
    if row is None:
        raise NotFoundError("There is no such template.")
    return row


def by_keyword(tx: Tx, keyword: str) -> sa.RowMapping | None:
    query = sa.select(tables.templates).where(_t.keyword == keyword, _t.retired_at.is_(None))
    return tx.execute(query).mappings().first()


def save(tx: Tx, values: dict[str, object]) -> bool:
    """Insert or change; True if it is new."""
    changed = {name: value for name, value in values.items() if name not in ("id", "created_at")}
    if tx.execute(
        sa.update(tables.templates).where(_t.id == values["id"]).values(changed)
    ).rowcount:
        return False
    tx.execute(sa.insert(tables.templates).values(values))
    return True


def set_retired(tx: Tx, template_id: UUID, at: datetime | None) -> None:
    tx.execute(sa.update(tables.templates).where(_t.id == template_id).values(retired_at=at))
