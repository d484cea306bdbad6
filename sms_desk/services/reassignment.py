"""Conversations, and sender IDs with them, to other people for good: who would get what (R30).

The dry run and the command itself ask the same `plan`, so that what was shown is what happens.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from datetime import datetime
from enum import StrEnum
from operator import attrgetter
from typing import Any
from uuid import UUID

from sms_desk.domain import commands as c
from sms_desk.domain.absences import Split
from sms_desk.domain.errors import RefusedError, UsageError
from sms_desk.domain.frozen import dataclass
from sms_desk.domain.model import Role, TeamState
from sms_desk.domain.splitting import Load, Thing, divide
from sms_desk.services.context import Context
from sms_desk.services.targets import resolve
from sms_desk.store import absences, people, reassigning, senders, team_states

Rows = Mapping[UUID, Mapping[Any, Any]]


@dataclass(frozen=True, slots=True)
class Plan:
    """rows: the conversations as they are, by id. given: who gets each; those whose owner it is
    already, and those that no share names (`unnamed`), are not in it. holdings: the running rows of
    the sender IDs that move. takers: by sender ID, who begins to hold it."""

    rows: Rows
    given: Mapping[UUID, UUID]
    unnamed: tuple[UUID, ...] = ()
    holdings: tuple[Mapping[Any, Any], ...] = ()
    takers: Mapping[UUID, tuple[UUID, ...]] | None = None


class WarningCode(StrEnum):
    ABSENT = "absent"  # the person is away now; whoever covers them answers
    FULL = "full"  # more open conversations than the person's capacity
    UNNAMED = "unnamed"  # conversations that no share names stay where they are
    QUEUED = "queued"  # messages that wait are held until the new owner or the author decides


@dataclass(frozen=True, slots=True)
class ReassignWarning:
    """What to know before. person_id, name: whom it is about; number: how many things."""

    code: WarningCode
    text: str
    number: int = 0
    person_id: UUID | None = None
    name: str = ""


@dataclass(frozen=True, slots=True)
class PersonLoad:
    """Open and snoozed conversations that somebody owns, before and after; those of the people who
    give away, too. given: conversations that come to them, closed ones too."""

    person_id: UUID
    name: str
    before: int
    after: int
    given: int
    capacity: int | None = None
    absent_until: datetime | None = None
    absent: bool = False


@dataclass(frozen=True, slots=True)
class MovedSender:
    """A sender ID that moves along, from one holder to others, by name."""

    id: UUID
    label: str
    to: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Preview:
    """The dry run. count: conversations that would move; open, snoozed, closed: of these by
    team state; waiting: in which a customer waits. scheduled, queued: messages that wait in them.
    unchanged: conversations that stay with their owner, unnamed ones among them."""

    count: int
    open: int
    snoozed: int
    closed: int
    waiting: int
    scheduled: int
    queued: int
    unchanged: int
    loads: tuple[PersonLoad, ...]
    senders: tuple[MovedSender, ...]
    warnings: tuple[ReassignWarning, ...]


def plan(ctx: Context, command: c.Reassign) -> Plan:
    """Who would get each conversation that the targets mean now, and each sender ID.

    Raises RefusedError for what may not be given away or to whom (R31), UsageError for a split that
    says nothing.
    """
    _check_shares(ctx, command)
    ids = resolve(ctx, command.targets)
    if command.targets.matching is not None:
        ids.sort(key=attrgetter("int"))  # however it was read, the same division
    rows = team_states.load(ctx.tx, ids, _COLUMNS)
    meant = [
        rows[id_]
        for id_ in ids
        if command.from_id is None or rows[id_]["owner_id"] == command.from_id
    ]
    _check_conversations(ctx, meant)
    taken = _divided(ctx, command, meant)
    given = {
        row["id"]: owner
        for row in meant
        if (owner := taken[row["id"]]) is not None and owner != row["owner_id"]
    }
    unnamed = tuple(row["id"] for row in meant if taken[row["id"]] is None)
    holdings, takers = _senders(ctx, command)
    return Plan(rows, given, unnamed, holdings, takers)


_COLUMNS = ("owner_id", "team_state", "source_program_id", "sender_id")


def _check_shares(ctx: Context, command: c.Reassign) -> None:
    if not command.shares:
        raise UsageError("Nobody was named.", "Say who gets the conversations.")
    if command.split is Split.ONE and len({share.person_id for share in command.shares}) > 1:
        raise UsageError("One person takes all, but several were named.", "Choose another split.")
    names = ctx.remembered(people.names)
    allowed = may_get(ctx)
    for share in command.shares:
        who = share.person_id
        if who not in names:
            raise UsageError("There is no such person.", "See sms-desk people.")
        if who in ctx.directory.suspended:
            raise RefusedError(
                f"{names[who]} does not work here any more, or is suspended.",
                "Choose somebody else.",
                rule="gone",
            )
        if allowed is not None and who not in allowed:
            raise RefusedError(
                f"{names[who]} is in none of your teams.",
                "Choose somebody of your teams, or ask an admin.",
                rule="role",
            )


def may_get(ctx: Context) -> frozenset[UUID] | None:
    """To whom the actor may give (R31); None: to anybody who works here."""
    if ctx.actor.role is Role.SUPERVISOR:
        return ctx.reach.people | {ctx.actor.person_id}
    return None


def _check_conversations(ctx: Context, rows: Sequence[Mapping[Any, Any]]) -> None:
    """A rep gives away their own, a supervisor what is their teams' or nobody's (R31)."""
    me, role = ctx.actor.person_id, ctx.actor.role
    if role is Role.ADMIN:
        return
    theirs = {me} if role is Role.REP else {me, None, *ctx.reach.people}
    foreign = sum(1 for row in rows if row["owner_id"] not in theirs)
    if not foreign:
        return
    what = "conversation is" if foreign == 1 else "conversations are"
    raise RefusedError(
        f"{foreign:,} of {len(rows):,} {what} not yours to give away.",
        "Narrow the filter, for instance to an owner, or ask an admin.",
        rule="role",
    )


def _divided(
    ctx: Context, command: c.Reassign, rows: Sequence[Mapping[Any, Any]]
) -> dict[UUID, UUID | None]:
    """Closed conversations fill no desk: where the rest goes by load, they are divided evenly."""
    if command.split is not Split.LOAD:
        return divide(_things(rows), command.split, command.shares)
    closed = [row for row in rows if row["team_state"] == TeamState.CLOSED]
    others = [row for row in rows if row["team_state"] != TeamState.CLOSED]
    by_load = divide(_things(others), Split.LOAD, command.shares, _loads(ctx, command, others))
    return by_load | divide(_things(closed), Split.EVEN, command.shares)


def _things(rows: Sequence[Mapping[Any, Any]]) -> list[Thing]:
    return [Thing(row["id"], row["source_program_id"], row["sender_id"]) for row in rows]


def _loads(
    ctx: Context, command: c.Reassign, moving: Sequence[Mapping[Any, Any]]
) -> dict[UUID, Load]:
    """What each has without what is being divided."""
    takers = {share.person_id for share in command.shares}
    own = absences.open_counts(ctx.tx, takers)
    leaving = Counter(row["owner_id"] for row in moving)
    capacity = people.capacities(ctx.tx)
    return {one: Load(own.get(one, 0) - leaving[one], capacity.get(one)) for one in takers}


# --- sender IDs -----------------------------------------------------------------------------------


def _senders(
    ctx: Context, command: c.Reassign
) -> tuple[tuple[Mapping[Any, Any], ...], dict[UUID, tuple[UUID, ...]]]:
    """The holdings that end, and who begins to hold each sender ID."""
    wanted = tuple(dict.fromkeys(command.sender_ids))
    if not wanted:
        return (), {}
    if command.from_id is None:
        raise UsageError("Whose sender IDs they are was not said.", "Say from whom.")
    if ctx.actor.role is Role.REP:
        raise RefusedError(
            "Sender IDs are given out by supervisors and admins.", "Ask one of them.", rule="role"
        )
    if ctx.actor.role is Role.SUPERVISOR and command.from_id not in {
        ctx.actor.person_id,
        *ctx.reach.people,
    }:
        raise RefusedError(
            "The sender IDs are of somebody in none of your teams.", "Ask an admin.", rule="role"
        )
    running = tuple(
        row
        for row in senders.running_holdings(ctx.tx, ctx.now, wanted)
        if row["holder_kind"] == "person" and row["holder_id"] == command.from_id
    )
    if {row["sender_id"] for row in running} != set(wanted):
        raise RefusedError(
            "One of the sender IDs is not held by that person.", "Choose among theirs.", rule="role"
        )
    people_ = tuple(dict.fromkeys(share.person_id for share in command.shares))
    if command.split is not Split.SENDER:
        return running, dict.fromkeys(wanted, people_)
    named = {key: share.person_id for share in reversed(command.shares) for key in share.keys}
    rest = tuple(dict.fromkeys(share.person_id for share in command.shares if not share.keys))
    takers = {one: (named[one],) if one in named else rest or people_ for one in wanted}
    return running, takers


def sender_ids_of(ctx: Context, person_id: UUID) -> tuple[UUID, ...]:
    """The sender IDs that somebody holds by name now: what can move along with conversations."""
    return tuple(sorted(senders.held_by(ctx.tx, person_id, ctx.now)))


# --- dry run --------------------------------------------------------------------------------------


def preview(ctx: Context, command: c.Reassign) -> Preview:
    """What the command would do now; nothing is written. Raises as `plan` does."""
    planned = plan(ctx, command)
    rows = [planned.rows[id_] for id_ in planned.given]
    states = Counter(TeamState(row["team_state"]) for row in rows)
    waits = reassigning.waits(ctx.tx, list(planned.given))
    loads = _before_after(ctx, command, planned)
    names = ctx.remembered(people.names)
    briefly = senders.briefly(ctx.tx, planned.takers or {})
    return Preview(
        count=len(rows),
        open=states[TeamState.OPEN],
        snoozed=states[TeamState.SNOOZED],
        closed=states[TeamState.CLOSED],
        waiting=waits.conversations,
        scheduled=waits.scheduled,
        queued=waits.queued,
        unchanged=len(planned.rows) - len(rows),
        loads=loads,
        senders=tuple(
            MovedSender(
                id_, briefly[id_]["label"] or briefly[id_]["address"], tuple(names[p] for p in to)
            )
            for id_, to in (planned.takers or {}).items()
        ),
        warnings=_warnings(planned, loads, waits, frozenset(s.person_id for s in command.shares)),
    )


def _before_after(ctx: Context, command: c.Reassign, planned: Plan) -> tuple[PersonLoad, ...]:
    names = ctx.remembered(people.names)
    takers = [share.person_id for share in command.shares]
    givers = sorted(
        {o for id_ in planned.given if (o := planned.rows[id_]["owner_id"])}, key=lambda o: names[o]
    )
    everybody = list(dict.fromkeys([*takers, *givers]))
    before = absences.open_counts(ctx.tx, everybody)
    change: Counter[UUID] = Counter()
    for id_, taker in planned.given.items():
        row = planned.rows[id_]
        if row["team_state"] != TeamState.CLOSED:
            change[taker] += 1
            if row["owner_id"] is not None:
                change[row["owner_id"]] -= 1
    capacity = people.capacities(ctx.tx)
    given = Counter(planned.given.values())
    away = ctx.directory.presence(ctx.now).absences
    return tuple(
        PersonLoad(
            one,
            names[one],
            before.get(one, 0),
            before.get(one, 0) + change[one],
            given[one],
            capacity.get(one),
            away[one][0].until if one in away else None,
            one in away,
        )
        for one in everybody
    )


def _warnings(
    planned: Plan,
    loads: tuple[PersonLoad, ...],
    waits: reassigning.Waits,
    takers: frozenset[UUID],
) -> tuple[ReassignWarning, ...]:
    found = []
    for load in loads:
        if load.person_id not in takers:
            continue
        if load.absent:
            text = f"{load.name} is away now: whoever covers them answers."
            found.append(ReassignWarning(WarningCode.ABSENT, text, 0, load.person_id, load.name))
        if load.capacity is not None and load.after > load.capacity and load.given:
            text = f"{load.name} would have {load.after:,} open, more than {load.capacity:,}."
            found.append(
                ReassignWarning(
                    WarningCode.FULL, text, load.after - load.capacity, load.person_id, load.name
                )
            )
    if planned.unnamed:
        n = len(planned.unnamed)
        text = f"{n:,} that no share names stay with who has them."
        found.append(ReassignWarning(WarningCode.UNNAMED, text, n))
    waiting = waits.queued + waits.scheduled
    if waiting:
        text = f"{waiting:,} waiting to be sent will be held until somebody has looked at them."
        found.append(ReassignWarning(WarningCode.QUEUED, text, waiting))
    return tuple(found)
