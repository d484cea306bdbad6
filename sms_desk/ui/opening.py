"""Opens the workspace behind the painted window: imports, keyring, file, all in one thread."""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable
from concurrent.futures import Future
from pathlib import Path
from typing import TYPE_CHECKING, Final, Protocol

from PySide6.QtCore import QObject, Qt, Signal, Slot
from shiboken6 import isValid

from sms_desk.domain.errors import DeskError, KeyringError
from sms_desk.domain.frozen import dataclass

if TYPE_CHECKING:  # all of it comes after the first paint
    from PySide6.QtWidgets import QApplication

    from sms_desk.bootstrap import Options, Session
    from sms_desk.bootstrap.joining import Progress
    from sms_desk.services.glances import Glance
    from sms_desk.settings.files import MachineState
    from sms_desk.settings.server_address import ServerAddress
    from sms_desk.ui.window.main_window import MainWindow

_log = logging.getLogger(__name__)
_MOST_SECONDS: Final = 10.0
_SHOWN_SECONDS: Final = 2.0
"""Longer than this the workspace does not wait for its glance to be painted."""


@dataclass(frozen=True, slots=True)
class Launch:
    """How the window was started. home: another folder than the person's own."""

    demo: bool = False
    home: Path | None = None
    as_person: str | None = None


class Front(Protocol):
    """What the thread that opens may want of the window."""

    def __call__(self, prompt: str) -> str:
        """Ask the person for a passphrase. Raises KeyringError if there is none."""

    def show(self, glance: Glance) -> None:
        """Show what is known before the workspace is open; returns when it stands there."""

    def tell(self, progress: Progress) -> None:
        """How far joining is."""


Open = Callable[[Launch, Front], "Session"]
"""Opens a workspace."""
Join = Callable[[Launch, Front, "ServerAddress", str], "Session"]
"""Makes this desk one of a team's, by an address and a one-time password, and opens it."""


def join_workspace(launch: Launch, front: Front, address: ServerAddress, one_time: str) -> Session:
    """The real one; a workspace of one's own, which is empty at a first start, is put beside."""
    from sms_desk.bootstrap import Options, joining

    options = Options(launch.home, ask_passphrase=front)
    joining.join(options, address, one_time, front.tell, set_aside=True)
    return open_workspace(launch, front)


@dataclass(frozen=True, slots=True)
class Frame:
    """The window that is painted first, and what is to be opened in it."""

    app: QApplication
    window: MainWindow
    launch: Launch
    state: MachineState
    open: Open
    join: Join = join_workspace


def open_workspace(launch: Launch, front: Front) -> Session:
    """The real one. Runs in a thread of its own, after the window is painted."""
    from sms_desk.bootstrap import Options

    options = Options(launch.home, launch.as_person, ask_passphrase=front, demo=launch.demo)
    return open_with(options, front)


def open_with(options: Options, front: Front) -> Session:
    """First the glance, if there is one that holds, then the whole workspace."""
    from sms_desk.bootstrap import open_session, read_glance, unlock

    unlocked = unlock(options)
    glance = read_glance(unlocked, options)
    if glance is not None:
        front.show(glance)
    return open_session(options, unlocked)  # SQLAlchemy and the store: 0.3 s of imports


class Opening(QObject):
    """One attempt to open; `give_up` ends the wait for it. The `Front` of its thread."""

    glanced = Signal(object)
    """A `Glance` to be shown; whoever shows it answers with `go_on`."""
    opened = Signal(object)
    failed = Signal(object)
    progressed = Signal(object)
    """How far joining is."""
    passphrase_wanted = Signal(str, object)
    """A prompt, and the Future[str] that takes the answer."""
    _arrived = Signal(object)

    def __init__(self, launch: Launch, open_: Open, parent: QObject) -> None:
        super().__init__(parent)
        self._launch = launch
        self._open = open_
        self._given_up = threading.Event()
        self._shown = threading.Event()
        self._asked: Future[str] | None = None
        self._thread = threading.Thread(target=self._run, name="desk-open", daemon=True)
        self._arrived.connect(self._on_arrived, Qt.ConnectionType.QueuedConnection)

    def start(self) -> None:
        self._thread.start()

    def give_up(self) -> None:
        """The program ends: a workspace that opens after all is closed at once."""
        self._given_up.set()
        self._shown.set()
        if self._asked is not None and not self._asked.done():
            self._asked.set_exception(_no_passphrase())
        self._thread.join(_MOST_SECONDS)

    def go_on(self) -> None:
        """The glance stands there, or will not: time for the rest."""
        self._shown.set()

    def _run(self) -> None:
        try:
            found: Session | DeskError = self._open(self._launch, self)
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

    def show(self, glance: Glance) -> None:
        self.glanced.emit(glance)
        self._shown.wait(_SHOWN_SECONDS)

    def tell(self, progress: Progress) -> None:
        if isValid(self):
            self.progressed.emit(progress)

    def __call__(self, prompt: str) -> str:
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
