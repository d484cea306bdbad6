"""Business days, and how many are left to act on a wish to hear no more (R39).

The FCC gives ten business days from receipt (47 CFR 64.1200(a)(10)). Counted are Mondays to
Fridays after the day of receipt. Holidays are counted as business days, so that a date shown here
is never later than the law's, whichever holidays one keeps.
"""

from __future__ import annotations

from datetime import date, timedelta

TO_HONOUR = 10
"""Business days within which a request has to be honoured."""

_SATURDAY = 5


def is_business_day(day: date) -> bool:
    return day.weekday() < _SATURDAY


def due(received: date, days: int = TO_HONOUR) -> date:
    """The last day on which it is in time: the `days`-th business day after `received`."""
    day = received
    while days:
        day += timedelta(days=1)
        days -= is_business_day(day)
    return day


def left(received: date, today: date, days: int = TO_HONOUR) -> int:
    """Business days from tomorrow to the last one in time; 0 on that day, negative once late."""
    last = due(received, days)
    if today <= last:
        return _between(today, last)
    return -max(_between(last, today), 1)


def _between(first: date, last: date) -> int:
    """Business days after `first`, up to and with `last`."""
    weeks, rest = divmod((last - first).days, 7)
    return weeks * 5 + sum(is_business_day(last - timedelta(days=n)) for n in range(rest))
