"""An open workspace with all that runs beside it: what window and command line are handed."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any, Protocol
from uuid import UUID

from sms_desk.bootstrap.demo import DemoSandbox, furnish
from sms_desk.bootstrap.secrets import Secrets
from sms_desk.domain import commands as c
from sms_desk.domain.changes import Changes
from sms_desk.domain.errors import StorageError, UsageError
from sms_desk.providers import catalogue
from sms_desk.providers.base import Credential, Directory, Provider
from sms_desk.services import lines
from sms_desk.services.desk import Desk
from sms_desk.services.rows import LineState
from sms_desk.settings import clock as clocks
from sms_desk.settings.files import Profile
from sms_desk.store import accounts, people, scans, workspaces
from sms_desk.store.engine import Workspace
from sms_desk.store.ids import new_id
from sms_desk.sync.clock import Clock
from sms_desk.sync.connector import Connector, ConnectorLock
from sms_desk.sync.engine import Engine

Ask = Callable[[str], str]


@dataclass(frozen=True, slots=True)
class Options:
    """How to open a desk.

    home: the person's folder, None for SMS_DESK_HOME or the platform's. as_person: who acts, by
    name or id, None for oneself. ask_passphrase: called with a prompt where no keyring can be had;
    None: do not ask, raise KeyringError. demo: the demo workspace with its embedded sandbox.
    """

    home: Path | None = None
    as_person: str | None = None
    ask_passphrase: Ask | None = None
    demo: bool = False


class Session(Protocol):
    """An open workspace with all that runs beside it."""

    desk: Desk
    demo: bool
    folder: Path

    @property
    def title(self) -> str:
        """The workspace's name, and who acts where that is not oneself."""

    def start_connector(self, on_changes: Callable[[Changes], None]) -> bool:
        """Poll and post in a thread; False if another process of this profile does (R63)."""

    def sync_once(self) -> Changes:
        """One cycle now, in this thread. Raises StorageError if another process syncs."""

    def sync_soon(self) -> None:
        """Ask the connector for a cycle now, whatever the line's state ("Sync now")."""

    def watch(self, conversation_ids: Iterable[UUID]) -> None:
        """Which conversations are on screen: a doubt there is asked about sooner."""

    def lines(self) -> tuple[LineState, ...]:
        """The state of each account's line: cheap enough for the window's thread."""

    def foreign_changes(self) -> bool:
        """Whether another process wrote since the last call."""

    def test_account(self, provider: str, values: Mapping[str, str]) -> Directory:
        """Try a credential and list its sender IDs; keeps nothing. Raises ProviderError."""

    def add_account(self, provider: str, values: Mapping[str, str]) -> UUID:
        """Keep the secret in the keyring, then the account in the workspace. values: by field key
        of `providers.catalogue` (account_sid, user, secret, base_url), and `label`."""

    def set_secret(self, account_id: UUID, secret: str) -> None:
        """A new secret for an account whose old one was refused."""

    def remove_account(self, account_id: UUID) -> None: ...

    def start_backfill(self, account_id: UUID, *, since: datetime) -> None: ...

    def stop_backfill(self, account_id: UUID) -> None: ...

    def acting_as(self, person_id: UUID) -> None:
        """Somebody else sits at this desk from now on."""

    def close(self) -> None:
        """Stop what runs within ten seconds, and let go of the locks."""


