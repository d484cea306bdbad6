"""One line that leads elsewhere: another conversation, or a moment of the timeline."""

from __future__ import annotations

from PySide6.QtCore import QRect, QRectF, QSize, Qt
from PySide6.QtGui import QPainter, QPaintEvent
from PySide6.QtWidgets import QAbstractButton, QStyle, QWidget
from typing_extensions import override

from sms_desk.domain.plain_text import isolate
from sms_desk.ui import theme
from sms_desk.ui.theme.tokens import RADIUS_CARD
from sms_desk.ui.widgets.text import elided

HEIGHT = 26
CHIP_HEIGHT = 20
SIGN = 12


class Entry(QAbstractButton):
    """A chip or a day first, then words. color: the chip's token, "" for plain text."""

    def __init__(
        self,
        first: str,
        words: str,
        *,
        color: str = "",
        icon: str = "",
        column: int = 0,
        parent: QWidget | None = None,
    ) -> None:
        """column: width of the first part in pixels, 0 for as wide as it is."""
        super().__init__(parent)
        self._first, self._words = first, words
        self._color, self._icon, self._column = color, icon, column
        self.setAccessibleName(f"{first}, {words}")
        self.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        self.setCursor(Qt.CursorShape.PointingHandCursor)
        self.setAttribute(Qt.WidgetAttribute.WA_Hover)

    @override
    def sizeHint(self) -> QSize:
        return QSize(200, HEIGHT)

    @override
    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        self._paint_ground(painter)
        used = self._paint_chip(painter) if self._color else self._paint_first(painter)
        painter.setFont(theme.font("snippet"))
        painter.setPen(theme.tokens().text if not self._color else theme.tokens().secondary)
        rest = QRect(used + 8, 0, self.width() - used - 8, self.height())
        text = elided(painter.fontMetrics(), self._words, rest.width())
        painter.drawText(self._placed(rest), Qt.AlignmentFlag.AlignVCenter, isolate(text))

    def _paint_ground(self, painter: QPainter) -> None:
        painter.setPen(Qt.PenStyle.NoPen)
        if self.underMouse() or self.hasFocus():
            ground = QRectF(self.rect()).adjusted(-6, 0, 6, 0)
            painter.setBrush(theme.tokens().hover)
            painter.drawRoundedRect(ground, RADIUS_CARD, RADIUS_CARD)

    def _paint_chip(self, painter: QPainter) -> int:
        painter.setFont(theme.font("meta"))
        icon = SIGN + 4 if self._icon else 0
        text = elided(painter.fontMetrics(), self._first, self.width() // 2)
        width = painter.fontMetrics().horizontalAdvance(text) + icon + 16
        chip = QRect(0, (self.height() - CHIP_HEIGHT) // 2, width, CHIP_HEIGHT)
        rect = self._placed(chip)
        painter.setBrush(theme.tokens().color(f"{self._color}_soft"))
        painter.drawRoundedRect(rect, CHIP_HEIGHT / 2, CHIP_HEIGHT / 2)
        token = self._color if self._color != "neutral" else "secondary"
        if self._icon:
            pixmap = theme.pixmap(self._icon, token, SIGN, self.devicePixelRatioF())
            sign = QRect(rect.left() + 8, (self.height() - SIGN) // 2, SIGN, SIGN)
            painter.drawPixmap(QStyle.visualRect(self.layoutDirection(), rect, sign), pixmap)
        painter.setPen(theme.tokens().color(token))
        inside = QStyle.visualRect(self.layoutDirection(), rect, rect.adjusted(8 + icon, 0, 0, 0))
        painter.drawText(inside, Qt.AlignmentFlag.AlignVCenter, isolate(text))
        return width

    def _paint_first(self, painter: QPainter) -> int:
        painter.setFont(theme.font("snippet"))
        painter.setPen(theme.tokens().secondary)
        rect = QRect(0, 0, self._column or self.width() // 3, self.height())
        painter.drawText(self._placed(rect), Qt.AlignmentFlag.AlignVCenter, self._first)
        return rect.width()

    def _placed(self, where: QRect) -> QRect:
        return QStyle.visualRect(self.layoutDirection(), self.rect(), where)
