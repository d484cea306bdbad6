"""The two doors of window and command line: read, and change (design §2).

Both are synchronous and know no Qt; the window calls them off its own thread. A read gets a
snapshot, a change a transaction; each sees who acts and what time it is.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from typing import Concatenate, ParamSpec, TypedDict, TypeVar
from uuid import UUID

from sms_desk.domain.changes import Changes
from sms_desk.domain.commands import Command, Undo
from sms_desk.services.context import Context
from sms_desk.services.executor import Done, execute
from sms_desk.services.handlers.conversations import wake_due
from sms_desk.store import people
from sms_desk.store.engine import Workspace
from sms_desk.store.ids import new_id

P = ParamSpec("P")
T = TypeVar("T")
Clock = Callable[[], datetime]


class Stamp(TypedDict):
    """The id and the time that a new command carries."""

    id: UUID
    at: datetime


class Desk:
    """One person at one workspace.

    poke: called after a change that a connector should look at soon. Any thread may call any
    method; a `Context` stays within its call.
    """

    def __init__(
        self,
        workspace: Workspace,
        person_id: UUID,
        *,
        clock: Clock,
        poke: Callable[[], None] = lambda: None,
    ) -> None:
        self.workspace = workspace
        self.person_id = person_id
        self.now = clock
        self.poke = poke

    def read(
        self, ask: Callable[Concatenate[Context, P], T], *args: P.args, **kwargs: P.kwargs
    ) -> T:
        """Ask a service one thing: `desk.read(inbox.page, wanted)`."""
        now = self.now()
        with self.workspace.read() as tx:
            return ask(Context(tx, people.actor(tx, self.person_id), now), *args, **kwargs)

    def change(self, *commands: Command) -> Done:
        """Run commands in one transaction: all of them or none. The answer is the last one's.

        Raises what `services.executor.execute` raises; nothing is written then.
        """
        now = self.now()
        with self.workspace.write() as tx:
            ctx = Context(tx, people.actor(tx, self.person_id), now)
            done = [execute(ctx, command) for command in commands]
        self.poke()
        changes = Changes()
        for one in done:
            changes |= one.changes
        last = done[-1]
        return Done(last.command_id, changes, last.count, last.label, last.undo, last.repeated)

    def undo(self, command_id: UUID) -> Done:
        """Take a command back, where nothing newer contradicts it."""
        return self.change(Undo(**self.stamp(), command_id=command_id))

    def wake_due(self) -> Changes:
        """Open what was snoozed until now (R52)."""
        now = self.now()
        with self.workspace.write() as tx:
            return wake_due(Context(tx, people.actor(tx, self.person_id), now))

    def stamp(self) -> Stamp:
        """For a new command: `c.Close(**desk.stamp(), targets=…)`."""
        return {"id": new_id(), "at": self.now()}

    def acting_as(self, person_id: UUID) -> Desk:
        """The same desk with somebody else at it (`--as`, and the demo's menu)."""
        return Desk(self.workspace, person_id, clock=self.now, poke=self.poke)
