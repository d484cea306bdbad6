"""Accounts' secrets for one call: kept ones from the key store, others from a file descriptor.

Where there is no key store nothing is kept (R46), so each call that talks to a provider is handed
the secrets again.
"""

from __future__ import annotations

import functools
from collections.abc import Callable
from typing import Any, TypeVar

import click

from sms_desk.bootstrap import Session
from sms_desk.bootstrap.secrets import Secrets
from sms_desk.cli import lookups, secrets
from sms_desk.domain.errors import UsageError
from sms_desk.services import directory
from sms_desk.services.rows import AccountRow
from sms_desk.settings.credentials import KeyringStore

F = TypeVar("F", bound=Callable[..., Any])


def secret_option(function: F) -> F:
    """Add --secret-fd to a command that has the session first: secrets for this call alone."""

    @functools.wraps(function)
    def call(session: Session, *args: Any, secret_fd: int | None, **kwargs: Any) -> Any:
        if secret_fd is not None:
            _hand_over(session, secret_fd)
        return function(session, *args, **kwargs)

    decorated: Any = click.option(
        "--secret-fd",
        type=click.IntRange(min=0),
        metavar="N",
        help="Where there is no key store: a line for each account's secret, as account list has them.",
    )(call)
    return decorated  # type: ignore[no-any-return]


def _hand_over(session: Session, fd: int) -> None:
    rows = session.desk.read(directory.all_accounts)
    given = secrets.lines_from_fd(fd, "secret")
    if not rows:
        return  # whoever needs one says that there is none
    if len(given) != len(rows):
        raise UsageError(
            f"There are {len(rows)} accounts and {len(given)} secrets on file descriptor {fd}.",
            "Write one line for each, in the order of sms-desk account list.",
        )
    for row, secret in zip(rows, given, strict=True):
        session.set_secret(row.id, secret)


def credential_words(
    session: Session, account: AccountRow, secret: str | None = None
) -> dict[str, str]:
    """An account's credential as `Session.test_account` takes it; the kept secret if none is given.

    Raises KeyringError where no secret is kept.
    """
    return {
        "account_sid": account.sid,
        "user": session.desk.read(lookups.key_sid, account.id),
        "base_url": account.base_url or "",
        "label": account.label,
        "secret": secret or _kept(session, account),
    }


def _kept(session: Session, account: AccountRow) -> str:
    workspace_id = session.desk.read(lookups.workspace_id)
    return Secrets(lambda: KeyringStore(workspace_id)).read(account.id)
