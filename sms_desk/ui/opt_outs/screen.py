"""The table of what contacts said, what is left of the time to act, and the decision (R39)."""

from __future__ import annotations

from datetime import tzinfo
from functools import partial
from typing import Final
from uuid import UUID

from PySide6.QtCore import QDate, QEvent, QLocale, QObject, Qt, Signal, Slot
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QWidget
from typing_extensions import override

from sms_desk.domain import commands as c
from sms_desk.domain.changes import Changes, Thing
from sms_desk.domain.compliance import RequestState
from sms_desk.domain.model import OptOutScope
from sms_desk.domain.plain_text import display_name, preview
from sms_desk.services import opt_outs
from sms_desk.services.context import Context
from sms_desk.services.opt_outs import OptOutRequestRow
from sms_desk.ui.bus import Bus
from sms_desk.ui.doors import Doors
from sms_desk.ui.widgets.buttons import plain, primary, quiet
from sms_desk.ui.widgets.chips import ToggleChip
from sms_desk.ui.widgets.forms import Form
from sms_desk.ui.widgets.screen import Screen
from sms_desk.ui.widgets.table import Cell, Column, Table
from sms_desk.ui.widgets.times import clock_words
from sms_desk.ui.widgets.words import tr

_LEFT: Final = 2
"""The column of the time left."""
_WHOLE: Final = 1_600
"""Characters of a text message at the provider."""
_SOON: Final = 2
"""Business days left from which on the count is red."""


_KEYS: Final = {
    Qt.Key.Key_O.value: RequestState.OPTED_OUT,
    Qt.Key.Key_D.value: RequestState.DISMISSED,
}


def who_cell(row: OptOutRequestRow) -> Cell:
    name = display_name(row.contact_name)
    return Cell(name or display_name(row.peer), display_name(row.peer) if name else "", strong=True)


def said_cell(row: OptOutRequestRow) -> Cell:
    before = preview(row.before, 200)
    context = tr("opt_outs", "After: {text}").replace("{text}", before) if before else ""
    return Cell(preview(row.body, 200), context)


def left_cell(row: OptOutRequestRow) -> Cell:
    """Never by colour alone: a late one says so, and has a sign."""
    if row.state is RequestState.OPTED_OUT:
        return Cell(
            tr("opt_outs", "Opted out"), display_name(row.decided_by), ink="nudge", icon="ban"
        )
    if row.state is RequestState.DISMISSED:
        return Cell(
            tr("opt_outs", "Dismissed"), display_name(row.decided_by), ink="secondary", icon="check"
        )
    day = QDate.fromString(row.due, Qt.DateFormat.ISODate)
    due = QLocale().toString(day, QLocale.FormatType.ShortFormat)
    until = tr("opt_outs", "until {day}").replace("{day}", due)
    if row.days_left < 0:
        return Cell(tr("opt_outs", "Late"), until, ink="error", icon="triangle-alert")
    words = tr("opt_outs", "%n business day(s)", row.days_left)
    urgent = row.days_left <= _SOON
    return Cell(words, until, ink="error" if urgent else "secondary", icon="clock")


def read_rows(ctx: Context, decided: bool) -> tuple[OptOutRequestRow, ...]:
    return opt_outs.requests(ctx, decided=decided)


