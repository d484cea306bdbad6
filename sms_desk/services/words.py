"""Names for people's eyes: addresses and errors as every screen and the command line say them."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from functools import lru_cache
from typing import TYPE_CHECKING, Any
from zoneinfo import ZoneInfo

from sms_desk.domain import addresses
from sms_desk.domain.absence_times import last_whole_day
from sms_desk.domain.model import OutboxState
from sms_desk.domain.wall_time import require_zone

if TYPE_CHECKING:  # comes with the words
    from sms_desk.providers.base import ErrorWords


@lru_cache(maxsize=20_000)
def peer_text(raw: str) -> str:
    """An address as shown: international format, short code or name; without channel prefix."""
    return addresses.display(addresses.from_provider(raw))


def moment_text(at: datetime, zone: str) -> str:
    """A date and time by the clock of a zone: 12 Nov 2026 14:02."""
    return f"{at.astimezone(require_zone(zone) or ZoneInfo('UTC')):%d %b %Y %H:%M}"


def end_text(until: datetime, zone: str) -> str:
    """The same of an absence's end: the last day alone where it is whole (R23)."""
    day = last_whole_day(until, require_zone(zone) or ZoneInfo("UTC"))
    return moment_text(until, zone) if day is None else f"{day:%d %b %Y}"


def error_words(provider: str, code: str | None, text: str | None) -> ErrorWords:
    """What an error code means and what to do; no words for no code."""
    if not code:
        from sms_desk.providers.base import ErrorWords

        return ErrorWords(text or "", "", known=False)
    # All providers and requests: only where there is an error to put into words.
    from sms_desk.providers import catalogue

    return catalogue.describe(provider, code, text or "")


def outbox_words(row: Mapping[Any, Any], provider: str) -> ErrorWords:
    """Why a composed message was refused, in words for the provider's code; else why it is held, as
    that was stored."""
    code = row["reason"] if row["state"] == OutboxState.REFUSED else None
    return error_words(provider, code, row["reason_text"])
