"""An open workspace: the desk at once, and the link to the providers when it is first needed."""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable, Iterable, Mapping
from datetime import datetime
from typing import TYPE_CHECKING
from uuid import UUID

from sms_desk.bootstrap.options import Also, nothing_also
from sms_desk.bootstrap.secrets import Secrets
from sms_desk.domain.changes import Changes
from sms_desk.domain.errors import DeskError, StorageError
from sms_desk.domain.inbox_filters import Scope
from sms_desk.services.desk import Desk
from sms_desk.settings import clock as clocks
from sms_desk.settings.files import Profile
from sms_desk.store import people, workspaces
from sms_desk.store.engine import Workspace

if TYPE_CHECKING:  # a window's first page waits for no provider (measured.md, Start)
    from sms_desk.bootstrap.link import Link
    from sms_desk.providers.base import Directory
    from sms_desk.services.rows import LineState
    from sms_desk.services.team_rows import Doing, Returned, Seen, TeamLine

_log = logging.getLogger(__name__)


class FileSession:
    """What every session is: a file that a window reads, and who sits at it."""

    def __init__(self, profile: Profile, workspace: Workspace, me: UUID, desk: Desk) -> None:
        self.folder = profile.folder
        self.demo = False
        self.desk = desk
        self._workspace = workspace
        self._me = me
        self._beat = workspace.foreign_beat()

    @property
    def title(self) -> str:
        with self._workspace.read() as tx:
            name = workspaces.name(tx)
            if self.desk.person_id == self._me:
                return name
            return f"{name} · as {people.names(tx)[self.desk.person_id]}"

    def foreign_changes(self) -> bool:
        before, self._beat = self._beat, self._workspace.foreign_beat()
        return before[1] != self._beat[1]

    def start_backfill(self, account_id: UUID, *, since: datetime) -> None:
        """Fetch what is older, newest first, back to `since`; what is here already is not doubled."""
        from sms_desk.domain import commands as c

        self.desk.change(c.FetchHistory(**self.desk.stamp(), account_id=account_id, since=since))

    def stop_backfill(self, account_id: UUID) -> None:
        self._pause_history(account_id, paused=True)

    def resume_backfill(self, account_id: UUID) -> None:
        """Go on from where it was stopped."""
        self._pause_history(account_id, paused=False)

    def refresh_templates(self) -> None:
        """Read the lists of WhatsApp templates again, in the next cycle (R42)."""
        from sms_desk.domain import commands as c

        self.desk.change(c.RefreshTemplates(**self.desk.stamp()))

    def _pause_history(self, account_id: UUID, *, paused: bool) -> None:
        from sms_desk.domain import commands as c

        stamp = self.desk.stamp()
        self.desk.change(c.PauseHistory(**stamp, account_id=account_id, paused=paused))

    def keep_glance(self, scope: Scope) -> None:
        from sms_desk.services import glance_keeping

        try:
            if self.desk.person_id == self._me:
                glance_keeping.keep(self.desk, scope)
            else:
                glance_keeping.forget(self.desk)
        except StorageError:
            _log.warning("the glance could not be kept")

    def _renew_glance(self) -> None:
        from sms_desk.services import glance_keeping

        try:
            glance_keeping.renew(self.desk.acting_as(self._me))
        except DeskError:
            _log.warning("the glance could not be renewed")

    def _close_file(self, begins_at: Scope | None) -> None:
        if begins_at is not None:
            self.keep_glance(begins_at)
        elif self._workspace.has_written:
            self._renew_glance()
        self._workspace.close()


