"""The command line: the second way into the desk, for people and for scripts (docs/cli.md)."""

from __future__ import annotations

import gc
import sys
from typing import Final

YOUNG: Final = 50_000
"""So many objects may be new before Python looks for rubbish among them: a call makes few more."""


def main() -> int:
    """Run the command that the program's arguments name; the exit code."""
    # What a start makes stays: to look for rubbish in it took a tenth of a call, and a fifth to
    # look again at its end.
    gc.set_threshold(YOUNG)
    try:
        return _run()
    finally:
        gc.freeze()


def _run() -> int:
    # Here, so that importing a part of this package does not load all of it.
    from sms_desk.cli.invocation import Invocation
    from sms_desk.cli.running import run

    return run(sys.argv[1:], Invocation(own_process=True))
