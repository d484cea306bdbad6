"""Frozen values as JSON and back, by the types of their fields."""

from __future__ import annotations

import types
import typing
from dataclasses import fields, is_dataclass
from datetime import UTC, datetime
from enum import StrEnum
from functools import cache
from typing import Any, Union, get_args, get_origin, get_type_hints
from uuid import UUID

from sms_desk.domain import inbox_filters
from sms_desk.domain.inbox_filters import InboxFilter


def encode(value: Any) -> Any:
    """As what `json` can write: fields by name, times in UTC, ids and words as text."""
    if isinstance(value, InboxFilter):
        return inbox_filters.to_json(value)
    if is_dataclass(value) and not isinstance(value, type):
        return {field.name: encode(getattr(value, field.name)) for field in fields(value)}
    if isinstance(value, datetime):
        return value.astimezone(UTC).isoformat()
    if isinstance(value, UUID | StrEnum):
        return str(value)
    if isinstance(value, tuple | list):
        return [encode(item) for item in value]
    return value


def decode(hint: Any, value: Any) -> Any:
    """The value again. hint: its type, as annotated. Raises ValueError, TypeError, KeyError for
    what is no such value, and UsageError for a filter that this version does not know."""
    if value is None or hint is Any:
        return value
    origin = get_origin(hint)
    if origin in (types.UnionType, Union):
        return decode(next(arg for arg in get_args(hint) if arg is not type(None)), value)
    if origin is tuple:
        args = get_args(hint)
        if args[-1] is Ellipsis:
            return tuple(decode(args[0], item) for item in value)
        return tuple(decode(arg, item) for arg, item in zip(args, value, strict=True))
    if hint is InboxFilter:
        return inbox_filters.from_json(value)
    if is_dataclass(hint) and isinstance(hint, type):
        hints = hints_of(hint)
        return hint(**{name: decode(hints[name], item) for name, item in value.items()})
    if hint is datetime:
        return datetime.fromisoformat(value)
    return hint(value)


@cache
def hints_of(cls: type[Any]) -> dict[str, Any]:
    """The types of a dataclass's fields, by name."""
    return {
        name: hint
        for name, hint in get_type_hints(cls).items()
        if get_origin(hint) is not typing.ClassVar
    }
