"""What a painted row consists of: boxes, texts, glyphs and pictures, each with its place."""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any
from uuid import UUID

from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QFont, QTextCharFormat, QTextLayout, QTextOption

from sms_desk.ui.thread.body import Body

LINE_SPACING = 2.0


class Act(StrEnum):
    """What a person can do at a row."""

    LINK = "link"
    WHY = "why"
    OLDER = "older"  # fetch what the server keeps beside
    OPEN = "open"  # the conversation that an event leads to
    SHOW_ALL = "show_all"
    ATTACHMENT = "attachment"
    RETRY = "retry"  # a failed message
    RELEASE = "release"  # a held one: check again and send
    CHECK = "check"  # one not confirmed
    RESEND = "resend"
    DROP = "drop"
    EDIT_SCHEDULED = "edit_scheduled"
    SEND_NOW = "send_now"  # a scheduled one
    CANCEL_SCHEDULED = "cancel_scheduled"


@dataclass(frozen=True, slots=True)
class Target:
    """An act and what it is done to. value: the Link, or the attachment's or conversation's id."""

    act: Act
    item_id: UUID
    value: object = None


@dataclass(frozen=True, slots=True)
class Box:
    rect: QRectF
    fill: str
    line: str = ""
    radius: float = 0.0
    dashed: bool = False


@dataclass(frozen=True, slots=True)
class Words:
    """A laid out text. width: of the column that it is aligned in."""

    layout: QTextLayout
    at: QPointF
    width: float
    color: str = "text"


@dataclass(frozen=True, slots=True)
class Glyph:
    rect: QRectF
    icon: str
    color: str


@dataclass(frozen=True, slots=True)
class Thumb:
    """Where an attachment's picture is painted, once it has been decoded."""

    rect: QRectF
    attachment_id: UUID


Piece = Box | Words | Glyph | Thumb


@dataclass(frozen=True, slots=True)
class Hit:
    """A place that can be clicked. name: what it does, for menus and screen readers."""

    rect: QRectF
    target: Target
    name: str = ""


@dataclass(slots=True)
class Shape:
    """A row laid out for one width. bubble: what gets the focus ring; words: what is selected."""

    width: float
    height: float = 0.0
    pieces: list[Piece] = field(default_factory=list)
    hits: list[Hit] = field(default_factory=list)
    bubble: QRectF | None = None
    words: Words | None = None
    body: Body | None = None

    def mirror(self) -> None:
        """Turn left into right, for a desk that is read from the right."""
        self.pieces = [self._mirrored(piece) for piece in self.pieces]
        self.hits = [Hit(self._flipped(hit.rect), hit.target, hit.name) for hit in self.hits]
        self.bubble = self._flipped(self.bubble) if self.bubble else None
        self.words = self._mirrored_words(self.words) if self.words else None

    def _flipped(self, rect: QRectF) -> QRectF:
        return QRectF(self.width - rect.right(), rect.top(), rect.width(), rect.height())

    def _mirrored(self, piece: Piece) -> Piece:
        match piece:
            case Box():
                return Box(
                    self._flipped(piece.rect), piece.fill, piece.line, piece.radius, piece.dashed
                )
            case Glyph():
                return Glyph(self._flipped(piece.rect), piece.icon, piece.color)
            case Thumb():
                return Thumb(self._flipped(piece.rect), piece.attachment_id)
            case Words():
                return self._mirrored_words(piece)

    def _mirrored_words(self, words: Words) -> Words:
        left = self.width - words.at.x() - words.width
        return Words(words.layout, QPointF(left, words.at.y()), words.width, words.color)


@dataclass(frozen=True, slots=True)
class SetText:
    """A text broken into lines. width, height: what it really takes."""

    layout: QTextLayout
    width: float
    height: float


def set_text(
    text: str,
    font: QFont,
    width: float,
    *,
    formats: list[QTextLayout.FormatRange] | None = None,
    align: Qt.AlignmentFlag = Qt.AlignmentFlag.AlignLeft,
) -> SetText:
    """Break `text` (plain, lines apart by U+2028) into lines of at most `width` pixels."""
    layout = QTextLayout(text, font)
    layout.setCacheEnabled(True)
    option = QTextOption(align)
    option.setWrapMode(QTextOption.WrapMode.WrapAtWordBoundaryOrAnywhere)
    option.setTextDirection(Qt.LayoutDirection.LayoutDirectionAuto)
    layout.setTextOption(option)
    if formats:
        layout.setFormats(formats)
    natural, height = _break_lines(layout, width)
    if natural < width and layout.lineCount() and layout.lineAt(0).naturalTextRect().left() > 0:
        # Centred, or begun at the right: fit the column, which lines align in, to the text.
        natural, height = _break_lines(layout, natural)
    return SetText(layout, natural, height)


def _break_lines(layout: QTextLayout, width: float) -> tuple[float, float]:
    natural, top = 0.0, 0.0
    layout.beginLayout()
    while (line := layout.createLine()).isValid():
        line.setLineWidth(width)
        line.setPosition(QPointF(0, top))
        top += line.height() + LINE_SPACING
        natural = max(natural, line.naturalTextWidth())
    layout.endLayout()
    return min(width, float(int(natural) + 1)), max(0.0, top - LINE_SPACING)


def format_range(start: int, end: int, style: QTextCharFormat) -> QTextLayout.FormatRange:
    made = QTextLayout.FormatRange()
    made.start = start
    made.length = end - start
    made.format = style
    return made


def rect_of(words: Words, start: int, end: int) -> list[QRectF]:
    """The rectangles that a piece of a laid out text covers, one per line."""
    found = []
    for number in range(words.layout.lineCount()):
        line = words.layout.lineAt(number)
        first = max(start, line.textStart())
        last = min(end, line.textStart() + line.textLength())
        if first < last:
            left, right = _x(line.cursorToX(first)), _x(line.cursorToX(last))
            rect = QRectF(min(left, right), line.y(), abs(right - left), line.height())
            found.append(rect.translated(words.at))
    return found


def _x(answer: Any) -> float:
    """PySide answers cursorToX with (place, cursor)."""
    return float(answer[0])
