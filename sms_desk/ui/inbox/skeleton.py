"""The shapes of rows, standing still, while the first page is on its way."""

from __future__ import annotations

from PySide6.QtCore import QRect
from PySide6.QtGui import QPainter, QPaintEvent
from PySide6.QtWidgets import QStyleOptionViewItem, QWidget
from typing_extensions import override

from sms_desk.ui import theme
from sms_desk.ui.inbox.delegate import paint_loading
from sms_desk.ui.theme.tokens import ROW_HEIGHT
from sms_desk.ui.widgets.words import tr


class Skeleton(QWidget):
    """As many shapes as there is room for."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setAccessibleName(tr("inbox", "Loading"))
        theme.signals.changed.connect(self.update)

    @override
    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.fillRect(self.rect(), theme.tokens().base)
        option = QStyleOptionViewItem()
        option.initFrom(self)
        for top in range(0, self.height(), ROW_HEIGHT):
            option.rect = QRect(0, top, self.width(), ROW_HEIGHT)
            paint_loading(painter, option)
