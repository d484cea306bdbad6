"""The moments that a snooze offers, at the wall clock of the person's own zone (R52)."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime, time, timedelta, tzinfo

MORNING = time(9)
AFTERNOON = time(15)
_LATEST_FOR_TODAY = time(14)


@dataclass(frozen=True, slots=True)
class Moment:
    """name: later | tomorrow | monday | week. at: an aware UTC instant."""

    name: str
    at: datetime


def moments(now: datetime, zone: tzinfo) -> tuple[Moment, ...]:
    """What the menu offers at `now`, soonest first."""
    local = now.astimezone(zone)
    tomorrow = _at(local + timedelta(days=1), MORNING)
    monday = _at(local + timedelta(days=7 - local.weekday()), MORNING)
    found = [Moment("tomorrow", tomorrow), Moment("week", _at(local + timedelta(days=7), MORNING))]
    if local.time() < _LATEST_FOR_TODAY:
        found.append(Moment("later", _at(local, AFTERNOON)))
    if monday != tomorrow:
        found.append(Moment("monday", monday))
    unique = {moment.at: moment for moment in reversed(found)}
    return tuple(sorted(unique.values(), key=lambda moment: moment.at))


def _at(local: datetime, clock: time) -> datetime:
    """That day at that time on the wall: the zone's rules of the day hold, not today's offset."""
    return datetime.combine(local.date(), clock, tzinfo=local.tzinfo).astimezone(UTC)