class OptOutsScreen(Screen):
    conversation_opened = Signal(object)

    def __init__(self, doors: Doors, bus: Bus, zone: tzinfo, parent: QWidget | None = None) -> None:
        self._doors = doors
        self._zone = zone
        title = tr("opt_outs", "Opt-out requests")
        self._table = Table(
            self._columns(),
            title,
            empty=tr(
                "opt_outs",
                "Nobody waits for a decision. A text that sounds like a wish to hear no more, and"
                " is no keyword, stands here until somebody has read it.",
            ),
        )
        self._table.sortByColumn(_LEFT, Qt.SortOrder.AscendingOrder)  # what falls due first
        super().__init__(title, self._table, parent)
        self._decided = ToggleChip(tr("opt_outs", "Decided"), self)
        search = self.add_search(tr("opt_outs", "Find a request"))
        self.add_control(self._decided)
        search.textChanged.connect(self._table.show_matching)
        self._decided.toggled.connect(self._read)
        self._table.row_chosen.connect(self._on_row_chosen)
        self._table.installEventFilter(self)
        bus.changed.connect(self._on_changed)
        self._read()

    def _columns(self) -> list[Column]:
        return [
            Column(tr("opt_outs", "Contact"), who_cell, 180),
            Column(tr("opt_outs", "Said"), said_cell, 320),
            Column(tr("opt_outs", "Time left"), left_cell, 170, sorts=lambda row: row.said_at),
        ]

    @override
    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """O and D decide about the chosen row; a table would look for a name with that letter."""
        if watched is self._table and isinstance(event, QKeyEvent):
            decision = _KEYS.get(event.key())
            if event.type() == QEvent.Type.KeyPress and decision and not event.modifiers():
                self._decide_chosen(decision)
                return True
        return super().eventFilter(watched, event)

    @Slot()
    def _read(self) -> None:
        decided = self._decided.isChecked()
        self._doors.read(self, read_rows, decided, then=self._show, key="requests")

    def _show(self, rows: tuple[OptOutRequestRow, ...]) -> None:
        self._table.show_rows(rows)
        self._on_row_chosen(self._table.chosen())

    @Slot(object)
    def _on_changed(self, changes: Changes) -> None:
        if changes.touches(Thing.OPT_OUT) or changes.touches(Thing.MESSAGE):
            self._read()

    @Slot(object)
    def _on_row_chosen(self, row: OptOutRequestRow | None) -> None:
        self.show_detail(None if row is None else self._about(row))

    def _about(self, row: OptOutRequestRow) -> QWidget:
        form = Form(self)
        form.add_title(display_name(row.contact_name) or display_name(row.peer))
        said = clock_words(row.said_at, self._doors.stamp()["at"], self._zone)
        where = tr("opt_outs", "Said {when}, to {sender}").replace("{when}", said)
        form.add_words(where.replace("{sender}", display_name(row.sender)))
        if row.before:
            form.add_words(tr("opt_outs", "After we wrote:"))
            form.add_words(preview(row.before, _WHOLE))
        form.add_title(f"“{preview(row.body, _WHOLE)}”")
        if row.state is RequestState.OPEN:
            self._offer(form, row)
        else:
            again = quiet(tr("opt_outs", "Take the decision back"), parent=form)
            again.clicked.connect(partial(self._decide, row, RequestState.OPEN, None))
            form.add_widget(again, at_start=True)
        there = quiet(tr("opt_outs", "Open the conversation"), parent=form)
        there.clicked.connect(lambda: self.conversation_opened.emit(row.conversation_id))
        form.add_widget(there, at_start=True)
        return form

    def _offer(self, form: Form, row: OptOutRequestRow) -> None:
        make = primary
        for scope, covers in zip(row.scopes, opt_outs.scope_words(row.scopes), strict=True):
            words = tr("opt_outs", "Opt out of {scope}").replace("{scope}", tr("opt_outs", covers))
            button = make(words, parent=form)
            button.clicked.connect(partial(self._decide, row, RequestState.OPTED_OUT, scope))
            form.add_widget(button, at_start=True)
            make = plain
        none = plain(tr("opt_outs", "It is no such wish"), parent=form)
        none.clicked.connect(partial(self._decide, row, RequestState.DISMISSED, None))
        form.add_widget(none, at_start=True)
        form.add_words(
            tr("opt_outs", "In the table: O opts out, D dismisses. Ctrl+Z takes it back.")
        )

    def _decide_chosen(self, decision: RequestState) -> None:
        row = self._table.chosen()
        if isinstance(row, OptOutRequestRow) and row.state is RequestState.OPEN:
            self._decide(row, decision, None)

    def _decide(
        self,
        row: OptOutRequestRow,
        decision: RequestState,
        scope: OptOutScope | None,
        _checked: bool = False,
    ) -> None:
        """For all that the contact said there and nobody has decided yet."""
        same = [
            one.id
            for one in self._table.rows()
            if one.conversation_id == row.conversation_id and one.state is row.state
        ]
        ids: list[UUID] = [row.id] if decision is RequestState.OPEN else same or [row.id]
        command = c.DecideOptOutRequest(
            **self._doors.stamp(),
            request_ids=tuple(ids),
            decision=decision,
            scope=scope,
            opt_out_id=self._doors.new_id(),
        )
        self._doors.change(self, command)
