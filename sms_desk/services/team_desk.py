"""A desk of a team: what a person does has its effect on the replica at once, and waits in a queue
until the workspace has done it for good (algorithms §2.4).

What a person sees is the workspace as it was last pulled, with the commands on top that it has not
answered yet (GC3). Commands that a partial replica cannot decide only wait.
"""

from __future__ import annotations

import itertools
import json
import logging
from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import datetime
from typing import TYPE_CHECKING, Any, Final
from uuid import UUID

from typing_extensions import override

from sms_desk.domain.changes import EVERYTHING, NOTHING, Changes
from sms_desk.domain.errors import DeskError, RefusedError
from sms_desk.services.context import Context
from sms_desk.services.desk import Desk
from sms_desk.store import commands as history
from sms_desk.store import my_states, people
from sms_desk.store.engine import Tx, Workspace
from sms_desk.store.ids import derived
from sms_desk.store.replica import before, pending
from sms_desk.store.replica.pending import Pending
from sms_desk.store.savepoints import savepoint
from sms_desk.store.team.delta import Receipt

if TYPE_CHECKING:
    from sms_desk.domain.commands import Command, Undo
    from sms_desk.services.executor import Done

log = logging.getLogger(__name__)

LARGEST: Final = 20_000
"""Bytes of a command that the workspace takes (algorithms §2.4)."""

_PARTS: Final = 100
"""As many commands one may become that is larger."""


class TeamDesk(Desk):
    """One person at a replica of a team's workspace.

    poke: called after a change that is to be pushed. is_offline: whether the workspace is out of
    reach just now; what is written then is compared more strictly with what others did (§2.5).
    """

    _is_replica = True

    def __init__(
        self,
        workspace: Workspace,
        person_id: UUID,
        *,
        clock: Callable[[], datetime],
        poke: Callable[[], None] = lambda: None,
        is_offline: Callable[[], bool] = lambda: False,
    ) -> None:
        super().__init__(workspace, person_id, clock=clock, poke=poke)
        self.is_offline = is_offline
        self._wait: Callable[[UUID], None] | None = None

    def be_patient(self, wait: Callable[[UUID], None]) -> None:
        """What only the workspace can do is answered by it from now on, if it does so in time.

        wait: returns when a command has its receipt, or when that takes too long.
        """
        self._wait = wait

    @override
    def change(self, *commands: Command) -> Done:
        """Do it here, as far as a replica can, and let the workspace do it for good.

        Raises what the executor raises for what the replica sees to be impossible; nothing waits
        then. A patient desk raises what the workspace refuses as well.
        """
        from sms_desk.domain.commands import Undo

        with self.workspace.write() as tx:
            ctx = self._context(tx)
            (*_, last) = commands
            if isinstance(last, Undo):
                done = self._undo(ctx, last)
            else:
                done = self._run_in_parts(ctx, commands)
        self.poke()
        if done.waits and self._wait is not None:
            self._wait(done.command_id)
            return self._answered(done)
        return done

    def _answered(self, done: Done) -> Done:
        """What the workspace says, or that it waits."""
        from sms_desk.services import asked

        with self.workspace.write() as tx:
            one = pending.take_answer(tx, done.command_id)
        if one is None:
            return done
        with self.workspace.read() as tx:
            return asked.answer(tx, one)

    @override
    def wake_due(self) -> Changes:
        """The connector wakes what is due."""
        return NOTHING

    @override
    def acting_as(self, person_id: UUID) -> Desk:
        if person_id == self.person_id:
            return self
        raise RefusedError(
            "In a team everybody works under their own login.",
            "Join with the other person's invitation, under another profile.",
            rule="login",
        )

    def _undo(self, ctx: Context, command: Undo) -> Done:
        """As many as the command became: those that still can be are taken back (`_in_parts`)."""
        done: list[Done] = []
        refused: list[DeskError] = []
        for undo in _undos(ctx.tx, command):
            try:
                with savepoint(ctx.tx):
                    done.append(self._undo_one(ctx, undo))
            except DeskError as error:
                refused.append(error)
        if not done:
            raise refused[0]
        return _together(done)

    def _undo_one(self, ctx: Context, undo: Undo) -> Done:
        unheard = _still_here(ctx.tx, undo)
        if unheard is not None:
            return _take_back(ctx, undo, unheard)
        return self._run_as_far_as(ctx, (undo,))

    def _run_in_parts(self, ctx: Context, commands: tuple[Command, ...]) -> Done:
        """What is too much for one command goes as several, which are one to whoever gave it: one
        answer, and one Undo."""
        parts = [part for command in commands for part in _in_parts(command)]
        if len(parts) == len(commands):
            return self._run_as_far_as(ctx, commands)
        whole = _supposed(ctx, commands)
        done = self._run_as_far_as(ctx, tuple(parts))
        return replace(whole, changes=whole.changes | done.changes)

    def _run_as_far_as(self, ctx: Context, commands: tuple[Command, ...]) -> Done:
        """Those before the first one that cannot run here; a later one may build on that one."""
        here = tuple(itertools.takewhile(lambda one: _runs_here(ctx.tx, one), commands))
        done = self._run(ctx, here) if here else None
        if len(here) == len(commands) and done is not None:
            return done
        left = self._leave_to_workspace(ctx, commands[len(here) :])
        return left if done is None else replace(left, changes=done.changes | left.changes)

    def _run(self, ctx: Context, commands: tuple[Command, ...]) -> Done:
        from sms_desk.domain.exactness import STAYS_HERE
        from sms_desk.services import edits, standing
        from sms_desk.services.executor import execute

        changes = NOTHING
        for command in commands:
            if type(command) in STAYS_HERE:
                done = execute(ctx, command)
            else:
                base = standing.seen(ctx, command, offline=self.is_offline())
                stood = edits.stands(ctx.tx, command)
                with before.keeping(ctx.tx, command.id):
                    done = execute(ctx, command)
                if not done.repeated:
                    _enqueue(ctx.tx, command, base, stood or edits.before(ctx.tx, command))
                    changes |= _WAITING
            changes |= done.changes
        return replace(done, changes=changes)

    def _leave_to_workspace(self, ctx: Context, commands: tuple[Command, ...]) -> Done:
        """In order, and nothing of it here: a later one may build on one that cannot run here."""
        from sms_desk.services import asked, standing
        from sms_desk.services.executor import Done

        for command in commands:
            base = standing.seen(ctx, command, offline=self.is_offline())
            _enqueue(ctx.tx, command, base, None)
        (*_, last) = commands
        label = f"{asked.words(ctx.tx, last)}: waits for the workspace"
        undo = asked.undo_offer(ctx.tx, last)
        if self._wait is not None:
            pending.await_answer(ctx.tx, last.id)
        return Done(last.id, _WAITING, label=label, undo=undo, waits=True)


