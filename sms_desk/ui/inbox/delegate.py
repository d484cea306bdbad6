"""Paints one row of the inbox, in small named steps, from the model's roles alone."""

from __future__ import annotations

from typing import Final
from uuid import UUID

from PySide6.QtCore import QModelIndex, QPersistentModelIndex, QPoint, QRect, QRectF, QSize, Qt
from PySide6.QtGui import QColor, QFontMetrics, QPainter, QPen
from PySide6.QtWidgets import QStyle, QStyledItemDelegate, QStyleOptionViewItem, QWidget
from typing_extensions import override

from sms_desk.domain.frozen import dataclass
from sms_desk.domain.model import Channel
from sms_desk.services.inbox_rows import InboxRow
from sms_desk.ui import theme
from sms_desk.ui.inbox.model import InboxRole
from sms_desk.ui.inbox.row_words import ChipWords, RowWords
from sms_desk.ui.theme.avatars import ON_AVATAR
from sms_desk.ui.theme.tokens import AVATAR, ROW_HEIGHT
from sms_desk.ui.widgets.text import elided
from sms_desk.ui.widgets.words import tr

_EDGE: Final = 12
_TEXT_LEFT: Final = 58
_NAME_TOP: Final = 7
_SNIPPET_TOP: Final = 26
_CHIPS_TOP: Final = 45
_CHIP: Final = 18
_AVATAR_TOP: Final = 10
_BADGE: Final = 16
_DOT: Final = 8
_SIGN: Final = 12
_ELIDED_MOST: Final = 4_096

_CHANNELS: Final = {
    Channel.SMS: ("message-square", "secondary"),
    Channel.WHATSAPP: ("message-circle", "whatsapp"),
}


class InboxDelegate(QStyledItemDelegate):
    """All rows are 68 pixels high, so that the list never measures one."""

    def __init__(self) -> None:
        super().__init__()
        self.picking = False
        """Several rows are selected: their pictures show a tick."""
        self.open_id: UUID | None = None
        """The conversation in the thread: only its row is tinted, unless several are picked."""
        self.menu_ids: frozenset[UUID] = frozenset()
        """Rows that a menu stands open for: ringed."""
        self._elider = Elider()

    @override
    def sizeHint(
        self, option: QStyleOptionViewItem, index: QModelIndex | QPersistentModelIndex
    ) -> QSize:
        return QSize(0, ROW_HEIGHT)

    @override
    def paint(
        self,
        painter: QPainter,
        option: QStyleOptionViewItem,
        index: QModelIndex | QPersistentModelIndex,
    ) -> None:
        painter.save()
        painter.setClipRect(option.rect)  # tall combining marks stay within their row
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setLayoutDirection(Qt.LayoutDirection.LayoutDirectionAuto)  # each text by itself
        row = index.data(InboxRole.ROW)
        if row is None:
            paint_loading(painter, option)
        else:
            words = index.data(InboxRole.WORDS)
            marks = Marks(self.picking, row.id == self.open_id, row.id in self.menu_ids)
            RowPainter(painter, option, row, words, self._elider, marks).paint()
        painter.restore()


@dataclass(frozen=True, slots=True)
class Marks:
    """How a row stands beside what Qt knows of it. has_menu: a menu is open for it."""

    picking: bool = False
    is_open: bool = False
    has_menu: bool = False


class Elider:
    """Remembers how texts were cut, for measuring a text costs more than painting it."""

    def __init__(self) -> None:
        self._known: dict[tuple[str, theme.Role, int], str] = {}

    def cut(self, text: str, role: theme.Role, width: int) -> str:
        key = (text, role, width)
        found = self._known.get(key)
        if found is None:
            if len(self._known) >= _ELIDED_MOST:
                self._known.clear()
            found = elided(QFontMetrics(theme.font(role)), text, width)
            self._known[key] = found
        return found


