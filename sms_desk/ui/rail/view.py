"""The left rail: where a person can go, and how many people wait there."""

from __future__ import annotations

from typing import Final
from uuid import UUID

from PySide6.QtCore import (
    QItemSelectionModel,
    QModelIndex,
    QPersistentModelIndex,
    QPoint,
    QSize,
    Qt,
    Signal,
    Slot,
)
from PySide6.QtGui import QFocusEvent, QKeyEvent, QMouseEvent, QResizeEvent
from PySide6.QtWidgets import QBoxLayout, QFrame, QListView, QMenu, QVBoxLayout, QWidget
from typing_extensions import override

from sms_desk.domain.inbox_filters import InboxFilter
from sms_desk.domain.plain_text import display_name
from sms_desk.services.inbox_rows import RailCounts, ViewRow, WindowSummary
from sms_desk.ui import theme
from sms_desk.ui.rail.delegate import RailDelegate
from sms_desk.ui.rail.model import RailModel, RailRole
from sms_desk.ui.rail.places import FIRST, NO_COUNTS, Place, always_in_sight, inbox_places, screens
from sms_desk.ui.theme.tokens import RAIL_COLLAPSED_WIDTH, RAIL_WIDTH
from sms_desk.ui.widgets.buttons import icon_button
from sms_desk.ui.widgets.over_bar import OverBar
from sms_desk.ui.widgets.panes import horizontal_line, on_ground
from sms_desk.ui.widgets.text import ElidedLabel, menu_text, set_tip
from sms_desk.ui.widgets.words import tr

_Index = QModelIndex | QPersistentModelIndex
_SELECT: Final = QItemSelectionModel.SelectionFlag.ClearAndSelect
_SCREENS_LEAST: Final = 144
"""Pixels that are left to the screens where both have to scroll: four lines, and half of one more
that says so."""


