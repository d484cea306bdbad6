"""Work in pieces so short that the window between two of them paints its frame (design §4)."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator, Sequence
from typing import TypeVar

T = TypeVar("T")

LIMIT_S = 0.004
"""Of the interpreter's lock at a stretch: a quarter of a frame."""
_ENOUGH_S = LIMIT_S / 2
"""Sooner nobody needs a breath; the next step may take the rest."""
_REST_S = 0.000_05
"""Really asleep: who wakes another and goes straight on takes the lock back before that runs."""
_PIECE = 25


def _rest() -> None:
    time.sleep(_REST_S)


class Slicer:
    """Lets others run, such that no stretch between two breaths lasts longer than LIMIT_S.

    cost: seconds; the wall clock counts waits and what C code does without the lock, too, and so
    errs on the window's side. (`time.thread_time` took 0.7 ms a call on a virtual machine, 2026-11.)
    """

    def __init__(
        self,
        cost: Callable[[], float] = time.perf_counter,
        pause: Callable[[], None] = _rest,
    ) -> None:
        self._cost = cost
        self._pause = pause
        self._since = cost()

    def breathe(self) -> None:
        """Let others run, if the last time was a while ago; called between the steps of a batch."""
        if self._cost() - self._since >= _ENOUGH_S:
            self._pause()
            self._since = self._cost()

    def pieces(self, items: Sequence[T]) -> Iterator[T]:
        """The items, with a breath after every few."""
        for n, item in enumerate(items, 1):
            yield item
            if not n % _PIECE:
                self.breathe()
