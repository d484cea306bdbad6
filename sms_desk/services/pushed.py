"""Running what desks have pushed: the connector's half of a command (algorithms §2.4, §2.5).

A command and its receipt are one transaction: whatever happens in between, it has been done and is
answered, or neither. Nothing that a desk pushes can stop the queue: what cannot be read, is not
allowed or fails is refused in words, with its author's own text, and the next one has its turn (GC2).
"""

from __future__ import annotations

import json
import logging
from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any, Final
from uuid import UUID

from sms_desk.domain import commands as c
from sms_desk.domain import who_wins
from sms_desk.domain.changes import NOTHING, Changes, Thing
from sms_desk.domain.command_codec import KINDS, decode
from sms_desk.domain.errors import DeskError, NotFoundError, RefusedError, UsageError
from sms_desk.domain.exactness import STAYS_HERE
from sms_desk.domain.frozen import dataclass
from sms_desk.domain.model import OutboxState
from sms_desk.domain.plain_text import clean_intake
from sms_desk.domain.send_checks import CheckResult
from sms_desk.domain.send_checks import Verdict as Checked
from sms_desk.domain.who_wins import RUN, Given, Standing, Verdict, Way
from sms_desk.services import boundaries, covers, edits, standing
from sms_desk.services.context import Context
from sms_desk.services.executor import Done, Handler, execute
from sms_desk.services.handlers import writing
from sms_desk.store import commands as history
from sms_desk.store import contacts, outbox, people, stopping
from sms_desk.store.engine import Tx, Workspace
from sms_desk.store.remembered import remembered
from sms_desk.store.savepoints import passing, savepoint
from sms_desk.store.team import queue
from sms_desk.store.team.queue import Pushed
from sms_desk.store.types import from_micros, to_micros

log = logging.getLogger(__name__)

_OLDEST: Final = timedelta(days=31)
"""A desk keeps a command for thirty days; what is older has been given by another clock."""


@dataclass(frozen=True, slots=True)
class Ran:
    """A command that has its receipt now. state: done, held or refused."""

    person_id: UUID
    id: UUID
    kind: str
    state: str
    changes: Changes


@dataclass(frozen=True, slots=True)
class _Answer:
    state: str
    result: Mapping[str, Any]
    changes: Changes = NOTHING


def run_next(workspace: Workspace, now: datetime, *, after: UUID | None = None) -> Ran | None:
    """Run the next command that waits, and write its receipt; None where nothing waits.

    after: whose turn it was last, so that everybody has theirs.
    """
    with workspace.read() as tx:
        if queue.is_empty(tx):  # as almost always: looking takes no lock
            return None
    with workspace.write() as tx:
        pushed = queue.first(tx, after)
        if pushed is None:
            return None
        known = queue.answered(tx, pushed.person_id, pushed.id)
        if known is not None:
            queue.forget(tx, pushed)
            return Ran(pushed.person_id, pushed.id, pushed.kind, known["state"], NOTHING)
        answer = _answer(tx, pushed, now)
        queue.answer(tx, pushed, answer.state, answer.result)
    return Ran(pushed.person_id, pushed.id, pushed.kind, answer.state, answer.changes)


def _answer(tx: Tx, pushed: Pushed, now: datetime) -> _Answer:
    """What became of it. Raises only what the database itself is in trouble with."""
    try:
        with savepoint(tx):
            command, base = _read(pushed, now)
            return _carry_out(tx, pushed, command, base, now)
    except DeskError as error:
        return _refused(error)
    except Exception as error:
        # Whatever somebody pushes must not stop what others push: it is refused like any other.
        if passing(error):
            raise
        log.warning(
            "command %s of kind %s failed: %s", pushed.id, _word(pushed), type(error).__name__
        )
        return _refused(_Failed())


class _Failed(RefusedError):
    def __init__(self) -> None:
        step = "Look at what stands there, then try again."
        super().__init__("The workspace could not do this.", step, rule="failed")


# --- reading --------------------------------------------------------------------------------------


