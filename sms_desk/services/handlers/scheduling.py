"""Writing what is to be sent later, changing it, and thinking better of it (R36)."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from sms_desk.domain import commands as c
from sms_desk.domain.changes import Changes
from sms_desk.domain.errors import RefusedError, UsageError
from sms_desk.domain.model import DraftMode
from sms_desk.domain.send_later import place_name
from sms_desk.domain.wall_time import require_zone
from sms_desk.services import covers
from sms_desk.services.context import Context
from sms_desk.services.effects import Effect
from sms_desk.services.handlers.targets import resolve
from sms_desk.services.handlers.writing import message_of, refuse_other_sender, said
from sms_desk.store import conversations, my_states, scheduled
from sms_desk.store.scheduled import ScheduledState

_FURTHEST = timedelta(days=366)
"""What is planned for longer is a campaign's business, and R61 leaves those to others."""


def schedule(ctx: Context, command: c.Schedule) -> Effect:
    resolve(ctx, c.Targets.one(command.conversation_id))
    refuse_other_sender(ctx, command.conversation_id, command.sender_id)
    _require_later(ctx, command.due_at, command.zone)
    place = conversations.load(ctx.tx, [command.conversation_id])[command.conversation_id]
    body, values = said(ctx, command)
    scheduled.insert(
        ctx.tx,
        {
            "id": command.scheduled_id,
            "conversation_id": command.conversation_id,
            "sender_id": command.sender_id,
            "body": body,
            "content_sid": command.content_sid,
            "content_variables": values,
            "author_id": ctx.actor.person_id,
            "on_behalf_id": covers.on_behalf_of(
                ctx.tx, ctx.now, ctx.actor.person_id, command.conversation_id
            ),
            "owner_epoch": place["owner_epoch"],
            "seen_version": command.seen_version,
            "confirmed": sorted(set(command.confirmed)),
            "due_at": command.due_at,
            "zone": command.zone,
            "created_at": command.at,
            "changed_at": command.at,
            "state": ScheduledState.WAITING,
        },
    )
    if command.content_sid is None:  # a template leaves what stands half-typed where it is
        _keep_draft(ctx, command.conversation_id, "")
    back = c.CancelScheduled(id=command.id, at=command.at, scheduled_id=command.scheduled_id)
    changes = Changes.of(
        scheduled=command.scheduled_id,
        conversation=command.conversation_id,
        draft=command.conversation_id,
    )
    label = f"Scheduled for {_when(command.due_at, command.zone)}"
    return Effect(changes, 1, label, inverse=(back,))


def edit_scheduled(ctx: Context, command: c.EditScheduled) -> Effect:
    """Whoever changes it has read the conversation as it stands: its base moves along (GS6).

    A substitute who changes its text is its writer from now on, for the absent one (R26); a message
    that nobody changes goes out as its writer's, also while they are away.
    """
    before = _waiting(ctx, command)
    if before["content_sid"] is not None and command.body != before["body"]:
        raise UsageError(
            "The text of an approved template stays as it is.",
            "Cancel it, and schedule the template with other values.",
        )
    if command.due_at > ctx.now:
        _require_later(ctx, command.due_at, command.zone)
    place = conversations.load(ctx.tx, [before["conversation_id"]])[before["conversation_id"]]
    scheduled.change(
        ctx.tx,
        command.scheduled_id,
        body=message_of(command.body),
        due_at=command.due_at,
        zone=command.zone,
        changed_at=command.at,
        seen_version=place["version"],
        owner_epoch=place["owner_epoch"],
        **_written_by(ctx, before, command.body),
    )
    back = c.EditScheduled(
        id=command.id,
        at=command.at,
        scheduled_id=command.scheduled_id,
        body=before["body"],
        due_at=before["due_at"],
        zone=before["zone"],
    )
    return _effect(before, "Changed the scheduled message", back)


