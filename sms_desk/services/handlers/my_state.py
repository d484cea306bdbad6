"""What changes for the actor alone: read markers, pins, mutes, drafts (R10, R48)."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from sms_desk.domain import commands as c
from sms_desk.domain.changes import Changes
from sms_desk.services.context import Context
from sms_desk.services.effects import Effect, conversations
from sms_desk.services.handlers.targets import resolve
from sms_desk.store import inbox, my_states
from sms_desk.store.team_states import chunks


def mark_read(ctx: Context, command: c.MarkRead) -> Effect:
    """The marker moves forward only; seeing the end also clears a nudge (R9)."""
    ids = resolve(ctx, c.Targets.one(command.conversation_id))
    before = my_states.read_positions(ctx.tx, ctx.actor.person_id, ids)
    position = max(before.get(command.conversation_id, 0), command.position)
    my_states.set_many(
        ctx.tx,
        ctx.actor.person_id,
        {command.conversation_id: {"read_position": position, "nudge_seen": position}},
    )
    return Effect(Changes.of(my_state=command.conversation_id))


def mark_unread(ctx: Context, command: c.MarkUnread) -> Effect:
    """Back to before the latest inbound message; where nothing came in, nothing changes."""
    ids = resolve(ctx, command.targets)
    before: dict[UUID, int] = {}
    after: dict[UUID, dict[str, Any]] = {}
    for part in chunks(ids):
        latest = inbox.latest_inbound(ctx.tx, part)
        markers = my_states.read_positions(ctx.tx, ctx.actor.person_id, part)
        for id_ in part:
            if latest.get(id_) and markers.get(id_, 0) >= latest[id_]:
                before[id_] = markers[id_]
                after[id_] = {"read_position": latest[id_] - 1}
    my_states.set_many(ctx.tx, ctx.actor.person_id, after)
    restore = c.RestoreReadMarkers(id=command.id, at=command.at, markers=tuple(before.items()))
    return Effect(
        Changes.of(my_state=frozenset(after)) if after else Changes(),
        len(after),
        f"Marked {conversations(len(after))} unread",
        inverse=(restore,) if after else (),
    )


def restore_read_markers(ctx: Context, command: c.RestoreReadMarkers) -> Effect:
    """Forward only: what was read since stays read."""
    seen = inbox.visible(ctx.tx, ctx.reach, [id_ for id_, _ in command.markers])
    wanted = {id_: at for id_, at in command.markers if id_ in seen}
    now = my_states.read_positions(ctx.tx, ctx.actor.person_id, wanted)
    markers = {id_: {"read_position": max(at, now.get(id_, 0))} for id_, at in wanted.items()}
    my_states.set_many(ctx.tx, ctx.actor.person_id, markers)
    return Effect(Changes.of(my_state=frozenset(markers)), len(markers))


def pin(ctx: Context, command: c.Pin) -> Effect:
    return _flag(ctx, command, "pinned", "Pinned" if command.on else "Unpinned")


def mute(ctx: Context, command: c.Mute) -> Effect:
    return _flag(ctx, command, "muted", "Muted" if command.on else "Unmuted")


def _flag(ctx: Context, command: c.Pin | c.Mute, name: str, verb: str) -> Effect:
    ids = resolve(ctx, command.targets)
    had = my_states.with_flag(ctx.tx, ctx.actor.person_id, name, ids)
    moved = [id_ for id_ in ids if (id_ in had) != command.on]
    my_states.set_many(ctx.tx, ctx.actor.person_id, {id_: {name: command.on} for id_ in moved})
    back = type(command)(
        id=command.id, at=command.at, targets=c.Targets(tuple(moved)), on=not command.on
    )
    return Effect(
        Changes.of(my_state=frozenset(moved)) if moved else Changes(),
        len(moved),
        f"{verb} {conversations(len(moved))}",
        inverse=(back,) if moved else (),
    )


def save_draft(ctx: Context, command: c.SaveDraft) -> Effect:
    resolve(ctx, c.Targets.one(command.conversation_id))
    my_states.save_draft(
        ctx.tx,
        ctx.actor.person_id,
        command.conversation_id,
        command.mode,
        command.body,
        command.at,
    )
    return Effect(Changes.of(draft=command.conversation_id))
