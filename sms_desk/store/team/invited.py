"""Who was invited and has not joined yet, for the desks to say so.

Logins are the server's own and travel to nobody. What of them is everybody's to know stands beside the
workspace's settings, and changes as rarely as somebody is invited or comes in.
"""

from __future__ import annotations

from datetime import datetime

import sqlalchemy as sa

from sms_desk.store import settings
from sms_desk.store.engine import Tx
from sms_desk.store.team.surface_tables import login

_L = login.c


def is_noted(tx: Tx) -> bool:
    """Whether the desks are told what is so."""
    return _noted(tx) == _invited(tx)


def note(tx: Tx, now: datetime) -> None:
    found = _invited(tx)
    if found != _noted(tx):
        settings.write(tx, settings.INVITED, found or None, now)


def _noted(tx: Tx) -> list[str]:
    return list(settings.read(tx).get(settings.INVITED, ()))


def _invited(tx: Tx) -> list[str]:
    query = sa.select(_L.person_id).where(_L.joined_at.is_(None), _L.suspended_at.is_(None))
    return sorted({str(id_) for id_ in tx.execute(query).scalars()})
