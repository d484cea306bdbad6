"""Key stores that fail in every way they can: the desk says how, and writes nothing elsewhere (GP4)."""

from __future__ import annotations

import importlib
import threading
from collections.abc import Callable
from pathlib import Path
from types import ModuleType
from uuid import UUID, uuid4

import keyring.errors
import pytest

from sms_desk.domain.errors import KeyringError, StorageError, UsageError
from sms_desk.settings import credentials, keys
from sms_desk.settings.credentials import Backend, KeyringStore, find_backend
from sms_desk.settings.files import Profile

WORKSPACE = UUID(int=7)
CANARY = "canary-secret-value"


class Memory:
    """A key store that works."""

    def __init__(self) -> None:
        self.secrets: dict[tuple[str, str], str] = {}

    def get_password(self, service: str, username: str) -> str | None:
        return self.secrets.get((service, username))

    def set_password(self, service: str, username: str, password: str) -> None:
        self.secrets[service, username] = password

    def delete_password(self, service: str, username: str) -> None:
        del self.secrets[service, username]


class Failing(Memory):
    """A key store whose every call fails in one way."""

    def __init__(self, error: Callable[[], BaseException]) -> None:
        super().__init__()
        self._error = error

    def get_password(self, service: str, username: str) -> str | None:
        raise self._error()

    def set_password(self, service: str, username: str, password: str) -> None:
        raise self._error()


class Forgetful(Memory):
    """Says yes and keeps nothing, as keyring's null backend does."""

    def set_password(self, service: str, username: str, password: str) -> None:
        pass


class Garbling(Memory):
    def get_password(self, service: str, username: str) -> str | None:
        value = super().get_password(service, username)
        return None if value is None else value[:-1]


class Hanging(Memory):
    """Waits for a person, as a locked store behind a window does."""

    def __init__(self) -> None:
        super().__init__()
        self.freed = threading.Event()

    def get_password(self, service: str, username: str) -> str | None:
        self.freed.wait()
        return None


def store(backend: Backend, workspace_id: UUID = WORKSPACE, seconds: float = 5) -> KeyringStore:
    return KeyringStore(workspace_id, lambda: ("Test Store", backend), seconds)


def test_kept_under_the_name_of_the_workspace() -> None:
    memory = Memory()
    mine, other = store(memory), store(memory, uuid4())
    mine.write("account/1", CANARY)
    assert mine.read("account/1") == CANARY
    assert other.read("account/1") is None
    assert [service for service, _ in memory.secrets] == [f"sms-desk/{WORKSPACE}/account/1"]
    mine.delete("account/1")
    mine.delete("account/1")
    assert mine.read("account/1") is None


# --- the faults of a key store (guarantees, "key store") ----------------------------------------


class PromptDismissedException(Exception):
    """Of secretstorage, by name."""


FAULTS: dict[str, tuple[Callable[[], BaseException], str]] = {
    "locked": (lambda: keyring.errors.KeyringLocked(CANARY), "is locked"),
    "prompt dismissed": (lambda: PromptDismissedException(CANARY), "was not unlocked"),
    "no D-Bus": (lambda: FileNotFoundError(CANARY), "cannot be reached"),
    "daemon killed mid-call": (lambda: ConnectionResetError(CANARY), "went away"),
    "wrong encoding": (lambda: UnicodeDecodeError("utf-8", b"\xff", 0, 1, CANARY), "is no text"),
    "read-only": (lambda: keyring.errors.PasswordSetError(CANARY), "refused to keep"),
    "no store": (lambda: keyring.errors.NoKeyringError(CANARY), "is missing"),
    "anything else": (lambda: RuntimeError(CANARY), r"failed \(RuntimeError\)"),
}


@pytest.mark.parametrize("name", FAULTS)
def test_a_fault_is_said_and_nothing_is_written(name: str, desk_home: Path) -> None:
    error, words = FAULTS[name]
    profile = Profile.of()
    broken = store(Failing(error))
    with pytest.raises(KeyringError, match=words) as caught:
        keys.make_with_keyring(profile, WORKSPACE, broken)
    assert caught.value.next_step
    assert CANARY not in str(caught.value)
    assert caught.value.__cause__ is None  # a cause's frames would hold the secret
    assert not desk_home.exists()


