"""A connector's life on the real server: takes the lease, does everything, loses it, stops (GS8)."""

from __future__ import annotations

import threading
import time
from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from functools import partial
from uuid import UUID

import psycopg
import pytest
import sqlalchemy as sa

from sms_desk.domain.model import OutboxState
from sms_desk.services import pushed
from sms_desk.settings.server_address import ServerAddress
from sms_desk.store import settings, tables
from sms_desk.store.engine import Tx
from sms_desk.store.team import connection as way
from sms_desk.store.team import housekeeping
from sms_desk.store.team.lease import Lease
from sms_desk.store.team.workspace import TeamWorkspace
from sms_desk.sync.clock import Clock
from sms_desk.sync.team_connector import Part, TeamConnector
from sms_desk.sync.team_reign import Doors
from tests.fixtures.desk import Desk, desk_in
from tests.fixtures.postgres import PASSWORD
from tests.fixtures.pushing import push_reply
from tests.fixtures.team import Session, TeamServer, listen
from tests.fixtures.waiting import wait_until


@dataclass
class Team:
    """A workspace with Ann in it, and her desk's way to the server."""

    server: TeamServer
    desk: Desk
    ann: Session

    def push(self, body: str, conversation_id: UUID) -> None:
        push_reply(self.ann, self.desk.workspace, conversation_id, body, self.desk.hand.at)

    def administer(self, statement: str) -> None:
        """As the server's superuser."""
        with self.server.admin_engine().begin() as tx:
            tx.exec_driver_sql(statement)

    def end_other_sessions(self) -> None:
        self.administer(
            "SELECT pg_terminate_backend(pid) FROM pg_stat_activity"
            f" WHERE datname = current_database() AND usename = '{self.server.roles.connector}'"
        )
        self.desk.workspace.engine.dispose()  # the test's own were among them


@dataclass
class Shift:
    """A connector and what it works with. The world's clock stands; its own boot time runs."""

    team: Team
    desk: Desk
    doors: Doors
    connector: TeamConnector
    ahead_us: list[int] = field(default_factory=lambda: [0])

    def lose_time(self, seconds: float) -> None:
        """As after a sleep of the machine."""
        self.ahead_us[0] += int(seconds * 1e6)


