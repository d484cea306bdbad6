"""A button that opens a menu and shows it by a chevron at its end."""

from __future__ import annotations

from typing import Final

from PySide6.QtCore import QPoint, QRect, QSize, Qt, Signal
from PySide6.QtGui import QPainter, QPaintEvent
from PySide6.QtWidgets import QMenu, QWidget
from typing_extensions import override

from sms_desk.ui import theme
from sms_desk.ui.widgets.buttons import Button

_SIGN: Final = 14
_EDGE: Final = 8


class MenuButton(Button):
    """Its menu is filled at the last moment: `about_to_show`."""

    about_to_show = Signal()

    def __init__(
        self, text: str = "", kind: str = "plain", *, icon: str = "", parent: QWidget | None = None
    ) -> None:
        super().__init__(text, kind, icon=icon, parent=parent)
        # Geometry only: room for the chevron at the end.
        start, end = ("right", "left") if self._from_right() else ("left", "right")
        before = 4 if kind == "quiet" else 9
        room = _SIGN + _EDGE + 6
        self.setStyleSheet(f"padding-{start}: {before}px; padding-{end}: {room}px;")
        self._menu = QMenu(self)
        self._menu.aboutToShow.connect(self.about_to_show)
        self.setMenu(self._menu)

    def options(self) -> QMenu:
        """The menu to fill."""
        return self._menu

    @override
    def paintEvent(self, event: QPaintEvent) -> None:
        super().paintEvent(event)
        token = "secondary" if self.isEnabled() else "disabled"
        painter = QPainter(self)
        x = _EDGE if self._from_right() else self.width() - _EDGE - _SIGN
        place = QRect(QPoint(x, (self.height() - _SIGN) // 2), QSize(_SIGN, _SIGN))
        ratio = self.devicePixelRatioF()
        painter.drawPixmap(place, theme.pixmap("chevron-down", token, _SIGN, ratio))

    def _from_right(self) -> bool:
        return self.layoutDirection() == Qt.LayoutDirection.RightToLeft
