"""The time zone of this machine."""

from __future__ import annotations

from zoneinfo import ZoneInfoNotFoundError

import tzlocal


def local_zone() -> str:
    """The IANA name of the machine's zone; "UTC" where it says none that is known."""
    try:
        return tzlocal.get_localzone_name() or "UTC"
    except (ZoneInfoNotFoundError, OSError, ValueError):
        return "UTC"
