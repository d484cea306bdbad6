"""What a file holds, to compare."""

from __future__ import annotations

from typing import Any

import sqlalchemy as sa

from sms_desk.store.engine import Tx
from sms_desk.store.team.replicated import REPLICATED

Contents = dict[str, list[tuple[Any, ...]]]
_ASKED = [(one.name, f"SELECT {', '.join(one.columns)} FROM {one.name}") for one in REPLICATED]


def contents(tx: Tx) -> Contents:
    """Every replicated row."""
    driver: Any = tx.connection.driver_connection
    return {name: sorted(driver.execute(asked).fetchall(), key=repr) for name, asked in _ASKED}


def differences(one: Contents, other: Contents) -> Contents:
    """By table, the rows that stand in only one of two."""
    found = {name: sorted(set(one[name]) ^ set(other[name]), key=repr) for name in one}
    return {name: rows for name, rows in found.items() if rows}


def findable(tx: Tx) -> Contents:
    """What the search index holds: every token with its place (GY8)."""
    found: Contents = {}
    for index in ("message_index", "contact_index"):
        tx.exec_driver_sql(
            f"CREATE VIRTUAL TABLE temp.seen USING fts5vocab('main', '{index}', 'instance')"
        )
        rows = tx.exec_driver_sql("SELECT doc, col, offset, term FROM temp.seen")
        found[index] = sorted(map(tuple, rows))
        tx.exec_driver_sql("DROP TABLE temp.seen")
    return found


def findable_if_rebuilt(tx: Tx) -> Contents:
    """What it would hold if it were made anew from the tables."""
    from sms_desk.store import search_index

    nested = tx.begin_nested()
    search_index.rebuild(tx)
    found = findable(tx)
    nested.rollback()
    return found


def count(tx: Tx, table: sa.Table) -> int:
    return int(tx.execute(sa.select(sa.func.count()).select_from(table)).scalar_one())
