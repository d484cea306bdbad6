"""Tells when a widget has been painted."""

from __future__ import annotations

from collections.abc import Callable
from typing import Final

from PySide6.QtCore import QEvent, QObject, QTimer
from PySide6.QtWidgets import QWidget
from typing_extensions import override

UNSEEN_MS: Final = 250
"""A window that is hidden or minimised is not painted, and nobody waits for its picture."""


class OncePainted(QObject):
    """Calls back after the widget's next paint, or soon if none comes."""

    def __init__(self, widget: QWidget, then: Callable[[], None]) -> None:
        super().__init__(widget)
        self._widget = widget
        self._then: Callable[[], None] | None = then
        self._unseen = QTimer(self)
        self._unseen.setSingleShot(True)
        self._unseen.setInterval(UNSEEN_MS)
        self._unseen.timeout.connect(self._tell)
        self._unseen.start()
        widget.installEventFilter(self)

    @override
    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        if event.type() == QEvent.Type.Paint and watched is self._widget:
            self._widget.removeEventFilter(self)
            QTimer.singleShot(0, self, self._tell)  # when the whole window has been painted
        return False

    def _tell(self) -> None:
        self._unseen.stop()
        then, self._then = self._then, None
        if then is not None:
            self.deleteLater()
            then()
