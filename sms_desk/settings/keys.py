"""The key of a workspace's file: where it comes from, and whether it is the right one.

`workspace.json` says which without holding a secret: the source, what a passphrase was stretched
with, and a check value by which a wrong key is known before the file is touched (algorithms §5).
"""

from __future__ import annotations

import hashlib
import hmac
import secrets
import unicodedata
from collections.abc import Callable, Mapping
from dataclasses import asdict
from enum import StrEnum
from typing import Any
from uuid import UUID

from sms_desk.domain.errors import KeyringError, StorageError, UsageError
from sms_desk.domain.frozen import dataclass
from sms_desk.settings.credentials import SecretStore
from sms_desk.settings.files import Profile, read_json, write_json

KEY_BYTES = 32
PURPOSE = "workspace-key"
CIPHER = "sqlcipher-4/raw-256"
SHORTEST_PASSPHRASE = 10

PUBLISHED_KEY = hashlib.sha256(b"sms-desk: the demo's key is published and keeps nothing").digest()
"""Of demo and sandbox workspaces, whose content is invented: encrypted like all, and open to all."""


class KeySource(StrEnum):
    KEYRING = "keyring"
    PASSPHRASE = "passphrase"  # noqa: S105 (a word, not one)
    PUBLISHED = "published"


@dataclass(frozen=True, slots=True)
class Kdf:
    """How a passphrase was stretched: scrypt (RFC 7914), 64 MiB and about 0.2 s."""

    salt: str  # hex
    n: int = 1 << 16
    r: int = 8
    p: int = 1

    def key(self, passphrase: str) -> bytes:
        """The key of a passphrase, however it was typed (composed or decomposed letters)."""
        return hashlib.scrypt(
            unicodedata.normalize("NFKC", passphrase).encode("utf-8"),
            salt=bytes.fromhex(self.salt),
            n=self.n,
            r=self.r,
            p=self.p,
            maxmem=256 * self.n * self.r,
            dklen=KEY_BYTES,
        )


@dataclass(frozen=True, slots=True)
class Identity:
    """What `workspace.json` holds. None of it is secret."""

    workspace_id: UUID
    source: KeySource
    check_salt: str  # hex
    check: str  # HMAC-SHA256 of the salt under the key, hex
    store: str = ""  # the key store that was given the key, for the words of an error
    kdf: Kdf | None = None
    begun: bool = True  # its file was made: from then on none is made in its place
    cipher: str = CIPHER
    format: int = 1

    def fits(self, key: bytes) -> bool:
        """Whether this is the workspace's key."""
        return hmac.compare_digest(_check(key, self.check_salt), self.check)


def read(profile: Profile) -> Identity | None:
    """The workspace's identity; None where there is no workspace yet.

    Raises StorageError if the file does not say one, or if a database stands there without it.
    """
    values = read_json(profile.identity)
    if values is None:
        if profile.database.exists() and profile.database.stat().st_size:
            raise StorageError(
                f"{profile.identity.name} is missing beside {profile.database}.",
                "Bring it back from a backup: it says how the workspace opens. Nothing was changed.",
            )
        return None
    try:
        return _parsed(values)
    except (KeyError, TypeError, ValueError) as error:
        raise StorageError(
            f"{profile.identity} does not say how the workspace opens.",
            "Bring it back from a backup, or update SMS Desk if a newer one wrote it.",
        ) from error


def make_with_keyring(profile: Profile, workspace_id: UUID, store: SecretStore) -> bytes:
    """A new random key, kept in the keyring. Raises KeyringError, and then nothing was written."""
    _refuse_existing(profile)
    key = secrets.token_bytes(KEY_BYTES)
    store.write(PURPOSE, key.hex())
    _write(profile, workspace_id, key, KeySource.KEYRING, store=store.name)
    return key


def make_with_passphrase(profile: Profile, workspace_id: UUID, passphrase: str) -> bytes:
    """A key from a passphrase that the person chose. Raises UsageError if it is too short."""
    if len(passphrase.strip()) < SHORTEST_PASSPHRASE:
        raise UsageError(
            f"The passphrase is too short: it needs {SHORTEST_PASSPHRASE} characters.",
            "Take several words; nobody can open the workspace without them.",
        )
    kdf = Kdf(secrets.token_hex(16))
    key = kdf.key(passphrase)
    _write(profile, workspace_id, key, KeySource.PASSPHRASE, kdf=kdf)
    return key


