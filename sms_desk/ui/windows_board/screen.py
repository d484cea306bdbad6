"""Open WhatsApp windows across reps, the first to close first (R42).

The time left is painted from the clock; rows are read again when something changes, and when the
first window has closed.
"""

from __future__ import annotations

from datetime import datetime, tzinfo
from functools import partial
from typing import Final
from uuid import UUID

from PySide6.QtCore import QModelIndex, QPoint, Qt, QTimer, Signal, Slot
from PySide6.QtGui import QKeySequence, QShortcut
from PySide6.QtWidgets import QMenu, QWidget

from sms_desk.domain import commands as c
from sms_desk.domain import whatsapp_window
from sms_desk.domain.changes import Changes, Thing
from sms_desk.domain.frozen import dataclass
from sms_desk.domain.plain_text import display_name
from sms_desk.services import directory, windows
from sms_desk.services.context import Context
from sms_desk.services.rows import Cursor, PersonRow, WindowPage, WindowRow
from sms_desk.services.windows import WindowFilter
from sms_desk.ui.bus import Bus
from sms_desk.ui.doors import Doors
from sms_desk.ui.widgets.buttons import primary
from sms_desk.ui.widgets.durations import left_words
from sms_desk.ui.widgets.forms import Form
from sms_desk.ui.widgets.menu_button import MenuButton
from sms_desk.ui.widgets.screen import Screen
from sms_desk.ui.widgets.table import Cell, Column, Table
from sms_desk.ui.widgets.text import menu_text
from sms_desk.ui.widgets.words import tr
from sms_desk.ui.windows_board import words
from sms_desk.ui.windows_board.filters import BoardFilters

_GATHER_MS: Final = 300
"""Messages come in bursts: the board is read a few times a second at most."""
_TURN_MS: Final = 15_000
_MOST_AGAIN: Final = 1_000
"""As many rows as one read brings back after a change; more come by scrolling."""
_TOUCHING: Final = (
    Thing.CONVERSATION,
    Thing.MESSAGE,
    Thing.PERSON,
    Thing.SENDER,
    Thing.SETTING,
    Thing.CONTACT,
)


@dataclass(frozen=True, slots=True)
class Board:
    page: WindowPage
    people: tuple[PersonRow, ...]


def board(ctx: Context, wanted: WindowFilter, limit: int) -> Board:
    """Both in one snapshot."""
    return Board(windows.page(ctx, wanted, limit=limit), directory.everybody(ctx))


