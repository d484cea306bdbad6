"""The brief of whoever comes back: what happened, who spoke, what is open, who keeps it (R27)."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import tzinfo
from functools import partial
from typing import Final
from uuid import UUID

from PySide6.QtCore import QEvent, QModelIndex, QObject, Qt, Signal, Slot
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QWidget
from typing_extensions import override

from sms_desk.domain import commands as c
from sms_desk.domain.errors import DeskError
from sms_desk.domain.model import TeamState
from sms_desk.domain.plain_text import display_name, display_text, preview
from sms_desk.services import absences
from sms_desk.services.absence_rows import Brief, BriefRow
from sms_desk.services.executor import Done
from sms_desk.ui.cover.words import name_of, tr
from sms_desk.ui.doors import Doors
from sms_desk.ui.widgets.buttons import plain, primary
from sms_desk.ui.widgets.forms import Form
from sms_desk.ui.widgets.screen import Screen
from sms_desk.ui.widgets.table import Cell, Column, Table
from sms_desk.ui.widgets.text import label, set_tip
from sms_desk.ui.widgets.times import age_words, clock_words

_BACK: Final = "back"
_LEAVE: Final = "leave"
_OPEN_COLUMN: Final = 2


class _Line:
    """A row of the table: what the brief says, and what the person decides."""

    def __init__(self, at: int, row: BriefRow, decided: str) -> None:
        self.at = at
        self.id = row.conversation_id
        self.row = row
        self.decided = decided

    @property
    def possible(self) -> str:
        """What can be decided: what a substitute kept comes back, what one owns can be left; what
        was assigned on purpose stays."""
        if self.row.taken_over_by is not None:
            return _BACK if self.row.kept else ""
        return _LEAVE if self.row.spoke or self.row.open else ""


def _moved_words(row: BriefRow) -> str:
    """How it came to be somebody else's, where no substitute kept it."""
    if row.moved_by is None:
        return tr("assigned since")
    return tr("assigned by {name}").replace("{name}", display_name(row.moved_by, 20))


