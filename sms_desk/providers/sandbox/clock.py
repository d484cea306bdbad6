"""The sandbox's clock: a base clock that an order can move forward."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime, timedelta


def wall_clock() -> datetime:
    """The real time, aware UTC."""
    return datetime.now(UTC)


class SandboxClock:
    """base: any clock that gives aware UTC times; `advance` shifts what is read from it."""

    def __init__(self, base: Callable[[], datetime] = wall_clock) -> None:
        self._base = base
        self.offset = timedelta(0)

    def now(self) -> datetime:
        return self._base() + self.offset

    def advance(self, by: timedelta) -> None:
        if by < timedelta(0):
            raise ValueError("the sandbox's clock goes forward only")
        self.offset += by
