"""A sandbox may play in another time, a real workspace may not (design §11)."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from sms_desk.domain.errors import UsageError
from sms_desk.settings import clock

NOW = datetime(2026, 5, 4, 9, tzinfo=UTC)

SHIFTS = {
    "+3d": timedelta(days=3),
    "-1h30m": timedelta(hours=-1, minutes=-30),
    "+1w2d3h4m5s": timedelta(weeks=1, days=2, hours=3, minutes=4, seconds=5),
    "2026-05-05T09:00:00Z": timedelta(days=1),
    "2026-05-04T10:00+02:00": timedelta(hours=-1),
}
NONSENSE = [
    "3d",
    "+3",
    "+3y",
    "tomorrow",
    "2026-05-04",
    "2026-05-04T09:00",
    "+999999w",
    "0001-01-01T00:00Z",
]


@pytest.mark.parametrize("text", SHIFTS)
def test_offsets_and_instants(text: str) -> None:
    assert clock.offset(text, NOW) == SHIFTS[text]


@pytest.mark.parametrize("text", NONSENSE)
def test_nonsense_is_said(text: str) -> None:
    with pytest.raises(UsageError, match="no time"):
        clock.offset(text, NOW)


def test_time_goes_on_in_a_sandbox(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(clock.VARIABLE, "+3d")
    now = clock.chosen(played=True)
    assert (
        timedelta(days=3)
        <= now() - clock.wall() + timedelta(seconds=5)
        < timedelta(days=3, seconds=10)
    )
    assert now() <= now()


def test_a_real_workspace_refuses(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(clock.VARIABLE, "+3d")
    with pytest.raises(UsageError, match="real workspace"):
        clock.chosen(played=False)


@pytest.mark.parametrize("played", [True, False])
def test_unset_it_is_the_wall_clock(played: bool) -> None:
    assert clock.chosen(played=played) is clock.wall
