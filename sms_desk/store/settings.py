"""Settings of the workspace and of its people; those of the machine are a file."""

from __future__ import annotations

from datetime import datetime
from typing import Any, Final
from uuid import UUID

import sqlalchemy as sa

from sms_desk.store import tables
from sms_desk.store.engine import Tx

_s = tables.settings.c
_WORKSPACE = "workspace"
INVITED: Final = "invited"
"""No setting that anybody chooses: ids of people of a team who have not joined (`store.team.invited`)."""


def read(tx: Tx, person_id: UUID | None = None) -> dict[str, Any]:
    """The chosen values of the workspace (None) or of a person; defaults are not among them."""
    query = sa.select(_s.name, _s.value).where(_s.scope == _scope(person_id))
    return {row.name: row.value for row in tx.execute(query)}


def of_people(tx: Tx, name: str) -> dict[UUID, Any]:
    """What each person chose for one setting; who chose nothing is not among them."""
    query = sa.select(_s.scope, _s.value).where(_s.name == name, _s.scope != _WORKSPACE)
    return {UUID(row.scope): row.value for row in tx.execute(query)}


def write(tx: Tx, name: str, value: Any, at: datetime, person_id: UUID | None = None) -> None:
    """Choose a value; None goes back to the default."""
    where = (_s.scope == _scope(person_id), _s.name == name)
    tx.execute(sa.delete(tables.settings).where(*where))
    if value is not None:
        tx.execute(
            sa.insert(tables.settings).values(
                scope=_scope(person_id), name=name, value=value, changed_at=at
            )
        )


def _scope(person_id: UUID | None) -> str:
    return _WORKSPACE if person_id is None else str(person_id)
