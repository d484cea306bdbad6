"""`sandbox`: a provider on this machine that behaves as Twilio does."""

from __future__ import annotations

import secrets
import threading
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

import click

from sms_desk.cli.answers import Serving
from sms_desk.cli.framework import command, with_invocation
from sms_desk.cli.invocation import Invocation
from sms_desk.domain.errors import UsageError
from sms_desk.providers.sandbox import SandboxServer, World, demo_world, starter_world

_FILE = click.Path(path_type=Path, dir_okay=False)


@command()
@click.option("--port", type=click.IntRange(0, 65535), default=0, help="0 takes a free one.")
@click.option("--ledger", type=_FILE, metavar="FILE", help="Append what was accepted to this file.")
@click.option(
    "--seed",
    type=int,
    help="The same seed and the same calls, the same world. Without, what comes has ids of its own"
    " each time.",
)
@click.option(
    "--state",
    type=_FILE,
    metavar="FILE",
    help="Begin as this file says, and keep it there at the end.",
)
@with_invocation
def sandbox(
    call: Invocation,
    port: int,
    ledger: Path | None,
    seed: int | None,
    state: Path | None,
) -> None:
    """Serve a provider to try things with, until interrupted.

    It listens on 127.0.0.1, and says at once where and with which credentials; they are published
    and open nothing else. With --demo it begins as the demo's shop, else as an empty account. docs/cli.md tells how to order replies and faults.
    """
    server = SandboxServer(
        _world(seed or 0, call.demo),
        port=port,
        ledger=ledger,
        state_file=state,
        run=secrets.token_hex(8) if seed is None else "",
    )
    try:
        server.start()
    except OSError as error:
        raise UsageError(
            f"The sandbox cannot listen on port {port} ({error.strerror}).", "Choose another port."
        ) from error
    try:
        account = server.account
        call.say(Serving(server.base_url, account.sid, account.auth_token))
        threading.Event().wait()
    finally:
        server.stop()


def _world(seed: int, furnished: bool) -> Callable[[], World]:
    if furnished:
        return lambda: demo_world(datetime.now(UTC), seed)
    return lambda: starter_world(seed)
