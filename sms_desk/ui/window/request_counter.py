"""Keeps the rail's count of wishes to hear no more true (R39)."""

from __future__ import annotations

from typing import Final

from PySide6.QtCore import QObject, QTimer, Slot

from sms_desk.domain.changes import Changes, Thing
from sms_desk.services import opt_outs
from sms_desk.ui.rail import Rail
from sms_desk.ui.window.ties import Ties

GATHER_MS: Final = 1_000
_TOUCHING: Final = (Thing.OPT_OUT, Thing.MESSAGE, Thing.SENDER)


class RequestCounter(QObject):
    def __init__(self, rail: Rail, ties: Ties, parent: QObject) -> None:
        super().__init__(parent)
        self._rail = rail
        self._doors = ties.doors
        self._pause = QTimer(self)
        self._pause.setSingleShot(True)
        self._pause.setInterval(GATHER_MS)
        self._pause.timeout.connect(self.read)
        ties.bus.changed.connect(self._on_changed)
        self.read()

    @Slot()
    def read(self) -> None:
        self._doors.read(
            self, opt_outs.open_requests, then=self._rail.set_requests, key="opt_out_requests"
        )

    @Slot(object)
    def _on_changed(self, changes: Changes) -> None:
        if any(changes.touches(thing) for thing in _TOUCHING) and not self._pause.isActive():
            self._pause.start()
