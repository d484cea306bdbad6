"""The plan of one absence: who and when, who takes what, and what would be missing (R23, R24).

The check runs while one edits, through the read door; nothing is written before the one button.
"""

from __future__ import annotations

from datetime import tzinfo
from typing import Final
from uuid import UUID

from PySide6.QtCore import Qt, QTimer, Signal, Slot
from PySide6.QtGui import QKeySequence, QShortcut
from PySide6.QtWidgets import QHBoxLayout, QVBoxLayout, QWidget

from sms_desk.domain import commands as c
from sms_desk.domain.cover_plan import GapCode
from sms_desk.domain.errors import DeskError
from sms_desk.domain.frozen import dataclass
from sms_desk.domain.wall_time import require_zone
from sms_desk.services import absences
from sms_desk.services.absence_rows import (
    AbsenceRow,
    AbsenceState,
    Gap,
    PlanCheck,
    PlanDraft,
    Severity,
)
from sms_desk.services.context import Context
from sms_desk.services.executor import Done
from sms_desk.ui.cover.cards import Card, Columns
from sms_desk.ui.cover.check_card import CheckCard, LoadCard
from sms_desk.ui.cover.parts_card import PartsCard
from sms_desk.ui.cover.when_card import WhenCard
from sms_desk.ui.cover.words import name_of, start_words, tr
from sms_desk.ui.doors import Doors
from sms_desk.ui.widgets.buttons import plain, primary, quiet
from sms_desk.ui.widgets.dialogs import ask
from sms_desk.ui.widgets.forms import scrolled
from sms_desk.ui.widgets.panes import horizontal_line, on_ground
from sms_desk.ui.widgets.text import ElidedLabel, label, set_tip

_PAUSE_MS: Final = 200
"""A check follows the last keystroke, not each."""


@dataclass(frozen=True, slots=True)
class Opened:
    """All that the screen starts from; absence: None for a new plan."""

    draft: PlanDraft
    absence: AbsenceRow | None


def opened(ctx: Context, person_id: UUID | None, absence_id: UUID | None) -> Opened:
    """One of the two is given: for whom to plan, or which absence to change."""
    absence = absences.get(ctx, absence_id) if absence_id is not None else None
    person = absence.person_id if absence is not None else person_id or ctx.actor.person_id
    return Opened(absences.draft(ctx, person), absence)


