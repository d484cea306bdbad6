"""Writing many rows at nearly the driver's own speed.

SQLAlchemy's typed executemany costs 2.3 times the bare driver's (measured.md); most of it is asking
each value's type how to bind it. Here that is asked once per column, and an object that stands in
several rows is converted once.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from functools import lru_cache
from operator import attrgetter
from typing import Any

import sqlalchemy as sa

from sms_desk.store import upserts
from sms_desk.store.engine import Tx
from sms_desk.store.types import Id

_Bind = Callable[[Any], Any]


def insert(
    tx: Tx, table: sa.Table, columns: tuple[str, ...], rows: Iterable[Sequence[Any]]
) -> None:
    """Insert rows whose values stand in the order of `columns`, as Python's own types."""
    rows = list(rows)
    if not rows:
        return
    if tx.dialect.name != "sqlite":
        tx.execute(sa.insert(table), [dict(zip(columns, row, strict=True)) for row in rows])
        return
    tx.exec_driver_sql(_insert(table, columns), _bound(table, columns, rows))


def insert_alike(tx: Tx, table: sa.Table, columns: Mapping[str, Sequence[Any]]) -> None:
    """Insert rows that differ in few columns. columns: by name, the values of all rows; no text among
    them holds a NUL.

    One statement: what stands in every row is bound once, and the rest travels in one parameter.
    """
    own = {name: each for name, each in columns.items() if len(set(map(id, each))) > 1}
    if not own:  # a single row, or none
        insert(tx, table, tuple(columns), zip(*columns.values(), strict=True))
        return
    alike = {name: each[0] for name, each in columns.items() if name not in own}
    bound = (sa.literal(value, table.c[name].type) for name, value in alike.items())
    rows = sa.select(*_sent(tx, table, own), *bound)
    tx.execute(sa.insert(table).from_select([*own, *alike], rows))


def among(tx: Tx, column: sa.Column[Any], values: Collection[Any]) -> sa.ColumnElement[bool]:
    """Whether a column holds one of these, one or however many: they travel in one parameter."""
    (sent,) = _sent(tx, column.table, {column.name: list(values)})
    return column.in_(sa.select(sent))


def _sent(
    tx: Tx, table: sa.Table, columns: Mapping[str, Sequence[Any]]
) -> Iterable[sa.ColumnElement[Any]]:
    """Columns of rows that come from here: an array of each, or on SQLite one of rows, in JSON."""
    if tx.dialect.name != "sqlite":
        arrays = (sa.literal(each, sa.ARRAY(table.c[name].type)) for name, each in columns.items())
        yield from sa.func.unnest(*arrays).table_valued(*columns, name="sent").render_derived().c
        return
    rows = _bound(table, tuple(columns), list(zip(*columns.values(), strict=True)))
    text = json.dumps(rows, default=bytes.hex)
    row = sa.func.json_each(text).table_valued("value").c.value
    for n, name in enumerate(columns):
        cell = row.op("->>")(n)
        yield sa.func.unhex(cell) if isinstance(table.c[name].type, Id) else cell


def insert_ignoring(
    tx: Tx, table: sa.Table, columns: tuple[str, ...], rows: Sequence[Sequence[Any]]
) -> int:
    """As `insert`, but for rows whose key is taken; how many are new."""
    if not rows:
        return 0
    if tx.dialect.name != "sqlite":
        statement = upserts.insert(tx, table).on_conflict_do_nothing()
        named = [dict(zip(columns, row, strict=True)) for row in rows]
        return int(tx.execute(statement, named).rowcount)
    driver_statement = f"{_insert(table, columns)} ON CONFLICT DO NOTHING"
    return int(tx.exec_driver_sql(driver_statement, _bound(table, columns, rows)).rowcount)


def _insert(table: sa.Table, columns: tuple[str, ...]) -> str:
    marks = ", ".join("?" * len(columns))
    names = ", ".join(f'"{name}"' for name in columns)
    # Table and column names are the program's own.
    return f'INSERT INTO "{table.name}" ({names}) VALUES ({marks})'  # noqa: S608


def update(tx: Tx, table: sa.Table, key: str, changes: Mapping[Any, Mapping[str, Any]]) -> None:
    """Set columns of many rows. changes: by the row's `key`, its columns with their new values.

    Rows that change the same columns go together, and no index of a column that stays is touched.
    """
    alike: dict[tuple[str, ...], list[tuple[Any, ...]]] = {}
    for of, values in changes.items():
        if values:
            alike.setdefault(tuple(values), []).append((*values.values(), of))
    for names, rows in alike.items():
        if tx.dialect.name != "sqlite":
            bound = [*(f"new_{name}" for name in names), "key_"]
            statement = _update(table, key, names)
            tx.execute(statement, [dict(zip(bound, row, strict=True)) for row in rows])
            continue
        sets = ", ".join(f'"{name}" = ?' for name in names)
        driver_statement = f'UPDATE "{table.name}" SET {sets} WHERE "{key}" = ?'  # noqa: S608
        tx.exec_driver_sql(driver_statement, _bound(table, (*names, key), rows))


@lru_cache(maxsize=256)
def _update(table: sa.Table, key: str, names: tuple[str, ...]) -> sa.Update:
    values: dict[str, Any] = {name: sa.bindparam(f"new_{name}") for name in names}
    return sa.update(table).where(table.c[key] == sa.bindparam("key_")).values(values)


def _bound(
    table: sa.Table, names: tuple[str, ...], rows: Sequence[Sequence[Any]]
) -> list[tuple[Any, ...]]:
    columns: list[Sequence[Any]] = list(zip(*rows, strict=True))
    for n, bind in _binds(table, names):
        columns[n] = _converted(columns[n], bind)
    return list(zip(*columns, strict=True))


def _converted(values: Sequence[Any], bind: _Bind) -> list[Any]:
    made: dict[int, Any] = {id(None): None}
    for value in values:
        if id(value) not in made:
            made[id(value)] = bind(value)
    return [made[id(value)] for value in values]


@lru_cache(maxsize=256)
def _binds(table: sa.Table, names: tuple[str, ...]) -> tuple[tuple[int, _Bind], ...]:
    """By place, how the columns bind that do so at all."""
    from sqlalchemy.dialects import sqlite

    dialect = sqlite.dialect()
    found: list[tuple[int, _Bind]] = []
    for n, name in enumerate(names):
        type_ = table.c[name].type
        bind = type_.dialect_impl(dialect).bind_processor(dialect)
        if bind is not None:
            found.append((n, attrgetter("bytes") if isinstance(type_, Id) else bind))
    return tuple(found)
