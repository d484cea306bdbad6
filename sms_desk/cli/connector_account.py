"""`connector-account`: a team's provider accounts, on the machine of its connector."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import TypeVar

import click

from sms_desk.bootstrap import team_admin
from sms_desk.bootstrap.team_accounts import TeamAccounts
from sms_desk.cli.account import (
    find_account,
    unplaced_of,
    values_of_account,
    words_of_account,
)
from sms_desk.cli.answers import Rows
from sms_desk.cli.framework import group, with_invocation
from sms_desk.cli.invocation import Invocation
from sms_desk.cli.server_options import chosen, folder_of, server_options, with_password
from sms_desk.services.rows import AccountRow
from sms_desk.services.unplaced import UnplacedRow
from sms_desk.settings.files import Profile
from sms_desk.settings.server_address import ServerAddress, Who

T = TypeVar("T")


@group("connector-account")
def connector_account() -> None:
    """A team's provider accounts, on the machine of its connector; an admin acts, or --as PERSON."""


@connector_account.command()
@words_of_account
@server_options
@with_invocation
def add(
    call: Invocation,
    provider: str,
    sid: str,
    key_sid: str,
    label: str,
    base_url: str,
    secret_fd: int | None,
    no_test: bool,
    server: str | None,
    ca_file: Path | None,
    password_fd: int | None,
) -> AccountRow:
    """Connect an account, after trying its credential; the secret stays on this machine."""
    where = chosen(call, server, ca_file, Who.CONNECTOR)
    values = values_of_account(provider, sid, key_sid, label, base_url, secret_fd)

    def connect(accounts: TeamAccounts) -> AccountRow:
        if not no_test:
            accounts.test(provider, values)
        row = find_account(accounts.desk, str(accounts.add(provider, values)))
        if not accounts.is_kept(row.id):
            click.echo(
                "No key store keeps the secret here: hand it to the connector as systemd's"
                f" credential account-{row.sid}.",
                err=True,
            )
        return row

    return _with_accounts(call, where, password_fd, connect)


@connector_account.command("list")
@server_options
@with_invocation
def list_accounts(
    call: Invocation, server: str | None, ca_file: Path | None, password_fd: int | None
) -> Rows[AccountRow]:
    """List the connected accounts with the state of their lines."""
    where = chosen(call, server, ca_file, Who.CONNECTOR)
    return _with_accounts(call, where, password_fd, lambda accounts: Rows(accounts.rows()))


@connector_account.command("unplaced")
@click.argument("name", metavar="[ACCOUNT]", required=False)
@server_options
@with_invocation
def list_unplaced(
    call: Invocation,
    name: str | None,
    server: str | None,
    ca_file: Path | None,
    password_fd: int | None,
) -> Rows[UnplacedRow]:
    """List messages that found no place in a conversation, as they came."""
    where = chosen(call, server, ca_file, Who.CONNECTOR)

    def look(accounts: TeamAccounts) -> Rows[UnplacedRow]:
        return Rows(unplaced_of(accounts.desk, name))

    return _with_accounts(call, where, password_fd, look)


@connector_account.command()
@click.argument("name", metavar="ACCOUNT")
@server_options
@with_invocation
def remove(
    call: Invocation,
    name: str,
    server: str | None,
    ca_file: Path | None,
    password_fd: int | None,
) -> AccountRow:
    """Stop syncing an account and forget its secret; its history stays readable."""
    where = chosen(call, server, ca_file, Who.CONNECTOR)

    def disconnect(accounts: TeamAccounts) -> AccountRow:
        row = find_account(accounts.desk, name)
        accounts.remove(row.id)
        return row

    return _with_accounts(call, where, password_fd, disconnect)


@connector_account.command()
@click.argument("name", metavar="ACCOUNT")
@click.option(
    "--days", type=click.IntRange(1, 3650), required=True, metavar="N", help="How far back."
)
@server_options
@with_invocation
def backfill(
    call: Invocation,
    name: str,
    days: int,
    server: str | None,
    ca_file: Path | None,
    password_fd: int | None,
) -> AccountRow:
    """Let the connector fetch what is older, newest first; what is there is not doubled."""
    where = chosen(call, server, ca_file, Who.CONNECTOR)

    def fetch(accounts: TeamAccounts) -> AccountRow:
        row = find_account(accounts.desk, name)
        accounts.backfill(row.id, days)
        return row

    return _with_accounts(call, where, password_fd, fetch)


def _with_accounts(
    call: Invocation, where: ServerAddress, fd: int | None, ask: Callable[[TeamAccounts], T]
) -> T:
    def use(password: str) -> T:
        with team_admin.opened(where, password, call.as_person) as team:
            return ask(TeamAccounts(team, Profile.of(under=folder_of(call)).folder))

    return with_password(where, fd, use)
