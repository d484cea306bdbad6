"""`view`: saved filters (R4)."""

from __future__ import annotations

import click

from sms_desk.cli import ids
from sms_desk.cli.answers import Changed, Rows
from sms_desk.cli.filters import FilterWords, filter_options, find_view
from sms_desk.cli.framework import group, with_desk
from sms_desk.cli.people import find_group
from sms_desk.cli.typed import as_name
from sms_desk.domain import commands as c
from sms_desk.services import inbox
from sms_desk.services.desk import Desk
from sms_desk.services.rows import ViewRow


@group()
def view() -> None:
    """Saved filters, for oneself or shared."""


@view.command("list")
@with_desk
def list_views(desk: Desk) -> Rows[ViewRow]:
    """List one's own views and those shared with one, with how many customers wait."""
    return Rows(desk.read(inbox.saved_views))


@view.command()
@click.argument("name")
@filter_options
@with_desk
def save(desk: Desk, name: str, filter_words: FilterWords) -> Changed:
    """Save the filter options under a name; a view of that name of one's own is replaced."""
    known = desk.read(inbox.saved_views)
    old = next((row for row in known if row.mine and row.name == as_name(name)), None)
    id_ = old.id if old else ids.fresh(desk)
    saved = c.SaveView(**desk.stamp(), view_id=id_, name=name, filter=filter_words.resolve(desk))
    return Changed.of(desk.change(saved), id_)


@view.command()
@click.argument("name")
@with_desk
def delete(desk: Desk, name: str) -> Changed:
    """Delete a view of one's own."""
    id_ = find_view(desk, name).id
    return Changed.of(desk.change(c.DeleteView(**desk.stamp(), view_id=id_)), id_)


@view.command()
@click.argument("name")
@click.option(
    "--with",
    "others",
    multiple=True,
    required=True,
    metavar="WHO",
    help="A person or team, all, or nobody. May be repeated.",
)
@with_desk
def share(desk: Desk, name: str, others: tuple[str, ...]) -> Changed:
    """Say who sees a view; nobody: oneself alone again."""
    row = find_view(desk, name)
    named = [who for who in others if who not in ("all", "nobody")]
    shared = c.SaveView(
        **desk.stamp(),
        view_id=row.id,
        name=row.name,
        filter=row.filter,
        shared_with=tuple(find_group(desk, who) or ids.person(desk, who) for who in named) or None,
        shared_with_all="all" in others,
    )
    return Changed.of(desk.change(shared), row.id)