@pytest.mark.parametrize("backend", [Forgetful(), Garbling()], ids=["null", "garbling"])
def test_what_is_not_kept_is_noticed(backend: Backend, desk_home: Path) -> None:
    with pytest.raises(KeyringError, match="does not keep"):
        keys.make_with_keyring(Profile.of(), WORKSPACE, store(backend))
    assert not desk_home.exists()


def test_a_store_that_hangs_is_left_alone() -> None:
    hanging = Hanging()
    with pytest.raises(KeyringError, match="did not answer") as caught:
        store(hanging, seconds=0.05).read("key")
    assert "locked" in caught.value.next_step
    hanging.freed.set()


def test_a_slow_store_is_waited_for() -> None:
    class Slow(Memory):
        def get_password(self, service: str, username: str) -> str | None:
            threading.Event().wait(0.2)
            return "late"

    assert store(Slow()).read("key") == "late"


@pytest.fixture
def profile(desk_home: Path) -> Profile:
    return Profile.of()


@pytest.fixture
def memory() -> Memory:
    return Memory()


@pytest.fixture
def key(profile: Profile, memory: Memory) -> bytes:
    """The key of a workspace that was set up with the working store."""
    return keys.make_with_keyring(profile, WORKSPACE, store(memory))


def load(profile: Profile, backend: Backend) -> bytes:
    identity = keys.read(profile)
    assert identity is not None
    return keys.load(identity, store=lambda: store(backend), passphrase=None)


def test_the_key_comes_back(profile: Profile, memory: Memory, key: bytes) -> None:
    assert load(profile, memory) == key
    assert len(key) == 32


@pytest.mark.parametrize(
    ("value", "words"),
    [
        (None, "no longer holds"),
        ("", "no longer holds"),
        ("00" * 32, "holds another key"),
        ("not hexadecimal", "holds something else"),
        ("00" * 31, "holds something else"),
        ("é" * 64, "holds something else"),
    ],
)
def test_another_value_is_noticed_before_the_file_is_touched(
    profile: Profile, memory: Memory, key: bytes, value: str | None, words: str
) -> None:
    [place] = memory.secrets
    del memory.secrets[place]
    if value is not None:
        memory.secrets[place] = value
    with pytest.raises(KeyringError, match=words) as caught:
        load(profile, memory)
    assert "Test Store" in str(caught.value)  # which store held it
    assert key.hex() not in str(caught.value)


def test_no_secret_stands_in_the_profile(profile: Profile, memory: Memory, key: bytes) -> None:
    """GP3, GP4."""
    files = [path for path in profile.folder.rglob("*") if path.is_file()]
    assert profile.identity in files
    for path in files:
        content = path.read_bytes()
        assert key not in content
        assert key.hex().encode() not in content


def test_a_second_workspace_is_not_made_over_the_first(
    profile: Profile, memory: Memory, key: bytes
) -> None:
    before = dict(memory.secrets)
    with pytest.raises(StorageError, match="a workspace already"):
        keys.make_with_keyring(profile, WORKSPACE, store(memory))
    assert memory.secrets == before


# --- passphrase, published key, identity --------------------------------------------------------


def test_a_passphrase_opens_what_it_closed(profile: Profile) -> None:
    key = keys.make_with_passphrase(profile, WORKSPACE, "correct hörse battery")
    identity = keys.read(profile)
    assert identity is not None
    assert identity.kdf is not None
    typed_elsewhere = "correct ho\u0308rse battery"

    def ask(answer: str) -> bytes:
        return keys.load(identity, store=_unasked, passphrase=lambda: answer)

    assert ask(typed_elsewhere) == key
    with pytest.raises(KeyringError, match="not the passphrase"):
        ask("correct horse battery")
    with pytest.raises(KeyringError, match="opens with a passphrase"):
        keys.load(identity, store=_unasked, passphrase=None)
    assert b"battery" not in profile.identity.read_bytes()
    assert key.hex().encode() not in profile.identity.read_bytes()


def _unasked() -> KeyringStore:
    raise AssertionError("the keyring is not asked for what it does not hold")


@pytest.mark.parametrize("passphrase", ["", "short", "          "])
def test_a_short_passphrase_is_refused(profile: Profile, passphrase: str) -> None:
    with pytest.raises(UsageError, match="too short"):
        keys.make_with_passphrase(profile, WORKSPACE, passphrase)
    assert not profile.folder.exists()


