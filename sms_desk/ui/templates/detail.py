"""The pane of one template: its words, and how it reads once filled in."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from PySide6.QtCore import Signal

from sms_desk.domain import segments, templates
from sms_desk.domain.commands import SaveTemplate
from sms_desk.domain.errors import UsageError
from sms_desk.domain.model import Channel
from sms_desk.domain.plain_text import display_text
from sms_desk.services.rows import TemplateRow
from sms_desk.ui.widgets.buttons import plain, primary
from sms_desk.ui.widgets.forms import Choice, Form, line_edit, text_edit
from sms_desk.ui.widgets.words import tr

_LONGEST = 1_600


class TemplateDetail(Form):
    saved = Signal()
    retired = Signal()
    closed = Signal()

    def __init__(self, row: TemplateRow | None) -> None:
        super().__init__()
        self._row = row
        self._name = line_edit(row.name if row else "")
        self._keyword = line_edit(row.keyword if row else "", hint=tr("templates", "hours"))
        self._channel = Choice(
            [
                (tr("templates", "Any channel"), None),
                ("SMS", Channel.SMS),
                ("WhatsApp", Channel.WHATSAPP),
            ]
        )
        self._channel.choose(row.channel if row else None)
        self._body = text_edit(row.body if row else "", height=120)
        self._build()

    def _build(self) -> None:
        title = tr("templates", "Template") if self._row else tr("templates", "A new template")
        self.add_title(title)
        self.add(tr("templates", "Name"), self._name)
        self.add(
            tr("templates", "Keyword"),
            self._keyword,
            tr("templates", "Type / and the keyword while writing."),
        )
        self.add(tr("templates", "Channel"), self._channel)
        self.add(
            tr("templates", "Text"),
            self._body,
            tr("templates", "Fields: {first_name}, {name}, {my_name}, or a word of your own."),
        )
        self.add_title(tr("templates", "As it will read"))
        self._preview = self.add_words("")
        self._count = self.add_words("")
        close, save = plain(tr("templates", "Cancel")), primary(tr("templates", "Save"))
        close.clicked.connect(self.closed)
        save.clicked.connect(self._on_save_clicked)
        buttons = [close, save]
        if self._row:
            retire = plain(tr("templates", "Retire"))
            retire.clicked.connect(self.retired)
            buttons.insert(0, retire)
        self.add_foot(*buttons)
        self._body.textChanged.connect(self._show_preview)
        self._show_preview()

    def focus_first(self) -> None:
        self._name.setFocus()

    def preview(self) -> str:
        return self._preview.text()

    def command(self, stamp: Any, template_id: UUID) -> SaveTemplate:
        """What was filled in."""
        return SaveTemplate(
            **stamp,
            template_id=template_id,
            name=self._name.text(),
            keyword=self._keyword.text(),
            channel=self._channel.value(),
            body=self._body.toPlainText()[:_LONGEST],
        )

    def _show_preview(self) -> None:
        text = self._body.toPlainText()[:_LONGEST]
        try:
            names = templates.fields(text)
            filled = templates.render(text, {name: _example(name) for name in names})
        except UsageError as error:
            self._preview.setText(f"{error.title} {error.next_step}")
            self._preview.set_tone("error")
            self._count.setText("")
            return
        self._preview.set_tone("secondary")
        self._preview.setText(display_text(filled))
        counted = segments.count(filled)
        self._count.setText(tr("templates", "%n part(s)", counted.parts) if filled else "")

    def _on_save_clicked(self) -> None:
        self.clear_error()
        self.saved.emit()


def _example(name: str) -> str:
    known = {
        "first_name": tr("templates", "Mira"),
        "name": tr("templates", "Mira Anand"),
        "my_name": tr("templates", "Julia"),
        "number": "+1 202-555-0171",
    }
    return known.get(name, f"[{name}]")
