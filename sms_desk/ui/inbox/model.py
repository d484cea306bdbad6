"""The loaded part of the inbox as a model over keyset pages.

A refresh is a diff by id: rows are inserted, moved and removed one by one, so that selection,
scroll position and focus survive (R6). What would come in above the first row while the person
reads further down is held back until they ask for it (`held_changed`, `release_held`).
"""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from enum import IntEnum
from typing import Any, Final
from uuid import UUID

from PySide6.QtCore import QAbstractListModel, QModelIndex, QPersistentModelIndex, Qt, Signal
from typing_extensions import override

from sms_desk.domain.inbox_filters import Order
from sms_desk.services.inbox_rows import Cursor, InboxPage, InboxRow
from sms_desk.ui.inbox.row_words import Clock, Here, RowWords, row_words
from sms_desk.ui.widgets.text import tip_text

_Index = QModelIndex | QPersistentModelIndex
_NOWHERE: Final = QModelIndex()

MOST_ROWS: Final = 2_000
"""More than this a list view lays out too slowly (measured.md); a filter finds the rest."""


_EPOCH: Final = datetime(1970, 1, 1, tzinfo=UTC)
_MICROSECOND: Final = timedelta(microseconds=1)
_NEVER: Final = 1 << 63


class InboxRole(IntEnum):
    """What a row answers beside Qt's own roles."""

    ROW = Qt.ItemDataRole.UserRole  # InboxRow, None while loading
    ID = Qt.ItemDataRole.UserRole + 1  # UUID, None while loading
    WORDS = Qt.ItemDataRole.UserRole + 2  # RowWords as of now, None while loading
    LOADING = Qt.ItemDataRole.UserRole + 3  # True for the last line while a page is on its way


@dataclass(frozen=True, slots=True, order=True)
class _Key:
    """Where a row sorts: the store's own order (newest first, or longest waiting first)."""

    value: int
    id: int


