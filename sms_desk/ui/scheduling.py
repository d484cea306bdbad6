"""What a person does with a message that waits for its time, wherever it is shown (R36)."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from PySide6.QtCore import QObject, Qt
from PySide6.QtWidgets import QWidget

from sms_desk.domain import commands as c
from sms_desk.domain.frozen import dataclass
from sms_desk.services import composing, scheduled
from sms_desk.services.composing import Verdicts
from sms_desk.services.context import Context
from sms_desk.services.scheduled import Clocks, ScheduledRow
from sms_desk.ui.doors import Doors
from sms_desk.ui.widgets.later_dialog import LaterDialog


@dataclass(frozen=True, slots=True)
class Draft:
    """A message to be scheduled. content: an approved template's id and its values (R42)."""

    conversation_id: UUID
    sender_id: UUID
    body: str
    content: tuple[str, tuple[tuple[str, str], ...]] | None = None

    @property
    def content_sid(self) -> str | None:
        return self.content[0] if self.content else None


def verdicts_then(ctx: Context, draft: Draft, at: datetime) -> Verdicts:
    """What would stand against the draft at that moment."""
    return composing.verdicts(
        ctx,
        draft.conversation_id,
        draft.sender_id,
        draft.body,
        at=at,
        content_sid=draft.content_sid,
    )


class Scheduling(QObject):
    """Edits, sends at once, cancels; asks for another time."""

    def __init__(self, doors: Doors, over: QWidget) -> None:
        """over: what its dialogs stand over."""
        super().__init__(over)
        self._doors = doors
        self._over = over

    def cancel(self, scheduled_id: UUID) -> None:
        self._doors.change(
            self, c.CancelScheduled(**self._doors.stamp(), scheduled_id=scheduled_id)
        )

    def send_now(self, scheduled_id: UUID) -> None:
        self._doors.read(self, scheduled.row, scheduled_id, then=self._on_now)

    def edit(self, scheduled_id: UUID) -> None:
        self._doors.read(self, scheduled.to_edit, scheduled_id, then=self._on_to_edit)

    def _on_now(self, row: ScheduledRow) -> None:
        stamp = self._doors.stamp()
        now = c.EditScheduled(
            **stamp, scheduled_id=row.id, body=row.body, due_at=stamp["at"], zone=row.zone
        )
        self._doors.change(self, now, quiet=True)

    def _on_to_edit(self, found: tuple[ScheduledRow, Clocks]) -> None:
        row, clocks = found
        dialog = LaterDialog(
            clocks,
            self._doors.desk.now,
            at=row.due_at,
            zone=row.zone,
            body=row.body,
            editable=row.content_sid is None,
            parent=self._over.window(),
        )

        def save(at: datetime, zone: str, body: str) -> None:
            edited = c.EditScheduled(
                **self._doors.stamp(), scheduled_id=row.id, body=body, due_at=at, zone=zone
            )
            self._doors.change(
                dialog, edited, then=lambda _done: dialog.accept(), failed=dialog.show_error
            )

        content = (row.content_sid, ()) if row.content_sid else None
        self._open(dialog, Draft(row.conversation_id, row.sender_id, row.body, content))
        dialog.chosen.connect(save)

    def ask(self, draft: Draft, clocks: Clocks, at: datetime) -> LaterDialog:
        """A dialog for the moment of a new one; `chosen` tells, and its owner answers."""
        dialog = LaterDialog(
            clocks, self._doors.desk.now, at=at, zone=clocks.zone, parent=self._over.window()
        )
        self._open(dialog, draft)
        return dialog

    def _open(self, dialog: LaterDialog, draft: Draft) -> None:
        def look(at: datetime, typed: str) -> None:
            looked_at = Draft(
                draft.conversation_id, draft.sender_id, typed or draft.body, draft.content
            )
            self._doors.read(
                dialog,
                verdicts_then,
                looked_at,
                at,
                then=lambda found: dialog.show_findings(found.findings),
                failed=lambda _error: None,
                key="verdicts",
            )

        dialog.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        dialog.look_wanted.connect(look)
        dialog.open()
