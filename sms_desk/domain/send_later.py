"""Moments for which a message can be put off, by the clock on the contact's wall (R36, R40, R52)."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta, tzinfo
from enum import StrEnum

from sms_desk.domain.wall_time import EVENING, MORNING, at_wall_time

NextAllowed = Callable[[datetime], datetime | None]
"""The first minute from an instant on in which a message may go; None if none comes."""

_HOUR = timedelta(hours=1)
_MINUTE = timedelta(minutes=1)
_STILL_THAT = timedelta(hours=3)
"""A morning that begins at noon is one still, an evening that begins at night is none."""


class Later(StrEnum):
    SOONEST = "soonest"  # quiet hours forbid now: the first minute that they allow
    IN_AN_HOUR = "in an hour"
    THIS_MORNING = "this morning"
    THIS_EVENING = "this evening"
    TOMORROW = "tomorrow"
    MONDAY = "monday"


_MOST_TELLING = (
    Later.SOONEST,
    Later.THIS_MORNING,
    Later.TOMORROW,
    Later.MONDAY,
    Later.THIS_EVENING,
    Later.IN_AN_HOUR,
)
"""Of two that mean one instant, the first says more: on a Sunday, Monday is tomorrow."""


def moments(
    now: datetime, zone: tzinfo, next_allowed: NextAllowed
) -> tuple[tuple[Later, datetime], ...]:
    """The moments that make sense now, soonest first, each of them allowed and none twice.

    Mornings are 9:00 and the evening is 18:00 in `zone`; where quiet hours forbid that minute it
    becomes the first one that they allow within three hours, or else is left out.
    """
    found: dict[datetime, Later] = {}
    for later in _MOST_TELLING:
        at = _moment(later, now, zone, next_allowed)
        if at is not None and at > now:
            found.setdefault(at, later)
    return tuple((found[at], at) for at in sorted(found))


def _moment(
    later: Later, now: datetime, zone: tzinfo, next_allowed: NextAllowed
) -> datetime | None:
    today = now.astimezone(zone).date()
    match later:
        case Later.SOONEST:
            return next_allowed(now)
        case Later.IN_AN_HOUR:
            wanted = _whole_minute(now + _HOUR)
            return wanted if next_allowed(wanted) == wanted else None
        case Later.THIS_MORNING:
            wanted = at_wall_time(today, MORNING, zone)
        case Later.THIS_EVENING:
            wanted = at_wall_time(today, EVENING, zone)
        case Later.TOMORROW:
            wanted = at_wall_time(today + timedelta(days=1), MORNING, zone)
        case Later.MONDAY:
            wanted = at_wall_time(today + timedelta(days=7 - today.weekday()), MORNING, zone)
    if wanted <= now:
        return None
    moved = next_allowed(wanted)
    return moved if moved is not None and moved - wanted <= _STILL_THAT else None


def _whole_minute(at: datetime) -> datetime:
    whole = at.replace(second=0, microsecond=0)
    return whole if whole == at else whole + _MINUTE


def place_name(zone: str) -> str:
    """The town in a zone's IANA name: "New York" of America/New_York."""
    return zone.rpartition("/")[2].replace("_", " ")