def test_a_published_key_is_no_secret(profile: Profile) -> None:
    key = keys.make_published(profile, WORKSPACE)
    identity = keys.read(profile)
    assert identity is not None
    assert keys.load(identity, store=_unasked, passphrase=None) == key == keys.PUBLISHED_KEY


def test_no_workspace_yet(profile: Profile) -> None:
    assert keys.read(profile) is None


def test_a_database_without_its_identity_is_not_taken_for_none(profile: Profile) -> None:
    profile.make()
    profile.database.write_bytes(b"x")
    with pytest.raises(StorageError, match="missing beside"):
        keys.read(profile)


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ('"format": 1', '"format": 2'),
        ('"source": "passphrase"', '"source": "nowhere"'),
        ('"n": 65536', '"n": 1073741824'),
        ("sqlcipher-4", "none"),
        ('"check"', '"other"'),
    ],
)
def test_an_identity_that_says_nothing_we_know(profile: Profile, old: str, new: str) -> None:
    keys.make_with_passphrase(profile, WORKSPACE, "a long enough passphrase")
    text = profile.identity.read_text("utf-8")
    assert old in text
    profile.identity.write_text(text.replace(old, new), "utf-8")
    with pytest.raises(StorageError, match="does not say"):
        keys.read(profile)


# --- which store --------------------------------------------------------------------------------


@pytest.fixture
def unconfigured(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Path:
    """Nobody has chosen a backend; answers where the choice would stand."""
    monkeypatch.delenv("PYTHON_KEYRING_BACKEND")
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path))
    monkeypatch.setenv("DBUS_SESSION_BUS_ADDRESS", f"unix:path={tmp_path / 'nobody'}")
    folder = tmp_path / "python_keyring"
    folder.mkdir()
    return folder / "keyringrc.cfg"


REFUSED = [
    "keyring.backends.null.Keyring",
    "keyring.backends.fail.Keyring",
    "keyrings.alt.file.PlaintextKeyring",
    "tests.unit.test_credentials.Forgetful",
]


@pytest.mark.parametrize("name", REFUSED)
def test_a_store_that_does_not_encrypt_is_refused(
    unconfigured: Path, monkeypatch: pytest.MonkeyPatch, name: str
) -> None:
    monkeypatch.setenv("PYTHON_KEYRING_BACKEND", name)
    with pytest.raises(KeyringError, match="does not keep secrets encrypted") as caught:
        find_backend()
    assert name in caught.value.title
    assert "try again" in caught.value.next_step


def test_also_where_a_file_chooses_it(unconfigured: Path) -> None:
    unconfigured.write_text("[backend]\ndefault-keyring=keyring.backends.null.Keyring\n")
    with pytest.raises(KeyringError, match=r"null\.Keyring"):
        find_backend()
    unconfigured.write_text("not a configuration")
    with pytest.raises(KeyringError, match="unreadable"):
        find_backend()


def test_no_bus_is_no_store(unconfigured: Path) -> None:
    with pytest.raises(KeyringError, match="No key store") as caught:
        KeyringStore(WORKSPACE)
    assert "try again" in caught.value.next_step


def test_no_code_of_other_backends_is_loaded(
    unconfigured: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    imported: list[str] = []
    real = importlib.import_module

    def watched(name: str, package: str | None = None) -> ModuleType:
        imported.append(name)
        return real(name, package)

    monkeypatch.setattr("importlib.import_module", watched)
    monkeypatch.setenv("PYTHON_KEYRING_BACKEND", "keyring.backends.chainer.ChainerBackend")
    with pytest.raises(KeyringError):
        find_backend()
    assert set(imported) == {name.rpartition(".")[0] for name in credentials.ALLOWED}


def test_a_workspace_of_a_keyring_is_said_to_open_with_nothing_else(
    profile: Profile, key: bytes, unconfigured: Path
) -> None:
    """No advice to choose a passphrase: it could not open what is there."""
    identity = keys.read(profile)
    assert identity is not None
    with pytest.raises(KeyringError) as caught:
        keys.load(identity, store=lambda: KeyringStore(WORKSPACE), passphrase=lambda: "never asked")
    assert "opens only with that" in caught.value.next_step
    assert "try again" in caught.value.next_step
    assert "passphrase" not in str(caught.value)
