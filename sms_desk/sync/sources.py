"""Giving inbound messages and their conversations a source, in whatever order they arrive (R3, R5)."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from datetime import UTC, datetime, timedelta
from typing import Any, NamedTuple
from uuid import UUID

from sms_desk.domain.attribution import ProgramSend, TakeOver
from sms_desk.domain.model import Direction, ProgramId, Source, SourceReason
from sms_desk.store import message_sources
from sms_desk.store.engine import Tx
from sms_desk.store.message_sources import Answer
from sms_desk.store.messages import NewMessage
from sms_desk.sync.book import Book

_EVER = datetime.max.replace(tzinfo=UTC)
_BEGINNING = datetime.min.replace(tzinfo=UTC)


class Span(NamedTuple):
    """From one time to another, both included."""

    first: datetime
    last: datetime

    def including(self, at: datetime) -> Span:
        return Span(min(self.first, at), max(self.last, at))


Spans = Mapping[UUID, Span]
"""By conversation."""


class Sources:
    """What the sources of one batch of new messages are made from; made before they are stored."""

    def __init__(
        self,
        tx: Tx,
        book: Book,
        conversations: Mapping[UUID, Mapping[str, Any]],
        batch: Sequence[NewMessage],
        again: Spans | None = None,
        *,
        forgotten: UUID | None = None,
    ) -> None:
        """again: when something else has changed what stored messages may answer, besides the
        program sends of the batch; an answer comes up to the longest window after that.

        forgotten: a program of which answers may be taken away again (R61)."""
        self._forgotten = forgotten
        self._tx = tx
        self._recogniser = book.recogniser
        self._conversations = conversations
        if not self._recogniser.programs:
            self._again: dict[UUID, list[Answer]] = {}
            self._sends: dict[UUID, list[ProgramSend]] = {}
            return
        self._again = self._answers_to(again or _sends_of(batch))
        asked = _inbound_of(batch)
        for id_, answers in self._again.items():
            for answer in answers:
                _include(asked, id_, answer.at)
        self._sends = self._sends_before(asked)
        for row in batch:
            if row.conversation_id in asked and _is_send(row):
                self._sends[row.conversation_id].append(_send(row))

    def of(self, row: NewMessage) -> Source:
        return self._of(row.conversation_id, row.at, row.sender_id)

    def settle(self, stored: Sequence[NewMessage] = ()) -> dict[UUID, dict[str, Any]]:
        """Ask again what stored messages answer, and write it down. Returns by conversation what
        its source becomes, empty where only older messages have changed.

        stored: the batch, each with its source. A conversation's source is that of its latest
        human inbound message (R3).
        """
        changed = {id_: self._changed(id_, answers) for id_, answers in self._again.items()}
        message_sources.set_sources(self._tx, [row for rows in changed.values() for row in rows])
        newest = {id_: max(rows) for id_, rows in changed.items() if rows}
        for row in stored:
            if row.direction == Direction.INBOUND:
                answer = _answer(row)
                newest[row.conversation_id] = max(newest.get(row.conversation_id, answer), answer)
        return {id_: self._settled(id_, answer) for id_, answer in newest.items()}

    def _changed(self, conversation_id: UUID, answers: Iterable[Answer]) -> list[Answer]:
        changed = []
        for row in answers:
            if row.source_reason == SourceReason.REBOUND:
                continue  # a person has said so (R61)
            source = self._of(conversation_id, row.at, row.sender_id)
            if source.reason == SourceReason.NONE and (
                self._forgotten is None or row.program_id != self._forgotten
            ):
                continue  # what was recognised stays so
            if (row.program_id, row.source_reason) != (source.program_id, source.reason):
                changed.append(
                    row._replace(
                        source_kind=source.kind,
                        source_reason=source.reason,
                        program_id=source.program_id,
                    )
                )
        return changed

    def _settled(self, conversation_id: UUID, newest: Answer) -> dict[str, Any]:
        conversation = self._conversations[conversation_id]
        older = newest.position < conversation["last_inbound"]
        if older or _is_decided(conversation, newest.at):
            return {}
        values = {
            "source_kind": newest.source_kind,
            "source_program_id": newest.program_id,
            "source_reason": newest.source_reason,
        }
        return {name: value for name, value in values.items() if conversation[name] != value}

    def _of(self, conversation_id: UUID, at: datetime, sender_id: UUID) -> Source:
        return self._recogniser.source_of(
            at=at,
            sender_id=sender_id,
            sends=self._sends.get(conversation_id, ()),
            taken_over=_take_over(self._conversations[conversation_id]),
        )

    # --- reading ---

    def _answers_to(self, spans: Spans) -> dict[UUID, list[Answer]]:
        """Stored messages that may answer something else now."""
        reach = {
            id_: Span(span.first, _later(span.last, self._recogniser.longest_window))
            if _take_over(self._conversations[id_]) is None
            else Span(span.first, _EVER)  # a send that ends a take-over does so for good
            for id_, span in spans.items()
        }
        found: dict[UUID, list[Answer]] = defaultdict(list)
        for answer in message_sources.inbound_between(self._tx, reach, *_whole(reach)):
            span = reach[answer.conversation_id]
            if span.first.replace(microsecond=0) <= answer.at <= span.last:
                found[answer.conversation_id].append(answer)
        return found

    def _sends_before(self, asked: Spans) -> dict[UUID, list[ProgramSend]]:
        """What programs sent that messages of these times may answer."""
        window = self._recogniser.longest_window
        since = {}
        for id_, span in asked.items():
            taken = _take_over(self._conversations[id_])
            first = _earlier(span.first, window)
            since[id_] = Span(first if taken is None else min(first, taken.at), span.last)
        found: dict[UUID, list[ProgramSend]] = defaultdict(list)
        ordinary = {id_: span for id_, span in since.items() if not self._is_taken(id_)}
        taken_over = {id_: span for id_, span in since.items() if self._is_taken(id_)}
        for spans in (ordinary, taken_over):  # one of years must not make all be read for years
            sends = message_sources.program_sends(self._tx, spans, *_whole(spans))
            for id_, send in sends:
                found[id_].append(send)
        return found

    def _is_taken(self, conversation_id: UUID) -> bool:
        return _take_over(self._conversations[conversation_id]) is not None


def _take_over(conversation: Mapping[str, Any]) -> TakeOver | None:
    at: datetime | None = conversation["taken_over_at"]
    return None if at is None else TakeOver(conversation["source_from_id"], at)


def _is_send(row: NewMessage) -> bool:
    return row.direction == Direction.OUTBOUND and row.program_id is not None


def _send(row: NewMessage) -> ProgramSend:
    assert row.program_id is not None
    return ProgramSend(ProgramId(row.program_id), row.at)


def _answer(row: NewMessage) -> Answer:
    return Answer(
        row.position,
        row.conversation_id,
        row.at,
        row.sender_id,
        row.source_kind,
        row.source_reason,
        row.program_id,
    )


def _include(spans: dict[UUID, Span], conversation_id: UUID, at: datetime) -> None:
    spans[conversation_id] = spans.get(conversation_id, Span(at, at)).including(at)


def _sends_of(batch: Sequence[NewMessage]) -> dict[UUID, Span]:
    spans: dict[UUID, Span] = {}
    for row in batch:
        if _is_send(row):
            _include(spans, row.conversation_id, row.at)
    return spans


def _inbound_of(batch: Sequence[NewMessage]) -> dict[UUID, Span]:
    spans: dict[UUID, Span] = {}
    for row in batch:
        if row.direction == Direction.INBOUND:
            _include(spans, row.conversation_id, row.at)
    return spans


def _whole(spans: Spans) -> Span:
    """One span that holds them all."""
    if not spans:
        return Span(_EVER, _EVER)
    return Span(min(s.first for s in spans.values()), max(s.last for s in spans.values()))


def _later(at: datetime, by: timedelta) -> datetime:
    return at + by if _EVER - at > by else _EVER


def _earlier(at: datetime, by: timedelta) -> datetime:
    return at - by if at - _BEGINNING > by else _BEGINNING


def _is_decided(conversation: Mapping[str, Any], newest_inbound: datetime) -> bool:
    """Whether a person's word about the conversation is newer than what the contact wrote."""
    taken_over: datetime | None = conversation["taken_over_at"]
    return taken_over is not None and newest_inbound <= taken_over
