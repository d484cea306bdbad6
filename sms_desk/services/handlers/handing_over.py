"""What somebody owned goes to others for good: a permanent absence on its first day (R29)."""

from __future__ import annotations

from collections import defaultdict
from datetime import datetime
from typing import Any
from uuid import UUID

from sms_desk.domain import commands as c
from sms_desk.domain.absences import Absence, Part, Split
from sms_desk.domain.changes import NOTHING, Changes
from sms_desk.domain.errors import RefusedError
from sms_desk.domain.model import HolderKind
from sms_desk.domain.splitting import Thing, divide
from sms_desk.services import absences
from sms_desk.services.absence_checks import PlanLook
from sms_desk.services.context import Context
from sms_desk.services.effects import Effect, conversations
from sms_desk.services.handlers.conversations import undo_batch
from sms_desk.store import absence_plans, events, people, scheduled, senders, team_states
from sms_desk.store import absences as absence_store
from sms_desk.store import conversations as conversation_store
from sms_desk.store.events import Event, EventKind
from sms_desk.store.ids import derived
from sms_desk.store.scheduled import ScheduledState

HANDED_OVER = "handed_over"


def hand_over(ctx: Context, command: c.HandOver) -> Effect:
    """Open and snoozed conversations, sender IDs and scheduled messages, by the plan's own splits.

    What the plan gives to nobody gets no owner, and so stands in Unassigned. Conversations that were
    closed keep their owner's name; one that opens again comes along the next time this runs.
    """
    row = absence_plans.get(ctx.tx, command.absence_id)
    absences.require_may_plan(ctx, row["person_id"])
    absence = absence_store.value_of(row)
    if not absence.permanent or not absence.runs(ctx.now) or row["cancelled_at"] is not None:
        raise RefusedError("Nobody leaves for good now.", rule="not_permanent")
    look = PlanLook(ctx, absence.person_id)
    later = look.scheduled
    moved = _move_conversations(ctx, command, look, absence)
    ended, begun = _move_holdings(ctx, command, absence)
    messages = _move_scheduled(ctx, absence, look)
    absence_plans.change(ctx.tx, absence.id, begun_at=row["begun_at"] or ctx.now)
    if not (moved or ended or messages):
        return Effect(NOTHING, 0, "Nothing was left to hand over")
    back = c.TakeBackHandOver(
        id=command.id,
        at=command.at,
        absence_id=absence.id,
        batch_id=command.id,
        ended=ended,
        begun=begun,
        scheduled=messages,
    )
    changes = Changes.of(conversation=None, sender=None, absence=absence.id)
    if later:
        changes |= Changes.of(scheduled=None)
    name = people.get(ctx.tx, absence.person_id)["name"]
    label = f"Handed over {name}'s {conversations(moved)}"
    return Effect(changes, moved + len(ended) + len(messages), label, (back,))


def _move_conversations(ctx: Context, command: c.HandOver, look: PlanLook, absence: Absence) -> int:
    gone = ctx.directory.suspended
    takers = {id_: None if taker in gone else taker for id_, taker in look.takers(absence).items()}
    by_owner: dict[UUID | None, list[UUID]] = defaultdict(list)
    for id_, taker in takers.items():
        by_owner[taker].append(id_)
    for taker, ids in by_owner.items():
        team_states.set_owner(ctx.tx, ids, taker)
    events.append(
        ctx.tx,
        [
            Event(
                derived(command.id, id_),
                id_,
                ctx.now,
                EventKind.ASSIGNED,
                ctx.actor.person_id,
                HANDED_OVER,
                {
                    "before": {"owner_id": str(absence.person_id)},
                    "after": {"owner_id": None if taker is None else str(taker)},
                    "absence": str(absence.id),
                },
                command.id,
            )
            for id_, taker in takers.items()
        ],
    )
    return len(takers)


