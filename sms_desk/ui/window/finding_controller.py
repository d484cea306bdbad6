"""Tells while one writes what would hold the message, and goes the way out that is chosen (R33)."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final
from uuid import UUID

from PySide6.QtCore import QObject, QTimer, Signal, Slot

from sms_desk.domain import one_way
from sms_desk.domain.changes import Changes, Thing
from sms_desk.domain.frozen import dataclass
from sms_desk.domain.model import Channel, DraftMode, Role
from sms_desk.domain.send_checks import WayOut
from sms_desk.services import composing
from sms_desk.services.composing import Finding, Verdicts
from sms_desk.services.context import Context
from sms_desk.services.rows import ConversationDetail
from sms_desk.ui.window.conversations import ConversationsPage
from sms_desk.ui.window.finding_words import actions_of, finding_of
from sms_desk.ui.window.thread_controller import ThreadController
from sms_desk.ui.window.ties import Ties

PAUSE_MS: Final = 250
"""After the last key: the checks read a dozen rows, elsewhere than in the window's own thread."""
TURN_MS: Final = 60_000
"""Time alone opens and closes quiet hours."""
_TOUCHING: Final = (Thing.SENDER, Thing.SETTING, Thing.OPT_OUT, Thing.DLT_TEMPLATE, Thing.PROGRAM)


@dataclass(frozen=True, slots=True)
class Looked:
    """What was found, and whether the reader may mend what only an admin may."""

    verdicts: Verdicts
    is_admin: bool


def look(ctx: Context, conversation_id: UUID, sender_id: UUID, body: str) -> Looked:
    found = composing.verdicts(ctx, conversation_id, sender_id, body)
    return Looked(found, ctx.actor.role is Role.ADMIN)


class FindingController(QObject):
    registration_wanted = Signal(object)
    """The id of a sender ID whose registration is to be mended."""
    texts_wanted = Signal()
    """What is registered in India is to be looked at."""

    def __init__(self, page: ConversationsPage, thread: ThreadController, ties: Ties) -> None:
        super().__init__(page)
        self._thread = thread
        self._composer = page.column.composer
        self._doors = ties.doors
        self._zone = ties.reader.zone
        self._shown: Finding | None = None
        self._sender_id: UUID | None = None
        self._pause = _timer(self, PAUSE_MS, single=True)
        self._pause.timeout.connect(self.read)
        self._turn = _timer(self, TURN_MS, single=False)
        self._turn.timeout.connect(self.read)
        self._turn.start()
        self._composer.written.connect(self._pause.start)
        self._composer.block_action_requested.connect(self._on_action)
        thread.opened.connect(lambda _id: self._pause.start())
        thread.refreshed.connect(lambda _detail: self._pause.start())
        ties.bus.changed.connect(self._on_changed)

    @Slot()
    def read(self) -> None:
        """Ask what stands against the text as it is now."""
        detail, sender_id = self._thread.detail(), self._composer.sender_id()
        writes_reply = self._composer.mode() is DraftMode.REPLY
        if detail is None or sender_id is None or not writes_reply or self._composer.is_blocked():
            self._doors.overtake(self, "findings")
            self._clear()
            return
        if sender_id not in (detail.sender.id, detail.row.sender_id):
            self._clear()  # it begins another conversation, which is asked about there
            return
        self._doors.read(
            self,
            look,
            detail.row.id,
            sender_id,
            self._composer.text(),
            then=self._on_found,
            key="findings",
        )

    def _on_found(self, looked: Looked) -> None:
        detail, found = self._thread.detail(), looked.verdicts
        if detail is None or detail.row.id != found.conversation_id:
            return
        self._shown = finding_of(found)
        if self._shown is None or found.body != self._composer.text():
            self._clear()
            return
        self._sender_id = found.sender_id
        opens = frozenset(self._opens(detail, is_admin=looked.is_admin))
        actions = actions_of(self._shown, detail.local_time_zone, str(self._zone), opens)
        holds = self._shown.holds and not self._shown.can_confirm
        self._composer.set_finding(self._shown.title, self._shown.next_step, actions, holds=holds)

    def _opens(self, detail: ConversationDetail, *, is_admin: bool) -> Iterator[WayOut]:
        """Which ways lead somewhere from this conversation, for this reader."""
        yield WayOut.PICK_TEMPLATE
        if self._composer.has_other_senders():
            yield WayOut.OTHER_SENDER
        if detail.may_switch:
            yield WayOut.FALLBACK
        if is_admin:
            yield WayOut.REGISTRATION

    def _clear(self) -> None:
        self._shown = None
        self._composer.clear_finding()

    @Slot(str)
    def _on_action(self, word: str) -> None:
        if self._shown is None:
            return
        if word == WayOut.INSERT:
            text = one_way.with_instruction(self._composer.text(), self._shown.insert)
            self._composer.put_reply(text)
        elif word == WayOut.FALLBACK and self._sender_id is not None:
            from sms_desk.ui.senders.fallback import FallbackDialog  # when it is wanted

            FallbackDialog(self._doors, self._sender_id, self._composer.window()).open()
        elif word == WayOut.REGISTRATION:
            self.registration_wanted.emit(self._sender_id)
        elif word == WayOut.PICK_TEMPLATE and self._is_sms():
            self.texts_wanted.emit()

    def _is_sms(self) -> bool:
        """Its templates are those that India's operators registered."""
        detail = self._thread.detail()
        return detail is not None and detail.row.channel is Channel.SMS

    @Slot(object)
    def _on_changed(self, changes: Changes) -> None:
        if any(changes.touches(thing) for thing in _TOUCHING):
            self._pause.start()


def _timer(parent: QObject, milliseconds: int, *, single: bool) -> QTimer:
    timer = QTimer(parent)
    timer.setSingleShot(single)
    timer.setInterval(milliseconds)
    return timer
