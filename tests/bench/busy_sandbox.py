"""A sandbox as its own process with many messages, so that it takes nothing of the window's time.

python -m tests.bench.busy_sandbox MESSAGES    # prints its address, serves until killed
"""

from __future__ import annotations

import sys
import threading
from datetime import UTC, datetime, timedelta

from sms_desk.providers.sandbox import SandboxServer, World

LINE = "+12025550101"


def world(messages: int) -> World:
    """`messages` inbound texts from two hundred customers over the last days."""
    made = World(seed=1)
    made.add_number(LINE, "Bench")
    now = datetime.now(UTC)
    for n in range(messages):
        at = now - timedelta(seconds=20 * (messages - n))
        made.receive(
            f"+1202555{n % 200:04d}", LINE, f"Message {n}: is the long coat there? 🧥", now=at
        )
    return made


if __name__ == "__main__":
    with SandboxServer(world(int(sys.argv[1]))) as server:
        print(server.base_url, flush=True)
        threading.Event().wait()
