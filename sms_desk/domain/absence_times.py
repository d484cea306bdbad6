"""When an absence begins and ends, in the days of who is absent (R23).

A whole day is a span of instants from its first to the next day's first, by the clock of the
person's own zone: 23 or 25 hours where the clocks change, and no time at all where a place skipped
the day. Every instant is in exactly one of them. A typed end that is a day includes that day; kept
beside the instant is what was typed, in one form: `2026-11-23`, or `2026-11-23 14:30`.
"""

from __future__ import annotations

import re
from datetime import UTC, date, datetime, time, timedelta, tzinfo

from sms_desk.domain.errors import UsageError
from sms_desk.domain.frozen import dataclass
from sms_desk.domain.wall_time import at_wall_time

_MONTHS = (
    *("january", "february", "march", "april", "may", "june", "july"),
    *("august", "september", "october", "november", "december"),
)
_WEEKDAYS = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")
_FORMS = "Write it as in: today, mon 23 nov, 2026-11-23, tomorrow 14:30, end of friday."
_DAY = timedelta(days=1)
_FURTHEST = timedelta(days=3653)
_PAST = timedelta(days=92)
"""How long ago an absence may have begun that somebody records only now."""


@dataclass(frozen=True, slots=True)
class Span:
    """From an instant up to another (None: without end), and as typed; "" for now, or no end."""

    since: datetime
    until: datetime | None
    since_wall: str = ""
    until_wall: str = ""


# --- days and instants ----------------------------------------------------------------------------


def first_of(day: date, zone: tzinfo) -> datetime:
    """The first instant of a day: where the clocks skip midnight, the one at which they do."""
    return at_wall_time(day, time(0), zone)


def whole_days(first: date, last: date, zone: tzinfo) -> Span:
    """From the first to the last day, both included. Raises UsageError if it ends before."""
    if last < first:
        raise UsageError("It would end before it begins.", "Choose a later last day.")
    return Span(
        first_of(first, zone), first_of(last + _DAY, zone), first.isoformat(), last.isoformat()
    )


def day_of(instant: datetime, zone: tzinfo) -> date:
    """The whole day that an instant is in."""
    day = instant.astimezone(zone).date()
    while first_of(day, zone) > instant:  # the clock went back over midnight
        day -= _DAY
    while first_of(day + _DAY, zone) <= instant:
        day += _DAY
    return day


def last_day(until: datetime, zone: tzinfo) -> date:
    """The last day that a span reaches into: one that ends at midnight ends with the day before."""
    return day_of(until - datetime.resolution, zone)


def last_whole_day(until: datetime, zone: tzinfo) -> date | None:
    """The day whose end this end is; None for an end within a day."""
    last = last_day(until, zone)
    return last if first_of(last + _DAY, zone) == until else None


def walls_of(since: datetime, until: datetime | None, zone: tzinfo) -> Span:
    """The same span with words made for it, where nobody typed any."""
    begin = day_of(since, zone)
    whole = first_of(begin, zone) == since
    ends = ""
    if until is not None:
        last = day_of(until, zone)
        ends = _minute(until, zone)
        if whole and first_of(last, zone) == until and last > begin:
            ends = (last - _DAY).isoformat()
        else:
            whole = False
    return Span(since, until, begin.isoformat() if whole else _minute(since, zone), ends)


def until_of(wall: str, zone: tzinfo) -> datetime:
    """The instant at which what is kept of an end means that it ends."""
    day, clock = _kept(wall)
    return first_of(day + _DAY, zone) if clock is None else at_wall_time(day, clock, zone)


def since_of(wall: str, zone: tzinfo) -> datetime:
    """The same of a beginning."""
    day, clock = _kept(wall)
    return first_of(day, zone) if clock is None else at_wall_time(day, clock, zone)


def _minute(at: datetime, zone: tzinfo) -> str:
    return f"{at.astimezone(zone):%Y-%m-%d %H:%M}"


def _kept(wall: str) -> tuple[date, time | None]:
    try:
        found = datetime.fromisoformat(wall)
    except ValueError as error:
        raise UsageError(f"“{wall}” is not a time that the desk keeps.", _FORMS) from error
    return found.date(), found.time() if len(wall) > len("2026-11-23") else None


# --- words ----------------------------------------------------------------------------------------


def parse_span(since: str, until: str, now: datetime, zone: tzinfo) -> Span:
    """What a person typed for the beginning and the end, in the zone of who is absent.

    since "" or "now": at this moment; until "" or "open": without end; "3 days" counts the first
    one, "4h" is elapsed time. A day without a year is the next one, from today or from the
    beginning on. Raises UsageError for what cannot be read, is over already, or ends before it
    begins.
    """
    begins, since_wall = _begins(since, now, zone)
    ends, until_wall = _ends(until, begins, now, zone)
    if begins < now - _PAST:
        raise UsageError("That is more than three months ago.", "Choose a later beginning.")
    if begins - now > _FURTHEST or (ends is not None and ends - now > _FURTHEST):
        raise UsageError("That is more than ten years away.", "Choose a nearer day.")
    if ends is not None and ends <= begins:
        raise UsageError("It would end before it begins.", "Choose a later end.")
    if ends is not None and ends <= now:
        raise UsageError("It would be over already.", "Choose an end that is still to come.")
    return Span(begins, ends, since_wall, until_wall)


