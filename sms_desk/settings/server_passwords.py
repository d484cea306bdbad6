"""The passwords of logins on teams' servers: in the key store, by server and login (R46, GP4).

A new password is kept before the server is told of it. Whoever is cut off in between has both, and
finds out which one holds (`candidates`).
"""

from __future__ import annotations

import secrets
from collections.abc import Callable
from typing import Final
from uuid import NAMESPACE_URL, UUID, uuid5

from sms_desk.settings.credentials import SecretStore, store_for
from sms_desk.settings.server_address import ServerAddress

_PASSWORD: Final = "server-password"  # noqa: S105 (what it is kept under)
_NEXT: Final = "server-password-next"
_BYTES: Final = 32


class ServerPasswords:
    """The kept passwords of one login. All raise KeyringError where no key store can be had."""

    def __init__(
        self, address: ServerAddress, store: Callable[[UUID], SecretStore] = store_for
    ) -> None:
        self._store = store(_id_of(address))

    @property
    def where(self) -> str:
        """What people call the key store."""
        return self._store.name

    def candidates(self) -> tuple[str, ...]:
        """What may be the password, the likeliest first; mostly one, before joining none."""
        kept = (self._store.read(_NEXT), self._store.read(_PASSWORD))
        return tuple(password for password in kept if password)

    def keep(self, password: str) -> None:
        """This is the password: the server takes it."""
        if self._store.read(_PASSWORD) != password:
            self._store.write(_PASSWORD, password)
        self._store.delete(_NEXT)

    def prepare(self) -> str:
        """A new one, kept beside the old one until `keep`: the server is told of it next."""
        new = made()
        self._store.write(_NEXT, new)
        return new

    def forget(self) -> None:
        self._store.delete(_NEXT)
        self._store.delete(_PASSWORD)


def made() -> str:
    """A password that nobody has to remember."""
    return secrets.token_urlsafe(_BYTES)


def _id_of(address: ServerAddress) -> UUID:
    """The same for a login wherever it is used; another root certificate makes no other login."""
    return uuid5(NAMESPACE_URL, address.url)
