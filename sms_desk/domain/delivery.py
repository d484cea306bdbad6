"""What the provider says of a message: forward only, in whatever order it is heard (R57, GR4)."""

from __future__ import annotations

from datetime import datetime, timedelta

from sms_desk.domain.frozen import dataclass
from sms_desk.domain.model import DeliveryStatus

_S = DeliveryStatus
_RANK = {
    _S.QUEUED: 0,
    _S.SENT: 1,
    _S.OTHER: 2,  # a word that we do not know is shown until a known one says more
    _S.RECEIVED: 3,
    _S.DELIVERED: 3,
    _S.READ: 4,
    _S.CANCELED: 5,
    _S.UNDELIVERED: 6,
    _S.FAILED: 7,
}
"""A failure is final: a carrier's "delivered" beside it is the less cautious of the two."""

FINAL = frozenset({_S.DELIVERED, _S.READ, _S.CANCELED, _S.UNDELIVERED, _S.FAILED, _S.RECEIVED})


@dataclass(frozen=True, slots=True)
class Report:
    """A status with the provider's own word for it and, where it failed, its error."""

    status: DeliveryStatus
    text: str = ""
    error_code: str | None = None
    error_text: str | None = None


def merge(current: Report, incoming: Report) -> Report:
    """The later of the two stages. Commutative, associative and idempotent, so order is no matter."""
    return max(current, incoming, key=_key)


def _key(report: Report) -> tuple[int, str, str, str, str]:
    # The text decides nothing but which of two equal stages is kept, the same one every time.
    return (
        _RANK[report.status],
        report.status,
        report.error_code or "",
        report.text,
        report.error_text or "",
    )


# --- when to ask again ----------------------------------------------------------------------------

_SCHEDULE = (
    (timedelta(minutes=2), timedelta(seconds=15)),
    (timedelta(hours=1), timedelta(minutes=1)),
)
"""(until that age, ask so often) (design §4)."""
ASKED_AT_START = timedelta(hours=72)
"""Up to that age a message without an end is asked for once when the desk starts."""


def next_check(status: DeliveryStatus, age: timedelta, now: datetime) -> datetime | None:
    """When to ask for a message again that was created `age` ago; None: not on the schedule.

    `now` is the desk's clock and `age` was measured by it: the provider's plays no part.
    """
    if status in FINAL:
        return None
    for limit, every in _SCHEDULE:
        if age < limit:
            return now + every
    return None
