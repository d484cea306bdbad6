"""The team's connector inside an admin's desk, while this machine is switched to it (design §6).

It is the same connector as the one without a window: the lease decides which of them works. Its login's
password and the secrets of accounts come from this machine's key store, under the same names.
"""

from __future__ import annotations

import logging
import socket
import threading
import time
from collections.abc import Callable, Iterable
from dataclasses import replace
from typing import TYPE_CHECKING, Final
from uuid import UUID

from sms_desk.domain.errors import DeskError, KeyringError, LoginError
from sms_desk.services.team_rows import ConnectorHere, HerePart
from sms_desk.settings import server_address
from sms_desk.settings.files import MachineState, Profile
from sms_desk.settings.server_address import ServerAddress, Who

if TYPE_CHECKING:  # what only a desk needs whose switch is on
    from sms_desk.bootstrap.connecting import ConnectorParts
    from sms_desk.bootstrap.secrets import Secrets
    from sms_desk.services.team_desk import TeamDesk
    from sms_desk.sync.team_connector import TeamConnector

log = logging.getLogger(__name__)

SWITCH: Final = "run_connector"
"""The machine's setting."""
STOP_SECONDS: Final = 9.0
_LOOK_SECONDS: Final = 2.0
_TRIED_EVERY: Final = 30.0


class DeskConnector:
    """Follows the switch in a thread of its own. Any thread may call any method.

    address: where the connector's login comes in. secrets: those that this desk keeps, too.
    """

    def __init__(
        self,
        profile: Profile,
        desk: TeamDesk,
        secrets: Secrets,
        address: Callable[[], ServerAddress],
    ) -> None:
        self._profile = profile
        self._desk = desk
        self._secrets = secrets
        self._address = address
        self._on: bool | None = None
        self._at: ServerAddress | None = None
        self._trouble: DeskError | None = None
        self._try_at = 0.0
        self._running: tuple[ConnectorParts, TeamConnector] | None = None
        self._look = threading.Event()
        self._anew = threading.Event()
        self._closing = threading.Event()
        self._thread: threading.Thread | None = None

    # --- what a window asks: never waits ---

    @property
    def is_on(self) -> bool:
        if self._on is None:
            self._on = self._switch()
        return self._on

    @property
    def state(self) -> ConnectorHere | None:
        """None: the switch is off."""
        if not self.is_on:
            return None
        running = self._running
        trouble = self._trouble if running is None else running[1].trouble
        if trouble is not None:
            return ConnectorHere(HerePart.TROUBLE, trouble.title, self._next_step(trouble))
        if running is None or not running[1].has_looked:
            return ConnectorHere(HerePart.STARTING)
        return ConnectorHere(HerePart.WORKS if running[1].is_holder else HerePart.SPARE)

    # --- what it is told ---

    def start(self) -> None:
        if self._thread is None and not self._closing.is_set():
            self._thread = threading.Thread(target=self._follow, name="desk-connector", daemon=True)
            self._thread.start()

    def keep_password(self, password: str) -> None:
        """That of the connector's login, in the key store. Raises KeyringError, RefusedError."""
        from sms_desk.services.effects import require_admin
        from sms_desk.settings.server_passwords import ServerPasswords

        self._desk.read(require_admin)
        ServerPasswords(self._address()).keep(password)
        self._anew.set()
        self._look.set()

    def sync_soon(self) -> None:
        if (running := self._running) is not None:
            running[1].poke(force=True)

    def watch(self, conversation_ids: Iterable[UUID]) -> None:
        if (running := self._running) is not None:
            running[1].watch(conversation_ids)

    def forget(self, account_id: UUID) -> None:
        """The account has another secret now."""
        if (running := self._running) is not None:
            running[1].forget(account_id)

    def ask_to_stop(self) -> None:
        """Returns at once; `close` waits."""
        self._closing.set()
        self._look.set()
        if (running := self._running) is not None:
            running[1].ask_to_stop()

    def close(self) -> None:
        """End what runs, and give the lease back, within ten seconds."""
        self.ask_to_stop()
        if self._thread is not None:
            self._thread.join(STOP_SECONDS)

    # --- its thread ---

    def _follow(self) -> None:
        while not self._closing.is_set():
            self._look.clear()
            self._on = self._switch()
            try:
                self._turn()
            except DeskError as error:
                self._trouble = error
            except Exception as error:
                log.error("the connector here: %s", type(error).__name__, exc_info=error)
            self._look.wait(_LOOK_SECONDS)
        self._end()

    def _switch(self) -> bool:
        return bool(MachineState(self._profile.state).setting(SWITCH))

    def _turn(self) -> None:
        if not self._on:
            self._end()
            self._trouble, self._try_at = None, 0.0
            return
        is_time = time.monotonic() >= self._try_at or self._anew.is_set()
        if is_time and (self._running is None or self._is_refused):
            self._anew.clear()
            self._try_at = time.monotonic() + _TRIED_EVERY
            self._end()
            self._begin()
            self._trouble = None

    @property
    def _is_refused(self) -> bool:
        """Whether another password may help, which may have been kept meanwhile."""
        running = self._running
        return running is not None and isinstance(running[1].trouble, LoginError)

    def _begin(self) -> None:
        from sms_desk.bootstrap.connecting import ConnectorParts
        from sms_desk.services.effects import require_admin
        from sms_desk.settings.server_passwords import ServerPasswords

        self._desk.read(require_admin)
        address = self._at = self._address()
        found = ServerPasswords(address).candidates()
        if not found:
            raise KeyringError(
                f"This machine has no password for the connector's login, {address.user}.",
                self._password_step(),
            )
        parts = ConnectorParts(
            address,
            found[0],
            name=f"{socket.gethostname()} (desk)",
            ca_file=lambda: str(MachineState(self._profile.state).setting("email_ca_file")),
            secrets=self._secrets,
        )
        made = parts.connector()
        made.start()
        self._running = parts, made

    def _end(self) -> None:
        running, self._running = self._running, None
        if running is not None:
            parts, made = running
            made.stop(STOP_SECONDS)
            parts.close()

    def _next_step(self, trouble: DeskError) -> str:
        return self._password_step() if isinstance(trouble, LoginError) else trouble.next_step

    def _password_step(self) -> str:
        where = "" if self._at is None else f" --server {self._at.url}"
        return f"Give it in Settings, Accounts, or by sms-desk connector-secret server{where}"


def address_beside(profile: Profile, own: ServerAddress) -> ServerAddress:
    """Where the connector of a desk's workspace comes in. own: where the desk's person does."""
    known = server_address.known(profile.folder.parent, Who.CONNECTOR)
    if known is not None and replace(known, user=own.user, ca_file=own.ca_file) == own:
        return known
    from sms_desk.store.team.roles import Roles

    return replace(own, user=Roles(own.database).connector)
