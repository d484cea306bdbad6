"""Team state, owner, tags and source of conversations, one or a hundred thousand at once.

Each change appends one event a conversation, holding what was before and what is after. Undo reads
them: what still stands as the batch left it goes back, what somebody moved since stays.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import replace
from typing import Any
from uuid import UUID

from sms_desk.domain import audit, team_state
from sms_desk.domain import commands as c
from sms_desk.domain.audit import Deed, Kind
from sms_desk.domain.changes import Changes
from sms_desk.domain.errors import RefusedError, UsageError
from sms_desk.domain.model import SourceKind, SourceReason, TeamState
from sms_desk.domain.plain_text import display_name
from sms_desk.domain.team_state import Happening, State
from sms_desk.services import telling
from sms_desk.services.context import Context
from sms_desk.services.effects import Effect, conversations
from sms_desk.services.handlers import owners
from sms_desk.services.handlers.targets import resolve, seen
from sms_desk.services.words import peer_text
from sms_desk.store import conversations as conversation_store
from sms_desk.store import (
    events,
    message_sources,
    people,
    programs,
    reassigning,
    tags,
    team_states,
)
from sms_desk.store.events import Alike, Event, EventKind, owner_in
from sms_desk.store.ids import derived
from sms_desk.store.types import from_micros, to_micros

_INSTANTS = frozenset({"snoozed_until", "state_at", "closed_at", "taken_over_at", "human_since"})
_IDS = frozenset({"owner_id", "source_program_id", "source_from_id", "program_id"})
_STATE = ("team_state", "snoozed_until", "state_at", "closed_at")
_SOURCE = ("source_kind", "source_program_id", "source_from_id", "source_reason", "taken_over_at")


# --- team state -----------------------------------------------------------------------------------


def close(ctx: Context, command: c.Close) -> Effect:
    return _move(ctx, command, command.targets, Happening.CLOSE, EventKind.CLOSED, "Closed")


def reopen(ctx: Context, command: c.Reopen) -> Effect:
    return _move(ctx, command, command.targets, Happening.REOPEN, EventKind.REOPENED, "Reopened")


def snooze(ctx: Context, command: c.Snooze) -> Effect:
    if command.until <= ctx.now:
        raise UsageError("A snooze ends in the future.", "Choose a later time.")
    return _move(
        ctx, command, command.targets, Happening.SNOOZE, EventKind.SNOOZED, "Snoozed", command.until
    )


def _move(
    ctx: Context,
    command: c.Command,
    targets: c.Targets,
    happening: Happening,
    kind: EventKind,
    verb: str,
    until: Any = None,
) -> Effect:
    """Move those that are not there yet; the others are left alone and not counted."""
    before = team_states.load(ctx.tx, resolve(ctx, targets))
    after = team_state.move(team_state.OPEN, happening, at=ctx.now, until=until)
    moved = {id_: row for id_, row in before.items() if _state(row) != after}
    team_states.set_state(ctx.tx, moved, after, ctx.now)
    happened = (
        Alike(kind, "person", _before_after(ctx, row, after), [id_]) for id_, row in moved.items()
    )
    owners.note(ctx, command, happened)
    _refresh(ctx, moved)
    return Effect(
        Changes.of(conversation=frozenset(moved)) if moved else Changes(),
        len(moved),
        f"{verb} {conversations(len(moved))}",
        by_events=bool(moved),
    )


def _state(row: Mapping[Any, Any]) -> State:
    return State(TeamState(row["team_state"]), row["snoozed_until"])


def _before_after(ctx: Context, row: Mapping[Any, Any], after: State) -> dict[str, Any]:
    """after holds the instant too: the same state, but come to again since, is somebody else's."""
    return {
        "before": _plain(row, _STATE),
        "after": {
            "team_state": after.team_state,
            "snoozed_until": after.snoozed_until and to_micros(after.snoozed_until),
            "state_at": to_micros(ctx.now),
        },
    }


# --- owner ----------------------------------------------------------------------------------------


