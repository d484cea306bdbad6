"""From the words and the clock on the wall to instants (R52).

A time of day is wall-clock time in the person's own zone: "tomorrow 9:00" is 9:00 there, however
the clocks change in between. A wall-clock time that the change skips moves forward by what was
skipped; one that comes twice is its first. Hours and minutes from now are elapsed time; days and
weeks keep the time of day. Instants are aware UTC.
"""

from __future__ import annotations

import re
from datetime import UTC, date, datetime, time, timedelta, tzinfo
from enum import StrEnum
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from sms_desk.domain.errors import UsageError

MORNING = time(9)
EVENING = time(18)
_LATER = timedelta(hours=3)
_FURTHEST = timedelta(days=3653)  # ten years: a slip of the finger rather than a wish


class SnoozeChoice(StrEnum):
    LATER_TODAY = "later today"
    THIS_EVENING = "this evening"
    TOMORROW = "tomorrow"
    NEXT_WEEK = "next week"


def snooze_until(choice: SnoozeChoice, now: datetime, zone: tzinfo) -> datetime:
    """When the choice ends: in three hours; at 18:00; at 9:00 tomorrow; at 9:00 next Monday.

    Raises UsageError where today has no such time left; `snooze_choices` leaves those out.
    """
    until = _instant_of(choice, now, zone)
    if until <= now or (choice in _TODAY and _day(until, zone) != _day(now, zone)):
        raise UsageError(f"It is too late for “{choice}”.", f"Choose “{SnoozeChoice.TOMORROW}”.")
    return until


def snooze_choices(now: datetime, zone: tzinfo) -> tuple[tuple[SnoozeChoice, datetime], ...]:
    """The choices that make sense now, soonest first, each with its instant.

    No instant stands there twice: on a Sunday, next Monday is tomorrow.
    """
    found: dict[datetime, SnoozeChoice] = {}
    for choice in _MOST_TELLING:
        try:
            found.setdefault(snooze_until(choice, now, zone), choice)
        except UsageError:
            continue
    return tuple((found[at], at) for at in sorted(found))


_TODAY = (SnoozeChoice.LATER_TODAY, SnoozeChoice.THIS_EVENING)
_MOST_TELLING = (
    SnoozeChoice.THIS_EVENING,
    SnoozeChoice.LATER_TODAY,
    SnoozeChoice.TOMORROW,
    SnoozeChoice.NEXT_WEEK,
)
"""Of two choices that mean one instant, the first says more."""


def _instant_of(choice: SnoozeChoice, now: datetime, zone: tzinfo) -> datetime:
    today = _day(now, zone)
    match choice:
        case SnoozeChoice.LATER_TODAY:
            return now + _LATER
        case SnoozeChoice.THIS_EVENING:
            return at_wall_time(today, EVENING, zone)
        case SnoozeChoice.TOMORROW:
            return at_wall_time(today + timedelta(days=1), MORNING, zone)
        case SnoozeChoice.NEXT_WEEK:
            return at_wall_time(today + timedelta(days=7 - today.weekday()), MORNING, zone)


def at_wall_time(day: date, clock: time, zone: tzinfo) -> datetime:
    """The instant at which clocks in `zone` show `clock` on `day`.

    `fold=0` gives both rules at once: of an ambiguous time the first, and a skipped time is read
    with the offset before the change, which lands as far after it (Python, PEP 495).
    """
    return datetime.combine(day, clock.replace(fold=0), tzinfo=zone).astimezone(UTC)


def _day(instant: datetime, zone: tzinfo) -> date:
    return instant.astimezone(zone).date()


# --- words ------------------------------------------------------------------------------------

_SPAN = re.compile(
    r"(?:in )?(\d{1,4}) ?(?:(m|min|mins|minutes?)|(h|hrs?|hours?)|(d|days?)|(w|weeks?))"
)
_DATE = re.compile(r"\d{4}-\d\d-\d\d")
_DAY_AND_CLOCK = re.compile(r"(?P<day>[a-z]+)?(?:(?:^| )(?:at )?(?P<clock>\d.*))?")
_CLOCK = re.compile(r"(?P<hour>\d{1,2})(?::(?P<minute>\d{2}))?(?: ?(?P<half>am|pm))?")
_WEEKDAYS = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")
_FORMS = "Write it as in: 2h, 3 days, tomorrow 9:00, mon 14:30, 2026-12-01 08:00."


