"""Who holds a sender ID, from when to when, and by which rule it routes (R12, R19, R59)."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any
from uuid import UUID

from sms_desk.domain import commands as c
from sms_desk.domain.changes import NOTHING, Changes
from sms_desk.domain.errors import NotFoundError, RefusedError, UsageError
from sms_desk.domain.model import HolderKind, RoutingRule
from sms_desk.services.context import Context
from sms_desk.services.effects import Effect, require_admin
from sms_desk.services.notice_words import DEFAULT
from sms_desk.services.routing import Router, Unowned
from sms_desk.store import events, notices, people, programs, senders, team_states
from sms_desk.store.events import Event, EventKind
from sms_desk.store.ids import derived

_Begins = c.HoldSender | c.HoldSenders
_GROUPS = (HolderKind.TEAM, HolderKind.PROFILE)
_NAMED = 12
"""So many templates a refusal lists."""


def hold_sender(ctx: Context, command: c.HoldSender) -> Effect:
    """A dated holding begins (R59)."""
    require_admin(ctx)
    address = senders.get(ctx.tx, command.sender_id)["address"]
    holder = c.Holder(command.holder_kind, command.holder_id)
    kind = checked(ctx, holder)
    _check_terms(ctx, command)
    if _held(ctx, command, (command.sender_id,), c.Holder(kind, holder.id)):
        raise RefusedError(
            f"They hold {address} already.",
            "Change that holding, or end it first.",
            rule="holding",
        )
    _begin(ctx, command, command.holding_id, command.sender_id, c.Holder(kind, holder.id))
    back: list[c.Command] = [
        c.EndHolding(id=command.id, at=command.at, holding_id=command.holding_id)
    ]
    back += _route_unowned(ctx, command, (command.sender_id,))
    changes = Changes.of(sender=command.sender_id, conversation=None)
    return Effect(changes, 1, f"Gave out {address}", inverse=tuple(back))


def hold_senders(ctx: Context, command: c.HoldSenders) -> Effect:
    """As several `hold_sender`; a holder who has one already goes on as before."""
    require_admin(ctx)
    sender_ids = tuple(dict.fromkeys(command.sender_ids))
    if len(senders.briefly(ctx.tx, sender_ids)) < len(sender_ids):
        raise UsageError("There is no such sender ID.", "Choose others.")
    _check_terms(ctx, command)
    back: list[c.Command] = []
    for holder in dict.fromkeys(command.holders):
        real = c.Holder(checked(ctx, holder), holder.id)
        held = _held(ctx, command, sender_ids, real)
        for sender_id in sender_ids:
            if sender_id in held:
                continue
            holding_id = derived(command.id, f"{sender_id} {real.kind} {real.id}")
            _begin(ctx, command, holding_id, sender_id, real)
            back.append(c.EndHolding(id=command.id, at=command.at, holding_id=holding_id))
    if not back:
        return Effect(NOTHING, 0, "They hold them already")
    count = len(back)
    back += _route_unowned(ctx, command, sender_ids)
    changes = Changes.of(sender=frozenset(sender_ids), conversation=None)
    words = "a sender ID" if len(sender_ids) == 1 else f"{len(sender_ids):,} sender IDs"
    return Effect(changes, count, f"Gave out {words}", inverse=tuple(back))


def edit_holding(ctx: Context, command: c.EditHolding) -> Effect:
    """How long, why and by which rule it runs."""
    require_admin(ctx)
    before = senders.holding(ctx.tx, command.holding_id)
    if command.until is not None and command.until < before["since"]:
        raise UsageError("The holding would end before it began.", "Choose a later day.")
    _check_rule(ctx, command.rule, command.rule_person_id)
    if command.notice != before["notice"]:
        _check_notice(ctx, command.notice, retired=True)
    _refuse_second(ctx, command, before)
    senders.change_holding(ctx.tx, command.holding_id, **_terms(command))
    back = restored(command, before)
    changes = Changes.of(sender=before["sender_id"], conversation=None)
    return Effect(changes, 1, "Changed the holding", inverse=(back,))


def end_holding(ctx: Context, command: c.EndHolding) -> Effect:
    """It ends now; one that has ended stays as it was (R59)."""
    require_admin(ctx)
    before = senders.holding(ctx.tx, command.holding_id)
    if before["until"] is not None and before["until"] <= command.at:
        return Effect(NOTHING, 0, "It had ended already")
    senders.set_holding_end(ctx.tx, command.holding_id, max(command.at, before["since"]))
    changes = Changes.of(sender=before["sender_id"], conversation=None)
    back = restored(command, before)
    return Effect(changes, 1, "Took the sender ID back", inverse=(back,))


def restored(command: c.Command, before: Any) -> c.EditHolding:
    """The command that makes a holding what it was."""
    rule = before["rule"]
    return c.EditHolding(
        id=command.id,
        at=command.at,
        holding_id=before["id"],
        until=before["until"],
        reason=before["reason"],
        rule=None if rule is None else RoutingRule(rule),
        rule_person_id=before["rule_person_id"],
        notice=before["notice"],
    )


def _begin(
    ctx: Context, command: _Begins, holding_id: UUID, sender_id: UUID, holder: c.Holder
) -> None:
    senders.hold(
        ctx.tx,
        {
            "id": holding_id,
            "sender_id": sender_id,
            "holder_kind": holder.kind,
            "holder_id": holder.id,
            "since": command.at,
            **_terms(command),
        },
    )


def _terms(command: _Begins | c.EditHolding) -> dict[str, Any]:
    return {
        "until": command.until,
        "reason": command.reason.strip(),
        "rule": command.rule,
        "rule_person_id": command.rule_person_id,
        "notice": command.notice,
    }


def _check_terms(ctx: Context, command: _Begins) -> None:
    if command.until is not None and command.until <= command.at:
        raise UsageError("The holding would end before it begins.", "Choose a later day.")
    _check_rule(ctx, command.rule, command.rule_person_id)
    _check_notice(ctx, command.notice)


def _check_notice(ctx: Context, name: str | None, *, retired: bool = False) -> None:
    """A holding names a template that is there (R21); what it names may be retired later. retired:
    one that is retired will do, so that a change can always be taken back."""
    if name is None or name == DEFAULT:
        return
    row = notices.template(ctx.tx, name)
    if row is not None and (retired or row["retired_at"] is None):
        return
    if row is not None:
        raise RefusedError(
            f"The e-mail template “{name}” is retired.",
            "Bring it back first, or name another.",
            rule="notice",
        )
    known = ", ".join([DEFAULT, *(each["name"] for each in notices.templates(ctx.tx))][:_NAMED])
    raise NotFoundError(f"There is no e-mail template “{name}”.", f"There are: {known}.")


def _check_rule(ctx: Context, rule: RoutingRule | None, person_id: UUID | None) -> None:
    if (rule is RoutingRule.NAMED) != (person_id is not None):
        raise UsageError(
            "The rule “named” needs a person, and no other rule has one.", "Say who gets it."
        )
    if person_id is not None:
        people.actor(ctx.tx, person_id)  # raises for who is not here


def checked(ctx: Context, holder: c.Holder) -> HolderKind:
    """The kind of holder as it is: a profile is one also where a team was said."""
    kind, id_ = holder.kind, holder.id
    if (kind is HolderKind.ORGANISATION) != (id_ is None):
        raise UsageError("A holder is somebody, or the whole organisation.", "Choose one.")
    if id_ is None:
        return kind
    if kind in _GROUPS:
        found = senders.group_kind(ctx.tx, id_)
        if found is None:
            raise UsageError("There is no such team or profile.", "See sms-desk team list.")
        return found
    if kind is HolderKind.PROGRAM:
        programs.get(ctx.tx, id_)
    else:
        people.actor(ctx.tx, id_)
    return kind


def _held(
    ctx: Context, command: _Begins, sender_ids: Sequence[UUID], holder: c.Holder
) -> set[UUID]:
    return senders.overlapping(
        ctx.tx,
        sender_ids=sender_ids,
        holder_kind=holder.kind,
        holder_id=holder.id,
        since=command.at,
        until=command.until,
    )


def _refuse_second(ctx: Context, command: c.EditHolding, before: Any) -> None:
    """A longer holding must not reach into another of the same holder."""
    for other in senders.holdings(ctx.tx, before["sender_id"]):
        same = (other["holder_kind"], other["holder_id"]) == (
            before["holder_kind"],
            before["holder_id"],
        )
        if not same or other["id"] == before["id"] or other["since"] == other["until"]:
            continue
        begins_before_end = command.until is None or other["since"] < command.until
        ends_after_start = other["until"] is None or other["until"] > before["since"]
        if begins_before_end and ends_after_start:
            raise RefusedError(
                "They hold it at that time already.", "Choose an earlier end.", rule="holding"
            )


def _route_unowned(ctx: Context, command: _Begins, sender_ids: Sequence[UUID]) -> list[c.Command]:
    """Whoever wrote while nobody held the sender ID is now routed by the rule (R19): a first sync
    brings conversations before anybody has said whose number it is. Returns the way back."""
    router = Router(people.directory(ctx.tx), ctx.now)
    unowned = [
        Unowned(row.id, row.sender_id, row.contact_id)
        for row in team_states.never_owned(ctx.tx, sender_ids)
    ]
    owners: dict[UUID, list[UUID]] = {}
    happened = []
    for id_, decided in router.decide(ctx.tx, unowned).items():
        if decided.owner_id is None:
            continue
        owners.setdefault(decided.owner_id, []).append(id_)
        detail = {"before": None, "after": str(decided.owner_id), "trail": decided.trail()}
        happened.append(
            Event(derived(command.id, id_), id_, ctx.now, EventKind.ROUTED, detail=detail)
        )
    for owner_id, ids in owners.items():
        team_states.set_owner(ctx.tx, ids, owner_id)
    events.append(ctx.tx, happened)
    taken = tuple(id_ for ids in owners.values() for id_ in ids)
    if not taken:
        return []
    back = c.Assign(id=command.id, at=command.at, targets=c.Targets(taken), owner_id=None)
    return [back]
