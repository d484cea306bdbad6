"""Messages that wait for their time, as screens and the command line show them (R36)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

from sms_desk.domain import addresses, send_later
from sms_desk.domain.errors import NotFoundError
from sms_desk.domain.frozen import dataclass
from sms_desk.domain.send_later import Later
from sms_desk.domain.wall_time import parse_when, require_zone
from sms_desk.services import composing, covers, senders
from sms_desk.services.context import Context
from sms_desk.services.words import peer_text
from sms_desk.store import inbox as inbox_store
from sms_desk.store import people, scheduled
from sms_desk.store.scheduled import ScheduledState


@dataclass(frozen=True, slots=True)
class ScheduledRow:
    """zone: in whose wall-clock time due_at was chosen; theirs: the contact's, as far as the number
    tells. content_sid: the approved template that it is sent as. outbox_id: once it was due.
    """

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
    theirs: bool
    content_sid: str | None


@dataclass(frozen=True, slots=True)
class Clocks:
    """IANA names of the zones by which a time can be meant. theirs: "" where the number leaves the
    contact's open."""

    theirs: str
    mine: str

    @property
    def zone(self) -> str:
        """The one that counts unless somebody says otherwise (R36)."""
        return self.theirs or self.mine


@dataclass(frozen=True, slots=True)
class Moments:
    """When a message could go, soonest first; and by whose clock these were worked out."""

    conversation_id: UUID
    clocks: Clocks
    choices: tuple[tuple[Later, datetime], ...]


@dataclass(frozen=True, slots=True)
class DueTime:
    """When a message is to go, and by whose clock that was read. recipients: by the contact's."""

    at: datetime
    zone: str
    recipients: bool


def listing(ctx: Context, *, everything: bool = False) -> tuple[ScheduledRow, ...]:
    """What waits in the conversations that the actor may see, and what they look after for who is
    away, soonest first."""
    return _rows(ctx, scheduled.listing(ctx.tx, everything=everything))


def of_conversation(ctx: Context, conversation_id: UUID) -> tuple[ScheduledRow, ...]:
    """What waits in one conversation, soonest first."""
    return _rows(ctx, scheduled.waiting(ctx.tx, [conversation_id]))


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
    if not inbox_store.visible(ctx.tx, ctx.reach, list(stored)):
        raise NotFoundError("There is no such conversation, or it is not yours to see.")
    return when_for(ctx, stored[conversation_id].reply_raw, words)


def when_for(ctx: Context, raw: str, words: str) -> DueTime:
    """As `when`, for an address to which nobody may have written yet."""
    zone, recipients = zone_of_recipient(ctx, raw)
    return DueTime(parse_when(words, ctx.now, zone), str(zone), recipients)


def clocks(ctx: Context, conversation_id: UUID) -> Clocks:
    """Raises NotFoundError for what the actor may not see."""
    stored = inbox_store.details(ctx.tx, [conversation_id], ctx.actor.person_id)
    if not inbox_store.visible(ctx.tx, ctx.reach, list(stored)):
        raise NotFoundError("There is no such conversation, or it is not yours to see.")
    return Clocks(_zone_of(stored[conversation_id].reply_raw), ctx.actor.zone)


def moments(
    ctx: Context,
    conversation_id: UUID,
    sender_id: UUID,
    body: str,
    content_sid: str | None = None,
) -> Moments:
    """What to offer for this message: moments in the contact's zone that quiet hours allow (R40)."""
    found = clocks(ctx, conversation_id)

    def next_allowed(at: datetime) -> datetime | None:
        looked = composing.verdicts(
            ctx, conversation_id, sender_id, body, at=at, content_sid=content_sid
        )
        quiet = [one for one in looked.findings if one.rule == "quiet_hours" and one.holds]
        return quiet[0].not_before if quiet else at

    choices = send_later.moments(ctx.now, require_zone(found.zone), next_allowed)
    return Moments(conversation_id, found, choices)


def to_edit(ctx: Context, scheduled_id: UUID) -> tuple[ScheduledRow, Clocks]:
    """One of them with the clocks by which its time can be meant. Raises NotFoundError."""
    found = row(ctx, scheduled_id)
    return found, clocks(ctx, found.conversation_id)


def zone_of_recipient(ctx: Context, raw: str) -> tuple[ZoneInfo, bool]:
    """(zone, whether it is the contact's own): the actor's where the number leaves it open."""
    name = _zone_of(raw)
    return require_zone(name or ctx.actor.zone), bool(name)


def _zone_of(raw: str) -> str:
    return senders.zone_of(addresses.from_provider(raw).e164)


def _rows(ctx: Context, stored: Sequence[Mapping[Any, Any]]) -> tuple[ScheduledRow, ...]:
    ids = list({found["conversation_id"] for found in stored})
    details = inbox_store.details(ctx.tx, ids, ctx.actor.person_id)
    seen = inbox_store.visible(ctx.tx, ctx.reach, list(details))
    names = people.names(ctx.tx)
    minded = covers.minded(ctx.tx, ctx.now, ctx.actor.person_id)
    return tuple(
        _row(found, details[found["conversation_id"]], names)
        for found in stored
        if found["conversation_id"] in seen or found["id"] in minded
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
        stored["zone"] == _zone_of(place.reply_raw),
        stored["content_sid"],
    )