def _move_holdings(
    ctx: Context, command: c.HandOver, absence: Absence
) -> tuple[tuple[tuple[UUID, datetime | None], ...], tuple[UUID, ...]]:
    """End what they hold by name, and let the takers hold it by the same terms."""
    ended: list[tuple[UUID, datetime | None]] = []
    begun: list[UUID] = []
    for row in senders.running_holdings(ctx.tx, ctx.now):
        if (row["holder_kind"], row["holder_id"]) != (HolderKind.PERSON, absence.person_id):
            continue
        senders.set_holding_end(ctx.tx, row["id"], max(ctx.now, row["since"]))
        ended.append((row["id"], row["until"]))
        for taker in _takers_of(absence, row["sender_id"]):
            if taker in ctx.directory.suspended or _holds(ctx, row["sender_id"], taker):
                continue
            holding_id = derived(command.id, f"{row['sender_id']} {taker}")
            senders.hold(
                ctx.tx,
                {
                    "id": holding_id,
                    "sender_id": row["sender_id"],
                    "holder_kind": HolderKind.PERSON,
                    "holder_id": taker,
                    "since": ctx.now,
                    "until": row["until"],
                    "reason": HANDED_OVER,
                    "rule": row["rule"],
                    "rule_person_id": row["rule_person_id"],
                    "notice": row["notice"],
                },
            )
            begun.append(holding_id)
    return tuple(ended), tuple(begun)


def _takers_of(absence: Absence, sender_id: UUID) -> list[UUID]:
    shares = absence.cover(Part.SENDERS).shares
    named = [share.person_id for share in shares if sender_id in share.keys]
    return named or [share.person_id for share in shares if not share.keys]


def _holds(ctx: Context, sender_id: UUID, person_id: UUID) -> bool:
    found = senders.overlapping(
        ctx.tx,
        sender_ids=(sender_id,),
        holder_kind=HolderKind.PERSON,
        holder_id=person_id,
        since=ctx.now,
        until=None,
    )
    return bool(found)


def _move_scheduled(
    ctx: Context, absence: Absence, look: PlanLook
) -> tuple[tuple[UUID, UUID, UUID | None], ...]:
    """Each waiting message to whoever takes that part, else to who has its conversation now; it was
    written by the other, and says so (R26). Without a taker its writer keeps it."""
    later = look.scheduled
    if not later:
        return ()
    cover = absence.cover(Part.SCHEDULED)
    things = [Thing(one.id, one.program_id, one.sender_id) for one in later]
    split = cover.split if cover.shares else Split.ONE
    taken = divide(things, split, cover.shares)
    places = conversation_store.load(ctx.tx, list({one.conversation_id for one in later}))
    moved = []
    for one in later:
        place = places[one.conversation_id]
        taker = taken.get(one.id) or place["owner_id"]
        if taker is None or taker == absence.person_id or taker in ctx.directory.suspended:
            continue
        scheduled.change(
            ctx.tx,
            one.id,
            author_id=taker,
            on_behalf_id=absence.person_id,
            owner_epoch=place["owner_epoch"],
        )
        moved.append((one.id, absence.person_id, one.on_behalf_id))
    return tuple(moved)


def take_back_hand_over(ctx: Context, command: c.TakeBackHandOver) -> Effect:
    """As if they had not left: owners, holdings and messages as before, where nobody has changed
    them since; and the absence never was."""
    row = absence_plans.get(ctx.tx, command.absence_id)
    absences.require_may_plan(ctx, row["person_id"])
    count, note = 0, ""
    if events.of_batch(ctx.tx, command.batch_id):
        back = undo_batch(ctx, command.batch_id, by=command)
        count, note = back.count, back.note
    for holding_id, until in command.ended:
        senders.set_holding_end(ctx.tx, holding_id, until)
    for holding_id in command.begun:
        holding: Any = senders.holding(ctx.tx, holding_id)
        if holding["until"] is None or holding["until"] > ctx.now:
            senders.set_holding_end(ctx.tx, holding_id, max(ctx.now, holding["since"]))
    count += len(command.ended) + _give_back_scheduled(ctx, command)
    absence_plans.change(ctx.tx, command.absence_id, cancelled_at=command.at)
    changes = Changes.of(conversation=None, sender=None, scheduled=None, absence=row["id"])
    return Effect(changes, count, "Took the hand-over back", note=note)


def _give_back_scheduled(ctx: Context, command: c.TakeBackHandOver) -> int:
    count = 0
    for id_, author_id, on_behalf_id in command.scheduled:
        row = scheduled.get(ctx.tx, id_)
        if row["state"] != ScheduledState.WAITING or row["on_behalf_id"] != author_id:
            continue
        place = conversation_store.load(ctx.tx, [row["conversation_id"]])[row["conversation_id"]]
        scheduled.change(
            ctx.tx,
            id_,
            author_id=author_id,
            on_behalf_id=on_behalf_id,
            owner_epoch=place["owner_epoch"],
        )
        count += 1
    return count
