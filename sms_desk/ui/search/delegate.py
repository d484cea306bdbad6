"""Paints what was found: who, when, and the excerpt with its hits in bold."""

from __future__ import annotations

from collections.abc import Callable
from typing import Final

from PySide6.QtCore import QModelIndex, QPersistentModelIndex, QPointF, QRect, QSize, Qt
from PySide6.QtGui import (
    QColor,
    QFont,
    QFontMetrics,
    QPainter,
    QTextCharFormat,
    QTextLayout,
    QTextOption,
)
from PySide6.QtWidgets import QStyle, QStyledItemDelegate, QStyleOptionViewItem, QWidget
from typing_extensions import override

from sms_desk.domain.model import Channel
from sms_desk.domain.plain_text import display_name, initials
from sms_desk.services.rows import ContactHit, ItemKind, SearchHit
from sms_desk.ui import theme
from sms_desk.ui.search.model import LINE, Heading
from sms_desk.ui.widgets.avatar import paint_avatar
from sms_desk.ui.widgets.text import elided
from sms_desk.ui.widgets.words import tr

_Index = QModelIndex | QPersistentModelIndex
HEADING: Final = 32
ROW: Final = 56
_AVATAR: Final = 32


class SearchDelegate(QStyledItemDelegate):
    def __init__(self, when: Callable[[object], str], parent: QWidget) -> None:
        """when: an instant in words."""
        super().__init__(parent)
        self._when = when

    @override
    def sizeHint(self, option: QStyleOptionViewItem, index: _Index) -> QSize:
        return QSize(0, HEADING if isinstance(index.data(LINE), Heading) else ROW)

    @override
    def paint(self, painter: QPainter, option: QStyleOptionViewItem, index: _Index) -> None:
        line = index.data(LINE)
        rect: QRect = option.rect
        painter.save()
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        if option.state & QStyle.StateFlag.State_Selected:
            painter.fillRect(rect, theme.tokens().accent_soft)
        match line:
            case Heading():
                _heading(painter, rect, line)
            case ContactHit():
                self._contact(painter, option, line)
            case SearchHit():
                self._hit(painter, option, line)
        painter.restore()

    def _contact(self, painter: QPainter, option: QStyleOptionViewItem, line: ContactHit) -> None:
        _avatar(painter, option, line.name, theme.avatar_color(line.contact_id))
        text = _text_rect(option)
        name = display_name(line.name) or ", ".join(line.numbers)
        _line(painter, option, _upper(text), name, "body_strong", "text")
        numbers = ", ".join(line.numbers) if line.name else ""
        _line(painter, option, _lower(text), numbers, "snippet", "secondary")

    def _hit(self, painter: QPainter, option: QStyleOptionViewItem, line: SearchHit) -> None:
        is_note = line.kind is ItemKind.NOTE
        icon = "sticky-note" if is_note else "message-square"
        ink = "secondary"
        if line.channel is Channel.WHATSAPP and not is_note:
            icon, ink = "message-circle", "whatsapp"
        rect: QRect = option.rect
        sign = QRect(rect.left() + 12 + 6, rect.center().y() - 9, 20, 20)
        where = QStyle.visualRect(option.direction, rect, sign)
        painter.drawPixmap(where, theme.pixmap(icon, ink, 20))
        text = _text_rect(option)
        when = self._when(line.at)
        painter.setFont(theme.font("meta"))
        wide = painter.fontMetrics().horizontalAdvance(when) + 8
        time = QStyle.visualRect(
            option.direction, text, text.adjusted(text.width() - wide, 0, 0, 0)
        )
        painter.setPen(theme.tokens().secondary)
        end = Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter
        painter.drawText(_upper(time), end, when)
        name = display_name(line.contact_name or line.peer)
        if is_note:
            name = f"{name} · {tr('search', 'note')}"
        room = QStyle.visualRect(option.direction, text, text.adjusted(0, 0, -wide, 0))
        _line(painter, option, _upper(room), name, "body_strong", "text")
        _excerpt(painter, _lower(text), line)