class BriefScreen(Screen):
    closed = Signal()
    conversation_opened = Signal(object)

    def __init__(self, doors: Doors, zone: tzinfo, parent: QWidget | None = None) -> None:
        self._doors, self._zone = doors, zone
        self._table = Table(
            self._columns(),
            tr("What happened"),
            empty=tr("Nothing happened while you were away, and nothing is open."),
        )
        super().__init__(tr("Brief"), self._table, parent)
        self._absence_id: UUID | None = None
        self._returned = ""
        self._decided: dict[UUID, str] = {}
        self._lines: list[_Line] = []
        self._said = label("", "snippet", tone="secondary", parent=self)
        self.add_control(self._said)
        self._all_back = plain(tr("Take all back"), icon="undo-2", parent=self)
        self._all_left = plain(tr("Leave all"), parent=self)
        set_tip(self._all_left, tr("Every open one stays with who answered it."))
        for button, decision in ((self._all_back, _BACK), (self._all_left, _LEAVE)):
            button.clicked.connect(partial(self._decide_all, decision))
            self.add_button(button)
        self._done = primary(tr("Done"), icon="check", parent=self)
        self._done.clicked.connect(self._on_done)
        self.add_button(self._done)
        self._table.row_chosen.connect(self._on_row_chosen)
        self._table.activated.connect(self._on_activated)
        self._table.installEventFilter(self)
        self._table.sortByColumn(_OPEN_COLUMN, Qt.SortOrder.AscendingOrder)  # as the service says

    def _columns(self) -> list[Column]:
        return [
            Column(tr("Contact"), self._contact_cell, 170),
            Column(tr("What happened"), self._happened_cell, 190),
            Column(tr("Open"), self._open_cell, 195, sorts=lambda line: line.at),
            Column(tr("Now with"), self._owner_cell, 150),
            Column(
                tr("Last message"),
                lambda line: Cell(preview(line.row.last_text, 200), ink="secondary"),
                220,
            ),
        ]

    def _contact_cell(self, line: _Line) -> Cell:
        name = display_name(line.row.contact_name)
        return Cell(name or line.row.peer, line.row.peer if name else "", strong=True)

    def _happened_cell(self, line: _Line) -> Cell:
        row = line.row
        said = [
            tr("%n in", row.inbound) if row.inbound else "",
            tr("%n out", row.outbound) if row.outbound else "",
            tr("%n note(s)", row.notes) if row.notes else "",
        ]
        who = ", ".join(f"{display_name(name, 20)} {n}" for _, name, n in row.spoke[:3])
        return Cell(", ".join(filter(None, said)) or tr("nothing new"), who)

    def _open_cell(self, line: _Line) -> Cell:
        row = line.row
        if row.waiting_since is not None:
            age = age_words(self._doors.desk.now() - row.waiting_since)
            return Cell(tr("waiting {age}").replace("{age}", age), ink="waiting", icon="clock")
        if row.state is TeamState.SNOOZED:
            return Cell(tr("snoozed"), ink="secondary", icon="alarm-clock")
        return Cell(
            tr("open") if row.open else tr("closed"), ink="text" if row.open else "secondary"
        )

    def _owner_cell(self, line: _Line) -> Cell:
        taken = line.row.taken_over_by
        if line.decided == _BACK:
            again = tr("{name} again").replace("{name}", self._returned)
            return Cell(again, ink="accent", icon="undo-2")
        if line.decided == _LEAVE:
            return Cell(tr("left with who answered"), ink="accent", icon="check")
        if taken is not None:
            if line.row.kept:
                return Cell(display_name(taken, 30), tr("kept it"), ink="nudge", icon="hand")
            return Cell(display_name(taken, 30), _moved_words(line.row), ink="secondary")
        return Cell(self._returned, ink="secondary")

    # --- reading ---------------------------------------------------------------------------------

    def show_absence(self, absence_id: UUID) -> None:
        self._absence_id = absence_id
        self._decided = {}
        self._doors.read(self, absences.brief, absence_id, then=self._show, key="brief")

    def _show(self, brief: Brief) -> None:
        name = name_of(brief.absence.person_name)
        mine = brief.absence.person_id == self._doors.desk.person_id
        self._returned = tr("You") if mine else name
        counts = f"{tr('%n in', brief.inbound)}, {tr('%n out', brief.outbound)}"
        who = (
            tr("while you were away")
            if mine
            else tr("while {name} was away").replace("{name}", name)
        )
        self._said.setText(f"{counts} {who}")
        self._show_rows(brief.rows)
        self._done.setEnabled(not brief.settled or bool(self._decided))
        if self._lines and self._table.chosen() is None:
            self._table.selectRow(0)

    def _show_rows(self, rows: Iterable[BriefRow]) -> None:
        decided = self._decided
        self._lines = [
            _Line(at, row, decided.get(row.conversation_id, "")) for at, row in enumerate(rows)
        ]
        self._table.show_rows(self._lines)
        for button, decision in ((self._all_back, _BACK), (self._all_left, _LEAVE)):
            button.setVisible(any(one.possible == decision for one in self._lines))

    # --- deciding --------------------------------------------------------------------------------

    @override
    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """B takes back, L leaves, for the chosen row."""
        if watched is self._table and isinstance(event, QKeyEvent) and not event.modifiers():
            decision = {Qt.Key.Key_B: _BACK, Qt.Key.Key_L: _LEAVE}.get(Qt.Key(event.key()))
            if event.type() == QEvent.Type.KeyPress and decision:
                line = self._table.chosen()
                if isinstance(line, _Line):
                    self._decide(line, decision)
                return True
        return super().eventFilter(watched, event)

    def _decide(self, line: _Line, decision: str) -> None:
        """Again takes the decision away. What is one's own cannot be taken back, nor left twice."""
        if decision != line.possible:
            return
        if self._decided.pop(line.id, "") != decision:
            self._decided[line.id] = decision
        self._show_decided()

    def _decide_all(self, decision: str, _checked: bool = False) -> None:
        """All of which it can be said and that are open; again takes it away from all."""
        ids = [
            one.id
            for one in self._lines
            if one.possible == decision and (one.row.open or decision == _BACK)
        ]
        if all(self._decided.get(id_) == decision for id_ in ids):
            for id_ in ids:
                self._decided.pop(id_, None)
        else:
            self._decided.update(dict.fromkeys(ids, decision))
        self._show_decided()

    def _show_decided(self) -> None:
        self._show_rows([one.row for one in self._lines])
        self._done.setEnabled(True)
        self._on_row_chosen(self._table.chosen())

    @Slot(object)
    def _on_row_chosen(self, line: _Line | None) -> None:
        self.show_detail(None if line is None else self._about(line))

    def _about(self, line: _Line) -> QWidget:
        row = line.row
        form = Form(self)
        form.add_title(name_of(row.contact_name) if row.contact_name else row.peer)
        now = self._doors.desk.now()
        last = clock_words(row.last_at, now, self._zone) if row.last_at else ""
        form.add_words(" · ".join(filter(None, (display_name(row.sender_label, 40), last))))
        form.add_words(display_text(row.last_text[:600]))
        for _, name, n in row.spoke:
            form.add_words(tr("{name} wrote %n time(s)", n).replace("{name}", name_of(name)))
        if row.kept:
            back = plain(tr("Take back"), icon="undo-2", parent=form)
            back.clicked.connect(lambda: self._decide(line, _BACK))
            form.add_widget(back, at_start=True)
        elif line.possible:
            leave = plain(tr("Leave with who answered"), icon="check", parent=form)
            leave.clicked.connect(lambda: self._decide(line, _LEAVE))
            form.add_widget(leave, at_start=True)
        if row.taken_over_by is not None and not row.kept:
            form.add_words(tr("Nobody kept it from the cover: it was assigned, and stays."))
        there = plain(tr("Open the conversation"), parent=form)
        there.clicked.connect(lambda: self.conversation_opened.emit(line.id))
        form.add_widget(there, at_start=True)
        form.add_words(tr("In the table: B takes back, L leaves, Enter opens."))
        return form

    @Slot(QModelIndex)
    def _on_activated(self, index: QModelIndex) -> None:
        self.conversation_opened.emit(self._table.rows()[index.row()].id)

    @Slot()
    def _on_done(self) -> None:
        """One batch, and one undo."""
        if self._absence_id is None:
            return
        decided = self._decided
        command = c.SettleBrief(
            **self._doors.stamp(),
            absence_id=self._absence_id,
            taken_back=tuple(id_ for id_, one in decided.items() if one == _BACK),
            left=tuple(id_ for id_, one in decided.items() if one == _LEAVE),
        )
        self._doors.change(self, command, then=self._on_settled, failed=self._on_failed)

    def _on_settled(self, _done: Done) -> None:
        self.closed.emit()

    def _on_failed(self, error: DeskError) -> None:
        self._said.setText(f"{error.title} {error.next_step}".strip())
        self._said.set_tone("error")
