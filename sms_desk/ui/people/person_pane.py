"""One person: what is known of them, what can be done, and the fields to change (R29, R31)."""

from __future__ import annotations

from datetime import datetime, tzinfo
from functools import partial

from PySide6.QtCore import Qt, Signal, SignalInstance
from PySide6.QtWidgets import QHBoxLayout, QVBoxLayout, QWidget

from sms_desk.domain.errors import DeskError
from sms_desk.services.people import Here, Hindrance, StaffRow
from sms_desk.ui.people.facts import Belongings, PersonHead
from sms_desk.ui.people.person_form import PersonForm
from sms_desk.ui.people.reading import Found, differs
from sms_desk.ui.people.words import holds_lines, inside, tr
from sms_desk.ui.widgets.buttons import Button, plain, quiet
from sms_desk.ui.widgets.flow import FlowLayout
from sms_desk.ui.widgets.sign import Sign
from sms_desk.ui.widgets.text import label

_WORKING = frozenset({Here.HERE, Here.OFF_HOURS, Here.ABSENT, Here.INVITED})


class PersonPane(QWidget):
    """Stays while rows are read again: fields keep what is half typed."""

    plan_requested = Signal()
    hand_over_requested = Signal()
    reassign_requested = Signal()
    act_requested = Signal()
    suspend_requested = Signal(bool)
    remove_requested = Signal(bool)

    def __init__(self, row: StaffRow, found: Found) -> None:
        super().__init__()
        self._row = row
        self.head = PersonHead(self)
        self.belongings = Belongings(self)
        self.form = PersonForm(row, admin=found.admin)
        self.plan = plain(tr("Plan an absence…"), icon="calendar-clock", parent=self)
        self.reassign = plain(tr("Reassign…"), icon="arrow-right", parent=self)
        self.act = plain(tr("Act as (demo)"), icon="user", parent=self)
        self.suspend = plain(tr("Suspend"), icon="ban", parent=self)
        self.resume = plain(tr("Resume"), icon="user-check", parent=self)
        self.remove = quiet(tr("Remove…"), icon="log-out", parent=self)
        self.restore = plain(tr("Restore"), icon="undo-2", parent=self)
        self.hindrance = _Hindrance(self)
        self.hindrance.hide()
        self._wrong = label("", "snippet", tone="error", wrap=True, parent=self)
        self._wrong.hide()
        self._lay_out()
        self._connect()

    def _lay_out(self) -> None:
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(8)
        column.addWidget(self.head)
        actions = QWidget(self)
        flow = FlowLayout(actions)
        for button in self._buttons():
            flow.addWidget(button)
        for widget in (actions, self._wrong, self.hindrance, self.belongings, self.form):
            column.addWidget(widget)

    def _buttons(self) -> tuple[Button, ...]:
        return (
            self.act,
            self.plan,
            self.reassign,
            self.resume,
            self.restore,
            self.suspend,
            self.remove,
        )

    def _connect(self) -> None:
        for button, signal in (
            (self.plan, self.plan_requested),
            (self.reassign, self.reassign_requested),
            (self.act, self.act_requested),
            (self.hindrance.hand_over, self.hand_over_requested),
            (self.hindrance.reassign, self.reassign_requested),
        ):
            button.clicked.connect(lambda _=False, told=signal: told.emit())
        for button, signal, on in (
            (self.suspend, self.suspend_requested, True),
            (self.resume, self.suspend_requested, False),
            (self.remove, self.remove_requested, True),
            (self.restore, self.remove_requested, False),
        ):
            button.clicked.connect(partial(self._emit, signal, on))

    def _emit(self, signal: SignalInstance, on: bool, _checked: bool = False) -> None:
        self._wrong.hide()
        signal.emit(on)

    # --- what it shows -----------------------------------------------------------------------------

    def show_row(self, row: StaffRow, found: Found, now: datetime, zone: tzinfo) -> None:
        """zone: the reader's own."""
        if differs(row, self._row):
            self.hindrance.hide()
        self._row = row
        self.head.show_row(row, now, zone)
        mine = {team.id for team in row.teams}
        free = tuple(one for one in found.teams if not one.retired and one.id not in mine)
        works = row.here is not Here.REMOVED
        self.belongings.setVisible(works)
        self.belongings.show_row(row, free, change=found.admin and works)
        self.form.show_row(row)
        self.form.setVisible(works and (row.may_edit or row.may_lead))
        self._show_buttons(row, found)

    def _show_buttons(self, row: StaffRow, found: Found) -> None:
        works, other = row.here in _WORKING, found.admin and not row.is_me
        suspended, removed = row.here is Here.SUSPENDED, row.here is Here.REMOVED
        has = bool(row.open or row.snoozed)
        for button, there in (
            (self.act, works and not row.is_me and row.id in {one.id for one in found.seats}),
            (self.plan, works and row.id in found.plannable),
            (self.reassign, row.may_lead and has),
            (self.suspend, works and other),
            (self.resume, suspended and other),
            (self.remove, not removed and other),
            (self.restore, removed and other),
        ):
            button.setVisible(there)

    def focus_first(self) -> None:
        """What can be done, else the first field, else the way out."""
        for widget in (*self._buttons(), self.form.name):
            if widget.isVisible():
                widget.setFocus()
                return
        self.head.close_button.setFocus()

    def show_clock(self, now: datetime, zone: tzinfo) -> None:
        self.head.show_clock(self._row, now, zone)

    def show_hindrance(self, found: Hindrance) -> None:
        """What is still theirs, and the ways out (R29)."""
        self.hindrance.show_found(found)
        self.hindrance.reassign.setVisible(bool(found.holds.conversations))
        self.hindrance.show()
        self.reassign.hide()  # it stands there
        self.hindrance.hand_over.setFocus()

    def show_error(self, error: DeskError) -> None:
        """Why it was not done."""
        self._wrong.setText(f"{error.title} {error.next_step}".strip())
        self._wrong.show()

    def error_words(self) -> str:
        return self._wrong.text() if self._wrong.isVisibleTo(self) else ""


class _Hindrance(QWidget):
    """Why somebody cannot be removed yet, with what leads there."""

    def __init__(self, parent: QWidget) -> None:
        super().__init__(parent)
        self._title = label("", "body_strong", wrap=True, parent=self)
        self._lines = label("", "body", wrap=True, parent=self)
        words = tr("Somebody else has to have it first. Suspending stops them at once meanwhile.")
        self.hand_over = plain(tr("Hand over for good…"), icon="calendar-clock", parent=self)
        self.reassign = plain(tr("Reassign…"), icon="arrow-right", parent=self)
        texts = QVBoxLayout()
        texts.setSpacing(4)
        texts.addWidget(self._title)
        texts.addWidget(self._lines)
        texts.addWidget(label(words, "snippet", tone="secondary", wrap=True, parent=self))
        head = QHBoxLayout()
        head.setSpacing(8)
        head.addWidget(Sign("triangle-alert", "nudge", self), 0, Qt.AlignmentFlag.AlignTop)
        head.addLayout(texts, 1)
        foot = QWidget(self)
        flow = FlowLayout(foot)
        flow.addWidget(self.hand_over)
        flow.addWidget(self.reassign)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 8, 0, 8)
        column.setSpacing(8)
        column.addLayout(head)
        column.addWidget(foot)

    def show_found(self, found: Hindrance) -> None:
        title = tr("{name} cannot be removed yet").replace("{name}", inside(found.name))
        self._title.setText(title)
        self._lines.setText("\n".join(holds_lines(found.holds)))

    def words(self) -> str:
        return f"{self._title.text()}\n{self._lines.text()}"
