"""R52: a snooze ends when the clock on the person's own wall says so."""

from __future__ import annotations

import contextlib
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sms_desk.domain.errors import UsageError
from sms_desk.domain.wall_time import (
    SnoozeChoice,
    at_wall_time,
    parse_when,
    snooze_choices,
    snooze_until,
)

BERLIN = ZoneInfo("Europe/Berlin")  # forward 2026-03-29 02:00, back 2026-10-25 03:00
NEW_YORK = ZoneInfo("America/New_York")
MOMENTS = st.integers(946_684_800, 2_840_140_800).map(lambda s: datetime.fromtimestamp(s, UTC))
WEDNESDAY = datetime(2026, 11, 18, 10, 0, tzinfo=BERLIN)


def _shown(instant: datetime, zone: ZoneInfo = BERLIN) -> str:
    assert instant.tzinfo is UTC
    return f"{instant.astimezone(zone):%Y-%m-%d %H:%M}"


@pytest.mark.parametrize(
    ("choice", "until"),
    [
        ("later today", "2026-11-18 13:00"),
        ("this evening", "2026-11-18 18:00"),
        ("tomorrow", "2026-11-19 09:00"),
        ("next week", "2026-11-23 09:00"),
    ],
)
def test_r52_choices_mean_wall_clock_times(choice: str, until: str) -> None:
    now = WEDNESDAY.astimezone(UTC)
    assert _shown(snooze_until(SnoozeChoice(choice), now, BERLIN)) == until
    assert _shown(parse_when(choice.upper(), now, BERLIN)) == until


def test_r52_next_week_on_a_monday_is_the_next_monday() -> None:
    monday = datetime(2026, 11, 23, 8, 0, tzinfo=BERLIN).astimezone(UTC)
    assert _shown(snooze_until(SnoozeChoice.NEXT_WEEK, monday, BERLIN)) == "2026-11-30 09:00"


def test_r52_today_ends_at_the_persons_own_midnight() -> None:
    late = datetime(2026, 11, 18, 22, 30, tzinfo=BERLIN).astimezone(UTC)
    offered = [choice for choice, _ in snooze_choices(late, BERLIN)]
    assert offered == [SnoozeChoice.TOMORROW, SnoozeChoice.NEXT_WEEK]
    assert len(snooze_choices(late, NEW_YORK)) == 4  # 16:30 there
    for gone in (SnoozeChoice.LATER_TODAY, SnoozeChoice.THIS_EVENING):
        with pytest.raises(UsageError, match="too late"):
            snooze_until(gone, late, BERLIN)


@given(
    MOMENTS,
    st.sampled_from([BERLIN, NEW_YORK, ZoneInfo("Asia/Kolkata"), ZoneInfo("Pacific/Apia")]),
)
def test_r52_choices_are_to_come_soonest_first_and_each_but_once(
    now: datetime, zone: ZoneInfo
) -> None:
    moments = [at for _, at in snooze_choices(now, zone)]
    assert all(at > now for at in moments)
    assert moments == sorted(set(moments))
    assert snooze_until(SnoozeChoice.TOMORROW, now, zone) in moments
    assert snooze_until(SnoozeChoice.NEXT_WEEK, now, zone) in moments


@pytest.mark.parametrize(
    ("now", "text", "until"),
    [
        ("2026-03-28 10:00", "tomorrow 9:00", "2026-03-29 09:00"),
        ("2026-03-28 10:00", "tomorrow 02:30", "2026-03-29 03:30"),  # that night it never is 2:30
        ("2026-03-28 10:00", "1 day", "2026-03-29 10:00"),  # 23 hours
        ("2026-03-28 10:00", "24h", "2026-03-29 11:00"),
        ("2026-10-24 10:00", "1d", "2026-10-25 10:00"),  # 25 hours
        ("2026-10-24 10:00", "in 24 hours", "2026-10-25 09:00"),
        ("2026-10-18 10:00", "2 weeks", "2026-11-01 10:00"),
    ],
)
def test_r52_wall_clock_time_holds_across_a_change(now: str, text: str, until: str) -> None:
    at = datetime.fromisoformat(now).replace(tzinfo=BERLIN).astimezone(UTC)
    assert _shown(parse_when(text, at, BERLIN)) == until


