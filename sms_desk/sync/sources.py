"""Giving inbound messages and their conversations a source, in whatever order they arrive (R3, R5)."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from datetime import datetime
from typing import Any, NamedTuple
from uuid import UUID

from sms_desk.domain.attribution import ProgramSend, TakeOver
from sms_desk.domain.model import Direction, ProgramId, Source, SourceReason
from sms_desk.store import conversations as store
from sms_desk.store import message_sources
from sms_desk.store.engine import Tx
from sms_desk.store.messages import NewMessage
from sms_desk.sync.book import Book


class Newest(NamedTuple):
    """A conversation's latest inbound message, and what it answers."""

    position: int
    at: datetime
    source_kind: str | None
    source_reason: str | None
    program_id: UUID | None


class Sources:
    """What the sources of one batch of new messages are made from."""

    def __init__(
        self,
        tx: Tx,
        book: Book,
        conversations: Mapping[UUID, Mapping[str, Any]],
        batch: Sequence[NewMessage],
        *,
        asked: Collection[UUID] = (),
    ) -> None:
        """asked: conversations that are asked about without anything new in them."""
        self._tx = tx
        self._recogniser = book.recogniser
        self._conversations = conversations
        self._batch = batch
        self._sends = self._all_sends({*asked, *(row.conversation_id for row in batch)})

    def of(self, row: NewMessage) -> Source:
        return self._of(row.conversation_id, row.at, row.sender_id)

    def settle(self, stored: Sequence[NewMessage]) -> set[UUID]:
        """After the batch is stored, each with its source: ask again for what its program sends may explain, and give
        each conversation the source of its newest inbound message. Returns the changed ones."""
        asked = self._ask_again(_earliest_sends(self._batch))
        newest = _newest_inbound(stored) | self._stored_newest(asked)
        return {id_ for id_, message in newest.items() if self._settle(id_, message)}

    def ask_again(self, since: Mapping[UUID, datetime]) -> set[UUID]:
        """Ask what stored messages answer from a time on; returns the conversations of which any
        answers something else now."""
        changed = self._ask_again(since)
        for id_, message in self._stored_newest(changed).items():
            self._settle(id_, message)
        return changed

    def _stored_newest(self, ids: Collection[UUID]) -> dict[UUID, Newest]:
        found = {id_: message_sources.newest_inbound(self._tx, id_) for id_ in ids}
        return {id_: Newest(**row) for id_, row in found.items() if row is not None}

    def _ask_again(self, since: Mapping[UUID, datetime]) -> set[UUID]:
        changed = set()
        for conversation_id, at in since.items():
            for row in message_sources.inbound_since(self._tx, conversation_id, at):
                if row["source_reason"] == SourceReason.REBOUND:
                    continue  # a person has said so (R61)
                source = self._of(conversation_id, row["at"], row["sender_id"])
                if source.reason == SourceReason.NONE:
                    continue  # what was recognised stays so
                if (row["program_id"], row["source_reason"]) != (source.program_id, source.reason):
                    message_sources.set_source(
                        self._tx,
                        row["position"],
                        kind=source.kind,
                        program_id=source.program_id,
                        reason=source.reason,
                    )
                    changed.add(conversation_id)
        return changed

    def _settle(self, conversation_id: UUID, newest: Newest) -> bool:
        """The conversation's source is that of its latest human inbound message (R3)."""
        conversation = self._conversations[conversation_id]
        older = newest.position < conversation["last_inbound"]
        if older or _is_decided(conversation, newest.at):
            return False
        values = {
            "source_kind": newest.source_kind,
            "source_program_id": newest.program_id,
            "source_reason": newest.source_reason,
        }
        if all(conversation[name] == value for name, value in values.items()):
            return False
        store.set_source(self._tx, conversation_id, **values)
        return True

    def _of(self, conversation_id: UUID, at: datetime, sender_id: UUID) -> Source:
        conversation = self._conversations[conversation_id]
        taken_over = None
        if conversation["taken_over_at"] is not None:
            taken_over = TakeOver(conversation["source_from_id"], conversation["taken_over_at"])
        return self._recogniser.source_of(
            at=at,
            sender_id=sender_id,
            sends=self._sends.get(conversation_id, ()),
            taken_over=taken_over,
        )

    def _all_sends(self, ids: Collection[UUID]) -> dict[UUID, list[ProgramSend]]:
        if not self._recogniser.programs:
            return {}
        sends = message_sources.program_sends(self._tx, ids)
        for row in self._batch:
            if row.direction == Direction.OUTBOUND and row.program_id is not None:
                sends.setdefault(row.conversation_id, []).append(_send(row))
        return sends


def _send(row: NewMessage) -> ProgramSend:
    assert row.program_id is not None
    return ProgramSend(ProgramId(row.program_id), row.at)


def _earliest_sends(batch: Sequence[NewMessage]) -> dict[UUID, datetime]:
    earliest: dict[UUID, datetime] = {}
    for row in batch:
        if row.direction == Direction.OUTBOUND and row.program_id is not None:
            at = earliest.get(row.conversation_id, row.at)
            earliest[row.conversation_id] = min(at, row.at)
    return earliest


def _newest_inbound(batch: Sequence[NewMessage]) -> dict[UUID, Newest]:
    newest: dict[UUID, Newest] = {}
    for row in batch:
        if row.direction != Direction.INBOUND:
            continue
        known = newest.get(row.conversation_id)
        if known is None or row.position > known.position:
            newest[row.conversation_id] = Newest(
                row.position, row.at, row.source_kind, row.source_reason, row.program_id
            )
    return newest


def _is_decided(conversation: Mapping[str, Any], newest_inbound: datetime) -> bool:
    """Whether a person's word about the conversation is newer than what the contact wrote."""
    taken_over: datetime | None = conversation["taken_over_at"]
    return taken_over is not None and newest_inbound <= taken_over
