"""One heap of the C library for all threads.

glibc gives each thread that asks a heap of its own, and what one frees there no other can use: of a
desk that has just opened 1 to 2 MB on a quiet machine and 5 to 12 on a busy one, where more of them
wait for each other. Python's lock lets the threads ask by turns, so there is next to nothing to gain
by heaps of their own.
"""

from __future__ import annotations

import ctypes
from typing import Final

_M_ARENA_MAX: Final = -8  # malloc.h; https://man7.org/linux/man-pages/man3/mallopt.3.html


def share() -> bool:
    """Whether this C library knows of it. Before the first thread: heaps that are there stay."""
    try:
        return bool(ctypes.CDLL(None).mallopt(_M_ARENA_MAX, 1))
    except (
        AttributeError,
        OSError,
        TypeError,
    ):  # musl has no mallopt, macOS neither, Windows no None
        return False
