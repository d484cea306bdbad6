"""`route`: why something came to whom it came, and where it would have gone (R19, R20)."""

from __future__ import annotations

import click

from sms_desk.cli import ids, route_text
from sms_desk.cli.framework import group, with_desk
from sms_desk.cli.sender_holding import holder
from sms_desk.domain import commands as c
from sms_desk.domain.model import RoutingRule
from sms_desk.services import senders, what_if, why_here
from sms_desk.services.desk import Desk
from sms_desk.services.what_if import MOST_DAYS, Trial, TriedOut
from sms_desk.services.why_here import Explained

_ = route_text  # imported for what it registers: how these answers are told


@group()
def route() -> None:
    """Why something came to whom it came, and where it would have gone."""


@route.command()
@click.argument("id_", metavar="ID")
@with_desk
def explain(desk: Desk, id_: str) -> Explained:
    """Say in a sentence why a conversation, or a contact's message, is where it is.

    ID: a conversation's, or the whole one of a message, as sms-desk thread --json shows it.
    """
    return desk.read(why_here.explain, ids.conversation(desk, id_))


@route.command("try")
@click.option("--sender", required=True, metavar="SENDER", help="On which sender ID.")
@click.option(
    "--rule",
    type=click.Choice([*(str(rule) for rule in RoutingRule), "none"]),
    help="Which of several holders would get what comes in; as now if not given.",
)
@click.option("--to", "named", metavar="PERSON", help="Who would get it, for the rule named.")
@click.option(
    "--by",
    "names",
    multiple=True,
    metavar="HOLDER",
    help="Who would hold it, instead of who does. Repeatable.",
)
@click.option(
    "--days",
    type=click.IntRange(1, MOST_DAYS),
    default=what_if.DAYS,
    show_default=True,
    help="What came in within so many days.",
)
@with_desk
def try_(
    desk: Desk,
    sender: str,
    rule: str | None,
    named: str | None,
    names: tuple[str, ...],
    days: int,
) -> TriedOut:
    """Say where messages would have gone under another rule or with other holders.

    Nothing is changed. What people assigned by hand stays as they did it; the rule decides by what
    was known before each message. Needs a supervisor.
    """
    trial = Trial(
        sender_id=desk.read(senders.find, sender),
        days=days,
        rule=None if rule in (None, "none") else RoutingRule(rule),
        rule_person_id=None if named is None else ids.person(desk, named),
        keep_rule=rule is None,
        holders=tuple(c.Holder(*holder(desk, name)) for name in names) or None,
    )
    return desk.read(what_if.try_rule, trial)
