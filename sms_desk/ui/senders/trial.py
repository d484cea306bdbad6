"""What a rule would have done with what came in lately, beside the form in which it is chosen."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from typing import Final

from PySide6.QtCore import Qt, Signal, Slot
from PySide6.QtWidgets import QGridLayout, QHBoxLayout, QVBoxLayout, QWidget

from sms_desk.domain.errors import DeskError
from sms_desk.domain.plain_text import display_name, isolate
from sms_desk.services.what_if import TriedOut, TriedRow
from sms_desk.ui.widgets.buttons import plain
from sms_desk.ui.widgets.forms import Choice
from sms_desk.ui.widgets.text import ElidedLabel, Tone, label
from sms_desk.ui.widgets.words import tr

_DAYS: Final = (7, 30, 90)
_PEOPLE: Final = 12
_LISTED: Final = 6
_NAME: Final = 28


class TrialPane(QWidget):
    """A button, over how many days, and the answer below: words, who gets how much, what differs."""

    asked = Signal(int)
    """Over so many days."""

    def __init__(self, day: Callable[[datetime], str], parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._day = day
        self._shown = False
        self._answer: QWidget | None = None
        self.days = Choice([(tr("senders", "over %n days", n), n) for n in _DAYS], self)
        self.days.choose(30)
        self.days.setAccessibleName(tr("senders", "Over how many days"))
        self.button = plain(tr("senders", "Try a rule…"), icon="history", parent=self)
        line = QHBoxLayout()
        line.setSpacing(8)
        line.addWidget(self.button)
        line.addWidget(self.days, 1)
        self._column = QVBoxLayout(self)
        self._column.setContentsMargins(0, 8, 0, 8)
        self._column.setSpacing(6)
        self._column.addLayout(line)
        hint = tr(
            "senders", "Where it would have gone, with what is chosen above. Changes nothing."
        )
        self._column.addWidget(label(hint, "snippet", tone="secondary", wrap=True, parent=self))
        self.button.clicked.connect(self.ask)
        self.days.currentIndexChanged.connect(self.ask_again)

    @Slot()
    def ask(self) -> None:
        """Ask for what is chosen now."""
        self._shown = True
        self._show(_words(tr("senders", "Looking through what came in…"), "secondary"))
        self.asked.emit(self.days.value())

    @Slot()
    def ask_again(self) -> None:
        """Something else was chosen: an answer that stands here is about the old choice."""
        if self._shown:
            self.ask()

    def show_result(self, found: TriedOut) -> None:
        answer = _words(found.words)
        column = answer.layout()
        assert isinstance(column, QVBoxLayout)
        if found.people:
            column.addLayout(_table(found))
        if found.differ:
            title = tr("senders", "Would have gone elsewhere")
            column.addSpacing(4)
            column.addWidget(label(title, "meta_strong", tone="secondary", parent=answer))
        for row in found.rows[:_LISTED]:
            column.addWidget(self._line(row, answer))
        left = found.differ - min(len(found.rows), _LISTED)
        if left:
            more = tr("senders", "and %n more", left)
            column.addWidget(label(more, "snippet", tone="secondary", parent=answer))
        self._show(answer)

    def show_error(self, error: DeskError) -> None:
        self._show(_words(f"{error.title} {error.next_step}".strip(), "error"))

    def fold(self) -> None:
        """No answer stands here any more."""
        self._shown = False
        self._show(None)

    def words(self) -> str:
        """The answer in one piece, for whoever listens; empty while there is none."""
        return "" if self._answer is None else self._answer.accessibleName()

    def _line(self, row: TriedRow, parent: QWidget) -> QWidget:
        """Which message, from whom to whom, and why."""
        line = QWidget(parent)
        column = QVBoxLayout(line)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        contact = isolate(display_name(row.contact, _NAME))
        column.addWidget(ElidedLabel(f"{self._day(row.at)} · {contact}", "snippet", parent=line))
        went, would = (isolate(display_name(name, _NAME)) for name in (row.went, row.would))
        moved = f"{went} → {would}"
        column.addWidget(ElidedLabel(moved, "body", parent=line))
        column.addWidget(label(row.why, "snippet", tone="secondary", wrap=True, parent=line))
        return line

    def _show(self, answer: QWidget | None) -> None:
        """A widget of its own each time: Qt keeps the height of what stood in an old one."""
        if self._answer is not None:
            self._column.removeWidget(self._answer)
            self._answer.hide()
            self._answer.deleteLater()
        self._answer = answer
        if answer is not None:
            answer.setParent(self)
            self._column.addWidget(answer)
            answer.show()


def _words(text: str, tone: Tone = "") -> QWidget:
    answer = QWidget()
    answer.setAccessibleName(text)
    column = QVBoxLayout(answer)
    column.setContentsMargins(0, 4, 0, 0)
    column.setSpacing(6)
    column.addWidget(label(text, "body", tone=tone, wrap=True, parent=answer))
    return answer


def _table(found: TriedOut) -> QGridLayout:
    """Who got how many, and would have got."""
    grid = QGridLayout()
    grid.setHorizontalSpacing(16)
    grid.setVerticalSpacing(4)
    grid.setColumnStretch(0, 1)
    heads = ("", tr("senders", "Got"), tr("senders", "Would get"))
    for at, head in enumerate(heads):
        grid.addWidget(label(head, "meta_strong", tone="secondary"), 0, at, _side(at))
    for n, one in enumerate(found.people[:_PEOPLE], start=1):
        grid.addWidget(ElidedLabel(display_name(one.name, _NAME)), n, 0)
        for at, count in enumerate((one.went, one.would), start=1):
            strong = at == 2 and one.went != one.would
            words = label(f"{count:,}", "body_strong" if strong else "body")
            grid.addWidget(words, n, at, _side(at))
    left = len(found.people) - _PEOPLE
    if left > 0:
        more = tr("senders", "and %n more", left)
        grid.addWidget(label(more, "snippet", tone="secondary"), _PEOPLE + 1, 0)
    return grid


def _side(column: int) -> Qt.AlignmentFlag:
    return Qt.AlignmentFlag.AlignTrailing if column else Qt.AlignmentFlag.AlignLeading
