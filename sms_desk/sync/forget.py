"""Giving back what a binding recognised that never should have been: its undo (R61).

A binding that ends keeps what it recognised. One that is taken back ends where it began; then its
messages are walked through once, some pages in each cycle, first what went out, then what
answered it.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from sms_desk.domain.attribution import NO_PROGRAM, Recogniser
from sms_desk.domain.model import Binding, Direction
from sms_desk.store import conversations, message_sources, programs, scans
from sms_desk.store.engine import Tx, Workspace
from sms_desk.store.programs import Taken
from sms_desk.store.remembered import remembered
from sms_desk.sync.book import Book
from sms_desk.sync.intake import Stored
from sms_desk.sync.sources import Sources, Span

_NAME = "taken_bindings"
_PAGE = 500
_PAGES = 10


class Forgetter:
    """Looks through one account's messages."""

    def __init__(self, workspace: Workspace, account_id: UUID) -> None:
        self._workspace = workspace
        self._account_id = account_id
        self.has_more = False

    def run(self, now: datetime) -> Stored:
        """Some pages, or nothing where no binding was taken back."""
        stored = Stored()
        for _ in range(_PAGES):
            with self._workspace.read() as tx:
                state = scans.load(tx, self._account_id, _NAME)
                open_ = _open(remembered(tx, programs.taken_back), state)
            self.has_more = bool(open_)
            if not open_:
                break
            stored |= self._page(open_[0], state, now)
        return stored

    def _page(self, taken: Taken, state: Mapping[str, Any], now: datetime) -> Stored:
        key, direction, below = _place(taken, state)
        with self._workspace.write() as tx:
            rows = message_sources.page_of_program(
                tx, self._account_id, taken.binding.program_id, direction, below=below, limit=_PAGE
            )
            book = Book(tx, self._account_id, at=now)
            step = _give_back if direction is Direction.OUTBOUND else _ask_again
            changed = step(tx, book, taken.binding, rows)
            scans.save(tx, self._account_id, _NAME, _next(state, key, direction, rows), at=now)
        return Stored(conversation_ids=frozenset(changed))


def _open(taken: Sequence[Taken], state: Mapping[str, Any]) -> list[Taken]:
    """One that was bound again and taken back anew is another, by the moment that it began."""
    done = set(state.get("done", ()))
    return [each for each in taken if _key(each) not in done]


def _key(taken: Taken) -> str:
    return str(taken.id)


def _place(taken: Taken, state: Mapping[str, Any]) -> tuple[str, Direction, int | None]:
    key = _key(taken)
    if state.get("key") != key:
        return key, Direction.OUTBOUND, None
    below = state.get("below")
    return key, Direction(state["direction"]), None if below is None else int(below)


def _next(
    state: Mapping[str, Any], key: str, direction: Direction, rows: Sequence[Mapping[Any, Any]]
) -> dict[str, Any]:
    done = list(state.get("done", ()))
    if len(rows) == _PAGE:
        below = str(rows[-1]["position"])
        return {"done": done, "key": key, "direction": direction.value, "below": below}
    if direction is Direction.OUTBOUND:
        return {"done": done, "key": key, "direction": Direction.INBOUND.value, "below": None}
    return {"done": [*done, key]}


def _give_back(
    tx: Tx, book: Book, binding: Binding, rows: Sequence[Mapping[Any, Any]]
) -> set[UUID]:
    """What went out and was this program's by this binding alone. Returns its conversations."""
    known, _ = programs.for_attribution(tx)
    alone = Recogniser({binding.program_id: programs.rule_of(tx, binding.program_id)}, [binding])
    others = Recogniser(known, programs.ever_bound(tx))
    changed = set()
    for row in rows:
        facts = {
            "service_id": book.service(row["service_sid"]),
            "sender_id": row["sender_id"],
            "body": row["body"],
            "at": row["at"],
        }
        if alone.program_of(**facts).reason != row["program_reason"]:
            continue
        found = others.program_of(**facts)
        if found.program_id == binding.program_id:
            continue
        if found == NO_PROGRAM:
            message_sources.forget(tx, row["position"])
        elif found.program_id is not None:
            message_sources.recognise(tx, row["position"], found.program_id, found.reason)
        changed.add(row["conversation_id"])
    conversations.refresh(tx, changed)
    return changed


def _ask_again(
    tx: Tx, book: Book, binding: Binding, rows: Sequence[Mapping[Any, Any]]
) -> set[UUID]:
    spans: dict[UUID, Span] = {}
    for row in rows:
        id_, at = row["conversation_id"], row["at"]
        spans[id_] = spans.get(id_, Span(at, at)).including(at)
    if not spans:
        return set()
    loaded = conversations.load(tx, spans.keys())
    found = Sources(tx, book, loaded, (), spans, forgotten=binding.program_id).settle()
    conversations.change(tx, found)
    return set(found)
