"""Team state, owner, tags and source of conversations, one or a hundred thousand at once.

Each change appends one event a conversation, holding what was before and what is after. Undo reads
them: what still stands as the batch left it goes back, what somebody moved since stays.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Mapping
from functools import cached_property
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
from sms_desk.store.events import Event, EventKind
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
    _note(ctx, command, moved, kind, "person", lambda row: _before_after(ctx, row, after))
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
    _note(ctx, command, {id_: {} for id_ in ids}, kind, "person", lambda _: {"tag": str(tag_id)})
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
    team_states.restore(ctx.tx, [{"id": row["id"], **after}])
    detail = {"before": _plain(row, after), "after": after}
    _note(ctx, command, {row["id"]: row}, EventKind.RELEASED, "person", lambda _: detail)
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
    team_states.restore(ctx.tx, [{"id": row["id"], **after}])
    detail = {"before": _plain(row, _SOURCE), "after": _plain(after, _SOURCE), **(told or {})}
    _note(ctx, command, {row["id"]: row}, kind, "person", lambda _: detail)
    return Effect(Changes.of(conversation=row["id"]), 1, label, by_events=True)


# --- undo -----------------------------------------------------------------------------------------


def undo_batch(ctx: Context, batch_id: UUID, *, by: c.Command) -> Effect:
    """Put back what a batch did, where it still stands as the batch left it; the note names what
    does not. Count 0: something newer contradicts all of it. What its author sees no longer stays,
    unless it is this batch that gave it away (R31)."""
    done = events.of_batch(ctx.tx, batch_id)
    said = _read(done)
    now = team_states.load(ctx.tx, [event.conversation_id for event in done])
    given = {event.conversation_id for event in done if event.kind is EventKind.ASSIGNED}
    within = given | seen(ctx, now.keys())
    back = [
        event
        for event in done
        if event.conversation_id in within
        and said[id(event.detail)].stands(now[event.conversation_id])
    ]
    if not back:
        return Effect(count=0, note=_contradicted(ctx, batch_id, done, ()))
    team_states.restore(
        ctx.tx,
        [
            {"id": event.conversation_id, **before}
            for event in back
            if (before := said[id(event.detail)].before) is not None
        ],
    )
    _untag(ctx, back)
    _untell(ctx, back)
    events.append(
        ctx.tx, [_undone(ctx, event, by, said[id(event.detail)].turned) for event in back]
    )
    ids = {event.conversation_id for event in back}
    _refresh(ctx, {event.conversation_id for event in back if event.kind not in _NO_CACHE})
    changes = Changes.of(conversation=frozenset(ids), tag=None)
    note = _contradicted(ctx, batch_id, done, ids)
    moves = {
        event.conversation_id: said[id(event.detail)].returned
        for event in back
        if event.kind is EventKind.ASSIGNED
    }
    kept = tuple(event.conversation_id for event in done if event.conversation_id not in ids)
    return Effect(changes, len(ids), note=note, moves=moves or None, kept=kept)


_NO_CACHE = frozenset({EventKind.ASSIGNED, EventKind.TAGGED, EventKind.UNTAGGED})
"""What no cached column hangs on."""


_WITH_ROUTED = {EventKind.ASSIGNED: (EventKind.ASSIGNED, EventKind.ROUTED)}


def _contradicted(
    ctx: Context, batch_id: UUID, done: Collection[Event], back: Collection[UUID]
) -> str:
    """How many stay as they are, who changed them since, and which these are (R30), as far as the
    actor sees them."""
    stay = [event for event in done if event.conversation_id not in back]
    if not stay:
        return ""
    kinds = {kind for e in stay for kind in _WITH_ROUTED.get(e.kind, tuple(EventKind))}
    ids = seen(ctx, {event.conversation_id for event in stay})
    by = reassigning.changed_since(ctx.tx, batch_id, ids, sorted(kinds))
    names = people.names(ctx.tx)
    known = sorted({names[one] for one in by if one in names})
    assigned = all(event.kind is EventKind.ASSIGNED for event in stay)
    verb = "assigned again" if assigned else "changed again"
    was = "was" if len(stay) == 1 else "were"
    words = f"{len(stay):,} of {len(done):,} {was} {verb} since"
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


class _Said:
    """The detail of an event, read once for all that say the same.

    before: columns to put back, None: none. turned: the detail the other way round.
    """

    def __init__(self, detail: Mapping[str, Any]) -> None:
        self._after: Mapping[str, Any] = detail.get("after", {})
        self.before = _values(detail["before"]) if "before" in detail else None
        self.turned = dict(detail)
        if "before" in detail:
            before = {name: detail["before"].get(name) for name in self._after}
            self.turned |= {"before": self._after, "after": before}

    def stands(self, row: Mapping[Any, Any]) -> bool:
        """Whether a conversation is as the event left it."""
        return bool(_plain(row, self._after) == self._after)

    @cached_property
    def returned(self) -> tuple[UUID | None, UUID | None]:
        """Of one that changed hands: whose it was until now, and whose it is again."""
        return _values(self._after)["owner_id"], (self.before or {})["owner_id"]


def _read(done: Iterable[Event]) -> dict[int, _Said]:
    """By the detail's identity: of a batch, equal ones are one object (`events.of_batch`)."""
    found: dict[int, _Said] = {}
    for event in done:
        if id(event.detail) not in found:
            found[id(event.detail)] = _Said(event.detail or {})
    return found


def _untag(ctx: Context, done: Iterable[Event]) -> None:
    for event in done:
        tag = (event.detail or {}).get("tag")
        if tag is None:
            continue
        change = tags.remove if event.kind is EventKind.TAGGED else tags.add
        change(ctx.tx, UUID(tag), [event.conversation_id])


def _untell(ctx: Context, done: Iterable[Event]) -> None:
    for event in done:
        message = dict((event.detail or {}).get("message", {}))
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


def _undone(ctx: Context, event: Event, by: c.Command, detail: Mapping[str, Any]) -> Event:
    return Event(
        derived(by.id, event.conversation_id),
        event.conversation_id,
        ctx.now,
        _OPPOSITE.get(event.kind, event.kind),
        ctx.actor.person_id,
        "undo",
        detail,
        by.id,
    )


# --- shared ---------------------------------------------------------------------------------------


def _note(
    ctx: Context,
    command: c.Command,
    rows: Mapping[UUID, Mapping[Any, Any]],
    kind: EventKind,
    reason: str,
    detail: Callable[[Mapping[Any, Any]], dict[str, Any]],
) -> None:
    events.append(
        ctx.tx,
        [
            Event(
                derived(command.id, id_),
                id_,
                ctx.now,
                kind,
                ctx.actor.person_id,
                reason,
                detail(row),
                command.id,
            )
            for id_, row in rows.items()
        ],
    )


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
