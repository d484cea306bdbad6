"""Lays a row out for a width: where its bubble, texts, glyphs and buttons stand, and how high it is."""

from __future__ import annotations

import unicodedata
from collections.abc import Callable, Iterable
from datetime import date
from typing import Final
from uuid import UUID

from PySide6.QtCore import QPointF, QRectF, QSize, QSizeF, Qt
from PySide6.QtGui import QFontMetricsF, QTextCharFormat, QTextLayout

from sms_desk.domain import plain_text
from sms_desk.domain.frozen import dataclass
from sms_desk.domain.model import (
    AttachmentState,
    Channel,
    Direction,
    Origin,
    OutboxState,
    ProgramKind,
)
from sms_desk.services.rows import AttachmentRow, ItemKind, ThreadItem
from sms_desk.ui import theme
from sms_desk.ui.theme.tokens import (
    RADIUS_BUBBLE,
    RADIUS_CARD,
    SPACE_L,
    SPACE_M,
    SPACE_S,
    SPACE_XS,
)
from sms_desk.ui.thread import words
from sms_desk.ui.thread.arrange import Older, Row, RowKind, is_outgoing
from sms_desk.ui.thread.body import Body, prepare
from sms_desk.ui.thread.pieces import (
    Act,
    Box,
    Glyph,
    Hit,
    SetText,
    Shape,
    Target,
    Thumb,
    Words,
    format_range,
    rect_of,
    set_text,
)
from sms_desk.ui.widgets.sources import KIND_SIGNS

SIDE = 20.0
MAX_BUBBLE = 560.0
MAX_BUBBLE_SHARE = 0.7
MAX_THUMB = QSizeF(280.0, 240.0)
PAD_X = 12.0
PAD_Y = 8.0
SIGN = 14.0
CHIP = 18.0

PICTURE_TYPES = frozenset({"image/jpeg", "image/png", "image/gif", "image/webp"})

PictureSize = Callable[[UUID], QSize | None]


@dataclass(frozen=True, slots=True)
class Setting:
    """What rows are laid out against, beside their own content."""

    width: float
    reader: words.Reader
    today: date
    picture_size: PictureSize
    mirrored: bool = False


def shape_of(row: Row, setting: Setting) -> Shape:
    """The row, laid out. Colours are looked up by name when it is painted."""
    shape = Shape(setting.width)
    if row.kind is RowKind.DAY:
        _day(shape, words.day_name(row.day, setting.today))
    elif row.kind is RowKind.UNREAD:
        _unread(shape)
    elif row.kind is RowKind.OLDER and row.older:
        _older(shape, row.older)
    elif row.kind is RowKind.EVENT and row.item:
        _event(shape, row.item, setting)
    elif row.item:
        _Bubble(shape, row, row.item, setting).build()
    if setting.mirrored:
        shape.mirror()
    return shape


def bubble_width(width: float) -> float:
    """At most 70 % or 560 px (look.md); in a narrow pane a little more than 70 %."""
    return max(160.0, min(MAX_BUBBLE, (width - 2 * SIDE) * MAX_BUBBLE_SHARE))


# --- rows that are one centred line ------------------------------------------------------------


def _centred(shape: Shape, text: str, top: float, width: float, color: str) -> Words:
    laid = set_text(text, theme.font("meta"), width, align=Qt.AlignmentFlag.AlignHCenter)
    placed = Words(laid.layout, QPointF((shape.width - laid.width) / 2, top), laid.width, color)
    shape.pieces.append(placed)
    shape.height = top + laid.height
    return placed


def _day(shape: Shape, name: str) -> None:
    _centred(shape, name, SPACE_L, shape.width - 2 * SIDE, "secondary")
    shape.height += SPACE_S


