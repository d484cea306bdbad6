"""A provider's account, asked and written down: the same at a desk of one's own and at a team's."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from typing import Any
from uuid import UUID

from sms_desk.bootstrap.secrets import Secrets
from sms_desk.domain import commands as c
from sms_desk.domain.errors import NotFoundError, UsageError
from sms_desk.notify import email
from sms_desk.notify.email import Letter, MailServer, Outcome
from sms_desk.providers import catalogue
from sms_desk.providers.base import Credential, Directory, Provider
from sms_desk.services import letters
from sms_desk.services.context import Context
from sms_desk.services.desk import Desk
from sms_desk.services.effects import require_admin
from sms_desk.store import accounts
from sms_desk.store.engine import Workspace
from sms_desk.store.ids import new_id

_TEST_WORDS = (
    "This letter was sent to try the e-mail server of SMS Desk. It arrived, so notices will.\n"
)


def tried(provider: str, values: Mapping[str, str]) -> Directory:
    """What the provider lists for a credential; nothing is kept. Raises ProviderError."""
    entry = catalogue.entry(provider)
    made = entry.make(entry.credential(values), base_url=values.get("base_url") or None)
    try:
        made.test()
        return made.directory()
    finally:
        made.close()


def credential_of(provider: str, values: Mapping[str, str]) -> Credential:
    """What was typed, in its form. Raises UsageError."""
    return catalogue.entry(provider).credential(values)


def adding(desk: Desk, provider: str, values: Mapping[str, str], account_id: UUID) -> c.AddAccount:
    """The command that connects it; of the secret it has nothing."""
    entry = catalogue.entry(provider)
    credential = entry.credential(values)
    return c.AddAccount(
        **desk.stamp(),
        account_id=account_id,
        provider=provider,
        sid=credential.account_sid,
        label=values.get("label") or entry.label,
        base_url=values.get("base_url") or None,
        key_sid=credential.user if credential.user != credential.account_sid else None,
    )


def id_for(workspace: Workspace, provider: str, sid: str) -> UUID:
    """The id that the account had before, if it was ever connected; else a new one."""
    with workspace.read() as tx:
        rows = accounts.listing(tx, removed=True)
    known = (row["id"] for row in rows if (row["provider"], row["sid"]) == (provider, sid))
    return next(known, None) or new_id()


def opened(account: Mapping[str, Any], secret: str) -> Provider:
    """The provider of a connected account."""
    credential = Credential(account["sid"], account["key_sid"] or account["sid"], secret)
    return catalogue.make_provider(account["provider"], credential, base_url=account["base_url"])


@contextmanager
def provider_of(
    workspace: Workspace, account_id: UUID, open_: Callable[[Mapping[str, Any]], Provider]
) -> Iterator[Provider]:
    """A connected account's, beside whatever the connector does. Raises NotFoundError."""
    with workspace.read() as tx:
        row = next((row for row in accounts.listing(tx) if row["id"] == account_id), None)
    if row is None:
        raise NotFoundError("There is no such account.", "Connect it again.")
    provider = open_({**row})
    try:
        yield provider
    finally:
        provider.close()


def checked_secret(secret: str) -> str:
    if not secret:
        raise UsageError("The secret is empty.", "Copy it from the provider's page.")
    return secret


def send_test(desk: Desk, secrets: Secrets, ca_file: str, to: str) -> None:
    """Send a letter to try the e-mail server with. Raises UsageError that says what failed."""
    server = desk.read(_mail_server, secrets, ca_file)
    letter = Letter(new_id().hex, to, "SMS Desk: a test", _TEST_WORDS)
    result = email.send(server, letter, lambda: None)
    if result.outcome is not Outcome.SENT:
        raise UsageError(*email.said(result.reason))


def _mail_server(ctx: Context, secrets: Secrets, ca_file: str) -> MailServer:
    require_admin(ctx)
    server = letters.mail_server(ctx.tx, secrets.mail_password(), ca_file)
    if server is None:
        raise UsageError("There is no e-mail server.", "Name its host in the settings first.")
    email.check_server(server)
    return server
