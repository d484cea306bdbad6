"""The findings as a list under headings, worst first; by keyboard as by mouse."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Final

from PySide6.QtCore import (
    QAbstractListModel,
    QItemSelectionModel,
    QModelIndex,
    QPersistentModelIndex,
    QRect,
    QSize,
    Qt,
    Signal,
    Slot,
)
from PySide6.QtGui import QKeyEvent, QPainter
from PySide6.QtWidgets import (
    QAbstractItemView,
    QFrame,
    QListView,
    QStyle,
    QStyledItemDelegate,
    QStyleOptionViewItem,
    QWidget,
)
from typing_extensions import override

from sms_desk.domain.advisor import Severity
from sms_desk.domain.frozen import dataclass
from sms_desk.services.advisor import FindingRow
from sms_desk.ui import theme
from sms_desk.ui.advisor.words import rests_on, sign_of, spoken, title_of
from sms_desk.ui.widgets.text import elided, tip_text
from sms_desk.ui.widgets.words import tr

_Index = QModelIndex | QPersistentModelIndex
_NOWHERE: Final = QModelIndex()
_LINE: Final = Qt.ItemDataRole.UserRole
_ROW: Final = 56
_HEADING: Final = 40
_INSET: Final = 16
_SIGN: Final = 16
_GAP: Final = 12


@dataclass(frozen=True, slots=True)
class Line:
    """A finding, or the heading over those of one severity (row None)."""

    severity: Severity
    count: int = 0
    row: FindingRow | None = None


def lines_of(rows: Sequence[FindingRow]) -> tuple[Line, ...]:
    """rows: worst first."""
    lines: list[Line] = []
    for severity in Severity:
        found = [row for row in rows if row.severity is severity]
        if found:
            lines.append(Line(severity, len(found)))
            lines += [Line(severity, row=row) for row in found]
    return tuple(lines)


class _Model(QAbstractListModel):
    def __init__(self, parent: QWidget) -> None:
        super().__init__(parent)
        self.lines: tuple[Line, ...] = ()

    def show_lines(self, lines: tuple[Line, ...]) -> None:
        self.beginResetModel()
        self.lines = lines
        self.endResetModel()

    @override
    def rowCount(self, parent: _Index = _NOWHERE) -> int:
        return 0 if parent.isValid() else len(self.lines)

    @override
    def flags(self, index: _Index) -> Qt.ItemFlag:
        if not index.isValid() or self.lines[index.row()].row is None:
            return Qt.ItemFlag.NoItemFlags
        return Qt.ItemFlag.ItemIsEnabled | Qt.ItemFlag.ItemIsSelectable

    @override
    def data(self, index: _Index, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        if not index.isValid():
            return None
        line = self.lines[index.row()]
        match role:
            case Qt.ItemDataRole.DisplayRole:
                return title_of(line.row) if line.row else heading_words(line)
            case Qt.ItemDataRole.AccessibleTextRole:
                return spoken(line.row) if line.row else heading_words(line)
            case Qt.ItemDataRole.ToolTipRole:
                return tip_text(title_of(line.row)) if line.row else None
        return line if role == _LINE else None


def heading_words(line: Line) -> str:
    return f"{sign_of(line.severity).several} · {line.count:,}"


class FindingList(QListView):
    chosen = Signal(object)
    """The `FindingRow` that is selected now, or None."""
    entered = Signal()
    """Enter: to what can be done about it."""
    remedy_pressed = Signal()
    accept_pressed = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._lines = _Model(self)
        self._showing = False
        self.setModel(self._lines)
        self.setItemDelegate(_Delegate(self))
        self.setAccessibleName(tr("advisor", "Findings"))
        self.setFrameShape(QFrame.Shape.NoFrame)
        self.setMouseTracking(True)
        self.setEditTriggers(QAbstractItemView.EditTrigger.NoEditTriggers)
        self.setVerticalScrollMode(QAbstractItemView.ScrollMode.ScrollPerPixel)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        theme.signals.changed.connect(self._on_theme_changed)

    def show_rows(self, rows: Sequence[FindingRow]) -> None:
        """Other findings, or the same read again: what is selected stays so, where it is."""
        key = row.key if (row := self.row()) else ""
        scrolled = self.verticalScrollBar().value()
        self._showing = True
        self._lines.show_lines(lines_of(rows))
        self.choose(key)
        self._showing = False
        self.verticalScrollBar().setValue(scrolled)
        self.chosen.emit(self.row())

    def rows(self) -> list[FindingRow]:
        """What is shown, in its order."""
        return [line.row for line in self._lines.lines if line.row is not None]

    def headings(self) -> list[str]:
        return [heading_words(line) for line in self._lines.lines if line.row is None]

    def row(self) -> FindingRow | None:
        """The selected finding."""
        indexes = self.selectionModel().selectedIndexes()
        return self._lines.lines[indexes[0].row()].row if indexes else None

    def choose(self, key: str) -> None:
        """Select a finding by its key; none where there is no such."""
        lines = self._lines.lines
        at = next((n for n, line in enumerate(lines) if line.row and line.row.key == key), -1)
        if at < 0:
            self.selectionModel().clear()
        else:
            flags = QItemSelectionModel.SelectionFlag.ClearAndSelect
            self.selectionModel().setCurrentIndex(self._lines.index(at, 0), flags)

    @override
    def currentChanged(self, current: _Index, previous: _Index) -> None:
        super().currentChanged(current, previous)
        if not self._showing and current.isValid():
            self.chosen.emit(self._lines.lines[current.row()].row)

    @override
    def keyPressEvent(self, event: QKeyEvent) -> None:
        plain = event.modifiers() in (
            Qt.KeyboardModifier.NoModifier,
            Qt.KeyboardModifier.KeypadModifier,
        )
        match event.key():
            case Qt.Key.Key_Return | Qt.Key.Key_Enter if plain:
                self.entered.emit()
            case Qt.Key.Key_R if plain:
                self.remedy_pressed.emit()
            case Qt.Key.Key_A if plain:
                self.accept_pressed.emit()
            case _:
                super().keyPressEvent(event)

    @Slot()
    def _on_theme_changed(self) -> None:
        self.viewport().update()


class _Delegate(QStyledItemDelegate):
    """Heading: the severity's sign, word and count. Finding: its sign, title and what it rests on."""

    @override
    def sizeHint(self, option: QStyleOptionViewItem, index: _Index) -> QSize:
        line: Line = index.data(_LINE)
        return QSize(80, _ROW if line.row else _HEADING)

    @override
    def paint(self, painter: QPainter, option: QStyleOptionViewItem, index: _Index) -> None:
        line: Line = index.data(_LINE)
        painter.save()
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        if line.row is None:
            _paint_heading(painter, option, line)
        else:
            _paint_finding(painter, option, line.row)
        painter.restore()


