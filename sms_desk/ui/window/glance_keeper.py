"""Keeps, in quiet moments, what the next start of the window shows first (services.glances)."""

from __future__ import annotations

from typing import Final

from PySide6.QtCore import QObject, QTimer, Slot

from sms_desk.settings.files import MachineState
from sms_desk.ui.rail import Rail
from sms_desk.ui.window.first_page import first_scope
from sms_desk.ui.window.ties import Ties

QUIET_MS: Final = 3_000
"""This long after the last change: it costs a commit, and nobody waits for it."""


class GlanceKeeper(QObject):
    def __init__(self, rail: Rail, state: MachineState, ties: Ties, parent: QObject) -> None:
        super().__init__(parent)
        self._rail = rail
        self._state = state
        self._ties = ties
        self._quiet = QTimer(self)
        self._quiet.setSingleShot(True)
        self._quiet.setInterval(QUIET_MS)
        self._quiet.timeout.connect(self.keep)
        self._quiet.start()
        for told in (ties.bus.changed, rail.place_chosen):
            told.connect(self._quiet.start)

    @Slot()
    def keep(self) -> None:
        """Now."""
        place = self._rail.chosen_key()
        self._state.put("place", place)
        session, scope = self._ties.session, first_scope(place)
        self._ties.doors.run(self, lambda: session.keep_glance(scope), then=lambda _none: None)
