"""Work in pieces so short that the window between two of them paints its frame (design §4)."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator, Sequence
from typing import TypeVar

T = TypeVar("T")

LIMIT_S = 0.004
"""Of the interpreter's lock at a stretch: a quarter of a frame."""
_FEWEST, _MOST, _FIRST = 32, 200, 64


def _yield_lock() -> None:
    time.sleep(0)


class Slicer:
    """Hands out slices such that no stretch between two breaths lasts longer than LIMIT_S.

    cost: seconds; the wall clock counts waits and what C code does without the lock, too, and so
    errs on the window's side. (`time.thread_time` took 0.7 ms a call on a virtual machine, 2026-11.)
    """

    def __init__(
        self,
        cost: Callable[[], float] = time.perf_counter,
        pause: Callable[[], None] = _yield_lock,
    ) -> None:
        self._cost = cost
        self._pause = pause
        self._since = 0.0
        self._longest = 0.0
        self.size = _FIRST

    def slices(self, items: Sequence[T]) -> Iterator[Sequence[T]]:
        """The items in slices, each as large as the ones before have shown to fit."""
        start = 0
        while start < len(items):
            taken = items[start : start + self.size]
            start += len(taken)
            self._longest, self._since = 0.0, self._cost()
            yield taken
            self.breathe()
            self._adapt(len(taken))

    def breathe(self) -> None:
        """Let others run; called between the steps of the work on a slice."""
        self._longest = max(self._longest, self._cost() - self._since)
        self._pause()
        self._since = self._cost()

    def _adapt(self, count: int) -> None:
        if count < self.size and self._longest < LIMIT_S:
            return  # a short last slice says little
        fitting = int(count * LIMIT_S / self._longest) if self._longest > 0 else _MOST
        self.size = max(_FEWEST, min(_MOST, fitting, 2 * self.size))
