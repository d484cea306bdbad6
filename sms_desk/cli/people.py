"""`people` and `team`: who works here, and together with whom."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, TypeVar
from uuid import UUID

import click

from sms_desk.cli import ids, lookups, people_text
from sms_desk.cli.answers import Changed, Rows
from sms_desk.cli.framework import group, with_desk
from sms_desk.domain import commands as c
from sms_desk.domain.errors import NotFoundError, UsageError
from sms_desk.domain.model import Role
from sms_desk.services import people as staff
from sms_desk.services.desk import Desk
from sms_desk.services.people import Hindrance, StaffRow, TeamRow

_ = people_text  # imported for what it registers: how these answers are told
F = TypeVar("F", bound=Callable[..., Any])
_ROLES = click.Choice([str(role) for role in Role])
_DRY = click.option("--dry-run", is_flag=True, help="Say what would happen; change nothing.")


@group()
def people() -> None:
    """People of the workspace."""


@people.command("list")
@click.option("--team", "team_name", metavar="TEAM", help="Only who belongs to it.")
@click.option("--removed", is_flag=True, help="Who has left, too.")
@with_desk
def list_people(desk: Desk, team_name: str | None, removed: bool) -> Rows[StaffRow]:
    """List whom one works with: role, presence, load and teams."""
    rows = desk.read(staff.listing, removed=removed)
    if team_name is not None:
        id_ = _team(desk, team_name).id
        rows = tuple(row for row in rows if id_ in {one.id for one in row.teams})
    return Rows(rows)


@people.command()
@click.argument("person")
@with_desk
def show(desk: Desk, person: str) -> StaffRow:
    """Show one person: presence, who covers, load, teams and sender IDs."""
    return desk.read(staff.row, ids.person(desk, person))


@people.command()
@click.argument("name")
@click.option(
    "--role", type=_ROLES, default=str(Role.REP), show_default=True, help="What they may do."
)
@click.option("--zone", metavar="ZONE", help="As in Europe/Berlin; one's own if not given.")
@click.option("--email", metavar="ADDRESS", help="Where notices go.")
@_DRY
@with_desk
def add(
    desk: Desk, name: str, role: str, zone: str | None, email: str | None, dry_run: bool
) -> Changed:
    """Add a person."""
    id_ = ids.fresh(desk)
    added = c.AddPerson(
        **desk.stamp(),
        person_id=id_,
        name=name,
        role=Role(role),
        zone=zone or desk.read(lookups.own_zone),
        email=email,
    )
    return _done(desk, added, id_, dry_run=dry_run)


@people.command()
@click.argument("person")
@click.option("--name", metavar="NAME", help="What they are called now.")
@click.option("--role", type=_ROLES, help="What they may do now.")
@click.option("--zone", metavar="ZONE", help="As in Europe/Berlin.")
@click.option("--email", metavar="ADDRESS", help='Where notices go; "" for nowhere.')
@_DRY
@with_desk
def edit(
    desk: Desk,
    person: str,
    name: str | None,
    role: str | None,
    zone: str | None,
    email: str | None,
    dry_run: bool,
) -> Changed:
    """Change a person's name, role, time zone or e-mail; all but the role anybody may for oneself."""
    id_ = ids.person(desk, person)
    row = desk.read(staff.row, id_)
    edited = c.EditPerson(
        **desk.stamp(),
        person_id=id_,
        name=row.name if name is None else name,
        role=row.role if role is None else Role(role),
        zone=row.zone if zone is None else zone,
        email=email,
    )
    return _done(desk, edited, id_, dry_run=dry_run)


@people.command()
@click.argument("person")
@click.argument("count", metavar="COUNT")
@_DRY
@with_desk
def capacity(desk: Desk, person: str, count: str, dry_run: bool) -> Changed:
    """Say how many open conversations are a full desk; none: no limit."""
    id_ = ids.person(desk, person)
    if count != "none" and not count.isdecimal():
        raise UsageError("This is no number of conversations.", "Give a number, or none.")
    limit = None if count == "none" else int(count)
    set_ = c.SetCapacity(**desk.stamp(), person_id=id_, capacity=limit)
    return _done(desk, set_, id_, dry_run=dry_run)


@people.command()
@click.argument("person")
@_DRY
@with_desk
def suspend(desk: Desk, person: str, dry_run: bool) -> Changed:
    """Stop somebody at once: they keep what they hold, and nothing new comes to them."""
    id_ = ids.person(desk, person)
    return _done(desk, c.SuspendPerson(**desk.stamp(), person_id=id_), id_, dry_run=dry_run)


@people.command()
@click.argument("person")
@_DRY
@with_desk
def resume(desk: Desk, person: str, dry_run: bool) -> Changed:
    """Let a suspended person back in."""
    id_ = ids.person(desk, person)
    back = c.SuspendPerson(**desk.stamp(), person_id=id_, suspended=False)
    return _done(desk, back, id_, dry_run=dry_run)


