"""Taking a workspace of one's own to the team's server, row by row, with every id as it was (GD3).

Rows go as they travel between server and desks (`replicated`), so one text and one hash of it serve
both sides: what arrived is compared with what was sent, table by table, before anything is committed.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterator
from itertools import islice
from typing import Any, Final

import sqlalchemy as sa

from sms_desk.domain.errors import RefusedError, StorageError
from sms_desk.domain.frozen import dataclass
from sms_desk.store import settings, tables
from sms_desk.store.engine import Tx
from sms_desk.store.team.delta import Digest
from sms_desk.store.team.replicated import Hangs, Replicated, Wire, hash_of, hash_sql

LEFT: Final = frozenset(("pulse", "glance"))
"""What a process keeps for itself; nobody misses it."""

# That the founder has not joined yet is the server's to note, and nothing that anybody has chosen.
_CHOSEN = sa.select(tables.settings.c.name).where(tables.settings.c.name != settings.INVITED)

_AT_ONCE: Final = 5_000
_HEAVY_AT_ONCE: Final = 20
"""Rows of one statement; of those with attached bytes, some megabytes each."""

Tell = Callable[[str, int], None]
"""Told how many rows of a table went."""


@dataclass(frozen=True, slots=True)
class Carried:
    """How many rows of a table there are."""

    table: str
    rows: int


def carry(source: Tx, target: Tx, tell: Tell) -> tuple[Carried, ...]:
    """Everything of a file to a server where nothing stands but the founder.

    source: a transaction in which nobody else writes the file. Raises RefusedError where there is
    something on the server, StorageError where something arrived otherwise than it was sent.
    """
    require_fresh(target)
    target.execute(sa.delete(tables.people))
    target.execute(sa.delete(tables.workspace))
    sent = {table.name: _send(source, target, table, tell) for table in _all()}
    for name, digest in sent.items():
        _require(name, digest, _there(target, _form(tables.metadata.tables[name])))
    return tuple(Carried(name, digest.n) for name, digest in sent.items())


def is_carried(source: Tx, target: Tx) -> bool:
    """Whether all of the file stands on the server, as it is: an earlier move was cut off late."""
    return all(_here(source, table) == _there(target, _form(table)) for table in _all())


def counted(source: Tx) -> Iterator[Carried]:
    """What there is to carry."""
    for table in _all():
        query = sa.select(sa.func.count()).select_from(table)
        yield Carried(table.name, int(source.execute(query).scalar_one()))


def require_fresh(target: Tx) -> None:
    """Raises RefusedError where somebody has begun to work with the server's workspace."""
    founded = {tables.workspace.name, tables.people.name, tables.settings.name}
    if target.execute(_CHOSEN).first() is not None:
        founded.remove(tables.settings.name)
    for one in counted(target):
        if one.rows > (one.table in founded):
            raise RefusedError(
                "The workspace on the server is not a new one.",
                "Only a new one takes over another: make it in a database of its own by"
                " sms-desk workspace init, and invite people afterwards.",
                rule="not_fresh",
            )


def _all() -> Iterator[sa.Table]:
    """Every table that is carried, none before what its rows refer to or hang on."""
    yield tables.workspace
    for table in tables.metadata.sorted_tables:
        if table is not tables.workspace and table.name not in LEFT:
            yield table


def _form(table: sa.Table) -> Replicated:
    """How its rows are compared: all but bytes, which are compared by their own hash."""
    bytes_ = (column.name for column in table.columns if isinstance(column.type, sa.LargeBinary))
    return Replicated(table, Hangs.WORKSPACE, "", frozenset(bytes_))


def _send(source: Tx, target: Tx, table: sa.Table, tell: Tell) -> Digest:
    """All rows of a table. What they are, by what was read."""
    whole = Replicated(table, Hangs.WORKSPACE, "")
    kinds = (column.type.compile(dialect=target.dialect) for column in table.columns)
    arrays = ", ".join(f"%s::{kind}[]" for kind in kinds)  # COPY is not for who row security holds
    listed = ", ".join(f'"{name}"' for name in whole.columns)
    statement = f"INSERT INTO {table.name} ({listed}) SELECT * FROM unnest({arrays})"  # noqa: S608
    # Rows that name others of their own table come in one statement, whatever their order.
    alone = any(key.column.table is table for key in table.foreign_keys)
    summed = _Summed(table)
    size = None if alone else _HEAVY_AT_ONCE if summed.is_heavy else _AT_ONCE
    for batch in _batches(map(whole.to_wire, _rows(source, whole, size or _AT_ONCE)), size):
        for wire in batch:
            summed.add(wire)
        target.exec_driver_sql(statement, tuple(map(list, zip(*batch, strict=True))))
        tell(table.name, summed.count)
    return summed.digest


def _batches(rows: Iterator[Wire], size: int | None) -> Iterator[list[Wire]]:
    while batch := list(islice(rows, size)):
        yield batch


class _Summed:
    """The digest of rows that are told one by one."""

    def __init__(self, table: sa.Table) -> None:
        self._form = _form(table)
        self._heavy = [n for n, one in enumerate(table.columns) if one.name in self._form.unsent]
        self._total = 0
        self.count = 0

    @property
    def is_heavy(self) -> bool:
        """Whether bytes stand in these rows that are not told here."""
        return bool(self._heavy)

    def add(self, wire: Wire) -> None:
        light = [value for n, value in enumerate(wire) if n not in self._heavy]
        self._total ^= hash_of(self._form.canonical(light))
        for n in self._heavy:
            if wire[n] is not None:
                digest = hashlib.md5(wire[n], usedforsecurity=False).digest()
                self._total ^= int.from_bytes(digest[:8], "big", signed=True)
        self.count += 1

    @property
    def digest(self) -> Digest:
        return Digest(self.count, self._total)


def _here(source: Tx, table: sa.Table) -> Digest:
    whole, summed = Replicated(table, Hangs.WORKSPACE, ""), _Summed(table)
    for row in _rows(source, whole):
        summed.add(whole.to_wire(row))
    return summed.digest


def _rows(source: Tx, form: Replicated, size: int = _HEAVY_AT_ONCE) -> Iterator[Any]:
    listed = ", ".join(f'"{name}"' for name in form.columns)
    found = source.exec_driver_sql(f"SELECT {listed} FROM {form.name}")  # noqa: S608 (own names)
    while rows := found.fetchmany(size):
        yield from rows


def _there(target: Tx, form: Replicated) -> Digest:
    hashed = hash_sql(form.canonical_sql("r"))
    for name in sorted(form.unsent):
        hashed += f" # CASE WHEN r.{name} IS NULL THEN 0 ELSE {_bytes_sql('r.' + name)} END"
    chosen = f" WHERE r.name <> '{settings.INVITED}'" if form.table is tables.settings else ""
    row = target.exec_driver_sql(
        f"SELECT count(*), coalesce(bit_xor({hashed}), 0) FROM {form.name} r{chosen}"  # noqa: S608
    ).one()
    return Digest(*row)


def _bytes_sql(column: str) -> str:
    return f"('x' || substr(md5({column}), 1, 16))::bit(64)::bigint"


def _require(name: str, sent: Digest, arrived: Digest) -> None:
    if sent != arrived:
        raise StorageError(
            f"The rows of “{name}” arrived otherwise than they were sent.",
            "Nothing was changed, here or there. Please report this, with the versions that"
            " sms-desk doctor shows.",
        )
