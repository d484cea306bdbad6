"""A part of a transaction that may be taken back alone."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from sms_desk.store.engine import Tx


@contextmanager
def savepoint(tx: Tx) -> Iterator[None]:
    """What is written inside is kept, or all of it undone if an exception leaves the block."""
    with tx.begin_nested():
        yield
