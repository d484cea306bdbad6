"""Asks for what a template lacks, with the text as it will be."""

from __future__ import annotations

from collections.abc import Mapping

from PySide6.QtWidgets import (
    QDialog,
    QFormLayout,
    QHBoxLayout,
    QLineEdit,
    QVBoxLayout,
    QWidget,
)

from sms_desk.domain import plain_text
from sms_desk.services.rows import TemplateRow
from sms_desk.ui.composer.choosing import field_words, filled_or_marked, missing
from sms_desk.ui.widgets.buttons import plain, primary
from sms_desk.ui.widgets.text import label, set_window_title
from sms_desk.ui.widgets.words import tr

_SHOWN = 1_000


class FillDialog(QDialog):
    """One field per missing value; Insert waits until all are there."""

    def __init__(
        self, row: TemplateRow, values: Mapping[str, str], parent: QWidget | None = None
    ) -> None:
        super().__init__(parent)
        set_window_title(self, plain_text.display_name(row.name))
        self._body = row.body
        self._known = dict(values)
        self._fields: dict[str, QLineEdit] = {}
        form = QFormLayout()
        form.setSpacing(8)
        for name in missing(row.body, values):
            field = QLineEdit(self)
            field.setMaxLength(200)
            field.setAccessibleName(field_words(name))
            field.textChanged.connect(self._show_preview)
            self._fields[name] = field
            form.addRow(label(field_words(name), parent=self), field)
        self._preview = label("", "snippet", tone="secondary", wrap=True, parent=self)
        cancel = plain(tr("composer", "Cancel"), parent=self)
        cancel.clicked.connect(self.reject)
        self._insert = primary(tr("composer", "Insert"), parent=self)
        self._insert.setDefault(True)
        self._insert.clicked.connect(self.accept)
        foot = QHBoxLayout()
        foot.addStretch(1)
        foot.addWidget(cancel)
        foot.addWidget(self._insert)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(16, 16, 16, 16)
        layout.setSpacing(12)
        layout.addLayout(form)
        layout.addWidget(self._preview)
        layout.addLayout(foot)
        self.setMinimumWidth(380)
        self._show_preview()

    def values(self) -> dict[str, str]:
        """What was known and what was typed."""
        typed = {name: field.text().strip() for name, field in self._fields.items()}
        return self._known | typed

    def fields(self) -> dict[str, QLineEdit]:
        return dict(self._fields)

    def _show_preview(self) -> None:
        values = self.values()
        shown = plain_text.display_text(filled_or_marked(self._body, values))
        self._preview.setText(shown[:_SHOWN])
        self._insert.setEnabled(not missing(self._body, values))
