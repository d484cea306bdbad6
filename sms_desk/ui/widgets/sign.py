"""A small drawing that stands beside words, in a colour that means something."""

from __future__ import annotations

from PySide6.QtCore import QSize
from PySide6.QtGui import QPainter, QPaintEvent
from PySide6.QtWidgets import QWidget
from typing_extensions import override

from sms_desk.ui import theme


class Sign(QWidget):
    """The words beside it say what it means: a screen reader passes it by."""

    def __init__(
        self, icon: str, ink: str = "secondary", parent: QWidget | None = None, *, size: int = 16
    ) -> None:
        super().__init__(parent)
        self._icon, self._ink, self._size = icon, ink, size
        self.setFixedSize(QSize(size, size))
        theme.signals.changed.connect(self.update)

    def show_sign(self, icon: str, ink: str) -> None:
        self._icon, self._ink = icon, ink
        self.update()

    @override
    def paintEvent(self, event: QPaintEvent) -> None:
        ratio = self.devicePixelRatioF()
        QPainter(self).drawPixmap(0, 0, theme.pixmap(self._icon, self._ink, self._size, ratio))
