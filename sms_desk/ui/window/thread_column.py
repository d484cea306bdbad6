"""The middle of the conversations' page: head, messages and composer of one conversation."""

from __future__ import annotations

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QHBoxLayout, QStackedWidget, QVBoxLayout, QWidget

from sms_desk.ui.composer import Composer
from sms_desk.ui.thread import ThreadHead, ThreadView
from sms_desk.ui.widgets.buttons import icon_button
from sms_desk.ui.widgets.empty_state import EmptyState
from sms_desk.ui.widgets.panes import horizontal_line, on_ground
from sms_desk.ui.widgets.words import tr
from sms_desk.ui.window.conversations import THREAD_LEAST


class ThreadColumn(QWidget):
    """Head, messages and composer of one conversation; a sentence while there is none."""

    list_requested = Signal()

    def __init__(
        self,
        head: ThreadHead,
        thread_view: ThreadView,
        composer: Composer,
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(parent)
        on_ground(self, "base")
        self.head = head
        self.thread_view = thread_view
        self.composer = composer
        self.empty = EmptyState(self)
        self.empty.show_words("messages-square", tr("window", "Choose a conversation to read it."))
        self._back = icon_button("arrow-left", tr("window", "Show the list"), parent=self)
        self._back.clicked.connect(self.list_requested)
        self._back.hide()
        conversation = QWidget(self)
        self._stack = QStackedWidget(self)
        self._stack.addWidget(self.empty)
        self._stack.addWidget(conversation)
        self._lay_out(conversation)
        self.setMinimumWidth(THREAD_LEAST)

    def _lay_out(self, conversation: QWidget) -> None:
        head = QHBoxLayout()
        head.setContentsMargins(0, 0, 0, 0)
        head.setSpacing(0)
        head.addSpacing(4)
        head.addWidget(self._back)
        head.addWidget(self.head, 1)
        inside = QVBoxLayout(conversation)
        inside.setContentsMargins(0, 0, 0, 0)
        inside.setSpacing(0)
        inside.addLayout(head)
        inside.addWidget(horizontal_line(conversation))
        inside.addWidget(self.thread_view, 1)
        inside.addWidget(self.composer)
        self._inside = inside
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.addWidget(self._stack)

    def put_over_composer(self, strip: QWidget) -> None:
        """Something that needs the person, between the messages and what is written."""
        self._inside.insertWidget(self._inside.indexOf(self.composer), strip)

    def has_conversation(self) -> bool:
        return self._stack.currentIndex() == 1

    def show_conversation(self, shown: bool) -> None:
        self._stack.setCurrentIndex(1 if shown else 0)

    def offer_list(self, offered: bool) -> None:
        """Whether a button brings the list, which has no place of its own."""
        self._back.setVisible(offered)
