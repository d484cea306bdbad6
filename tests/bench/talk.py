"""What is said in a generated workspace: conversations, long and short, told in the order of time.

A conversation is a few episodes of some days; most have one, busy ones many. Whoever was written to
by a campaign and never answered fills no inbox (R51). What a conversation's row caches is kept while
it is told, as the store would derive it; a test rebuilds and compares.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import accumulate
from random import Random
from uuid import UUID

from sms_desk.domain import positions
from tests.bench.cast import Cast, Contact, Ids, Program, Sender
from tests.bench.words import Texts

SPAN = timedelta(days=730)
LONGEST = 10_000
"""Messages of the one very long conversation (design §9)."""
SILENT = 0.35
"""Share of conversations that are a campaign's recipients who never answer."""
KINDS = {"campaign": 20, "service": 15, "direct": 65}
"""Percent of the others: who answered a campaign, who spoke with a service, and people."""
EPISODE = int(timedelta(days=3).total_seconds())

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
    "error_code",
    "author_id",
    "program_id",
    "program_reason",
    "source_kind",
    "source_reason",
    "media_count",
)
Row = tuple[object, ...]

_MOMENT_BITS = 20
_MOST = 1 << _MOMENT_BITS
_SECOND = 1_000_000
_BODIES = 50_000
_FREE = 1_000
"""Places remembered as taken; a moment is never that far from the one before."""
_SNIPPET = 200


@dataclass(slots=True)
class Line:
    """One conversation while it is being told. Times are microseconds since 1970."""

    id: UUID
    key: bytes
    contact_id: UUID
    number: str
    sender: Sender
    kind: str
    program: Program | None
    owner_id: UUID | None
    author_key: bytes
    begun: int = 0
    ended: int = 0
    told: int = 0
    last_position: int = 0
    last_inbound: int = 0
    last_outbound: int = 0
    answered: int = 0
    waiting_since: int | None = None
    failed: bool = False
    last_body: str = ""
    last_origin: str = ""

    @property
    def listed(self) -> bool:
        return bool(self.last_inbound or self.answered)

    @property
    def snippet(self) -> str:
        return " ".join(self.last_body[: 4 * _SNIPPET].split())[:_SNIPPET]


def lines(cast: Cast, rng: Random, ids: Ids, wanted: int) -> list[Line]:
    """The conversations, each of another contact or with another of our sender IDs (R1).

    The first is a direct one and becomes the long one; the last are the silent ones.
    """
    silent = int(wanted * SILENT)
    kinds = ["direct", *rng.choices(list(KINDS), list(KINDS.values()), k=wanted - silent - 1)]
    kinds += ["silent"] * silent
    weights = list(accumulate(1 / (n + 3) for n in range(len(cast.people))))
    owners = rng.choices(cast.people, cum_weights=weights, k=wanted)
    unowned = rng.choices((True, False), weights=(15, 85), k=wanted)
    partners = _Partners(cast, rng)
    found = []
    for kind, owner, nobody in zip(kinds, owners, unowned, strict=True):
        program, sender, contact = partners.next(kind)
        id_ = ids.next()
        owner_id = None if nobody or kind == "silent" else sender.holder_id or owner
        found.append(
            Line(
                id_,
                id_.bytes,
                contact.id,
                contact.number,
                sender,
                kind,
                program,
                owner_id,
                (owner_id or owner).bytes,
            )
        )
    return found


class _Partners:
    """Hands out pairs of a contact and a sender ID, none of them twice."""

    def __init__(self, cast: Cast, rng: Random) -> None:
        self._cast, self._rng = cast, rng
        self._free: dict[UUID, int] = {}

    def next(self, kind: str) -> tuple[Program | None, Sender, Contact]:
        if kind == "direct":
            program, sender = None, self._rng.choice(self._cast.direct)
        else:
            wished = "service" if kind == "service" else "campaign"
            program = self._rng.choice([p for p in self._cast.programs if p.kind == wished])
            sender = program.sender
        contacts = self._cast.contacts
        # Each sender ID goes through all contacts from a place of its own.
        n = self._free.setdefault(sender.id, self._rng.randrange(len(contacts)))
        self._free[sender.id] = n + 1
        return program, sender, contacts[n % len(contacts)]


