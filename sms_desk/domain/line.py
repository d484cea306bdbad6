"""The state of the line to one account, as it is kept with the account and shown (R63)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

from sms_desk.domain.errors import CredentialError, DeskError, KeyringError, RateLimited
from sms_desk.domain.frozen import dataclass

ONLINE = "online"
OFFLINE = "offline"
CREDENTIAL = "credential"
LOCKED = "locked"

_BACKOFF_S = (5, 10, 20, 40, 80, 160, 300)


@dataclass(frozen=True, slots=True)
class Line:
    """condition: one of the words above. tries: in vain, since it was last online.

    retry_at: when the desk tries again by itself; None while online, and where it does not.
    title, next_step: of what broke it; while it is online, of what is amiss all the same.
    """

    condition: str = ""
    last_sync_at: datetime | None = None
    offline_since: datetime | None = None
    retry_at: datetime | None = None
    tries: int = 0
    title: str = ""
    next_step: str = ""

    @classmethod
    def of(cls, state: Mapping[str, Any]) -> Line:
        return cls(
            str(state.get("condition", "")),
            _instant(state.get("last_sync_at")),
            _instant(state.get("offline_since")),
            _instant(state.get("retry_at")),
            int(state.get("tries", 0)),
            str(state.get("title", "")),
            str(state.get("next_step", "")),
        )

    def to_state(self) -> dict[str, Any]:
        return {
            "condition": self.condition,
            "last_sync_at": _iso(self.last_sync_at),
            "offline_since": _iso(self.offline_since),
            "retry_at": _iso(self.retry_at),
            "tries": self.tries,
            "title": self.title,
            "next_step": self.next_step,
        }

    def may_try(self, now: datetime) -> bool:
        """Whether a cycle talks to the provider by itself. A refused credential stops that."""
        if self.condition == CREDENTIAL:
            return False
        return self.retry_at is None or now >= self.retry_at or self._clock_went_back(now)

    def is_news_after(self, before: Line, every: timedelta) -> bool:
        """Whether this is worth telling who was told `before`: anything but that it still works, and
        that so often."""
        if before.last_sync_at is None or self.last_sync_at is None:
            return self != before
        same = replace(self, last_sync_at=before.last_sync_at) == before
        return not same or not timedelta(0) <= self.last_sync_at - before.last_sync_at < every

    def synced(self, now: datetime, title: str = "", next_step: str = "") -> Line:
        return Line(ONLINE, last_sync_at=now, title=title, next_step=next_step)

    def failed(self, error: DeskError, now: datetime) -> Line:
        """After a cycle that the error ended; the next try comes later each time."""
        broken = replace(
            self,
            offline_since=self.offline_since or now,
            tries=self.tries + 1,
            title=error.title,
            next_step=error.next_step,
        )
        if isinstance(error, CredentialError):
            return replace(broken, condition=CREDENTIAL, retry_at=None)
        wait = _BACKOFF_S[min(self.tries, len(_BACKOFF_S) - 1)]
        if isinstance(error, RateLimited):
            # The line stands; the provider only names the time.
            return replace(
                self,
                condition=ONLINE,
                retry_at=now + timedelta(seconds=min(max(error.retry_after, 1.0), _BACKOFF_S[-1])),
                title=error.title,
                next_step=error.next_step,
            )
        condition = LOCKED if isinstance(error, KeyringError) else OFFLINE
        return replace(broken, condition=condition, retry_at=now + timedelta(seconds=wait))

    def _clock_went_back(self, now: datetime) -> bool:
        assert self.retry_at is not None
        return self.retry_at - now > timedelta(seconds=2 * _BACKOFF_S[-1])


def _instant(text: object) -> datetime | None:
    return None if not text else datetime.fromisoformat(str(text))


def _iso(at: datetime | None) -> str | None:
    return None if at is None else at.isoformat()
