"""`undo`: take back what was done."""

from __future__ import annotations

import click

from sms_desk.cli import ids
from sms_desk.cli.answers import Changed
from sms_desk.cli.framework import command, with_desk
from sms_desk.domain.errors import RefusedError, UsageError
from sms_desk.services import directory
from sms_desk.services.desk import Desk


@command()
@click.argument("command_id", metavar="[COMMAND_ID]", required=False)
@with_desk
def undo(desk: Desk, command_id: str | None) -> Changed:
    """Take back a command of one's own, the last one if none is named.

    What somebody changed again since stays as it is.
    """
    if command_id is not None:
        id_ = ids.whole(command_id)
        if id_ is None:
            raise UsageError(
                f"“{command_id}” is not the id of a command.", "Give the whole `command_id`."
            )
        return Changed.of(desk.undo(id_))
    offer = desk.read(directory.undo_offer)
    if offer is None:
        raise RefusedError("There is nothing to undo.", rule="nothing")
    return Changed.of(desk.undo(offer.command_id))
