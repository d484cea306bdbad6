"""Which state the tables are in that seldom change: names, holdings, absences, settings.

Messages arrive all day long and change none of them; what was read of them before is what would be
read now (`store.remembered`). In a file, triggers count every row of theirs that changes, in the very
transaction that changes it, so that each snapshot shows the count that belongs to it. The triggers are
temporary: each connection that writes makes its own, and the file's schema knows nothing of them.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from sqlalchemy.engine import Connection

from sms_desk.store import tables

WRITER = "seldom"
"""The count's row among those of `tables.pulse`."""
TABLES = (
    tables.people,
    tables.teams,
    tables.memberships,
    tables.settings,
    tables.absences,
    tables.accounts,
    tables.sender_ids,
    tables.sender_accounts,
    tables.holdings,
    tables.sender_mutes,
    tables.programs,
    tables.program_bindings,
    tables.tags,
    tables.templates,
)
_UNSAID = {"line", "clock_offset_us"}
"""Columns that change with every look at the provider, and of which nothing is remembered."""

_ANY_TABLES = "SELECT 1 FROM sqlite_master WHERE name = 'people'"


def count(driver: Any) -> int:
    """Of rows that changed until this snapshot, by the bare driver."""
    row = driver.execute("SELECT n FROM pulse WHERE writer = 'seldom'").fetchone()
    return int(row[0]) if row else 0


def watch(connection: Connection) -> None:
    """From now on this connection counts. Outside a transaction, whose end could take it back."""
    if connection.dialect.name != "sqlite" or connection.info.get("watches"):
        return
    driver: Any = connection.connection.driver_connection
    if not driver.execute(_ANY_TABLES).fetchone():
        return  # an empty file
    for statement in _triggers():
        driver.execute(statement)
    connection.info["watches"] = True


def _triggers() -> Iterator[str]:
    for table in TABLES:
        columns = ", ".join(column.name for column in table.columns if column.name not in _UNSAID)
        for name, event in (
            ("insert", "INSERT"),
            ("delete", "DELETE"),
            ("update", f"UPDATE OF {columns}"),
        ):
            yield (
                f"CREATE TEMP TRIGGER seldom_{table.name}_{name} AFTER {event} ON main.{table.name}"  # noqa: S608 (own names)
                f" BEGIN INSERT INTO pulse (writer, n) VALUES ('{WRITER}', 1)"
                " ON CONFLICT (writer) DO UPDATE SET n = n + 1; END"
            )
