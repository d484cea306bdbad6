"""Workspaces for the tests of the store: one function of the store, both engines."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from sms_desk.store.engine import Workspace, ensure_schema
from tests.fixtures.desk import copied, open_hurried
from tests.fixtures.kept_databases import KeptDatabases
from tests.fixtures.postgres import Cluster
from tests.fixtures.remembering import RememberingWorkspace

KEY = bytes(range(32))


@pytest.fixture(params=["sqlite", "postgresql"])
def workspace(request: pytest.FixtureRequest) -> Iterator[Workspace]:
    """An empty workspace at the newest schema: an encrypted file, and a PostgreSQL database.

    Tests of what only the file does ask for `local_workspace`.
    """
    if request.param == "sqlite":
        yield request.getfixturevalue("local_workspace")
    else:
        yield request.getfixturevalue("postgres_workspace")


@pytest.fixture(scope="session")
def migrated_database(postgres: Cluster) -> Iterator[str]:
    """The name of an empty database at the newest schema; each test's is made from it."""
    name = "migrated"
    with postgres.database(name) as engine:
        ensure_schema(Workspace(engine))
        engine.dispose()  # a database somebody is in is no template
        yield name


@pytest.fixture
def local_workspace(migrated_file: Path, tmp_path: Path) -> Iterator[Workspace]:
    """An empty encrypted file at the newest schema."""
    made = open_hurried(copied(migrated_file, tmp_path / "workspace.db"), KEY)
    yield made
    made.close()


@pytest.fixture(scope="session")
def kept_databases(postgres: Cluster, migrated_database: str) -> Iterator[KeptDatabases]:
    """Databases for `postgres_workspace`."""
    made = KeptDatabases(postgres, migrated_database)
    yield made
    made.close()


@pytest.fixture
def postgres_workspace(kept_databases: KeptDatabases) -> Iterator[Workspace]:
    """An empty PostgreSQL database at the newest schema."""
    with kept_databases.one() as (_name, engine):
        yield RememberingWorkspace(engine)
