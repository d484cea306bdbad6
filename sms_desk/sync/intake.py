"""Placing what a provider lists: one message, one row, in its conversation (R1, R55, GR1-GR6).

Everything that stores a provider's message passes here: scans, back-fill, and the answer of a send.
The result is the same in whatever order and however often messages come.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from sms_desk.domain import delivery, positions
from sms_desk.domain.addresses import Address
from sms_desk.domain.attribution import NO_PROGRAM
from sms_desk.domain.compliance import Meaning
from sms_desk.domain.model import DeliveryStatus, Direction
from sms_desk.domain.plain_text import clean_intake
from sms_desk.providers.base import Poison, RemoteMessage
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
    """What a batch did. new: how many messages are new here; inbound: conversations that a contact
    wrote to (live only); unknown: sids that had not been seen before."""

    conversation_ids: frozenset[UUID] = frozenset()
    message_ids: frozenset[UUID] = frozenset()
    inbound: frozenset[UUID] = frozenset()
    outbox_ids: frozenset[UUID] = frozenset()
    sender_ids: frozenset[UUID] = frozenset()
    contact_ids: frozenset[UUID] = frozenset()
    unknown: frozenset[str] = frozenset()

    def __or__(self, other: Stored) -> Stored:
        return Stored(
            self.conversation_ids | other.conversation_ids,
            self.message_ids | other.message_ids,
            self.inbound | other.inbound,
            self.outbox_ids | other.outbox_ids,
            self.sender_ids | other.sender_ids,
            self.contact_ids | other.contact_ids,
            self.unknown | other.unknown,
        )


@dataclass(slots=True)
class _Batch:
    """New messages on their way, with sender ID, peer and conversation. unknown: never seen at all."""

    placed: list[tuple[RemoteMessage, UUID, Address]] = field(default_factory=list)
    found: dict[Key, Found] = field(default_factory=dict)
    unknown: set[str] = field(default_factory=set)


class Intake:
    """Stores the messages of one account. keywords: what a text says to this provider (R39).

    breathe: called between the steps of a batch, each of which is short (design §4).
    """

    def __init__(
        self, account_id: UUID, keywords: Keywords, breathe: Callable[[], None] = lambda: None
    ) -> None:
        self.account_id = account_id
        self._keywords = keywords
        self._breathe = breathe

    def set_aside(self, tx: Tx, poison: Sequence[Poison], *, at: datetime) -> None:
        """Keep what could not be read (GR6)."""
        items = [(item.sid, item.why, escaped(item.raw)) for item in poison]
        unplaced.keep(tx, self.account_id, items, at=at)

    def store(
        self, tx: Tx, book: Book, listed: Sequence[RemoteMessage], arrival: Arrival
    ) -> Stored:
        """Store what is new, move the status of what is known forward."""
        by_sid = {message.sid: message for message in listed}
        known = messages.known(tx, self.account_id, by_sid)
        moved = messages.merge_reports(
            tx,
            self.account_id,
            {sid: report_of(by_sid[sid]) for sid in known},
            known,
            at=arrival.seen_at,
        )
        touched = frozenset(message.conversation_id for message in moved)
        conversations.refresh(tx, touched)
        offered = self._offer(tx, [by_sid[sid] for sid in known], known, arrival)
        fresh = [message for sid, message in by_sid.items() if sid not in known]
        stored = self._store_new(tx, book, fresh, arrival)
        return stored | Stored(
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
        ids = {found.id for found in batch.found.values()}
        before = conversations.load(tx, ids)
        self._breathe()
        rows = self._rows(tx, book, batch, arrival, before)
        self._breathe()
        sources = Sources(tx, book, before, rows)
        rows = [_with_source(row, sources) for row in rows]
        self._breathe()
        rows = messages.insert(tx, rows)
        self._breathe()
        attachments.expect(tx, [(row.id, row.media_count) for row in rows])
        sources.settle(rows)
        conversations.refresh(tx, ids)
        self._breathe()
        reactions.to_new(tx, book, rows, before, arrival.seen_at, live=arrival.live)
        unplaced.resolve(
            tx, self.account_id, [row.provider_sid for row in rows], at=arrival.seen_at
        )
        offered = self._offer(tx, [message for message, _, _ in batch.placed], {}, arrival)
        wrote = {row.conversation_id for row in rows if row.direction == Direction.INBOUND}
        return Stored(
            frozenset(ids),
            frozenset(row.id for row in rows),
            frozenset(wrote) if arrival.live else frozenset(),
            frozenset(offered),
            frozenset(book.new_senders),
            frozenset(f.contact_id for f in batch.found.values() if f.contact_created),
            frozenset(batch.unknown),
        )

    def _place(
        self, tx: Tx, book: Book, fresh: Sequence[RemoteMessage], arrival: Arrival
    ) -> _Batch:
        batch = _Batch(unknown={message.sid for message in fresh})
        aside: list[tuple[str | None, str, str]] = []
        wanted = {}
        for message in fresh:
            why = cannot_place(message)
            if why:
                aside.append((message.sid, why, raw(message)))
                continue
            sender_id = book.sender(message)
            peer = peer_address(message.channel, clean_intake(message.peer_raw))
            batch.placed.append((message, sender_id, peer))
            wanted[Key(book.home(sender_id), peer.key)] = (message.channel, peer)
        if aside:
            waiting = {sid for sid, _, _ in aside if sid is not None}
            batch.unknown -= unplaced.waiting(tx, self.account_id, waiting)
            unplaced.keep(tx, self.account_id, aside, at=arrival.seen_at)
        batch.found = conversations.ensure(tx, wanted, at=arrival.seen_at)
        return batch

    def _rows(
        self,
        tx: Tx,
        book: Book,
        batch: _Batch,
        arrival: Arrival,
        before: Mapping[UUID, Mapping[str, Any]],
    ) -> list[NewMessage]:
        sids = [m.sid for m, _, _ in batch.placed if m.direction is Direction.OUTBOUND]
        ours = attempts.bound(tx, self.account_id, sids) if sids else {}
        rows = []
        for message, sender_id, peer in batch.placed:
            conversation_id = batch.found[Key(book.home(sender_id), peer.key)].id
            row = self._row(book, message, sender_id, peer, arrival)._replace(
                conversation_id=conversation_id,
                seen_at=_seen_at(arrival, before[conversation_id]["closed_at"]),
            )
            if message.sid in ours:
                row = _by_person(row, outbox.get(tx, ours[message.sid]))
            if arrival.live and row.origin in messages.ASKED_FOR:
                status = DeliveryStatus(row.status)
                check = delivery.next_check(status, timedelta(0), arrival.seen_at)
                row = row._replace(next_check_at=check)
            if _is_late(tx, row, before[conversation_id], arrival):
                row = row._replace(late=True)
            rows.append(row)
        return rows

    def _row(
        self, book: Book, message: RemoteMessage, sender_id: UUID, peer: Address, arrival: Arrival
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
            conversation_id=_NOWHERE,
            account_id=self.account_id,
            provider_sid=message.sid,
            direction=message.direction,
            origin=origin_of(message, in_program=attributed.program_id is not None),
            at=message.created_at,
            seen_at=arrival.seen_at,
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

    # --- what may be ours (GS7) ---

    def _offer(
        self,
        tx: Tx,
        listed: Sequence[RemoteMessage],
        known: Mapping[str, Known],
        arrival: Arrival,
    ) -> list[UUID]:
        """Offer unbound outbound messages to the attempts in doubt."""
        sightings = [
            sighting_of(message, known[message.sid].seen_at if message.sid in known else None)
            for message in listed
            if message.direction is Direction.OUTBOUND
            and not message.automatic
            and message.sender_raw
            and (message.sid not in known or known[message.sid].outbox_id is None)
        ]
        return binding.offer(tx, self.account_id, sightings, at=arrival.seen_at)


_NOWHERE = UUID(int=0)


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


def _is_late(tx: Tx, row: NewMessage, conversation: Mapping[str, Any], arrival: Arrival) -> bool:
    return (
        arrival.live
        and row.direction == Direction.INBOUND
        and row.position < conversation["last_position"]
        and messages.newer_seen_before(tx, row.conversation_id, row.position, arrival.walk_began)
    )
