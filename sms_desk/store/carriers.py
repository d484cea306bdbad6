"""Which account carries each sender ID (R1)."""

from __future__ import annotations

from typing import NamedTuple
from uuid import UUID

import sqlalchemy as sa

from sms_desk.store import tables
from sms_desk.store.engine import Tx

_s = tables.sender_ids.c
_a = tables.sender_accounts.c


class Carried(NamedTuple):
    """account_id None: no account carries it now."""

    sender_id: UUID
    channel: str
    address: str
    account_id: UUID | None


def listing(tx: Tx) -> list[Carried]:
    """Every sender ID, retired ones too."""
    query = (
        sa.select(_s.id, _s.channel, _s.address, _a.account_id)
        .outerjoin(tables.sender_accounts, (_a.sender_id == _s.id) & _a.until.is_(None))
        .order_by(_s.channel, _s.address)
    )
    return [Carried(*row) for row in tx.execute(query)]
