"""People and teams: who works here, in which role, together with whom (R29, R31, R58)."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from sms_desk.domain import commands as c
from sms_desk.domain import staff, wall_time
from sms_desk.domain.changes import Changes
from sms_desk.domain.errors import RefusedError, UsageError
from sms_desk.domain.model import Role
from sms_desk.services.context import Context
from sms_desk.services.effects import Effect, require_admin
from sms_desk.services.handlers.views import named
from sms_desk.store import people, staffing


def add_person(ctx: Context, command: c.AddPerson) -> Effect:
    require_admin(ctx)
    name = named(command.name, "person")
    wall_time.require_zone(command.zone)
    people.insert(
        ctx.tx,
        id_=command.person_id,
        name=name,
        role=command.role,
        zone=command.zone,
        at=command.at,
        email=_email(command.email),
    )
    back = c.RemovePerson(id=command.id, at=command.at, person_id=command.person_id)
    return Effect(Changes.of(person=command.person_id), 1, f"Added {name}", inverse=(back,))


def edit_person(ctx: Context, command: c.EditPerson) -> Effect:
    """One's own name, zone and e-mail anybody may change; others' and roles an admin."""
    before = people.get(ctx.tx, command.person_id)
    if command.person_id != ctx.actor.person_id or command.role != before["role"]:
        require_admin(ctx)
    if command.role is not Role.ADMIN and before["role"] == Role.ADMIN:
        staff.refuse_last_admin(staffing.everybody(ctx.tx), command.person_id)
    wall_time.require_zone(command.zone)
    name = named(command.name, "person")
    email = before["email"] if command.email is None else _email(command.email)
    people.change(
        ctx.tx,
        command.person_id,
        name=name,
        role=command.role,
        zone=command.zone,
        email=email,
    )
    back = c.EditPerson(
        id=command.id,
        at=command.at,
        person_id=command.person_id,
        name=before["name"],
        role=Role(before["role"]),
        zone=before["zone"],
        email=None if command.email is None else before["email"] or "",
    )
    return Effect(Changes.of(person=command.person_id), 1, f"Changed {name}", inverse=(back,))


def set_capacity(ctx: Context, command: c.SetCapacity) -> Effect:
    """An admin's word, or that of a supervisor on their own people (R23)."""
    before = people.get(ctx.tx, command.person_id)
    _require_lead(ctx, command.person_id)
    if command.capacity is not None and not 0 <= command.capacity <= staff.MOST_CAPACITY:
        raise UsageError(
            "This is no number of conversations.", f"Choose 0 to {staff.MOST_CAPACITY:,}, or none."
        )
    people.change(ctx.tx, command.person_id, capacity=command.capacity)
    back = c.SetCapacity(
        id=command.id, at=command.at, person_id=command.person_id, capacity=before["capacity"]
    )
    label = f"Changed the capacity of {before['name']}"
    return Effect(Changes.of(person=command.person_id), 1, label, inverse=(back,))


def suspend_person(ctx: Context, command: c.SuspendPerson) -> Effect:
    """They keep what they hold and see nothing more; their conversations stand in Unassigned until
    they are back or somebody takes them (R31, R58)."""
    require_admin(ctx)
    before = people.get(ctx.tx, command.person_id)
    if command.suspended:
        _refuse_oneself(ctx, command.person_id)
        _refuse_removed(before)
        staff.refuse_last_admin(staffing.everybody(ctx.tx), command.person_id)
    if command.suspended is (before["suspended_at"] is not None):
        return Effect(count=0, label=f"{before['name']} is so already")
    at = command.at if command.suspended else None
    people.change(ctx.tx, command.person_id, suspended_at=at)
    back = c.SuspendPerson(
        id=command.id,
        at=command.at,
        person_id=command.person_id,
        suspended=not command.suspended,
    )
    verb = "Suspended" if command.suspended else "Let back in"
    return Effect(_everything(command.person_id), 1, f"{verb} {before['name']}", inverse=(back,))


def remove_person(ctx: Context, command: c.RemovePerson) -> Effect:
    """Refused for as long as they own open conversations, sender IDs or scheduled messages (R29)."""
    require_admin(ctx)
    before = people.get(ctx.tx, command.person_id)
    if command.removed is (before["removed_at"] is not None):
        return Effect(count=0, label=f"{before['name']} is so already")
    name = before["name"]
    if not command.removed:
        people.change(ctx.tx, command.person_id, removed_at=None)
        staffing.set_membership_ends(ctx.tx, command.memberships, None)
        back = c.RemovePerson(id=command.id, at=command.at, person_id=command.person_id)
        return Effect(_everything(command.person_id), 1, f"Brought back {name}", inverse=(back,))
    _refuse_oneself(ctx, command.person_id)
    staff.refuse_last_admin(staffing.everybody(ctx.tx), command.person_id)
    staff.refuse_holding(name, staffing.holds(ctx.tx, command.person_id, ctx.now))
    people.change(ctx.tx, command.person_id, removed_at=command.at)
    ended = staffing.running_memberships(ctx.tx, command.at, person_id=command.person_id)
    staffing.set_membership_ends(ctx.tx, [row.id for row in ended], command.at)
    back = c.RemovePerson(
        id=command.id,
        at=command.at,
        person_id=command.person_id,
        removed=False,
        memberships=tuple(row.id for row in ended),
    )
    return Effect(_everything(command.person_id), 1, f"Removed {name}", inverse=(back,))


# --- teams and profiles ---------------------------------------------------------------------------


def add_team(ctx: Context, command: c.AddTeam) -> Effect:
    require_admin(ctx)
    name = named(command.name, "team")
    people.insert_team(ctx.tx, id_=command.team_id, name=name, profile=command.profile)
    back = c.RetireTeam(id=command.id, at=command.at, team_id=command.team_id)
    return Effect(Changes.of(person=None), 1, f"Added {name}", inverse=(back,))


