"""What all benches share."""

from __future__ import annotations

import pytest

from tests.bench.workspaces import Workspaces


@pytest.fixture(scope="session")
def workspaces(tmp_path_factory: pytest.TempPathFactory) -> Workspaces:
    return Workspaces(tmp_path_factory.mktemp("workspaces"))
