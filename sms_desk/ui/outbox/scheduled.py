"""The table of messages that wait for their time, and what can be done with one (R36)."""

from __future__ import annotations

from datetime import tzinfo

from PySide6.QtCore import QObject, Signal, Slot
from PySide6.QtWidgets import QWidget

from sms_desk.domain.changes import Changes, Thing
from sms_desk.domain.plain_text import display_name, display_text, preview
from sms_desk.services import scheduled
from sms_desk.services.scheduled import ScheduledRow
from sms_desk.ui.bus import Bus
from sms_desk.ui.doors import Doors
from sms_desk.ui.scheduling import Scheduling
from sms_desk.ui.widgets.buttons import plain, quiet
from sms_desk.ui.widgets.forms import Form
from sms_desk.ui.widgets.later_words import day_words, due_words, place_words, time_words
from sms_desk.ui.widgets.table import Cell, Column, Table
from sms_desk.ui.widgets.words import tr


def due_cell(row: ScheduledRow, mine: str) -> Cell:
    """The reader's own clock first, and the contact's below it where that is another."""
    here = f"{day_words(row.due_at, mine)} {time_words(row.due_at, mine)}"
    another_day = day_words(row.due_at, mine) != day_words(row.due_at, row.zone)
    there = place_words(row.due_at, row.zone, day=another_day) if row.zone != mine else ""
    return Cell(here, there, ink="accent", icon="calendar-clock")


def to_cell(row: ScheduledRow) -> Cell:
    name = display_name(row.contact_name)
    return Cell(name or display_name(row.peer), display_name(row.peer) if name else "", strong=True)


def text_cell(row: ScheduledRow) -> Cell:
    by = tr("outbox", "by {name}").replace("{name}", display_name(row.author_name))
    return Cell(preview(row.body, 200), by if row.author_name else "")


class ScheduledSection(QObject):
    """All that waits in the person's reach, soonest first."""

    detail_wanted = Signal(object)
    """A widget for the screen's pane, or None to fold it away."""
    conversation_opened = Signal(object)

    def __init__(self, doors: Doors, bus: Bus, zone: tzinfo, screen: QWidget) -> None:
        super().__init__(screen)
        self._doors = doors
        self._mine = str(zone)
        self._deeds = Scheduling(doors, screen)
        self._shown: ScheduledRow | None = None
        self.table = Table(
            [
                Column(
                    tr("outbox", "Goes"),
                    lambda row: due_cell(row, self._mine),
                    200,
                    sorts=lambda row: row.due_at,
                ),
                Column(tr("outbox", "To"), to_cell, 180),
                Column(tr("outbox", "Message"), text_cell, 380),
            ],
            tr("outbox", "Scheduled"),
            empty=tr(
                "outbox", "Nothing waits for its time. The clock beside Send puts a message off."
            ),
        )
        self.table.row_chosen.connect(self._on_row_chosen)
        bus.changed.connect(self._on_changed)
        self.read()

    @Slot()
    def read(self) -> None:
        self._doors.read(self, scheduled.listing, then=self.table.show_rows, key="scheduled")

    @Slot(object)
    def _on_changed(self, changes: Changes) -> None:
        if changes.touches(Thing.SCHEDULED):
            self.read()

    @Slot(object)
    def _on_row_chosen(self, row: ScheduledRow | None) -> None:
        if row != self._shown:
            self._shown = row
            self.detail_wanted.emit(None if row is None else self._pane(row))

    def _pane(self, row: ScheduledRow) -> QWidget:
        pane = Form()
        pane.add_title(due_words(row.due_at, row.zone, self._mine))
        if not row.theirs:
            pane.add_words(tr("outbox", "That is not the contact's own clock."))
        sender = tr("outbox", "To {who} from {sender}")
        sender = sender.replace("{who}", display_name(row.contact_name or row.peer))
        pane.add_words(sender.replace("{sender}", display_name(row.sender_label)))
        pane.add_words(display_text(row.body))
        edit, now = plain(tr("outbox", "Edit…")), plain(tr("outbox", "Send now"))
        cancel = quiet(tr("outbox", "Cancel message"))
        open_ = quiet(tr("outbox", "Open conversation"))
        edit.clicked.connect(lambda: self._deeds.edit(row.id))
        now.clicked.connect(lambda: self._deeds.send_now(row.id))
        cancel.clicked.connect(lambda: self._deeds.cancel(row.id))
        open_.clicked.connect(lambda: self.conversation_opened.emit(row.conversation_id))
        for button in (edit, now, open_, cancel):
            pane.add_widget(button, at_start=True)
        return pane
