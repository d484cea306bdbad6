"""Sender IDs as screens show them, and which one the composer proposes (R16)."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from functools import lru_cache
from typing import Any, Final
from uuid import UUID

from sms_desk.domain import addresses, registration, sender_policy
from sms_desk.domain.errors import NotFoundError
from sms_desk.domain.model import (
    Actor,
    Channel,
    Health,
    HolderKind,
    ProgramKind,
    Purpose,
    RoutingRule,
    SenderDirection,
    SenderKind,
    SourceKind,
)
from sms_desk.domain.registration import Registration
from sms_desk.services.context import Context
from sms_desk.services.rows import SenderChoice, SenderRow
from sms_desk.services.words import peer_text
from sms_desk.store import contacts, conversations, people, programs, senders
from sms_desk.store import inbox as inbox_store
from sms_desk.store.engine import Tx

ALTERNATIVES: Final = 40
"""How many sender IDs a composer offers beside the proposed one; the rest is found by typing."""


def listing(ctx: Context, *, retired: bool = False) -> tuple[SenderRow, ...]:
    """Every sender ID of the workspace with its holders now."""
    running = senders.running_holdings(ctx.tx, ctx.now)
    return _rows(ctx, senders.listing(ctx.tx, retired=retired), running)


def row(ctx: Context, sender_id: UUID) -> SenderRow:
    """One sender ID. Raises NotFoundError."""
    return ctx.remembered(_one, ctx.actor, ctx.directory.period(ctx.now), sender_id)


def _one(tx: Tx, actor: Actor, period: datetime, sender_id: UUID) -> SenderRow:
    """The same until a dated row begins or ends."""
    return some(Context(tx, actor, period), [senders.get(tx, sender_id)])[0]


def some(ctx: Context, stored: Sequence[Mapping[Any, Any]]) -> tuple[SenderRow, ...]:
    """A few sender IDs, of which alone the holdings are read."""
    ids = [item["id"] for item in stored]
    return _rows(ctx, stored, senders.running_holdings(ctx.tx, ctx.now, ids))


def names(ctx: Context) -> tuple[tuple[UUID, str, Channel], ...]:
    """Id, label or address, and channel of every sender ID in use: for lists to choose from."""
    return ctx.remembered(_names)


def _names(tx: Tx) -> tuple[tuple[UUID, str, Channel], ...]:
    return tuple(
        (item.id, item.label or peer_text(item.address), Channel(item.channel))
        for item in senders.shown(tx)
    )


def linkable(ctx: Context, channel: Channel) -> tuple[tuple[UUID, str, str, bool], ...]:
    """Id, number, label, and whether it receives, of those that another can name as its inbound
    number or fallback."""
    return ctx.remembered(_linkable, channel)


def _linkable(tx: Tx, channel: Channel) -> tuple[tuple[UUID, str, str, bool], ...]:
    return tuple(
        (item.id, peer_text(item.address), item.label, item.direction != SenderDirection.OUTGOING)
        for item in senders.shown(tx)
        if item.channel == channel
    )


def find(ctx: Context, text: str) -> UUID:
    """A sender ID by id, label, or address in any spelling; `whatsapp:` in front means that one."""
    text = text.strip()
    try:
        return UUID(str(senders.get(ctx.tx, UUID(text))["id"]))
    except (ValueError, NotFoundError):
        pass
    channel, rest = addresses.split_channel(text)
    spelt = addresses.spellings(addresses.from_provider(rest).key)
    for found in senders.found(ctx.tx, channel, {*spelt, rest}, text):
        found_id: UUID = found.id
        return found_id
    raise NotFoundError(f"There is no sender ID “{text}”.", "See sms-desk senders list.")


# --- which one to write from (R16) ------------------------------------------------------------------


def choices_for_reply(
    ctx: Context, conversation_id: UUID, typed: str = ""
) -> tuple[SenderChoice, ...]:
    """The conversation's own sender ID first, then the likeliest others, each with why it may be
    used or not. typed: only others whose address or label holds that. Raises NotFoundError for
    what the actor may not see."""
    if not inbox_store.visible(ctx.tx, ctx.reach, [conversation_id]):
        raise NotFoundError("There is no such conversation, or it is not yours to see.")
    conversation = conversations.load(ctx.tx, [conversation_id])[conversation_id]
    here = row(ctx, conversation["sender_id"])
    allowed, why = _usable(ctx, here)
    own = SenderChoice(here, allowed, True, why or _why_own(ctx, conversation))
    if typed:
        others = _others(ctx, here.channel, country=here.country, kind=here.kind, typed=typed)
    else:
        period = ctx.directory.period(ctx.now)
        others = ctx.remembered(
            _likeliest, ctx.actor, period, here.channel, here.country, here.kind
        )
    return (own, *(each for each in others if each.sender.id != here.id))


def _likeliest(
    tx: Tx, actor: Actor, period: datetime, channel: Channel, country: str, kind: SenderKind
) -> tuple[SenderChoice, ...]:
    """Alternatives to a sender ID like these; the same until a dated row begins or ends."""
    return _others(Context(tx, actor, period), channel, country=country, kind=kind)


def choices_for_new(
    ctx: Context,
    channel: Channel,
    peer: str = "",
    *,
    program_id: UUID | None = None,
    typed: str = "",
) -> tuple[SenderChoice, ...]:
    """For a new direct conversation: one's own dedicated number first, that of the contact's
    country before others. program_id: a sales campaign that is written for; then the number of
    the lead's owner. peer: the contact's address, where it is known."""
    country = sender_policy.country_of(peer) if peer else ""
    campaign = program_id is not None and _is_campaign(ctx, program_id)
    lead_owner = _lead_owner(ctx, peer) if campaign else None
    whose = lead_owner or ctx.actor.person_id
    dedicated = _alone(ctx, whose)
    found = _others(ctx, channel, country=country, typed=typed, dedicated=dedicated)
    proposed = next((each for each in found if each.sender.id in dedicated), None)
    if proposed is None and lead_owner is None:
        proposed = next((each for each in found if each.allowed), None)
    if proposed is None or not (proposed.allowed or lead_owner):
        return found
    reason = proposed.reason
    if proposed.allowed:
        reason = _why_new(ctx, proposed, country, lead_owner)
    first = SenderChoice(proposed.sender, proposed.allowed, True, reason)
    return (first, *(each for each in found if each is not proposed))


def _why_new(ctx: Context, choice: SenderChoice, country: str, lead_owner: UUID | None) -> str:
    if lead_owner not in (None, ctx.actor.person_id):
        name = ctx.remembered(people.names).get(lead_owner, "")
        return f"the number of {name}, who owns this lead"
    if not choice.sender.alone:
        return choice.reason
    if len(_alone(ctx, ctx.actor.person_id)) > 1 and country and choice.sender.country == country:
        return f"your own number in {country}"
    return choice.reason


def _is_campaign(ctx: Context, program_id: UUID) -> bool:
    return bool(programs.get(ctx.tx, program_id)["kind"] == ProgramKind.CAMPAIGN)


def _lead_owner(ctx: Context, peer: str) -> UUID | None:
    """Whose contact the number is."""
    contact_id = contacts.by_key(ctx.tx, addresses.from_provider(peer).key) if peer else None
    if contact_id is None:
        return None
    found: UUID | None = contacts.get(ctx.tx, contact_id)["owner_id"]
    return found


def _alone(ctx: Context, person_id: UUID) -> frozenset[UUID]:
    """The sender IDs that a person holds alone: their dedicated numbers."""
    theirs = senders.held_by(ctx.tx, person_id, ctx.now)
    holders = Counter(
        held["sender_id"]
        for held in senders.running_holdings(ctx.tx, ctx.now, theirs)
        if held["holder_kind"] != HolderKind.PROGRAM
    )
    return frozenset(sender_id for sender_id in theirs if holders[sender_id] == 1)


def _others(
    ctx: Context,
    channel: Channel,
    *,
    country: str = "",
    kind: str = "",
    typed: str = "",
    dedicated: frozenset[UUID] | None = None,
) -> tuple[SenderChoice, ...]:
    """The likeliest alternatives: what may be used before what may not; of the same country, of the
    same kind, held alone before shared. So many rows are read, however large the directory is."""
    alone = _alone(ctx, ctx.actor.person_id) if dedicated is None else dedicated
    mine = ctx.reach.held | ctx.reach.lent
    everything = ctx.reach.everything

    def offered(among: frozenset[UUID] | None, limit: int) -> list[Any]:
        return senders.offered(
            ctx.tx,
            channel,
            among=among,
            first=(alone, mine),
            own_first=dedicated is not None,
            country=country,
            kind=kind,
            typed=typed,
            limit=limit,
        )

    writable = ctx.reach.writable | (dedicated or frozenset())
    stored = offered(None if everything else writable, ALTERNATIVES)
    if not everything and len(stored) < ALTERNATIVES:
        known = {item["id"] for item in stored}
        stored += [item for item in offered(None, ALTERNATIVES) if item["id"] not in known]
    return _allowed_first(_choice(ctx, found) for found in some(ctx, stored[:ALTERNATIVES]))


def _allowed_first(choices: Iterable[SenderChoice]) -> tuple[SenderChoice, ...]:
    return tuple(sorted(choices, key=lambda choice: not choice.allowed))


def _choice(ctx: Context, found: SenderRow) -> SenderChoice:
    allowed, why = _usable(ctx, found)
    return SenderChoice(found, allowed, False, why or _why_mine(ctx, found))


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
    if not ctx.reach.may_write(found.id):
        return False, f"held by {', '.join(found.holders) or found.program_name or 'nobody'}"
    return True, ""


def _why_own(ctx: Context, conversation: Mapping[str, Any]) -> str:
    if conversation["source_kind"] == SourceKind.CAMPAIGN:
        return "the campaign's number"
    if conversation["source_kind"] == SourceKind.SERVICE:
        return "the service's number"
    if conversation["source_from_id"] is not None:
        name = programs.names(ctx.tx).get(conversation["source_from_id"], "a campaign")
        return f"the number that the contact knows from {name}"
    return "the number of this conversation"


def _why_mine(ctx: Context, found: SenderRow) -> str:
    if found.program_name:
        return f"dedicated to {found.program_name}"
    if found.id in ctx.reach.lent and found.id not in ctx.reach.held:
        return f"lent to you while {', '.join(found.holders)} is away"
    if found.id not in ctx.reach.held:
        return f"held by {', '.join(found.holders)}" if found.holders else "held by nobody"
    return "shared with you" if found.id in ctx.reach.shared else "your own number"


# --- rows ---------------------------------------------------------------------------------------------


def _rows(
    ctx: Context, stored: Sequence[Mapping[Any, Any]], running: Sequence[Mapping[Any, Any]]
) -> tuple[SenderRow, ...]:
    """Names are looked up once for all rows, and each row costs what stands in it."""
    known = ctx.remembered(_holder_names)
    program_names = ctx.remembered(programs.names)
    serves = ctx.remembered(programs.by_sender)
    held: dict[UUID, list[Mapping[Any, Any]]] = {}
    for holding in running:
        held.setdefault(holding["sender_id"], []).append(holding)
    return tuple(
        _row(
            item,
            held.get(item["id"], ()),
            known,
            program_names.get(serves[item["id"]], "") if item["id"] in serves else "",
        )
        for item in stored
    )


def _holder_names(tx: Tx) -> dict[UUID, str]:
    return people.names(tx) | senders.group_names(tx) | programs.names(tx)


def _row(
    item: Mapping[Any, Any],
    held: Sequence[Mapping[Any, Any]],
    known: Mapping[UUID, str],
    program_name: str,
) -> SenderRow:
    said = item["registration"]
    stored = None if said is None else registration.from_json(said)
    rule = next((each["rule"] for each in reversed(held) if each["rule"]), None)
    others = [each for each in held if each["holder_kind"] != HolderKind.PROGRAM]
    return SenderRow(
        id=item["id"],
        channel=Channel(item["channel"]),
        address=item["address"],
        display=peer_text(item["address"]),
        kind=SenderKind(item["kind"]),
        country=item["country"],
        label=item["label"],
        direction=SenderDirection(item["direction"]),
        health=Health(item["health"]),
        holders=_names_of(held, known),
        program_name=program_name,
        account_label=item["account_label"] or "",
        retired=item["retired_at"] is not None,
        purpose=Purpose(item["purpose"]),
        health_reason=item["health_reason"],
        registration=stored,
        registered=_registered(item, stored),
        inbound_id=item["inbound_id"],
        fallback_id=item["fallback_id"],
        account_id=item["account_id"],
        rule=None if rule is None else RoutingRule(rule),
        alone=len(others) == 1 and others[0]["holder_kind"] == HolderKind.PERSON,
        held=bool(others),
    )


def _names_of(held: Sequence[Mapping[Any, Any]], known: Mapping[UUID, str]) -> tuple[str, ...]:
    found = sorted({known[each["holder_id"]] for each in held if each["holder_id"] in known})
    everyone = any(each["holder_kind"] == HolderKind.ORGANISATION for each in held)
    return ("everyone", *found) if everyone else tuple(found)


def _registered(item: Mapping[Any, Any], said: Registration | None) -> bool | None:
    """Whether what its country asks for stands there; None where it asks for nothing (R41)."""
    if item["country"] == "US" and item["kind"] == SenderKind.LONG_CODE:
        return said is not None and said.us is not None and said.us.approved
    india = None if said is None else said.india
    if india is not None and india.domestic:
        return not india.missing()
    if item["country"] == "IN" and item["kind"] == SenderKind.ALPHANUMERIC:
        return False
    return None


@lru_cache(maxsize=5_000)
def zone_of(e164: str | None) -> str:
    """The likely time zone of a number; "" where its country has several or none is known."""
    if e164 is None:
        return ""
    import phonenumbers
    from phonenumbers import timezone  # 8 ms to load: only when a conversation is opened

    zones = timezone.time_zones_for_number(phonenumbers.parse(e164))
    return zones[0] if len(zones) == 1 and zones[0] != timezone.UNKNOWN_TIMEZONE else ""
