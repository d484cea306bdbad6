"""Rows of a replica, written as they came: not one by one, and not by what they mean."""

# ruff: noqa: S608 (every name in a statement is the program's own)

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from functools import cache
from typing import Any, Final
from uuid import UUID

import sqlalchemy as sa

from sms_desk.store.engine import Tx
from sms_desk.store.team.replicated import (
    BY_NAME,
    OVERSIGHT_KEY,
    REPLICATED,
    Hangs,
    Replicated,
    address_key,
)
from sms_desk.store.types import id_of

_KEYS: Final = "replica_keys"
_HERE: Final = "replica_here"

BY_POSITION: Final = ("messages", "notes", "events", "message_routes")
"""What a thread is made of: of these a desk may keep only the newer part."""

Row = tuple[Any, ...]
"""As the file's driver keeps it."""


def upsert(tx: Tx, one: Replicated, rows: Sequence[Row]) -> None:
    """Insert rows, or make those that are here the same."""
    if not rows:
        return
    _name_addresses(tx, one, rows)
    try:
        tx.exec_driver_sql(_upsert(one), list(rows))
    except sa.exc.IntegrityError:
        # Another row has what only one may have: it is stale, for the server has both as they are.
        # It goes; if it is only changed, it stands among these rows or is still to be fetched.
        tx.exec_driver_sql(_replace(one), list(rows))


def delete(tx: Tx, one: Replicated, keys: Iterable[Row]) -> None:
    """Delete rows by their primary key."""
    if batch := list(keys):
        same = " AND ".join(f"{name} = ?" for name in one.primary_key)
        tx.exec_driver_sql(f"DELETE FROM {one.name} WHERE {same}", batch)


def get(tx: Tx, one: Replicated, key: Row) -> Row | None:
    """A row by its primary key."""
    same = " AND ".join(f"{name} = ?" for name in one.primary_key)
    listed = ", ".join(one.columns)
    found = tx.exec_driver_sql(f"SELECT {listed} FROM {one.name} WHERE {same}", key).first()
    return None if found is None else tuple(found)


def workspace_key(tx: Tx) -> UUID | None:
    """The key of what everybody sees; None before the first pull."""
    found = tx.exec_driver_sql("SELECT id FROM workspace").scalar()
    return None if found is None else id_of(found)


def delete_hanging(tx: Tx, keys: Collection[UUID], *, but: bool = False) -> None:
    """Delete every row that hangs on one of these keys; `but`: on any other key."""
    if not keys and not but:
        return
    name_keys(tx, keys)
    workspace = _workspace(tx)
    for one in reversed(REPLICATED):  # what is found through another row goes before it
        which = f"({hanging(one)}) IS {'NOT ' if but else ''}TRUE"
        tx.exec_driver_sql(f"DELETE FROM {one.name} WHERE {which}", workspace)
    among = "NOT IN" if but else "IN"
    for table in ("replica_addresses", "replica_kept"):
        tx.exec_driver_sql(f"DELETE FROM {table} WHERE key {among} (SELECT key FROM {_KEYS})")


def delete_others(tx: Tx, keys: Collection[UUID], stay: dict[str, list[Row]]) -> None:
    """Of what hangs on these keys, delete all rows but these. stay: by table, primary keys."""
    if not keys:
        return
    name_keys(tx, keys)
    workspace = _workspace(tx)
    for one in reversed(REPLICATED):
        which = hanging(one)
        some = f"SELECT 1 FROM {one.name} WHERE {which} LIMIT 1"
        if tx.exec_driver_sql(some, workspace).first() is None:
            continue  # a first fill asks nothing more
        _name_rows(tx, stay.get(one.name, ()))
        same = " AND ".join(f"h.k{n} = {one.name}.{k}" for n, k in enumerate(one.primary_key))
        tx.exec_driver_sql(
            f"DELETE FROM {one.name} WHERE {which}"
            f" AND NOT EXISTS (SELECT 1 FROM {_HERE} h WHERE {same})",
            workspace,
        )


def hanging_rows(tx: Tx, one: Replicated) -> Iterable[Any]:
    """(key, columns …) of every row that hangs on one of the keys that `name_keys` named."""
    listed = ", ".join(one.columns)
    return tx.exec_driver_sql(
        f"SELECT {key_of(one)}, {listed} FROM {one.name} WHERE {hanging(one)}",
        _workspace(tx),
    )


def distinct(tx: Tx, one: Replicated, columns: Sequence[str]) -> list[Row]:
    """What stands in these columns of the rows that hang on the keys that `name_keys` named."""
    listed = ", ".join(columns)
    statement = f"SELECT DISTINCT {listed} FROM {one.name} WHERE {hanging(one)}"
    return [tuple(row) for row in tx.exec_driver_sql(statement, _workspace(tx))]


def conversations_of(tx: Tx, message_ids: Iterable[bytes]) -> set[bytes]:
    """The conversations of those messages that are here."""
    name_keys(tx, map(id_of, message_ids))
    statement = f"SELECT DISTINCT conversation_id FROM messages WHERE id {_AMONG}"
    return {row[0] for row in tx.exec_driver_sql(statement)}


def name_keys(tx: Tx, keys: Iterable[UUID]) -> None:
    """Put keys where statements find them."""
    _empty(tx, f"{_KEYS} (key PRIMARY KEY)")
    batch = [(key.bytes,) for key in keys]
    if batch:
        tx.exec_driver_sql(f"INSERT OR IGNORE INTO {_KEYS} VALUES (?)", batch)


