"""From the items of a thread to the rows that are painted: day headers, the divider, groups."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import replace
from datetime import date, datetime, timedelta, tzinfo
from enum import StrEnum
from uuid import UUID

from sms_desk.domain.frozen import dataclass
from sms_desk.domain.model import Direction, OutboxState
from sms_desk.services.rows import ItemKind, ThreadItem

INBOUND_GROUP_GAP = timedelta(hours=1)
"""Inbound messages that follow each other within this share one line of meta text."""


class RowKind(StrEnum):
    DAY = "day"
    UNREAD = "unread"
    OLDER = "older"  # above all that is kept here: the server has more
    EVENT = "event"
    BUBBLE = "bubble"


@dataclass(frozen=True, slots=True)
class Older:
    """Messages that the server keeps and this desk does not. since: from when on they are here.

    fetching: they are on their way. trouble: why they did not come, "" if nothing is wrong.
    """

    since: datetime
    fetching: bool = False
    trouble: str = ""


@dataclass(frozen=True, slots=True)
class Row:
    """One row of the list.

    key: stable while the row stands for the same thing, also when a pending message is accepted.
    opens, closes: first and last of a group; only the last shows who, when and how it went.
    since: when the group began. day: the reader's own calendar day, for the sticky header.
    older: how it stands with what the server keeps, on a row of that kind.
    """

    key: tuple[str, str]
    kind: RowKind
    day: date
    item: ThreadItem | None = None
    opens: bool = True
    closes: bool = True
    since: datetime | None = None
    older: Older | None = None

    @property
    def position(self) -> int | None:
        return self.item.position if self.item else None


def arrange(
    items: Iterable[ThreadItem], *, first_unread: int | None, zone: tzinfo
) -> tuple[Row, ...]:
    """Rows for `items` (oldest first). first_unread: before which item the divider stands."""
    return tuple(_grouped(_with_headers(items, first_unread, zone)))


def older_row(older: Older, zone: tzinfo) -> Row:
    """What stands above the first message that is kept here."""
    return Row(("older", ""), RowKind.OLDER, older.since.astimezone(zone).date(), older=older)


def is_outgoing(item: ThreadItem) -> bool:
    """Whether it stands on our side: what we sent, what waits to be sent, and our notes."""
    return item.kind is not ItemKind.MESSAGE or item.direction is Direction.OUTBOUND


def key_of(item: ThreadItem) -> tuple[str, str]:
    """A pending message and the accepted one that it becomes share the outbox entry's id."""
    if item.kind in (ItemKind.MESSAGE, ItemKind.PENDING):
        return "message", str(item.outbox_id or item.id)
    return item.kind.value, str(item.id)


def _with_headers(
    items: Iterable[ThreadItem], first_unread: int | None, zone: tzinfo
) -> Iterator[Row]:
    day: date | None = None
    for item in items:
        local_day = item.at.astimezone(zone).date()
        if local_day != day:
            day = local_day
            yield Row(("day", day.isoformat()), RowKind.DAY, day)
        if item.position == first_unread:
            yield Row(("unread", ""), RowKind.UNREAD, day)
        kind = RowKind.EVENT if item.kind is ItemKind.EVENT else RowKind.BUBBLE
        yield Row(key_of(item), kind, day, item, since=item.at)


def _grouped(rows: Iterable[Row]) -> Iterator[Row]:
    previous: Row | None = None
    for row in rows:
        if previous is not None:
            if _belong_together(previous, row):
                previous = replace(previous, closes=False)
                row = replace(row, opens=False, since=previous.since)
            yield previous
        previous = row
    if previous is not None:
        yield previous


def _belong_together(above: Row, below: Row) -> bool:
    if above.item is None or below.item is None or above.kind is not RowKind.BUBBLE:
        return False
    if _group_of(above.item) != _group_of(below.item) or _stands_out(above.item):
        return False
    if is_outgoing(below.item):
        return _minute(above.item.at) == _minute(below.item.at)
    return below.item.at - above.item.at <= INBOUND_GROUP_GAP


def _group_of(item: ThreadItem) -> tuple[object, ...]:
    """What two neighbours share where one line of meta text speaks for both."""
    return (
        item.kind,
        item.direction,
        item.origin,
        item.author_id,
        item.on_behalf_name,
        item.sender_label,
        item.channel,
        item.program_name,
        item.status,
        item.status_text,
        item.outbox_state,
        item.late,
        item.unanswered,
    )


def _stands_out(item: ThreadItem) -> bool:
    """Whether it needs its own line: something went wrong, or a person may decide."""
    if item.kind is ItemKind.SCHEDULED:
        return True
    undecided = (OutboxState.HELD, OutboxState.IN_DOUBT, OutboxState.ASK, OutboxState.REFUSED)
    return bool(item.error_title or item.error_code) or item.outbox_state in undecided


def _minute(at: datetime) -> datetime:
    return at.replace(second=0, microsecond=0)


def index_of(rows: Iterable[Row], item_id: UUID) -> int | None:
    """Where the item stands among the rows."""
    return next(
        (n for n, row in enumerate(rows) if row.item is not None and row.item.id == item_id), None
    )
