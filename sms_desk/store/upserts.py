"""INSERT … ON CONFLICT, which both engines know and each spells by a class of its own."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import sqlalchemy as sa

from sms_desk.store.engine import Tx


def insert(tx: Tx, table: sa.Table) -> Any:
    """The engine's own INSERT into a table. The other engine's dialect is not even loaded."""
    if tx.dialect.name == "postgresql":
        from sqlalchemy.dialects import postgresql

        return postgresql.insert(table)
    from sqlalchemy.dialects import sqlite

    return sqlite.insert(table)


def insert_ignoring(tx: Tx, table: sa.Table, rows: Sequence[Mapping[str, Any]]) -> int:
    """Insert rows of the same columns, but for those whose key is taken; how many are new."""
    if not rows:
        return 0
    statement = insert(tx, table).on_conflict_do_nothing()
    return int(tx.execute(statement, [dict(row) for row in rows]).rowcount)
