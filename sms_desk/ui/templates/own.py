"""The desk's own templates for free text, and the pane in which one is written (R36)."""

from __future__ import annotations

from functools import partial
from uuid import UUID

from PySide6.QtCore import QObject, Slot

from sms_desk.domain import commands as c
from sms_desk.domain.changes import Changes, Thing
from sms_desk.domain.model import Channel
from sms_desk.domain.plain_text import display_name, preview
from sms_desk.services import directory
from sms_desk.services.executor import Done
from sms_desk.services.rows import TemplateRow
from sms_desk.ui.bus import Bus
from sms_desk.ui.doors import Doors
from sms_desk.ui.templates.detail import TemplateDetail
from sms_desk.ui.widgets.buttons import primary
from sms_desk.ui.widgets.section import Section
from sms_desk.ui.widgets.table import Cell, Column, Table
from sms_desk.ui.widgets.words import tr


class OwnTemplates(Section):
    def __init__(self, doors: Doors, bus: Bus, parent: QObject) -> None:
        table = Table(
            _columns(),
            tr("templates", "Templates"),
            empty=tr("templates", "Add a reply that you write often. / brings it while writing."),
        )
        super().__init__("own", tr("templates", "Our own"), table, parent)
        self._doors = doors
        self._shown: UUID | None = None
        add = primary(tr("templates", "Add"))
        add.clicked.connect(self._on_add_clicked)
        self.buttons = (add,)
        table.row_chosen.connect(self._on_row_chosen)
        bus.changed.connect(self._on_changed)
        self._read()

    def _read(self) -> None:
        self._doors.read(self, directory.all_templates, then=self.table.show_rows, key="rows")

    @Slot(object)
    def _on_changed(self, changes: Changes) -> None:
        if changes.touches(Thing.TEMPLATE):
            self._read()

    @Slot(object)
    def _on_row_chosen(self, row: TemplateRow | None) -> None:
        if row is None:
            if self._shown is not None:
                self._fold()
        elif row.id != self._shown:
            self._show(row)

    @Slot()
    def _on_add_clicked(self) -> None:
        self.table.choose(None)
        self._show(None)

    def _show(self, row: TemplateRow | None) -> None:
        self._shown = row.id if row else None
        pane = TemplateDetail(row)
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

    def _on_saved(self, pane: TemplateDetail, row: TemplateRow | None) -> None:
        template_id = row.id if row else self._doors.new_id()

        def saved(_done: Done) -> None:
            self._fold()

        command = pane.command(self._doors.stamp(), template_id)
        self._doors.change(pane, command, then=saved, failed=pane.show_error)

    def _on_retired(self, row: TemplateRow | None) -> None:
        if row is not None:
            self._fold()
            self._doors.change(self, c.RetireTemplate(**self._doors.stamp(), template_id=row.id))


def channel_words(channel: Channel | None) -> str:
    if channel is None:
        return tr("templates", "any channel")
    return "WhatsApp" if channel is Channel.WHATSAPP else "SMS"


def _columns() -> list[Column]:
    return [
        Column(tr("templates", "Name"), lambda row: Cell(display_name(row.name), strong=True), 200),
        Column(
            tr("templates", "Keyword"),
            lambda row: Cell(f"/{row.keyword}" if row.keyword else "", ink="secondary"),
            120,
        ),
        Column(
            tr("templates", "Channel"),
            lambda row: Cell(channel_words(row.channel), ink="secondary"),
            110,
        ),
        Column(tr("templates", "Text"), lambda row: Cell(preview(row.body, 200)), 420),
    ]
