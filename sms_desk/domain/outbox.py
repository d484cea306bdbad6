"""The rules by which a composed message is sent once (algorithms §1.2-1.5, R32).

Most providers take no key that would make a second POST harmless. So a message has numbered
*attempts*, each at most one POST (I1), and an attempt whose answer was lost is looked up in the
provider's list. What cannot be known becomes a question to a person; nothing is sent again by itself.
"""

from __future__ import annotations

import hashlib
import unicodedata
from collections.abc import Iterable, Mapping
from datetime import datetime, timedelta
from types import MappingProxyType
from typing import TypeVar
from uuid import UUID

from sms_desk.domain.frozen import dataclass
from sms_desk.domain.model import AttemptState, Channel, OutboxState

CLAIM_LASTS = timedelta(seconds=5)
"""Of monotonic time: a POST that would start later becomes `not_sent` instead (§1.3)."""
EXPIRES_AFTER = timedelta(minutes=30)
"""From composing to the claim; a longer wait asks the writer (§1.3)."""

# --- states and moves -----------------------------------------------------------------------------

_S = OutboxState
FINAL = frozenset({_S.ACCEPTED, _S.REFUSED, _S.WITHDRAWN})
"""Nothing more happens by itself. A late sighting may still turn the other two into ACCEPTED, and
a person who has seen a refusal may put the message away."""

CONTESTED = frozenset({"unseen", "ownership"})
"""Reasons of a held message that lie in what others did in the conversation: they go on meanwhile."""

MOVES: Mapping[OutboxState, frozenset[OutboxState]] = MappingProxyType(
    {
        _S.QUEUED: frozenset({_S.CLAIMED, _S.HELD, _S.WITHDRAWN, _S.ACCEPTED}),
        _S.CLAIMED: frozenset({_S.SENDING, _S.QUEUED}),
        _S.SENDING: frozenset({_S.ACCEPTED, _S.REFUSED, _S.IN_DOUBT, _S.QUEUED}),
        _S.HELD: frozenset({_S.QUEUED, _S.WITHDRAWN, _S.ACCEPTED}),
        _S.IN_DOUBT: frozenset({_S.ACCEPTED, _S.ASK, _S.QUEUED, _S.WITHDRAWN}),
        _S.ASK: frozenset({_S.ACCEPTED, _S.QUEUED, _S.WITHDRAWN}),
        _S.ACCEPTED: frozenset(),
        _S.REFUSED: frozenset({_S.WITHDRAWN, _S.ACCEPTED}),
        _S.WITHDRAWN: frozenset({_S.ACCEPTED}),
    }
)
"""ACCEPTED is reached from everywhere but CLAIMED: a superseded attempt may be sighted at any time."""

_A = AttemptState
OPEN_ATTEMPTS = frozenset({_A.CLAIMED, _A.SENDING, _A.IN_DOUBT, _A.ASK})
"""At most one of these in a lane (I5)."""
DOUBTFUL = frozenset({_A.IN_DOUBT, _A.ASK})
BINDABLE = DOUBTFUL | {_A.SUPERSEDED}
"""Attempts to which a message of the provider's list may belong."""

ATTEMPT_MOVES: Mapping[AttemptState, frozenset[AttemptState]] = MappingProxyType(
    {
        _A.CLAIMED: frozenset({_A.SENDING, _A.NOT_SENT}),
        _A.SENDING: frozenset({_A.ACCEPTED, _A.REFUSED, _A.NOT_SENT, _A.IN_DOUBT}),
        _A.IN_DOUBT: frozenset({_A.ASK, _A.ACCEPTED, _A.SUPERSEDED}),
        _A.ASK: frozenset({_A.ACCEPTED, _A.SUPERSEDED}),
        _A.SUPERSEDED: frozenset({_A.ACCEPTED}),
        _A.NOT_SENT: frozenset(),
        _A.ACCEPTED: frozenset(),
        _A.REFUSED: frozenset(),
    }
)

_State = TypeVar("_State", OutboxState, AttemptState)


class IllegalMove(AssertionError):
    """A state change that the rules do not know: a mistake in the desk, never a person's."""


def move(current: OutboxState, new: OutboxState) -> OutboxState:
    """`new`, if a composed message may go there from `current`."""
    return _checked(MOVES[current], current, new)


def move_attempt(current: AttemptState, new: AttemptState) -> AttemptState:
    """`new`, if an attempt may go there from `current`."""
    return _checked(ATTEMPT_MOVES[current], current, new)


def _checked(allowed: frozenset[_State], current: _State, new: _State) -> _State:
    if new not in allowed:
        raise IllegalMove(f"{current} -> {new}")
    return new


def assert_may_attempt(previous: AttemptState | None) -> None:
    """I2: another attempt only if the last one is proved not sent, or a person decided."""
    if previous not in (None, AttemptState.NOT_SENT, AttemptState.SUPERSEDED):
        raise IllegalMove(f"another attempt after {previous}")


# --- lanes ----------------------------------------------------------------------------------------


