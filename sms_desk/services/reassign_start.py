"""What the choice of new owners starts from: who there is, and what can be divided by (R30)."""

from __future__ import annotations

from uuid import UUID

from sms_desk.domain import commands as c
from sms_desk.domain.frozen import dataclass
from sms_desk.domain.model import Role
from sms_desk.services import programs
from sms_desk.services.context import Context
from sms_desk.services.reassignment import may_get, sender_ids_of
from sms_desk.services.targets import resolve
from sms_desk.store import absences, people, senders, team_states

Named = tuple[tuple[UUID, str], ...]


@dataclass(frozen=True, slots=True)
class Taker:
    """Somebody who may get conversations. open: open and snoozed ones that they own."""

    person_id: UUID
    name: str
    open: int
    capacity: int | None = None
    absent: bool = False


@dataclass(frozen=True, slots=True)
class ReassignStart:
    """count: conversations that are meant. giver: the one owner of all of them, if there is one.
    giver_senders: sender IDs that the giver holds by name and the reader may give on. programs,
    senders: what the conversations answer, and where they run, for the splits by these."""

    count: int
    takers: tuple[Taker, ...]
    giver: tuple[UUID, str] | None
    giver_senders: Named
    programs: Named
    senders: Named


def start(ctx: Context, targets: c.Targets) -> ReassignStart:
    """Raises NotFoundError if one of the conversations may not be seen (R31)."""
    ids = resolve(ctx, targets)
    rows = team_states.load(ctx.tx, ids).values()
    names = ctx.remembered(people.names)
    owners = {row["owner_id"] for row in rows}
    owner = owners.pop() if len(owners) == 1 else None
    movable = sender_ids_of(ctx, owner) if owner and ctx.actor.role is not Role.REP else ()
    answered = {row["source_program_id"] for row in rows}
    return ReassignStart(
        count=len(rows),
        takers=_takers(ctx),
        giver=None if owner is None else (owner, names[owner]),
        giver_senders=_senders(ctx, movable),
        programs=tuple(
            (one.id, one.name) for one in programs.listing(ctx, retired=True) if one.id in answered
        ),
        senders=_senders(ctx, {row["sender_id"] for row in rows} | set(movable)),
    )


def _takers(ctx: Context) -> tuple[Taker, ...]:
    allowed = may_get(ctx)
    rows = [
        row
        for row in people.listing(ctx.tx)
        if row["id"] not in ctx.directory.suspended
        and row["removed_at"] is None
        and (allowed is None or row["id"] in allowed)
    ]
    own = absences.open_counts(ctx.tx, [row["id"] for row in rows])
    away = ctx.directory.presence(ctx.now).absences
    return tuple(
        Taker(row["id"], row["name"], own.get(row["id"], 0), row["capacity"], row["id"] in away)
        for row in rows
    )


def _senders(ctx: Context, ids: set[UUID] | tuple[UUID, ...]) -> Named:
    found = senders.briefly(ctx.tx, ids)
    named = [(id_, row["label"] or row["address"]) for id_, row in found.items()]
    return tuple(sorted(named, key=lambda one: (one[1], one[0])))
