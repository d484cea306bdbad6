"""R32, GS1-GS3, I2: states and moves, lanes, candidates, and when to look or ask (algorithms §1)."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from itertools import product
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sms_desk.domain import outbox as rules
from sms_desk.domain.model import AttemptState, Channel, OutboxState
from sms_desk.domain.outbox import Doubt, IllegalMove, Sighting

T0 = datetime(2026, 3, 2, 9, tzinfo=UTC)
LANE = "lane"


def seconds(n: float) -> timedelta:
    return timedelta(seconds=n)


def doubt(offset: timedelta | None = timedelta(0)) -> Doubt:
    return Doubt(UUID(int=1), 1, LANE, T0, offset)


def test_every_state_has_its_moves_and_no_other() -> None:
    for old, new in product(OutboxState, OutboxState):
        if new in rules.MOVES[old]:
            assert rules.move(old, new) is new
        else:
            with pytest.raises(IllegalMove):
                rules.move(old, new)


def test_what_was_handed_over_is_never_queued_without_a_proof_or_a_person() -> None:
    """I1, I2: only a send that is not proved out, and a doubt that a person decides, go back."""
    back = {state for state in OutboxState if OutboxState.QUEUED in rules.MOVES[state]}
    assert back == {
        OutboxState.CLAIMED,
        OutboxState.SENDING,
        OutboxState.HELD,
        OutboxState.IN_DOUBT,
        OutboxState.ASK,
    }
    assert not rules.MOVES[OutboxState.ACCEPTED]


def test_every_state_can_end() -> None:
    """GS2."""
    for state in OutboxState:
        reached, todo = {state}, [state]
        while todo:
            for new in rules.MOVES[todo.pop()] - reached:
                reached.add(new)
                todo.append(new)
        assert reached & rules.FINAL


@pytest.mark.parametrize("previous", [None, *AttemptState])
def test_another_attempt_only_after_a_proof_or_a_person(previous: AttemptState | None) -> None:
    """I2."""
    if previous in (None, AttemptState.NOT_SENT, AttemptState.SUPERSEDED):
        rules.assert_may_attempt(previous)
    else:
        with pytest.raises(IllegalMove):
            rules.assert_may_attempt(previous)


@pytest.mark.parametrize("changed", ["a  b", " a b\r\n", "a\nb", "A b"])
def test_a_lane_takes_two_forms_of_one_text_together(changed: str) -> None:
    def lane(body: str) -> str:
        return rules.lane(Channel.SMS, "+1", "+2", body)

    assert (lane("a b") == lane(changed)) is (changed != "A b")
    assert lane("é") == lane("é")
    assert lane("\ud800")


@given(st.lists(st.text(max_size=5), min_size=4, max_size=4, unique=True))
def test_a_lane_is_of_one_sender_one_peer_and_one_channel(parts: list[str]) -> None:
    one, other, peer, body = parts
    lanes = {
        rules.lane(Channel.SMS, f"1{one}", f"2{peer}", body),
        rules.lane(Channel.SMS, f"1{other}", f"2{peer}", body),
        rules.lane(Channel.SMS, f"1{one}", f"3{peer}", body),
        rules.lane(Channel.WHATSAPP, f"1{one}", f"2{peer}", body),
    }
    assert len(lanes) == (4 if one != other else 3)


@pytest.mark.parametrize(
    ("after", "fits"), [(-6, False), (-5, True), (0, True), (95, True), (96, False)]
)
@pytest.mark.parametrize("offset", [0, 3600, -86400])
def test_candidates_stand_within_the_attempts_time_at_the_provider(
    after: int, fits: bool, offset: int
) -> None:
    """§1.5, 2."""
    sighting = Sighting("SM1", LANE, T0 + seconds(offset + after))
    assert rules.could_be(doubt(seconds(offset)), sighting) is fits


@pytest.mark.parametrize(
    ("after", "fits"), [(-601, False), (-600, True), (600, True), (601, False)]
)
def test_an_unknown_offset_widens_to_ten_minutes(after: int, fits: bool) -> None:
    assert rules.could_be(doubt(None), Sighting("SM1", LANE, T0 + seconds(after))) is fits


def test_another_lane_and_what_was_here_before_are_no_candidates() -> None:
    assert not rules.could_be(doubt(), Sighting("SM1", "other", T0))
    assert not rules.could_be(doubt(), Sighting("SM1", LANE, T0, T0 - seconds(1)))
    assert rules.could_be(doubt(), Sighting("SM1", LANE, T0, T0))


def at(after: float) -> Sighting:
    return Sighting(f"SM{after}", LANE, T0 + seconds(after))


def test_the_earliest_candidate_is_ours() -> None:
    assert rules.own_copies([doubt()], [at(9), at(3), at(200), at(5)]) == [(doubt(), at(3))]
    assert rules.own_copies([doubt()], []) == []


def test_a_copy_that_fits_two_attempts_belongs_to_the_later() -> None:
    """§1.5, 5: whichever of the two copies is listed first."""
    again = Doubt(UUID(int=1), 2, LANE, T0 + seconds(60), timedelta(0))
    both = [(doubt(), at(0)), (again, at(61))]
    assert rules.own_copies([doubt(), again], [at(61), at(0)]) == both
    assert rules.own_copies([doubt(), again], [at(61)]) == [(again, at(61))]
    assert rules.own_copies([doubt()], [at(0)]) == [(doubt(), at(0))]


@given(st.lists(st.integers(-20, 300), max_size=6), st.lists(st.integers(0, 200), max_size=4))
def test_nothing_is_bound_twice(copies: list[int], starts: list[int]) -> None:
    """GS3, I4."""
    doubts = [
        Doubt(UUID(int=1), n, LANE, T0 + seconds(start), timedelta(0))
        for n, start in enumerate(starts)
    ]
    listed = [Sighting(f"SM{n}", LANE, T0 + seconds(after)) for n, after in enumerate(copies)]
    found = rules.own_copies(doubts, listed)
    assert all(rules.could_be(doubt, sighting) for doubt, sighting in found)
    assert len({doubt.n for doubt, _ in found}) == len(found)
    assert len({sighting.sid for _, sighting in found}) == len(found)
    bound = {doubt.n for doubt, _ in found} | {sighting.sid for _, sighting in found}
    left = [one for one in doubts if one.n not in bound]
    over = [one for one in listed if one.sid not in bound]
    assert not any(rules.could_be(doubt, sighting) for doubt, sighting in product(left, over))


def test_the_look_up_schedule() -> None:
    """2, 5, 10, 20 s, then every 30 s for 8 h, then with each warm scan."""
    now, at = T0, []
    while (due := rules.next_check(T0, now)) is not None:
        at.append((due - T0).total_seconds())
        now = due
    assert at[:6] == [2, 5, 10, 20, 50, 80]
    assert 8 * 3600 <= at[-1] < 8 * 3600 + 31


@pytest.mark.parametrize(
    ("after", "checks", "on_screen", "asks"),
    [
        (119, 5, True, False),
        (120, 5, True, True),
        (899, 9, False, False),
        (900, 9, False, True),
        (9 * 3600, 0, True, False),
    ],
)
def test_when_a_person_is_asked(after: int, checks: int, on_screen: bool, asks: bool) -> None:
    """Never before the list was read once: a desk that slept nine hours has not looked yet."""
    found = rules.should_ask(T0, T0 + seconds(after), checks=checks, on_screen=on_screen)
    assert found is asks


@given(st.integers(0, 100), st.none() | st.floats(-10, 1e9))
def test_a_retry_is_never_early_nor_later_than_five_minutes(
    tries: int, retry_after: float | None
) -> None:
    wait = rules.retry_at(T0, tries, retry_after) - T0
    assert seconds(0) <= wait <= seconds(300)


def test_r32_what_was_not_sent_is_tried_ever_more_rarely() -> None:
    waits = [rules.retry_at(T0, tries, None) - T0 for tries in range(1, 9)]
    assert waits == [seconds(each) for each in (5, 10, 20, 40, 80, 160, 300, 300)]
    assert rules.retry_at(T0, 3, 7.5) == T0 + seconds(7.5)
