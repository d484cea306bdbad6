"""Who was told of what, how and when, where it stands, and why (R20, R21)."""

from __future__ import annotations

from datetime import datetime, tzinfo
from functools import partial
from typing import Final

from PySide6.QtCore import QModelIndex, QObject, Signal, Slot
from PySide6.QtWidgets import QHBoxLayout, QWidget

from sms_desk.domain import commands as c
from sms_desk.domain.changes import Changes, Thing
from sms_desk.domain.notices import State, Way
from sms_desk.domain.plain_text import display_name, display_text
from sms_desk.services import notices
from sms_desk.services.notices import NoticePage, NoticeRow, Wanted
from sms_desk.ui.bus import Bus
from sms_desk.ui.doors import Doors
from sms_desk.ui.notices.words import state_cell, way_words, what_cell, who_cell, why_cell
from sms_desk.ui.widgets.buttons import plain, primary, quiet
from sms_desk.ui.widgets.forms import Choice, Form
from sms_desk.ui.widgets.section import Section
from sms_desk.ui.widgets.table import Cell, Column, Table
from sms_desk.ui.widgets.text import ask
from sms_desk.ui.widgets.times import clock_words
from sms_desk.ui.widgets.words import tr

_TOGETHER: Final = 200
_MOST: Final = 2_000
"""Rows that are read again after a change; what is older is found by the filter."""
_TROUBLED: Final = (State.FAILED, State.IN_DOUBT)


