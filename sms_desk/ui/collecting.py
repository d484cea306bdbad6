"""Rubbish is looked for in the window's thread, and in no other.

Python looks for it in whichever thread happens to make one object too many. A widget that only a cycle
keeps would then end in a reader's thread, which no widget may
(https://doc.qt.io/qt-6/threads-qobject.html).
"""

from __future__ import annotations

import gc
from typing import Final

from PySide6.QtCore import QObject, Qt, QTimer, Slot

EVERY_MS: Final = 1_000


class Collecting(QObject):
    """Looks every second, by Python's own thresholds; never in what was there before it."""

    def __init__(self, parent: QObject) -> None:
        super().__init__(parent)
        gc.freeze()
        gc.disable()
        self._timer = QTimer(self, interval=EVERY_MS, timerType=Qt.TimerType.CoarseTimer)
        self._timer.timeout.connect(self.look)
        self._timer.start()

    @Slot()
    def look(self) -> None:
        """Collect the oldest generation that has grown too large, and with it all younger ones."""
        grown = zip(gc.get_count(), gc.get_threshold(), strict=True)
        large = [generation for generation, (count, most) in enumerate(grown) if count > most]
        if large:
            gc.collect(large[-1])
