"""`reassign`: conversations, and sender IDs with them, to other people for good (R30)."""

from __future__ import annotations

from uuid import UUID

import click

from sms_desk.cli import ids
from sms_desk.cli.answers import Changed
from sms_desk.cli.framework import command, with_desk
from sms_desk.cli.targets import TargetWords, target_options
from sms_desk.domain import commands as c
from sms_desk.domain.absences import Share, Split
from sms_desk.domain.errors import UsageError
from sms_desk.services import programs, reassignment, senders
from sms_desk.services.desk import Desk
from sms_desk.services.reassignment import Preview

_KEYED = {Split.PROGRAM: "program", Split.SENDER: "sender ID", Split.LIST: "conversation"}


@command()
@target_options
@click.option("--from", "giver", metavar="PERSON", help="Only conversations of this person.")
@click.option(
    "--to",
    "takers",
    required=True,
    multiple=True,
    metavar="PERSON[=KEY,…]",
    help="Who gets them; repeatable. With the splits program, sender and list: what goes to them; "
    "without keys: the rest.",
)
@click.option(
    "--split",
    type=click.Choice([str(split) for split in Split]),
    help="How it is divided; one or even if not given.",
)
@click.option(
    "--senders",
    "sender_names",
    multiple=True,
    metavar="SENDER",
    help="A sender ID of --from that moves along, or all; repeatable.",
)
@click.option("--reason", default="", metavar="TEXT", help="Why.")
@with_desk
def reassign(
    desk: Desk,
    target_words: TargetWords,
    giver: str | None,
    takers: tuple[str, ...],
    split: str | None,
    sender_names: tuple[str, ...],
    reason: str,
) -> Changed | Preview:
    """Give conversations, and with them sender IDs, to other people for good.

    All in one batch that undo takes back. With --dry-run nothing is changed: the answer is how many
    conversations would move, by state, and each person's load before and after.
    """
    by = Split(split) if split else Split.ONE if len(takers) == 1 else Split.EVEN
    from_id = ids.person(desk, giver) if giver else None
    asked = c.Reassign(
        **desk.stamp(),
        targets=target_words.resolve(desk),
        split=by,
        shares=tuple(_share(desk, text, by) for text in takers),
        from_id=from_id,
        sender_ids=_senders(desk, sender_names, asked_of=giver),
        reason=reason,
    )
    if target_words.dry_run:
        return desk.read(reassignment.preview, asked)
    return Changed.of(desk.change(asked))


def _share(desk: Desk, text: str, split: Split) -> Share:
    name, _, keys = text.partition("=")
    if keys and split not in _KEYED:
        raise UsageError(
            f"The split “{split}” has no keys.", "Say --split program, sender or list."
        )
    return Share(
        ids.person(desk, name),
        tuple(_key(desk, key.strip(), split) for key in keys.split(",") if key.strip()),
    )


def _key(desk: Desk, text: str, split: Split) -> UUID:
    if split is Split.PROGRAM:
        return desk.read(programs.find, text)
    if split is Split.SENDER:
        return desk.read(senders.find, text)
    return ids.conversation(desk, text)


def _senders(desk: Desk, names: tuple[str, ...], asked_of: str | None) -> tuple[UUID, ...]:
    if not names:
        return ()
    if asked_of is None:
        raise UsageError("Whose sender IDs they are was not said.", "Say --from as well.")
    if names == ("all",):
        return desk.read(reassignment.sender_ids_of, ids.person(desk, asked_of))
    return tuple(desk.read(senders.find, name) for name in names)
