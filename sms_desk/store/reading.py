"""Asking for rows at nearly the driver's own speed.

A page of a list cost four times what the file takes for it (measured.md): putting the statement
together, and asking each value's type how to bind or read it. Here a statement is put together
once, each parameter and column is asked once, and what comes back are the driver's own tuples, read
column by column.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from enum import StrEnum
from functools import lru_cache
from itertools import chain
from typing import Any, NamedTuple

import sqlalchemy as sa

from sms_desk.domain.frozen import dataclass
from sms_desk.store.engine import Tx

_Bind = Callable[[Any], Any] | None
_MOST_PADDED = 2_048
_SEQUENCES = (list, tuple)


class Query:
    """A SELECT that is asked again and again; keep it where it outlives the call.

    words: for columns that hold a closed vocabulary, its type by the column's label; no word, or an
    empty one, is None. Values stand in the order of the statement's columns. An expanding parameter
    takes any sequence of values, or of tuples of them, but an empty one; a repeated value changes
    nothing (IN).
    """

    def __init__(self, statement: sa.Select[Any], **words: type[StrEnum]) -> None:
        self.statement = statement
        self.names = tuple(str(column.key) for column in statement.selected_columns)
        self._words = words
        self._prepared: dict[tuple[int, ...], _Prepared] = {}
        self._decoders: dict[str, list[tuple[int, Callable[[Any], Any]]]] = {}

    def rows(self, tx: Tx, **values: Any) -> list[tuple[Any, ...]]:
        """All rows, as Python's own types."""
        if tx.dialect.name != "sqlite":
            found = tx.execute(self.statement, values).all()
            return self._decoded([tuple(row) for row in found], tx, typed=True)
        lists = {
            name: _padded(value) for name, value in values.items() if isinstance(value, _SEQUENCES)
        }
        shape = tuple(map(len, lists.values()))
        asked = values | lists
        prepared = self._prepared.get(shape)
        if prepared is None:
            prepared = self._prepared[shape] = _prepare(self.statement, asked, tx)
        return self._decoded(_asked(tx, prepared.text, prepared.bound(asked)), tx, typed=False)

    def values(self, tx: Tx, **values: Any) -> list[Any]:
        """As `rows`, of a statement with one column."""
        return [row[0] for row in self.rows(tx, **values)]

    def mappings(self, tx: Tx, **values: Any) -> list[dict[str, Any]]:
        """As `rows`, by the columns' labels: where few rows are read."""
        return [dict(zip(self.names, row, strict=True)) for row in self.rows(tx, **values)]

    def scalar(self, tx: Tx, **values: Any) -> Any:
        """The first row's first value; None where there is no row."""
        rows = self.rows(tx, **values)
        return rows[0][0] if rows else None

    def _decoded(
        self, rows: list[tuple[Any, ...]], tx: Tx, *, typed: bool
    ) -> list[tuple[Any, ...]]:
        if not rows:
            return []
        decoders = self._decoders.get(tx.dialect.name)
        if decoders is None:
            decoders = self._decoders[tx.dialect.name] = list(self._ask_columns(tx, typed=typed))
        columns: list[Iterable[Any]] = list(zip(*rows, strict=True))
        for n, decode in decoders:
            columns[n] = map(decode, columns[n])
        return list(zip(*columns, strict=True))

    def _ask_columns(self, tx: Tx, *, typed: bool) -> Iterable[tuple[int, Callable[[Any], Any]]]:
        for n, column in enumerate(self.statement.selected_columns):
            if words := self._words.get(str(column.key)):
                yield n, _members(words).__getitem__
            elif not typed and (decode := _result_processor(column.type, tx)):
                yield n, decode


class _Mark(NamedTuple):
    """Where a parameter of the caller's stands: one place, or as many as its sequence is long.

    binds: how to bind it, or each part of its sequence's tuples.
    """

    name: str
    is_sequence: bool
    binds: tuple[_Bind, ...]


@dataclass(frozen=True, slots=True)
class _Prepared:
    """A statement's text for the driver, and what its marks are bound to."""

    text: str
    marks: tuple[_Mark, ...]

    def bound(self, values: Mapping[str, Any]) -> list[Any]:
        found: list[Any] = []
        for name, is_sequence, binds in self.marks:
            value = values[name]
            if is_sequence:
                found += _laid(value, binds)
            else:
                (bind,) = binds
                found.append(value if bind is None or value is None else bind(value))
        return found