class LocalSession:
    """The `Session` of an embedded workspace: one file, and a connector in a thread."""

    def __init__(
        self, profile: Profile, workspace: Workspace, secrets: Secrets, *, demo: bool
    ) -> None:
        self.folder = profile.folder
        self.demo = demo
        self._workspace = workspace
        self._secrets = secrets
        now = clocks.chosen(played=demo)
        self._clock = Clock.of_machine(now)
        self._sandbox = DemoSandbox(profile.folder, now) if demo else None
        self._changed: Callable[[Changes], None] = lambda _: None
        self._engine = Engine(workspace, self._open_provider, self._clock)
        self._lock = ConnectorLock(profile.folder)
        self._connector = Connector(
            workspace, self._engine, self._lock, lambda changes: self._changed(changes), self._clock
        )
        with workspace.read() as tx:
            self._name = workspaces.name(tx)
            me = people.me(tx)
        assert me is not None, "a workspace has a person from its first start"
        self._me = me
        self.desk = Desk(workspace, me, clock=now, poke=self._connector.poke)
        self._beat = workspace.foreign_beat()

    @property
    def title(self) -> str:
        if self.desk.person_id == self._me:
            return self._name
        with self._workspace.read() as tx:
            return f"{self._name} · as {people.names(tx)[self.desk.person_id]}"

    def acting_as(self, person_id: UUID) -> None:
        self.desk = self.desk.acting_as(person_id)

    # --- the line ---

    def start_connector(self, on_changes: Callable[[Changes], None]) -> bool:
        self._changed = on_changes
        self._connector.start()
        return self._lock.acquire()

    def sync_once(self) -> Changes:
        if not self._lock.acquire():
            raise StorageError(
                "Another SMS Desk of this person is syncing.", "It brings the news; nothing to do."
            )
        return self._engine.run_once(self.desk.now(), force=True)

    def sync_soon(self) -> None:
        self._connector.poke(force=True)

    def watch(self, conversation_ids: Iterable[UUID]) -> None:
        self._connector.watch(conversation_ids)

    def furnish(self) -> None:
        """Fill a new demo, once; another process that has the connector lock does it otherwise."""
        if self._sandbox is not None and self._lock.acquire():
            furnish(self.desk, self._workspace, self._sandbox, self._engine)

    def lines(self) -> tuple[LineState, ...]:
        return self.desk.read(lines.lines)

    def foreign_changes(self) -> bool:
        before, self._beat = self._beat, self._workspace.foreign_beat()
        return before[1] != self._beat[1]

    # --- accounts ---

    def test_account(self, provider: str, values: Mapping[str, str]) -> Directory:
        entry = catalogue.entry(provider)
        made = entry.make(entry.credential(values), base_url=values.get("base_url") or None)
        try:
            made.test()
            return made.directory()
        finally:
            made.close()

    def add_account(self, provider: str, values: Mapping[str, str]) -> UUID:
        credential = catalogue.entry(provider).credential(values)
        account_id = self._known(provider, credential.account_sid) or new_id()
        self._secrets.write(account_id, credential.secret)
        self.desk.change(
            c.AddAccount(
                **self.desk.stamp(),
                account_id=account_id,
                provider=provider,
                sid=credential.account_sid,
                label=values.get("label") or catalogue.entry(provider).label,
                base_url=values.get("base_url") or None,
                key_sid=credential.user if credential.user != credential.account_sid else None,
            )
        )
        return account_id

    def set_secret(self, account_id: UUID, secret: str) -> None:
        if not secret:
            raise UsageError("The secret is empty.", "Copy it from the provider's page.")
        self._secrets.write(account_id, secret)
        self._engine.forget(account_id)
        self._connector.poke()

    def remove_account(self, account_id: UUID) -> None:
        self.desk.change(c.RemoveAccount(**self.desk.stamp(), account_id=account_id))
        self._secrets.delete(account_id)

    def start_backfill(self, account_id: UUID, *, since: datetime) -> None:
        """Fetch what is older, newest first, back to `since`; what is here already is not doubled."""
        with self._workspace.write() as tx:
            scans.choose_backfill(tx, account_id, since, at=self.desk.now())
        self._connector.poke()

    def stop_backfill(self, account_id: UUID) -> None:
        with self._workspace.write() as tx:
            scans.stop_backfill(tx, account_id, at=self.desk.now())

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

    def close(self) -> None:
        self._connector.stop()
        self._engine.close()
        self._lock.release()
        if self._sandbox is not None:
            self._sandbox.stop()
        self._workspace.close()