_WAITING: Final = Changes.of(line=None)
"""The line says how many commands wait."""


def replay(tx: Tx, person_id: UUID, now: datetime) -> Changes:
    """Do again what waits, on top of what was pulled: in the transaction of the pull, after
    `before.restore` and after what the workspace said was written (§2.2 step 6).

    One that fails here now waits for the workspace's word all the same.
    """
    waiting = pending.open_ones(tx)
    if not waiting:
        return NOTHING
    from sms_desk.domain.command_codec import decode
    from sms_desk.services.executor import execute

    ctx = Context(tx, people.actor(tx, person_id), now, replica=True)
    drafts = my_states.all_drafts(tx)  # what was typed since is not what was sent
    changes = NOTHING
    before.watch(tx)
    for one in waiting:
        try:
            command = decode(one.kind, one.id, one.at, one.args)
            if not _runs_here(tx, command):
                continue
            with savepoint(tx), before.keeping(tx, one.id):
                changes |= execute(ctx, command).changes
        except DeskError:
            continue
        except Exception as error:  # noqa: BLE001 (no effect of one's own is worth all others' news)
            log.warning("command %s of kind %s waits: %s", one.id, one.kind, type(error).__name__)
    my_states.put_drafts(tx, drafts)
    return changes


class CommandQueue:
    """What a pull does with the commands of this desk (`store.replica.apply`)."""

    def __init__(self, person_id: UUID, clock: Callable[[], datetime]) -> None:
        self._person_id = person_id
        self._now = clock

    def settle(self, tx: Tx, receipts: Sequence[Receipt], *, anew: bool) -> Changes:
        """Take receipts. anew: the workspace has another epoch, which knows nothing of what was
        pushed before: it is pushed again."""
        pending.settle(tx, receipts)
        again = pending.push_again(tx) if anew else 0
        return _WAITING if receipts or again else NOTHING

    def again(self, tx: Tx) -> Changes:
        """Run what is still pending on top of what was pulled; what it is about is looked at anew."""
        return replay(tx, self._person_id, self._now())


def _runs_here(tx: Tx, command: Command) -> bool:
    from sms_desk.domain.command_codec import KINDS
    from sms_desk.domain.commands import Undo
    from sms_desk.domain.exactness import runs_here

    undone = None
    if isinstance(command, Undo):
        row = history.get(tx, command.command_id)
        undone = None if row is None else KINDS.get(row["kind"])
    return runs_here(command, undone)


