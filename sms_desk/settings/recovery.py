"""The workspace's key as a person can print it: letters in groups, with a check against slips.

It opens the workspace where the keyring lost its entry (algorithms §5). Whoever has it can read
everything, so it is shown only to who asks, and no log, argument or setting ever holds it (R46).
"""

from __future__ import annotations

import base64
import binascii
import hashlib
from typing import Final

from sms_desk.domain.errors import KeyringError, UsageError
from sms_desk.settings.credentials import SecretStore
from sms_desk.settings.keys import KEY_BYTES, PURPOSE, Identity, KeySource

_GROUP: Final = 5
_CHECK_BYTES: Final = 2
_LETTERS: Final = 55  # of 34 bytes, five bits each
_MISREAD: Final = str.maketrans("018", "OIB")
"""Digits that base32 (RFC 4648) does not have, and the letters that they were."""


def to_text(key: bytes) -> str:
    """Eleven groups of five letters and digits."""
    letters = base64.b32encode(key + _check(key)).decode("ascii").rstrip("=")
    return "-".join(letters[at : at + _GROUP] for at in range(0, len(letters), _GROUP))


def from_text(text: str) -> bytes:
    """The key that was typed, in groups or not. Raises UsageError, which never repeats it."""
    letters = "".join(each for each in text.upper() if each.isalnum()).translate(_MISREAD)
    if len(letters) != _LETTERS:
        raise UsageError(
            f"A recovery key has {_LETTERS} letters and digits; these are {len(letters)}.",
            "Type all eleven groups.",
        )
    try:
        found = base64.b32decode(letters + "=")
    except (binascii.Error, ValueError) as error:
        raise _mistyped() from error
    key, check = found[:KEY_BYTES], found[KEY_BYTES:]
    if check != _check(key):
        raise _mistyped()
    return key


def restore(identity: Identity, text: str, store: SecretStore) -> None:
    """Put the key back into the keyring.

    Raises UsageError for a mistyped key, KeyringError for another workspace's or where the
    keyring takes nothing.
    """
    require_keyring(identity)
    key = from_text(text)
    if not identity.fits(key):
        raise KeyringError("This is the recovery key of another workspace.", "Nothing was changed.")
    store.write(PURPOSE, key.hex())


def require_keyring(identity: Identity) -> None:
    """Raises UsageError where the workspace needs no recovery key."""
    if identity.source is KeySource.PASSPHRASE:
        raise UsageError(
            "This workspace opens with its passphrase.", "There is no other key: keep that."
        )
    if identity.source is KeySource.PUBLISHED:
        raise UsageError("The demo has no key of its own.", "Its content is invented.")


def _check(key: bytes) -> bytes:
    return hashlib.sha256(b"sms-desk recovery key: " + key).digest()[:_CHECK_BYTES]


def _mistyped() -> UsageError:
    return UsageError("The recovery key has a slip in it.", "Compare it group by group.")
