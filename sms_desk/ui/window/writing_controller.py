"""Sends what was composed, and carries out what a person decides about a message (R32, R33)."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from functools import partial
from typing import Final
from uuid import UUID

from PySide6.QtCore import QObject, Signal, Slot

from sms_desk.domain import commands as c
from sms_desk.domain.changes import Thing
from sms_desk.domain.errors import DeskError
from sms_desk.domain.model import Channel, OutboxState
from sms_desk.domain.send_checks import WayOut
from sms_desk.services import content_templates, threads
from sms_desk.services.executor import Done
from sms_desk.services.rows import ContentTemplateRow, ConversationDetail, ThreadItem
from sms_desk.ui.thread import Act, Target
from sms_desk.ui.widgets.text import ask
from sms_desk.ui.widgets.words import tr
from sms_desk.ui.window.block_words import GO_ON, OPEN_NEXT
from sms_desk.ui.window.conversations import ConversationsPage
from sms_desk.ui.window.thread_controller import ThreadController
from sms_desk.ui.window.ties import Ties

Content = tuple[str, tuple[tuple[str, str], ...]]
"""The provider's id of a template, and its values."""
GOOD_FOR: Final = timedelta(minutes=30)
"""How long a message may wait for the line; then a person is asked again (algorithms §1.3)."""


