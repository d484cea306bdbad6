"""Workspaces for the tests of the store: one function of the store, both engines."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from sms_desk.store.engine import Workspace, ensure_schema, open_file
from tests.fixtures.postgres import Cluster, postgres

__all__ = ["postgres"]

KEY = bytes(range(32))


@pytest.fixture(params=["sqlite", pytest.param("postgresql", marks=pytest.mark.xdist_group("pg"))])
def workspace(request: pytest.FixtureRequest) -> Iterator[Workspace]:
    """An empty workspace at the newest schema: an encrypted file, and a PostgreSQL database.

    Tests of what only the file does ask for `local_workspace`.
    """
    if request.param == "sqlite":
        yield request.getfixturevalue("local_workspace")
    else:
        yield request.getfixturevalue("postgres_workspace")


@pytest.fixture
def local_workspace(tmp_path: Path) -> Iterator[Workspace]:
    """An empty encrypted file at the newest schema."""
    made = open_file(tmp_path / "workspace.db", KEY)
    ensure_schema(made)
    yield made
    made.close()


@pytest.fixture
def postgres_workspace(postgres: Cluster, tmp_path: Path) -> Iterator[Workspace]:
    """An empty PostgreSQL database at the newest schema."""
    with postgres.database(tmp_path.name) as engine:
        made = Workspace(engine)
        ensure_schema(made)
        yield made
