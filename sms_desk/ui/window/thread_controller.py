"""Opens a conversation and keeps its thread, composer and context true."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import datetime
from functools import partial
from typing import Final
from uuid import UUID

from PySide6.QtCore import QObject, Signal, Slot

from sms_desk.bootstrap import Session
from sms_desk.domain.changes import Changes, Thing
from sms_desk.domain.commands import MarkRead, SaveDraft
from sms_desk.domain.errors import DeskError
from sms_desk.domain.frozen import dataclass
from sms_desk.domain.model import DraftMode
from sms_desk.services import directory, senders, threads
from sms_desk.services.context import Context
from sms_desk.services.rows import (
    ConversationDetail,
    PersonRow,
    SenderChoice,
    TemplateRow,
    ThreadItem,
    ThreadPage,
)
from sms_desk.ui.thread import PageRequest
from sms_desk.ui.thread.arrange import Older
from sms_desk.ui.window.block_words import block_of
from sms_desk.ui.window.conversations import ConversationsPage
from sms_desk.ui.window.ties import Ties

_OPEN: Final = "open"
_AGAIN: Final = "again"
_MOST: Final = 300


@dataclass(frozen=True, slots=True)
class Opening:
    """All that an opened conversation shows first, of one moment."""

    detail: ConversationDetail
    page: ThreadPage
    senders: tuple[SenderChoice, ...]
    templates: tuple[TemplateRow, ...]
    kept_since: datetime | None


def opening(ctx: Context, session: Session, conversation_id: UUID, position: int | None) -> Opening:
    """position: where to open; None for the first unread, or the end."""
    detail = threads.detail(ctx, conversation_id)
    around = position or detail.first_unread_position
    page = threads.page(ctx, conversation_id, around=around)
    return Opening(
        detail,
        marked(page, session.waiting()),
        senders.choices_for_reply(ctx, conversation_id),
        directory.all_templates(ctx, detail.row.channel),
        session.kept_since(conversation_id),
    )


def page_of(
    ctx: Context,
    session: Session,
    conversation_id: UUID,
    before: int | None,
    after: int | None,
    around: int | None,
) -> ThreadPage:
    page = threads.page(ctx, conversation_id, before=before, after=after, around=around)
    return marked(page, session.waiting())


def marked(page: ThreadPage, waiting: frozenset[UUID]) -> ThreadPage:
    """waiting: ids of what is not with the team's workspace yet."""
    if not any(item.id in waiting or item.outbox_id in waiting for item in page.items):
        return page
    items = (
        replace(item, unanswered=item.id in waiting or item.outbox_id in waiting)
        for item in page.items
    )
    return replace(page, items=tuple(items))


@dataclass(frozen=True, slots=True)
class Again:
    """An open conversation read again."""

    detail: ConversationDetail
    page: ThreadPage
    senders: tuple[SenderChoice, ...]
    kept_since: datetime | None


def again(ctx: Context, session: Session, conversation_id: UUID, first: int | None) -> Again:
    """first: the position from which the thread is loaded."""
    page = threads.page(
        ctx, conversation_id, after=None if first is None else first - 1, limit=_MOST
    )
    return Again(
        threads.detail(ctx, conversation_id),
        marked(page, session.waiting()),
        senders.choices_for_reply(ctx, conversation_id),
        session.kept_since(conversation_id),
    )


