"""A replica's file, empty; and a team's server with a desk that follows it."""

from __future__ import annotations

import shutil
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from sms_desk.store.engine import Workspace
from sms_desk.store.replica.tables import prepare
from tests.fixtures.desk import open_hurried
from tests.store.conftest import KEY


@pytest.fixture
def replica_file(migrated_file: Path, tmp_path: Path) -> Callable[[str], Path]:
    """Makes the file of a replica of that name."""

    def make(name: str) -> Path:
        path = tmp_path / name
        shutil.copyfile(migrated_file, path)
        made = open_hurried(path, KEY, replica=True)
        with made.write() as tx:
            prepare(tx)
        made.close()
        return path

    return make


@pytest.fixture
def replica(replica_file: Callable[[str], Path]) -> Iterator[Workspace]:
    """An empty file at the newest schema, made ready to be a replica."""
    made = open_hurried(replica_file("replica.db"), KEY, replica=True)
    yield made
    made.close()
