"""The lease on the real server: one holder, by the server's clock, and no late writer (GS8, GY5)."""

from __future__ import annotations

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
import sqlalchemy as sa
from sqlalchemy.engine import Engine

from sms_desk.domain.errors import StorageError
from sms_desk.store.engine import Workspace
from sms_desk.store.team.lease import Hold, Lease, LeaseLost, held
from tests.fixtures.postgres import Cluster

TABLE = (
    "CREATE TABLE lease (holder text, fence bigint NOT NULL, expires_at timestamptz,"
    " seen_at timestamptz)"
)


@pytest.fixture
def engine(postgres: Cluster, tmp_path: Path) -> Iterator[Engine]:
    with postgres.database(tmp_path.name) as made:
        with made.begin() as tx:
            tx.exec_driver_sql(TABLE)
            tx.exec_driver_sql("INSERT INTO lease VALUES ('', 0, NULL, NULL)")
        yield made


def let_it_run_out(engine: Engine) -> None:
    with engine.begin() as tx:
        tx.exec_driver_sql("UPDATE lease SET expires_at = clock_timestamp() - interval '1 ms'")


def taken(lease: Lease) -> Hold:
    hold = lease.acquire()
    assert hold is not None
    return hold


def test_one_holds_it_and_the_next_one_has_a_higher_fence(engine: Engine) -> None:
    first, second = Lease(engine), Lease(engine)
    hold = taken(first)
    assert second.acquire() is None
    assert first.renew(hold)
    assert 9 < second.look().left <= 10
    first.release(hold)
    assert taken(second).fence == hold.fence + 1


def test_gs8_who_has_lost_it_neither_renews_nor_writes(engine: Engine) -> None:
    first, second = Lease(engine), Lease(engine)
    old = taken(first)
    let_it_run_out(engine)
    new = taken(second)
    assert not first.renew(old)
    workspace = Workspace(engine)
    with workspace.read() as tx:
        held(tx, new)
        with pytest.raises(LeaseLost):
            held(tx, old)
    first.release(old)
    assert second.renew(new), "who has lost it gives nothing back"


def test_nobody_else_took_a_lease_that_ran_out_so_it_is_renewed(engine: Engine) -> None:
    lease = Lease(engine)
    hold = taken(lease)
    let_it_run_out(engine)
    assert lease.renew(hold)
    assert Lease(engine).acquire() is None


def test_a_long_transaction_costs_nobody_the_lease(engine: Engine) -> None:
    lease = Lease(engine)
    hold = taken(lease)
    with engine.begin() as tx:
        held(tx, hold)
        assert lease.renew(hold), "renewing waits for no writer"
        assert Lease(engine).acquire() is None


def test_gs8_a_writer_that_hangs_in_its_transaction_is_ended_and_has_written_nothing(
    engine: Engine,
) -> None:
    """As a process does that is stopped (SIGSTOP) just there."""
    lease = Lease(engine)
    hold = taken(lease)
    with engine.begin() as tx:
        tx.exec_driver_sql("CREATE TABLE kept (n int)")
    writer = engine.connect()
    held(writer, hold)
    writer.exec_driver_sql("INSERT INTO kept VALUES (1)")
    let_it_run_out(engine)
    second = Lease(engine)
    assert second.acquire() is None, "not while a transaction of the old holder is open"
    assert taken(second).fence == hold.fence + 1
    with pytest.raises(sa.exc.OperationalError):
        writer.commit()
    writer.invalidate()
    writer.close()
    with engine.begin() as tx:
        assert tx.exec_driver_sql("SELECT count(*) FROM kept").scalar_one() == 0


def test_of_many_who_reach_for_it_one_gets_it(engine: Engine) -> None:
    leases = [Lease(engine) for _ in range(5)]
    for _ in range(10):
        let_it_run_out(engine)
        with ThreadPoolExecutor(5) as threads:
            holds = [hold for hold in threads.map(Lease.acquire, leases) if hold is not None]
        assert len(holds) == 1


def test_gy5_it_runs_out_by_the_servers_clock(engine: Engine) -> None:
    lease = Lease(engine)
    taken(lease)
    with engine.begin() as tx:
        left = tx.exec_driver_sql(
            "SELECT extract(epoch FROM expires_at - clock_timestamp())::float8 FROM lease"
        ).scalar_one()
    assert 9 < left <= 10


def test_a_server_that_ends_the_connection_is_told_and_the_next_try_goes_on(
    engine: Engine,
) -> None:
    lease = Lease(engine)
    with engine.connect() as other:
        hold = taken(lease)
        other.exec_driver_sql(
            "SELECT pg_terminate_backend(pid) FROM pg_stat_activity"
            " WHERE datname = current_database() AND pid <> pg_backend_pid()"
        )
        other.rollback()
        with pytest.raises(StorageError):
            lease.renew(hold)
        assert lease.renew(hold)