def _unread(shape: Shape) -> None:
    placed = _centred(shape, words.tr("New"), SPACE_S, shape.width, "accent")
    middle = placed.at.y() + (shape.height - placed.at.y()) / 2
    for left, right in (
        (SIDE, placed.at.x() - SPACE_S),
        (placed.at.x() + placed.width + SPACE_S, shape.width - SIDE),
    ):
        shape.pieces.append(Box(QRectF(left, middle, right - left, 1), "line"))
    shape.height += SPACE_XS


def _event(shape: Shape, item: ThreadItem, setting: Setting) -> None:
    said = plain_text.display_text(words.event(item, setting.reader)).replace("\n", " ")
    _told(shape, said, *_way_on(item))
    shape.height += SPACE_XS


def _older(shape: Shape, older: Older) -> None:
    """More stands on the server: one line, and the word that fetches it."""
    said, word = words.older(older)
    _told(shape, said, word, Target(Act.OLDER, NOBODY), words.tr("Fetch older messages"))
    shape.height += SPACE_M


NOBODY: Final = UUID(int=0)
"""The item of a target that is no item's."""


def _told(shape: Shape, said: str, word: str, target: Target, name: str) -> None:
    """A centred line with an underlined word at its end that does something; "" for none."""
    text = f"{said} · {word}" if word else said
    underline = QTextCharFormat()
    underline.setFontUnderline(True)
    end = len(text.encode("utf-16-le")) // 2
    laid = set_text(
        text,
        theme.font("meta"),
        shape.width - 4 * SIDE,
        formats=[format_range(end - len(word), end, underline)] if word else [],
        align=Qt.AlignmentFlag.AlignHCenter,
    )
    placed = Words(
        laid.layout, QPointF((shape.width - laid.width) / 2, SPACE_M), laid.width, "secondary"
    )
    shape.pieces.append(placed)
    for rect in rect_of(placed, end - len(word), end) if word else ():
        shape.hits.append(Hit(rect.adjusted(-4, -4, 4, 4), target, name))
    shape.height = SPACE_M + laid.height


def _way_on(item: ThreadItem) -> tuple[str, Target, str]:
    """The word at the end of an event, what it does, and that in the menu's words.

    What a person did says itself who and what; what a rule did has a trail to look at (R20).
    """
    if place := words.leads_to(item):
        opens = Target(Act.OPEN, item.id, UUID(place))
        return words.tr("open"), opens, words.tr("Open that conversation")
    word = words.tr("why?") if item.author_id is None else ""
    return word, Target(Act.WHY, item.id), words.tr("Why?")


# --- bubbles -----------------------------------------------------------------------------------