def end_of(until: str, since: datetime, now: datetime, zone: tzinfo) -> tuple[datetime | None, str]:
    """Another end for a span that begins at `since`. Raises UsageError."""
    ends, wall = _ends(until, since, now, zone)
    if ends is not None and ends <= max(since, now):
        raise UsageError("It would be over already.", "Choose an end that is still to come.")
    return ends, wall


_COUNT = re.compile(r"(?:for )?(\d{1,4}) ?(?:(m|min|minutes?)|(h|hours?)|(d|days?)|(w|weeks?))")
_CLOCK = re.compile(r"(?:^|[ T])(?:at )?(\d{1,2})(?::(\d{2}))?(?::00)? ?(am|pm)?$")


def _begins(text: str, now: datetime, zone: tzinfo) -> tuple[datetime, str]:
    words = _plain(text)
    if words in ("", "now"):
        return now, ""
    after = words.removeprefix("end of ")
    day, clock = _day_and_clock(after, text, day_of(now, zone), zone)
    if after != words and clock is None:
        day += _DAY
    if clock is None:
        return first_of(day, zone), day.isoformat()
    return at_wall_time(day, clock, zone), f"{day.isoformat()} {clock:%H:%M}"


def _ends(text: str, since: datetime, now: datetime, zone: tzinfo) -> tuple[datetime | None, str]:
    words = _plain(text)
    if words in ("", "open", "never"):
        return None, ""
    first = day_of(since, zone)
    count = _COUNT.fullmatch(words)
    if count and (count[2] or count[3]):
        n = int(count[1])
        ends = since + (timedelta(minutes=n) if count[2] else timedelta(hours=n))
        return ends, _minute(ends, zone)
    if count:
        day: date = first + timedelta(days=int(count[1]) * (7 if count[5] else 1) - 1)
        clock = None
    else:
        named = words.removeprefix("end of ")
        from_day = day_of(now, zone) if named.split(" ")[0] in _RELATIVE else first
        day, clock = _day_and_clock(named, text, from_day, zone)
    if clock is None:
        return first_of(day + _DAY, zone), day.isoformat()
    return at_wall_time(day, clock, zone), f"{day.isoformat()} {clock:%H:%M}"


_RELATIVE = ("today", "tomorrow", "yesterday")


def _plain(text: str) -> str:
    words = " ".join(text.casefold().replace(",", " ").split())
    return re.sub(r"(?<=\d)t(?=\d)", " ", words)


def _day_and_clock(words: str, text: str, from_day: date, zone: tzinfo) -> tuple[date, time | None]:
    instant = _instant(text)
    if instant is not None:
        local = instant.astimezone(zone)
        return local.date(), local.time().replace(second=0, microsecond=0)
    day = _day(words, from_day)
    if day is not None:
        return day, None
    found = _CLOCK.search(words)
    if found:
        clock = _clock(found)
        rest = words[: found.start()].strip().removesuffix(" at")
        day = _day(rest, from_day) if rest else from_day
        if clock is not None and day is not None:
            return day, clock
    raise UsageError(f"“{text}” is not a time that the desk can read.", _FORMS)


def _instant(words: str) -> datetime | None:
    """A date and time with an offset, as programs write them."""
    try:
        found = datetime.fromisoformat(words.strip().upper())
    except ValueError:
        return None
    return found.astimezone(UTC) if found.tzinfo else None


def _day(words: str, from_day: date) -> date | None:
    """The day that the words name, the next one from `from_day` on; None for no day."""
    if words in _RELATIVE:
        return from_day + (0, 1, -1)[_RELATIVE.index(words)] * _DAY
    try:
        return date.fromisoformat(words)
    except ValueError:
        pass
    parts = words.replace(".", " ").split()
    weekday = _weekday(parts[0]) if parts else None
    rest = parts[1:] if weekday is not None else parts
    if not rest:
        ahead = None if weekday is None else (weekday - from_day.weekday()) % 7
        return None if ahead is None else from_day + ahead * _DAY
    found = _month_day(rest, from_day)
    if found is not None and weekday is not None and found.weekday() != weekday:
        raise UsageError(
            f"{found.day} {found:%B %Y} is a {_WEEKDAYS[found.weekday()].capitalize()}.",
            "Leave the day of the week out, or name the year.",
        )
    return found


def _weekday(word: str) -> int | None:
    hits = [n for n, name in enumerate(_WEEKDAYS) if len(word) >= 3 and name.startswith(word)]
    return hits[0] if hits else None


def _month_day(parts: list[str], from_day: date) -> date | None:
    """`23 nov`, `nov 23`, each with or without a year."""
    numbers = [int(part) for part in parts if re.fullmatch(r"\d{1,4}", part)]
    months = [n for part in parts for n, name in enumerate(_MONTHS, 1) if _is_month(part, name)]
    if len(months) != 1 or not numbers or len(parts) != 1 + len(numbers) or len(numbers) > 2:
        return None
    year = numbers[1] if len(numbers) == 2 else None
    for candidate in [year] if year is not None else range(from_day.year, from_day.year + 9):
        try:
            found = date(candidate, months[0], numbers[0])
        except ValueError:
            continue  # the 29th of February
        if year is not None or found >= from_day:
            return found
    return None


def _is_month(part: str, name: str) -> bool:
    return len(part) >= 3 and name.startswith(part)


def _clock(found: re.Match[str]) -> time | None:
    hour, minute, half = int(found[1]), int(found[2] or 0), found[3]
    if not (found[2] or half):
        return None
    if half:
        if not 1 <= hour <= 12:
            return None
        hour = hour % 12 + (12 if half == "pm" else 0)
    return time(hour, minute) if hour < 24 and minute < 60 else None
