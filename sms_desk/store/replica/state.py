"""How far a replica has come: one value under each name."""

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


def get(tx: Tx, name: Name) -> str:
    """ "" until it is set."""
    found = tx.execute(sa.select(_T.value).where(_T.name == name)).scalar()
    return "" if found is None else str(found)


def put(tx: Tx, name: Name, value: str) -> None:
    statement = upserts.insert(tx, tables.state).values(name=name, value=value)
    tx.execute(statement.on_conflict_do_update(["name"], set_={"value": value}))


def want(tx: Tx, keys: Mapping[UUID, int]) -> None:
    """These keys are to be fetched. keys: key → rank."""
    if keys:
        batch = [(key.bytes, rank) for key, rank in keys.items()]
        tx.exec_driver_sql("INSERT OR REPLACE INTO replica_outstanding VALUES (?, ?)", batch)


def got(tx: Tx, keys: Iterable[UUID]) -> None:
    """Nothing of these is to be fetched any more."""
    if batch := [(key.bytes,) for key in keys]:
        tx.exec_driver_sql("DELETE FROM replica_outstanding WHERE key = ?", batch)


def wanted(tx: Tx, limit: int) -> dict[UUID, int]:
    """What is to be fetched next, key → rank: the newest conversations first."""
    rows = tx.execute(sa.select(_O.key, _O.rank).order_by(_O.rank.desc(), _O.key).limit(limit))
    return {row.key: row.rank for row in rows}


def want_nothing(tx: Tx) -> None:
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


def keep_whole(tx: Tx, key: UUID) -> None:
    """Somebody wants all of this conversation: it is fetched whole from now on."""
    tx.exec_driver_sql("INSERT OR REPLACE INTO replica_kept VALUES (?, 0)", (key.bytes,))


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


_T, _O, _K = tables.state.c, tables.outstanding.c, tables.kept.c
