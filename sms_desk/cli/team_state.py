"""Commands about a conversation's team state, owner, tags and source: they affect everybody."""

from __future__ import annotations

import click

from sms_desk.cli import ids
from sms_desk.cli.answers import Changed, Count, Rows
from sms_desk.cli.filters import find_tag
from sms_desk.cli.framework import command, with_desk
from sms_desk.cli.targets import TargetWords, change_targets, how_many, target_options
from sms_desk.cli.typed import future
from sms_desk.domain import commands as c
from sms_desk.domain.errors import UsageError
from sms_desk.domain.wall_time import SnoozeChoice
from sms_desk.services import programs
from sms_desk.services.desk import Desk


@command()
@target_options
@click.option("--to", "person", required=True, metavar="PERSON", help="A person, me, or nobody.")
@with_desk
def assign(desk: Desk, target_words: TargetWords, person: str) -> Changed | Count:
    """Give conversations to a person, or to nobody."""
    owner_id = ids.person_or_nobody(desk, person)
    return change_targets(
        desk,
        target_words,
        lambda targets: c.Assign(**desk.stamp(), targets=targets, owner_id=owner_id),
    )


@command()
@target_options
@with_desk
def close(desk: Desk, target_words: TargetWords) -> Changed | Count:
    """Close conversations for everybody; a customer's reply opens them again."""
    return change_targets(
        desk, target_words, lambda targets: c.Close(**desk.stamp(), targets=targets)
    )


@command()
@target_options
@with_desk
def reopen(desk: Desk, target_words: TargetWords) -> Changed | Count:
    """Open closed or snoozed conversations again for everybody."""
    return change_targets(
        desk, target_words, lambda targets: c.Reopen(**desk.stamp(), targets=targets)
    )


_UNTIL = (
    f"As the window offers it ({', '.join(SnoozeChoice)}), or as in "
    '"tomorrow 14:00", 2h, 3 days, mon 14:30.'
)


@command()
@target_options
@click.option("--until", "words", required=True, metavar="TIME", help=_UNTIL)
@with_desk
def snooze(desk: Desk, target_words: TargetWords, words: str) -> Changed | Count:
    """Put conversations aside for everybody until a time on one's own clock."""
    until = future(desk, words)
    return change_targets(
        desk, target_words, lambda targets: c.Snooze(**desk.stamp(), targets=targets, until=until)
    )


@command()
@target_options
@click.option("--add", "added", multiple=True, metavar="TAG", help="May be repeated.")
@click.option("--remove", "removed", multiple=True, metavar="TAG", help="May be repeated.")
@with_desk
def tag(
    desk: Desk, target_words: TargetWords, added: tuple[str, ...], removed: tuple[str, ...]
) -> Rows[Changed] | Count:
    """Add and remove tags; a tag that is new is made."""
    if not (added or removed):
        raise UsageError("No tag was named.", "Say --add or --remove.")
    targets = target_words.resolve(desk)
    if target_words.dry_run:
        return Count(how_many(desk, targets))
    gone = [find_tag(desk, name) for name in removed]
    commands: list[c.Command] = [
        *(
            c.AddTag(**desk.stamp(), targets=targets, tag_id=ids.fresh(desk), name=name)
            for name in added
        ),
        *(c.RemoveTag(**desk.stamp(), targets=targets, tag_id=tag_id) for tag_id in gone),
    ]
    return Rows(tuple(Changed.of(desk.change(command_)) for command_ in commands))


@command()
@click.argument("conversation_id", metavar="ID")
@with_desk
def takeover(desk: Desk, conversation_id: str) -> Changed:
    """Make a program's reply a direct conversation, until the program sends again."""
    id_ = ids.conversation(desk, conversation_id)
    return Changed.of(desk.change(c.TakeOver(**desk.stamp(), conversation_id=id_)), id_)


@command()
@click.argument("conversation_id", metavar="ID")
@with_desk
def release(desk: Desk, conversation_id: str) -> Changed:
    """Let a program's auto-responder answer again where a person had taken over."""
    id_ = ids.conversation(desk, conversation_id)
    released = c.ReleaseAutomation(**desk.stamp(), conversation_id=id_)
    return Changed.of(desk.change(released), id_)


@command()
@click.argument("conversation_id", metavar="ID")
@click.option("--program", "name", required=True, metavar="NAME", help="A program, or none.")
@with_desk
def rebind(desk: Desk, conversation_id: str, name: str) -> Changed:
    """Say what a conversation answers."""
    id_ = ids.conversation(desk, conversation_id)
    program_id = None if name == "none" else desk.read(programs.find, name)
    source = c.RebindSource(**desk.stamp(), conversation_id=id_, program_id=program_id)
    return Changed.of(desk.change(source), id_)
