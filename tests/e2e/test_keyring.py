"""Secrets in a real Secret Service (GP4): kept, found again, and said where they cannot be."""

from __future__ import annotations

import gc
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from uuid import UUID, uuid4

import pytest

from sms_desk.domain.errors import KeyringError
from sms_desk.settings import keys
from sms_desk.settings.credentials import KeyringStore, find_backend
from sms_desk.settings.files import Profile
from sms_desk.store.engine import ensure_schema, open_file
from tests.fixtures.secret_service import (
    enter,
    locked_secret_service,
    running_bus,
    running_keyring,
)

__all__ = ["locked_secret_service"]

pytestmark = [
    pytest.mark.keyring,
    pytest.mark.filterwarnings("ignore:unclosed <socket:ResourceWarning"),
]

WORKSPACE = UUID(int=9)


@pytest.fixture(autouse=True)
def left_connections() -> Iterator[None]:
    """keyring 25.7 leaves its connection to the collector where a call fails: it comes now."""
    yield
    gc.collect()


@pytest.fixture
def unlocked(secret_service: dict[str, str], monkeypatch: pytest.MonkeyPatch) -> Path:
    """This process sees the Secret Service; answers the folder of its keyrings."""
    enter(secret_service, monkeypatch)
    return Path(secret_service["XDG_DATA_HOME"]) / "keyrings"


def test_it_is_found_kept_and_found_again(unlocked: Path) -> None:
    store = KeyringStore(WORKSPACE)
    assert store.name == "Secret Service"
    assert store.read("account/1") is None
    store.write("account/1", "first — ключ")
    store.write("account/1", "second — ключ")
    assert KeyringStore(WORKSPACE).read("account/1") == "second — ключ"
    assert KeyringStore(uuid4()).read("account/1") is None
    store.delete("account/1")
    assert store.read("account/1") is None


def test_the_right_one_is_picked_out_of_a_chain(
    unlocked: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PYTHON_KEYRING_BACKEND", "keyring.backends.chainer.ChainerBackend")
    name, backend = find_backend()
    assert name == "Secret Service"
    assert type(backend).__module__ == "keyring.backends.SecretService"


def test_a_workspace_opens_with_the_key_from_the_keyring(unlocked: Path) -> None:
    """GP3: neither the profile nor the keyring's own files show key or secret."""
    profile, store = Profile.of(), KeyringStore(WORKSPACE)
    key = keys.make_with_keyring(profile, WORKSPACE, store)
    store.write("account/1", "canary-secret")
    workspace = open_file(profile.database, key)
    ensure_schema(workspace)
    workspace.close()

    identity = keys.read(profile)
    assert identity is not None
    found = keys.load(identity, store=lambda: KeyringStore(WORKSPACE), passphrase=None)
    open_file(profile.database, found, create=False).close()

    files = [
        path for top in (profile.folder, unlocked) for path in top.rglob("*") if path.is_file()
    ]
    assert len(files) >= 3
    for path in files:
        content = path.read_bytes()
        for secret in (key, key.hex().encode(), b"canary"):
            assert secret not in content, path


def test_a_locked_keyring_is_said(
    locked_secret_service: dict[str, str], monkeypatch: pytest.MonkeyPatch
) -> None:
    enter(locked_secret_service, monkeypatch)
    store = KeyringStore(WORKSPACE, seconds=5)
    with pytest.raises(
        KeyringError, match=r"locked|not unlocked|did not answer|not be opened"
    ) as caught:
        store.read("account/1")
    assert "nlock" in caught.value.next_step


def test_no_service_on_the_bus_is_said(monkeypatch: pytest.MonkeyPatch) -> None:
    with running_bus() as environment:
        enter(environment, monkeypatch)
        with pytest.raises(KeyringError, match="No key store"):
            KeyringStore(WORKSPACE)


def test_a_service_that_dies_is_said_and_comes_back(monkeypatch: pytest.MonkeyPatch) -> None:
    with running_bus() as environment:
        enter(environment, monkeypatch)
        with running_keyring(environment, unlock=True):
            store = KeyringStore(WORKSPACE, seconds=5)
            store.write("account/1", "kept")
        with pytest.raises(KeyringError) as caught:
            store.read("account/1")
        assert caught.value.next_step
        with running_keyring(environment, unlock=True):
            assert store.read("account/1") == "kept"


def test_keyring_itself_is_imported_late() -> None:
    """It costs 84 ms (measured.md) and is not needed for the first paint."""
    code = "import sys, sms_desk.settings.keys; sys.exit('keyring' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", code]).returncode == 0
