"""Which walks over a provider's list there are, when each is due, and where each ends (§1.6).

No clock of ours decides what is read: a walk ends by the provider's own times, counted back from
the newest message that the walk itself has seen. Ours decides only how often to walk.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sms_desk.providers.base import RemoteMessage

_SLACK = timedelta(minutes=15)


@dataclass(frozen=True, slots=True)
class Walk:
    """every: how often. back: how far behind the newest message it reads at least.

    to_known: it also reads on until a whole page is known.
    """

    name: str
    every: timedelta
    back: timedelta
    to_known: bool = False


HOT = Walk("hot", timedelta(seconds=10), _SLACK, to_known=True)
WARM = Walk("warm", timedelta(minutes=10), timedelta(hours=8) + timedelta(minutes=10) + _SLACK)
COLD = Walk("cold", timedelta(hours=24), timedelta(hours=72 + 24) + _SLACK)
"""Each reads one interval more than it promises: what appears just before its promise ends is seen
by the next round (GR1)."""
BACKFILL = "backfill"


@dataclass(frozen=True, slots=True)
class Cursor:
    """Where the last completed round of a walk stood. newest: provider's time; at: ours."""

    newest: datetime | None = None
    at: datetime | None = None

    @classmethod
    def of(cls, state: Mapping[str, Any]) -> Cursor:
        return cls(instant(state.get("newest")), instant(state.get("at")))

    def to_state(self) -> dict[str, Any]:
        return {"newest": _iso(self.newest), "at": _iso(self.at)}


@dataclass(frozen=True, slots=True)
class Backfill:
    """How far the first sync has come, newest first.

    until: how far back was chosen, None for all. reached: everything newer is here; None: nothing
    yet. count: messages that it stored. running: not done, and nobody stopped it.
    """

    until: datetime | None = None
    reached: datetime | None = None
    count: int = 0
    done: bool = False
    stopped: bool = False

    @classmethod
    def of(cls, state: Mapping[str, Any]) -> Backfill:
        return cls(
            instant(state.get("until")),
            instant(state.get("reached")),
            int(state.get("count", 0)),
            bool(state.get("done")),
            bool(state.get("stopped")),
        )

    def to_state(self) -> dict[str, Any]:
        return {
            "until": _iso(self.until),
            "reached": _iso(self.reached),
            "count": self.count,
            "done": self.done,
            "stopped": self.stopped,
        }

    @property
    def running(self) -> bool:
        return not (self.done or self.stopped)

    def covers(self, at: datetime) -> bool:
        """Whether a message of that time should be here already: a new one of then is late."""
        if self.done:
            return self.until is None or at >= self.until
        return self.reached is not None and at >= self.reached


def is_due(walk: Walk, cursor: Cursor, now: datetime) -> bool:
    """Also where our clock went back: a walk too many costs nothing."""
    return cursor.at is None or now >= cursor.at + walk.every or now < cursor.at


def is_done(
    walk: Walk,
    page: Sequence[RemoteMessage],
    *,
    known: Collection[str],
    newest: datetime | None,
    last: Cursor,
    backfill: Backfill,
) -> bool:
    """Whether the walk may end after this page. known: which of it were here before.

    newest: of the whole walk. A hot walk reads at least to where its last complete round began,
    so that one that was cut off, or days offline, leave no hole.
    """
    if newest is None or not page:
        return False
    times = [message.created_at for message in page]
    if not walk.to_known:
        return max(times) < newest - walk.back
    begun = newest if last.newest is None else min(newest, last.newest)
    return min(times) < begun - walk.back and all(
        message.sid in known or not backfill.covers(message.created_at) for message in page
    )


def instant(text: object) -> datetime | None:
    return None if not text else datetime.fromisoformat(str(text))


def _iso(at: datetime | None) -> str | None:
    return None if at is None else at.isoformat()
