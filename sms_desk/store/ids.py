"""Ids made here, before anything is sent anywhere (design §3)."""

from __future__ import annotations

from uuid import UUID, uuid5

import uuid_utils.compat


def new_id() -> UUID:
    """A UUIDv7: unique everywhere, and later ones sort later."""
    return uuid_utils.compat.uuid7()


def derived(command_id: UUID, part: object) -> UUID:
    """The id of one of the things that a command writes: the same wherever it is executed."""
    return uuid5(command_id, str(part))
