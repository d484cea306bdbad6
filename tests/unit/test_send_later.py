"""Which moments are offered for a message that is put off, also where clocks change (R36, R40)."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sms_desk.domain.quiet_hours import Hours, next_allowed_minute
from sms_desk.domain.send_later import Later, moments, place_name

NEW_YORK = ZoneInfo("America/New_York")
ZONES = st.sampled_from(
    [
        ZoneInfo(name)
        for name in (
            "America/New_York",
            "Europe/Berlin",
            "Asia/Kolkata",
            "Australia/Lord_Howe",
            "America/Santiago",
            "Pacific/Kiritimati",
            "Africa/Casablanca",
            "UTC",
        )
    ]
)
NOWS = st.integers(1_577_836_800, 2_114_294_400).map(lambda n: datetime.fromtimestamp(n, UTC))
HOURS = st.tuples(st.integers(0, 22), st.integers(1, 23)).filter(lambda pair: pair[0] < pair[1])


def always(at: datetime) -> datetime | None:
    return at


def within(zone: ZoneInfo, opens: int, closes: int) -> Callable[[datetime], datetime | None]:
    """Quiet hours as the check of sending applies them."""
    hours = Hours(time(opens), time(closes), zone)

    def next_allowed(at: datetime) -> datetime | None:
        return at if hours.allow(at) else next_allowed_minute(at, [hours])

    return next_allowed


def offered(now: datetime, zone: ZoneInfo = NEW_YORK) -> dict[str, str]:
    """Word → day and time there, with America's quiet hours."""
    found = moments(now, zone, within(zone, 8, 21))
    return {later: f"{at.astimezone(zone):%a %H:%M}" for later, at in found}


@pytest.mark.parametrize(
    ("now", "expected"),
    [
        (
            datetime(2026, 11, 17, 12, tzinfo=NEW_YORK),  # a Tuesday
            {
                "in an hour": "Tue 13:00",
                "this evening": "Tue 18:00",
                "tomorrow": "Wed 09:00",
                "monday": "Mon 09:00",
            },
        ),
        (
            datetime(2026, 11, 17, 3, 12, 40, tzinfo=NEW_YORK),  # quiet hours
            {
                "soonest": "Tue 08:00",
                "this morning": "Tue 09:00",
                "this evening": "Tue 18:00",
                "tomorrow": "Wed 09:00",
                "monday": "Mon 09:00",
            },
        ),
        (
            datetime(2026, 11, 22, 20, 30, tzinfo=NEW_YORK),  # Sunday: in an hour it is quiet
            {"tomorrow": "Mon 09:00"},
        ),
    ],
)
def test_R36_R40_what_makes_sense_there_and_then(now: datetime, expected: dict[str, str]) -> None:
    assert offered(now.astimezone(UTC)) == expected


def test_R40_a_morning_that_is_quiet_moves_to_the_hour_that_is_not() -> None:
    zone = ZoneInfo("Asia/Kolkata")
    now = datetime(2026, 11, 17, 12, tzinfo=zone)
    found = dict(moments(now.astimezone(UTC), zone, within(zone, 10, 21)))
    assert f"{found[Later.TOMORROW].astimezone(zone):%a %H:%M}" == "Wed 10:00"


def test_R40_where_no_minute_is_allowed_nothing_is_offered() -> None:
    assert moments(datetime(2026, 11, 17, 12, tzinfo=UTC), NEW_YORK, lambda _at: None) == ()


def test_R52_nine_is_nine_there_on_the_day_when_the_clocks_change() -> None:
    """The night of 8 March 2026 has no 2:30 in New York, and is an hour short."""
    now = datetime(2026, 3, 7, 12, tzinfo=NEW_YORK).astimezone(UTC)
    tomorrow = dict(moments(now, NEW_YORK, always))[Later.TOMORROW]
    assert tomorrow == datetime(2026, 3, 8, 13, tzinfo=UTC)
    assert tomorrow - now == timedelta(hours=20)


@given(now=NOWS, zone=ZONES, hours=HOURS)
def test_R36_always_to_come_allowed_sorted_and_none_twice(
    now: datetime, zone: ZoneInfo, hours: tuple[int, int]
) -> None:
    next_allowed = within(zone, *hours)
    found = moments(now, zone, next_allowed)
    times = [at for _, at in found]
    assert times == sorted(set(times))
    assert len({later for later, _ in found}) == len(found)
    for later, at in found:
        assert now < at < now + timedelta(days=9)
        assert next_allowed(at) == at
        if later in (Later.TOMORROW, Later.MONDAY, Later.THIS_MORNING):
            there = at.astimezone(zone)
            assert there.time() >= time(9)
            assert there.weekday() == 0 or later is not Later.MONDAY


@given(now=NOWS, zone=ZONES)
def test_R52_without_quiet_hours_mornings_are_nine_and_evenings_six(
    now: datetime, zone: ZoneInfo
) -> None:
    wanted = {Later.TOMORROW: 9, Later.MONDAY: 9, Later.THIS_MORNING: 9, Later.THIS_EVENING: 18}
    for later, at in moments(now, zone, always):
        if later in wanted:
            assert at.astimezone(zone).time() == time(wanted[later])
    days = {later: at.astimezone(zone).date() for later, at in moments(now, zone, always)}
    assert (days[Later.TOMORROW] - now.astimezone(zone).date()).days == 1


@pytest.mark.parametrize(
    ("zone", "name"),
    [
        ("America/New_York", "New York"),
        ("America/Argentina/Buenos_Aires", "Buenos Aires"),
        ("UTC", "UTC"),
    ],
)
def test_a_zone_is_called_by_its_town(zone: str, name: str) -> None:
    assert place_name(zone) == name
