"""Starts the window: painted first, everything heavy after it."""

from __future__ import annotations

import logging
import os
import sys
import threading

from PySide6.QtWidgets import QApplication

from sms_desk.settings.files import DEMO_PROFILE, REAL_PROFILE, MachineState, Profile
from sms_desk.ui import theme
from sms_desk.ui.opening import Launch, Open, open_workspace
from sms_desk.ui.program import Program
from sms_desk.ui.single import SingleInstance
from sms_desk.ui.tray import desk_icon
from sms_desk.ui.window.main_window import MainWindow


def main() -> int:
    """The window on the person's own workspace; the exit code."""
    return run(Launch())


def run(launch: Launch, open_: Open = open_workspace) -> int:
    """Show the window until the person quits. A second start raises the first window."""
    app = make_app()
    profile = profile_of(launch)
    profile.make()
    single = SingleInstance(profile.window_lock)
    if not single.acquire():
        return 0 if single.raise_other() else 1
    state = MachineState(profile.state)
    theme.apply(app, state.setting("theme"))
    window = MainWindow()
    window.setWindowIcon(desk_icon(0))
    window.take_shape(state)
    program = Program(app, window, launch, state, open_)
    single.raise_requested.connect(window.bring_up)
    window.show()
    code = app.exec()
    program.finish()
    single.release()
    leave_threads_behind(code)
    return code


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
