"""`account`: provider accounts. Secrets come from a prompt or a file descriptor, never as words."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, TypeVar

import click

from sms_desk.bootstrap import Session
from sms_desk.cli import ids, secrets
from sms_desk.cli.answers import Rows, Tested
from sms_desk.cli.framework import group, with_desk, with_session
from sms_desk.cli.provider_secrets import credential_words
from sms_desk.domain.errors import KeyringError, NotFoundError
from sms_desk.providers.catalogue import CATALOGUE, entry
from sms_desk.services import directory, unplaced
from sms_desk.services.desk import Desk
from sms_desk.services.rows import AccountRow
from sms_desk.services.unplaced import UnplacedRow

F = TypeVar("F", bound=Callable[..., Any])

_secret_fd = click.option(
    "--secret-fd",
    type=click.IntRange(min=0),
    metavar="N",
    help="Read the secret from this file descriptor instead of asking.",
)


_WORDS = (
    click.argument("provider", type=click.Choice(list(CATALOGUE))),
    click.option("--sid", required=True, metavar="SID", help="The account's SID or project ID."),
    click.option(
        "--key-sid",
        default="",
        metavar="SID",
        help="An API key's SID; else the secret is the auth token.",
    ),
    click.option("--label", default="", metavar="NAME", help="What people call the account."),
    click.option(
        "--base-url",
        default="",
        metavar="URL",
        help="Instead of the provider's own hosts; http only on this machine.",
    ),
    _secret_fd,
    click.option("--no-test", is_flag=True, help="Do not ask the provider first."),
)


def words_of_account(function: F) -> F:
    """The argument and options that say which account is to be connected."""
    for decorate in reversed(_WORDS):
        function = decorate(function)
    return function


def values_of_account(
    provider: str, sid: str, key_sid: str, label: str, base_url: str, secret_fd: int | None
) -> dict[str, str]:
    """What was said of it, its secret asked for or read. Raises UsageError."""
    chosen = entry(provider)
    values = {
        "account_sid": sid,
        "user": key_sid,
        "base_url": base_url,
        "label": label or chosen.label,
        "secret": secrets.secret(secret_fd, f"Secret of {sid}"),
    }
    chosen.credential(values)  # tells a misshapen word before anything is asked
    return values


@group()
def account() -> None:
    """Connect provider accounts; secrets are kept in the keyring only."""


@account.command()
@words_of_account
@with_session
def add(
    session: Session,
    provider: str,
    sid: str,
    key_sid: str,
    label: str,
    base_url: str,
    secret_fd: int | None,
    no_test: bool,
) -> AccountRow:
    """Connect an account, after trying its credential."""
    values = values_of_account(provider, sid, key_sid, label, base_url, secret_fd)
    if not no_test:
        session.test_account(provider, values)
    row = find_account(session.desk, str(session.add_account(provider, values)))
    _say_if_not_kept(session, row)
    return row


@account.command("list")
@with_desk
def list_accounts(desk: Desk) -> Rows[AccountRow]:
    """List the connected accounts with the state of their lines."""
    return Rows(desk.read(directory.all_accounts))


@account.command("unplaced")
@click.argument("name", metavar="[ACCOUNT]", required=False)
@with_desk
def list_unplaced(desk: Desk, name: str | None) -> Rows[UnplacedRow]:
    """List messages that found no place in a conversation, as they came; for admins."""
    return Rows(unplaced_of(desk, name))


@account.command()
@click.argument("name", metavar="ACCOUNT")
@_secret_fd
@with_session
def test(session: Session, name: str, secret_fd: int | None) -> Tested:
    """Try an account's credential: the kept one, or another from --secret-fd; nothing is kept."""
    row = find_account(session.desk, name)
    given = None if secret_fd is None else secrets.from_fd(secret_fd, "secret")
    found = session.test_account(row.provider, credential_words(session, row, given))
    return Tested(
        len(found.senders),
        len(found.services),
        unlisted=tuple(found.unlisted),
        unanswered=tuple(found.unanswered),
    )


@account.command()
@click.argument("name", metavar="ACCOUNT")
@_secret_fd
@with_session
def secret(session: Session, name: str, secret_fd: int | None) -> AccountRow:
    """Give a new secret for an account whose old one was refused."""
    row = find_account(session.desk, name)
    session.set_secret(row.id, secrets.secret(secret_fd, f"Secret of {row.sid}"))
    _say_if_not_kept(session, row)
    return find_account(session.desk, str(row.id))


@account.command()
@click.argument("name", metavar="ACCOUNT")
@with_session
def remove(session: Session, name: str) -> AccountRow:
    """Stop syncing an account and forget its secret; its history stays readable."""
    row = find_account(session.desk, name)
    session.remove_account(row.id)
    return row


def _say_if_not_kept(session: Session, row: AccountRow) -> None:
    """Without a key store a secret ends with this call, which nobody should learn later; and in a team
    the connector needs it."""
    if session.team_line() is not None and not session.keeps_secrets():
        click.echo(
            "The connector needs the secret, too. On its machine: sms-desk connector-secret"
            f" {row.sid}",
            err=True,
        )
        return
    try:
        credential_words(session, row)
    except KeyringError as error:
        click.echo(
            f"{error.title} The secret was not kept: give it to sync by --secret-fd.", err=True
        )


def unplaced_of(desk: Desk, name: str | None) -> tuple[UnplacedRow, ...]:
    """Of the named account, or of all. Raises NotFoundError, RefusedError."""
    account_id = None if name is None else find_account(desk, name).id
    return desk.read(lambda ctx: unplaced.all_unplaced(ctx, account_id))


def find_account(desk: Desk, text: str) -> AccountRow:
    """An account by label, SID or id. Raises NotFoundError."""
    rows = desk.read(directory.all_accounts)
    for row in rows:
        if text in (row.sid, str(row.id)) or text.casefold() == row.label.casefold():
            return row
    if not rows or not ids.is_part(text):
        raise NotFoundError(f"There is no account “{text}”.", "See sms-desk account list.")
    id_ = ids.pick(text, (row.id for row in rows), "account")
    return next(row for row in rows if row.id == id_)
