"""Puts what was composed off until a moment that suits the contact (R36, R40)."""

from __future__ import annotations

from datetime import datetime, timedelta
from functools import partial
from typing import Final

from PySide6.QtCore import QObject, QPoint, Qt, Slot
from PySide6.QtWidgets import QMenu

from sms_desk.domain import commands as c
from sms_desk.domain.errors import DeskError
from sms_desk.domain.send_checks import WayOut
from sms_desk.domain.send_later import Later
from sms_desk.services import scheduled
from sms_desk.services.composing import Verdicts
from sms_desk.services.executor import Done
from sms_desk.services.scheduled import Moments
from sms_desk.ui.scheduling import Draft, Scheduling, verdicts_then
from sms_desk.ui.thread import Act, Target
from sms_desk.ui.widgets.later_dialog import LaterDialog
from sms_desk.ui.widgets.later_words import due_words, heading_words, later_words
from sms_desk.ui.widgets.text import ask, menu_text, tell_error
from sms_desk.ui.widgets.words import tr
from sms_desk.ui.window import offers
from sms_desk.ui.window.conversations import ConversationsPage
from sms_desk.ui.window.thread_controller import ThreadController
from sms_desk.ui.window.ties import Ties

_FIRST_GUESS: Final = timedelta(hours=1)
"""What stands in the dialog where no moment is offered."""


