"""R42: 24 hours from the contact's last message, by the provider's clock, and what is left of them."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sms_desk.domain import whatsapp_window as window
from sms_desk.domain.whatsapp_window import WindowState

WROTE = datetime(2026, 3, 28, 22, 0, tzinfo=UTC)
HOURS = timedelta(hours=1)
SECOND = timedelta(seconds=1)
OFFSETS = st.timedeltas(-timedelta(days=1), timedelta(days=1))


@pytest.mark.parametrize(
    ("after", "state"),
    [
        (timedelta(0), WindowState.OPEN),
        (23 * HOURS, WindowState.OPEN),
        (23 * HOURS + SECOND, WindowState.CLOSING_SOON),
        (24 * HOURS - SECOND, WindowState.CLOSING_SOON),
        (24 * HOURS, WindowState.CLOSED),
        (48 * HOURS, WindowState.CLOSED),
    ],
)
def test_R42_open_closing_soon_closed(after: timedelta, state: WindowState) -> None:
    assert window.state(window.closes_at(WROTE), WROTE + after) is state


def test_R42_it_never_opened_where_the_contact_never_wrote() -> None:
    assert window.closes_at(None) is None
    assert window.state(None, WROTE) is WindowState.CLOSED
    assert window.time_left(None, WROTE) == timedelta(0)
    assert window.next_turn(None, WROTE) is None


@given(OFFSETS)
def test_R42_the_providers_clock_decides(offset: timedelta) -> None:
    """With our clock wrong by any amount the window closes at the same instant of the world."""
    closes = window.closes_at(WROTE, offset)
    assert closes is not None
    assert closes + offset == WROTE + timedelta(hours=24)


@given(OFFSETS, st.timedeltas(timedelta(0), timedelta(days=3)))
def test_R42_the_query_and_the_clock_agree(offset: timedelta, after: timedelta) -> None:
    now = WROTE + after - offset
    is_open = window.state(window.closes_at(WROTE, offset), now) is not WindowState.CLOSED
    assert (window.opened_after(now, offset) < WROTE) is is_open


@given(st.timedeltas(SECOND, timedelta(hours=24)))
def test_R42_a_countdown_in_minutes_is_told_when_it_changes(left: timedelta) -> None:
    closes = WROTE + timedelta(hours=24)
    wait = window.next_turn(closes, closes - left)
    assert wait is not None
    assert timedelta(0) < wait <= timedelta(minutes=1)
    minute = timedelta(minutes=1)
    assert -(-(left - wait) // minute) == -(-left // minute) - 1


def test_R42_no_more_than_a_window_is_ever_left() -> None:
    """A message that the provider dates in our future: its clock has not been compared yet."""
    closes = window.closes_at(WROTE + timedelta(minutes=5))
    assert window.time_left(closes, WROTE) == 24 * HOURS