class InboxModel(QAbstractListModel):
    """Rows in order, then one loading line while the next page is on its way."""

    page_wanted = Signal(object)
    """The Cursor of the page to bring to `append_page`."""
    held_changed = Signal(int)
    """How many conversations wait above the list to be shown."""

    def __init__(self, clock: Callable[[], Clock]) -> None:
        super().__init__()
        self._clock = clock
        self._order = Order.NEWEST
        self._rows: list[InboxRow] = []
        self._keys: list[_Key] = []  # where each row was placed; always sorted
        self._held: dict[UUID, InboxRow] = {}
        self._next: Cursor | None = None
        self._loading = False
        self._words: dict[UUID, tuple[InboxRow, RowWords]] = {}
        self._here: Mapping[UUID, Here] = {}

    # --- pages -------------------------------------------------------------------------------

    def set_first_page(self, page: InboxPage, order: Order = Order.NEWEST) -> None:
        """Another list: another place, filter or order."""
        self.beginResetModel()
        self._order = order
        self._rows = list(page.rows)
        self._keys = [self._key(row) for row in page.rows]
        self._next = page.next
        self._loading = False
        self._words.clear()
        self.endResetModel()
        self._let_go()

    def append_page(self, page: InboxPage) -> None:
        """The page that was wanted. Rows that came in live meanwhile are not shown twice."""
        self._stop_loading()
        self._next = page.next
        known = {row.id for row in self._rows}
        fresh = [row for row in page.rows if row.id not in known]
        if not fresh:
            return
        first = len(self._rows)
        self.beginInsertRows(_NOWHERE, first, first + len(fresh) - 1)
        self._rows += fresh
        self._keys += [self._key(row) for row in fresh]
        self.endInsertRows()

    def page_failed(self) -> None:
        """The wanted page did not come; scrolling on asks again."""
        self._stop_loading()

    @override
    def canFetchMore(self, parent: _Index) -> bool:
        return self._next is not None and not self._loading and len(self._rows) < MOST_ROWS

    @override
    def fetchMore(self, parent: _Index) -> None:
        if not self.canFetchMore(parent):
            return
        end = len(self._rows)
        self.beginInsertRows(_NOWHERE, end, end)
        self._loading = True
        self.endInsertRows()
        self.page_wanted.emit(self._next)

    # --- refresh -----------------------------------------------------------------------------

    def refresh_rows(
        self, rows: Sequence[InboxRow], gone_ids: Iterable[UUID] = (), *, at_top: bool = True
    ) -> None:
        """Rows that changed or came, and ids that match no more.

        at_top: whether the first row is in sight; if not, nothing enters or rises above it.
        """
        for id_ in gone_ids:
            self._remove(id_)
        held = dict(self._held)
        for row in rows:
            self._place(row, at_top)
        if self._held != held or not self._held:
            self.held_changed.emit(len(self._held))

    def refresh_head(self, page: InboxPage, *, at_top: bool = True) -> None:
        """The first page read again: what stands among its rows and is not in it, is gone."""
        kept = {row.id for row in page.rows}
        last = self._key(page.rows[-1]) if page.rows else None
        gone = [
            row.id
            for row, key in zip(self._rows, self._keys, strict=True)
            if row.id not in kept and (page.next is None or last is None or key <= last)
        ]
        self.refresh_rows(page.rows, gone, at_top=at_top)

    def release_held(self) -> None:
        """Show what was held back: the person went to the top."""
        rows = tuple(self._held.values())
        self._held.clear()
        self.refresh_rows(rows, at_top=True)

    def repaint_ages(self) -> None:
        """A minute has passed: times and ages are said anew."""
        self._words.clear()
        if self._rows:
            self.dataChanged.emit(self.index(0), self.index(len(self._rows) - 1))

    def set_here(self, here: Mapping[UUID, Here]) -> None:
        """In which conversations colleagues are now, and how."""
        before, self._here = self._here, here
        for id_ in {*before, *here}:
            at = self.row_of(id_)
            if at >= 0 and before.get(id_) != here.get(id_):
                self._words.pop(id_, None)
                self.dataChanged.emit(self.index(at), self.index(at))

    # --- questions ---------------------------------------------------------------------------

    def held_count(self) -> int:
        return len(self._held)

    def loaded(self) -> int:
        """How many conversations are in the model, without the loading line."""
        return len(self._rows)

    def has_more(self) -> bool:
        return self._next is not None

    def ids(self) -> tuple[UUID, ...]:
        return tuple(row.id for row in self._rows)

    def row_of(self, id_: UUID) -> int:
        """The line of a conversation, -1 if it is not loaded."""
        return next((at for at, row in enumerate(self._rows) if row.id == id_), -1)

    @override
    def rowCount(self, parent: _Index = _NOWHERE) -> int:
        return 0 if parent.isValid() else len(self._rows) + self._loading

    @override
    def flags(self, index: _Index) -> Qt.ItemFlag:
        if not 0 <= index.row() < len(self._rows):
            return Qt.ItemFlag.NoItemFlags
        return (
            Qt.ItemFlag.ItemIsEnabled
            | Qt.ItemFlag.ItemIsSelectable
            | Qt.ItemFlag.ItemNeverHasChildren
        )

    @override
    def data(self, index: _Index, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        at = index.row()
        if at == len(self._rows) and role == InboxRole.LOADING:
            return True
        if not 0 <= at < len(self._rows):
            return None
        row = self._rows[at]
        match role:
            case InboxRole.ROW:
                return row
            case InboxRole.ID:
                return row.id
            case InboxRole.WORDS:
                return self._words_of(row)
            case InboxRole.LOADING:
                return False
            case Qt.ItemDataRole.DisplayRole:
                return self._words_of(row).name
            case Qt.ItemDataRole.AccessibleTextRole:
                return self._words_of(row).spoken
            case Qt.ItemDataRole.ToolTipRole:
                return tip_text(self._words_of(row).spoken)
            case _:
                return None

    # --- one row -----------------------------------------------------------------------------

    def _place(self, row: InboxRow, at_top: bool) -> None:
        key = self._key(row)
        at = self.row_of(row.id)
        rises_above = not at_top and bool(self._keys) and key < self._keys[0] and at != 0
        if rises_above:
            self._held[row.id] = row
            if at >= 0:
                self._update(at, row)
            return
        self._held.pop(row.id, None)
        if at < 0:
            self._insert(row, key)
        elif self._is_below(key):
            self._remove(row.id)
        else:
            self._update(at, row)
            self._move(at, key)

    def _is_below(self, key: _Key) -> bool:
        """Whether a row belongs under all that is loaded: its own page will bring it."""
        return self._next is not None and bool(self._keys) and key > self._keys[-1]

    def _insert(self, row: InboxRow, key: _Key) -> None:
        if self._is_below(key):
            return
        at = bisect_left(self._keys, key)
        self.beginInsertRows(_NOWHERE, at, at)
        self._rows.insert(at, row)
        self._keys.insert(at, key)
        self.endInsertRows()

    def _update(self, at: int, row: InboxRow) -> None:
        if self._rows[at] != row:
            self._rows[at] = row
            self.dataChanged.emit(self.index(at), self.index(at))

    def _move(self, at: int, key: _Key) -> None:
        others = self._keys[:at] + self._keys[at + 1 :]
        to = bisect_left(others, key)
        if to != at:
            self.beginMoveRows(_NOWHERE, at, at, _NOWHERE, to if to < at else to + 1)
            self._rows.insert(to, self._rows.pop(at))
            others.insert(to, key)
            self._keys = others
            self.endMoveRows()
        else:
            self._keys[at] = key

    def _remove(self, id_: UUID) -> None:
        self._held.pop(id_, None)
        self._words.pop(id_, None)
        at = self.row_of(id_)
        if at >= 0:
            self.beginRemoveRows(_NOWHERE, at, at)
            del self._rows[at], self._keys[at]
            self.endRemoveRows()

    def _stop_loading(self) -> None:
        if self._loading:
            end = len(self._rows)
            self.beginRemoveRows(_NOWHERE, end, end)
            self._loading = False
            self.endRemoveRows()

    def _let_go(self) -> None:
        self._held.clear()
        self.held_changed.emit(0)

    def _key(self, row: InboxRow) -> _Key:
        if self._order is Order.NEWEST:
            return _Key(-row.last_position, -row.id.int)
        since = row.waiting_since
        return _Key((since - _EPOCH) // _MICROSECOND if since else _NEVER, row.id.int)

    def _words_of(self, row: InboxRow) -> RowWords:
        found = self._words.get(row.id)
        if found is None or found[0] is not row:
            found = (row, row_words(row, self._clock(), self._here.get(row.id)))
            self._words[row.id] = found
        return found[1]