class PlanScreen(QWidget):
    closed = Signal()
    """Saved, or left."""
    conversation_opened = Signal(object)
    outbox_wanted = Signal()
    brief_requested = Signal(object)
    """The absence's id."""

    def __init__(self, doors: Doors, zone: tzinfo, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        on_ground(self, "sunken")
        self.setAccessibleName(tr("Plan of an absence"))
        self._doors, self._zone = doors, zone
        now = doors.desk.now()
        self._opened: Opened | None = None
        self._check: PlanCheck | None = None
        self._title = ElidedLabel("", "title", parent=self)
        self._below = label("", "snippet", tone="secondary", wrap=True, parent=self)
        self._below.setText(
            tr("Nothing changes at the provider; customers keep writing to the same numbers.")
        )
        self._back = quiet(tr("Is back"), icon="undo-2", parent=self)
        self._brief = quiet(tr("Brief"), icon="file-text", parent=self)
        self._cancel = plain(tr("Cancel"), parent=self)
        self._save = primary(tr("Start cover"), parent=self)
        self._wrong = label("", "body", tone="error", wrap=True, parent=self)
        self.when = WhenCard(now, zone, self)
        self.parts = PartsCard(now, zone, self)
        self.loads = LoadCard(self)
        self.check = CheckCard(self)
        self._after = Card(tr("On return"), self)
        self._after_words = self._after.add_words()
        self._pause = QTimer(self)
        self._pause.setSingleShot(True)
        self._pause.setInterval(_PAUSE_MS)
        self._pause.timeout.connect(self._run_check)
        self._lay_out()
        self._connect()
        self._forget()

    def _lay_out(self) -> None:
        names = QVBoxLayout()
        names.setSpacing(2)
        names.addWidget(self._title)
        names.addWidget(self._below)
        head = QWidget(self)
        on_ground(head, "base")
        row = QHBoxLayout(head)
        row.setContentsMargins(16, 10, 16, 10)
        row.setSpacing(8)
        row.addLayout(names, 1)
        for button in (self._brief, self._back, self._cancel, self._save):
            row.addWidget(button)
        columns = Columns(self)
        for at, card in ((0, self.when), (1, self.parts), (1, self.loads), (2, self.check)):
            columns.add(at, card)
        columns.add(2, self._after)
        wrong = QWidget(self)
        on_ground(wrong, "base")
        line = QVBoxLayout(wrong)
        line.setContentsMargins(16, 0, 16, 8)
        line.addWidget(self._wrong)
        self._wrong_line = wrong
        wrong.hide()
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        column.addWidget(head)
        column.addWidget(wrong)
        column.addWidget(horizontal_line(self))
        column.addWidget(scrolled(columns, "sunken"), 1)
        self.setFocusProxy(self.when.since)

    def _connect(self) -> None:
        self.when.edited.connect(self._on_edited)
        self.parts.edited.connect(self._on_edited)
        self.check.change_requested.connect(self._on_change_requested)
        self.check.show_requested.connect(self._on_show_requested)
        self._cancel.clicked.connect(self.closed)
        self._save.clicked.connect(self._on_save)
        self._back.clicked.connect(self._on_back)
        self._brief.clicked.connect(self._on_brief)
        for keys, run in (("Escape", self._on_escape), ("Ctrl+Return", self._on_save)):
            shortcut = QShortcut(QKeySequence(keys), self, run)
            shortcut.setContext(Qt.ShortcutContext.WidgetWithChildrenShortcut)

    # --- opening ---------------------------------------------------------------------------------

    def plan_for(
        self, person_id: UUID, since: str = "today", until: str = "", reason: str = ""
    ) -> None:
        """A new plan. since, until: as somebody would type them."""
        self._forget()
        self.when.begin(since, until, reason)
        self._doors.read(
            self, opened, person_id, None, then=self._show, failed=self._show_error, key="open"
        )

    def plan_leaving(self, person_id: UUID) -> None:
        """A hand-over for good, from now on (R29)."""
        self.plan_for(person_id, "now")
        self.when.for_good.setChecked(True)

    def change(self, absence_id: UUID) -> None:
        """One that is planned or runs."""
        self._forget()
        self._doors.read(
            self, opened, None, absence_id, then=self._show, failed=self._show_error, key="open"
        )

    def _forget(self) -> None:
        self._opened = self._check = None
        self._show_wrong("")
        self._save.setEnabled(False)
        for button in (self._brief, self._back):
            button.hide()
        self.check.show_waiting()

    def _show(self, found: Opened) -> None:
        self._opened = found
        name = name_of(found.draft.person.name)
        mine = found.draft.person.id == self._doors.desk.person_id
        self._title.setText(
            tr("Cover for your absence") if mine else tr("Cover for {name}").replace("{name}", name)
        )
        self.when.show_person(found.draft)
        row = found.absence
        if row is not None:
            self.when.show_absence(row)
        self.parts.show_draft(found.draft, row.covers if row else found.draft.suggested)
        running = row is not None and row.state is AbsenceState.RUNNING and row.can_change
        self._back.setVisible(row is not None and row.can_change)
        self._back.set_words(
            (tr("I am back") if mine else tr("{name} is back").replace("{name}", name))
            if running
            else tr("Call it off")
        )
        self._brief.setVisible(row is not None and row.state is not AbsenceState.COMING)
        self._show_after(name, mine)
        if not found.draft.candidates:
            self._show_wrong(
                tr(
                    "Nobody else works here yet. Add people first, under People; until then what"
                    " comes in stands in Unassigned."
                )
            )
        self._say_button()
        self._run_check()

    def _show_after(self, name: str, mine: bool) -> None:
        if self.when.permanent:
            words = tr(
                "Conversations, sender IDs and scheduled messages belong to the others from that"
                " day on; afterwards {name} can be removed."
            )
        elif mine:
            words = tr(
                "For each conversation: what happened, who wrote for you, what is still open, and"
                " one key to take it back. Everything returns by itself."
            )
        else:
            words = tr(
                "{name} finds for each conversation what happened, who wrote, what is still open,"
                " and one key to take it back. Everything returns by itself."
            )
        self._after_words.setText(words.replace("{name}", name))

    # --- checking --------------------------------------------------------------------------------

    @Slot()
    def _on_edited(self) -> None:
        if self._opened is not None:
            person = self._opened.draft.person
            self._show_after(name_of(person.name), person.id == self._doors.desk.person_id)
        self._say_button()
        self._save.setEnabled(False)
        self._pause.start()

    def _command(self, *, confirmed: bool = False) -> c.PlanAbsence | c.ChangeAbsence | None:
        """What the one button would do; None while the times cannot be read."""
        span = self.when.span
        if self._opened is None or span is None:
            return None
        row = self._opened.absence
        if row is not None:
            begun = row.state is AbsenceState.RUNNING
            return c.ChangeAbsence(
                **self._doors.stamp(),
                absence_id=row.id,
                since=row.since if begun else span.since,
                until=span.until,
                since_wall=row.since_wall if begun else span.since_wall,
                until_wall=span.until_wall,
                covers=self.parts.covers,
                confirmed=confirmed,
            )
        return c.PlanAbsence(
            **self._doors.stamp(),
            absence_id=self._doors.new_id(),
            person_id=self._opened.draft.person.id,
            since=span.since,
            until=span.until,
            zone=self._opened.draft.person.zone,
            since_wall=span.since_wall,
            until_wall=span.until_wall,
            covers=self.parts.covers,
            permanent=self.when.permanent,
            reason="left" if self.when.permanent else self.when.reason.value(),
            confirmed=confirmed,
        )

    @Slot()
    def _run_check(self) -> None:
        command = self._command()
        if command is None:
            self._save.setEnabled(False)
            return
        self._doors.read(
            self,
            absences.check,
            command,
            then=self._show_check,
            failed=self._show_error,
            key="check",
        )

    def _show_check(self, found: PlanCheck) -> None:
        self._check = found
        self._show_wrong("")
        self.check.show_gaps(found.gaps)
        self.loads.show_loads(found.loads)
        self._save.setEnabled(not found.refused)
        stops = [gap.title for gap in found.gaps if gap.severity is Severity.STOP]
        set_tip(self._save, "; ".join(stops))

    def _say_button(self) -> None:
        if self._opened is None:
            return
        if self._opened.absence is not None:
            self._save.set_words(tr("Save"))
            return
        now = self._doors.desk.now()
        since = self.when.span.since if self.when.span is not None else now
        zone = require_zone(self._opened.draft.person.zone)
        self._save.set_words(start_words(since, now, zone, permanent=self.when.permanent))

    @Slot(object)
    def _on_change_requested(self, gap: Gap) -> None:
        """To where another choice takes the gap away."""
        if gap.parts:
            self.parts.button_of(gap.parts[0]).setFocus(Qt.FocusReason.TabFocusReason)
        else:
            self.when.since.setFocus(Qt.FocusReason.TabFocusReason)

    @Slot(object)
    def _on_show_requested(self, gap: Gap) -> None:
        if gap.code is GapCode.WINDOW_CLOSES:
            self.conversation_opened.emit(gap.subject_ids[0])
        elif gap.code is GapCode.SCHEDULED_UNOWNED:
            self.outbox_wanted.emit()

    # --- saving ----------------------------------------------------------------------------------

    @Slot()
    def _on_save(self) -> None:
        if not self._save.isEnabled() or self._check is None:
            return
        if self._check.needs_confirmation and not self._confirmed(self._check):
            return
        command = self._command(confirmed=True)
        if command is not None:
            self._save.setEnabled(False)
            self._doors.change(self, command, then=self._on_saved, failed=self._show_error)

    def _confirmed(self, check: PlanCheck) -> bool:
        """Saving with gaps is a decision of its own, and it names them (R24)."""
        gaps = [gap.title for gap in check.gaps if gap.severity is Severity.WARNING]
        return ask(
            self.window(),
            tr("Save with %n gap(s)?", len(gaps)),
            "\n".join(f"• {title}" for title in gaps),
            yes=tr("Save all the same"),
            no=tr("Look again"),
        )

    def _on_saved(self, _done: Done) -> None:
        self.closed.emit()

    @Slot()
    def _on_back(self) -> None:
        if self._opened is not None and self._opened.absence is not None:
            command = c.EndAbsence(**self._doors.stamp(), absence_id=self._opened.absence.id)
            self._doors.change(self, command, then=self._on_saved, failed=self._show_error)

    @Slot()
    def _on_brief(self) -> None:
        if self._opened is not None and self._opened.absence is not None:
            self.brief_requested.emit(self._opened.absence.id)

    @Slot()
    def _on_escape(self) -> None:
        self.closed.emit()

    def _show_error(self, error: DeskError) -> None:
        """What was typed stays."""
        self._show_wrong(f"{error.title} {error.next_step}".strip())
        self._save.setEnabled(self._opened is not None)

    def _show_wrong(self, words: str) -> None:
        self._wrong.setText(words)
        self._wrong_line.setVisible(bool(words))
