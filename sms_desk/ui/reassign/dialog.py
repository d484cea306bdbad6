"""Who gets these conversations for good, what each would then have, and the one step that does it."""

from __future__ import annotations

from typing import Final
from uuid import UUID

from PySide6.QtCore import Qt, QTimer, Slot
from PySide6.QtWidgets import (
    QDialog,
    QHBoxLayout,
    QScrollArea,
    QVBoxLayout,
    QWidget,
)

from sms_desk.domain import commands as c
from sms_desk.domain.absences import Split
from sms_desk.domain.errors import DeskError
from sms_desk.domain.plain_text import display_name
from sms_desk.services import choosing, reassign_start, reassignment
from sms_desk.services.executor import Done
from sms_desk.services.reassign_start import ReassignStart
from sms_desk.services.reassignment import Preview
from sms_desk.ui.doors import Doors
from sms_desk.ui.reassign.people import TakerList
from sms_desk.ui.reassign.words import (
    action_words,
    conversations,
    count_lines,
    name_of,
    tr,
    warning_words,
)
from sms_desk.ui.widgets.buttons import plain, primary
from sms_desk.ui.widgets.check_box import CheckBox
from sms_desk.ui.widgets.forms import Choice, scrolled
from sms_desk.ui.widgets.panes import horizontal_line, on_ground
from sms_desk.ui.widgets.search_field import SearchField
from sms_desk.ui.widgets.shares import split_hint, split_title
from sms_desk.ui.widgets.sign import Sign
from sms_desk.ui.widgets.text import label, menu_text, set_window_title

_SPLITS = (Split.ONE, Split.EVEN, Split.LOAD, Split.PROGRAM, Split.SENDER, Split.LIST)
_REST_MS: Final = 120
"""Somebody who ticks several boxes in a row is asked about once."""
_TOLD: Final = 132
"""Room for what is said, always the same: the people above do not jump."""
_MANY: Final = 8
"""From here on, people are found by typing."""