def rename_team(ctx: Context, command: c.RenameTeam) -> Effect:
    require_admin(ctx)
    before, name = staffing.team(ctx.tx, command.team_id), named(command.name, "team")
    staffing.change_team(ctx.tx, command.team_id, name=name)
    back = c.RenameTeam(id=command.id, at=command.at, team_id=command.team_id, name=before["name"])
    label = f"{before['name']} is called {name} now"
    return Effect(Changes.of(person=None, sender=None), 1, label, inverse=(back,))


def retire_team(ctx: Context, command: c.RetireTeam) -> Effect:
    """A team that holds sender IDs has to hand these over first: nobody would hold them."""
    require_admin(ctx)
    before = staffing.team(ctx.tx, command.team_id)
    if command.retired:
        _refuse_holding_team(ctx, command.team_id, before["name"])
    staffing.change_team(
        ctx.tx, command.team_id, retired_at=command.at if command.retired else None
    )
    back = c.RetireTeam(
        id=command.id, at=command.at, team_id=command.team_id, retired=not command.retired
    )
    verb = "Retired" if command.retired else "Brought back"
    changes = Changes.of(person=None, conversation=None, sender=None)
    return Effect(changes, 1, f"{verb} {before['name']}", inverse=(back,))


def add_member(ctx: Context, command: c.AddMember) -> Effect:
    require_admin(ctx)
    team = staffing.team(ctx.tx, command.team_id)
    person = people.get(ctx.tx, command.person_id)
    _refuse_removed(person)
    if team["retired_at"] is not None:
        raise RefusedError(f"{team['name']} is retired.", "Bring it back first.", rule="retired")
    _refuse_twice(ctx, command.team_id, person, team)
    people.insert_membership(
        ctx.tx,
        id_=command.membership_id,
        team_id=command.team_id,
        person_id=command.person_id,
        at=command.at,
    )
    back = c.EndMembership(id=command.id, at=command.at, membership_id=command.membership_id)
    label = f"{person['name']} belongs to {team['name']} now"
    return Effect(_everything(command.person_id), 1, label, inverse=(back,))


def end_membership(ctx: Context, command: c.EndMembership) -> Effect:
    require_admin(ctx)
    row = staffing.membership(ctx.tx, command.membership_id)
    person, team = people.get(ctx.tx, row["person_id"]), staffing.team(ctx.tx, row["team_id"])
    if row["until"] is not None and row["until"] <= ctx.now:
        raise RefusedError(f"{person['name']} does not belong to {team['name']}.", rule="member")
    staffing.set_membership_ends(ctx.tx, [row["id"]], max(command.at, row["since"]))
    back = c.ResumeMembership(id=command.id, at=command.at, membership_id=row["id"])
    label = f"{person['name']} left {team['name']}"
    return Effect(_everything(row["person_id"]), 1, label, inverse=(back,))


def resume_membership(ctx: Context, command: c.ResumeMembership) -> Effect:
    """They belong to it as if they had never left."""
    require_admin(ctx)
    row = staffing.membership(ctx.tx, command.membership_id)
    person, team = people.get(ctx.tx, row["person_id"]), staffing.team(ctx.tx, row["team_id"])
    _refuse_removed(person)
    _refuse_twice(ctx, row["team_id"], person, team)
    staffing.set_membership_ends(ctx.tx, [row["id"]], None)
    back = c.EndMembership(id=command.id, at=command.at, membership_id=row["id"])
    label = f"{person['name']} belongs to {team['name']} again"
    return Effect(_everything(row["person_id"]), 1, label, inverse=(back,))


# --- who may ---------------------------------------------------------------------------------------


def _require_lead(ctx: Context, person_id: UUID) -> None:
    """Raises RefusedError unless an admin acts, or a supervisor on somebody of their teams."""
    led = ctx.actor.role is Role.SUPERVISOR and person_id in ctx.reach.people
    if not led:
        require_admin(ctx)


def _refuse_oneself(ctx: Context, person_id: UUID) -> None:
    if person_id == ctx.actor.person_id:
        raise RefusedError(
            "Nobody can suspend or remove themselves.", "Another admin can do it.", rule="oneself"
        )


def _refuse_removed(person: Any) -> None:
    if person["removed_at"] is not None:
        raise RefusedError(
            f"{person['name']} does not work here any more.", "Bring them back first.", rule="gone"
        )


def _refuse_twice(ctx: Context, team_id: UUID, person: Any, team: Any) -> None:
    if staffing.running_memberships(ctx.tx, ctx.now, person_id=person["id"], team_id=team_id):
        raise RefusedError(f"{person['name']} belongs to {team['name']} already.", rule="member")


def _refuse_holding_team(ctx: Context, team_id: UUID, name: str) -> None:
    held = staffing.held_by(ctx.tx, team_id, ctx.now)
    if held:
        raise RefusedError(
            f"{name} still holds {staff.held_words(staff.Holds(senders=held))}.",
            "Give them to other holders first.",
            rule="holds",
        )


def _email(text: str | None) -> str | None:
    """Raises UsageError for what is no address. The mail server has the last word."""
    address = (text or "").strip()
    if not address:
        return None
    name, at, domain = address.rpartition("@")
    if not (name and at and "." in domain) or any(ch.isspace() or ch in ",;<>" for ch in address):
        raise UsageError(
            "This is not an e-mail address.", "Write it as name@example.org, or leave it empty."
        )
    return address


def _everything(person_id: UUID) -> Changes:
    """Who answers what follows from who is here: lists and counts change with it."""
    return Changes.of(person=person_id, conversation=None, sender=None)