@contextmanager
def shift_at(team: Team) -> Iterator[Shift]:
    desk = team.desk
    cluster, login = team.server.cluster, team.server.roles.connector
    address = ServerAddress(str(cluster.socket), team.server.database, login, cluster.port)
    engine = way.engine(address, PASSWORD)
    lease_engine = way.engine(address, PASSWORD)
    ahead = [0]
    doors = Doors(
        lease=Lease(lease_engine, "test"),
        workspace=lambda hold: TeamWorkspace(engine, hold, desk.hand.now),
        execute=pushed.run_next,
        open_provider=lambda _row: desk.provider,
        mail_password=lambda: "",
    )
    clock = Clock(desk.hand.now, lambda: time.monotonic_ns() // 1000 + ahead[0], "boot")
    made = Shift(team, desk, doors, TeamConnector(doors, clock), ahead)
    try:
        yield made
    finally:
        assert made.connector.stop()
        engine.dispose()
        lease_engine.dispose()


@pytest.fixture
def team(team_server: TeamServer) -> Team:
    desk = desk_in(team_server.workspace())
    return Team(team_server, desk, team_server.join(desk.ann))


@pytest.fixture
def shift(team: Team) -> Iterator[Shift]:
    with shift_at(team) as made:
        yield made


def _has_posted(desk: Desk, n: int) -> bool:
    desk.hand.tick(0.05)  # what failed rests for a while
    return len(posted(desk)) == n


def posted(desk: Desk) -> list[str]:
    return [message.body for message in desk.provider.posts]


def test_it_takes_the_lease_executes_sends_and_gives_it_back(shift: Shift) -> None:
    id_ = shift.desk.start()
    shift.connector.start()
    wait_until(lambda: shift.connector.is_holder, "the lease")
    shift.team.push("hello", id_)
    wait_until(lambda: posted(shift.desk) == ["hello"], "the text")
    health = shift.connector.health()
    assert (health.part, health.fence, health.trouble) == (Part.HOLDER, 1, "")
    assert 0 < health.seconds_left <= 10
    assert shift.connector.stop()
    assert shift.doors.lease.look().left < 0


def test_a_spare_waits_and_takes_over_at_once_when_the_lease_is_given_back(team: Team) -> None:
    with shift_at(team) as first, shift_at(team) as second:
        first.connector.start()
        wait_until(lambda: first.connector.is_holder, "the first")
        second.connector.start()
        wait_until(lambda: second.connector.health().part is Part.SPARE, "the spare")
        assert second.connector.health().is_well
        first.connector.stop()
        wait_until(lambda: second.connector.is_holder, "the second", seconds=3)
        assert second.connector.health().fence == 2


@pytest.mark.allow_log("sms_desk.sync.connector")
def test_gs8_what_was_being_sent_when_the_lease_was_lost_is_in_doubt_and_not_repeated(
    team: Team, caplog: pytest.LogCaptureFixture
) -> None:
    """The first stands still between its "being sent" and the answer; the second has taken over."""
    desk = team.desk
    id_ = desk.start()
    sending, go_on = threading.Event(), threading.Event()
    send = desk.provider.send

    def slow(message: object) -> object:
        sending.set()
        go_on.wait(20)
        return send(message)  # type: ignore[arg-type]

    desk.provider.send = slow  # type: ignore[method-assign, assignment]
    with shift_at(team) as first, shift_at(team) as second:
        first.connector.start()
        team.push("once", id_)
        assert sending.wait(20)
        desk.provider.send = send  # type: ignore[method-assign]
        first.lose_time(60)
        team.administer("UPDATE desk.lease SET expires_at = clock_timestamp() - interval '1 s'")
        second.connector.start()
        wait_until(
            lambda: [row["state"] for row in desk.outbox()] == [OutboxState.IN_DOUBT], "the doubt"
        )
        go_on.set()
        wait_until(lambda: posted(desk) == ["once"], "the late text")
        wait_until(lambda: "has taken over" in caplog.text, "the first to notice")
        assert [row["state"] for row in desk.attempts()] == ["in_doubt"], "it wrote nothing more"
        desk.hand.tick(30)
        for whoever in (first, second):  # has it by now
            whoever.connector.poke(force=True)
        wait_until(
            lambda: [row["state"] for row in desk.outbox()] == [OutboxState.ACCEPTED],
            "the text in the provider's list",
        )
    assert posted(desk) == ["once"]
    assert [row["fence"] for row in desk.attempts()] == [1]


def test_a_slow_provider_holds_up_no_command_and_no_transaction(shift: Shift) -> None:
    desk = shift.desk
    first, second = desk.start(), desk.start("+12025550143")
    sending, go_on = threading.Event(), threading.Event()
    send = desk.provider.send

    def slow(message: object) -> object:
        sending.set()
        go_on.wait(20)
        return send(message)  # type: ignore[arg-type]

    desk.provider.send = slow  # type: ignore[method-assign, assignment]
    shift.connector.start()
    shift.team.push("slow", first)
    assert sending.wait(20)
    began = server_time(shift)
    shift.team.push("meanwhile", second)
    wait_until(lambda: len(desk.outbox()) == 2, "the command")
    with shift.team.server.admin_engine().begin() as tx:
        older = sa.text("SELECT query FROM pg_stat_activity WHERE xact_start < :began")
        assert tx.execute(older, {"began": began}).all() == []
    go_on.set()
    wait_until(lambda: len(posted(desk)) == 2, "both texts")


def server_time(shift: Shift) -> datetime:
    with shift.team.server.admin_engine().begin() as tx:
        now: datetime = tx.exec_driver_sql("SELECT clock_timestamp()").scalar_one()
        return now


@pytest.mark.allow_log("sms_desk")
def test_a_connection_that_the_server_ends_costs_nothing_but_a_moment(shift: Shift) -> None:
    desk = shift.desk
    id_ = desk.start()
    shift.connector.start()
    wait_until(lambda: shift.connector.is_holder, "the lease")
    for n in range(3):
        shift.team.end_other_sessions()
        shift.team.push(f"text {n}", id_)
        wait_until(partial(_has_posted, desk, n + 1), "the text")
    assert shift.connector.health().fence == 1


def test_desks_are_poked_when_something_was_written_and_at_most_four_times_a_second(
    shift: Shift,
) -> None:
    desk = shift.desk
    id_ = desk.start()
    listen(shift.team.ann)
    shift.connector.start()
    wait_until(lambda: shift.connector.is_holder, "the lease")
    shift.team.push("one", id_)
    (note, *_) = shift.team.ann.notifies(timeout=5, stop_after=1)
    assert note.payload == ""
    reign = shift.connector._reign
    assert reign is not None
    began = time.monotonic()
    while time.monotonic() < began + 1.5:
        reign._told_of = ""  # as though it all concerned her
        reign.workspace.committed.set()
        time.sleep(0.005)
    heard = list(shift.team.ann.notifies(timeout=0.5))
    took = time.monotonic() - began
    assert 1 <= len(heard) <= 4 * took + 1


def test_what_only_time_brings(shift: Shift) -> None:
    """Sessions that hang are ended; a date that comes makes a transaction, which settles who sees what."""
    desk = shift.desk
    with desk.workspace.write() as tx:
        ends = desk.hand.at + timedelta(hours=1)
        tx.execute(sa.update(tables.holdings).values(until=ends))
    written: list[datetime] = []
    shift.connector.start()
    wait_until(lambda: shift.connector.is_holder, "the lease")
    reign = shift.connector._reign
    assert reign is not None
    write = reign.workspace.write

    def noted(*, quiet: bool = False) -> AbstractContextManager[Tx]:
        if threading.current_thread().name == "housekeeper":
            written.append(desk.hand.at)
        return write(quiet=quiet)

    wait_until(lambda: reign.workspace.due == ends, "the next date")
    reign.workspace.write = noted  # type: ignore[method-assign, assignment]
    desk.hand.tick(3601)
    wait_until(lambda: bool(written), "the transaction")


def test_the_desks_are_told_who_was_invited_and_has_not_joined(shift: Shift) -> None:
    desk, server = shift.desk, shift.team.server

    def invited_people() -> list[str]:
        with desk.workspace.read() as tx:
            return list(settings.read(tx).get(settings.INVITED, ()))

    bob_id = desk.add_person("Bob")
    bob = server.invite(bob_id, joined=False)
    shift.connector.start()
    wait_until(lambda: invited_people() == [str(bob_id)], "the invitation")
    server.connect(bob).execute("SELECT desk.joined()")
    wait_until(lambda: not invited_people(), "whoever joined")


def test_the_watchdog_ends_the_sessions_of_who_is_suspended(shift: Shift) -> None:
    """And nobody else's, whoever's sessions the server finds first."""
    team = shift.team
    bob = team.server.join(team.desk.add_person("Bob"))
    person = tables.people.c
    suspended = sa.update(tables.people).where(person.id == team.desk.ann)
    with team.desk.workspace.write() as tx:
        tx.execute(suspended.values(suspended_at=team.desk.hand.at))
    with team.server.admin_engine().connect() as admin:
        admin.exec_driver_sql("SELECT 1")
        shift.connector.start()
        wait_until(lambda: not goes_on(team.ann), "the end of her session")
        admin.exec_driver_sql("SELECT 1")
    assert goes_on(bob)
    assert shift.connector.is_holder


def goes_on(session: Session) -> bool:
    try:
        session.execute("SELECT 1")
    except psycopg.OperationalError:
        return False
    return True


def test_old_tombs_go_and_desks_that_were_away_for_so_long_start_over(team: Team) -> None:
    for days in (60, 50, 1):
        team.administer(
            "INSERT INTO desk.tomb (tbl, pk, key, at)"
            f" VALUES ('x', '{{}}', gen_random_uuid(), now() - interval '{days} days')"
        )
    with team.desk.workspace.write() as tx:
        housekeeping.forget(tx)
    with team.desk.workspace.read() as tx:
        left = tx.exec_driver_sql("SELECT row_xid::text FROM tomb ORDER BY row_xid").scalars().all()
        gc = tx.exec_driver_sql("SELECT gc_xid::text FROM team_meta").scalar_one()
    assert len(left) == 2, "of the old ones the last stays: a cursor may end just there"
    assert gc == left[0]


def test_health_says_when_the_server_is_away(shift: Shift) -> None:
    def broken(*_: object) -> None:
        raise sa.exc.OperationalError("", {}, Exception("gone"))

    shift.doors.lease._engine.begin = broken  # type: ignore[method-assign, assignment]
    health = shift.connector.health()
    assert health.part is Part.AWAY
    assert not health.is_well
    del shift.doors.lease._engine.begin


def test_once_does_all_and_ends(shift: Shift) -> None:
    id_ = shift.desk.start()
    shift.team.push("one", id_)
    shift.team.push("two", shift.desk.start("+12025550143"))
    assert shift.connector.once() == 2
    assert sorted(posted(shift.desk)) == ["one", "two"]
    assert shift.doors.lease.look().left < 0
