"""What the steps of the wizard share: a column in the middle, title, words, and a foot."""

from __future__ import annotations

from typing import Final

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QHBoxLayout, QVBoxLayout, QWidget

from sms_desk.ui.widgets.forms import Form, scrolled
from sms_desk.ui.widgets.panes import on_ground
from sms_desk.ui.widgets.text import label

WIDTH: Final = 560


class Step(QWidget):
    """`form` holds what is asked; the buttons stand below it."""

    def __init__(self, title: str, words: str, *, width: int = WIDTH) -> None:
        super().__init__()
        on_ground(self, "base")
        self.setAccessibleName(title)
        self.form = Form()
        column = QWidget()
        column.setMaximumWidth(width)
        inside = QVBoxLayout(column)
        inside.setContentsMargins(24, 24, 24, 24)
        inside.setSpacing(8)
        head = label(title, "title", wrap=True, parent=column)
        inside.addStretch(1)
        inside.addWidget(head)
        inside.addWidget(label(words, tone="secondary", wrap=True, parent=column))
        inside.addSpacing(12)
        inside.addWidget(self.form)
        inside.addStretch(2)
        around = QWidget()
        row = QHBoxLayout(around)
        row.addStretch(1)
        row.addWidget(column, 8)
        row.addStretch(1)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.addWidget(scrolled(around))
        row.setAlignment(Qt.AlignmentFlag.AlignHCenter)
