"""The search index of a replica, kept in step with rows that come and go by the thousand (GY8).

Every other writer feeds the index itself, knowing what it writes. Here rows leave by key, come back
from before-images and replace each other, so the database is asked which ones: triggers of this
connection alone note them while a delta is applied, and what they noted is fed or dropped at the end.
"""

# ruff: noqa: S608 (every name in a statement is the program's own)

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from uuid import UUID

from sms_desk.store import search_index
from sms_desk.store.engine import Tx
from sms_desk.store.types import id_of

_POSITIONS, _ROWS, _CONTACTS = "replica_positions", "replica_search_rows", "replica_contacts"
_NOTED = (  # table, column, what notes it, which changes of a row matter
    ("messages", "position", _POSITIONS, ("position", "body")),
    ("notes", "position", _POSITIONS, ("position", "body")),
    ("contacts", "search_row", _ROWS, ("search_row", "name")),
    ("contact_addresses", "contact_id", _CONTACTS, ("contact_id", "peer_key", "e164")),
)
_BATCH = 1_000


@contextmanager
def in_step(tx: Tx) -> Iterator[None]:
    """Whatever is written to messages, notes, contacts and numbers inside is findable at the end,
    and what is gone is not. Inside another such block the outer one does it."""
    if _is_noting(tx):
        yield
        return
    for place in (_POSITIONS, _ROWS, _CONTACTS):
        tx.exec_driver_sql(f"CREATE TEMP TABLE {place} (it)")
    for name, statement in _triggers():
        tx.exec_driver_sql(f"CREATE TEMP TRIGGER {name} {statement}")
    try:
        yield
        _feed(tx)
    finally:
        for name, _ in _triggers():
            tx.exec_driver_sql(f"DROP TRIGGER {name}")
        for place in (_POSITIONS, _ROWS, _CONTACTS):
            tx.exec_driver_sql(f"DROP TABLE temp.{place}")


def _is_noting(tx: Tx) -> bool:
    wanted = "SELECT 1 FROM temp.sqlite_master WHERE name = ?"
    return tx.exec_driver_sql(wanted, (_POSITIONS,)).scalar() is not None


def _triggers() -> Iterator[tuple[str, str]]:
    for table, column, place, telling in _NOTED:
        # No OR IGNORE: the conflict clause of what fires a trigger would take its place
        # (https://sqlite.org/lang_createtrigger.html).
        old, new = (f"INSERT INTO {place} VALUES ({row}.{column});" for row in ("old", "new"))
        differs = " OR ".join(f"old.{name} IS NOT new.{name}" for name in telling)
        yield f"replica_in_{table}", f"AFTER INSERT ON main.{table} BEGIN {new} END"
        yield f"replica_out_{table}", f"AFTER DELETE ON main.{table} BEGIN {old} END"
        yield (
            f"replica_on_{table}",
            f"AFTER UPDATE ON main.{table} WHEN {differs} BEGIN {old} {new} END",
        )


def _feed(tx: Tx) -> None:
    stored = "SELECT position FROM messages UNION ALL SELECT position FROM notes"
    gone = f"SELECT it FROM {_POSITIONS} EXCEPT SELECT * FROM ({stored})"
    search_index.drop(tx, _column(tx, gone))
    for table in ("messages", "notes"):
        bodies = tx.exec_driver_sql(
            f"SELECT position, body FROM {table} WHERE position IN (SELECT it FROM {_POSITIONS})"
        )
        for page in bodies.partitions(_BATCH):
            search_index.feed_messages(tx, ((row[0], row[1]) for row in page))
    gone = f"SELECT it FROM {_ROWS} EXCEPT SELECT search_row FROM contacts"
    search_index.drop_contacts(tx, _column(tx, gone))
    search_index.feed_contacts(tx, _contacts(tx))


def _contacts(tx: Tx) -> list[UUID]:
    found = tx.exec_driver_sql(
        f"SELECT id FROM contacts WHERE search_row IN (SELECT it FROM {_ROWS})"
        f" OR id IN (SELECT it FROM {_CONTACTS})"
    )
    return [id_of(row[0]) for row in found]


def _column(tx: Tx, statement: str) -> list[int]:
    return [int(row[0]) for row in tx.exec_driver_sql(statement)]
