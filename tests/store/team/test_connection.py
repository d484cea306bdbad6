"""The way to the team's server: over verified TLS or not at all, and errors in words (GP5, §4.6)."""

from __future__ import annotations

import logging
import traceback
from collections.abc import Iterator
from contextlib import AbstractContextManager
from pathlib import Path

import psycopg
import pytest

from sms_desk.domain.errors import (
    DeskError,
    LoginError,
    ServerError,
    ServerUnreachable,
    StorageError,
    VersionError,
)
from sms_desk.settings.server_address import ServerAddress
from sms_desk.store.team import connection as way
from sms_desk.store.team.connection import connect
from tests.fixtures import postgres as clusters
from tests.fixtures.pg_wire import CLEARTEXT, Wire
from tests.fixtures.postgres import Cluster, running_cluster
from tests.fixtures.raw_server import Authority, RawServer, raw_server

CANARY = "p%zz 'otter\\ %s"


@pytest.fixture(scope="module")
def authority(tmp_path_factory: pytest.TempPathFactory) -> Authority:
    return Authority(tmp_path_factory.mktemp("authority"))


@pytest.fixture(scope="module")
def over_tls(authority: Authority) -> Iterator[Cluster]:
    """A real server that is reached as localhost, over TLS alone."""
    with running_cluster(authority.certified("localhost")) as cluster:
        yield cluster


def socket_of(cluster: Cluster, database: str = "postgres") -> ServerAddress:
    return ServerAddress(str(cluster.socket), database, clusters.USER, cluster.port)


def trusting(port: int, authority: Authority, host: str = "localhost") -> ServerAddress:
    return ServerAddress(host, "postgres", clusters.USER, port, str(authority.path))


def refused(address: ServerAddress, password: str = CANARY) -> StorageError:
    """What a failed attempt says; neither words nor traceback hold the password."""
    with pytest.raises(StorageError) as caught:
        connect(address, password)
    error = caught.value
    assert error.next_step
    shown = "".join(traceback.format_exception(error))
    for text in (str(error), shown):
        assert "otter" not in text
        assert "password=" not in text
    return error


# --- over TLS -----------------------------------------------------------------------------------


def test_the_teams_own_authority_is_trusted(over_tls: Cluster, authority: Authority) -> None:
    with connect(trusting(over_tls.port, authority), clusters.PASSWORD) as connection:
        assert connection.pgconn.ssl_in_use
        assert connection.info.get_parameters()["sslmode"] == "verify-full"
        assert connection.info.get_parameters()["channel_binding"] == "require"


@pytest.mark.parametrize(
    "variable", ["PGSSLMODE", "PGHOSTADDR", "PGREQUIREAUTH", "PGCHANNELBINDING"]
)
def test_the_environment_changes_nothing(
    over_tls: Cluster, authority: Authority, monkeypatch: pytest.MonkeyPatch, variable: str
) -> None:
    value = {"PGSSLMODE": "disable", "PGHOSTADDR": "192.0.2.1", "PGREQUIREAUTH": "none"}
    monkeypatch.setenv(variable, value.get(variable, "disable"))
    connect(trusting(over_tls.port, authority), clusters.PASSWORD).close()


TLS_FAULTS = {
    "expired": ("localhost", -1, True, "has expired"),
    "another host's": ("other.example.test", 1, True, "for another name"),
    "unknown authority": ("localhost", 1, False, "not one that this desk trusts"),
}


@pytest.mark.parametrize("name", TLS_FAULTS)
def test_a_certificate_that_proves_nothing(name: str, authority: Authority, tmp_path: Path) -> None:
    host, days, known, words = TLS_FAULTS[name]
    wire = Wire(tls=authority.server(host, days=days), asks=CLEARTEXT)
    trusted = authority if known else Authority(tmp_path)
    with wired(wire) as server:
        error = refused(trusting(server.port, trusted))
    assert words in error.title
    assert wire.heard == []  # not even the name of the login


def test_a_server_without_tls_gets_nothing(authority: Authority) -> None:
    wire = Wire()
    with wired(wire) as server:
        error = refused(trusting(server.port, authority))
    assert "does not speak TLS" in error.title
    assert wire.heard == []


def test_a_password_is_never_sent_as_it_is(authority: Authority) -> None:
    wire = Wire(tls=authority.server("localhost"), asks=CLEARTEXT)
    with wired(wire) as server:
        error = refused(trusting(server.port, authority))
    assert "could be listened to" in error.title
    assert b"otter" not in b"".join(wire.heard)


