"""Accounts of a team, as who looks after the connector's machine connects them.

The account goes into the workspace, in the name of an admin; its secret stays on this machine.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import timedelta
from pathlib import Path
from uuid import UUID

from sms_desk.bootstrap.link import Link
from sms_desk.bootstrap.secrets import Secrets
from sms_desk.bootstrap.team_admin import Team
from sms_desk.domain import commands as c
from sms_desk.domain.errors import KeyringError
from sms_desk.services import directory
from sms_desk.services.rows import AccountRow
from sms_desk.settings.credentials import store_for
from sms_desk.store import workspaces


class TeamAccounts:
    """folder: of this person's files, for what is set on this machine."""

    def __init__(self, team: Team, folder: Path) -> None:
        self._team = team
        self.desk = team.acting()
        with team.workspace.read() as tx:
            workspace_id = workspaces.id_of(tx)
        self._secrets = Secrets(lambda: store_for(workspace_id))
        # Nothing of it runs here: it knows how an account is tried and written down.
        self._link = Link(folder, team.workspace, self.desk, self._secrets, demo=False)

    def rows(self) -> tuple[AccountRow, ...]:
        return self.desk.read(directory.all_accounts)

    def test(self, provider: str, values: Mapping[str, str]) -> None:
        """Raises ProviderError, UsageError."""
        self._link.test_account(provider, values)

    def add(self, provider: str, values: Mapping[str, str]) -> UUID:
        account_id = self._link.add_account(self.desk, provider, values)
        self._team.tell()
        return account_id

    def remove(self, account_id: UUID) -> None:
        self._link.remove_account(self.desk, account_id)
        self._team.tell()

    def backfill(self, account_id: UUID, days: int) -> None:
        """Let the connector fetch what is older, back to so many days ago."""
        since = self.desk.now() - timedelta(days=days)
        self.desk.change(c.FetchHistory(**self.desk.stamp(), account_id=account_id, since=since))
        self._team.tell()

    def is_kept(self, account_id: UUID) -> bool:
        """Whether this machine's key store has the account's secret."""
        try:
            return Secrets(self._secrets.store).read(account_id) != ""
        except KeyringError:
            return False
