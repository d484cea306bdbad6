"""R8, R24, R42: whether somebody is there, and when next."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from sms_desk.domain.duty import Duty, next_there
from sms_desk.domain.working_hours import ALWAYS, parse_hours

BERLIN = ZoneInfo("Europe/Berlin")
OFFICE = Duty(parse_hours("mon-fri 9:00-18:00"), BERLIN)
FRIDAY_NIGHT = datetime(2026, 3, 27, 21, 0, tzinfo=UTC)


def test_R42_who_has_no_hours_is_always_there() -> None:
    assert next_there(Duty(ALWAYS, BERLIN), FRIDAY_NIGHT) == FRIDAY_NIGHT


def test_R42_over_the_weekend_and_the_change_of_clocks() -> None:
    monday = datetime(2026, 3, 30, 7, 0, tzinfo=UTC)  # nine in Berlin, summer time by then
    assert next_there(OFFICE, FRIDAY_NIGHT) == monday
    assert next_there(OFFICE, monday) == monday
    assert next_there(OFFICE, monday + timedelta(hours=9)) == monday + timedelta(days=1)


@pytest.mark.parametrize("hours", ["", "mon-fri 9:00-18:00"])
def test_R42_who_is_suspended_is_never_there(hours: str) -> None:
    away = Duty(parse_hours(hours), BERLIN, suspended=True)
    assert next_there(away, FRIDAY_NIGHT) is None


def test_R24_who_is_absent_is_there_again_when_work_begins_after_it() -> None:
    tuesday = datetime(2026, 3, 31, 0, 0, tzinfo=UTC)
    away = Duty(OFFICE.hours, BERLIN, absences=((FRIDAY_NIGHT, tuesday),))
    assert next_there(away, FRIDAY_NIGHT) == datetime(2026, 3, 31, 7, 0, tzinfo=UTC)
    assert next_there(Duty(ALWAYS, BERLIN, absences=((FRIDAY_NIGHT, tuesday),)), tuesday) == tuesday


def test_R24_one_absence_after_the_other_and_one_without_end() -> None:
    day = timedelta(days=1)
    twice = ((FRIDAY_NIGHT, FRIDAY_NIGHT + day), (FRIDAY_NIGHT + day, FRIDAY_NIGHT + 2 * day))
    assert next_there(Duty(ALWAYS, BERLIN, absences=twice), FRIDAY_NIGHT) == FRIDAY_NIGHT + 2 * day
    assert next_there(Duty(ALWAYS, BERLIN, absences=((FRIDAY_NIGHT, None),)), FRIDAY_NIGHT) is None
