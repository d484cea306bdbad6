"""A server that stands still and a line that carries nothing: said in time, and taken up again (R63).

By a real server's process that is stopped, and by a way to it that stops carrying. All limits are
shorter here; one test looks at those that are meant.
"""

from __future__ import annotations

import os
import signal
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager, suppress
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa

from sms_desk.bootstrap.team_session import TeamSession
from sms_desk.domain.changes import NOTHING, Changes
from sms_desk.domain.errors import DeskError, ServerUnreachable, StorageError
from sms_desk.settings.server_address import ServerAddress
from sms_desk.store.team import connection as way
from sms_desk.store.team.client import Client
from sms_desk.store.team.connection import PATIENCE, Connection, connect
from sms_desk.store.team.lease import ANSWERED_WITHIN, LASTS, RENEWED_EVERY, Lease
from sms_desk.store.team.provisioning import STATEMENT_SECONDS
from sms_desk.sync.team_line import TeamLine
from sms_desk.sync.team_reign import AGAIN_AFTER
from tests.fixtures import postgres as clusters
from tests.fixtures.postgres import Cluster
from tests.fixtures.relay import Relay, relay_to
from tests.fixtures.team import TeamServer
from tests.fixtures.team_desks import open_floor
from tests.fixtures.waiting import wait_until
from tests.store.office import NOON, Office

SHORT = 0.4
SOON = 3.0
"""Far more than SHORT on a busy machine, far less than for ever."""


@pytest.fixture
def relay(postgres: Cluster) -> Iterator[Relay]:
    with relay_to(postgres.socket, postgres.port) as made:
        yield made


def by_socket(cluster: Cluster, database: str = "postgres") -> ServerAddress:
    return ServerAddress(str(cluster.socket), database, clusters.USER, cluster.port)


@contextmanager
def stopped(pid: int) -> Iterator[None]:
    """One session of the server stands still."""
    os.kill(pid, signal.SIGSTOP)
    try:
        yield
    finally:
        os.kill(pid, signal.SIGCONT)


def seconds_of(work: Callable[[], object]) -> float:
    begun = time.monotonic()
    work()
    return time.monotonic() - begun


def unreachable(work: Callable[[], object]) -> str:
    """How a question is given up, soon, and in words."""
    found = []

    def ask() -> None:
        with pytest.raises(ServerUnreachable) as caught:
            work()
        found.append(caught.value.title)

    assert seconds_of(ask) < SOON
    return found[0]


def asks(line: Connection, address: ServerAddress) -> Callable[[], object]:
    def ask() -> object:
        with way.translated(address):
            return line.execute("SELECT 1").fetchone()

    return ask


# --- one connection -----------------------------------------------------------------------------


def test_a_session_that_stands_still_is_given_up(postgres: Cluster) -> None:
    address = by_socket(postgres)
    with connect(address, clusters.PASSWORD, patience=SHORT) as line:
        with stopped(line.info.backend_pid):
            assert "no answer for 0.4 s" in unreachable(asks(line, address))
        assert line.closed
        with pytest.raises(ServerUnreachable):
            asks(line, address)()


def test_a_way_that_carries_nothing_is_given_up(relay: Relay) -> None:
    """All that is said is acknowledged, so no limit of the system's is met."""
    address = ServerAddress("127.0.0.1", "postgres", clusters.USER, relay.port)
    with connect(address, clusters.PASSWORD, patience=SHORT) as line:
        asks(line, address)()
        relay.hold()
        assert "no answer" in unreachable(asks(line, address))


def test_a_long_answer_that_keeps_coming_is_waited_for(relay: Relay) -> None:
    """On a slow line a page takes as long as it takes; only silence is given up."""
    address = ServerAddress("127.0.0.1", "postgres", clusters.USER, relay.port)
    with connect(address, clusters.PASSWORD, patience=SHORT) as line:
        query = "SELECT repeat('x', 9000), pg_sleep(0.1) FROM generate_series(1, 10)"
        assert seconds_of(lambda: line.execute(query).fetchall()) > 2 * SHORT


def test_without_a_limit_it_waits(postgres: Cluster) -> None:
    """As for an upgrade, which takes as long as it takes."""
    with connect(by_socket(postgres), clusters.PASSWORD, patience=None) as line:
        line.execute(f"SELECT pg_sleep({2 * SHORT})")


def test_a_transaction_is_given_up_as_a_whole(postgres: Cluster) -> None:
    engine = way.engine(by_socket(postgres), clusters.PASSWORD, patience=SHORT)
    try:
        with engine.connect() as tx:
            pid = tx.exec_driver_sql("SELECT pg_backend_pid()").scalar_one()
            with stopped(pid), pytest.raises(sa.exc.DBAPIError) as caught:
                tx.exec_driver_sql("SELECT 1")
            assert caught.value.connection_invalidated
        with engine.connect() as tx:
            assert tx.exec_driver_sql("SELECT pg_backend_pid()").scalar_one() != pid
    finally:
        engine.dispose()


# --- a desk's line ------------------------------------------------------------------------------