class Told(Section):
    """may_repeat: whether whoever sits here may send an e-mail again."""

    conversation_opened = Signal(object)

    def __init__(
        self, doors: Doors, bus: Bus, zone: tzinfo, *, may_repeat: bool, parent: QObject
    ) -> None:
        self._zone = zone
        self._doors = doors
        table = Table(self._columns(), tr("notices", "What was told"))
        super().__init__("told", tr("notices", "What was told"), table, parent)
        self._may_repeat = may_repeat
        self._limit = _TOGETHER
        self._shown: NoticeRow | None = None
        self.states = Choice(_options())
        self.states.setAccessibleName(tr("notices", "State"))
        self.states.setMinimumWidth(150)
        self.older = plain(tr("notices", "Show older"))
        self.older.hide()
        head = QWidget()
        line = QHBoxLayout(head)
        line.setContentsMargins(0, 0, 0, 0)
        line.setSpacing(8)
        line.addWidget(self.older)
        line.addWidget(self.states)
        self.buttons = (head,)
        table.sortByColumn(0, table.horizontalHeader().sortIndicatorOrder())
        self.older.clicked.connect(self._on_older_clicked)
        self.states.currentIndexChanged.connect(self._on_state_chosen)
        table.row_chosen.connect(self._on_row_chosen)
        table.activated.connect(self._on_activated)
        bus.changed.connect(self._on_changed)
        self._read()

    def _columns(self) -> list[Column]:
        return [
            Column(
                tr("notices", "When"), self._when_cell, 120, sorts=lambda row: -row.at.timestamp()
            ),
            Column(tr("notices", "What"), what_cell, 190),
            Column(tr("notices", "To"), who_cell, 150),
            Column(tr("notices", "State"), state_cell, 190),
            Column(tr("notices", "Why"), why_cell, 330),
        ]

    def _when_cell(self, row: NoticeRow) -> Cell:
        return Cell(clock_words(row.at, self._now(), self._zone), ink="secondary")

    def _now(self) -> datetime:
        return self._doors.desk.now()

    # --- reading -----------------------------------------------------------------------------------

    def _read(self) -> None:
        wanted = Wanted(states=self.states.value(), limit=self._limit)
        self._doors.read(self, notices.page, wanted, then=self._on_read, key="told")

    def _on_read(self, found: NoticePage) -> None:
        self.older.setVisible(found.more and self._limit < _MOST)
        self.table.set_empty(_empty_words(filtered=bool(self.states.value())))
        self.table.show_rows(found.rows)
        self.table.viewport().update()

    @Slot(object)
    def _on_changed(self, changes: Changes) -> None:
        if any(changes.touches(thing) for thing in (Thing.NOTICE, Thing.MESSAGE)):
            self._read()

    @Slot()
    def _on_older_clicked(self) -> None:
        self._limit = min(self._limit + _TOGETHER, _MOST)
        self._read()

    @Slot()
    def _on_state_chosen(self) -> None:
        self._limit = _TOGETHER
        self._read()

    # --- one notice --------------------------------------------------------------------------------

    @Slot(object)
    def _on_row_chosen(self, row: NoticeRow | None) -> None:
        if row != self._shown:
            self._shown = row
            self.detail_wanted.emit(None if row is None else self._pane(row))

    @Slot(QModelIndex)
    def _on_activated(self, index: QModelIndex) -> None:
        row: NoticeRow = self.table.rows()[index.row()]
        if row.conversation_id is not None:
            self.conversation_opened.emit(row.conversation_id)

    def _pane(self, row: NoticeRow) -> Form:
        pane = Form()
        pane.add_title(f"{row.what} · {display_name(row.about)}" if row.about else row.what)
        pane.add_words(display_text(row.why))
        told = tr("notices", "{who}, {how}, {when}").replace("{how}", way_words(row.way))
        told = told.replace("{when}", self._when_cell(row).text)
        pane.add_words(told.replace("{who}", display_name(row.person_name)))
        state = pane.add_words(display_text(row.state_words))
        state.set_tone("error" if row.state is State.FAILED else "secondary")
        for words in self._more(row):
            pane.add_words(words)
        if row.conversation_id is not None:
            open_ = primary(tr("notices", "Open conversation"))
            open_.clicked.connect(partial(self.conversation_opened.emit, row.conversation_id))
            pane.add_widget(open_, at_start=True)
        if self._may_repeat and row.way is Way.EMAIL and row.state in _TROUBLED:
            doubtful = row.state is State.IN_DOUBT
            words = tr("notices", "Try again…") if doubtful else tr("notices", "Try again")
            again = (quiet if row.conversation_id else plain)(words)
            again.clicked.connect(partial(self._on_again_clicked, row))
            pane.add_widget(again, at_start=True)
        return pane

    def _more(self, row: NoticeRow) -> list[str]:
        found = []
        if row.way is Way.EMAIL:
            name = display_name(row.template) or notices.DEFAULT
            found.append(tr("notices", "E-mail template: {name}").replace("{name}", name))
        if row.tries:
            found.append(tr("notices", "Tried %n time(s)", row.tries))
        if row.next_try_at is not None and row.state is State.WAITING:
            at = clock_words(row.next_try_at, self._now(), self._zone)
            found.append(tr("notices", "Next try: {at}").replace("{at}", at))
        return found

    def _on_again_clicked(self, row: NoticeRow) -> None:
        if row.state is State.IN_DOUBT and not ask(
            self.table.window(),
            tr("notices", "Send this e-mail again?"),
            tr("notices", "It may have arrived already, and would then arrive twice."),
            yes=tr("notices", "Send again"),
        ):
            return
        self._doors.change(self, c.SendNoticeAgain(**self._doors.stamp(), notice_id=row.id))


def _options() -> list[tuple[str, tuple[State, ...]]]:
    return [
        (tr("notices", "All states"), ()),
        (tr("notices", "Told"), (State.SENT,)),
        (tr("notices", "Waiting"), (State.WAITING, State.SENDING)),
        (tr("notices", "Not told"), (State.SILENT,)),
        (tr("notices", "Failed or in doubt"), _TROUBLED),
    ]


def _empty_words(*, filtered: bool) -> str:
    if filtered:
        return tr("notices", "Nothing stands like this. Choose another state.")
    return tr(
        "notices", "Nobody was told anything yet. What you are told of, and why, stands here."
    )
