"""The scrolling list of a thread: it stays where the reader left it, whatever arrives (R6)."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import date

from PySide6.QtCore import QEvent, QModelIndex, QPoint, QPointF, QRect, Qt, QTimer, Signal
from PySide6.QtGui import (
    QContextMenuEvent,
    QFocusEvent,
    QGuiApplication,
    QKeyEvent,
    QKeySequence,
    QMouseEvent,
    QResizeEvent,
)
from PySide6.QtWidgets import QAbstractItemView, QFrame, QListView, QMenu, QWidget
from typing_extensions import override

from sms_desk.domain.model import Direction, OutboxState
from sms_desk.services.rows import ItemKind
from sms_desk.ui import theme
from sms_desk.ui.thread import words
from sms_desk.ui.thread.arrange import Row, RowKind
from sms_desk.ui.thread.body import cut_units
from sms_desk.ui.thread.delegate import Marks, ThreadDelegate
from sms_desk.ui.thread.model import ThreadModel
from sms_desk.ui.thread.pictures import Pictures
from sms_desk.ui.thread.pieces import Act, Hit, Shape, Target, Words
from sms_desk.ui.thread.selecting import Selecting
from sms_desk.ui.thread.shape import Setting
from sms_desk.ui.thread.shapes import Shapes
from sms_desk.ui.thread.sticky_day import StickyDay
from sms_desk.ui.widgets.text import menu_text

AT_END_SLACK = 24
"""Pixels from the end within which the list counts as being at it."""


_BY_KEYBOARD = (
    Qt.FocusReason.TabFocusReason,
    Qt.FocusReason.BacktabFocusReason,
    Qt.FocusReason.ShortcutFocusReason,
)
FOOT = 12
"""Pixels that stay free below the last message."""


class MessageList(QListView):
    """Rows of a thread. Says what was asked for; changes nothing itself."""

    target_activated = Signal(object)
    """A `pieces.Target` was clicked or chosen from a row's menu."""
    moved = Signal()
    """Other rows are in sight, or the same ones elsewhere."""

    def __init__(
        self,
        reader: words.Reader,
        today: Callable[[], date],
        pictures: Pictures,
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(parent)
        self._today = today
        self._pictures = pictures
        self.marks = Marks()
        self._shapes = Shapes(Setting(600.0, reader, today(), pictures.size))
        self._rows = ThreadModel(self._spoken, self)
        self._selecting = Selecting(self._words_of)
        self._sticky = StickyDay(self)
        self._holding = 0
        self._prepare()
        self.setModel(self._rows)
        self.setItemDelegate(ThreadDelegate(self._shapes, pictures, self.marks, self))
        self.verticalScrollBar().valueChanged.connect(self._on_scrolled)
        pictures.changed.connect(self._on_picture_changed)
        theme.signals.changed.connect(self._on_theme_changed)

    def _prepare(self) -> None:
        self.setFrameShape(QFrame.Shape.NoFrame)
        self.setVerticalScrollMode(QAbstractItemView.ScrollMode.ScrollPerPixel)
        self.verticalScrollBar().setSingleStep(20)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setSelectionMode(QAbstractItemView.SelectionMode.NoSelection)
        self.setEditTriggers(QAbstractItemView.EditTrigger.NoEditTriggers)
        self.setAutoScroll(False)
        self.setViewportMargins(0, 0, 0, FOOT)
        self.viewport().setMouseTracking(True)
        self.setAccessibleName(words.tr("Messages"))

    # what it shows

    def rows(self) -> ThreadModel:
        return self._rows

    def show_rows(self, rows: tuple[Row, ...]) -> None:
        """Become `rows`; nothing in sight moves, unless the list is at its end and follows."""
        with self.held_still():
            self._shapes.use(replace(self._shapes.setting, today=self._today()))
            self._rows.show_rows(rows)

    def use_reader(self, reader: words.Reader) -> None:
        with self.held_still():
            self._shapes.use(replace(self._shapes.setting, reader=reader))

    def shape_at(self, index: QModelIndex) -> Shape:
        return self._shapes.of(self._rows.row(index))

    # where it stands

    def is_at_end(self) -> bool:
        bar = self.verticalScrollBar()
        return bar.maximum() - bar.value() <= AT_END_SLACK

    def scroll_to_end(self) -> None:
        self._settle()
        bar = self.verticalScrollBar()
        bar.setValue(bar.maximum())

    def scroll_to_row(self, index: QModelIndex, above: int = 48) -> None:
        """Bring a row near the top, with a little of what stands above it."""
        self._settle()
        bar = self.verticalScrollBar()
        bar.setValue(bar.value() + self.visualRect(index).top() - above)

    def visible_rows(self) -> Iterator[tuple[Row, QRect]]:
        """Rows in sight, from the top, each with its rectangle in the viewport."""
        bottom = self.viewport().height()
        for number in range(self._first_visible(), self._rows.rowCount()):
            index = self._rows.index(number)
            rect = self.visualRect(index)
            if rect.top() >= bottom:
                return
            if rect.bottom() >= 0:
                yield self._rows.row(index), rect

    @contextmanager
    def held_still(self) -> Iterator[None]:
        """Whatever happens inside, the rows in sight stay at their place after it."""
        if self._holding:
            yield
            return
        self._holding += 1
        follow, anchor = self.is_at_end(), self._anchor()
        current = self._current_key()
        try:
            yield
        finally:
            self._settle()
            self._restore_current(current)
            self._restore(follow, anchor)
            self._holding -= 1
        self._tell_moved()

    def _anchor(self) -> tuple[tuple[str, str], int] | None:
        for row, rect in self.visible_rows():
            if row.item is not None:
                return row.key, rect.bottom()  # what stands below it is what is read
        return None

    def _restore(self, follow: bool, anchor: tuple[tuple[str, str], int] | None) -> None:
        bar = self.verticalScrollBar()
        if follow:
            bar.setValue(bar.maximum())
        elif anchor is not None:
            index = self._rows.index_of(anchor[0])
            if index.isValid():
                bar.setValue(bar.value() + self.visualRect(index).bottom() - anchor[1])

    def _current_key(self) -> tuple[str, str] | None:
        current = self.currentIndex()
        return self._rows.row(current).key if current.isValid() else None

    def _restore_current(self, key: tuple[str, str] | None) -> None:
        if key is None or self._current_key() == key:
            return
        index = self._rows.index_of(key)
        if index.isValid():
            self.selectionModel().setCurrentIndex(
                index, self.selectionModel().SelectionFlag.NoUpdate
            )

    def _settle(self) -> None:
        """Lay out now, and let short threads stand at the foot of the pane."""
        self.doItemsLayout()
        free = max(0, self.height() - FOOT - self._content_height())
        if self.viewportMargins().top() != free:
            self.setViewportMargins(0, free, 0, FOOT)
            self.doItemsLayout()

    def _content_height(self) -> int:
        total = 0
        for row in self._rows.rows():
            total += round(self._shapes.of(row).height)
            if total > self.height():
                break
        return total + 1

    def _first_visible(self) -> int:
        top = self.indexAt(QRect(0, 0, 1, 1).center())
        if top.isValid():
            return top.row()
        return 0

    # what Qt tells

    @override
    def resizeEvent(self, event: QResizeEvent) -> None:
        # The scroll bar takes its room from the empty margin, so both margins look alike.
        width = float(self.width())
        mirrored = self.layoutDirection() == Qt.LayoutDirection.RightToLeft
        with self.held_still():
            super().resizeEvent(event)
            self._shapes.use(replace(self._shapes.setting, width=width, mirrored=mirrored))
        self._sticky.place(self.viewport().width())

    @override
    def keyPressEvent(self, event: QKeyEvent) -> None:
        self.marks.keyboard = True
        if event.matches(QKeySequence.StandardKey.Copy):
            self.copy()
        elif event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter, Qt.Key.Key_Menu):
            self._open_menu_of_current()
        else:
            before = self.currentIndex()
            super().keyPressEvent(event)
            if self.currentIndex() != before:
                self.scrollTo(self.currentIndex())
        self.viewport().update()

    @override
    def keyboardSearch(self, search: str) -> None:
        """Letters are keys here, as in the inbox list, not the beginning of a message."""

    @override
    def focusInEvent(self, event: QFocusEvent) -> None:
        """Begins with the newest message in sight, so that nothing moves."""
        if not self.currentIndex().isValid():
            keys = [row.key for row, _ in self.visible_rows() if row.item is not None]
            if keys:
                self.setCurrentIndex(self._rows.index_of(keys[-1]))
        self.marks.keyboard = event.reason() in _BY_KEYBOARD
        super().focusInEvent(event)

    @override
    def moveCursor(
        self, action: QAbstractItemView.CursorAction, modifiers: Qt.KeyboardModifier
    ) -> QModelIndex:
        """From message to message; headers are passed over."""
        move = QAbstractItemView.CursorAction
        row, last = self.currentIndex().row(), self._rows.rowCount() - 1
        match action:
            case move.MoveUp | move.MovePrevious | move.MoveLeft:
                return self._reachable(range(row - 1, -1, -1))
            case move.MoveDown | move.MoveNext | move.MoveRight:
                return self._reachable(range(row + 1, last + 1))
            case move.MoveHome:
                return self._reachable(range(last + 1))
            case move.MoveEnd:
                return self._reachable(range(last, -1, -1))
            case move.MovePageUp:
                return self._reachable(range(self._page_from(row, -1), -1, -1))
            case _:
                return self._reachable(range(self._page_from(row, 1), last + 1))

    def _reachable(self, rows: Iterable[int]) -> QModelIndex:
        """The first of the rows that the keyboard stops at, or where it is."""
        indexes = (self._rows.index(row) for row in rows)
        enabled = Qt.ItemFlag.ItemIsEnabled
        return next((index for index in indexes if index.flags() & enabled), self.currentIndex())

    def _page_from(self, row: int, by: int) -> int:
        """The row about one page from `row`."""
        room, last = self.viewport().height(), self._rows.rowCount() - 1
        while 0 <= row + by <= last and room > 0:
            row += by
            room -= round(self._shapes.of(self._rows.rows()[row]).height)
        return row

    @override
    def mousePressEvent(self, event: QMouseEvent) -> None:
        self.marks.keyboard = False
        super().mousePressEvent(event)
        if event.button() != Qt.MouseButton.LeftButton:
            return
        place = self._place_of(event.position())
        self._selecting.begin(*place) if place else self._selecting.clear()
        self._show_selection()

    @override
    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        if self._selecting.active:
            self._selecting.extend(self._point_in_selection(event.position()))
            self._show_selection()
            return
        self._show_cursor(event.position())

    @override
    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        dragged = self._selecting.finish()
        super().mouseReleaseEvent(event)
        if event.button() != Qt.MouseButton.LeftButton or dragged:
            return
        hit = self._hit(event.position())
        if hit is not None:
            self.target_activated.emit(hit.target)

    @override
    def mouseDoubleClickEvent(self, event: QMouseEvent) -> None:
        place = self._place_of(event.position())
        if place:
            self._selecting.select_word(*place)
            self._show_selection()

    @override
    def contextMenuEvent(self, event: QContextMenuEvent) -> None:
        index = self.indexAt(event.pos())
        if index.isValid():
            self._open_menu(index, event.globalPos())

    @override
    def changeEvent(self, event: QEvent) -> None:
        super().changeEvent(event)
        if event.type() == QEvent.Type.LayoutDirectionChange:
            self._shapes.use(
                replace(
                    self._shapes.setting,
                    mirrored=self.layoutDirection() == Qt.LayoutDirection.RightToLeft,
                )
            )

    def _on_scrolled(self) -> None:
        if not self._holding:
            self._tell_moved()

    def _tell_moved(self) -> None:
        self._show_sticky()
        self.moved.emit()

    def _on_picture_changed(self) -> None:
        with self.held_still():
            self._shapes.forget()
        self.viewport().update()

    def _on_theme_changed(self) -> None:
        with self.held_still():
            self._shapes.forget()
        self.viewport().update()

    # copying

    def copy(self) -> None:
        """The selected text, or the whole of the current message as it was written."""
        text = self.selected_text() or self._current_text()
        if text:
            QGuiApplication.clipboard().setText(text)

    def selected_text(self) -> str:
        selection = self._selecting.selection()
        if selection is None:
            return ""
        key, start, end = selection
        found = self._words_of(key)
        return cut_units(found.layout.text(), start, end) if found else ""

    def _current_text(self) -> str:
        current = self.currentIndex()
        row = self._rows.row(current) if current.isValid() else None
        return row.item.body if row and row.item else ""

    def _show_selection(self) -> None:
        self.marks.selected = self._selecting.selection()
        self.viewport().update()

    def _words_of(self, key: tuple[str, str]) -> Words | None:
        index = self._rows.index_of(key)
        return self.shape_at(index).words if index.isValid() else None

    def _place_of(self, point: QPointF) -> tuple[tuple[str, str], QPointF] | None:
        """The bubble text under a point: the row's key and the point within the text."""
        index = self.indexAt(point.toPoint())
        if not index.isValid():
            return None
        shape = self.shape_at(index)
        inside = point - QPointF(self.visualRect(index).topLeft())
        if shape.words is None or shape.bubble is None or not shape.bubble.contains(inside):
            return None
        return self._rows.row(index).key, inside - shape.words.at

    def _point_in_selection(self, point: QPointF) -> QPointF:
        index = self._rows.index_of(self._selecting.key)
        found = self._words_of(self._selecting.key)
        if not index.isValid() or found is None:
            return QPointF()
        return point - QPointF(self.visualRect(index).topLeft()) - found.at

    # what can be done at a row

    def _hit(self, point: QPointF) -> Hit | None:
        index = self.indexAt(point.toPoint())
        if not index.isValid():
            return None
        inside = point - QPointF(self.visualRect(index).topLeft())
        hits = self.shape_at(index).hits
        return next((hit for hit in hits if hit.rect.contains(inside)), None)

    def _show_cursor(self, point: QPointF) -> None:
        if self._hit(point) is not None:
            shape = Qt.CursorShape.PointingHandCursor
        elif self._place_of(point) is not None:
            shape = Qt.CursorShape.IBeamCursor
        else:
            shape = Qt.CursorShape.ArrowCursor
        self.viewport().setCursor(shape)

    def _open_menu_of_current(self) -> None:
        index = self.currentIndex()
        if index.isValid():
            place = self.visualRect(index).center()
            self._open_menu(index, self.viewport().mapToGlobal(place))

    def _open_menu(self, index: QModelIndex, place: QPoint) -> None:
        menu = self.menu_of(index)
        if not menu.isEmpty():
            menu.popup(place)

    def menu_of(self, index: QModelIndex) -> QMenu:
        """Everything that can be done at a row, for the mouse's menu and the keyboard."""
        menu = QMenu(self)
        menu.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        row = self._rows.row(index)
        for name, target in self._targets(row, self.shape_at(index)):
            action = menu.addAction(menu_text(name))
            action.triggered.connect(lambda _=False, chosen=target: self._activate(chosen))
        if row.kind is RowKind.BUBBLE and row.item and row.item.body:
            menu.addSeparator()
            if self.selected_text():
                menu.addAction(words.tr("Copy selected text")).triggered.connect(self.copy)
            text = row.item.body
            copy = menu.addAction(words.tr("Copy message"))
            copy.triggered.connect(lambda: QGuiApplication.clipboard().setText(text))
        return menu

    def _activate(self, target: Target) -> None:
        # After the menu has gone: what follows may open a dialog.
        QTimer.singleShot(0, self, lambda: self.target_activated.emit(target))

    def _targets(self, row: Row, shape: Shape) -> Iterator[tuple[str, Target]]:
        seen: set[Target] = set()
        for hit in shape.hits:
            if hit.target not in seen:
                seen.add(hit.target)
                yield hit.name, hit.target
        item = row.item
        if item and item.outbox_state is OutboxState.QUEUED:
            yield words.tr("Do not send"), Target(Act.DROP, item.id)
        if item and item.kind is ItemKind.MESSAGE and item.direction is Direction.INBOUND:
            yield words.tr("Why is this here?"), Target(Act.WHY, item.id)

    # the header of the day

    def _show_sticky(self) -> None:
        day: date | None = None
        for row, rect in self.visible_rows():
            if day is None:
                day = row.day
                if row.kind is RowKind.DAY and rect.top() >= 0:
                    day = None
                    break
            elif row.kind is RowKind.DAY and rect.top() < self._sticky.reach():
                day = None
                break
            elif rect.top() > self._sticky.reach():
                break
        scrolled = self.verticalScrollBar().value() > 0
        self._sticky.show_day(words.day_name(day, self._today()) if day and scrolled else "")

    def _spoken(self, row: Row) -> str:
        return words.spoken(row, self._shapes.setting.reader, self._today())
