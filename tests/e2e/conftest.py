"""What makes a workspace slow to make and to open is done once for the calls in this process.

Programs of their own do all of it in earnest.
"""

from __future__ import annotations

from functools import partial
from pathlib import Path
from typing import Any

import pytest

from sms_desk.bootstrap import opening
from sms_desk.settings import keys
from sms_desk.store.engine import Workspace, ensure_schema, schema_version
from tests.fixtures.demo import demo_home, filled_demo
from tests.fixtures.desk import KEY

__all__ = ["demo_home", "filled_demo"]


@pytest.fixture(autouse=True)
def stretched_little(monkeypatch: pytest.MonkeyPatch) -> None:
    """Stretching a passphrase takes 0.2 s on purpose, each time a workspace is opened.

    How far it was stretched stands beside the workspace: programs open it as quickly.
    """
    monkeypatch.setattr(keys, "Kdf", partial(keys.Kdf, n=16))


@pytest.fixture(autouse=True)
def migrated_once(migrated_file: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A new workspace gets its tables from that one."""

    def copied(workspace: Workspace) -> None:
        if schema_version(workspace) is None:
            _export(migrated_file, workspace)
        ensure_schema(workspace)

    monkeypatch.setattr(opening, "ensure_schema", copied)


def _export(path: Path, workspace: Workspace) -> None:
    """Into an empty workspace (https://www.zetetic.net/sqlcipher/sqlcipher-api/#sqlcipher_export)."""
    connection = workspace.engine.raw_connection()
    driver: Any = connection.driver_connection
    driver.execute(f"ATTACH ? AS migrated KEY \"x'{KEY.hex()}'\"", (str(path),))
    driver.execute("SELECT sqlcipher_export('main', 'migrated')")
    driver.execute("DETACH migrated")
    connection.close()
