"""The one row that says what this workspace is."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

import sqlalchemy as sa

from sms_desk.domain.frozen import dataclass
from sms_desk.store import tables
from sms_desk.store.engine import Tx


def insert(tx: Tx, *, id_: UUID, name: str, kind: str, me_id: UUID, at: datetime) -> None:
    """kind: real or demo. me_id: who acts when nobody says otherwise."""
    tx.execute(
        sa.insert(tables.workspace).values(id=id_, name=name, kind=kind, me_id=me_id, created_at=at)
    )


@dataclass(frozen=True, slots=True)
class Identity:
    """Which workspace this is. kind: real or demo."""

    id: UUID
    kind: str


def identity(tx: Tx) -> Identity | None:
    """None before anybody has begun one here."""
    row = tx.execute(sa.select(tables.workspace.c.id, tables.workspace.c.kind)).first()
    return None if row is None else Identity(*row)


def name(tx: Tx) -> str:
    found: str | None = tx.execute(sa.select(tables.workspace.c.name)).scalar_one_or_none()
    return found or ""


def id_of(tx: Tx) -> UUID:
    """Of a workspace that was founded."""
    found: UUID = tx.execute(sa.select(tables.workspace.c.id)).scalar_one()
    return found


def rename(tx: Tx, text: str) -> None:
    tx.execute(sa.update(tables.workspace).values(name=text))


def kind(tx: Tx) -> str:
    """real or demo; "" while nothing is here."""
    found: str | None = tx.execute(sa.select(tables.workspace.c.kind)).scalar_one_or_none()
    return found or ""


def set_me(tx: Tx, person_id: UUID) -> None:
    """Who acts when nobody says otherwise."""
    tx.execute(sa.update(tables.workspace).values(me_id=person_id))