class WindowsScreen(Screen):
    conversation_opened = Signal(object)
    """Its id."""

    def __init__(
        self, doors: Doors, bus: Bus, zone: tzinfo, me: UUID, parent: QWidget | None = None
    ) -> None:
        self._now = doors.desk.now
        self._zone = zone
        self._table = Table(self._columns(), tr("windows", "Open WhatsApp windows"))
        super().__init__(tr("windows", "WhatsApp windows"), self._table, parent)
        self._doors = doors
        self._me = me
        self._people: tuple[PersonRow, ...] = ()
        self._shown: WindowRow | None = None
        self._rows: tuple[WindowRow, ...] = ()
        self._next: Cursor | None = None
        self._filters = BoardFilters(me, self)
        for chip in (
            self._filters.mine,
            self._filters.rep,
            self._filters.unattended,
            self._filters.within,
        ):
            self.add_control(chip)
        self._pause = QTimer(self)
        self._pause.setSingleShot(True)
        self._pause.setInterval(_GATHER_MS)
        self._pause.timeout.connect(self._read)
        self._turn = QTimer(self)
        self._turn.setInterval(_TURN_MS)
        self._turn.timeout.connect(self._on_turn)
        self._turn.start()
        self._connect(bus)
        self._read()

    def _connect(self, bus: Bus) -> None:
        self._filters.changed.connect(self._on_filtered)
        self._table.row_chosen.connect(self._on_row_chosen)
        self._table.activated.connect(self._on_activated)
        self._table.verticalScrollBar().valueChanged.connect(self._on_scrolled)
        bus.changed.connect(self._on_changed)
        shortcut = QShortcut(QKeySequence("A"), self._table, self._on_assign_key)
        shortcut.setContext(Qt.ShortcutContext.WidgetShortcut)  # a letter, only while it has focus

    def _columns(self) -> list[Column]:
        return [
            Column(
                tr("windows", "Time left"),
                lambda row: words.left_cell(row, self._now()),
                160,
                sorts=lambda row: row.closes_at,
            ),
            Column(tr("windows", "Contact"), words.contact_cell, 190),
            Column(
                tr("windows", "Sender ID"),
                lambda row: Cell(display_name(row.sender_label), ink="secondary"),
                120,
            ),
            Column(
                tr("windows", "Owner"),
                lambda row: words.owner_cell(row, self._now(), self._zone),
                160,
            ),
            Column(
                tr("windows", "Waiting"),
                lambda row: words.waiting_cell(row, self._now()),
                145,
                sorts=lambda row: row.waiting_since or self._now(),
            ),
            Column(tr("windows", "Last message"), words.message_cell, 190),
        ]

    # --- reading ---------------------------------------------------------------------------------

    @Slot()
    def _read(self) -> None:
        limit = min(max(len(self._rows), windows.PAGE), _MOST_AGAIN)
        self._doors.read(
            self, board, self._filters.wanted(), limit, then=self._on_read, key="board"
        )

    def _on_read(self, found: Board) -> None:
        self._people = found.people
        self._filters.set_people(found.people)
        self._show(found.page.rows, found.page.next)

    def _show(self, rows: tuple[WindowRow, ...], following: Cursor | None) -> None:
        self._rows, self._next = rows, following
        self._table.set_empty(self._empty_words())
        self._table.show_rows(rows)

    def _empty_words(self) -> str:
        if self._filters.wanted() == WindowFilter():
            return tr(
                "windows",
                "No WhatsApp window is open. One opens for 24 hours whenever a contact writes.",
            )
        if self._filters.wanted() == WindowFilter(unattended=True):
            return tr("windows", "Somebody will be there for every open window.")
        return tr("windows", "No open window matches.")

    @Slot(int)
    def _on_scrolled(self, value: int) -> None:
        bar = self._table.verticalScrollBar()
        if self._next is not None and value >= bar.maximum() - bar.pageStep():
            after, self._next = self._next, None
            self._doors.read(
                self,
                windows.page,
                self._filters.wanted(),
                after,
                then=self._on_more,
                key="board",
            )

    def _on_more(self, page: WindowPage) -> None:
        self._show((*self._rows, *page.rows), page.next)

    @Slot(object)
    def _on_changed(self, changes: Changes) -> None:
        if any(changes.touches(thing) for thing in _TOUCHING) and not self._pause.isActive():
            self._pause.start()

    @Slot()
    def _on_filtered(self) -> None:
        self._rows = ()
        self._table.verticalScrollBar().setValue(0)
        self._read()

    @Slot()
    def _on_turn(self) -> None:
        """Time goes on: paint it, and let go what has closed."""
        now = self._now()
        if self._rows and self._rows[0].closes_at <= now:
            self._read()
        elif self.isVisible():
            self._table.viewport().update()
            if self._shown is not None:
                self._show_left(now)

    # --- one row -----------------------------------------------------------------------------------

    @Slot(QModelIndex)
    def _on_activated(self, index: QModelIndex) -> None:
        self.conversation_opened.emit(self._table.rows()[index.row()].id)

    @Slot(object)
    def _on_row_chosen(self, row: WindowRow | None) -> None:
        if row != self._shown:
            self._shown = row
            self.show_detail(None if row is None else self._pane(row))

    def _pane(self, row: WindowRow) -> QWidget:
        pane = Form()
        pane.add_title(display_name(row.contact_name) or row.peer)
        self._said_left = pane.add_words("")
        self._show_left(self._now())
        if row.gap is not None:
            said = pane.add_words(words.gap_sentence(row, self._now(), self._zone))
            said.set_tone("error")
        pane.add_words(words.message_text(row, 600))
        open_ = primary(tr("windows", "Open conversation"))
        open_.clicked.connect(lambda: self.conversation_opened.emit(row.id))
        pane.add_widget(open_, at_start=True)
        assign = MenuButton(tr("windows", "Assign to…"), icon="user-plus")
        assign.about_to_show.connect(lambda: self._fill_assign(assign.options(), row))
        pane.add_widget(assign, at_start=True)
        return pane

    def _show_left(self, now: datetime) -> None:
        assert self._shown is not None
        left = left_words(whatsapp_window.time_left(self._shown.closes_at, now))
        owner = display_name(self._shown.owner_name) or tr("windows", "owned by nobody")
        said = tr("windows", "{left} left").replace("{left}", left)
        self._said_left.setText(f"{said} · {display_name(self._shown.sender_label)} · {owner}")

    # --- given to somebody else ----------------------------------------------------------------------

    @Slot()
    def _on_assign_key(self) -> None:
        row = self._table.chosen()
        if row is None:
            return
        menu = QMenu(self)
        self._fill_assign(menu, row)
        menu.aboutToHide.connect(menu.deleteLater)
        rect = self._table.visualRect(self._table.currentIndex())
        menu.popup(self._table.viewport().mapToGlobal(QPoint(rect.left() + 24, rect.bottom())))
        menu.setActiveAction(menu.actions()[0])

    def _fill_assign(self, menu: QMenu, row: WindowRow) -> None:
        menu.clear()
        menu.setAccessibleName(tr("windows", "Assign to"))
        if row.owner_id != self._me:
            menu.addAction(tr("windows", "Me")).triggered.connect(
                partial(self._assign, row.id, self._me)
            )
        for person in self._people:
            if person.id not in (self._me, row.owner_id) and not person.suspended:
                action = menu.addAction(menu_text(display_name(person.name)))
                action.triggered.connect(partial(self._assign, row.id, person.id))
        if row.owner_id is not None:
            menu.addSeparator()
            menu.addAction(tr("windows", "Nobody")).triggered.connect(
                partial(self._assign, row.id, None)
            )

    def _assign(self, conversation_id: UUID, owner_id: UUID | None, _checked: bool = False) -> None:
        """The toast that tells of it offers to take it back."""
        self._doors.change(
            self,
            c.Assign(
                **self._doors.stamp(), targets=c.Targets.one(conversation_id), owner_id=owner_id
            ),
        )
