"""How far a replica has come: one value under each name."""

# ruff: noqa: S608 (every name in a statement is the program's own)

from __future__ import annotations

from collections.abc import Iterable, Mapping
from enum import StrEnum
from uuid import UUID

import sqlalchemy as sa

from sms_desk.domain.frozen import dataclass
from sms_desk.store import upserts
from sms_desk.store.engine import Tx
from sms_desk.store.replica import tables


class Name(StrEnum):
    CURSOR = "cursor"  # what the next pull begins from
    EPOCH = "epoch"  # which life of the workspace the cursor is of
    TO_PURGE = "to_purge"  # something left whose traces are still to be wiped: "1"
    FILLING = "filling"  # how many keys were outstanding at most since all was here


@dataclass(frozen=True, slots=True)
class Progress:
    """kept: keys that are here of those that were wanted; to_fetch: that are not."""

    kept: int
    to_fetch: int


@dataclass(frozen=True, slots=True)
class Rest:
    """What is still to be asked for of a key that comes a piece at a time: what stands from `since`
    on and below `below`."""

    key: UUID
    below: int
    since: int


def get(tx: Tx, name: Name) -> str:
    """ "" until it is set."""
    found = tx.execute(sa.select(_T.value).where(_T.name == name)).scalar()
    return "" if found is None else str(found)


def put(tx: Tx, name: Name, value: str) -> None:
    statement = upserts.insert(tx, tables.state).values(name=name, value=value)
    tx.execute(statement.on_conflict_do_update(["name"], set_={"value": value}))


def want(tx: Tx, keys: Mapping[UUID, int]) -> None:
    """These keys are to be fetched, whole. keys: key → rank."""
    if keys:
        got(tx, keys)
        batch = [(key.bytes, rank) for key, rank in keys.items()]
        tx.exec_driver_sql("INSERT INTO replica_outstanding VALUES (?, ?)", batch)


def want_rest(tx: Tx, rest: Rest, rank: int) -> None:
    """Of this key the rest is to be fetched."""
    want(tx, {rest.key: rank})
    values = (rest.key.bytes, rest.below, rest.since)
    tx.exec_driver_sql("INSERT INTO replica_rest (key, below, since) VALUES (?, ?, ?)", values)


def got(tx: Tx, keys: Iterable[UUID]) -> None:
    """Nothing of these is to be fetched any more."""
    if batch := [(key.bytes,) for key in keys]:
        for table in ("replica_outstanding", "replica_rest"):
            tx.exec_driver_sql(f"DELETE FROM {table} WHERE key = ?", batch)


def wanted(tx: Tx, limit: int) -> dict[UUID, Rest | None]:
    """What is to be fetched next, the newest conversations first: key → what of it; None: all."""
    query = (
        sa.select(_O.key, _R.below, _R.since)
        .join_from(tables.outstanding, tables.rest, _R.key == _O.key, isouter=True)
        .order_by(_O.rank.desc(), _O.key)
        .limit(limit)
    )
    rows = tx.execute(query)
    return {row.key: None if row.below is None else Rest(*row) for row in rows}


def want_nothing(tx: Tx) -> None:
    # Of what somebody wants all, that is remembered.
    tx.exec_driver_sql(
        "UPDATE replica_kept SET since = 0"
        " WHERE key IN (SELECT key FROM replica_rest WHERE since = 0)"
    )
    tx.execute(sa.delete(tables.rest))
    tx.execute(sa.delete(tables.outstanding))


def keep_since(tx: Tx, keys: Iterable[UUID], since: int) -> None:
    """Of those among these keys that are conversations, only what is at or after this position is
    here. 0: all."""
    batch = [(since, key.bytes) for key in keys]
    if since and batch:
        tx.exec_driver_sql(
            "INSERT OR REPLACE INTO replica_kept (since, key)"
            " SELECT ?, id FROM conversations WHERE id = ?",
            batch,
        )
    elif batch:
        tx.exec_driver_sql("UPDATE replica_kept SET since = ? WHERE key = ?", batch)


def want_older(tx: Tx, key: UUID, rank: int) -> Rest | None:
    """Somebody wants all of this conversation: what of it is not here is to be fetched, and from now
    on it is fetched whole. None if all of it is here, or on its way."""
    since = kept_since(tx, [key]).get(key, 0)
    if not since:
        return None
    rest = Rest(key, since, 0)
    want_rest(tx, rest, rank)
    return rest


def kept_since(tx: Tx, keys: Iterable[UUID]) -> dict[UUID, int]:
    """From which position on these are here, where that was ever said."""
    rows = tx.execute(sa.select(_K.key, _K.since).where(_K.key.in_(keys)))
    return {row.key: row.since for row in rows}


def progress(tx: Tx) -> Progress:
    to_fetch = int(
        tx.execute(sa.select(sa.func.count()).select_from(tables.outstanding)).scalar_one()
    )
    return Progress(max(int(get(tx, Name.FILLING) or 0) - to_fetch, 0), to_fetch)


def count_filling(tx: Tx) -> None:
    """Remember how much there was to fetch: until all is here the number only grows."""
    to_fetch = progress(tx).to_fetch
    most = max(int(get(tx, Name.FILLING) or 0), to_fetch) if to_fetch else 0
    put(tx, Name.FILLING, str(most))


_T, _O, _R, _K = tables.state.c, tables.outstanding.c, tables.rest.c, tables.kept.c
