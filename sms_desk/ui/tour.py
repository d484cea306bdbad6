"""A scripted tour of the real window on a demo workspace: `sms-desk tour --out tour`.

It presses keys and clicks as a person does, says what it does, and leaves a picture of each step.
It needs no screen: without one, Qt's offscreen platform draws the same window.
"""

from __future__ import annotations

import argparse
import shutil
import sys
import tempfile
import traceback
from collections.abc import Callable, Sequence
from pathlib import Path
from time import monotonic
from typing import Final

from PySide6.QtCore import QObject, QPoint, QRect, QTimer, Slot
from PySide6.QtGui import QPainter, QPixmap
from PySide6.QtWidgets import QApplication, QWidget

from sms_desk.settings.files import MachineState
from sms_desk.ui import theme
from sms_desk.ui.main import Start, make_app, profile_of
from sms_desk.ui.opening import Frame, Launch, open_workspace
from sms_desk.ui.tour_script import Script, Step, Steps, Wait
from sms_desk.ui.window.main_window import MainWindow

LOOK_MS: Final = 30
QUALITY: Final = 80
"""Of a PNG: how little it is packed. As small as it gets by default takes twice as long."""
PATIENCE: Final = 180.0
"""Seconds until a step that does not come true has failed."""


class Tour(QObject):
    """Plays the steps one after the other; each waits for what it has set going."""

    def __init__(
        self, start: Start, window: MainWindow, out: Path, say: Callable[[str], object]
    ) -> None:
        super().__init__(start)
        self._start = start
        self._window = window
        self._out = out
        self._say = say
        self._steps = iter(list(enumerate(Script(start, window).steps(), 1)))
        self._now: tuple[int, Step] | None = None
        self._playing: Steps | None = None
        self._wait: Wait = 0.0
        self._since = monotonic()
        self.failure = ""
        self._timer = QTimer(self)
        self._timer.setInterval(LOOK_MS)
        self._timer.timeout.connect(self._on_look)

    def start(self) -> None:
        self._timer.start()

    @Slot()
    def _on_look(self) -> None:
        if not self._has_come():
            if monotonic() - self._since > PATIENCE:
                self._fail("what it waited for did not come")
            return
        try:
            self._go_on()
        except Exception:  # noqa: BLE001 (a timer's call begins here: the tour must end, and say why)
            self._fail(traceback.format_exc())

    def _has_come(self) -> bool:
        if callable(self._wait):
            return bool(self._wait())
        return monotonic() - self._since >= self._wait

    def _go_on(self) -> None:
        if self._playing is None and not self._next_step():
            self._end()
            return
        assert self._playing is not None
        self._since = monotonic()
        try:
            self._wait = next(self._playing)
        except StopIteration:
            self._take_picture()
            self._playing, self._wait = None, 0.0

    def _next_step(self) -> bool:
        self._now = next(self._steps, None)
        if self._now is None:
            return False
        number, step = self._now
        self._say(f"{number:2}. {step.words}")
        self._playing = step.play()
        return True

    def _take_picture(self) -> None:
        assert self._now is not None
        number, step = self._now
        path = self._out / f"{number:02}-{step.name}.png"
        picture_of(self._window).save(str(path), "PNG", QUALITY)

    def _fail(self, why: str) -> None:
        name = self._now[1].name if self._now else "start"
        self.failure = f"{name}: {why}"
        if self._now is not None:
            self._take_picture()
        self._end()

    def _end(self) -> None:
        self._timer.stop()
        for widget in QApplication.topLevelWidgets():
            if widget is not self._window and widget.isVisible():
                widget.close()
        self._start.quit()


def picture_of(window: QWidget) -> QPixmap:
    """The window with everything that floats over it, menus and dialogs included."""
    picture = window.grab()
    corner = window.mapToGlobal(QPoint(0, 0))
    painter = QPainter(picture)
    for widget in QApplication.topLevelWidgets():
        if widget is not window and widget.isVisible() and not widget.size().isEmpty():
            at = widget.mapToGlobal(QPoint(0, 0)) - corner
            shadow = QRect(at, widget.size()).adjusted(-1, -1, 1, 1)
            painter.fillRect(shadow, theme.tokens().control_line)
            painter.drawPixmap(at, widget.grab())
    painter.end()
    return picture


def main(words: Sequence[str]) -> int:
    """Play the tour; the exit code. Pictures go to --out."""
    parser = argparse.ArgumentParser("sms-desk tour", description=__doc__)
    parser.add_argument("--out", type=Path, default=Path("tour"), help="folder for the pictures")
    out: Path = parser.parse_args(list(words)).out
    out.mkdir(parents=True, exist_ok=True)
    home = Path(tempfile.mkdtemp(prefix="sms-desk-tour-"))
    try:
        return play(out, home)
    finally:
        shutil.rmtree(home, ignore_errors=True)


def play(out: Path, home: Path, say: Callable[[str], object] | None = None) -> int:
    """The tour on a new demo in `home`; 0 if every step came true."""
    say = say or (lambda words: sys.stdout.write(words + "\n") and sys.stdout.flush())
    launch = Launch(demo=True, home=home)
    app = make_app()
    profile = profile_of(launch)
    profile.make()
    state = MachineState(profile.state)
    state.choose("close_to_tray", False)
    theme.apply(app, "light")
    window = MainWindow()
    window.take_shape(state)
    start = Start(Frame(app, window, launch, state, open_workspace))
    tour = Tour(start, window, out, say)
    tour.start()
    window.show()
    window.activateWindow()
    app.exec()
    start.finish()
    say(f"Stopped at {tour.failure}" if tour.failure else f"Pictures are in {out}")
    return 1 if tour.failure else 0
