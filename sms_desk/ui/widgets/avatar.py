"""A round picture of initials in the contact's or person's own colour."""

from __future__ import annotations

from uuid import UUID

from PySide6.QtCore import QRectF, QSize, Qt
from PySide6.QtGui import QColor, QIcon, QPainter, QPaintEvent, QPixmap
from PySide6.QtWidgets import QWidget
from typing_extensions import override

from sms_desk.domain import plain_text
from sms_desk.ui import theme


class Avatar(QWidget):
    """Shows initials, or # where nobody has a name."""

    def __init__(self, size: int, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._size = size
        self._initials = ""
        self._color = QColor()
        self.setFixedSize(QSize(size, size))

    def show_name(self, id_: UUID, name: str) -> None:
        self._initials = plain_text.initials(name) or "#"
        self._color = theme.avatar_color(id_, named=bool(name))
        self.update()

    @override
    def paintEvent(self, event: QPaintEvent) -> None:
        paint_avatar(QPainter(self), self._size, self._initials, self._color)


def avatar_icon(id_: UUID, name: str, size: int, ratio: float) -> QIcon:
    """The same as an icon for a button."""
    pixmap = QPixmap(QSize(size, size) * ratio)
    pixmap.setDevicePixelRatio(ratio)
    pixmap.fill(Qt.GlobalColor.transparent)
    painter = QPainter(pixmap)
    paint_avatar(painter, size, plain_text.initials(name) or "#", theme.avatar_color(id_))
    painter.end()
    return QIcon(pixmap)


def paint_avatar(painter: QPainter, size: int, initials: str, color: QColor) -> None:
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    painter.setPen(Qt.PenStyle.NoPen)
    painter.setBrush(color)
    painter.drawEllipse(QRectF(0, 0, size, size))
    font = theme.font("body_strong")
    font.setPixelSize(max(8, round(size * 0.38)))
    painter.setFont(font)
    painter.setPen(QColor("white"))
    painter.drawText(QRectF(0, 0, size, size), Qt.AlignmentFlag.AlignCenter, initials)
