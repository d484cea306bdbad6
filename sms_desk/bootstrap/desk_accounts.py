"""Provider accounts at a desk of a team: the workspace is told of them by commands, and the secret goes
where the connector is, which mostly is another machine."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from contextlib import AbstractContextManager
from dataclasses import replace
from typing import Any
from uuid import UUID

from sms_desk.bootstrap import provider_accounts
from sms_desk.bootstrap.options import Also
from sms_desk.bootstrap.secrets import Secrets
from sms_desk.domain import commands as c
from sms_desk.domain.errors import KeyringError, RefusedError
from sms_desk.providers.base import Directory, Provider
from sms_desk.services.effects import require_admin
from sms_desk.services.team_desk import TeamDesk
from sms_desk.store import accounts


class DeskAccounts:
    """keeps: whether this machine's key store is the connector's, since it runs in this desk. All
    raise RefusedError for who is no admin."""

    def __init__(
        self,
        desk: TeamDesk,
        secrets: Secrets,
        *,
        keeps: Callable[[], bool],
        ca_file: Callable[[], str],
        forget: Callable[[UUID], None] = lambda _: None,
    ) -> None:
        """forget: told whose secret is another one now."""
        self._desk = desk
        self._secrets = secrets
        self._keeps = keeps
        self._ca_file = ca_file
        self._forget = forget

    def test(self, provider: str, values: Mapping[str, str]) -> Directory:
        """Try a typed credential from here; nothing is kept. Raises ProviderError."""
        self._desk.read(require_admin)
        return provider_accounts.tried(provider, values)

    def add(self, provider: str, values: Mapping[str, str], also: Also) -> UUID:
        """Tell the workspace of it. The secret stays here only where the connector runs here."""
        self._desk.read(require_admin)
        credential = provider_accounts.credential_of(provider, values)
        sid = credential.account_sid
        account_id = provider_accounts.id_for(self._desk.workspace, provider, sid)
        if self._keeps():
            self._secrets.write(account_id, credential.secret)
            self._forget(account_id)
        added = provider_accounts.adding(self._desk, provider, values, account_id)
        self._desk.change(*self._in_order(added, also(account_id)))
        return account_id

    def _in_order(self, added: c.AddAccount, also: Sequence[c.Command]) -> tuple[c.Command, ...]:
        """The connector runs one command at a time, and may ask the provider in between: sender IDs
        that it lists are there already, under the ids that their holders are named by."""
        senders = [one for one in also if isinstance(one, c.AddSender)]
        return (
            *(replace(one, account_id=None) for one in senders),
            added,
            *(replace(one, **self._desk.stamp()) for one in senders if one.account_id),
            *(one for one in also if not isinstance(one, c.AddSender)),
        )

    def check(self, account_id: UUID) -> None:
        """Try the kept secret, where it is kept here. Raises ProviderError."""
        with self._provider_of(account_id) as provider:
            provider.test()

    def directory(self, account_id: UUID) -> Directory:
        """As `check`: what the provider lists."""
        with self._provider_of(account_id) as provider:
            return provider.directory()

    def set_secret(self, account_id: UUID, secret: str) -> None:
        self._desk.read(require_admin)
        checked = provider_accounts.checked_secret(secret)
        if not self._keeps():
            with self._desk.workspace.read() as tx:
                raise _elsewhere(accounts.get(tx, account_id)["sid"])
        self._secrets.write(account_id, checked)
        self._forget(account_id)

    def remove(self, account_id: UUID) -> None:
        """Its history stays readable; a secret that is kept here goes."""
        self._desk.read(require_admin)
        self._desk.change(c.RemoveAccount(**self._desk.stamp(), account_id=account_id))
        self._secrets.delete(account_id)

    def _provider_of(self, account_id: UUID) -> AbstractContextManager[Provider]:
        self._desk.read(require_admin)
        return provider_accounts.provider_of(self._desk.workspace, account_id, self._opened)

    def _opened(self, account: Mapping[str, Any]) -> Provider:
        """A connector on the same machine keeps its secrets in the same place."""
        try:
            secret = self._secrets.read(account["id"])
        except KeyringError:
            raise RefusedError(
                "The secret of this account is on the connector's machine, not here.",
                "Its line says whether the provider takes it. To try a secret from here, type it:"
                " Settings, Accounts, New secret; or sms-desk account test --secret-fd.",
                rule="connector",
            ) from None
        return provider_accounts.opened(account, secret)

    # --- e-mail ---

    def test_mail(self, to: str) -> None:
        """From here, where the connector runs here. Raises UsageError that says what failed."""
        self._desk.read(require_admin)
        if not self._keeps():
            raise _elsewhere("mail")
        provider_accounts.send_test(self._desk, self._secrets, self._ca_file(), to)

    def set_mail_password(self, password: str) -> None:
        self._desk.read(require_admin)
        if not self._keeps():
            raise _elsewhere("mail")
        self._secrets.write_mail_password(password)

    def has_mail_password(self) -> bool:
        return self._keeps() and self._secrets.has_mail_password()


def _elsewhere(what: str) -> RefusedError:
    return RefusedError(
        "The connector needs the secret, and it does not run in this desk.",
        f"Keep it on the connector's machine: sms-desk connector-secret {what}.",
        rule="connector",
    )
