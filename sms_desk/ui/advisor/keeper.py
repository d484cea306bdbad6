"""Has the advisor look at the directory in the background, for the screen and the rail's count (R15).

It walks the messages of 90 days, so it looks again soon after a change of the directory, and else at
most every ten minutes; what it found last stays until then.
"""

from __future__ import annotations

from time import monotonic
from typing import Final

from PySide6.QtCore import QObject, QTimer, Signal, Slot

from sms_desk.domain.changes import EVERYTHING, Changes, Thing
from sms_desk.domain.errors import DeskError
from sms_desk.ui.advisor.reading import Advice, advice
from sms_desk.ui.bus import Bus
from sms_desk.ui.doors import Doors

FIRST_MS: Final = 8_000
"""The first page, the line and the counts come before it."""
GATHER_MS: Final = 400
FOREIGN_SHARE: Final = 10
"""Another process says only that something changed: then at most this part of the time is spent."""
EVERY_MS: Final = 600_000
_TOUCHING: Final = (Thing.SENDER, Thing.PROGRAM, Thing.PERSON, Thing.FINDING)


class AdviceKeeper(QObject):
    advised = Signal(object)
    """`Advice`, read again."""
    failed = Signal(object)
    """A `DeskError`; what was found before still stands."""
    working = Signal(bool)

    def __init__(self, doors: Doors, bus: Bus, parent: QObject) -> None:
        super().__init__(parent)
        self._doors = doors
        self._found: Advice | None = None
        self._busy = False
        self._again = False
        self._began = 0.0
        self._took = 0.0
        self._pause = QTimer(self)
        self._pause.setSingleShot(True)
        self._pause.timeout.connect(self.read)
        self._turn = QTimer(self)
        self._turn.setInterval(EVERY_MS)
        self._turn.timeout.connect(self.read)
        self._turn.start()
        self._pause.start(FIRST_MS)
        bus.changed.connect(self._on_changed)

    def found(self) -> Advice | None:
        """What it found last."""
        return self._found

    def is_busy(self) -> bool:
        return self._busy

    @Slot()
    def read(self) -> None:
        """Look now; once more after that where something changes meanwhile."""
        if self._busy:
            self._again = True
            return
        self._busy, self._began = True, monotonic()
        self._pause.stop()
        self.working.emit(True)
        self._doors.read(self, advice, then=self._on_advice, failed=self._on_failed)

    @Slot(object)
    def _on_changed(self, changes: Changes) -> None:
        if not any(changes.touches(thing) for thing in _TOUCHING):
            return
        wait = GATHER_MS
        if set(changes.touched) == set(EVERYTHING.touched):
            wait = max(wait, int(self._took * 1000) * FOREIGN_SHARE)
        self.soon(wait)

    def soon(self, wait: int = GATHER_MS) -> None:
        """Look within so many milliseconds; what comes until then is looked at together."""
        if not self._pause.isActive() or self._pause.remainingTime() > wait:
            self._pause.start(wait)

    def _on_advice(self, found: Advice) -> None:
        self._found = found
        self._end()
        self.advised.emit(found)

    def _on_failed(self, error: DeskError) -> None:
        self._end()
        self.failed.emit(error)

    def _end(self) -> None:
        self._busy, self._took = False, monotonic() - self._began
        again, self._again = self._again, False
        self.working.emit(False)
        if again:
            self.read()