class ScheduleController(QObject):
    def __init__(self, page: ConversationsPage, thread: ThreadController, ties: Ties) -> None:
        super().__init__(page)
        self._page = page
        self._thread = thread
        self._composer = page.column.composer
        self._doors = ties.doors
        self._clock = ties.clock
        self._mine = str(ties.reader.zone)
        self._deeds = Scheduling(ties.doors, page)
        self._composer.later_requested.connect(self.offer)
        self._composer.content_later_requested.connect(self._on_content_later)
        self._composer.block_action_requested.connect(self._on_block_action)
        page.column.thread_view.action_requested.connect(self._on_decided)

    # --- when ------------------------------------------------------------------------------------

    @Slot()
    def offer(self) -> None:
        """Moments for what stands in the composer, beside its clock."""
        draft = self._draft()
        if draft is not None:
            self._read_moments(draft, self._show_menu)

    def _draft(self) -> Draft | None:
        detail, written = self._thread.detail(), self._composer.text_for_later()
        if detail is None or written is None:
            return None
        text, sender_id = written
        return Draft(detail.row.id, sender_id, text)

    @Slot(str, object)
    def _on_content_later(self, content_sid: str, values: tuple[tuple[str, str], ...]) -> None:
        detail = self._thread.detail()
        if detail is not None:
            draft = Draft(detail.row.id, detail.sender.id, "", (content_sid, values))
            self._read_moments(draft, self._show_menu)

    @Slot(str)
    def _on_block_action(self, word: str) -> None:
        """The block bar's way out of quiet hours: their first allowed minute, in one click."""
        draft = self._draft() if word == WayOut.SEND_LATER else None
        if draft is not None:
            self._read_moments(draft, self._take_soonest)

    def _read_moments(self, draft: Draft, then: object) -> None:
        assert callable(then)
        self._doors.read(
            self,
            scheduled.moments,
            draft.conversation_id,
            draft.sender_id,
            draft.body,
            draft.content_sid,
            then=partial(then, draft),
            failed=self._show_failure,
            key="moments",
        )

    def _take_soonest(self, draft: Draft, found: Moments) -> None:
        soonest = next((at for later, at in found.choices if later is Later.SOONEST), None)
        if soonest is None:
            self._show_menu(draft, found)
        else:
            self._schedule(draft, soonest, found.clocks.zone)

    def _show_menu(self, draft: Draft, found: Moments) -> None:
        menu = QMenu(self._page)
        menu.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        menu.setAccessibleName(heading_words(found.clocks))
        menu.addAction(menu_text(heading_words(found.clocks))).setEnabled(False)
        zone = found.clocks.zone
        for later, at in found.choices:
            words = due_words(at, zone, self._mine, theirs=found.clocks.theirs)
            action = menu.addAction(
                f"{menu_text(later_words(later, at, found.clocks))}\t{menu_text(words)}"
            )
            action.triggered.connect(
                lambda _=False, chosen=at: self._look_then_schedule(draft, chosen, zone)
            )
        menu.addSeparator()
        pick = menu.addAction(tr("later", "Pick date and time…"))
        pick.triggered.connect(lambda: self._pick(draft, found))
        corner = self._composer.later_corner()
        size = menu.sizeHint()
        offers.pop_up(menu, corner - QPoint(size.width(), size.height()))

    def _pick(self, draft: Draft, found: Moments) -> None:
        first = found.choices[-1][1] if found.choices else self._clock() + _FIRST_GUESS
        dialog = self._deeds.ask(draft, found.clocks, first)
        dialog.chosen.connect(
            lambda at, zone, _text: self._schedule(draft, at, zone, dialog=dialog)
        )

    # --- scheduling --------------------------------------------------------------------------------

    def _look_then_schedule(self, draft: Draft, at: datetime, zone: str) -> None:
        self._doors.read(
            self,
            verdicts_then,
            draft,
            at,
            then=partial(self._on_looked, draft, at, zone),
            failed=self._show_failure,
        )

    def _on_looked(self, draft: Draft, at: datetime, zone: str, found: Verdicts) -> None:
        """What would hold it then is said now, while its writer sits here."""
        if found.holding is None or self._is_wanted_all_the_same(found):
            self._schedule(draft, at, zone)

    def _is_wanted_all_the_same(self, found: Verdicts) -> bool:
        assert found.holding is not None
        return ask(
            self._page.window(),
            tr("later", "As things stand it would be held then."),
            f"{found.holding.title} {found.holding.next_step}".strip(),
            yes=tr("later", "Schedule all the same"),
        )

    def _schedule(
        self, draft: Draft, at: datetime, zone: str, *, dialog: LaterDialog | None = None
    ) -> None:
        detail = self._thread.detail()
        if detail is None or detail.row.id != draft.conversation_id:
            return
        if draft.content is None:
            self._composer.put_off(draft.body)
        command = c.Schedule(
            **self._doors.stamp(),
            scheduled_id=self._doors.new_id(),
            conversation_id=draft.conversation_id,
            sender_id=draft.sender_id,
            body=draft.body,
            due_at=at,
            zone=zone,
            seen_version=detail.version,
            content_sid=draft.content_sid,
            content_variables=draft.content[1] if draft.content else (),
        )
        self._doors.change(
            self,
            command,
            then=partial(self._on_taken, draft, dialog),
            failed=partial(self._on_refused, draft, dialog),
        )

    def _on_taken(self, draft: Draft, dialog: LaterDialog | None, _done: Done) -> None:
        if dialog is not None:
            dialog.accept()
        if draft.content is None:
            self._composer.sent_ok()
        else:
            self._composer.template_taken()
        self._page.column.thread_view.scroll_to_end()

    def _on_refused(self, draft: Draft, dialog: LaterDialog | None, error: DeskError) -> None:
        if draft.content is None:
            self._composer.refused(error.title, error.next_step)
        if dialog is not None:
            dialog.show_error(error)
        elif draft.content is not None:
            tell_error(self._page.window(), error)

    def _show_failure(self, error: DeskError) -> None:
        self._composer.show_notice(error.title, error.next_step)

    # --- what waits already ------------------------------------------------------------------------

    @Slot(object)
    def _on_decided(self, target: Target) -> None:
        match target.act:
            case Act.EDIT_SCHEDULED:
                self._deeds.edit(target.item_id)
            case Act.SEND_NOW:
                self._deeds.send_now(target.item_id)
            case Act.CANCEL_SCHEDULED:
                self._deeds.cancel(target.item_id)
            case _:
                return