def _heading(painter: QPainter, rect: QRect, line: Heading) -> None:
    painter.setFont(theme.font("snippet"))
    painter.setPen(theme.tokens().secondary)
    inside = rect.adjusted(16, 6, -12, 0)
    start = Qt.AlignmentFlag.AlignVCenter | Qt.AlignmentFlag.AlignLeft
    painter.drawText(inside, start, line.title)


def _avatar(painter: QPainter, option: QStyleOptionViewItem, name: str, color: QColor) -> None:
    rect: QRect = option.rect
    disc = QRect(rect.left() + 12, rect.center().y() - _AVATAR // 2, _AVATAR, _AVATAR)
    where = QStyle.visualRect(option.direction, rect, disc)
    painter.save()
    painter.translate(where.topLeft())
    paint_avatar(painter, _AVATAR, initials(name) or "#", color)
    painter.restore()


def _text_rect(option: QStyleOptionViewItem) -> QRect:
    rect: QRect = option.rect
    inside = rect.adjusted(12 + _AVATAR + 12, 8, -14, -8)
    return QStyle.visualRect(option.direction, rect, inside)


def _upper(rect: QRect) -> QRect:
    return rect.adjusted(0, 0, 0, -rect.height() // 2)


def _lower(rect: QRect) -> QRect:
    return rect.adjusted(0, rect.height() // 2, 0, 0)


def _line(
    painter: QPainter,
    option: QStyleOptionViewItem,
    rect: QRect,
    text: str,
    role: theme.Role,
    ink: str,
) -> None:
    painter.setFont(theme.font(role))
    painter.setPen(theme.tokens().color(ink))
    at_left = option.direction is Qt.LayoutDirection.LeftToRight
    side = Qt.AlignmentFlag.AlignLeft if at_left else Qt.AlignmentFlag.AlignRight
    line = elided(painter.fontMetrics(), text, rect.width())
    painter.drawText(rect, Qt.AlignmentFlag.AlignVCenter | side, line)


def fitted(
    text: str, marks: tuple[tuple[int, int], ...], metrics: QFontMetrics, width: int
) -> tuple[str, tuple[tuple[int, int], ...]]:
    """As much of the text as fits, its first mark in sight; and where the marks stand in that."""
    if metrics.horizontalAdvance(text) <= width or not marks:
        return elided(metrics, text, width), marks
    start, end = 0, marks[0][1]
    while metrics.horizontalAdvance("…" + text[start:end]) > width * 2 // 3:
        space = text.find(" ", start, marks[0][0])
        if space < 0:
            break
        start = space + 1
    shift = 1 - start if start else 0
    shown = elided(metrics, ("…" if start else "") + text[start:], width)
    moved = ((a + shift, min(b + shift, len(shown))) for a, b in marks if a >= start)
    return shown, tuple((a, b) for a, b in moved if a < b)


def _excerpt(painter: QPainter, rect: QRect, line: SearchHit) -> None:
    """One line around its first hit, the hits strong; cut with … where the room ends."""
    metrics = QFontMetrics(theme.font("snippet"))
    text, marks = fitted(line.excerpt.replace("\n", " "), line.marks, metrics, rect.width())
    layout = QTextLayout(text, theme.font("snippet"))
    option = QTextOption()
    option.setWrapMode(QTextOption.WrapMode.NoWrap)
    layout.setTextOption(option)
    strong = QTextCharFormat()
    strong.setFontWeight(QFont.Weight.DemiBold)
    strong.setForeground(theme.tokens().text)
    formats = []
    for start, end in marks:
        one = QTextLayout.FormatRange()
        one.start, one.length, one.format = start, end - start, strong
        formats.append(one)
    layout.setFormats(formats)
    layout.beginLayout()
    made = layout.createLine()
    if made.isValid():
        made.setLineWidth(rect.width())
    layout.endLayout()
    painter.setPen(theme.tokens().secondary)
    painter.setClipRect(rect)
    layout.draw(painter, QPointF(rect.left(), rect.top()))
