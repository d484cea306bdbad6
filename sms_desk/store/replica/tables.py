"""What a replica keeps beside the workspace's own tables (algorithms §2.2).

None of it stands in a migration: a workspace of one person has none of it, and what is lost here is
pulled again. The file of a replica is opened with `open_file(..., replica=True)`.
"""

from __future__ import annotations

from typing import Final

from sqlalchemy import Column, Integer, MetaData, Table, Text

from sms_desk.store import tables
from sms_desk.store.engine import Tx
from sms_desk.store.types import BigInt, Id, Instant, Json

metadata = MetaData(naming_convention=tables.metadata.naming_convention)

state = Table(
    "replica_state",  # one value each: how far this replica has come; see store.replica.state
    metadata,
    Column("name", Text, primary_key=True),
    Column("value", Text, nullable=False),
)

pending = Table(
    "replica_pending",  # commands until their receipt comes, and what came back to their author
    metadata,
    Column("n", Integer, primary_key=True),  # in this order they run, and run again
    Column("id", Id, nullable=False, unique=True),
    Column("kind", Text, nullable=False),  # of the command; `DRAFT`: half-typed text that came back
    Column("at", Instant, nullable=False),
    Column("args", Json, nullable=False),
    Column("base", Json, nullable=True),  # what its author saw
    Column("state", Text, nullable=False),  # waiting | pushed | refused | held | done
    Column("result", Json, nullable=True),
)

DRAFT: Final = "draft"
"""The kind of a row of `pending` that never was a command: text that somebody was typing when the
conversation left. state: held; args: conversation_id, mode, body."""

before = Table(
    "replica_before",  # rows as the server has them, of what pending commands changed here
    metadata,
    Column("n", Integer, primary_key=True),  # put back newest first
    Column("command_id", Id, nullable=False),
    Column("tbl", Text, nullable=False),
    Column("pk", Text, nullable=False),  # JSON array; bytes as hexadecimal
    Column("row", Text, nullable=True),  # likewise; None: the command made the row
)

outstanding = Table(
    "replica_outstanding",  # keys of which something is still to be fetched, the highest rank first
    metadata,
    Column("key", Id, primary_key=True),
    Column("rank", BigInt, nullable=False, index=True),
)

addresses = Table(
    "replica_addresses",  # which number a key is made of, to find its rows by (replicated.address_key)
    metadata,
    Column("key", Id, primary_key=True),
    Column("peer_key", Text, nullable=False, unique=True),
)

kept = Table(
    "replica_kept",  # conversations of which less than all is here, or all because somebody asked
    metadata,
    Column("key", Id, primary_key=True),
    Column("since", BigInt, nullable=False),  # messages from this position on; 0: all, wanted
)

rest = Table(
    "replica_rest",  # keys that come a piece at a time: what is still to be asked for of them
    metadata,
    Column("key", Id, primary_key=True),
    Column("below", BigInt, nullable=False),  # the place down to which all is here
    Column("since", BigInt, nullable=False),  # the position down to which it is to be
)

_INDEXES: Final = (
    # What has left is found by its conversation, which no workspace of its own ever asks.
    "CREATE INDEX IF NOT EXISTS replica_routes ON message_routes (conversation_id)",
)


_GUARDS: Final = ("audit_update", "audit_delete", "audit_replace")
"""The server keeps the chain; here its entries come and go with the right to see them."""


def is_prepared(tx: Tx) -> bool:
    """Whether `prepare` has nothing to do: asked at every start, so without a lock."""
    there = set(tx.exec_driver_sql("SELECT name FROM sqlite_master").scalars())
    made = {*metadata.tables, *(statement.split()[5] for statement in _INDEXES)}
    return made <= there and there.isdisjoint(_GUARDS)


def prepare(tx: Tx) -> None:
    """Make the file of a workspace a replica's; again: nothing."""
    metadata.create_all(tx)
    for statement in _INDEXES:
        tx.exec_driver_sql(statement)
    for name in _GUARDS:
        tx.exec_driver_sql(f"DROP TRIGGER IF EXISTS {name}")
