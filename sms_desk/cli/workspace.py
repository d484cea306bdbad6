"""`workspace`: a team's workspace on PostgreSQL: making it, letting people in, looking after it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import TypeVar

import click

from sms_desk.bootstrap import moving, team_admin
from sms_desk.bootstrap.moving import Moved
from sms_desk.bootstrap.team_admin import Begun, Founder, Invitation, Locked, Made, TeamStatus
from sms_desk.cli import workspace_text
from sms_desk.cli.answers import Upgraded
from sms_desk.cli.framework import group, with_invocation
from sms_desk.cli.invocation import Invocation
from sms_desk.cli.server_options import (
    ca_file,
    chosen,
    folder_of,
    password_fd,
    server_options,
    typed,
    with_password,
)
from sms_desk.domain.model import Role
from sms_desk.settings import server_address
from sms_desk.settings.server_address import ServerAddress, Who
from sms_desk.settings.zones import local_zone
from sms_desk.store.head import HEAD
from sms_desk.store.team.surface_tables import SURFACE_VERSION

T = TypeVar("T")
_ = workspace_text  # imported for what it registers: how these answers are told
_ROLES = click.Choice([str(role) for role in Role])
_OTHER = (Who.CONNECTOR, Who.ADMINISTRATOR)


@group()
def workspace() -> None:
    """A team's workspace on a PostgreSQL server."""


@workspace.command()
@click.argument("address")
@click.option("--name", required=True, metavar="NAME", help="What the workspace is called.")
@click.option("--person", required=True, metavar="NAME", help="Its first person, an admin.")
@click.option("--email", metavar="ADDRESS", help="Where notices to that person go.")
@click.option("--zone", metavar="ZONE", help="As in Europe/Berlin; this machine's if not given.")
@ca_file
@password_fd
@with_invocation
def init(
    call: Invocation,
    address: str,
    name: str,
    person: str,
    email: str | None,
    zone: str | None,
    ca_file: Path | None,
    password_fd: int | None,
) -> Made:
    """Make a team's workspace in a database, which is made where there is none of its name.

    ADDRESS is that of the server's administrator, as in postgresql://postgres@host/sales. Answers
    with the first person's invitation, and with the connector's password where no key store can keep
    it: neither is shown again.
    """
    where = typed(address, ca_file)
    founder = Founder(person, zone or local_zone(), email)
    made = with_password(
        where, password_fd, lambda password: team_admin.init(where, password, name, founder)
    )
    _know(call, where, made.connector)
    return made


@workspace.command()
@click.argument("person")
@click.option("--role", type=_ROLES, help="What they may do; a new person needs one.")
@click.option("--email", metavar="ADDRESS", help="Where notices go.")
@click.option(
    "--zone", metavar="ZONE", help="As in Europe/Berlin; the inviting admin's if not given."
)
@server_options
@with_invocation
def invite(
    call: Invocation,
    person: str,
    role: str | None,
    email: str | None,
    zone: str | None,
    server: str | None,
    ca_file: Path | None,
    password_fd: int | None,
) -> Invitation:
    """Let a person in, by name or id; a name that nobody has makes a new one.

    Answers with an address and a password that works once within seven days: give them to that person
    by two ways. Whoever is invited again gets another login, and the desk that used the old one stops.
    """

    def ask(team: team_admin.Team) -> Invitation:
        return team.invite(person, role=Role(role) if role else None, email=email, zone=zone)

    where = chosen(call, server, ca_file, *_OTHER)
    return _with_team(call, where, password_fd, ask)


@workspace.command()
@click.argument("person")
@server_options
@with_invocation
def suspend(
    call: Invocation,
    person: str,
    server: str | None,
    ca_file: Path | None,
    password_fd: int | None,
) -> Locked:
    """Stop somebody: their sessions end at once, and they come in no more; what they hold stays theirs."""
    where = chosen(call, server, ca_file, *_OTHER)
    return _with_team(call, where, password_fd, lambda team: team.suspend(person))


@workspace.command()
@click.argument("person")
@server_options
@with_invocation
def resume(
    call: Invocation,
    person: str,
    server: str | None,
    ca_file: Path | None,
    password_fd: int | None,
) -> Locked:
    """Let a suspended person in again, with the login that they had."""
    where = chosen(call, server, ca_file, *_OTHER)
    return _with_team(call, where, password_fd, lambda team: team.resume(person))


@workspace.command()
@server_options
@with_invocation
def status(
    call: Invocation, server: str | None, ca_file: Path | None, password_fd: int | None
) -> TeamStatus:
    """Say who is in, whether a connector runs, what waits, and which versions are there."""
    where = chosen(call, server, ca_file, *_OTHER)
    return _with_team(call, where, password_fd, lambda team: team.status(), any_version=True)


@workspace.command()
@server_options
@with_invocation
def move(
    call: Invocation, server: str | None, ca_file: Path | None, password_fd: int | None
) -> Moved:
    """Take this desk's own workspace to a new one of a team: all of it, or nothing.

    Every id stays as it is, and what arrived is compared with what was sent. The file is put beside,
    to be read only. Who moves it is an admin of the team's, by the invitation that is answered; the
    one that workspace init gave holds no more.
    """
    where = chosen(call, server, ca_file, *_OTHER)
    told = _Counted(call)
    return _with_team(call, where, password_fd, lambda team: moving.move(call.options, team, told))


@workspace.command()
@click.argument("address", required=False)
@ca_file
@password_fd
@with_invocation
def upgrade(
    call: Invocation, address: str | None, ca_file: Path | None, password_fd: int | None
) -> Upgraded:
    """Bring the workspace to what this version of SMS Desk works with; again: nothing changes.

    ADDRESS is that of the server's administrator. Stop the connector first, and update it and the desks
    with it.
    """
    where = chosen(call, address, ca_file, Who.ADMINISTRATOR)
    with_password(where, password_fd, lambda password: team_admin.upgrade(where, password))
    server_address.know(folder_of(call), Who.ADMINISTRATOR, where)
    return Upgraded(where.place, HEAD, SURFACE_VERSION)


@workspace.command()
@click.argument("address", required=False)
@ca_file
@password_fd
@with_invocation
def restored(
    call: Invocation, address: str | None, ca_file: Path | None, password_fd: int | None
) -> Begun:
    """Say that the database was restored from a backup, before a connector or desk uses it.

    ADDRESS is that of the server's administrator. Every desk starts over and sends again what waits
    there; the connector gets a new password. Logins that did not come with the backup are listed.
    """
    where = chosen(call, address, ca_file, Who.ADMINISTRATOR)
    begun = with_password(where, password_fd, lambda password: team_admin.restored(where, password))
    _know(call, where, begun.connector)
    return begun


class _Counted:
    """Says how far a move is."""

    def __init__(self, call: Invocation) -> None:
        self._call = call

    def __call__(self, table: str, rows: int) -> None:
        if rows:
            self._call.progress(f"{table}: {rows:,}")


def _with_team(
    call: Invocation,
    where: ServerAddress,
    fd: int | None,
    ask: Callable[[team_admin.Team], T],
    *,
    any_version: bool = False,
) -> T:
    def use(password: str) -> T:
        with team_admin.opened(where, password, call.as_person, any_version=any_version) as team:
            return ask(team)

    return with_password(where, fd, use)


def _know(call: Invocation, administrator: ServerAddress, connector: str) -> None:
    """The next call needs not be told where."""
    folder = folder_of(call)
    server_address.know(folder, Who.ADMINISTRATOR, administrator)
    server_address.know(folder, Who.CONNECTOR, replace(administrator, user=connector))
