"""Sessions that get in others' way, or that are nobody's any more, by real sessions (GY7, GP2).

The watchdog of these tests has shorter bounds; one test looks at those that are installed.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterator
from contextlib import suppress
from typing import Final
from uuid import UUID

import psycopg
import pytest
import sqlalchemy as sa

from sms_desk.domain.model import Role
from sms_desk.store import people, tables
from sms_desk.store.engine import Tx
from sms_desk.store.ids import new_id
from sms_desk.store.team import housekeeping, provisioning, roles
from tests.fixtures.fake_provider import START
from tests.fixtures.postgres import Cluster
from tests.fixtures.team import Login, Session, TeamServer, copied_team, pull
from tests.fixtures.waiting import wait_until
from tests.store.office import Office

OPEN, STATEMENT, TRANSACTION = 0.4, 1.2, 2.0
DELAYED: Final = 5.0
"""Far more than anything here takes that waits for nobody; the guarantee says ten."""


@pytest.fixture(scope="module")
def server(postgres: Cluster, team_template: roles.Roles) -> Iterator[TeamServer]:
    """One database for all of this file, with the short bounds."""
    with copied_team(postgres, "t_watchdog", team_template) as made:
        with made.admin_engine().begin() as tx:
            text = provisioning.watchdog(OPEN, STATEMENT, TRANSACTION)
            tx.exec_driver_sql(text, execution_options={"no_parameters": True})
        yield made


@pytest.fixture(scope="module")
def office(server: TeamServer) -> Office:
    return Office(server.workspace())


def joined(server: TeamServer, office: Office, name: str) -> Login:
    """The login of somebody new."""
    person_id = new_id()
    with office.workspace.write() as tx:
        people.insert(tx, id_=person_id, name=name, role=Role.REP, zone="UTC", at=START)
        see(tx, person_id, person_id, server.workspace_id)
    return server.invite(person_id)


def see(tx: Tx, person_id: UUID, *keys: UUID) -> None:
    tx.execute(
        sa.text("INSERT INTO access (person_id, key, mode) VALUES (:person, :key, 'see')"),
        [{"person": person_id, "key": key} for key in keys],
    )


@pytest.fixture
def ben(server: TeamServer, office: Office) -> Login:
    """Whoever gets in others' way."""
    return joined(server, office, "Ben")


@pytest.fixture
def session(server: TeamServer, ben: Login) -> Iterator[Session]:
    """A session of Ben's that has switched off every limit that his role has."""
    made = server.connect(ben)
    for setting in ("statement_timeout", "idle_in_transaction_session_timeout", "lock_timeout"):
        made.execute(f"SET {setting} = 0")
    yield made
    made.close()  # what it holds would stand in the next one's way


def watch(server: TeamServer) -> list[tuple[str, str]]:
    """One round of the watchdog, as the connector calls it."""
    with server.connected(server.roles.connector) as connector:
        return list(connector.execute("SELECT login_name, reason FROM watchdog()"))


def ended(session: Session) -> bool:
    try:
        session.execute("SELECT 1")
    except psycopg.errors.InFailedSqlTransaction:
        return False
    except psycopg.Error:
        return session.closed
    return False


def in_background(work: Callable[[], object]) -> threading.Thread:
    def quietly() -> None:
        with suppress(psycopg.Error):
            work()

    thread = threading.Thread(target=quietly)
    thread.start()
    time.sleep(0.1)  # until the statement runs
    return thread


def test_the_installed_bounds_are_those_of_the_design(team_server: TeamServer) -> None:
    with team_server.admin_engine().connect() as tx:
        source = tx.exec_driver_sql(
            "SELECT prosrc FROM pg_proc WHERE oid = 'desk.watchdog()'::regprocedure"
        ).scalar_one()
    for seconds in (10, 30, 60):
        assert f"'{seconds} seconds'" in source


