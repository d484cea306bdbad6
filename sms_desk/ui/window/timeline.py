"""All of a contact's conversations as one thread, to read (R2)."""

from __future__ import annotations

from dataclasses import replace
from typing import Final
from uuid import UUID

from PySide6.QtCore import QSize, Qt, Slot
from PySide6.QtWidgets import QDialog, QHBoxLayout, QVBoxLayout, QWidget

from sms_desk.domain.plain_text import display_name
from sms_desk.services import threads
from sms_desk.services.context import Context
from sms_desk.services.rows import ThreadPage
from sms_desk.ui.thread import PageRequest, ThreadView
from sms_desk.ui.widgets.text import label, set_window_title
from sms_desk.ui.widgets.words import tr
from sms_desk.ui.window.ties import Ties

_REPEATED: Final = frozenset({"tagged", "untagged", "routed", "came"})


class TimelineDialog(QDialog):
    """Each message says which of our sender IDs it belongs to; nothing is marked as read."""

    def __init__(self, contact_id: UUID, name: str, ties: Ties, parent: QWidget) -> None:
        super().__init__(parent)
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        title = tr("timeline", "All conversations with {name}")
        title = title.replace("{name}", display_name(name))
        set_window_title(self, title)
        self._contact_id = contact_id
        self._doors = ties.doors
        self._view = ThreadView(ties.reader, ties.clock, self)
        self._view.start(read_position=0, first_unread=None)
        self._view.page_wanted.connect(self._on_page_wanted)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 12, 0, 0)
        head = QHBoxLayout()
        head.setContentsMargins(20, 0, 20, 8)
        head.addWidget(label(title, "title", parent=self))
        layout.addLayout(head)
        layout.addWidget(self._view, 1)
        self.resize(QSize(640, 640))
        self._read(None, self._view.show_page)

    def _read(self, before: int | None, then: object) -> None:
        contact_id = self._contact_id

        def ask(ctx: Context) -> ThreadPage:
            page = _said(threads.timeline(ctx, contact_id, before=before))
            while not page.items and page.older is not None:
                page = _said(threads.timeline(ctx, contact_id, before=page.older))
            return page

        assert callable(then)
        self._doors.read(self, ask, then=then)

    @Slot(object)
    def _on_page_wanted(self, request: PageRequest) -> None:
        self._read(request.before, lambda page: self._view.add_page(page, request))


def _said(page: ThreadPage) -> ThreadPage:
    """Without the tags and routes, which every conversation repeats."""
    return replace(page, items=tuple(item for item in page.items if item.event not in _REPEATED))
