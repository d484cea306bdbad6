"""The command line: the second way into the desk, for people and for scripts (docs/cli.md)."""

from __future__ import annotations

import sys


def main() -> int:
    """Run the command that the program's arguments name; the exit code."""
    # Here, so that importing a part of this package does not load all of it.
    from sms_desk.cli.invocation import Invocation
    from sms_desk.cli.running import run

    return run(sys.argv[1:], Invocation(own_process=True))
