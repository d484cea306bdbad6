"""Where a message, note or event stands in its thread, as one sortable number (R56).

    63        30 29         2 1   0
    | seconds   | tie-break  | kind |

Provider times are whole seconds, so several messages share one; the tie-break follows the provider's
ids, stable on every machine and independent of the order of arrival. Notes and events use the
fraction of the second instead. The lowest two bits keep the kinds apart, so that one index can hold
them all.
"""

from __future__ import annotations

import hashlib
import re
from datetime import UTC, datetime, timedelta
from enum import IntEnum

from sms_desk.domain.model import Position

_TIE_BITS = 28
_KIND_BITS = 2
_SECOND_SHIFT = _TIE_BITS + _KIND_BITS
_TIE_MASK = (1 << _TIE_BITS) - 1
_MAX_SECONDS = (1 << 33) - 1  # the year 2242
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_DIGITS = re.compile(r"(?:[A-Z]{2})?([0-9a-f]{32})")
"""Twilio's ids, SM or MM before them, and SignalWire's, which are UUIDs."""


class Kind(IntEnum):
    MESSAGE = 0
    NOTE = 1
    EVENT = 2


def of_message(at: datetime, provider_id: str, *, outbound: bool = False) -> Position:
    """Position of a provider's message. at: its creation date, fixed at first sight.

    Within one second what the contact wrote stands before what answers it: an automatic answer
    comes in the same second, and never before its question.
    """
    tie = tie_break(provider_id) | (outbound << _TIE_BITS - 1)
    return _pack(at, tie, Kind.MESSAGE)


def tie_break(provider_id: str) -> int:
    """27 bits in the order of the ids, by where random ones differ and where counted ones do: their
    first 14 bits and their last 13. An id of another form is hashed: ever the same, in no order."""
    form = _DIGITS.fullmatch(provider_id.replace("-", ""))
    if form:
        digits = int(form[1], 16)
        return digits >> 128 - 14 << 13 | digits & (1 << 13) - 1
    digest = hashlib.blake2b(provider_id.encode("utf-8", "surrogatepass"), digest_size=4).digest()
    return int.from_bytes(digest, "big") & _TIE_MASK >> 1


def of_own(at: datetime, kind: Kind) -> Position:
    """Position of a note or an event, which have finer times than a provider gives."""
    return _pack(at, at.microsecond << (_TIE_BITS - 20), kind)


def after(position: Position) -> Position:
    """The next position of the same kind: for the rare case that one is taken."""
    return Position(position + (1 << _KIND_BITS))


def first_at(at: datetime) -> Position:
    """The lowest position of that second: for `before:` and `after:` limits."""
    return Position(_seconds(at) << _SECOND_SHIFT)


def last_at(at: datetime) -> Position:
    """The highest position of that second."""
    return Position(first_at(at) | (1 << _SECOND_SHIFT) - 1)


def instant(position: Position) -> datetime:
    """The whole second that a position stands at."""
    return datetime.fromtimestamp(position >> _SECOND_SHIFT, UTC)


def _pack(at: datetime, tie: int, kind: Kind) -> Position:
    return Position(_seconds(at) << _SECOND_SHIFT | tie << _KIND_BITS | kind)


def _seconds(at: datetime) -> int:
    # A provider's year 9999 or 1 must neither overflow nor stop the loop (GR6).
    return min(max(0, (at - _EPOCH) // timedelta(seconds=1)), _MAX_SECONDS)
