"""The table of people, and the pane of one of them or of one more (R29, R31, R58)."""

from __future__ import annotations

from collections.abc import Callable
from datetime import tzinfo
from functools import partial
from typing import Any, Final
from uuid import UUID

from PySide6.QtCore import QObject, Signal, Slot

from sms_desk.domain import commands as c
from sms_desk.domain.errors import DeskError
from sms_desk.services import people
from sms_desk.services.executor import Done
from sms_desk.services.people import Here, Hindrance, StaffRow
from sms_desk.ui.doors import Doors
from sms_desk.ui.people.person_form import NewPerson
from sms_desk.ui.people.person_pane import PersonPane
from sms_desk.ui.people.reading import Found
from sms_desk.ui.people.words import (
    clock_cell,
    clock_key,
    here_cell,
    here_title,
    inside,
    load_cell,
    name_cell,
    name_of,
    tr,
)
from sms_desk.ui.widgets.buttons import primary
from sms_desk.ui.widgets.forms import Choice
from sms_desk.ui.widgets.section import Section
from sms_desk.ui.widgets.table import Cell, Column, Table
from sms_desk.ui.widgets.text import ask

_WORKS_HERE: Final = frozenset(Here) - {Here.REMOVED}


class People(Section):
    plan_requested = Signal(object)
    """Whose absence: a person's id."""
    hand_over_requested = Signal(object)
    """Who does not come back."""
    reassign_requested = Signal(object)
    """Whose conversations."""
    acted_as = Signal(object)
    """Who sits at the desk from now on."""
    sender_opened = Signal(object)

    def __init__(
        self,
        doors: Doors,
        zone: tzinfo,
        *,
        admin: bool,
        at_desk: Callable[[], frozenset[UUID]] = frozenset,
        parent: QObject,
    ) -> None:
        """zone: the reader's own. admin: whether the reader may add people, and sees who left.
        at_desk: who sits at a desk now, as last known."""
        self._doors, self._zone, self._at_desk = doors, zone, at_desk
        super().__init__("people", tr("People"), Table(self._columns(), tr("People")), parent)
        self._found = Found()
        self._pane: PersonPane | None = None
        self._shown: UUID | None = None
        self._coming: UUID | None = None
        self.states = Choice(_options(removed=admin))
        self.states.setAccessibleName(tr("State"))
        self.states.setMinimumWidth(140)
        self.add = primary(tr("Add"))
        self.add.clicked.connect(self.show_new)
        self.buttons = (self.states, self.add) if admin else (self.states,)
        self.states.currentIndexChanged.connect(self._show_rows)
        self.table.row_chosen.connect(self._on_row_chosen)
        self.table.activated.connect(self._on_activated)

    def _columns(self) -> list[Column]:
        now = self._doors.desk.now
        return [
            Column(
                tr("Name"), name_cell, 210, sorts=lambda row: (not row.is_me, row.name.casefold())
            ),
            Column(
                tr("Presence"),
                lambda row: here_cell(row, now(), self._zone, at_desk=row.id in self._at_desk()),
                230,
                sorts=_here_key,
            ),
            Column(tr("Open"), load_cell, 170, sorts=lambda row: -(row.open or 0)),
            Column(tr("Teams"), _teams_cell, 170),
            Column(
                tr("Local time"),
                lambda row: clock_cell(row, now(), self._zone),
                110,
                sorts=lambda row: clock_key(row, now()),
            ),
        ]

    # --- rows --------------------------------------------------------------------------------------

    def show_found(self, found: Found) -> None:
        self._found = found
        self._show_rows()
        if self._coming is not None and found.person(self._coming) is not None:
            coming, self._coming = self._coming, None
            self.table.choose(coming)

    def await_row(self, person_id: UUID) -> None:
        """Whose pane opens with what is read next."""
        self._coming = person_id
        self.states.setCurrentIndex(0)

    def show_time(self) -> None:
        """Time has passed: clocks and remaining spans say so."""
        self.table.viewport().update()
        if self._pane is not None:
            self._pane.show_clock(self._doors.desk.now(), self._zone)

    @Slot()
    def _show_rows(self) -> None:
        wanted = self.states.value() or _WORKS_HERE
        everybody = wanted == _WORKS_HERE
        self.table.set_empty("" if everybody else tr("Nobody is so. Choose another state."))
        self.table.show_rows([row for row in self._found.people if row.here in wanted])

    @Slot(object)
    def _on_row_chosen(self, row: StaffRow | None) -> None:
        if row is None:
            if self._shown is not None:
                self._fold()
        elif row.id != self._shown or self._pane is None:
            self._open(row)
        else:
            self._pane.show_row(row, self._found, self._doors.desk.now(), self._zone)

    @Slot()
    def _on_activated(self) -> None:
        """Enter goes on into the pane."""
        if self._pane is not None:
            self._pane.focus_first()

    def _open(self, row: StaffRow) -> None:
        self._shown = row.id
        pane = self._pane = PersonPane(row, self._found)
        pane.show_row(row, self._found, self._doors.desk.now(), self._zone)
        pane.head.closed.connect(self._fold)
        pane.plan_requested.connect(partial(self.plan_requested.emit, row.id))
        pane.hand_over_requested.connect(partial(self.hand_over_requested.emit, row.id))
        pane.reassign_requested.connect(partial(self.reassign_requested.emit, row.id))
        pane.act_requested.connect(partial(self.acted_as.emit, row.id))
        pane.suspend_requested.connect(partial(self._on_suspend, pane, row.id))
        pane.remove_requested.connect(partial(self._on_remove, pane, row.id))
        pane.belongings.joined.connect(partial(self._on_joined, pane, row.id))
        pane.belongings.left.connect(partial(self._on_left, pane))
        pane.belongings.sender_opened.connect(self.sender_opened)
        pane.form.saved.connect(partial(self._on_saved, pane))
        self.detail_wanted.emit(pane)

    @Slot()
    def _fold(self) -> None:
        self._shown = self._pane = None
        self.detail_wanted.emit(None)
        self.table.choose(None)

    # --- one more ----------------------------------------------------------------------------------

    @Slot()
    def show_new(self) -> None:
        self.table.choose(None)
        me = next((row for row in self._found.people if row.is_me), None)
        pane = NewPerson(me.zone if me is not None else str(self._zone))
        pane.added.connect(partial(self._on_added, pane))
        pane.closed.connect(self._fold)
        self.detail_wanted.emit(pane)
        pane.name.setFocus()

    def _on_added(self, pane: NewPerson) -> None:
        command = pane.command(self._doors)

        def added(_done: Done) -> None:
            self._coming = command.person_id  # and there, which teams they belong to
            self._fold()

        self._doors.change(pane, command, then=added, failed=pane.show_error)

    # --- changing ----------------------------------------------------------------------------------

    def _on_saved(self, pane: PersonPane) -> None:
        if pane.form.gives_up_admin() and not ask(
            self.table.window(),
            tr("Give up your own rights as admin?"),
            tr("Only another admin can give them back to you."),
            yes=tr("Give up"),
            danger=True,
        ):
            return
        try:
            commands = pane.form.commands(self._doors)
        except DeskError as error:
            pane.form.show_error(error)
            return
        for command in commands:
            self._doors.change(
                pane, command, then=lambda _done: pane.form.settle(), failed=pane.form.show_error
            )

    def _on_suspend(self, pane: PersonPane, person_id: UUID, on: bool) -> None:
        self._give(pane, c.SuspendPerson(**self._stamp(), person_id=person_id, suspended=on))

    def _on_remove(self, pane: PersonPane, person_id: UUID, on: bool) -> None:
        if on:
            asked = partial(self._on_hindrance, pane)
            self._doors.read(pane, people.hindrance, person_id, then=asked, failed=pane.show_error)
        else:
            back = c.RemovePerson(**self._stamp(), person_id=person_id, removed=False)
            self._give(pane, back)

    def _on_hindrance(self, pane: PersonPane, found: Hindrance) -> None:
        """Nobody is asked about what would be refused (R29)."""
        if found.words:
            pane.show_hindrance(found)
        elif ask(
            self.table.window(),
            tr("Remove {name}?").replace("{name}", inside(found.name)),
            tr(
                "They leave their teams. The name stays on what they wrote, and they can come back."
            ),
            yes=tr("Remove"),
            danger=True,
        ):
            self._give(pane, c.RemovePerson(**self._stamp(), person_id=found.person_id))

    def _on_joined(self, pane: PersonPane, person_id: UUID, team_id: UUID) -> None:
        id_ = self._doors.new_id()
        self._give(
            pane,
            c.AddMember(**self._stamp(), membership_id=id_, team_id=team_id, person_id=person_id),
        )

    def _on_left(self, pane: PersonPane, membership_id: UUID) -> None:
        self._give(pane, c.EndMembership(**self._stamp(), membership_id=membership_id))

    def _give(self, pane: PersonPane, command: c.Command) -> None:
        self._doors.change(pane, command, failed=pane.show_error)

    def _stamp(self) -> Any:
        return self._doors.stamp()


def _options(*, removed: bool) -> list[tuple[str, frozenset[Here]]]:
    apart = {Here.INVITED} if removed else {Here.INVITED, Here.REMOVED}
    states = [here for here in Here if here not in apart]
    every = (tr("Everybody"), _WORKS_HERE)
    return [every, *((here_title(here), frozenset({here})) for here in states)]


def _here_key(row: StaffRow) -> tuple[int, str]:
    return list(Here).index(row.here), row.name.casefold()


def _teams_cell(row: StaffRow) -> Cell:
    return Cell(", ".join(name_of(team.name, 40) for team in row.teams), ink="secondary")
