"""Work in pieces lets others run often enough, and no oftener (design §4)."""

from __future__ import annotations

from itertools import pairwise

from sms_desk.sync.slices import LIMIT_S, Slicer


class Hand:
    """A clock that the work moves."""

    def __init__(self) -> None:
        self.at = 0.0
        self.breaths: list[float] = []

    def slicer(self) -> Slicer:
        return Slicer(lambda: self.at, lambda: self.breaths.append(self.at))

    def longest(self) -> float:
        times = [0.0, *self.breaths, self.at]
        return max(later - earlier for earlier, later in pairwise(times))


def test_no_stretch_is_longer_than_the_limit() -> None:
    hand = Hand()
    for _ in hand.slicer().pieces(range(2000)):
        hand.at += 0.000_05
    assert 0 < hand.longest() <= LIMIT_S


def test_quick_work_pays_for_no_breath() -> None:
    hand = Hand()
    slicer = hand.slicer()
    for _ in range(100):
        slicer.breathe()
    assert not hand.breaths


def test_all_pieces_come_in_order() -> None:
    assert list(Slicer().pieces(range(60))) == list(range(60))