def assign(ctx: Context, command: c.Assign) -> Effect:
    name = "nobody"
    if command.owner_id is not None:
        people.actor(ctx.tx, command.owner_id)  # raises for a stranger or a suspended person
        name = people.names(ctx.tx)[command.owner_id]
    before = team_states.load(ctx.tx, resolve(ctx, command.targets))
    moved = {id_: row for id_, row in before.items() if row["owner_id"] != command.owner_id}
    given = dict.fromkeys(moved, command.owner_id)
    moves = owners.give(ctx, command, moved, given, "person")
    telling.assigned(ctx, command.id, command.owner_id, moved)
    return Effect(
        Changes.of(conversation=frozenset(moved)) if moved else Changes(),
        len(moved),
        f"Assigned {conversations(len(moved))} to {name}",
        by_events=bool(moved),
        audit=Deed(Kind.ASSIGNED, **audit.owners(moves)),
    )


# --- tags -----------------------------------------------------------------------------------------


def add_tag(ctx: Context, command: c.AddTag) -> Effect:
    if not command.name.strip():
        raise UsageError("A tag needs a name.", "Type a word, such as “coats”.")
    ids = resolve(ctx, command.targets)
    tag_id = tags.ensure(ctx.tx, command.tag_id, command.name)
    fresh = [id_ for part in team_states.chunks(ids) for id_ in _without(ctx, tag_id, part)]
    tags.add(ctx.tx, tag_id, fresh)
    return _tagged(ctx, command, tag_id, fresh, EventKind.TAGGED)


def remove_tag(ctx: Context, command: c.RemoveTag) -> Effect:
    ids = resolve(ctx, command.targets)
    had = [
        id_ for part in team_states.chunks(ids) for id_ in tags.tagged(ctx.tx, command.tag_id, part)
    ]
    for part in team_states.chunks(had):
        tags.remove(ctx.tx, command.tag_id, part)
    return _tagged(ctx, command, command.tag_id, had, EventKind.UNTAGGED)


def _without(ctx: Context, tag_id: UUID, ids: Collection[UUID]) -> list[UUID]:
    have = tags.tagged(ctx.tx, tag_id, ids)
    return [id_ for id_ in ids if id_ not in have]


def _tagged(
    ctx: Context, command: c.Command, tag_id: UUID, ids: list[UUID], kind: EventKind
) -> Effect:
    owners.note(ctx, command, [Alike(kind, "person", {"tag": str(tag_id)}, ids)])
    verb = "Tagged" if kind is EventKind.TAGGED else "Removed the tag from"
    return Effect(
        Changes.of(conversation=frozenset(ids), tag=None) if ids else Changes(),
        len(ids),
        f"{verb} {conversations(len(ids))}",
        by_events=bool(ids),
    )


# --- source ---------------------------------------------------------------------------------------


def take_over(ctx: Context, command: c.TakeOver) -> Effect:
    """The campaign's reply becomes direct, from that campaign, until it sends again (R5)."""
    (row,) = _load(ctx, command.conversation_id).values()
    if row["source_program_id"] is None:
        raise RefusedError("This conversation answers no campaign or service.", rule="direct")
    after = {
        "source_kind": SourceKind.DIRECT,
        "source_program_id": None,
        "source_from_id": row["source_program_id"],
        "source_reason": SourceReason.TAKEN_OVER,
        "taken_over_at": command.at,
    }
    return _resource(ctx, command, row, after, EventKind.TAKEN_OVER, "Taken over")


def rebind_source(ctx: Context, command: c.RebindSource) -> Effect:
    """A person says what a conversation answers (R61)."""
    (row,) = _load(ctx, command.conversation_id).values()
    kind = SourceKind.DIRECT
    if command.program_id is not None:
        kind = SourceKind(programs.get(ctx.tx, command.program_id)["kind"])
    after = {
        "source_kind": kind,
        "source_program_id": command.program_id,
        "source_from_id": None,
        "source_reason": SourceReason.REBOUND,
        "taken_over_at": command.at if command.program_id is None else None,
    }
    told = _tell_message(ctx, command, kind)
    return _resource(ctx, command, row, after, EventKind.REBOUND, "Changed the source", told)


def release_automation(ctx: Context, command: c.ReleaseAutomation) -> Effect:
    """The auto-responder may answer here again; undo makes it silent since when it was (R51)."""
    (row,) = _load(ctx, command.conversation_id).values()
    if row["human_since"] is None:
        raise RefusedError("No automation is silent in this conversation.", rule="automation")
    after = {"human_since": None}
    team_states.restore(ctx.tx, [row["id"]], after)
    detail = {"before": _plain(row, after), "after": after}
    owners.note(ctx, command, [Alike(EventKind.RELEASED, "person", detail, [row["id"]])])
    changes = Changes.of(conversation=row["id"])
    return Effect(changes, 1, "Released the automation", by_events=True)


