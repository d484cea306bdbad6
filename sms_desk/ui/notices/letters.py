"""The templates of e-mail, which admins keep and holdings name (R21)."""

from __future__ import annotations

from datetime import tzinfo
from functools import partial

from PySide6.QtCore import QObject, Slot

from sms_desk.domain import commands as c
from sms_desk.domain.changes import Changes, Thing
from sms_desk.domain.errors import UsageError
from sms_desk.domain.frozen import dataclass
from sms_desk.domain.plain_text import display_name, preview
from sms_desk.services import notices
from sms_desk.services.context import Context
from sms_desk.services.executor import Done
from sms_desk.services.notices import NoticeTemplateRow
from sms_desk.ui.bus import Bus
from sms_desk.ui.doors import Doors
from sms_desk.ui.notices.letter_pane import LetterPane
from sms_desk.ui.widgets.buttons import primary
from sms_desk.ui.widgets.section import Section
from sms_desk.ui.widgets.table import Cell, Column, Table
from sms_desk.ui.widgets.times import date_words
from sms_desk.ui.widgets.words import tr


@dataclass(frozen=True, slots=True)
class Found:
    rows: tuple[NoticeTemplateRow, ...]
    variables: tuple[tuple[str, str], ...]


def found(ctx: Context) -> Found:
    return Found(notices.templates(ctx, retired=True), notices.variables())


class Letters(Section):
    def __init__(self, doors: Doors, bus: Bus, zone: tzinfo, parent: QObject) -> None:
        self._doors = doors
        self._zone = zone
        table = Table(self._columns(), tr("notices", "E-mail templates"))
        super().__init__("letters", tr("notices", "E-mail templates"), table, parent)
        self._found = Found((), ())
        self._shown: str | None = None
        self.add = primary(tr("notices", "Add"))
        self.add.clicked.connect(self.show_new)
        self.buttons = (self.add,)
        table.row_chosen.connect(self._on_row_chosen)
        bus.changed.connect(self._on_changed)
        self._read()

    def _columns(self) -> list[Column]:
        return [
            Column(
                tr("notices", "Name"),
                _name_cell,
                170,
                sorts=lambda r: (r.retired, not r.shipped, r.name),
            ),
            Column(tr("notices", "Subject"), lambda row: Cell(preview(row.subject, 200)), 300),
            Column(tr("notices", "Named by"), _used_cell, 220),
            Column(tr("notices", "Changed"), self._changed_cell, 120, sorts=_changed_at),
        ]

    def _changed_cell(self, row: NoticeTemplateRow) -> Cell:
        if row.changed_at is None:
            return Cell("")
        words = date_words(row.changed_at, self._doors.desk.now(), self._zone)
        return Cell(words, ink="secondary")

    def _read(self) -> None:
        self._doors.read(self, found, then=self._on_read, key="letters")

    def _on_read(self, read: Found) -> None:
        self._found = read
        self.table.show_rows(read.rows)

    @Slot(object)
    def _on_changed(self, changes: Changes) -> None:
        if any(changes.touches(thing) for thing in (Thing.NOTICE, Thing.SENDER)):
            self._read()

    # --- one template ------------------------------------------------------------------------------

    @Slot(object)
    def _on_row_chosen(self, row: NoticeTemplateRow | None) -> None:
        if row is None:
            if self._shown is not None:
                self._fold()
        elif row.name != self._shown:
            self._shown = row.name
            self._edit(row)

    @Slot()
    def show_new(self) -> None:
        """A pane for one more, which begins as the desk's own."""
        self.table.choose(None)
        first = next((row for row in self._found.rows if row.shipped), None)
        if first is not None:
            self._edit(first).focus_first()

    def _edit(self, row: NoticeTemplateRow) -> LetterPane:
        pane = LetterPane(row, self._found.variables)
        pane.preview_asked.connect(partial(self._on_preview_asked, pane))
        pane.saved.connect(partial(self._on_saved, pane, row))
        pane.retired.connect(partial(self._on_retired, row))
        pane.closed.connect(self._fold)
        self.detail_wanted.emit(pane)
        pane.ask()
        return pane

    @Slot()
    def _fold(self) -> None:
        self._shown = None
        self.detail_wanted.emit(None)
        self.table.choose(None)

    def _on_preview_asked(self, pane: LetterPane, subject: str, text: str, html: str) -> None:
        self._doors.run(
            pane,
            lambda: notices.preview_text(subject, text, html),
            then=pane.show_made,
            failed=pane.show_broken,
            key="preview",
        )

    def _on_saved(self, pane: LetterPane, row: NoticeTemplateRow) -> None:
        command = pane.command(self._doors.stamp())
        taken = {each.name.casefold() for each in self._found.rows if not each.shipped}
        if row.shipped and command.name.strip().casefold() in taken:
            name = display_name(command.name.strip())
            title = tr("notices", "There is a template “{name}” already.").replace("{name}", name)
            pane.show_error(UsageError(title, tr("notices", "Choose another name.")))
            return

        def saved(_done: Done) -> None:
            self._fold()

        self._doors.change(pane, command, then=saved, failed=pane.show_error)

    def _on_retired(self, row: NoticeTemplateRow, retired: bool) -> None:
        self._fold()
        stamp = self._doors.stamp()
        self._doors.change(self, c.RetireNoticeTemplate(**stamp, name=row.name, retired=retired))


def _name_cell(row: NoticeTemplateRow) -> Cell:
    if row.retired:
        return Cell(display_name(row.name), tr("notices", "retired"), ink="secondary")
    own = tr("notices", "the desk's own") if row.shipped else ""
    return Cell(display_name(row.name), own, strong=True)


def _used_cell(row: NoticeTemplateRow) -> Cell:
    return Cell(preview(", ".join(row.used_by), 200), ink="secondary")


def _changed_at(row: NoticeTemplateRow) -> float:
    return row.changed_at.timestamp() if row.changed_at else 0.0
