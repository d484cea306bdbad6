"""Work in slices so short that the window between two of them paints its frame (design §4)."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator, Sequence
from typing import TypeVar

T = TypeVar("T")

LIMIT_S = 0.004
"""Of the interpreter's lock at a time: a quarter of a frame."""
_FEWEST, _MOST, _FIRST = 2, 64, 8


def _yield_lock() -> None:
    time.sleep(0)


class Slicer:
    """Hands out slices of a size that takes about LIMIT_S, as measured on the slices before."""

    def __init__(
        self,
        cost: Callable[[], float] = time.thread_time,
        pause: Callable[[], None] = _yield_lock,
    ) -> None:
        self._cost = cost
        self._pause = pause
        self.size = _FIRST

    def slices(self, items: Sequence[T]) -> Iterator[Sequence[T]]:
        start = 0
        while start < len(items):
            taken = items[start : start + self.size]
            start += len(taken)
            before = self._cost()
            yield taken
            self._adapt(self._cost() - before, len(taken))
            self._pause()

    def _adapt(self, seconds: float, count: int) -> None:
        if count < self.size and seconds < LIMIT_S:
            return  # a short last slice says little
        fitting = int(count * LIMIT_S / seconds) if seconds > 0 else _MOST
        self.size = max(_FEWEST, min(_MOST, fitting, 2 * self.size))
