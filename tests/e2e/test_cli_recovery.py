"""The recovery key with a real Secret Service: a lost entry comes back (algorithms §5, R46)."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest

from tests.e2e.cli_calls import descriptor

pytestmark = pytest.mark.keyring

_LOSE = """
import json, sys
from uuid import UUID
from sms_desk.settings import keys
from sms_desk.settings.credentials import KeyringStore
KeyringStore(UUID(sys.argv[1])).delete(keys.PURPOSE)
"""


def test_a_lost_entry_comes_back(secret_service: dict[str, str], tmp_path: Path) -> None:
    home = tmp_path / "home"
    environment = {**secret_service, "SMS_DESK_HOME": str(home)}
    environment.pop("PYTHON_KEYRING_BACKEND", None)

    def call(*words: str, fd: int | None = None) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            [sys.executable, *words],
            env=environment,
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            pass_fds=[] if fd is None else [fd],
            timeout=180,
        )

    desk = ("-m", "sms_desk")
    assert call(*desk, "people", "list").returncode == 0
    assert call(*desk, "key", "show").returncode == 2  # nobody can be asked
    shown = call(*desk, "key", "show", "--yes", "--json")
    assert shown.returncode == 0, shown.stderr
    text = json.loads(shown.stdout)["recovery_key"]
    (identity,) = home.rglob("workspace.json")
    call("-c", _LOSE, json.loads(identity.read_text())["workspace_id"])
    assert call(*desk, "people", "list").returncode == 5
    with descriptor(text) as fd:
        done = call(*desk, "key", "restore", "--key-fd", str(fd), fd=fd)
    assert done.returncode == 0, done.stderr
    assert text not in done.stdout + done.stderr
    assert call(*desk, "people", "list").returncode == 0
    logs = [each for each in home.rglob("*") if each.is_file() and each.suffix in (".log", ".json")]
    assert all(text.encode() not in each.read_bytes() for each in logs)
