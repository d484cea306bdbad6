"""The advisor: what stands against the directory, worst first, and mending it by one click (R15)."""

from __future__ import annotations

from functools import partial
from typing import Final

from PySide6.QtCore import Qt, Signal, Slot
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QHBoxLayout, QProgressBar, QStackedWidget, QVBoxLayout, QWidget
from typing_extensions import override

from sms_desk.domain.advisor import Severity
from sms_desk.domain.commands import Command, WaiveFinding
from sms_desk.domain.errors import DeskError
from sms_desk.services import advisor
from sms_desk.services.advisor import DAYS, FindingRow
from sms_desk.services.executor import Done
from sms_desk.ui.advisor.keeper import AdviceKeeper
from sms_desk.ui.advisor.listing import FindingList
from sms_desk.ui.advisor.pane import FindingPane
from sms_desk.ui.advisor.reading import Advice
from sms_desk.ui.advisor.words import matches, sign_of
from sms_desk.ui.doors import Doors
from sms_desk.ui.widgets.buttons import plain
from sms_desk.ui.widgets.chips import ToggleChip
from sms_desk.ui.widgets.empty_state import EmptyState
from sms_desk.ui.widgets.flow import FlowLayout
from sms_desk.ui.widgets.panes import horizontal_line
from sms_desk.ui.widgets.screen import Screen
from sms_desk.ui.widgets.text import ElidedLabel
from sms_desk.ui.widgets.times import clock_words
from sms_desk.ui.widgets.words import tr

_DETAIL: Final = 400