class ReassignDialog(QDialog):
    """Asks the same plan that the command follows; the button waits for its answer."""

    def __init__(self, doors: Doors, targets: c.Targets, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        set_window_title(self, tr("Reassign"))
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self._doors, self._targets = doors, targets
        self._start: ReassignStart | None = None
        self._preview: Preview | None = None
        self._asked_for_list = False
        self._title = label("", "body_strong", wrap=True, parent=self)
        self._rule = Choice([(split_title(one), one) for one in _SPLITS], self)
        self._rule.setAccessibleName(tr("How it is divided"))
        self._hint = label("", "snippet", tone="secondary", wrap=True, parent=self)
        self._find = SearchField(tr("Find a person"), tr("Find a person"), parent=self)
        self._find.hide()
        self.people = TakerList()
        self._along = QWidget(self)
        self._senders: dict[UUID, CheckBox] = {}
        self._told = QVBoxLayout()
        self._box = QWidget()
        self._wrong = label("", "snippet", tone="error", wrap=True, parent=self)
        self._wrong.hide()
        self._yes = primary(action_words(None), parent=self)
        self._rest = QTimer(self)
        self._rest.setSingleShot(True)
        self._rest.setInterval(_REST_MS)
        self._rest.timeout.connect(self._ask)
        self._lay_out()
        self._rule.currentIndexChanged.connect(self._on_split)
        self._find.textChanged.connect(self.people.narrow)
        self.people.changed.connect(self._on_changed)
        self._on_split()
        self.resize(600, 640)
        doors.read(self, reassign_start.start, targets, then=self._show, failed=self._show_error)

    def _lay_out(self) -> None:
        no = plain(tr("Cancel"), parent=self)
        no.clicked.connect(self.reject)
        self._yes.clicked.connect(self._on_yes)
        self._yes.setDefault(True)
        foot = QHBoxLayout()
        foot.addStretch(1)
        foot.addWidget(no)
        foot.addWidget(self._yes)
        self._told.setContentsMargins(0, 0, 0, 0)
        self._told.addWidget(self._box)
        self._along.hide()
        column = QVBoxLayout(self)
        column.setContentsMargins(20, 20, 20, 16)
        column.setSpacing(10)
        for widget in (self._title, self._rule, self._hint, self._find):
            column.addWidget(widget)
        column.addWidget(_pane(self.people), 1)
        column.addWidget(self._along)
        column.addWidget(horizontal_line(self))
        column.addWidget(self._wrong)
        column.addLayout(self._told)
        column.addLayout(foot)

    # --- what is asked -----------------------------------------------------------------------------

    def command(self) -> c.Reassign:
        """What the button does as things are chosen now."""
        shares = self.people.shares()
        along = tuple(id_ for id_, box in self._senders.items() if box.isChecked())
        giver = self._start.giver if self._start is not None else None
        return c.Reassign(
            **self._doors.stamp(),
            targets=self._targets,
            split=self._rule.value(),
            shares=shares,
            from_id=giver[0] if along and giver is not None else None,
            sender_ids=along,
        )

    def choose_split(self, split: Split) -> None:
        self._rule.choose(split)

    def _show(self, found: ReassignStart) -> None:
        self._start = found
        words = tr("Who gets {what} for good?").replace("{what}", conversations(found.count))
        if found.giver is not None:
            words = tr("Who gets {what} of {name} for good?")
            words = words.replace("{what}", conversations(found.count))
            words = words.replace("{name}", name_of(found.giver[1]))
        self._title.setText(words)
        self._find.setVisible(len(found.takers) >= _MANY)
        offers = {Split.PROGRAM: found.programs, Split.SENDER: found.senders}
        self.people.show_takers(found.takers, offers)
        self._show_along(found)
        self._on_changed()

    def _show_along(self, found: ReassignStart) -> None:
        """The giver's sender IDs, each to be ticked; none is before somebody means it."""
        if found.giver is None or not found.giver_senders:
            return
        inside = QWidget()
        lines = QVBoxLayout(inside)
        lines.setContentsMargins(0, 0, 0, 0)
        lines.setSpacing(6)
        for id_, name in found.giver_senders:
            box = CheckBox(menu_text(display_name(name, 40)), inside)
            box.toggled.connect(self._on_changed)
            self._senders[id_] = box
            lines.addWidget(box)
        lines.addStretch(1)
        pane = _pane(inside)
        pane.setFixedHeight(min(108, inside.sizeHint().height() + 4))
        column = QVBoxLayout(self._along)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(6)
        column.addWidget(horizontal_line(self._along))
        column.addWidget(label(tr("Sender IDs that move along"), "meta_strong", tone="secondary"))
        column.addWidget(pane)
        self._along.show()

    @Slot()
    def _on_split(self) -> None:
        self._hint.setText(split_hint(self._rule.value()))
        self.people.set_split(self._rule.value())
        if self._rule.value() is Split.LIST and not self._asked_for_list:
            self._asked_for_list = True
            self._doors.read(
                self,
                choosing.of_targets,
                self._targets,
                then=self.people.show_listed,
                failed=self._show_error,
            )
        self._on_changed()

    @Slot()
    def _on_changed(self) -> None:
        self._doors.overtake(self, "preview")
        self._preview = None
        self._yes.setEnabled(False)
        self._wrong.hide()
        self._rest.start()

    @Slot()
    def _ask(self) -> None:
        if self._start is None:
            return
        if not self.people.shares():
            self.people.show_loads(())
            self._yes.set_words(action_words(None))
            self._tell((tr("Choose who gets them: what each would then have stands here."),))
            return
        self._doors.read(
            self,
            reassignment.preview,
            self.command(),
            then=self._show_preview,
            failed=self._show_error,
            key="preview",
        )

    # --- what is said ------------------------------------------------------------------------------

    def _show_preview(self, found: Preview) -> None:
        self._preview = found
        self.people.show_loads(found.loads)
        self._tell(count_lines(found), tuple(warning_words(one) for one in found.warnings))
        self._yes.set_words(action_words(found))
        self._yes.setEnabled(bool(found.count or found.senders))

    def _tell(self, lines: tuple[str, ...], warnings: tuple[str, ...] = ()) -> None:
        """A pane of its own each time: Qt keeps the height of what stood in an old one."""
        self._told.removeWidget(self._box)
        self._box.hide()
        self._box.deleteLater()
        inside = QWidget()
        column = QVBoxLayout(inside)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(6)
        for line in lines[:1]:
            column.addWidget(label(line, "body", tone="" if lines[1:] else "secondary", wrap=True))
        for words in warnings:  # before what is only good to know: there is not room for all
            row = QHBoxLayout()
            row.setSpacing(8)
            row.addWidget(Sign("triangle-alert", "nudge"), 0, Qt.AlignmentFlag.AlignTop)
            row.addWidget(label(words, "body", wrap=True), 1)
            column.addLayout(row)
        for line in lines[1:]:
            column.addWidget(label(line, "body", tone="secondary", wrap=True))
        column.addStretch(1)
        pane = _pane(inside)
        pane.setFixedHeight(_TOLD)
        self._box = pane
        self._told.addWidget(pane)

    def _show_error(self, error: DeskError) -> None:
        self.people.show_loads(())
        self._yes.set_words(action_words(None))
        self._yes.setEnabled(False)
        self._tell(())
        self._wrong.setText(f"{error.title} {error.next_step}".strip())
        self._wrong.show()

    # --- the step ----------------------------------------------------------------------------------

    @Slot()
    def _on_yes(self) -> None:
        if self._preview is None:
            return
        self._yes.setEnabled(False)
        self._doors.change(self, self.command(), then=self._on_done, failed=self._show_error)

    def _on_done(self, _done: Done) -> None:
        self.accept()


def _pane(content: QWidget) -> QScrollArea:
    """It scrolls, on the dialog's own ground."""
    pane = scrolled(content)
    on_ground(content, "raised")
    return pane
