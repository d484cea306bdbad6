"""Absences: who is away now, who will be, and who was; from here one plans and ends them (R23, R27)."""

from __future__ import annotations

from datetime import tzinfo
from functools import partial
from uuid import UUID

from PySide6.QtCore import QModelIndex, Signal, Slot
from PySide6.QtWidgets import QWidget

from sms_desk.domain import commands as c
from sms_desk.domain.changes import Changes, Thing
from sms_desk.domain.frozen import dataclass
from sms_desk.domain.plain_text import display_name
from sms_desk.domain.wall_time import require_zone
from sms_desk.services import absences, directory
from sms_desk.services.absence_rows import AbsenceRow, AbsenceState
from sms_desk.services.context import Context
from sms_desk.services.rows import PersonRow
from sms_desk.ui.bus import Bus
from sms_desk.ui.cover.words import (
    cover_words,
    name_of,
    part_title,
    reason_title,
    span_words,
    state_title,
    tr,
)
from sms_desk.ui.doors import Doors
from sms_desk.ui.widgets.buttons import plain, primary, quiet
from sms_desk.ui.widgets.chips import ToggleChip
from sms_desk.ui.widgets.forms import Form
from sms_desk.ui.widgets.menu_button import MenuButton
from sms_desk.ui.widgets.screen import Screen
from sms_desk.ui.widgets.table import Cell, Column, Table
from sms_desk.ui.widgets.text import menu_text

_INKS = {
    AbsenceState.RUNNING: ("nudge", "user-x"),
    AbsenceState.COMING: ("accent", "calendar-clock"),
    AbsenceState.ENDED: ("secondary", "check"),
    AbsenceState.CANCELLED: ("secondary", "x"),
}


@dataclass(frozen=True, slots=True)
class Read:
    rows: tuple[AbsenceRow, ...]
    people: tuple[PersonRow, ...]
    """For whom the reader may plan, by name."""


def read(ctx: Context, ended: bool) -> Read:
    """Both in one snapshot."""
    people = tuple(
        one
        for one in directory.everybody(ctx)
        if not one.suspended and absences.may_plan(ctx, one.id)
    )
    return Read(absences.listing(ctx, ended=ended), people)


