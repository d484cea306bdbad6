"""One WhatsApp template at the picker's end: how it reads, and its blanks to fill in (R42)."""

from __future__ import annotations

from PySide6.QtCore import QRectF, Qt, Signal
from PySide6.QtGui import QPainter, QPaintEvent
from PySide6.QtWidgets import QHBoxLayout, QLineEdit, QVBoxLayout, QWidget
from typing_extensions import override

from sms_desk.domain import content_templates, plain_text
from sms_desk.services.rows import ContentTemplateRow
from sms_desk.ui import theme
from sms_desk.ui.widgets.panes import on_ground
from sms_desk.ui.widgets.template_words import about_words, blank_words, shown_text
from sms_desk.ui.widgets.text import Label, label
from sms_desk.ui.widgets.words import tr

_MOST_SHOWN = 2_000


class TemplateCard(QWidget):
    """Of a template that cannot be sent it shows why, and no blanks."""

    changed = Signal()
    """A blank was filled or emptied."""
    finished = Signal()
    """Enter in the last blank."""

    def __init__(
        self, row: ContentTemplateRow, values: dict[str, str], parent: QWidget | None = None
    ) -> None:
        super().__init__(parent)
        on_ground(self, "base")
        self._row = row
        self._fields: dict[str, QLineEdit] = {}
        self._column = QVBoxLayout(self)
        self._column.setContentsMargins(20, 16, 20, 16)
        self._column.setSpacing(6)
        self._column.addWidget(
            label(plain_text.display_name(row.name), "name_unread", wrap=True, parent=self)
        )
        self._column.addWidget(
            label(about_words(row), "snippet", tone="secondary", wrap=True, parent=self)
        )
        if row.why_not:
            self._column.addLayout(self._refusal())
        self._bubble = _Bubble(self)
        self._column.addSpacing(6)
        self._column.addWidget(self._bubble)
        if not row.why_not:
            self._add_fields(values)
        self._wrong = label("", "snippet", tone="error", wrap=True, parent=self)
        self._column.addWidget(self._wrong)
        self._column.addStretch(1)
        self._show()

    def row(self) -> ContentTemplateRow:
        return self._row

    def values(self) -> dict[str, str]:
        return {name: field.text().strip() for name, field in self._fields.items()}

    def is_complete(self) -> bool:
        """Whether it could be sent as it stands."""
        values = self.values()
        return (
            not self._row.why_not
            and not content_templates.missing(self._row.variables, values)
            and not any(map(content_templates.unfit, values.values()))
        )

    def fields(self) -> list[QLineEdit]:
        return list(self._fields.values())

    def text(self) -> str:
        """What the bubble says."""
        return self._bubble.text()

    def focus_first(self) -> bool:
        """Go to the first blank that is empty, else to the first; False where there is none."""
        fields = self.fields()
        if not fields:
            return False
        field = next((each for each in fields if not each.text().strip()), fields[0])
        field.setFocus(Qt.FocusReason.OtherFocusReason)
        field.selectAll()
        return True

    def _refusal(self) -> QHBoxLayout:
        sign = Label(parent=self)
        sign.setPixmap(theme.pixmap("circle-alert", "nudge", 16))
        words = plain_text.preview(self._row.why_not, 600)
        line = QHBoxLayout()
        line.setSpacing(8)
        line.addWidget(sign, 0, Qt.AlignmentFlag.AlignTop)
        line.addWidget(label(words, "snippet", tone="nudge", wrap=True, parent=self), 1)
        return line

    def _add_fields(self, values: dict[str, str]) -> None:
        for name, sample in self._row.variables.items():
            field = QLineEdit(self)
            field.setMaxLength(content_templates.LONGEST_VALUE)
            field.setText(values.get(name, ""))
            if sample.strip():
                shown = plain_text.preview(sample, 80)
                field.setPlaceholderText(
                    tr("whatsapp", "such as {sample}").replace("{sample}", shown)
                )
            field.setAccessibleName(blank_words(name))
            field.textChanged.connect(self._on_typed)
            field.returnPressed.connect(self._on_return)
            self._column.addSpacing(4)
            self._column.addWidget(
                label(blank_words(name), "snippet", tone="secondary", parent=self)
            )
            self._column.addWidget(field)
            self._fields[name] = field

    def _on_typed(self) -> None:
        self._show()
        self.changed.emit()

    def _on_return(self) -> None:
        fields = self.fields()
        at = next((n for n, field in enumerate(fields) if field.hasFocus()), len(fields) - 1)
        if at + 1 < len(fields):
            fields[at + 1].setFocus(Qt.FocusReason.TabFocusReason)
            fields[at + 1].selectAll()
        elif self.is_complete():
            self.finished.emit()
        else:
            self.focus_first()

    def _show(self) -> None:
        values = self.values()
        self._bubble.show_text(shown_text(self._row, values)[:_MOST_SHOWN])
        wrong = [
            f"{blank_words(name)} {why}."
            for name, value in values.items()
            if (why := content_templates.unfit(value))
        ]
        self._wrong.setText(" ".join(wrong))
        self._wrong.setVisible(bool(wrong))


class _Bubble(QWidget):
    """A message of ours, as it will stand in the thread."""

    def __init__(self, parent: QWidget) -> None:
        super().__init__(parent)
        self._words = label("", "body", wrap=True, parent=self)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(14, 10, 14, 10)
        layout.addWidget(self._words)

    def show_text(self, text: str) -> None:
        self._words.setText(plain_text.soft_break(text))
        self.setAccessibleName(self._words.text())

    def text(self) -> str:
        return self._words.text()

    @override
    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(theme.tokens().accent_soft)
        painter.drawRoundedRect(QRectF(self.rect()), 12, 12)
