"""`senders`: sender IDs, what they are called, and who holds them (R11, R12, R59)."""

from __future__ import annotations

import click

from sms_desk.cli import ids, lookups
from sms_desk.cli.account import find_account
from sms_desk.cli.advise import advise
from sms_desk.cli.answers import Changed, Rows, ServiceRow
from sms_desk.cli.framework import group, with_desk
from sms_desk.cli.health import health, health_history, set_health, switch
from sms_desk.cli.people import find_group
from sms_desk.cli.typed import future
from sms_desk.domain import commands as c
from sms_desk.domain.model import Channel, HolderKind, SenderDirection, SenderKind
from sms_desk.services import programs
from sms_desk.services import senders as service
from sms_desk.services.desk import Desk
from sms_desk.services.rows import SenderRow

_BY_HELP = "A person, team or profile; or everyone."
_DIRECTIONS = click.Choice([str(direction) for direction in SenderDirection])


@group()
def senders() -> None:
    """Sender IDs and who holds them."""


for _command in (advise, health, health_history, set_health, switch):
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
@click.argument("address")
@click.option(
    "--kind",
    type=click.Choice([str(kind) for kind in SenderKind]),
    default=str(SenderKind.LONG_CODE),
    show_default=True,
    help="What it is; a whatsapp one has that channel.",
)
@click.option("--country", default="", metavar="CC", help="ISO code, for short codes.")
@click.option("--label", default="", metavar="NAME", help="What people call it.")
@click.option(
    "--direction", type=_DIRECTIONS, default="both", show_default=True, help="What it can do."
)
@click.option("--account", metavar="ACCOUNT", help="The account that carries it.")
@with_desk
def add(
    desk: Desk,
    address: str,
    kind: str,
    country: str,
    label: str,
    direction: str,
    account: str | None,
) -> Changed:
    """Add a sender ID by hand, where the account's key may not list them."""
    id_ = ids.fresh(desk)
    added = c.AddSender(
        **desk.stamp(),
        sender_id=id_,
        channel=Channel.WHATSAPP if kind == SenderKind.WHATSAPP else Channel.SMS,
        address=address,
        kind=SenderKind(kind),
        country=country,
        label=label,
        direction=SenderDirection(direction),
        account_id=find_account(desk, account).id if account else None,
    )
    return Changed.of(desk.change(added), id_)


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
    row = _find(desk, sender)
    edited = c.EditSender(
        **desk.stamp(),
        sender_id=row.id,
        label=row.label if label is None else label,
        direction=row.direction if direction is None else SenderDirection(direction),
        inbound_id=_find(desk, inbound).id if inbound else desk.read(lookups.inbound_of, row.id),
    )
    return Changed.of(desk.change(edited), row.id)


@senders.command()
@click.argument("sender")
@click.option("--by", "holder", required=True, metavar="HOLDER", help=_BY_HELP)
@click.option("--until", metavar="TIME", help='When the loan ends: "mon 9:00", 2026-12-01.')
@click.option("--reason", default="", metavar="TEXT", help="Why.")
@with_desk
def hold(desk: Desk, sender: str, holder: str, until: str | None, reason: str) -> Changed:
    """Give a sender ID to a holder, beside those who hold it already."""
    id_ = ids.fresh(desk)
    kind, holder_id = _holder(desk, holder)
    held = c.HoldSender(
        **desk.stamp(),
        holding_id=id_,
        sender_id=_find(desk, sender).id,
        holder_kind=kind,
        holder_id=holder_id,
        until=future(desk, until) if until else None,
        reason=reason,
    )
    return Changed.of(desk.change(held), id_)


@senders.command()
@click.argument("sender")
@click.option("--by", "holder", required=True, metavar="HOLDER", help=_BY_HELP)
@with_desk
def release(desk: Desk, sender: str, holder: str) -> Changed:
    """End a holding now; history keeps it."""
    row = _find(desk, sender)
    id_ = desk.read(lookups.running_holding, row.id, _holder(desk, holder))
    return Changed.of(desk.change(c.EndHolding(**desk.stamp(), holding_id=id_)), id_)


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
    row = _find(desk, sender)
    done = desk.change(c.RetireSender(**desk.stamp(), sender_id=row.id, retired=retired))
    return Changed.of(done, row.id)


def _find(desk: Desk, text: str) -> SenderRow:
    return desk.read(service.row, desk.read(service.find, text))


def _holder(desk: Desk, text: str) -> lookups.Holder:
    """Who is meant: everyone, a team or profile, or a person."""
    if text == "everyone":
        return HolderKind.ORGANISATION, None
    found = find_group(desk, text)
    if found is not None:
        return HolderKind.TEAM, found
    return HolderKind.PERSON, ids.person(desk, text)
