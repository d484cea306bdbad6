"""Shows what waits for whoever sits here, each once, and not what they are looking at (R21)."""

from __future__ import annotations

from collections.abc import Callable
from typing import Final
from uuid import UUID

from PySide6.QtCore import QObject, QTimer, Signal, Slot

from sms_desk.domain import commands as c
from sms_desk.domain.changes import Changes, Thing
from sms_desk.services import notices
from sms_desk.services.executor import Done
from sms_desk.services.notices import PopUp
from sms_desk.ui.window.ties import Ties

GATHER_MS: Final = 300
"""What comes this close together is shown together."""
LOOK_MS: Final = 30_000
"""For what waits for its time: a summary that has stopped growing."""
_TOUCHING: Final = (Thing.MESSAGE, Thing.CONVERSATION, Thing.NOTICE)


class NoticeController(QObject):
    """looked_at: the conversation that stands open in the window while that has the focus."""

    popup_wanted = Signal(object)
    """A `Shown`, which nobody else shows."""
    withdrawn = Signal(str)
    """The key of one that says nothing new any more."""

    def __init__(self, ties: Ties, looked_at: Callable[[], UUID | None], parent: QObject) -> None:
        super().__init__(parent)
        self._doors = ties.doors
        self._looked_at = looked_at
        self._pause = QTimer(self)
        self._pause.setSingleShot(True)
        self._pause.setInterval(GATHER_MS)
        self._pause.timeout.connect(self.look)
        self._clock = QTimer(self)
        self._clock.setInterval(LOOK_MS)
        self._clock.timeout.connect(self.look)
        self._clock.start()
        ties.bus.changed.connect(self._on_changed)
        self._pause.start()

    @Slot(object)
    def _on_changed(self, changes: Changes) -> None:
        if any(changes.touches(thing) for thing in _TOUCHING) and not self._pause.isActive():
            self._pause.start()

    @Slot()
    def look(self) -> None:
        self._doors.read(self, notices.popups, then=self._on_popups, key="popups")

    def forget(self, conversation_id: UUID) -> None:
        """The conversation is open now: its pop-up has nothing to say any more."""
        self.withdrawn.emit(str(conversation_id))

    def _on_popups(self, found: tuple[PopUp, ...]) -> None:
        for popup in found:
            self._take(popup)

    def _take(self, popup: PopUp) -> None:
        """Take it first, then show it: killed in between it is not shown, and never twice."""
        id_ = popup.shown.conversation_id
        seen = id_ is not None and id_ == self._looked_at()
        command = c.ShowNotices(
            **self._doors.stamp(), notice_ids=popup.notice_ids, silent="seen" if seen else ""
        )

        def taken(done: Done) -> None:
            if done.count and not seen:
                self.popup_wanted.emit(popup.shown)

        self._doors.change(self, command, then=taken, quiet=True)
