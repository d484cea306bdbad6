"""The loaded part of a thread as a Qt list model: at most some hundred rows, refreshed by difference."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from enum import IntEnum

from PySide6.QtCore import QAbstractListModel, QModelIndex, QObject, QPersistentModelIndex, Qt
from typing_extensions import override

from sms_desk.ui.thread.arrange import Row, RowKind

Index = QModelIndex | QPersistentModelIndex
_ROOT = QModelIndex()


class ThreadRole(IntEnum):
    """What the delegate and the list ask for, beside Qt's own roles."""

    ROW = Qt.ItemDataRole.UserRole + 1  # arrange.Row
    POSITION = Qt.ItemDataRole.UserRole + 2  # int, or None for headers


class ThreadModel(QAbstractListModel):
    """Rows of one thread, oldest first."""

    def __init__(self, spoken: Callable[[Row], str], parent: QObject | None = None) -> None:
        """spoken: the accessible text of a row."""
        super().__init__(parent)
        self._rows: list[Row] = []
        self._spoken = spoken

    def rows(self) -> Sequence[Row]:
        return self._rows

    def row(self, index: Index) -> Row:
        return self._rows[index.row()]

    def index_of(self, key: tuple[str, str]) -> QModelIndex:
        """The row of that key; an invalid index if it is not loaded."""
        found = next((n for n, row in enumerate(self._rows) if row.key == key), -1)
        return self.index(found)

    def show_rows(self, rows: Sequence[Row]) -> None:
        """Become `rows`, with the fewest changes that Qt need hear of (R6)."""
        wanted = {row.key for row in rows}
        self._remove_all_but(wanted)
        kept = [row.key for row in self._rows]
        known = set(kept)
        if kept != [row.key for row in rows if row.key in known]:
            self._reset(rows)
            return
        self._insert_missing(rows, known)
        self._replace_changed(rows)

    @override
    def rowCount(self, parent: Index = _ROOT) -> int:
        return 0 if parent.isValid() else len(self._rows)

    @override
    def data(self, index: Index, role: int = Qt.ItemDataRole.DisplayRole) -> object:
        if not index.isValid() or index.row() >= len(self._rows):
            return None
        row = self._rows[index.row()]
        match role:
            case ThreadRole.ROW:
                return row
            case ThreadRole.POSITION:
                return row.position
            case Qt.ItemDataRole.DisplayRole | Qt.ItemDataRole.AccessibleTextRole:
                return self._spoken(row)
        return None

    @override
    def flags(self, index: Index) -> Qt.ItemFlag:
        if not index.isValid():
            return Qt.ItemFlag.NoItemFlags
        row = self._rows[index.row()]
        if row.kind in (RowKind.DAY, RowKind.UNREAD):
            return Qt.ItemFlag.ItemNeverHasChildren  # the keyboard passes over headers
        return (
            Qt.ItemFlag.ItemIsEnabled
            | Qt.ItemFlag.ItemIsSelectable
            | Qt.ItemFlag.ItemNeverHasChildren
        )

    def _reset(self, rows: Sequence[Row]) -> None:
        self.beginResetModel()
        self._rows = list(rows)
        self.endResetModel()

    def _remove_all_but(self, wanted: set[tuple[str, str]]) -> None:
        last = len(self._rows)
        while last > 0:
            if self._rows[last - 1].key in wanted:
                last -= 1
                continue
            first = last - 1
            while first > 0 and self._rows[first - 1].key not in wanted:
                first -= 1
            self.beginRemoveRows(_ROOT, first, last - 1)
            del self._rows[first:last]
            self.endRemoveRows()
            last = first

    def _insert_missing(self, rows: Sequence[Row], known: set[tuple[str, str]]) -> None:
        first = 0
        while first < len(rows):
            last = first
            while last < len(rows) and rows[last].key not in known:
                last += 1
            if last > first:
                self.beginInsertRows(_ROOT, first, last - 1)
                self._rows[first:first] = rows[first:last]
                self.endInsertRows()
            first = last + 1

    def _replace_changed(self, rows: Sequence[Row]) -> None:
        for number, (old, new) in enumerate(zip(self._rows, rows, strict=True)):
            if old != new:
                self._rows[number] = new
                index = self.index(number)
                self.dataChanged.emit(index, index)
