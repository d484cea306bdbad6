"""What the screens beside the conversations share: a head, a middle, and a detail pane."""

from __future__ import annotations

from typing import Final

from PySide6.QtCore import QSize, Qt
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import QApplication, QHBoxLayout, QVBoxLayout, QWidget
from typing_extensions import override

from sms_desk.ui.widgets.forms import scrolled
from sms_desk.ui.widgets.panes import horizontal_line, on_ground, vertical_line
from sms_desk.ui.widgets.search_field import SearchField
from sms_desk.ui.widgets.text import label

DETAIL_WIDTH: Final = 320
_BESIDE_FROM: Final = 760
"""Width from which the detail pane stands beside the table; below, it takes its place."""


class Screen(QWidget):
    """Title, controls and buttons above; the middle; the detail pane at the end while wanted."""

    def __init__(
        self,
        title: str,
        middle: QWidget,
        parent: QWidget | None = None,
        *,
        detail_width: int = DETAIL_WIDTH,
    ) -> None:
        super().__init__(parent)
        self._detail_width = self._width = detail_width
        on_ground(self, "base")
        self.setAccessibleName(title)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setFocusProxy(middle)
        self._middle = middle
        self._head = QHBoxLayout()
        self._head.setContentsMargins(16, 11, 16, 11)
        self._head.setSpacing(8)
        self._head.addWidget(label(title, "title", parent=self))
        self._head.addSpacing(8)
        self._controls = 2
        self._head.addStretch(1)
        self._detail = QWidget(self)
        on_ground(self._detail, "base")
        self._content: QWidget | None = None
        self._detail_layout = QHBoxLayout(self._detail)
        self._detail_layout.setContentsMargins(0, 0, 0, 0)
        self._detail_layout.setSpacing(0)
        self._detail_layout.addWidget(vertical_line(self._detail))
        self._detail.hide()
        left = QVBoxLayout()
        left.setSpacing(0)
        left.addLayout(self._head)
        left.addWidget(horizontal_line(self))
        left.addWidget(middle, 1)
        self._left = QWidget(self)
        self._left.setLayout(left)
        left.setContentsMargins(0, 0, 0, 0)
        layout = QHBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(0)
        layout.addWidget(self._left, 1)
        layout.addWidget(self._detail)

    def add_search(self, name: str) -> SearchField:
        """A field that narrows the table."""
        field = SearchField(name, name, parent=self)
        field.setMaximumWidth(240)
        self._head.insertWidget(self._controls, field, 1)
        self._controls += 1
        return field

    def add_control(self, widget: QWidget) -> None:
        """Beside the title."""
        self._head.insertWidget(self._controls, widget)
        self._controls += 1

    def add_button(self, button: QWidget) -> None:
        """At the end of the head."""
        self._head.addWidget(button)

    def show_detail(self, content: QWidget | None, *, width: int = 0) -> None:
        """A pane for one row; None folds it away. width: of this one, if not as of all."""
        self._width = width or self._detail_width
        focused = QApplication.focusWidget()
        inside = self._detail.isAncestorOf(focused) if focused is not None else False
        if self._content is not None:
            self._content.hide()
            self._content.deleteLater()
            self._content = None
        if content is not None:
            page = QWidget()
            column = QVBoxLayout(page)
            column.setContentsMargins(16, 16, 16, 16)
            column.addWidget(content)
            column.addStretch(1)
            self._content = scrolled(page)
            self._detail_layout.addWidget(self._content)
        self._detail.setVisible(content is not None)
        self._fit()
        if inside:  # where the keys were is gone: they go on in the middle
            self._middle.setFocus()

    def has_detail(self) -> bool:
        return self._content is not None

    @override
    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._fit()

    @override
    def minimumSizeHint(self) -> QSize:
        return QSize(320, 240)

    def _fit(self) -> None:
        wide = self._width
        narrow = self.width() < _BESIDE_FROM + wide - DETAIL_WIDTH
        self._left.setVisible(not (narrow and self.has_detail()))
        self._detail.setMinimumWidth(0 if narrow else wide)
        self._detail.setMaximumWidth(16_777_215 if narrow else wide)
