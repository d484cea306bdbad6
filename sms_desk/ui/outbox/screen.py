"""The table of composed messages, and what a person can decide about one (R32, R33)."""

from __future__ import annotations

from datetime import datetime, timedelta, tzinfo
from functools import partial
from typing import Final
from uuid import UUID

from PySide6.QtCore import Signal, Slot
from PySide6.QtWidgets import QHBoxLayout, QWidget

from sms_desk.domain import commands as c
from sms_desk.domain.changes import Changes, Thing
from sms_desk.domain.model import OutboxState
from sms_desk.domain.plain_text import display_name, display_text, preview
from sms_desk.services import directory
from sms_desk.services.context import Context
from sms_desk.services.rows import OutboxRow
from sms_desk.ui.bus import Bus
from sms_desk.ui.doors import Doors
from sms_desk.ui.widgets.buttons import plain, primary
from sms_desk.ui.widgets.chips import ToggleChip
from sms_desk.ui.widgets.forms import Form
from sms_desk.ui.widgets.screen import Screen
from sms_desk.ui.widgets.table import Cell, Column, Table
from sms_desk.ui.widgets.text import ask
from sms_desk.ui.widgets.times import clock_words
from sms_desk.ui.widgets.words import tr

_GOOD_FOR: Final = timedelta(minutes=30)


def state_cell(row: OutboxRow) -> Cell:
    return {
        OutboxState.QUEUED: Cell(tr("outbox", "Queued"), ink="secondary", icon="clock"),
        OutboxState.CLAIMED: Cell(tr("outbox", "Sending"), ink="secondary", icon="send"),
        OutboxState.SENDING: Cell(tr("outbox", "Sending"), ink="secondary", icon="send"),
        OutboxState.HELD: Cell(tr("outbox", "Held"), ink="nudge", icon="hand"),
        OutboxState.IN_DOUBT: Cell(
            tr("outbox", "Not confirmed"), ink="nudge", icon="circle-question-mark"
        ),
        OutboxState.ASK: Cell(
            tr("outbox", "Needs your decision"), ink="error", icon="circle-question-mark"
        ),
        OutboxState.ACCEPTED: Cell(tr("outbox", "Sent"), ink="ok", icon="check"),
        OutboxState.REFUSED: Cell(tr("outbox", "Refused"), ink="error", icon="triangle-alert"),
        OutboxState.WITHDRAWN: Cell(tr("outbox", "Dropped"), ink="disabled", icon="ban"),
    }[row.state]


def to_cell(row: OutboxRow) -> Cell:
    name = display_name(row.contact_name)
    return Cell(name or display_name(row.peer), display_name(row.peer) if name else "", strong=True)


def text_cell(row: OutboxRow) -> Cell:
    return Cell(preview(row.body, 200), preview(row.reason_text, 200))


def rows(ctx: Context, everything: bool) -> tuple[OutboxRow, ...]:
    return directory.outbox_rows(ctx, everything=everything)


