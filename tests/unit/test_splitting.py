"""How things are divided among people (R23, R30)."""

from __future__ import annotations

from collections import Counter
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sms_desk.domain.absences import Share, Split
from sms_desk.domain.splitting import Load, Thing, divide

ANN, BEN, CARA = (UUID(int=n) for n in (1, 2, 3))
OFFER, ALERTS = UUID(int=11), UUID(int=12)
LINE, SHOP = UUID(int=21), UUID(int=22)


def things(n: int, program: UUID | None = None, sender: UUID | None = None) -> list[Thing]:
    return [Thing(UUID(int=1_000 + k), program, sender) for k in range(n)]


def test_r30_evenly_differs_by_one_at_most() -> None:
    found = Counter(divide(things(11), Split.EVEN, [Share(ANN), Share(BEN), Share(CARA)]).values())
    assert sorted(found.values()) == [3, 4, 4]


def test_r25_many_small_divisions_stay_even() -> None:
    given_before = {ANN: Load(5), BEN: Load(4)}
    found = divide(things(1), Split.EVEN, [Share(ANN), Share(BEN)], given_before)
    assert list(found.values()) == [BEN]


def test_r30_by_load_the_emptier_desk_fills_first_and_capacity_counts() -> None:
    loads = {ANN: Load(20, 40), BEN: Load(0, 10)}
    found = Counter(divide(things(20), Split.LOAD, [Share(ANN), Share(BEN)], loads).values())
    assert found == {ANN: 12, BEN: 8}  # both four fifths full then


def test_r23_by_program_and_what_no_share_names_goes_to_who_takes_the_rest() -> None:
    some = [Thing(UUID(int=1), OFFER), Thing(UUID(int=2), ALERTS), Thing(UUID(int=3))]
    found = divide(some, Split.PROGRAM, [Share(ANN, (OFFER,)), Share(BEN)])
    assert list(found.values()) == [ANN, BEN, BEN]


def test_r24_what_nobody_takes_is_said() -> None:
    some = [Thing(UUID(int=1), None, LINE), Thing(UUID(int=2), None, SHOP)]
    found = divide(some, Split.SENDER, [Share(ANN, (LINE,))])
    assert list(found.values()) == [ANN, None]
    assert list(divide(some, Split.EVEN, []).values()) == [None, None]


def test_r23_by_list() -> None:
    some = things(3)
    shares = [Share(ANN, (some[0].id, some[2].id)), Share(BEN, (some[1].id,))]
    assert list(divide(some, Split.LIST, shares).values()) == [ANN, BEN, ANN]


@given(
    st.integers(0, 40),
    st.sampled_from(Split),
    st.lists(st.sampled_from((ANN, BEN, CARA)), min_size=1, max_size=3, unique=True),
    st.dictionaries(
        st.sampled_from((ANN, BEN, CARA)),
        st.builds(Load, st.integers(0, 50), st.none() | st.integers(1, 60)),
    ),
)
def test_r30_everything_is_in_exactly_one_share(
    n: int, split: Split, people: list[UUID], loads: dict[UUID, Load]
) -> None:
    some = things(n, OFFER, LINE)
    found = divide(some, split, [Share(one) for one in people], loads)
    assert list(found) == [thing.id for thing in some]
    assert set(found.values()) <= set(people)


@pytest.mark.parametrize("split", list(Split))
def test_r25_the_same_answer_each_time(split: Split) -> None:
    shares = [Share(ANN), Share(BEN)]
    assert divide(things(9), split, shares) == divide(things(9), split, shares)
