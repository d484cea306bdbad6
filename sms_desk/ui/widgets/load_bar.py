"""A bar that shows how full a desk is, and how full a plan would make it."""

from __future__ import annotations

from PySide6.QtCore import QRectF, QSize, Qt
from PySide6.QtGui import QPainter, QPaintEvent
from PySide6.QtWidgets import QWidget
from typing_extensions import override

from sms_desk.ui import theme

_HEIGHT = 8


class LoadBar(QWidget):
    """before and added, of `most`; what is beyond its end is said by who shows the numbers."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._before, self._added = 0.0, 0.0
        self._over = False
        self.setFixedHeight(_HEIGHT)
        self.setMinimumWidth(60)
        theme.signals.changed.connect(self.update)

    def show_load(self, before: int, added: int, most: int, *, over: bool = False) -> None:
        """over: it is more than a full desk."""
        scale = max(most, 1)
        self._before, self._added = before / scale, added / scale
        self._over = over
        self.update()

    @override
    def sizeHint(self) -> QSize:
        return QSize(160, _HEIGHT)

    @override
    def paintEvent(self, event: QPaintEvent) -> None:
        tokens = theme.tokens()
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(Qt.PenStyle.NoPen)
        whole = QRectF(self.rect())
        ink = tokens.waiting if self._over else tokens.accent
        lighter = ink if not tokens.dark else ink.darker(160)
        for share, color, opacity in (
            (1.0, tokens.neutral_soft, 1.0),
            (min(1.0, self._before + self._added), lighter, 0.4),
            (min(1.0, self._before), ink, 1.0),
        ):
            wide = whole.width() * share
            if wide < 1:
                continue
            start = (
                0.0
                if self.layoutDirection() is Qt.LayoutDirection.LeftToRight
                else (whole.width() - wide)
            )
            painter.setOpacity(opacity)
            painter.setBrush(color)
            painter.drawRoundedRect(QRectF(start, 0, wide, whole.height()), 4, 4)
