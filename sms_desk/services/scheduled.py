"""Messages that wait for their time, as screens and the command line show them (R36)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

from sms_desk.domain import addresses
from sms_desk.domain.errors import NotFoundError
from sms_desk.domain.wall_time import parse_when, require_zone
from sms_desk.services import senders
from sms_desk.services.context import Context
from sms_desk.services.words import peer_text
from sms_desk.store import inbox as inbox_store
from sms_desk.store import people, scheduled
from sms_desk.store.scheduled import ScheduledState


@dataclass(frozen=True, slots=True)
class ScheduledRow:
    """zone: in whose wall-clock time due_at was chosen. outbox_id: once it was due."""

    id: UUID
    conversation_id: UUID
    contact_name: str
    peer: str
    sender_id: UUID
    sender_label: str
    body: str
    due_at: datetime
    zone: str
    author_id: UUID
    author_name: str
    state: ScheduledState
    outbox_id: UUID | None


@dataclass(frozen=True, slots=True)
class DueTime:
    """When a message is to go, and by whose clock that was read. recipients: by the contact's."""

    at: datetime
    zone: str
    recipients: bool


def listing(ctx: Context, *, everything: bool = False) -> tuple[ScheduledRow, ...]:
    """What waits in the conversations that the actor may see, soonest first."""
    return _rows(ctx, scheduled.listing(ctx.tx, everything=everything))


def of_conversation(ctx: Context, conversation_id: UUID) -> tuple[ScheduledRow, ...]:
    """What waits in one conversation, soonest first."""
    return _rows(ctx, scheduled.listing(ctx.tx, conversation_ids=[conversation_id]))


def row(ctx: Context, scheduled_id: UUID) -> ScheduledRow:
    """One of them, whatever became of it. Raises NotFoundError."""
    found = _rows(ctx, [scheduled.get(ctx.tx, scheduled_id)])
    if not found:
        raise NotFoundError("There is no such scheduled message.")
    return found[0]


def when(ctx: Context, conversation_id: UUID, words: str) -> DueTime:
    """What "tomorrow 9:00" means: in the contact's zone, or where that is not known for certain in
    one's own (R36). Raises UsageError."""
    stored = inbox_store.details(ctx.tx, [conversation_id], ctx.actor.person_id)
    if conversation_id not in stored:
        raise NotFoundError("There is no such conversation, or it is not yours to see.")
    zone, recipients = zone_of_recipient(ctx, stored[conversation_id].reply_raw)
    return DueTime(parse_when(words, ctx.now, zone), str(zone), recipients)


def zone_of_recipient(ctx: Context, raw: str) -> tuple[ZoneInfo, bool]:
    """(zone, whether it is the contact's own): the actor's where the number leaves it open."""
    name = senders.zone_of(addresses.from_provider(raw).e164)
    return require_zone(name or ctx.actor.zone), bool(name)


def _rows(ctx: Context, stored: list[Any]) -> tuple[ScheduledRow, ...]:
    ids = list({found["conversation_id"] for found in stored})
    details = inbox_store.details(ctx.tx, ids, ctx.actor.person_id)
    seen = inbox_store.visible(ctx.tx, ctx.reach, list(details))
    names = people.names(ctx.tx)
    return tuple(
        _row(found, details[found["conversation_id"]], names)
        for found in stored
        if found["conversation_id"] in seen
    )


def _row(
    stored: Mapping[Any, Any], place: inbox_store.Shown, names: Mapping[UUID, str]
) -> ScheduledRow:
    return ScheduledRow(
        stored["id"],
        stored["conversation_id"],
        place.contact_name,
        peer_text(place.reply_raw),
        stored["sender_id"],
        place.sender_label or peer_text(place.sender_address),
        stored["body"],
        stored["due_at"],
        stored["zone"],
        stored["author_id"],
        names.get(stored["author_id"], ""),
        ScheduledState(stored["state"]),
        stored["outbox_id"],
    )