class Rail(QWidget):
    """Scopes, programs and views above, screens below, Settings at the foot; one of all of them is
    chosen."""

    place_chosen = Signal(InboxFilter, str)
    """An inbox place, as its filter and title."""
    screen_chosen = Signal(str)
    """windows | senders | programs | advisor | audit | settings"""
    view_rename_requested = Signal(object)
    view_delete_requested = Signal(object)
    view_share_requested = Signal(object, bool)
    """The view's id, and whether it is to be shared from now on."""
    collapsed_changed = Signal(bool)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        on_ground(self, "sunken")
        self._collapsed = False
        self._chosen = FIRST
        self._places = _RailList(RailModel(inbox_places(NO_COUNTS)), tr("rail", "Inbox"), self)
        self._screens = _RailList(RailModel(screens()), tr("rail", "Screens"), self)
        self._settings = _RailList(RailModel(always_in_sight()), tr("rail", "Settings"), self)
        self._lists = (self._places, self._screens, self._settings)
        self._line = horizontal_line(self)
        self._line_below = horizontal_line(self)
        self._fold = icon_button("panel-left-close", tr("rail", "Collapse the rail"), parent=self)
        self._fold.clicked.connect(self._on_fold_clicked)
        self._workspace = ElidedLabel("", "meta", tone="secondary", parent=self)
        self._board = WindowSummary()
        self._requests = 0
        self._advice: int | None = None
        self._lay_out()
        self._connect()
        self.set_collapsed(False)
        self.show_place(FIRST)

    def set_counts(self, counts: RailCounts, troubled: int = 0) -> None:
        """New counts, programs or views. What was chosen stays chosen; if it is gone, Mine is.

        troubled: conversations with a message that failed or is held.
        """
        if not self._places.rail_model.set_places(inbox_places(counts, troubled)):
            return
        self._share_height()
        if self._is_known(self._chosen):
            self.show_place(self._chosen)
        else:
            self.choose(FIRST)

    def set_board(self, board: WindowSummary) -> None:
        """How the board of WhatsApp windows stands; its place comes with the first WhatsApp."""
        self._board = board
        self._show_screens()

    def set_requests(self, count: int) -> None:
        """How many conversations have a wish to hear no more to decide (R39)."""
        self._requests = count
        self._show_screens()

    def set_advice(self, count: int | None) -> None:
        """Problems and warnings that stand against the directory; None: no place for it (R15)."""
        self._advice = count
        self._show_screens()

    def _show_screens(self) -> None:
        if self._screens.rail_model.set_places(screens(self._board, self._requests, self._advice)):
            self._share_height()
            self.show_place(self._chosen)

    def set_workspace(self, name: str) -> None:
        """The name of a workspace that many share; "" for one of one's own."""
        self._workspace.setText(display_name(name, 80) if name else "")
        self._show_workspace()

    def _show_workspace(self) -> None:
        self._workspace.setVisible(bool(self._workspace.text()) and not self._collapsed)

    def workspace(self) -> str:
        """The name that stands at the foot."""
        return self._workspace.text()

    def choose(self, key: str) -> None:
        """Go somewhere, as if the person had clicked there: `scope:mine`, `view:<id>`, …"""
        self.show_place(key)
        self._announce()

    def show_place(self, key: str) -> None:
        """Mark a place as chosen without going there."""
        self._chosen = key
        for side in self._lists:
            side.mark(side.rail_model.row_of(key))

    def chosen_key(self) -> str:
        return self._chosen

    def is_collapsed(self) -> bool:
        return self._collapsed

    def set_collapsed(self, collapsed: bool) -> None:
        """Icons only, or icons and words."""
        changed = collapsed != self._collapsed
        self._collapsed = collapsed
        self._show_workspace()
        self.setFixedWidth(RAIL_COLLAPSED_WIDTH if collapsed else RAIL_WIDTH)
        for side in self._lists:
            side.set_collapsed(collapsed)
        way = QBoxLayout.Direction
        self._foot.setDirection(way.TopToBottom if collapsed else way.LeftToRight)
        self._foot.setContentsMargins(0, 0, 0 if collapsed else 8, 0)
        self._share_height()
        self._fold.set_icon("panel-left-open" if collapsed else "panel-left-close")
        words = tr("rail", "Expand the rail") if collapsed else tr("rail", "Collapse the rail")
        self._fold.setAccessibleName(words)
        set_tip(self._fold, words)
        if changed:
            self.collapsed_changed.emit(collapsed)

    def _lay_out(self) -> None:
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 10, 0, 8)
        layout.setSpacing(0)
        layout.addWidget(self._places, 1)
        layout.addWidget(self._line)
        layout.addWidget(self._screens)
        layout.addWidget(self._line_below)
        foot = self._foot = QBoxLayout(QBoxLayout.Direction.LeftToRight)
        foot.setSpacing(0)
        foot.addWidget(self._settings, 1)
        foot.addWidget(self._fold, 0, Qt.AlignmentFlag.AlignCenter)
        layout.addLayout(foot)
        self._workspace.setContentsMargins(18, 4, 12, 0)
        layout.addWidget(self._workspace)

    def _share_height(self) -> None:
        """In a low window the lines first stand closer. Where that is not enough, the places come
        before the screens; lines then tell the lists apart, as both are cut off."""
        room = self._room()
        self._set_close(False)
        if self._whole_height() > room:
            self._set_close(True)
        cut = self._whole_height() > room
        self._line.setVisible(cut)
        self._line_below.setVisible(cut)
        self._settings.setFixedHeight(self._settings.whole_height())
        if cut:
            room -= self._line.height() + self._line_below.height()
        rest = room - self._settings.whole_height() - self._places.whole_height()
        self._screens.setFixedHeight(min(self._screens.whole_height(), max(rest, _SCREENS_LEAST)))

    def _room(self) -> int:
        """Pixels for the lists together: what stands beside one of them takes none."""
        layout = self.layout()
        assert layout is not None
        room = self.height() - layout.contentsMargins().top() - layout.contentsMargins().bottom()
        if self._collapsed:
            room -= self._fold.sizeHint().height()
        if self._workspace.isVisibleTo(self):
            room -= self._workspace.sizeHint().height()
        return room

    def _set_close(self, close: bool) -> None:
        for side in (self._places, self._screens):
            side.set_close(close)

    def _whole_height(self) -> int:
        return sum(side.whole_height() for side in self._lists)

    @override
    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._share_height()

    def _connect(self) -> None:
        for at, side in enumerate(self._lists):
            side.went.connect(self._on_went)
            side.edge_passed.connect(lambda step, at=at: self._walk_on(at, step))
        self._places.customContextMenuRequested.connect(self._on_menu_requested)
        self._places.rename_pressed.connect(self._on_rename_pressed)
        self._places.delete_pressed.connect(self._on_delete_pressed)

    def _is_known(self, key: str) -> bool:
        return any(side.rail_model.row_of(key) >= 0 for side in self._lists)

    def _announce(self) -> None:
        for side in self._lists:
            row = side.rail_model.row_of(self._chosen)
            if row >= 0:
                self._announce_place(side.rail_model.place(row))

    def _announce_place(self, place: Place) -> None:
        if place.filter is not None:
            self.place_chosen.emit(place.filter, place.title)
        elif place.screen:
            self.screen_chosen.emit(place.screen)

    def view_menu(self, view: ViewRow) -> QMenu:
        """What can be done with a saved view; somebody else's can only be looked at."""
        menu = QMenu(self)
        menu.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        rename = menu.addAction(tr("rail", "Rename…"))
        share = menu.addAction(
            tr("rail", "Stop sharing") if view.shared else tr("rail", "Share with the team")
        )
        menu.addSeparator()
        delete = menu.addAction(menu_text(tr("rail", "Delete view")))
        rename.triggered.connect(lambda: self.view_rename_requested.emit(view.id))
        share.triggered.connect(lambda: self.view_share_requested.emit(view.id, not view.shared))
        delete.triggered.connect(lambda: self.view_delete_requested.emit(view.id))
        for action in (rename, share, delete):
            action.setEnabled(view.mine)
        return menu

    @Slot(str)
    def _on_went(self, key: str) -> None:
        if key != self._chosen:
            self.choose(key)

    def _walk_on(self, at: int, step: int) -> None:
        """The arrow keys walk on from one list into the next, and from the last into the first."""
        other = self._lists[(at + step) % len(self._lists)]
        rows = other.rail_model.rowCount()
        other.setFocus(Qt.FocusReason.TabFocusReason)
        self.choose(other.rail_model.place(0 if step > 0 else rows - 1).key)

    @Slot(QPoint)
    def _on_menu_requested(self, where: QPoint) -> None:
        index = self._places.indexAt(where)
        view = index.data(RailRole.PLACE).view if index.isValid() else None
        if view is not None:
            self.view_menu(view).popup(self._places.viewport().mapToGlobal(where))

    @Slot(object)
    def _on_rename_pressed(self, view_id: UUID) -> None:
        self.view_rename_requested.emit(view_id)

    @Slot(object)
    def _on_delete_pressed(self, view_id: UUID) -> None:
        self.view_delete_requested.emit(view_id)

    @Slot()
    def _on_fold_clicked(self) -> None:
        self.set_collapsed(not self._collapsed)


