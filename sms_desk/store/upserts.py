"""INSERT … ON CONFLICT, which both engines know and each spells by a class of its own."""

from __future__ import annotations

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
