"""`connector` and `connector-secret`: the one process that receives and sends for a team (design §6)."""

from __future__ import annotations

import logging
import signal
import socket
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from types import FrameType
from typing import Final

import click

from sms_desk.bootstrap.connecting import ConnectorParts
from sms_desk.cli import secrets, workspace_text
from sms_desk.cli.answers import ConnectorRan, SecretKept
from sms_desk.cli.framework import command, with_invocation
from sms_desk.cli.invocation import Invocation
from sms_desk.cli.server_options import chosen, folder_of, server_options, with_password
from sms_desk.domain.errors import LoginError, ServerUnreachable, UsageError
from sms_desk.settings import logs
from sms_desk.settings.files import MachineState, Profile
from sms_desk.settings.server_address import Who
from sms_desk.settings.server_passwords import ServerPasswords
from sms_desk.sync.health_page import HealthPage
from sms_desk.sync.team_connector import STOP_SECONDS, TeamConnector

log = logging.getLogger(__name__)
_ = workspace_text  # imported for what it registers: how these answers are told

_MAIL: Final = "mail"
_SERVER: Final = "server"
_A_WHILE: Final = 60.0
_NO_LOGIN: Final = (
    "Keep the password of the connector's login on this machine (sms-desk connector-secret server),"
    " or hand it over by --password-fd, or by systemd as server-password."
)


@command()
@server_options
@click.option(
    "--name",
    default=socket.gethostname,
    show_default="the machine's",
    metavar="NAME",
    help="What this connector is called in sms-desk workspace status.",
)
@click.option(
    "--health-port",
    type=click.IntRange(0, 65535),
    metavar="PORT",
    help="Serve /health on 127.0.0.1; 0 takes a free port, which the log names.",
)
@click.option("--once", is_flag=True, help="Do what there is to do, then end.")
@with_invocation
def connector(
    call: Invocation,
    server: str | None,
    ca_file: Path | None,
    password_fd: int | None,
    name: str,
    health_port: int | None,
    once: bool,
) -> ConnectorRan | None:
    """Receive and send for a team's workspace, and execute what its desks push.

    Runs until it is told to stop (SIGTERM, Ctrl+C), and logs JSON lines on stderr. Any number may
    run for a workspace: one works, and when it ends another one takes over within fifteen seconds.
    The password of its login and the secrets of accounts come from the key store
    (connector-secret), or from systemd where it hands any over: server-password, account-SID, smtp.
    """
    where = chosen(call, server, ca_file, Who.CONNECTOR)
    _log(call)

    def run(password: str) -> ConnectorRan | None:
        with ConnectorParts(where, password, name=name, ca_file=_mail_root(call)) as parts:
            made = parts.connector()
            _first_look(parts)
            if once:
                return ConnectorRan(made.once())
            _serve(call, made, health_port)
            return None

    try:
        return with_password(where, password_fd, run)
    except LoginError as error:
        raise LoginError(error.title, _NO_LOGIN) from None


def _mail_root(call: Invocation) -> Callable[[], str]:
    """The root of the e-mail server's certificate, as it is set on this machine."""
    state = Profile.of(under=folder_of(call)).state
    return lambda: str(MachineState(state).setting("email_ca_file"))


def _log(call: Invocation) -> None:
    """A service's log says when it takes the lease and when it gives it back."""
    if call.own_process:
        level = "info" if call.log_level == "warning" else call.log_level
        logs.set_up(level, as_json=True)


def _first_look(parts: ConnectorParts) -> None:
    """What nobody can mend by waiting is told at once; a server that is away is waited for."""
    try:
        parts.check()
    except ServerUnreachable:
        return


def _serve(call: Invocation, made: TeamConnector, health_port: int | None) -> None:
    asked = threading.Event()
    with _page(made, health_port), _on_signals(call, asked.set):
        made.start()
        try:
            while not asked.wait(_A_WHILE):  # without an end, a signal would wait on some systems
                pass
        finally:
            made.stop(STOP_SECONDS)


@contextmanager
def _page(made: TeamConnector, port: int | None) -> Iterator[None]:
    if port is None:
        yield
        return
    try:
        page = HealthPage(made.health, port)
    except OSError as error:
        raise UsageError(
            f"Port {port} cannot be used for the health page ({error.strerror}).",
            "Name another one by --health-port.",
        ) from error
    log.info("health page on port %d", page.port)
    try:
        yield
    finally:
        page.close()


@contextmanager
def _on_signals(call: Invocation, stop: Callable[[], None]) -> Iterator[None]:
    """SIGTERM and Ctrl+C end what runs, and break nothing off."""
    if not call.own_process:
        yield
        return

    def asked(_number: int, _frame: FrameType | None) -> None:
        stop()

    before = {number: signal.signal(number, asked) for number in (signal.SIGTERM, signal.SIGINT)}
    try:
        yield
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)


# --- secrets --------------------------------------------------------------------------------------


@command("connector-secret")
@click.argument("what", metavar="server|mail|ACCOUNT")
@server_options
@click.option(
    "--secret-fd",
    type=click.IntRange(min=0),
    metavar="N",
    help="Read the secret from this file descriptor instead of asking.",
)
@with_invocation
def connector_secret(
    call: Invocation,
    what: str,
    server: str | None,
    ca_file: Path | None,
    password_fd: int | None,
    secret_fd: int | None,
) -> SecretKept:
    """Keep a secret that a team's connector needs in the key store of this machine.

    server: the password of the connector's login. mail: that of the e-mail server. ACCOUNT: the
    secret of a provider's account, by its SID; admins connect accounts at their desks, and only the
    machines that run connectors need the secrets.
    """
    where = chosen(call, server, ca_file, Who.CONNECTOR)
    secret = secrets.secret(secret_fd, f"Secret of {what}")
    if what == _SERVER:
        kept = ServerPasswords(where)
        kept.keep(secret)
        return SecretKept(what, None, kept.where)

    def keep(password: str) -> SecretKept:
        with ConnectorParts(where, password) as parts:
            if what == _MAIL:
                return SecretKept(what, None, parts.keep_mail_password(secret))
            return SecretKept(what, *parts.keep_secret(what, secret))

    try:
        return with_password(where, password_fd, keep)
    except LoginError as error:
        raise LoginError(error.title, _NO_LOGIN) from None
