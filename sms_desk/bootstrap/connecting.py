"""A team's connector, put together: the server, the providers of its accounts, and their secrets.

A connector has no workspace on its own machine. The secrets of accounts are kept under the
workspace, so that a desk of the same workspace on the same machine has the same ones; a service may
be handed all secrets by systemd instead.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Any, Final, Self
from uuid import UUID

from sms_desk.bootstrap import provider_accounts
from sms_desk.bootstrap.secrets import MAIL, Secrets, purpose_of
from sms_desk.domain.errors import KeyringError, NotFoundError, VersionError
from sms_desk.providers.base import Provider
from sms_desk.services import pushed
from sms_desk.settings import clock as clocks
from sms_desk.settings.credentials import store_for
from sms_desk.settings.server_address import ServerAddress
from sms_desk.store import accounts, workspaces
from sms_desk.store.engine import HEAD, Workspace, schema_version
from sms_desk.store.team import connection
from sms_desk.store.team.lease import ANSWERED_WITHIN, Hold, Lease
from sms_desk.store.team.workspace import TeamWorkspace
from sms_desk.sync.clock import Clock
from sms_desk.sync.team_connector import TeamConnector
from sms_desk.sync.team_reign import Doors

_PATIENCE: Final = 60.0
"""Seconds for one statement of the workspace's, which may be about very many rows. Of a server that
stands still the lease tells sooner."""


class ConnectorParts:
    """A connector's connections, and what it makes providers of. Nothing is opened before it is
    needed, so that a server that is away at the start is one to wait for."""

    def __init__(
        self,
        address: ServerAddress,
        password: str,
        *,
        name: str = "",
        ca_file: Callable[[], str] = lambda: "",
        secrets: Secrets | None = None,
    ) -> None:
        """secrets: those of the desk that it runs in, which may have some only until its end."""
        program = f"sms-desk connector {name}".rstrip()
        self._engine = connection.engine(address, password, program=program, patience=_PATIENCE)
        self._lease_engine = connection.engine(
            address, password, program=f"{program} lease", patience=ANSWERED_WITHIN
        )
        self._ca_file = ca_file
        self._now: Callable[[], datetime] = clocks.wall
        self._secrets = secrets or Secrets(lambda: store_for(self.workspace_id))
        self.lease = Lease(self._lease_engine, name)
        self.workspace_id = UUID(int=0)
        """Known once the workspace was opened."""

    def connector(self) -> TeamConnector:
        doors = Doors(
            lease=self.lease,
            workspace=self.open,
            execute=pushed.run_next,
            open_provider=self.open_provider,
            mail_password=self._secrets.mail_password,
            ca_file=self._ca_file,
        )
        return TeamConnector(doors, Clock.of_machine(self.now))

    def now(self) -> datetime:
        """By the machine, or for a workspace that is only played with by SMS_DESK_CLOCK."""
        return self._now()

    def open(self, hold: Hold) -> TeamWorkspace:
        """The workspace under a hold. Raises StorageError, UsageError for a clock that a real
        workspace refuses."""
        self.check()
        return TeamWorkspace(self._engine, hold, self.now)

    def check(self) -> None:
        """Whether this is a workspace, and one that this connector can write. Raises StorageError."""
        workspace = Workspace(self._engine)
        _refuse_other_schema(schema_version(workspace))
        with workspace.read() as tx:
            found = workspaces.identity(tx)
        if found is None:
            raise VersionError(
                "The database holds no workspace yet.", "An admin makes one: workspace init."
            )
        self.workspace_id = found.id
        self._now = clocks.chosen(played=found.kind != "real")

    def open_provider(self, account: Mapping[str, Any]) -> Provider:
        return provider_accounts.opened(account, self._secret(account))

    def _secret(self, account: Mapping[str, Any]) -> str:
        """By its id, or by the name that a person knows it by."""
        try:
            return self._secrets.read(account["id"])
        except KeyringError as error:
            by_sid = store_for(self.workspace_id).read(purpose_of(account["sid"]))
            if by_sid:
                return by_sid
            raise KeyringError(
                f"The connector's machine has no secret for the account {account['sid']}.",
                "Keep it there: see sms-desk connector-secret --help.",
            ) from error

    def keep_secret(self, sid: str, secret: str) -> tuple[UUID, str]:
        """Keep an account's secret on this machine; the account's id, and what keeps it. Raises
        NotFoundError, KeyringError."""
        self.check()
        with Workspace(self._engine).read() as tx:
            id_ = next((row["id"] for row in accounts.listing(tx) if row["sid"] == sid), None)
        if id_ is None:
            raise NotFoundError(
                f"The workspace has no account {sid}.", "An admin connects it: account add."
            )
        return id_, self._keep(purpose_of(id_), secret)

    def keep_mail_password(self, secret: str) -> str:
        """As `keep_secret`, of the e-mail server."""
        self.check()
        return self._keep(MAIL, secret)

    def _keep(self, purpose: str, secret: str) -> str:
        store = store_for(self.workspace_id)
        store.write(purpose, secret)
        return store.name

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def close(self) -> None:
        self._engine.dispose()
        self.lease.close()


def _refuse_other_schema(version: str | None) -> None:
    if version == HEAD:
        return
    if version is not None and version > HEAD:
        raise VersionError(
            "The workspace was upgraded by a newer SMS Desk.", "Update SMS Desk on this machine."
        )
    raise VersionError(
        "The workspace is older than this SMS Desk.",
        "Whoever owns it runs sms-desk workspace upgrade.",
    )
