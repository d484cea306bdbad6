"""Receiving one account's messages: the walks of `walks`, and the back-fill (GR1, algorithms §1.6)."""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from datetime import date, datetime, timedelta
from uuid import UUID

from sms_desk.domain.errors import NotFoundError, ProviderRefusal, ProviderUnreachable
from sms_desk.providers.base import Page, Poison, Provider, RemoteMessage
from sms_desk.store import scans
from sms_desk.store.engine import Tx, Workspace
from sms_desk.store.savepoints import savepoint
from sms_desk.store.scans import Backfill
from sms_desk.sync import walks
from sms_desk.sync.book import Book, Shelf
from sms_desk.sync.intake import Arrival, Intake, Stored
from sms_desk.sync.walks import COLD, HOT, WARM, Cursor, Walk

log = logging.getLogger(__name__)

PAGE = 200
"""Rows of a page: its JSON holds the interpreter's lock for 1 ms (measured.md)."""
HOT_PAGE = 50
"""The hot walk reads one page each ten seconds and mostly knows all of it."""
_HOT_PAUSE = timedelta(minutes=5)
"""After a longer one there is more to read than a hot page holds."""
_BACKFILL_OVERLAP = 3
"""So many pages a back-fill that was broken off reads again."""
_UNREADABLE = (ArithmeticError, LookupError, TypeError, ValueError)


