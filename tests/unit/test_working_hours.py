"""R8, R52: working hours from words, and the time that passes in them, across changes of the clock."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sms_desk.domain.errors import UsageError
from sms_desk.domain.working_hours import (
    ALWAYS,
    DAYS,
    EXAMPLE,
    Hours,
    WorkingHours,
    after_working,
    is_working,
    next_opening,
    parse_hours,
    working_time,
)

BERLIN = ZoneInfo("Europe/Berlin")  # forward 2026-03-29 02:00, back 2026-10-25 03:00
ZONES = [BERLIN, ZoneInfo("America/New_York"), ZoneInfo("Asia/Kolkata"), ZoneInfo("Africa/Cairo")]
OFFICE = parse_hours(EXAMPLE)


def at(text: str, zone: ZoneInfo = BERLIN) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=zone).astimezone(UTC)


# --- words ----------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("words", "meant"),
    [
        ("", ""),
        ("   ", ""),
        (EXAMPLE, EXAMPLE),
        ("Monday – Friday 9-18", "mon-fri 9:00-18:00"),
        ("mon - fri: 9:00 - 18:00;", "mon-fri 9:00-18:00"),
        ("fri-mon 8:00-9:00", "mon 8:00-9:00; fri-sun 8:00-9:00"),
        ("mon, wed fri 9:00-12:00, 13:00-17:30", ""),
        ("daily 0:00-24:00", "mon-sun 0:00-24:00"),
        ("every day 18:00-0:00", "mon-sun 18:00-24:00"),
        ("sun 22:00-6:00", "mon 0:00-6:00; sun 22:00-24:00"),
        ("mon 9-12; mon 11-14; mon 14-15", "mon 9:00-15:00"),
    ],
)
def test_words_mean_hours(words: str, meant: str) -> None:
    expected = meant or str(parse_hours(words))
    assert str(parse_hours(words)) == expected
    assert parse_hours(expected) == parse_hours(words)


def test_several_days_and_spans() -> None:
    found = parse_hours("mon, wed fri 9:00-12:00, 13:00-17:30")
    assert str(found) == (
        "mon 9:00-12:00, 13:00-17:30; wed 9:00-12:00, 13:00-17:30; fri 9:00-12:00, 13:00-17:30"
    )


@pytest.mark.parametrize(
    "words",
    [
        "mon-fri",
        "9:00-18:00",
        "mon-fri 9:00",
        "mon-fri 9:00-9:00",
        "mon-fri 25:00-26:00",
        "mon-fri 9:60-10:00",
        "mon-fri 24:00-25:00",
        "someday 9:00-18:00",
        "m 9:00-18:00",
        "mon-wed-fri 9:00-18:00",
        "mon 9am-5pm",
        ";;",
        "mon 9:00-18:00; tuesdays",
    ],
)
def test_what_cannot_be_read_is_said_with_an_example(words: str) -> None:
    with pytest.raises(UsageError) as told:
        parse_hours(words)
    assert EXAMPLE in told.value.next_step


# --- at work --------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("moment", "working", "opens"),
    [
        ("2026-11-18 08:59:59", False, "2026-11-18 09:00"),  # a Wednesday
        ("2026-11-18 09:00", True, "2026-11-18 09:00"),
        ("2026-11-18 17:59:59", True, "2026-11-18 17:59:59"),
        ("2026-11-18 18:00", False, "2026-11-19 09:00"),
        ("2026-11-20 18:00", False, "2026-11-21 10:00"),
        ("2026-11-21 14:00", False, "2026-11-23 09:00"),
        ("2026-03-28 14:00", False, "2026-03-30 09:00"),  # over the change to summer time
        ("2026-10-24 14:00", False, "2026-10-26 09:00"),  # and back
    ],
)
def test_who_is_at_work_and_when_next(moment: str, working: bool, opens: str) -> None:
    assert is_working(at(moment), OFFICE, BERLIN) is working
    assert next_opening(at(moment), OFFICE, BERLIN) == at(opens)


@pytest.mark.parametrize(
    ("hours", "since", "now", "passed"),
    [
        (EXAMPLE, "2026-11-20 17:50", "2026-11-21 10:05", timedelta(minutes=15)),
        (EXAMPLE, "2026-11-21 15:00", "2026-11-23 08:00", timedelta(0)),
        (EXAMPLE, "2026-11-16 00:00", "2026-11-23 00:00", timedelta(hours=49)),
        ("", "2026-11-21 15:00", "2026-11-23 15:00", timedelta(days=2)),
        ("daily 1:00-5:00", "2026-03-29 00:00", "2026-03-29 12:00", timedelta(hours=3)),
        ("daily 1:00-5:00", "2026-10-25 00:00", "2026-10-25 12:00", timedelta(hours=5)),
        ("sun 2:15-2:45", "2026-03-29 00:00", "2026-03-29 12:00", timedelta(minutes=30)),
        ("daily 22:00-6:00", "2026-03-28 20:00", "2026-03-29 12:00", timedelta(hours=7)),
        ("daily 0:00-24:00", "2026-03-20 00:00", "2026-04-20 00:00", timedelta(days=31, hours=-1)),
    ],
)
def test_r8_only_working_time_passes(hours: str, since: str, now: str, passed: timedelta) -> None:
    assert working_time(at(since), at(now), parse_hours(hours), BERLIN) == passed


def test_r8_thirty_minutes_from_the_evening_are_over_in_the_morning() -> None:
    half = timedelta(minutes=30)
    assert after_working(at("2026-11-18 17:50"), half, OFFICE, BERLIN) == at("2026-11-19 09:20")
    assert after_working(at("2026-11-18 17:30"), half, OFFICE, BERLIN) == at("2026-11-18 18:00")
    assert after_working(at("2026-11-21 20:00"), half, OFFICE, BERLIN) == at("2026-11-23 09:30")
    assert after_working(at("2026-11-18 20:00"), half, ALWAYS, BERLIN) == at("2026-11-18 20:30")


# --- properties -----------------------------------------------------------------------------------

MOMENTS = st.integers(1_600_000_000, 2_000_000_000).map(lambda s: datetime.fromtimestamp(s, UTC))
SPANS = st.integers(0, 30 * 24 * 3600).map(lambda s: timedelta(seconds=s))


@st.composite
def weeks(draw: st.DrawFn) -> WorkingHours:
    minute = st.integers(0, 24 * 4).map(lambda quarter: quarter * 15)
    span = st.tuples(minute, minute).filter(lambda pair: pair[0] < pair[1])
    parts = draw(st.lists(st.tuples(st.sampled_from(DAYS), span), min_size=1, max_size=8))
    clock = "{}:{:02}".format
    return parse_hours(
        "; ".join(
            f"{day} {clock(*divmod(begin, 60))}-{clock(*divmod(end, 60))}"
            for day, (begin, end) in parts
        )
    )


HOURS = st.one_of(weeks(), st.just(ALWAYS), st.just(parse_hours("daily 0:00-24:00")))


@given(HOURS)
def test_hours_come_back_from_their_words(hours: WorkingHours) -> None:
    assert parse_hours(str(hours)) == hours


@given(st.text(alphabet="monfrisatdaily0123456789:-,; –é", max_size=40))
def test_any_text_is_read_or_refused(text: str) -> None:
    try:
        found = parse_hours(text)
    except UsageError:
        return
    assert parse_hours(str(found)) == found


@given(MOMENTS, SPANS, SPANS, HOURS, st.sampled_from(ZONES))
def test_working_time_adds_up_and_is_no_longer_than_time(
    since: datetime, first: timedelta, second: timedelta, hours: WorkingHours, zone: ZoneInfo
) -> None:
    middle, end = since + first, since + first + second
    whole = working_time(since, end, hours, zone)
    parts = working_time(since, middle, hours, zone), working_time(middle, end, hours, zone)
    assert whole == sum(parts, timedelta(0))
    assert timedelta(0) <= whole <= first + second
    assert working_time(end, since, hours, zone) == timedelta(0)


@given(MOMENTS, SPANS, HOURS, st.sampled_from(ZONES))
def test_so_much_working_time_has_passed_just_then(
    since: datetime, span: timedelta, hours: WorkingHours, zone: ZoneInfo
) -> None:
    due = after_working(since, span, hours, zone)
    assert working_time(since, due, hours, zone) == span
    if span:
        assert working_time(since, due - timedelta(seconds=1), hours, zone) < span


@given(MOMENTS, HOURS, st.sampled_from(ZONES))
def test_the_next_opening_is_the_first_working_instant(
    moment: datetime, hours: WorkingHours, zone: ZoneInfo
) -> None:
    opens = next_opening(moment, hours, zone)
    assert opens >= moment
    assert is_working(opens, hours, zone)
    assert is_working(moment, hours, zone) is (opens == moment)
    assert working_time(moment, opens, hours, zone) == timedelta(0)


@given(MOMENTS, st.sampled_from(ZONES))
def test_the_hours_hold_by_the_wall_clock_on_any_day(moment: datetime, zone: ZoneInfo) -> None:
    local = moment.astimezone(zone)
    span = Hours(9 * 60, 18 * 60)
    minutes = local.hour * 60 + local.minute
    expected = local.weekday() < 5 and span.begin <= minutes < span.end
    assert is_working(moment, parse_hours("mon-fri 9:00-18:00"), zone) is expected
