"""Programs that were made known after their messages came: looking at those again (R61).

A campaign is often entered when its answers are here already. Whenever programs or bindings change
this walks back over what is stored, some pages in each cycle. It only adds: what was recognised
stays so when a binding ends.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from sms_desk.domain.model import Direction
from sms_desk.store import conversations, message_sources, scans
from sms_desk.store.engine import Tx, Workspace
from sms_desk.sync.book import Book
from sms_desk.sync.intake import Stored
from sms_desk.sync.sources import Sources, Span

_NAME = "programs"
_PAGE = 500
_PAGES = 10
"""In one cycle: some thousands of messages, in transactions of a few milliseconds."""


class LateRecogniser:
    """Looks at one account's messages again."""

    def __init__(self, workspace: Workspace, account_id: UUID) -> None:
        self._workspace = workspace
        self._account_id = account_id
        self.has_more = False

    def run(self, now: datetime) -> Stored:
        """Some pages further back, or nothing where nothing has changed."""
        stored = Stored()
        for _ in range(_PAGES):
            with self._workspace.read() as tx:
                state = scans.load(tx, self._account_id, _NAME)
                stamp = _stamp(Book(tx, self._account_id, at=now))
            if state.get("stamp") != stamp:
                # A first look has nothing to catch up with: intake knew all programs.
                state = {"stamp": stamp, "below": None, "done": not state}
                with self._workspace.write() as tx:
                    scans.save(tx, self._account_id, _NAME, state, at=now)
            self.has_more = not state["done"]
            if not self.has_more:
                break
            stored |= self._page(state, now)
        return stored

    def _page(self, state: dict[str, object], now: datetime) -> Stored:
        below = state["below"]
        with self._workspace.write() as tx:
            rows = message_sources.page(
                tx, self._account_id, below=None if below is None else int(str(below)), limit=_PAGE
            )
            changed = _again(tx, Book(tx, self._account_id, at=now), rows)
            done = len(rows) < _PAGE
            reached = {"below": str(rows[-1]["position"]) if rows else None, "done": done}
            scans.save(tx, self._account_id, _NAME, {**state, **reached}, at=now)
        return Stored(conversation_ids=frozenset(changed))


def _again(tx: Tx, book: Book, rows: Sequence[Mapping[Any, Any]]) -> set[UUID]:
    """Recognise what goes out, then ask again what the answers answer. Returns what changed."""
    spans: dict[UUID, Span] = {}
    sent = set[UUID]()
    for row in rows:
        if row["direction"] == Direction.OUTBOUND:
            if not _recognised(tx, book, row):
                continue
            sent.add(row["conversation_id"])
        id_, at = row["conversation_id"], row["at"]
        spans[id_] = spans.get(id_, Span(at, at)).including(at)
    if not spans:
        return sent
    found = Sources(tx, book, conversations.load(tx, spans.keys()), (), spans).settle()
    conversations.change(tx, found)
    conversations.refresh(tx, sent)
    return sent | found.keys()


def _recognised(tx: Tx, book: Book, row: Mapping[Any, Any]) -> bool:
    found = book.recogniser.program_of(
        service_id=book.service(row["service_sid"]),
        sender_id=row["sender_id"],
        body=row["body"],
        at=row["at"],
    )
    if found.program_id is None:
        return False
    message_sources.recognise(tx, row["position"], found.program_id, found.reason)
    return True


def _stamp(book: Book) -> str:
    told = repr(book.recogniser.told)
    return hashlib.blake2b(told.encode(), digest_size=16).hexdigest()
