"""India: the texts that are registered on the operators' ledger (R41)."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from datetime import datetime
from typing import Any
from uuid import UUID

import sqlalchemy as sa

from sms_desk.domain.dlt import Template
from sms_desk.domain.errors import NotFoundError
from sms_desk.domain.model import DltKind
from sms_desk.store import tables
from sms_desk.store.engine import Tx

_T = tables.dlt_templates.c
_AT_ONCE = 500  # rows in one statement: SQLite takes 32,766 values


def listing(tx: Tx, *, retired: bool = False) -> list[sa.RowMapping]:
    """The registered texts by name, each with the address of the header that it is for."""
    sender = tables.sender_ids.c
    query = (
        sa.select(
            tables.dlt_templates,
            sa.func.coalesce(sa.func.nullif(sender.label, ""), sender.address).label("sender"),
        )
        .outerjoin(tables.sender_ids, sender.id == _T.sender_id)
        .order_by(sa.func.lower(_T.name), _T.dlt_id)
    )
    if not retired:
        query = query.where(_T.retired_at.is_(None))
    return list(tx.execute(query).mappings())


def find(tx: Tx, template_id: UUID) -> sa.RowMapping | None:
    query = sa.select(tables.dlt_templates).where(_T.id == template_id)
    return tx.execute(query).mappings().one_or_none()


def get(tx: Tx, template_id: UUID) -> sa.RowMapping:
    """Raises NotFoundError."""
    row = find(tx, template_id)
    if row is None:
        raise NotFoundError("There is no such registered text.", "See sms-desk dlt list.")
    return row


def for_header(tx: Tx, sender_id: UUID, entity_id: str) -> tuple[Template, ...]:
    """What this sender ID may send: its own texts, and those of its entity for every header."""
    query = (
        sa.select(tables.dlt_templates)
        .where(
            _T.retired_at.is_(None),
            _T.entity_id == entity_id,
            sa.or_(_T.sender_id == sender_id, _T.sender_id.is_(None)),
        )
        .order_by(_T.name, _T.dlt_id)
    )
    return tuple(_template(row) for row in tx.execute(query).mappings())


def known(tx: Tx, dlt_ids: Collection[str]) -> dict[tuple[str, UUID | None], sa.RowMapping]:
    """The rows of these operators' numbers, by number and sender ID; retired ones too."""
    wanted, found = sorted(set(dlt_ids)), {}
    for start in range(0, len(wanted), _AT_ONCE):
        query = sa.select(tables.dlt_templates).where(
            _T.dlt_id.in_(wanted[start : start + _AT_ONCE])
        )
        for row in tx.execute(query).mappings():
            found[row["dlt_id"], row["sender_id"]] = row
    return found


def save(tx: Tx, values: dict[str, Any]) -> bool:
    """Insert or change; True if it is new."""
    changed = {name: value for name, value in values.items() if name not in ("id", "created_at")}
    query = sa.update(tables.dlt_templates).where(_T.id == values["id"]).values(changed)
    if tx.execute(query).rowcount:
        return False
    tx.execute(sa.insert(tables.dlt_templates).values(values))
    return True


def insert(tx: Tx, rows: Iterable[dict[str, Any]]) -> None:
    rows = list(rows)
    if rows:
        tx.execute(sa.insert(tables.dlt_templates), rows)


def set_retired(tx: Tx, template_ids: Collection[UUID], at: datetime | None) -> None:
    ids = sorted(template_ids)
    for start in range(0, len(ids), _AT_ONCE):
        which = _T.id.in_(ids[start : start + _AT_ONCE])
        tx.execute(sa.update(tables.dlt_templates).where(which).values(retired_at=at))


def _template(row: sa.RowMapping) -> Template:
    return Template(
        row["id"], row["dlt_id"], row["name"], DltKind(row["kind"]), row["body"], row["sender_id"]
    )
