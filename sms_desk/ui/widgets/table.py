"""A table of frozen rows: sortable, filterable, by keyboard; a refresh keeps what is selected."""

from __future__ import annotations

from collections.abc import Callable, Hashable, Sequence
from typing import Any, Final

from PySide6.QtCore import (
    QAbstractTableModel,
    QItemSelectionModel,
    QModelIndex,
    QPersistentModelIndex,
    QRect,
    QSize,
    Qt,
    Signal,
    Slot,
)
from PySide6.QtGui import QPainter, QPaintEvent, QResizeEvent
from PySide6.QtWidgets import (
    QAbstractItemView,
    QHeaderView,
    QStyle,
    QStyledItemDelegate,
    QStyleOptionViewItem,
    QTableView,
    QWidget,
)
from typing_extensions import override

from sms_desk.domain.frozen import dataclass
from sms_desk.domain.plain_text import isolate
from sms_desk.ui import theme
from sms_desk.ui.widgets.over_bar import OverBar
from sms_desk.ui.widgets.text import clipped, elided, tip_text

_Index = QModelIndex | QPersistentModelIndex
_NOWHERE: Final = QModelIndex()
_ROW: Final = 52
_INSET: Final = 16
_BAR_WIDTH: Final = 104
_BAR_HEIGHT: Final = 4
_CELL: Final = Qt.ItemDataRole.UserRole


@dataclass(frozen=True, slots=True)
class Cell:
    """What stands in a cell. second: a quieter line below; ink: a colour token; icon: its sign.

    soft: a ground token, for a cell that is a chip. bar: a share from 0 to 1 in the cell's own ink,
    drawn below the text.
    """

    text: str
    second: str = ""
    ink: str = "text"
    icon: str = ""
    soft: str = ""
    strong: bool = False
    bar: float | None = None


@dataclass(frozen=True, slots=True)
class Column:
    """cell: of a row; width: beside the others'; sorts: what it is sorted by, by default its text."""

    title: str
    cell: Callable[[Any], Cell]
    width: int = 220
    sorts: Callable[[Any], Any] | None = None