class _Bubble:
    """Stacks one message, note or pending message from top to bottom."""

    def __init__(self, shape: Shape, row: Row, item: ThreadItem, setting: Setting) -> None:
        self._shape = shape
        self._row = row
        self._item = item
        self._setting = setting
        self._outgoing = is_outgoing(item)
        self._is_note = item.kind is ItemKind.NOTE
        self._max = bubble_width(shape.width)
        self._top = float(SPACE_M if row.opens else SPACE_XS)

    def build(self) -> None:
        self._pictures()
        self._text_bubble()
        self._files()
        if self._row.closes:
            self._meta()
            self._trouble()
            self._actions()
        self._shape.height = self._top

    # the bubble

    def _text_bubble(self) -> None:
        item = self._item
        text = item.body or words.without_text(item)
        if not text and not self._is_note:
            return
        body = prepare(text, item.mentions)
        inner = self._max - 2 * PAD_X
        laid = set_text(body.text, theme.font("body"), inner, formats=_formats(body))
        head = self._note_head() if self._is_note else None
        more = self._more_link(body)
        parts = [part for part in (head, laid, more) if part]
        width = max(part.width for part in parts) + 2 * PAD_X
        if head:
            width = max(width, head.width + SIGN + SPACE_S + 2 * PAD_X)
        height = sum(part.height for part in parts) + 4 * (len(parts) - 1) + 2 * PAD_Y
        rect = self._place(width, height)
        self._shape.bubble = rect
        self._shape.pieces.append(self._box(rect))
        top = rect.top() + PAD_Y
        if head:
            top = self._put_note_head(head, rect, top)
        self._put_body(body, laid, rect, top)
        if more:
            self._put_more(more, rect, top + laid.height + 4)
        self._top = rect.bottom()

    def _put_body(self, body: Body, laid: SetText, rect: QRectF, top: float) -> None:
        left = rect.left() + PAD_X
        if _begins_right(body.text):
            left = rect.right() - PAD_X - laid.width
        placed = Words(laid.layout, QPointF(left, top), laid.width)
        self._shape.pieces.append(placed)
        self._shape.words, self._shape.body = placed, body
        for span in body.links:
            target = Target(Act.LINK, self._item.id, span.link)
            name = words.tr("Open {host}").format(host=span.link.host)
            for place in rect_of(placed, span.start, span.end):
                self._shape.hits.append(Hit(place, target, name))

    def _note_head(self) -> SetText:
        text = words.tr("Note · only your team sees this")
        return set_text(text, theme.font("meta"), self._max - 2 * PAD_X - SIGN - SPACE_S)

    def _put_note_head(self, head: SetText, rect: QRectF, top: float) -> float:
        left = rect.left() + PAD_X
        sign = QRectF(left, top + (head.height - SIGN) / 2, SIGN, SIGN)
        self._shape.pieces.append(Glyph(sign, "lock", "secondary"))
        at = QPointF(left + SIGN + 6, top)
        self._shape.pieces.append(Words(head.layout, at, head.width, "secondary"))
        return top + head.height + 4

    def _more_link(self, body: Body) -> SetText | None:
        if body.total is None:
            return None
        text = words.tr("Show all (%n character(s))", body.total)
        return set_text(text, theme.font("meta_strong"), self._max)

    def _put_more(self, more: SetText, rect: QRectF, top: float) -> None:
        at = QPointF(rect.left() + PAD_X, top)
        self._shape.pieces.append(Words(more.layout, at, more.width, "accent"))
        place = QRectF(at, QSizeF(more.width, more.height)).adjusted(-4, -4, 4, 4)
        target = Target(Act.SHOW_ALL, self._item.id)
        self._shape.hits.append(Hit(place, target, words.tr("Show all")))

    def _box(self, rect: QRectF) -> Box:
        if self._is_note:
            return Box(rect, "note", "note_line", RADIUS_BUBBLE)
        if self._item.kind in (ItemKind.PENDING, ItemKind.SCHEDULED):
            return Box(rect, "base", "control_line", RADIUS_BUBBLE, dashed=True)
        fill = "own_bubble" if self._outgoing else "incoming"
        return Box(rect, fill, "", RADIUS_BUBBLE)

    def _place(self, width: float, height: float) -> QRectF:
        left = self._shape.width - SIDE - width if self._outgoing else SIDE
        return QRectF(left, self._top, width, height)

    # what came with it

    def _pictures(self) -> None:
        for row in self._item.attachments:
            if is_picture(row):
                rect = self._place(*_thumb_size(self._setting.picture_size(row.id), self._max))
                self._shape.pieces.append(Thumb(rect, row.id))
                self._attach(row, rect)
                self._shape.bubble = self._shape.bubble or rect
                self._top = rect.bottom() + SPACE_XS

    def _files(self) -> None:
        for row in self._item.attachments:
            if not is_picture(row):
                self._file_chip(row)

    def _file_chip(self, row: AttachmentRow) -> None:
        kind, state = words.attachment(row)
        text_width = self._max - 3 * PAD_X - 20
        title = set_text(kind, theme.font("snippet"), text_width)
        detail = set_text(state, theme.font("meta"), text_width) if state else None
        height = title.height + (detail.height + 2 if detail else 0) + 2 * PAD_Y
        width = max(title.width, detail.width if detail else 0) + 3 * PAD_X + 20
        self._top += SPACE_XS if self._shape.bubble else 0
        rect = self._place(width, height)
        left = rect.left() + 2 * PAD_X + 20
        icon, color = _file_sign(row)
        sign = QRectF(rect.left() + PAD_X, rect.center().y() - 10, 20, 20)
        self._shape.pieces += [
            Box(rect, "base", "control_line", RADIUS_CARD),
            Glyph(sign, icon, color),
            Words(title.layout, QPointF(left, rect.top() + PAD_Y), title.width),
        ]
        if detail:
            at = QPointF(left, rect.top() + PAD_Y + title.height + 2)
            self._shape.pieces.append(Words(detail.layout, at, detail.width, "secondary"))
        self._attach(row, rect)
        self._shape.bubble = self._shape.bubble or rect
        self._top = rect.bottom()

    def _attach(self, row: AttachmentRow, rect: QRectF) -> None:
        if row.state is AttachmentState.STORED:
            target = Target(Act.ATTACHMENT, self._item.id, row.id)
            self._shape.hits.append(Hit(rect, target, words.tr("Save attachment…")))

    # the lines below it

    def _meta(self) -> None:
        line = _Line(self._shape, self._outgoing, self._top + SPACE_XS + 2)
        line.add_all(_meta_parts(self._row, self._item, self._setting.reader))
        self._top = line.finish()

    def _trouble(self) -> None:
        problem, step = words.trouble(self._item)
        strong = "error" if words.has_failed(self._item) else "text"
        for text, color in ((problem, strong), (step, "secondary")):
            if not text:
                continue
            side = Qt.AlignmentFlag.AlignRight if self._outgoing else Qt.AlignmentFlag.AlignLeft
            laid = set_text(text, theme.font("meta"), self._max, align=side)
            at = self._place(laid.width + 4, laid.height).topLeft() + QPointF(0, 2)
            self._shape.pieces.append(Words(laid.layout, at, laid.width, color))
            self._top += laid.height + 2

    def _actions(self) -> None:
        acts = acts_of(self._item)
        if not acts:
            return
        line = _Line(self._shape, self._outgoing, self._top + SPACE_XS + 2)
        for act, name in acts:
            line.add_button(name, Hit(QRectF(), Target(act, self._item.id), name))
        self._top = line.finish() + SPACE_XS


