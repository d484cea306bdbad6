"""The inbox filter: what a list shows, as one value that can be saved as a view (R4, R50).

The store turns the same value into the page, the count and the check of a live arrival, so the
three cannot differ. A new filter is one field here and one clause in `store.inbox`.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, fields
from enum import StrEnum
from typing import Any, get_type_hints
from uuid import UUID

from sms_desk.domain.errors import UsageError
from sms_desk.domain.frozen import dataclass
from sms_desk.domain.model import Channel, TeamState


class Scope(StrEnum):
    """Whose conversations. What a person may see at all is decided before (R31)."""

    MINE = "mine"
    SHARED = "shared"
    COVERING = "covering"
    UNASSIGNED = "unassigned"
    UNROUTED = "unrouted"
    TEAM = "team"
    ALL = "all"


class SourceFilter(StrEnum):
    DIRECT = "direct"
    CAMPAIGN = "campaign"
    SERVICE = "service"


class Order(StrEnum):
    """Newest customer-visible message first, or longest waiting first (R56)."""

    NEWEST = "newest"
    WAITING = "waiting"


@dataclass(frozen=True, slots=True)
class InboxFilter:
    """All conditions hold together; None or an empty text asks nothing."""

    scope: Scope = Scope.ALL
    source: SourceFilter | None = None
    program_id: UUID | None = None
    channel: Channel | None = None
    sender_id: UUID | None = None
    state: TeamState | None = TeamState.OPEN
    """None: any state."""
    unread: bool = False
    waiting: bool = False
    nudge: bool = False
    """We spoke last and the customer has been silent for the configured days (R9)."""
    failed: bool = False
    """The newest of our messages failed, or one is held or not confirmed."""
    tag_id: UUID | None = None
    without_tag_id: UUID | None = None
    """Conversations that do not carry this tag, untagged ones included (R50)."""
    owner_id: UUID | None = None
    pinned: bool = False
    text: str = ""
    """Words of a contact's name, a number in any spelling, or words of a message."""
    order: Order = Order.NEWEST


def to_json(value: InboxFilter) -> dict[str, object]:
    """Only what differs from the default, as JSON's own types; the form of a saved view."""
    default = InboxFilter()
    return {
        name: str(item) if isinstance(item, UUID | StrEnum) else item
        for name, item in asdict(value).items()
        if item != getattr(default, name)
    }


def from_json(data: Mapping[str, Any]) -> InboxFilter:
    """The filter of a saved view. Unknown words raise UsageError: nothing is dropped quietly."""
    unknown = set(data) - {field.name for field in fields(InboxFilter)}
    if unknown:
        raise UsageError(
            f"This view uses a filter that the desk does not know: {', '.join(sorted(unknown))}.",
            "Save the view again, or update SMS Desk.",
        )
    values: dict[str, Any] = {name: _parse(name, value) for name, value in data.items()}
    return InboxFilter(**values)


_ENUMS = {
    "scope": Scope,
    "source": SourceFilter,
    "channel": Channel,
    "state": TeamState,
    "order": Order,
}
_FLAGS = frozenset(name for name, hint in get_type_hints(InboxFilter).items() if hint is bool)


def _parse(name: str, value: Any) -> object:
    try:
        if value is None or name == "text":
            return value if value is None else str(value)
        if name in _FLAGS:
            return bool(value)
        return _ENUMS[name](value) if name in _ENUMS else UUID(str(value))
    except ValueError as error:
        raise UsageError(f"“{value}” is not a value for the filter “{name}”.") from error
