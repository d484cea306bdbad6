"""The table of what the workspace did not do, and what can be done with one (algorithms 2.5)."""

from __future__ import annotations

from datetime import tzinfo
from functools import partial

from PySide6.QtCore import QObject, Qt, Signal, Slot
from PySide6.QtGui import QKeySequence, QShortcut
from PySide6.QtWidgets import QWidget

from sms_desk.domain.plain_text import display_name, display_text, preview
from sms_desk.services.team_rows import Returned, ReturnedState
from sms_desk.ui.doors import Doors
from sms_desk.ui.team.returned import ReturnedKeeper, act, actions_of
from sms_desk.ui.team.words import reason_words, returned_title, whom_words
from sms_desk.ui.widgets.buttons import Button, plain, primary, quiet
from sms_desk.ui.widgets.forms import Form
from sms_desk.ui.widgets.table import Cell, Column, Table
from sms_desk.ui.widgets.times import clock_words
from sms_desk.ui.widgets.words import tr

_SIGNS = {
    ReturnedState.HELD: ("nudge", "hand"),
    ReturnedState.REFUSED: ("error", "undo-2"),
}


def what_cell(row: Returned) -> Cell:
    ink, icon = _SIGNS[row.state]
    return Cell(display_name(row.label, 60), whom_words(row), ink=ink, icon=icon)


def why_cell(row: Returned) -> Cell:
    words = preview(row.text, 200)
    return Cell(words or reason_words(row), reason_words(row) if words else "")


class ReturnedSection(QObject):
    detail_wanted = Signal(object)
    """A widget for the screen's pane, or None to fold it away."""
    conversation_opened = Signal(object)

    def __init__(self, keeper: ReturnedKeeper, doors: Doors, zone: tzinfo, screen: QWidget) -> None:
        super().__init__(screen)
        self._keeper = keeper
        self._now = doors.desk.now
        self._zone = zone
        self._shown: Returned | None = None
        self._first: Button | None = None
        self.table = Table(
            [
                Column(tr("outbox", "What"), what_cell, 200),
                Column(tr("outbox", "Your words, and why"), why_cell, 420),
                Column(tr("outbox", "When"), self._at_cell, 120, sorts=lambda row: row.at),
            ],
            tr("outbox", "Returned"),
            empty=tr(
                "outbox", "Nothing came back. What the workspace does not do stands here, whole."
            ),
        )
        self.table.sortByColumn(2, Qt.SortOrder.DescendingOrder)
        self.table.row_chosen.connect(self._on_row_chosen)
        self.table.activated.connect(self._on_activated)
        drop = QShortcut(QKeySequence.StandardKey.Delete, self.table)
        drop.setContext(Qt.ShortcutContext.WidgetShortcut)
        drop.activated.connect(self._on_drop_pressed)
        keeper.changed.connect(self._show)
        self._show()
        keeper.read()

    @Slot()
    def _show(self) -> None:
        self.table.show_rows(self._keeper.rows())

    def _at_cell(self, row: Returned) -> Cell:
        return Cell(clock_words(row.at, self._now(), self._zone), ink="secondary")

    @Slot(object)
    def _on_row_chosen(self, row: Returned | None) -> None:
        if row != self._shown:
            self._shown, self._first = row, None
            self.detail_wanted.emit(None if row is None else self._pane(row))

    @Slot()
    def _on_activated(self) -> None:
        """Enter goes on into the pane."""
        if self._first is not None:
            self._first.setFocus(Qt.FocusReason.TabFocusReason)

    @Slot()
    def _on_drop_pressed(self) -> None:
        if self._shown is not None:
            self._keeper.drop(self._shown)

    def _pane(self, row: Returned) -> QWidget:
        pane = Form()
        pane.add_title(returned_title(row))
        pane.add_words(reason_words(row))
        if whom := whom_words(row):
            pane.add_words(tr("outbox", "About {who}").replace("{who}", whom))
        if row.text:
            pane.add_words(display_text(row.text))
        for deed, words in actions_of(row):
            made = primary if deed == "repeat" else quiet if deed == "drop" else plain
            button = made(words)
            button.clicked.connect(partial(act, self._keeper, deed, row))
            self._first = self._first or button
            pane.add_widget(button, at_start=True)
        if row.conversation_id is not None:
            open_ = quiet(tr("outbox", "Open conversation"))
            open_.clicked.connect(lambda: self.conversation_opened.emit(row.conversation_id))
            pane.add_widget(open_, at_start=True)
        return pane