def parse_when(text: str, now: datetime, zone: tzinfo) -> datetime:
    """The instant that a person's words mean: always after `now`, at most ten years on.

    A day without a time is 9:00; a time or weekday without a date is the next one. Raises
    UsageError for what cannot be read, is past, or is further off.
    """
    words = " ".join(text.casefold().split())
    until = (
        _choice(words, now, zone)
        or _span(words, now, zone)
        or _iso(words, zone)
        or _day_and_clock(words, now, zone)
    )
    if until is None:
        raise UsageError(f"“{text}” is not a time that the desk can read.", _FORMS)
    if until <= now:
        raise UsageError(f"“{text}” is in the past.", "Name a time that is still to come.")
    if until - now > _FURTHEST:
        raise UsageError(f"“{text}” is more than ten years away.", "Name a nearer time.")
    return until


def _choice(words: str, now: datetime, zone: tzinfo) -> datetime | None:
    if words not in SnoozeChoice.__members__.values():
        return None
    return snooze_until(SnoozeChoice(words), now, zone)


def _span(words: str, now: datetime, zone: tzinfo) -> datetime | None:
    found = _SPAN.fullmatch(words)
    if not found:
        return None
    n = int(found[1])
    if found[2] or found[3]:
        return now + (timedelta(minutes=n) if found[2] else timedelta(hours=n))
    local = now.astimezone(zone)
    later = local.date() + (timedelta(days=n) if found[4] else timedelta(weeks=n))
    return at_wall_time(later, local.time(), zone)


def _iso(words: str, zone: tzinfo) -> datetime | None:
    try:
        found = datetime.fromisoformat(words.upper())
        if _DATE.fullmatch(words):
            found = datetime.combine(found, MORNING)
        return (found if found.tzinfo else found.replace(tzinfo=zone)).astimezone(UTC)
    except (ValueError, OverflowError):  # not in this form; or the calendar's last hours
        return None


def _day_and_clock(words: str, now: datetime, zone: tzinfo) -> datetime | None:
    found = _DAY_AND_CLOCK.fullmatch(words)
    if not found or not words:
        return None
    clock = _clock(found["clock"], alone=not found["day"]) if found["clock"] else MORNING
    ahead = _days_ahead(found["day"], now.astimezone(zone))
    if clock is None or ahead is None:
        return None
    first, every = ahead
    until = at_wall_time(_day(now, zone) + timedelta(days=first), clock, zone)
    if until <= now and every:
        until = at_wall_time(_day(now, zone) + timedelta(days=first + every), clock, zone)
    return until


def _days_ahead(day: str | None, local: datetime) -> tuple[int, int] | None:
    """How many days on, and after how many it comes again (0: never); None for no day's name."""
    if day in (None, "at"):
        return 0, 1
    if day in ("today", "tomorrow"):
        return ("today", "tomorrow").index(day), 0
    for number, name in enumerate(_WEEKDAYS):
        if len(day) >= 3 and name.startswith(day):
            return (number - local.weekday()) % 7, 7
    return None


def _clock(text: str, *, alone: bool) -> time | None:
    """The time of day; a lone hour needs a day, minutes, am or pm beside it to be one."""
    found = _CLOCK.fullmatch(text)
    if not found or (alone and not (found["minute"] or found["half"])):
        return None
    hour, minute = int(found["hour"]), int(found["minute"] or 0)
    if found["half"]:
        if not 1 <= hour <= 12:
            return None
        hour = hour % 12 + (12 if found["half"] == "pm" else 0)
    return time(hour, minute) if hour < 24 and minute < 60 else None


def require_zone(name: str) -> ZoneInfo:
    """The zone of that IANA name. Raises UsageError."""
    try:
        return ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError) as error:
        raise UsageError(
            f"“{name}” is not a time zone.", "Use a name such as Europe/Berlin."
        ) from error
