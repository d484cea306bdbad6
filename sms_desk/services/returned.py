"""What a desk still waits for, and what came back to its person (R33, GC5).

A command that the workspace did not do stays with its author's own words until they put it away.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any, Final
from uuid import UUID

from sms_desk.domain import commands as c
from sms_desk.domain.command_codec import decode
from sms_desk.domain.commands import Command
from sms_desk.domain.errors import DeskError, NotFoundError, RefusedError
from sms_desk.services import asked, inbox
from sms_desk.services.composing import GOOD_FOR
from sms_desk.services.context import Context
from sms_desk.services.desk import Stamp
from sms_desk.services.rows import InboxRow
from sms_desk.services.team_rows import Returned, ReturnedState
from sms_desk.store import conversations
from sms_desk.store import inbox as inbox_store
from sms_desk.store.ids import new_id
from sms_desk.store.replica import pending
from sms_desk.store.replica.pending import Pending
from sms_desk.store.replica.tables import DRAFT

_SILENT: Final = frozenset(("mark_read", "mark_unread", "pin", "mute", "show_notices"))
"""What one does for oneself alone: nobody asks whether the workspace has it yet."""
_NEVER_AGAIN: Final = frozenset(("not_found", "opt_out", "size"))
"""Rules that say no a second time, too."""


def returned(ctx: Context) -> tuple[Returned, ...]:
    """What came back and was not put away yet, newest first."""
    found = pending.returned(ctx.tx)
    ids = {place for one in found if (place := _place(one)) is not None}
    seen = inbox_store.visible(ctx.tx, ctx.reach, list(ids)) if ids else frozenset[UUID]()
    rows = {row.id: row for row in inbox.rows(ctx, sorted(seen))} if seen else {}
    return tuple(_row(one, rows) for one in reversed(found))


def again(ctx: Context, command_id: UUID, stamp: Stamp) -> Command:
    """The same command as of now: what stands in the conversation counts as seen, and what may be
    waived is waived. Raises NotFoundError, RefusedError where it cannot help."""
    one = pending.find(ctx.tx, command_id)
    if one is None or one.state not in pending.BACK:
        raise NotFoundError("This has been dealt with already.")
    if not _may_repeat(one):
        raise RefusedError(
            "The same once more would be refused once more.",
            "Copy the text, and drop it here.",
            rule="repeat",
        )
    command = decode(one.kind, stamp["id"], stamp["at"], one.args)
    if isinstance(command, c.Reply):
        stands = conversations.load(ctx.tx, [command.conversation_id])
        version = stands[command.conversation_id]["version"] if stands else command.seen_version
        waived = {*command.confirmed, str(one.result.get("rule", ""))} - {""}
        return replace(
            command,
            outbox_id=new_id(),
            seen_version=version,
            confirmed=tuple(sorted(waived)),
            not_after=stamp["at"] + GOOD_FOR,
        )
    if isinstance(command, c.AddNote):
        return replace(command, note_id=new_id())
    return command


def waiting(ctx: Context) -> frozenset[UUID]:
    """Outbox entries, notes and conversations of which something done here is not with the
    workspace yet."""
    found: set[UUID] = set()
    for one in pending.open_ones(ctx.tx):
        if one.kind in _SILENT:
            continue
        named = [one.args.get(name) for name in ("outbox_id", "note_id", "conversation_id")]
        targets = one.args.get("targets")
        if isinstance(targets, Mapping):
            named += targets.get("ids", ())
        found.update(UUID(text) for text in named if isinstance(text, str))
    return frozenset(found)


def _row(one: Pending, rows: Mapping[UUID, InboxRow]) -> Returned:
    place = _place(one)
    row = None if place is None else rows.get(place)
    return Returned(
        id=one.id,
        at=one.at,
        label=asked.called(one.kind),
        text=_text(one.args),
        title=_told(one),
        next_step=str(one.result.get("next_step", "")),
        conversation_id=None if row is None else row.id,
        state=ReturnedState.HELD if one.state is pending.State.HELD else ReturnedState.REFUSED,
        again=_may_repeat(one) and (place is None or row is not None),
        contact_name="" if row is None else row.contact_name,
        peer="" if row is None else row.peer,
        is_note=one.kind == "add_note" or one.args.get("mode") == "note",
    )


def _told(one: Pending) -> str:
    if one.kind == DRAFT:
        return "The conversation went to somebody else while this was being written."
    return str(one.result.get("title", ""))


def _place(one: Pending) -> UUID | None:
    """The one conversation that it is about; None of several, or of none."""
    named = one.args.get("conversation_id")
    targets = one.args.get("targets")
    if named is None and isinstance(targets, Mapping) and len(targets.get("ids") or ()) == 1:
        named = targets["ids"][0]
    return UUID(named) if isinstance(named, str) else None


def _text(args: Mapping[str, Any]) -> str:
    return str(args.get("body") or args.get("name") or "")


def _may_repeat(one: Pending) -> bool:
    """Not what is done in part, nor what waits with somebody else as a suggestion."""
    done = "kept" in one.result or "place" in one.result
    if one.kind == DRAFT or done or one.result.get("rule") in _NEVER_AGAIN:
        return False
    try:
        decode(one.kind, one.id, one.at, one.args)
    except DeskError:
        return False
    return True
