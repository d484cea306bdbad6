"""SMS_DESK_CLOCK: another time for a workspace that is only played with (design §11)."""

from __future__ import annotations

import os
import re
from collections.abc import Callable
from datetime import UTC, datetime, timedelta

from sms_desk.domain.errors import UsageError

VARIABLE = "SMS_DESK_CLOCK"

_UNITS = {"s": "seconds", "m": "minutes", "h": "hours", "d": "days", "w": "weeks"}
_OFFSET = re.compile(r"([+-])((?:\d{1,6}[smhdw])+)", re.ASCII)


def wall() -> datetime:
    """What time it is: aware UTC."""
    return datetime.now(UTC)


def chosen(*, played: bool) -> Callable[[], datetime]:
    """The clock for a workspace. played: a demo or sandbox; a real one has only the real time.

    Raises UsageError where the variable is set for a real workspace, or says nothing sensible.
    """
    text = os.environ.get(VARIABLE, "").strip()
    if not text:
        return wall
    if not played:
        raise UsageError(
            f"{VARIABLE} is set, and this is a real workspace: it keeps the real time.",
            f"Unset {VARIABLE}, or open the demo.",
        )
    shift = offset(text, wall())
    return lambda: wall() + shift


def offset(text: str, now: datetime) -> timedelta:
    """How far from `now` the text is: `+3d`, `-1h30m`, or an instant from which time goes on."""
    try:
        match = _OFFSET.fullmatch(text)
        shift = _sum(match[2]) if match else datetime.fromisoformat(text) - now
        if match and match[1] == "-":
            shift = -shift
        if not datetime(1990, 1, 1, tzinfo=UTC) < now + shift < datetime(2200, 1, 1, tzinfo=UTC):
            raise ValueError
    except (ValueError, TypeError, OverflowError) as error:
        raise UsageError(
            f"{VARIABLE} is “{text}”, which is no time.",
            "Say an offset such as +3d or -1h30m, or an instant such as 2026-05-04T09:00:00Z.",
        ) from error
    return shift


def _sum(text: str) -> timedelta:
    parts = re.findall(r"(\d+)([smhdw])", text)
    return sum((timedelta(**{_UNITS[unit]: int(n)}) for n, unit in parts), timedelta())
