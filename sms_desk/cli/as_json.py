"""Answers as JSON: keys are the fields of the frozen rows, so a new field needs nothing here.

Times are ISO 8601 in UTC, ids are text, and so are positions: they have 63 bits, and many readers
of JSON keep only 53. The text is pure ASCII, so that printing it can do nothing to a terminal.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import fields, is_dataclass
from datetime import UTC, datetime
from enum import StrEnum
from typing import Any
from uuid import UUID

from sms_desk.domain import inbox_filters
from sms_desk.domain.inbox_filters import InboxFilter
from sms_desk.services.rows import Cursor

POSITIONS = frozenset(
    {"position", "older", "newer", "last_position", "read_position", "first_unread_position"}
)


def dumps(answer: object) -> str:
    """One line of ASCII."""
    return json.dumps(plain(answer)).replace("\x7f", "\\u007f")


def plain(value: Any) -> Any:
    """A value as JSON's own types."""
    if value is None or isinstance(value, bool | int | float):
        return value
    if isinstance(value, UUID | StrEnum | str):
        return str(value)
    if isinstance(value, datetime):
        return value.astimezone(UTC).isoformat().replace("+00:00", "Z")
    if isinstance(value, Cursor):
        return cursor_text(value)
    if isinstance(value, InboxFilter):
        return inbox_filters.to_json(value)
    if is_dataclass(value):
        return {
            field.name: _field(field.name, getattr(value, field.name)) for field in fields(value)
        }
    if isinstance(value, Mapping):
        return {str(key): plain(item) for key, item in value.items()}
    return [plain(item) for item in value]


def _field(name: str, value: Any) -> Any:
    return str(value) if name in POSITIONS and value is not None else plain(value)


def cursor_text(cursor: Cursor) -> str:
    """What `--after` takes to go on."""
    return f"{cursor.value}.{cursor.id}"
