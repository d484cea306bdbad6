"""Keeps the rail's count of what stands against the directory true; reps have neither (R15, R31)."""

from __future__ import annotations

from PySide6.QtCore import QObject, Slot

from sms_desk.domain.model import Role
from sms_desk.ui.advisor.keeper import AdviceKeeper
from sms_desk.ui.advisor.reading import Advice
from sms_desk.ui.rail import Rail
from sms_desk.ui.window.ties import Ties


class AdviceController(QObject):
    def __init__(self, rail: Rail, ties: Ties, parent: QObject) -> None:
        super().__init__(parent)
        self._rail = rail
        self.keeper: AdviceKeeper | None = None
        if ties.role is Role.REP:
            rail.set_advice(None)  # somebody else may have sat here before
            return
        self.keeper = AdviceKeeper(ties.doors, ties.bus, self)
        self.keeper.advised.connect(self._on_advised)
        rail.set_advice(0)

    @Slot(object)
    def _on_advised(self, found: Advice) -> None:
        self._rail.set_advice(found.pressing)