def test_r52_a_time_that_comes_twice_is_its_first() -> None:
    found = parse_when("2026-10-25 02:30", datetime(2026, 10, 24, tzinfo=UTC), BERLIN)
    assert found == datetime(2026, 10, 25, 0, 30, tzinfo=UTC)


@pytest.mark.parametrize(
    ("text", "until"),
    [
        ("2h", "2026-11-18 12:00"),
        ("in 90 minutes", "2026-11-18 11:30"),
        ("45m", "2026-11-18 10:45"),
        ("3 days", "2026-11-21 10:00"),
        ("tomorrow", "2026-11-19 09:00"),
        ("tomorrow 9", "2026-11-19 09:00"),
        ("Tomorrow  at 2:15 PM", "2026-11-19 14:15"),
        ("tomorrow 12am", "2026-11-19 00:00"),
        ("tomorrow 12pm", "2026-11-19 12:00"),
        ("today 14:30", "2026-11-18 14:30"),
        ("mon 14:30", "2026-11-23 14:30"),
        ("Monday", "2026-11-23 09:00"),
        ("wed 14:30", "2026-11-18 14:30"),
        ("wed", "2026-11-25 09:00"),
        ("14:30", "2026-11-18 14:30"),
        ("at 14:30", "2026-11-18 14:30"),
        ("9:30", "2026-11-19 09:30"),
        ("9am", "2026-11-19 09:00"),
        ("2026-12-01 08:00", "2026-12-01 08:00"),
        ("2026-12-01t08:00", "2026-12-01 08:00"),
        ("2026-12-01", "2026-12-01 09:00"),
        ("2026-12-01 08", "2026-12-01 08:00"),
        ("2026-12-01 08:00+00:00", "2026-12-01 09:00"),
        ("2026-12-01T08:00Z", "2026-12-01 09:00"),
    ],
)
def test_r52_words_for_a_time(text: str, until: str) -> None:
    assert _shown(parse_when(text, WEDNESDAY.astimezone(UTC), BERLIN)) == until


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("", "cannot read"),
        ("soon", "cannot read"),
        ("9", "cannot read"),
        ("tomorrow 25:00", "cannot read"),
        ("tomorrow 9:75", "cannot read"),
        ("tomorrow 13pm", "cannot read"),
        ("t 9:00", "cannot read"),
        ("2026-13-01", "cannot read"),
        ("2026-02-30 08:00", "cannot read"),
        ("9999-12-31 23:59-12:00", "cannot read"),
        ("today 9:00", "past"),
        ("0h", "past"),
        ("2020-01-01", "past"),
        ("9999w", "ten years"),
        ("9998-01-01", "ten years"),
    ],
)
def test_r52_what_is_no_coming_time_is_refused(text: str, reason: str) -> None:
    with pytest.raises(UsageError) as refused:
        parse_when(text, WEDNESDAY.astimezone(UTC), BERLIN)
    assert reason.removeprefix("cannot ") in refused.value.title
    assert refused.value.next_step


@given(
    st.text(alphabet="0123456789:-+ tomrwdayinhspZ", max_size=20),
    MOMENTS,
)
def test_r52_any_words_are_a_coming_time_or_refused(text: str, now: datetime) -> None:
    with contextlib.suppress(UsageError):
        assert parse_when(text, now, NEW_YORK) > now


@given(MOMENTS)
def test_r52_a_wall_clock_time_is_shown_back_or_was_skipped(moment: datetime) -> None:
    wall = moment.replace(tzinfo=None)
    instant = at_wall_time(wall.date(), wall.time(), NEW_YORK)
    shown = instant.astimezone(NEW_YORK).replace(tzinfo=None)
    assert shown in (wall, wall + timedelta(hours=1))
