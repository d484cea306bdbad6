"""A replica's file, empty."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest

from sms_desk.store.engine import Workspace
from sms_desk.store.replica.tables import prepare
from tests.fixtures.desk import open_hurried
from tests.store.conftest import KEY


@pytest.fixture
def replica(migrated_file: Path, tmp_path: Path) -> Iterator[Workspace]:
    """An empty file at the newest schema, made ready to be a replica."""
    path = tmp_path / "replica.db"
    shutil.copyfile(migrated_file, path)
    made = open_hurried(path, KEY, replica=True)
    with made.write() as tx:
        prepare(tx)
    yield made
    made.close()