class AbsencesScreen(Screen):
    plan_requested = Signal(object)
    """Whose absence shall be planned: a person's id."""
    absence_opened = Signal(object)
    brief_requested = Signal(object)

    def __init__(
        self, doors: Doors, bus: Bus, zone: tzinfo, me: UUID, parent: QWidget | None = None
    ) -> None:
        self._doors, self._zone, self._me = doors, zone, me
        self._table = Table(
            self._columns(),
            tr("Absences"),
            empty=tr(
                "Nobody is away, and nobody plans to be. An absence hands conversations and sender"
                " IDs to whoever covers, and hands them back by itself."
            ),
        )
        super().__init__(tr("Absence and cover"), self._table, parent)
        self._people: tuple[PersonRow, ...] = ()
        self._shown: AbsenceRow | None = None
        self._ended = ToggleChip(tr("Over"), self)
        search = self.add_search(tr("Find an absence"))
        search.textChanged.connect(self._table.show_matching)
        self.add_control(self._ended)
        self._plan = MenuButton(tr("Plan an absence"), "primary", icon="plus", parent=self)
        self._plan.about_to_show.connect(self._fill_people)
        self.add_button(self._plan)
        self._ended.toggled.connect(self._read)
        self._table.row_chosen.connect(self._on_row_chosen)
        self._table.activated.connect(self._on_activated)
        bus.changed.connect(self._on_changed)
        self._read()

    def _columns(self) -> list[Column]:
        return [
            Column(tr("Person"), lambda row: Cell(display_name(row.person_name), strong=True), 170),
            Column(tr("State"), self._state_cell, 130),
            Column(tr("When"), self._when_cell, 250, sorts=lambda row: row.since),
            Column(tr("Covered by"), self._substitutes_cell, 200),
            Column(
                tr("Open"),
                lambda row: Cell(f"{row.conversations:,}" if row.conversations else ""),
                90,
                sorts=lambda row: row.conversations,
            ),
        ]

    def _state_cell(self, row: AbsenceRow) -> Cell:
        ink, icon = _INKS[row.state]
        return Cell(state_title(row.state), ink=ink, icon=icon)

    def _when_cell(self, row: AbsenceRow) -> Cell:
        words = span_words(row, self._doors.desk.now(), require_zone(row.zone))
        return Cell(words, reason_title(row.reason) if row.reason else "")

    def _substitutes_cell(self, row: AbsenceRow) -> Cell:
        names = ", ".join(display_name(name, 24) for _, name in row.substitutes)
        if not names:
            return Cell(tr("Nobody"), ink="error", icon="triangle-alert")
        return Cell(names)

    # --- reading ---------------------------------------------------------------------------------

    @Slot()
    def _read(self) -> None:
        self._doors.read(self, read, self._ended.isChecked(), then=self._show, key="absences")

    def _show(self, found: Read) -> None:
        self._people = found.people
        self._plan.setVisible(bool(found.people))
        self._table.show_rows(found.rows)
        self._on_row_chosen(self._table.chosen())

    @Slot(object)
    def _on_changed(self, changes: Changes) -> None:
        if any(
            changes.touches(thing) for thing in (Thing.ABSENCE, Thing.PERSON, Thing.CONVERSATION)
        ):
            self._read()

    @Slot()
    def _fill_people(self) -> None:
        menu = self._plan.options()
        menu.clear()
        others = [one for one in self._people if one.id != self._me]
        if len(others) < len(self._people):
            mine = menu.addAction(tr("My own"))
            mine.triggered.connect(lambda: self.plan_requested.emit(self._me))
        for one in others:
            action = menu.addAction(menu_text(display_name(one.name)))
            action.triggered.connect(partial(self._emit_plan, one.id))

    def _emit_plan(self, person_id: UUID, _checked: bool = False) -> None:
        self.plan_requested.emit(person_id)

    # --- one absence -----------------------------------------------------------------------------

    @Slot(QModelIndex)
    def _on_activated(self, index: QModelIndex) -> None:
        row: AbsenceRow = self._table.rows()[index.row()]
        if row.can_change:
            self.absence_opened.emit(row.id)
        elif row.state is AbsenceState.ENDED:
            self.brief_requested.emit(row.id)

    @Slot(object)
    def _on_row_chosen(self, row: AbsenceRow | None) -> None:
        if row != self._shown:
            self._shown = row
            self.show_detail(None if row is None else self._about(row))

    def _about(self, row: AbsenceRow) -> QWidget:
        form = Form(self)
        form.add_title(name_of(row.person_name))
        now = self._doors.desk.now()
        form.add_words(f"{state_title(row.state)} · {span_words(row, now, require_zone(row.zone))}")
        names = dict(row.substitutes)
        for cover in row.covers:
            if cover.shares:
                form.add_words(f"{part_title(cover.part)}: {cover_words(cover, names)}")
        if row.can_change:
            change = primary(tr("Change"), parent=form)
            change.clicked.connect(lambda: self.absence_opened.emit(row.id))
            form.add_widget(change, at_start=True)
            words = tr("Is back now") if row.state is AbsenceState.RUNNING else tr("Call it off")
            end = plain(words, parent=form)
            end.clicked.connect(lambda: self._end(row))
            form.add_widget(end, at_start=True)
        if row.state in (AbsenceState.RUNNING, AbsenceState.ENDED) and not row.permanent:
            brief = quiet(tr("Brief"), icon="file-text", parent=form)
            brief.clicked.connect(lambda: self.brief_requested.emit(row.id))
            form.add_widget(brief, at_start=True)
        return form

    def _end(self, row: AbsenceRow) -> None:
        self._doors.change(self, c.EndAbsence(**self._doors.stamp(), absence_id=row.id))
