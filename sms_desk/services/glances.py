"""The glance: a window's first page, kept so that the next start shows it before all else is loaded.

It is exact or it is not shown: the store gives it out only if nobody has written since, and what
changes by time alone is worked out here from instants. This module imports no store.
"""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Final
from uuid import UUID

from sms_desk.domain import positions, value_codec
from sms_desk.domain.errors import UsageError
from sms_desk.domain.frozen import dataclass
from sms_desk.domain.inbox_filters import Scope
from sms_desk.domain.model import Position
from sms_desk.services.inbox_rows import InboxPage, RailCounts

FORMAT: Final = 4
"""Another number for other fields: what an older version kept is left aside."""


@dataclass(frozen=True, slots=True)
class Glance:
    """What stands in the window of one person at one place of the rail.

    taken_at: when it was read; until: when somebody begins or ceases to see something by a date
    alone, None for never. nudge_days: the person's setting (R9), and silent: the rows that are
    nudged once they reach it. has_board: whether the rail leads to the board of WhatsApp windows, whose
    count by the hour is not kept (R42).
    """

    person_id: UUID
    zone: str
    title: str
    scope: Scope
    taken_at: datetime
    until: datetime | None
    page: InboxPage
    counts: RailCounts
    troubled: int
    has_board: bool
    nudge_days: int
    silent: tuple[UUID, ...]

    def at(self, now: datetime) -> Glance | None:
        """What it says at `now`; None if it does not hold then."""
        if now < self.taken_at or (self.until is not None and now >= self.until):
            return None
        silent = frozenset(self.silent)
        rows = tuple(
            replace(row, nudge_days=nudged(row.last_position, now, self.nudge_days))
            if row.id in silent
            else row
            for row in self.page.rows
        )
        return replace(self, page=InboxPage(rows, self.page.next))


def nudged(last_position: int, now: datetime, limit: int) -> int | None:
    """Whole days since we spoke last, once they reach the limit (R9)."""
    days = (now - positions.instant(Position(last_position))) // timedelta(days=1)
    return days if days >= limit else None


def to_bytes(glance: Glance) -> bytes:
    """As the store keeps it."""
    said = {"format": FORMAT, "glance": value_codec.encode(glance)}
    return json.dumps(said, ensure_ascii=False, separators=(",", ":")).encode()


def from_bytes(body: bytes) -> Glance | None:
    """The glance again; None for what this version did not write."""
    try:
        said = json.loads(body)
        if said["format"] != FORMAT:
            return None
        found: Glance = value_codec.decode(Glance, said["glance"])
    except (ValueError, TypeError, KeyError, AttributeError, UsageError):
        return None
    return found