class _Model(QAbstractTableModel):
    def __init__(self, columns: Sequence[Column], parent: QWidget) -> None:
        super().__init__(parent)
        self.columns = tuple(columns)
        self._all: tuple[Any, ...] = ()
        self.rows: list[Any] = []
        self._typed = ""
        self._order: tuple[int, Qt.SortOrder] | None = None

    def show_rows(self, rows: Sequence[Any]) -> None:
        self._all = tuple(rows)
        self._arrange()

    def show_matching(self, typed: str) -> None:
        self._typed = typed.casefold().strip()
        self._arrange()

    def add_rows(self, rows: Sequence[Any]) -> None:
        """More of them, below those that stand there."""
        self._all += tuple(rows)
        first = len(self.rows)
        self.beginInsertRows(QModelIndex(), first, first + len(rows) - 1)
        self.rows.extend(rows)
        self.endInsertRows()

    @override
    def sort(self, column: int, order: Qt.SortOrder = Qt.SortOrder.AscendingOrder) -> None:
        self._order = (column, order)
        self._arrange()

    def _arrange(self) -> None:
        found = [row for row in self._all if self._matches(row)]
        if self._order is not None:
            column, order = self._order
            wanted = self.columns[column]
            found.sort(key=lambda row: _sort_key(wanted, row))
            if order is Qt.SortOrder.DescendingOrder:
                found.reverse()
        self.beginResetModel()
        self.rows = found
        self.endResetModel()

    def _matches(self, row: Any) -> bool:
        if not self._typed:
            return True
        cells = (column.cell(row) for column in self.columns)
        return any(self._typed in f"{cell.text} {cell.second}".casefold() for cell in cells)

    @override
    def rowCount(self, parent: _Index = _NOWHERE) -> int:
        return 0 if parent.isValid() else len(self.rows)

    @override
    def columnCount(self, parent: _Index = _NOWHERE) -> int:
        return 0 if parent.isValid() else len(self.columns)

    @override
    def data(self, index: _Index, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        if not index.isValid():
            return None
        cell = self.columns[index.column()].cell(self.rows[index.row()])
        match role:
            case Qt.ItemDataRole.DisplayRole:
                return cell.text
            case Qt.ItemDataRole.AccessibleTextRole:
                return f"{cell.text} {cell.second}".strip()
            case Qt.ItemDataRole.ToolTipRole:
                return tip_text(f"{cell.text}\n{cell.second}".strip())
        return cell if role == _CELL else None

    @override
    def headerData(
        self,
        section: int,
        orientation: Qt.Orientation,
        role: int = Qt.ItemDataRole.DisplayRole,
    ) -> Any:
        if orientation is Qt.Orientation.Horizontal and role == Qt.ItemDataRole.DisplayRole:
            return self.columns[section].title
        if role == Qt.ItemDataRole.TextAlignmentRole:
            return Qt.AlignmentFlag.AlignVCenter | Qt.AlignmentFlag.AlignLeading
        return None


def _sort_key(column: Column, row: Any) -> Any:
    return column.sorts(row) if column.sorts else column.cell(row).text.casefold()


class Table(QTableView):
    """Rows are frozen values with an `id`; whole rows are selected, one at a time."""

    row_chosen = Signal(object)
    """The row that is selected now, or None."""

    def __init__(
        self,
        columns: Sequence[Column],
        name: str,
        *,
        empty: str = "",
        sortable: bool = True,
        parent: QWidget | None = None,
    ) -> None:
        """empty: what stands there while there is no row. sortable: False for what is read a page
        at a time, in its own order: by another one, rows would be missing between."""
        super().__init__(parent)
        self._empty = empty
        self._model = _Model(columns, self)
        self._showing = False
        self.setModel(self._model)
        self.setItemDelegate(_CellDelegate(self))
        self.setAccessibleName(name)
        self.setSelectionBehavior(QAbstractItemView.SelectionBehavior.SelectRows)
        self.setSelectionMode(QAbstractItemView.SelectionMode.SingleSelection)
        self.setEditTriggers(QAbstractItemView.EditTrigger.NoEditTriggers)
        self.setVerticalScrollMode(QAbstractItemView.ScrollMode.ScrollPerPixel)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        OverBar(self)
        self.setShowGrid(False)
        self.setTabKeyNavigation(False)
        self.setWordWrap(False)
        self.verticalHeader().hide()
        self.verticalHeader().setDefaultSectionSize(_ROW)
        self._shape_header()
        if sortable:
            self.setSortingEnabled(True)
            self.sortByColumn(0, Qt.SortOrder.AscendingOrder)
        self.horizontalHeader().setSortIndicatorShown(sortable)
        self.horizontalHeader().setSectionsClickable(sortable)
        self.selectionModel().selectionChanged.connect(self._on_selection_changed)
        theme.signals.changed.connect(self._on_theme_changed)

    def _shape_header(self) -> None:
        header = self.horizontalHeader()
        header.setHighlightSections(False)
        header.setFont(theme.font("snippet"))
        header.setMinimumSectionSize(64)
        header.setSectionResizeMode(QHeaderView.ResizeMode.Fixed)

    @override
    def resizeEvent(self, event: QResizeEvent) -> None:
        """Columns share the width in the measure of their own."""
        super().resizeEvent(event)
        columns = self._model.columns
        whole, left = sum(column.width for column in columns), self.viewport().width()
        for at, column in enumerate(columns):
            width = (
                left
                if at == len(columns) - 1
                else round(self.viewport().width() * column.width / whole)
            )
            self.horizontalHeader().resizeSection(at, width)
            left -= width

    def set_empty(self, words: str) -> None:
        """What stands there while there is no row."""
        self._empty = words

    def show_rows(self, rows: Sequence[Any]) -> None:
        """Other rows, or the same ones read again; selection and scroll stay."""
        chosen, scrolled = self.chosen_id(), self.verticalScrollBar().value()
        self._showing = True
        self._model.show_rows(rows)
        self._choose(chosen)
        self._showing = False
        self.verticalScrollBar().setValue(scrolled)
        self.row_chosen.emit(self.chosen())

    def add_rows(self, rows: Sequence[Any]) -> None:
        """Rows that follow those shown, in a table that is not sortable."""
        if rows:
            self._model.add_rows(rows)

    def show_matching(self, typed: str) -> None:
        """Only rows that hold what was typed, in any column."""
        chosen = self.chosen_id()
        self._model.show_matching(typed)
        self._choose(chosen)

    def rows(self) -> list[Any]:
        """What is shown, in its order."""
        return list(self._model.rows)

    def chosen(self) -> Any:
        """The selected row; where the keyboard merely stands is not chosen."""
        rows = self.selectionModel().selectedRows()
        return self._model.rows[rows[0].row()] if rows else None

    def chosen_id(self) -> Hashable:
        """The selected row's id; None for none."""
        row = self.chosen()
        return row.id if row is not None else None

    def choose(self, id_: Hashable) -> None:
        """Select a row by its id, or none."""
        self._choose(id_)

    def _choose(self, id_: Hashable) -> None:
        at = next((n for n, row in enumerate(self._model.rows) if row.id == id_), -1)
        flags = QItemSelectionModel.SelectionFlag.ClearAndSelect
        rows = QItemSelectionModel.SelectionFlag.Rows
        if at < 0:
            self.selectionModel().clear()
        else:
            self.selectionModel().setCurrentIndex(self._model.index(at, 0), flags | rows)

    @override
    def paintEvent(self, event: QPaintEvent) -> None:
        super().paintEvent(event)
        if not self._model.rows and self._empty:
            painter = QPainter(self.viewport())
            painter.setFont(theme.font("body"))
            painter.setPen(theme.tokens().secondary)
            middle = Qt.AlignmentFlag.AlignCenter | Qt.TextFlag.TextWordWrap
            room = self.viewport().rect().adjusted(48, 0, -48, 0)
            painter.drawText(room, int(middle), self._empty)

    @Slot()
    def _on_selection_changed(self) -> None:
        if not self._showing:
            self.row_chosen.emit(self.chosen())

    @Slot()
    def _on_theme_changed(self) -> None:
        self.viewport().update()


class _CellDelegate(QStyledItemDelegate):
    """Two lines and a hairline below; a chip where the cell has a soft ground."""

    @override
    def sizeHint(self, option: QStyleOptionViewItem, index: _Index) -> QSize:
        return QSize(80, _ROW)

    @override
    def paint(self, painter: QPainter, option: QStyleOptionViewItem, index: _Index) -> None:
        cell: Cell = index.data(_CELL)
        rect: QRect = option.rect
        tokens = theme.tokens()
        chosen = bool(option.state & QStyle.StateFlag.State_Selected)
        painter.save()
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.fillRect(rect, tokens.accent_soft if chosen else tokens.base)
        painter.fillRect(QRect(rect.left(), rect.bottom(), rect.width(), 1), tokens.line)
        last = index.column() == index.model().columnCount() - 1  # a scroll bar may stand over it
        inside = rect.adjusted(_INSET if index.column() == 0 else 12, 0, -14 if last else -8, -1)
        if cell.soft:
            _paint_chip(painter, option, inside, cell)
        elif cell.bar is not None:
            half = inside.height() // 2
            _paint_line(painter, option, inside.adjusted(0, 6, 0, -half), cell)
            _paint_bar(painter, option, inside.adjusted(0, half + 6, 0, 0), cell)
        elif cell.second:
            half = inside.height() // 2
            _paint_line(painter, option, inside.adjusted(0, 7, 0, -half), cell)
            _paint_second(painter, option, inside.adjusted(0, half, 0, -6), cell.second)
        else:
            _paint_line(painter, option, inside, cell)
        painter.restore()


def _paint_line(painter: QPainter, option: QStyleOptionViewItem, rect: QRect, cell: Cell) -> None:
    left = rect
    if cell.icon:
        icon = QRect(rect.left(), rect.center().y() - 7, 14, 14)
        where = QStyle.visualRect(option.direction, rect, icon)
        painter.drawPixmap(where, theme.pixmap(cell.icon, cell.ink, 14))
        left = QStyle.visualRect(option.direction, rect, rect.adjusted(20, 0, 0, 0))
    painter.setFont(theme.font("body_strong" if cell.strong else "body"))
    painter.setPen(theme.tokens().color(cell.ink))
    _draw(painter, option, left, cell.text)


def _paint_second(painter: QPainter, option: QStyleOptionViewItem, rect: QRect, text: str) -> None:
    painter.setFont(theme.font("snippet"))
    painter.setPen(theme.tokens().secondary)
    _draw(painter, option, rect, text)


def _paint_bar(painter: QPainter, option: QStyleOptionViewItem, rect: QRect, cell: Cell) -> None:
    whole = QRect(rect.left(), rect.top(), min(rect.width(), _BAR_WIDTH), _BAR_HEIGHT)
    part = QRect(whole)
    part.setWidth(max(_BAR_HEIGHT, round(whole.width() * min(max(cell.bar or 0.0, 0.0), 1.0))))
    painter.setPen(Qt.PenStyle.NoPen)
    for bar, ink in ((whole, theme.tokens().line), (part, theme.tokens().color(cell.ink))):
        painter.setBrush(ink)
        where = QStyle.visualRect(option.direction, rect, bar)
        painter.drawRoundedRect(where, _BAR_HEIGHT / 2, _BAR_HEIGHT / 2)


def _paint_chip(painter: QPainter, option: QStyleOptionViewItem, rect: QRect, cell: Cell) -> None:
    painter.setFont(theme.font("snippet"))
    sign = 20 if cell.icon else 0
    wanted = painter.fontMetrics().horizontalAdvance(cell.text) + 18 + sign
    chip = QRect(rect.left(), rect.center().y() - 10, min(rect.width(), wanted), 21)
    chip = QStyle.visualRect(option.direction, rect, chip)
    painter.setPen(Qt.PenStyle.NoPen)
    painter.setBrush(theme.tokens().color(cell.soft))
    painter.drawRoundedRect(chip, 10.5, 10.5)
    inside = chip.adjusted(9, 0, -9, 0)
    if cell.icon:
        icon = QRect(inside.left(), inside.center().y() - 6, 13, 13)
        where = QStyle.visualRect(option.direction, inside, icon)
        painter.drawPixmap(where, theme.pixmap(cell.icon, cell.ink, 13))
        inside = QStyle.visualRect(option.direction, inside, inside.adjusted(18, 0, 0, 0))
    painter.setPen(theme.tokens().color(cell.ink))
    _draw(painter, option, inside, cell.text)


def _draw(painter: QPainter, option: QStyleOptionViewItem, rect: QRect, text: str) -> None:
    start = (
        Qt.AlignmentFlag.AlignLeft
        if option.direction is Qt.LayoutDirection.LeftToRight
        else Qt.AlignmentFlag.AlignRight
    ) | Qt.AlignmentFlag.AlignAbsolute  # a Latin name in a mirrored row begins at its right, too
    line = elided(painter.fontMetrics(), clipped(text, 300).replace("\n", " "), rect.width())
    painter.drawText(rect, Qt.AlignmentFlag.AlignVCenter | start, isolate(line))
