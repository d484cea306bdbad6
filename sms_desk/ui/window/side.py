"""The left column: the rail, and below it the state of the line and the menu."""

from __future__ import annotations

from typing import Final

from PySide6.QtCore import QMargins, Qt
from PySide6.QtWidgets import QBoxLayout, QMenu, QVBoxLayout, QWidget

from sms_desk.ui.rail import Rail
from sms_desk.ui.widgets.buttons import icon_button
from sms_desk.ui.widgets.panes import horizontal_line, on_ground
from sms_desk.ui.widgets.words import tr
from sms_desk.ui.window.line_status import LineStatus

_MARGINS: Final = QMargins(12, 4, 8, 6)
_COLLAPSED_MARGINS: Final = QMargins(0, 4, 0, 6)


class Side(QWidget):
    """As wide as the rail is."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        on_ground(self, "sunken")
        self.rail = Rail(self)
        self.line = LineStatus(self)
        self._menu_button = icon_button("ellipsis", tr("window", "Menu"), parent=self)
        self._menu_button.setMenu(QMenu(self._menu_button))
        self._asked_for = False
        foot = self._foot = QBoxLayout(QBoxLayout.Direction.LeftToRight)
        foot.setContentsMargins(_MARGINS)
        foot.setSpacing(4)
        foot.addWidget(self.line, 1)
        foot.addWidget(self._menu_button)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(0)
        layout.addWidget(self.rail, 1)
        layout.addWidget(horizontal_line(self))
        layout.addLayout(foot)
        self.rail.collapsed_changed.connect(self._on_collapsed_changed)

    def menu(self) -> QMenu:
        """The window's menu, to be filled by whoever knows the commands."""
        return self._menu_button.menu()

    def _on_collapsed_changed(self, collapsed: bool) -> None:
        self.line.set_compact(collapsed)
        way = QBoxLayout.Direction
        self._foot.setDirection(way.TopToBottom if collapsed else way.LeftToRight)
        self._foot.setContentsMargins(_COLLAPSED_MARGINS if collapsed else _MARGINS)
        middle = Qt.AlignmentFlag.AlignHCenter if collapsed else Qt.AlignmentFlag(0)
        for widget in (self.line, self._menu_button):
            self._foot.setAlignment(widget, middle)
