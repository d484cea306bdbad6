"""Sender IDs: added, described, retired, imported (R1, R11, R14, R58)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from sms_desk.domain import commands as c
from sms_desk.domain import registration, sender_policy
from sms_desk.domain.changes import Changes
from sms_desk.domain.errors import UsageError
from sms_desk.domain.model import Channel, Health, Purpose, SenderDirection, SenderKind
from sms_desk.domain.sender_policy import Draft
from sms_desk.services.context import Context
from sms_desk.services.effects import Effect, require_admin
from sms_desk.services.sender_checks import neighbours
from sms_desk.settings import facts
from sms_desk.store import senders
from sms_desk.store.ids import derived


def add_sender(ctx: Context, command: c.AddSender) -> Effect:
    """A sender ID typed by hand, where the key may not list them. One that is there by this id is
    only carried by the account: it may have been added before the account was."""
    require_admin(ctx)
    if senders.briefly(ctx.tx, (command.sender_id,)):
        _carry(ctx, command)
        return Effect(Changes.of(sender=command.sender_id), 0, f"{command.address} has an account")
    country = command.country.strip().upper()
    draft = Draft(
        command.sender_id,
        command.channel,
        command.address,
        command.kind,
        country,
        command.direction,
        command.purpose,
    )
    _refuse_impossible(ctx, draft)
    address = sender_policy.clean_address(command.address)
    there = senders.by_address(ctx.tx, command.channel, address, country)
    if there is not None:
        raise _is_there(there)
    senders.insert(
        ctx.tx,
        {
            "id": command.sender_id,
            "channel": command.channel,
            "address": address,
            "kind": command.kind,
            "country": country,
            "label": command.label.strip(),
            "direction": command.direction,
            "purpose": command.purpose,
            "health": Health.OK,
            "created_at": command.at,
        },
    )
    _carry(ctx, command)
    return Effect(Changes.of(sender=command.sender_id), 1, f"Added {command.address}")


def _is_there(row: Mapping[Any, Any]) -> UsageError:
    address = row["address"]
    step = f"Change it in Sender IDs, or by sms-desk senders edit {address}."
    if row["retired_at"]:
        step = f"It was retired. Bring it back in Sender IDs, or by sms-desk senders restore {address}."
    return UsageError(f"{address} is in the directory already.", step)


def _carry(ctx: Context, command: c.AddSender) -> None:
    if command.account_id is not None:
        senders.carry(
            ctx.tx,
            id_=derived(command.id, "carry"),
            sender_id=command.sender_id,
            account_id=command.account_id,
            at=command.at,
        )


def edit_sender(ctx: Context, command: c.EditSender) -> Effect:
    """All that people say of a sender ID; what cannot be is refused."""
    require_admin(ctx)
    stored = senders.get(ctx.tx, command.sender_id)
    before = _as_it_is(command, stored)
    after = command if command.purpose is not None else _completed(command, before)
    draft = _draft(stored, after)
    _refuse_impossible(ctx, draft, was=_draft(stored, before))
    if draft.country != stored["country"]:
        _refuse_taken(ctx, draft)
    said = after.registration
    senders.change(
        ctx.tx,
        command.sender_id,
        label=after.label.strip(),
        direction=after.direction,
        inbound_id=after.inbound_id,
        kind=draft.kind,
        purpose=after.purpose,
        country=draft.country,
        registration=None if said is None else registration.to_json(said),
        fallback_id=after.fallback_id,
    )
    changes = Changes.of(sender=command.sender_id, conversation=None)
    return Effect(changes, 1, f"Changed {stored['address']}", inverse=(before,))


def _draft(stored: Any, said: c.EditSender) -> Draft:
    assert said.purpose is not None
    return Draft(
        said.sender_id,
        Channel(stored["channel"]),
        stored["address"],
        said.kind or SenderKind(stored["kind"]),
        said.country.strip().upper(),
        said.direction,
        said.purpose,
        said.registration,
        said.inbound_id,
        said.fallback_id,
    )


def _as_it_is(command: c.EditSender, row: Any) -> c.EditSender:
    """What stands there, as the command that would write it."""
    said = row["registration"]
    return c.EditSender(
        id=command.id,
        at=command.at,
        sender_id=command.sender_id,
        label=row["label"],
        direction=SenderDirection(row["direction"]),
        inbound_id=row["inbound_id"],
        kind=SenderKind(row["kind"]),
        purpose=Purpose(row["purpose"]),
        country=row["country"],
        registration=None if said is None else registration.from_json(said),
        fallback_id=row["fallback_id"],
    )


def _completed(command: c.EditSender, before: c.EditSender) -> c.EditSender:
    """A command of the first release, which knew of label, direction and inbound number only."""
    return replace(
        before,
        label=command.label,
        direction=command.direction,
        inbound_id=command.inbound_id,
    )


def _refuse_impossible(ctx: Context, draft: Draft, was: Draft | None = None) -> None:
    """Raises UsageError with the first error; advice passes (R14). was: what is stored: an error
    that stood there already does not keep anybody from changing the rest."""
    around, countries = neighbours(ctx), facts.sender_id_countries()
    old = () if was is None else sender_policy.check(was, around, countries)
    for wrong in sender_policy.errors(sender_policy.check(draft, around, countries)):
        if wrong not in old:
            raise UsageError(wrong.title, wrong.next_step)


def _refuse_taken(ctx: Context, draft: Draft) -> None:
    there = senders.by_address(ctx.tx, draft.channel, draft.address, draft.country)
    if there is not None and there["id"] != draft.id:
        raise UsageError(
            f"{draft.address} is in the directory already in that country.",
            "Change that one in Sender IDs, or give this one another country.",
        )


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
