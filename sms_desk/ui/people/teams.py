"""The table of teams and profiles, and the pane of one of them or of one more (R12, R31)."""

from __future__ import annotations

from functools import partial
from typing import Any
from uuid import UUID

from PySide6.QtCore import QObject, Slot

from sms_desk.domain import commands as c
from sms_desk.domain.model import HolderKind
from sms_desk.domain.plain_text import preview
from sms_desk.services.executor import Done
from sms_desk.services.people import TeamRow
from sms_desk.ui.doors import Doors
from sms_desk.ui.people.reading import Found
from sms_desk.ui.people.team_pane import NewTeam, TeamPane, leads
from sms_desk.ui.people.words import name_of, names_words, team_cell, tr
from sms_desk.ui.widgets.buttons import primary
from sms_desk.ui.widgets.chips import ToggleChip
from sms_desk.ui.widgets.section import Section
from sms_desk.ui.widgets.table import Cell, Column, Table


class Teams(Section):
    def __init__(self, doors: Doors, *, admin: bool, parent: QObject) -> None:
        """admin: whether the reader may add teams and bring retired ones back."""
        self._doors = doors
        super().__init__("teams", tr("Teams"), Table(self._columns(), tr("Teams")), parent)
        self._found = Found()
        self._pane: TeamPane | None = None
        self._shown: UUID | None = None
        self._coming: UUID | None = None
        self.retired = ToggleChip(tr("Retired"))
        self.add = primary(tr("Add"))
        self.add.clicked.connect(self.show_new)
        self.buttons = (self.retired, self.add) if admin else ()
        self.retired.toggled.connect(self._show_rows)
        self.table.row_chosen.connect(self._on_row_chosen)
        self.table.activated.connect(self._on_activated)

    def _columns(self) -> list[Column]:
        return [
            Column(
                tr("Name"), team_cell, 200, sorts=lambda row: (row.retired, row.name.casefold())
            ),
            Column(tr("Led by"), self._leaders_cell, 170),
            Column(tr("Members"), _members_cell, 260, sorts=lambda row: -len(row.members)),
            Column(tr("Sender IDs"), _senders_cell, 220),
        ]

    def _leaders_cell(self, row: TeamRow) -> Cell:
        if row.kind is HolderKind.PROFILE:
            return Cell("")
        found = [one for one in row.members if leads(row, self._found.person(one.person_id))]
        if not found:
            return Cell(tr("admins only"), ink="secondary")
        return Cell(names_words([one.name for one in found]))

    # --- rows --------------------------------------------------------------------------------------

    def show_found(self, found: Found) -> None:
        self._found = found
        self._show_rows()
        if self._coming is not None and any(row.id == self._coming for row in found.teams):
            coming, self._coming = self._coming, None
            self.table.choose(coming)

    @Slot()
    def _show_rows(self) -> None:
        self.table.set_empty(
            tr("A team is led by its supervisors; a team or profile can hold sender IDs together.")
            if self._found.admin
            else tr("You belong to no team.")
        )
        retired = self.retired.isChecked()
        self.table.show_rows([row for row in self._found.teams if retired or not row.retired])

    @Slot(object)
    def _on_row_chosen(self, row: TeamRow | None) -> None:
        if row is None:
            if self._shown is not None:
                self._fold()
        elif row.id != self._shown or self._pane is None:
            self._open(row)
        else:
            self._pane.show_row(row, self._found)

    @Slot()
    def _on_activated(self) -> None:
        """Enter goes on into the pane."""
        if self._pane is not None:
            self._pane.focus_first()

    def _open(self, row: TeamRow) -> None:
        self._shown = row.id
        pane = self._pane = TeamPane(row, admin=self._found.admin)
        pane.show_row(row, self._found)
        pane.closed.connect(self._fold)
        pane.renamed.connect(partial(self._on_renamed, pane, row.id))
        pane.joined.connect(partial(self._on_joined, pane, row.id))
        pane.left.connect(partial(self._on_left, pane))
        pane.retired.connect(partial(self._on_retired, pane, row.id))
        self.detail_wanted.emit(pane)

    @Slot()
    def _fold(self) -> None:
        self._shown = self._pane = None
        self.detail_wanted.emit(None)
        self.table.choose(None)

    # --- changing ----------------------------------------------------------------------------------

    @Slot()
    def show_new(self) -> None:
        self.table.choose(None)
        pane = NewTeam()
        pane.added.connect(partial(self._on_added, pane))
        pane.closed.connect(self._fold)
        self.detail_wanted.emit(pane)
        pane.name.setFocus()

    def _on_added(self, pane: NewTeam) -> None:
        profile, id_ = pane.kind.value() is HolderKind.PROFILE, self._doors.new_id()
        command = c.AddTeam(**self._stamp(), team_id=id_, name=pane.name.text(), profile=profile)

        def added(_done: Done) -> None:
            self._coming = id_  # and there, who belongs to it
            self._fold()

        self._doors.change(pane, command, then=added, failed=pane.show_error)

    def _on_renamed(self, pane: TeamPane, team_id: UUID, name: str) -> None:
        self._give(pane, c.RenameTeam(**self._stamp(), team_id=team_id, name=name))

    def _on_joined(self, pane: TeamPane, team_id: UUID, person_id: UUID) -> None:
        id_ = self._doors.new_id()
        self._give(
            pane,
            c.AddMember(**self._stamp(), membership_id=id_, team_id=team_id, person_id=person_id),
        )

    def _on_left(self, pane: TeamPane, membership_id: UUID) -> None:
        self._give(pane, c.EndMembership(**self._stamp(), membership_id=membership_id))

    def _on_retired(self, pane: TeamPane, team_id: UUID, retired: bool) -> None:
        self._give(pane, c.RetireTeam(**self._stamp(), team_id=team_id, retired=retired))

    def _give(self, pane: TeamPane, command: c.Command) -> None:
        self._doors.change(pane, command, failed=pane.show_error)

    def _stamp(self) -> Any:
        return self._doors.stamp()


def _members_cell(row: TeamRow) -> Cell:
    if not row.members:
        return Cell(tr("nobody"), ink="secondary")
    return Cell(tr("%n member(s)", len(row.members)), names_words([m.name for m in row.members]))


def _senders_cell(row: TeamRow) -> Cell:
    return Cell(preview(", ".join(name_of(words, 40) for words in row.senders)), ink="secondary")