@people.command()
@click.argument("person")
@_DRY
@with_desk
def remove(desk: Desk, person: str, dry_run: bool) -> Changed:
    """Remove somebody who has left; refused while anything is still theirs."""
    id_ = ids.person(desk, person)
    return _done(desk, c.RemovePerson(**desk.stamp(), person_id=id_), id_, dry_run=dry_run)


@people.command()
@click.argument("person")
@with_desk
def hindrance(desk: Desk, person: str) -> Hindrance:
    """Say what stands against removing somebody."""
    return desk.read(staff.hindrance, ids.person(desk, person))


@people.command()
@click.argument("person")
@_DRY
@with_desk
def restore(desk: Desk, person: str, dry_run: bool) -> Changed:
    """Bring back somebody who was removed; teams they join anew."""
    id_ = ids.person(desk, person)
    back = c.RemovePerson(**desk.stamp(), person_id=id_, removed=False)
    return _done(desk, back, id_, dry_run=dry_run)


# --- teams and profiles ---------------------------------------------------------------------------


@group()
def team() -> None:
    """Teams, and profiles: named groups that hold sender IDs."""


@team.command("list")
@click.option("--retired", is_flag=True, help="Retired ones, too.")
@with_desk
def list_teams(desk: Desk, retired: bool) -> Rows[TeamRow]:
    """List teams and profiles with their members."""
    return Rows(desk.read(staff.teams, retired=retired))


@team.command("add")
@click.argument("name")
@click.option("--profile", is_flag=True, help="A profile instead: nobody leads it.")
@_DRY
@with_desk
def add_team(desk: Desk, name: str, profile: bool, dry_run: bool) -> Changed:
    """Add a team."""
    id_ = ids.fresh(desk)
    added = c.AddTeam(**desk.stamp(), team_id=id_, name=name, profile=profile)
    return _done(desk, added, id_, dry_run=dry_run)


@team.command()
@click.argument("name", metavar="TEAM")
@click.argument("new_name", metavar="NAME")
@_DRY
@with_desk
def rename(desk: Desk, name: str, new_name: str, dry_run: bool) -> Changed:
    """Give a team or profile another name."""
    id_ = _team(desk, name).id
    renamed = c.RenameTeam(**desk.stamp(), team_id=id_, name=new_name)
    return _done(desk, renamed, id_, dry_run=dry_run)


@team.command()
@click.argument("name", metavar="TEAM")
@click.option("--undo", "back", is_flag=True, help="Use it again.")
@_DRY
@with_desk
def retire(desk: Desk, name: str, back: bool, dry_run: bool) -> Changed:
    """Retire a team or profile that holds no sender IDs."""
    id_ = _team(desk, name).id
    retired = c.RetireTeam(**desk.stamp(), team_id=id_, retired=not back)
    return _done(desk, retired, id_, dry_run=dry_run)


@team.command()
@click.argument("name", metavar="TEAM")
@click.argument("person")
@_DRY
@with_desk
def member(desk: Desk, name: str, person: str, dry_run: bool) -> Changed:
    """Let a person belong to a team or profile from now on."""
    id_ = ids.fresh(desk)
    added = c.AddMember(
        **desk.stamp(),
        membership_id=id_,
        team_id=_team(desk, name).id,
        person_id=ids.person(desk, person),
    )
    return _done(desk, added, id_, dry_run=dry_run)


@team.command()
@click.argument("name", metavar="TEAM")
@click.argument("person")
@_DRY
@with_desk
def leave(desk: Desk, name: str, person: str, dry_run: bool) -> Changed:
    """Let a person's membership end now; that they belonged stays on record."""
    found, person_id = _team(desk, name), ids.person(desk, person)
    for one in found.members:
        if one.person_id == person_id:
            left = c.EndMembership(**desk.stamp(), membership_id=one.membership_id)
            return _done(desk, left, one.membership_id, dry_run=dry_run)
    raise NotFoundError(f"They do not belong to {found.name}.", "See sms-desk team list.")


def find_group(desk: Desk, name: str) -> UUID | None:
    """A team or profile by name in any case, or by id; None if there is none."""
    for row in desk.read(lookups.groups):
        if name.casefold() == row.name.casefold() or name == str(row.id):
            return row.id
    return None


def _team(desk: Desk, name: str) -> TeamRow:
    rows = desk.read(staff.teams, retired=True)
    for row in sorted(rows, key=lambda one: one.retired):
        if name.casefold() == row.name.casefold() or name == str(row.id):
            return row
    raise NotFoundError(f"There is no team “{name}”.", "See sms-desk team list.")


def _done(desk: Desk, command: c.Command, id_: UUID, *, dry_run: bool) -> Changed:
    done = desk.rehearse(command) if dry_run else desk.change(command)
    return Changed.of(done, id_)
