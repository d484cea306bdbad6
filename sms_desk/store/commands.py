"""The history of commands, and how each is taken back."""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime
from typing import Any
from uuid import UUID

import sqlalchemy as sa

from sms_desk.store import tables
from sms_desk.store.engine import Tx

_k = tables.commands.c


def seen(tx: Tx, command_id: UUID) -> bool:
    """Whether this command ran already: a repeat is ignored (GC1)."""
    return tx.execute(sa.select(_k.id).where(_k.id == command_id)).first() is not None


def append(
    tx: Tx,
    *,
    id_: UUID,
    person_id: UUID,
    kind: str,
    args: Any,
    at: datetime,
    inverse: Any,
    label: str,
) -> None:
    tx.execute(
        sa.insert(tables.commands).values(
            id=id_, person_id=person_id, kind=kind, args=args, at=at, inverse=inverse, label=label
        )
    )


def get(tx: Tx, command_id: UUID) -> sa.RowMapping | None:
    return tx.execute(sa.select(tables.commands).where(_k.id == command_id)).mappings().first()


def some(tx: Tx, command_ids: Collection[UUID]) -> list[sa.RowMapping]:
    """Those of them that the history keeps."""
    query = sa.select(tables.commands).where(_k.id.in_(sorted(command_ids)))
    return list(tx.execute(query).mappings())


def undoable(tx: Tx, person_id: UUID, *, limit: int = 100) -> list[sa.RowMapping]:
    """A person's latest commands that name a way back and were not taken back, newest first."""
    query = (
        sa.select(tables.commands)
        .where(_k.person_id == person_id, _k.inverse.is_not(None), _k.undone_by.is_(None))
        .order_by(_k.at.desc(), _k.id.desc())
        .limit(limit)
    )
    return list(tx.execute(query).mappings())


def set_undone(tx: Tx, command_id: UUID, by: UUID) -> None:
    tx.execute(sa.update(tables.commands).where(_k.id == command_id).values(undone_by=by))