class AdvisorScreen(Screen):
    subject_opened = Signal(object)
    """A `reading.Subject` that somebody wants to see."""

    def __init__(self, doors: Doors, keeper: AdviceKeeper, parent: QWidget | None = None) -> None:
        self.listing = FindingList()
        self._empty = EmptyState()
        self._chips = {each: ToggleChip(sign_of(each).several) for each in Severity}
        self._accepted = ToggleChip(tr("advisor", "Show accepted"))
        self._said = ElidedLabel("", "meta", tone="secondary")
        self._bar = _endless()
        self._stack = QStackedWidget()
        super().__init__(tr("advisor", "Advisor"), self._middle_of(), parent, detail_width=_DETAIL)
        self._doors = doors
        self._keeper = keeper
        self._advice: Advice | None = None
        self._error: DeskError | None = None
        self._pane: FindingPane | None = None
        self._search = self.add_search(tr("advisor", "Find a finding"))
        self._again = plain(tr("advisor", "Check again"), icon="refresh-cw", parent=self)
        self.add_button(self._again)
        self._connect()
        if (found := keeper.found()) is not None:
            self._on_advised(found)
        else:
            self._show()
        self._on_working(keeper.is_busy())
        keeper.read()

    def _middle_of(self) -> QWidget:
        middle = QWidget()
        middle.setFocusProxy(self.listing)
        chips = QWidget(middle)
        flow = FlowLayout(chips)
        for chip in (*self._chips.values(), self._accepted):
            flow.addWidget(chip)
        above = QHBoxLayout()
        above.setContentsMargins(16, 8, 16, 8)
        above.addWidget(chips, 1)
        foot = QHBoxLayout()
        foot.setContentsMargins(16, 4, 16, 6)
        foot.setSpacing(12)
        foot.addWidget(self._said, 1)
        foot.addWidget(self._bar)
        self._stack.addWidget(self.listing)
        self._stack.addWidget(self._empty)
        column = QVBoxLayout(middle)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        column.addLayout(above)
        column.addWidget(horizontal_line(middle))
        column.addWidget(self._stack, 1)
        column.addWidget(horizontal_line(middle))
        column.addLayout(foot)
        return middle

    def _connect(self) -> None:
        for chip in (*self._chips.values(), self._accepted):
            chip.toggled.connect(self._show)
        self._search.textChanged.connect(self._show)
        self._again.clicked.connect(self._keeper.read)
        self._empty.action_requested.connect(self._on_empty_action)
        self.listing.chosen.connect(self._on_chosen)
        self.listing.entered.connect(self._on_entered)
        self.listing.remedy_pressed.connect(self._on_remedy_pressed)
        self.listing.accept_pressed.connect(self._on_accept_pressed)
        self._keeper.advised.connect(self._on_advised)
        self._keeper.failed.connect(self._on_failed)
        self._keeper.working.connect(self._on_working)

    def pane(self) -> FindingPane | None:
        """The finding that stands open."""
        return self._pane

    def empty_words(self) -> str:
        """What stands there instead of findings."""
        return self._empty.sentence() if self._stack.currentWidget() is self._empty else ""

    def show_severity(self, severity: Severity, shown: bool) -> None:
        """Only findings of the severities that are on; none on: all."""
        self._chips[severity].setChecked(shown)

    def show_accepted(self, shown: bool) -> None:
        """What was accepted as it is, too."""
        self._accepted.setChecked(shown)

    def search(self, typed: str) -> None:
        self._search.setText(typed)

    # --- what stands there -----------------------------------------------------------------------

    @Slot(object)
    def _on_advised(self, found: Advice) -> None:
        self._advice, self._error = found, None
        accepted = sum(row.waived for row in found.rows)
        words = tr("advisor", "Show accepted")
        self._accepted.set_words(f"{words} · {accepted:,}" if accepted else words)
        self._show()

    @Slot(object)
    def _on_failed(self, error: DeskError) -> None:
        self._error = error
        self._show()

    @Slot(bool)
    def _on_working(self, working: bool) -> None:
        self._again.setEnabled(not working)
        self._bar.setVisible(working)
        self._say_state()

    def _say_state(self) -> None:
        if self._keeper.is_busy():
            words = tr("advisor", "Looking at the directory and the messages of %n day(s)…", DAYS)
        elif self._error is not None:
            words = f"{self._error.title} {self._error.next_step}".strip()
        elif self._advice is not None:
            at = clock_words(self._advice.at, self._advice.at, self._advice.zone)
            words = tr("advisor", "Looked at {time}. Again when the directory changes.")
            words = words.replace("{time}", at)
        else:
            words = ""
        self._said.setText(words)

    def _wanted(self) -> list[FindingRow]:
        advice = self._advice
        if advice is None:
            return []
        chosen = {severity for severity, chip in self._chips.items() if chip.isChecked()}
        return [
            row
            for row in advice.rows
            if (row.severity in chosen or not chosen)
            and (self._accepted.isChecked() or not row.waived)
            and matches(row, advice, self._search.text())
        ]

    @Slot()
    def _show(self) -> None:
        rows = self._wanted()
        self._say_state()
        self.listing.show_rows(rows)
        if rows:
            self._stack.setCurrentWidget(self.listing)
        else:
            self._show_empty()
            self._stack.setCurrentWidget(self._empty)

    def _show_empty(self) -> None:
        advice, say = self._advice, self._empty.show_words
        if advice is None and self._error is not None:
            words = f"{self._error.title} {self._error.next_step}".strip()
            say("triangle-alert", words, tr("advisor", "Try again"), tint="error")
        elif advice is None:
            say("clipboard-check", tr("advisor", "Looking at the directory and its messages…"))
        elif self._is_narrowed():
            words = tr("advisor", "No finding matches.")
            say("search", words, tr("advisor", "Show all"))
        else:
            words = tr("advisor", "Nothing stands against your directory.")
            accepted = sum(row.waived for row in advice.rows)
            action = tr("advisor", "Show %n accepted", accepted) if accepted else ""
            say("circle-check", words, action, tint="ok")

    def _is_narrowed(self) -> bool:
        return bool(self._search.text()) or any(chip.isChecked() for chip in self._chips.values())

    @Slot()
    def _on_empty_action(self) -> None:
        if self._advice is None:
            self._keeper.read()
        elif self._is_narrowed():
            self._search.clear()
            for chip in self._chips.values():
                chip.setChecked(False)
        else:
            self._accepted.setChecked(True)

    # --- one finding -----------------------------------------------------------------------------

    @Slot(object)
    def _on_chosen(self, row: FindingRow | None) -> None:
        """A reason that is half typed stays, whatever is read again (R6)."""
        pane, advice = self._pane, self._advice
        if row is None or advice is None:
            if pane is not None:
                self._fold()
            return
        if pane is not None and pane.row.key == row.key and (pane.row == row or pane.is_changed()):
            return
        pane = self._pane = FindingPane(row, advice)
        pane.remedy_requested.connect(partial(self._on_remedy, pane))
        pane.accepted.connect(partial(self._waive, pane, True))
        pane.counts_again.connect(partial(self._waive, pane, False, ""))
        pane.subject_opened.connect(self.subject_opened)
        pane.closed.connect(self._on_closed)
        self.show_detail(pane)

    def _fold(self) -> None:
        self._pane = None
        self.show_detail(None)

    @Slot()
    def _on_closed(self) -> None:
        self._fold()
        self.listing.choose("")
        self.listing.setFocus()

    @Slot()
    def _on_entered(self) -> None:
        if self._pane is not None:
            self._pane.focus_first()

    @Slot()
    def _on_remedy_pressed(self) -> None:
        if self._pane is not None:
            self._pane.ask_remedy()

    @Slot()
    def _on_accept_pressed(self) -> None:
        if self._pane is not None:
            self._pane.ask_reason()

    def _on_remedy(self, pane: FindingPane) -> None:
        """What it does is put together from how things stand now."""

        def do(commands: list[Command]) -> None:
            self._doors.change(pane, *commands, then=self._on_done, failed=pane.show_error)

        self._doors.read(
            pane,
            advisor.remedy_commands,
            pane.row.key,
            self._doors.stamp(),
            then=do,
            failed=pane.show_error,
        )

    def _waive(self, pane: FindingPane, waived: bool, reason: str) -> None:
        command = WaiveFinding(
            **self._doors.stamp(), key=pane.row.key, waived=waived, reason=reason
        )
        self._doors.change(pane, command, then=self._on_done, failed=pane.show_error)

    def _on_done(self, _done: Done) -> None:
        if self._pane is not None:
            self._pane.reason.field().clear()  # it is said; nothing is half typed any more
        self.listing.setFocus()
        self._keeper.soon()  # also for what touches conversations alone

    @override
    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() == Qt.Key.Key_Escape and self._pane is not None:
            self._on_closed()
        else:
            super().keyPressEvent(event)


def _endless() -> QProgressBar:
    """Nobody knows how long it still takes: a second or two."""
    bar = QProgressBar()
    bar.setRange(0, 0)
    bar.setTextVisible(False)
    bar.setFixedWidth(120)
    bar.setAccessibleName(tr("advisor", "Looking"))
    bar.hide()
    return bar
