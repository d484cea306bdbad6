"""Paints a line of the rail: ground, sign, title, count."""

from __future__ import annotations

from typing import Final

from PySide6.QtCore import QModelIndex, QPersistentModelIndex, QPoint, QRect, QSize, Qt
from PySide6.QtGui import QFontMetrics, QPainter
from PySide6.QtWidgets import QStyle, QStyledItemDelegate, QStyleOptionViewItem
from typing_extensions import override

from sms_desk.domain.plain_text import initials
from sms_desk.ui import theme
from sms_desk.ui.rail.model import RailRole
from sms_desk.ui.rail.places import Place
from sms_desk.ui.theme.tokens import RADIUS_CARD
from sms_desk.ui.widgets.text import elided

_LINE: Final = 32
_BELOW: Final = 16  # more for a second, quiet line
_HEADING: Final = 38
_CLOSER: Final = 4  # less for each, where the window is low
_EDGE: Final = 8  # between the rail's edge and the ground of a line
_INSET: Final = 10  # from the ground's edge to the sign
_SIGN: Final = 18
_GAP: Final = 10
_DOT: Final = 8


class RailDelegate(QStyledItemDelegate):
    """Decides everything from the place and whether the rail is collapsed."""

    def __init__(self) -> None:
        super().__init__()
        self.collapsed = False
        self.close = False
        """The lines stand closer, so that more of them are in sight."""

    @override
    def sizeHint(
        self, option: QStyleOptionViewItem, index: QModelIndex | QPersistentModelIndex
    ) -> QSize:
        place: Place = index.data(RailRole.PLACE)
        if place.is_heading and self.collapsed:
            return QSize(0, 12)
        height = _HEADING if place.is_heading else _LINE
        if place.below and not self.collapsed:
            height += _BELOW
        return QSize(0, height - _CLOSER if self.close else height)

    @override
    def paint(
        self,
        painter: QPainter,
        option: QStyleOptionViewItem,
        index: QModelIndex | QPersistentModelIndex,
    ) -> None:
        place: Place = index.data(RailRole.PLACE)
        painter.save()
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        line = _Line(painter, option, place, self.collapsed)
        if place.is_heading:
            line.paint_heading()
        else:
            line.paint_place()
        painter.restore()


def shows_focus(state: QStyle.StateFlag) -> bool:
    """Focus is drawn for who moves by keyboard, not for who clicks."""
    by_keys = QStyle.StateFlag.State_HasFocus | QStyle.StateFlag.State_KeyboardFocusChange
    return state & by_keys == by_keys


