"""An open replica of a team's workspace: the desk at once, the server in a thread beside it."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterable, Mapping
from dataclasses import replace
from datetime import datetime
from typing import TYPE_CHECKING
from uuid import UUID

from sms_desk.bootstrap.desk_connector import DeskConnector
from sms_desk.bootstrap.options import Also, nothing_also
from sms_desk.bootstrap.secrets import Secrets
from sms_desk.bootstrap.session import FileSession
from sms_desk.domain.changes import Changes
from sms_desk.domain.inbox_filters import Scope
from sms_desk.services import lines
from sms_desk.services.team_desk import TeamDesk
from sms_desk.services.team_rows import Doing, Seen, TeamLine
from sms_desk.settings import clock as clocks
from sms_desk.settings.files import MachineState, Profile
from sms_desk.store import people, workspaces
from sms_desk.store.engine import Workspace
from sms_desk.store.replica import pending, state

if TYPE_CHECKING:  # a window's first page waits for no server (measured.md, Start)
    from sms_desk.bootstrap.desk_accounts import DeskAccounts
    from sms_desk.bootstrap.team_wire import Wire
    from sms_desk.providers.base import Directory
    from sms_desk.services.rows import LineState
    from sms_desk.services.team_rows import Returned
    from sms_desk.settings.credentials import SecretStore
    from sms_desk.settings.server_address import ServerAddress
    from sms_desk.store.team.client import Client


class TeamSession(FileSession):
    """The `Session` of one person of a team.

    me: whose login it is. connect: a new client of the server, which connects when it is first asked;
    it may raise KeyringError, where the login's password is not to be had. connector_address: where
    the team's connector comes in, if this desk may be one.
    """

    def __init__(
        self,
        profile: Profile,
        workspace: Workspace,
        me: UUID,
        connect: Callable[[], Client],
        connector_address: Callable[[], ServerAddress] | None = None,
    ) -> None:
        _sit_down(workspace, me)
        with workspace.read() as tx:
            played = workspaces.kind(tx) == "demo"
        clock = clocks.chosen(played=played)
        desk = TeamDesk(workspace, me, clock=clock, poke=self._poke, is_offline=self._is_offline)
        super().__init__(profile, workspace, me, desk)
        self._team_desk = desk
        self._secrets = Secrets(self._key_store)
        self._here = (
            None
            if connector_address is None
            else DeskConnector(profile, desk, self._secrets, connector_address)
        )
        self._profile = profile
        self._connect = connect
        self._wire: Wire | None = None
        self._wiring = threading.Lock()
        self._closed = False

    def acting_as(self, person_id: UUID) -> None:
        self.desk.acting_as(person_id)  # refuses

    # --- the line ---

    @property
    def _line(self) -> Wire:
        with self._wiring:
            if self._wire is None:
                from sms_desk.bootstrap.team_wire import Wire

                self._wire = Wire(self._profile, self._workspace, self.desk, self._connect)
            return self._wire

    def _poke(self) -> None:
        if self._wire is not None:
            self._wire.poke()

    def _is_offline(self) -> bool:
        return self._wire is None or not self._wire.standing.online

    def start_connector(self, on_changes: Callable[[Changes], None]) -> bool:
        """Push and pull in a thread. The connector itself is elsewhere."""
        wire = self._line
        with self._wiring:
            if self._closed:
                return False
            if self._here is not None:
                self._here.start()
            return wire.start(on_changes)

    def be_patient(self, seconds: float) -> None:
        self._team_desk.be_patient(lambda command_id: self._line.wait_for(command_id, seconds))

    def sync_once(self) -> Changes:
        return self._line.sync_once()

    def sync_soon(self) -> None:
        self._line.poke(force=True)
        if self._here is not None:
            self._here.sync_soon()

    def watch(self, conversation_ids: Iterable[UUID]) -> None:
        """A connector elsewhere looks a doubt up soon enough for every desk."""
        if self._here is not None:
            self._here.watch(conversation_ids)

    def lines(self) -> tuple[LineState, ...]:
        return self.desk.read(lines.lines)

    def team_line(self) -> TeamLine | None:
        line = TeamLine(online=False) if self._wire is None else self._wire.shown
        here = None if self._here is None else self._here.state
        return line if here is None else replace(line, here=here)

    def look(self, conversation_id: UUID | None, doing: Doing | None) -> None:
        if self._wire is not None:
            self._wire.line.look(conversation_id, doing)

    def seen(self) -> tuple[Seen, ...]:
        return () if self._wire is None else self._wire.seen

    # --- what came back, and what is elsewhere ---

    def waiting(self) -> frozenset[UUID]:
        from sms_desk.services import returned

        return self.desk.read(returned.waiting)

    def returned(self) -> tuple[Returned, ...]:
        from sms_desk.services import returned

        return self.desk.read(returned.returned)

    def repeat_returned(self, command_id: UUID) -> Changes:
        from sms_desk.services import returned

        done = self.desk.change(self.desk.read(returned.again, command_id, self.desk.stamp()))
        self.settle_returned(command_id)
        return done.changes | Changes.of(line=None)

    def settle_returned(self, command_id: UUID) -> None:
        with self._workspace.write() as tx:
            pending.drop(tx, command_id)
        self._poke()

    def kept_since(self, conversation_id: UUID) -> datetime | None:
        from sms_desk.domain import positions
        from sms_desk.domain.model import Position

        with self._workspace.read() as tx:
            since = state.kept_since(tx, [conversation_id]).get(conversation_id, 0)
        return positions.instant(Position(since)) if since else None

    def fetch_older(self, conversation_id: UUID) -> Changes:
        return self._line.fetch_older(conversation_id)

    # --- accounts and e-mail ---

    def _key_store(self) -> SecretStore:
        """Where a connector on this machine keeps its secrets, too."""
        from sms_desk.settings.credentials import store_for

        with self._workspace.read() as tx:
            return store_for(workspaces.id_of(tx))

    @property
    def _accounts(self) -> DeskAccounts:
        # All providers: 0.4 s of imports that the first page saves (measured.md, Start).
        from sms_desk.bootstrap.desk_accounts import DeskAccounts

        return DeskAccounts(
            self._team_desk,
            self._secrets,
            keeps=self.keeps_secrets,
            ca_file=self._ca_file,
            forget=self._forget,
        )

    def _forget(self, account_id: UUID) -> None:
        if self._here is not None:
            self._here.forget(account_id)

    def keeps_secrets(self) -> bool:
        return self._here is not None and self._here.is_on

    def keep_connector_password(self, password: str) -> None:
        if self._here is not None:
            self._here.keep_password(password)

    def _ca_file(self) -> str:
        return str(MachineState(self._profile.state).setting("email_ca_file"))

    def test_account(self, provider: str, values: Mapping[str, str]) -> Directory:
        return self._accounts.test(provider, values)

    def add_account(
        self, provider: str, values: Mapping[str, str], also: Also = nothing_also
    ) -> UUID:
        return self._accounts.add(provider, values, also)

    def check_account(self, account_id: UUID) -> None:
        self._accounts.check(account_id)

    def account_directory(self, account_id: UUID) -> Directory:
        return self._accounts.directory(account_id)

    def set_secret(self, account_id: UUID, secret: str) -> None:
        self._accounts.set_secret(account_id, secret)

    def remove_account(self, account_id: UUID) -> None:
        self._accounts.remove(account_id)

    def test_mail(self, to: str) -> None:
        self._accounts.test_mail(to)

    def set_mail_password(self, password: str) -> None:
        self._accounts.set_mail_password(password)

    def has_mail_password(self) -> bool:
        return self._accounts.has_mail_password()

    # --- the end ---

    def close(self, begins_at: Scope | None = None) -> None:
        with self._wiring:
            self._closed = True
        if self._here is not None:
            self._here.ask_to_stop()
        if self._wire is not None:
            self._wire.close()
        if self._here is not None:
            self._here.close()
        self._close_file(begins_at)


def _sit_down(workspace: Workspace, me: UUID) -> None:
    """The file says who sits at it: a start shows a glance only to whom it was taken for."""
    with workspace.read() as tx:
        if people.me(tx) == me:
            return
    with workspace.write(quiet=True) as tx:
        workspaces.set_me(tx, me)
