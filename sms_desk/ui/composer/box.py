"""The rounded box around the text: its edge shows the focus, its ground shows a note."""

from __future__ import annotations

from PySide6.QtCore import QEvent, QObject, QRectF
from PySide6.QtGui import QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import QWidget
from typing_extensions import override

from sms_desk.ui import theme
from sms_desk.ui.theme.tokens import RADIUS_CARD


class Box(QWidget):
    """Follows the focus of the widget that it is told to follow."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._followed: QWidget | None = None
        self._is_note = False
        theme.signals.changed.connect(self.update)

    def follow(self, widget: QWidget) -> None:
        self._followed = widget
        widget.installEventFilter(self)

    def tint_as_note(self, is_note: bool) -> None:
        self._is_note = is_note
        self.update()

    @override
    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        if event.type() in (QEvent.Type.FocusIn, QEvent.Type.FocusOut):
            self.update()
        return False

    @override
    def paintEvent(self, event: QPaintEvent) -> None:
        tokens = theme.tokens()
        focused = self._followed is not None and self._followed.hasFocus()
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        rect = QRectF(self.rect())
        if focused and not self._is_note:
            painter.setPen(QPen(tokens.accent_soft, 2))
            painter.drawRoundedRect(rect.adjusted(1, 1, -1, -1), RADIUS_CARD + 2, RADIUS_CARD + 2)
        edge = tokens.note_line if self._is_note else tokens.control_line
        painter.setPen(QPen(tokens.accent if focused else edge, 1))
        painter.setBrush(tokens.note if self._is_note else tokens.raised)
        painter.drawRoundedRect(rect.adjusted(2.5, 2.5, -2.5, -2.5), RADIUS_CARD, RADIUS_CARD)
