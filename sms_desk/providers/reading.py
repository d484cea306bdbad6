"""Reading what a server sends: JSON within limits, dates, and how long it asks to wait.

Pure, and never trusting: whatever is not what it should be is Unreadable or None.
"""

from __future__ import annotations

import json
import math
import re
from collections.abc import Mapping
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from typing import Any

DEPTH_LIMIT = 64
RETRY_AFTER_LIMIT_S = 3600.0


class Unreadable(ValueError):
    """Not JSON within the limits. why: a stable word."""

    def __init__(self, why: str) -> None:
        super().__init__(why)
        self.why = why


_ESCAPE = re.compile(rb"\\.", re.DOTALL)
_LEAF = re.compile(rb"\[\]|\{\}")
_NO_MARK = bytes(set(range(256)) - set(b'"[]{}'))


def parse_json(data: bytes) -> object:
    """The JSON value of `data`; raises Unreadable.

    Bytes that are not UTF-8 become U+FFFD, so that one bad text does not hide its neighbours. Of
    duplicate keys the last counts, as everywhere. NaN and Infinity read as null.
    """
    if not _is_shallow(data):
        raise Unreadable("too_deep")
    text = data.decode("utf-8-sig", "replace")
    try:
        value: object = json.loads(text, parse_int=_whole, parse_constant=lambda _: None)
    except (ValueError, RecursionError):
        raise Unreadable("not_json") from None
    return value


def _whole(digits: str) -> int | str:
    """An integer; one of absurd length, which Python would not convert, stays text."""
    return int(digits) if len(digits) <= 30 else digits


def _is_shallow(data: bytes) -> bool:
    """Whether brackets nest at most DEPTH_LIMIT deep: each round peels the innermost ones off.

    Text with few unbalanced brackets counts as shallow; the parser refuses it.
    """
    brackets = _brackets(data)
    for _ in range(DEPTH_LIMIT):
        brackets, peeled = _LEAF.subn(b"", brackets)
        if not peeled:
            return len(brackets) <= DEPTH_LIMIT
    return not brackets


def _brackets(data: bytes) -> bytes:
    """Those that stand in no string; a string lasts from one quotation mark to the next."""
    marks = _ESCAPE.sub(b"", data).translate(None, _NO_MARK)
    bare = marks.replace(b'""', b"")  # two at once change nothing for what stands after them
    return b"".join(bare.split(b'"')[::2])


def api_error(payload: Mapping[str, Any]) -> tuple[object, object]:
    """Code and text of an error as Twilio's API says it: `{"code": 21211, "message": "…"}`.

    SignalWire says it so, too, or as the first of `{"errors": [{"code": "10000", …}]}`:
    https://signalwire.com/docs/compatibility-api/rest/overview.
    """
    errors = payload.get("errors")
    if isinstance(errors, list) and errors and isinstance(errors[0], dict):
        payload = errors[0]
    return payload.get("code"), payload.get("message")


def parse_date(header: str | None) -> datetime | None:
    """An RFC 2822 or HTTP date as an aware UTC instant; None if it is none."""
    if not header:
        return None
    try:
        date = parsedate_to_datetime(header)
        return (date if date.tzinfo else date.replace(tzinfo=UTC)).astimezone(UTC)
    except (ValueError, TypeError, OverflowError, IndexError):
        return None


def parse_retry_after(header: str | None, server_date: datetime | None) -> float | None:
    """Seconds to wait, of a number or a date (RFC 9110 §10.2.3), in 0 … one hour.

    A date is measured by the server's own clock; without its Date header it says nothing.
    """
    if not header:
        return None
    try:
        seconds = float(header)
    except ValueError:
        until = parse_date(header)
        if until is None or server_date is None:
            return None
        seconds = (until - server_date).total_seconds()
    if math.isnan(seconds):
        return None
    return min(max(seconds, 0.0), RETRY_AFTER_LIMIT_S)