def test_elsewhere_there_is_no_way_around_tls(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PGSSLMODE", "disable")
    said = psycopg.conninfo.conninfo_to_dict(
        way._conninfo(ServerAddress("db.example.test", "desk", "ann"), CANARY, "desk")
    )
    assert said["sslmode"] == "verify-full"
    assert said["channel_binding"] == "require"
    assert said["require_auth"] == "scram-sha-256"
    assert said["sslrootcert"]
    assert (said["tcp_user_timeout"], said["keepalives_idle"]) == ("15000", "10")
    assert said["password"] == CANARY


def test_a_root_that_is_not_there(over_tls: Cluster, tmp_path: Path) -> None:
    address = ServerAddress(
        "localhost", "postgres", clusters.USER, over_tls.port, str(tmp_path / "none.pem")
    )
    assert "root certificate cannot be read" in refused(address).title


# --- who may come in ----------------------------------------------------------------------------


def test_a_wrong_password(postgres: Cluster, over_tls: Cluster, authority: Authority) -> None:
    for address in (socket_of(postgres), trusting(over_tls.port, authority)):
        error = refused(address)
        assert isinstance(error, LoginError)
        assert "password" in error.title
    assert isinstance(refused(socket_of(postgres), ""), LoginError)


def test_a_login_that_is_put_away(postgres: Cluster) -> None:
    with connect(socket_of(postgres), clusters.PASSWORD) as admin:
        admin.execute("CREATE ROLE away NOLOGIN PASSWORD 'x'")
        try:
            address = ServerAddress(str(postgres.socket), "postgres", "away")
            with pytest.raises(LoginError) as caught:
                connect(address, "x")
        finally:
            admin.execute("DROP ROLE away")
    assert "suspended" in caught.value.title


def test_a_database_that_is_not_there(postgres: Cluster) -> None:
    with pytest.raises(ServerError) as caught:
        connect(socket_of(postgres, "nowhere"), clusters.PASSWORD)
    assert "no database nowhere" in caught.value.title


def test_a_login_with_all_its_connections_used(postgres: Cluster) -> None:
    with connect(socket_of(postgres), clusters.PASSWORD) as admin:
        admin.execute("CREATE ROLE full LOGIN PASSWORD 'x' CONNECTION LIMIT 1")
        admin.execute("GRANT CONNECT ON DATABASE postgres TO full")
        try:
            address = ServerAddress(str(postgres.socket), "postgres", "full")
            with connect(address, "x"), pytest.raises(ServerUnreachable) as caught:
                connect(address, "x")
        finally:
            admin.execute("DROP OWNED BY full")
            admin.execute("DROP ROLE full")
    assert "no connection left" in caught.value.title


# --- the line -----------------------------------------------------------------------------------


def test_nobody_answers() -> None:
    address = ServerAddress("127.0.0.1", "desk", "ann", clusters.free_port())
    error = refused(address)
    assert isinstance(error, ServerUnreachable)
    assert "Connection refused" in error.title
    assert isinstance(refused(ServerAddress("/nowhere", "desk", "ann")), ServerUnreachable)


def test_something_else_answers() -> None:
    with raw_server(lambda connection: connection.sendall(b"SSH-2.0-x\r\n"), reads=False) as server:
        error = refused(ServerAddress("127.0.0.1", "desk", "ann", server.port))
    assert isinstance(error, ServerUnreachable)


def test_a_session_that_is_ended_is_a_broken_line(postgres: Cluster) -> None:
    address = socket_of(postgres)
    with connect(address, clusters.PASSWORD) as one, connect(address, clusters.PASSWORD) as other:
        one.execute("SELECT pg_terminate_backend(%s)", (other.info.backend_pid,))
        with pytest.raises(ServerUnreachable), way.translated(address):
            other.execute("SELECT 1")


def test_a_statement_that_fails_says_one_line(postgres: Cluster) -> None:
    address = socket_of(postgres)
    with connect(address, clusters.PASSWORD) as one:
        with pytest.raises(ServerError) as caught, way.translated(address):
            one.execute("SELECT 1 / %s::int", (0,))
        assert "22012" in caught.value.title
        with pytest.raises(ServerError, match="no workspace"), way.translated(address):
            one.execute("SELECT desk.hello()")


# --- which server -------------------------------------------------------------------------------


@pytest.mark.parametrize("version", [140019, 150013, 160009, 170005, 90624])
def test_a_server_with_a_hole_is_refused(version: int) -> None:
    with pytest.raises(VersionError) as caught:
        way.refuse_old(version)
    assert "CVE-2025-8713" in caught.value.next_step


@pytest.mark.parametrize("version", [150014, 160010, 170006, 180000, 190001])
def test_a_server_without_is_not(version: int) -> None:
    way.refuse_old(version)


def test_an_old_server_is_left_before_it_is_asked_anything() -> None:
    wire = Wire(version="15.3 (Debian 15.3-0)")
    with wired(wire) as server:
        error = refused(ServerAddress("127.0.0.1", "desk", "ann", server.port))
    assert isinstance(error, VersionError)
    assert "15.3" in error.title
    assert "15.14" in error.next_step
    assert b"".join(wire.heard[1:]) in (b"", b"X\0\0\0\x04")  # a farewell, after the startup


def test_a_server_of_another_tongue_is_told_with_its_words() -> None:
    wire = Wire(refuses=("28P01", "Passwort-Authentifizierung fehlgeschlagen"))
    with wired(wire) as server:
        error = refused(ServerAddress("127.0.0.1", "desk", "ann", server.port))
    assert "Passwort-Authentifizierung" in error.title


# --- for the connector --------------------------------------------------------------------------


def test_an_engine_looks_into_one_schema_and_waits_for_the_disk(postgres: Cluster) -> None:
    engine = way.engine(socket_of(postgres), clusters.PASSWORD)
    try:
        with engine.connect() as connection:
            found = connection.exec_driver_sql("SHOW search_path").scalar_one()
            durable = connection.exec_driver_sql("SHOW synchronous_commit").scalar_one()
        assert found == "desk, pg_catalog, pg_temp"
        assert durable == "on", "whatever this server does by default (I3)"
    finally:
        engine.dispose()


def test_an_engine_says_as_much(caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.DEBUG)
    address = ServerAddress("127.0.0.1", "desk", "ann", clusters.free_port())
    engine = way.engine(address, CANARY)
    with pytest.raises(DeskError) as caught:
        engine.connect()
    assert isinstance(caught.value, ServerUnreachable)
    assert "otter" not in caplog.text + repr(engine) + str(engine.url)


def wired(wire: Wire) -> AbstractContextManager[RawServer]:
    return raw_server(wire, reads=False)
