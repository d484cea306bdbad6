"""`scheduled`: messages that wait for their time (R36)."""

from __future__ import annotations

from uuid import UUID

import click

from sms_desk.cli import ids
from sms_desk.cli.answers import Changed, Rows
from sms_desk.cli.framework import group, with_desk
from sms_desk.cli.typed import text_or_stdin
from sms_desk.domain import commands as c
from sms_desk.services import scheduled as service
from sms_desk.services.desk import Desk
from sms_desk.services.scheduled import ScheduledRow


@group()
def scheduled() -> None:
    """Messages that wait for their time."""


@scheduled.command("list")
@click.option("--all", "everything", is_flag=True, help="Those sent or cancelled, too.")
@with_desk
def list_scheduled(desk: Desk, everything: bool) -> Rows[ScheduledRow]:
    """List what waits, soonest first."""
    return Rows(desk.read(service.listing, everything=everything))


@scheduled.command()
@click.argument("scheduled_id", metavar="ID")
@with_desk
def show(desk: Desk, scheduled_id: str) -> ScheduledRow:
    """Show one, and what became of it."""
    return desk.read(service.row, _id(desk, scheduled_id))


@scheduled.command(epilog="TEXT is the new message, or - to read it from stdin.")
@click.argument("scheduled_id", metavar="ID")
@click.option(
    "--at", "at", metavar="TIME", help='Another time, by the contact\'s clock: "mon 9:00".'
)
@click.argument("text", required=False)
@with_desk
def edit(desk: Desk, scheduled_id: str, at: str | None, text: str | None) -> Changed:
    """Change its text, its time, or both."""
    row = desk.read(service.row, _id(desk, scheduled_id))
    due = desk.read(service.when, row.conversation_id, at) if at else None
    edited = c.EditScheduled(
        **desk.stamp(),
        scheduled_id=row.id,
        body=row.body if text is None else text_or_stdin(text),
        due_at=due.at if due else row.due_at,
        zone=due.zone if due else row.zone,
    )
    return Changed.of(desk.change(edited), row.id)


@scheduled.command()
@click.argument("scheduled_id", metavar="ID")
@with_desk
def now(desk: Desk, scheduled_id: str) -> Changed:
    """Send it now instead."""
    row = desk.read(service.row, _id(desk, scheduled_id))
    stamp = desk.stamp()
    edited = c.EditScheduled(
        **stamp, scheduled_id=row.id, body=row.body, due_at=stamp["at"], zone=row.zone
    )
    return Changed.of(desk.change(edited), row.id)


@scheduled.command()
@click.argument("scheduled_id", metavar="ID")
@with_desk
def cancel(desk: Desk, scheduled_id: str) -> Changed:
    """Do not send it."""
    id_ = _id(desk, scheduled_id)
    return Changed.of(desk.change(c.CancelScheduled(**desk.stamp(), scheduled_id=id_)), id_)


def _id(desk: Desk, text: str) -> UUID:
    rows = desk.read(service.listing, everything=True)
    return ids.whole(text) or ids.pick(text, (row.id for row in rows), "scheduled message")