class RowPainter:
    """One row being painted; lives for one call of `InboxDelegate.paint`.

    Rectangles are given from the row's leading edge; `_placed` puts them on the screen, mirrored
    where the window reads from right to left.
    """

    def __init__(
        self,
        painter: QPainter,
        option: QStyleOptionViewItem,
        row: InboxRow,
        words: RowWords,
        elider: Elider,
        marks: Marks,
    ) -> None:
        self._painter = painter
        self._whole: QRect = option.rect
        self._end = self._whole.width() - _end_edge(option)
        self._direction = option.direction
        self._row = row
        self._words = words
        self._elider = elider
        self._tokens = theme.tokens()
        self._ratio = painter.device().devicePixelRatioF()
        state = option.state
        self._selected = bool(state & QStyle.StateFlag.State_Selected)
        self._hovered = bool(state & QStyle.StateFlag.State_MouseOver)
        self._focused = bool(state & QStyle.StateFlag.State_HasFocus)
        self._picked = marks.picking and self._selected
        self._tinted = self._picked or (marks.is_open and not marks.picking)
        self._ringed = marks.has_menu or (self._selected and not self._tinted)
        self._opened = marks.is_open
        self._ground = self._ground_color()

    def paint(self) -> None:
        self._paint_ground()
        self._paint_unread_dot()
        self._paint_avatar()
        self._paint_channel()
        signs = self._paint_time_and_signs()
        self._paint_name(signs)
        self._paint_snippet()
        self._paint_chips()

    # --- ground ------------------------------------------------------------------------------

    def _ground_color(self) -> QColor:
        if self._tinted:
            return self._tokens.accent_soft
        return self._tokens.hover if self._hovered else self._tokens.base

    def _paint_ground(self) -> None:
        self._painter.fillRect(self._whole, self._ground)
        bottom = self._whole.height() - 1
        self._painter.fillRect(
            self._placed(QRect(0, bottom, self._whole.width(), 1)), self._tokens.line
        )
        if self._ringed:
            self._paint_ring()
        if self._focused or (self._opened and not self._tinted):
            bar = self._placed(QRect(0, 0, 3, self._whole.height() - 1))
            self._painter.fillRect(bar, self._tokens.accent)

    def _paint_ring(self) -> None:
        """Where the keyboard or a menu stands, and nothing is open."""
        ring = QRectF(self._whole).adjusted(1, 1, -1, -2)
        self._painter.setPen(QPen(self._tokens.accent, 2))
        self._painter.setBrush(Qt.BrushStyle.NoBrush)
        self._painter.drawRect(ring)

    def _paint_unread_dot(self) -> None:
        if self._row.unread:
            top = _AVATAR_TOP + (AVATAR - _DOT) // 2
            self._disc(QRect(3, top, _DOT, _DOT), self._tokens.accent)

    # --- picture -----------------------------------------------------------------------------

    def _paint_avatar(self) -> None:
        where = QRect(_EDGE, _AVATAR_TOP, AVATAR, AVATAR)
        if self._picked:
            self._disc(where, self._tokens.accent)
            self._icon("check", self._tokens.on_accent, where.center(), 18)
            return
        named = bool(self._words.initials)
        self._disc(where, theme.avatar_color(self._row.contact_id, named=named))
        self._painter.setPen(ON_AVATAR)
        self._painter.setFont(theme.font("name_unread"))
        self._painter.drawText(
            self._placed(where), Qt.AlignmentFlag.AlignCenter, self._words.initials or "#"
        )

    def _paint_channel(self) -> None:
        icon, token = _CHANNELS[self._row.channel]
        corner = QPoint(_EDGE + AVATAR - _BADGE + 4, _AVATAR_TOP + AVATAR - _BADGE + 3)
        where = QRect(corner, QSize(_BADGE, _BADGE))
        self._disc(where, self._ground)
        self._icon(icon, self._tokens.color(token), where.center(), 11)

    # --- first line --------------------------------------------------------------------------

    def _paint_time_and_signs(self) -> int:
        """Time, pin and bell at the end of the first line; the width that they took."""
        metrics = QFontMetrics(theme.font("meta"))
        width = metrics.horizontalAdvance(self._words.time) + 1
        left = self._end - width
        self._text(QRect(left, _NAME_TOP, width, 18), self._words.time, "meta", "secondary")
        here = self._words.here
        typing = here is not None and here.typing
        for shown, icon, ink in (
            (self._row.pinned, "pin", "secondary"),
            (self._row.muted, "bell-off", "secondary"),
            (here is not None, "pencil" if typing else "eye", "accent" if typing else "secondary"),
        ):
            if shown:
                left -= _SIGN + 4
                where = QRect(left, _NAME_TOP + 3, _SIGN, _SIGN)
                self._icon(icon, self._tokens.color(ink), where.center(), _SIGN)
        return self._end - left

    def _paint_name(self, taken: int) -> None:
        width = self._end - _TEXT_LEFT - taken - 8
        role: theme.Role = "name_unread" if self._row.unread else "name"
        where = QRect(_TEXT_LEFT, _NAME_TOP, width, 18)
        self._text(where, self._elider.cut(self._words.name, role, width), role, "text")

    # --- second and third line ---------------------------------------------------------------

    def _paint_snippet(self) -> None:
        width = self._text_width()
        shown = self._elider.cut(self._words.snippet, "snippet", width)
        token = "text" if self._row.unread else "secondary"
        self._text(QRect(_TEXT_LEFT, _SNIPPET_TOP, width, 17), shown, "snippet", token)

    def _paint_chips(self) -> None:
        left, end = _TEXT_LEFT, self._end
        chips = self._words.chips
        for at, chip in enumerate(chips):
            width = self._chip_width(chip, end - left)
            if width is None:
                self._paint_rest(left, end, len(chips) - at)
                return
            self._paint_chip(chip, QRect(left, _CHIPS_TOP, width, _CHIP))
            left += width + (4 if chip.ground else 10)

    def _chip_width(self, chip: ChipWords, room: int) -> int | None:
        """How wide the chip is, cut to the room; None if there is too little for it."""
        role = _chip_role(chip)
        text = QFontMetrics(theme.font(role)).horizontalAdvance(chip.text) + 1
        around = (_SIGN + 4 if chip.icon else 0) + (16 if chip.ground else 0)
        wanted = around + text
        least = around + min(text, 40)
        return min(wanted, room) if room >= least else None

    def _paint_chip(self, chip: ChipWords, where: QRect) -> None:
        ink = self._tokens.color(chip.ink)
        left = where.left()
        if chip.ground:
            self._painter.setPen(Qt.PenStyle.NoPen)
            self._painter.setBrush(self._chip_ground(chip))
            self._painter.drawRoundedRect(self._placed(where), _CHIP / 2, _CHIP / 2)
            left += 8
        if chip.icon:
            self._icon(chip.icon, ink, QPoint(left + _SIGN // 2 - 1, where.center().y()), _SIGN)
            left += _SIGN + 4
        role = _chip_role(chip)
        width = where.right() + 1 - left - (8 if chip.ground else 0)
        shown = self._elider.cut(chip.text, role, width)
        self._text(QRect(left, where.top(), width, _CHIP), shown, role, chip.ink)

    def _chip_ground(self, chip: ChipWords) -> QColor:
        quiet_on_soft = chip.ground == "neutral_soft" and self._tinted
        return self._tokens.base if quiet_on_soft else self._tokens.color(chip.ground)

    def _paint_rest(self, left: int, end: int, count: int) -> None:
        words = tr("inbox", "+%n", count)
        if end - left >= 20:
            self._text(QRect(left, _CHIPS_TOP, end - left, _CHIP), words, "meta", "secondary")

    # --- strokes -----------------------------------------------------------------------------

    def _text_width(self) -> int:
        return self._end - _TEXT_LEFT

    def _text(self, where: QRect, text: str, role: theme.Role, token: str) -> None:
        self._painter.setFont(theme.font(role))
        self._painter.setPen(self._tokens.color(token))
        mirrored = self._direction == Qt.LayoutDirection.RightToLeft
        side = Qt.AlignmentFlag.AlignRight if mirrored else Qt.AlignmentFlag.AlignLeft
        flags = side | Qt.AlignmentFlag.AlignAbsolute | Qt.AlignmentFlag.AlignVCenter
        self._painter.drawText(self._placed(where), int(flags | Qt.TextFlag.TextSingleLine), text)

    def _disc(self, where: QRect, color: QColor) -> None:
        self._painter.setPen(Qt.PenStyle.NoPen)
        self._painter.setBrush(color)
        self._painter.drawEllipse(QRectF(self._placed(where)))

    def _icon(self, name: str, color: QColor, center: QPoint, size: int) -> None:
        corner = center - QPoint(size // 2 - 1, size // 2 - 1)
        where = self._placed(QRect(corner, QSize(size, size)))
        self._painter.drawPixmap(where, theme.pixmap(name, color, size, self._ratio))

    def _placed(self, where: QRect) -> QRect:
        moved = where.translated(self._whole.topLeft())
        return QStyle.visualRect(self._direction, self._whole, moved)


def paint_loading(painter: QPainter, option: QStyleOptionViewItem) -> None:
    """A row that is on its way: the shapes of a row, without motion."""
    tokens = theme.tokens()
    whole: QRect = option.rect
    painter.setPen(Qt.PenStyle.NoPen)
    painter.setBrush(tokens.neutral_soft)
    bar = max(0, whole.width() - _TEXT_LEFT - _EDGE)
    shapes = (
        (QRect(_EDGE, _AVATAR_TOP, AVATAR, AVATAR), AVATAR / 2),
        (QRect(_TEXT_LEFT, 14, bar * 2 // 5, 10), 5.0),
        (QRect(_TEXT_LEFT, 34, bar * 4 // 5, 10), 5.0),
    )
    for shape, radius in shapes:
        where = QStyle.visualRect(option.direction, whole, shape.translated(whole.topLeft()))
        painter.drawRoundedRect(where, radius, radius)


def _end_edge(option: QStyleOptionViewItem) -> int:
    """The room after the texts, so that they end where the search field above the list ends,
    scroll bar or none."""
    view: QWidget = option.widget
    return max(2, _EDGE - (view.width() - option.rect.width())) if view else _EDGE


def _chip_role(chip: ChipWords) -> theme.Role:
    return "meta_strong" if chip.strong else "meta"
