"""A person's word on a sender ID's health, and going on from its fallback (R17)."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from sms_desk.domain import commands as c
from sms_desk.domain.changes import Changes
from sms_desk.domain.errors import RefusedError
from sms_desk.domain.model import Channel, Health, TeamState
from sms_desk.domain.team_state import CLOSED, OPEN
from sms_desk.services.context import Context
from sms_desk.services.effects import Effect, conversations
from sms_desk.services.health import require_supervisor, why_not
from sms_desk.store import absences, events, fallbacks, senders, team_states
from sms_desk.store import conversations as conversation_store
from sms_desk.store import health as store
from sms_desk.store.events import Event, EventKind
from sms_desk.store.fallbacks import CONTINUED
from sms_desk.store.ids import derived

_INHERITED = (
    "source_kind",
    "source_program_id",
    "source_from_id",
    "source_reason",
    "taken_over_at",
    "human_since",
)


def set_health(ctx: Context, command: c.SetHealth) -> Effect:
    """A person's word stands above the figures; health None gives it back to them."""
    require_supervisor(ctx)
    row = senders.get(ctx.tx, command.sender_id)
    before = Health(row["health"])
    by = None if command.health is None else ctx.actor.person_id
    store.set_health(
        ctx.tx,
        command.sender_id,
        change_id=derived(command.id, "health"),
        before=before,
        after=command.health or Health.OK,
        reason=" ".join(command.reason.split()),
        by=by,
        at=command.at,
    )
    back = c.SetHealth(
        id=command.id,
        at=command.at,
        sender_id=command.sender_id,
        health=before if row["health_by"] is not None or before is not Health.OK else None,
        reason=row["health_reason"],
    )
    name = row["label"] or row["address"]
    label = f"{name} is {command.health}" if command.health else f"The figures speak for {name}"
    return Effect(
        Changes.of(sender=command.sender_id, conversation=None), 1, label, inverse=(back,)
    )


def switch_to_fallback(ctx: Context, command: c.SwitchToFallback) -> Effect:
    """Each open conversation goes on from the fallback: linked, with owner, tags, source and opt-out.

    One in which a contact waits stays open until somebody answers in the new one; the others are
    closed. What is held or scheduled moves along.
    """
    require_supervisor(ctx)
    row = senders.get(ctx.tx, command.sender_id)
    fallback = senders.get(ctx.tx, row["fallback_id"]) if row["fallback_id"] else None
    title, step = why_not(row, fallback)
    if title:
        raise RefusedError(title, step, rule="fallback")
    assert fallback is not None
    going = fallbacks.ongoing(ctx.tx, command.sender_id)
    places = {old["id"]: _continue(ctx, command, old, fallback["id"]) for old in going}
    closed = [old["id"] for old in going if old["waiting_since"] is None]
    _close(ctx, command, closed)
    absences.inherit(ctx.tx, places)
    entries = fallbacks.movable(ctx.tx, list(places))
    fallbacks.move_entries(ctx.tx, entries, places, command.at)
    fallbacks.move_scheduled(ctx.tx, fallbacks.later(ctx.tx, list(places)), places, fallback["id"])
    conversation_store.refresh(ctx.tx, [*places, *places.values()])
    back = c.SwitchBack(
        id=command.id,
        at=command.at,
        sender_id=command.sender_id,
        pairs=tuple(places.items()),
        closed=tuple(closed),
    )
    return Effect(
        _changes(places, command.sender_id),
        len(places),
        f"{conversations(len(places))} {'goes' if len(places) == 1 else 'go'} on from "
        f"{fallback['label'] or fallback['address']}",
        inverse=(back,) if places else (),
    )


