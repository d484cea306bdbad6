"""What is said in a generated workspace: conversations, long and short, told in the order of time."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import accumulate
from random import Random
from uuid import UUID

from sms_desk.domain import positions
from sms_desk.store.types import from_micros, to_micros
from tests.bench.cast import Cast, Contact, Ids, Program
from tests.bench.words import Texts

SPAN = timedelta(days=730)
LONGEST = 10_000
"""Messages of the one very long conversation (design §9)."""
RECENT = timedelta(days=21)

KINDS = {"silent": 25, "campaign": 20, "service": 15, "direct": 40}
"""Percent of conversations: bulk recipients who never answer, those who do, services, and people."""

MESSAGE_COLUMNS = (
    "position",
    "id",
    "conversation_id",
    "account_id",
    "provider_sid",
    "direction",
    "origin",
    "at",
    "seen_at",
    "sender_id",
    "peer_raw",
    "body",
    "status",
    "status_at",
    "author_id",
    "program_id",
    "program_reason",
    "source_kind",
    "source_reason",
    "media_count",
)
Row = tuple[object, ...]


@dataclass(slots=True)
class Line:
    """One conversation while it is being told."""

    id: UUID
    key: bytes
    contact_id: UUID
    number: str
    sender_id: UUID
    sender_key: bytes
    kind: str
    program: Program | None
    owner_id: UUID | None
    author_key: bytes
    begun: int = 0  # microseconds since 1970, like all times here
    ended: int = 0
    told: int = 0
    last_position: int = 0
    last_inbound: int = 0
    waiting: bool = False
    answers_program: bool = False


def lines(cast: Cast, rng: Random, ids: Ids, wanted: int) -> list[Line]:
    """The conversations, each of another contact or with another of our sender IDs (R1).

    The first is a direct one: it becomes the long one.
    """
    pairs = _pairs(cast, rng, wanted)
    kinds = ["direct", *rng.choices(list(KINDS), weights=list(KINDS.values()), k=wanted - 1)]
    people = cast.people
    weights = list(accumulate(1 / (n + 3) for n in range(len(people))))
    owners = rng.choices(people, cum_weights=weights, k=wanted)
    unowned = rng.choices((True, False), weights=(15, 85), k=wanted)
    found = []
    for (contact, sender_id), kind, owner, nobody in zip(
        pairs, kinds, owners, unowned, strict=True
    ):
        wished = "service" if kind == "service" else "campaign"
        fitting = [p for p in cast.programs if p.kind == wished] if kind != "direct" else []
        id_ = ids.next()
        found.append(
            Line(
                id_,
                id_.bytes,
                contact.id,
                contact.number,
                sender_id,
                sender_id.bytes,
                kind,
                rng.choice(fitting) if fitting else None,
                None if nobody else owner,
                owner.bytes,
            )
        )
    return found


def _pairs(cast: Cast, rng: Random, wanted: int) -> list[tuple[Contact, UUID]]:
    contacts, senders = cast.contacts, cast.sender_ids
    if wanted > len(contacts) * len(senders):
        raise SystemExit(f"at most {len(contacts) * len(senders)} conversations are possible")
    shift = [rng.randrange(len(senders)) for _ in contacts]
    return [
        (
            contacts[n % len(contacts)],
            senders[(shift[n % len(contacts)] + n // len(contacts)) % len(senders)],
        )
        for n in range(wanted)
    ]


def schedule(rng: Random, conversations: int, messages: int) -> list[int]:
    """For each message in the order of time, which conversation it belongs to.

    Each has one; the first has LONGEST, or a tenth of all; the rest falls as in life, much on few.
    """
    long_one = min(LONGEST, messages // 10)
    rest = max(0, messages - conversations - long_one)
    weights = list(accumulate(1 / (n + 20) ** 0.8 for n in range(conversations - 1)))
    told = list(range(conversations)) + [0] * (long_one - 1)
    told += rng.choices(range(1, conversations), cum_weights=weights, k=rest + 1)
    told = told[:messages]
    rng.shuffle(told)
    return told


class Telling:
    """Tells the messages one after the other and keeps what the conversations' rows need."""

    def __init__(self, cast: Cast, rng: Random, ids: Ids, texts: Texts, start: datetime) -> None:
        self._cast, self._rng, self._ids, self._texts = cast, rng, ids, texts
        self._start = to_micros(start)
        self._account = cast.account_id.bytes
        self._second, self._taken = -1, set[int]()

    def messages(self, talk: list[Line], told: list[int]) -> Iterator[tuple[Row, str]]:
        """Each message's row, oldest first, and what the search index is fed for it."""
        step = SPAN / len(told) / timedelta(microseconds=1)
        bodies = self._texts.bodies(len(told))
        chances = self._rng.random
        for n, (index, (body, tokens)) in enumerate(zip(told, bodies, strict=True)):
            at = self._start + int((n + chances()) * step) // 1_000_000 * 1_000_000
            yield self._row(talk[index], n, at, body), tokens

    def _row(self, line: Line, n: int, at: int, body: str) -> Row:
        direction, origin = self._voice(line)
        sid = f"SM{n:032x}"
        position = self._position(at, sid)
        inbound = direction == "inbound"
        program = line.program if line.program and (line.answers_program or not inbound) else None
        by_program = program is not None and (inbound or origin == "program")
        if not line.told:
            line.begun = at
        line.told += 1
        line.ended, line.last_position = at, position
        if inbound:
            line.last_inbound, line.waiting = position, True
        elif origin in ("person", "elsewhere"):
            line.waiting = False
        return (
            position,
            self._ids.raw(),
            line.key,
            self._account,
            sid,
            direction,
            origin,
            at,
            at + 2_000_000,
            line.sender_key,
            line.number,
            body,
            "received" if inbound else self._status(),
            None if inbound else at + 5_000_000,
            line.author_key if origin == "person" else None,
            program.id.bytes if program and by_program else None,
            "recent_send" if program and inbound else "messaging_service" if by_program else "none",
            (program.kind if program else "direct") if inbound else None,
            ("recent_send" if program else "none") if inbound else None,
            1 if n % 100 == 7 else 0,
        )

    def _voice(self, line: Line) -> tuple[str, str]:
        """Who speaks next."""
        chance = self._rng.random()
        if line.kind == "silent" or (line.program and not line.told):
            line.answers_program = True
            return "outbound", "program"
        if chance < 0.55:
            return "inbound", "contact"
        if line.program and chance < 0.6:
            return "outbound", "program"
        if chance < 0.63:
            return "outbound", "automatic"
        return "outbound", "elsewhere" if chance > 0.97 else "person"

    def _status(self) -> str:
        chance = self._rng.random()
        return "delivered" if chance < 0.93 else "sent" if chance < 0.98 else "failed"

    def _position(self, at: int, sid: str) -> int:
        second = at // 1_000_000
        if second != self._second:
            self._second, self._taken = second, set()
        position = positions.of_message(from_micros(at), sid)
        while position in self._taken:
            position = positions.after(position)
        self._taken.add(position)
        return position
