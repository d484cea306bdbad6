"""How often a workspace was written to: each transaction counts itself (`store.engine`)."""

from __future__ import annotations

import sqlalchemy as sa

from sms_desk.store import tables
from sms_desk.store.engine import Tx
from sms_desk.store.reading import Query

_COUNT = Query(sa.select(sa.func.coalesce(sa.func.sum(tables.pulse.c.n), 0)))


def count(tx: Tx) -> int:
    """Of all processes, without this transaction."""
    return int(_COUNT.values(tx)[0])
