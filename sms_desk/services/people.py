"""Who works here, whether they are there now, and how much they have (R23, R29, R31)."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import datetime
from enum import StrEnum
from typing import Any
from uuid import UUID

from sms_desk.domain import duty, staff
from sms_desk.domain.duty import Duty
from sms_desk.domain.errors import NotFoundError
from sms_desk.domain.frozen import dataclass
from sms_desk.domain.model import HolderKind, Role
from sms_desk.domain.wall_time import require_zone
from sms_desk.domain.working_hours import WorkingHours, parse_hours
from sms_desk.services.context import Context
from sms_desk.settings import registry
from sms_desk.store import people, settings, staffing


class Here(StrEnum):
    """Whether somebody is there to answer; derived, never stored."""

    HERE = "here"
    OFF_HOURS = "off_hours"  # outside their working hours
    ABSENT = "absent"
    INVITED = "invited"  # to a team's workspace, and has not joined yet
    SUSPENDED = "suspended"
    REMOVED = "removed"


@dataclass(frozen=True, slots=True)
class TeamName:
    """membership_id: by which the person belongs to it now."""

    id: UUID
    name: str
    membership_id: UUID


@dataclass(frozen=True, slots=True)
class StaffRow:
    """One of us. here: whether they are there. back_at: when they are there next, while absent or
    outside their hours; None for never or unknown. hours: at which they work, in words; "" for always.
    absence_id: of the innermost running absence. covered_by: names of who answers for them.
    open, waiting, snoozed: conversations that they own. capacity: open ones that are a full desk;
    None: nobody said. senders: those held by name. email: where notices go.
    What somebody has, and their e-mail, is theirs, their supervisors' and admins' to know: for
    others the numbers are None and the rest is empty.
    may_edit, may_lead: as an admin or oneself; as one of those who may say how much they carry.
    """

    id: UUID
    name: str
    role: Role
    zone: str
    local_now: datetime
    hours: str
    here: Here
    back_at: datetime | None
    absence_id: UUID | None
    covered_by: tuple[str, ...]
    teams: tuple[TeamName, ...]
    open: int | None
    waiting: int | None
    snoozed: int | None
    capacity: int | None
    senders: tuple[tuple[UUID, str], ...]
    email: str
    is_me: bool
    may_edit: bool
    may_lead: bool


@dataclass(frozen=True, slots=True)
class Member:
    person_id: UUID
    name: str
    membership_id: UUID
    since: datetime


@dataclass(frozen=True, slots=True)
class TeamRow:
    """A team, or a profile: a named group of holders. members: who belongs to it now, by name."""

    id: UUID
    name: str
    kind: HolderKind
    retired: bool
    members: tuple[Member, ...]
    senders: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Hindrance:
    """What stands against removing somebody. holds: what they still have; words: the same in words,
    "" where nothing stands against it."""

    person_id: UUID
    name: str
    holds: staff.Holds
    words: str


def listing(ctx: Context, *, removed: bool = False) -> tuple[StaffRow, ...]:
    """Whom the actor works with, by name: all for an admin, else those of one's own teams and
    oneself. removed: who has left, too."""
    look = _Look(ctx)
    return tuple(
        look.row(stored)
        for stored in people.listing(ctx.tx)
        if (removed or stored["removed_at"] is None) and look.sees(stored["id"])
    )


def row(ctx: Context, person_id: UUID) -> StaffRow:
    """Raises NotFoundError, also for whom the actor does not work with."""
    look = _Look(ctx)
    if not look.sees(person_id):
        raise NotFoundError("There is no such person.")
    return look.row(people.get(ctx.tx, person_id))


def hindrance(ctx: Context, person_id: UUID) -> Hindrance:
    """What somebody has that has to go to others before they can be removed (R29)."""
    name = row(ctx, person_id).name
    holds = staffing.holds(ctx.tx, person_id, ctx.now)
    return Hindrance(person_id, name, holds, staff.held_words(holds) if holds else "")


def teams(ctx: Context, *, retired: bool = False) -> tuple[TeamRow, ...]:
    """Teams and profiles by name; for whoever is no admin, those one belongs to."""
    names = people.names(ctx.tx)
    members: dict[UUID, list[Member]] = {}
    for each in staffing.running_memberships(ctx.tx, ctx.now):
        one = Member(each.person_id, names[each.person_id], each.id, each.since)
        members.setdefault(each.team_id, []).append(one)
    return tuple(
        TeamRow(
            stored["id"],
            stored["name"],
            HolderKind(stored["kind"]),
            stored["retired_at"] is not None,
            tuple(sorted(members.get(stored["id"], ()), key=lambda one: one.name.casefold())),
            staffing.held_by(ctx.tx, stored["id"], ctx.now),
        )
        for stored in staffing.teams(ctx.tx, retired=retired)
        if ctx.reach.everything
        or any(one.person_id == ctx.actor.person_id for one in members.get(stored["id"], ()))
    )


class _Look:
    """What all rows of one reading share: a handful of queries, however many people."""

    def __init__(self, ctx: Context) -> None:
        self._ctx = ctx
        self._names = people.names(ctx.tx)
        self._teams = _teams_of(ctx)
        mine = {team.id for team in self._teams.get(ctx.actor.person_id, ())}
        self._mates = {
            person for person, some in self._teams.items() if mine & {team.id for team in some}
        }
        self._loads = staffing.loads(ctx.tx)
        self._senders = staffing.holders(ctx.tx, ctx.now)
        self._hours = settings.of_people(ctx.tx, "working_hours")
        chosen = settings.read(ctx.tx)
        self._usual = chosen.get("working_hours", registry.get("working_hours").default)
        self._invited = frozenset(map(UUID, chosen.get(settings.INVITED, ())))

    def sees(self, person_id: UUID) -> bool:
        ctx = self._ctx
        return ctx.reach.everything or person_id == ctx.actor.person_id or person_id in self._mates

    def row(self, stored: Mapping[Any, Any]) -> StaffRow:
        ctx, id_ = self._ctx, stored["id"]
        is_me, is_admin = id_ == ctx.actor.person_id, ctx.actor.role is Role.ADMIN
        leads = is_admin or (ctx.actor.role is Role.SUPERVISOR and id_ in ctx.reach.people)
        hours = parse_hours(self._hours.get(id_, self._usual))
        here, back_at = self._here(stored, hours)
        absence = next(iter(ctx.presence.absences.get(id_, ())), None)
        cover = ctx.presence.covered_by(id_)
        takers = cover.answering if cover is not None else ()
        known = is_me or leads
        opened, waiting, snoozed = self._loads.get(id_, (0, 0, 0)) if known else (None, None, None)
        return StaffRow(
            id_,
            stored["name"],
            Role(stored["role"]),
            stored["zone"],
            ctx.now.astimezone(require_zone(stored["zone"])),
            str(hours),
            here,
            back_at,
            absence.id if absence is not None else None,
            tuple(sorted((self._names.get(one, "") for one in takers), key=str.casefold)),
            self._teams.get(id_, ()),
            opened,
            waiting,
            snoozed,
            stored["capacity"] if known else None,
            tuple(self._senders.get(id_, ())) if known else (),
            (stored["email"] or "") if known else "",
            is_me,
            is_me or is_admin,
            leads,
        )

    def _here(self, stored: Mapping[Any, Any], hours: WorkingHours) -> tuple[Here, datetime | None]:
        if stored["removed_at"] is not None:
            return Here.REMOVED, None
        if stored["suspended_at"] is not None:
            return Here.SUSPENDED, None
        ctx, id_ = self._ctx, stored["id"]
        if id_ in self._invited:
            return Here.INVITED, None
        away = tuple(
            (one.since, one.until) for one in ctx.directory.absences if one.person_id == id_
        )
        when = duty.next_there(Duty(hours, require_zone(stored["zone"]), False, away), ctx.now)
        if id_ in ctx.presence.absences:
            return Here.ABSENT, when
        return (Here.HERE, None) if when == ctx.now else (Here.OFF_HOURS, when)


def _teams_of(ctx: Context) -> dict[UUID, tuple[TeamName, ...]]:
    names = {one["id"]: one["name"] for one in staffing.teams(ctx.tx)}
    found: dict[UUID, list[TeamName]] = {}
    for each in staffing.running_memberships(ctx.tx, ctx.now):
        if each.team_id in names:
            one = TeamName(each.team_id, names[each.team_id], each.id)
            found.setdefault(each.person_id, []).append(one)
    return {person: tuple(_by_name(some)) for person, some in found.items()}


def _by_name(some: Iterable[TeamName]) -> list[TeamName]:
    return sorted(some, key=lambda one: one.name.casefold())
