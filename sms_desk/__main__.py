"""Where the program begins: the window, its demo and its tour, or the command line without it."""

from __future__ import annotations

import sys
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from importlib import import_module
from pathlib import Path
from typing import Any


def main() -> int:
    """Start the window or the command line; the exit code.

    Modules are loaded by name: the command line needs no Qt, and the window is painted before
    anything heavy is loaded.
    """
    words = sys.argv[1:]
    start = window_start(words)
    if start is not None:
        return start.open()
    if words[:1] == ["tour"] and "--help" not in words:
        return int(import_module("sms_desk.ui.tour").main(words[1:]))
    return int(import_module("sms_desk.cli").main())


@dataclass
class WindowStart:
    """What the window is to be opened with."""

    demo: bool = False
    reset: bool = False
    home: Path | None = None
    as_person: str | None = None
    passphrase_fd: int | None = None
    log_level: str = "warning"

    def open(self) -> int:
        """Show the window until the person quits; the exit code."""
        files = import_module("sms_desk.settings.files")
        profile = files.Profile.of(
            files.DEMO_PROFILE if self.demo else files.REAL_PROFILE, self.home
        )
        profile.make()
        import_module("sms_desk.settings.logs").set_up(self.log_level, profile.logs)
        if self.reset and (code := self._remove_demo()):
            return code
        launch = import_module("sms_desk.ui.opening").Launch(self.demo, self.home, self.as_person)
        open_ = {} if self.passphrase_fd is None else {"open_": self._open}
        return int(import_module("sms_desk.ui.main").run(launch, **open_))

    def _remove_demo(self) -> int:
        """As `sms-desk demo --remove`; the exit code."""
        invocation = import_module("sms_desk.cli.invocation").Invocation(home=self.home)
        return int(import_module("sms_desk.cli.running").run(["demo", "--remove"], invocation))

    def _open(self, _launch: object, front: Any) -> Any:
        """The workspace, by the passphrase from the file descriptor instead of a question."""
        bootstrap = import_module("sms_desk.bootstrap")
        asked = import_module("sms_desk.cli.secrets").Asked(self.passphrase_fd, "passphrase")
        options = bootstrap.Options(self.home, self.as_person, asked, self.demo)
        return import_module("sms_desk.ui.opening").open_with(options, front)


_TAKES_VALUE: dict[str, tuple[str, Callable[[str], Any]]] = {
    "--home": ("home", Path),
    "--as": ("as_person", str),
    "--passphrase-fd": ("passphrase_fd", int),
    "--log-level": ("log_level", str),
}
_LEVELS = ("debug", "info", "warning", "error")


def window_start(words: Sequence[str]) -> WindowStart | None:
    """How to open the window; None where the words are for the command line.

    Only global options, and `demo` without --remove, open it. Anything else, mistakes included,
    is the command line's to read and to explain.
    """
    start = WindowStart()
    rest = list(words)
    while rest:
        word, equals, value = rest.pop(0).partition("=")
        if word in ("demo", "--demo") and not equals:
            start.demo = True
        elif word == "--reset" and start.demo:
            start.reset = True
        elif word not in _TAKES_VALUE or not (equals or rest):
            return None
        else:
            name, convert = _TAKES_VALUE[word]
            try:
                setattr(start, name, convert(value if equals else rest.pop(0)))
            except ValueError:
                return None
    return start if start.log_level in _LEVELS else None


if __name__ == "__main__":
    sys.exit(main())
