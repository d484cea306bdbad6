"""Where the program begins: the window, its demo and its tour, or the command line without it."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from importlib import import_module
from pathlib import Path
from typing import Any

_WITH_VALUE = {"--home": "home", "--as": "as_person", "--log-level": "log_level"}
_NUMBERS = {"--passphrase-fd": "passphrase_fd"}


def main() -> int:
    """Start the window or the command line; the exit code."""
    words = sys.argv[1:]
    if words[:1] == ["tour"] and not _asks_for_help(words):
        return int(import_module("sms_desk.ui.tour").main(words[1:]))
    options = window_options(words)
    if options is None:
        return int(import_module("sms_desk.cli").main())
    if options.pop("reset", False):
        import_module("sms_desk.cli.demo").remove_demo(options.get("home"))
    return int(import_module("sms_desk.ui.main").main(**options))


def window_options(words: Sequence[str]) -> dict[str, Any] | None:
    """What the window is to be opened with; None where the words are for the command line.

    Only global options, and `demo` without --remove, open it. Anything else, mistakes included,
    is the command line's to read and to explain.
    """
    options: dict[str, Any] = {}
    rest = list(words)
    while rest:
        word, _, value = rest.pop(0).partition("=")
        if word in ("demo", "--demo"):
            options["demo"] = True
        elif word == "--reset" and options.get("demo"):
            options["reset"] = True
        elif word in _WITH_VALUE or word in _NUMBERS:
            value = value or (rest.pop(0) if rest else "")
            if not value or (word in _NUMBERS and not value.isdecimal()):
                return None
            options[_WITH_VALUE.get(word) or _NUMBERS[word]] = value
        else:
            return None
    if "home" in options:
        options["home"] = Path(options["home"])
    if "passphrase_fd" in options:
        options["passphrase_fd"] = int(options["passphrase_fd"])
    return options


def _asks_for_help(words: Sequence[str]) -> bool:
    return "--help" in words


if __name__ == "__main__":
    sys.exit(main())
