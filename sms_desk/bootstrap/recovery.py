"""The recovery key of a workspace: shown to who asks, and taken back where the keyring lost it."""

from __future__ import annotations

from pathlib import Path

from sms_desk.bootstrap.options import Options
from sms_desk.domain.errors import NotFoundError, StorageError
from sms_desk.settings import keys, recovery
from sms_desk.settings.credentials import KeyringStore
from sms_desk.settings.files import DEMO_PROFILE, REAL_PROFILE, Profile


def show(options: Options) -> str:
    """Raises KeyringError where the key cannot be had now, UsageError where there is none."""
    return of_folder(_profile(options).folder)


def of_folder(folder: Path) -> str:
    """The recovery key of the workspace that stands there."""
    identity = _identity(Profile(folder))
    recovery.require_keyring(identity)
    store = KeyringStore(identity.workspace_id)
    return recovery.to_text(keys.load(identity, store=lambda: store, passphrase=None))


def needed(folder: Path) -> bool:
    """Whether all hangs on a key in a keyring, as far as can be told. Reads one small file."""
    try:
        identity = keys.read(Profile(folder))
    except StorageError:
        return False
    return identity is not None and identity.source is keys.KeySource.KEYRING


def restore(options: Options, text: str) -> None:
    """Put the key back into the keyring; see `settings.recovery.restore`."""
    identity = _identity(_profile(options))
    recovery.restore(identity, text, KeyringStore(identity.workspace_id))


def _profile(options: Options) -> Profile:
    return Profile.of(DEMO_PROFILE if options.demo else REAL_PROFILE, options.home)


def _identity(profile: Profile) -> keys.Identity:
    identity = keys.read(profile)
    if identity is None:
        raise NotFoundError("There is no workspace yet.", "The first start makes it.")
    return identity
