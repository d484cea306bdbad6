"""`senders`: sender IDs, what they are, and who holds them (R11, R12, R14, R58)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any
from uuid import UUID

import click

from sms_desk.cli import ids, sender_text
from sms_desk.cli.account import find_account
from sms_desk.cli.advise import advise
from sms_desk.cli.answers import Changed, Rows, ServiceRow
from sms_desk.cli.framework import Unsettled, group, with_desk
from sms_desk.cli.health import health, health_history, set_health, switch
from sms_desk.cli.registering import RegistrationWords, registration_options
from sms_desk.cli.sender_files import export, import_file, provider_import
from sms_desk.cli.sender_holding import hold, holders, holding, release
from sms_desk.cli.typed import bare_number
from sms_desk.domain import addresses, sender_policy
from sms_desk.domain import commands as c
from sms_desk.domain.errors import RefusedError
from sms_desk.domain.model import Channel, Purpose, SenderDirection, SenderKind
from sms_desk.domain.sender_policy import Severity
from sms_desk.services import directory, programs, sender_detail
from sms_desk.services import senders as service
from sms_desk.services.desk import Desk
from sms_desk.services.rows import SenderRow
from sms_desk.services.sender_detail import SenderDetail, SenderFinding

_ = sender_text  # imported for what it registers: how these answers are told
_DIRECTIONS = click.Choice([str(direction) for direction in SenderDirection])
_PURPOSES = click.Choice([str(purpose) for purpose in Purpose])
_KINDS = click.Choice([str(kind) for kind in SenderKind])


@group()
def senders() -> None:
    """Sender IDs and who holds them."""


for _command in (
    *(advise, hold, holders, holding, release, import_file, export, provider_import),
    *(health, health_history, set_health, switch),
):
    senders.add_command(_command)


@senders.command("list")
@click.option("--retired", is_flag=True, help="The retired ones, too.")
@with_desk
def list_senders(desk: Desk, retired: bool) -> Rows[SenderRow]:
    """List sender IDs with their holders and accounts."""
    return Rows(desk.read(service.listing, retired=retired))


@senders.command()
@with_desk
def services(desk: Desk) -> Rows[ServiceRow]:
    """List the Messaging Services of all accounts."""
    found = desk.read(programs.messaging_services)
    return Rows(tuple(ServiceRow(*row) for row in found))


@senders.command()
@click.argument("sender")
@with_desk
def show(desk: Desk, sender: str) -> SenderDetail:
    """Show one sender ID: what it is, its holders, what the rules and its country say."""
    return desk.read(sender_detail.detail, desk.read(service.find, sender))


@senders.command()
@click.argument("sender", required=False)
@with_desk
def check(desk: Desk, sender: str | None) -> Rows[SenderFinding]:
    """Check one sender ID, or all in use, against their kind and country.

    Ends with exit code 3 where something cannot be; advice alone does not.
    """
    found = desk.read(sender_detail.findings, desk.read(service.find, sender) if sender else None)
    wrong = sum(row.severity is Severity.ERROR for row in found)
    if wrong:
        raise Unsettled(
            RefusedError(
                f"{wrong} finding{'' if wrong == 1 else 's'} cannot stay so.",
                "Correct it with sms-desk senders edit.",
                rule="sender",
            ),
            Rows(found),
            shown=True,
        )
    return Rows(found)


@senders.command()
@click.argument("address")
@click.option(
    "--kind",
    type=_KINDS,
    help="What it is, a whatsapp one has that channel; read from the address if not given.",
)
@click.option("--country", default="", metavar="CC", help="ISO code of its country.")
@click.option("--label", default="", metavar="NAME", help="What people call it.")
@click.option(
    "--direction", type=_DIRECTIONS, help="What it can do; a name sends only, all else does both."
)
@click.option("--purpose", type=_PURPOSES, default="direct", show_default=True, help="Used for.")
@click.option(
    "--account", metavar="ACCOUNT", help="The account that carries it; the only one if not given."
)
@with_desk
def add(
    desk: Desk,
    address: str,
    kind: str | None,
    country: str,
    label: str,
    direction: str | None,
    purpose: str,
    account: str | None,
) -> Changed:
    """Add a sender ID by hand, where the account's key may not list them.

    One that is there without an account is carried by it from now on.
    """
    what = SenderKind(kind) if kind else sender_policy.kind_by_form(address)
    channel = sender_policy.channel_of(what)
    number = bare_number(address, channel, "--kind whatsapp")
    account_id = _carrier(desk, account)
    id_ = (account_id and _without_account(desk, channel, number)) or ids.fresh(desk)
    added = c.AddSender(
        **desk.stamp(),
        sender_id=id_,
        channel=channel,
        address=number,
        kind=what,
        country=country,
        label=label,
        direction=SenderDirection(direction) if direction else sender_policy.direction_of(what),
        account_id=account_id,
        purpose=Purpose(purpose),
    )
    return Changed.of(desk.change(added), id_)


def _carrier(desk: Desk, name: str | None) -> UUID | None:
    """The account of that name, or the only one there is. Raises NotFoundError."""
    if name:
        return find_account(desk, name).id
    connected = desk.read(directory.all_accounts)
    return connected[0].id if len(connected) == 1 else None


def _without_account(desk: Desk, channel: Channel, number: str) -> UUID | None:
    """The sender ID of that number, if it is there and no account carries it."""
    spelt = addresses.spellings(sender_policy.clean_address(number))
    rows = desk.read(service.listing)
    found = (row for row in rows if row.channel is channel and row.address in spelt)
    return next((row.id for row in found if row.account_id is None), None)


@senders.command()
@click.argument("sender")
@click.argument("label", required=False)
@click.option("--direction", type=_DIRECTIONS, help="What it can do.")
@click.option("--inbound", metavar="SENDER", help="The number that its replies go to.")
@with_desk
def label(
    desk: Desk, sender: str, label: str | None, direction: str | None, inbound: str | None
) -> Changed:
    """Change what a sender ID is called, its direction, or its inbound number."""
    return _edit(desk, sender, {"label": label, "direction": direction}, {"inbound_id": inbound})


@senders.command()
@click.argument("sender")
@click.option("--label", metavar="NAME", help="What people call it.")
@click.option("--kind", type=_KINDS, help="What it is.")
@click.option("--direction", type=_DIRECTIONS, help="What it can do.")
@click.option("--purpose", type=_PURPOSES, help="What it is used for.")
@click.option("--country", metavar="CC", help="ISO code of its country.")
@click.option("--inbound", metavar="SENDER", help="The number that its replies go to; or none.")
@click.option("--fallback", metavar="SENDER", help="What stands in while it is blocked; or none.")
@registration_options
@with_desk
def edit(
    desk: Desk,
    sender: str,
    label: str | None,
    kind: str | None,
    direction: str | None,
    purpose: str | None,
    country: str | None,
    inbound: str | None,
    fallback: str | None,
    registered: RegistrationWords,
) -> Changed:
    """Change what is said of a sender ID; what is not named stays."""
    said = {
        "label": label,
        "kind": kind,
        "direction": direction,
        "purpose": purpose,
        "country": country,
    }
    links = {"inbound_id": inbound, "fallback_id": fallback}
    return _edit(desk, sender, said, links, registered)


@senders.command()
@click.argument("sender")
@with_desk
def retire(desk: Desk, sender: str) -> Changed:
    """Send from it no more; its history stays readable."""
    return _set_retired(desk, sender, retired=True)


@senders.command()
@click.argument("sender")
@with_desk
def restore(desk: Desk, sender: str) -> Changed:
    """Bring a retired sender ID back."""
    return _set_retired(desk, sender, retired=False)


def _set_retired(desk: Desk, sender: str, *, retired: bool) -> Changed:
    id_ = desk.read(service.find, sender)
    done = desk.change(c.RetireSender(**desk.stamp(), sender_id=id_, retired=retired))
    return Changed.of(done, id_)


_WORDS = {"kind": SenderKind, "direction": SenderDirection, "purpose": Purpose}


def _edit(
    desk: Desk,
    sender: str,
    said: Mapping[str, str | None],
    links: Mapping[str, str | None],
    registered: RegistrationWords | None = None,
) -> Changed:
    """said, links: by field of the command; None: as it is."""
    row = desk.read(service.row, desk.read(service.find, sender))
    values: dict[str, Any] = {
        name: _WORDS[name](word) if name in _WORDS else word
        for name, word in said.items()
        if word is not None
    }
    for name, word in links.items():
        if word is not None:
            values[name] = None if word == "none" else desk.read(service.find, word)
    if registered is not None:
        values["registration"] = registered.on(row.registration)
    edited = replace(sender_detail.edit_of(row, desk.stamp()), **values)
    return Changed.of(desk.change(edited), row.id)