def normalised(body: str) -> str:
    """A text as two copies of it are compared: composed letters, runs of white space as one.

    Providers trim ends, change line ends and return another normal form than was sent (§1.1).
    """
    return " ".join(unicodedata.normalize("NFC", body).split())


def lane(channel: Channel, sender_key: str, peer_key: str, body: str) -> str:
    """What two messages share that the provider's list cannot tell apart (§1.2).

    sender_key, peer_key: match keys (R53), since the provider may return another spelling.
    """
    parts = "\0".join((channel, sender_key, peer_key, normalised(body)))
    return hashlib.blake2b(parts.encode("utf-8", "surrogatepass"), digest_size=16).hexdigest()


# --- a doubtful attempt and what the provider's list shows --------------------------------------

_EARLIEST = timedelta(seconds=5)
"""Before the attempt: one-second stamps and the error of the clock offset."""
_LATEST = timedelta(seconds=95)
"""After it: read timeout, the provider's own time, slack."""
_OFFSET_UNKNOWN = timedelta(minutes=10)
LIST_BACK_TO = timedelta(hours=1)
"""How far before the attempt a look-up reads: a queued message's place in the list is not known."""


@dataclass(frozen=True, slots=True)
class Doubt:
    """An attempt whose answer was lost. offset: provider's clock minus ours, None if unknown."""

    outbox_id: UUID
    n: int
    lane: str
    started_at: datetime
    offset: timedelta | None


@dataclass(frozen=True, slots=True)
class Sighting:
    """An outbound message in the provider's list that is bound to no attempt.

    seen_at: when this workspace first stored it, None if it is new here.
    """

    sid: str
    lane: str
    created_at: datetime
    seen_at: datetime | None = None


def could_be(doubt: Doubt, sighting: Sighting) -> bool:
    """Whether the sighting may be the doubtful attempt's own copy (§1.5, 2)."""
    if sighting.lane != doubt.lane:
        return False
    if sighting.seen_at is not None and sighting.seen_at < doubt.started_at:
        return False
    earliest, latest = _bounds(doubt)
    return earliest <= sighting.created_at <= latest


def own_copies(
    doubts: Iterable[Doubt], sightings: Iterable[Sighting]
) -> list[tuple[Doubt, Sighting]]:
    """Which sighting is whose: each doubt owns at most one, each sighting belongs to at most one.

    The earliest sighting that fits is the doubt's own, any others were sent from elsewhere (§1.5,
    3). Where a person sent again within the same minute, a copy fits both attempts: it belongs to
    the later one, or the earlier copy, listed late, would find its own attempt taken.
    """
    free = sorted(doubts, key=lambda doubt: (doubt.started_at, doubt.n), reverse=True)
    found = []
    for sighting in sorted(sightings, key=lambda sighting: (sighting.created_at, sighting.sid)):
        owner = next((doubt for doubt in free if could_be(doubt, sighting)), None)
        if owner is not None:
            free.remove(owner)
            found.append((owner, sighting))
    return found


def _bounds(doubt: Doubt) -> tuple[datetime, datetime]:
    if doubt.offset is None:
        return doubt.started_at - _OFFSET_UNKNOWN, doubt.started_at + _OFFSET_UNKNOWN
    provider_time = doubt.started_at + doubt.offset
    return provider_time - _EARLIEST, provider_time + _LATEST


# --- when to look, when to ask, when to try again ------------------------------------------------

_FIRST_CHECKS = tuple(timedelta(seconds=s) for s in (2, 5, 10, 20))
_CHECK_EVERY = timedelta(seconds=30)
_CHECK_FOR = timedelta(hours=8)
_ASK_ON_SCREEN = timedelta(minutes=2)
_ASK_OTHERWISE = timedelta(minutes=15)
_RETRY_FIRST = timedelta(seconds=5)
_RETRY_LONGEST = timedelta(minutes=5)


def next_check(started_at: datetime, now: datetime) -> datetime | None:
    """When to look a doubtful attempt up again, after looking at `now`.

    2, 5, 10 and 20 s after it began, then each 30 s for 8 h; None: with each warm scan.
    """
    for after in _FIRST_CHECKS:
        if started_at + after > now:
            return started_at + after
    if now - started_at < _CHECK_FOR:
        return now + _CHECK_EVERY
    return None


def should_ask(started_at: datetime, now: datetime, *, checks: int, on_screen: bool) -> bool:
    """Whether a person is asked: looked up at least once, not found, and long enough ago (§1.5)."""
    patience = _ASK_ON_SCREEN if on_screen else _ASK_OTHERWISE
    return checks > 0 and now - started_at >= patience


def retry_at(now: datetime, tries: int, retry_after: float | None) -> datetime:
    """When a message that provably was not sent is tried again. retry_after: seconds (429)."""
    if retry_after is not None:
        return now + min(timedelta(seconds=max(0.0, retry_after)), _RETRY_LONGEST)
    doublings = min(max(0, tries - 1), 10)
    return now + min(_RETRY_FIRST * (1 << doublings), _RETRY_LONGEST)
