"""GR1: whatever a provider ever shows is stored, in model worlds with lag, shifts and wrong clocks."""

from __future__ import annotations

import os
import random
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from sms_desk.domain.errors import ProviderUnreachable
from sms_desk.sync import walks
from sms_desk.sync.receive import Receiver
from tests.fixtures.desk import Desk, desk_at
from tests.fixtures.fake_provider import Listed

WORLDS = int(os.environ.get("SMS_DESK_WORLDS", "3"))
"""Each is 120 messages over days; more by the environment."""
HOURS = 3600.0
SKEWS = (timedelta(0), timedelta(minutes=-50), timedelta(days=1), timedelta(days=-3650))


@dataclass
class ReceivingWorld:
    """Messages of three days, most listed at once, some late, some deleted, many in one second."""

    desk: Desk
    seed: int
    late_up_to: float = 70 * HOURS

    def run(self) -> None:
        rng = random.Random(self.seed)
        provider = self.desk.provider
        provider.skew = rng.choice(SKEWS)
        provider.page_size = rng.choice((3, 7, 20))
        provider.on_page = lambda: self._shift(rng)
        self.desk.cycle()
        left = 120
        while left:
            burst = min(left, rng.choice((1, 2, 5, 12)))
            for _ in range(burst):
                self._arrive(rng)
            left -= burst
            self._pass(rng, rng.choice((10, 10, 60, 600, 3 * HOURS)))
        provider.on_page = lambda: None
        self._pass(rng, 71 * HOURS)
        self._pass(rng, 25 * HOURS)
        self.check()

    def _arrive(self, rng: random.Random) -> None:
        draw = rng.random()
        lag = 0.0 if draw < 0.9 else rng.random() * (6 * HOURS if draw < 0.98 else self.late_up_to)
        self.desk.provider.receive(
            f"text {rng.randrange(10**6)}",
            peer=f"+1202555{rng.randrange(100, 130):04d}",
            lag=timedelta(seconds=lag),
        )

    def _pass(self, rng: random.Random, seconds: float) -> None:
        """Some time, with a cycle or a few in it, as a desk that is open or closed would have."""
        for _ in range(rng.randrange(1, 4) if seconds < HOURS else 1):
            self.desk.cycle(seconds)

    def _shift(self, rng: random.Random) -> None:
        """Between two pages something arrives (rows move down) or goes (rows move up)."""
        if rng.random() < 0.10:
            self._arrive(rng)
        elif rng.random() < 0.10 and self.desk.provider.items:
            rng.choice(self.desk.provider.items).deleted_at = self.desk.hand.at
        elif rng.random() < 0.05:
            raise ProviderUnreachable("The line broke between two pages.")

    def check(self) -> None:
        stored = {row["provider_sid"] for row in self.desk.messages()}
        missing = [item.message for item in self._shown() if item.message.sid not in stored]
        assert not missing, f"seed {self.seed}: {len(missing)} messages were never stored"
        assert len(stored) == len(self.desk.messages())
        self.desk.assert_rebuilt()

    def _shown(self) -> list[Listed]:
        return [item for item in self.desk.provider.items if not item.deleted_at]


def live(path: Path, seed: int) -> None:
    with desk_at(path / f"{seed}.db") as desk:
        ReceivingWorld(desk, seed).run()


@pytest.mark.parametrize("seed", range(WORLDS))
def test_everything_that_is_ever_shown_is_stored(tmp_path: Path, seed: int) -> None:
    """GR1."""
    live(tmp_path, seed)


# --- mistakes that the worlds must notice -----------------------------------------------------------


def _no_overlap(patch: pytest.MonkeyPatch) -> None:
    patch.setattr(Receiver, "due", lambda self, now: [walks.HOT])


def _one_hour_of_overlap(patch: pytest.MonkeyPatch) -> None:
    for name in ("WARM", "COLD"):
        narrow = walks.Walk(name.lower(), timedelta(minutes=10), timedelta(hours=1))
        patch.setattr(f"sms_desk.sync.receive.{name}", narrow)


def _first_page_only(patch: pytest.MonkeyPatch) -> None:
    patch.setattr(walks, "is_done", lambda *_args, **_values: True)


def _since_our_own_clock(patch: pytest.MonkeyPatch) -> None:
    """Rows that are older than the last walk, by the desk's clock, are taken for known."""
    take = Receiver._take

    def filtered(self: Receiver, page: Any, now: datetime, *rest: Any) -> Any:
        fresh = [m for m in page.messages if m.created_at >= now - timedelta(minutes=30)]
        return take(self, replace(page, messages=fresh), now, *rest)

    patch.setattr(Receiver, "_take", filtered)


MISTAKES = {
    "no overlap": _no_overlap,
    "an hour of overlap": _one_hour_of_overlap,
    "the first page only": _first_page_only,
    "since our own clock": _since_our_own_clock,
}


@pytest.mark.parametrize("name", MISTAKES)
def test_a_seeded_mistake_is_noticed(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, name: str
) -> None:
    MISTAKES[name](monkeypatch)
    for seed in range(8):
        try:
            live(tmp_path, seed)
        except AssertionError:
            return
    pytest.fail(f"nobody noticed: {name}")
