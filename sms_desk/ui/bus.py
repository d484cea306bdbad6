"""Says what changed, once: own commands, the connector, and other processes (design §2).

Each screen asks "mine?" and reads those ids again. `tell` may be called from any thread.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Final

from PySide6.QtCore import QObject, Qt, QTimer, Signal, Slot
from shiboken6 import isValid

from sms_desk.domain.changes import EVERYTHING, Changes
from sms_desk.domain.errors import DeskError
from sms_desk.ui.doors import Doors

GATHER_MS: Final = 20
"""Changes that come this close together are said as one: a sync commits slice after slice."""
FOREIGN_MS: Final = 250


class Bus(QObject):
    changed = Signal(object)
    """The `Changes` of the last moment."""
    _told = Signal(object)

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._gathered = Changes()
        self._pause = QTimer(self)
        self._pause.setSingleShot(True)
        self._pause.setInterval(GATHER_MS)
        self._pause.timeout.connect(self._on_gathered)
        self._told.connect(self._on_told, Qt.ConnectionType.QueuedConnection)

    def tell(self, changes: Changes) -> None:
        """Something changed. A thread that ends later than the window tells nobody."""
        if isValid(self):
            self._told.emit(changes)

    @Slot(object)
    def _on_told(self, changes: Changes) -> None:
        if not changes:
            return
        self._gathered |= changes
        if not self._pause.isActive():
            self._pause.start()

    @Slot()
    def _on_gathered(self) -> None:
        gathered, self._gathered = self._gathered, Changes()
        self.changed.emit(gathered)


class ForeignWatch(QObject):
    """Asks four times a second whether another process wrote; one question at a time."""

    def __init__(self, asks: Callable[[], bool], doors: Doors, bus: Bus, parent: QObject) -> None:
        super().__init__(parent)
        self._asks = asks
        self._doors = doors
        self._bus = bus
        self._timer = QTimer(self)
        self._timer.setSingleShot(True)
        self._timer.setInterval(FOREIGN_MS)
        self._timer.timeout.connect(self._on_due)
        self._timer.start()

    @Slot()
    def _on_due(self) -> None:
        self._doors.run(self, self._asks, then=self._on_answer, failed=self._on_failed)

    def _on_answer(self, wrote: bool) -> None:
        self._timer.start()
        if wrote:
            self._bus.tell(EVERYTHING)

    def _on_failed(self, _error: DeskError) -> None:
        self._timer.start()  # what is read next says the same aloud