def make_published(profile: Profile, workspace_id: UUID) -> bytes:
    """For a workspace of invented data."""
    _write(profile, workspace_id, PUBLISHED_KEY, KeySource.PUBLISHED)
    return PUBLISHED_KEY


def note_begun(profile: Profile) -> None:
    """The new workspace's file stands, with all that it begins with."""
    values = read_json(profile.identity)
    if values is not None and values.get("begun") is False:
        write_json(profile.identity, values | {"begun": True})


def load(
    identity: Identity,
    *,
    store: Callable[[], SecretStore],
    passphrase: Callable[[], str] | None,
) -> bytes:
    """The workspace's key, from where it is kept.

    store: opens the keyring, asked only if the key is there. passphrase: asks for it; None: nobody
    can be asked. Raises KeyringError if the key cannot be had or is another one.
    """
    if identity.source is KeySource.PUBLISHED:
        return _fitting(identity, PUBLISHED_KEY, "The published key does not fit this workspace.")
    if identity.source is KeySource.PASSPHRASE:
        return _from_passphrase(identity, passphrase)
    try:
        keyring = store()
        kept = keyring.read(PURPOSE)
    except KeyringError as error:
        raise _only_there(identity, error) from error
    words = (
        f"The keyring ({keyring.name}) holds another key for this workspace."
        f" It was set up with: {identity.store or 'unknown'}."
    )
    return _fitting(identity, _from_text(kept, identity), words)


def _only_there(identity: Identity, error: KeyringError) -> KeyringError:
    """A workspace of a keyring opens with nothing else: no advice to choose a passphrase now."""
    where = identity.store or "the keyring"
    return KeyringError(
        error.title,
        f"{error.next_step} The key of this workspace is in {where}: it opens only with that."
        " Nothing was changed.",
    )


def _from_passphrase(identity: Identity, ask: Callable[[], str] | None) -> bytes:
    if ask is None or identity.kdf is None:
        raise KeyringError(
            "This workspace opens with a passphrase.",
            "Give it at the prompt, or with --passphrase-fd.",
        )
    return _fitting(identity, identity.kdf.key(ask()), "This is not the passphrase.")


def _from_text(value: str | None, identity: Identity) -> bytes:
    where = identity.store or "the keyring"
    if not value:
        raise KeyringError(
            "The keyring no longer holds the key of this workspace.",
            f"It was kept in {where}: check that the same keyring is in use. Nothing was changed.",
        )
    try:
        key = bytes.fromhex(value)
    except ValueError:
        key = b""
    if len(key) != KEY_BYTES:
        raise KeyringError(
            "The keyring holds something else in the place of this workspace's key.",
            f"It was kept in {where}: bring the entry back. Nothing was changed.",
        )
    return key


def _fitting(identity: Identity, key: bytes, otherwise: str) -> bytes:
    if not identity.fits(key):
        raise KeyringError(
            otherwise, "Try again with the right one. The workspace was not touched."
        )
    return key


def _check(key: bytes, salt: str) -> str:
    return hmac.digest(key, bytes.fromhex(salt), "sha256").hex()


def _write(
    profile: Profile, workspace_id: UUID, key: bytes, source: KeySource, **more: Any
) -> None:
    _refuse_existing(profile)
    profile.make()
    salt = secrets.token_hex(16)
    identity = Identity(workspace_id, source, salt, _check(key, salt), begun=False, **more)
    write_json(profile.identity, asdict(identity) | {"workspace_id": str(workspace_id)})


def _refuse_existing(profile: Profile) -> None:
    if profile.identity.exists() or profile.database.exists():
        raise StorageError(
            f"There is a workspace already in {profile.folder}.", "Nothing was changed."
        )


_LARGEST_N = 1 << 20


def _parsed(values: Mapping[str, Any]) -> Identity:
    if values["format"] != 1 or values["cipher"] != CIPHER:
        raise ValueError
    kdf = Kdf(**values["kdf"]) if values.get("kdf") else None
    if kdf and not (2 <= kdf.n <= _LARGEST_N and 1 <= kdf.r <= 32 and 1 <= kdf.p <= 16):
        raise ValueError
    for text in (values["check_salt"], values["check"]):
        bytes.fromhex(text)
    return Identity(
        UUID(values["workspace_id"]),
        KeySource(values["source"]),
        values["check_salt"],
        values["check"],
        str(values.get("store", "")),
        kdf,
        begun=values.get("begun", True) is not False,
    )
