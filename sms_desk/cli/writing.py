"""`send`, `reply`, `note`: what people write."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime
from uuid import UUID

import click

from sms_desk.bootstrap import Session
from sms_desk.cli import ids
from sms_desk.cli.answers import Changed, Explanation
from sms_desk.cli.framework import Unsettled, command, with_desk, with_session
from sms_desk.cli.later import at_option, planned, refuse_both
from sms_desk.cli.placing import Place, new_place
from sms_desk.cli.saying import Said, SayingWords, saying_options
from sms_desk.cli.terminal import safe_line
from sms_desk.cli.typed import bare_number, text_or_stdin
from sms_desk.cli.waiting import followed, wait_options
from sms_desk.domain import addresses, segments
from sms_desk.domain import commands as c
from sms_desk.domain.errors import RefusedError
from sms_desk.domain.model import Channel, OutboxState
from sms_desk.domain.outbox import EXPIRES_AFTER
from sms_desk.domain.send_checks import CONFIRMABLE
from sms_desk.services import composing, programs, scheduled, senders, threads
from sms_desk.services.context import Context
from sms_desk.services.desk import Desk
from sms_desk.services.rows import OutboxRow, SenderChoice
from sms_desk.services.scheduled import ScheduledRow

_TEXT_HELP = "TEXT is the message, or - to read it from stdin."


@command(epilog=_TEXT_HELP)
@click.option("--to", "number", required=True, metavar="NUMBER", help="With + and country code.")
@click.option("--from", "sender", metavar="SENDER", help="A sender ID: address, label or id.")
@click.option(
    "--channel",
    type=click.Choice([str(channel) for channel in Channel]),
    default=str(Channel.SMS),
    show_default=True,
    help="How it travels.",
)
@click.option(
    "--name", default="", metavar="NAME", help="The contact's name, where nobody named it yet."
)
@click.option(
    "--campaign",
    metavar="NAME",
    help="What it is written for: the lead owner's number is proposed.",
)
@click.option("--explain", is_flag=True, help="Say what would happen; send nothing.")
@at_option
@with_session
@wait_options
@saying_options
def send(
    session: Session,
    number: str,
    sender: str | None,
    channel: str,
    name: str,
    campaign: str | None,
    explain: bool,
    at: str | None,
    wait: int | None,
    saying: SayingWords,
) -> OutboxRow | ScheduledRow | Explanation:
    """Write to a number; a conversation that exists is used again.

    Without --from the sender ID is the one that the window would propose.
    """
    refuse_both(at, wait)
    desk = session.desk
    address = addresses.from_person(
        bare_number(number, Channel(channel), "--channel whatsapp"), None
    )
    program_id = desk.read(programs.find, campaign) if campaign else None
    choices = desk.read(
        senders.choices_for_new, Channel(channel), address.e164 or "", program_id=program_id
    )
    due = desk.read(scheduled.when_for, address.e164 or address.raw, at) if at else None
    named = desk.read(senders.find, sender) if sender else None
    if explain and not _may_begin(address, choices, named):
        chosen = named or _first_id(choices)
        return _explained_new(address, choices, saying.said(desk, chosen).body if chosen else "")
    sender_id = named or _proposed(choices).sender.id
    said = saying.said(desk, sender_id)
    place = new_place(desk, sender_id, Channel(channel), address, name)
    if explain:
        answer = desk.suppose(place.begin, _explained, place, said, due.at if due else None)
        begins = desk.read(composing.conversation_with, sender_id, address) is None
        return replace(answer, conversation_id=None, senders=choices) if begins else answer
    if due is not None:
        return planned(desk, place, said, due)
    return _queued(session, place, said, anyway=False, wait=wait)


@command(epilog=_TEXT_HELP)
@click.argument("conversation_id", metavar="ID")
@click.option("--from", "sender", metavar="SENDER", help="A sender ID: address, label or id.")
@click.option("--explain", is_flag=True, help="Say what would happen; send nothing.")
@click.option(
    "--anyway",
    is_flag=True,
    help="Waive what a person may waive: expired, ownership, unseen, and quiet_hours where the"
    " workspace allows it.",
)
@at_option
@with_session
@wait_options
@saying_options
def reply(
    session: Session,
    conversation_id: str,
    sender: str | None,
    explain: bool,
    anyway: bool,
    at: str | None,
    wait: int | None,
    saying: SayingWords,
) -> OutboxRow | ScheduledRow | Explanation:
    """Answer in a conversation.

    The message is queued; the desk, or sms-desk sync, hands it over. With --wait this call does
    so itself where nobody else does, and ends with the message's fate as its exit code. With --at
    it waits for its time: see sms-desk scheduled list.
    """
    refuse_both(at, wait)
    desk = session.desk
    id_ = ids.conversation(desk, conversation_id)
    own = desk.read(threads.detail, id_).row.sender_id
    sender_id = desk.read(senders.find, sender) if sender else own
    said = saying.said(desk, sender_id)
    due = desk.read(scheduled.when, id_, at) if at else None
    place = Place(id_, sender_id)
    if explain:
        return desk.read(_explained, place, said, due.at if due else None)
    if due is not None:
        return planned(desk, place, said, due)
    return _queued(session, place, said, anyway=anyway, wait=wait)


@command(epilog=_TEXT_HELP)
@click.argument("conversation_id", metavar="ID")
@click.option("--mention", "mentions", multiple=True, metavar="PERSON", help="May be repeated.")
@click.argument("text")
@with_desk
def note(desk: Desk, conversation_id: str, mentions: tuple[str, ...], text: str) -> Changed:
    """Write a note that never leaves the desk."""
    note_id = ids.fresh(desk)
    written = c.AddNote(
        **desk.stamp(),
        conversation_id=ids.conversation(desk, conversation_id),
        note_id=note_id,
        body=text_or_stdin(text),
        mentions=tuple(ids.person(desk, name) for name in mentions),
    )
    return Changed.of(desk.change(written), note_id)


def _queued(
    session: Session, place: Place, said: Said, *, anyway: bool, wait: int | None
) -> OutboxRow:
    """The message as it stands; raises Unsettled, with the rule's name, where it is held.

    What is held is kept, as in the window: a person mends it, waives it, or drops it.
    """
    desk = session.desk
    confirmed = tuple(sorted(CONFIRMABLE | {"quiet_hours"})) if anyway else ()
    found = desk.suppose(
        place.begin,
        composing.verdicts,
        place.conversation_id,
        place.sender_id,
        said.body,
        confirmed=confirmed,
        content_sid=said.content_sid,
    )
    warnings = tuple(f"{one.title} {one.next_step}".strip() for one in found.warnings)
    for warning in warnings:
        click.echo(safe_line(warning), err=True)
    outbox_id = ids.fresh(desk)
    stamp = desk.stamp()
    desk.change(
        *place.begin,
        c.Reply(
            **stamp,
            conversation_id=place.conversation_id,
            outbox_id=outbox_id,
            sender_id=place.sender_id,
            body=said.body,
            content_sid=said.content_sid,
            content_variables=said.variables,
            seen_version=found.seen_version,
            not_after=stamp["at"] + EXPIRES_AFTER,
            confirmed=confirmed,
        ),
    )
    try:
        row = replace(followed(session, outbox_id, wait), warnings=warnings)
    except Unsettled as unsettled:
        if warnings and isinstance(unsettled.answer, OutboxRow):
            answer = replace(unsettled.answer, warnings=warnings)
            raise Unsettled(unsettled.error, answer, shown=True) from unsettled
        raise
    if found.holding is not None and row.state is not OutboxState.ACCEPTED:
        held = found.holding
        raise Unsettled(RefusedError(held.title, held.next_step, rule=held.rule), row, shown=True)
    return row


def _proposed(choices: tuple[SenderChoice, ...]) -> SenderChoice:
    if choices and choices[0].allowed:
        return choices[0]
    why = "; ".join(f"{choice.sender.display}: {choice.reason}" for choice in choices)
    raise RefusedError(
        "There is no sender ID that you may send from.",
        why or "Connect an account: see sms-desk account add --help.",
        rule="sender",
    )


def _may_begin(
    address: addresses.Address, choices: tuple[SenderChoice, ...], named: UUID | None
) -> bool:
    """Whether a conversation could begin: from the named sender ID, or the proposed one."""
    allowed = [choice.sender.id for choice in choices if choice.allowed]
    answerable, _ = addresses.is_answerable(address)
    return answerable and bool(allowed) and (named is None or named in allowed)


def _first_id(choices: tuple[SenderChoice, ...]) -> UUID | None:
    return choices[0].sender.id if choices else None


def _explained_new(
    address: addresses.Address, choices: tuple[SenderChoice, ...], body: str
) -> Explanation:
    """Where no conversation could begin: the sender IDs say why, no check has anything to look at."""
    counted = segments.count(body)
    answerable, why = addresses.is_answerable(address)
    return Explanation(
        None,
        addresses.display(address),
        choices,
        answerable,
        why,
        "",
        None,
        counted.encoding,
        counted.units,
        counted.parts,
        counted.unicode,
        (),
    )


def _explained(ctx: Context, place: Place, said: Said, at: datetime | None) -> Explanation:
    detail = threads.detail(ctx, place.conversation_id)
    counted = segments.count(said.body)
    against = composing.verdicts(
        ctx,
        place.conversation_id,
        place.sender_id,
        said.body,
        at=at,
        content_sid=said.content_sid,
    )
    return Explanation(
        place.conversation_id,
        detail.row.peer,
        senders.choices_for_reply(ctx, place.conversation_id),
        detail.answerable,
        detail.unanswerable_reason,
        detail.opted_out_scope,
        detail.window_closes_at,
        counted.encoding,
        counted.units,
        counted.parts,
        counted.unicode,
        against.findings,
    )
