"""The texts that are registered with India's operators (R41)."""

from __future__ import annotations

from functools import partial
from pathlib import Path
from uuid import UUID

from PySide6.QtCore import QObject, Slot
from PySide6.QtWidgets import QHBoxLayout, QWidget

from sms_desk.domain import commands as c
from sms_desk.domain import dlt_import
from sms_desk.domain.changes import Changes, Thing
from sms_desk.domain.errors import StorageError
from sms_desk.domain.frozen import dataclass
from sms_desk.domain.model import Channel, Role
from sms_desk.domain.plain_text import display_name, preview
from sms_desk.services import dlt_texts, senders
from sms_desk.services.context import Context
from sms_desk.services.dlt_texts import Comparison, DltTemplateRow
from sms_desk.services.executor import Done
from sms_desk.ui.bus import Bus
from sms_desk.ui.doors import Doors
from sms_desk.ui.templates.india_pane import (
    CheckText,
    ImportReport,
    IndiaText,
    IndiaTextShown,
)
from sms_desk.ui.templates.india_words import header_words, kind_words
from sms_desk.ui.widgets.buttons import plain, primary
from sms_desk.ui.widgets.outside import ask_what_to_open
from sms_desk.ui.widgets.section import Section
from sms_desk.ui.widgets.table import Cell, Column, Table
from sms_desk.ui.widgets.words import tr


@dataclass(frozen=True, slots=True)
class Texts:
    """The rows, the sender IDs that one can be for, and whether the reader may change them."""

    rows: tuple[DltTemplateRow, ...]
    senders: tuple[tuple[UUID, str, str], ...]
    may_change: bool


def texts(ctx: Context) -> Texts:
    return Texts(
        dlt_texts.listing(ctx, retired=True),
        tuple((id_, shown, label) for id_, shown, label, _ in senders.linkable(ctx, Channel.SMS)),
        ctx.actor.role is Role.ADMIN,
    )


