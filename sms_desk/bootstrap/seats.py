"""A desk that belongs to a team: its file, and its way in at the server.

Where a key store keeps the file's key, it keeps the login's password, too, and that is a random one.
Where a passphrase opens the file, the password is made of the key that the passphrase gives: nothing
is kept then, and nobody is asked twice.
"""

from __future__ import annotations

import base64
import hmac
from collections.abc import Callable
from typing import TYPE_CHECKING

from sms_desk.bootstrap.unlocking import Unlocked
from sms_desk.domain.errors import KeyringError
from sms_desk.settings import keys
from sms_desk.settings.keys import KeySource
from sms_desk.settings.server_address import Seat, ServerAddress
from sms_desk.settings.server_passwords import ServerPasswords
from sms_desk.store.engine import Workspace, ensure_schema, open_file
from sms_desk.store.replica import tables

if TYPE_CHECKING:  # a window's first page waits for no server (measured.md, Start)
    from sms_desk.store.team.client import Client


def open_replica(unlocked: Unlocked) -> Workspace:
    """The file with what this person may see, made where there is none. Raises StorageError."""
    workspace = open_file(unlocked.profile.database, unlocked.key, replica=True)
    try:
        ensure_schema(workspace)
        with workspace.read() as tx:
            is_prepared = tables.is_prepared(tx)
        if not is_prepared:
            with workspace.write(quiet=True) as tx:
                tables.prepare(tx)
    except BaseException:
        workspace.close()
        raise
    return workspace


def connecting(unlocked: Unlocked, seat: Seat) -> Callable[[], Client]:
    """Makes a new client, which connects when it is first asked; any thread may call it. It raises
    KeyringError where the password is not to be had now."""

    def connect() -> Client:
        from sms_desk.store.team.client import Client

        found = passwords(unlocked, seat.address).candidates()
        if not found:
            raise KeyringError(
                "The key store has no password for the team's server.",
                "Ask an admin to invite you again, and join once more; what is here stays.",
            )
        return Client(seat.address, found[0])

    return connect


class Passwords:
    """What this desk may be let in with, and what it becomes."""

    def __init__(self, address: ServerAddress, key: bytes, *, in_keyring: bool) -> None:
        self._kept = ServerPasswords(address) if in_keyring else None
        self._made_of_key = _of_key(key, address)

    def candidates(self) -> tuple[str, ...]:
        """The likeliest first."""
        return (self._made_of_key,) if self._kept is None else self._kept.candidates()

    def prepare(self) -> str:
        """The one that the server is told next; whoever is cut off then still has it."""
        return self._made_of_key if self._kept is None else self._kept.prepare()

    def settle(self, password: str) -> None:
        """This is what the server takes."""
        if self._kept is not None:
            self._kept.keep(password)


def passwords(unlocked: Unlocked, address: ServerAddress) -> Passwords:
    identity = keys.read(unlocked.profile)
    in_keyring = identity is not None and identity.source is KeySource.KEYRING
    return Passwords(address, unlocked.key, in_keyring=in_keyring)


def _of_key(key: bytes, address: ServerAddress) -> str:
    """Another one for each login, from which nobody tells the key."""
    said = hmac.digest(key, f"sms-desk server password\0{address.url}".encode(), "sha256")
    return base64.urlsafe_b64encode(said).decode("ascii").rstrip("=")
