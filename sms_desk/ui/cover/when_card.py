"""Who is away, and from when to when: typed as people say it, in the absent person's own zone."""

from __future__ import annotations

from datetime import datetime, tzinfo
from functools import partial

from PySide6.QtCore import Signal, Slot
from PySide6.QtWidgets import QHBoxLayout, QLineEdit, QRadioButton, QVBoxLayout, QWidget

from sms_desk.domain.absence_times import Span, parse_span
from sms_desk.domain.errors import DeskError
from sms_desk.domain.wall_time import require_zone
from sms_desk.services.absence_rows import AbsenceRow, AbsenceState, PlanDraft
from sms_desk.ui.cover.cards import Card
from sms_desk.ui.cover.words import name_of, reason_title, tr, wall_words
from sms_desk.ui.widgets.avatar import Avatar
from sms_desk.ui.widgets.forms import Choice, line_edit
from sms_desk.ui.widgets.menu_button import MenuButton
from sms_desk.ui.widgets.text import Label, label, menu_text
from sms_desk.ui.widgets.times import moment_words

_REASONS = ("", "vacation", "sick", "other")


class WhenCard(Card):
    """`span` is what was typed, or None while it cannot be read; then the card says why."""

    edited = Signal()

    def __init__(self, now: datetime, viewer: tzinfo, parent: QWidget | None = None) -> None:
        super().__init__(tr("Who and when"), parent)
        self._now, self._viewer = now, viewer
        self._zone: tzinfo = viewer
        self.span: Span | None = None
        self._avatar = Avatar(36, self)
        self._avatar.hide()
        self._name = label("", "body_strong", parent=self)
        self._there = label("", "snippet", tone="secondary", wrap=True, parent=self)
        self.since, self._since_said = self._moment(
            tr("From"), tr("now, today, mon 23 nov, tomorrow 14:30")
        )
        self.until, self._until_said = self._moment(
            tr("Until"), tr("today, fri 27 nov, 3 days; empty: no end yet")
        )
        self.reason = Choice([(reason_title(one), one) for one in _REASONS], self)
        self.reason.setAccessibleName(tr("Reason"))
        self.returns = QRadioButton(tr("Everything returns, with a brief"), self)
        self.for_good = QRadioButton(tr("Does not come back: hand over for good"), self)
        self.returns.setChecked(True)
        self._lay_out()
        self._fill_presets()
        for field in (self.since, self.until):
            field.textEdited.connect(self._on_edited)
        self.for_good.toggled.connect(self._on_for_good)
        self.reason.currentIndexChanged.connect(lambda _at: self.edited.emit())

    def _moment(self, name: str, hint: str) -> tuple[QLineEdit, Label]:
        field = line_edit(hint=hint, parent=self)
        field.setAccessibleName(name)
        said = label("", "snippet", tone="secondary", wrap=True, parent=self)
        return field, said

    def _lay_out(self) -> None:
        who = QHBoxLayout()
        who.setSpacing(12)
        who.addWidget(self._avatar)
        names = QVBoxLayout()
        names.setSpacing(2)
        names.addWidget(self._name)
        names.addWidget(self._there)
        who.addLayout(names, 1)
        self.column.addLayout(who)
        self._presets: list[MenuButton] = []
        for name, field, said in (
            (tr("From"), self.since, self._since_said),
            (tr("Until"), self.until, self._until_said),
        ):
            head = label(name, "meta_strong", tone="secondary", parent=self)
            head.setBuddy(field)
            row = QHBoxLayout()
            row.setSpacing(6)
            row.addWidget(field, 1)
            preset = MenuButton("", icon="calendar-clock", parent=self)
            preset.setAccessibleName(f"{name}: {tr('choose')}")
            self._presets.append(preset)
            row.addWidget(preset)
            self.column.addWidget(head)
            self.column.addLayout(row)
            self.column.addWidget(said)
        head = label(tr("Reason"), "meta_strong", tone="secondary", parent=self)
        head.setBuddy(self.reason)
        self.column.addWidget(head)
        self.column.addWidget(self.reason)
        self.add_line()
        self.column.addWidget(label(tr("Afterwards"), "body_strong", parent=self))
        self.column.addWidget(self.returns)
        self.column.addWidget(self.for_good)

    def _fill_presets(self) -> None:
        since, until = self._presets
        for button, field, words in (
            (since, self.since, ("now", "today", "tomorrow", "monday")),
            (
                until,
                self.until,
                ("end of today", "tomorrow", "end of friday", "1 week", "2 weeks", ""),
            ),
        ):
            for text in words:
                shown = _PRESETS.get(text, text)
                action = button.options().addAction(menu_text(tr(shown)))
                action.triggered.connect(partial(self._on_preset, field, text))

    # --- what it shows ---------------------------------------------------------------------------

    def show_person(self, draft: PlanDraft) -> None:
        person = draft.person
        self._zone = require_zone(person.zone)
        self._avatar.show_name(person.id, person.name)
        self._avatar.show()
        self._name.setText(name_of(person.name))
        clock = draft.local_now.strftime("%H:%M")
        place = person.zone.replace("_", " ").rpartition("/")[2]
        self._there.setText(
            tr("{place}, {time} there").replace("{place}", place).replace("{time}", clock)
        )
        self._read()

    def show_absence(self, row: AbsenceRow) -> None:
        """As it was saved; its times stay what they were typed as."""
        self._zone = require_zone(row.zone)
        self.since.setText(row.since_wall or f"{row.since.astimezone(self._zone):%Y-%m-%d %H:%M}")
        until = "" if row.until is None else f"{row.until.astimezone(self._zone):%Y-%m-%d %H:%M}"
        self.until.setText(row.until_wall or until)
        self.reason.choose(row.reason if row.reason in _REASONS else "other")
        self.for_good.setChecked(row.permanent)
        for field in (self.for_good, self.returns, self.reason):
            field.setEnabled(False)
        begun = row.state is AbsenceState.RUNNING  # what has begun has begun
        self.since.setEnabled(not begun)
        self._presets[0].setEnabled(not begun)
        if row.permanent:
            self.until.setEnabled(False)
        self._read()

    def begin(self, since: str, until: str, reason: str = "") -> None:
        """A new plan: nothing of what was shown before stays."""
        for field in (
            self.for_good,
            self.returns,
            self.reason,
            self.since,
            self.until,
            *self._presets,
        ):
            field.setEnabled(True)
        self.returns.setChecked(True)
        self.reason.choose(reason)
        self.since.setText(since)
        self.until.setText(until)
        self._read()

    @property
    def permanent(self) -> bool:
        return self.for_good.isChecked()

    # --- typed -----------------------------------------------------------------------------------

    @Slot()
    def _on_edited(self) -> None:
        self._read()
        self.edited.emit()

    def _on_preset(self, field: QLineEdit, text: str, _checked: bool = False) -> None:
        field.setText(text)
        field.setFocus()
        self._on_edited()

    @Slot(bool)
    def _on_for_good(self, on: bool) -> None:
        self.until.setEnabled(not on)
        self._presets[1].setEnabled(not on)
        self._on_edited()

    def _read(self) -> None:
        """What the words mean, said for both clocks; or why they mean nothing."""
        until = "" if self.permanent else self.until.text()
        try:
            span = parse_span(self.since.text(), until, self._now, self._zone)
        except DeskError as error:
            self.span = None
            self._since_said.setText("")
            self._until_said.setText(f"{error.title} {error.next_step}".strip())
            self._until_said.set_tone("error")
            return
        self.span = span
        self._until_said.set_tone("secondary")
        self._since_said.setText(self._said(span.since_wall, span.since, end=False))
        if span.until is None:
            self._until_said.setText("" if self.permanent else tr("No end yet."))
        else:
            self._until_said.setText(self._said(span.until_wall, span.until, end=True))

    def _said(self, wall: str, at: datetime, *, end: bool) -> str:
        theirs = wall_words(wall, at, self._now, self._zone, end=end) if wall else tr("Now")
        if at.astimezone(self._zone).utcoffset() == at.astimezone(self._viewer).utcoffset():
            return theirs
        mine = moment_words(at, self._now, self._viewer)
        return f"{theirs} · {tr('for you: {when}').replace('{when}', mine)}"


_PRESETS = {
    "now": "Now",
    "today": "Today, from its start",
    "tomorrow": "Tomorrow",
    "monday": "Monday",
    "end of today": "End of today",
    "end of friday": "End of Friday",
    "1 week": "One week",
    "2 weeks": "Two weeks",
    "": "No end yet",
}
