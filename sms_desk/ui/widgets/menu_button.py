"""A button that opens a menu and shows it by a chevron at its end."""

from __future__ import annotations

from typing import Final

from PySide6.QtCore import QPoint, QRect, QSize, Qt, Signal
from PySide6.QtGui import QCursor, QPaintEvent
from PySide6.QtWidgets import QMenu, QStyle, QStyleOptionButton, QStylePainter, QWidget
from typing_extensions import override

from sms_desk.ui import theme
from sms_desk.ui.widgets.buttons import Button

_SIGN: Final = 14
_EDGE: Final = 8
_ROOM: Final = _SIGN - 2


class MenuButton(Button):
    """Its menu is filled at the last moment: `about_to_show`."""

    about_to_show = Signal()

    def __init__(
        self, text: str = "", kind: str = "plain", *, icon: str = "", parent: QWidget | None = None
    ) -> None:
        super().__init__(text, kind, icon=icon, parent=parent)
        self._menu = QMenu(self)
        self._menu.aboutToShow.connect(self.about_to_show)
        self.setMenu(self._menu)
        self.setProperty("opens", True)  # a chip's edge alone leaves the chevron too little room

    def options(self) -> QMenu:
        """The menu to fill."""
        return self._menu

    def forget_pointer(self) -> None:
        """A dialog stood before the window: whether the pointer is here is asked anew."""
        here = self.rect().contains(self.mapFromGlobal(QCursor.pos()))
        self.setAttribute(Qt.WidgetAttribute.WA_UnderMouse, here and self.isVisible())
        self.update()

    @override
    def sizeHint(self) -> QSize:
        return super().sizeHint() + QSize(_ROOM, 0)

    @override
    def minimumSizeHint(self) -> QSize:
        return self.sizeHint()

    @override
    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QStylePainter(self)
        option = QStyleOptionButton()
        self.initStyleOption(option)
        painter.drawControl(QStyle.ControlElement.CE_PushButtonBevel, option)
        from_right = self.layoutDirection() == Qt.LayoutDirection.RightToLeft
        before, after = (_ROOM, 0) if from_right else (0, _ROOM)
        option.rect = self.rect().adjusted(before, 0, -after, 0)
        painter.drawControl(QStyle.ControlElement.CE_PushButtonLabel, option)
        x = _EDGE if from_right else self.width() - _EDGE - _SIGN
        place = QRect(QPoint(x, (self.height() - _SIGN) // 2), QSize(_SIGN, _SIGN))
        token = "secondary" if self.isEnabled() else "disabled"
        pixmap = theme.pixmap("chevron-down", token, _SIGN, self.devicePixelRatioF())
        painter.drawPixmap(place, pixmap)
