"""Conversations that change hands: the new owner, an event of each, and what the audit says of it."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping
from typing import Any
from uuid import UUID

from sms_desk.domain import commands as c
from sms_desk.services.context import Context
from sms_desk.services.effects import Moves
from sms_desk.store import events, team_states
from sms_desk.store.events import Event, EventKind
from sms_desk.store.ids import derived

Owners = Mapping[UUID, UUID | None]


def give(
    ctx: Context,
    command: c.Command,
    before: Mapping[UUID, Mapping[Any, Any]],
    owners: Owners,
    reason: str,
    absences: Mapping[UUID, UUID] | None = None,
) -> Moves:
    """Write each conversation's new owner. before: the rows as they were; absences: by conversation
    the absence for which it moves."""
    for owner_id, ids in by_owner(owners).items():
        team_states.set_owner(ctx.tx, ids, owner_id)
    moves = {id_: (before[id_]["owner_id"], owner_id) for id_, owner_id in owners.items()}
    said = absences or {}
    details: dict[Any, dict[str, Any]] = {}  # of thousands, few differ: each is written once
    happened = []
    for id_, (was, owner_id) in moves.items():
        key = was, owner_id, said.get(id_)
        if key not in details:
            details[key] = _detail(*key)
        happened.append(
            Event(
                derived(command.id, id_),
                id_,
                ctx.now,
                EventKind.ASSIGNED,
                ctx.actor.person_id,
                reason,
                details[key],
                command.id,
            )
        )
    events.append(ctx.tx, happened)
    return moves


def by_owner(owners: Owners) -> dict[UUID | None, list[UUID]]:
    """The conversations of each new owner."""
    found: dict[UUID | None, list[UUID]] = defaultdict(list)
    for id_, owner_id in owners.items():
        found[owner_id].append(id_)
    return dict(found)


def _detail(was: UUID | None, owner_id: UUID | None, absence_id: UUID | None) -> dict[str, Any]:
    found: dict[str, Any] = {
        "before": {"owner_id": _text(was)},
        "after": {"owner_id": _text(owner_id)},
    }
    return found if absence_id is None else {**found, "absence": str(absence_id)}


def _text(id_: UUID | None) -> str | None:
    return None if id_ is None else str(id_)
