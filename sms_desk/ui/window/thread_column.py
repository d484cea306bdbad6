"""The middle of the conversations' page: head, messages and composer of one conversation."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QHBoxLayout, QStackedWidget, QVBoxLayout, QWidget

from sms_desk.ui.widgets.buttons import icon_button
from sms_desk.ui.widgets.empty_state import EmptyState
from sms_desk.ui.widgets.panes import horizontal_line, on_ground
from sms_desk.ui.widgets.words import tr
from sms_desk.ui.window.conversations import THREAD_LEAST

if TYPE_CHECKING:
    from sms_desk.ui.composer import Composer
    from sms_desk.ui.thread import ThreadHead, ThreadView


class ThreadColumn(QWidget):
    """Head, messages and composer of one conversation; a sentence while there is none."""

    list_requested = Signal()

    head: ThreadHead
    thread_view: ThreadView
    composer: Composer

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        on_ground(self, "base")
        self._stack = QStackedWidget(self)
        self.empty = EmptyState(self._stack)
        self.empty.show_words("messages-square", tr("window", "Choose a conversation to read it."))
        self.inside = QWidget(self._stack)
        """Whose children head, messages and composer are to be made: to take them in from elsewhere
        would dress each of their widgets again."""
        self._back = icon_button("arrow-left", tr("window", "Show the list"), parent=self.inside)
        self._back.clicked.connect(self.list_requested)
        self._back.hide()
        self._stack.addWidget(self.empty)
        self._stack.addWidget(self.inside)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.addWidget(self._stack)
        self.setMinimumWidth(THREAD_LEAST)

    def take_in(self, head: ThreadHead, thread_view: ThreadView, composer: Composer) -> None:
        """Lay out what stands in `inside`."""
        self.head, self.thread_view, self.composer = head, thread_view, composer
        top = QHBoxLayout()
        top.setContentsMargins(0, 0, 0, 0)
        top.setSpacing(0)
        top.addSpacing(4)
        top.addWidget(self._back)
        top.addWidget(head, 1)
        rows = self._rows = QVBoxLayout(self.inside)
        rows.setContentsMargins(0, 0, 0, 0)
        rows.setSpacing(0)
        rows.addLayout(top)
        rows.addWidget(horizontal_line(self.inside))
        rows.addWidget(thread_view, 1)
        rows.addWidget(composer)

    def put_over_composer(self, strip: QWidget) -> None:
        """Something that needs the person, between the messages and what is written."""
        self._rows.insertWidget(self._rows.indexOf(self.composer), strip)

    def has_conversation(self) -> bool:
        return self._stack.currentIndex() == 1

    def show_conversation(self, shown: bool) -> None:
        self._stack.setCurrentIndex(1 if shown else 0)

    def take_focus(self) -> None:
        """To the reply, and where nothing can be written to the messages."""
        if self.composer.focus_text():
            return
        self.thread_view.focus_messages()

    def keep_clear(self, width: int) -> None:
        """Something lies over so much of its left: the sentence stands beside that."""
        self.empty.setContentsMargins(max(0, width), 0, 0, 0)

    def offer_list(self, offered: bool) -> None:
        """Whether a button brings the list, which has no place of its own."""
        self._back.setVisible(offered)
