"""The tabs Reply and Note, one of which is always chosen."""

from __future__ import annotations

from PySide6.QtCore import QRectF, QSize, Qt, Signal
from PySide6.QtGui import QPainter, QPaintEvent
from PySide6.QtWidgets import QAbstractButton, QButtonGroup, QHBoxLayout, QWidget
from typing_extensions import override

from sms_desk.domain.model import DraftMode
from sms_desk.ui import theme
from sms_desk.ui.widgets.words import tr


class ModeTabs(QWidget):
    """Left and right move between the tabs, as everywhere."""

    mode_chosen = Signal(object)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._tabs = {
            DraftMode.REPLY: _Tab(tr("composer", "Reply"), self),
            DraftMode.NOTE: _Tab(tr("composer", "Note"), self),
        }
        group = QButtonGroup(self)
        layout = QHBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(12)
        for mode, tab in self._tabs.items():
            group.addButton(tab)
            layout.addWidget(tab)
            tab.clicked.connect(lambda _=False, chosen=mode: self.mode_chosen.emit(chosen))
        self._tabs[DraftMode.REPLY].setChecked(True)

    def choose(self, mode: DraftMode) -> None:
        self._tabs[mode].setChecked(True)


class _Tab(QAbstractButton):
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
        return QSize(self.fontMetrics().horizontalAdvance(self.text()) + 2, 32)

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
