"""A replica's line to its server, the thread that runs it, and what a window is told of both."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable
from datetime import datetime
from typing import Final
from uuid import UUID

from sms_desk.domain.changes import NOTHING, Changes
from sms_desk.domain.errors import ElsewhereError, ServerUnreachable
from sms_desk.services.desk import Desk
from sms_desk.services.team_desk import CommandQueue
from sms_desk.services.team_rows import Doing, Seen, TeamLine
from sms_desk.settings.files import MachineState, Profile
from sms_desk.store import people
from sms_desk.store.engine import Workspace
from sms_desk.store.replica import pending, state
from sms_desk.store.team.client import Client
from sms_desk.sync import team_line
from sms_desk.sync.clock import Clock
from sms_desk.sync.connector import Connector, ConnectorLock
from sms_desk.sync.team_line import Standing
from sms_desk.sync.team_pull import Puller
from sms_desk.sync.team_push import Pusher

_DAYS: Final = {"everything": 0, "1 year": 365, "90 days": 90, "30 days": 30}
"""What the machine's setting means; 0: all."""
_ANSWER_SECONDS = 5.0
"""How long one cycle on request waits for the workspace's answers."""
_LOOK_SECONDS = 0.1
_LAST_ANSWER_SECONDS = 2.0
"""How long the program's exit waits for the cycle that runs."""


class Wire:
    """One replica's line. Any thread may call any method."""

    def __init__(
        self, profile: Profile, workspace: Workspace, desk: Desk, connect: Callable[[], Client]
    ) -> None:
        self._workspace = workspace
        self._desk = desk
        self._changed: Callable[[Changes], None] = lambda _: None
        self._puller = Puller(
            workspace,
            CommandQueue(desk.person_id, desk.now),
            offline_days=lambda: _DAYS[MachineState(profile.state).setting("keep_offline")],
        )
        self.line = team_line.TeamLine(connect, self._puller, Pusher(workspace), self.poke)
        self._cycle = _Counted(self.line, workspace)
        self._lock = ConnectorLock(profile.folder)
        self._connector = Connector(
            workspace,
            self._cycle,
            self._lock,
            lambda changes: self._changed(changes),
            Clock.of_machine(desk.now),
        )

    def start(self, on_changes: Callable[[Changes], None]) -> bool:
        """Push and pull in a thread; False while another process of this profile does."""
        self._changed = on_changes
        self._connector.start()
        return self._lock.acquire()

    def poke(self, *, force: bool = False) -> None:
        self._connector.poke(force=force)

    def sync_once(self) -> Changes:
        """Push, pull, and wait a while for what the workspace answers, in this thread.

        Raises ServerUnreachable or another ServerError that says why nothing came.
        """
        if not self._lock.acquire():
            raise ElsewhereError(
                "Another SMS Desk of this workspace pulls and pushes.",
                "It brings the news to all. To do so here, close that window or end that sync.",
            )
        changes = NOTHING
        deadline = time.monotonic() + _ANSWER_SECONDS
        while True:
            changes |= self._cycle.run_once(self._desk.now(), force=True)
            self._raise_trouble()
            is_done = not self._cycle.counts.pending and not self._puller.has_more
            if is_done or time.monotonic() > deadline:
                return changes
            time.sleep(_LOOK_SECONDS)

    def wait_for(self, command_id: UUID, seconds: float) -> None:
        """Push and pull until the workspace has answered a command, at most so long; where another
        process of this profile pushes and pulls, only look."""
        deadline = time.monotonic() + seconds
        while True:
            if self._lock.acquire():
                self._cycle.run_once(self._desk.now(), force=True)
                if not self.standing.online:
                    return
            with self._workspace.read() as tx:
                one = pending.find(tx, command_id)
            if one is None or one.state not in pending.OPEN or time.monotonic() > deadline:
                return
            time.sleep(_LOOK_SECONDS)

    def fetch_older(self, conversation_id: UUID) -> Changes:
        """All of a conversation of which only the newer part is here. Raises ServerError."""
        return self.line.fetch_alone(
            lambda client: self._puller.fetch_older(client, conversation_id, self._desk.now())
        )

    @property
    def standing(self) -> Standing:
        return self.line.standing

    @property
    def shown(self) -> TeamLine:
        """The line as a window shows it."""
        standing, counts, progress = self.line.standing, self._cycle.counts, self._cycle.progress
        return TeamLine(
            online=standing.online,
            since=standing.since,
            title=standing.title,
            next_step=standing.next_step,
            connector=standing.connector_since is None,
            connector_since=standing.connector_since,
            pending=counts.pending,
            returned=counts.returned,
            kept=progress.kept,
            to_fetch=progress.to_fetch,
            refused=standing.refused,
        )

    @property
    def seen(self) -> tuple[Seen, ...]:
        """Who else is at a desk."""
        names = self._cycle.names
        return tuple(
            Seen(
                one.person_id,
                names.get(one.person_id, ""),
                one.conversation_id,
                Doing(one.doing),
                one.seconds,
                one.claims,
            )
            for one in self.line.seen
        )

    def close(self) -> None:
        """End the thread and both connections."""
        self._connector.stop(_LAST_ANSWER_SECONDS)
        self.line.close()  # cuts off a question that is still not answered: it is asked again
        self._connector.stop()
        self._lock.release()

    def _raise_trouble(self) -> None:
        standing = self.line.standing
        if not standing.online:
            raise ServerUnreachable(standing.title, standing.next_step)


class _Counted:
    """A line's cycle, after which what a window shows of the file is counted: in this thread, so that
    the window's never waits for it."""

    def __init__(self, line: team_line.TeamLine, workspace: Workspace) -> None:
        self._line = line
        self._workspace = workspace
        self.counts = pending.Counts(0, 0)
        self.progress = state.Progress(0, 0)
        self.names: dict[UUID, str] = {}

    def run_once(self, now: datetime, *, force: bool = False) -> Changes:
        changes = self._line.run_once(now, force=force)
        before = self.counts, self.progress
        with self._workspace.read() as tx:
            self.counts, self.progress = pending.counts(tx), state.progress(tx)
            self.names = people.names(tx)
        if before != (self.counts, self.progress):
            changes |= Changes.of(line=None)
        return changes

    def next_due(self, now: datetime) -> datetime:
        return self._line.next_due(now)

    def watch(self, conversation_ids: Iterable[UUID]) -> None:
        self._line.watch(conversation_ids)

    def close(self) -> None:
        self._line.close()
