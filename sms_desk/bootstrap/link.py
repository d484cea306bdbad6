"""What talks to providers: the engine, the thread that runs it, accounts and their secrets."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from contextlib import AbstractContextManager
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any
from uuid import UUID

from sms_desk.bootstrap import provider_accounts
from sms_desk.bootstrap.options import Also, nothing_also
from sms_desk.bootstrap.secrets import Secrets
from sms_desk.domain import commands as c
from sms_desk.domain.changes import Changes
from sms_desk.domain.errors import ElsewhereError
from sms_desk.providers.base import Directory, Provider
from sms_desk.services.desk import Desk
from sms_desk.services.effects import require_admin
from sms_desk.settings.files import MachineState, Profile
from sms_desk.store.engine import Workspace
from sms_desk.sync.clock import Clock
from sms_desk.sync.connector import Connector, ConnectorLock
from sms_desk.sync.engine import Engine
from sms_desk.sync.mail import Mailer

if TYPE_CHECKING:
    from sms_desk.bootstrap.demo import DemoSandbox

_MAIL_SECONDS = 3.0
"""How long the program's exit waits for a letter; one that is cut off is a doubt, and shown."""


class Link:
    """One workspace's link to the providers of its accounts."""

    def __init__(
        self, folder: Path, workspace: Workspace, desk: Desk, secrets: Secrets, *, demo: bool
    ) -> None:
        self._workspace = workspace
        self._desk = desk
        self._secrets = secrets
        self._folder = folder
        self._sandbox = _demo_sandbox(folder, desk.now) if demo else None
        self._changed: Callable[[Changes], None] = lambda _: None
        clock = Clock.of_machine(desk.now)
        self._engine = Engine(workspace, self._open_provider, clock)
        self._lock = ConnectorLock(folder)
        self._connector = Connector(
            workspace, self._engine, self._lock, lambda changes: self._changed(changes), clock
        )
        self._mailer = Mailer(workspace, secrets.mail_password, self._ca_file)
        self._mail = Connector(
            workspace,
            self._mailer,
            self._lock,
            lambda changes: self._changed(changes),
            clock,
            beside=True,
            name="mailer",
        )

    def start(self, on_changes: Callable[[Changes], None]) -> bool:
        """Poll and post in a thread; False while another process of this profile does."""
        self._changed = on_changes
        self._connector.start()
        self._mail.start()
        return self._lock.acquire()

    def sync_once(self) -> Changes:
        """One cycle now, in this thread."""
        if not self._lock.acquire():
            raise ElsewhereError(
                "Another SMS Desk of this workspace receives and sends.",
                "It brings the news to all. To do so here, close that window or end that sync.",
            )
        changes = self._engine.run_once(self._desk.now(), force=True)
        return changes | self._mailer.run_once(self._desk.now(), force=True)

    def poke(self, *, force: bool = False) -> None:
        self._connector.poke(force=force)
        self._mail.poke(force=force)

    def watch(self, conversation_ids: Iterable[UUID]) -> None:
        self._connector.watch(conversation_ids)

    def furnish(self) -> None:
        """Fill a new demo, unless another process is at it."""
        if self._sandbox is not None and self._lock.acquire():
            from sms_desk.bootstrap.demo import furnish

            furnish(self._desk, self._workspace, self._sandbox, self._engine)

    # --- accounts ---

    def test_account(self, provider: str, values: Mapping[str, str]) -> Directory:
        """Try a credential and list its sender IDs; keeps nothing."""
        return provider_accounts.tried(provider, values)

    def add_account(
        self, desk: Desk, provider: str, values: Mapping[str, str], also: Also = nothing_also
    ) -> UUID:
        """The secret first, so that no account stands without one that could have been kept."""
        credential = provider_accounts.credential_of(provider, values)
        account_id = provider_accounts.id_for(self._workspace, provider, credential.account_sid)
        self._secrets.write(account_id, credential.secret)
        added = provider_accounts.adding(desk, provider, values, account_id)
        desk.change(added, *also(account_id))
        self._engine.forget(account_id)
        self.poke()
        return account_id

    def check_account(self, account_id: UUID) -> None:
        """Try the kept credential, beside whatever the connector does."""
        with self._provider_of(account_id) as provider:
            provider.test()

    def account_directory(self, account_id: UUID) -> Directory:
        """What the provider lists now; nothing is taken over."""
        with self._provider_of(account_id) as provider:
            return provider.directory()

    def _provider_of(self, account_id: UUID) -> AbstractContextManager[Provider]:
        return provider_accounts.provider_of(self._workspace, account_id, self._open_provider)

    def set_secret(self, account_id: UUID, secret: str) -> None:
        self._secrets.write(account_id, provider_accounts.checked_secret(secret))
        self._engine.forget(account_id)
        self.poke()

    def remove_account(self, desk: Desk, account_id: UUID) -> None:
        """Its history stays readable; its secret goes."""
        desk.change(c.RemoveAccount(**desk.stamp(), account_id=account_id))
        self._secrets.delete(account_id)

    # --- e-mail ---

    def test_mail(self, to: str) -> None:
        """Send a letter to try the server with. Raises UsageError that says what failed."""
        provider_accounts.send_test(self._desk, self._secrets, self._ca_file(), to)

    def _ca_file(self) -> str:
        return str(MachineState(Profile(self._folder).state).setting("email_ca_file"))

    def set_mail_password(self, desk: Desk, password: str) -> None:
        """Keep it in the keyring; an empty one is forgotten. Raises RefusedError for who is no
        admin."""
        desk.read(require_admin)
        self._secrets.write_mail_password(password)
        self._mail.poke(force=True)

    def close(self) -> None:
        self._mail.stop(_MAIL_SECONDS)
        self._connector.stop()
        self._engine.close()
        self._lock.release()
        if self._sandbox is not None:
            self._sandbox.stop()

    def _open_provider(self, account: Mapping[str, Any]) -> Provider:
        if self._sandbox is not None:
            return self._sandbox.provider(account)
        return provider_accounts.opened(account, self._secrets.read(account["id"]))


def _demo_sandbox(folder: Path, now: Callable[[], datetime]) -> DemoSandbox:
    # Its server with all that it stands on: 80 ms and 8 MB that only a demo needs.
    from sms_desk.bootstrap.demo import DemoSandbox

    return DemoSandbox(folder, now)
