"""Column types that mean the same on SQLite and on PostgreSQL."""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID, SafeUUID

from sqlalchemy import BigInteger, Integer, LargeBinary, Text
from sqlalchemy.engine import Dialect
from sqlalchemy.types import TypeDecorator, TypeEngine
from typing_extensions import override

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_new_uuid = object.__new__
_set_int, _set_safe = (vars(UUID)[name].__set__ for name in ("int", "is_safe"))
_UNKNOWN = SafeUUID.unknown  # to look it up costs as much as the rest
_MICROSECOND = timedelta(microseconds=1)

BigInt = BigInteger().with_variant(Integer(), "sqlite")
"""SQLite gives only INTEGER PRIMARY KEY the row number's place."""


def to_micros(value: datetime) -> int:
    """Whole microseconds since 1970, exactly. Naive times are refused: they have no instant."""
    if value.tzinfo is None:
        raise ValueError("a time without a zone has no instant")
    return (value - _EPOCH) // _MICROSECOND


def from_micros(value: int) -> datetime:
    seconds, micros = divmod(value, 1_000_000)
    if micros or value < 0:
        return _EPOCH + timedelta(microseconds=value)
    return datetime.fromtimestamp(seconds, UTC)  # what a provider says, and twice as quick


def id_of(value: bytes) -> UUID:
    """The id of sixteen bytes."""
    return id_of_number(int.from_bytes(value, "big"))


def id_of_number(value: int) -> UUID:
    """The id of 128 bits, for a third of what `UUID` takes to check every form of its own."""
    made = _new_uuid(UUID)
    _set_int(made, value)
    _set_safe(made, _UNKNOWN)
    return made


def _bytes_of(value: UUID | None) -> bytes | None:
    return None if value is None else value.bytes


class _Screenfuls(dict[Any, Any]):
    """What stored values mean. Few fill a screen, and the same come again with every refresh: a
    dictionary's own lookup takes half of what `lru_cache` does."""

    _MOST = 4_096

    def __init__(self, meaning: Callable[[Any], Any]) -> None:
        super().__init__()
        self._meaning = meaning

    def __missing__(self, value: Any) -> Any:
        if len(self) >= self._MOST:
            self.clear()
        found = self[value] = None if value is None else self._meaning(value)
        return found


_IDS, _INSTANTS = _Screenfuls(id_of), _Screenfuls(from_micros)


class Instant(TypeDecorator[datetime]):
    """An aware UTC instant, kept as whole microseconds since 1970: one integer on both engines."""

    impl = BigInteger
    cache_ok = True

    @override
    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> int | None:
        return None if value is None else to_micros(value)

    @override
    def result_processor(
        self, dialect: Dialect, coltype: object
    ) -> Callable[[int | None], datetime | None]:
        return _INSTANTS.__getitem__


class Id(TypeDecorator[UUID]):
    """A UUIDv7: sixteen bytes on SQLite, the native type on PostgreSQL."""

    impl = LargeBinary
    cache_ok = True

    @override
    def load_dialect_impl(self, dialect: Dialect) -> TypeEngine[Any]:
        if dialect.name == "postgresql":
            from sqlalchemy.dialects import postgresql  # 30 ms that a file never needs

            return dialect.type_descriptor(postgresql.UUID(as_uuid=True))
        return dialect.type_descriptor(LargeBinary(16))

    @override
    def bind_processor(self, dialect: Dialect) -> Callable[[UUID | None], bytes | None] | None:
        # Bare bytes: the driver looks for an adapter for each value of any other type.
        return None if dialect.name == "postgresql" else _bytes_of

    @override
    def result_processor(
        self, dialect: Dialect, coltype: object
    ) -> Callable[[bytes | None], UUID | None] | None:
        return None if dialect.name == "postgresql" else _IDS.__getitem__


class Json(TypeDecorator[Any]):
    """Small values as compact JSON text: nothing is queried inside them."""

    impl = Text
    cache_ok = True

    @override
    def process_bind_param(self, value: Any, dialect: Dialect) -> str | None:
        if value is None:
            return None
        return json.dumps(value, ensure_ascii=False, separators=(",", ":"), sort_keys=True)

    @override
    def process_result_value(self, value: str | None, dialect: Dialect) -> Any:
        return None if value is None else json.loads(value)