def test_a_session_that_does_no_harm_stays(
    server: TeamServer, ben: Login, session: Session
) -> None:
    session.execute("LISTEN desk")
    pull(session)
    time.sleep(STATEMENT + 0.2)
    assert watch(server) == []
    assert not ended(session)


@pytest.mark.parametrize(
    ("statements", "reason"),
    [
        (["BEGIN", "SELECT * FROM desk.presence(NULL, 'here')"], "open transaction"),
        (["BEGIN", "ALTER ROLE CURRENT_USER PASSWORD 'another'"], "open transaction"),
        (["BEGIN", "NOTIFY desk, 'x'", "SELECT 1"], "idle in transaction"),
        (["BEGIN ISOLATION LEVEL REPEATABLE READ", "SELECT 1"], "idle in transaction"),
        (["BEGIN; DECLARE c CURSOR FOR SELECT 1"], "idle in transaction"),
        (["BEGIN", "SELECT 1 / 0"], "idle in transaction"),
    ],
)
def test_an_open_transaction_ends(
    server: TeamServer, ben: Login, session: Session, statements: list[str], reason: str
) -> None:
    for statement in statements:
        with suppress(psycopg.errors.DivisionByZero):
            session.execute(statement)
    assert watch(server) == []
    time.sleep(OPEN + 0.2)
    assert watch(server) == [(ben.name, reason)]
    wait_until(lambda: ended(session), "the session to end")


def test_a_long_statement_ends_though_its_author_set_no_limit(
    server: TeamServer, ben: Login, session: Session
) -> None:
    running = in_background(lambda: session.execute("SELECT pg_sleep(60)"))
    time.sleep(OPEN + 0.2)
    assert watch(server) == []
    time.sleep(STATEMENT - OPEN)
    assert watch(server) == [(ben.name, "long statement")]
    running.join(DELAYED)
    assert session.closed


def test_a_transaction_that_is_kept_alive_ends(
    server: TeamServer, ben: Login, session: Session
) -> None:
    """A statement now and then: it never idles long, and has no number of its own."""
    session.execute("BEGIN ISOLATION LEVEL REPEATABLE READ")
    until = time.monotonic() + TRANSACTION + 0.2
    while time.monotonic() < until:
        session.execute("SELECT 1")
        time.sleep(OPEN / 4)
    assert watch(server) == [(ben.name, "long transaction")]
    wait_until(lambda: ended(session), "the session to end")


def suspend(office: Office, login: Login) -> None:
    """As the command of an admin does: nothing but the person's row."""
    with office.workspace.write() as tx:
        where = tables.people.c.id == login.person_id
        tx.execute(sa.update(tables.people).where(where).values(suspended_at=START))


def cannot_connect(server: TeamServer, login: Login) -> bool:
    try:
        with server.connected(login.name):
            return False
    except psycopg.OperationalError:
        return True


def test_who_is_suspended_is_out_after_one_round(
    server: TeamServer, office: Office, ben: Login, session: Session
) -> None:
    others = [server.connect(ben) for _ in range(2)]
    others[0].execute("BEGIN")
    suspend(office, ben)
    with pytest.raises(psycopg.Error, match="this login is not let in"):
        pull(session)
    assert watch(server) == [(ben.name, "locked")] * 3
    wait_until(lambda: all(map(ended, (session, *others))), "the sessions to end")
    assert cannot_connect(server, ben)
    assert watch(server) == []


def lock_by_watchdog(server: TeamServer, office: Office, login: Login) -> None:
    suspend(office, login)
    watch(server)


def lock_by_name(server: TeamServer, _: Office, login: Login) -> None:
    with server.connected(server.roles.connector) as connector:
        connector.execute("SELECT lock_login(%s)", (login.name,))


LOCKS = pytest.mark.parametrize("lock", [lock_by_watchdog, lock_by_name])


