"""Ids made here, before anything is sent anywhere (design §3)."""

from __future__ import annotations

from hashlib import sha1
from uuid import UUID

import uuid_utils.compat

from sms_desk.store.types import id_of_number


def new_id() -> UUID:
    """A UUIDv7: unique everywhere, and later ones sort later."""
    return uuid_utils.compat.uuid7()


def derived(command_id: UUID, part: object) -> UUID:
    """The id of one of the things that a command writes: the same wherever it is executed."""
    # As uuid.uuid5, for a third of what that takes: a batch asks ten thousand times.
    digest = sha1(command_id.bytes + str(part).encode(), usedforsecurity=False).digest()
    return id_of_number(int.from_bytes(digest[:16], "big") & ~_FIXED_BITS | _VERSION_5)


_FIXED_BITS = 0xF << 76 | 0x3 << 62
_VERSION_5 = 0x5 << 76 | 0x2 << 62  # RFC 9562, 5.5