def _continue(ctx: Context, command: c.SwitchToFallback, old: Any, fallback_id: UUID) -> UUID:
    """The fallback's conversation; one that has a life of its own keeps owner and source."""
    found = fallbacks.open_on(
        ctx.tx, old, fallback_id, new_id=derived(command.id, old["id"]), at=command.at
    )
    values: dict[str, object] = {}
    if fallbacks.continues(ctx.tx, old["id"]) != found.id:  # there and back makes no ring
        values["continued_from_id"] = old["id"]
    if not found.row["last_position"]:
        values |= {name: old[name] for name in _INHERITED}
    if values:
        fallbacks.link(ctx.tx, found.id, values)
    if found.row["owner_id"] is None and old["owner_id"] is not None:
        team_states.set_owner(ctx.tx, [found.id], old["owner_id"])
    if found.row["team_state"] != TeamState.OPEN:
        team_states.set_state(ctx.tx, [found.id], OPEN, command.at)
    fallbacks.copy_tags(ctx.tx, old["id"], found.id)
    fallbacks.inherit_opt_out(
        ctx.tx, Channel(old["channel"]), old["peer_key"], old["sender_id"], fallback_id
    )
    events.append(ctx.tx, _linked(ctx, command, old["id"], found.id))
    return found.id


def _linked(ctx: Context, command: c.SwitchToFallback, old: UUID, new: UUID) -> list[Event]:
    """An event in each of the two, so that the thread shows both (R17)."""
    who, at = ctx.actor.person_id, command.at
    return [
        Event(
            derived(command.id, f"from:{old}"),
            new,
            at,
            EventKind.STARTED,
            who,
            CONTINUED,
            {"continued_from": str(old)},
        ),
        Event(
            derived(command.id, f"in:{new}"),
            old,
            at,
            EventKind.CONTINUED,
            who,
            "fallback",
            {"continued_in": str(new)},
        ),
    ]


def _close(ctx: Context, command: c.SwitchToFallback, ids: list[UUID]) -> None:
    team_states.set_state(ctx.tx, ids, CLOSED, command.at)
    events.append(
        ctx.tx,
        [
            Event(
                derived(command.id, f"close:{id_}"),
                id_,
                command.at,
                EventKind.CLOSED,
                ctx.actor.person_id,
                CONTINUED,
                {},
            )
            for id_ in ids
        ],
    )


def switch_back(ctx: Context, command: c.SwitchBack) -> Effect:
    """The way back, for what nobody has gone on with: new conversations that are still empty are
    closed and their link ends; old ones that the switch closed open again."""
    require_supervisor(ctx)
    places = {new: old for old, new in command.pairs}
    news = conversation_store.load(ctx.tx, list(places))
    untouched = {new: old for new, old in places.items() if not news[new]["last_inbound"]}
    untouched = {new: old for new, old in untouched.items() if not news[new]["last_outbound"]}
    entries = fallbacks.movable(ctx.tx, list(untouched))
    fallbacks.move_entries(ctx.tx, entries, untouched, command.at)
    fallbacks.move_scheduled(
        ctx.tx, fallbacks.later(ctx.tx, list(untouched)), untouched, command.sender_id
    )
    for new in untouched:
        fallbacks.link(ctx.tx, new, {"continued_from_id": None})
    team_states.set_state(ctx.tx, list(untouched), CLOSED, command.at)
    reopened = [old for old in untouched.values() if old in command.closed]
    team_states.set_state(ctx.tx, reopened, OPEN, command.at)
    events.append(
        ctx.tx,
        [
            Event(
                derived(command.id, f"reopen:{old}"),
                old,
                command.at,
                EventKind.REOPENED,
                ctx.actor.person_id,
                "person",
                {},
            )
            for old in reopened
        ],
    )
    conversation_store.refresh(ctx.tx, [*places, *places.values()])
    return Effect(_changes(places, command.sender_id), len(untouched), "Switched back")


def _changes(places: dict[UUID, UUID], sender_id: UUID) -> Changes:
    ids = frozenset({*places, *places.values()})
    if not ids:
        return Changes.of(sender=sender_id)
    return Changes.of(sender=sender_id, conversation=ids, outbox=None, scheduled=None)
