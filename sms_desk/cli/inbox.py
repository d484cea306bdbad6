"""`inbox`: lists of conversations."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, TypeVar
from uuid import UUID

import click

from sms_desk.cli.answers import Count
from sms_desk.cli.filters import FilterWords, filter_options
from sms_desk.cli.framework import command, with_desk
from sms_desk.domain.errors import UsageError
from sms_desk.services import inbox as service
from sms_desk.services.desk import Desk
from sms_desk.services.rows import Cursor, InboxPage

F = TypeVar("F", bound=Callable[..., Any])
LONGEST_PAGE = 1000


def _cursor(_ctx: click.Context, _param: click.Parameter, text: str | None) -> Cursor | None:
    if text is None:
        return None
    value, _, id_ = text.partition(".")
    try:
        return Cursor(int(value), UUID(id_))
    except ValueError as error:
        raise UsageError(
            f"“{text}” is not a cursor.", "Take it as it stands in `next` of the page before."
        ) from error


def page_options(function: F) -> F:
    """Add --limit and --after, handed over as `limit` and `after`."""
    function = click.option(
        "--after",
        callback=_cursor,
        metavar="CURSOR",
        help="The page after this one: `next` of the answer.",
    )(function)
    return click.option(
        "--limit",
        type=click.IntRange(1, LONGEST_PAGE),
        default=50,
        show_default=True,
        metavar="N",
        help="At most so many.",
    )(function)


@command()
@filter_options
@page_options
@click.option("--count", "only_count", is_flag=True, help="Only how many match.")
@with_desk
def inbox(
    desk: Desk, filter_words: FilterWords, limit: int, after: Cursor | None, only_count: bool
) -> InboxPage | Count:
    """List conversations.

    Open ones, newest message first, if nothing else is said. All conditions hold together; the
    page, the count and --matching of other commands mean the same conversations.
    """
    wanted = filter_words.resolve(desk)
    if only_count:
        return Count(desk.read(service.count, wanted))
    return desk.read(service.page, wanted, after=after, limit=limit)
