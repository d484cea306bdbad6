"""Paints the rows of a thread from their shapes, piece by piece."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

from PySide6.QtCore import QObject, QPointF, QRectF, QSize, Qt
from PySide6.QtGui import QPainter, QPainterPath, QPen, QTextCharFormat, QTextLayout
from PySide6.QtWidgets import QStyle, QStyledItemDelegate, QStyleOptionViewItem
from typing_extensions import override

from sms_desk.ui import theme
from sms_desk.ui.theme.tokens import RADIUS_BUBBLE
from sms_desk.ui.thread import words
from sms_desk.ui.thread.body import occurrences
from sms_desk.ui.thread.model import Index, ThreadRole
from sms_desk.ui.thread.pictures import Pictures
from sms_desk.ui.thread.pieces import Box, Glyph, Piece, Shape, Thumb, Words, format_range
from sms_desk.ui.thread.shapes import Shapes


@dataclass(slots=True)
class Marks:
    """What is marked at the moment. selected: row key and the selected units of its text."""

    selected: tuple[tuple[str, str], int, int] | None = None
    search: str = ""
    hits: frozenset[int] = field(default_factory=frozenset)
    current_hit: int | None = None
    keyboard: bool = False  # whether the focus ring is shown


class ThreadDelegate(QStyledItemDelegate):
    """Heights and painting, both from the kept shapes."""

    def __init__(
        self, shapes: Shapes, pictures: Pictures, marks: Marks, parent: QObject | None = None
    ) -> None:
        super().__init__(parent)
        self._shapes = shapes
        self._pictures = pictures
        self._marks = marks

    @override
    def sizeHint(self, option: QStyleOptionViewItem, index: Index) -> QSize:
        shape = self._shapes.of(index.data(ThreadRole.ROW))
        return QSize(1, round(shape.height))  # the list makes rows as wide as itself

    @override
    def paint(self, painter: QPainter, option: QStyleOptionViewItem, index: Index) -> None:
        row = index.data(ThreadRole.ROW)
        shape = self._shapes.of(row)
        painter.save()
        painter.setRenderHints(
            QPainter.RenderHint.Antialiasing | QPainter.RenderHint.SmoothPixmapTransform
        )
        painter.translate(QPointF(option.rect.topLeft()))
        selections = self._selections(row.key, row.position, shape)
        for piece in shape.pieces:
            self._paint_piece(painter, piece, selections if piece is shape.words else [])
        state: QStyle.StateFlag = option.state
        if self._marks.keyboard and state & QStyle.StateFlag.State_HasFocus:
            _paint_ring(painter, shape, "accent")
        elif row.position is not None and row.position == self._marks.current_hit:
            _paint_ring(painter, shape, "nudge")
        painter.restore()

    def _paint_piece(
        self, painter: QPainter, piece: Piece, selections: Sequence[QTextLayout.FormatRange]
    ) -> None:
        match piece:
            case Box():
                _paint_box(painter, piece)
            case Words():
                painter.setPen(theme.tokens().color(piece.color))
                piece.layout.draw(painter, piece.at, selections)
            case Glyph():
                _paint_glyph(painter, piece)
            case Thumb():
                self._paint_thumb(painter, piece)

    def _paint_thumb(self, painter: QPainter, thumb: Thumb) -> None:
        pixmap = self._pictures.pixmap(thumb.attachment_id)
        path = QPainterPath()
        path.addRoundedRect(thumb.rect, RADIUS_BUBBLE, RADIUS_BUBBLE)
        if pixmap is not None:
            painter.save()
            painter.setClipPath(path)
            painter.drawPixmap(thumb.rect, pixmap, QRectF(pixmap.rect()))
            painter.restore()
            return
        painter.fillPath(path, theme.tokens().incoming)
        broken = self._pictures.is_broken(thumb.attachment_id)
        place = QRectF(0, 0, 20, 20)
        place.moveCenter(thumb.rect.center() - QPointF(0, 10))
        _paint_glyph(painter, Glyph(place, "image", "secondary"))
        painter.setFont(theme.font("meta"))
        painter.setPen(theme.tokens().secondary)
        text = words.tr("Cannot be shown") if broken else words.tr("Loading")
        below = thumb.rect.adjusted(8, thumb.rect.height() / 2 + 4, -8, 0)
        painter.drawText(below, Qt.AlignmentFlag.AlignHCenter | Qt.AlignmentFlag.AlignTop, text)

    def _selections(
        self, key: tuple[str, str], position: int | None, shape: Shape
    ) -> list[QTextLayout.FormatRange]:
        found = []
        if self._marks.search and position in self._marks.hits and shape.body is not None:
            style = QTextCharFormat()
            style.setBackground(theme.tokens().nudge_soft)
            style.setForeground(theme.tokens().nudge)
            spans = occurrences(shape.body.text, self._marks.search)
            found += [format_range(span.start, span.end, style) for span in spans]
        selected = self._marks.selected
        if selected is not None and selected[0] == key:
            style = QTextCharFormat()
            style.setBackground(theme.tokens().accent)
            style.setForeground(theme.tokens().on_accent)
            found.append(format_range(selected[1], selected[2], style))
        return found


def _paint_box(painter: QPainter, box: Box) -> None:
    tokens = theme.tokens()
    painter.setPen(Qt.PenStyle.NoPen)
    rect = box.rect
    if box.line:
        pen = QPen(tokens.color(box.line), 1)
        if box.dashed:
            pen.setStyle(Qt.PenStyle.DashLine)
        painter.setPen(pen)
        rect = rect.adjusted(0.5, 0.5, -0.5, -0.5)
    elif tokens.name == "contrast" and box.radius:
        painter.setPen(QPen(tokens.line, 1))  # without tints the edge tells the bubble
    painter.setBrush(tokens.color(box.fill))
    painter.drawRoundedRect(rect, box.radius, box.radius)


def _paint_glyph(painter: QPainter, glyph: Glyph) -> None:
    size = round(glyph.rect.width())
    pixmap = theme.pixmap(glyph.icon, glyph.color, size, painter.device().devicePixelRatio())
    painter.drawPixmap(glyph.rect.topLeft(), pixmap)


def _paint_ring(painter: QPainter, shape: Shape, color: str) -> None:
    if shape.bubble is None:
        ring = QRectF(4, 2, shape.width - 8, shape.height - 3)
    else:
        ring = shape.bubble.adjusted(-2.5, -2.5, 2.5, 2.5)
    painter.setPen(QPen(theme.tokens().color(color), 2))
    painter.setBrush(Qt.BrushStyle.NoBrush)
    painter.drawRoundedRect(ring, RADIUS_BUBBLE + 2, RADIUS_BUBBLE + 2)
