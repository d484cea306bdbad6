"""Many sender IDs at once, from a file or from the provider's list: all of them or none (R11)."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping
from functools import cache, partial
from typing import Any
from uuid import UUID

from sms_desk.domain import commands as c
from sms_desk.domain import registration, sender_policy
from sms_desk.domain.changes import Changes
from sms_desk.domain.errors import UsageError
from sms_desk.domain.model import (
    Health,
)
from sms_desk.domain.sender_policy import Neighbour, Neighbours
from sms_desk.services.context import Context
from sms_desk.services.effects import Effect, require_admin
from sms_desk.services.handlers import holdings
from sms_desk.services.sender_checks import by_id
from sms_desk.services.sender_lines import draft_of, holder_of, identity, line_of, neighbour_of
from sms_desk.settings import facts
from sms_desk.store import senders
from sms_desk.store.ids import derived

Stored = Mapping[UUID, Any]


def import_senders(ctx: Context, command: c.ImportSenders) -> Effect:
    """Each line as it shall be; the way back is one import too."""
    require_admin(ctx)
    stored = senders.some(ctx.tx, [line.sender_id for line in command.lines])
    _check(ctx, command, stored)
    added = [line for line in command.lines if line.sender_id not in stored]
    changed = [line for line in command.lines if line.sender_id in stored]
    senders.insert_many(ctx.tx, [_new_row(line, command) for line in added])
    senders.change_many(ctx.tx, [_row(line, stored, command) for line in changed])
    # Numbers that name one another are there by now.
    senders.change_many(ctx.tx, [_links(line) for line in command.lines])
    senders.carry_many(ctx.tx, [_carriage(line, command) for line in added if line.account_id])
    for line in changed:
        _carry(ctx, command, line, stored[line.sender_id]["account_id"])
    begun, ended = _hold(ctx, command)
    senders.retire_many(ctx.tx, command.removed, command.at)
    back = c.ImportSenders(
        id=command.id,
        at=command.at,
        lines=tuple(line_of(stored[line.sender_id]) for line in changed),
        removed=tuple(line.sender_id for line in added),
    )
    ends = (c.EndHolding(id=command.id, at=command.at, holding_id=id_) for id_ in begun)
    resumed = (holdings.restored(command, row) for row in ended)
    count = len(command.lines) + len(command.removed)
    label = f"Imported {count:,} sender ID{'' if count == 1 else 's'}"
    changes = Changes.of(sender=None, conversation=None)
    return Effect(changes, count, label, inverse=(*ends, *resumed, back))


# --- what cannot be -------------------------------------------------------------------------------


def _check(ctx: Context, command: c.ImportSenders, stored: Stored) -> None:
    """Raises UsageError for the first line that cannot be."""
    before = by_id(ctx)
    after = before | {line.sender_id: neighbour_of(line) for line in command.lines}
    was, will = Neighbours(before), Neighbours(after)
    countries = facts.sender_id_countries()
    _refuse_twins(after)
    for line in command.lines:
        found = sender_policy.errors(sender_policy.check(draft_of(line), will, countries))
        if not found:
            continue
        row = stored.get(line.sender_id)
        old = () if row is None else sender_policy.check(draft_of(line_of(row)), was, countries)
        for wrong in found:
            if wrong not in old:
                raise UsageError(f"{line.address}: {wrong.title}", wrong.next_step)


def _refuse_twins(after: Mapping[UUID, Neighbour]) -> None:
    """A sender ID is one by channel and address, a short code in each country (R1)."""
    seen = set[tuple[str, str, str]]()
    for each in after.values():
        key = identity(each.channel, each.kind, each.address, each.country)
        if key in seen:
            raise UsageError(f"{each.address} stands there twice.", "Keep one of the two.")
        seen.add(key)


# --- rows -------------------------------------------------------------------------------------------


def _described(line: c.SenderLine) -> dict[str, Any]:
    said = line.registration
    return {
        "id": line.sender_id,
        "kind": line.kind,
        "country": line.country.strip().upper(),
        "label": line.label.strip(),
        "direction": line.direction,
        "purpose": line.purpose,
        "registration": None if said is None else registration.to_json(said),
    }


def _new_row(line: c.SenderLine, command: c.ImportSenders) -> dict[str, Any]:
    return {
        **_described(line),
        "channel": line.channel,
        "address": sender_policy.clean_address(line.address),
        "health": Health.OK,
        "created_at": command.at,
        "retired_at": command.at if line.retired else None,
    }


def _row(line: c.SenderLine, stored: Stored, command: c.ImportSenders) -> dict[str, Any]:
    retired_at = stored[line.sender_id]["retired_at"] or command.at
    return {**_described(line), "retired_at": retired_at if line.retired else None}


def _links(line: c.SenderLine) -> dict[str, Any]:
    return {
        "id": line.sender_id,
        "inbound_id": line.inbound_id,
        "fallback_id": line.fallback_id,
    }


def _carriage(line: c.SenderLine, command: c.ImportSenders) -> dict[str, Any]:
    return {
        "id": derived(command.id, f"carry {line.sender_id}"),
        "sender_id": line.sender_id,
        "account_id": line.account_id,
        "since": command.at,
    }


def _carry(ctx: Context, command: c.ImportSenders, line: c.SenderLine, before: UUID | None) -> None:
    if line.account_id == before:
        return
    if line.account_id is None:
        senders.uncarry(ctx.tx, line.sender_id, command.at)
    else:
        senders.carry(
            ctx.tx,
            id_=derived(command.id, f"carry {line.sender_id}"),
            sender_id=line.sender_id,
            account_id=line.account_id,
            at=command.at,
        )


# --- holders -------------------------------------------------------------------


def _hold(ctx: Context, command: c.ImportSenders) -> tuple[list[UUID], list[Any]]:
    """The holders named in each line hold it from now on, and nobody else. Returns the ids of the
    holdings that began, and those that ended as they were."""
    wanted = {line.sender_id: line.holders for line in command.lines if line.holders is not None}
    if not wanted:
        return [], []
    running: dict[UUID, dict[c.Holder, Any]] = defaultdict(dict)
    groups = senders.groups(ctx.tx)
    for row in senders.running_holdings(ctx.tx, ctx.now):
        running[row["sender_id"]][holder_of(row, groups)] = row
    checked = cache(partial(holdings.checked, ctx))
    begun, ended, rows = list[UUID](), list[Any](), list[dict[str, Any]]()
    for sender_id, named in wanted.items():
        now = running[sender_id]
        theirs = {
            holder if holder in now else c.Holder(checked(holder), holder.id) for holder in named
        }
        ended += [row for holder, row in now.items() if holder not in theirs]
        for holder in sorted(theirs - now.keys(), key=str):
            begun.append(derived(command.id, f"{sender_id} {holder.kind} {holder.id}"))
            rows.append(_holding(begun[-1], sender_id, holder, command))
    senders.hold_many(ctx.tx, rows)
    for row in ended:
        senders.set_holding_end(ctx.tx, row["id"], command.at)
    return begun, ended


def _holding(
    id_: UUID, sender_id: UUID, holder: c.Holder, command: c.ImportSenders
) -> dict[str, Any]:
    return {
        "id": id_,
        "sender_id": sender_id,
        "holder_kind": holder.kind,
        "holder_id": holder.id,
        "since": command.at,
        "reason": "import",
    }
