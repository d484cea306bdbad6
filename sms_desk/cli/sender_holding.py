"""`senders hold`, `holders`, `holding`, `release`: who holds a sender ID, when and how (R12, R19, R59)."""

from __future__ import annotations

import click

from sms_desk.cli import ids, lookups
from sms_desk.cli.answers import Changed, Rows
from sms_desk.cli.framework import command, with_desk
from sms_desk.cli.people import find_group
from sms_desk.cli.typed import future
from sms_desk.domain import commands as c
from sms_desk.domain.errors import NotFoundError
from sms_desk.domain.model import HolderKind, RoutingRule
from sms_desk.services import holdings, programs, senders
from sms_desk.services.desk import Desk
from sms_desk.services.holdings import HoldingRow

_BY_HELP = "A person, team or profile, or as in team:NAME; program:NAME; or everyone."
_RULES = click.Choice([str(rule) for rule in RoutingRule])
_RULE_HELP = "Which of several holders gets what comes in."


@command()
@click.argument("sender")
@click.option(
    "--by", "names", required=True, multiple=True, metavar="HOLDER", help=f"{_BY_HELP} Repeatable."
)
@click.option("--until", metavar="TIME", help='When the loan ends: "mon 9:00", 2026-12-01.')
@click.option("--reason", default="", metavar="TEXT", help="Why.")
@click.option("--rule", type=_RULES, help=_RULE_HELP)
@click.option("--to", "named", metavar="PERSON", help="Who gets it, for the rule named.")
@click.option("--notice", metavar="TEMPLATE", help="Which e-mail template tells the holders.")
@with_desk
def hold(
    desk: Desk,
    sender: str,
    names: tuple[str, ...],
    until: str | None,
    reason: str,
    rule: str | None,
    named: str | None,
    notice: str | None,
) -> Changed:
    """Give a sender ID to holders, beside those who hold it already."""
    id_ = ids.fresh(desk)
    sender_id = desk.read(senders.find, sender)
    found = tuple(c.Holder(*holder(desk, name)) for name in names)
    ends = future(desk, until) if until else None
    by = RoutingRule(rule) if rule else None
    person_id = ids.person(desk, named) if named else None
    if len(found) > 1:
        many = c.HoldSenders(
            **desk.stamp(),
            sender_ids=(sender_id,),
            holders=found,
            until=ends,
            reason=reason,
            rule=by,
            rule_person_id=person_id,
            notice=notice,
        )
        return Changed.of(desk.change(many))
    one = c.HoldSender(
        **desk.stamp(),
        holding_id=id_,
        sender_id=sender_id,
        holder_kind=found[0].kind,
        holder_id=found[0].id,
        until=ends,
        reason=reason,
        rule=by,
        rule_person_id=person_id,
        notice=notice,
    )
    return Changed.of(desk.change(one), id_)


@command()
@click.argument("sender")
@click.option("--history", is_flag=True, help="Those who held it before, too.")
@with_desk
def holders(desk: Desk, sender: str, history: bool) -> Rows[HoldingRow]:
    """List who holds a sender ID, since when, until when, and why."""
    found = desk.read(holdings.of_sender, desk.read(senders.find, sender))
    return Rows(tuple(row for row in found if row.running or history))


@command()
@click.argument("sender")
@click.option("--by", "name", required=True, metavar="HOLDER", help=_BY_HELP)
@click.option("--until", metavar="TIME", help="When it ends; or never.")
@click.option("--reason", metavar="TEXT", help="Why.")
@click.option("--rule", type=click.Choice([*_RULES.choices, "none"]), help=_RULE_HELP)
@click.option("--to", "named", metavar="PERSON", help="Who gets it, for the rule named.")
@click.option("--notice", metavar="TEMPLATE", help="Which e-mail template tells them; or none.")
@with_desk
def holding(
    desk: Desk,
    sender: str,
    name: str,
    until: str | None,
    reason: str | None,
    rule: str | None,
    named: str | None,
    notice: str | None,
) -> Changed:
    """Change how long, why and by which rule somebody holds a sender ID."""
    row = _running(desk, sender, name)
    by = row.rule if rule is None else None if rule == "none" else RoutingRule(rule)
    person_id = ids.person(desk, named) if named else row.rule_person_id
    ends = row.until if until is None else None if until == "never" else future(desk, until)
    edited = c.EditHolding(
        **desk.stamp(),
        holding_id=row.id,
        until=ends,
        reason=row.reason if reason is None else reason,
        rule=by,
        rule_person_id=person_id if by is RoutingRule.NAMED else None,
        notice=row.notice if notice is None else None if notice == "none" else notice,
    )
    return Changed.of(desk.change(edited), row.id)


@command()
@click.argument("sender")
@click.option("--by", "name", required=True, metavar="HOLDER", help=_BY_HELP)
@with_desk
def release(desk: Desk, sender: str, name: str) -> Changed:
    """End a holding now; history keeps it."""
    row = _running(desk, sender, name)
    return Changed.of(desk.change(c.EndHolding(**desk.stamp(), holding_id=row.id)), row.id)


def _running(desk: Desk, sender: str, name: str) -> HoldingRow:
    """The holding that this holder has now."""
    kind, holder_id = holder(desk, name)
    groups = (HolderKind.TEAM, HolderKind.PROFILE)
    for row in desk.read(holdings.of_sender, desk.read(senders.find, sender)):
        same = row.kind is kind or (row.kind in groups and kind in groups)
        if row.running and same and row.holder_id == holder_id:
            return row
    raise NotFoundError(
        "That holder does not hold this sender ID.", "See sms-desk senders holders."
    )


def holder(desk: Desk, text: str) -> lookups.Holder:
    """Who is meant: everyone, a program, a team or profile, or a person; with the kind in front as in
    a file of sender IDs."""
    if text == "everyone":
        return HolderKind.ORGANISATION, None
    kind, _, name = text.partition(":")
    match kind.casefold():
        case HolderKind.PROGRAM:
            return HolderKind.PROGRAM, desk.read(programs.find, name)
        case HolderKind.PERSON:
            return HolderKind.PERSON, ids.person(desk, name)
        case HolderKind.TEAM | HolderKind.PROFILE as group:
            return HolderKind(group), desk.read(lookups.group, group, name)
    found = find_group(desk, text)
    if found is not None:
        return HolderKind.TEAM, found
    return HolderKind.PERSON, ids.person(desk, text)
