"""Tags on conversations; one tag for all spellings of a name that differ in case only."""

from __future__ import annotations

from collections.abc import Collection
from uuid import UUID

import sqlalchemy as sa

from sms_desk.store import tables, upserts
from sms_desk.store.engine import Tx

_t = tables.tags.c
_link = tables.conversation_tags


def fold(name: str) -> str:
    return " ".join(name.split()).casefold()


def ensure(tx: Tx, id_: UUID, name: str) -> UUID:
    """The id of the tag of that name; made with `id_` where there is none."""
    found = tx.execute(sa.select(_t.id).where(_t.folded == fold(name))).scalar_one_or_none()
    if found is not None:
        return UUID(str(found))
    tx.execute(
        sa.insert(tables.tags).values(id=id_, name=" ".join(name.split()), folded=fold(name))
    )
    return id_


def find(tx: Tx, name: str) -> UUID | None:
    return tx.execute(sa.select(_t.id).where(_t.folded == fold(name))).scalar_one_or_none()


def names(tx: Tx) -> dict[UUID, str]:
    """Every tag's name."""
    return {row.id: row.name for row in tx.execute(sa.select(_t.id, _t.name))}


def name(tx: Tx, tag_id: UUID) -> str:
    return tx.execute(sa.select(_t.name).where(_t.id == tag_id)).scalar_one_or_none() or ""


def tagged(tx: Tx, tag_id: UUID, ids: Collection[UUID]) -> set[UUID]:
    """Which of these conversations carry the tag."""
    columns = _link.c
    query = sa.select(columns.conversation_id).where(
        columns.tag_id == tag_id, columns.conversation_id.in_(ids)
    )
    return set(tx.execute(query).scalars())


def add(tx: Tx, tag_id: UUID, ids: Collection[UUID]) -> None:
    """Tag these conversations; those that have the tag already keep it."""
    if not ids:
        return
    tx.execute(
        upserts.insert(tx, _link).on_conflict_do_nothing(),
        [{"conversation_id": id_, "tag_id": tag_id} for id_ in ids],
    )


def remove(tx: Tx, tag_id: UUID, ids: Collection[UUID]) -> None:
    columns = _link.c
    tx.execute(sa.delete(_link).where(columns.tag_id == tag_id, columns.conversation_id.in_(ids)))


def listing(tx: Tx) -> list[sa.RowMapping]:
    """Tags by name with the number of conversations that carry them."""
    uses = sa.func.count(_link.c.conversation_id).label("uses")
    query = (
        sa.select(_t.id, _t.name, uses)
        .outerjoin(_link, _link.c.tag_id == _t.id)
        .group_by(_t.id, _t.name, _t.folded)
        .order_by(_t.folded)
    )
    return list(tx.execute(query).mappings())
