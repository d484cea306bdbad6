"""What is still to happen: a queue of future events, ordered by time."""

from __future__ import annotations

import heapq
from collections.abc import Iterator
from datetime import datetime

from sms_desk.domain.frozen import dataclass

from .model import Status


@dataclass(frozen=True, slots=True)
class Step:
    """A message reaches a status. forced: also backwards, as when receipts overtake each other."""

    sid: str
    status: Status
    error_code: int | None = None
    forced: bool = False


@dataclass(frozen=True, slots=True)
class Dispatch:
    """A waiting message is taken up: a service chooses its sender, a schedule comes due."""

    sid: str


@dataclass(frozen=True, slots=True)
class Arrival:
    """A customer writes. media: names of generated pictures."""

    sender: str
    to: str
    body: str
    media: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Confirmation:
    """The provider itself answers a keyword."""

    sender: str
    to: str
    body: str


@dataclass(frozen=True, slots=True)
class Chatter:
    """The next unasked-for message of some customer is due."""


Event = Step | Dispatch | Arrival | Confirmation | Chatter


class Agenda:
    """Future events. Events of one instant happen in the order in which they were planned."""

    def __init__(self) -> None:
        self._heap: list[tuple[datetime, int, Event]] = []
        self._planned = 0

    def __len__(self) -> int:
        return len(self._heap)

    def add(self, due: datetime, event: Event) -> None:
        self._planned += 1
        heapq.heappush(self._heap, (due, self._planned, event))

    def due(self, now: datetime) -> Iterator[tuple[datetime, Event]]:
        """Take out what is due, oldest first; what is planned meanwhile is taken too, if due."""
        while self._heap and self._heap[0][0] <= now:
            due, _, event = heapq.heappop(self._heap)
            yield due, event

    def pending(self) -> list[tuple[datetime, Event]]:
        """All that is planned, in the order in which it will happen."""
        return [(due, event) for due, _, event in sorted(self._heap, key=lambda item: item[:2])]
