"""The list itself: selection, keys, and a scroll position that only the person moves.

What is selected is what stands open: walking on opens. Where the two differ (several picked, a row
with its menu) they are marked differently.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import Final
from uuid import UUID

from PySide6.QtCore import (
    QItemSelection,
    QItemSelectionModel,
    QModelIndex,
    QPersistentModelIndex,
    QPoint,
    Qt,
    QTimer,
    Signal,
    Slot,
)
from PySide6.QtGui import QKeyEvent, QMouseEvent
from PySide6.QtWidgets import QAbstractItemView, QFrame, QListView, QWidget
from typing_extensions import override

from sms_desk.services.inbox_rows import InboxPage, InboxRow
from sms_desk.ui import theme
from sms_desk.ui.inbox.delegate import InboxDelegate
from sms_desk.ui.inbox.model import InboxModel, InboxRole
from sms_desk.ui.theme.tokens import ROW_HEIGHT
from sms_desk.ui.widgets.over_bar import OverBar
from sms_desk.ui.widgets.words import tr

_Flag = QItemSelectionModel.SelectionFlag

ACTION_KEYS: Final = {
    Qt.Key.Key_E: "close",
    Qt.Key.Key_S: "snooze",
    Qt.Key.Key_A: "assign",
    Qt.Key.Key_U: "mark_unread",
    Qt.Key.Key_T: "tag",
}
"""Single letters, while the list has the focus only (design §8)."""
WALK_MS: Final = 120
"""How long the keyboard rests on a row before it opens: what is only passed is not read."""
_STEPS: Final = {Qt.Key.Key_J: 1, Qt.Key.Key_K: -1}


class InboxList(QListView):
    """Shows an InboxModel. It tells what the person wants; it does nothing by itself."""

    opened = Signal(object)
    """The id of the conversation to open: a click, or Enter."""
    walked_to = Signal(object)
    """The same, from a row on which the keyboard has come to rest."""
    action_pressed = Signal(str)
    selection_moved = Signal()
    top_reached = Signal()

    def __init__(self, model: InboxModel, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._inbox = model
        self._delegate = InboxDelegate()
        self._picking = False  # X was pressed: J and K walk without losing what is picked
        self._walk_opens = True
        self._walking = QTimer(self)
        self._walking.setSingleShot(True)
        self._walking.setInterval(WALK_MS)
        self._walking.timeout.connect(self.open_walked_to)
        self._menu_id: UUID | None = None  # the right button went down on it
        self.setModel(model)
        self.setItemDelegate(self._delegate)
        self.setAccessibleName(tr("inbox", "Conversations"))
        self.setFrameShape(QFrame.Shape.NoFrame)
        self.setUniformItemSizes(True)
        self.setMouseTracking(True)
        self.setSelectionMode(QAbstractItemView.SelectionMode.ExtendedSelection)
        self.setVerticalScrollMode(QAbstractItemView.ScrollMode.ScrollPerPixel)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setEditTriggers(QAbstractItemView.EditTrigger.NoEditTriggers)
        self.setContextMenuPolicy(Qt.ContextMenuPolicy.CustomContextMenu)
        self.verticalScrollBar().setSingleStep(ROW_HEIGHT // 2)
        OverBar(self)
        self.verticalScrollBar().valueChanged.connect(self._on_scrolled)
        theme.signals.changed.connect(self._on_theme_changed)

    # --- questions ---------------------------------------------------------------------------

    def is_at_top(self) -> bool:
        """Whether the first row is in sight."""
        return self.verticalScrollBar().value() < ROW_HEIGHT // 2

    def selected_ids(self) -> tuple[UUID, ...]:
        """What is selected, in the list's order."""
        rows = sorted(index.row() for index in self.selectionModel().selectedRows())
        found = (self._inbox.index(row).data(InboxRole.ID) for row in rows)
        return tuple(id_ for id_ in found if id_ is not None)

    def current_id(self) -> UUID | None:
        """Where the keyboard stands."""
        index = self.currentIndex()
        return index.data(InboxRole.ID) if index.isValid() else None

    def index_of(self, id_: UUID) -> QModelIndex:
        """Its row, invalid if it is not loaded."""
        row = self._inbox.row_of(id_)
        return self._inbox.index(row) if row >= 0 else QModelIndex()

    def select_id(self, id_: UUID | None) -> None:
        """Stand on a conversation, if it is loaded; on none for None."""
        self._walking.stop()
        row = -1 if id_ is None else self._inbox.row_of(id_)
        if row < 0:
            self.clearSelection()
            self.setCurrentIndex(QModelIndex())
        else:
            self._go_to(row)

    # --- what stands open ----------------------------------------------------------------------

    def set_open(self, id_: UUID | None) -> None:
        """Which conversation the thread shows."""
        self._delegate.open_id = id_
        self.viewport().update()

    def set_walk_opens(self, opens: bool) -> None:
        """Whether a row opens when the keyboard rests on it; else with Enter only."""
        self._walk_opens = opens

    def is_at_open(self) -> bool:
        """Whether the keyboard stands on what is open."""
        return self.current_id() == self._delegate.open_id

    def is_walking(self) -> bool:
        """Whether a row is about to open."""
        return self._walking.isActive()

    @Slot()
    def open_walked_to(self) -> None:
        """Open the one row that is selected and not open, now rather than in a moment."""
        self._walking.stop()
        id_ = self.current_id()
        if id_ is not None and self.selected_ids() == (id_,):
            self.walked_to.emit(id_)

    def _walk(self) -> None:
        """The keyboard moved: its row is marked at once, and opens when it rests there."""
        id_ = self.current_id()
        one = id_ is not None and self.selected_ids() == (id_,)
        if not self._walk_opens or not one or self._picking:
            self._walking.stop()
        elif id_ != self._delegate.open_id or self._walking.isActive():
            self.set_open(id_)
            self._walking.start()

    # --- the row with its menu -----------------------------------------------------------------

    def menu_ids(self) -> tuple[UUID, ...]:
        """What a menu is for: the row under the right button alone, unless it is picked."""
        picked = self.selected_ids()
        id_ = self._menu_id
        return picked if id_ is None or id_ in picked else (id_,)

    def mark_menu(self, ids: tuple[UUID, ...]) -> None:
        """Ring the row that a menu stands open for; () when it is gone."""
        self._delegate.menu_ids = frozenset(ids)
        self._menu_id = None
        self.viewport().update()

    # --- refresh without moving anything (R6) --------------------------------------------------

    def refresh_rows(self, rows: Sequence[InboxRow], gone_ids: Sequence[UUID]) -> None:
        with self._standing_still():
            self._inbox.refresh_rows(rows, gone_ids, at_top=self.is_at_top())

    def refresh_head(self, page: InboxPage) -> None:
        with self._standing_still():
            self._inbox.refresh_head(page, at_top=self.is_at_top())

    @contextmanager
    def _standing_still(self) -> Iterator[None]:
        """What is in sight stays where it is; at the very top, the top stays."""
        bar = self.verticalScrollBar()
        anchor = QPersistentModelIndex(self.indexAt(QPoint(1, 1)))
        above = bar.value() - anchor.row() * ROW_HEIGHT
        at_top = bar.value() == 0
        picked = self.selected_ids()
        yield
        if len(picked) == 1 and self.selected_ids() != picked:
            self.clearSelection()  # it is gone: its neighbour was not chosen by anybody
        self.doItemsLayout()
        if not at_top and anchor.isValid():
            bar.setValue(anchor.row() * ROW_HEIGHT + above)

    # --- keys ----------------------------------------------------------------------------------

    @override
    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.modifiers() == Qt.KeyboardModifier.NoModifier and self._take(event.key()):
            event.accept()
            return
        before = self.currentIndex()
        super().keyPressEvent(event)
        if self.currentIndex() != before:
            self._walk()

    def _take(self, key: int) -> bool:
        """Whether the key is one of the list's own."""
        pressed = Qt.Key(key)
        if pressed in _STEPS:
            self._step(_STEPS[pressed])
        elif pressed in ACTION_KEYS:
            self.action_pressed.emit(ACTION_KEYS[pressed])
        elif pressed == Qt.Key.Key_X:
            self._pick_current()
        elif pressed in (Qt.Key.Key_Return, Qt.Key.Key_Enter):
            self._open(self.currentIndex())
        elif pressed == Qt.Key.Key_Escape and (self._picking or self._delegate.picking):
            self._leave_picking()
        else:
            return False
        return True

    @override
    def keyboardSearch(self, search: str) -> None:
        """Letters are keys here, not the beginning of a name."""

    def _step(self, by: int) -> None:
        row = self.currentIndex().row() + by
        if 0 <= row < self._inbox.loaded():
            self._go_to(row, keep=self._picking or self._delegate.picking)
            self._walk()

    def _leave_picking(self) -> None:
        """Back to the one that stands open, if it is in sight of the list."""
        opened = self._delegate.open_id
        known = opened is not None and self._inbox.row_of(opened) >= 0
        self.select_id(opened if known else self.current_id())

    def _go_to(self, row: int, *, keep: bool = False) -> None:
        """keep: what is picked stays picked, and this row is not."""
        self._picking = keep
        flag = _Flag.NoUpdate if keep else _Flag.ClearAndSelect
        self.selectionModel().setCurrentIndex(self._inbox.index(row), flag)

    def _pick_current(self) -> None:
        """The first X keeps the row that the keyboard stands on; each further one turns its row."""
        index = self.currentIndex()
        if index.isValid():
            flag = _Flag.Toggle if self._picking else _Flag.Select
            self._picking = True
            self.selectionModel().select(index, flag)

    # --- mouse -----------------------------------------------------------------------------------

    @override
    def mousePressEvent(self, event: QMouseEvent) -> None:
        if event.button() == Qt.MouseButton.RightButton:
            index = self.indexAt(event.position().toPoint())
            self._menu_id = index.data(InboxRole.ID) if index.isValid() else None
            return  # a menu is about a row; it does not go there
        self._picking = False
        self._walking.stop()
        super().mousePressEvent(event)

    @override
    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        super().mouseReleaseEvent(event)
        plain = event.modifiers() == Qt.KeyboardModifier.NoModifier
        if plain and event.button() == Qt.MouseButton.LeftButton:
            self._open(self.indexAt(event.position().toPoint()))

    def _open(self, index: QModelIndex) -> None:
        id_ = index.data(InboxRole.ID) if index.isValid() else None
        if id_ is not None:
            self._walking.stop()
            self.set_open(id_)
            self.opened.emit(id_)

    # --- what happened -----------------------------------------------------------------------------

    @override
    def selectionChanged(self, selected: QItemSelection, deselected: QItemSelection) -> None:
        super().selectionChanged(selected, deselected)
        picking = len(self.selectionModel().selectedRows()) > 1
        if picking != self._delegate.picking:
            self._delegate.picking = picking
            self.viewport().update()
        self.selection_moved.emit()

    @Slot(int)
    def _on_scrolled(self, value: int) -> None:
        if value == 0:
            self.top_reached.emit()

    @Slot()
    def _on_theme_changed(self) -> None:
        self.viewport().update()
