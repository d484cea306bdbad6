"""The connector's workspace writes under its own hold of the lease, and under no later one (GS8)."""

from __future__ import annotations

import pytest
import sqlalchemy as sa

from sms_desk.domain.model import Role
from sms_desk.store import people, tables
from sms_desk.store.engine import Workspace
from sms_desk.store.ids import new_id
from sms_desk.store.team.lease import Lease, LeaseLost
from sms_desk.store.team.workspace import TeamWorkspace
from tests.fixtures.fake_provider import START
from tests.store.team.test_lease import TABLE, let_it_run_out, taken

pytestmark = pytest.mark.xdist_group("pg")


@pytest.fixture
def lease(postgres_workspace: Workspace) -> Lease:
    with postgres_workspace.write() as tx:
        tx.exec_driver_sql(TABLE)
        tx.exec_driver_sql("INSERT INTO lease VALUES ('', 0, NULL, NULL)")
    return Lease(postgres_workspace.engine)


def hire(workspace: Workspace) -> None:
    with workspace.write() as tx:
        people.insert(tx, id_=new_id(), name="Ann", role=Role.REP, zone="UTC", at=START)


def hired(workspace: Workspace) -> int:
    with workspace.read() as tx:
        return int(tx.execute(sa.select(sa.func.count()).select_from(tables.people)).scalar_one())


def test_gs8_after_another_took_over_nothing_is_written(
    postgres_workspace: Workspace, lease: Lease
) -> None:
    first = TeamWorkspace(postgres_workspace.engine, taken(lease))
    hire(first)
    assert first.committed.is_set()
    let_it_run_out(postgres_workspace.engine)
    second = TeamWorkspace(postgres_workspace.engine, taken(lease))
    first.committed.clear()
    with pytest.raises(LeaseLost):
        hire(first)
    assert not first.committed.is_set()
    hire(second)
    assert hired(second) == 2