class LocalSession(FileSession):
    """The `Session` of an embedded workspace: one file, and a connector in a thread."""

    def __init__(
        self, profile: Profile, workspace: Workspace, secrets: Secrets, *, demo: bool
    ) -> None:
        with workspace.read() as tx:
            me = people.me(tx)
        assert me is not None, "a workspace has a person from its first start"
        desk = Desk(workspace, me, clock=clocks.chosen(played=demo), poke=self._poke)
        super().__init__(profile, workspace, me, desk)
        self.demo = demo
        self._secrets = secrets
        self._linked: Link | None = None
        self._linking = threading.Lock()
        self._closed = False
        self._watched: tuple[UUID, ...] = ()

    def acting_as(self, person_id: UUID) -> None:
        self.desk = self.desk.acting_as(person_id)

    # --- the line ---

    @property
    def _link(self) -> Link:
        with self._linking:
            if self._linked is None:
                # All providers: 0.4 s of imports that the first page saves (measured.md, Start).
                from sms_desk.bootstrap.link import Link

                self._linked = Link(
                    self.folder, self._workspace, self.desk, self._secrets, demo=self.demo
                )
                self._linked.watch(self._watched)
            return self._linked

    def _poke(self) -> None:
        if self._linked is not None:
            self._linked.poke()

    def start_connector(self, on_changes: Callable[[Changes], None]) -> bool:
        link = self._link
        with self._linking:  # not while, and not after, the desk is closed
            return not self._closed and link.start(on_changes)

    def sync_once(self) -> Changes:
        return self._link.sync_once()

    def sync_soon(self) -> None:
        self._link.poke(force=True)

    def watch(self, conversation_ids: Iterable[UUID]) -> None:
        self._watched = tuple(conversation_ids)
        if self._linked is not None:
            self._linked.watch(self._watched)

    def furnish(self) -> None:
        """Fill a new demo, once; another process that has the connector lock does it otherwise."""
        if self.demo and not self.lines():
            self._link.furnish()

    def lines(self) -> tuple[LineState, ...]:
        from sms_desk.services import lines

        return self.desk.read(lines.lines)

    # --- accounts ---

    def test_account(self, provider: str, values: Mapping[str, str]) -> Directory:
        return self._link.test_account(provider, values)

    def add_account(
        self, provider: str, values: Mapping[str, str], also: Also = nothing_also
    ) -> UUID:
        return self._link.add_account(self.desk, provider, values, also)

    def check_account(self, account_id: UUID) -> None:
        self._link.check_account(account_id)

    def account_directory(self, account_id: UUID) -> Directory:
        return self._link.account_directory(account_id)

    def keeps_secrets(self) -> bool:
        return True

    def keep_connector_password(self, password: str) -> None: ...

    def set_secret(self, account_id: UUID, secret: str) -> None:
        self._link.set_secret(account_id, secret)

    def remove_account(self, account_id: UUID) -> None:
        self._link.remove_account(self.desk, account_id)

    # --- e-mail ---

    def test_mail(self, to: str) -> None:
        self._link.test_mail(to)

    def set_mail_password(self, password: str) -> None:
        self._link.set_mail_password(self.desk, password)

    def has_mail_password(self) -> bool:
        return self._secrets.has_mail_password()

    # --- nobody else is here ---

    def team_line(self) -> TeamLine | None:
        return None

    def look(self, conversation_id: UUID | None, doing: Doing | None) -> None: ...

    def seen(self) -> tuple[Seen, ...]:
        return ()

    def waiting(self) -> frozenset[UUID]:
        return frozenset()

    def returned(self) -> tuple[Returned, ...]:
        return ()

    def repeat_returned(self, _command_id: UUID) -> Changes:
        return Changes()

    def settle_returned(self, command_id: UUID) -> None: ...

    def be_patient(self, seconds: float) -> None: ...

    def kept_since(self, _conversation_id: UUID) -> datetime | None:
        return None

    def fetch_older(self, _conversation_id: UUID) -> Changes:
        return Changes()

    # --- the end ---

    def close(self, begins_at: Scope | None = None) -> None:
        with self._linking:
            self._closed = True
        if self._linked is not None:
            self._linked.close()
        self._close_file(begins_at)
