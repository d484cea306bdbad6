"""Conversations that change hands: the new owner, an event of each, and what the audit says of it."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping
from typing import Any
from uuid import UUID

from sms_desk.domain import commands as c
from sms_desk.services.context import Context
from sms_desk.services.effects import Moves
from sms_desk.store import events, team_states
from sms_desk.store.events import Alike, EventKind

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
    alike: dict[tuple[UUID | None, UUID | None, UUID | None], list[UUID]] = defaultdict(list)
    for id_, move in moves.items():
        alike[*move, said.get(id_)].append(id_)
    happened = (Alike(EventKind.ASSIGNED, reason, _detail(*key), ids) for key, ids in alike.items())
    note(ctx, command, happened)
    return moves


def note(ctx: Context, command: c.Command, happened: Iterable[Alike]) -> None:
    """Write down what the actor did by a command, in the history of each conversation."""
    events.append_batch(
        ctx.tx, happened, at=ctx.now, actor_id=ctx.actor.person_id, batch_id=command.id
    )


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
