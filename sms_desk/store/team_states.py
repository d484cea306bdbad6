"""Owner, team state and source of many conversations at once: what commands read and write."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from datetime import datetime
from functools import lru_cache
from typing import Any, TypeVar
from uuid import UUID

import sqlalchemy as sa

from sms_desk.domain.model import TeamState
from sms_desk.domain.team_state import State
from sms_desk.store import fast, tables
from sms_desk.store.engine import Tx
from sms_desk.store.reading import Query
from sms_desk.store.types import Id

_c = tables.conversations.c
_STATE = (
    "sender_id",
    "contact_id",
    "team_state",
    "snoozed_until",
    "state_at",
    "closed_at",
    "owner_id",
    "source_kind",
    "source_program_id",
    "source_from_id",
    "source_reason",
    "taken_over_at",
    "human_since",
)
_CHUNK = 2_048  # a statement that is kept ready (store.reading), and no longer
T = TypeVar("T")


def chunks(ids: Collection[T]) -> Iterator[Sequence[T]]:
    """The ids in slices that fit into one statement."""
    ordered = list(ids)
    for start in range(0, len(ordered), _CHUNK):
        yield ordered[start : start + _CHUNK]


def load(
    tx: Tx, ids: Collection[UUID], columns: tuple[str, ...] = _STATE
) -> dict[UUID, dict[str, Any]]:
    """Columns by conversation, beside its id: all of its state, or those of them that matter."""
    query = _of(columns)
    return {row["id"]: row for part in chunks(ids) for row in query.mappings(tx, ids=part)}


@lru_cache(maxsize=64)
def _of(columns: tuple[str, ...]) -> Query:
    wanted = _c.id.in_(sa.bindparam("ids", expanding=True, type_=Id))
    return Query(sa.select(_c.id, *(_c[name] for name in columns)).where(wanted))


def set_state(tx: Tx, ids: Collection[UUID], state: State, at: datetime) -> None:
    """One team state for all of them; a close also answers what was there (R8)."""
    values: dict[str, Any] = {
        "team_state": state.team_state,
        "snoozed_until": state.snoozed_until,
        "state_at": at,
    }
    if state.team_state is TeamState.CLOSED:
        values["closed_at"] = at
    _set(tx, ids, values)


def set_owner(tx: Tx, ids: Collection[UUID], owner_id: UUID | None) -> None:
    """One owner for all of them. The epoch grows, so that sends in flight notice (GS5)."""
    _set(tx, ids, {"owner_id": owner_id, "owner_epoch": _c.owner_epoch + 1})


def restore(tx: Tx, ids: Collection[UUID], values: Mapping[str, Any]) -> None:
    """Put columns back, to the same values in all of them."""
    epoch = {"owner_epoch": _c.owner_epoch + 1} if "owner_id" in values else {}
    _set(tx, ids, {**values, **epoch})


def never_owned(tx: Tx, sender_ids: Collection[UUID]) -> list[sa.Row[UUID, UUID, UUID]]:
    """Conversations (id, sender_id, contact_id) of sender IDs that nobody owns and from whom nobody
    took them away, the oldest first."""
    event = tables.events.c
    decided = sa.exists().where(event.conversation_id == _c.id, event.kind == "assigned")
    query = sa.select(_c.id, _c.sender_id, _c.contact_id).where(_c.owner_id.is_(None), ~decided)
    query = query.order_by(_c.last_inbound, _c.id)
    return [
        row
        for part in chunks(sender_ids)
        for row in tx.execute(query.where(_c.sender_id.in_(part)))
    ]


def due(tx: Tx, now: datetime) -> list[UUID]:
    """Snoozed conversations whose time has come (R52)."""
    return _DUE.values(tx, now=now)


_DUE = Query(
    sa.select(_c.id).where(
        _c.snoozed_until <= sa.bindparam("now"), _c.team_state == TeamState.SNOOZED
    )
)


def _set(tx: Tx, ids: Collection[UUID], values: Mapping[str, Any]) -> None:
    if ids:
        where = fast.among(tx, _c.id, ids)
        tx.execute(sa.update(tables.conversations).where(where).values(values))