def _read(pushed: Pushed, now: datetime) -> tuple[c.Command, Mapping[str, Any]]:
    at = from_micros(min(max(pushed.at, 0), to_micros(now)))  # a clock that is fast counts as ours
    if at < now - _OLDEST:
        raise RefusedError(
            "This was done more than 30 days ago.",
            "Do it again; if it was done today, set the clock of this machine.",
            rule="late",
        )
    args, base = json.loads(pushed.args), json.loads(pushed.base or "{}")
    if not isinstance(args, dict) or not isinstance(base, dict):
        raise UsageError("This is no command.")
    command = decode(pushed.kind, pushed.id, at, args)
    if type(command) in STAYS_HERE:
        raise UsageError("Half-typed text stays on the desk.")
    return command, base


def _word(pushed: Pushed) -> str:
    return pushed.kind if pushed.kind in KINDS else "unknown"


# --- running --------------------------------------------------------------------------------------


def _carry_out(
    tx: Tx, pushed: Pushed, command: c.Command, base: Mapping[str, Any], now: datetime
) -> _Answer:
    _refuse_foreign(tx, pushed)
    ctx = Context(tx, remembered(tx, people.actor, pushed.person_id), now)
    command = _as_it_became(tx, pushed, command)
    ids = standing.about(tx, command)
    queue.lock(tx, ids)
    given = standing.given(ctx, command.at, base)
    around = standing.since(ctx, command, ids, given, standing.read(base))
    verdicts = {
        id_: who_wins.decide(command, one, given) if _concerns(one, given) else _HIDDEN
        for id_, one in around.items()
    }
    if isinstance(targets := getattr(command, "targets", None), c.Targets) and targets.ids:
        return _of_several(ctx, command, targets, verdicts)
    if not verdicts:
        return _edited(ctx, command, base)
    ((id_, verdict),) = verdicts.items()
    return _of_one(ctx, command, base, around[id_], verdict)


def _refuse_foreign(tx: Tx, pushed: Pushed) -> None:
    """An id that another's command has is no repeat of one's own."""
    row = history.get(tx, pushed.id)
    if row is not None and row["person_id"] != pushed.person_id:
        raise _Failed


def _as_it_became(tx: Tx, pushed: Pushed, command: c.Command) -> c.Command:
    """What a desk has begun under an id of its own may have been there already under another one."""
    contact_id = getattr(command, "contact_id", None)
    if contact_id is not None and not isinstance(command, c.StartConversation):
        survivor = contacts.survivor(tx, contact_id)
        return replace(command, contact_id=survivor)  # type: ignore[call-arg]
    conversation_id = getattr(command, "conversation_id", None)
    if conversation_id is None or isinstance(command, c.StartConversation):
        return command
    found = queue.begun_as(tx, pushed.person_id, conversation_id)
    return command if found is None else replace(command, conversation_id=found)  # type: ignore[call-arg]


def _concerns(now: Standing, given: Given) -> bool:
    """Whether its author may see it, or had it when they gave the command; of all else not even
    whose it is may be told."""
    return now.sees or given.by in now.answered


_HIDDEN: Final = Verdict(
    Way.REFUSE, "not_found", "This is not there any more, or it is not yours to see."
)
"""Whatever it was: nobody learns what there is by asking for it."""


def _of_several(
    ctx: Context, command: c.Command, targets: c.Targets, verdicts: Mapping[UUID, Verdict]
) -> _Answer:
    """Those that stand as their author saw them; the others are named."""
    verdicts = {id_: verdicts.get(id_, _HIDDEN) for id_ in targets.ids}
    against = {id_: verdict for id_, verdict in verdicts.items() if verdict is not RUN}
    if len(against) == len(verdicts):
        return _stopped(next(iter(against.values())))
    if not against:
        return _executed(ctx, command)
    rest = tuple(id_ for id_ in verdicts if id_ not in against)
    answer = _executed(ctx, replace(command, targets=c.Targets(rest)))  # type: ignore[call-arg]
    first = next(iter(against.values()))
    title = f"{answer.result['title']}; not {len(against):,} of {len(verdicts):,}. {first.title}"
    kept = [str(id_) for id_ in against]
    result = {**_words(title, first.next_step, first.rule), "by": first.by, "kept": kept}
    return _Answer("held", result, answer.changes)


def _of_one(
    ctx: Context, command: c.Command, base: Mapping[str, Any], now: Standing, verdict: Verdict
) -> _Answer:
    if isinstance(command, c.Reply) and verdict.way in (Way.HOLD, Way.SUGGEST):
        if verdict.way is Way.SUGGEST or verdict.rule not in command.confirmed:
            return _kept_message(ctx, command, now, verdict)
    elif verdict is not RUN:
        return _stopped(verdict)
    if isinstance(command, c.AddNote) and not now.sees:
        return _executed(ctx, command, writing.noted)
    return _edited(ctx, command, base)


