"""Keeps the rail's count of WhatsApp windows that nobody will save true (R42)."""

from __future__ import annotations

from typing import Final

from PySide6.QtCore import QObject, QTimer, Slot

from sms_desk.domain.changes import Changes, Thing
from sms_desk.services import windows
from sms_desk.ui.rail import Rail
from sms_desk.ui.window.ties import Ties

GATHER_MS: Final = 2_000
"""It is about hours: while messages pour in, the list and the rail's other counts come first."""
TURN_MS: Final = 300_000
"""Time alone brings a window near its end, and somebody home."""
_TOUCHING: Final = (Thing.CONVERSATION, Thing.MESSAGE, Thing.PERSON, Thing.SENDER, Thing.SETTING)


class BoardController(QObject):
    def __init__(self, rail: Rail, ties: Ties, parent: QObject) -> None:
        super().__init__(parent)
        self._rail = rail
        self._doors = ties.doors
        self._pause = QTimer(self)
        self._pause.setSingleShot(True)
        self._pause.setInterval(GATHER_MS)
        self._pause.timeout.connect(self.read)
        self._turn = QTimer(self)
        self._turn.setInterval(TURN_MS)
        self._turn.timeout.connect(self.read)
        self._turn.start()
        ties.bus.changed.connect(self._on_changed)
        self.read()

    @Slot()
    def read(self) -> None:
        self._doors.read(self, windows.summary, then=self._rail.set_board, key="board")

    @Slot(object)
    def _on_changed(self, changes: Changes) -> None:
        if any(changes.touches(thing) for thing in _TOUCHING) and not self._pause.isActive():
            self._pause.start()
