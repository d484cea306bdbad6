"""The line that a desk has to the team's server (algorithms §2.7, §4)."""

from __future__ import annotations

import threading
import time
from collections.abc import Iterator
from uuid import UUID

import pytest

from sms_desk.domain.errors import LoginError, ServerError, ServerUnreachable, VersionError
from sms_desk.settings.server_address import ServerAddress
from sms_desk.store.head import HEAD
from sms_desk.store.ids import new_id
from sms_desk.store.team.client import Client, Hello
from sms_desk.store.team.connection import Connection, connect
from sms_desk.store.team.surface_tables import SURFACE_VERSION
from tests.fixtures import postgres as clusters
from tests.fixtures.postgres import Cluster

PASSWORD = "of an invitation"
LOGIN = "desk_caller"
CHANNEL = 'desk_7-and "more"'


@pytest.fixture
def admin(postgres: Cluster) -> Iterator[Connection]:
    with connect(address_of(postgres, clusters.USER), clusters.PASSWORD) as connection:
        connection.execute(f"CREATE ROLE {LOGIN} LOGIN PASSWORD '{PASSWORD}' CONNECTION LIMIT 4")
        # A team's workspace in this cluster has taken it from everybody.
        connection.execute(f"GRANT CONNECT ON DATABASE postgres TO {LOGIN}")
        yield connection
        connection.execute(
            "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE usename = %s", (LOGIN,)
        )
        connection.execute(f"DROP OWNED BY {LOGIN}")
        connection.execute(f"DROP ROLE {LOGIN}")


@pytest.fixture
def client(postgres: Cluster, admin: Connection) -> Iterator[Client]:
    made = Client(address_of(postgres), PASSWORD)
    yield made
    made.close()


def address_of(cluster: Cluster, user: str = LOGIN) -> ServerAddress:
    return ServerAddress(str(cluster.socket), "postgres", user)


def hears(client: Client, seconds: float = 5) -> None:
    """Wait until something is heard."""
    ends = time.monotonic() + seconds
    while not client.wait(CHANNEL, seconds):
        assert time.monotonic() < ends


# --- being told ---------------------------------------------------------------------------------


def test_who_listens_first_looks_once(client: Client) -> None:
    """What was written before it listened is announced to nobody."""
    assert client.wait(CHANNEL, 0)
    assert not client.wait(CHANNEL, 0)


def test_a_poke_is_heard_at_once(client: Client, admin: Connection) -> None:
    client.wait(CHANNEL, 0)
    threading.Timer(0.1, lambda: admin.execute("SELECT pg_notify(%s, '')", (CHANNEL,))).start()
    begun = time.monotonic()
    assert client.wait(CHANNEL, 10)
    assert time.monotonic() - begun < 2
    assert not client.wait(CHANNEL, 0.05)


def test_who_waits_can_be_called(client: Client) -> None:
    client.wait(CHANNEL, 0)
    threading.Timer(0.1, client.wake).start()
    begun = time.monotonic()
    assert not client.wait(CHANNEL, 10)
    assert time.monotonic() - begun < 2
    for _ in range(100_000):  # more rings than the bell can hold
        client.wake()
    assert not client.wait(CHANNEL, 10)


def test_closing_ends_a_wait(client: Client) -> None:
    client.wait(CHANNEL, 0)
    threading.Timer(0.1, client.close).start()
    assert not client.wait(CHANNEL, 10)
    with pytest.raises(ServerUnreachable):
        client.wait(CHANNEL, 0)
    with pytest.raises(ServerUnreachable):
        client.hello()
    client.close()


def test_a_line_that_breaks_is_said_and_can_be_taken_up_again(
    client: Client, admin: Connection
) -> None:
    client.wait(CHANNEL, 0)
    admin.execute(
        "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE usename = %s", (LOGIN,)
    )
    with pytest.raises(ServerUnreachable):
        hears(client)
    assert client.wait(CHANNEL, 10)  # listens anew, and looks once


def test_it_takes_two_connections_of_the_four(client: Client, admin: Connection) -> None:
    client.wait(CHANNEL, 0)
    with pytest.raises(ServerError):
        client.hello()  # there is no workspace here
    count = "SELECT count(*) FROM pg_stat_activity WHERE usename = %s"
    assert admin.execute(count, (LOGIN,)).fetchall() == [(2,)]


# --- passwords ----------------------------------------------------------------------------------


@pytest.mark.parametrize("new", ["p%q'\\ \"x", "ein Otter läuft ü", "x" * 400])
def test_a_password_is_changed_and_never_said(
    postgres: Cluster, admin: Connection, client: Client, new: str
) -> None:
    admin.execute("ALTER SYSTEM SET log_statement = 'all'")
    admin.execute("SELECT pg_reload_conf()")
    client.change_password(new)
    admin.execute("ALTER SYSTEM RESET log_statement")
    admin.execute("SELECT pg_reload_conf()")
    assert new not in (postgres.socket / "log").read_text("utf-8", "replace")
    connect(address_of(postgres), new).close()
    with pytest.raises(LoginError):
        connect(address_of(postgres), PASSWORD)
    client.wait(CHANNEL, 0)  # a line that is opened later knows it


# --- versions -----------------------------------------------------------------------------------


def hello(schema: str = HEAD, surface: int = SURFACE_VERSION) -> Hello:
    return Hello(new_id(), UUID(int=0), "Coats", schema, surface, "e", "rep", None, True, CHANNEL)


def test_a_workspace_that_speaks_the_same() -> None:
    hello().check()


@pytest.mark.parametrize(
    ("schema", "surface"), [("9999", SURFACE_VERSION), (HEAD, SURFACE_VERSION + 1)]
)
def test_a_newer_workspace_asks_for_a_newer_desk(schema: str, surface: int) -> None:
    with pytest.raises(VersionError, match="Update SMS Desk"):
        hello(schema, surface).check()


@pytest.mark.parametrize(
    ("schema", "surface"), [("0001", SURFACE_VERSION), (HEAD, SURFACE_VERSION - 1)]
)
def test_an_older_workspace_asks_for_its_admin(schema: str, surface: int) -> None:
    with pytest.raises(VersionError, match="sms-desk workspace upgrade"):
        hello(schema, surface).check()
