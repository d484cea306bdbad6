"""Placing what a provider lists: one message, one row, in its conversation (R1, R55, GR1-GR6).

Everything that stores a provider's message passes here: scans, back-fill, and the answer of a send.
The result is the same in whatever order and however often messages come.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from sms_desk.domain import delivery, positions
from sms_desk.domain.addresses import Address
from sms_desk.domain.attribution import NO_PROGRAM
from sms_desk.domain.changes import Changes
from sms_desk.domain.compliance import Meaning
from sms_desk.domain.model import DeliveryStatus, Direction
from sms_desk.domain.plain_text import clean_intake
from sms_desk.providers.base import Poison, RemoteMessage
from sms_desk.services import covers
from sms_desk.store import attachments, attempts, conversations, messages, outbox, unplaced
from sms_desk.store.conversations import Found, Key
from sms_desk.store.engine import Tx
from sms_desk.store.ids import new_id
from sms_desk.store.messages import Known, NewMessage
from sms_desk.sync import binding, reactions
from sms_desk.sync.book import Book, peer_address
from sms_desk.sync.listed import (
    cannot_place,
    escaped,
    origin_of,
    raw,
    report_of,
    sighting_of,
)
from sms_desk.sync.slices import Slicer
from sms_desk.sync.sources import Sources

_MICROSECOND = timedelta(microseconds=1)
Keywords = Callable[[str], Meaning | None]


@dataclass(frozen=True, slots=True)
class Arrival:
    """How messages come in. live: by a scan of what is new, not by a back-fill of what was.

    seen_at: by the desk's clock. walk_began: when the walk that brings them began; what was here
    before then and stands below a message in its thread makes that message late (GR5).
    """

    seen_at: datetime
    live: bool
    walk_began: datetime


@dataclass(frozen=True, slots=True)
class Stored:
    """What a batch did. unknown: sids that had not been seen before."""

    conversation_ids: frozenset[UUID] = frozenset()
    message_ids: frozenset[UUID] = frozenset()
    outbox_ids: frozenset[UUID] = frozenset()
    sender_ids: frozenset[UUID] = frozenset()
    contact_ids: frozenset[UUID] = frozenset()
    unknown: frozenset[str] = frozenset()

    @property
    def changes(self) -> Changes:
        touched = {
            "conversation": self.conversation_ids,
            "message": self.message_ids,
            "outbox": self.outbox_ids,
            "sender": self.sender_ids,
            "contact": self.contact_ids,
        }
        return Changes.of(**{name: ids for name, ids in touched.items() if ids})

    def __or__(self, other: Stored) -> Stored:
        return Stored(
            self.conversation_ids | other.conversation_ids,
            self.message_ids | other.message_ids,
            self.outbox_ids | other.outbox_ids,
            self.sender_ids | other.sender_ids,
            self.contact_ids | other.contact_ids,
            self.unknown | other.unknown,
        )


@dataclass(slots=True)
class _Batch:
    """New messages on their way, with sender ID, peer and conversation. unknown: never seen at all."""

    placed: list[tuple[RemoteMessage, UUID, Address, Key]] = field(default_factory=list)
    found: dict[Key, Found] = field(default_factory=dict)
    unknown: set[str] = field(default_factory=set)

    @property
    def conversations(self) -> dict[UUID, Mapping[str, Any]]:
        """As they are without the batch."""
        return {found.id: found.row for found in self.found.values()}


class Intake:
    """Stores the messages of one account. keywords: what a text says to this provider (R39).

    A batch is read for, decided and written as a whole: no statement is for one message. slicer:
    asked between its steps, each of which is short (design §4).
    """

    def __init__(self, account_id: UUID, keywords: Keywords, slicer: Slicer | None = None) -> None:
        self.account_id = account_id
        self._keywords = keywords
        self._slicer = slicer or Slicer()

    def set_aside(self, tx: Tx, poison: Sequence[Poison], *, at: datetime) -> None:
        """Keep what could not be read (GR6)."""
        items = [(item.sid, item.why, escaped(item.raw)) for item in poison]
        unplaced.keep(tx, self.account_id, items, at=at)

    def has_news(self, tx: Tx, listed: Sequence[RemoteMessage]) -> bool:
        """Whether `store` has anything to do: one of them is new or has come further, or may be what
        an attempt in doubt became."""
        known = messages.known(tx, self.account_id, {message.sid for message in listed})
        return any(
            message.sid not in known or _moves(known[message.sid].report, report_of(message))
            for message in listed
        ) or attempts.any_bindable(tx, self.account_id)

    def store(
        self, tx: Tx, book: Book, listed: Sequence[RemoteMessage], arrival: Arrival
    ) -> Stored:
        """Store what is new, move the status of what is known forward."""
        by_sid = {message.sid: message for message in listed}
        if not by_sid:
            return Stored()
        known = messages.known(tx, self.account_id, by_sid)
        stored = self._heard_again(tx, by_sid, known, arrival) if known else Stored()
        fresh = [message for sid, message in by_sid.items() if sid not in known]
        if fresh:
            self._slicer.breathe()
            stored |= self._store_new(tx, book, fresh, arrival)
        return stored

    def _heard_again(
        self,
        tx: Tx,
        by_sid: Mapping[str, RemoteMessage],
        known: dict[str, Known],
        arrival: Arrival,
    ) -> Stored:
        heard = {sid: report_of(by_sid[sid]) for sid in self._slicer.pieces(list(known))}
        moved = messages.merge_reports(tx, self.account_id, heard, known, at=arrival.seen_at)
        touched = frozenset(message.conversation_id for message in moved)
        conversations.refresh(tx, touched)
        offered = self._offer(tx, [by_sid[sid] for sid in known], known, arrival)
        return Stored(
            conversation_ids=touched,
            message_ids=frozenset(message.id for message in moved),
            outbox_ids=frozenset(offered),
        )

    # --- what is new ---

    def _store_new(
        self, tx: Tx, book: Book, fresh: Sequence[RemoteMessage], arrival: Arrival
    ) -> Stored:
        batch = self._place(tx, book, fresh, arrival)
        if not batch.placed:
            return Stored(unknown=frozenset(batch.unknown))
        before = batch.conversations
        rows = self._marked_late(tx, self._rows(tx, book, batch, arrival), before, arrival)
        self._slicer.breathe()
        sources = Sources(tx, book, before, rows)
        rows = [_with_source(row, sources) for row in self._slicer.pieces(rows)]
        rows = messages.insert(tx, rows)
        self._slicer.breathe()
        attachments.expect(tx, [(row.id, row.media_count) for row in rows if row.media_count])
        self._change(tx, book, before, rows, sources, arrival)
        unplaced.resolve(tx, self.account_id, [row.provider_sid for row in rows])
        offered = self._offer(tx, [message for message, *_ in batch.placed], {}, arrival)
        return Stored(
            frozenset(before),
            frozenset(row.id for row in rows),
            frozenset(offered),
            frozenset(book.new_senders),
            frozenset(f.contact_id for f in batch.found.values() if f.contact_created),
            frozenset(batch.unknown),
        )

    def _change(
        self,
        tx: Tx,
        book: Book,
        before: Mapping[UUID, Mapping[str, Any]],
        rows: Sequence[NewMessage],
        sources: Sources,
        arrival: Arrival,
    ) -> None:
        """What the new messages make of their conversations, each written once. before: without
        them."""
        new: dict[UUID, list[NewMessage]] = defaultdict(list)
        for row in rows:
            new[row.conversation_id].append(row)
        changes, recount = conversations.grown(tx, before, new)
        self._slicer.breathe()
        routed = reactions.to_new(tx, book, rows, before, arrival.seen_at, live=arrival.live)
        owned = reactions.owners_found(routed, before)
        for decided in (sources.settle(rows), owned):
            for id_, values in decided.items():
                changes[id_] = changes.get(id_, {}) | values
        self._slicer.breathe()
        conversations.change(tx, changes)
        conversations.refresh(tx, recount)
        covers.settle(tx, arrival.seen_at, book.presence)
        if arrival.live:
            reactions.keep_trails(tx, book, rows, before, routed, arrival.seen_at)
        reactions.tell(tx, book, rows, before, owned, arrival.seen_at, live=arrival.live)
        self._slicer.breathe()

    def _place(
        self, tx: Tx, book: Book, fresh: Sequence[RemoteMessage], arrival: Arrival
    ) -> _Batch:
        batch = _Batch(unknown={message.sid for message in fresh})
        aside: list[tuple[str | None, str, str]] = []
        wanted = {}
        for message in self._slicer.pieces(fresh):
            why = cannot_place(message)
            if why:
                aside.append((message.sid, why, raw(message)))
                continue
            sender_id = book.sender(message)
            peer = peer_address(message.channel, clean_intake(message.peer_raw))
            key = Key(book.home(sender_id), peer.key)
            batch.placed.append((message, sender_id, peer, key))
            wanted[key] = (message.channel, peer)
        if aside:
            waiting = {sid for sid, _, _ in aside if sid is not None}
            batch.unknown -= unplaced.waiting(tx, self.account_id, waiting)
            unplaced.keep(tx, self.account_id, aside, at=arrival.seen_at)
        self._slicer.breathe()
        batch.found = conversations.ensure(tx, wanted, at=arrival.seen_at)
        self._slicer.breathe()
        return batch

    def _rows(self, tx: Tx, book: Book, batch: _Batch, arrival: Arrival) -> list[NewMessage]:
        sids = [m.sid for m, *_ in batch.placed if m.direction is Direction.OUTBOUND]
        ours = attempts.bound(tx, self.account_id, sids)
        rows = []
        for message, sender_id, peer, key in self._slicer.pieces(batch.placed):
            conversation = batch.found[key].row
            row = self._row(book, message, sender_id, peer, conversation, arrival)
            if message.sid in ours:
                row = _by_person(row, outbox.get(tx, ours[message.sid]))
            if arrival.live and row.origin in messages.ASKED_FOR:
                status = DeliveryStatus(row.status)
                check = delivery.next_check(status, timedelta(0), arrival.seen_at)
                row = row._replace(next_check_at=check)
            rows.append(row)
        return rows

    def _row(
        self,
        book: Book,
        message: RemoteMessage,
        sender_id: UUID,
        peer: Address,
        conversation: Mapping[str, Any],
        arrival: Arrival,
    ) -> NewMessage:
        inbound = message.direction is Direction.INBOUND
        body = clean_intake(message.body)
        attributed = NO_PROGRAM
        if not inbound and not message.automatic:
            attributed = book.recogniser.program_of(
                service_id=book.service(message.service_sid),
                sender_id=sender_id,
                body=body,
                at=message.created_at,
            )
        keyword = self._keywords(body) if inbound else None
        report = report_of(message)
        return NewMessage(
            position=positions.of_message(message.created_at, message.sid, outbound=not inbound),
            id=new_id(),
            conversation_id=conversation["id"],
            account_id=self.account_id,
            provider_sid=message.sid,
            direction=message.direction,
            origin=origin_of(message, in_program=attributed.program_id is not None),
            at=message.created_at,
            seen_at=_seen_at(arrival, conversation["closed_at"]),
            late=False,
            sender_id=sender_id,
            peer_raw=peer.raw,
            body=body,
            status=report.status,
            status_text=report.text,
            status_at=arrival.seen_at,
            error_code=report.error_code,
            error_text=report.error_text,
            author_id=None,
            on_behalf_id=None,
            program_id=attributed.program_id,
            program_reason=attributed.reason,
            source_kind=None,
            source_reason=None,
            service_sid=message.service_sid,
            outbox_id=None,
            parts=message.parts,
            price=message.price,
            price_unit=message.price_unit,
            media_count=message.media_count,
            keyword=None if keyword is None else keyword.value,
            next_check_at=None,
        )

    @staticmethod
    def _marked_late(
        tx: Tx,
        rows: list[NewMessage],
        before: Mapping[UUID, Mapping[str, Any]],
        arrival: Arrival,
    ) -> list[NewMessage]:
        """Inbound messages above which something stands that was here before the walk (GR5)."""
        within = {
            row.conversation_id
            for row in rows
            if arrival.live
            and row.direction == Direction.INBOUND
            and row.position < before[row.conversation_id]["last_position"]
        }
        if not within:
            return rows
        seen = messages.newest_seen_before(tx, within, arrival.walk_began)
        return [
            row._replace(late=True)
            if row.direction == Direction.INBOUND
            and row.position < seen.get(row.conversation_id, 0)
            else row
            for row in rows
        ]

    # --- what may be ours (GS7) ---

    def _offer(
        self,
        tx: Tx,
        listed: Sequence[RemoteMessage],
        known: Mapping[str, Known],
        arrival: Arrival,
    ) -> list[UUID]:
        """Offer unbound outbound messages to the attempts in doubt."""
        if not attempts.any_bindable(tx, self.account_id):
            return []
        sightings = [
            sighting_of(message, known[message.sid].seen_at if message.sid in known else None)
            for message in listed
            if message.direction is Direction.OUTBOUND
            and not message.automatic
            and message.sender_raw
            and (message.sid not in known or known[message.sid].outbox_id is None)
        ]
        return binding.offer(tx, self.account_id, sightings, at=arrival.seen_at)


def _moves(known: delivery.Report, heard: delivery.Report) -> bool:
    return delivery.merge(known, heard) != known


def _by_person(row: NewMessage, entry: outbox.Entry) -> NewMessage:
    """One of ours, a person's or an auto-responder's: it answers no program (R5)."""
    return row._replace(
        origin=entry.origin,
        author_id=entry.author_id,
        on_behalf_id=entry.on_behalf_id,
        outbox_id=entry.id,
        program_id=None,
        program_reason=NO_PROGRAM.reason,
    )


def _with_source(row: NewMessage, sources: Sources) -> NewMessage:
    if row.direction != Direction.INBOUND:
        return row
    source = sources.of(row)
    return row._replace(
        source_kind=source.kind, source_reason=source.reason, program_id=source.program_id
    )


def _seen_at(arrival: Arrival, closed_at: datetime | None) -> datetime:
    """After the close that it follows, whatever a clock that stands or goes back says (R8)."""
    if closed_at is None:
        return arrival.seen_at
    return max(arrival.seen_at, closed_at + _MICROSECOND)
