"""The two doors of window and command line: read, and change (design §2).

Both are synchronous and know no Qt; the window calls them off its own thread. A read gets a
snapshot, a change a transaction; each sees who acts and what time it is.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import replace
from datetime import datetime
from typing import TYPE_CHECKING, ClassVar, Concatenate, ParamSpec, TypedDict, TypeVar
from uuid import UUID

from sms_desk.domain.changes import Changes
from sms_desk.services.context import Context
from sms_desk.store import people
from sms_desk.store.engine import Tx, Workspace
from sms_desk.store.ids import new_id
from sms_desk.store.remembered import remembered

if TYPE_CHECKING:
    from sms_desk.domain.commands import Command
    from sms_desk.services.executor import Done

P = ParamSpec("P")
T = TypeVar("T")
Clock = Callable[[], datetime]


class Stamp(TypedDict):
    """The id and the time that a new command carries."""

    id: UUID
    at: datetime


class _Rehearsed(Exception):
    """Ends a transaction of which nothing is to stay."""


class Desk:
    """One person at one workspace.

    poke: called after a change that a connector should look at soon. Any thread may call any
    method; a `Context` stays within its call.
    """

    _is_replica: ClassVar[bool] = False

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
            actor = remembered(tx, people.actor, self.person_id)
            return ask(Context(tx, actor, now, replica=self._is_replica), *args, **kwargs)

    def _context(self, tx: Tx) -> Context:
        """For a transaction that may write."""
        actor = people.actor(tx, self.person_id)
        return Context(tx, actor, self.now(), replica=self._is_replica)

    def change(self, *commands: Command) -> Done:
        """Run commands in one transaction: all of them or none. The answer is the last one's.

        Raises what `services.executor.execute` raises; nothing is written then.
        """
        # Every command and handler: 0.15 s that a window's first page saves (measured.md, Start).
        from sms_desk.services import boundaries, covers
        from sms_desk.services.executor import execute_all

        with self.workspace.write() as tx:
            ctx = self._context(tx)
            done = execute_all(ctx, commands)
            crossed = boundaries.cross(tx, ctx.now)
            if crossed:
                done = replace(done, changes=done.changes | crossed)
            chosen = covers.settle(tx, ctx.now)
            if chosen:
                done = replace(done, changes=done.changes | Changes.of(conversation=chosen))
        self.poke()
        return done

    def rehearse(self, *commands: Command) -> Done:
        """What `change` would answer or raise; nothing is written (`--dry-run`)."""
        from sms_desk.services.executor import execute_all

        return replace(self._rolled_back(lambda ctx: execute_all(ctx, commands)), undo=None)

    def suppose(
        self,
        commands: Sequence[Command],
        ask: Callable[Concatenate[Context, P], T],
        *args: P.args,
        **kwargs: P.kwargs,
    ) -> T:
        """What a service would answer once these commands had run; nothing is written."""
        if not commands:
            return self.read(ask, *args, **kwargs)
        from sms_desk.services.executor import execute

        def answer(ctx: Context) -> T:
            for command in commands:
                execute(ctx, command)
            return ask(replace(ctx), *args, **kwargs)  # what was remembered of before is forgotten

        return self._rolled_back(answer)

    def _rolled_back(self, work: Callable[[Context], T]) -> T:
        """The answer of what works in a transaction of which nothing stays."""
        answers: list[T] = []
        with suppress(_Rehearsed), self.workspace.write(quiet=True) as tx:
            answers.append(work(self._context(tx)))
            raise _Rehearsed
        return answers[0]

    def undo(self, command_id: UUID) -> Done:
        """Take a command back, where nothing newer contradicts it."""
        from sms_desk.domain.commands import Undo

        return self.change(Undo(**self.stamp(), command_id=command_id))

    def wake_due(self) -> Changes:
        """Open what was snoozed until now (R52)."""
        from sms_desk.services import covers
        from sms_desk.services.handlers.conversations import wake_due

        now = self.now()
        with self.workspace.write() as tx:
            woken = wake_due(Context(tx, people.actor(tx, self.person_id), now))
            chosen = covers.settle(tx, now)
            return woken | Changes.of(conversation=chosen) if chosen else woken

    def stamp(self) -> Stamp:
        """For a new command: `c.Close(**desk.stamp(), targets=…)`."""
        return {"id": new_id(), "at": self.now()}

    def acting_as(self, person_id: UUID) -> Desk:
        """The same desk with somebody else at it (`--as`, and the demo's menu)."""
        return Desk(self.workspace, person_id, clock=self.now, poke=self.poke)
