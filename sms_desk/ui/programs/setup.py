"""What a program is, filled in: name, kind, dates, and what it does with replies (R3, R13, R18)."""

from __future__ import annotations

from datetime import UTC, datetime, time, timedelta
from typing import Any
from uuid import UUID

from PySide6.QtCore import QDate, Signal
from PySide6.QtWidgets import QHBoxLayout, QWidget

from sms_desk.domain import programs as rules
from sms_desk.domain import segments
from sms_desk.domain.commands import SaveProgram
from sms_desk.domain.model import ProgramKind
from sms_desk.domain.plain_text import display_text, soft_break
from sms_desk.domain.programs import Fault, Field
from sms_desk.services.rows import ProgramRow
from sms_desk.ui.programs.words import kind_words, parts_words
from sms_desk.ui.widgets.buttons import plain, primary
from sms_desk.ui.widgets.check_box import CheckBox
from sms_desk.ui.widgets.forms import (
    Choice,
    DayEdit,
    Form,
    NumberField,
    line_edit,
    text_edit,
)
from sms_desk.ui.widgets.panes import on_ground
from sms_desk.ui.widgets.text import Label, label
from sms_desk.ui.widgets.words import tr

TEXT_HEIGHT = 76
"""Pixels of a field of several lines: four of them."""


class SetupForm(Form):
    saved = Signal()
    closed = Signal()

    def __init__(self, row: ProgramRow | None, taken_names: tuple[str, ...] = ()) -> None:
        super().__init__()
        self._row = row
        self._taken = taken_names
        self.name = line_edit(row.name if row else "")
        self.kind = Choice([(kind_words(kind), kind) for kind in ProgramKind])
        self._days = NumberField(row.attribution_days if row else 30, 1, 365)
        self._starts = DayField(row.starts_at if row else None)
        self._ends = DayField(row.ends_at - timedelta(days=1) if row and row.ends_at else None)
        self.replies = Choice(
            [
                (tr("programs", "It takes replies: people answer them"), True),
                (tr("programs", "It takes no replies: nobody answers them"), False),
            ]
        )
        self.replies.choose(row.takes_replies if row else True)
        self.instruction = text_edit(row.reply_instruction if row else "")
        self.auto_reply = text_edit(row.auto_reply if row else "")
        for field in (self.instruction, self.auto_reply):
            field.setFixedHeight(TEXT_HEIGHT)
        self._hints: dict[Field, tuple[Label, str]] = {}
        self._build()
        self.settle()

    def settle(self) -> None:
        """What stands here now is what is stored."""
        self._stored = self._filled()

    def is_changed(self) -> bool:
        """Whether something is half typed."""
        return self._filled() != self._stored

    def focus_first(self) -> None:
        self.name.setFocus()

    def command(self, stamp: Any, program_id: UUID) -> SaveProgram:
        """What was filled in. The last day counts as a whole."""
        return SaveProgram(
            **stamp,
            program_id=program_id,
            kind=self.kind.value(),
            name=self.name.text(),
            attribution_days=self._days.value(),
            starts_at=self._starts.day(),
            ends_at=self._end(),
            takes_replies=self.replies.value(),
            reply_instruction=self.instruction.toPlainText().strip(),
            auto_reply=self.auto_reply.toPlainText().strip(),
        )

    def faults(self) -> tuple[Fault, ...]:
        """What keeps it from being saved, said below each field."""
        found = rules.faults(
            name=self.name.text(),
            attribution_days=self._days.value(),
            starts_at=self._starts.day(),
            ends_at=self._end(),
            reply_instruction=self.instruction.toPlainText(),
            auto_reply=self.auto_reply.toPlainText(),
            taken=self._taken,
        )
        self._show_faults(found)
        return found

    def _show_faults(self, found: tuple[Fault, ...]) -> None:
        said: dict[Field, Fault] = {}
        for each in found:
            said.setdefault(each.field, each)
        for field, (hint, words) in self._hints.items():
            fault = said.get(field)
            text = words if fault is None else f"{fault.title} {fault.next_step}".strip()
            hint.set_tone("secondary" if fault is None else "error")
            hint.setText(text)
            hint.setVisible(bool(text))

    def _filled(self) -> tuple[object, ...]:
        return (
            self.name.text(),
            self.kind.value(),
            self._days.value(),
            self._starts.day(),
            self._ends.day(),
            self.replies.value(),
            self.instruction.toPlainText(),
            self.auto_reply.toPlainText(),
        )

    def _end(self) -> datetime | None:
        ends = self._ends.day()
        return ends + timedelta(days=1) if ends else None

    # --- building --------------------------------------------------------------------------------

    def _build(self) -> None:
        if self._row:
            self.kind.choose(self._row.kind)
        self._add(Field.NAME, tr("programs", "Name"), self.name)
        self.add(tr("programs", "Kind"), self.kind)
        days = tr("programs", "How long after it wrote to somebody.")
        self._add(Field.DAYS, tr("programs", "An answer counts for (days)"), self._days, days)
        self.add(tr("programs", "First day"), self._starts)
        self._add(Field.DATES, tr("programs", "Last day"), self._ends)
        self.add(tr("programs", "Replies"), self.replies)
        self._build_instruction()
        self._build_auto_reply()
        close, save = plain(tr("programs", "Cancel")), primary(tr("programs", "Save"))
        close.clicked.connect(self.closed)
        save.clicked.connect(self._on_save_clicked)
        self.add_foot(close, save)
        self.replies.currentIndexChanged.connect(self._on_replies_chosen)
        self._on_replies_chosen()

    def _add(self, field: Field, name: str, widget: QWidget, hint: str = "") -> None:
        self._hints[field] = (self.add(name, widget, hint), hint)

    def _build_instruction(self) -> None:
        self._taking = Form()
        example = tr("programs", "For a sender ID that receives nothing.")
        hint = self._taking.add(tr("programs", "How to answer"), self.instruction, example)
        self._hints[Field.INSTRUCTION] = (hint, example)
        self.instruction.setPlaceholderText(tr("programs", "To reply, text JOIN to 70707."))
        self._instruction_preview = Preview(self._taking)
        self._taking.add_widget(self._instruction_preview)
        self.instruction.textChanged.connect(self._show_previews)
        self.add_widget(self._taking)

    def _build_auto_reply(self) -> None:
        self._refusing = Form()
        words = tr(
            "programs",
            "Sent to whoever writes, once a person in 24 hours, until one of you answers. It goes"
            " out while a desk or the connector runs.",
        )
        hint = self._refusing.add(tr("programs", "The auto-responder says"), self.auto_reply, words)
        self._hints[Field.AUTO_REPLY] = (hint, words)
        self.auto_reply.setPlaceholderText(
            tr("programs", "Nobody reads this number. Call +1 202-555-0100.")
        )
        self._auto_preview = Preview(self._refusing)
        self._refusing.add_widget(self._auto_preview)
        self.auto_reply.textChanged.connect(self._show_previews)
        self.add_widget(self._refusing)

    def _on_replies_chosen(self) -> None:
        self._taking.setVisible(self.replies.value())
        self._refusing.setVisible(not self.replies.value())
        self._show_previews()

    def _show_previews(self) -> None:
        self._instruction_preview.show_text(self.instruction.toPlainText())
        self._auto_preview.show_text(self.auto_reply.toPlainText())

    def _on_save_clicked(self) -> None:
        self.clear_error()
        if not self.faults():
            self.saved.emit()


