"""Replies, notes, new conversations, and what a person decides about a message in the outbox."""

from __future__ import annotations

from uuid import UUID

from sms_desk.domain import addresses, segments
from sms_desk.domain import commands as c
from sms_desk.domain.audit import Deed, Kind, owners
from sms_desk.domain.changes import Changes
from sms_desk.domain.errors import RefusedError, UsageError
from sms_desk.domain.model import DraftMode
from sms_desk.domain.plain_text import clean_intake
from sms_desk.services import covers, telling
from sms_desk.services.context import Context
from sms_desk.services.effects import Effect
from sms_desk.services.handlers.contents import filled
from sms_desk.services.handlers.targets import known_contact, resolve
from sms_desk.store import (
    contacts,
    conversations,
    decisions,
    my_states,
    notes,
    outbox,
    senders,
    team_states,
    uncarried,
)
from sms_desk.store import events as event_store
from sms_desk.store.events import Event, EventKind
from sms_desk.store.ids import derived
from sms_desk.store.outbox import Entry


def reply(ctx: Context, command: c.Reply) -> Effect:
    """Queue a message; it is checked again when its turn comes (R33)."""
    resolve(ctx, c.Targets.one(command.conversation_id))
    return queued(ctx, command)


def queued(ctx: Context, command: c.Reply) -> Effect:
    """As `reply`, wherever the conversation is by now."""
    refuse_other_sender(ctx, command.conversation_id, command.sender_id)
    body, values = said(ctx, command)
    entry = outbox.enqueue(
        ctx.tx,
        outbox_id=command.outbox_id,
        conversation_id=command.conversation_id,
        body=body,
        author_id=ctx.actor.person_id,
        on_behalf_id=covers.on_behalf_of(
            ctx.tx, ctx.now, ctx.actor.person_id, command.conversation_id
        ),
        seen_version=command.seen_version,
        at=command.at,
        sender_id=command.sender_id,
        confirmed=command.confirmed,
        not_after=command.not_after,
        content_sid=command.content_sid,
        content_variables=values,
    )
    uncarried.hold(ctx.tx, command.at)
    if command.content_sid is None:  # a template leaves what stands half-typed where it is
        my_states.save_draft(
            ctx.tx, ctx.actor.person_id, command.conversation_id, DraftMode.REPLY, "", command.at
        )
    drop = c.Drop(id=command.id, at=command.at, outbox_id=command.outbox_id)
    changes = _touched(entry) | Changes.of(draft=command.conversation_id)
    return Effect(changes, 1, "Queued a message", inverse=(drop,))


def said(ctx: Context, command: c.Reply | c.Schedule) -> tuple[str, dict[str, str] | None]:
    """What was written, or what an approved template makes of its values (R42)."""
    if command.content_sid is None:
        return message_of(command.body), None
    return filled(ctx, command.sender_id, command.content_sid, command.content_variables)


def add_note(ctx: Context, command: c.AddNote) -> Effect:
    """A note is for the team alone, and moves no state (R37, R49)."""
    resolve(ctx, c.Targets.one(command.conversation_id))
    return noted(ctx, command)


def noted(ctx: Context, command: c.AddNote) -> Effect:
    """As `add_note`, wherever the conversation is by now."""
    notes.append(
        ctx.tx,
        id_=command.note_id,
        conversation_id=command.conversation_id,
        author_id=ctx.actor.person_id,
        at=command.at,
        body=written(command.body, "The note is empty."),
        mentions=command.mentions,
    )
    telling.mentioned(ctx, command.note_id, command.conversation_id, command.mentions)
    my_states.save_draft(
        ctx.tx, ctx.actor.person_id, command.conversation_id, DraftMode.NOTE, "", command.at
    )
    changes = Changes.of(message=command.conversation_id, draft=command.conversation_id)
    return Effect(changes, 1, "Wrote a note")


def start_conversation(ctx: Context, command: c.StartConversation) -> Effect:
    """Open the conversation with an address, or make it; an existing one is reused (R62)."""
    address = addresses.from_provider(command.peer_raw)
    answerable, why = addresses.is_answerable(address)
    if not answerable:
        raise UsageError(f"No message can be sent to {command.peer_raw}.", why)
    if contacts.exists(ctx.tx, command.contact_id):  # else it is the id for a new one
        known_contact(ctx, command.contact_id)
    sender = senders.get(ctx.tx, command.sender_id)
    if not ctx.reach.may_write(command.sender_id):
        raise RefusedError(
            "You do not hold this sender ID.",
            "Choose one of yours, or ask an admin.",
            rule="holder",
        )
    if sender["channel"] != command.channel:
        raise UsageError("This sender ID is for another channel.", "Choose another sender ID.")
    place = conversations.find_or_create(
        ctx.tx,
        sender_id=command.sender_id,
        channel=command.channel,
        peer=address,
        at=command.at,
        conversation_id=command.conversation_id,
        contact_id=command.contact_id,
    )
    if place.created:
        _begin(ctx, command, place.id)
    if command.contact_name.strip() and not contacts.get(ctx.tx, place.contact_id)["name"]:
        contacts.change(ctx.tx, place.contact_id, name=" ".join(command.contact_name.split()))
    changes = Changes.of(conversation=place.id, contact=place.contact_id)
    moves = {place.id: (None, ctx.actor.person_id)}
    assigned = Deed(Kind.ASSIGNED, **owners(moves)) if place.created else None
    return Effect(changes, 1, "Opened", audit=assigned)


