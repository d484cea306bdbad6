"""The day of the topmost message, on a strip of its own at the head of a scrolled thread."""

from __future__ import annotations

from PySide6.QtCore import QPoint, QRect, QSize, Qt
from PySide6.QtGui import QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import QWidget
from typing_extensions import override

from sms_desk.ui import theme

_TOP = 8
_HEIGHT = 22


class StickyDay(QWidget):
    """Floats over the list, lets every click through."""

    def __init__(self, parent: QWidget) -> None:
        super().__init__(parent)
        self._text = ""
        self._width = 0
        self.setAttribute(Qt.WidgetAttribute.WA_TransparentForMouseEvents)
        self.hide()

    def reach(self) -> int:
        """How far down it covers the list, in pixels."""
        return _TOP + _HEIGHT

    def text(self) -> str:
        return self._text

    def place(self, width: int) -> None:
        """Stand in the middle of a list that is `width` wide."""
        self._width = width
        self.setGeometry(0, 0, width, self.reach())

    def show_day(self, text: str) -> None:
        """The day in words, "" for none."""
        self.setVisible(bool(text))
        if text and text != self._text:
            self._text = text
            self.place(self._width)
            self.update()

    @override
    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.fillRect(self.rect(), theme.tokens().base)  # a line half covered reads as an error
        size = QSize(self._text_width() + 24, _HEIGHT)
        pill = QRect(QPoint((self.width() - size.width()) // 2, _TOP), size)
        painter.setPen(QPen(theme.tokens().line, 1))
        painter.setBrush(theme.tokens().base)
        painter.drawRoundedRect(
            pill.toRectF().adjusted(0.5, 0.5, -0.5, -0.5), _HEIGHT / 2, _HEIGHT / 2
        )
        painter.setPen(theme.tokens().secondary)
        painter.setFont(theme.font("meta"))
        painter.drawText(pill, Qt.AlignmentFlag.AlignCenter, self._text)

    def _text_width(self) -> int:
        self.setFont(theme.font("meta"))
        return self.fontMetrics().horizontalAdvance(self._text)
