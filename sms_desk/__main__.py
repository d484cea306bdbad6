"""Where the program begins: with arguments the command line, without the window."""

from __future__ import annotations

import sys
from importlib import import_module


def main() -> int:
    """Start the command line or the window; the exit code."""
    start = import_module("sms_desk.cli" if sys.argv[1:] else "sms_desk.ui")
    return int(start.main())


if __name__ == "__main__":
    sys.exit(main())
