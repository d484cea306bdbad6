"""What talks to providers: the engine, the thread that runs it, accounts and their secrets."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any
from uuid import UUID

from sms_desk.bootstrap.options import Also, nothing_also
from sms_desk.bootstrap.secrets import Secrets
from sms_desk.domain import commands as c
from sms_desk.domain.changes import Changes
from sms_desk.domain.errors import ElsewhereError, NotFoundError, UsageError
from sms_desk.notify import email
from sms_desk.notify.email import Letter, MailServer, Outcome
from sms_desk.providers import catalogue
from sms_desk.providers.base import Credential, Directory, Provider
from sms_desk.services import notices
from sms_desk.services.context import Context
from sms_desk.services.desk import Desk
from sms_desk.services.effects import require_admin
from sms_desk.settings.files import MachineState, Profile
from sms_desk.store import accounts
from sms_desk.store.engine import Workspace
from sms_desk.store.ids import new_id
from sms_desk.sync.clock import Clock
from sms_desk.sync.connector import Connector, ConnectorLock
from sms_desk.sync.engine import Engine
from sms_desk.sync.mail import Mailer

if TYPE_CHECKING:
    from sms_desk.bootstrap.demo import DemoSandbox

_TEST_WORDS = (
    "This letter was sent to try the e-mail server of SMS Desk. It arrived, so notices will.\n"
)

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
        entry = catalogue.entry(provider)
        made = entry.make(entry.credential(values), base_url=values.get("base_url") or None)
        try:
            made.test()
            return made.directory()
        finally:
            made.close()

    def add_account(
        self, desk: Desk, provider: str, values: Mapping[str, str], also: Also = nothing_also
    ) -> UUID:
        """The secret first, so that no account stands without one that could have been kept."""
        credential = catalogue.entry(provider).credential(values)
        account_id = self._known(provider, credential.account_sid) or new_id()
        self._secrets.write(account_id, credential.secret)
        desk.change(
            c.AddAccount(
                **desk.stamp(),
                account_id=account_id,
                provider=provider,
                sid=credential.account_sid,
                label=values.get("label") or catalogue.entry(provider).label,
                base_url=values.get("base_url") or None,
                key_sid=credential.user if credential.user != credential.account_sid else None,
            ),
            *also(account_id),
        )
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

    @contextmanager
    def _provider_of(self, account_id: UUID) -> Iterator[Provider]:
        with self._workspace.read() as tx:
            row = next((row for row in accounts.listing(tx) if row["id"] == account_id), None)
        if row is None:
            raise NotFoundError("There is no such account.", "Connect it again.")
        provider = self._open_provider({**row})
        try:
            yield provider
        finally:
            provider.close()

    def set_secret(self, account_id: UUID, secret: str) -> None:
        if not secret:
            raise UsageError("The secret is empty.", "Copy it from the provider's page.")
        self._secrets.write(account_id, secret)
        self._engine.forget(account_id)
        self.poke()

    def remove_account(self, desk: Desk, account_id: UUID) -> None:
        """Its history stays readable; its secret goes."""
        desk.change(c.RemoveAccount(**desk.stamp(), account_id=account_id))
        self._secrets.delete(account_id)

    # --- e-mail ---

    def test_mail(self, to: str) -> None:
        """Send a letter to try the server with. Raises UsageError that says what failed."""
        server = self._desk.read(self._mail_server)
        letter = Letter(new_id().hex, to, "SMS Desk: a test", _TEST_WORDS)
        result = email.send(server, letter, lambda: None)
        if result.outcome is not Outcome.SENT:
            raise UsageError(*email.said(result.reason))

    def _mail_server(self, ctx: Context) -> MailServer:
        require_admin(ctx)
        server = notices.mail_server(ctx.tx, self._secrets.mail_password(), self._ca_file())
        if server is None:
            raise UsageError("There is no e-mail server.", "Name its host in the settings first.")
        email.check_server(server)
        return server

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

    def _known(self, provider: str, sid: str) -> UUID | None:
        with self._workspace.read() as tx:
            rows = accounts.listing(tx, removed=True)
        return next((r["id"] for r in rows if (r["provider"], r["sid"]) == (provider, sid)), None)

    def _open_provider(self, account: Mapping[str, Any]) -> Provider:
        if self._sandbox is not None:
            return self._sandbox.provider(account)
        credential = Credential(
            account["sid"], account["key_sid"] or account["sid"], self._secrets.read(account["id"])
        )
        return catalogue.make_provider(
            account["provider"], credential, base_url=account["base_url"]
        )


def _demo_sandbox(folder: Path, now: Callable[[], datetime]) -> DemoSandbox:
    # Its server with all that it stands on: 80 ms and 8 MB that only a demo needs.
    from sms_desk.bootstrap.demo import DemoSandbox

    return DemoSandbox(folder, now)
