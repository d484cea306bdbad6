"""One row in every table, so that a migration has data to carry."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import sqlalchemy as sa

from sms_desk.store import search, tables, types
from sms_desk.store.engine import Tx
from sms_desk.store.ids import new_id

NOON = datetime(2026, 3, 1, 12, tzinfo=UTC)


def fill(tx: Tx) -> None:
    """Every table gets a row that its constraints accept; references point at the rows made before."""
    rows: dict[str, dict[str, Any]] = {}
    for table in tables.metadata.sorted_tables:
        if table is tables.pulse:  # the workspace's own
            continue
        rows[table.name] = {column.name: _value(column, rows) for column in table.columns}
        tx.execute(sa.insert(table), rows[table.name])
    search.rebuild(tx)


def _value(column: sa.Column[Any], rows: dict[str, dict[str, Any]]) -> object:
    for key in column.foreign_keys:
        if column.nullable and column.name != "author_id":  # without one the older outbox has none
            return None
        return rows[key.column.table.name][key.column.name]
    if isinstance(column.type, types.Id):
        return new_id()
    if isinstance(column.type, types.Instant):
        return NOON
    if isinstance(column.type, types.Json):
        return {"key": "value"}
    if isinstance(column.type, sa.LargeBinary):
        return b"\x00bytes"
    if isinstance(column.type, sa.Boolean):
        return True
    return f"{column.name} 1" if isinstance(column.type, sa.Text) else 1