class _Line:
    """One line being painted; lives for one call of `paint`."""

    def __init__(
        self, painter: QPainter, option: QStyleOptionViewItem, place: Place, collapsed: bool
    ) -> None:
        self._painter = painter
        self._place = place
        self._collapsed = collapsed
        self._tokens = theme.tokens()
        self._direction = option.direction
        self._whole: QRect = option.rect
        self._ground = self._whole.adjusted(_EDGE, 1, -_EDGE, -1)
        state: QStyle.StateFlag = option.state
        self._chosen = bool(state & QStyle.StateFlag.State_Selected)
        self._hovered = bool(state & QStyle.StateFlag.State_MouseOver)
        self._focused = shows_focus(state)

    def paint_heading(self) -> None:
        if self._collapsed:
            self._painter.fillRect(self._placed(QRect(12, 6, 32, 1)), self._tokens.line)
            return
        self._text(
            self._placed(
                QRect(_EDGE + _INSET, self._whole.height() - 26, self._whole.width() - 32, 24)
            ),
            self._place.title,
            "snippet",
            "secondary",
        )

    def paint_place(self) -> None:
        self._paint_ground()
        self._paint_sign()
        if self._collapsed:
            self._paint_mark()
        else:
            self._paint_title(self._paint_count())

    def _paint_ground(self) -> None:
        color = self._tokens.accent_soft if self._chosen else self._tokens.hover
        if self._chosen or self._hovered:
            self._painter.setPen(Qt.PenStyle.NoPen)
            self._painter.setBrush(color)
            self._painter.drawRoundedRect(self._ground, RADIUS_CARD, RADIUS_CARD)
        if self._focused and self._chosen:
            self._painter.setPen(self._tokens.accent)
            self._painter.setBrush(Qt.BrushStyle.NoBrush)
            self._painter.drawRoundedRect(self._ground, RADIUS_CARD, RADIUS_CARD)

    def _paint_sign(self) -> None:
        if self._place.dot:
            self._paint_dot()
            return
        top = (self._whole.height() - _SIGN) // 2
        where = self._placed(QRect(_EDGE + _INSET, top, _SIGN, _SIGN))
        ratio = self._painter.device().devicePixelRatioF()
        token = "accent" if self._chosen else "secondary"
        self._painter.drawPixmap(where, theme.pixmap(self._place.icon, token, _SIGN, ratio))

    def _paint_dot(self) -> None:
        if self._collapsed:
            self._paint_letters()
            return
        left = _EDGE + _INSET + (_SIGN - _DOT) // 2
        where = self._placed(QRect(left, (self._whole.height() - _DOT) // 2, _DOT, _DOT))
        self._painter.setPen(Qt.PenStyle.NoPen)
        self._painter.setBrush(self._tokens.color(self._place.dot))
        self._painter.drawEllipse(where)

    def _paint_letters(self) -> None:
        """Collapsed: a dot would not say which program it is; its first letters do."""
        side = _SIGN + 6
        at = QPoint(_EDGE + _INSET - 3, (self._whole.height() - side) // 2)
        where = self._placed(QRect(at, QSize(side, side)))
        self._painter.setPen(Qt.PenStyle.NoPen)
        self._painter.setBrush(self._tokens.color(f"{self._place.dot}_soft"))
        self._painter.drawRoundedRect(where, 6, 6)
        self._painter.setFont(theme.font("meta_strong"))
        self._painter.setPen(self._tokens.color(self._place.dot))
        letters = initials(self._place.title) or "#"
        self._painter.drawText(where, Qt.AlignmentFlag.AlignCenter, letters)

    def _paint_mark(self) -> None:
        """Collapsed: a small dot says that somebody waits; the tooltip says how many."""
        if self._place.waiting:
            self._painter.setPen(Qt.PenStyle.NoPen)
            self._painter.setBrush(self._tokens.accent)
            self._painter.drawEllipse(self._placed(QRect(_EDGE + _INSET + _SIGN - 2, 5, 6, 6)))

    def _paint_count(self) -> int:
        """The count at the end of the line; the width that it took."""
        if not self._place.waiting:
            return 0
        count = f"{self._place.waiting:,}"
        width = QFontMetrics(theme.font("meta_strong")).horizontalAdvance(count) + 2
        left = self._whole.width() - _EDGE - _INSET - width
        where = self._placed(QRect(left, 0, width, self._whole.height()))
        self._text(
            where, count, "meta_strong", "accent" if self._chosen else "secondary", at_end=True
        )
        return width + _GAP

    def _paint_title(self, taken: int) -> None:
        left = _EDGE + _INSET + _SIGN + _GAP
        width = self._whole.width() - left - _EDGE - _INSET - taken
        below = self._place.below
        height = self._whole.height() - (_BELOW + 4 if below else 0)
        where = self._placed(QRect(left, 0, width, height))
        role: theme.Role = "body_strong" if self._chosen else "body"
        self._text(where, self._place.title, role, "accent" if self._chosen else "text")
        if below:
            room = self._whole.width() - left - _EDGE - _INSET
            where = self._placed(QRect(left, height - 4, room, 18))
            self._text(where, below, "meta", "secondary")

    def _text(
        self, where: QRect, text: str, role: theme.Role, token: str, *, at_end: bool = False
    ) -> None:
        font = theme.font(role)
        self._painter.setFont(font)
        self._painter.setPen(self._tokens.color(token))
        leading = self._direction == Qt.LayoutDirection.LeftToRight
        side = Qt.AlignmentFlag.AlignRight if leading == at_end else Qt.AlignmentFlag.AlignLeft
        flags = side | Qt.AlignmentFlag.AlignAbsolute | Qt.AlignmentFlag.AlignVCenter
        shown = elided(QFontMetrics(font), text, where.width())
        self._painter.drawText(where, int(flags | Qt.TextFlag.TextSingleLine), shown)

    def _placed(self, where: QRect) -> QRect:
        """A rectangle given from the line's leading edge, on the screen."""
        moved = where.translated(self._whole.topLeft())
        return QStyle.visualRect(self._direction, self._whole, moved)
