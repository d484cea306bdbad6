"""When somebody is at work: weekly hours on the clock of a place, and the time that passes in them.

Hours are wall-clock times of a week (R8, R52): nine is nine, however the clocks change. They become
instants by `wall_time.at_wall_time`, so a time that the change skips moves forward by what was
skipped, and of one that comes twice the first is meant. Instants are aware UTC; a span holds its
beginning and not its end. No hours at all mean always.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import UTC, date, datetime, time, timedelta, tzinfo

from sms_desk.domain.errors import UsageError
from sms_desk.domain.frozen import dataclass
from sms_desk.domain.wall_time import at_wall_time

DAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
EXAMPLE = "mon-fri 9:00-18:00; sat 10:00-14:00"

_DAY = 24 * 60
_NAMES = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")
_STEP = f"Write it as in: {EXAMPLE}. Leave it empty for always."


@dataclass(frozen=True, slots=True)
class Hours:
    """Minutes of one day, from `begin` up to `end`: 540, 1080 is 9:00-18:00; 1440 is midnight."""

    begin: int
    end: int


@dataclass(frozen=True, slots=True)
class WorkingHours:
    """week: the hours of each day from Monday on, in order and apart; empty for always."""

    week: tuple[tuple[Hours, ...], ...] = ()

    @property
    def always(self) -> bool:
        return not self.week

    def __str__(self) -> str:
        """The words that `parse_hours` reads as these hours."""
        return _words(self)


ALWAYS = WorkingHours()


def is_working(at: datetime, hours: WorkingHours, zone: tzinfo) -> bool:
    """Whether the instant falls into the hours."""
    if hours.always:
        return True
    begin, _ = next(_spans(at, hours, zone))
    return begin <= at


def next_opening(at: datetime, hours: WorkingHours, zone: tzinfo) -> datetime:
    """The first working instant from `at` on: `at` itself within the hours."""
    if hours.always:
        return at
    begin, _ = next(_spans(at, hours, zone))
    return max(at, begin)


def next_closing(at: datetime, hours: WorkingHours, zone: tzinfo) -> datetime:
    """When the hours in which `at` lies end, or the next ones; of hours around the clock, some day."""
    _, end = next(_spans(at, hours, zone))
    return end


def working_time(since: datetime, now: datetime, hours: WorkingHours, zone: tzinfo) -> timedelta:
    """How much of the time from `since` to `now` is working time; none if `now` is not later."""
    if hours.always or now <= since:
        return max(timedelta(0), now - since)
    passed = timedelta(0)
    for begin, end in _spans(since, hours, zone):
        if begin >= now:
            break
        passed += min(end, now) - max(begin, since)
    return passed


def after_working(since: datetime, span: timedelta, hours: WorkingHours, zone: tzinfo) -> datetime:
    """The first instant at which so much working time has passed since `since`.

    Where the span is over just at closing time, that is the closing, not the next opening.
    """
    if hours.always or span <= timedelta(0):
        return since + max(timedelta(0), span)
    left = span
    for begin, end in _spans(since, hours, zone):
        begin = max(begin, since)
        if end - begin >= left:
            return begin + left
        left -= end - begin
    raise AssertionError("the spans never end")


@dataclass(frozen=True, slots=True)
class WaitingRule:
    """When waiting turns red: after so much time within the hours (R8)."""

    limit: timedelta
    hours: WorkingHours
    zone: tzinfo

    def late_at(self, since: datetime) -> datetime:
        """The instant from which a customer who waits since then waits too long."""
        return after_working(since, self.limit, self.hours, self.zone)


# --- spans of instants ------------------------------------------------------------------------


def _spans(
    since: datetime, hours: WorkingHours, zone: tzinfo
) -> Iterator[tuple[datetime, datetime]]:
    """Working spans that end after `since`, in order, those that touch joined; without end.

    Hours around the clock are one span that grows for ever, so it is handed out week by week.
    """
    day = since.astimezone(zone).date() - timedelta(days=1)
    begin = end = datetime.min.replace(tzinfo=UTC)
    while True:
        for found_begin, found_end in sorted(_spans_of(day, hours, zone)):
            if found_begin <= end and end - begin < timedelta(days=7):
                end = max(end, found_end)
                continue
            if end > since:
                yield begin, end
            begin, end = max(found_begin, end), max(found_end, end)
        day += timedelta(days=1)


def _spans_of(day: date, hours: WorkingHours, zone: tzinfo) -> Iterator[tuple[datetime, datetime]]:
    for each in hours.week[day.weekday()]:
        begin, end = _instant(day, each.begin, zone), _instant(day, each.end, zone)
        if begin < end:  # else the clocks skipped it
            yield begin, end


def _instant(day: date, minute: int, zone: tzinfo) -> datetime:
    days, rest = divmod(minute, _DAY)
    return at_wall_time(day + timedelta(days=days), time(rest // 60, rest % 60), zone)


# --- words ------------------------------------------------------------------------------------

_TIMES = re.compile(r"(\d{1,2})(?::(\d{2}))?-(\d{1,2})(?::(\d{2}))?")


def parse_hours(text: str) -> WorkingHours:
    """The hours that a person's words mean; hours past midnight belong to both days.

    Raises UsageError, naming the words that cannot be read.
    """
    words = re.sub(r"\s*[-–—]\s*", "-", " ".join(text.casefold().split()))
    if not words:
        return ALWAYS
    week: list[list[Hours]] = [[] for _ in DAYS]
    for part in words.split(";"):
        if part.strip():
            _add_part(week, part.strip())
    if not any(week):
        raise UsageError(f"“{text}” names no hours.", _STEP)
    return WorkingHours(tuple(_joined(found) for found in week))


def _add_part(week: list[list[Hours]], part: str) -> None:
    """Days and their hours: `mon-wed, fri 9:00-12:00, 13:00-18:00`."""
    found = re.match(r"(\D*?)\s*(\d.*)?$", part)
    days, times = (found[1], found[2]) if found else ("", "")
    if not days or not times:
        missing = "days" if times else "hours"
        raise UsageError(f"“{part}” has no {missing}.", _STEP)
    spans = [_span(word) for word in re.split(r"[,\s]+", times) if word]
    for day in _days(days):
        for begin, end in spans:
            if begin < end:
                week[day].append(Hours(begin, end))
            else:  # into the night
                week[day].append(Hours(begin, _DAY))
                week[(day + 1) % 7].append(Hours(0, end))


def _span(word: str) -> tuple[int, int]:
    found = _TIMES.fullmatch(word)
    begin, end = (_minute(found[1], found[2]), _minute(found[3], found[4])) if found else (_DAY, 0)
    if begin >= _DAY or end > _DAY or begin == (end or _DAY):
        raise UsageError(f"“{word}” is not a span of hours.", _STEP)
    return begin, end or _DAY


def _minute(hour: str, minute: str | None) -> int:
    """Minutes since midnight; more than a day for what no clock shows."""
    past = int(minute or 0)
    return int(hour) * 60 + past if past < 60 else 2 * _DAY


def _days(words: str) -> list[int]:
    """The numbers of the days; a range may go over the weekend, as in fri-mon."""
    if words in ("daily", "every day"):
        return list(range(7))
    found: list[int] = []
    for word in re.split(r"[,\s]+", words.strip(",: ")):
        first, *rest = word.split("-")
        begin = _day(first, words)
        end = _day(rest[0], words) if len(rest) == 1 else begin
        if len(rest) > 1:
            raise UsageError(f"“{word}” is no range of days.", _STEP)
        found += [(begin + n) % 7 for n in range((end - begin) % 7 + 1)]
    return found


def _day(word: str, words: str) -> int:
    for number, name in enumerate(_NAMES):
        if len(word) >= 2 and name.startswith(word):
            return number
    raise UsageError(f"“{words}” are not days of the week.", _STEP)


def _joined(found: list[Hours]) -> tuple[Hours, ...]:
    """In order, those that touch or overlap as one."""
    joined: list[Hours] = []
    for each in sorted(found, key=lambda hours: (hours.begin, hours.end)):
        if joined and each.begin <= joined[-1].end:
            joined[-1] = Hours(joined[-1].begin, max(joined[-1].end, each.end))
        elif each.begin < each.end:
            joined.append(each)
    return tuple(joined)


def _words(hours: WorkingHours) -> str:
    """Neighbouring days with the same hours as one range."""
    parts: list[str] = []
    day = 0
    while day < len(hours.week):
        last = day
        while last < 6 and hours.week[last + 1] == hours.week[day]:
            last += 1
        if hours.week[day]:
            days = DAYS[day] if last == day else f"{DAYS[day]}-{DAYS[last]}"
            times = ", ".join(f"{_clock(h.begin)}-{_clock(h.end)}" for h in hours.week[day])
            parts.append(f"{days} {times}")
        day = last + 1
    return "; ".join(parts)


def _clock(minute: int) -> str:
    return f"{minute // 60}:{minute % 60:02}"
