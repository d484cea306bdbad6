"""Work on another thread that says how far it is, and that a person may stop."""

from __future__ import annotations

import threading
from time import monotonic

from PySide6.QtCore import QObject, Qt, Signal, Slot

from sms_desk.services.csv_files import Progress, Stopped
from sms_desk.ui.widgets.progress_bar import Work, WorkBar


class LongWork(QObject):
    """One piece of work at a time, on a bar at the foot of whoever started it."""

    busy_changed = Signal(bool)
    _progressed = Signal(int, int)
    """Which piece of work, and how many are done."""

    def __init__(self, bar: WorkBar, parent: QObject) -> None:
        super().__init__(parent)
        self._bar = bar
        self._what = ""
        self._total: int | None = None
        self._began = 0.0
        self._number = 0
        self._stop = threading.Event()
        bar.stop_requested.connect(self.stop)
        self._progressed.connect(self._on_progressed, Qt.ConnectionType.QueuedConnection)

    def begin(self, what: str, total: int | None = None) -> Progress:
        """To be told, from any thread, how many are done; raises `Stopped` once it is stopped.

        total: of how many; None while nobody knows.
        """
        self._what, self._total, self._began = what, total, monotonic()
        self._number += 1
        self._stop = stop = threading.Event()
        number, tell = self._number, self._progressed
        self._bar.show_work(Work(what, 0, total, None))
        self.busy_changed.emit(True)

        def told(done: int) -> None:
            if stop.is_set():
                raise Stopped
            tell.emit(number, done)

        return told

    def end(self) -> None:
        """It is over, however it went."""
        self._number += 1
        self._bar.show_work(None)
        self.busy_changed.emit(False)

    @Slot()
    def stop(self) -> None:
        """The work hears of it at its next word."""
        self._stop.set()

    @Slot(int, int)
    def _on_progressed(self, number: int, done: int) -> None:
        if number == self._number:
            self._bar.show_work(Work(self._what, done, self._total, self._left(done)))

    def _left(self, done: int) -> int | None:
        """How long still; nothing is said of the first moments, which tell little."""
        passed = monotonic() - self._began
        if self._total is None or not done or passed < 1:
            return None
        return max(0, round(passed / done * (self._total - done)))
