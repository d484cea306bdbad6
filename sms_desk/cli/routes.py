"""`route`: why something came to whom it came, and where it would have gone (R19, R20)."""

from __future__ import annotations

import click

from sms_desk.cli import ids, route_text
from sms_desk.cli.framework import group, with_desk
from sms_desk.services import why_here
from sms_desk.services.desk import Desk
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