def _tell_message(ctx: Context, command: c.RebindSource, kind: SourceKind) -> dict[str, Any]:
    """The word stands with the message that it is about, so that later ones follow from it (R3).

    Returns what undo needs: the message's columns as they were.
    """
    message = message_sources.newest_answer(ctx.tx, command.conversation_id)
    if message is None:
        return {}
    position, after = message["position"], message_sources.said(message, kind, command.program_id)
    message_sources.restore(ctx.tx, position, after)
    return {"message": {"position": str(position), **_plain(message, after)}}


def _load(ctx: Context, conversation_id: UUID) -> dict[UUID, Any]:
    return team_states.load(ctx.tx, resolve(ctx, c.Targets.one(conversation_id)))


def _resource(
    ctx: Context,
    command: c.Command,
    row: Mapping[Any, Any],
    after: dict[str, Any],
    kind: EventKind,
    label: str,
    told: Mapping[str, Any] | None = None,
) -> Effect:
    team_states.restore(ctx.tx, [row["id"]], after)
    detail = {"before": _plain(row, _SOURCE), "after": _plain(after, _SOURCE), **(told or {})}
    owners.note(ctx, command, [Alike(kind, "person", detail, [row["id"]])])
    return Effect(Changes.of(conversation=row["id"]), 1, label, by_events=True)


# --- undo -----------------------------------------------------------------------------------------


def undo_batch(ctx: Context, batch_id: UUID, *, by: c.Command) -> Effect:
    """Put back what a batch did, where it still stands as the batch left it; the note names what
    does not. Count 0: something newer contradicts all of it. What its author sees no longer stays,
    unless it is this batch that gave it away (R31)."""
    done = events.of_batch(ctx.tx, batch_id)
    back = _standing(ctx, done)
    ids = {id_ for one in back for id_ in one.conversation_ids}
    stay = {id_: one.kind for one in done for id_ in one.conversation_ids if id_ not in ids}
    note = _contradicted(ctx, batch_id, stay, len(stay) + len(ids))
    if not back:
        return Effect(count=0, note=note)
    for one in back:
        _put_back(ctx, one)
    owners.note(ctx, by, map(_turned, back))
    _refresh(
        ctx, {id_ for one in back if one.kind not in _NO_CACHE for id_ in one.conversation_ids}
    )
    changes = Changes.of(conversation=frozenset(ids), tag=None)
    moves: dict[UUID, tuple[UUID | None, UUID | None]] = {}
    for one in back:
        if one.kind is EventKind.ASSIGNED:
            moves |= dict.fromkeys(one.conversation_ids, _returned(one))
    return Effect(changes, len(ids), note=note, moves=moves or None, kept=tuple(stay))


def _standing(ctx: Context, done: Sequence[Alike]) -> list[Alike]:
    """What a batch did, as far as it still stands and is the actor's to put back."""
    columns = tuple(sorted({name for one in done for name in one.detail.get("after", ())}))
    now = team_states.load(ctx.tx, [id_ for one in done for id_ in one.conversation_ids], columns)
    given = {id_ for one in done if one.kind is EventKind.ASSIGNED for id_ in one.conversation_ids}
    within = given | seen(ctx, now.keys() - given)
    found = []
    for one in done:
        after = _values(one.detail.get("after", {}))
        ids = [
            id_
            for id_ in one.conversation_ids
            if id_ in within and {name: now[id_][name] for name in after} == after
        ]
        if ids:
            found.append(replace(one, conversation_ids=ids))
    return found


_NO_CACHE = frozenset({EventKind.ASSIGNED, EventKind.TAGGED, EventKind.UNTAGGED})
"""What no cached column hangs on."""


_WITH_ROUTED = {EventKind.ASSIGNED: (EventKind.ASSIGNED, EventKind.ROUTED)}