class Desk:
    """A desk's line through the relay, by the real client; it has nothing to push."""

    has_more = False

    def __init__(self, server: TeamServer, relay: Relay) -> None:
        ann = Office(server.team_workspace()).ann
        self.address = ServerAddress(
            "127.0.0.1", server.database, server.invite(ann).name, relay.port
        )
        self.clients: list[Client] = []
        self.line = TeamLine(self._connect, self, self, lambda: None)

    def _connect(self) -> Client:
        self.clients.append(Client(self.address, clusters.PASSWORD, patience=SHORT))
        return self.clients[-1]

    def pull_once(self, client: Client, _now: datetime) -> Changes:
        with client.pulling() as view:
            view.pull("")
        return NOTHING

    def fill_once(self, _client: Client, _now: datetime) -> Changes:
        return NOTHING

    def push(self, _client: Client, _now: datetime) -> Changes:
        return NOTHING


@pytest.fixture
def desk(team_server: TeamServer, relay: Relay) -> Iterator[Desk]:
    made = Desk(team_server, relay)
    yield made
    made.line.close()


def test_r63_the_line_says_so_and_comes_back_by_itself(desk: Desk, relay: Relay) -> None:
    desk.line.run_once(NOON)
    assert desk.line.standing.online
    relay.hold()
    later = NOON + timedelta(minutes=1)
    assert seconds_of(lambda: desk.line.run_once(later)) < SOON
    assert not desk.line.standing.online
    assert "no answer for 0.4 s" in desk.line.standing.title
    relay.carry()
    desk.line.run_once(desk.line.next_due(later))
    assert desk.line.standing.online
    assert len(desk.clients) == 2


def test_r63_nobody_waits_for_a_listener_that_is_still_connecting(
    desk: Desk, relay: Relay, monkeypatch: pytest.MonkeyPatch
) -> None:
    is_held = threading.Event()

    def late(*args: Any, **named: Any) -> Connection:
        if named.get("program") == "sms-desk listening":
            is_held.wait()
        return connect(*args, **named)

    monkeypatch.setattr("sms_desk.store.team.client.connect", late)
    desk.line.run_once(NOON)
    relay.hold()
    is_held.set()
    assert seconds_of(lambda: desk.line.run_once(NOON + timedelta(minutes=1))) < SOON
    assert not desk.line.standing.online


def test_a_desk_is_closed_while_it_waits_for_an_answer(desk: Desk, relay: Relay) -> None:
    desk.line.run_once(NOON)
    relay.hold()
    (client,) = desk.clients
    threading.Timer(0.1, client.close).start()
    assert unreachable(client.hello)


def test_a_desk_is_closed_while_it_begins_to_listen(desk: Desk, relay: Relay) -> None:
    """What is never answered is the first word, and so nothing that `close` could cut off."""
    late = Client(desk.address, clusters.PASSWORD)
    relay.hold()

    def listen() -> None:
        with suppress(DeskError):
            late.wait("desk_x", 9.0)

    listening = threading.Thread(target=listen)
    listening.start()
    wait_until(lambda: relay.lines == 1, "one that is being opened")
    assert seconds_of(late.close) < SOON
    relay.stop()
    listening.join(SOON)
    assert not listening.is_alive()


def test_a_question_without_answer_is_given_up_by_who_listens(
    desk: Desk, relay: Relay, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The line is cut between its opening and LISTEN."""

    def cut(*args: Any, **named: Any) -> Connection:
        connection = connect(*args, **named)
        relay.hold()
        return connection

    late = Client(desk.address, clusters.PASSWORD)
    monkeypatch.setattr("sms_desk.store.team.client.connect", cut)
    threading.Timer(0.3, late.close).start()
    assert unreachable(lambda: late.wait("desk_x", 9.0))


def test_a_window_closes_soon_while_the_server_stands_still(
    team_server: TeamServer, migrated_file: Path, tmp_path: Path
) -> None:
    with open_floor(team_server, tmp_path, migrated_file) as floor:
        session = floor.sit(floor.office.ann)
        session.start_connector(lambda _: None)
        wait_until(lambda: is_online(session), "the first pull")
        with ExitStack() as all_stopped:
            for pid in sessions_of(team_server, "sms-desk"):
                all_stopped.enter_context(stopped(pid))
            session.sync_soon()
            time.sleep(SHORT)
            floor.forget(floor.office.ann)
            assert seconds_of(session.close) < 2 + SOON


def is_online(session: TeamSession) -> bool:
    line = session.team_line()
    return line is not None and line.online


def sessions_of(server: TeamServer, program: str) -> list[int]:
    query = (
        "SELECT pid FROM pg_stat_activity"
        " WHERE datname = current_database() AND application_name = %s"
    )
    with server.admin_engine().connect() as admin:
        return list(admin.exec_driver_sql(query, (program,)).scalars())


# --- a connector --------------------------------------------------------------------------------


def test_gs8_a_renewal_that_is_not_answered_is_tried_again_on_another_connection(
    team_server: TeamServer,
) -> None:
    address = by_socket(team_server.cluster, team_server.database)
    engine = way.engine(address, clusters.PASSWORD, patience=SHORT)
    try:
        lease = Lease(engine)
        hold = lease.acquire()
        assert hold is not None
        with engine.connect() as tx:  # the one that the pool hands out
            pid = tx.exec_driver_sql("SELECT pg_backend_pid()").scalar_one()
        with stopped(pid):
            with pytest.raises(StorageError):
                lease.renew(hold)
            assert lease.renew(hold)
    finally:
        engine.dispose()


def test_the_limits_that_are_meant() -> None:
    assert PATIENCE <= 30, "a line says what is wrong within half a minute"
    assert PATIENCE < STATEMENT_SECONDS, "and not only when the server itself gives up"
    assert RENEWED_EVERY + ANSWERED_WITHIN + AGAIN_AFTER < LASTS, "one silence costs nobody a lease"
