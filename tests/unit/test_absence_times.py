"""Whole days, typed times and the same spans in words (R23), in any zone that there is."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo, available_timezones

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sms_desk.domain import absence_times
from sms_desk.domain.absence_times import day_of, first_of, parse_span, walls_of, whole_days
from sms_desk.domain.cover_plan import span_words
from sms_desk.domain.errors import UsageError

ZONES = st.sampled_from(sorted(available_timezones() - {"localtime"})).map(ZoneInfo)
DAYS = st.dates(date(2000, 1, 1), date(2060, 1, 1))
BERLIN = ZoneInfo("Europe/Berlin")
NOW = datetime(2026, 11, 17, 12, tzinfo=UTC)  # a Tuesday
DAY = timedelta(days=1)


@given(ZONES, DAYS, DAYS)
def test_R23_a_span_of_whole_days_ends_with_its_last(zone: ZoneInfo, one: date, two: date) -> None:
    span = whole_days(min(one, two), max(one, two), zone)
    if span.until is not None and span.since < span.until:
        last = absence_times.last_whole_day(span.until, zone)
        assert last == absence_times.last_day(span.until, zone)
        assert first_of(last + DAY, zone) == span.until


def test_R23_an_end_within_a_day_is_no_whole_day() -> None:
    end = datetime(2026, 12, 4, 18, tzinfo=BERLIN)
    assert absence_times.last_whole_day(end, BERLIN) is None
    assert absence_times.last_day(end, BERLIN) == date(2026, 12, 4)
    assert absence_times.last_whole_day(end, ZoneInfo("Asia/Yekaterinburg")) is None


@given(ZONES, DAYS)
def test_R23_days_follow_each_other_without_gap_or_overlap(zone: ZoneInfo, day: date) -> None:
    begin, end = first_of(day, zone), first_of(day + DAY, zone)
    assert begin <= end <= begin + timedelta(hours=26)
    if begin < end:
        assert day_of(begin, zone) == day
        assert day_of(end - timedelta(microseconds=1), zone) == day


@given(ZONES, st.integers(0, 60 * 365 * 86_400))
def test_R23_every_instant_is_in_one_day(zone: ZoneInfo, seconds: int) -> None:
    at = datetime(2000, 1, 1, tzinfo=UTC) + timedelta(seconds=seconds)
    day = day_of(at, zone)
    assert first_of(day, zone) <= at < first_of(day + DAY, zone)


@given(ZONES, DAYS, st.integers(0, 40))
def test_R23_what_is_kept_means_the_same_instants(zone: ZoneInfo, day: date, n: int) -> None:
    span = whole_days(day, day + n * DAY, zone)
    assert absence_times.since_of(span.since_wall, zone) == span.since
    assert span.until is not None
    assert absence_times.until_of(span.until_wall, zone) == span.until
    if first_of(day, zone) < first_of(day + DAY, zone) and n == 0:
        assert walls_of(span.since, span.until, zone).since_wall == span.since_wall


@pytest.mark.parametrize(
    ("since", "until", "kept"),
    [
        ("", "today", ("", "2026-11-17")),
        ("mon 23 nov", "fri", ("2026-11-23", "2026-11-27")),
        ("tomorrow", "3 days", ("2026-11-18", "2026-11-20")),
        ("tomorrow", "2 weeks", ("2026-11-18", "2026-12-01")),
        ("today", "end of friday", ("2026-11-17", "2026-11-20")),
        ("end of fri", "nov 30", ("2026-11-21", "2026-11-30")),
        ("now", "4h", ("", "2026-11-17 17:00")),
        ("2026-11-23T14:30", "2 dec 9:00", ("2026-11-23 14:30", "2026-12-02 09:00")),
        ("wed at 9:00", "thursday 5pm", ("2026-11-18 09:00", "2026-11-19 17:00")),
        ("16 feb", "", ("2027-02-16", "")),
        ("29 february", "2 march 2028", ("2028-02-29", "2028-03-02")),
    ],
)
def test_R23_typed_times(since: str, until: str, kept: tuple[str, str]) -> None:
    span = parse_span(since, until, NOW, BERLIN)
    assert (span.since_wall, span.until_wall) == kept
    assert span.until is None or span.since < span.until


@pytest.mark.parametrize(
    ("since", "until"),
    [("tue 23 nov", ""), ("9", ""), ("", "yesterday"), ("fri", "thu 19 nov 2026"), ("soon", "")],
)
def test_R23_what_cannot_be_meant_is_refused(since: str, until: str) -> None:
    with pytest.raises(UsageError):
        parse_span(since, until, NOW, BERLIN)


@pytest.mark.parametrize(
    ("day", "hours"), [(date(2027, 3, 28), 23), (date(2026, 10, 25), 25), (date(2026, 7, 1), 24)]
)
def test_R23_a_day_is_as_long_as_the_clocks_make_it(day: date, hours: int) -> None:
    assert first_of(day + DAY, BERLIN) - first_of(day, BERLIN) == timedelta(hours=hours)


def test_R23_a_day_that_was_skipped_and_a_midnight_that_is() -> None:
    apia, cairo = ZoneInfo("Pacific/Apia"), ZoneInfo("Africa/Cairo")
    skipped = date(2011, 12, 30)
    assert first_of(skipped, apia) == first_of(skipped + DAY, apia)
    assert first_of(date(2027, 4, 30), cairo).astimezone(cairo).hour == 1


def test_spans_in_words() -> None:
    one = whole_days(date(2026, 11, 23), date(2026, 11, 23), BERLIN)
    week = whole_days(date(2026, 11, 23), date(2026, 11, 27), BERLIN)
    assert span_words(one.since, one.until, BERLIN) == "Mon 23 Nov"
    assert span_words(week.since, week.until, BERLIN) == "Mon 23 Nov to Fri 27 Nov"
    assert span_words(NOW, None, BERLIN) == "from Tue 17 Nov 13:00 on"