class Preview(QWidget):
    """A text as a bubble, and how many parts it takes; nothing for none."""

    def __init__(self, parent: QWidget) -> None:
        super().__init__(parent)
        on_ground(self, "sunken")
        self._text = label("", "body", wrap=True, parent=self)
        self._parts = label("", "snippet", tone="secondary", parent=self)
        row = QHBoxLayout(self)
        row.setContentsMargins(12, 8, 12, 8)
        row.setSpacing(12)
        row.addWidget(self._text, 1)
        row.addWidget(self._parts)

    def show_text(self, text: str) -> None:
        text = text.strip()
        self.setVisible(bool(text))
        counted = segments.count(text)
        self._text.setText(soft_break(display_text(text)))
        self._parts.setText(parts_words(counted.parts))
        self._parts.set_tone("nudge" if counted.parts > 1 else "secondary")

    def words(self) -> str:
        return self._parts.text()


class DayField(QWidget):
    """A day, or none."""

    def __init__(self, at: datetime | None) -> None:
        super().__init__()
        self._on = CheckBox()
        self._on.setAccessibleName(tr("programs", "Limited"))
        self._edit = DayEdit()
        if at is not None:
            self._edit.setDate(QDate(at.year, at.month, at.day))
        self._on.setChecked(at is not None)
        self._edit.setEnabled(at is not None)
        self._on.toggled.connect(self._edit.setEnabled)
        layout = QHBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.addWidget(self._on)
        layout.addWidget(self._edit, 1)

    def day(self) -> datetime | None:
        """The beginning of the day, in UTC."""
        if not self._on.isChecked():
            return None
        date = self._edit.date()
        first = datetime(date.year(), date.month(), date.day(), tzinfo=UTC)
        return datetime.combine(first.date(), time(), tzinfo=UTC)