def acts_of(item: ThreadItem) -> list[tuple[Act, str]]:
    """What a person may do at a message that did not simply arrive, in words (algorithms §1.5)."""
    if item.kind is ItemKind.SCHEDULED:
        return [
            (Act.EDIT_SCHEDULED, words.tr("Edit…")),
            (Act.SEND_NOW, words.tr("Send now")),
            (Act.CANCEL_SCHEDULED, words.tr("Cancel")),
        ]
    state = item.outbox_state if item.kind is ItemKind.PENDING else None
    match state:
        case OutboxState.IN_DOUBT:
            return [(Act.CHECK, words.tr("Check again"))]
        case OutboxState.ASK:
            return [
                (Act.CHECK, words.tr("Check again")),
                (Act.RESEND, words.tr("It did not arrive, send again (may arrive twice)")),
                (Act.DROP, words.tr("Drop")),
            ]
        case OutboxState.HELD:
            # The rest has to be mended first (R33).
            release = [(Act.RELEASE, words.tr("Send anyway"))] if item.waivable else []
            return [*release, (Act.DROP, words.tr("Drop"))]
        case OutboxState.REFUSED:
            retry = [] if item.lasting else [(Act.RETRY, words.tr("Retry"))]
            return [*retry, (Act.DROP, words.tr("Drop"))]
    sent = words.has_failed(item) and item.direction is Direction.OUTBOUND
    retriable = sent and not item.lasting
    return [(Act.RETRY, words.tr("Retry"))] if retriable else []