def _contradicted(ctx: Context, batch_id: UUID, stay: Mapping[UUID, EventKind], of: int) -> str:
    """How many stay as they are, who changed them since, and which these are (R30), as far as the
    actor sees them. stay: what the batch did to each; of: to how many it did something."""
    if not stay:
        return ""
    done = set(stay.values())
    kinds = {kind for one in done for kind in _WITH_ROUTED.get(one, tuple(EventKind))}
    ids = seen(ctx, stay)
    by = reassigning.changed_since(ctx.tx, batch_id, ids, sorted(kinds))
    names = people.names(ctx.tx)
    known = sorted({names[one] for one in by if one in names})
    verb = "assigned again" if done == {EventKind.ASSIGNED} else "changed again"
    was = "was" if len(stay) == 1 else "were"
    words = f"{len(stay):,} of {of:,} {was} {verb} since"
    if known:
        words = f"{words}, by {' and '.join(known)}"
    return f"{words}: {_which(ctx, ids)}." if ids else f"{words}."


def _which(ctx: Context, ids: Collection[UUID]) -> str:
    """Some conversations by the names of their contacts, the newest first; of many the number."""
    found = reassigning.named(ctx.tx, ids)
    shown = [
        display_name(one.contact_name, 32) or peer_text(one.reply_raw) for one in found[:_SHOWN]
    ]
    more = len(found) - len(shown)
    return f"{', '.join(shown)} and {more:,} more" if more else ", ".join(shown)


_SHOWN = 5


def _put_back(ctx: Context, done: Alike) -> None:
    """Columns, tags and what a message was said to be, as before it was done."""
    ids, detail = done.conversation_ids, done.detail
    if "before" in detail:
        team_states.restore(ctx.tx, ids, _values(detail["before"]))
    if "tag" in detail:
        change = tags.remove if done.kind is EventKind.TAGGED else tags.add
        for part in team_states.chunks(ids):
            change(ctx.tx, UUID(detail["tag"]), part)
    message = dict(detail.get("message", {}))
    if message:
        position = int(message.pop("position"))
        message_sources.restore(ctx.tx, position, _values(message))


_OPPOSITE = {
    EventKind.TAGGED: EventKind.UNTAGGED,
    EventKind.UNTAGGED: EventKind.TAGGED,
    EventKind.CLOSED: EventKind.REOPENED,
    EventKind.REOPENED: EventKind.CLOSED,
    EventKind.SNOOZED: EventKind.WOKEN,
    EventKind.RELEASED: EventKind.SILENCED,
}


def _turned(done: Alike) -> Alike:
    """What happens when it is put back."""
    detail = dict(done.detail)
    if "before" in detail:
        after = detail.get("after", {})
        detail |= {"before": after, "after": {name: detail["before"].get(name) for name in after}}
    return Alike(_OPPOSITE.get(done.kind, done.kind), "undo", detail, done.conversation_ids)


def _returned(done: Alike) -> tuple[UUID | None, UUID | None]:
    """Of what changed hands: whose it was until now, and whose it is again."""
    return owner_in(done.detail["after"]), owner_in(done.detail["before"])


# --- shared ---------------------------------------------------------------------------------------


def _refresh(ctx: Context, ids: Collection[UUID]) -> None:
    for part in team_states.chunks(ids):
        conversation_store.refresh(ctx.tx, part)


def _plain(row: Mapping[Any, Any], names: Iterable[str]) -> dict[str, Any]:
    """Columns as JSON's own types: ids as text, instants as microseconds."""
    return {name: _plain_value(name, row[name]) for name in names}


def _plain_value(name: str, value: Any) -> Any:
    if value is None:
        return None
    if name in _INSTANTS:
        return to_micros(value)
    return str(value)


def _values(plain: Mapping[str, Any]) -> dict[str, Any]:
    """The way back from `_plain`."""
    return {
        name: None
        if value is None
        else from_micros(value)
        if name in _INSTANTS
        else UUID(value)
        if name in _IDS
        else value
        for name, value in plain.items()
    }


def wake_due(ctx: Context) -> Changes:
    """Open what was snoozed until now; the engine asks at every cycle (R52)."""
    rows = team_states.load(ctx.tx, team_states.due(ctx.tx, ctx.now))
    if not rows:
        return Changes()
    team_states.set_state(ctx.tx, rows, team_state.OPEN, ctx.now)
    events.append(
        ctx.tx,
        [
            Event(
                derived(id_, row["snoozed_until"].isoformat()),
                id_,
                ctx.now,
                EventKind.WOKEN,
                None,
                "due",
                {"until": to_micros(row["snoozed_until"])},
            )
            for id_, row in rows.items()
        ],
    )
    return Changes.of(conversation=frozenset(rows))
