"""A scroll bar that stands over the end of what it scrolls, not beside it."""

from __future__ import annotations

from PySide6.QtCore import QEvent, QObject, Qt, Slot
from PySide6.QtWidgets import QAbstractScrollArea, QScrollBar
from typing_extensions import override


class OverBar(QScrollBar):
    """Rows keep their whole width, so that their grounds and lines reach the edge whether there is
    something to scroll or not; a row leaves the room of the bar without words.

    The area's own bar stays what its code asks and sets; it is only not shown.
    """

    def __init__(self, area: QAbstractScrollArea) -> None:
        super().__init__(Qt.Orientation.Vertical, area)
        self._area = area
        area.setVerticalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        hidden = area.verticalScrollBar()
        hidden.rangeChanged.connect(self._on_range_changed)
        hidden.valueChanged.connect(self.setValue)
        self.valueChanged.connect(hidden.setValue)
        for widget in (area, area.viewport()):
            widget.installEventFilter(self)
        self._on_range_changed()

    @override
    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        if event.type() in (QEvent.Type.Resize, QEvent.Type.LayoutDirectionChange):
            self._place()
        return super().eventFilter(watched, event)

    @Slot()
    def _on_range_changed(self) -> None:
        hidden = self._area.verticalScrollBar()
        self.setPageStep(hidden.pageStep())
        self.setSingleStep(hidden.singleStep())
        self.setRange(hidden.minimum(), hidden.maximum())
        self.setValue(hidden.value())
        self.setVisible(self.maximum() > self.minimum())
        self._place()

    def _place(self) -> None:
        rows, width = self._area.viewport().geometry(), self.sizeHint().width()
        mirrored = self._area.layoutDirection() == Qt.LayoutDirection.RightToLeft
        left = rows.left() if mirrored else rows.right() + 1 - width
        self.setGeometry(left, rows.top(), width, rows.height())  # a table's head stays above
        self.raise_()