def _begin(ctx: Context, command: c.StartConversation, conversation_id: UUID) -> None:
    """Who starts a conversation owns it; from now on the list shows it."""
    team_states.set_owner(ctx.tx, [conversation_id], ctx.actor.person_id)
    started = Event(
        derived(command.id, "started"),
        conversation_id,
        command.at,
        EventKind.STARTED,
        ctx.actor.person_id,
        "person",
    )
    event_store.append(ctx.tx, [started])
    conversations.refresh(ctx.tx, [conversation_id])


def resend(ctx: Context, command: c.Resend) -> Effect:
    _own(ctx, command.outbox_id)
    entry = decisions.resend(ctx.tx, command.outbox_id, at=ctx.now)
    return Effect(_touched(entry), 1, "Queued again")


def check_again(ctx: Context, command: c.CheckAgain) -> Effect:
    _own(ctx, command.outbox_id)
    return Effect(
        _touched(decisions.check_again(ctx.tx, command.outbox_id, at=ctx.now)), 1, "Asked"
    )


def drop(ctx: Context, command: c.Drop) -> Effect:
    _own(ctx, command.outbox_id)
    entry = decisions.drop(ctx.tx, command.outbox_id, at=ctx.now)
    return Effect(_touched(entry), 1, "Dropped the message")


def confirm_held(ctx: Context, command: c.ConfirmHeld) -> Effect:
    """What somebody wrote before the conversation went to others is theirs who send it."""
    held = _own(ctx, command.outbox_id)
    if held.reason == "ownership" and held.author_id not in (None, ctx.actor.person_id):
        me = ctx.actor.person_id
        behalf = covers.on_behalf_of(ctx.tx, ctx.now, me, held.conversation_id)
        outbox.update(ctx.tx, held.id, author_id=me, on_behalf_id=behalf)
    entry = decisions.confirm(
        ctx.tx, command.outbox_id, command.checks, at=ctx.now, not_after=command.not_after
    )
    return Effect(_touched(entry), 1, "Queued the message")


def _own(ctx: Context, outbox_id: UUID) -> Entry:
    """The entry, if its conversation may be seen."""
    entry = outbox.get(ctx.tx, outbox_id)
    resolve(ctx, c.Targets.one(entry.conversation_id))
    return entry


def message_of(body: str) -> str:
    """What is kept of a message's text. Raises UsageError for an empty one, and for one that no
    provider takes whole (R34)."""
    text = written(body, "The message is empty.")
    too_many = len(text) - segments.LONGEST
    if too_many > 0:
        raise UsageError(
            f"The message is too long by {too_many:,} character{'s' * (too_many > 1)}.",
            f"Shorten it to {segments.LONGEST:,}, or send it as several.",
        )
    return text


def written(body: str, otherwise: str) -> str:
    """What is kept of a typed text. Raises UsageError, with `otherwise`, if nothing is left."""
    text = clean_intake(body)
    if not text.strip():
        raise UsageError(otherwise, "Type something first.")
    return text


def refuse_other_sender(ctx: Context, conversation_id: UUID, sender_id: UUID) -> None:
    """Another sender ID is another conversation (R1), but for a one-way sender's inbound (R60)."""
    row = team_states.load(ctx.tx, [conversation_id])[conversation_id]
    if row["sender_id"] in ctx.directory.inbound_of:
        raise RefusedError(
            "What goes out from this sender ID belongs to the conversation of its inbound number.",
            "Begin there: in the window Send offers it, on the command line sms-desk send does.",
            rule="sender",
        )
    inbound = ctx.directory.inbound_of.get(sender_id, sender_id)
    if row["sender_id"] != inbound:
        raise RefusedError(
            "This sender ID belongs to another conversation.",
            "Start a conversation from it, or reply from the conversation's own.",
            rule="sender",
        )


def _touched(entry: Entry) -> Changes:
    return Changes.of(outbox=entry.id, conversation=entry.conversation_id)
