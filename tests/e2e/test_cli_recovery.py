"""The recovery key with a real Secret Service: a lost entry comes back (algorithms §5, R46)."""

from __future__ import annotations

import json
from pathlib import Path
from uuid import UUID

import pytest

from sms_desk.settings import keys
from sms_desk.settings.credentials import KeyringStore
from tests.e2e.cli_calls import Called, called_apart, called_here, descriptor, given_stdin
from tests.fixtures.secret_service import enter

pytestmark = [
    pytest.mark.keyring,
    pytest.mark.filterwarnings("ignore:unclosed <socket:ResourceWarning"),
]


def test_a_lost_entry_comes_back(
    secret_service: dict[str, str],
    desk_home: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    """Into a program, and another one finds it there."""
    enter(secret_service, monkeypatch)

    def call(*words: str) -> Called:
        with given_stdin(b""):
            return called_here(capsys, *words)

    assert call("people", "list").code == 0
    assert call("key", "show").code == 2  # nobody can be asked
    shown = call("key", "show", "--yes", "--json")
    assert shown.code == 0, shown.err
    text = shown.json["recovery_key"]
    (identity,) = desk_home.rglob("workspace.json")
    KeyringStore(UUID(json.loads(identity.read_text())["workspace_id"])).delete(keys.PURPOSE)
    assert call("people", "list").code == 5
    with descriptor(text) as fd:
        done = called_apart("key", "restore", "--key-fd", str(fd), fds=[fd])
    assert done.code == 0, done.err
    assert text not in done.out + done.err
    assert called_apart("people", "list").code == 0
    written = [each for each in desk_home.rglob("*") if each.suffix in (".log", ".json")]
    assert all(text.encode() not in each.read_bytes() for each in written if each.is_file())
