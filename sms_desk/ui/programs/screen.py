"""The table of programs, and the pane in which one is watched, made, changed and bound."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime
from functools import partial
from typing import Any, Final
from uuid import UUID

from PySide6.QtCore import QTimer, Signal, Slot
from PySide6.QtWidgets import QWidget

from sms_desk.domain import commands as c
from sms_desk.domain.changes import Changes, Thing
from sms_desk.domain.frozen import dataclass
from sms_desk.domain.model import BindingKind
from sms_desk.services import program_figures, recognition, senders
from sms_desk.services import programs as lists
from sms_desk.services.context import Context
from sms_desk.services.executor import Done
from sms_desk.services.program_figures import Period
from sms_desk.services.rows import (
    BindingPreview,
    InboxRow,
    ProgramFigures,
    ProgramRow,
    TextTest,
)
from sms_desk.ui.bus import Bus
from sms_desk.ui.doors import Doors
from sms_desk.ui.programs import words
from sms_desk.ui.programs.detail import FIGURES, RECOGNITION, ProgramDetail
from sms_desk.ui.programs.recognition import Named
from sms_desk.ui.widgets.buttons import primary
from sms_desk.ui.widgets.chips import ToggleChip
from sms_desk.ui.widgets.screen import Screen
from sms_desk.ui.widgets.table import Column, Table
from sms_desk.ui.widgets.words import tr

_DETAIL: Final = 480
_GATHER_MS: Final = 1_000
"""Figures walk over a program's messages: at most so often while messages arrive."""


@dataclass(frozen=True, slots=True)
class Around:
    """What a program can be bound to, which names are taken, and how far looking again has come."""

    senders: Named
    services: Named
    taken: tuple[str, ...]
    reached: datetime | None


def around(ctx: Context, program_id: UUID | None) -> Around:
    return Around(
        tuple((row.id, f"{row.label} {row.display}".strip()) for row in senders.listing(ctx)),
        tuple((id_, name or sid) for id_, sid, name in lists.messaging_services(ctx)),
        lists.taken_names(ctx, program_id),
        recognition.looking_again(ctx),
    )


def programs(ctx: Context, retired: bool) -> tuple[ProgramRow, ...]:
    """retired: those too."""
    return lists.listing(ctx, retired=retired)


@dataclass(frozen=True, slots=True)
class Watched:
    """A program's figures, who answered it, and how far looking again has come."""

    figures: ProgramFigures
    repliers: tuple[InboxRow, ...]
    reached: datetime | None


def watched(ctx: Context, program_id: UUID, period: Period) -> Watched:
    return Watched(
        program_figures.of(ctx, program_id, period),
        program_figures.repliers(ctx, program_id, period)[0],
        recognition.looking_again(ctx),
    )


def tried(
    ctx: Context, program_id: UUID, text: str, pattern: str, sender_id: UUID | None
) -> TextTest:
    return recognition.try_text(
        ctx, text, program_id=program_id, pattern=pattern, sender_id=sender_id
    )


def previewed(ctx: Context, program_id: UUID, kind: BindingKind, target: object) -> BindingPreview:
    return recognition.preview_binding(ctx, program_id, kind, **_target(kind, target))


