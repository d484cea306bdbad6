"""`join`: from an invitation to an inbox."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import click

from sms_desk.bootstrap import joining
from sms_desk.bootstrap.joining import Joined, Progress, Step
from sms_desk.cli import secrets
from sms_desk.cli.as_text import lines
from sms_desk.cli.framework import command, with_invocation
from sms_desk.cli.invocation import Invocation
from sms_desk.cli.server_options import ca_file, password_fd, typed
from sms_desk.cli.terminal import safe_line
from sms_desk.domain.errors import UsageError

_SAID = {
    Step.REACHING: "Reaching the server …",
    Step.SECURING: "Giving this desk a password of its own …",
    Step.PREPARING: "Preparing the encrypted file …",
    Step.FETCHING: "Fetching your conversations, the newest first …",
}


@command()
@click.argument("address")
@click.option(
    "--set-aside",
    is_flag=True,
    help="Move a workspace of one's own that is there beside it, instead of refusing.",
)
@ca_file
@password_fd
@with_invocation
def join(
    call: Invocation,
    address: str,
    set_aside: bool,
    ca_file: Path | None,
    password_fd: int | None,
) -> Joined:
    """Make this desk one of a team's, with the address and the password of an invitation.

    The password is asked for, or read by --password-fd; it works once, and the desk takes one of its
    own instead. Ends when the newest conversations are here; older ones come while the desk is open. A
    call that was cut off is simply repeated.
    """
    where = typed(address, ca_file)
    if password_fd is None and not secrets.can_ask():
        raise UsageError(
            "There is no terminal to ask for the password.", "Give it by --password-fd N."
        )
    one_time = (
        secrets.ask("Password of the invitation: ")
        if password_fd is None
        else secrets.from_fd(password_fd, "password")
    )
    return joining.join(call.options, where, one_time, _Told(call), set_aside=set_aside)


class _Told:
    """Says how far it is, a line for each step and each tenth."""

    def __init__(self, call: Invocation) -> None:
        self._call = call
        self._step: Step | None = None
        self._tenth = -1

    def __call__(self, progress: Progress) -> None:
        if progress.step is not self._step:
            self._step = progress.step
            self._call.progress(_SAID[progress.step])
        total = progress.here + progress.to_fetch
        if not total:
            return  # nobody knows yet, or all of it came at once
        tenth = 10 * progress.here // total
        if tenth != self._tenth:
            self._tenth = tenth
            self._call.progress(f"Fetching: {progress.here:,} here, {progress.to_fetch:,} to come")


@lines.register
def _joined(answer: Joined) -> Iterator[str]:
    yield safe_line(f"{answer.person_name}, this desk is now one of “{answer.workspace_name}”.")
    more = f"; {answer.to_fetch:,} more come while it is open" if answer.to_fetch else ""
    yield f"{answer.conversations:,} conversations are here{more}."
    if not answer.connector:
        yield "No connector runs now: reading works, and what is sent waits until one does."
