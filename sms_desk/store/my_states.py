"""What is so for one person alone: read markers, pins, mutes, drafts (R10, R48)."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from datetime import datetime
from typing import Any
from uuid import UUID

import sqlalchemy as sa

from sms_desk.store import tables, upserts
from sms_desk.store.engine import Tx
from sms_desk.store.reading import Query
from sms_desk.store.team_states import chunks
from sms_desk.store.types import Id

_m = tables.my_states.c
_d = tables.drafts.c


def read_positions(tx: Tx, person_id: UUID, ids: Collection[UUID]) -> dict[UUID, int]:
    """Read markers as stored; conversations never opened are absent."""
    query = sa.select(_m.conversation_id, _m.read_position).where(
        _m.person_id == person_id, _m.conversation_id.in_(ids)
    )
    return {row.conversation_id: row.read_position for row in tx.execute(query)}


def set_many(tx: Tx, person_id: UUID, values: Mapping[UUID, Mapping[str, Any]]) -> None:
    """Set columns of my state, per conversation; all entries name the same columns."""
    if not values:
        return
    statement = upserts.insert(tx, tables.my_states)
    names = next(iter(values.values()))
    upsert = statement.on_conflict_do_update(
        index_elements=[_m.person_id, _m.conversation_id],
        set_={name: statement.excluded[name] for name in names},
    )
    tx.execute(
        upsert,
        [
            {"person_id": person_id, "conversation_id": id_, **columns}
            for id_, columns in values.items()
        ],
    )


def drafts(tx: Tx, person_id: UUID, conversation_id: UUID) -> dict[str, str]:
    """Half-typed texts by mode."""
    rows = _DRAFTS.rows(tx, person_id=person_id, conversation_id=conversation_id)
    return {row[0]: row[1] for row in rows}


def all_drafts(tx: Tx) -> list[dict[str, Any]]:
    """Every half-typed text, as `put_drafts` takes it."""
    return [dict(row) for row in tx.execute(sa.select(tables.drafts)).mappings()]


def put_drafts(tx: Tx, rows: Collection[Mapping[str, Any]]) -> None:
    """Half-typed texts as they were, and no others."""
    tx.execute(sa.delete(tables.drafts))
    if rows:
        tx.execute(sa.insert(tables.drafts), [dict(row) for row in rows])


def save_draft(
    tx: Tx, person_id: UUID, conversation_id: UUID, mode: str, body: str, at: datetime
) -> None:
    """Keep a draft; an empty one goes."""
    where = (_d.person_id == person_id, _d.conversation_id == conversation_id, _d.mode == mode)
    if not body:
        tx.execute(sa.delete(tables.drafts).where(*where))
        return
    changed = tx.execute(sa.update(tables.drafts).where(*where).values(body=body, changed_at=at))
    if not changed.rowcount:
        tx.execute(
            sa.insert(tables.drafts).values(
                person_id=person_id,
                conversation_id=conversation_id,
                mode=mode,
                body=body,
                changed_at=at,
            )
        )


def with_flag(tx: Tx, person_id: UUID, name: str, ids: Collection[UUID]) -> set[UUID]:
    """Which of these are pinned or muted, as `name` says."""
    found: set[UUID] = set()
    for part in chunks(ids):
        query = sa.select(_m.conversation_id).where(
            _m.person_id == person_id, _m.conversation_id.in_(part), _m[name]
        )
        found.update(tx.execute(query).scalars())
    return found


_DRAFTS = Query(
    sa.select(_d.mode, _d.body).where(
        _d.person_id == sa.bindparam("person_id", type_=Id),
        _d.conversation_id == sa.bindparam("conversation_id", type_=Id),
    )
)
