"""Which walks over a provider's list there are, when each is due, and where each ends (§1.6).

No clock of ours decides what is read: a walk ends by the provider's own times, counted back from
the newest message that the walk itself has seen. Ours decides only how often to walk.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any

from sms_desk.domain.frozen import dataclass
from sms_desk.providers.base import RemoteMessage
from sms_desk.store.scans import Backfill

_SLACK = timedelta(minutes=15)
_FAR_AHEAD = timedelta(days=2)


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


@dataclass(frozen=True, slots=True)
class Cursor:
    """Where the last completed round of a walk stood. newest: provider's time; at: ours."""

    newest: datetime | None = None
    at: datetime | None = None

    @classmethod
    def of(cls, state: Mapping[str, Any]) -> Cursor:
        return cls(_instant(state.get("newest")), _instant(state.get("at")))

    def to_state(self) -> dict[str, Any]:
        return {"newest": _iso(self.newest), "at": _iso(self.at)}


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
    if last.newest is None and last.at is not None:
        return False  # the list was empty then: all of it is new
    begun = newest if last.newest is None else min(newest, last.newest)
    return min(times) < begun - walk.back and all(
        message.sid in known or not backfill.covers(message.created_at) for message in page
    )


def newest_of(times: Sequence[datetime], now: datetime) -> datetime | None:
    """The newest of a page. A date that lies days ahead of us is somebody's mistake, and would end
    every walk at once; but if all do, it is our clock that is wrong."""
    plausible = [at for at in times if at <= now + _FAR_AHEAD]
    return max(plausible or times, default=None)


def _instant(text: object) -> datetime | None:
    return None if not text else datetime.fromisoformat(str(text))


def _iso(at: datetime | None) -> str | None:
    return None if at is None else at.isoformat()
