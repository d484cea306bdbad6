"""What a thread leads to: links, attachments to keep, the reason of an event, the whole timeline."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from pathlib import Path
from uuid import UUID

from PySide6.QtCore import QObject, QPoint, Slot
from PySide6.QtGui import QCursor

from sms_desk.domain.errors import StorageError
from sms_desk.domain.plain_text import Link
from sms_desk.services import threads, why_here
from sms_desk.services.context import Context
from sms_desk.services.rows import ConversationDetail, ItemKind, ThreadItem, ThreadPage
from sms_desk.services.why_here import Explained
from sms_desk.ui.thread import confirm_link
from sms_desk.ui.widgets.outside import ask_where_to_save, open_link
from sms_desk.ui.widgets.words import tr
from sms_desk.ui.window.conversations import ConversationsPage
from sms_desk.ui.window.thread_controller import ThreadController
from sms_desk.ui.window.ties import Ties
from sms_desk.ui.window.timeline import TimelineDialog
from sms_desk.ui.window.why import WIDTH, WhyPopover

_SUFFIXES = {
    "image/jpeg": ".jpg",
    "image/png": ".png",
    "image/gif": ".gif",
    "image/webp": ".webp",
    "application/pdf": ".pdf",
    "text/vcard": ".vcf",
    "text/plain": ".txt",
    "audio/mpeg": ".mp3",
    "audio/ogg": ".ogg",
    "video/mp4": ".mp4",
}
"""A file's own name from outside is never used; only its kind is."""
_RECENT = 40
"""Enough that some of them are messages."""
_ROUTING = ("routed", "assigned")
"""Events that say whose it became."""


class ReadingController(QObject):
    def __init__(self, page: ConversationsPage, thread: ThreadController, ties: Ties) -> None:
        super().__init__(page)
        self._page = page
        self._thread = thread
        self._ties = ties
        view = page.column.thread_view
        view.link_requested.connect(self._on_link_requested)
        view.why_requested.connect(self._on_why_requested)
        view.attachment_save_requested.connect(self._on_save_requested)
        page.context.timeline_requested.connect(self._on_timeline_requested)
        page.column.head.source_why_requested.connect(self._on_source_why)
        page.column.head.place_why_requested.connect(self.explain_place)
        page.column.composer.sender_why_requested.connect(self._on_sender_why)
        thread.opened.connect(self._show_recent)
        thread.refreshed.connect(self._show_recent)

    @Slot(object)
    def _on_link_requested(self, link: Link) -> None:
        if confirm_link(self._page.window(), link):
            open_link(link.url)

    @Slot(object)
    def _on_why_requested(self, item_id: UUID) -> None:
        item, at = self._thread.item(item_id), QCursor.pos()
        if item is None:
            return
        if item.kind is ItemKind.MESSAGE:
            self._explain(why_here.of_message, item.id, at, item)
        elif item.event in _ROUTING:
            self._explain(why_here.of_event, item.id, at)
        else:
            WhyPopover.of_event(item, self._ties.reader, self._page).pop_up(at)

    @Slot()
    def explain_place(self) -> None:
        """Why the open conversation is where it is (R20)."""
        detail = self._thread.detail()
        if detail is not None:
            head = self._page.column.head
            at = head.mapToGlobal(head.rect().bottomLeft() + QPoint(WIDTH // 2, 0))
            self._explain(why_here.of_conversation, detail.row.id, at)

    def _explain(
        self,
        ask: Callable[[Context, UUID], Explained],
        id_: UUID,
        at: QPoint,
        message: ThreadItem | None = None,
    ) -> None:
        def show(found: Explained) -> None:
            WhyPopover.of_place(found, self._page, message).pop_up(at)

        self._ties.doors.read(self, ask, id_, then=show, key="why")

    @Slot(QPoint)
    def _on_source_why(self, at: QPoint) -> None:
        detail = self._thread.detail()
        if detail is not None:
            WhyPopover.of_source(detail, self._page).pop_up(at)

    @Slot()
    def _on_sender_why(self) -> None:
        detail = self._thread.detail()
        if detail is not None:
            popover = WhyPopover.of_sender(detail, self._page)
            popover.pop_up(QCursor.pos())

    # --- attachments -----------------------------------------------------------------------------

    @Slot(object)
    def _on_save_requested(self, attachment_id: UUID) -> None:
        self._ties.doors.read(self, threads.attachment, attachment_id, then=self._on_file_read)

    def _on_file_read(self, found: tuple[str, bytes]) -> None:
        content_type, data = found
        name = tr("attachment", "attachment") + _SUFFIXES.get(content_type.lower(), ".bin")
        path = ask_where_to_save(self._page.window(), tr("attachment", "Keep attachment"), name)
        if path is not None:
            write = partial(_write, path, data)
            self._ties.doors.run(self, write, then=lambda _none: None)

    # --- timeline --------------------------------------------------------------------------------

    @Slot(object)
    def _show_recent(self, detail: ConversationDetail) -> None:
        contact_id = detail.row.contact_id

        def ask(ctx: Context) -> ThreadPage:
            return threads.timeline(ctx, contact_id, limit=_RECENT)

        self._ties.doors.read(self, ask, then=self._on_recent, key="recent")

    def _on_recent(self, page: ThreadPage) -> None:
        self._page.context.show_timeline(tuple(reversed(page.items)))

    @Slot(object)
    def _on_timeline_requested(self, contact_id: UUID) -> None:
        detail = self._thread.detail()
        name = detail.row.contact_name or detail.row.peer if detail else ""
        TimelineDialog(contact_id, name, self._ties, self._page.window()).open()


def _write(path: Path, data: bytes) -> None:
    try:
        path.write_bytes(data)
    except OSError as error:
        raise StorageError(
            f"The file could not be written: {path} ({error.strerror}).", "Choose another place."
        ) from error
