"""What a thread shows while its first page is read: quiet shapes where bubbles will stand."""

from __future__ import annotations

from PySide6.QtCore import QRectF, Qt
from PySide6.QtGui import QPainter, QPaintEvent
from PySide6.QtWidgets import QWidget
from typing_extensions import override

from sms_desk.ui import theme
from sms_desk.ui.theme.tokens import RADIUS_BUBBLE
from sms_desk.ui.thread.shape import SIDE, bubble_width

_BUBBLES = ((False, 0.7), (False, 0.45), (True, 0.85), (False, 0.6), (True, 0.5))
_HEIGHT, _STEP = 34.0, 46.0


class Skeleton(QWidget):
    """Still, for nothing blinks (look.md)."""

    @override
    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(theme.tokens().neutral_soft)
        top = self.height() - SIDE - _STEP * len(_BUBBLES)
        for outgoing, share in _BUBBLES:
            width = bubble_width(self.width()) * share
            left = self.width() - SIDE - width if outgoing else SIDE
            rect = QRectF(left, top, width, _HEIGHT)
            painter.drawRoundedRect(rect, RADIUS_BUBBLE, RADIUS_BUBBLE)
            top += _STEP
