"""Sender IDs as screens show them, and which one the composer proposes (R16)."""

from __future__ import annotations

from collections.abc import Mapping
from functools import lru_cache
from typing import Any
from uuid import UUID

from sms_desk.domain import addresses
from sms_desk.domain.errors import NotFoundError
from sms_desk.domain.model import (
    Channel,
    Health,
    Role,
    SenderDirection,
    SenderKind,
    SourceKind,
)
from sms_desk.domain.scopes import Holders, holders_now
from sms_desk.services.context import Context
from sms_desk.services.rows import SenderChoice, SenderRow
from sms_desk.services.words import peer_text
from sms_desk.store import inbox as inbox_store
from sms_desk.store import people, programs, senders


def listing(ctx: Context, *, retired: bool = False) -> tuple[SenderRow, ...]:
    """Every sender ID of the workspace with its holders now."""
    return _rows(ctx, senders.listing(ctx.tx, retired=retired))


def row(ctx: Context, sender_id: UUID) -> SenderRow:
    """One sender ID. Raises NotFoundError."""
    return _rows(ctx, [senders.get(ctx.tx, sender_id)])[0]


def find(ctx: Context, text: str) -> UUID:
    """A sender ID by id, label, or address in any spelling; `whatsapp:` in front means that one."""
    channel, rest = addresses.split_channel(text.strip())
    key = addresses.from_provider(rest).key
    for found in listing(ctx, retired=True):
        if text in (str(found.id), found.label):
            return found.id
        if found.channel is channel and addresses.from_provider(found.address).key == key:
            return found.id
    raise NotFoundError(f"There is no sender ID “{text}”.", "See sms-desk senders list.")


def choices_for_reply(ctx: Context, conversation_id: UUID) -> tuple[SenderChoice, ...]:
    """The conversation's own sender ID first, then the others with why they may be used or not."""
    own = inbox_store.senders_of(ctx.tx, [conversation_id])[conversation_id]
    detail = inbox_store.details(ctx.tx, [conversation_id], ctx.actor.person_id)[conversation_id]
    here = next(found for found in listing(ctx, retired=True) if found.id == own)
    allowed, why = _usable(ctx, here)
    reason = why or _why_own(detail)
    others = [
        _choice(ctx, found, proposed=False)
        for found in listing(ctx)
        if found.id != own and found.channel is here.channel
    ]
    return (SenderChoice(here, allowed, True, reason), *_allowed_first(others))


def choices_for_new(ctx: Context, channel: Channel) -> tuple[SenderChoice, ...]:
    """For a new direct conversation: one's own dedicated number first (R16)."""
    holders = holders_now(ctx.directory, ctx.now)
    found = [item for item in listing(ctx) if item.channel is channel]
    ordered = _allowed_first(_choice(ctx, item, proposed=False) for item in found)
    ordered.sort(key=lambda choice: _rank(ctx, choice, holders))
    if not ordered or not ordered[0].allowed:
        return tuple(ordered)
    first = ordered[0]
    return (SenderChoice(first.sender, True, True, first.reason), *ordered[1:])


def _rank(ctx: Context, choice: SenderChoice, holders: Mapping[UUID, Holders]) -> tuple[bool, int]:
    """Allowed before forbidden; mine alone, then shared with me, then any other."""
    mine = holders.get(choice.sender.id, Holders())
    dedicated = mine.people == {ctx.actor.person_id} and not mine.shared
    held = choice.sender.id in ctx.reach.held
    return not choice.allowed, 0 if dedicated else 1 if held else 2


def _allowed_first(choices: Any) -> list[SenderChoice]:
    return sorted(choices, key=lambda choice: not choice.allowed)


def _choice(ctx: Context, found: SenderRow, *, proposed: bool) -> SenderChoice:
    allowed, why = _usable(ctx, found)
    return SenderChoice(found, allowed, proposed, why or _why_mine(ctx, found))


def _usable(ctx: Context, found: SenderRow) -> tuple[bool, str]:
    """Whether the actor may send from it, and why not."""
    if found.retired:
        return False, "retired"
    if found.direction is SenderDirection.INCOMING:
        return False, "receives only"
    if found.health is Health.BLOCKED:
        return False, "blocked by the carrier"
    if not found.account_label:
        return False, "no connected account carries it"
    if ctx.actor.role is Role.REP and found.id not in ctx.reach.held:
        return False, f"held by {', '.join(found.holders) or found.program_name or 'nobody'}"
    return True, ""


def _why_own(conversation: inbox_store.Shown) -> str:
    if conversation.source_kind is SourceKind.CAMPAIGN:
        return "the campaign's number"
    if conversation.source_kind is SourceKind.SERVICE:
        return "the service's number"
    return "the number of this conversation"


def _why_mine(ctx: Context, found: SenderRow) -> str:
    if found.program_name:
        return f"dedicated to {found.program_name}"
    if found.id not in ctx.reach.held:
        return f"held by {', '.join(found.holders)}" if found.holders else "held by nobody"
    return "shared with you" if found.id in ctx.reach.shared else "your own number"


def _rows(ctx: Context, stored: Any) -> tuple[SenderRow, ...]:
    holders = holders_now(ctx.directory, ctx.now)
    names = people.names(ctx.tx) | senders.group_names(ctx.tx)
    program_names = programs.names(ctx.tx)
    serves = programs.by_sender(ctx.tx)
    return tuple(
        SenderRow(
            id=item["id"],
            channel=Channel(item["channel"]),
            address=item["address"],
            display=peer_text(item["address"]),
            kind=SenderKind(item["kind"]),
            country=item["country"],
            label=item["label"],
            direction=SenderDirection(item["direction"]),
            health=Health(item["health"]),
            holders=_names(holders.get(item["id"], Holders()), names),
            program_name=program_names.get(serves[item["id"]], "") if item["id"] in serves else "",
            account_label=item["account_label"] or "",
            retired=item["retired_at"] is not None,
        )
        for item in stored
    )


def _names(holders: Holders, names: Mapping[UUID, str]) -> tuple[str, ...]:
    found = sorted(names[id_] for id_ in holders.people | holders.groups if id_ in names)
    return ("everyone", *found) if holders.organisation else tuple(found)


@lru_cache(maxsize=5_000)
def zone_of(e164: str | None) -> str:
    """The likely time zone of a number; "" where its country has several or none is known."""
    if e164 is None:
        return ""
    import phonenumbers
    from phonenumbers import timezone  # 8 ms to load: only when a conversation is opened

    zones = timezone.time_zones_for_number(phonenumbers.parse(e164))
    return zones[0] if len(zones) == 1 and zones[0] != timezone.UNKNOWN_TIMEZONE else ""
