"""Secrets of provider accounts: where they are kept, and what happens without a key store."""

from __future__ import annotations

from collections.abc import Callable
from uuid import UUID

from sms_desk.domain.errors import KeyringError
from sms_desk.settings.credentials import SecretStore

_FOR_NOW = (
    "Or give the account's secret until the desk closes: Settings, Accounts, New secret; "
    "on the command line, --secret-fd."
)


class Secrets:
    """Secrets of accounts: in the keyring, or where none can be had in memory until the end.

    The workspace opens for reading without a keyring; only talking to a provider needs one.
    """

    def __init__(self, store: Callable[[], SecretStore]) -> None:
        self.store = store
        self._for_now: dict[UUID, str] = {}
        self._mail_for_now: str | None = None

    def read(self, account_id: UUID) -> str:
        """Raises KeyringError where it is neither here nor there."""
        if account_id in self._for_now:
            return self._for_now[account_id]
        secret = self._kept(account_id)
        if not secret:
            raise KeyringError(
                "The key store has no secret for this account.",
                "Give it again: Settings, Accounts, New secret.",
            )
        return secret

    def _kept(self, account_id: UUID) -> str | None:
        """Without a key store each start needs the secret anew: say where it is given."""
        try:
            return self.store().read(purpose_of(account_id))
        except KeyringError as error:
            raise KeyringError(error.title, f"{error.next_step} {_FOR_NOW}".strip()) from error

    def write(self, account_id: UUID, secret: str) -> None:
        """Keep it in the keyring; without one, only in this process's memory."""
        try:
            self.store().write(purpose_of(account_id), secret)
            self._for_now.pop(account_id, None)
        except KeyringError:
            self._for_now[account_id] = secret

    def delete(self, account_id: UUID) -> None:
        self._for_now.pop(account_id, None)
        try:
            self.store().delete(purpose_of(account_id))
        except KeyringError:
            return

    # --- of the e-mail server ---

    def mail_password(self) -> str:
        """ "" where none was ever given. Raises KeyringError."""
        if self._mail_for_now is not None:
            return self._mail_for_now
        return self.store().read(MAIL) or ""

    def has_mail_password(self) -> bool:
        try:
            return bool(self.mail_password())
        except KeyringError:
            return False

    def write_mail_password(self, password: str) -> None:
        """Keep it in the keyring; without one, only in this process's memory. "" forgets it."""
        self._mail_for_now = None
        try:
            if password:
                self.store().write(MAIL, password)
            else:
                self.store().delete(MAIL)
        except KeyringError:
            self._mail_for_now = password


MAIL = "smtp"
"""What the e-mail server's password is kept under."""


def purpose_of(account: UUID | str) -> str:
    """What an account's secret is kept under: by its id, or by its SID where a person writes it."""
    return f"account-{account}"
