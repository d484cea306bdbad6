"""The pane of one sender ID: what it is, holders, registration, replies, fallback, health, country.

What is typed is checked while it is typed: what cannot be stands in red at its field, advice beside
it in the colour of a warning (R11, R14).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Any
from uuid import UUID

from PySide6.QtCore import QTimer, Signal, Slot
from PySide6.QtWidgets import QHBoxLayout, QWidget

from sms_desk.domain.commands import EditSender
from sms_desk.domain.model import Purpose, SenderDirection, SenderKind
from sms_desk.domain.plain_text import display_name, preview
from sms_desk.domain.sender_policy import Draft, Finding, Severity, channel_of
from sms_desk.services.desk import Stamp
from sms_desk.services.rows import PersonRow
from sms_desk.services.sender_detail import SenderDetail as Detail
from sms_desk.services.sender_detail import draft_of, edit_of
from sms_desk.ui.senders.country_rules import CountryRules
from sms_desk.ui.senders.holders import Day, HoldersForm, When
from sms_desk.ui.senders.registration import RegistrationForm
from sms_desk.ui.senders.words import (
    channel_words,
    direction_words,
    kind_words,
    purpose_words,
)
from sms_desk.ui.widgets.buttons import icon_button, plain, primary
from sms_desk.ui.widgets.forms import Choice, Form, line_edit
from sms_desk.ui.widgets.panes import horizontal_line
from sms_desk.ui.widgets.sender_field import SenderField
from sms_desk.ui.widgets.text import Label, label
from sms_desk.ui.widgets.words import tr

_CHECK_MS = 150


class SenderDetail(Form):
    saved = Signal()
    checked = Signal(object)
    """A `Draft` that somebody should look at."""
    retired = Signal(bool)
    closed = Signal()

    def __init__(self, detail: Detail, day: Day, when: When) -> None:
        super().__init__()
        row = self._row = detail.row
        self._detail = detail
        self._label = line_edit(row.label)
        same_channel = [kind for kind in SenderKind if channel_of(kind) is row.channel]
        self._kind = Choice([(kind_words(kind), kind) for kind in same_channel])
        self._kind.choose(row.kind)
        self._direction = Choice([(direction_words(each), each) for each in SenderDirection])
        self._direction.choose(row.direction)
        self._purpose = Choice([(purpose_words(each), each) for each in Purpose])
        self._purpose.choose(row.purpose)
        self._country = line_edit(row.country, hint="US")
        self._country.setMaxLength(2)
        self._inbound, self._fallback = SenderField(), SenderField()
        self._registration = RegistrationForm(row.registration)
        self.holders = HoldersForm(day, when)
        self._holder, self._give = self.holders.holder, self.holders.give
        self._save = primary(tr("senders", "Save"))
        words = tr("senders", "Bring back") if row.retired else tr("senders", "Retire")
        self._retire = plain(words)
        self._notes: dict[str, tuple[Label, str]] = {}
        self._wait = QTimer(self)
        self._wait.setSingleShot(True)
        self._wait.setInterval(_CHECK_MS)
        self._wait.timeout.connect(self._ask)
        self._build()
        self.show_findings(detail.findings)
        self.settle()

    def settle(self) -> None:
        """What stands here now is what is stored."""
        self._stored = self._filled()

    def is_changed(self) -> bool:
        """Whether something is half typed."""
        return self._filled() != self._stored or self.holders.is_changed()

    def command(self, stamp: Stamp) -> EditSender:
        """What was filled in."""
        return replace(
            edit_of(self._row, stamp),
            label=self._label.text(),
            kind=self._kind.value(),
            direction=self._direction.value(),
            purpose=self._purpose.value(),
            country=self._country.text().strip().upper(),
            inbound_id=self._inbound.value(),
            fallback_id=self._fallback.value(),
            registration=self._registration.value(),
        )

    def draft(self) -> Draft:
        """The same, as the rules look at it."""
        return replace(
            draft_of(self._row),
            kind=self._kind.value(),
            direction=self._direction.value(),
            purpose=self._purpose.value(),
            country=self._country.text().strip().upper(),
            inbound_id=self._inbound.value(),
            fallback_id=self._fallback.value(),
            registration=self._registration.value(),
        )

    def _filled(self) -> tuple[object, ...]:
        return (
            self._label.text(),
            self._kind.value(),
            self._direction.value(),
            self._purpose.value(),
            self._country.text(),
            self._inbound.text(),
            self._fallback.text(),
            self._registration.value(),
        )

    # --- what stands in it ---------------------------------------------------------------------------

    def _build(self) -> None:
        row = self._row
        self.add_widget(_head(display_name(row.display), self))
        account = display_name(row.account_label) or tr("senders", "carried by no account")
        retired = tr("senders", "retired") if row.retired else ""
        self.add_words(" · ".join(filter(None, (channel_words(row.channel), account, retired))))
        self._address_note = self.add_words("")
        self._notes["address"] = (self._address_note, "")
        self._add("label", tr("senders", "Label"), self._label)
        self._add("kind", tr("senders", "Kind"), self._kind)
        self._add("country", tr("senders", "Country"), self._country)
        self._add("direction", tr("senders", "Direction"), self._direction)
        self._add("purpose", tr("senders", "Used for"), self._purpose)
        self._section(tr("senders", "Replies"))
        self._add(
            "inbound",
            tr("senders", "Replies arrive at"),
            self._inbound,
            tr("senders", "For a sender ID that receives nothing: the number it asks to answer."),
        )
        self._section(tr("senders", "Fallback"))
        self._add(
            "fallback",
            tr("senders", "While it is blocked"),
            self._fallback,
            tr("senders", "On the same channel; a supervisor switches its conversations over."),
        )
        self.add_widget(self._registration)
        self._notes |= {name: (note, "") for name, note in self._registration.notes.items()}
        self.add_foot(self._retire, self._save)
        self._section("")
        self.add_widget(self.holders)
        if self._detail.country is not None:
            name = self._detail.country.name
            self._section(tr("senders", "In {country}").replace("{country}", name))
            self.add_widget(CountryRules(self._detail.country))
        self._save.clicked.connect(self._on_save_clicked)
        self._retire.clicked.connect(lambda: self.retired.emit(not row.retired))
        for choice in (self._kind, self._direction, self._purpose):
            choice.currentIndexChanged.connect(self._on_edited)
        for field in (self._country, self._inbound, self._fallback):
            field.textChanged.connect(self._on_edited)
        self._registration.edited.connect(self._on_edited)
        self._registration.show_country(row.country)

    def _section(self, title: str) -> None:
        self.add_widget(horizontal_line(self))
        if title:
            self.add_title(title)

    def _add(self, name: str, words: str, field: QWidget, hint: str = "") -> None:
        self._notes[name] = (self.add(words, field, hint), hint)

    def show_options(
        self,
        senders: Sequence[tuple[UUID, str, str, bool]],
        holders: Sequence[tuple[str, Any]],
        people: Sequence[PersonRow],
    ) -> None:
        """senders: id, number, label, and whether it receives, of the others on the channel."""
        self._inbound.set_options([(i, shown, name) for i, shown, name, gets in senders if gets])
        self._fallback.set_options([(i, shown, name) for i, shown, name, _ in senders])
        self._inbound.choose(self._row.inbound_id)
        self._fallback.choose(self._row.fallback_id)
        self.holders.set_options(holders, people)
        self.holders.show_holdings(self._detail.holdings)
        self._wait.stop()
        self.settle()

    # --- findings ------------------------------------------------------------------------------------

    @Slot()
    def _on_edited(self) -> None:
        self._registration.show_country(self._country.text().strip().upper())
        self._wait.start()

    @Slot()
    def _ask(self) -> None:
        self.checked.emit(self.draft())

    def show_findings(self, findings: Sequence[Finding]) -> None:
        """Each at its field; errors before advice, with its source."""
        for name, (note, hint) in self._notes.items():
            theirs = [each for each in findings if each.field == name]
            field = {"inbound": self._inbound, "fallback": self._fallback}.get(name)
            if field is not None and field.is_unknown():
                note.setText(tr("senders", "There is no such sender ID on this channel."))
                note.set_tone("error")
            elif theirs:
                note.setText("\n".join(_finding_words(each) for each in theirs))
                wrong = theirs[0].severity is Severity.ERROR
                note.set_tone("error" if wrong else "nudge")
            else:
                note.setText(hint)
                note.set_tone("secondary")
            note.setVisible(bool(note.text()))

    def finding_words(self, field: str) -> str:
        """What stands at a field."""
        note, _ = self._notes[field]
        return note.text()

    @Slot()
    def _on_save_clicked(self) -> None:
        self.clear_error()
        if self._inbound.is_unknown() or self._fallback.is_unknown():
            self.show_findings(self._detail.findings)
            return
        self.saved.emit()


def _finding_words(finding: Finding) -> str:
    words = " ".join(filter(None, (finding.title, finding.next_step)))
    return preview(words, 300)  # where it is written stands with the country's rules


def _head(title: str, pane: SenderDetail) -> QWidget:
    line = QWidget()
    layout = QHBoxLayout(line)
    layout.setContentsMargins(0, 0, 0, 0)
    layout.addWidget(label(title, "title", parent=line), 1)
    close = icon_button("x", tr("senders", "Close the pane"), parent=line)
    close.clicked.connect(pane.closed)
    layout.addWidget(close)
    return line