def _prepare(statement: sa.Select[Any], values: Mapping[str, Any], tx: Tx) -> _Prepared:
    """The caller's values stay marks, with a plus: SQLite plans a statement anew for each value that
    might sway the plan (STAT4, LIMIT; https://sqlite.org/c3ref/prepare.html), and not for a result.
    What the statement itself is made of, such as a person's hundred sender IDs, stands in its text.
    """
    compiled = statement.compile(dialect=tx.dialect)
    state = compiled.construct_expanded_state(dict(values))
    parts = {
        part: (name, n)
        for name, expanded in state.parameter_expansion.items()
        for n, part in enumerate(expanded)
    }
    text: list[str] = []
    marks: list[_Mark] = []
    *pieces, end = state.statement.split("?")
    for piece, place in zip(pieces, state.positiontup or (), strict=True):
        name, n = parts.get(place, (place, -1))
        bind = (
            compiled.binds[name].type.dialect_impl(tx.dialect).bind_processor(tx.dialect)
            if n < 0
            else state.processors.get(place)
        )
        text.append(piece)
        if name not in values:
            value = state.parameters[place]
            text.append(_literal(value if bind is None else bind(value)))
            continue
        text.append("+?")
        if n < 0:
            marks.append(_Mark(name, is_sequence=False, binds=(bind,)))
        elif n == 0:  # and of all the places that follow
            first = state.parameter_expansion[name][: _width(values[name])]
            marks.append(_Mark(name, is_sequence=True, binds=(*map(state.processors.get, first),)))
    return _Prepared("".join([*text, end]), tuple(marks))


def _literal(value: Any) -> str:
    """A value of the program's own, never one that somebody typed, in SQLite's words."""
    match value:
        case None:
            return "NULL"
        case bytes():
            return f"x'{value.hex()}'"
        case int():
            return str(int(value))
        case StrEnum():
            return f"'{value.value}'"
        case str() if value == "" or value.isidentifier():
            return f"'{value}'"
    raise TypeError(f"no value of a statement's own: {type(value).__name__}")


def _asked(tx: Tx, text: str, values: Sequence[Any]) -> list[tuple[Any, ...]]:
    """The driver asked directly; its errors as SQLAlchemy gives them."""
    driver: Any = tx.connection.driver_connection
    try:
        found: list[tuple[Any, ...]] = driver.execute(text, values).fetchall()
    except tx.dialect.loaded_dbapi.Error as error:
        errors = tx.dialect.loaded_dbapi.Error
        raise sa.exc.DBAPIError.instance(text, None, error, errors, hide_parameters=True) from error
    return found


def _padded(values: Sequence[Any]) -> Sequence[Any]:
    """As many as the next power of two, so that few numbers of places are prepared."""
    wanted = 1 << (len(values) - 1).bit_length()
    if wanted > _MOST_PADDED:
        return values
    return [*values, *[values[-1]] * (wanted - len(values))]


def _width(values: Sequence[Any]) -> int:
    """How many places one of a sequence's values takes: those of a tuple, else one."""
    return len(values[0]) if isinstance(values[0], tuple) else 1


def _laid(values: Sequence[Any], binds: Sequence[_Bind]) -> Iterable[Any]:
    """A sequence's values as they are bound, tuples end to end."""
    if len(binds) > 1:
        columns = zip(*values, strict=True)
        return chain.from_iterable(
            zip(*map(_laid, columns, ((bind,) for bind in binds)), strict=True)
        )
    (bind,) = binds
    return values if bind is None else map(bind, values)


def _result_processor(type_: Any, tx: Tx) -> Callable[[Any], Any] | None:
    found: Callable[[Any], Any] | None = type_.dialect_impl(tx.dialect).result_processor(
        tx.dialect, None
    )
    return found


@lru_cache(maxsize=64)
def _members(words: type[StrEnum]) -> dict[str | None, StrEnum | None]:
    return {None: None, "": None, **{member.value: member for member in words}}
