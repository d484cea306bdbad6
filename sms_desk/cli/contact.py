"""`contact`: customers, their names and owners."""

from __future__ import annotations

from uuid import UUID

import click

from sms_desk.cli import ids, lookups
from sms_desk.cli.answers import Changed, ContactCard
from sms_desk.cli.framework import group, with_desk
from sms_desk.domain import commands as c
from sms_desk.domain.addresses import split_channel
from sms_desk.domain.errors import NotFoundError, UsageError
from sms_desk.services import searching, threads
from sms_desk.services.context import Context
from sms_desk.services.desk import Desk
from sms_desk.services.rows import ConversationDetail, OtherConversation

_WHO_HELP = "WHO is a conversation's id, or a contact's name or number."


@group()
def contact() -> None:
    """Show, name and own contacts."""


@contact.command(epilog=_WHO_HELP)
@click.argument("who")
@with_desk
def show(desk: Desk, who: str) -> ContactCard:
    """Show a contact with all conversations that one may see."""
    return desk.read(_card, _conversation_of(desk, who))


@contact.command(epilog=_WHO_HELP)
@click.argument("who")
@click.argument("name")
@with_desk
def rename(desk: Desk, who: str, name: str) -> Changed:
    """Name a contact; an empty name shows the number again."""
    id_ = desk.read(_card, _conversation_of(desk, who)).id
    return Changed.of(desk.change(c.RenameContact(**desk.stamp(), contact_id=id_, name=name)), id_)


@contact.command(epilog=_WHO_HELP)
@click.argument("who")
@click.option("--to", "person", required=True, metavar="PERSON", help="A person, me, or nobody.")
@with_desk
def owner(desk: Desk, who: str, person: str) -> Changed:
    """Say whose contact it is."""
    id_ = desk.read(_card, _conversation_of(desk, who)).id
    owner_id = ids.person_or_nobody(desk, person)
    done = desk.change(c.SetContactOwner(**desk.stamp(), contact_id=id_, owner_id=owner_id))
    return Changed.of(done, id_)


def _conversation_of(desk: Desk, who: str) -> UUID:
    """A conversation of the contact that is meant, for a contact is seen through those."""
    if id_ := ids.whole(who):
        return id_
    _, who = split_channel(who)
    hits = [hit for hit in desk.read(searching.find, who).contacts if hit.conversation_id]
    exact = [hit for hit in hits if hit.name.casefold() == who.casefold()] or hits
    if len(exact) > 1:
        names = ", ".join(f"{hit.name or hit.numbers[0]} ({hit.conversation_id})" for hit in exact)
        raise UsageError(f"“{who}” could be any of: {names}.", "Name one by its conversation's id.")
    if exact and exact[0].conversation_id:
        return exact[0].conversation_id
    try:
        return ids.conversation(desk, who)
    except UsageError:
        raise NotFoundError(f"There is no contact “{who}”.", "See sms-desk search.") from None


def _card(ctx: Context, conversation_id: UUID) -> ContactCard:
    detail = threads.detail(ctx, conversation_id)
    row = detail.row
    owner_id = detail.contact_owner_id
    return ContactCard(
        row.contact_id,
        row.contact_name,
        tuple(dict.fromkeys(number for _, number in detail.numbers)),
        owner_id,
        lookups.person_name(ctx, owner_id),
        detail.local_time_zone,
        (_own(detail), *detail.others),
    )


def _own(detail: ConversationDetail) -> OtherConversation:
    row = detail.row
    return OtherConversation(
        row.id,
        row.channel,
        row.sender_label,
        row.last_at,
        row.team_state,
        row.owner_name,
        row.source,
        row.program_name,
    )
