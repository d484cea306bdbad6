"""A search field: the sign at its start, the key that leads to it at its end."""

from __future__ import annotations

from typing import Final

from PySide6.QtCore import QEvent, QPoint, QRect, QSize, Qt
from PySide6.QtGui import QPainter, QPaintEvent
from PySide6.QtWidgets import QLineEdit, QStyle, QWidget
from typing_extensions import override

from sms_desk.ui import theme
from sms_desk.ui.theme.tokens import CONTROL_HEIGHT
from sms_desk.ui.widgets.undo_key import wants_undo

_SIGN: Final = 16
_KEY: Final = 18
_EDGE: Final = 8
_LONGEST: Final = 200


class SearchField(QLineEdit):
    """Plain text, bounded in length. key: the letter shown while the field is empty."""

    def __init__(self, name: str, hint: str, *, key: str = "", parent: QWidget | None = None):
        super().__init__(parent)
        self._key = key
        self.setProperty("kind", "search")
        self.setPlaceholderText(hint)
        self.setAccessibleName(name)
        self.setMaxLength(_LONGEST)
        self.setFixedHeight(CONTROL_HEIGHT)
        self._leave_room()
        theme.signals.changed.connect(self.update)

    @override
    def event(self, event: QEvent) -> bool:
        if wants_undo(event) and not (self.isUndoAvailable() or self.isRedoAvailable()):
            event.ignore()  # the window's
            return True
        return super().event(event)

    @override
    def changeEvent(self, event: QEvent) -> None:
        super().changeEvent(event)
        if event.type() == QEvent.Type.LayoutDirectionChange:
            self._leave_room()

    def _leave_room(self) -> None:
        """Of the style's room one side is for the sign; a hint may begin at the other, too."""
        rtl = self.layoutDirection() == Qt.LayoutDirection.RightToLeft
        self.setTextMargins(_KEY if rtl and self._key else 0, 0, 0, 0)

    @override
    def paintEvent(self, event: QPaintEvent) -> None:
        super().paintEvent(event)
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        self._paint_sign(painter)
        if self._key and not self.text() and not self.hasFocus():
            self._paint_key(painter)

    def _paint_sign(self, painter: QPainter) -> None:
        top = (self.height() - _SIGN) // 2
        where = self._placed(QRect(QPoint(_EDGE + 3, top), QSize(_SIGN, _SIGN)))
        ratio = self.devicePixelRatioF()
        painter.drawPixmap(where, theme.pixmap("search", "secondary", _SIGN, ratio))

    def _paint_key(self, painter: QPainter) -> None:
        corner = QPoint(self.width() - _EDGE - _KEY, (self.height() - _KEY) // 2)
        where = self._placed(QRect(corner, QSize(_KEY, _KEY)))
        painter.setPen(theme.tokens().line)
        painter.drawRoundedRect(where.toRectF().adjusted(0.5, 0.5, -0.5, -0.5), 4, 4)
        painter.setPen(theme.tokens().secondary)
        painter.setFont(theme.font("meta"))
        painter.drawText(where, Qt.AlignmentFlag.AlignCenter, self._key)

    def _placed(self, where: QRect) -> QRect:
        return QStyle.visualRect(self.layoutDirection(), self.rect(), where)
