"""R40: quiet hours in the recipient's time zone, and the next allowed minute, to the minute."""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

import phonenumbers
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from phonenumbers import geocoder

from sms_desk.domain import business_days, quiet_hours
from sms_desk.domain.quiet_hours import Covers, Hours, Place, applying, check, place_of
from sms_desk.settings.facts import quiet_rules

NEW_YORK, FLORIDA, SEATTLE = "+12025550142", "+13055550142", "+12065550142"
TOLL_FREE, BERLIN, INDIA = "+18005550142", "+4915112345678", "+919876543210"


def quiet_at(e164: str, at: str, *, promotional: bool = False) -> quiet_hours.Quiet | None:
    place = place_of(e164)
    rules = applying(quiet_rules(), place, promotional=promotional)
    return check(rules, place, datetime.fromisoformat(at))


@pytest.mark.parametrize(
    ("number", "at", "rule", "not_before"),
    [
        (NEW_YORK, "2026-01-15T12:59:59+00:00", "us_federal", "2026-01-15T13:00+00:00"),
        (NEW_YORK, "2026-01-15T13:00:00+00:00", "", ""),
        (NEW_YORK, "2026-01-16T01:59:59+00:00", "", ""),  # 20:59:59
        (NEW_YORK, "2026-01-16T02:00:00+00:00", "us_federal", "2026-01-16T13:00+00:00"),
        (NEW_YORK, "2026-03-08T03:30:00+00:00", "us_federal", "2026-03-08T12:00+00:00"),  # to DST
        (NEW_YORK, "2026-11-01T02:30:00+00:00", "us_federal", "2026-11-01T13:00+00:00"),  # from it
        (FLORIDA, "2026-01-16T01:30:00+00:00", "us_florida", "2026-01-16T13:00+00:00"),
        (SEATTLE, "2026-01-16T04:30:00+00:00", "us_washington", "2026-01-16T16:00+00:00"),
        (BERLIN, "2026-01-15T01:00:00+00:00", "", ""),
        (INDIA, "2026-01-15T01:00:00+00:00", "", ""),  # not promotional
    ],
)
def test_r40_the_hours_of_a_number(number: str, at: str, rule: str, not_before: str) -> None:
    quiet = quiet_at(number, at)
    assert (quiet.rule.name if quiet else "") == rule
    if quiet:
        assert quiet.not_before == datetime.fromisoformat(not_before)


def test_r40_india_promotional_from_10_to_21_ist() -> None:
    before = quiet_at(INDIA, "2026-01-15T04:29:00+00:00", promotional=True)
    assert before is not None
    assert before.rule.name == "in_promotional"
    assert before.not_before == datetime(2026, 1, 15, 4, 30, tzinfo=UTC)
    assert quiet_at(INDIA, "2026-01-15T04:30:00+00:00", promotional=True) is None
    assert quiet_at(INDIA, "2026-01-15T15:29:59+00:00", promotional=True) is None
    assert quiet_at(INDIA, "2026-01-15T15:30:00+00:00", promotional=True) is not None


def test_r40_unknown_is_the_strictest_candidate() -> None:
    """A toll-free number may be anywhere in the country: from Guam to New York all must be awake."""
    zones = place_of(TOLL_FREE).zones
    assert {"America/New_York", "America/Los_Angeles", "Pacific/Honolulu"} <= set(zones)
    quiet = quiet_at(TOLL_FREE, "2026-01-15T14:00:00+00:00")  # 9:00 in New York, 4:00 in Honolulu
    assert quiet is not None
    assert quiet.not_before is not None
    local = {quiet.not_before.astimezone(ZoneInfo(zone)).time() for zone in zones}
    assert min(local) >= time(8)
    assert max(local) < time(21)


@pytest.mark.parametrize(
    ("number", "zones"),
    [
        ("+12195550143", {"America/New_York", "America/Chicago"}),  # Gary, Indiana
        ("+13645550143", {"America/New_York", "America/Chicago"}),  # laid over 270, Kentucky
        ("+18505550143", {"America/New_York", "America/Chicago"}),  # Florida's panhandle
        ("+15415550143", {"America/Los_Angeles", "America/Denver"}),  # Oregon
        ("+19285550143", {"America/Phoenix", "America/Denver"}),  # the Navajo Nation keeps summer
        ("+16025550143", {"America/Phoenix"}),
        ("+13175550143", {"America/New_York"}),
    ],
)
def test_r40_an_area_code_of_several_zones_is_the_strictest(number: str, zones: set[str]) -> None:
    """A mobile's six digits tell its area and no more."""
    assert set(place_of(number).zones) == zones