class ProgramsScreen(Screen):
    conversation_opened = Signal(object)
    responses_requested = Signal(object)
    """The id of the program whose responses shall stand in the inbox."""

    def __init__(self, doors: Doors, bus: Bus, parent: QWidget | None = None) -> None:
        self._table = Table(
            _columns(),
            tr("programs", "Programs"),
            empty=tr("programs", "Add the campaigns and services that write to your customers."),
        )
        super().__init__(tr("programs", "Programs"), self._table, parent, detail_width=_DETAIL)
        self._doors = doors
        self._shown: ProgramRow | None = None
        self._pane: ProgramDetail | None = None
        self._pending: UUID | None = None
        self._period = Period.MONTH
        self._page = FIGURES
        search = self.add_search(tr("programs", "Find a program"))
        self._retired = ToggleChip(tr("programs", "Retired"), self)
        self._retired.toggled.connect(self._read)
        self.add_control(self._retired)
        add = primary(tr("programs", "Add"), parent=self)
        self.add_button(add)
        self._gather = QTimer(self)
        self._gather.setSingleShot(True)
        self._gather.setInterval(_GATHER_MS)
        self._gather.timeout.connect(self._watch)
        search.textChanged.connect(self._table.show_matching)
        add.clicked.connect(lambda: self._open(None))
        self._table.row_chosen.connect(self._on_row_chosen)
        bus.changed.connect(self._on_changed)
        self._read()

    def show_program(self, program_id: UUID) -> None:
        """Open one, as from the head of its lens."""
        self._pending = program_id
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
            if not self._gather.isActive():
                self._gather.start()

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
        pane = self._pane = ProgramDetail(row, found.taken, period=self._period, page=self._page)
        pane.set_targets(found.senders, found.services)
        pane.saved.connect(partial(self._on_saved, pane, row))
        pane.closed.connect(self._fold)
        if row is not None:
            self._connect(pane, row)
        self.show_detail(pane)
        if row is None:
            pane.focus_first()
        else:
            self._show_progress(pane, found.reached)
            self._watch()

    def _connect(self, pane: ProgramDetail, row: ProgramRow) -> None:
        assert pane.figures is not None
        assert pane.recognition is not None
        pane.bind_requested.connect(partial(self._on_bind, pane, row))
        pane.binding_ended.connect(self._on_binding_ended)
        pane.retired.connect(partial(self._on_retired, row))
        pane.turned.connect(self._on_turned)
        pane.responses_requested.connect(partial(self.responses_requested.emit, row.id))
        pane.figures.period_chosen.connect(self._on_period_chosen)
        pane.figures.conversation_opened.connect(self.conversation_opened)
        pane.recognition.preview_requested.connect(partial(self._on_preview, pane, row))
        pane.recognition.test_requested.connect(partial(self._on_test, pane, row))

    @Slot()
    def _fold(self) -> None:
        self._shown = self._pane = None
        self.show_detail(None)
        self._table.choose(None)

    # --- watching --------------------------------------------------------------------------------

    @Slot()
    def _watch(self) -> None:
        """The figures of the program that is shown, counted on another thread."""
        pane, shown = self._pane, self._shown
        if pane is None or shown is None or pane.figures is None:
            return
        self._doors.read(
            pane, watched, shown.id, self._period, then=partial(self._on_watched, pane), key="watch"
        )

    def _on_watched(self, pane: ProgramDetail, found: Watched) -> None:
        if pane.figures is not None:
            pane.figures.show_figures(found.figures)
            pane.figures.show_repliers(found.repliers)
            self._show_progress(pane, found.reached)

    def _show_progress(self, pane: ProgramDetail, reached: datetime | None) -> None:
        if pane.recognition is not None:
            pane.recognition.show_progress("" if reached is None else words.progress_words(reached))
        if reached is not None and not self._gather.isActive():
            self._gather.start()

    @Slot(object)
    def _on_period_chosen(self, period: Period) -> None:
        self._period = period
        self._watch()

    @Slot(int)
    def _on_turned(self, page: int) -> None:
        self._page = page

    def _on_test(
        self,
        pane: ProgramDetail,
        row: ProgramRow,
        text: str,
        pattern: str,
        sender_id: UUID | None,
    ) -> None:
        assert pane.recognition is not None
        self._doors.read(
            pane,
            tried,
            row.id,
            text,
            pattern,
            sender_id,
            then=pane.recognition.show_test,
            key="test",
        )

    def _on_preview(
        self, pane: ProgramDetail, row: ProgramRow, kind: BindingKind, target: object
    ) -> None:
        assert pane.recognition is not None
        self._doors.read(
            pane,
            previewed,
            row.id,
            kind,
            target,
            then=pane.recognition.show_preview,
            failed=pane.show_error,
            key="preview",
        )

    # --- changing --------------------------------------------------------------------------------

    def _on_saved(self, pane: ProgramDetail, row: ProgramRow | None) -> None:
        program_id = row.id if row else self._doors.new_id()

        def saved(_done: Done) -> None:
            pane.settle()
            if row is None:
                self._pending = program_id  # its pane opens, to be bound
                self._page = RECOGNITION

        command = pane.command(self._doors.stamp(), program_id)
        self._doors.change(pane, command, then=saved, failed=pane.show_error)

    def _on_bind(
        self, pane: ProgramDetail, row: ProgramRow, kind: BindingKind, target: object
    ) -> None:
        command = c.BindProgram(
            **self._doors.stamp(),
            binding_id=self._doors.new_id(),
            program_id=row.id,
            kind=kind,
            **_target(kind, target),
        )

        def bound(_done: Done) -> None:
            if pane.recognition is not None:
                pane.recognition.forget_typed()

        self._doors.change(pane, command, then=bound, failed=pane.show_error)

    @Slot(object)
    def _on_binding_ended(self, binding_id: UUID) -> None:
        self._doors.change(self, c.EndBinding(**self._doors.stamp(), binding_id=binding_id))

    def _on_retired(self, row: ProgramRow, retired: bool) -> None:
        self._fold()
        command = c.RetireProgram(**self._doors.stamp(), program_id=row.id, retired=retired)
        self._doors.change(self, command)


def _target(kind: BindingKind, target: object) -> dict[str, Any]:
    field = {
        BindingKind.SENDER: "sender_id",
        BindingKind.MESSAGING_SERVICE: "service_id",
        BindingKind.PATTERN: "pattern",
    }[kind]
    return {field: target}


def _columns() -> list[Column]:
    return [
        Column(tr("programs", "Program"), words.name_cell, 180),
        Column(tr("programs", "Kind"), words.kind_cell, 132),
        Column(tr("programs", "Recognised by"), words.bindings_cell, 180),
        Column(tr("programs", "Waiting"), words.waiting_cell, 92, sorts=lambda row: -row.waiting),
    ]
