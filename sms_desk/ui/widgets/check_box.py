"""A box to tick, seen in every scheme."""

from __future__ import annotations

from typing import Final

from PySide6.QtCore import QPointF, Qt
from PySide6.QtGui import QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import QCheckBox, QStyle, QStyleOptionButton
from typing_extensions import override

from sms_desk.ui import theme

_TICK: Final = ((0.24, 0.52), (0.43, 0.71), (0.77, 0.33))
"""Its corners, in parts of the box."""


class CheckBox(QCheckBox):
    """The stylesheet draws the box, and this its tick: a stylesheet takes one only from a file, in
    whatever colour that has."""

    @override
    def paintEvent(self, event: QPaintEvent) -> None:
        super().paintEvent(event)
        if not self.isChecked():
            return
        option = QStyleOptionButton()
        self.initStyleOption(option)
        indicator = QStyle.SubElement.SE_CheckBoxIndicator
        box = self.style().subElementRect(indicator, option, self)
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        ends, joins = Qt.PenCapStyle.RoundCap, Qt.PenJoinStyle.RoundJoin
        painter.setPen(QPen(theme.tokens().on_accent, 1.8, Qt.PenStyle.SolidLine, ends, joins))
        painter.drawPolyline(
            [QPointF(box.x() + x * box.width(), box.y() + y * box.height()) for x, y in _TICK]
        )