def schedule(rng: Random, start: datetime, conversations: int, messages: int) -> list[int]:
    """For each message, in the order of time, when it falls and to whom it belongs: see `moment`.

    Each conversation has one; the first has LONGEST, or a tenth of all; much falls on few.
    """
    if conversations > _MOST:
        raise SystemExit(f"at most {_MOST} conversations are possible")
    long_one = min(LONGEST, messages // 10)
    talking = max(2, conversations - int(conversations * SILENT))
    rest = max(0, messages - conversations - long_one)
    weights = list(accumulate(1 / (n + 20) ** 0.8 for n in range(talking - 1)))
    told = list(range(conversations)) + [0] * (long_one - 1)
    told += rng.choices(range(1, talking), cum_weights=weights, k=rest + 1)
    del told[messages:]
    begin, chance = int(start.timestamp()), rng.random
    # The last episode ends where the workspace ends.
    span = int(SPAN.total_seconds()) - EPISODE
    often = [1 + int(chance() ** 3 * 6) for _ in range(conversations)]
    often[0] = 200
    episodes = [tuple(begin + int(chance() * span) for _ in range(n)) for n in often]
    moments = []
    for index in told:
        own = episodes[index]
        second = own[int(chance() * len(own))] + int(chance() ** 3 * EPISODE)
        moments.append(second << _MOMENT_BITS | index)
    moments.sort()
    return moments


def moment(packed: int) -> tuple[int, int]:
    """(second since 1970, which conversation)."""
    return packed >> _MOMENT_BITS, packed & _MOST - 1


class Telling:
    """Tells the messages one after the other and keeps what the conversations' rows need."""

    def __init__(self, cast: Cast, rng: Random, ids: Ids, texts: Texts) -> None:
        self._rng, self._ids, self._texts = rng, ids, texts
        self._account = cast.account_id.bytes
        self._taken = set[int]()

    def messages(self, talk: list[Line], told: list[int]) -> Iterator[tuple[Row, str]]:
        """Each message's row, oldest first, and what the search index is fed for it."""
        for begin in range(0, len(told), _BODIES):
            part = told[begin : begin + _BODIES]
            bodies = self._texts.bodies(len(part))
            for n, (packed, (body, tokens)) in enumerate(zip(part, bodies, strict=True), begin):
                second, index = moment(packed)
                yield self._row(talk[index], n, second * _SECOND, body), tokens

    def _row(self, line: Line, n: int, at: int, body: str) -> Row:
        direction, origin = self._voice(line)
        inbound = direction == "inbound"
        sid = f"SM{n:032x}"
        if at <= line.ended:
            at = line.ended + _SECOND  # a thread's seconds differ, so that its order is plain
        position = self._position(at // _SECOND, sid, outbound=not inbound)
        status = "received" if inbound else self._status()
        program = line.program
        sends = program is not None and origin == "program"
        line.begun = line.begun or at
        line.told += 1
        line.ended, line.last_position = at, position
        line.last_body, line.last_origin = body, origin
        if inbound:
            line.last_inbound = position
            line.waiting_since = line.waiting_since or at
        else:
            line.last_outbound = position
        if origin in ("person", "elsewhere"):
            line.answered, line.waiting_since = position, None
            line.failed = status in ("failed", "undelivered")
        return (
            position,
            self._ids.raw(),
            line.key,
            self._account,
            sid,
            direction,
            origin,
            at,
            at + 2 * _SECOND,
            program.one_way.key if program and sends and program.one_way else line.sender.key,
            line.number,
            body,
            status,
            None if inbound else at + 5 * _SECOND,
            "30003" if status in ("failed", "undelivered") else None,
            line.author_key if origin == "person" else None,
            program.key if program and (sends or inbound) else None,
            (program.reason if sends else "recent_send")
            if program and (sends or inbound)
            else "none",
            (program.kind if program else "direct") if inbound else None,
            ("recent_send" if program else "none") if inbound else None,
            1 if n % 100 == 7 else 0,
        )

    def _voice(self, line: Line) -> tuple[str, str]:
        """Who speaks next."""
        if line.kind == "silent" or (line.program and not line.told):
            return "outbound", "program"
        chance = self._rng.random()
        if chance < 0.5 or (line.program and line.told == 1):
            return "inbound", "contact"
        if line.program and chance < 0.6:
            return "outbound", "program"
        if chance < 0.62:
            return "outbound", "automatic"
        return "outbound", "elsewhere" if chance > 0.97 else "person"

    def _status(self) -> str:
        chance = self._rng.random()
        if chance < 0.98:
            return "delivered" if chance < 0.94 else "sent"
        return "undelivered" if chance < 0.99 else "failed"

    def _position(self, second: int, sid: str, *, outbound: bool) -> int:
        """`positions.of_message`, which a test compares, without making times for it."""
        tie = positions.tie_break(sid) | outbound << 27
        position = second << 30 | tie << 2
        if len(self._taken) > _FREE:
            self._taken.clear()
        while position in self._taken:
            position += 4
        self._taken.add(position)
        return position
