"""What time it is, handed in: wall time for people, boot time for what may not be late."""

from __future__ import annotations

import time
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

from sms_desk.domain.frozen import dataclass


def _wall() -> datetime:
    return datetime.now(UTC)


def _boot_us() -> int:
    """Microseconds since boot, a machine's sleep included (GS8); elsewhere the monotonic clock."""
    clock = getattr(time, "CLOCK_BOOTTIME", None)
    seconds = time.monotonic() if clock is None else time.clock_gettime(clock)
    return int(seconds * 1_000_000)


def _boot_id() -> str:
    """Names this boot of the machine: monotonic times of another one do not compare."""
    try:
        return Path("/proc/sys/kernel/random/boot_id").read_text(encoding="ascii").strip()
    except OSError:
        return ""


@dataclass(frozen=True, slots=True)
class Clock:
    """now: aware UTC. mono_us: microseconds that only grow. boot_id: within which they compare."""

    now: Callable[[], datetime] = _wall
    mono_us: Callable[[], int] = _boot_us
    boot_id: str = ""

    @classmethod
    def of_machine(cls, now: Callable[[], datetime] = _wall) -> Clock:
        """now: another wall clock, for a sandbox that plays in another time (design §11)."""
        return cls(now, _boot_us, _boot_id())
