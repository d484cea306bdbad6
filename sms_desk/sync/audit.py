"""Counting one day again each night: what the provider lists of it and what is here (§1.6).

The scans overlap far enough for any lag that was ever reported; this is the check that they did.
Within a month every day of the last thirty has been counted.
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Generator, Iterator
from datetime import UTC, date, datetime, time, timedelta
from uuid import UUID

from sms_desk.domain.frozen import dataclass
from sms_desk.providers.base import Page
from sms_desk.store import messages, scans
from sms_desk.store.engine import Workspace
from sms_desk.sync.intake import Stored
from sms_desk.sync.walks import HOT, Cursor

log = logging.getLogger(__name__)

EVERY = timedelta(hours=24)
_NAME = "audit"
_DAYS = 30
_DAY = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class Gap:
    """One day compared. listed: what the provider shows of it; healed: of that, what was missing
    here until now; gone: what is here and is no longer shown (deleted there; it stays)."""

    day: date
    listed: int
    healed: int
    gone: int

    @property
    def is_closed(self) -> bool:
        return self.healed == 0


class Auditor:
    """Counts the days of one account. pages: a walk over whole days; take: stores a page of it."""

    def __init__(
        self,
        workspace: Workspace,
        account_id: UUID,
        pages: Callable[[date, date], Iterator[Page]],
        take: Callable[[Page, datetime], Stored],
    ) -> None:
        self._workspace = workspace
        self._account_id = account_id
        self._pages = pages
        self._take = take

    def run(self, now: datetime) -> Iterator[Stored]:
        """Count the day whose turn it is, and yield what was missing, page by page; nothing if it was
        counted, or if nothing is known yet."""
        with self._workspace.read() as tx:
            state = scans.load(tx, self._account_id, _NAME)
            newest = Cursor.of(scans.load(tx, self._account_id, HOT.name)).newest
            backfill = scans.backfill(tx, self._account_id)
        last = datetime.fromisoformat(state["at"]) if state else None
        if newest is None or not backfill.done or (last is not None and last <= now < last + EVERY):
            return
        nights = int(state.get("nights", 0))
        day = newest.astimezone(UTC).date() - timedelta(days=1 + nights % _DAYS)
        start = datetime.combine(day, time.min, UTC)
        if not backfill.covers(start):
            nights, day = 0, newest.date() - _DAY  # further back than was chosen: begin again
        gap = yield from self._compare(day, now)
        found = {"listed": gap.listed, "healed": gap.healed, "gone": gap.gone}
        with self._workspace.write() as tx:
            scans.save(
                tx,
                self._account_id,
                _NAME,
                {"at": now.isoformat(), "nights": nights + 1, "day": day.isoformat(), **found},
                at=now,
            )
        if not gap.is_closed:
            log.info(
                "account %s: %d messages of one day were missing", self._account_id, gap.healed
            )

    def _compare(self, day: date, now: datetime) -> Generator[Stored, None, Gap]:
        """Whole days with one to spare on both sides: the filter's day is another's (design §4)."""
        start = datetime.combine(day, time.min, UTC)
        listed, unknown = set[str](), set[str]()
        for page in self._pages(day - _DAY, day + _DAY):
            of_day = [m for m in page.messages if start <= m.created_at < start + _DAY]
            listed |= {message.sid for message in of_day}
            stored = self._take(Page(of_day), now)
            unknown |= stored.unknown
            yield stored
        with self._workspace.read() as tx:
            here = messages.sids_between(tx, self._account_id, start, start + _DAY)
        return Gap(day, len(listed), len(unknown & listed), len(here - listed))
