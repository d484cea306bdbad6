"""Tabs in the head of a screen: one of a few sections is always chosen."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import QRectF, QSize, Qt, Signal
from PySide6.QtGui import QPainter, QPaintEvent
from PySide6.QtWidgets import QAbstractButton, QButtonGroup, QHBoxLayout, QWidget
from typing_extensions import override

from sms_desk.ui import theme

_HEIGHT = 32


class Tabs(QWidget):
    """Left and right move between the tabs, as everywhere. Each has a stable key."""

    chosen = Signal(str)

    def __init__(
        self, names: Sequence[tuple[str, str]], title: str, parent: QWidget | None = None
    ) -> None:
        """names: (key, words) pairs; the first is chosen. title: of all together."""
        super().__init__(parent)
        self.setAccessibleName(title)
        self._group = QButtonGroup(self)
        self._tabs: dict[str, Tab] = {}
        layout = QHBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(16)
        for key, words in names:
            tab = Tab(words, self)
            self._group.addButton(tab)
            layout.addWidget(tab)
            tab.clicked.connect(lambda _=False, to=key: self.chosen.emit(to))
            self._tabs[key] = tab
        next(iter(self._tabs.values())).setChecked(True)

    def choose(self, key: str) -> None:
        """As if the person had clicked there."""
        self._tabs[key].setChecked(True)
        self.chosen.emit(key)

    def current(self) -> str:
        return next(key for key, tab in self._tabs.items() if tab.isChecked())


class Tab(QAbstractButton):
    """Words, underlined in the accent while chosen."""

    def __init__(self, text: str, parent: QWidget) -> None:
        super().__init__(parent)
        self.setText(text)
        self.setAccessibleName(text)
        self.setCheckable(True)
        self.setFocusPolicy(Qt.FocusPolicy.TabFocus)

    @override
    def sizeHint(self) -> QSize:
        self.setFont(theme.font("name_unread"))
        return QSize(self.fontMetrics().horizontalAdvance(self.text()) + 2, _HEIGHT)

    @override
    def paintEvent(self, event: QPaintEvent) -> None:
        tokens = theme.tokens()
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setFont(theme.font("name_unread" if self.isChecked() else "body"))
        painter.setPen(tokens.accent if self.isChecked() else tokens.secondary)
        painter.drawText(self.rect(), Qt.AlignmentFlag.AlignCenter, self.text())
        if self.isChecked() or self.hasFocus():
            painter.setPen(Qt.PenStyle.NoPen)
            painter.setBrush(tokens.accent if self.isChecked() else tokens.line)
            thick = 3 if self.hasFocus() else 2
            painter.drawRect(QRectF(0, self.height() - thick, self.width(), thick))
