"""Keeps what the workspace did not do, and does with it what its person decides.

Dropping can be taken back while the toast says so: until then the command is only put aside.
"""

from __future__ import annotations

from typing import Final
from uuid import UUID

from PySide6.QtCore import QObject, QTimer, Signal, Slot
from PySide6.QtGui import QGuiApplication

from sms_desk.bootstrap import Session
from sms_desk.domain.changes import Changes, Thing
from sms_desk.domain.errors import DeskError
from sms_desk.services.team_rows import Returned
from sms_desk.ui.bus import Bus
from sms_desk.ui.doors import Doors
from sms_desk.ui.team.words import tr
from sms_desk.ui.widgets.toast import Toast

FOR_GOOD_MS: Final = 20_000
"""After this what was dropped is gone; the toast with the way back has been so before."""
_TOUCHING: Final = (Thing.OUTBOX, Thing.CONVERSATION, Thing.LINE)


class ReturnedKeeper(QObject):
    changed = Signal()
    """`rows` are others now."""
    edit_wanted = Signal(object)
    """A `Returned` whose words shall stand in the composer."""

    def __init__(
        self, session: Session, doors: Doors, bus: Bus, toast: Toast, parent: QObject
    ) -> None:
        super().__init__(parent)
        self._session = session
        self._doors = doors
        self._bus = bus
        self._toast = toast
        self._found: tuple[Returned, ...] = ()
        self._aside: set[UUID] = set()
        bus.changed.connect(self._on_changed)

    @Slot()
    def read(self) -> None:
        self._doors.run(
            self, self._session.returned, then=self._on_read, failed=lambda _: None, key="returned"
        )

    def rows(self) -> tuple[Returned, ...]:
        """Newest first, without what is put aside."""
        return tuple(row for row in self._found if row.id not in self._aside)

    def of(self, conversation_id: UUID | None) -> tuple[Returned, ...]:
        """What came back of one conversation."""
        return tuple(row for row in self.rows() if row.conversation_id == conversation_id)

    # --- what can be done --------------------------------------------------------------------------

    def repeat(self, row: Returned) -> None:
        """The same once more, as of now."""
        self._put_aside(row)
        session = self._session

        def done(changes: Changes) -> None:
            self._bus.tell(changes)
            self.read()

        def failed(error: DeskError) -> None:
            self._take_back(row.id)
            self._doors.failed.emit(error)

        self._doors.run(self, lambda: session.repeat_returned(row.id), then=done, failed=failed)

    def edit(self, row: Returned) -> None:
        """Its words become a draft; whoever puts them there says `settle`."""
        self.edit_wanted.emit(row)

    def drop(self, row: Returned) -> None:
        self._put_aside(row)
        timer = QTimer(self)
        timer.setSingleShot(True)
        timer.timeout.connect(lambda: self._end(row.id, timer))
        timer.start(FOR_GOOD_MS)

        def back() -> None:
            timer.stop()
            timer.deleteLater()
            self._take_back(row.id)

        self._toast.offer_back(tr("Dropped. Your words are gone with it."), back)

    def copy(self, row: Returned) -> None:
        QGuiApplication.clipboard().setText(row.text)
        self._toast.say(tr("Copied."))

    def settle(self, command_id: UUID) -> None:
        """It is dealt with."""
        session = self._session
        self._aside.add(command_id)
        self.changed.emit()
        self._doors.run(
            self, lambda: session.settle_returned(command_id), then=lambda _none: self.read()
        )

    # --- inside ------------------------------------------------------------------------------------

    def _put_aside(self, row: Returned) -> None:
        self._aside.add(row.id)
        self.changed.emit()

    def _take_back(self, command_id: UUID) -> None:
        self._aside.discard(command_id)
        self.changed.emit()

    def _end(self, command_id: UUID, timer: QTimer) -> None:
        timer.deleteLater()
        self.settle(command_id)

    def _on_read(self, found: tuple[Returned, ...]) -> None:
        self._aside &= {row.id for row in found}
        if found != self._found:
            self._found = found
            self.changed.emit()

    @Slot(object)
    def _on_changed(self, changes: Changes) -> None:
        if any(changes.touches(thing) for thing in _TOUCHING):
            self.read()


def actions_of(row: Returned) -> tuple[tuple[str, str], ...]:
    """What can be done with it: (deed, words) pairs, the likeliest first."""
    found = []
    if row.again:
        is_message = bool(row.text) and not row.is_note
        found.append(("repeat", tr("Send anyway") if is_message else tr("Do it anyway")))
    if row.text and row.conversation_id is not None:
        found.append(("edit", tr("Edit")))
    if row.text:
        found.append(("copy", tr("Copy")))
    return (*found, ("drop", tr("Drop")))


def act(keeper: ReturnedKeeper, deed: str, row: Returned) -> None:
    """deed: of `actions_of`."""
    {
        "repeat": keeper.repeat,
        "edit": keeper.edit,
        "copy": keeper.copy,
        "drop": keeper.drop,
    }[deed](row)
