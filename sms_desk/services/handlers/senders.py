"""Sender IDs, and who holds them."""

from __future__ import annotations

from uuid import UUID

from sms_desk.domain import addresses, routing
from sms_desk.domain import commands as c
from sms_desk.domain.changes import Changes
from sms_desk.domain.errors import UsageError
from sms_desk.domain.model import Channel, Health, Purpose, SenderKind
from sms_desk.domain.scopes import Holders, holders_now
from sms_desk.services.context import Context
from sms_desk.services.effects import Effect, require_admin
from sms_desk.store import events, people, senders, team_states
from sms_desk.store.events import Event, EventKind
from sms_desk.store.ids import derived


def add_sender(ctx: Context, command: c.AddSender) -> Effect:
    """A sender ID typed by hand, where the key may not list them."""
    require_admin(ctx)
    address = _address(command)
    if senders.by_address(ctx.tx, command.channel, address, command.country.upper()) is not None:
        raise UsageError(f"{command.address} is in the directory already.")
    senders.insert(
        ctx.tx,
        {
            "id": command.sender_id,
            "channel": command.channel,
            "address": address,
            "kind": command.kind,
            "country": command.country.upper(),
            "label": command.label.strip(),
            "direction": command.direction,
            "purpose": Purpose.DIRECT,
            "health": Health.OK,
            "created_at": command.at,
        },
    )
    if command.account_id is not None:
        senders.carry(
            ctx.tx,
            id_=derived(command.id, "carry"),
            sender_id=command.sender_id,
            account_id=command.account_id,
            at=command.at,
        )
    return Effect(Changes.of(sender=command.sender_id), 1, f"Added {command.address}")


def edit_sender(ctx: Context, command: c.EditSender) -> Effect:
    require_admin(ctx)
    before = senders.get(ctx.tx, command.sender_id)
    if command.inbound_id == command.sender_id:
        raise UsageError("A sender ID is not its own inbound number.")
    senders.change(
        ctx.tx,
        command.sender_id,
        label=command.label.strip(),
        direction=command.direction,
        inbound_id=command.inbound_id,
    )
    back = c.EditSender(
        id=command.id,
        at=command.at,
        sender_id=command.sender_id,
        label=before["label"],
        direction=before["direction"],
        inbound_id=before["inbound_id"],
    )
    changes = Changes.of(sender=command.sender_id, conversation=None)
    return Effect(changes, 1, f"Changed {before['address']}", inverse=(back,))


def retire_sender(ctx: Context, command: c.RetireSender) -> Effect:
    """It sends no more; history stays, and it can come back (R58)."""
    require_admin(ctx)
    address = senders.get(ctx.tx, command.sender_id)["address"]
    senders.change(ctx.tx, command.sender_id, retired_at=command.at if command.retired else None)
    back = c.RetireSender(
        id=command.id, at=command.at, sender_id=command.sender_id, retired=not command.retired
    )
    verb = "Retired" if command.retired else "Brought back"
    return Effect(Changes.of(sender=command.sender_id), 1, f"{verb} {address}", inverse=(back,))


def hold_sender(ctx: Context, command: c.HoldSender) -> Effect:
    """A dated holding begins (R59)."""
    require_admin(ctx)
    address = senders.get(ctx.tx, command.sender_id)["address"]
    senders.hold(
        ctx.tx,
        {
            "id": command.holding_id,
            "sender_id": command.sender_id,
            "holder_kind": command.holder_kind,
            "holder_id": command.holder_id,
            "since": command.at,
            "until": command.until,
            "reason": command.reason,
        },
    )
    taken = _route_unowned(ctx, command)
    back: list[c.Command] = [
        c.EndHolding(id=command.id, at=command.at, holding_id=command.holding_id)
    ]
    if taken:
        targets = c.Targets(tuple(taken))
        back.append(c.Assign(id=command.id, at=command.at, targets=targets, owner_id=None))
    changes = Changes.of(sender=command.sender_id, conversation=None)
    return Effect(changes, 1, f"Gave out {address}", inverse=tuple(back))


def _route_unowned(ctx: Context, command: c.HoldSender) -> list[UUID]:
    """Whoever wrote while nobody held the sender ID is now routed by the rule (R19): a first sync
    brings conversations before anybody has said whose number it is."""
    holders = holders_now(people.directory(ctx.tx), ctx.now).get(command.sender_id, Holders())
    decided = routing.route(holders)
    if decided.owner_id is None:
        return []
    ids = team_states.never_owned(ctx.tx, command.sender_id)
    team_states.set_owner(ctx.tx, ids, decided.owner_id)
    detail = {"before": None, "after": str(decided.owner_id), "trail": decided.trail()}
    events.append(
        ctx.tx,
        [
            Event(derived(command.id, id_), id_, ctx.now, EventKind.ROUTED, detail=detail)
            for id_ in ids
        ],
    )
    return ids


def end_holding(ctx: Context, command: c.EndHolding) -> Effect:
    require_admin(ctx)
    holding = senders.holding(ctx.tx, command.holding_id)
    senders.set_holding_end(ctx.tx, command.holding_id, command.at)
    changes = Changes.of(sender=holding["sender_id"], conversation=None)
    return Effect(changes, 1, "Took the sender ID back")


_KINDS = {
    SenderKind.SHORT_CODE: addresses.AddressKind.SHORT_CODE,
    SenderKind.ALPHANUMERIC: addresses.AddressKind.ALPHANUMERIC,
}


def _address(command: c.AddSender) -> str:
    """The address as the directory keeps it; what is no such sender ID is refused."""
    _, rest = addresses.split_channel(command.address.strip())
    found = addresses.from_provider(rest)
    wanted = _KINDS.get(command.kind, addresses.AddressKind.PHONE)
    if found.kind is not wanted:
        raise UsageError(
            f"“{command.address}” is not a {command.kind.replace('_', ' ')}.",
            "Numbers begin with + and the country code; names have at most eleven characters.",
        )
    if (command.kind is SenderKind.WHATSAPP) != (command.channel is Channel.WHATSAPP):
        raise UsageError("A WhatsApp number has the channel WhatsApp, and no other kind has.")
    return found.e164 or found.key
