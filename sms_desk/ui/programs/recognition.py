"""How a program's messages are recognised: its bindings, one more, and a text tried out (R61)."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from PySide6.QtCore import QTimer, Signal
from PySide6.QtWidgets import QHBoxLayout, QStackedWidget, QWidget

from sms_desk.domain.model import BindingKind
from sms_desk.domain.plain_text import display_name
from sms_desk.services.rows import BindingPreview, BindingRow, ProgramRow, TextTest
from sms_desk.ui.programs.setup import TEXT_HEIGHT
from sms_desk.ui.programs.words import binding_words, preview_words, sender_words, verdict_words
from sms_desk.ui.widgets.buttons import icon_button, plain
from sms_desk.ui.widgets.forms import Choice, Form, line_edit, text_edit
from sms_desk.ui.widgets.text import ElidedLabel
from sms_desk.ui.widgets.words import tr

Named = tuple[tuple[UUID, str], ...]
_PAUSE_MS = 250
"""After the last key before a text is tried."""


class Recognition(Form):
    bind_requested = Signal(object, object)
    """BindingKind and its target: an id, or the pattern."""
    preview_requested = Signal(object, object)
    """The same: how many stored messages it would recognise?"""
    binding_ended = Signal(object)
    test_requested = Signal(str, str, object)
    """A text, the pattern that is typed, and the sender ID or None: whose would it be?"""

    def __init__(self, row: ProgramRow) -> None:
        super().__init__()
        self._how = Choice([(_how_words(kind), kind) for kind in BindingKind])
        self._how.choose(BindingKind.PATTERN)
        self.sender_choice, self.service_choice = Choice([]), Choice([])
        self.pattern = line_edit(hint=tr("programs", "Our autumn offer *"))
        self._target = QStackedWidget()
        self.text = text_edit(hint=tr("programs", "Paste a message that went out"))
        self.text.setFixedHeight(TEXT_HEIGHT)
        self._from = Choice([])
        self._pause = QTimer(self)
        self._pause.setSingleShot(True)
        self._pause.setInterval(_PAUSE_MS)
        self._pause.timeout.connect(self._on_typing_ended)
        self._build_bindings(row)
        self._build_new()
        self._build_test()

    def set_targets(self, senders: Named, services: Named) -> None:
        """What it can be bound to."""
        named = [(display_name(name), id_) for id_, name in senders]
        self.sender_choice.set_options(named)
        self.service_choice.set_options([(display_name(name), id_) for id_, name in services])
        nobody = (tr("programs", "From a sender ID dedicated to no program"), None)
        self._from.set_options([nobody, *named])

    def is_changed(self) -> bool:
        """Whether something is half typed."""
        return bool(self.pattern.text())

    def forget_typed(self) -> None:
        """It is bound now: nothing is half typed any more."""
        self.pattern.clear()
        self._forget_preview()

    def show_preview(self, preview: BindingPreview) -> None:
        self._preview.setText(preview_words(preview))
        self._preview.show()

    def show_test(self, test: TextTest) -> None:
        """Whose the text would be, and why."""
        words, tone = verdict_words(test, bool(self.pattern.text().strip()))
        self._verdict.set_tone("ok" if tone == "ok" else "nudge" if tone else "secondary")
        self._verdict.setText(words if self.text.toPlainText().strip() else "")

    def verdict(self) -> str:
        return self._verdict.text()

    def preview(self) -> str:
        return self._preview.text()

    # --- building --------------------------------------------------------------------------------

    def _build_bindings(self, row: ProgramRow) -> None:
        self.add_title(tr("programs", "Recognised by"))
        for binding in row.bindings:
            self.add_widget(self._binding_line(binding))
        if not row.bindings:
            self.add_words(tr("programs", "Nothing yet, so no message counts as its own."))
        self._progress = self.add_words("")
        self._progress.hide()
        if row.senders:
            self.add_title(tr("programs", "It writes from"))
            for sender in row.senders:
                self.add_words(sender_words(sender))

    def show_progress(self, words: str) -> None:
        """How far the desk has come looking at stored messages again; "" where it is done."""
        self._progress.setText(words)
        self._progress.setVisible(bool(words))

    def _build_new(self) -> None:
        self.add_title(tr("programs", "Also recognise it by"))
        widgets: tuple[QWidget, ...] = (self.service_choice, self.sender_choice, self.pattern)
        for widget in widgets:
            self._target.addWidget(widget)
        self._how.currentIndexChanged.connect(self._on_how_chosen)
        self.add(tr("programs", "What"), self._how)
        self.add_widget(self._target)
        self.add_words(
            tr(
                "programs",
                "A bound Messaging Service goes first, then a dedicated sender ID, then the text"
                " within the program's dates. In a text * stands for anything.",
            )
        )
        self._preview = self.add_words("")
        self._preview.hide()
        look, bind = plain(tr("programs", "Preview")), plain(tr("programs", "Bind"))
        look.clicked.connect(lambda: self._ask(self.preview_requested))
        bind.clicked.connect(lambda: self._ask(self.bind_requested))
        self.add_foot(look, bind)
        self._on_how_chosen()

    def _build_test(self) -> None:
        self.add_gap()
        self.add_title(tr("programs", "Try a text"))
        self.add(tr("programs", "Text"), self.text)
        self.add(tr("programs", "Sent"), self._from)
        self._verdict = self.add_words("")
        self.text.textChanged.connect(self._pause.start)
        self.pattern.textChanged.connect(self._pause.start)
        self._from.currentIndexChanged.connect(self._pause.start)

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

    # --- what the person does --------------------------------------------------------------------

    def _on_how_chosen(self) -> None:
        widgets: dict[BindingKind, QWidget] = {
            BindingKind.SENDER: self.sender_choice,
            BindingKind.MESSAGING_SERVICE: self.service_choice,
            BindingKind.PATTERN: self.pattern,
        }
        widget = widgets[self._how.value()]
        widget.setAccessibleName(_how_words(self._how.value()))
        self._target.setCurrentWidget(widget)
        self._forget_preview()

    def _forget_preview(self) -> None:
        self._preview.setText("")
        self._preview.hide()

    def _ask(self, signal: Any) -> None:
        kind: BindingKind = self._how.value()
        self.clear_error()
        targets = {
            BindingKind.SENDER: self.sender_choice.value(),
            BindingKind.MESSAGING_SERVICE: self.service_choice.value(),
            BindingKind.PATTERN: self.pattern.text().strip(),
        }
        if targets[kind]:
            signal.emit(kind, targets[kind])

    def _on_typing_ended(self) -> None:
        self.test_requested.emit(
            self.text.toPlainText(), self.pattern.text().strip(), self._from.value()
        )


def _how_words(kind: BindingKind) -> str:
    return {
        BindingKind.MESSAGING_SERVICE: tr("programs", "a Messaging Service"),
        BindingKind.SENDER: tr("programs", "a sender ID of its own"),
        BindingKind.PATTERN: tr("programs", "the text of its messages"),
    }[kind]
