"""Messages of an account that found no place in a conversation, as they came (R61, GR6)."""

from __future__ import annotations

import json
from collections.abc import Sequence
from datetime import datetime, tzinfo
from typing import Any, Final

from PySide6.QtCore import Slot
from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import QDialog, QHBoxLayout, QPlainTextEdit, QVBoxLayout, QWidget

from sms_desk.domain.plain_text import display_name, display_text
from sms_desk.services.unplaced import UnplacedRow
from sms_desk.ui.widgets.buttons import plain
from sms_desk.ui.widgets.table import Cell, Column, Table
from sms_desk.ui.widgets.text import label, set_window_title
from sms_desk.ui.widgets.times import clock_words
from sms_desk.ui.widgets.words import tr

_MOST: Final = 2_000
"""Rows that stand in the table, the latest; `sms-desk account unplaced` lists all."""


class UnplacedDialog(QDialog):
    """Why each found no place, and below it the chosen one as the provider sent it: plain text."""

    def __init__(
        self,
        account: str,
        rows: Sequence[UnplacedRow],
        now: datetime,
        zone: tzinfo,
        parent: QWidget | None = None,
    ) -> None:
        """account: its label. rows: the latest first. zone: in which times are said."""
        super().__init__(parent)
        title = tr("settings", "Messages without a place")
        set_window_title(self, title)
        self.setAccessibleName(title)
        self.setModal(True)
        self.resize(720, 520)
        self.table = Table(_columns(now, zone), title, empty=tr("settings", "None."))
        self.table.show_rows(tuple(rows[:_MOST]))
        self.raw = QPlainTextEdit(self)
        self.raw.setReadOnly(True)
        self.raw.document().setDocumentMargin(8)
        self.raw.setAccessibleName(tr("settings", "As it came"))
        self.raw.setPlaceholderText(tr("settings", "Choose one to see it as it came."))
        self.copy = plain(tr("settings", "Copy"), parent=self)
        self.copy.setEnabled(False)
        self.copy.clicked.connect(self._on_copy)
        close = plain(tr("settings", "Close"), parent=self)
        close.clicked.connect(self.accept)
        self._lay_out(display_name(account), close)
        self._chosen: UnplacedRow | None = None
        self.table.row_chosen.connect(self._on_chosen)

    def _lay_out(self, account: str, close: QWidget) -> None:
        words = tr(
            "settings",
            "These came from {account}, and the desk cannot tell whose conversation they belong to."
            " Each is kept as it came, and placed if the provider names later what is missing.",
        ).replace("{account}", account)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(20, 20, 20, 16)
        layout.setSpacing(10)
        layout.addWidget(label(words, wrap=True, parent=self))
        layout.addWidget(self.table, 3)
        layout.addWidget(self.raw, 2)
        foot = QHBoxLayout()
        foot.setSpacing(8)
        foot.addWidget(self.copy)
        foot.addStretch(1)
        foot.addWidget(close)
        layout.addLayout(foot)

    @Slot(object)
    def _on_chosen(self, row: UnplacedRow | None) -> None:
        self._chosen = row
        self.raw.setPlainText("" if row is None else display_text(_readable(row.raw)))
        self.copy.setEnabled(row is not None)

    @Slot()
    def _on_copy(self) -> None:
        if self._chosen is not None:
            QGuiApplication.clipboard().setText(self._chosen.raw)


def _columns(now: datetime, zone: tzinfo) -> tuple[Column, ...]:
    def seen(row: UnplacedRow) -> Cell:
        return Cell(clock_words(row.first_seen_at, now, zone))

    def why(row: UnplacedRow) -> Cell:
        return Cell(row.why, second=row.provider_sid or "")

    return (
        Column(tr("settings", "Seen"), seen, 130, sorts=lambda row: -row.id),
        Column(tr("settings", "Why"), why, 550),
    )


def _readable(raw: str) -> str:
    """JSON with a line for each field and letters as letters; anything else as it is."""
    try:
        told: Any = json.loads(raw)
    except (ValueError, RecursionError):
        return raw
    return json.dumps(told, indent=2, ensure_ascii=False)
