"""The panes beside India's registered texts: one of them, a text to check, a file (R41)."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Final
from uuid import UUID

from PySide6.QtCore import QTimer, Signal, Slot
from PySide6.QtGui import QTextCharFormat, QTextCursor
from PySide6.QtWidgets import QPlainTextEdit, QTextEdit

from sms_desk.domain import dlt as rules
from sms_desk.domain.commands import DltText, SaveDltTemplate
from sms_desk.domain.errors import DeskError, UsageError
from sms_desk.domain.model import DltKind
from sms_desk.domain.plain_text import display_name, display_text, preview, soft_break
from sms_desk.domain.registration import is_entity_id
from sms_desk.services.dlt_texts import Comparison, DltTemplateRow
from sms_desk.ui import theme
from sms_desk.ui.templates.india_words import comparison_words, header_words, kind_words
from sms_desk.ui.widgets.buttons import plain, primary
from sms_desk.ui.widgets.forms import Choice, Form, line_edit, source_of, text_edit
from sms_desk.ui.widgets.sender_field import SenderField
from sms_desk.ui.widgets.text import Label
from sms_desk.ui.widgets.words import tr

Senders = Sequence[tuple[UUID, str, str]]
"""Id, number as shown, and label."""
PAUSE_MS: Final = 250
"""After the last key, before a text is compared."""
_LINES: Final = 200
"""Wrong lines of a file that are shown."""


class IndiaText(Form):
    """One registered text as it is written down; what is wrong stands under its field."""

    saved = Signal()
    retired = Signal(bool)
    closed = Signal()

    def __init__(self, row: DltTemplateRow | None, senders: Senders) -> None:
        super().__init__()
        self._row = row
        self.name = line_edit(row.name if row else "")
        self.dlt_id = line_edit(row.dlt_id if row else "")
        self.entity_id = line_edit(row.entity_id if row else "")
        self.header = SenderField()
        self.header.set_options(senders)
        self.header.choose(row.sender_id if row else None)
        self.kind = Choice([(kind_words(kind), kind) for kind in DltKind])
        self.kind.choose(row.kind if row else DltKind.SERVICE_IMPLICIT)
        self.body = text_edit(height=140)
        self.body.setPlainText(row.body if row else "")  # exactly: each character is compared
        self._notes: dict[str, tuple[Label, str]] = {}
        self._build()

    def _build(self) -> None:
        new = self._row is None
        self.add_title(tr("dlt", "A new registered text") if new else tr("dlt", "Registered text"))
        number = tr("dlt", "A number, mostly of 19 digits, from the DLT portal.")
        for key, words, field, hint in (
            ("name", tr("dlt", "Name"), self.name, ""),
            ("dlt_id", tr("dlt", "Template ID"), self.dlt_id, number),
            ("entity_id", tr("dlt", "Principal entity ID"), self.entity_id, ""),
            ("header", tr("dlt", "Header"), self.header, tr("dlt", "Empty: every header of it.")),
            ("kind", tr("dlt", "Registered as"), self.kind, ""),
            (
                "body",
                tr("dlt", "Text"),
                self.body,
                tr("dlt", "As registered, letter by letter, with {#var#} where it varies."),
            ),
        ):
            self._notes[key] = self.add(words, field, hint), hint
        close, save = plain(tr("dlt", "Cancel")), primary(tr("dlt", "Save"))
        close.clicked.connect(self.closed)
        save.clicked.connect(self._on_save_clicked)
        buttons = [close, save]
        if self._row is not None:
            gone = self._row.retired
            retire = plain(tr("dlt", "Bring back") if gone else tr("dlt", "Retire"))
            retire.clicked.connect(lambda: self.retired.emit(not gone))
            buttons.insert(0, retire)
        self.add_foot(*buttons)

    def focus_first(self) -> None:
        self.name.setFocus()

    def command(self, stamp: Any, template_id: UUID) -> SaveDltTemplate:
        """What was filled in."""
        text = DltText(
            template_id,
            self.dlt_id.text().strip(),
            self.entity_id.text().strip(),
            self.name.text(),
            self.kind.value(),
            source_of(self.body),
            self.header.value(),
        )
        return SaveDltTemplate(**stamp, text=text)

    def problems(self) -> dict[str, str]:
        """Field → what is wrong with it; empty if it can be saved."""
        found: dict[str, str] = {}
        digits = tr("dlt", "This is no number as the operators give it.")
        if not self.name.text().strip():
            found["name"] = tr("dlt", "Give it a name.")
        if not is_entity_id(self.dlt_id.text().strip()):
            found["dlt_id"] = digits
        if not is_entity_id(self.entity_id.text().strip()):
            found["entity_id"] = digits
        if self.header.is_unknown():
            found["header"] = tr("dlt", "There is no such sender ID.")
        try:
            rules.checked_body(source_of(self.body))
        except UsageError as error:
            found["body"] = f"{error.title} {error.next_step}".strip()
        return found

    def note(self, key: str) -> str:
        """What stands under a field."""
        return self._notes[key][0].text()

    @Slot()
    def _on_save_clicked(self) -> None:
        self.clear_error()
        problems = self.problems()
        for key, (note, hint) in self._notes.items():
            note.setText(problems.get(key, hint))
            note.set_tone("error" if key in problems else "secondary")
            note.setVisible(bool(note.text()))
        if not problems:
            self.saved.emit()


class IndiaTextShown(Form):
    """The same for those who may not change it."""

    def __init__(self, row: DltTemplateRow) -> None:
        super().__init__()
        self.add_title(display_name(row.name))
        if row.retired:
            self.add_words(tr("dlt", "Retired: nothing is compared with it."))
        self.add_words(f"{kind_words(row.kind)} · {header_words(row.sender)}")
        for words, number in (
            (tr("dlt", "Template ID {number}"), row.dlt_id),
            (tr("dlt", "Principal entity ID {number}"), row.entity_id),
        ):
            self.add_words(words.replace("{number}", number))
        self.add_words(soft_break(display_text(row.body)))
        self.add_words(tr("dlt", "An admin can change it."))


class CheckText(Form):
    """A text that somebody means to send, and the first character that the operators refuse."""

    asked = Signal(str, object)
    """The text, and the sender ID or None. Answered by `show_found`."""
    closed = Signal()

    def __init__(self, senders: Senders) -> None:
        super().__init__()
        self.text = text_edit(height=140)
        self.header = SenderField()
        self.header.set_options(senders)
        self._asked = ""
        self._pause = QTimer(self)
        self._pause.setSingleShot(True)
        self._pause.setInterval(PAUSE_MS)
        self._pause.timeout.connect(self.ask)
        self.add_title(tr("dlt", "Check a text"))
        self.add(
            tr("dlt", "Text"),
            self.text,
            tr("dlt", "As it shall be sent. It is compared with what is registered."),
        )
        self.add(tr("dlt", "Header"), self.header, tr("dlt", "Empty: all registered texts."))
        self._found = self.add_words("")
        close = plain(tr("dlt", "Close"))
        close.clicked.connect(self.closed)
        self.add_foot(close)
        self.text.textChanged.connect(self._pause.start)
        self.header.textChanged.connect(self._pause.start)

    def words(self) -> str:
        """What was found."""
        return self._found.text()

    def marked(self) -> str:
        """The characters that are pointed at."""
        return "".join(each.cursor.selectedText() for each in self.text.extraSelections())

    @Slot()
    def ask(self) -> None:
        """Compare what stands there now."""
        self._asked = source_of(self.text)
        if self.header.is_unknown():
            self._say(tr("dlt", "There is no such sender ID."), "error", 0)
        elif self._asked.strip():
            self.asked.emit(self._asked, self.header.value())
        else:
            self._say("", "secondary", 0)

    def show_found(self, found: Comparison) -> None:
        """The answer to the last question."""
        if source_of(self.text) == self._asked:
            tone = "ok" if found.fits else "error" if found.template_id else "secondary"
            self._say(comparison_words(found), tone, found.character)

    def _say(self, words: str, tone: Any, character: int) -> None:
        self._found.setText(words)
        self._found.set_tone(tone)
        self.text.setExtraSelections(_marks(self.text, self._asked, character))


def _marks(edit: QPlainTextEdit, text: str, character: int) -> list[QTextEdit.ExtraSelection]:
    """Points at one character, counted from 1; at the last one where the end comes too early."""
    if not character or not text:
        return []
    at = min(character - 1, len(text) - 1)
    begins = _units(text[:at])
    mark = QTextEdit.ExtraSelection()
    mark.cursor = QTextCursor(edit.document())
    mark.cursor.setPosition(begins)
    mark.cursor.setPosition(begins + _units(text[at]), QTextCursor.MoveMode.KeepAnchor)
    look = QTextCharFormat()
    look.setForeground(theme.tokens().error)
    look.setFontUnderline(True)
    look.setUnderlineColor(theme.tokens().error)
    look.setFontWeight(700)
    mark.format = look
    return [mark]


def _units(text: str) -> int:
    """Qt counts UTF-16 units."""
    return len(text.encode("utf-16-le", "surrogatepass")) // 2


class ImportReport(Form):
    """What a file would bring, or line by line why it cannot; nothing is changed before the button."""

    applied = Signal()
    closed = Signal()

    def __init__(self, file_name: str) -> None:
        super().__init__()
        self.add_title(tr("dlt", "Import registered texts"))
        self.add_words(display_name(file_name))
        self._said = self.add_words(tr("dlt", "Reading …"))
        self._lines: list[Label] = []
        self._close = plain(tr("dlt", "Cancel"))
        self.apply = primary(tr("dlt", "Import"))
        self.apply.setEnabled(False)
        self._close.clicked.connect(self.closed)
        self.apply.clicked.connect(self.applied)
        self.add_foot(self._close, self.apply)

    def words(self) -> str:
        return "\n".join(each.text() for each in (self._said, *self._lines))

    def show_ready(self, texts: int, known: int) -> None:
        """known: how many of them correct one that is there."""
        said = tr("dlt", "{new} new, {known} corrected.").replace("{known}", f"{known:,}")
        self._said.setText(said.replace("{new}", f"{texts - known:,}"))
        self.apply.set_words(tr("dlt", "Import %n", texts))
        self.apply.setEnabled(True)

    def show_wrong(self, error: DeskError) -> None:
        """The whole, then each line by its number."""
        self._said.setText(error.title)
        self._said.set_tone("error")
        self.apply.hide()
        self._close.set_words(tr("dlt", "Close"))
        for line in error.next_step.splitlines()[:_LINES]:
            self._lines.append(self.add_words(preview(line, 400)))
