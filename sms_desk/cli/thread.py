"""`thread`: one conversation."""

from __future__ import annotations

from uuid import UUID

import click

from sms_desk.cli import ids
from sms_desk.cli.answers import Thread
from sms_desk.cli.framework import command, with_desk
from sms_desk.services import threads
from sms_desk.services.context import Context
from sms_desk.services.desk import Desk
from sms_desk.services.rows import ThreadPage

LONGEST_PAGE = 1000


@command()
@click.argument("conversation_id", metavar="ID")
@click.option(
    "--limit",
    type=click.IntRange(1, LONGEST_PAGE),
    default=50,
    show_default=True,
    metavar="N",
    help="At most so many.",
)
@click.option(
    "--before",
    type=int,
    metavar="POSITION",
    help="The page before this one: `older` of the answer.",
)
@click.option("--search", metavar="TEXT", help="Only what holds these words, newest first chosen.")
@with_desk
def thread(
    desk: Desk, conversation_id: str, limit: int, before: int | None, search: str | None
) -> Thread:
    """Show one conversation: its head, and a page of messages, notes and events, oldest first.

    Looking does not mark anything read; sms-desk read does.
    """
    id_ = ids.conversation(desk, conversation_id)
    if search is None:
        return desk.read(_thread, id_, limit, before)
    return desk.read(_found, id_, limit, search)


def _thread(ctx: Context, id_: UUID, limit: int, before: int | None) -> Thread:
    page = threads.page(ctx, id_, before=before, limit=limit)
    return Thread(threads.detail(ctx, id_), page.items, page.older, page.newer)


def _found(ctx: Context, id_: UUID, limit: int, text: str) -> Thread:
    positions = sorted(threads.find_in(ctx, id_, text)[:limit])
    pages: list[ThreadPage] = [
        threads.page(ctx, id_, around=position, limit=1) for position in positions
    ]
    items = tuple(
        item
        for position, page in zip(positions, pages, strict=True)
        for item in page.items
        if item.position == position
    )
    return Thread(threads.detail(ctx, id_), items, None, None)
