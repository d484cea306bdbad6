"""The messages of an account, in the order of its list."""

from __future__ import annotations

import bisect
from datetime import datetime, timedelta

from sms_desk.domain.frozen import dataclass

from .model import Direction, Filter, Message
from .rules import refusal


@dataclass(frozen=True, slots=True)
class Page:
    """Part of the list, newest first. token: names the next page, "" on the last one."""

    messages: tuple[Message, ...]
    token: str


class Archive:
    """All messages by id and by time. A page token names the last message that was shown, so new
    arrivals push nothing onto the next page."""

    def __init__(self) -> None:
        self._messages: dict[str, Message] = {}
        self._order: list[tuple[tuple[datetime, int], str]] = []
        self.gone: dict[str, tuple[datetime, int]] = {}  # deleted ones, for page tokens
        self._last_inbound: dict[tuple[str, str], datetime] = {}  # (ours, customer)
        self._seq = 0

    def __len__(self) -> int:
        return len(self._messages)

    def __contains__(self, sid: str) -> bool:
        return sid in self._messages

    def knows(self, sid: str) -> bool:
        """Whether the id was ever used here, deleted messages included."""
        return sid in self._messages or sid in self.gone

    def next_seq(self) -> int:
        return self._seq + 1

    def get(self, sid: str) -> Message | None:
        return self._messages.get(sid)

    def all(self) -> list[Message]:
        """Every message, oldest first."""
        return [self._messages[sid] for _, sid in self._order]

    def add(self, message: Message) -> None:
        """Store a message; one of the same id is replaced."""
        self.remove(message.sid)
        self._messages[message.sid] = message
        self._seq = max(self._seq, message.seq)
        bisect.insort(self._order, (message.order, message.sid))
        if message.direction is Direction.INBOUND:
            self._note_inbound(message)

    def change(self, message: Message) -> None:
        """Store a new version of a message whose time stays the same."""
        self._messages[message.sid] = message

    def remove(self, sid: str) -> None:
        message = self._messages.pop(sid, None)
        if message is not None:
            self._order.remove((message.order, sid))
            self.gone[sid] = message.order

    def last_inbound(self, ours: str, customer: str) -> datetime | None:
        """When that customer last wrote to that sender."""
        return self._last_inbound.get((ours, customer))

    def pairs(self) -> list[tuple[str, str]]:
        """(ours, customer) for everybody who ever wrote."""
        return sorted(self._last_inbound)

    def _note_inbound(self, message: Message) -> None:
        pair = (message.to, message.sender)
        before = self._last_inbound.get(pair, message.created)
        self._last_inbound[pair] = max(message.created, before)

    def page(
        self, wanted: Filter, size: int, token: str, now: datetime, lag: timedelta = timedelta(0)
    ) -> Page:
        """The next `size` messages that the list shows, newest first, from `token` on.

        lag: how long after its arrival a message stays out of the list.
        """
        found: list[Message] = []
        for place in range(self._end(token) - 1, -1, -1):
            message = self._messages[self._order[place][1]]
            if _is_listed(message, now, lag) and wanted.admits(message):
                found.append(message)
                if len(found) > size:
                    break
        shown = tuple(found[:size])
        return Page(shown, f"PA{shown[-1].sid}" if len(found) > size else "")

    def _end(self, token: str) -> int:
        """Where in the list the page of a token begins, counted from the oldest message."""
        if not token:
            return len(self._order)
        sid = token.removeprefix("PA")
        message = self._messages.get(sid)
        order = message.order if message else self.gone.get(sid)
        if order is None:
            raise refusal(20001)
        return bisect.bisect_left(self._order, (order, ""))


def _is_listed(message: Message, now: datetime, lag: timedelta) -> bool:
    if (message.arrived or message.created) + lag > now:
        return False
    return message.hidden_until is None or message.hidden_until <= now
