"""The glance: what a window showed last, kept beside the count of all writes until then.

A cache of one row (design §3). It says nothing by itself: whoever reads it back compares the count.
"""

from __future__ import annotations

from uuid import UUID

import sqlalchemy as sa

from sms_desk.store import tables
from sms_desk.store.engine import Tx

_glance = tables.glance


def put(tx: Tx, person_id: UUID, pulse: int, body: bytes) -> None:
    """Keep this one and no other: nobody's names stay behind in an old one.

    pulse: the count of writes (`store.pulse`) of the reading that it was taken from.
    """
    forget(tx)
    tx.execute(sa.insert(_glance).values(person_id=person_id, pulse=pulse, body=body))


def body(tx: Tx) -> bytes | None:
    """The one that is kept, whether or not it still holds."""
    found: bytes | None = tx.execute(sa.select(_glance.c.body)).scalar_one_or_none()
    return found


def forget(tx: Tx) -> None:
    """Keep none."""
    tx.execute(sa.delete(_glance))
