"""The connector's workspace writes under its own hold of the lease, and under no later one (GS8)."""

from __future__ import annotations

from contextlib import suppress

import pytest
import sqlalchemy as sa

from sms_desk.domain.errors import StorageError
from sms_desk.domain.model import Role
from sms_desk.store import people, tables
from sms_desk.store.engine import Tx, Workspace
from sms_desk.store.ids import new_id
from sms_desk.store.remembered import remembered
from sms_desk.store.team.lease import LeaseLost
from tests.fixtures.fake_provider import START
from tests.fixtures.team import TeamServer
from tests.store.team.test_lease import let_it_run_out


def hire(workspace: Workspace) -> None:
    with workspace.write() as tx:
        people.insert(tx, id_=new_id(), name="Ann", role=Role.REP, zone="UTC", at=START)


def hired(workspace: Workspace) -> int:
    with workspace.read() as tx:
        return int(tx.execute(sa.select(sa.func.count()).select_from(tables.people)).scalar_one())


def test_gs8_after_another_took_over_nothing_is_written(team_server: TeamServer) -> None:
    first = team_server.team_workspace()
    hire(first)
    assert first.committed.is_set()
    let_it_run_out(team_server.connector_engine())
    second = team_server.team_workspace()
    first.committed.clear()
    with pytest.raises(LeaseLost):
        hire(first)
    assert not first.committed.is_set()
    hire(second)
    assert hired(second) == 2


def test_a_write_that_writes_nothing_is_no_news(team_server: TeamServer) -> None:
    workspace = team_server.team_workspace()
    hire(workspace)
    workspace.committed.clear()
    with workspace.write() as tx:
        tx.execute(sa.delete(tables.tags))
    assert not workspace.committed.is_set()


def test_what_seldom_changes_is_read_once_for_each_commit(team_server: TeamServer) -> None:
    workspace = team_server.team_workspace()
    asked = []

    def count(tx: Tx) -> int:
        asked.append(1)
        return int(tx.execute(sa.select(sa.func.count()).select_from(tables.people)).scalar_one())

    def remembered_count() -> int:
        with workspace.read() as tx:
            return remembered(tx, count)

    hire(workspace)
    assert [remembered_count(), remembered_count()] == [1, 1]
    assert len(asked) == 1
    with workspace.write() as tx:
        assert remembered(tx, count) == 1
        assert len(asked) == 1
        people.insert(tx, id_=new_id(), name="Ben", role=Role.REP, zone="UTC", at=START)
        assert remembered(tx, count) == 2
        assert remembered_count() == 1, "not yet committed, and not remembered"
    assert remembered_count() == 2


def test_what_a_rolled_back_write_saw_is_not_remembered(team_server: TeamServer) -> None:
    workspace = team_server.team_workspace()
    hire(workspace)
    with suppress(ZeroDivisionError), workspace.write() as tx:
        people.insert(tx, id_=new_id(), name="Ben", role=Role.REP, zone="UTC", at=START)
        assert remembered(tx, people.actors)
        raise ZeroDivisionError
    with workspace.read() as tx:
        assert len(remembered(tx, people.actors)) == 1
    hire(workspace)
    with workspace.read() as tx:
        assert len(remembered(tx, people.actors)) == 2


def test_an_older_snapshot_is_not_told_what_a_later_one_saw(team_server: TeamServer) -> None:
    workspace = team_server.team_workspace()
    hire(workspace)
    with workspace.read() as old:
        old.execute(sa.select(tables.people.c.id)).all()  # the snapshot is of now
        hire(workspace)
        with workspace.read() as new:
            assert len(remembered(new, people.actors)) == 2
        assert len(remembered(old, people.actors)) == 1


def test_a_server_that_goes_away_in_the_middle_is_said_in_words(team_server: TeamServer) -> None:
    workspace = team_server.team_workspace()

    def write_without_a_server() -> None:
        with workspace.write() as tx:
            pid = tx.exec_driver_sql("SELECT pg_backend_pid()").scalar_one()
            with team_server.admin_engine().connect() as admin:
                admin.exec_driver_sql("SELECT pg_terminate_backend(%s)", (pid,))
            tx.execute(sa.delete(tables.tags))

    with pytest.raises(StorageError):
        write_without_a_server()
