"""Commands about what is read, pinned and muted: they affect oneself alone (R48)."""

from __future__ import annotations

import click

from sms_desk.cli import ids
from sms_desk.cli.answers import Changed, Count
from sms_desk.cli.framework import command, with_desk
from sms_desk.cli.targets import TargetWords, change_targets, target_options
from sms_desk.domain import commands as c
from sms_desk.services import threads
from sms_desk.services.desk import Desk


@command()
@click.argument("conversation_id", metavar="ID")
@click.option(
    "--to", "position", type=int, metavar="POSITION", help="Only up to this item of the thread."
)
@with_desk
def read(desk: Desk, conversation_id: str, position: int | None) -> Changed:
    """Mark a conversation read for oneself; the marker only moves forward."""
    id_ = ids.conversation(desk, conversation_id)
    last = desk.read(threads.detail, id_).row.last_position if position is None else position
    done = desk.change(c.MarkRead(**desk.stamp(), conversation_id=id_, position=last))
    return Changed.of(done, id_)


@command()
@target_options
@with_desk
def unread(desk: Desk, target_words: TargetWords) -> Changed | Count:
    """Mark conversations unread for oneself, from their latest inbound message on."""
    return change_targets(
        desk, target_words, lambda targets: c.MarkUnread(**desk.stamp(), targets=targets)
    )


@command()
@target_options
@click.option("--off", is_flag=True, help="Unpin them.")
@with_desk
def pin(desk: Desk, target_words: TargetWords, off: bool) -> Changed | Count:
    """Pin conversations for oneself."""
    return change_targets(
        desk, target_words, lambda targets: c.Pin(**desk.stamp(), targets=targets, on=not off)
    )


@command()
@target_options
@click.option("--off", is_flag=True, help="Unmute them.")
@with_desk
def mute(desk: Desk, target_words: TargetWords, off: bool) -> Changed | Count:
    """Mute conversations for oneself: no notifications."""
    return change_targets(
        desk, target_words, lambda targets: c.Mute(**desk.stamp(), targets=targets, on=not off)
    )