class _RailList(QListView):
    """One of the rail's lists. `went` tells the key that the person went to."""

    went = Signal(str)
    edge_passed = Signal(int)
    rename_pressed = Signal(object)
    delete_pressed = Signal(object)

    def __init__(self, model: RailModel, name: str, parent: QWidget) -> None:
        super().__init__(parent)
        self.rail_model = model
        self._delegate = RailDelegate()
        self._marking = False
        on_ground(self, "sunken")
        self.setModel(model)
        self.setItemDelegate(self._delegate)
        self.setAccessibleName(name)
        self.setFrameShape(QFrame.Shape.NoFrame)
        OverBar(self)
        self.setMouseTracking(True)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setContextMenuPolicy(Qt.ContextMenuPolicy.CustomContextMenu)
        self.setEditTriggers(QListView.EditTrigger.NoEditTriggers)
        theme.signals.changed.connect(self._on_theme_changed)

    def mark(self, row: int) -> None:
        """Show a line as chosen without telling; -1 for none."""
        self._marking = True
        if row < 0:
            self.selectionModel().clear()
        else:
            self.selectionModel().setCurrentIndex(self.model().index(row, 0), _SELECT)
        self._marking = False

    def set_collapsed(self, collapsed: bool) -> None:
        self._delegate.collapsed = collapsed
        self.scheduleDelayedItemsLayout()

    def set_close(self, close: bool) -> None:
        """Whether the lines stand closer than they do where there is room."""
        if close != self._delegate.close:
            self._delegate.close = close
            self.scheduleDelayedItemsLayout()

    def whole_height(self) -> int:
        """Of all its lines: with less there is something to scroll."""
        return sum(self.sizeHintForRow(row) for row in range(self.rail_model.rowCount()))

    @override
    def sizeHint(self) -> QSize:
        return QSize(RAIL_WIDTH, 64)

    @override
    def currentChanged(self, current: _Index, previous: _Index) -> None:
        super().currentChanged(current, previous)
        if current.isValid() and not self._marking:
            self.went.emit(self.rail_model.place(current.row()).key)

    @override
    def mousePressEvent(self, event: QMouseEvent) -> None:
        """A menu is about a line; it does not go there."""
        if event.button() != Qt.MouseButton.RightButton:
            super().mousePressEvent(event)

    @override
    def focusInEvent(self, event: QFocusEvent) -> None:
        """Qt makes the first line the current one where none is: nobody went there by that."""
        marking, self._marking = self._marking, True
        super().focusInEvent(event)
        self._marking = marking

    @override
    def keyPressEvent(self, event: QKeyEvent) -> None:
        view = self._current_view()
        step = {Qt.Key.Key_Down: 1, Qt.Key.Key_Up: -1}.get(Qt.Key(event.key()), 0)
        if step and self._is_at_edge(step):
            self.edge_passed.emit(step)
        elif event.key() == Qt.Key.Key_F2 and view is not None and view.mine:
            self.rename_pressed.emit(view.id)
        elif event.key() == Qt.Key.Key_Delete and view is not None and view.mine:
            self.delete_pressed.emit(view.id)
        else:
            super().keyPressEvent(event)

    def _is_at_edge(self, step: int) -> bool:
        edge = self.rail_model.rowCount() - 1 if step > 0 else 0
        return self.currentIndex().row() == edge

    def _current_view(self) -> ViewRow | None:
        index = self.currentIndex()
        return self.rail_model.place(index.row()).view if index.isValid() else None

    @Slot()
    def _on_theme_changed(self) -> None:
        self.viewport().update()
