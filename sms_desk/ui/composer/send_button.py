"""The send button: its word, and its key in a lighter hand."""

from __future__ import annotations

from PySide6.QtCore import QRect, QSize, Qt
from PySide6.QtGui import QColor, QPainter, QPaintEvent
from PySide6.QtWidgets import QSizePolicy, QWidget
from typing_extensions import override

from sms_desk.ui import theme
from sms_desk.ui.widgets.buttons import Button
from sms_desk.ui.widgets.text import set_tip

_PAD = 14
_GAP = 10


class SendButton(Button):
    """Drawn over the primary button's ground. Where room is short the key goes: the tooltip has it."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__("", "primary", parent=parent)
        self._word = ""
        self._key = ""
        self.setSizePolicy(QSizePolicy.Policy.Preferred, QSizePolicy.Policy.Fixed)

    def show_action(self, word: str, key: str) -> None:
        """word: what it does; key: what does the same on the keyboard."""
        self._word, self._key = word, key
        self.setAccessibleName(word)
        set_tip(self, f"{word} ({key})")
        self.updateGeometry()
        self.update()

    @override
    def sizeHint(self) -> QSize:
        return QSize(self._word_width() + self._key_width() + _GAP + 2 * _PAD, 32)

    @override
    def minimumSizeHint(self) -> QSize:
        return QSize(self._word_width() + 2 * _PAD, 32)

    def shows_key(self) -> bool:
        """Whether there is room for both."""
        return self.width() >= self.sizeHint().width()

    @override
    def paintEvent(self, event: QPaintEvent) -> None:
        super().paintEvent(event)
        tokens = theme.tokens()
        color = QColor(tokens.on_accent if self.isEnabled() else tokens.disabled)
        painter = QPainter(self)
        painter.setPen(color)
        painter.setFont(theme.font("body_strong"))
        rect = QRect(_PAD, 0, self.width() - 2 * _PAD, self.height())
        middle = Qt.AlignmentFlag.AlignVCenter
        if not self.shows_key():
            painter.drawText(rect, Qt.AlignmentFlag.AlignCenter, self._word)
            return
        painter.drawText(rect, Qt.AlignmentFlag.AlignLeading | middle, self._word)
        color.setAlphaF(0.8)
        painter.setPen(color)
        painter.setFont(theme.font("snippet"))
        painter.drawText(rect, Qt.AlignmentFlag.AlignTrailing | middle, self._key)

    def _word_width(self) -> int:
        self.setFont(theme.font("body_strong"))
        return self.fontMetrics().horizontalAdvance(self._word)

    def _key_width(self) -> int:
        return self.fontMetrics().horizontalAdvance(self._key)
