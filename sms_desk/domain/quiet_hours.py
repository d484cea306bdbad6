"""When a contact's country, or a part of it, wants no texts (R40).

The hours are data (`resources/quiet_hours/rules.csv`, read by `settings.facts`). A number tells
its country and area code, and those the time zones that it may be in. Where it may be in several,
a text goes only at a minute that is allowed in each of them: the strictest candidate. What law
means by local time is where the person is, which no number tells; this is the best there is.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from datetime import UTC, datetime, time, timedelta, tzinfo
from enum import StrEnum
from functools import lru_cache
from types import MappingProxyType
from zoneinfo import ZoneInfo

from sms_desk.domain.frozen import dataclass
from sms_desk.domain.wall_time import at_wall_time


class Covers(StrEnum):
    """Which messages a rule is about. An answer to somebody who has just written is neither."""

    CONTACT = "contact"  # every message that begins contact or takes it up again
    PROMOTIONAL = "promotional"  # only what is registered as promotional


@dataclass(frozen=True, slots=True)
class QuietRule:
    """One row of `rules.csv`. Allowed from `opens` until before `closes`, wall-clock time.

    country: ISO 3166; part: of it, in words, chosen by area_codes; "" and none for all of it.
    zone: IANA name where the hours are not the contact's own; "" for the contact's.
    """

    name: str
    country: str
    part: str
    area_codes: frozenset[str]
    covers: Covers
    opens: time
    closes: time
    zone: str
    title: str
    source: str
    note: str = ""

    def __post_init__(self) -> None:
        if not self.opens < self.closes:
            raise ValueError(f"{self.name} opens at {self.opens} and closes at {self.closes}")


@dataclass(frozen=True, slots=True)
class Place:
    """Where a number may be. zones: every candidate, () where nothing is known of it."""

    country: str
    area_code: str
    zones: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Hours:
    """One rule in one zone."""

    opens: time
    closes: time
    zone: tzinfo

    def allow(self, at: datetime) -> bool:
        return self.opens <= at.astimezone(self.zone).time() < self.closes


@dataclass(frozen=True, slots=True)
class Quiet:
    """A rule that forbids this minute. zone: the candidate in which it does, "" if none is known.

    local: the time there. not_before: the next minute that every rule allows, None if none comes
    within a week, or if no zone is known.
    """

    rule: QuietRule
    zone: str
    local: time | None
    not_before: datetime | None


NOWHERE = Place("", "", ())


@lru_cache(maxsize=20_000)
def place_of(e164: str | None) -> Place:
    """Where the number may be, by its country and area code."""
    if e164 is None:
        return NOWHERE
    import phonenumbers  # with its tables of zones 60 ms to load: only when something is written
    from phonenumbers import timezone

    try:
        number = phonenumbers.parse(e164)
    except phonenumbers.NumberParseException:
        return NOWHERE
    # A number that cannot be told from its neighbours' counts as the largest country's of its code.
    country = phonenumbers.region_code_for_number(
        number
    ) or phonenumbers.region_code_for_country_code(number.country_code or 0)
    area_code = str(number.national_number)[:3] if number.country_code == 1 else ""
    zones = _zones_of_area(area_code) or timezone.time_zones_for_number(number)
    known = tuple(zone for zone in zones if zone != timezone.UNKNOWN_TIMEZONE)
    return Place(country or "", area_code, known)


_OVERLAID = MappingProxyType({"364": "270", "448": "850", "458": "541", "930": "812", "986": "208"})
"""Newer area codes of the same land, of which the tables know one zone of several (NANPA,
https://www.nanpa.com/area-codes-maps)."""


@lru_cache(maxsize=1_000)
def _zones_of_area(area_code: str) -> tuple[str, ...]:
    """Every zone that an area code of North America has anywhere: the tables know the first six
    digits of landlines, and a mobile's, or a number taken along, say no more than the area (R40)."""
    from phonenumbers.tzdata import TIMEZONE_DATA

    if not area_code:
        return ()
    codes = (f"1{area_code}", f"1{_OVERLAID.get(area_code, area_code)}")
    found = (zones for digits, zones in TIMEZONE_DATA.items() if digits.startswith(codes))
    return tuple(sorted({zone for zones in found for zone in zones}))


_TERRITORIES = frozenset({"AS", "GU", "MP", "PR", "VI"})
"""US law is theirs, too (47 U.S.C. 153(58): the States and Territories)."""


def applying(rules: Iterable[QuietRule], place: Place, *, promotional: bool) -> list[QuietRule]:
    """The rules about this place and this kind of message; several all count."""
    country = "US" if place.country in _TERRITORIES else place.country
    return [
        rule
        for rule in rules
        if rule.country == country
        and (not rule.area_codes or place.area_code in rule.area_codes)
        and (promotional or rule.covers is Covers.CONTACT)
    ]


def check(rules: Sequence[QuietRule], place: Place, now: datetime) -> Quiet | None:
    """The first of these rules that forbids `now`, None if all allow it."""
    windows = [
        (rule, zone, Hours(rule.opens, rule.closes, ZoneInfo(zone)))
        for rule in rules
        for zone in ((rule.zone,) if rule.zone else place.zones)
    ]
    for rule in rules:
        if not rule.zone and not place.zones:
            return Quiet(rule, "", None, None)
    for rule, zone, hours in windows:
        if not hours.allow(now):
            local = now.astimezone(hours.zone).time()
            every = tuple({(h.opens, h.closes, str(h.zone)): h for _, _, h in windows}.values())
            return Quiet(rule, zone, local, next_allowed_minute(now, every))
    return None


# --- the next allowed minute ---------------------------------------------------------------------

_FURTHEST = timedelta(days=8)
_MINUTE = timedelta(minutes=1)


def next_allowed_minute(now: datetime, windows: Sequence[Hours]) -> datetime | None:
    """The first whole minute from `now` on that all windows allow, exactly, across clock changes.

    None if none comes within eight days: zones so far apart that they never agree. What all allow
    can begin only where one of them begins to: at an opening, or where a clock is changed.
    """
    start = _ceiling(now)
    begins = {start} | {at for hours in windows for at in _beginnings(hours, start)}
    for at in sorted(begins):
        if all(hours.allow(at) for hours in windows):
            return at
    return None


def _beginnings(hours: Hours, start: datetime) -> Iterator[datetime]:
    """Each minute after `start` at which these hours may begin."""
    day = start.astimezone(hours.zone).date() - timedelta(days=1)
    last = (start + _FURTHEST).astimezone(hours.zone).date()
    while day <= last:
        opening = datetime.combine(day, hours.opens)
        found = {at_wall_time(day, hours.opens, hours.zone)}
        found.add(opening.replace(tzinfo=hours.zone, fold=1).astimezone(UTC))
        found.update(_clock_changes(opening, hours.zone))
        yield from (at for at in map(_ceiling, found) if at > start)
        day += timedelta(days=1)


def _clock_changes(opening: datetime, zone: tzinfo) -> Iterator[datetime]:
    """The minute, if any, at which the clocks change within half a day of an opening."""
    low = opening.replace(tzinfo=zone).astimezone(UTC) - timedelta(hours=12)
    high = low + timedelta(hours=24)
    before = _offset(low, zone)
    if _offset(high, zone) == before:
        return
    while high - low > _MINUTE:
        middle = low + (high - low) // 2
        middle -= timedelta(seconds=middle.second, microseconds=middle.microsecond)
        if _offset(middle, zone) == before:
            low = max(middle, low + _MINUTE) if middle == low else middle
        else:
            high = middle
    yield high


def _offset(at: datetime, zone: tzinfo) -> timedelta | None:
    return at.astimezone(zone).utcoffset()


def _ceiling(at: datetime) -> datetime:
    whole = at.replace(second=0, microsecond=0)
    return whole if whole == at else whole + _MINUTE
