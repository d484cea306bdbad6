"""`search`: messages, notes and contacts (R44)."""

from __future__ import annotations

import click

from sms_desk.cli.framework import command, with_desk
from sms_desk.services import searching
from sms_desk.services.desk import Desk
from sms_desk.services.rows import SearchResult

LONGEST_PAGE = 1000


@command()
@click.argument("words", metavar="TEXT...", nargs=-1, required=True)
@click.option(
    "--limit",
    type=click.IntRange(1, LONGEST_PAGE),
    default=50,
    show_default=True,
    metavar="N",
    help="At most so many.",
)
@click.option(
    "--before", type=int, metavar="POSITION", help="Older than this: `position` of the last hit."
)
@with_desk
def search(desk: Desk, words: tuple[str, ...], limit: int, before: int | None) -> SearchResult:
    """Find messages and notes, newest first, and contacts by name or number.

    Operators narrow it: from: to: campaign: service: tag: channel: has: is: before: after:
    """
    return desk.read(searching.find, " ".join(words), before=before, limit=limit)
