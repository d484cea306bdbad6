"""`windows`: open WhatsApp windows, the first to close first (R42)."""

from __future__ import annotations

from datetime import timedelta

import click

from sms_desk.cli import ids
from sms_desk.cli.framework import command, with_desk
from sms_desk.cli.inbox import page_options
from sms_desk.services import windows as service
from sms_desk.services.desk import Desk
from sms_desk.services.rows import Cursor, WindowPage
from sms_desk.services.windows import WindowFilter


@command()
@click.option("--mine", is_flag=True, help="Of my own conversations.")
@click.option("--owner", metavar="PERSON", help="Of this person's conversations.")
@click.option("--unattended", is_flag=True, help="Nobody will be there before it closes.")
@click.option(
    "--within", "hours", type=click.IntRange(1, 24), metavar="HOURS", help="Closing within so much."
)
@page_options
@with_desk
def windows(
    desk: Desk,
    mine: bool,
    owner: str | None,
    unattended: bool,
    hours: int | None,
    limit: int,
    after: Cursor | None,
) -> WindowPage:
    """List open WhatsApp windows, the first to close first.

    Those of closed conversations are left out. Nobody is there who is suspended, or outside
    working hours until the window closes; where nobody owns a conversation, the holders of its
    sender ID count.
    """
    owner_id = desk.person_id if mine else ids.person(desk, owner) if owner else None
    within = None if hours is None else timedelta(hours=hours)
    wanted = WindowFilter(owner_id, unattended, within)
    return desk.read(service.page, wanted, after=after, limit=limit)
