"""Commands as JSON and back: how a queue keeps them and a history shows them."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import fields
from datetime import datetime
from typing import Any, cast
from uuid import UUID

from sms_desk.domain import commands, value_codec
from sms_desk.domain.commands import Command
from sms_desk.domain.errors import UsageError


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
        field.name: value_codec.encode(getattr(command, field.name))
        for field in fields(command)
        if field.name not in ("id", "at")
    }


def decode(kind: str, id_: UUID, at: datetime, args: Mapping[str, Any]) -> Command:
    """The command again. Raises UsageError for words that this version does not know."""
    cls = KINDS.get(kind)
    if cls is None:
        raise UsageError(f"“{kind}” is not a command of this version.", "Update SMS Desk.")
    hints = value_codec.hints_of(
        cast(Any, cls)
    )  # mypy takes a class's __hash__ for that of its instances
    unknown = set(args) - set(hints)
    if unknown:
        raise UsageError(f"The command “{kind}” has unknown fields: {', '.join(sorted(unknown))}.")
    values = {name: value_codec.decode(hints[name], value) for name, value in args.items()}
    return cls(id=id_, at=at, **values)
