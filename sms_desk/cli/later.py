"""`--at`: putting a message off until a moment by the contact's clock (R36)."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, TypeVar

import click

from sms_desk.cli import ids
from sms_desk.cli.placing import Place
from sms_desk.cli.saying import Said
from sms_desk.cli.terminal import safe_line
from sms_desk.domain import commands as c
from sms_desk.domain.errors import UsageError
from sms_desk.services import composing, scheduled
from sms_desk.services.desk import Desk
from sms_desk.services.scheduled import DueTime, ScheduledRow

F = TypeVar("F", bound=Callable[..., Any])


def at_option(function: F) -> F:
    """Add --at, handed over as `at`."""
    return click.option(
        "--at",
        metavar="TIME",
        help='Later, by the contact\'s clock, or yours if theirs is not known: "tomorrow 9:00".',
    )(function)


def refuse_both(at: str | None, wait: int | None) -> None:
    """Raises UsageError where a message shall be put off and followed."""
    if at is not None and wait is not None:
        raise UsageError(
            "--wait follows a message that goes now, and --at puts it off.", "Give one of the two."
        )


def planned(desk: Desk, place: Place, said: Said, due: DueTime) -> ScheduledRow:
    """The message, scheduled. What would hold it then is said on stderr; it is checked when due."""
    found = desk.suppose(
        place.begin,
        composing.verdicts,
        place.conversation_id,
        place.sender_id,
        said.body,
        at=due.at,
        content_sid=said.content_sid,
    )
    if not due.recipients:
        click.echo(f"The contact's time zone is not known: {due.zone} counts.", err=True)
    for one in found.findings:
        held = "As things stand it would be held then: " if one.holds else ""
        click.echo(safe_line(f"{held}{one.title} {one.next_step}".strip()), err=True)
    scheduled_id = ids.fresh(desk)
    desk.change(
        *place.begin,
        c.Schedule(
            **desk.stamp(),
            scheduled_id=scheduled_id,
            conversation_id=place.conversation_id,
            sender_id=place.sender_id,
            body=said.body,
            due_at=due.at,
            zone=due.zone,
            seen_version=found.seen_version,
            content_sid=said.content_sid,
            content_variables=said.variables,
        ),
    )
    return desk.read(scheduled.row, scheduled_id)
