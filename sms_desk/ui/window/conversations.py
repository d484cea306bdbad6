"""The page of conversations: list, thread with composer, and context, side by side.

Below 1180 pixels of the window the context folds away; below 900 the list slides over the thread.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import datetime
from typing import TYPE_CHECKING, Final
from uuid import UUID

from PySide6.QtCore import QEasingCurve, QPoint, QPropertyAnimation, QSize, Qt
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import QHBoxLayout, QListView, QSplitter, QWidget
from typing_extensions import override

from sms_desk.domain.frozen import dataclass
from sms_desk.ui import theme
from sms_desk.ui.inbox import InboxView
from sms_desk.ui.reader import Reader
from sms_desk.ui.theme.tokens import CONTEXT_WIDTH, LIST_WIDTH
from sms_desk.ui.widgets.panes import on_ground, vertical_line

if TYPE_CHECKING:  # they come when the list stands (measured.md, Start)
    from sms_desk.ui.context import ContextPane
    from sms_desk.ui.window.thread_column import ThreadColumn

CONTEXT_FROM: Final = 1180
"""Window width from which the context pane stands open by itself."""
LIST_FROM: Final = 900
"""Window width from which the list has a place of its own."""
THREAD_LEAST: Final = 340


@dataclass(frozen=True, slots=True)
class Widths:
    """What the person made of the panes; kept between starts."""

    list: int = LIST_WIDTH
    context: int = CONTEXT_WIDTH


class ConversationsPage(QWidget):
    """Arranges; knows nothing of what is shown. Before `furnish` it is the list beside an empty
    ground."""

    column: ThreadColumn
    context: ContextPane

    def __init__(
        self, reader: Reader, clock: Callable[[], datetime], parent: QWidget | None = None
    ) -> None:
        super().__init__(parent)
        on_ground(self, "base")
        self._reader = reader
        self._clock = clock
        self._widths = Widths()
        self._narrow = False
        self._was_wide = True
        self._context_open = True
        self._furnished = False
        self._splitter = QSplitter(Qt.Orientation.Horizontal, self)
        self._splitter.setHandleWidth(1)
        self._splitter.setChildrenCollapsible(False)
        self.inbox = InboxView(clock, reader.zone, self._splitter)
        self._ground = QWidget(self._splitter)  # where the thread will stand
        self._ground.setMinimumWidth(THREAD_LEAST)
        for pane in (self.inbox, self._ground):
            self._splitter.addWidget(pane)
        self._splitter.setStretchFactor(0, 0)
        self._splitter.setStretchFactor(1, 1)
        self._splitter.splitterMoved.connect(self._on_splitter_moved)
        self._slide = QPropertyAnimation(self.inbox, b"pos", self)
        self._slide.setEasingCurve(QEasingCurve.Type.OutCubic)
        self._slide.finished.connect(self._on_slid)
        self._edge = vertical_line(self)
        self._edge.hide()
        self._slide.valueChanged.connect(self._place_edge)
        layout = QHBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.addWidget(self._splitter)

    # --- what comes when the list stands -----------------------------------------------------------

    def furnish(self) -> Iterator[None]:
        """Bring thread and context, a piece at a time: whoever calls lets the window breathe
        between. What stood beside the list was empty ground, so nothing jumps."""
        from sms_desk.ui.thread import ThreadHead, ThreadView
        from sms_desk.ui.window.thread_column import ThreadColumn

        yield
        column = ThreadColumn(self._ground)
        head = ThreadHead(self._reader, self._clock, column.inside)
        yield
        thread = ThreadView(self._reader, self._clock, column.inside)
        yield
        from sms_desk.ui.composer import Composer

        yield
        column.take_in(head, thread, Composer(column.inside))
        yield
        from sms_desk.ui.context import ContextPane

        yield
        self._take_in(column, ContextPane(self._clock, self._reader.zone, self))

    def is_furnished(self) -> bool:
        """Whether thread and context are there."""
        return self._furnished

    def _take_in(self, column: ThreadColumn, context: ContextPane) -> None:
        self.column, self.context = column, context
        self._furnished = True
        context.hide()  # until there is somebody to tell of
        standing = QHBoxLayout(self._ground)
        standing.setContentsMargins(0, 0, 0, 0)
        standing.addWidget(column)
        column.show()
        self._splitter.addWidget(context)
        self._splitter.setStretchFactor(self._splitter.indexOf(context), 0)
        column.offer_list(self._narrow)
        self._place_edge()
        column.list_requested.connect(self.show_list)
        self._share_out()

    def _has_conversation(self) -> bool:
        return self._furnished and self.column.has_conversation()

    def _is_context_shown(self) -> bool:
        return self._furnished and self.context.isVisibleTo(self)

    # --- width -----------------------------------------------------------------------------------

    def fit(self, window_width: int) -> None:
        """The window has this width now."""
        self._set_narrow(window_width < LIST_FROM)
        wide = window_width >= CONTEXT_FROM
        if wide != self._was_wide:
            self._was_wide = wide
            self.set_context_open(wide)

    def is_narrow(self) -> bool:
        return self._narrow

    def widths(self) -> Widths:
        """As the person last had them while all stood side by side."""
        return self._widths

    def set_widths(self, widths: Widths) -> None:
        self._widths = widths
        self._share_out()

    def _share_out(self) -> None:
        """List and context as wide as they are wished, the thread takes the rest."""
        if self._narrow:
            return
        wished = self._widths
        context = wished.context if self._is_context_shown() else 0
        middle = max(THREAD_LEAST, self.width() - wished.list - context)
        self._splitter.setSizes([wished.list, middle, context][: self._splitter.count()])

    def _on_splitter_moved(self) -> None:
        sizes = self._splitter.sizes()
        context = sizes[2] if self._is_context_shown() else self._widths.context
        self._widths = Widths(sizes[0], context)

    @override
    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        if self._narrow:
            self.inbox.resize(self._drawer_size())
            self._place_edge()
        self._share_out()

    @override
    def minimumSizeHint(self) -> QSize:
        return QSize(THREAD_LEAST, 320)

    # --- context -----------------------------------------------------------------------------------

    def is_context_open(self) -> bool:
        """Whether it stands open whenever there is a conversation."""
        return self._context_open

    def toggle_context(self) -> None:
        self.set_context_open(not self._context_open)

    def set_context_open(self, is_open: bool) -> None:
        self._context_open = is_open
        if self._furnished:
            self.context.setVisible(is_open and self._has_conversation())
            self._share_out()

    # --- the list --------------------------------------------------------------------------------

    def list_widget(self) -> QListView:
        """The list of conversations itself: where single letters are keys."""
        return self.inbox.list_view()

    def row_corner(self, id_: UUID | None = None) -> QPoint | None:
        """On the screen, the lower corner of a row, or of that where the keyboard stands; None out
        of sight."""
        view = self.inbox.list_view()
        index = view.currentIndex() if id_ is None else view.index_of(id_)
        rect = view.visualRect(index)
        if rect.isEmpty() or not view.isVisible():
            return None
        inside = rect.intersected(view.viewport().rect())
        return None if inside.isEmpty() else view.viewport().mapToGlobal(inside.bottomLeft())

    # --- the list as a drawer ------------------------------------------------------------------------

    def show_list(self) -> None:
        """Bring the list over the thread, where it has no place of its own."""
        if self._narrow:
            self.inbox.show()
            self.inbox.raise_()
            self._slide_to(0)
        self.inbox.focus_list()

    def hide_list(self) -> bool:
        """A conversation was chosen: make room for it. True if that takes the list away."""
        is_over = self._narrow and self.inbox.isVisibleTo(self)
        if is_over:
            self._slide_to(-self.inbox.width() - 1)
        return is_over

    def _set_narrow(self, narrow: bool) -> None:
        if narrow == self._narrow:
            return
        self._narrow = narrow
        if self._furnished:
            self.column.offer_list(narrow)
        self.inbox.set_walk_opens(not narrow)
        if narrow:
            hidden = self._has_conversation()
            if hidden and self.inbox.list_has_focus():  # else Qt would walk on to the next button
                self.column.thread_view.messages().setFocus(Qt.FocusReason.OtherFocusReason)
            self.inbox.setParent(self)
            self.inbox.resize(self._drawer_size())
            self.inbox.move(-self.inbox.width() - 1 if hidden else 0, 0)
            self.inbox.setVisible(not hidden)
            self.inbox.raise_()
        else:
            self._slide.stop()
            self._splitter.insertWidget(0, self.inbox)
            self.inbox.show()
            self._share_out()
        self._place_edge()

    def _drawer_size(self) -> QSize:
        return QSize(min(LIST_WIDTH, self.width() - 48), self.height())

    def _slide_to(self, x: int) -> None:
        self._slide.stop()
        self._slide.setDuration(theme.fade_ms())
        self._slide.setStartValue(self.inbox.pos())
        self._slide.setEndValue(QPoint(x, 0))
        self._slide.start()

    def _on_slid(self) -> None:
        if self._narrow and self.inbox.x() < 0:
            self.inbox.hide()
        self._place_edge()

    def _place_edge(self) -> None:
        """The hairline between the drawer and what it lies over."""
        is_over = self._narrow and self.inbox.isVisibleTo(self)
        if self._furnished:
            self.column.keep_clear(self.inbox.geometry().right() + 1 if is_over else 0)
        self._edge.setVisible(is_over)
        self._edge.setGeometry(self.inbox.geometry().right() + 1, 0, 1, self.height())
        self._edge.raise_()
