"""The panel over the list: a field, and below it what was found."""

from __future__ import annotations

from datetime import tzinfo
from functools import partial
from typing import Any, Final

from PySide6.QtCore import QEvent, QModelIndex, QObject, Qt, QTimer, Signal, Slot
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QFrame, QHBoxLayout, QListView, QStackedWidget, QVBoxLayout, QWidget
from typing_extensions import override

from sms_desk.services import searching
from sms_desk.services.context import Context
from sms_desk.services.rows import ContactHit, SearchHit, SearchResult
from sms_desk.ui.doors import Doors
from sms_desk.ui.search.delegate import SearchDelegate
from sms_desk.ui.search.model import Heading, SearchModel
from sms_desk.ui.widgets.buttons import icon_button
from sms_desk.ui.widgets.empty_state import EmptyState
from sms_desk.ui.widgets.over_bar import OverBar
from sms_desk.ui.widgets.panes import horizontal_line, on_ground
from sms_desk.ui.widgets.search_field import SearchField
from sms_desk.ui.widgets.times import clock_words
from sms_desk.ui.widgets.words import tr

TYPING_MS: Final = 80


def find_more(ctx: Context, text: str, before: int) -> SearchResult:
    return searching.find(ctx, text, before=before)


class SearchPanel(QWidget):
    """As you type; arrows walk, Enter opens at the hit, Escape leaves."""

    opened = Signal(object, object)
    """A conversation's id, and the position of the hit or None."""
    closed = Signal()

    def __init__(self, doors: Doors, zone: tzinfo, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        on_ground(self, "base")
        self._doors = doors
        self._zone = zone
        self._field = SearchField(
            tr("search", "Search everything"), tr("search", "Search everything"), parent=self
        )
        self._close = icon_button("x", tr("search", "Close the search"), parent=self)
        self._model = SearchModel(self)
        self._list = QListView(self)
        self._words = EmptyState(self)
        self._stack = QStackedWidget(self)
        self._typing = QTimer(self)
        self._typing.setSingleShot(True)
        self._typing.setInterval(TYPING_MS)
        self._build_list()
        self._lay_out()
        self._field.textChanged.connect(self._on_typed)
        self._field.installEventFilter(self)
        self._close.clicked.connect(self.leave)
        self._typing.timeout.connect(self._ask)
        self._show_words()

    def _build_list(self) -> None:
        self._list.setModel(self._model)
        self._list.setItemDelegate(SearchDelegate(self._when, self._list))
        self._list.setAccessibleName(tr("search", "What was found"))
        self._list.setFrameShape(QFrame.Shape.NoFrame)
        self._list.setFocusPolicy(Qt.FocusPolicy.ClickFocus)
        self._list.setVerticalScrollMode(QListView.ScrollMode.ScrollPerPixel)
        self._list.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        OverBar(self._list)
        self._list.clicked.connect(self._on_clicked)
        self._list.verticalScrollBar().valueChanged.connect(self._on_scrolled)

    def _lay_out(self) -> None:
        head = QHBoxLayout()
        head.setContentsMargins(12, 12, 8, 12)
        head.setSpacing(4)
        head.addWidget(self._field, 1)
        head.addWidget(self._close)
        for page in (self._words, self._list):
            self._stack.addWidget(page)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(0)
        layout.addLayout(head)
        layout.addWidget(horizontal_line(self))
        layout.addWidget(self._stack, 1)

    # --- from outside ----------------------------------------------------------------------------

    def begin(self, text: str = "") -> None:
        """Show itself with the last question selected, or with this one asked."""
        if text:
            self._field.setText(text)
        self.show()
        self.raise_()
        self._field.setFocus(Qt.FocusReason.ShortcutFocusReason)
        self._field.selectAll()

    def leave(self) -> None:
        self.hide()
        self.closed.emit()

    def found(self) -> int:
        """How many lines stand there."""
        return self._model.rowCount()

    # --- asking ----------------------------------------------------------------------------------

    @Slot(str)
    def _on_typed(self, _text: str) -> None:
        self._typing.start()

    def _ask(self) -> None:
        text = self._field.text().strip()
        if not text:
            self._doors.overtake(self, "find")
            self._show_words()
            return
        self._doors.read(self, searching.find, text, then=self._on_found, key="find")

    def _on_found(self, result: SearchResult) -> None:
        self._model.show_result(result)
        first = self._model.first_hit()
        if first < 0:
            self._words.show_words("search", tr("search", "Nothing was found."))
            self._stack.setCurrentWidget(self._words)
            return
        self._stack.setCurrentWidget(self._list)
        self._list.setCurrentIndex(self._model.index(first))
        self._list.scrollToTop()

    def _on_scrolled(self, value: int) -> None:
        after = self._model.more_after
        if after is not None and value > self._list.verticalScrollBar().maximum() - 400:
            self._model.more_after = None
            text = self._field.text().strip()
            add = partial(self._on_more, text)
            self._doors.read(self, find_more, text, after, then=add, key="more")

    def _on_more(self, text: str, result: SearchResult) -> None:
        if text == self._field.text().strip():
            self._model.append(result)

    def _show_words(self) -> None:
        self._words.show_words(
            "search",
            tr(
                "search",
                "Names, numbers in any spelling, words. Also from: to: campaign: channel: "
                "has:note is:unread before: after:",
            ),
        )
        self._stack.setCurrentWidget(self._words)

    def _when(self, at: Any) -> str:
        return clock_words(at, self._doors.desk.now(), self._zone)

    # --- keys ------------------------------------------------------------------------------------

    @override
    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        if watched is self._field and isinstance(event, QKeyEvent):
            return event.type() == QEvent.Type.KeyPress and self._take(Qt.Key(event.key()))
        return False

    @override
    def keyPressEvent(self, event: QKeyEvent) -> None:
        if not self._take(Qt.Key(event.key())):
            super().keyPressEvent(event)

    def _take(self, key: Qt.Key) -> bool:
        steps = {
            Qt.Key.Key_Down: 1,
            Qt.Key.Key_Up: -1,
            Qt.Key.Key_PageDown: 8,
            Qt.Key.Key_PageUp: -8,
        }
        if key in steps:
            self._step(steps[key])
        elif key in (Qt.Key.Key_Return, Qt.Key.Key_Enter):
            self._open(self._list.currentIndex())
        elif key == Qt.Key.Key_Escape:
            self.leave()
        else:
            return False
        return True

    def _step(self, by: int) -> None:
        row = self._list.currentIndex().row()
        last = self._model.rowCount() - 1
        at = max(0, min(last, row + by))
        while 0 <= at <= last and isinstance(self._model.line(at), Heading):
            at += 1 if by > 0 else -1
        if 0 <= at <= last:
            self._list.setCurrentIndex(self._model.index(at))

    @Slot(QModelIndex)
    def _on_clicked(self, index: QModelIndex) -> None:
        self._open(index)

    def _open(self, index: QModelIndex) -> None:
        line = self._model.line(index.row()) if index.isValid() else None
        if isinstance(line, SearchHit):
            self.opened.emit(line.conversation_id, line.position)
        elif isinstance(line, ContactHit) and line.conversation_id is not None:
            self.opened.emit(line.conversation_id, None)
