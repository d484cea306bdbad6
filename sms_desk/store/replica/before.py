"""Rows as the server has them, of what pending commands changed here (algorithms §2.2 step 6).

While a command runs that only the connector may run for good, each row that it is about to change
is kept. Before anything of the server's is applied, all of them are put back, newest first; then
what is still pending runs again. Without this a refused command's effect would stay for ever: on
the server nothing has changed, so it is in no delta.

Triggers of this connection alone do the keeping: whatever a handler writes, by whatever statement.
"""

# ruff: noqa: S608 (every name in a statement is the program's own)

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from functools import cache
from typing import Any, Final
from uuid import UUID

from sms_desk.domain.frozen import dataclass
from sms_desk.store.engine import Tx
from sms_desk.store.replica import rows, searching
from sms_desk.store.team.replicated import BY_NAME, REPLICATED, Replicated
from sms_desk.store.types import Id

_RUNNING: Final = "replica_running"  # at most one row: the command whose changes are kept


@dataclass(frozen=True, slots=True)
class Image:
    """One row before it was changed. pk and row: as the file keeps them; None: it was not there."""

    of: Replicated
    pk: tuple[Any, ...]
    row: tuple[Any, ...] | None


def watch(tx: Tx) -> None:
    """Make this connection ready to keep before-images. It stays so: to make the triggers takes 20 ms,
    and while no command runs they keep nothing."""
    if _is_watching(tx):
        return
    tx.exec_driver_sql(f"CREATE TEMP TABLE {_RUNNING} (command_id)")
    for trigger in _triggers():
        tx.exec_driver_sql(trigger)


@contextmanager
def keeping(tx: Tx, command_id: UUID) -> Iterator[None]:
    """Keep what this command changes: `with keeping(tx, command.id): execute(ctx, command)`.

    A command that is refused is to run in a savepoint, which takes its images back as well.
    """
    watch(tx)
    tx.exec_driver_sql(f"INSERT INTO {_RUNNING} VALUES (?)", (command_id.bytes,))
    try:
        yield
    finally:
        tx.exec_driver_sql(f"DELETE FROM {_RUNNING}")


def restore(tx: Tx) -> list[Image]:
    """Put back what all pending commands changed; the images, newest first, are used up."""
    found = images(tx)
    with searching.in_step(tx):
        for image in found:
            if image.row is None:
                rows.delete(tx, image.of, [image.pk])
            else:
                rows.upsert(tx, image.of, [image.row])
    tx.exec_driver_sql("DELETE FROM replica_before")
    return found


def images(tx: Tx) -> list[Image]:
    """What is kept, newest first."""
    kept = tx.exec_driver_sql("SELECT tbl, pk, row FROM replica_before ORDER BY n DESC")
    return [_image(BY_NAME[name], pk, row) for name, pk, row in kept]


def _image(of: Replicated, pk: str, row: str | None) -> Image:
    kept = None if row is None else _unpacked(of, of.columns, row)
    return Image(of, _unpacked(of, of.primary_key, pk), kept)


def _unpacked(of: Replicated, names: Sequence[str], packed: str) -> tuple[Any, ...]:
    return tuple(
        bytes.fromhex(value) if value is not None and _is_id(of, name) else value
        for name, value in zip(names, json.loads(packed), strict=True)
    )


def _packed(of: Replicated, names: Sequence[str], alias: str) -> str:
    """SQL of some columns as JSON, which has no bytes."""
    values = (
        f"iif({alias}.{name} IS NULL, NULL, hex({alias}.{name}))"
        if _is_id(of, name)
        else f"{alias}.{name}"
        for name in names
    )
    return f"json_array({', '.join(values)})"


def _is_id(of: Replicated, name: str) -> bool:
    return isinstance(of.table.c[name].type, Id)


def _is_watching(tx: Tx) -> bool:
    wanted = "SELECT 1 FROM temp.sqlite_master WHERE name = ?"
    return tx.exec_driver_sql(wanted, (_RUNNING,)).scalar() is not None


@cache
def _triggers() -> tuple[str, ...]:
    return tuple(trigger for of in REPLICATED for trigger in _triggers_of(of))


def _triggers_of(of: Replicated) -> Iterator[str]:
    keep = "INSERT INTO replica_before (command_id, tbl, pk, row) SELECT command_id"
    old_key, new_key = (_packed(of, of.primary_key, alias) for alias in ("old", "new"))
    was = f"{keep}, '{of.name}', {old_key}, {_packed(of, of.columns, 'old')} FROM {_RUNNING};"
    was_not = f"{keep}, '{of.name}', {new_key}, NULL FROM {_RUNNING}"
    moved = f"{was_not} WHERE {old_key} <> {new_key};"
    for event, body in (("INSERT", f"{was_not};"), ("DELETE", was), ("UPDATE", f"{was} {moved}")):
        yield (
            f"CREATE TEMP TRIGGER replica_{event.lower()}_{of.name} AFTER {event} ON main.{of.name}"
            f" WHEN EXISTS (SELECT 1 FROM {_RUNNING}) BEGIN {body} END"
        )
