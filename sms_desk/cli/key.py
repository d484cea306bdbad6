"""`key`: the workspace's recovery key, to print, and to open the workspace with again."""

from __future__ import annotations

import click

from sms_desk.bootstrap import recovery
from sms_desk.cli import secrets
from sms_desk.cli.answers import RecoveryKey, Restored
from sms_desk.cli.framework import group, with_invocation
from sms_desk.cli.invocation import Invocation
from sms_desk.domain.errors import UsageError


@group()
def key() -> None:
    """The recovery key of the workspace."""


@key.command()
@click.option("--yes", is_flag=True, help="Do not ask first.")
@with_invocation
def show(call: Invocation, yes: bool) -> RecoveryKey:
    """Show the recovery key, to be printed and kept where keys are kept.

    Whoever has it and the workspace's file can read everything. It opens the workspace where the
    keyring lost its entry: sms-desk key restore.
    """
    if not yes:
        if not secrets.can_ask():
            raise UsageError("There is no terminal to ask at.", "Say --yes to show the key.")
        click.confirm("Whoever has it can read everything. Show it?", abort=True, err=True)
    return RecoveryKey(recovery.show(call.options))


@key.command()
@click.option(
    "--key-fd", type=click.IntRange(min=0), metavar="N", help="Read it from this file descriptor."
)
@with_invocation
def restore(call: Invocation, key_fd: int | None) -> Restored:
    """Put the workspace's key back into the keyring, from its recovery key.

    It is asked for at the terminal, unseen, or read by --key-fd; never given as a word.
    """
    if key_fd is None and not secrets.can_ask():
        raise UsageError("There is no terminal to ask for the key.", "Give it by --key-fd N.")
    text = secrets.ask("Recovery key: ") if key_fd is None else secrets.from_fd(key_fd, "key")
    recovery.restore(call.options, text)
    return Restored(True)
