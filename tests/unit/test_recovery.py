"""The recovery key: it comes back from its letters, tells slips, and fits one workspace (R46)."""

from __future__ import annotations

import contextlib
from collections.abc import Callable
from pathlib import Path
from uuid import uuid4

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sms_desk.domain.errors import KeyringError, UsageError
from sms_desk.settings import keys, recovery
from sms_desk.settings.files import REAL_PROFILE, Profile

KEYS = st.binary(min_size=keys.KEY_BYTES, max_size=keys.KEY_BYTES)


class Store:
    name = "Test Store"

    def __init__(self) -> None:
        self.kept: dict[str, str] = {}

    def read(self, purpose: str) -> str | None:
        return self.kept.get(purpose)

    def write(self, purpose: str, secret: str) -> None:
        self.kept[purpose] = secret

    def delete(self, purpose: str) -> None:
        self.kept.pop(purpose, None)


@given(KEYS)
def test_the_key_comes_back_from_its_letters_however_they_are_typed(key: bytes) -> None:
    text = recovery.to_text(key)
    assert recovery.from_text(text) == key
    assert recovery.from_text(f"  {text.lower().replace('-', ' ')}\n") == key
    assert recovery.from_text(text.replace("O", "0").replace("I", "1").replace("B", "8")) == key


@given(KEYS, st.integers(0, 54), st.sampled_from("ABCDEFGHIJKLMNOPQRSTUVWXYZ234567"))
def test_a_slip_never_reads_as_the_key(key: bytes, at: int, letter: str) -> None:
    letters = recovery.to_text(key).replace("-", "")
    wrong = letters[:at] + letter + letters[at + 1 :]
    if wrong == letters or (at == 54 and recovery_of(wrong) == key):
        return
    with contextlib.suppress(UsageError):
        assert recovery.from_text(wrong) != key  # two bytes of a check let one slip in 65,536 by


def recovery_of(letters: str) -> bytes | None:
    """What the letters mean, None for a slip: the last one carries bits that nothing uses."""
    try:
        return recovery.from_text(letters)
    except UsageError:
        return None


def test_one_slip_in_a_printed_key_is_found() -> None:
    letters = recovery.to_text(bytes(range(32)))
    with pytest.raises(UsageError, match="slip") as told:
        recovery.from_text("Q" + letters[1:])
    assert letters[1:6] not in str(told.value)
    with pytest.raises(UsageError, match="55 letters"):
        recovery.from_text(letters[:-5])


def test_a_lost_keyring_entry_comes_back_and_only_the_right_one(tmp_path: Path) -> None:
    store, other = Store(), Store()
    profile = Profile.of(REAL_PROFILE, tmp_path / "a")
    key = keys.make_with_keyring(profile, uuid4(), store)
    foreign = keys.make_with_keyring(Profile.of(REAL_PROFILE, tmp_path / "b"), uuid4(), other)
    identity = keys.read(profile)
    assert identity is not None
    store.kept.clear()
    with pytest.raises(KeyringError):
        keys.load(identity, store=lambda: store, passphrase=None)
    with pytest.raises(KeyringError, match="another workspace"):
        recovery.restore(identity, recovery.to_text(foreign), store)
    assert not store.kept
    recovery.restore(identity, recovery.to_text(key), store)
    assert keys.load(identity, store=lambda: store, passphrase=None) == key


def test_a_workspace_without_a_keyring_needs_none(tmp_path: Path) -> None:
    makers: dict[str, Callable[[Profile], bytes]] = {
        "p": lambda at: keys.make_with_passphrase(at, uuid4(), "several words of mine"),
        "d": lambda at: keys.make_published(at, uuid4()),
    }
    for name, make in makers.items():
        profile = Profile.of(REAL_PROFILE, tmp_path / name)
        key = make(profile)
        identity = keys.read(profile)
        assert identity is not None
        with pytest.raises(UsageError):
            recovery.restore(identity, recovery.to_text(key), Store())