def is_picture(row: AttachmentRow) -> bool:
    """Whether a thumbnail is tried; the content decides later (algorithms §3, media)."""
    return row.state is AttachmentState.STORED and row.content_type.lower() in PICTURE_TYPES


def _formats(body: Body) -> list[QTextLayout.FormatRange]:
    tokens = theme.tokens()
    link, mention = QTextCharFormat(), QTextCharFormat()
    link.setFontUnderline(True)
    link.setForeground(tokens.accent)
    mention.setForeground(tokens.accent)
    mention.setFontWeight(600)
    return [format_range(span.start, span.end, link) for span in body.links] + [
        format_range(span.start, span.end, mention) for span in body.mentions
    ]


def _begins_right(text: str) -> bool:
    """Whether the first strong character is of a script that is read from the right."""
    directions = (unicodedata.bidirectional(character) for character in text)
    return next((way in ("R", "AL") for way in directions if way in ("L", "R", "AL")), False)


def _thumb_size(size: QSize | None, most: float) -> tuple[float, float]:
    """The picture's own proportions within limits; a calm square until they are known."""
    if size is None or size.isEmpty():
        return 160.0, 120.0
    limit = QSizeF(min(MAX_THUMB.width(), most), MAX_THUMB.height())
    real = QSizeF(size)
    if real.width() > limit.width() or real.height() > limit.height():
        real.scale(limit, Qt.AspectRatioMode.KeepAspectRatio)
    return max(48.0, real.width()), max(48.0, real.height())


def _file_sign(row: AttachmentRow) -> tuple[str, str]:
    match row.state:
        case AttachmentState.REFUSED | AttachmentState.FAILED:
            return "circle-alert", "nudge"
        case AttachmentState.PENDING:
            return "loader-circle", "secondary"
        case _:
            return "file", "secondary"


# --- the line of meta text -----------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class _Part:
    """One entry of a meta line. icon stands before the text of a chip, after that of a sign."""

    text: str
    color: str = "secondary"
    icon: str = ""
    chip: str = ""  # the ground's color
    target: Target | None = None  # what a click on it asks for; underlined


def _meta_parts(row: Row, item: ThreadItem, reader: words.Reader) -> list[_Part]:
    parts = [_program_chip(item)] if item.program_name else []
    if item.program_name and not is_outgoing(item):  # what it answers, and why (R3)
        parts.append(_Part(words.tr("why?"), "secondary", target=Target(Act.WHY, item.id)))
    if item.origin is Origin.AUTOMATIC:
        parts.append(_Part(words.tr("Automatic"), "secondary", "bot", "neutral_soft"))
    if item.late:
        parts.append(_Part(words.tr("Arrived late"), "nudge", "history", "nudge_soft"))
    texts = [words.author(item, reader) if is_outgoing(item) else "", *_labels(item)]
    texts.append(words.span(row, reader))
    state = words.sign(item)
    said = " · ".join(text for text in texts if text)
    if state is None:
        return [*parts, _Part(said)]
    return [*parts, _Part(f"{said} ·"), _Part(state.word, state.color, state.icon)]


def _program_chip(item: ThreadItem) -> _Part:
    name = plain_text.display_name(item.program_name)
    icon, ink, ground = KIND_SIGNS[item.program_kind or ProgramKind.CAMPAIGN]
    return _Part(name, ink, icon, ground)


def _labels(item: ThreadItem) -> Iterable[str]:
    """Channel and sender ID, where they are not the conversation's own (R2)."""
    if item.channel is Channel.WHATSAPP and item.sender_label:
        yield words.tr("WhatsApp")
    if item.sender_label:
        label = plain_text.display_name(item.sender_label)
        outgoing = is_outgoing(item)
        text = words.tr("from {label}") if outgoing else words.tr("to {label}")
        yield text.format(label=label)


