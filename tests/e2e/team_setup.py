"""A team's workspace made by the command line, in the tests' own cluster."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from sms_desk.settings.server_address import ServerAddress
from sms_desk.store.team.connection import connect
from tests.e2e.cli_calls import Terminal
from tests.fixtures import postgres as clusters
from tests.fixtures.postgres import Cluster

__all__ = ["administrator", "made", "terminal"]

DATABASE = "coats"


@pytest.fixture
def terminal(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> Terminal:
    return Terminal(tmp_path / "home", capsys)


@pytest.fixture
def administrator(postgres: Cluster) -> Iterator[str]:
    """The address of who may make a workspace there; nothing of it is left at the end."""
    address = ServerAddress(str(postgres.socket), DATABASE, clusters.USER, postgres.port)
    yield address.url
    remove(address)


def remove(administrator: ServerAddress) -> None:
    """A workspace's database and roles."""
    database = administrator.database
    with connect(replace(administrator, database="postgres"), clusters.PASSWORD) as admin:
        admin.execute(f'DROP DATABASE IF EXISTS "{database}" WITH (FORCE)')
        found = admin.execute(
            "SELECT rolname FROM pg_roles WHERE starts_with(rolname, %s)", (f"{database}_",)
        ).fetchall()
        for (role,) in found:
            admin.execute(f'DROP ROLE "{role}"')


@pytest.fixture
def made(terminal: Terminal, administrator: str) -> dict[str, Any]:
    """The answer of `workspace init`: its founder is Ann."""
    found: dict[str, Any] = terminal.json(
        *("workspace", "init", administrator, "--name", "Coats & Co"),
        *("--person", "Ann", "--email", "ann@example.test", "--zone", "Europe/Berlin"),
        password=clusters.PASSWORD,
    )
    return found