def _name_rows(tx: Tx, keys: Sequence[Row]) -> None:
    _empty(tx, f"{_HERE} (k0, k1, PRIMARY KEY (k0, k1))")
    if keys:
        padded = [key if len(key) == 2 else (*key, None) for key in keys]
        tx.exec_driver_sql(f"INSERT OR IGNORE INTO {_HERE} VALUES (?, ?)", padded)


def _empty(tx: Tx, table: str) -> None:
    tx.exec_driver_sql(f"CREATE TEMP TABLE IF NOT EXISTS {table}")
    tx.exec_driver_sql(f"DELETE FROM temp.{table.partition(' ')[0]}")


def _workspace(tx: Tx) -> dict[str, bytes | None]:
    key = workspace_key(tx)
    return {"workspace": None if key is None else key.bytes}


_AMONG: Final = f"IN (SELECT key FROM {_KEYS})"
# As `replicated` tells them to the server.
_VIEW_KEY: Final = (
    "CASE WHEN shared_with IS NULL THEN owner_id"
    " WHEN json_type(shared_with, '$.all') = 'true' THEN :workspace ELSE id END"
)
_SETTING_KEY: Final = (
    "CASE WHEN scope = 'workspace' THEN :workspace"
    f" WHEN scope GLOB '{'[0-9a-f]' * 8}-*' THEN unhex(scope, '-')"  # a person's
    f" ELSE x'{OVERSIGHT_KEY.hex}' END"
)
_BY_KIND: Final = {
    Hangs.CONVERSATION: "conversation_id",
    Hangs.CONTACT: "id",
    Hangs.ADDRESS: "(SELECT a.key FROM replica_addresses a WHERE a.peer_key = {name}.peer_key)",
    Hangs.PERSON: "person_id",
    Hangs.WORKSPACE: ":workspace",
    Hangs.VIEW: _VIEW_KEY,
    Hangs.SETTING: _SETTING_KEY,
    Hangs.OVERSIGHT: f"x'{OVERSIGHT_KEY.hex}'",
}
_THROUGH: Final = {  # rows that know their conversation only by another row
    "attachments": ("messages", "message_id"),
    "attempts": ("outbox", "outbox_id"),
}


def key_of(one: Replicated) -> str:
    """SQL of the key that a row of the file hangs on; it may name `:workspace`."""
    if one.name == "conversations":
        return "id"
    if one.name in _THROUGH:
        parent, column = _THROUGH[one.name]
        return f"(SELECT p.conversation_id FROM {parent} p WHERE p.id = {one.name}.{column})"
    return _BY_KIND[one.hangs].format(name=one.name)


def hanging(one: Replicated) -> str:
    """SQL: whether a row hangs on one of the keys that `name_keys` named. By an index, where the
    key is not the whole workspace's."""
    if one.name in _THROUGH:
        parent, column = _THROUGH[one.name]
        return f"{column} IN (SELECT p.id FROM {parent} p WHERE p.conversation_id {_AMONG})"
    if one.hangs is Hangs.ADDRESS:
        return f"peer_key IN (SELECT a.peer_key FROM replica_addresses a WHERE a.key {_AMONG})"
    return f"{key_of(one)} {_AMONG}"


def _name_addresses(tx: Tx, one: Replicated, rows: Sequence[Row]) -> None:
    if one.hangs is not Hangs.ADDRESS:
        return
    place = one.columns.index("peer_key")
    named = [(address_key(row[place]).bytes, row[place]) for row in rows]
    tx.exec_driver_sql("INSERT OR IGNORE INTO replica_addresses VALUES (?, ?)", named)


def delete_strays(tx: Tx, came: Mapping[str, Sequence[Row]]) -> None:
    """Of rows that came with changes, delete what this desk does not keep: what is older than what
    is kept of its conversation, and what hangs on a row that is not here."""
    if tx.exec_driver_sql("SELECT 1 FROM replica_kept WHERE since > 0 LIMIT 1").first():
        for name in BY_POSITION:
            _delete_each(
                tx,
                BY_NAME[name],
                came,
                f"EXISTS (SELECT 1 FROM replica_kept k WHERE k.key = {name}.conversation_id"
                f" AND k.since > {name}.position)",
            )
    for name, (parent, column) in _THROUGH.items():
        no_parent = f"{column} NOT IN (SELECT p.id FROM {parent} p WHERE p.id = {name}.{column})"
        _delete_each(tx, BY_NAME[name], came, no_parent)


def _delete_each(tx: Tx, one: Replicated, came: Mapping[str, Sequence[Row]], which: str) -> None:
    places = [one.columns.index(name) for name in one.primary_key]
    keys = [tuple(row[place] for place in places) for row in came.get(one.name, ())]
    if keys:
        same = " AND ".join(f"{name} = ?" for name in one.primary_key)
        tx.exec_driver_sql(f"DELETE FROM {one.name} WHERE {same} AND {which}", keys)


@cache
def _upsert(one: Replicated) -> str:
    taken = [f"{n} = excluded.{n}" for n in one.columns if n not in one.primary_key]
    if "sha256" in one.columns:  # bytes stay while they are the bytes of this content
        same = f"{one.name}.sha256 IS excluded.sha256"
        taken += [f"{n} = CASE WHEN {same} THEN {one.name}.{n} END" for n in sorted(one.unsent)]
    key = ", ".join(one.primary_key)
    then = f"UPDATE SET {', '.join(taken)}" if taken else "NOTHING"
    return f"{_insert('INSERT', one)} ON CONFLICT ({key}) DO {then}"


@cache
def _replace(one: Replicated) -> str:
    return _insert("INSERT OR REPLACE", one)


def _insert(verb: str, one: Replicated) -> str:
    marks = ", ".join("?" * len(one.columns))
    return f"{verb} INTO {one.name} ({', '.join(one.columns)}) VALUES ({marks})"