class _Line:
    """Sets small parts side by side, wraps them, and pushes each line to its side."""

    def __init__(self, shape: Shape, at_right: bool, top: float) -> None:
        self._shape = shape
        self._at_right = at_right
        self._top = top
        self._limit = shape.width - 2 * SIDE - 8
        self._waiting: list[Callable[[float], None]] = []
        self._x = 0.0
        self._gap = 0.0
        self._font = theme.font("meta")
        self._height = max(CHIP, QFontMetricsF(self._font).height())

    def add_all(self, parts: Iterable[_Part]) -> None:
        for part in parts:
            self._add(part)

    def _add(self, part: _Part) -> None:
        pad = SPACE_S if part.chip else 0.0
        icon = SIGN - 1 if part.icon else 0.0
        gap = SPACE_XS if part.icon else 0.0
        said = _one_line(part.text, self._limit - 40)
        marks = [format_range(0, len(said), _underlined())] if part.target else None
        laid = set_text(said, self._font, self._limit, formats=marks)
        width = laid.width + icon + gap + 2 * pad
        self._make_room(width)
        x, y = self._x, self._top
        text_x = x + pad + (icon + gap if part.chip else 0)
        icon_x = x + pad if part.chip else x + laid.width + gap

        def put(shift: float) -> None:
            if part.chip:
                rect = QRectF(x + shift, y, width, CHIP)
                self._shape.pieces.append(Box(rect, part.chip, "", CHIP / 2))
            at = QPointF(text_x + shift, y + (CHIP - laid.height) / 2)
            self._shape.pieces.append(Words(laid.layout, at, laid.width, part.color))
            if part.icon:
                sign = QRectF(icon_x + shift, y + (CHIP - icon) / 2, icon, icon)
                self._shape.pieces.append(Glyph(sign, part.icon, part.color))
            if part.target:
                place = QRectF(x + shift, y, width, CHIP).adjusted(-4, -4, 4, 4)
                self._shape.hits.append(Hit(place, part.target, words.tr("Why?")))

        self._waiting.append(put)
        self._advance(width, SPACE_S if part.chip or part.target else SPACE_XS)

    def add_button(self, name: str, hit: Hit) -> None:
        laid = set_text(name, theme.font("meta_strong"), self._limit - 2 * SPACE_M)
        width, height = laid.width + 2 * SPACE_M, laid.height + 2 * 5
        self._make_room(width)
        self._height = max(self._height, height)
        x, y = self._x, self._top

        def put(shift: float) -> None:
            rect = QRectF(x + shift, y, width, height)
            self._shape.pieces.append(Box(rect, "base", "control_line", RADIUS_CARD))
            at = QPointF(rect.left() + SPACE_M, rect.top() + 5)
            self._shape.pieces.append(Words(laid.layout, at, laid.width, "accent"))
            self._shape.hits.append(Hit(rect, hit.target, hit.name))

        self._waiting.append(put)
        self._advance(width, SPACE_S)

    def _advance(self, width: float, gap: float) -> None:
        self._x += width + gap
        self._gap = gap

    def finish(self) -> float:
        """Places what waits; answers the bottom of the last line."""
        self._flush()
        return self._top + self._height

    def _make_room(self, width: float) -> None:
        if self._waiting and self._x + width > self._limit:
            self._flush()
            self._top += self._height + SPACE_XS
            self._x = 0.0

    def _flush(self) -> None:
        used = self._x - self._gap
        shift = self._shape.width - SIDE - 4 - used if self._at_right else SIDE + 4
        for put in self._waiting:
            put(shift)
        self._waiting.clear()


def _underlined() -> QTextCharFormat:
    made = QTextCharFormat()
    made.setFontUnderline(True)
    return made


def _one_line(text: str, width: float) -> str:
    metrics = QFontMetricsF(theme.font("meta"))
    single = text.replace("\n", " ")
    return metrics.elidedText(single, Qt.TextElideMode.ElideRight, width)
