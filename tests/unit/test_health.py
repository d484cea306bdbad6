"""What the figures of a sender ID say of its health (R17)."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sms_desk.domain.health import (
    FINE,
    Figures,
    HealthReason,
    Judgement,
    Thresholds,
    judge,
    reason_words,
)
from sms_desk.domain.model import Health

USUAL = Thresholds()
_ORDER = [Health.OK, Health.DEGRADED, Health.BLOCKED]


@pytest.mark.parametrize(
    ("figures", "said"),
    [
        (Figures(), FINE),
        (Figures(delivered=100), FINE),
        (Figures(delivered=5, failed=24), FINE),  # 29 decided: too few to say anything
        (Figures(delivered=27, failed=3), FINE),  # exactly 90 %
        (Figures(delivered=26, failed=4), Judgement(Health.DEGRADED, HealthReason.DELIVERY)),
        (Figures(delivered=14, failed=16), Judgement(Health.BLOCKED, HealthReason.DELIVERY)),
        (
            Figures(delivered=95, failed=5, filtered=5),
            Judgement(Health.DEGRADED, HealthReason.FILTERED),
        ),
        (
            Figures(delivered=70, failed=30, filtered=30),
            Judgement(Health.BLOCKED, HealthReason.FILTERED),
        ),
        (
            Figures(delivered=100, contacts=100, opt_outs=3),
            Judgement(Health.DEGRADED, HealthReason.OPT_OUTS),
        ),
        (Figures(delivered=100, contacts=20, opt_outs=3), FINE),
        (Figures(failed=3, stopped=3), Judgement(Health.BLOCKED, HealthReason.STOPPED)),
        (Figures(failed=2, stopped=2), FINE),
        (Figures(delivered=400, failed=3, stopped=3), FINE),  # before it was registered
        (Figures(delivered=30, pending=4000), FINE),
    ],
)
def test_what_the_figures_say(figures: Figures, said: Judgement) -> None:
    assert judge(figures, USUAL) == said


counts = st.integers(0, 500)


@given(delivered=counts, failed=counts, pending=counts, more=counts)
def test_what_is_on_its_way_says_nothing(
    delivered: int, failed: int, pending: int, more: int
) -> None:
    one = Figures(delivered=delivered, failed=failed, pending=pending)
    other = Figures(delivered=delivered, failed=failed, pending=pending + more)
    assert judge(one, USUAL) == judge(other, USUAL)


@given(delivered=counts, failed=st.integers(30, 500), more=counts)
def test_more_failures_never_make_it_better(delivered: int, failed: int, more: int) -> None:
    before = judge(Figures(delivered=delivered, failed=failed), USUAL)
    after = judge(Figures(delivered=delivered, failed=failed + more), USUAL)
    assert _ORDER.index(after.health) >= _ORDER.index(before.health)


def test_the_reason_in_words() -> None:
    figures = Figures(delivered=26, failed=4)
    assert reason_words(HealthReason.DELIVERY, figures, 7) == (
        "87 % of 30 messages arrived (last 7 days)"
    )
