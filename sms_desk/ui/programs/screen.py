"""The table of programs, and the pane in which one is made, changed and bound."""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import partial
from uuid import UUID

from PySide6.QtCore import Slot
from PySide6.QtWidgets import QWidget

from sms_desk.domain import commands as c
from sms_desk.domain.changes import Changes, Thing
from sms_desk.domain.model import BindingKind
from sms_desk.services import programs as programs_of
from sms_desk.services import senders
from sms_desk.services.context import Context
from sms_desk.services.executor import Done
from sms_desk.services.rows import ProgramRow
from sms_desk.ui.bus import Bus
from sms_desk.ui.doors import Doors
from sms_desk.ui.programs import words
from sms_desk.ui.programs.detail import ProgramDetail
from sms_desk.ui.widgets.buttons import primary
from sms_desk.ui.widgets.chips import ToggleChip
from sms_desk.ui.widgets.screen import Screen
from sms_desk.ui.widgets.table import Column, Table
from sms_desk.ui.widgets.text import label
from sms_desk.ui.widgets.words import tr

Named = tuple[tuple[UUID, str], ...]


@dataclass(frozen=True, slots=True)
class Around:
    """What a program can be bound to, and what its row does not tell."""

    senders: Named
    services: Named
    reply_instruction: str


def around(ctx: Context, program_id: UUID | None) -> Around:
    instruction = programs_of.one(ctx, program_id).reply_instruction if program_id else ""
    return Around(
        tuple((row.id, f"{row.label} {row.display}".strip()) for row in senders.listing(ctx)),
        tuple((id_, name or sid) for id_, sid, name in programs_of.messaging_services(ctx)),
        instruction,
    )


def programs(ctx: Context, retired: bool) -> tuple[ProgramRow, ...]:
    """retired: those too."""
    return programs_of.listing(ctx, retired=retired)


class ProgramsScreen(Screen):
    def __init__(self, doors: Doors, bus: Bus, parent: QWidget | None = None) -> None:
        self._table = Table(
            _columns(),
            tr("programs", "Programs"),
            empty=tr("programs", "Add the campaigns and services that write to your customers."),
        )
        super().__init__(tr("programs", "Programs"), self._table, parent)
        words = tr("programs", "Campaigns and services")
        self.add_control(label(words, "snippet", tone="secondary", parent=self))
        self._doors = doors
        self._shown: ProgramRow | None = None
        self._pane: ProgramDetail | None = None
        self._pending: UUID | None = None
        search = self.add_search(tr("programs", "Find a program"))
        self._retired = ToggleChip(tr("programs", "Retired"), self)
        self._retired.toggled.connect(self._read)
        self.add_control(self._retired)
        add = primary(tr("programs", "Add"), parent=self)
        self.add_button(add)
        search.textChanged.connect(self._table.show_matching)
        add.clicked.connect(lambda: self._open(None))
        self._table.row_chosen.connect(self._on_row_chosen)
        bus.changed.connect(self._on_changed)
        self._read()

    @Slot()
    def _read(self) -> None:
        retired = self._retired.isChecked()
        self._doors.read(self, programs, retired, then=self._on_rows, key="rows")

    def _on_rows(self, rows: tuple[ProgramRow, ...]) -> None:
        self._table.show_rows(rows)
        if self._pending is not None:
            pending, self._pending = self._pending, None
            self._table.choose(pending)

    @Slot(object)
    def _on_changed(self, changes: Changes) -> None:
        if changes.touches(Thing.PROGRAM) or changes.touches(Thing.CONVERSATION):
            self._read()  # also for how many wait

    @Slot(object)
    def _on_row_chosen(self, row: ProgramRow | None) -> None:
        if row is None:
            if self._shown is not None:
                self._fold()
        elif self._shown is None or self._is_other(row):
            self._open(row)

    def _is_other(self, row: ProgramRow) -> bool:
        """Another program, or this one changed while nothing is half typed (R6)."""
        shown = self._shown
        if shown is None or shown.id != row.id:
            return True
        typing = self._pane is not None and self._pane.is_changed()
        return replace(row, waiting=0) != replace(shown, waiting=0) and not typing

    def _open(self, row: ProgramRow | None) -> None:
        self._shown = row
        if row is None:
            self._table.choose(None)
        program_id = row.id if row else None
        self._doors.read(self, around, program_id, then=partial(self._show, row), key="one")

    def _show(self, row: ProgramRow | None, found: Around) -> None:
        pane = self._pane = ProgramDetail(row, found.reply_instruction)
        pane.set_targets(found.senders, found.services)
        pane.saved.connect(partial(self._on_saved, pane, row))
        pane.bind_requested.connect(partial(self._on_bind, pane, row))
        pane.binding_ended.connect(self._on_binding_ended)
        pane.retired.connect(partial(self._on_retired, row))
        pane.closed.connect(self._fold)
        self.show_detail(pane)
        if row is None:
            pane.focus_first()

    @Slot()
    def _fold(self) -> None:
        self._shown = None
        self.show_detail(None)
        self._table.choose(None)

    # --- changing --------------------------------------------------------------------------------

    def _on_saved(self, pane: ProgramDetail, row: ProgramRow | None) -> None:
        program_id = row.id if row else self._doors.new_id()

        def saved(_done: Done) -> None:
            pane.settle()
            if row is None:
                self._pending = program_id  # its pane opens, to be bound

        command = pane.command(self._doors.stamp(), program_id)
        self._doors.change(pane, command, then=saved, failed=pane.show_error)

    def _on_bind(
        self, pane: ProgramDetail, row: ProgramRow | None, kind: BindingKind, target: object
    ) -> None:
        if row is None:
            return
        field = {
            BindingKind.SENDER: "sender_id",
            BindingKind.MESSAGING_SERVICE: "service_id",
            BindingKind.PATTERN: "pattern",
        }[kind]
        values: dict[str, object] = {field: target}
        command = c.BindProgram(
            **self._doors.stamp(),
            binding_id=self._doors.new_id(),
            program_id=row.id,
            kind=kind,
            **values,  # type: ignore[arg-type]
        )
        self._doors.change(pane, command, failed=pane.show_error)

    @Slot(object)
    def _on_binding_ended(self, binding_id: UUID) -> None:
        self._doors.change(self, c.EndBinding(**self._doors.stamp(), binding_id=binding_id))

    def _on_retired(self, row: ProgramRow | None, retired: bool) -> None:
        if row is not None:
            self._fold()
            command = c.RetireProgram(**self._doors.stamp(), program_id=row.id, retired=retired)
            self._doors.change(self, command)


def _columns() -> list[Column]:
    return [
        Column(tr("programs", "Program"), words.name_cell, 180),
        Column(tr("programs", "Kind"), words.kind_cell, 124),
        Column(tr("programs", "Recognised by"), words.bindings_cell, 260),
        Column(tr("programs", "Dates"), words.dates_cell, 120),
        Column(tr("programs", "Waiting"), words.waiting_cell, 80, sorts=lambda row: -row.waiting),
    ]
