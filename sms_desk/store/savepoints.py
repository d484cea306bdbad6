"""A part of a transaction that may be taken back alone."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

import sqlalchemy as sa

from sms_desk.store.engine import Tx


@contextmanager
def savepoint(tx: Tx) -> Iterator[None]:
    """What is written inside is kept, or all of it undone if an exception leaves the block."""
    with tx.begin_nested():
        yield


_TROUBLE = ("08", "40", "53", "55", "57", "58")
"""Classes of errors: connection, conflict, resources, state, operator, system
(https://www.postgresql.org/docs/15/errcodes-appendix.html)."""


def passing(error: BaseException) -> bool:
    """Whether the database itself is in trouble, so that the same may work another time: the
    connection is gone, somebody else was in the way, the disk is full. What a value or a rule of a
    table is to blame for stays wrong however often it is tried."""
    if not isinstance(error, sa.exc.DBAPIError):
        return False
    code = getattr(error.orig, "sqlstate", None)
    if code is None:
        return isinstance(error, sa.exc.OperationalError)
    return error.connection_invalidated or code[:2] in _TROUBLE
