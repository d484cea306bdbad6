"""R57, GR4: statuses move forward, in whatever order they are heard."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from functools import reduce
from itertools import pairwise, permutations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sms_desk.domain.delivery import FINAL, Report, merge, next_check
from sms_desk.domain.model import DeliveryStatus

S = DeliveryStatus
NOW = datetime(2026, 3, 2, 9, tzinfo=UTC)
SEVEN = [
    Report(S.QUEUED, "accepted"),
    Report(S.QUEUED, "queued"),
    Report(S.SENT, "sent"),
    Report(S.OTHER, "teleported"),
    Report(S.DELIVERED, "delivered"),
    Report(S.READ, "read"),
    Report(S.UNDELIVERED, "undelivered", "30005", "Unknown destination handset"),
]
REPORTS = st.builds(
    Report,
    st.sampled_from(S),
    st.sampled_from(["", "a", "b"]),
    st.sampled_from([None, "30003", "30005"]),
)


def test_all_orders_of_seven_events_give_the_same_end() -> None:
    """GR4: 5,040 of them."""
    ends = {reduce(merge, order) for order in permutations(SEVEN)}
    assert ends == {SEVEN[-1]}


def test_all_orders_without_a_failure_end_as_read() -> None:
    ends = {reduce(merge, order).status for order in permutations(SEVEN[:-1])}
    assert ends == {S.READ}


@given(REPORTS, REPORTS, REPORTS)
def test_merging_is_a_join(a: Report, b: Report, c: Report) -> None:
    assert merge(a, b) == merge(b, a)
    assert merge(a, merge(b, c)) == merge(merge(a, b), c)
    assert merge(a, a) == a


def test_the_stages_stand_in_order() -> None:
    stages = [S.QUEUED, S.SENT, S.DELIVERED, S.READ, S.FAILED]
    for earlier, later in pairwise(stages):
        assert merge(Report(later), Report(earlier)).status is later


def test_an_unknown_word_is_shown_until_a_known_one_says_more() -> None:
    """R57."""
    word = Report(S.OTHER, "teleported")
    assert merge(Report(S.SENT, "sent"), word) == word
    assert merge(word, Report(S.DELIVERED, "delivered")).status is S.DELIVERED


@pytest.mark.parametrize(
    ("age", "gap"),
    [(0, 15), (119, 15), (120, 60), (3599, 60), (3600, None)],
)
def test_the_refresh_schedule_widens(age: int, gap: int | None) -> None:
    """Design §4: 15 s to 2 min, 1 min to 1 h."""
    found = next_check(S.SENT, timedelta(seconds=age), NOW)
    assert found == (None if gap is None else NOW + timedelta(seconds=gap))


@pytest.mark.parametrize("status", sorted(FINAL))
def test_what_has_an_end_is_not_asked_for(status: DeliveryStatus) -> None:
    assert next_check(status, timedelta(0), NOW) is None
