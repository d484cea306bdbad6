"""Words and times that a person types: texts from the line or from stdin, instants, numbers."""

from __future__ import annotations

import sys
from datetime import datetime

from sms_desk.domain.addresses import split_channel
from sms_desk.domain.errors import UsageError
from sms_desk.domain.model import Channel
from sms_desk.domain.wall_time import parse_when, require_zone
from sms_desk.services.context import Context
from sms_desk.services.desk import Desk

_LARGEST = 1 << 20


def text_or_stdin(words: str) -> str:
    """The words themselves, or for `-` all of stdin without its last line end.

    Raises UsageError for what is not UTF-8 or longer than a megabyte.
    """
    if words != "-":
        return words
    data = sys.stdin.buffer.read(_LARGEST + 1)
    if len(data) > _LARGEST:
        raise UsageError("The text on stdin is longer than a megabyte.", "Give a shorter one.")
    try:
        return data.decode("utf-8").removesuffix("\n").removesuffix("\r")
    except UnicodeDecodeError as error:
        raise UsageError("The text on stdin is not UTF-8.", "Save it as UTF-8 first.") from error


def bare_number(number: str, channel: Channel, instead: str) -> str:
    """A number as a person typed it, where an option says the channel.

    Raises UsageError where another channel stands in front; instead: the option that says it.
    """
    in_front, rest = split_channel(number.strip())
    if in_front in (Channel.SMS, channel):
        return rest
    words = f'"{rest}"' if " " in rest else rest
    raise UsageError("The channel is not part of the number here.", f"Type {words} {instead}.")


def as_name(words: str) -> str:
    """A name as the workspace keeps it: stray white space gone."""
    return " ".join(words.split())


def future(desk: Desk, words: str) -> datetime:
    """An instant to come, by the clock of who acts: "tomorrow 9:00" (R52). Raises UsageError."""
    return desk.read(_future, words)


def _future(ctx: Context, words: str) -> datetime:
    return parse_when(words, ctx.now, require_zone(ctx.actor.zone))


def day(desk: Desk, words: str | None) -> datetime | None:
    """The beginning of a day, or an ISO instant, by the clock of who acts. Raises UsageError."""
    return None if words is None else desk.read(_day, words)


def _day(ctx: Context, words: str) -> datetime:
    try:
        found = datetime.fromisoformat(words)
    except ValueError as error:
        raise UsageError(f"“{words}” is not a date.", "Write it as in 2026-05-04.") from error
    return found if found.tzinfo else found.replace(tzinfo=require_zone(ctx.actor.zone))
