"""Cards of the plan: a titled frame, and columns that become one where the window is narrow."""

from __future__ import annotations

from typing import Final

from PySide6.QtCore import QEvent, QSize
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import QFrame, QHBoxLayout, QVBoxLayout, QWidget
from typing_extensions import override

from sms_desk.ui.widgets.panes import horizontal_line, on_ground
from sms_desk.ui.widgets.text import ElidedLabel, Label, label

_WIDE: Final = 960
_MIDDLE: Final = 640


class Card(QFrame):
    """A title, and rows below it between hairlines."""

    def __init__(self, title: str, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        on_ground(self, "card")
        self.setAccessibleName(title)
        self.column = QVBoxLayout(self)
        self.column.setContentsMargins(16, 14, 16, 14)
        self.column.setSpacing(8)
        head = QHBoxLayout()
        head.setSpacing(6)
        head.addWidget(label(title, "body_strong", parent=self))
        self.beside = ElidedLabel("", "snippet", tone="secondary", parent=self)
        head.addWidget(self.beside, 1)
        self.column.addLayout(head)

    def add(self, widget: QWidget) -> None:
        self.column.addWidget(widget)

    def add_words(self, text: str = "") -> Label:
        words = label(text, "snippet", tone="secondary", wrap=True, parent=self)
        self.column.addWidget(words)
        return words

    def add_line(self) -> None:
        self.column.addWidget(horizontal_line(self))


class Columns(QWidget):
    """Three columns side by side where there is room, two, or one below the other."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        on_ground(self, "sunken")
        self._columns = [QVBoxLayout() for _ in range(3)]
        self._widgets: list[tuple[int, QWidget]] = []
        self._shape = 0
        self._row = QHBoxLayout(self)
        self._row.setContentsMargins(16, 16, 16, 16)
        self._row.setSpacing(16)
        for column, stretch in zip(self._columns, (29, 50, 33), strict=True):
            column.setSpacing(16)
            self._row.addLayout(column, stretch)

    def add(self, column: int, widget: QWidget) -> None:
        self._widgets.append((column, widget))
        widget.setParent(self)
        self._place(self._shape or 3)

    @override
    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        wide = self.width()
        shape = 3 if wide >= _WIDE else 2 if wide >= _MIDDLE else 1
        if shape != self._shape:
            self._place(shape)

    @override
    def event(self, event: QEvent) -> bool:
        """A card whose wrapped text has changed: Qt keeps the height that it had for this width."""
        done = super().event(event)
        if event.type() == QEvent.Type.LayoutRequest:
            cards = [card for _, card in self._widgets if card.hasHeightForWidth()]
            if any(card.heightForWidth(card.width()) != card.height() for card in cards):
                self._place(self._shape)
        return done

    @override
    def minimumSizeHint(self) -> QSize:
        return QSize(300, super().minimumSizeHint().height())

    def _place(self, shape: int) -> None:
        """In two columns the checks stand below who and when; in one, all follow each other."""
        self._shape = shape
        where = {3: (0, 1, 2), 2: (0, 1, 0), 1: (0, 0, 0)}[shape]
        for column in self._columns:
            while column.count():
                column.takeAt(0)
        for wanted, widget in sorted(self._widgets, key=lambda pair: pair[0]):
            self._columns[where[wanted]].addWidget(widget)
        for at, column in enumerate(self._columns):
            used = at in where
            if used:
                column.addStretch(1)
            stretch = {3: (29, 50, 33), 2: (40, 60, 0), 1: (1, 0, 0)}[shape][at]
            self._row.setStretch(at, stretch)
        self._row.setSpacing(16 if shape > 1 else 0)
