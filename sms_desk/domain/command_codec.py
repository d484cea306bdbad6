"""Commands as JSON and back: how a queue keeps them and a history shows them."""

from __future__ import annotations

import re
import types
import typing
from collections.abc import Mapping
from dataclasses import fields, is_dataclass
from datetime import UTC, datetime
from enum import StrEnum
from functools import cache
from typing import Any, Union, cast, get_args, get_origin, get_type_hints
from uuid import UUID

from sms_desk.domain import commands, inbox_filters
from sms_desk.domain.commands import Command
from sms_desk.domain.errors import UsageError
from sms_desk.domain.inbox_filters import InboxFilter


def kind_of(command: Command | type[Command]) -> str:
    """The stable word of a command: `MarkRead` is `mark_read`."""
    name = (command if isinstance(command, type) else type(command)).__name__
    return re.sub(r"(?<!^)(?=[A-Z])", "_", name).lower()


KINDS: Mapping[str, type[Command]] = {
    kind_of(item): item
    for item in vars(commands).values()
    if isinstance(item, type) and issubclass(item, Command) and item is not Command
}


def encode(command: Command) -> dict[str, Any]:
    """All fields but id and at, which stand beside, as JSON's own types."""
    return {
        field.name: _encode(getattr(command, field.name))
        for field in fields(command)
        if field.name not in ("id", "at")
    }


def decode(kind: str, id_: UUID, at: datetime, args: Mapping[str, Any]) -> Command:
    """The command again. Raises UsageError for words that this version does not know."""
    cls = KINDS.get(kind)
    if cls is None:
        raise UsageError(f"“{kind}” is not a command of this version.", "Update SMS Desk.")
    hints = _hints(cast(Any, cls))  # mypy takes a class's __hash__ for that of its instances
    unknown = set(args) - set(hints)
    if unknown:
        raise UsageError(f"The command “{kind}” has unknown fields: {', '.join(sorted(unknown))}.")
    values = {name: _decode(hints[name], value) for name, value in args.items()}
    return cls(id=id_, at=at, **values)


def _encode(value: Any) -> Any:
    if isinstance(value, InboxFilter):
        return inbox_filters.to_json(value)
    if is_dataclass(value) and not isinstance(value, type):
        return {field.name: _encode(getattr(value, field.name)) for field in fields(value)}
    if isinstance(value, datetime):
        return value.astimezone(UTC).isoformat()
    if isinstance(value, UUID | StrEnum):
        return str(value)
    if isinstance(value, tuple | list):
        return [_encode(item) for item in value]
    return value


def _decode(hint: Any, value: Any) -> Any:
    if value is None or hint is Any:
        return value
    origin = get_origin(hint)
    if origin in (types.UnionType, Union):
        return _decode(next(arg for arg in get_args(hint) if arg is not type(None)), value)
    if origin is tuple:
        args = get_args(hint)
        if args[-1] is Ellipsis:
            return tuple(_decode(args[0], item) for item in value)
        return tuple(_decode(arg, item) for arg, item in zip(args, value, strict=True))
    if hint is InboxFilter:
        return inbox_filters.from_json(value)
    if is_dataclass(hint) and isinstance(hint, type):
        hints = _hints(hint)
        return hint(**{name: _decode(hints[name], item) for name, item in value.items()})
    if hint is datetime:
        return datetime.fromisoformat(value)
    return hint(value)


@cache
def _hints(cls: type[Any]) -> dict[str, Any]:
    return {
        name: hint
        for name, hint in get_type_hints(cls).items()
        if get_origin(hint) is not typing.ClassVar
    }
