"""What a window has beside a workspace of one's own, while many desks share it."""

from __future__ import annotations

from typing import TYPE_CHECKING
from uuid import UUID

from PySide6.QtCore import QObject, Slot

from sms_desk.domain.model import DraftMode
from sms_desk.services.team_rows import Returned
from sms_desk.ui.team.returned import ReturnedKeeper
from sms_desk.ui.team.returned_strip import ReturnedStrip
from sms_desk.ui.team.words import banner_words, tr
from sms_desk.ui.window.presence_controller import PresenceController
from sms_desk.ui.window.team_line import TeamLineController

if TYPE_CHECKING:  # the wiring makes this controller
    from sms_desk.ui.window.wiring import Wiring


class TeamController(QObject):
    """Presence, and what came back: its banner, its place in the thread, and its words."""

    def __init__(self, wiring: Wiring, line: TeamLineController) -> None:
        super().__init__(wiring)
        window, ties, page = wiring.window, wiring.ties, wiring.page
        self._wiring = wiring
        self._banner = window.returned
        self._known: frozenset[UUID] = frozenset()
        self.returned = ReturnedKeeper(ties.session, ties.doors, ties.bus, window.toast, self)
        self.presence = PresenceController(page, wiring.thread_controller, ties, wiring.looked_at)
        wiring.writing.may_send = self.presence.may_send
        self.strip = ReturnedStrip(self.returned, page.column)
        page.column.put_over_composer(self.strip)
        wiring.thread_controller.turned_to.connect(self.strip.show_conversation)
        self.returned.changed.connect(self._on_returned)
        self.returned.edit_wanted.connect(self._on_edit_wanted)
        line.returned_changed.connect(self.returned.read)
        line.outbox_wanted.connect(self.show_returned)
        self._banner.action_requested.connect(self.show_returned)
        self._banner.put_away.connect(self._banner.hide)
        window.side.rail.set_workspace(ties.session.title)
        self.returned.read()

    def dispose(self) -> None:
        self._banner.hide()
        self._banner.action_requested.disconnect(self.show_returned)
        self._wiring.window.side.rail.set_workspace("")

    @Slot()
    def show_returned(self) -> None:
        """The section of what came back."""
        from sms_desk.ui.outbox import OutboxScreen  # with the screen, when it is wanted

        self._banner.hide()
        screen = self._wiring.desk.screen("outbox")
        assert isinstance(screen, OutboxScreen)
        screen.tabs.choose("returned")

    @Slot()
    def _on_returned(self) -> None:
        """The banner comes with something new, unless it stands in the thread before one's eyes."""
        rows = self.returned.rows()
        ids = frozenset(row.id for row in rows)
        opened = self._wiring.looked_at()
        elsewhere = [row for row in rows if opened is None or row.conversation_id != opened]
        if not elsewhere:
            self._banner.hide()
        elif ids - self._known or not self._banner.isHidden():
            self._banner.show_words(*banner_words(len(elsewhere)), tr("Show"))
        self._known = ids

    @Slot(object)
    def _on_edit_wanted(self, row: Returned) -> None:
        """Its words stand in the composer, after what is half typed there."""
        thread, id_ = self._wiring.thread_controller, row.conversation_id
        if id_ is None:
            return
        if thread.conversation_id() != id_ or self._wiring.looked_at() != id_:
            self._wiring.open_conversation(id_)
        thread.when_read(lambda: self._put(row))

    def _put(self, row: Returned) -> None:
        composer = self._wiring.page.column.composer
        composer.focus_text(DraftMode.NOTE if row.is_note else DraftMode.REPLY)
        before = composer.text().rstrip()
        composer.put_reply(f"{before}\n{row.text}" if before else row.text)
        composer.flush()
        self.returned.settle(row.id)
