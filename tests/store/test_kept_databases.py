"""The tests' own: a database that serves one after another shows nothing of the one before."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
import sqlalchemy as sa

from sms_desk.store import tables
from sms_desk.store.engine import Workspace
from tests.fixtures.kept_databases import KeptDatabases
from tests.fixtures.postgres import Cluster
from tests.store.office import Office


@pytest.fixture
def kept(postgres: Cluster, migrated_database: str) -> Iterator[KeptDatabases]:
    made = KeptDatabases(postgres, migrated_database)
    yield made
    made.close()


def test_what_a_test_wrote_is_gone_and_the_database_serves_again(kept: KeptDatabases) -> None:
    with kept.one() as (name, engine):
        office = Office(Workspace(engine))
        office.message(office.conversation(office.own, "+14155550123"), "Hello")
    with kept.one() as (again, engine), engine.connect() as tx:
        assert again == name
        left = [table.name for table in tables.metadata.sorted_tables if _count(tx, table)]
        assert left == []
        version = tx.exec_driver_sql("SELECT count(*) FROM alembic_version").scalar_one()
        assert version == 1


@pytest.mark.parametrize(
    "change",
    [
        "CREATE TABLE another (a int)",
        "ALTER TABLE people ADD another int",
        "ALTER TABLE people DISABLE TRIGGER ALL",
        "DROP TRIGGER audit_change ON audit",
        "GRANT SELECT ON people TO PUBLIC",
        "CREATE FUNCTION another() RETURNS int LANGUAGE sql AS 'SELECT 1'",
    ],
)
def test_what_a_test_changed_otherwise_is_seen_by_no_other(
    kept: KeptDatabases, change: str
) -> None:
    with kept.one() as (name, engine), engine.begin() as tx:
        tx.exec_driver_sql(change)
    with kept.one() as (another, _engine):
        assert another != name


def _count(tx: sa.Connection, table: sa.Table) -> int:
    return tx.execute(sa.select(sa.func.count()).select_from(table)).scalar_one()