class WritingController(QObject):
    conversation_wanted = Signal(object)
    """The id of a conversation to go to: a message was sent from another sender ID."""

    def __init__(self, page: ConversationsPage, thread: ThreadController, ties: Ties) -> None:
        super().__init__(page)
        self._page = page
        self._thread = thread
        self._composer = page.column.composer
        self._doors = ties.doors
        self._clock = ties.clock
        self.may_send: Callable[[], bool] = lambda: True
        """Asked before anything goes out of the open conversation; whoever says no has told why."""
        self._composer.send_requested.connect(self._on_send_requested)
        self._composer.note_requested.connect(self._on_note_requested)
        self._composer.content_templates_wanted.connect(self.pick_template)
        self._composer.content_requested.connect(self._on_content_requested)
        self._composer.block_action_requested.connect(self._on_block_action)
        page.column.thread_view.action_requested.connect(self._on_decided)

    # --- sending ---------------------------------------------------------------------------------

    @Slot(str, object)
    def _on_send_requested(self, text: str, sender_id: UUID) -> None:
        detail = self._thread.detail()
        if detail is None:
            self._composer.refused(tr("writing", "No conversation is open."))
        elif not self.may_send():
            self._composer.refused(tr("writing", "Not sent. The text is still here."))
        elif not detail.home and sender_id in (detail.sender.id, detail.row.sender_id):
            self._reply(detail, text)
        else:
            self._send_from_elsewhere(detail, text, sender_id)

    def _reply(self, detail: ConversationDetail, text: str) -> None:
        self._doors.change(
            self,
            self._reply_command(detail.row.id, detail.sender.id, text, detail.version),
            then=self._on_taken,
            failed=self._on_refused,
            quiet=True,
        )

    def _reply_command(
        self, conversation_id: UUID, sender_id: UUID, text: str, seen_version: int
    ) -> c.Reply:
        return c.Reply(
            **self._doors.stamp(),
            conversation_id=conversation_id,
            outbox_id=self._doors.new_id(),
            sender_id=sender_id,
            body=text,
            seen_version=seen_version,
            not_after=self._clock() + GOOD_FOR,
        )

    # --- an approved template (R42) ----------------------------------------------------------------

    @Slot()
    def pick_template(self) -> None:
        """Offer the WhatsApp templates of the open conversation's sender ID."""
        detail = self._thread.detail()
        if detail is None or detail.row.channel is not Channel.WHATSAPP:
            return
        self._doors.read(
            self,
            content_templates.for_sender,
            detail.sender.id,
            then=partial(self._on_templates, detail.row.id),
            key="content_templates",
        )

    def _on_templates(self, conversation_id: UUID, rows: tuple[ContentTemplateRow, ...]) -> None:
        detail = self._thread.detail()
        if detail is not None and detail.row.id == conversation_id:
            self._composer.pick_template(rows, detail.row.contact_name)

    @Slot(str, object)
    def _on_content_requested(self, content_sid: str, values: tuple[tuple[str, str], ...]) -> None:
        detail = self._thread.detail()
        if detail is not None and self.may_send():
            self._send_content(detail, (content_sid, values))

    def _send_content(
        self, detail: ConversationDetail, content: Content, *before: c.Command
    ) -> None:
        plain = self._reply_command(detail.row.id, detail.sender.id, "", detail.version)
        reply = replace(plain, content_sid=content[0], content_variables=content[1])
        self._doors.change(
            self,
            *before,
            reply,
            then=lambda _done: self._page.column.thread_view.scroll_to_end(),
            failed=lambda error: self._composer.show_notice(error.title, error.next_step),
            quiet=True,
        )

    @Slot(str)
    def _on_block_action(self, word: str) -> None:
        detail = self._thread.detail()
        if word == WayOut.PICK_TEMPLATE:
            self.pick_template()
        elif word == WayOut.OTHER_SENDER:
            self._composer.open_senders()
        elif word == GO_ON and detail is not None:
            from sms_desk.ui.senders.fallback import FallbackDialog  # when it is wanted

            FallbackDialog(self._doors, detail.sender.id, self._page.window()).open()
        elif word == OPEN_NEXT and detail is not None:
            after = next((other.id for other in detail.others if other.link == "after"), None)
            if after is not None:
                self.conversation_wanted.emit(after)

    @Slot(str, object)
    def _on_note_requested(self, text: str, mentions: tuple[UUID, ...]) -> None:
        opened = self._thread.conversation_id()
        if opened is None:
            self._composer.refused(tr("writing", "No conversation is open."))
            return
        note = c.AddNote(
            **self._doors.stamp(),
            conversation_id=opened,
            note_id=self._doors.new_id(),
            body=text,
            mentions=mentions,
        )
        self._doors.change(self, note, then=self._on_taken, failed=self._on_refused, quiet=True)

    def _on_taken(self, _done: Done) -> None:
        self._composer.sent_ok()
        self._page.column.thread_view.scroll_to_end()

    def _on_refused(self, error: DeskError) -> None:
        self._composer.refused(error.title, error.next_step)

    # --- from another sender ID: another conversation (R1) -------------------------------------------

    def _send_from_elsewhere(self, detail: ConversationDetail, text: str, sender_id: UUID) -> None:
        agreed = ask(
            self._page.window(),
            *_elsewhere_words(detail.home),
            yes=tr("writing", "Send there"),
        )
        if not agreed:
            self._composer.refused(tr("writing", "Not sent. The text is still here."))
            return
        start = c.StartConversation(
            **self._doors.stamp(),
            conversation_id=self._doors.new_id(),
            contact_id=detail.row.contact_id,
            sender_id=sender_id,
            channel=detail.row.channel,
            peer_raw=detail.row.peer,
        )
        self._doors.change(
            self,
            start,
            then=partial(self._on_started, sender_id, text),
            failed=self._on_refused,
            quiet=True,
        )

    def _on_started(self, sender_id: UUID, text: str, done: Done) -> None:
        (conversation_id,) = done.changes.touched[Thing.CONVERSATION]
        self._doors.read(
            self,
            threads.detail,
            conversation_id,
            then=partial(self._on_other_read, sender_id, text),
            failed=self._on_refused,
        )

    def _on_other_read(self, sender_id: UUID, text: str, detail: ConversationDetail) -> None:
        def sent(_done: Done) -> None:
            self._composer.sent_ok()
            self.conversation_wanted.emit(detail.row.id)

        self._doors.change(
            self,
            self._reply_command(detail.row.id, sender_id, text, detail.version),
            then=sent,
            failed=self._on_refused,
            quiet=True,
        )

    # --- decisions -------------------------------------------------------------------------------

    @Slot(object)
    def _on_decided(self, target: Target) -> None:
        item = self._thread.item(target.item_id)
        if item is None:
            return
        if target.act is Act.RETRY:
            self._retry(item)
        elif item.outbox_id is not None:
            command = self.decision(target.act, item.outbox_id, item.reason)
            if command is not None:
                self._doors.change(self, command, quiet=True)

    def decision(self, act: Act, outbox_id: UUID, reason: str) -> c.Command | None:
        """The command for what a person decided; None if they thought better of it."""
        stamp = self._doors.stamp()
        match act:
            case Act.CHECK:
                return c.CheckAgain(**stamp, outbox_id=outbox_id)
            case Act.DROP:
                return c.Drop(**stamp, outbox_id=outbox_id)
            case Act.RESEND:
                return c.Resend(**stamp, outbox_id=outbox_id) if self._may_resend() else None
            case Act.RELEASE:
                not_after = self._clock() + GOOD_FOR
                return c.ConfirmHeld(
                    **stamp, outbox_id=outbox_id, checks=(reason,), not_after=not_after
                )
            case _:
                return None

    def _may_resend(self) -> bool:
        return ask(
            self._page.window(),
            tr("writing", "Send it a second time?"),
            tr("writing", "Nobody knows whether the first one arrived. It may arrive twice."),
            yes=tr("writing", "Send again"),
            danger=True,
        )

    def _retry(self, item: ThreadItem) -> None:
        """A message that failed for good goes out as a new one; a refused one is done with."""
        if item.outbox_id is None:  # written elsewhere
            self._write_again(item, None)
            return
        self._doors.read(
            self,
            content_templates.of_message,
            item.outbox_id,
            then=partial(self._write_again, item),
        )

    def _write_again(self, item: ThreadItem, content: Content | None) -> None:
        detail = self._thread.detail()
        if detail is None or detail.row.id != item.conversation_id:
            return
        drops = []
        if item.outbox_state is OutboxState.REFUSED and item.outbox_id is not None:
            drops.append(c.Drop(**self._doors.stamp(), outbox_id=item.outbox_id))
        if content is not None:
            self._send_content(detail, content, *drops)
            return
        reply = self._reply_command(detail.row.id, detail.sender.id, item.body, detail.version)
        self._doors.change(self, *drops, reply, quiet=True)


def _elsewhere_words(home: str) -> tuple[str, str]:
    """Title and text. home: the inbound number to whose conversation a one-way sender ID moved."""
    if home:
        text = tr(
            "writing",
            "Answers to this sender ID come to {number} now: the conversation there opens, and "
            "goes on.",
        )
        return tr("writing", "Send in another conversation?"), text.format(number=home)
    return tr("writing", "Send from another sender ID?"), tr(
        "writing",
        "That is another conversation with the same contact: it opens, and the answer comes there.",
    )
