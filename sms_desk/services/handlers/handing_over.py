"""What somebody owned goes to others for good: a permanent absence on its first day (R29)."""

from __future__ import annotations

from collections import defaultdict
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
from sms_desk.services.effects import Effect, Moves, conversations
from sms_desk.services.handlers import owners
from sms_desk.services.handlers.conversations import undo_batch
from sms_desk.services.handlers.reassignment import rename_rules, rule_of
from sms_desk.store import absence_plans, contacts, events, people, scheduled, senders
from sms_desk.store import absences as absence_store
from sms_desk.store import conversations as conversation_store
from sms_desk.store.ids import derived
from sms_desk.store.scheduled import ScheduledState

HANDED_OVER = "handed_over"


def hand_over(ctx: Context, command: c.HandOver) -> Effect:
    """Open and snoozed conversations, contacts, sender IDs with the rules that name the leaver, and
    scheduled messages, by the plan's own splits.

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
    takers = _takers(ctx, look, absence)
    moved = _move_conversations(ctx, command, absence, takers)
    held = _move_holdings(ctx, command, absence)
    contacts = _move_contacts(ctx, absence, look, takers)
    messages = _move_scheduled(ctx, absence, look)
    absence_plans.change(ctx.tx, absence.id, begun_at=row["begun_at"] or ctx.now)
    count = len(moved) + len(held.ended) + len(held.renamed) + len(messages)
    count += sum(len(some.contact_ids) for some in contacts)
    if not count:
        return Effect(NOTHING, 0, "Nothing was left to hand over")
    back = c.TakeBackHandOver(
        id=command.id,
        at=command.at,
        absence_id=absence.id,
        batch_id=command.id,
        scheduled=messages,
        contacts=contacts,
    )
    changes = Changes.of(conversation=None, sender=None, absence=absence.id)
    if later:
        changes |= Changes.of(scheduled=None)
    name = people.get(ctx.tx, absence.person_id)["name"]
    if contacts:
        changes |= Changes.of(contact=None)
    label = f"Handed over {name}'s {conversations(len(moved))}"
    return Effect(changes, count, label, (back, held), moves=moved)


def _takers(ctx: Context, look: PlanLook, absence: Absence) -> dict[UUID, UUID | None]:
    """Who takes each conversation and is here."""
    gone = ctx.directory.suspended
    return {id_: None if taker in gone else taker for id_, taker in look.takers(absence).items()}


def _move_conversations(
    ctx: Context, command: c.HandOver, absence: Absence, takers: owners.Owners
) -> Moves:
    before = {id_: {"owner_id": absence.person_id} for id_ in takers}
    return owners.give(ctx, command, before, takers, HANDED_OVER, dict.fromkeys(takers, absence.id))


def _move_holdings(ctx: Context, command: c.HandOver, absence: Absence) -> c.RestoreHoldings:
    """End what they hold by name, and let the takers hold it by the same terms; a rule that names
    them names who takes over. Returns the way back."""
    ended: list[c.EndedHolding] = []
    begun: list[UUID] = []
    for row in senders.running_holdings(ctx.tx, ctx.now):
        if (row["holder_kind"], row["holder_id"]) != (HolderKind.PERSON, absence.person_id):
            continue
        at = max(ctx.now, row["since"])
        senders.set_holding_end(ctx.tx, row["id"], at)
        ended.append(c.EndedHolding(row["id"], at, row["until"]))
        takers = _holders_after(ctx, absence, row["sender_id"])
        rule, named = rule_of(row, absence.person_id, takers)
        for taker in takers:
            if _holds(ctx, row["sender_id"], taker):
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
                    "rule": rule,
                    "rule_person_id": named,
                    "notice": row["notice"],
                },
            )
            begun.append(holding_id)
    renamed = rename_rules(
        ctx, absence.person_id, lambda sender_id: _named_after(ctx, absence, sender_id)
    )
    return c.RestoreHoldings(
        id=command.id, at=command.at, ended=tuple(ended), begun=tuple(begun), renamed=renamed
    )


def _holders_after(ctx: Context, absence: Absence, sender_id: UUID) -> list[UUID]:
    takers = absence.cover(Part.SENDERS).of_sender(sender_id)
    return [taker for taker in takers if taker not in ctx.directory.suspended]


def _named_after(ctx: Context, absence: Absence, sender_id: UUID) -> list[UUID]:
    """Whom a rule of others' holding may name then: who takes the sender ID, else what comes in."""
    takers = absence.rule_takers(sender_id)
    return [taker for taker in takers if taker not in ctx.directory.suspended]


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


def _move_contacts(
    ctx: Context, absence: Absence, look: PlanLook, takers: owners.Owners
) -> tuple[c.GivenContacts, ...]:
    """Each contact to who takes its latest conversation, else by the split of what comes in."""
    mine = contacts.owned_by(ctx.tx, absence.person_id)
    if not mine:
        return ()
    cover = absence.contacts
    here = [share for share in cover.shares if share.person_id not in ctx.directory.suspended]
    taken = divide([Thing(id_) for id_ in mine], cover.split, here)
    talked = {one.contact_id: takers.get(one.id) for one in look.owned}  # the latest last
    by_taker: dict[UUID | None, list[UUID]] = defaultdict(list)
    for id_ in mine:
        by_taker[talked.get(id_) or taken[id_]].append(id_)
    for taker, ids in by_taker.items():
        contacts.give(ctx.tx, ids, taker, absence.person_id)
    return tuple(c.GivenContacts(taker, tuple(ids)) for taker, ids in by_taker.items())


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
    """As if they had not left: owners, contacts and messages as before, where nobody has changed
    them since; and the absence never was."""
    row = absence_plans.get(ctx.tx, command.absence_id)
    absences.require_may_plan(ctx, row["person_id"])
    count, note = 0, ""
    if events.of_batch(ctx.tx, command.batch_id):
        back = undo_batch(ctx, command.batch_id, by=command)
        count, note = back.count, back.note
    for some in command.contacts:
        count += contacts.give(ctx.tx, some.contact_ids, row["person_id"], some.to_id)
    count += _give_back_scheduled(ctx, command)
    absence_plans.change(ctx.tx, command.absence_id, cancelled_at=command.at)
    changes = Changes.of(conversation=None, contact=None, scheduled=None, absence=row["id"])
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
