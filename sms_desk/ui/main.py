"""Starts the window: painted first, everything heavy after it."""

from __future__ import annotations

import gc
import logging
import os
import signal
import sys
import threading
from pathlib import Path
from typing import TYPE_CHECKING, Final

from PySide6.QtCore import QLockFile, QObject, Qt, QTimer, Signal, Slot
from PySide6.QtWidgets import QApplication

from sms_desk.settings.files import DEMO_PROFILE, REAL_PROFILE, MachineState, Profile
from sms_desk.ui import one_heap, theme
from sms_desk.ui.collecting import Collecting
from sms_desk.ui.opening import Frame, Launch, Open, open_workspace
from sms_desk.ui.window.main_window import MainWindow

if TYPE_CHECKING:  # comes after the first paint, with all that costs time
    from sms_desk.ui.program import Program


LISTEN_MS: Final = 2_000
"""After the first paint; whatever the workspace does then, a second start raises this window."""
COLLECT_MS: Final = 2_000
"""After everything is there."""
TURN_SECONDS: Final = 0.001
"""How long another thread may keep Python's lock once the window asks for it. With the usual 5 ms some
turns of a busy sync made a picture late (docs/decisions/0017)."""


def main() -> int:
    """The window on the person's own workspace; the exit code."""
    return run(Launch())


def run(launch: Launch, open_: Open = open_workspace) -> int:
    """Show the window until the person quits. A second start raises the first window."""
    sys.setswitchinterval(TURN_SECONDS)
    one_heap.share()  # before Qt's own first thread
    gc.disable()  # what a start makes stays: to look for rubbish in it took a sixth of its time
    app = make_app()
    profile = profile_of(launch)
    profile.make()
    lock = window_lock(profile.window_lock)
    if not lock.tryLock(0):
        from sms_desk.ui.raising import raise_other  # Qt's network module, for the second start

        return 0 if raise_other(profile.folder) else 1
    state = MachineState(profile.state)
    theme.apply(app, state.setting("theme"))
    window = MainWindow()
    window.take_shape(state)
    start = Start(Frame(app, window, launch, state, open_))
    start.listen_in(profile.folder)
    for asked in (signal.SIGINT, signal.SIGTERM):
        signal.signal(asked, lambda _signal, _frame: start.quit())
    window.show()
    window.activateWindow()  # nobody else gives it the keys where there is no window manager
    code = app.exec()
    start.finish()
    lock.unlock()
    leave_threads_behind(code)
    return code


class Start(QObject):
    """Waits for the first paint, then brings the program and whatever else costs time."""

    started = Signal(object)
    """The `Program`."""

    def __init__(self, frame: Frame) -> None:
        super().__init__(frame.app)
        self._frame = frame
        self._folder: Path | None = None
        self.program: Program | None = None
        frame.window.painted.connect(self._on_painted)

    def listen_in(self, folder: Path) -> None:
        """Hear later starts on this profile, once there is time."""
        self._folder = folder

    def quit(self) -> None:
        """Leave the event loop. Python hears a signal when a timer next runs its code: soon."""
        if self.program is not None:
            self.program.quit()
        else:
            self._frame.app.quit()

    def finish(self) -> None:
        """Close the workspace; what hangs is left behind."""
        if self.program is not None:
            self.program.finish()

    @Slot()
    def _on_painted(self) -> None:
        from sms_desk.ui.program import Program  # all that the list needs (measured.md, Start)

        self.program = Program(self._frame, self)
        self.program.ready.connect(self._on_ready, Qt.ConnectionType.SingleShotConnection)
        self.started.emit(self.program)
        self.program.begin()
        QTimer.singleShot(LISTEN_MS, self, self._listen)

    @Slot()
    def _on_ready(self) -> None:
        QTimer.singleShot(COLLECT_MS, self, self._collect)

    @Slot()
    def _collect(self) -> None:
        Collecting(self)

    @Slot()
    def _listen(self) -> None:
        if self._folder is not None:
            from sms_desk.ui.raising import RaiseServer  # Qt's network module

            RaiseServer(self._folder, self).raise_requested.connect(self._frame.window.bring_up)


def window_lock(path: Path) -> QLockFile:
    """The lock of a profile's one window; only one whose process is gone is stale."""
    lock = QLockFile(str(path))
    lock.setStaleLockTime(0)
    return lock


def leave_threads_behind(code: int) -> None:
    """End at once where a thread hangs in a call: Python would wait for it, and the person too.

    What was being sent is looked up at the next start, as after any crash.
    """
    mine = threading.main_thread()
    if any(thread is not mine and not thread.daemon for thread in threading.enumerate()):
        logging.shutdown()
        os._exit(code)


def make_app() -> QApplication:
    """The one application object, with its names."""
    app = QApplication.instance() or QApplication(sys.argv[:1])
    assert isinstance(app, QApplication)
    app.setApplicationName("sms-desk")
    app.setApplicationDisplayName("SMS Desk")
    app.setDesktopFileName("sms-desk")
    app.setQuitOnLastWindowClosed(False)
    return app


def profile_of(launch: Launch) -> Profile:
    return Profile.of(DEMO_PROFILE if launch.demo else REAL_PROFILE, launch.home)
