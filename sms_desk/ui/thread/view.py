"""A conversation's messages: pages, divider, pill, search, and what was really read."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from datetime import date, datetime
from uuid import UUID

from PySide6.QtCore import QEvent, QObject, QSize, Qt, QTimer, Signal
from PySide6.QtGui import QKeySequence, QResizeEvent, QShortcut, QShowEvent
from PySide6.QtWidgets import QStackedLayout, QVBoxLayout, QWidget
from typing_extensions import override

from sms_desk.domain.frozen import dataclass
from sms_desk.domain.model import Direction
from sms_desk.services.rows import ItemKind, ThreadItem, ThreadPage
from sms_desk.ui.thread.arrange import Older, Row, arrange, key_of, older_row
from sms_desk.ui.thread.loaded import Loaded
from sms_desk.ui.thread.long_text import LongText
from sms_desk.ui.thread.message_list import MessageList
from sms_desk.ui.thread.pictures import Pictures
from sms_desk.ui.thread.pieces import Act, Target
from sms_desk.ui.thread.search_bar import SearchBar
from sms_desk.ui.thread.skeleton import Skeleton
from sms_desk.ui.thread.words import Reader, tr
from sms_desk.ui.widgets.buttons import Button
from sms_desk.ui.widgets.empty_state import EmptyState

PAGE_AHEAD = 600
"""Pixels from an end of what is loaded at which the next page is asked for."""
READ_PAUSE_MS = 400
"""How long a message stands in sight before it counts as displayed (R48)."""


@dataclass(frozen=True, slots=True)
class PageRequest:
    """Which page is wanted: exactly one of before and after is a position."""

    before: int | None = None
    after: int | None = None


class ThreadView(QWidget):
    """Shows pages that somebody else reads; reports what is asked for."""

    page_wanted = Signal(object)
    """A PageRequest; answered by `add_page`."""
    page_at_wanted = Signal(object)
    """A position that is not loaded (a hit, the newest as None); answered by `show_page`."""
    displayed = Signal(object)
    """The position of the last message really displayed, in an active window (R48)."""
    search_requested = Signal(str)
    """Answered by `set_hits`."""
    why_requested = Signal(object)
    conversation_requested = Signal(object)
    """The id of the conversation that an event leads to (R17)."""
    link_requested = Signal(object)
    attachment_wanted = Signal(object)
    """An attachment's id; answered by `set_attachment`."""
    attachment_save_requested = Signal(object)
    action_requested = Signal(object)
    """A `pieces.Target`: retry, release, check, resend or drop, and which message."""
    retry_reading_requested = Signal()
    older_requested = Signal()
    """What the server keeps of the thread shall come here. Answered by `show_older`."""

    def __init__(
        self, reader: Reader, clock: Callable[[], datetime], parent: QWidget | None = None
    ) -> None:
        """clock: now, as an aware datetime."""
        super().__init__(parent)
        self._reader = reader
        self._clock = clock
        self._loaded = Loaded()
        self._first_unread: int | None = None
        self._older: Older | None = None
        self._read_up_to = 0
        self._below: set[tuple[str, str]] = set()
        self._asked: PageRequest | None = None
        self._opening = False
        self._pictures = Pictures(self)
        self._list = MessageList(reader, self._today, self._pictures, self)
        self._search = SearchBar(self)
        self._pill = _pill(self._list)
        self._skeleton, self._empty, self._error = (
            Skeleton(self),
            EmptyState(self),
            EmptyState(self),
        )
        self._reading = QTimer(self)
        self._reading.setSingleShot(True)
        self._reading.setInterval(READ_PAUSE_MS)
        self._lay_out()
        self._connect()

    def _lay_out(self) -> None:
        stacked = QWidget(self)
        self._stack = QStackedLayout(stacked)
        for widget in (self._skeleton, self._list, self._empty, self._error):
            self._stack.addWidget(widget)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(0)
        layout.addWidget(self._search)
        layout.addWidget(stacked, 1)

    def _connect(self) -> None:
        self._list.moved.connect(self._on_moved)
        self._list.target_activated.connect(self._on_target_activated)
        self._list.installEventFilter(self)
        self._pictures.wanted.connect(self.attachment_wanted)
        self._pill.clicked.connect(self._on_pill_clicked)
        self._search.search_requested.connect(self._on_search_requested)
        self._search.hit_chosen.connect(self.jump_to)
        self._search.closed.connect(self._on_search_closed)
        self._error.action_requested.connect(self.retry_reading_requested)
        self._reading.timeout.connect(self._on_read)
        find = QShortcut(QKeySequence.StandardKey.Find, self)
        find.setContext(Qt.ShortcutContext.WidgetWithChildrenShortcut)
        find.activated.connect(self.open_search)

    # what is shown

    def start(self, *, read_position: int, first_unread: int | None) -> None:
        """Another conversation: nothing of the old one stays, its first page is on the way."""
        self._loaded = Loaded()
        self._below.clear()
        self._asked = None
        self._first_unread = first_unread
        self._older = None
        self._read_up_to = read_position
        self._pictures.clear()
        self._search.reset()
        self._forget_hits()
        self._list.show_rows(())
        self._stack.setCurrentWidget(self._skeleton)

    def show_older(self, older: Older | None) -> None:
        """How it stands with what the server keeps beside; None: all of the thread is here."""
        if older != self._older:
            self._older = older
            if self._stack.currentWidget() in (self._list, self._empty):
                self._refresh()

    def expect_older(self) -> None:
        """More has come than was there at the first reading: it is asked for as one scrolls up."""
        self._older = None
        self._loaded = self._loaded.reopened()
        self._refresh()
        self._on_moved()

    def show_page(self, page: ThreadPage) -> None:
        """A page to begin with: the one that was opened, or around a position jumped to."""
        self._asked = None
        self._loaded = Loaded.of(page)
        self._below.clear()
        self._opening = True
        self._list.show_rows(())
        self._refresh()
        self._open_where_unread()
        self._opening = False
        self._on_moved()

    def add_page(self, page: ThreadPage, request: PageRequest) -> None:
        """The answer to `page_wanted`. One that was meant for another thread is dropped."""
        if request != self._asked:
            return
        self._asked = None
        if request.before is not None:
            self._loaded = self._loaded.with_older(page)
        else:
            self._loaded = self._loaded.with_newer(page)
        self._refresh()

    def replace_loaded(self, page: ThreadPage) -> None:
        """What is loaded was read again from its first position on, after a change."""
        known = {key_of(item) for item in self._loaded.items}
        at_end = self._list.is_at_end()
        self._loaded = self._loaded.read_again(page)
        if not at_end:
            self._below |= {
                key_of(item)
                for item in self._loaded.items
                if item.direction is Direction.INBOUND and key_of(item) not in known
            }
        self._refresh()

    def loaded(self) -> Loaded:
        """What is loaded: from which position, and whether it reaches the newest."""
        return self._loaded

    def show_error(self, title: str, next_step: str = "") -> None:
        """The thread could not be read."""
        sentence = f"{title} {next_step}".strip()
        self._error.show_words("circle-alert", sentence, tr("Try again"), tint="error")
        self._stack.setCurrentWidget(self._error)

    def set_attachment(self, attachment_id: UUID, data: bytes) -> None:
        """The stored bytes of an attachment that was wanted."""
        self._pictures.supply(attachment_id, data)

    def set_reader(self, reader: Reader) -> None:
        """Another person acts (`--as`), or his zone is another."""
        self._reader = reader
        self._list.use_reader(reader)
        self._refresh()

    def scroll_to_end(self) -> None:
        """To the newest: after sending, or by the pill."""
        if self._loaded.newer is not None:
            self.page_at_wanted.emit(None)
            return
        self._list.scroll_to_end()

    def messages(self) -> QWidget:
        """The list of messages, which has the focus while somebody walks from one to the next."""
        return self._list

    def focus_messages(self) -> None:
        self._list.setFocus(Qt.FocusReason.ShortcutFocusReason)

    # search

    def open_search(self) -> None:
        self._search.open_bar()

    def set_hits(self, positions: Iterable[int]) -> None:
        """Positions of the messages that hold what was searched for."""
        found = tuple(positions)
        self._list.marks.hits = frozenset(found)
        self._list.marks.search = self._search.text()
        self._list.marks.current_hit = None
        self._search.set_hits(found)
        self._list.viewport().update()

    def jump_to(self, position: int) -> None:
        """Show the message at a position; asks for its page if it is not loaded."""
        self._list.marks.current_hit = position
        item = self._loaded.item_at(position)
        if item is None:
            self.page_at_wanted.emit(position)
            return
        index = self._list.rows().index_of(key_of(item))
        self._list.setCurrentIndex(index)
        self._list.scroll_to_row(index, above=self._list.height() // 3)
        self._list.viewport().update()

    def _on_search_requested(self, text: str) -> None:
        if text:
            self.search_requested.emit(text)
        else:
            self.set_hits(())

    def _on_search_closed(self) -> None:
        self._forget_hits()
        self._list.setFocus(Qt.FocusReason.OtherFocusReason)

    def _forget_hits(self) -> None:
        marks = self._list.marks
        marks.hits, marks.search, marks.current_hit = frozenset(), "", None
        self._list.viewport().update()

    # inside

    def _today(self) -> date:
        return self._clock().astimezone(self._reader.zone).date()

    def _refresh(self) -> None:
        rows = arrange(self._loaded.items, first_unread=self._first_unread, zone=self._reader.zone)
        if self._older is not None and self._loaded.older is None:
            rows = (older_row(self._older, self._reader.zone), *rows)
        if not rows:
            self._empty.show_words("messages-square", tr("Nothing has been said here yet."))
        self._stack.setCurrentWidget(self._list if rows else self._empty)
        self._list.show_rows(rows)
        self._show_pill()

    def _open_where_unread(self) -> None:
        position = self._list.marks.current_hit
        target = self._loaded.item_at(position) if position is not None else None
        if target is not None:
            self.jump_to(target.position)
            return
        divider = self._list.rows().index_of(("unread", ""))
        if divider.isValid():
            self._list.scroll_to_row(divider)
        else:
            self._list.scroll_to_end()

    def _on_moved(self) -> None:
        if self._opening:  # on its way to where it opens: nothing on the way counts
            return
        self._ask_for_pages()
        self._below -= {row.key for row in self._in_sight()}
        if self._list.is_at_end() and self._loaded.newer is None:
            self._below.clear()
        self._show_pill()
        self._reading.start()

    def _ask_for_pages(self) -> None:
        if self._asked is not None or not self._loaded.items:
            return
        bar = self._list.verticalScrollBar()
        if bar.value() < PAGE_AHEAD and self._loaded.older is not None:
            self._ask(PageRequest(before=self._loaded.older))
        elif bar.maximum() - bar.value() < PAGE_AHEAD and self._loaded.newer is not None:
            self._ask(PageRequest(after=self._loaded.newer))

    def _ask(self, request: PageRequest) -> None:
        self._asked = request
        self.page_wanted.emit(request)

    def _in_sight(self) -> Iterable[Row]:
        """Rows of messages whose end stands in the viewport."""
        bottom = self._list.viewport().height()
        for row, rect in self._list.visible_rows():
            if row.item is not None and rect.bottom() <= bottom + 1:
                yield row

    def _on_read(self) -> None:
        if not self.isVisible() or not self.window().isActiveWindow():
            return
        if self._stack.currentWidget() is not self._list:
            return
        seen = [row.item.position for row in self._in_sight() if row.item and _is_message(row.item)]
        if seen and max(seen) > self._read_up_to:
            self._read_up_to = max(seen)
            self.displayed.emit(self._read_up_to)

    def _show_pill(self) -> None:
        count = len(self._below)
        if count:
            self._pill.set_words(tr("%n new", count))
        elif self._loaded.newer is not None:
            self._pill.set_words(tr("Newest"))
        self._pill.setVisible(bool(count) or self._loaded.newer is not None)
        self._place_pill()

    def _place_pill(self) -> None:
        size = self._pill.sizeHint()
        self._pill.resize(size)
        left = (self._list.width() - size.width()) // 2
        self._pill.move(left, self._list.height() - size.height() - 12)

    def _on_pill_clicked(self) -> None:
        self._below.clear()
        self.scroll_to_end()

    def _on_target_activated(self, target: Target) -> None:
        match target.act:
            case Act.LINK:
                self.link_requested.emit(target.value)
            case Act.WHY:
                self.why_requested.emit(target.item_id)
            case Act.OPEN:
                self.conversation_requested.emit(target.value)
            case Act.ATTACHMENT:
                self.attachment_save_requested.emit(target.value)
            case Act.OLDER:
                self.older_requested.emit()
            case Act.SHOW_ALL:
                self._show_whole(target.item_id)
            case _:
                self.action_requested.emit(target)

    def _show_whole(self, item_id: UUID) -> None:
        item = next((each for each in self._loaded.items if each.id == item_id), None)
        if item is not None:
            viewer = LongText(item.body, self)
            viewer.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
            viewer.open()

    @override
    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        if watched is self._list and event.type() == QEvent.Type.Resize:
            QTimer.singleShot(0, self, self._place_pill)
        return False

    @override
    def changeEvent(self, event: QEvent) -> None:
        super().changeEvent(event)
        if event.type() == QEvent.Type.ActivationChange:
            self._reading.start()

    @override
    def showEvent(self, event: QShowEvent) -> None:
        super().showEvent(event)
        self._reading.start()

    @override
    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._place_pill()

    @override
    def minimumSizeHint(self) -> QSize:
        return QSize(320, 160)


def _is_message(item: ThreadItem) -> bool:
    return item.kind is ItemKind.MESSAGE


def _pill(parent: QWidget) -> Button:
    made = Button(tr("Newest"), "plain", icon="arrow-down", parent=parent)
    made.setFocusPolicy(Qt.FocusPolicy.TabFocus)
    made.hide()
    return made
