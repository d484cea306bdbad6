"""A person's desk in a test: a replica, its queue, and a line to the workspace that can break."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any
from uuid import UUID

from sms_desk.domain import commands as c
from sms_desk.domain.errors import ServerUnreachable
from sms_desk.services.executor import Done
from sms_desk.services.team_desk import CommandQueue, TeamDesk
from sms_desk.store.ids import new_id
from sms_desk.store.replica import pending
from sms_desk.store.team.delta import Delta, parsed
from sms_desk.sync.team_pull import Puller
from sms_desk.sync.team_push import Pusher, Wire
from tests.fixtures import team as wire
from tests.fixtures.desk import replica_at
from tests.fixtures.team import Session
from tests.store.replica.looking import Contents, contents
from tests.store.team.racing import Team


class Line:
    """The workspace as a client reaches it. breaks: at which push the line breaks, and whether
    before or after the workspace has it."""

    def __init__(self, session: Session) -> None:
        self._session = session
        self.breaks: str = ""

    @contextmanager
    def pulling(self) -> Iterator[Line]:
        self._session.execute("BEGIN ISOLATION LEVEL REPEATABLE READ, READ ONLY")
        try:
            yield self
        finally:
            self._session.execute("ROLLBACK")

    def pull(self, cursor: str) -> Delta:
        rows = self._session.execute("SELECT * FROM desk.pull(%s)", (cursor,)).fetchall()
        return parsed(rows)

    def fetch(
        self,
        keys: Sequence[UUID],
        since: int = 0,
        below: int | None = None,
        most: int | None = None,
    ) -> Delta:
        return wire.fetch(self._session, *keys, since=since, below=below, most=most)

    def attachment(self, attachment_id: UUID) -> bytes | None:
        raise NotImplementedError

    def push(self, command: Wire) -> None:
        if self.breaks == "before":
            raise ServerUnreachable("Gone.")
        values = (command.id, command.kind, command.at, command.args, command.base)
        self._session.execute("SELECT desk.push(%s, %s, %s, %s, %s)", values)
        if self.breaks == "after":
            raise ServerUnreachable("Gone.")


class Seat:
    """One person at a desk of their own."""

    def __init__(self, team: Team, person: UUID, path: Path, empty: Path) -> None:
        self.team, self.person = team, person
        self.line = Line(team.session(person))
        self.file = replica_at(path, empty)
        self.offline = False
        queue = CommandQueue(person, lambda: team.now)
        self.puller = Puller(self.file, queue)
        self.pusher = Pusher(self.file)
        self.desk = TeamDesk(
            self.file, person, clock=lambda: team.now, is_offline=lambda: self.offline
        )

    def do(self, make: type[c.Command], **fields: Any) -> Done:
        return self.desk.change(make(**self.desk.stamp(), **fields))

    def reply(self, conversation: UUID, body: str) -> UUID:
        given = self.team.reply(self.person, conversation, body)
        self.desk.change(given.command)
        return given.command.id

    def push(self) -> None:
        self.pusher.push(self.line, self.team.now)

    def pull(self) -> None:
        self.puller.pull_once(self.line, self.team.now)
        while self.puller.has_more:
            self.puller.fill_once(self.line, self.team.now)

    def sync(self) -> None:
        """Push, have all of it run, and pull."""
        self.push()
        self.team.run()
        self.pull()

    def waiting(self) -> list[pending.Pending]:
        with self.file.read() as tx:
            return pending.open_ones(tx)

    def returned(self) -> list[pending.Pending]:
        with self.file.read() as tx:
            return pending.returned(tx)

    def shows(self) -> Contents:
        with self.file.read() as tx:
            return contents(tx)

    def of_server(self, path: Path, empty: Path) -> Contents:
        """What the server lets this person see now, as a file that never had anything else."""
        other = replica_at(path, empty)
        try:
            puller = Puller(other)
            puller.pull_once(self.line, self.team.now)
            while puller.has_more:
                puller.fill_once(self.line, self.team.now)
            with other.read() as tx:
                return contents(tx)
        finally:
            other.close()


__all__ = ["Line", "Seat", "new_id", "replica_at"]
