"""WhatsApp's customer service window: how long a contact's message lets one write freely (R42).

Meta, "Customer service windows": 24 hours from the latest message of the contact
(https://developers.facebook.com/docs/whatsapp/pricing#customer-service-windows). Nothing that we
send opens or renews it; a template does not either.
"""

from __future__ import annotations

from datetime import datetime, timedelta
from enum import StrEnum

WINDOW = timedelta(hours=24)
CLOSING_SOON = timedelta(hours=1)
"""From here on the countdown is amber."""


class WindowState(StrEnum):
    OPEN = "open"
    CLOSING_SOON = "closing_soon"  # less than an hour left
    CLOSED = "closed"  # also: never opened


def closes_at(last_inbound: datetime | None, offset: timedelta | None = None) -> datetime | None:
    """When the window closes by our clock; None if the contact never wrote.

    last_inbound: by the provider's clock, as messages carry it. offset: that clock minus ours,
    None where nobody measured it yet.
    """
    if last_inbound is None:
        return None
    return last_inbound + WINDOW - (offset or timedelta(0))


def opened_after(now: datetime, offset: timedelta | None = None) -> datetime:
    """An inbound message later than this, by the provider's clock, has its window open at `now`."""
    return now + (offset or timedelta(0)) - WINDOW


def time_left(closes: datetime | None, now: datetime) -> timedelta:
    """Zero from the moment that it closes, and where it never opened; never more than a window
    lasts, whatever a clock that was not compared lately says."""
    if closes is None:
        return timedelta(0)
    return min(max(closes - now, timedelta(0)), WINDOW)


def state(closes: datetime | None, now: datetime) -> WindowState:
    """At the very instant of closing it is closed."""
    left = time_left(closes, now)
    if not left:
        return WindowState.CLOSED
    return WindowState.CLOSING_SOON if left < CLOSING_SOON else WindowState.OPEN


def next_turn(closes: datetime | None, now: datetime) -> timedelta | None:
    """How long until what a countdown in minutes shows changes; None once it is closed."""
    left = time_left(closes, now)
    if not left:
        return None
    return left % timedelta(minutes=1) or timedelta(minutes=1)
