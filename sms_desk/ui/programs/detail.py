"""The pane of one program: its words and dates, and what its messages are recognised by (R61)."""

from __future__ import annotations

from datetime import UTC, datetime, time, timedelta
from typing import Any
from uuid import UUID

from PySide6.QtCore import QDate, Signal
from PySide6.QtWidgets import QCheckBox, QHBoxLayout, QStackedWidget, QWidget

from sms_desk.domain.commands import SaveProgram
from sms_desk.domain.model import BindingKind, ProgramKind
from sms_desk.domain.plain_text import display_name
from sms_desk.services.rows import BindingRow, ProgramRow
from sms_desk.ui.programs.words import binding_words, kind_words
from sms_desk.ui.widgets.buttons import icon_button, plain, primary
from sms_desk.ui.widgets.forms import Choice, DayEdit, Form, NumberField, line_edit
from sms_desk.ui.widgets.text import ElidedLabel
from sms_desk.ui.widgets.words import tr

Named = tuple[tuple[UUID, str], ...]


class ProgramDetail(Form):
    saved = Signal()
    bind_requested = Signal(object, object)
    """BindingKind and its target: an id, or the pattern."""
    binding_ended = Signal(object)
    retired = Signal(bool)
    """Whether it shall be retired, else brought back."""
    closed = Signal()

    def __init__(self, row: ProgramRow | None, reply_instruction: str = "") -> None:
        super().__init__()
        self._row = row
        self._name = line_edit(row.name if row else "")
        self._kind = Choice([(kind_words(kind), kind) for kind in ProgramKind])
        self._days = NumberField(row.attribution_days if row else 30, 1, 365)
        self._starts = DayField(row.starts_at if row else None)
        self._ends = DayField(row.ends_at - timedelta(days=1) if row and row.ends_at else None)
        self._replies = QCheckBox(tr("programs", "Takes replies"))
        self._replies.setChecked(row.takes_replies if row else True)
        self._instruction = line_edit(reply_instruction)
        self._how = Choice([(_how_words(kind), kind) for kind in BindingKind])
        self._how.choose(BindingKind.SENDER)
        self._sender, self._service = Choice([]), Choice([])
        self._pattern = line_edit(hint=tr("programs", "Our autumn offer *"))
        self._target = QStackedWidget()
        self._build()
        self.settle()

    def settle(self) -> None:
        """What stands here now is what is stored."""
        self._stored = self._filled()

    def is_changed(self) -> bool:
        """Whether something is half typed."""
        return self._filled() != self._stored

    def _filled(self) -> tuple[object, ...]:
        return (
            self._name.text(),
            self._kind.value(),
            self._days.value(),
            self._starts.day(),
            self._ends.day(),
            self._replies.isChecked(),
            self._pattern.text(),
            self._instruction.text(),
        )

    def _build(self) -> None:
        row = self._row
        self.add_title(display_name(row.name) if row else tr("programs", "A new program"))
        if row:
            self._kind.choose(row.kind)
        self.add(tr("programs", "Name"), self._name)
        self.add(tr("programs", "Kind"), self._kind)
        self.add(
            tr("programs", "An answer counts for (days)"),
            self._days,
            tr("programs", "How long after it wrote to somebody."),
        )
        self.add(tr("programs", "First day"), self._starts)
        self.add(tr("programs", "Last day"), self._ends)
        self.add_widget(self._replies)
        self.add(
            tr("programs", "How to answer"),
            self._instruction,
            tr("programs", "For a sender ID that receives nothing: To reply, text JOIN to 70707."),
        )
        close, save = plain(tr("programs", "Cancel")), primary(tr("programs", "Save"))
        close.clicked.connect(self.closed)
        save.clicked.connect(self._on_save_clicked)
        self.add_foot(close, save)
        if row:
            self._build_bindings(row.bindings)

    def _build_bindings(self, bindings: tuple[BindingRow, ...]) -> None:
        self.add_title(tr("programs", "Recognised by"))
        for binding in bindings:
            self.add_widget(self._binding_line(binding))
        if not bindings:
            self.add_words(tr("programs", "Nothing yet, so no message counts as its own."))
        for widget in (self._service, self._sender, self._pattern):
            self._target.addWidget(widget)
        self._how.currentIndexChanged.connect(self._on_how_chosen)
        self._on_how_chosen()
        self.add(tr("programs", "Also by"), self._how)
        self.add_widget(self._target)
        gone = self._row is not None and self._row.retired
        words = tr("programs", "Bring back") if gone else tr("programs", "Retire program")
        bind, retire = plain(tr("programs", "Bind")), plain(words)
        bind.clicked.connect(self._on_bind_clicked)
        retire.clicked.connect(lambda: self.retired.emit(not gone))
        line = QWidget()
        layout = QHBoxLayout(line)
        layout.setContentsMargins(0, 8, 0, 0)
        layout.addWidget(retire)
        layout.addStretch(1)
        layout.addWidget(bind)
        self.add_widget(line)

    def set_targets(self, senders: Named, services: Named) -> None:
        """What it can be bound to."""
        self._sender.set_options([(display_name(name), id_) for id_, name in senders])
        self._service.set_options([(display_name(name), id_) for id_, name in services])

    def focus_first(self) -> None:
        self._name.setFocus()

    def command(self, stamp: Any, program_id: UUID) -> SaveProgram:
        """What was filled in. The last day counts as a whole."""
        ends = self._ends.day()
        return SaveProgram(
            **stamp,
            program_id=program_id,
            kind=self._kind.value(),
            name=self._name.text(),
            attribution_days=self._days.value(),
            starts_at=self._starts.day(),
            ends_at=ends + timedelta(days=1) if ends else None,
            takes_replies=self._replies.isChecked(),
            reply_instruction=self._instruction.text().strip(),
        )

    def _binding_line(self, binding: BindingRow) -> QWidget:
        line = QWidget()
        layout = QHBoxLayout(line)
        layout.setContentsMargins(0, 0, 0, 0)
        words = binding_words(binding)
        layout.addWidget(ElidedLabel(words, parent=line), 1)
        end = icon_button("x", f"{tr('programs', 'End')}: {words}", parent=line)
        end.clicked.connect(lambda: self.binding_ended.emit(binding.id))
        layout.addWidget(end)
        return line

    def _on_how_chosen(self) -> None:
        widget = {
            BindingKind.SENDER: self._sender,
            BindingKind.MESSAGING_SERVICE: self._service,
            BindingKind.PATTERN: self._pattern,
        }[self._how.value()]
        self._target.setCurrentWidget(widget)

    def _on_bind_clicked(self) -> None:
        kind: BindingKind = self._how.value()
        self.clear_error()
        targets = {
            BindingKind.SENDER: self._sender.value(),
            BindingKind.MESSAGING_SERVICE: self._service.value(),
            BindingKind.PATTERN: self._pattern.text().strip(),
        }
        if targets[kind]:
            self.bind_requested.emit(kind, targets[kind])

    def _on_save_clicked(self) -> None:
        self.clear_error()
        self.saved.emit()


class DayField(QWidget):
    """A day, or none."""

    def __init__(self, at: datetime | None) -> None:
        super().__init__()
        self._on = QCheckBox()
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


def _how_words(kind: BindingKind) -> str:
    return {
        BindingKind.MESSAGING_SERVICE: tr("programs", "a Messaging Service"),
        BindingKind.SENDER: tr("programs", "a sender ID of its own"),
        BindingKind.PATTERN: tr("programs", "the text of its messages"),
    }[kind]
