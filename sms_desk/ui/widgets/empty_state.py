"""What a place shows when there is nothing in it: one sentence, one action, a small drawing."""

from __future__ import annotations

from typing import Final

from PySide6.QtCore import QRectF, QSize, Qt, Signal
from PySide6.QtGui import QPainter, QPaintEvent
from PySide6.QtWidgets import QVBoxLayout, QWidget
from typing_extensions import override

from sms_desk.ui import theme
from sms_desk.ui.widgets.bare import Bare
from sms_desk.ui.widgets.buttons import Button
from sms_desk.ui.widgets.text import Label

_DISC: Final = 64
_DRAWING: Final = 28


class EmptyState(Bare):
    """A sentence in the middle, with a drawing above and an action below."""

    action_requested = Signal()

    def show_words(self, icon: str, sentence: str, action: str = "", *, tint: str = "") -> None:
        """What to say. action: the button's words, "" for none; tint: the drawing's colour."""
        self.furnish()
        self._drawing.set_drawing(icon, tint or "secondary")
        self._sentence.setText(sentence)
        self._action.set_words(action)
        self._action.setVisible(bool(action))
        self.setAccessibleName(sentence)

    def sentence(self) -> str:
        return self._sentence.text() if self.is_furnished() else ""

    @override
    def _furnish(self) -> None:
        self._drawing = _Drawing(self)
        self._sentence = Label("", tone="secondary", wrap=True, parent=self)
        self._sentence.setAlignment(Qt.AlignmentFlag.AlignCenter)
        self._action = Button("", "plain", parent=self)
        self._action.clicked.connect(self.action_requested)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(32, 24, 32, 24)
        layout.setSpacing(16)
        layout.addStretch(2)
        layout.addWidget(self._drawing, 0, Qt.AlignmentFlag.AlignHCenter)
        layout.addWidget(self._sentence)
        layout.addWidget(self._action, 0, Qt.AlignmentFlag.AlignHCenter)
        layout.addStretch(3)


class _Drawing(QWidget):
    """An icon on a quiet disc."""

    def __init__(self, parent: QWidget) -> None:
        super().__init__(parent)
        self._icon = "inbox"
        self._tint = "secondary"
        self.setFixedSize(QSize(_DISC, _DISC))
        theme.signals.changed.connect(self.update)

    def set_drawing(self, icon: str, tint: str) -> None:
        self._icon, self._tint = icon, tint
        self.update()

    @override
    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(theme.tokens().neutral_soft)
        painter.drawEllipse(QRectF(self.rect()))
        corner = (_DISC - _DRAWING) // 2
        ratio = self.devicePixelRatioF()
        painter.drawPixmap(corner, corner, theme.pixmap(self._icon, self._tint, _DRAWING, ratio))