def test_r40_the_territories_of_the_us_keep_its_hours() -> None:
    quiet = quiet_at("+17875550142", "2026-01-16T01:00:00+00:00")  # 21:00 in Puerto Rico
    assert quiet is not None
    assert (quiet.rule.name, quiet.local) == ("us_federal", time(21))
    assert quiet_at("+14165550142", "2026-01-16T03:00:00+00:00") is None  # Canada has no such rule


def test_r40_no_zone_at_all_is_said() -> None:
    rules = applying(quiet_rules(), Place("US", "456", ()), promotional=False)
    quiet = check(rules, Place("US", "456", ()), datetime(2026, 1, 15, 18, tzinfo=UTC))
    assert quiet is not None
    assert (quiet.zone, quiet.local, quiet.not_before) == ("", None, None)


def test_r40_zones_that_never_agree_have_no_next_minute() -> None:
    windows = [
        Hours(time(8), time(9), ZoneInfo("America/New_York")),
        Hours(time(8), time(9), ZoneInfo("Asia/Kolkata")),
    ]
    assert quiet_hours.next_allowed_minute(datetime(2026, 1, 1, tzinfo=UTC), windows) is None


_ZONES = st.sampled_from(
    [
        ZoneInfo(name)
        for name in (
            "America/New_York",
            "America/St_Johns",
            "America/Phoenix",
            "Pacific/Honolulu",
            "Pacific/Guam",
            "Australia/Lord_Howe",  # its clocks change by half an hour
            "Europe/Berlin",
            "Asia/Kolkata",
            "UTC",
        )
    ]
)
_TIMES = st.builds(time, st.integers(0, 23), st.integers(0, 59))
_HOURS = (
    st.tuples(_TIMES, _TIMES, _ZONES)
    .filter(lambda drawn: drawn[0] != drawn[1])
    .map(lambda drawn: Hours(min(drawn[:2]), max(drawn[:2]), drawn[2]))
)
_CHANGES = st.sampled_from(  # days on which clocks change somewhere above, and one on which none do
    [date(2026, 3, 8), date(2026, 11, 1), date(2026, 4, 5), date(2026, 10, 4), date(2026, 6, 1)]
)


@settings(max_examples=150, deadline=None)
@given(st.lists(_HOURS, min_size=1, max_size=3), _CHANGES, st.integers(-86400, 86400))
def test_r40_the_next_allowed_minute_is_the_first_that_a_minute_by_minute_search_finds(
    windows: list[Hours], day: date, seconds: int
) -> None:
    now = datetime(day.year, day.month, day.day, tzinfo=UTC) + timedelta(seconds=seconds)
    found = quiet_hours.next_allowed_minute(now, windows)
    minute = now.replace(second=0) + timedelta(minutes=1 if now.second else 0)
    searched = next(
        (
            at
            for at in (minute + timedelta(minutes=n) for n in range(2 * 24 * 60))
            if all(hours.allow(at) for hours in windows)
        ),
        None,
    )
    if searched is not None:
        assert found == searched
    else:
        assert found is None or found >= minute + timedelta(days=2)


def test_r40_every_rule_has_a_source_and_real_area_codes() -> None:
    for rule in quiet_rules():
        assert rule.source.startswith("https://") or rule.source.startswith("http://")
        assert rule.note
        assert rule.covers in Covers
        for code in rule.area_codes:
            named = geocoder.description_for_number(phonenumbers.parse(f"+1{code}5550142"), "en")
            if named != "United States":  # an area code younger than the table
                assert named.startswith(rule.part) or named.endswith((", FL", ", WA")), named


def test_r40_a_number_that_is_none_is_nowhere() -> None:
    assert place_of(None) == place_of("+") == place_of("no number") == quiet_hours.NOWHERE
    assert applying(quiet_rules(), quiet_hours.NOWHERE, promotional=True) == []


# --- ten business days (R39) ---------------------------------------------------------------------


@pytest.mark.parametrize(
    ("received", "last"),
    [
        (date(2026, 3, 2), date(2026, 3, 16)),  # a Monday
        (date(2026, 3, 6), date(2026, 3, 20)),  # a Friday
        (date(2026, 3, 7), date(2026, 3, 20)),  # a Saturday
        (date(2026, 3, 8), date(2026, 3, 20)),  # a Sunday
    ],
)
def test_r39_ten_business_days_from_receipt(received: date, last: date) -> None:
    assert business_days.due(received) == last
    assert business_days.left(received, last) == 0
    assert business_days.left(received, last + timedelta(days=1)) == -1


@given(st.dates(date(2020, 1, 1), date(2040, 1, 1)), st.integers(-40, 60))
def test_r39_the_counter_counts_business_days_one_by_one(received: date, later: int) -> None:
    today, last = received + timedelta(days=later), business_days.due(received)
    counted = sum(
        business_days.is_business_day(today + timedelta(days=n))
        for n in range(1, (last - today).days + 1)
    )
    left = business_days.left(received, today)
    assert left == counted if today <= last else left < 0
