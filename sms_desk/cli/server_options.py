"""Which server a command speaks to, and as whom: options, and the password that is never a word."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any, TypeVar

import click

from sms_desk.cli import secrets
from sms_desk.cli.invocation import Invocation
from sms_desk.domain.errors import KeyringError, LoginError, UsageError
from sms_desk.settings import files, server_address
from sms_desk.settings.server_address import ServerAddress, Who
from sms_desk.settings.server_passwords import ServerPasswords

F = TypeVar("F", bound=Callable[..., Any])
T = TypeVar("T")

ca_file = click.option(
    "--ca-file",
    type=click.Path(exists=True, dir_okay=False, path_type=Path),
    metavar="FILE",
    help="The root that the server's certificate is checked against, in PEM form.",
)
password_fd = click.option(
    "--password-fd",
    type=click.IntRange(min=0),
    metavar="N",
    help="Read the server's password from this file descriptor.",
)


def server_options(function: F) -> F:
    """--server, --ca-file and --password-fd, for who is the connector or the administrator."""
    named = click.option(
        "--server",
        metavar="ADDRESS",
        help="As in postgresql://login@host/database; the one used last if not given.",
    )
    return named(ca_file(password_fd(function)))


def typed(address: str, root: Path | None) -> ServerAddress:
    """An address from the words of a call."""
    return server_address.parsed(address, ca_file=str(root.absolute()) if root else "")


def chosen(call: Invocation, typed_in: str | None, root: Path | None, *who: Who) -> ServerAddress:
    """The server that was named, else the one that was used last as one of these."""
    if typed_in is not None:
        return typed(typed_in, root)
    for one in who:
        found = server_address.known(folder_of(call), one)
        if found is not None:
            return found
    raise UsageError(
        "It is not said which server has the team's workspace.",
        "Name it: postgresql://login@host/database, as the administrator or the connector.",
    )


def folder_of(call: Invocation) -> Path:
    """The folder of all files of this person."""
    return files.home() if call.home is None else call.home.absolute()


def with_password(
    address: ServerAddress, fd: int | None, use: Callable[[str], T], what: str = "Password"
) -> T:
    """What `use` answers, given the password: from the descriptor, the key store, or a person.

    Where the server asks for none, as over its own socket, nobody is asked. Raises LoginError.
    """
    if fd is not None:
        return use(secrets.from_fd(fd, "password"))
    kept = _kept(address)
    try:
        return use(kept)
    except LoginError:
        if not secrets.can_ask():
            raise
    return use(secrets.ask(f"{what} of {address.user}: "))


def _kept(address: ServerAddress) -> str:
    try:
        return next(iter(ServerPasswords(address).candidates()), "")
    except KeyringError:
        return ""