def _paint_heading(painter: QPainter, option: QStyleOptionViewItem, line: Line) -> None:
    rect: QRect = option.rect
    painter.setFont(theme.font("meta_strong"))
    painter.setPen(theme.tokens().secondary)
    inside = rect.adjusted(_INSET, 12, -_INSET, 0)
    painter.drawText(inside, _start(option), heading_words(line))


def _paint_finding(painter: QPainter, option: QStyleOptionViewItem, row: FindingRow) -> None:
    rect: QRect = option.rect
    tokens = theme.tokens()
    chosen = bool(option.state & QStyle.StateFlag.State_Selected)
    hovered = bool(option.state & QStyle.StateFlag.State_MouseOver)
    ground = tokens.accent_soft if chosen else tokens.hover if hovered else tokens.base
    painter.fillRect(rect, ground)
    painter.fillRect(QRect(rect.left(), rect.bottom(), rect.width(), 1), tokens.line)
    focus = QStyle.StateFlag.State_HasFocus | QStyle.StateFlag.State_KeyboardFocusChange
    if chosen and option.state & focus == focus:
        edge = QRect(rect.left(), rect.top(), 3, rect.height() - 1)
        painter.fillRect(QStyle.visualRect(option.direction, rect, edge), tokens.accent)
    sign = sign_of(row.severity)
    at = QRect(rect.left() + _INSET, rect.top() + 10, _SIGN, _SIGN)
    ratio = painter.device().devicePixelRatioF()
    token = "secondary" if row.waived else sign.tone
    pixmap = theme.pixmap("check" if row.waived else sign.icon, token, _SIGN, ratio)
    painter.drawPixmap(QStyle.visualRect(option.direction, rect, at), pixmap)
    used = _paint_accepted(painter, option, row)
    inside = rect.adjusted(_INSET + _SIGN + _GAP, 8, -_INSET - used, -9)
    inside = QStyle.visualRect(option.direction, rect, inside)
    half = inside.height() // 2
    painter.setFont(theme.font("body" if row.waived else "body_strong"))
    painter.setPen(tokens.secondary if row.waived else tokens.text)
    _draw(painter, option, inside.adjusted(0, 0, 0, -half), title_of(row))
    painter.setFont(theme.font("snippet"))
    painter.setPen(tokens.secondary)
    _draw(painter, option, inside.adjusted(0, half + 1, 0, 0), rests_on(row))


def _paint_accepted(painter: QPainter, option: QStyleOptionViewItem, row: FindingRow) -> int:
    """A quiet chip at the end; the width that it took."""
    if not row.waived:
        return 0
    rect: QRect = option.rect
    painter.setFont(theme.font("meta"))
    words = tr("advisor", "accepted")
    width = painter.fontMetrics().horizontalAdvance(words) + 18
    chip = QRect(rect.right() - _INSET - width, rect.center().y() - 10, width, 20)
    chip = QStyle.visualRect(option.direction, rect, chip)
    painter.setPen(Qt.PenStyle.NoPen)
    painter.setBrush(theme.tokens().neutral_soft)
    painter.drawRoundedRect(chip, 10, 10)
    painter.setPen(theme.tokens().secondary)
    painter.drawText(chip, Qt.AlignmentFlag.AlignCenter, words)
    return width + _GAP


def _start(option: QStyleOptionViewItem) -> int:
    leading = option.direction is Qt.LayoutDirection.LeftToRight
    side = Qt.AlignmentFlag.AlignLeft if leading else Qt.AlignmentFlag.AlignRight
    return int(side | Qt.AlignmentFlag.AlignVCenter)


def _draw(painter: QPainter, option: QStyleOptionViewItem, rect: QRect, text: str) -> None:
    painter.drawText(rect, _start(option), elided(painter.fontMetrics(), text, rect.width()))