class IndiaTexts(Section):
    """Admins keep them; everybody reads them, and checks a text before it is sent."""

    def __init__(self, doors: Doors, bus: Bus, parent: QObject) -> None:
        table = Table(_columns(), tr("dlt", "Texts registered in India"))
        super().__init__("india", tr("dlt", "India DLT"), table, parent)
        self._doors = doors
        self._found = Texts((), (), may_change=False)
        self._shown: UUID | None = None
        check = plain(tr("dlt", "Check a text"))
        check.clicked.connect(self.show_check)
        self._for_admins = QWidget()
        self._import, self._add = plain(tr("dlt", "Import…")), primary(tr("dlt", "Add"))
        self._import.clicked.connect(self._on_import_clicked)
        self._add.clicked.connect(self.show_new)
        line = QHBoxLayout(self._for_admins)
        line.setContentsMargins(0, 0, 0, 0)
        line.setSpacing(8)
        for button in (self._import, self._add):
            button.hide()
            line.addWidget(button)
        self.buttons = (check, self._for_admins)
        table.row_chosen.connect(self._on_row_chosen)
        bus.changed.connect(self._on_changed)
        self._read()

    def _read(self) -> None:
        self._doors.read(self, texts, then=self._on_read, key="india")

    def _on_read(self, found: Texts) -> None:
        self._found = found
        for button in (self._import, self._add):
            button.setVisible(found.may_change)
        self.table.set_empty(_empty_words(may_change=found.may_change))
        self.table.show_rows(found.rows)

    @Slot(object)
    def _on_changed(self, changes: Changes) -> None:
        touched = (Thing.DLT_TEMPLATE, Thing.SENDER, Thing.PERSON)
        if any(changes.touches(thing) for thing in touched):
            self._read()

    # --- one text ----------------------------------------------------------------------------------

    @Slot(object)
    def _on_row_chosen(self, row: DltTemplateRow | None) -> None:
        if row is None:
            if self._shown is not None:
                self._fold()
        elif row.id != self._shown:
            self._shown = row.id
            if self._found.may_change:
                self._edit(row)
            else:
                self.detail_wanted.emit(IndiaTextShown(row))

    @Slot()
    def show_new(self) -> None:
        """A pane for one more."""
        self.table.choose(None)
        self._edit(None)

    def _edit(self, row: DltTemplateRow | None) -> None:
        pane = IndiaText(row, self._found.senders)
        pane.saved.connect(partial(self._on_saved, pane, row))
        pane.retired.connect(partial(self._on_retired, row))
        pane.closed.connect(self._fold)
        self.detail_wanted.emit(pane)
        if row is None:
            pane.focus_first()

    @Slot()
    def _fold(self) -> None:
        self._shown = None
        self.detail_wanted.emit(None)
        self.table.choose(None)

    def _on_saved(self, pane: IndiaText, row: DltTemplateRow | None) -> None:
        def saved(_done: Done) -> None:
            self._fold()

        command = pane.command(self._doors.stamp(), row.id if row else self._doors.new_id())
        self._doors.change(pane, command, then=saved, failed=pane.show_error)

    def _on_retired(self, row: DltTemplateRow | None, retired: bool) -> None:
        if row is not None:
            self._fold()
            stamp = self._doors.stamp()
            command = c.RetireDltTemplate(**stamp, template_id=row.id, retired=retired)
            self._doors.change(self, command)

    # --- checking ----------------------------------------------------------------------------------

    @Slot()
    def show_check(self) -> None:
        """A pane to try a text in."""
        self.table.choose(None)
        pane = CheckText(self._found.senders)
        pane.asked.connect(partial(self._on_asked, pane))
        pane.closed.connect(self._fold)
        self.detail_wanted.emit(pane)
        pane.text.setFocus()

    def _on_asked(self, pane: CheckText, text: str, sender_id: UUID | None) -> None:
        self._doors.read(pane, _compared, text, sender_id, then=pane.show_found, key="check")

    # --- a file ------------------------------------------------------------------------------------

    @Slot()
    def _on_import_clicked(self) -> None:
        window, title = self.table.window(), tr("dlt", "Import registered texts")
        path = ask_what_to_open(window, title, "CSV (*.csv *.txt);;* (*)")
        if path is not None:
            self.import_file(path)

    def import_file(self, path: Path) -> None:
        """Read it beside the window, and say what it would bring."""
        self.table.choose(None)
        pane = ImportReport(path.name)
        pane.closed.connect(self._fold)
        self.detail_wanted.emit(pane)
        self._doors.call(
            pane,
            lambda: self._planned(path),
            then=partial(self._on_planned, pane),
            failed=pane.show_wrong,
        )

    def _planned(self, path: Path) -> tuple[c.DltText, ...]:
        try:
            with path.open("rb") as opened:
                data = opened.read(dlt_import.LARGEST + 1)
        except OSError as error:
            raise StorageError(
                f"The file cannot be read ({error.strerror}).", "Check its rights."
            ) from error
        return self._doors.desk.read(dlt_texts.texts_of, dlt_import.read(data), self._doors.new_id)

    def _on_planned(self, pane: ImportReport, found: tuple[c.DltText, ...]) -> None:
        there = {(row.dlt_id, row.sender_id) for row in self._found.rows}
        known = sum((text.dlt_id, text.sender_id) in there for text in found)
        pane.show_ready(len(found), known)
        pane.applied.connect(partial(self._import_texts, pane, found))

    def _import_texts(self, pane: ImportReport, found: tuple[c.DltText, ...]) -> None:
        pane.apply.setEnabled(False)

        def imported(_done: Done) -> None:
            self._fold()

        command = c.ImportDltTemplates(**self._doors.stamp(), texts=found)
        self._doors.change(pane, command, then=imported, failed=pane.show_wrong)


def _compared(ctx: Context, text: str, sender_id: UUID | None) -> Comparison:
    return dlt_texts.compare(ctx, text, sender_id=sender_id)


def _empty_words(*, may_change: bool) -> str:
    if may_change:
        return tr("dlt", "Add a text as India's operators registered it, or import a CSV file.")
    return tr("dlt", "No text is registered in India. An admin can add or import them.")


def _columns() -> list[Column]:
    return [
        Column(tr("dlt", "Name"), _name, 165, sorts=lambda row: (row.retired, row.name.casefold())),
        Column(
            tr("dlt", "Template ID"),
            lambda row: Cell(row.dlt_id, row.entity_id, ink="secondary"),
            215,
        ),
        Column(
            tr("dlt", "Header"),
            lambda row: Cell(header_words(row.sender), kind_words(row.kind)),
            165,
        ),
        Column(tr("dlt", "Text"), lambda row: Cell(preview(row.body, 200)), 335),
    ]


def _name(row: DltTemplateRow) -> Cell:
    if row.retired:
        return Cell(display_name(row.name), tr("dlt", "retired"), ink="secondary")
    return Cell(display_name(row.name), strong=True)
