"""Pop-ups outside the window: by the desktop's own service, else by the tray (R21)."""

from __future__ import annotations

from PySide6.QtCore import QObject, Qt, Signal, Slot
from shiboken6 import isValid

from sms_desk.notify.base import Shown
from sms_desk.notify.desktop import DesktopPopups


class Popups(QObject):
    clicked = Signal(object)
    """A person clicked it: its `Shown`."""
    tray_wanted = Signal(object)
    """No desktop service shows it: a `Shown` for the tray."""
    _click_heard = Signal(object)
    _refused = Signal(object)

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._click_heard.connect(self.clicked, Qt.ConnectionType.QueuedConnection)
        self._refused.connect(self.tray_wanted, Qt.ConnectionType.QueuedConnection)
        self._desktop = (
            DesktopPopups(self._hear_click, self._hear_refusal) if DesktopPopups.has_bus() else None
        )

    @Slot(object)
    def show(self, shown: Shown) -> None:
        if self._desktop is not None:
            self._desktop.show(shown)
        else:
            self.tray_wanted.emit(shown)

    @Slot(str)
    def withdraw(self, key: str) -> None:
        if self._desktop is not None:
            self._desktop.withdraw(key)

    def close(self) -> None:
        if self._desktop is not None:
            self._desktop.close()

    def _hear_click(self, shown: Shown) -> None:
        if isValid(self):  # called in another thread
            self._click_heard.emit(shown)

    def _hear_refusal(self, shown: Shown) -> None:
        if isValid(self):
            self._refused.emit(shown)