class OutboxScreen(Screen):
    conversation_opened = Signal(object)

    def __init__(self, doors: Doors, bus: Bus, zone: tzinfo, parent: QWidget | None = None) -> None:
        self._zone = zone
        self._doors = doors
        self._table = Table(
            self._columns(),
            tr("outbox", "Outbox"),
            empty=tr("outbox", "Everything has gone out. What waits or is held stands here."),
        )
        super().__init__(tr("outbox", "Outbox"), self._table, parent)
        self._shown: OutboxRow | None = None
        self._all = ToggleChip(tr("outbox", "Also what was sent"), self)
        search = self.add_search(tr("outbox", "Find a message"))
        self.add_control(self._all)
        search.textChanged.connect(self._table.show_matching)
        self._all.toggled.connect(self._read)
        self._table.row_chosen.connect(self._on_row_chosen)
        bus.changed.connect(self._on_changed)
        self._read()

    def _columns(self) -> list[Column]:
        return [
            Column(tr("outbox", "State"), state_cell, 180),
            Column(tr("outbox", "To"), to_cell, 180),
            Column(tr("outbox", "Message"), text_cell, 360),
            Column(
                tr("outbox", "Written"), self._written_cell, 120, sorts=lambda row: row.composed_at
            ),
        ]

    def _written_cell(self, row: OutboxRow) -> Cell:
        return Cell(clock_words(row.composed_at, self._now(), self._zone), ink="secondary")

    def _now(self) -> datetime:
        return self._doors.desk.now()

    @Slot()
    def _read(self) -> None:
        self._doors.read(self, rows, self._all.isChecked(), then=self._table.show_rows, key="rows")

    @Slot(object)
    def _on_changed(self, changes: Changes) -> None:
        if changes.touches(Thing.OUTBOX):
            self._read()

    @Slot(object)
    def _on_row_chosen(self, row: OutboxRow | None) -> None:
        if row != self._shown:
            self._shown = row
            self.show_detail(None if row is None else self._pane(row))

    def _pane(self, row: OutboxRow) -> QWidget:
        pane = Form()
        pane.add_title(state_cell(row).text)
        if row.reason_text:
            pane.add_words(preview(row.reason_text, 400))
        sender = tr("outbox", "To {who} from {sender}")
        sender = sender.replace("{who}", display_name(row.contact_name or row.peer))
        pane.add_words(sender.replace("{sender}", display_name(row.sender_label)))
        pane.add_words(display_text(row.body))
        open_ = plain(tr("outbox", "Open conversation"))
        open_.clicked.connect(lambda: self.conversation_opened.emit(row.conversation_id))
        pane.add_widget(_line(open_))
        for words, decide in self._decisions(row):
            button = primary(words) if decide.func is not self._drop else plain(words)
            button.clicked.connect(decide)
            pane.add_widget(_line(button))
        return pane

    def _decisions(self, row: OutboxRow) -> list[tuple[str, partial[None]]]:
        """What can be done in this state."""
        drop = (tr("outbox", "Drop"), partial(self._drop, row.id))
        match row.state:
            case OutboxState.HELD:
                release = (tr("outbox", "Send anyway"), partial(self._release, row))
                return [release, drop]
            case OutboxState.ASK | OutboxState.IN_DOUBT:
                return [
                    (tr("outbox", "Check again"), partial(self._check, row.id)),
                    (tr("outbox", "Send again"), partial(self._resend, row.id)),
                    drop,
                ]
            case OutboxState.QUEUED | OutboxState.REFUSED:
                return [drop]
            case _:
                return []

    # --- decisions -------------------------------------------------------------------------------

    def _drop(self, outbox_id: UUID) -> None:
        self._doors.change(self, c.Drop(**self._doors.stamp(), outbox_id=outbox_id))

    def _check(self, outbox_id: UUID) -> None:
        self._doors.change(self, c.CheckAgain(**self._doors.stamp(), outbox_id=outbox_id))

    def _release(self, row: OutboxRow) -> None:
        command = c.ConfirmHeld(
            **self._doors.stamp(),
            outbox_id=row.id,
            checks=(row.reason,),
            not_after=self._now() + _GOOD_FOR,
        )
        self._doors.change(self, command)

    def _resend(self, outbox_id: UUID) -> None:
        agreed = ask(
            self.window(),
            tr("outbox", "Send it a second time?"),
            tr("outbox", "Nobody knows whether the first one arrived. It may arrive twice."),
            yes=tr("outbox", "Send again"),
            danger=True,
        )
        if agreed:
            self._doors.change(self, c.Resend(**self._doors.stamp(), outbox_id=outbox_id))


def _line(button: QWidget) -> QWidget:
    line = QWidget()
    layout = QHBoxLayout(line)
    layout.setContentsMargins(0, 0, 0, 0)
    layout.addWidget(button)
    layout.addStretch(1)
    return line