def _written_by(ctx: Context, before: Any, body: str) -> dict[str, UUID]:
    me, writer = ctx.actor.person_id, before["author_id"]
    absent = before["on_behalf_id"] or writer
    if me in (writer, absent) or message_of(body) == before["body"]:
        return {}
    if before["id"] in covers.minded(ctx.tx, ctx.now, me) or absent == covers.on_behalf_of(
        ctx.tx, ctx.now, me, before["conversation_id"]
    ):
        return {"author_id": me, "on_behalf_id": absent}
    return {}


def cancel_scheduled(ctx: Context, command: c.CancelScheduled) -> Effect:
    """Its writer gets the text back as a draft, where nothing else has been begun since (R10)."""
    if command.cancelled:
        before = _waiting(ctx, command)
        state, label = ScheduledState.CANCELLED, "Cancelled the scheduled message"
        _move_draft(ctx, before, "", before["body"])
    else:
        before = _seen(ctx, command)
        if before["state"] != ScheduledState.CANCELLED or before["due_at"] <= ctx.now:
            raise RefusedError(
                "Its time is over.", "Write it again, for another time.", rule="scheduled"
            )
        state, label = ScheduledState.WAITING, "Scheduled the message again"
        _move_draft(ctx, before, before["body"], "")
    scheduled.change(ctx.tx, command.scheduled_id, state=state, changed_at=command.at)
    back = c.CancelScheduled(
        id=command.id,
        at=command.at,
        scheduled_id=command.scheduled_id,
        cancelled=not command.cancelled,
    )
    return _effect(before, label, back)


def _move_draft(ctx: Context, row: Any, expected: str, body: str) -> None:
    """Put `body` where `expected` stands; whatever else the writer has typed stays."""
    if row["content_sid"] is not None or row["author_id"] != ctx.actor.person_id:
        return
    drafts = my_states.drafts(ctx.tx, ctx.actor.person_id, row["conversation_id"])
    if drafts.get(DraftMode.REPLY, "") == expected:
        _keep_draft(ctx, row["conversation_id"], body)


def _keep_draft(ctx: Context, conversation_id: UUID, body: str) -> None:
    my_states.save_draft(
        ctx.tx, ctx.actor.person_id, conversation_id, DraftMode.REPLY, body, ctx.now
    )


def _when(at: datetime, zone: str) -> str:
    local = at.astimezone(require_zone(zone))
    return f"{local:%a} {local.day} {local:%b %H:%M} in {place_name(zone)}"


def _effect(row: Any, label: str, back: c.Command) -> Effect:
    changes = Changes.of(
        scheduled=row["id"], conversation=row["conversation_id"], draft=row["conversation_id"]
    )
    return Effect(changes, 1, label, inverse=(back,))


def _seen(ctx: Context, command: c.EditScheduled | c.CancelScheduled) -> Any:
    """The row, if its conversation may be seen, or if the actor looks after it for who is away."""
    row = scheduled.get(ctx.tx, command.scheduled_id)
    if row["id"] not in covers.minded(ctx.tx, ctx.now, ctx.actor.person_id):
        resolve(ctx, c.Targets.one(row["conversation_id"]))
    return row


def _waiting(ctx: Context, command: c.EditScheduled | c.CancelScheduled) -> Any:
    row = _seen(ctx, command)
    if row["state"] == ScheduledState.WAITING:
        return row
    what = (
        "It was cancelled." if row["state"] == ScheduledState.CANCELLED else "It was due already."
    )
    raise RefusedError(what, "See the thread for what became of it.", rule="scheduled")


def _require_later(ctx: Context, due_at: datetime, zone: str) -> None:
    require_zone(zone)
    if due_at <= ctx.now:
        raise UsageError("A scheduled message goes in the future.", "Choose a later time.")
    if due_at - ctx.now > _FURTHEST:
        raise UsageError("That is more than a year away.", "Choose a nearer time.")
