"""Bulk reassignment: conversations and sender IDs in one transaction (R30, R59, GC6)."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from sms_desk.domain import commands as c
from sms_desk.domain import routing
from sms_desk.domain.changes import NOTHING, Changes
from sms_desk.domain.errors import RefusedError
from sms_desk.domain.model import HolderKind, Role, RoutingRule
from sms_desk.services import reassignment, telling
from sms_desk.services.context import Context
from sms_desk.services.effects import Effect, conversations
from sms_desk.services.handlers import owners
from sms_desk.services.reassignment import Plan
from sms_desk.store import people, senders
from sms_desk.store.ids import derived


def reassign(ctx: Context, command: c.Reassign) -> Effect:
    """Everything that the targets mean when it runs, to who the split says."""
    plan = reassignment.plan(ctx, command)
    moves = owners.give(ctx, command, plan.rows, plan.given, "reassigned")
    takers = owners.by_owner(plan.given)
    for owner_id, ids in takers.items():
        telling.assigned(ctx, command.id, owner_id, ids)
    back = _move_senders(ctx, command, plan)
    moved = frozenset(plan.given)
    changes = NOTHING
    if moved or back:
        changes = Changes.of(conversation=moved if moved and not back else None)
    if back:
        changes |= Changes.of(sender=frozenset(plan.takers or {}))
    return Effect(
        changes,
        len(moved),
        _label(ctx, plan, list(takers)),
        inverse=back,
        by_events=bool(moved),
        moves=moves,
    )


def _label(ctx: Context, plan: Plan, takers: list[UUID | None]) -> str:
    names = people.names(ctx.tx)
    text = f"Reassigned {conversations(len(plan.given))}"
    if len(takers) == 1 and takers[0] is not None:
        text += f" to {names[takers[0]]}"
    elif takers:
        text += f" among {len(takers):,} people"
    if plan.takers:
        n = len(plan.takers)
        text += f", with {'1 sender ID' if n == 1 else f'{n:,} sender IDs'}"
    if plan.unnamed:
        text += f"; {len(plan.unnamed):,} that no share names stay"
    return text


# --- sender IDs -----------------------------------------------------------------------------------


def _move_senders(ctx: Context, command: c.Reassign, plan: Plan) -> tuple[c.Command, ...]:
    """The old holdings end, new ones begin with the same terms (R59). Returns the way back.

    A rule that names who gives away names who takes, so that what nobody owns follows.
    """
    if not plan.holdings or not plan.takers:
        return ()
    ended: list[c.EndedHolding] = []
    begun: list[UUID] = []
    for row in plan.holdings:
        at = max(ctx.now, row["since"])
        senders.set_holding_end(ctx.tx, row["id"], at)
        ended.append(c.EndedHolding(row["id"], at, row["until"]))
        takers = plan.takers[row["sender_id"]]
        rule, named = rule_of(row, row["holder_id"], takers)
        for person_id in takers:
            since = _free_from(ctx, row["sender_id"], person_id, at)
            if since is None or (row["until"] is not None and since >= row["until"]):
                continue  # they hold it already, and go on doing so
            id_ = derived(command.id, f"{row['id']} {person_id}")
            senders.hold(
                ctx.tx,
                {
                    "id": id_,
                    "sender_id": row["sender_id"],
                    "holder_kind": HolderKind.PERSON,
                    "holder_id": person_id,
                    "since": since,
                    "until": row["until"],
                    "reason": command.reason.strip() or row["reason"],
                    "rule": rule,
                    "rule_person_id": named,
                    "notice": row["notice"],
                },
            )
            begun.append(id_)
    renamed: tuple[c.RenamedRule, ...] = ()
    if command.from_id is not None:
        renamed = rename_rules(ctx, command.from_id, plan.takers.get)
    back = c.RestoreHoldings(
        id=command.id, at=command.at, ended=tuple(ended), begun=tuple(begun), renamed=renamed
    )
    return (back,)


def _free_from(ctx: Context, sender_id: UUID, person_id: UUID, at: datetime) -> datetime | None:
    """When a new holding of somebody can begin: after one that they have; None: that has no end."""
    since = at
    for row in senders.holdings(ctx.tx, sender_id):
        if row["holder_kind"] != HolderKind.PERSON or row["holder_id"] != person_id:
            continue
        if row["until"] is None:
            return None
        since = max(since, row["until"])
    return since


def rule_of(
    row: Mapping[Any, Any], leaver: UUID, takers: Sequence[UUID]
) -> tuple[RoutingRule | None, UUID | None]:
    """What the rule of a holding says once others take its sender ID."""
    rule = None if row["rule"] is None else RoutingRule(row["rule"])
    return routing.after_leaving(rule, row["rule_person_id"], leaver, takers)


def rename_rules(
    ctx: Context, leaver: UUID, takers: Callable[[UUID], Sequence[UUID] | None]
) -> tuple[c.RenamedRule, ...]:
    """Rules of others' holdings that name who gives away say what they say then. takers: of a sender
    ID, None where it stays."""
    found = []
    for row in senders.naming(ctx.tx, leaver, ctx.now):
        to = takers(row["sender_id"])
        if to is not None:
            rule, named = rule_of(row, leaver, to)
            senders.change_holding(ctx.tx, row["id"], rule=rule, rule_person_id=named)
            found.append(c.RenamedRule(row["id"], rule, named, leaver))
    return tuple(found)


def restore_holdings(ctx: Context, command: c.RestoreHoldings) -> Effect:
    """The way back of sender IDs: what still stands as it was left goes back; the note names what
    somebody has changed since."""
    if ctx.actor.role is Role.REP:
        raise RefusedError(
            "Sender IDs are given out by supervisors and admins.", "Ask one of them.", rule="role"
        )
    rows = {row["id"]: row for row in senders.some_holdings(ctx.tx, _named(command))}
    touched: set[UUID] = set()
    kept: set[UUID] = set()
    contradicted = {
        rows[one.holding_id]["sender_id"]
        for one in command.ended
        if rows[one.holding_id]["until"] != one.at
    } | {rows[id_]["sender_id"] for id_ in command.begun if _over(ctx, rows[id_])}
    for one in command.ended:
        row = rows[one.holding_id]
        if row["sender_id"] in contradicted:
            kept.add(row["sender_id"])
            continue
        senders.set_holding_end(ctx.tx, row["id"], one.until)
        touched.add(row["sender_id"])
    for id_ in command.begun:
        row = rows[id_]
        if row["sender_id"] not in contradicted:
            senders.set_holding_end(ctx.tx, id_, max(ctx.now, row["since"]))
    for renamed in command.renamed:
        row = rows[renamed.holding_id]
        if row["rule"] == renamed.rule and row["rule_person_id"] == renamed.person_id:
            senders.change_holding(
                ctx.tx, row["id"], rule=RoutingRule.NAMED, rule_person_id=renamed.before_id
            )
    n = len(kept)
    note = ""
    if n:
        what = "1 sender ID stays" if n == 1 else f"{n:,} sender IDs stay"
        note = f"{what}: somebody has changed who holds it since."
    changes = Changes.of(sender=frozenset(touched), conversation=None) if touched else NOTHING
    return Effect(changes, len(touched), "Gave sender IDs back", note=note)


def _over(ctx: Context, row: Any) -> bool:
    return row["until"] is not None and row["until"] <= ctx.now


def _named(command: c.RestoreHoldings) -> list[UUID]:
    return [
        *(one.holding_id for one in command.ended),
        *command.begun,
        *(one.holding_id for one in command.renamed),
    ]
