"""`people` and `team`: who works here, and together with whom."""

from __future__ import annotations

from uuid import UUID

import click

from sms_desk.cli import ids, lookups
from sms_desk.cli.answers import Changed, GroupRow, Rows
from sms_desk.cli.framework import group, with_desk
from sms_desk.domain import commands as c
from sms_desk.domain.errors import NotFoundError
from sms_desk.domain.model import Role
from sms_desk.services import directory
from sms_desk.services.desk import Desk
from sms_desk.services.rows import PersonRow

_ROLES = click.Choice([str(role) for role in Role])


@group()
def people() -> None:
    """People of the workspace."""


@people.command("list")
@with_desk
def list_people(desk: Desk) -> Rows[PersonRow]:
    """List everybody, with role and time zone."""
    return Rows(desk.read(directory.everybody))


@people.command()
@click.argument("name")
@click.option(
    "--role", type=_ROLES, default=str(Role.REP), show_default=True, help="What they may do."
)
@click.option("--zone", metavar="ZONE", help="As in Europe/Berlin; one's own if not given.")
@click.option("--email", metavar="ADDRESS", help="Where notices go.")
@with_desk
def add(desk: Desk, name: str, role: str, zone: str | None, email: str | None) -> Changed:
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
    return Changed.of(desk.change(added), id_)


@people.command()
@click.argument("person")
@click.option("--name", metavar="NAME", help="What they are called now.")
@click.option("--role", type=_ROLES, help="What they may do now.")
@click.option("--zone", metavar="ZONE", help="As in Europe/Berlin.")
@with_desk
def edit(desk: Desk, person: str, name: str | None, role: str | None, zone: str | None) -> Changed:
    """Change a person's name, role or time zone; one's own name and zone anybody may."""
    id_ = ids.person(desk, person)
    row = next(row for row in desk.read(directory.everybody) if row.id == id_)
    edited = c.EditPerson(
        **desk.stamp(),
        person_id=id_,
        name=row.name if name is None else name,
        role=row.role if role is None else Role(role),
        zone=row.zone if zone is None else zone,
    )
    return Changed.of(desk.change(edited), id_)


@group()
def team() -> None:
    """Teams, and profiles: named groups that hold sender IDs."""


@team.command("list")
@with_desk
def list_teams(desk: Desk) -> Rows[GroupRow]:
    """List teams and profiles with their members."""
    return Rows(desk.read(lookups.groups))


@team.command("add")
@click.argument("name")
@click.option("--profile", is_flag=True, help="A profile instead: nobody leads it.")
@with_desk
def add_team(desk: Desk, name: str, profile: bool) -> Changed:
    """Add a team."""
    id_ = ids.fresh(desk)
    done = desk.change(c.AddTeam(**desk.stamp(), team_id=id_, name=name, profile=profile))
    return Changed.of(done, id_)


@team.command()
@click.argument("name", metavar="TEAM")
@click.argument("person")
@with_desk
def member(desk: Desk, name: str, person: str) -> Changed:
    """Let a person belong to a team or profile from now on."""
    team_id = find_group(desk, name)
    if team_id is None:
        raise NotFoundError(f"There is no team “{name}”.", "See sms-desk team list.")
    id_ = ids.fresh(desk)
    added = c.AddMember(
        **desk.stamp(), membership_id=id_, team_id=team_id, person_id=ids.person(desk, person)
    )
    return Changed.of(desk.change(added), id_)


def find_group(desk: Desk, name: str) -> UUID | None:
    """A team or profile by name in any case, or by id; None if there is none."""
    for row in desk.read(lookups.groups):
        if name.casefold() == row.name.casefold() or name == str(row.id):
            return row.id
    return None