@LOCKS
def test_a_role_that_its_owner_holds_is_locked_all_the_same(
    server: TeamServer,
    office: Office,
    ben: Login,
    session: Session,
    lock: Callable[[TeamServer, Office, Login], None],
) -> None:
    """A new password in an open transaction holds the row that is to be changed."""
    session.execute("BEGIN")
    session.execute("ALTER ROLE CURRENT_USER PASSWORD 'another'")
    began = time.monotonic()
    lock(server, office, ben)
    assert time.monotonic() - began < DELAYED
    wait_until(lambda: ended(session), "the session to end")
    assert cannot_connect(server, ben)


@LOCKS
def test_a_role_that_its_owner_changes_again_and_again_is_locked_all_the_same(
    server: TeamServer,
    office: Office,
    ben: Login,
    lock: Callable[[TeamServer, Office, Login], None],
) -> None:
    """Each change makes a change of somebody else's at that moment fail."""
    stop = threading.Event()

    def change() -> None:
        while not stop.is_set():
            with suppress(psycopg.Error), server.connected(ben.name) as made:
                while not stop.is_set():
                    made.execute("ALTER ROLE CURRENT_USER SET application_name = 'mine'")

    changing = [threading.Thread(target=change) for _ in range(2)]
    for thread in changing:
        thread.start()
    time.sleep(0.3)
    try:
        began = time.monotonic()
        lock(server, office, ben)
        assert time.monotonic() - began < DELAYED
        rounds = 0
        while not cannot_connect(server, ben) and rounds < 3:
            watch(server)
            rounds += 1
        watch(server)
        assert cannot_connect(server, ben)
    finally:
        stop.set()
        for thread in changing:
            thread.join(DELAYED)


def test_what_is_forgotten_waits_for_nobodys_presence(
    server: TeamServer, office: Office, ben: Login, session: Session
) -> None:
    """Whoever holds their own old row would stop the connector, and its watchdog with it."""
    for login in (ben, joined(server, office, "Dora")):
        with server.connected(login.name) as made:
            made.execute("SELECT * FROM desk.presence(NULL, 'here')")
    with office.workspace.write() as tx:
        tx.exec_driver_sql("UPDATE presence SET at = at - interval '1 day'")
    session.execute("BEGIN")
    session.execute("SELECT * FROM desk.presence(NULL, 'here')")
    with office.workspace.write() as tx:
        tx.exec_driver_sql("SET LOCAL lock_timeout = '2s'")
        housekeeping.forget(tx)
        left = tx.exec_driver_sql("SELECT person_id FROM presence").scalars().all()
    assert left == [ben.person_id]


def test_what_one_person_holds_delays_nobody(
    server: TeamServer, office: Office, session: Session
) -> None:
    """Everything that a person can lock, in one open transaction (GY7)."""
    login = joined(server, office, "Cara")
    cara = server.connect(login)
    session.execute("BEGIN ISOLATION LEVEL SERIALIZABLE")
    for statement in (
        "SELECT * FROM desk.pull('')",
        "SELECT desk.push(gen_random_uuid(), 'Note', 0, '{}', '{}')",
        "SELECT * FROM desk.presence(NULL, 'here')",
        "SELECT desk.joined()",
        "ALTER ROLE CURRENT_USER PASSWORD 'another'",
        "LISTEN desk",
        "NOTIFY desk, 'x'",
    ):
        session.execute(statement)
    began = time.monotonic()
    first = pull(cara)
    place = office.conversation(office.own, "+12025550177", login.person_id)
    office.message(place, "hello")
    with office.workspace.write() as tx:
        see(tx, login.person_id, place)
        tx.exec_driver_sql("DELETE FROM queue")
        tx.exec_driver_sql("DELETE FROM presence WHERE at < now()")
        tx.exec_driver_sql("NOTIFY desk")
    cara.execute("SELECT desk.push(gen_random_uuid(), 'Note', 0, '{}', '{}')")
    cara.execute("SELECT * FROM desk.presence(%s, 'typing')", (place,))
    assert place in pull(cara, first.cursor).enter
    assert time.monotonic() - began < DELAYED
