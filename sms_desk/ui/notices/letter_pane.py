"""One e-mail template: its parts, and beside them the variables and how it reads (R21)."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial
from typing import Any, Final

from PySide6.QtCore import QTimer, Signal, Slot
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import QBoxLayout, QHBoxLayout, QPlainTextEdit, QWidget
from typing_extensions import override

from sms_desk.domain.commands import SaveNoticeTemplate
from sms_desk.domain.errors import DeskError
from sms_desk.domain.plain_text import display_text
from sms_desk.services.notices import NoticeTemplateRow
from sms_desk.ui.widgets.buttons import link, plain, primary
from sms_desk.ui.widgets.forms import Form, line_edit, source_edit, source_of
from sms_desk.ui.widgets.text import label
from sms_desk.ui.widgets.words import tr

PAUSE_MS: Final = 250
"""So long after the last key the preview is made."""
_LONGEST: Final = 20_001
"""One more than a part may have: what is too long is said, not cut."""
_BESIDE_FROM: Final = 640


class LetterPane(QWidget):
    """A template, or the desk's own as the beginning of a new one."""

    saved = Signal()
    retired = Signal(bool)
    closed = Signal()
    preview_asked = Signal(str, str, str)
    """Subject, text and HTML; answered by `show_made` or `show_broken`."""

    def __init__(self, row: NoticeTemplateRow, variables: Sequence[tuple[str, str]]) -> None:
        super().__init__()
        self._row = row
        self.name = line_edit("" if row.shipped else row.name)
        self.name.setReadOnly(not row.shipped)
        self.subject = line_edit(row.subject)
        self.text = source_edit(row.text, _LONGEST, height=190)
        self.html = source_edit(row.html, _LONGEST, height=150)
        self._form, self._side = Form(), Form()
        self._build_form()
        self._build_side(variables)
        self._pages = QBoxLayout(QBoxLayout.Direction.LeftToRight, self)
        self._pages.setContentsMargins(0, 0, 0, 0)
        self._pages.setSpacing(24)
        for form in (self._form, self._side):
            self._pages.addWidget(form, 1)
        self._pause = QTimer(self)
        self._pause.setSingleShot(True)
        self._pause.setInterval(PAUSE_MS)
        self._pause.timeout.connect(self.ask)
        for field in (self.subject, self.text, self.html):
            field.textChanged.connect(self._pause.start)

    def _build_form(self) -> None:
        form, row = self._form, self._row
        new = row.shipped
        form.add_title(
            tr("notices", "A new e-mail template") if new else tr("notices", "E-mail template")
        )
        if row.retired:
            form.add_words(
                tr("notices", "Retired: the desk's own serves where a holding names it.")
            )
        hint = tr("notices", "It begins as the desk's own. A holding names it by this name.")
        stays = tr("notices", "Holdings name it by this; it stays.")
        form.add(tr("notices", "Name"), self.name, hint if new else stays)
        form.add(tr("notices", "Subject"), self.subject)
        form.add(tr("notices", "Text"), self.text)
        form.add(
            tr("notices", "HTML"),
            self.html,
            tr("notices", "Empty: the letter is plain text alone."),
        )
        close, save = plain(tr("notices", "Cancel")), primary(tr("notices", "Save"))
        close.clicked.connect(self.closed)
        save.clicked.connect(self._on_save_clicked)
        buttons = [close, save]
        if not new:
            retire = plain(tr("notices", "Bring back") if row.retired else tr("notices", "Retire"))
            retire.clicked.connect(partial(self.retired.emit, not row.retired))
            buttons.insert(0, retire)
        form.add_foot(*buttons)

    def _build_side(self, variables: Sequence[tuple[str, str]]) -> None:
        side = self._side
        side.add_title(tr("notices", "As it will read"))
        self._wrong = side.add_words("")
        self._wrong.set_tone("error")
        self._wrong.hide()
        self._made_subject = label("", "body_strong", wrap=True, parent=self)
        self._made_text = label("", wrap=True, parent=self)
        self._made_html = QPlainTextEdit()
        self._made_html.setProperty("kind", "field")
        self._made_html.setReadOnly(True)
        self._made_html.setTabChangesFocus(True)
        self._made_html.setFixedHeight(110)
        self._made_html.setAccessibleName(tr("notices", "HTML as it will be sent"))
        for widget in (self._made_subject, self._made_text, self._made_html):
            side.add_widget(widget)
        side.add_words(tr("notices", "Contact and message are invented."))
        side.add_title(tr("notices", "Variables"))
        for name, meaning in variables:
            side.add_widget(self._variable(name, meaning))

    def _variable(self, name: str, meaning: str) -> QWidget:
        """Its name, which puts it where one writes, and what it means."""
        line = QWidget()
        row = QHBoxLayout(line)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(8)
        put = link(name)
        put.clicked.connect(partial(self.insert, name))
        names = QWidget(line)
        names.setFixedWidth(118)
        column = QHBoxLayout(names)
        column.setContentsMargins(0, 0, 0, 0)
        column.addWidget(put)
        column.addStretch(1)
        row.addWidget(names)
        row.addWidget(label(meaning, "snippet", tone="secondary", wrap=True, parent=line), 1)
        return line

    # --- writing -----------------------------------------------------------------------------------

    def focus_first(self) -> None:
        self.name.setFocus()

    def insert(self, name: str) -> None:
        """Put a variable where one writes; into the text, where that is none of the parts."""
        word = f"{{{{ {name} }}}}"
        if self.subject.hasFocus():
            self.subject.insert(word)
        elif self.html.hasFocus():
            self.html.insertPlainText(word)
        else:
            self.text.insertPlainText(word)

    def command(self, stamp: Any) -> SaveNoticeTemplate:
        """What was filled in."""
        subject, text, html = self._parts()
        name = self.name.text() if self._row.shipped else self._row.name
        return SaveNoticeTemplate(**stamp, name=name, subject=subject, text=text, html=html)

    def show_error(self, error: DeskError) -> None:
        self._form.show_error(error)

    def error_words(self) -> str:
        return self._form.error_words()

    def _parts(self) -> tuple[str, str, str]:
        return self.subject.text(), source_of(self.text), source_of(self.html)

    def _on_save_clicked(self) -> None:
        self._form.clear_error()
        self.saved.emit()

    # --- preview -----------------------------------------------------------------------------------

    @Slot()
    def ask(self) -> None:
        self.preview_asked.emit(*self._parts())

    def show_made(self, made: tuple[str, str, str]) -> None:
        subject, text, html = made
        self._wrong.hide()
        self._made_subject.setText(display_text(subject))
        self._made_text.setText(display_text(text))
        self._made_html.setPlainText(html)
        self._made_html.setVisible(bool(html))

    def show_broken(self, error: DeskError) -> None:
        """What was made last stays, under what is wrong now, with its line."""
        self._wrong.setText(error.title)
        self._wrong.show()

    def preview(self) -> tuple[str, str, str]:
        """Subject and text as they are shown, and what is wrong."""
        wrong = self._wrong.text() if self._wrong.isVisibleTo(self) else ""
        return self._made_subject.text(), self._made_text.text(), wrong

    @override
    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        beside = self.width() >= _BESIDE_FROM
        way = QBoxLayout.Direction
        self._pages.setDirection(way.LeftToRight if beside else way.TopToBottom)