def _in_parts(command: Command) -> Sequence[Command]:
    """A command about more conversations than the workspace takes at once, as several about some each,
    so few that each has its base; the first one has its id, and the ids of the others follow from it."""
    from sms_desk.domain.command_codec import encode
    from sms_desk.domain.commands import Targets
    from sms_desk.domain.exactness import EXACT
    from sms_desk.services.standing import MOST

    targets = getattr(command, "targets", None)
    if not isinstance(targets, Targets) or type(command) not in EXACT:
        return (command,)
    if not MOST < len(targets.ids) <= MOST * _PARTS or _size(encode(command)) <= LARGEST:
        return (command,)
    return [
        replace(command, id=_part_id(command.id, n), targets=Targets(targets.ids[at : at + MOST]))  # type: ignore[call-arg]
        for n, at in enumerate(range(0, len(targets.ids), MOST))
    ]


def _part_id(command_id: UUID, n: int) -> UUID:
    return derived(command_id, f"part {n}") if n else command_id


def _undos(tx: Tx, undo: Undo) -> list[Undo]:
    """Of a command, and of the others that it became, as far as any of them stands."""
    known = [0, *(n for n in range(1, _PARTS) if _is_known(tx, _part_id(undo.command_id, n)))]
    return [
        replace(undo, id=_part_id(undo.id, n), command_id=_part_id(undo.command_id, n))
        for n in known
    ]


def _is_known(tx: Tx, command_id: UUID) -> bool:
    return history.seen(tx, command_id) or pending.find(tx, command_id) is not None


def _together(done: Sequence[Done]) -> Done:
    """What became of the parts of one undo, as one."""
    if len(done) == 1:
        return done[0]
    changes = NOTHING
    for one in done:
        changes |= one.changes
    kept = tuple(id_ for one in done for id_ in one.kept)
    count = sum(one.count for one in done)
    label = f"Undone: {count:,} conversations"
    return replace(done[0], changes=changes, count=count, label=label, kept=kept)


class _Supposed(Exception):
    """Ends a part of which nothing is to stay."""


def _supposed(ctx: Context, commands: Sequence[Command]) -> Done:
    """What commands would answer; nothing is written."""
    from sms_desk.services.executor import execute_all

    found: list[Done] = []
    try:
        with savepoint(ctx.tx):
            found.append(execute_all(ctx, commands))
            raise _Supposed
    except _Supposed:
        return found[0]


def _still_here(tx: Tx, command: Command) -> Pending | None:
    """What this takes back, where only this desk knows it."""
    from sms_desk.domain.commands import Undo

    one = pending.find(tx, command.command_id) if isinstance(command, Undo) else None
    return one if one is not None and one.state is pending.State.WAITING else None


def _take_back(ctx: Context, undo: Command, one: Pending) -> Done:
    """The workspace has not heard of it: it never was. A message that is written and undone without
    a line must not go out in between."""
    from sms_desk.services import asked
    from sms_desk.services.executor import Done

    row = history.get(ctx.tx, one.id)
    label = asked.words(ctx.tx, asked.command_of(one)) if row is None else row["label"]
    before.restore(ctx.tx)
    pending.drop(ctx.tx, one.id)
    replay(ctx.tx, ctx.actor.person_id, ctx.now)
    count = len(one.args.get("targets", {}).get("ids", ())) or 1
    return Done(undo.id, EVERYTHING, count, f"Undone: {label}")


def _enqueue(tx: Tx, command: Command, base: dict[str, Any], edited: dict[str, Any] | None) -> None:
    """Behind all others. A read mark takes the place of an earlier one that still waits.

    Raises RefusedError for what is larger than the workspace takes.
    """
    from sms_desk.domain.command_codec import encode, kind_of
    from sms_desk.domain.commands import MarkRead

    args = encode(command)
    if edited is not None:
        base = {**base, "before": edited}
    if _size(args) + _size(base) > LARGEST:
        base = {}
    if _size(args) > LARGEST:
        raise RefusedError(
            "This is too much for one step.",
            "Choose fewer conversations at once, or a shorter text.",
            rule="size",
        )
    kind = kind_of(command)
    if isinstance(command, MarkRead):
        pending.replace_waiting(tx, kind, "conversation_id", args["conversation_id"])
    pending.enqueue(tx, id_=command.id, kind=kind, at=command.at, args=args, base=base)


def _size(value: Any) -> int:
    return len(json.dumps(value, ensure_ascii=False).encode("utf-8", "surrogatepass"))
