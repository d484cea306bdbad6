"""Opens the workspace behind the painted window: imports, keyring, file, all in one thread."""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable
from concurrent.futures import Future
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Final

from PySide6.QtCore import QObject, Qt, Signal, Slot
from shiboken6 import isValid

from sms_desk.domain.errors import DeskError, KeyringError

if TYPE_CHECKING:  # imports the store and all providers
    from sms_desk.bootstrap import Session

_log = logging.getLogger(__name__)
_MOST_SECONDS: Final = 10.0


@dataclass(frozen=True, slots=True)
class Launch:
    """How the window was started. home: another folder than the person's own."""

    demo: bool = False
    home: Path | None = None
    as_person: str | None = None


Open = Callable[[Launch, Callable[[str], str]], "Session"]
"""Opens a workspace; the second argument asks the person for a passphrase."""


def open_workspace(launch: Launch, ask_passphrase: Callable[[str], str]) -> Session:
    """The real one. Runs in a thread of its own, after the window is painted."""
    from sms_desk.bootstrap import Options, open_session  # 0.5 s of imports (measured.md, Start)

    return open_session(
        Options(launch.home, launch.as_person, ask_passphrase=ask_passphrase, demo=launch.demo)
    )


class Opening(QObject):
    """One attempt to open; `given_up` ends the wait for it."""

    opened = Signal(object)
    failed = Signal(object)
    passphrase_wanted = Signal(str, object)
    """A prompt, and the Future[str] that takes the answer."""
    _arrived = Signal(object)

    def __init__(self, launch: Launch, open_: Open, parent: QObject) -> None:
        super().__init__(parent)
        self._launch = launch
        self._open = open_
        self._given_up = threading.Event()
        self._asked: Future[str] | None = None
        self._thread = threading.Thread(target=self._run, name="desk-open", daemon=True)
        self._arrived.connect(self._on_arrived, Qt.ConnectionType.QueuedConnection)

    def start(self) -> None:
        self._thread.start()

    def give_up(self) -> None:
        """The program ends: a workspace that opens after all is closed at once."""
        self._given_up.set()
        if self._asked is not None and not self._asked.done():
            self._asked.set_exception(_no_passphrase())
        self._thread.join(_MOST_SECONDS)

    def _run(self) -> None:
        try:
            found: Session | DeskError = self._open(self._launch, self._ask)
        except DeskError as error:
            found = error
        except Exception:  # noqa: BLE001 (the thread begins here: the window must hear of it)
            _log.exception("the workspace did not open")
            found = DeskError(
                "The workspace could not be opened.",
                "Nothing was changed. Run sms-desk doctor; the log tells more.",
            )
        if self._given_up.is_set() or not isValid(self):
            if not isinstance(found, DeskError):
                found.close()
            return
        self._arrived.emit(found)

    def _ask(self, prompt: str) -> str:
        self._asked = Future()
        self.passphrase_wanted.emit(prompt, self._asked)
        return self._asked.result()

    @Slot(object)
    def _on_arrived(self, found: object) -> None:
        if isinstance(found, DeskError):
            self.failed.emit(found)
        else:
            self.opened.emit(found)


def _no_passphrase() -> KeyringError:
    return KeyringError("No passphrase was given.", "Open the desk again to be asked once more.")
