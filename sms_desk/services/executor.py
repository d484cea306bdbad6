"""The one executor: every change of a workspace is a command that passes here (design §1).

A handler is one function over a context and a command; it writes, and says what it touched and how
to take it back. Solo runs commands on the local file, finally; a team's connector runs the same
handlers, and its desks do on their replicas, until the connector has.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import Any
from uuid import UUID

from sms_desk.domain.changes import NOTHING, Changes
from sms_desk.domain.command_codec import decode, encode, kind_of
from sms_desk.domain.commands import Command, Undo
from sms_desk.domain.errors import NotFoundError, RefusedError
from sms_desk.domain.frozen import dataclass
from sms_desk.services import auditing
from sms_desk.services.context import Context
from sms_desk.services.effects import Effect
from sms_desk.services.handlers import HANDLERS
from sms_desk.services.handlers.conversations import undo_batch
from sms_desk.services.rows import UndoOffer
from sms_desk.store import commands as history
from sms_desk.store import outbox
from sms_desk.store.ids import derived


@dataclass(frozen=True, slots=True)
class Done:
    """What became of a command. undo: None where it cannot be taken back. kept: of an undo, the
    conversations that it left as they are, because somebody changed them since. waits: nothing has
    been done yet; the workspace will do it."""

    command_id: UUID
    changes: Changes
    count: int = 0
    label: str = ""
    undo: UndoOffer | None = None
    repeated: bool = False
    kept: tuple[UUID, ...] = ()
    waits: bool = False


Handler = Callable[[Context, Any], Effect]


def execute(ctx: Context, command: Command, handler: Handler | None = None) -> Done:
    """Run a command in the context's transaction, once: a repeat changes nothing (GC1).

    handler: instead of the command's own, where the workspace decides otherwise (`services.pushed`).
    Raises RefusedError where a rule says no, NotFoundError for what the actor may not see,
    UsageError for impossible values. Nothing is written then.
    """
    if command.logged and history.seen(ctx.tx, command.id):
        return Done(command.id, NOTHING, repeated=True)
    if handler is None:
        handler = HANDLERS.get(type(command), _undo)
    effect = handler(ctx, command)
    if not ctx.replica:
        auditing.record(ctx, command, effect)
    undoable = command.logged and (bool(effect.inverse) or effect.by_events)
    if command.logged:
        history.append(
            ctx.tx,
            id_=command.id,
            person_id=ctx.actor.person_id,
            kind=kind_of(command),
            args=encode(command),
            at=command.at,
            inverse=_inverse(effect) if undoable else None,
            label=effect.label,
        )
    offer = UndoOffer(command.id, effect.label) if undoable else None
    return Done(command.id, effect.changes, effect.count, effect.label, offer, kept=effect.kept)


def execute_all(ctx: Context, commands: Sequence[Command]) -> Done:
    """Run several commands in one transaction; the answer is the last one's, with all changes."""
    done = [execute(ctx, command) for command in commands]
    changes = NOTHING
    for one in done:
        changes |= one.changes
    return replace(done[-1], changes=changes)


def _run(ctx: Context, command: Command) -> Effect:
    return HANDLERS[type(command)](ctx, command)


def _inverse(effect: Effect) -> dict[str, Any]:
    found: dict[str, Any] = {"events": True} if effect.by_events else {}
    if effect.inverse or not effect.by_events:
        found["commands"] = [[kind_of(command), encode(command)] for command in effect.inverse]
    return found


def _undo(ctx: Context, command: Any) -> Effect:
    """A new entry made from the old (design §3), where nothing newer contradicts it."""
    row = history.get(ctx.tx, command.command_id)
    if row is None or row["person_id"] != ctx.actor.person_id:
        raise NotFoundError("There is nothing of yours to undo.")
    if row["undone_by"] is not None:
        raise RefusedError("This was undone already.", rule="undone")
    if row["inverse"] is None or not still_undoable(ctx, row["inverse"]):
        raise RefusedError(
            "This cannot be undone: the message has been handed over.", rule="not_undoable"
        )
    label = f"Undone: {row['label']}"
    effect = _put_back(ctx, command, row["inverse"])
    if effect.note:
        label = f"{label}. {effect.note}"
    history.set_undone(ctx.tx, command.command_id, command.id)
    return Effect(effect.changes, effect.count, label, moves=effect.moves, kept=effect.kept)


def _put_back(ctx: Context, command: Undo, inverse: dict[str, Any]) -> Effect:
    """By the events of the batch, by commands, or by both: what still stands, in one transaction.

    Raises RefusedError where nothing of it does.
    """
    steps = inverse.get("commands", [])
    if not inverse.get("events"):
        return _take_back(ctx, command, steps)
    effect = undo_batch(ctx, command.command_id, by=command)
    taken = _take_back(ctx, command, steps)
    if not effect.count and not taken.count:
        raise RefusedError(
            "Nothing was undone: all of it has been changed again since.", rule="contradicted"
        )
    note = " ".join(filter(None, (effect.note, taken.note)))
    return replace(effect, changes=effect.changes | taken.changes, note=note)


def still_undoable(ctx: Context, inverse: dict[str, Any]) -> bool:
    """Whether taking back is still possible: a message only until it is handed over. One that is
    not confirmed is a decision of its own (R32), never a side effect of Undo."""
    drops = [args for kind, args in inverse.get("commands", ()) if kind == "drop"]
    return all(outbox.waits(ctx.tx, UUID(args["outbox_id"])) for args in drops)


def _take_back(ctx: Context, command: Undo, steps: list[list[Any]]) -> Effect:
    changes, count, notes = NOTHING, 0, []
    for n, (kind, args) in enumerate(steps):
        effect = _run(ctx, decode(kind, derived(command.id, n), command.at, args))
        changes, count = changes | effect.changes, count + effect.count
        notes.append(effect.note)
    return Effect(changes, count, note=" ".join(filter(None, notes)))