class Receiver:
    """Walks one account's list and stores what it shows."""

    def __init__(
        self,
        workspace: Workspace,
        account_id: UUID,
        provider: Provider,
        intake: Intake,
    ) -> None:
        self._workspace = workspace
        self._account_id = account_id
        self._provider = provider
        self._intake = intake
        self._shelf = Shelf(account_id)
        self._backfill_next: str | None = None
        self._backfill_followed = set[str]()

    # --- scans of what is new ---

    def due(self, now: datetime) -> list[Walk]:
        """The walks whose time has come. The wider ones wait for the back-fill, which does more."""
        with self._workspace.read() as tx:
            backfill = self._backfill(tx)
            wider = [] if backfill.running else [WARM, COLD]
            return [w for w in (HOT, *wider) if walks.is_due(w, self._cursor(tx, w), now)]

    def scan(self, walk: Walk, now: datetime) -> Iterator[Stored]:
        """One round of a walk, page by page. Its cursor moves only when it came to its end."""
        with self._workspace.read() as tx:
            last, first = self._cursor(tx, walk), self._cursor(tx, HOT).at is None
            backfill = self._backfill(tx)
        newest: datetime | None = None
        size = HOT_PAGE if walk is HOT and _is_recent(last, now) else PAGE
        for page in self._pages(self._provider.list_messages(page_size=size)):
            newest = walks.newest_of([*_times(page), *([newest] if newest else [])], now)
            taken = self._take(page, now, None if first else backfill)
            yield taken
            known = {message.sid for message in page.messages} - taken.unknown
            if walks.is_done(
                walk, page.messages, known=known, newest=newest, last=last, backfill=backfill
            ):
                break
        with self._workspace.write() as tx:
            reached = Cursor(newest or last.newest, now)
            scans.save(tx, self._account_id, walk.name, reached.to_state(), at=now)

    # --- back-fill ---

    def backfill(self, now: datetime) -> Stored:
        """One page further into the past; nothing if it is done or stopped."""
        with self._workspace.read() as tx:
            state = self._backfill(tx)
        if not state.running:
            return Stored()
        path, self._backfill_next = self._backfill_next, None  # after an error: some pages back
        page = self._resumed(state) if path is None else self._provider.next_page(path)
        self._check_link(page)
        return self._take(
            page, now, None, lambda tx, stored: self._note_progress(tx, state, page, stored, now)
        )

    def backfill_state(self) -> Backfill:
        with self._workspace.read() as tx:
            return self._backfill(tx)

    def _resumed(self, state: Backfill) -> Page:
        """From where it came to, some pages back, since deletions pull later rows up; from the
        newest, where the link to there has not lasted.

        Not by date: a date filter leaves out what has no sent date, which is legal (§1.6).
        """
        self._backfill_followed.clear()
        if state.links:
            try:
                return self._provider.next_page(state.links[0])
            except (NotFoundError, ProviderRefusal) as error:
                log.info("the link of the back-fill has not lasted: %s", type(error).__name__)
        return self._provider.list_messages(page_size=PAGE)

    def _check_link(self, page: Page) -> None:
        if page.next_path in self._backfill_followed:
            raise _circle()
        if page.next_path is not None:
            self._backfill_followed.add(page.next_path)

    def _note_progress(
        self, tx: Tx, state: Backfill, page: Page, stored: Stored, now: datetime
    ) -> None:
        times = _times(page)
        # The page's newest: one wild date among them must not seem to be progress.
        reached = max(times, default=state.reached)
        if reached is not None and state.reached is not None:
            reached = min(reached, state.reached)
        past = state.until is not None and bool(times) and max(times) < state.until
        done = page.next_path is None or past
        fresh = self._backfill(tx)  # somebody may have stopped it meanwhile
        count = fresh.count + len(stored.message_ids)
        links = fresh.links if page.next_path is None else (*fresh.links, page.next_path)
        new = replace(
            fresh, reached=reached, count=count, done=done, links=links[-_BACKFILL_OVERLAP:]
        )
        scans.save_backfill(tx, self._account_id, new, at=now)
        self._backfill_next = None if done else page.next_path

    # --- counting a day again ---

    def days(self, since: date, until: date) -> Iterator[Page]:
        """A walk over whole days in UTC, both included."""
        first = self._provider.list_messages(page_size=PAGE, since=since, until=until)
        return self._pages(first)

    def take_late(self, page: Page, now: datetime) -> Stored:
        """Store what no scan has brought: it is news, however old."""
        return self._take(page, now, Backfill(done=True))

    # --- pages ---

    def _pages(self, first: Page) -> Iterator[Page]:
        """The page and those behind it, by the provider's links, none of them twice."""
        page, followed = first, set[str]()
        while True:
            yield page
            if page.next_path is None:
                return
            if page.next_path in followed:
                raise _circle()
            followed.add(page.next_path)
            page = self._provider.next_page(page.next_path)

    def _take(
        self,
        page: Page,
        now: datetime,
        live_after: Backfill | None,
        and_then: Callable[[Tx, Stored], None] | None = None,
    ) -> Stored:
        """Store a page in one short transaction. live_after: what is new by it; None: all is old.

        and_then: what is written with it, or not at all. Where nothing is, nothing is written: the
        hot walk mostly knows all of its page, and every write goes to the disk and wakes windows.
        """
        if and_then is None and not page.poison and not self._has_news(page):
            return Stored()
        live: list[RemoteMessage] = []
        old: list[RemoteMessage] = []
        for message in page.messages:
            is_live = live_after is not None and live_after.covers(message.created_at)
            (live if is_live else old).append(message)
        stored = Stored()
        with self._workspace.write() as tx:
            book = self._shelf.take(tx, now)
            for messages, is_live in ((live, True), (old, False)):
                arrival = Arrival(now, live=is_live, walk_began=now)
                stored |= self._store(tx, book, messages, arrival)
            self._intake.set_aside(tx, page.poison, at=now)
            if and_then is not None:
                and_then(tx, stored)
        self._shelf.keep(book)
        return stored

    def _has_news(self, page: Page) -> bool:
        try:
            with self._workspace.read() as tx:
                return self._intake.has_news(tx, page.messages)
        except _UNREADABLE:  # one of them, which `_store` finds and sets aside
            return True

    def _store(self, tx: Tx, book: Book, part: Sequence[RemoteMessage], arrival: Arrival) -> Stored:
        """All of it, or where one of it cannot be stored, its neighbours without it (GR6)."""
        if not part:
            return Stored()
        try:
            with savepoint(tx):
                return self._intake.store(tx, book, part, arrival)
        except _UNREADABLE as error:
            book.forget()  # what it made meanwhile was taken back
            if len(part) == 1:
                log.warning("a message could not be stored: %s", type(error).__name__)
                poison = Poison(part[0].sid, repr(part[0]), f"not_stored: {type(error).__name__}")
                self._intake.set_aside(tx, [poison], at=arrival.seen_at)
                return Stored()
        half = len(part) // 2
        return self._store(tx, book, part[:half], arrival) | self._store(
            tx, book, part[half:], arrival
        )

    def _cursor(self, tx: Tx, walk: Walk) -> Cursor:
        return Cursor.of(scans.load(tx, self._account_id, walk.name))

    def _backfill(self, tx: Tx) -> Backfill:
        return scans.backfill(tx, self._account_id)


def _times(page: Page) -> list[datetime]:
    return [message.created_at for message in page.messages]


def _is_recent(last: Cursor, now: datetime) -> bool:
    return last.at is not None and now - last.at < _HOT_PAUSE


def _circle() -> ProviderUnreachable:
    return ProviderUnreachable(
        "The provider's list leads in a circle.", "The desk tries again by itself."
    )
