"""What a desk of a team has asked of the workspace and cannot do itself: how that is called, and which
of it can be taken back before the workspace has answered."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Final
from uuid import UUID

from sms_desk.domain import commands as c
from sms_desk.domain.changes import EVERYTHING
from sms_desk.domain.command_codec import decode, kind_of
from sms_desk.domain.errors import NotFoundError, RefusedError
from sms_desk.services.effects import conversations
from sms_desk.services.executor import Done
from sms_desk.services.rows import UndoOffer
from sms_desk.store import commands as history
from sms_desk.store import people
from sms_desk.store.engine import Tx
from sms_desk.store.replica import pending
from sms_desk.store.replica.pending import Pending, State
from sms_desk.store.replica.tables import DRAFT

_CALLED: Final[Mapping[str, str]] = {
    DRAFT: "Draft",
    "reply": "Reply",
    "add_note": "Note",
    "schedule": "Scheduled message",
    "edit_scheduled": "Scheduled message",
    "start_conversation": "New conversation",
    "assign": "Assignment",
    "reassign": "Reassignment",
    "take_over": "Taking over",
    "take_from_cover": "Taking over from the cover",
    "close": "Closing",
    "reopen": "Reopening",
    "snooze": "Snoozing",
    "add_tag": "Tag",
    "remove_tag": "Removing a tag",
    "undo": "Undo",
    "plan_absence": "Absence",
    "change_absence": "Change of an absence",
    "end_absence": "End of an absence",
    "hand_over": "Handing over",
    "hold_sender": "Holding of a sender ID",
    "hold_senders": "Holding of sender IDs",
    "rename_contact": "Name of a contact",
}


def called(kind: str) -> str:
    """What people call a command; of another one the command's own word."""
    return _CALLED.get(kind, kind.replace("_", " ").capitalize())


def command_of(one: Pending) -> c.Command:
    return decode(one.kind, one.id, one.at, one.args)


def words(tx: Tx, command: c.Command) -> str:
    """What was asked: "Reassignment, 3 conversations, to Ben"."""
    return ", ".join(_words(tx, command))


def _words(tx: Tx, command: c.Command) -> Iterator[str]:
    yield called(kind_of(command))
    targets = getattr(command, "targets", None)
    if isinstance(targets, c.Targets):
        yield conversations(len(targets.ids)) if targets.matching is None else "all that match"
    if isinstance(command, c.Reassign):
        takers = {share.person_id for share in command.shares}
        if len(takers) == 1:
            yield f"to {people.names(tx).get(takers.pop(), 'somebody unknown')}"
        else:
            yield f"among {len(takers):,} people"


def undo_offer(tx: Tx, command: c.Command) -> UndoOffer | None:
    """A way back from what is done to conversations: all of that can be taken back."""
    if not isinstance(getattr(command, "targets", None), c.Targets):
        return None
    return UndoOffer(command.id, words(tx, command))


def answer(tx: Tx, one: Pending) -> Done:
    """What became of one that somebody has waited for. Raises RefusedError, NotFoundError."""
    title, said = str(one.result.get("title", "")), one.result
    if one.state is not State.DONE:
        rule, step = str(said.get("rule", "")), str(said.get("next_step", ""))
        raise (
            NotFoundError(title, step)
            if rule == "not_found"
            else RefusedError(title, step, rule=rule)
        )
    row = history.get(tx, one.id)
    undoable = row is not None and row["inverse"] is not None
    return Done(
        one.id,
        EVERYTHING,
        int(said.get("count", 0)),
        title,
        UndoOffer(one.id, title) if undoable else None,
        kept=tuple(map(UUID, said.get("kept", ()))),
    )


def newest_undoable(tx: Tx) -> tuple[Pending, UndoOffer] | None:
    """Of what has no effect here yet, and was not taken back since; None if there is nothing."""
    asked = pending.open_ones(tx)
    undone = {UUID(one.args["command_id"]) for one in asked if one.kind == "undo"}
    for one in reversed(asked):
        if one.id in undone or history.seen(tx, one.id):
            continue
        offer = undo_offer(tx, command_of(one))
        if offer is not None:
            return one, offer
    return None
