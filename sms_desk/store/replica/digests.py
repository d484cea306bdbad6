"""Whether a replica holds what the server says it does: row for row, by one number for each key."""

# ruff: noqa: S608 (every name in a statement is the program's own)

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from functools import reduce
from operator import xor
from typing import Final
from uuid import UUID

from sms_desk.store.engine import Tx
from sms_desk.store.replica import rows
from sms_desk.store.team.delta import Digest
from sms_desk.store.team.replicated import OVERSIGHT_KEY, REPLICATED, hash_of
from sms_desk.store.types import id_of

EMPTY: Final = Digest(0, 0)


def here(tx: Tx, keys: Collection[UUID]) -> dict[UUID, Digest]:
    """What hangs on these keys in the file; a key without rows is left out."""
    hashes: dict[UUID, list[int]] = {}
    rows.name_keys(tx, keys)
    for one in REPLICATED:
        for key, *row in rows.hanging_rows(tx, one):
            made = hash_of(one.canonical(one.to_wire(row)))
            hashes.setdefault(id_of(key), []).append(made)
    return {key: Digest(len(found), reduce(xor, found)) for key, found in hashes.items()}


def differing(tx: Tx, said: Mapping[UUID, Digest]) -> set[UUID]:
    """Keys of which the file holds something else than the server says, among those of which all
    is here."""
    whole = said.keys() - _partial(tx, said)
    if not whole:
        return set()
    found = here(tx, whole)
    return {key for key in whole if found.get(key, EMPTY) != said[key]}


def keys_after(tx: Tx, last: UUID | None, limit: int) -> list[UUID]:
    """Keys that something here hangs on, in their order, to compare all of them in slices."""
    listed = (
        "SELECT id FROM conversations UNION SELECT id FROM contacts"
        " UNION SELECT key FROM replica_addresses UNION SELECT id FROM people"
        " UNION SELECT id FROM workspace UNION SELECT id FROM views"
        f" UNION SELECT x'{OVERSIGHT_KEY.hex}'"
    )
    found = tx.exec_driver_sql(
        f"SELECT * FROM ({listed}) WHERE id > ? ORDER BY id LIMIT ?",
        (b"" if last is None else last.bytes, limit),
    )
    return [id_of(row[0]) for row in found]


def _partial(tx: Tx, keys: Iterable[UUID]) -> set[UUID]:
    rows.name_keys(tx, keys)
    found = tx.exec_driver_sql(
        "SELECT key FROM replica_outstanding WHERE key IN (SELECT key FROM replica_keys)"
        " UNION SELECT key FROM replica_kept"
        " WHERE since > 0 AND key IN (SELECT key FROM replica_keys)"
    )
    return {id_of(row[0]) for row in found}