def _kept_message(ctx: Context, command: c.Reply, now: Standing, verdict: Verdict) -> _Answer:
    """The message is stored and waits for a person: for its writer, or as a suggestion for whoever
    has the conversation now (docs/decisions/0012)."""
    leaves = verdict.way is Way.SUGGEST and not now.sees
    answer = _executed(ctx, command, writing.queued if leaves else None)
    entry = outbox.get(ctx.tx, command.outbox_id)
    if entry.state is OutboxState.QUEUED:
        reason = CheckResult(verdict.rule, Checked.HELD, _told(ctx, verdict))
        stopping.stop(ctx.tx, entry, reason, at=ctx.now)
    place = "suggestion" if verdict.way is Way.SUGGEST else "outbox"
    result = {**_words(verdict.title, verdict.next_step, verdict.rule), "by": verdict.by}
    return _Answer("held", {**result, "place": place}, answer.changes)


def _told(ctx: Context, verdict: Verdict) -> str:
    """As the thread says it, to whoever decides there."""
    if verdict.way is not Way.SUGGEST:
        return verdict.title
    author = people.names(ctx.tx)[ctx.actor.person_id]
    return f"{author} wrote this before the conversation changed hands."


def _edited(ctx: Context, command: c.Command, base: Mapping[str, Any]) -> _Answer:
    """Run it; an edit is first compared with what stands there (GC5)."""
    before = base.get("before")
    if type(command) not in edits.EDITS or not isinstance(before, dict):
        return _executed(ctx, command)
    now = edits.stands(ctx.tx, command) or _supposed(ctx, command)
    if now is None or now == before:
        return _executed(ctx, command)
    command, verdict = edits.merged(command, before, now)
    if verdict is not RUN:
        return _stopped(verdict)
    return _executed(ctx, command)


class _Supposed(Exception):
    """Ends a part of which nothing is to stay."""


def _supposed(ctx: Context, command: c.Command) -> dict[str, Any] | None:
    """What stands where an edit would write."""
    found: list[dict[str, Any] | None] = []
    try:
        with savepoint(ctx.tx):
            execute(ctx, command)
            found.append(edits.before(ctx.tx, command))
            raise _Supposed
    except _Supposed:
        return found[0]


def _executed(ctx: Context, command: c.Command, handler: Handler | None = None) -> _Answer:
    """With what follows from any change, as `services.desk` does on a file of one's own."""
    done = execute(ctx, command, handler)
    changes = done.changes | boundaries.cross(ctx.tx, ctx.now)
    chosen = covers.settle(ctx.tx, ctx.now)
    if chosen:
        changes |= Changes.of(conversation=chosen)
    return _Answer("done", _done_words(command, done), changes)


# --- answering ------------------------------------------------------------------------------------


def _done_words(command: c.Command, done: Done) -> dict[str, Any]:
    words: dict[str, Any] = {"title": _clean(done.label), "count": done.count}
    if done.kept:
        words["kept"] = [str(id_) for id_ in done.kept]
    if isinstance(command, c.StartConversation):
        (place,) = done.changes.touched[Thing.CONVERSATION]
        if place != command.conversation_id:
            words |= {"asked": str(command.conversation_id), "is": str(place)}
    return words


def _stopped(verdict: Verdict) -> _Answer:
    state = "held" if verdict.way is Way.ASK else "refused"
    result = _words(verdict.title, verdict.next_step, verdict.rule)
    return _Answer(state, {**result, "by": verdict.by})


def _refused(error: DeskError) -> _Answer:
    if isinstance(error, NotFoundError):
        return _stopped(_HIDDEN)
    rule = error.rule if isinstance(error, RefusedError) else ""
    return _Answer("refused", _words(error.title, error.next_step, rule))


def _words(title: str, next_step: str, rule: str) -> dict[str, Any]:
    return {"title": _clean(title), "next_step": _clean(next_step), "rule": _clean(rule)}


def _clean(text: str) -> str:
    """As PostgreSQL keeps it: an error's words may hold what somebody pushed."""
    return clean_intake(text).replace("\0", "\N{SYMBOL FOR NULL}")[:_LONGEST]


_LONGEST: Final = 1_000