class ThreadController(QObject):
    """One conversation is open at a time, or none."""

    opened = Signal(object)
    """`ConversationDetail` of the conversation just opened."""
    refreshed = Signal(object)
    """Its detail, read again."""
    closed = Signal()
    turned_to = Signal(object)
    """The id of the conversation that is now meant, or None: before it has been read."""

    def __init__(self, page: ConversationsPage, ties: Ties) -> None:
        super().__init__(page)
        self._page = page
        self._column = page.column
        self._thread = page.column.thread_view
        self._composer = page.column.composer
        self._session = ties.session
        self._bus = ties.bus
        self._doors = ties.doors
        self._clock = ties.clock
        self._reader = ties.reader
        self._wanted: UUID | None = None
        self._position: int | None = None
        self._detail: ConversationDetail | None = None
        self._when_there: Callable[[], object] | None = None
        self._reading = False
        self._has_changed = False
        self._kept_since: datetime | None = None
        self._fetching: UUID | None = None
        self._connect()
        ties.bus.changed.connect(self._on_changed)

    def _connect(self) -> None:
        thread = self._thread
        thread.page_wanted.connect(self._on_page_wanted)
        thread.page_at_wanted.connect(self._on_page_at_wanted)
        thread.displayed.connect(self._on_displayed)
        thread.search_requested.connect(self._on_search_requested)
        thread.attachment_wanted.connect(self._on_attachment_wanted)
        thread.retry_reading_requested.connect(self._on_retry_reading)
        thread.older_requested.connect(self._on_older_requested)
        self._composer.draft_changed.connect(self._on_draft_changed)
        self._composer.window_closed.connect(self._show_block)

    # --- open ------------------------------------------------------------------------------------

    def open(self, conversation_id: UUID, position: int | None = None) -> None:
        """Show a conversation; position: where, None for its first unread."""
        if conversation_id == self._wanted and self._detail is not None and position is not None:
            self._thread.jump_to(position)
            return
        self._wanted, self._position = conversation_id, position
        self._reading, self._has_changed = True, False
        self.turned_to.emit(conversation_id)
        self._doors.overtake(self, _AGAIN)
        self._doors.read(
            self,
            opening,
            self._session,
            conversation_id,
            position,
            then=self._on_opened,
            failed=self._on_open_failed,
            key=_OPEN,
        )

    def close(self) -> None:
        """No conversation stands open."""
        self._doors.overtake(self, _OPEN)
        self._wanted = self._detail = None
        self._when_there = None
        self._reading = False
        self.turned_to.emit(None)
        self._composer.flush()
        self._column.show_conversation(False)
        self._page.context.setVisible(False)
        self.closed.emit()

    def conversation_id(self) -> UUID | None:
        return self._wanted

    def when_there(self, act: Callable[[], object]) -> None:
        """Do it with the conversation that is meant, as soon as it stands there; the last wish
        holds. Without one, nothing is done."""
        if self._detail is not None and self._detail.row.id == self._wanted:
            act()
        elif self._wanted is not None:
            self._when_there = act

    def when_read(self, act: Callable[[], object]) -> None:
        """The same, and not before a reading that is under way has brought its drafts."""
        if self._reading:
            self._when_there = act
        else:
            self.when_there(act)

    def detail(self) -> ConversationDetail | None:
        """What is known of the open conversation, once it stands there."""
        return self._detail

    def item(self, item_id: UUID) -> ThreadItem | None:
        return next((item for item in self._thread.loaded().items if item.id == item_id), None)

    def set_people(self, people: tuple[PersonRow, ...]) -> None:
        self._column.head.set_people(people)
        self._composer.set_people(people)
        self._page.context.set_people(people)

    def _on_opened(self, found: Opening) -> None:
        detail = found.detail
        self._detail = detail
        self._reading = False
        self._composer.start(detail.row.id, detail.row.channel, detail.drafts)
        self._thread.start(
            read_position=detail.read_position, first_unread=detail.first_unread_position
        )
        self._show_around(detail, found.senders)
        self._composer.set_templates(found.templates, template_values(detail))
        self._column.show_conversation(True)
        self._page.set_context_open(self._page.is_context_open())
        self._show_kept(found.kept_since)
        self._thread.show_page(found.page)
        if self._position is not None:
            self._thread.jump_to(self._position)
        self.opened.emit(detail)
        wish, self._when_there = self._when_there, None
        if wish is not None:
            wish()
        if self._has_changed and not self._reading:
            self._read_again(detail.row.id)

    def _on_open_failed(self, error: DeskError) -> None:
        self._when_there = None
        self._reading = False
        self._column.show_conversation(True)
        self._thread.show_error(error.title, error.next_step)

    def _show_around(self, detail: ConversationDetail, choices: tuple[SenderChoice, ...]) -> None:
        self._column.head.show_conversation(detail)
        self._page.context.show_conversation(detail)
        self._composer.set_senders(choices)
        self._composer.set_unanswerable("" if detail.answerable else detail.unanswerable_reason)
        self._composer.set_window(detail.window_closes_at, self._clock)
        self._show_block()

    @Slot()
    def _show_block(self) -> None:
        """What keeps a reply from being sent at this moment; time alone may bring it."""
        if self._detail is None:
            return
        block = block_of(self._detail, self._clock(), self._reader.zone)
        if block is None:
            self._composer.clear_block()
        else:
            self._composer.set_block(block.title, block.step, block.actions)

    # --- pages -----------------------------------------------------------------------------------

    @Slot(object)
    def _on_page_wanted(self, request: PageRequest) -> None:
        if self._wanted is not None:
            self._doors.read(
                self,
                page_of,
                self._session,
                self._wanted,
                request.before,
                request.after,
                None,
                then=partial(self._on_page, self._wanted, request),
            )

    def _on_page(self, conversation_id: UUID, request: PageRequest, page: ThreadPage) -> None:
        if conversation_id == self._wanted:
            self._thread.add_page(page, request)

    @Slot(object)
    def _on_page_at_wanted(self, position: int | None) -> None:
        if self._wanted is not None:
            self._doors.read(
                self,
                page_of,
                self._session,
                self._wanted,
                None,
                None,
                position,
                then=self._thread.show_page,
                key=_OPEN,
            )

    # --- what the server keeps ---------------------------------------------------------------------

    def _show_kept(self, since: datetime | None) -> None:
        self._kept_since = since
        self._show_older(Older(since) if since is not None else None)

    def _show_older(self, older: Older | None) -> None:
        if self._fetching != self._wanted or older is None:
            self._thread.show_older(older)

    @Slot()
    def _on_older_requested(self) -> None:
        """The network is waited for in a thread; the person reads on meanwhile."""
        id_, since, session = self._wanted, self._kept_since, self._session
        if id_ is None or since is None or self._fetching == id_:
            return
        self._thread.show_older(Older(since, fetching=True))
        self._fetching = id_

        def came(changes: Changes) -> None:
            self._fetching = None
            if id_ == self._wanted:
                self._kept_since = None
                self._thread.expect_older()
            self._bus.tell(changes)

        def failed(error: DeskError) -> None:
            self._fetching = None
            if id_ == self._wanted:
                trouble = f"{error.title} {error.next_step}".strip()
                self._thread.show_older(Older(since, trouble=trouble))

        self._doors.call(self, lambda: session.fetch_older(id_), then=came, failed=failed)

    @Slot()
    def _on_retry_reading(self) -> None:
        if self._wanted is not None:
            self.open(self._wanted)

    @Slot(str)
    def _on_search_requested(self, text: str) -> None:
        if self._wanted is not None:
            self._doors.read(
                self, threads.find_in, self._wanted, text, then=self._thread.set_hits, key="find"
            )

    @Slot(object)
    def _on_attachment_wanted(self, attachment_id: UUID) -> None:
        def supply(found: tuple[str, bytes]) -> None:
            self._thread.set_attachment(attachment_id, found[1])

        self._doors.read(
            self, threads.attachment, attachment_id, then=supply, failed=lambda _error: None
        )

    # --- my state --------------------------------------------------------------------------------

    @Slot(object)
    def _on_displayed(self, position: int) -> None:
        if self._detail is not None:
            command = MarkRead(
                **self._doors.stamp(), conversation_id=self._detail.row.id, position=position
            )
            self._doors.change(self, command, quiet=True)

    @Slot(object, object, str)
    def _on_draft_changed(self, conversation_id: UUID, mode: DraftMode, text: str) -> None:
        command = SaveDraft(
            **self._doors.stamp(), conversation_id=conversation_id, mode=mode, body=text
        )
        self._doors.change(self, command, quiet=True)

    # --- what changed ----------------------------------------------------------------------------

    @Slot(object)
    def _on_changed(self, changes: Changes) -> None:
        if self._wanted is None or not self._is_mine(changes):
            return
        if self._reading:  # what is loaded is another conversation's yet
            self._has_changed = True
        elif self._detail is not None and self._detail.row.id == self._wanted:
            self._read_again(self._wanted)

    def _read_again(self, conversation_id: UUID) -> None:
        self._doors.read(
            self,
            again,
            self._session,
            conversation_id,
            self._thread.loaded().first,
            then=partial(self._on_again, conversation_id),
            key=_AGAIN,
        )

    def _is_mine(self, changes: Changes) -> bool:
        kinds = (Thing.CONVERSATION, Thing.MESSAGE, Thing.MY_STATE, Thing.DRAFT)
        if any(changes.touches(kind, self._wanted) for kind in kinds):
            return True
        around = (Thing.SENDER, Thing.PROGRAM, Thing.TAG, Thing.PERSON, Thing.ACCOUNT)
        return any(changes.touches(kind) for kind in around)

    def _on_again(self, conversation_id: UUID, found: Again) -> None:
        if conversation_id != self._wanted:
            return
        self._detail = found.detail
        self._show_around(found.detail, found.senders)
        self._composer.set_drafts(found.detail.drafts)
        self._show_kept(found.kept_since)
        self._thread.replace_loaded(found.page)
        self.refreshed.emit(found.detail)


def template_values(detail: ConversationDetail) -> dict[str, str]:
    """What is known of the fields of a template (R36)."""
    name = detail.row.contact_name.strip()
    return {
        "name": name,
        "first_name": name.split()[0] if name else "",
        "number": detail.row.peer,
        "my_name": detail.row.owner_name,
        "program": detail.row.program_name,
    }
