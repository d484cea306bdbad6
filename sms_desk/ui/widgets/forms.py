"""Forms: labelled fields one below the other, choices, and the line that says what is wrong."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from PySide6.QtCore import Qt
from PySide6.QtWidgets import (
    QComboBox,
    QFrame,
    QHBoxLayout,
    QLineEdit,
    QScrollArea,
    QVBoxLayout,
    QWidget,
)

from sms_desk.domain.errors import DeskError
from sms_desk.ui.widgets.panes import on_ground
from sms_desk.ui.widgets.text import Label, clipped, label, menu_text

LONGEST: int = 200


class Form(QWidget):
    """Name above field, hint below it."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._layout = QVBoxLayout(self)
        self._layout.setContentsMargins(0, 0, 0, 0)
        self._layout.setSpacing(4)
        self._wrong = label("", "snippet", tone="error", wrap=True, parent=self)
        self._wrong.hide()

    def add(self, name: str, field: QWidget, hint: str = "") -> Label:
        """A field under its name; returns the hint's label, to be changed later."""
        head = label(name, "meta_strong", tone="secondary", parent=self)
        head.setBuddy(field)
        field.setAccessibleName(name)
        field.setAccessibleDescription(clipped(hint))
        below = label(hint, "snippet", tone="secondary", wrap=True, parent=self)
        below.setVisible(bool(hint))
        for widget in (head, field, below):
            self._layout.addWidget(widget)
        self._layout.addSpacing(10)
        return below

    def add_widget(self, widget: QWidget) -> None:
        self._layout.addWidget(widget)

    def add_title(self, text: str) -> None:
        self._layout.addWidget(label(text, "body_strong", wrap=True, parent=self))
        self._layout.addSpacing(6)

    def add_words(self, text: str) -> Label:
        words = label(text, "snippet", tone="secondary", wrap=True, parent=self)
        self._layout.addWidget(words)
        self._layout.addSpacing(8)
        return words

    def add_foot(self, *buttons: QWidget) -> None:
        """What is wrong, then the buttons at the end."""
        self._layout.addWidget(self._wrong)
        row = QHBoxLayout()
        row.setSpacing(8)
        row.addStretch(1)
        for button in buttons:
            row.addWidget(button)
        self._layout.addSpacing(4)
        self._layout.addLayout(row)

    def show_error(self, error: DeskError) -> None:
        """Why it was not taken; what was typed stays."""
        self._wrong.setText(f"{error.title} {error.next_step}".strip())
        self._wrong.show()

    def clear_error(self) -> None:
        self._wrong.hide()

    def error_words(self) -> str:
        return self._wrong.text() if self._wrong.isVisibleTo(self) else ""


class Choice(QComboBox):
    """One of some values, each shown as words."""

    def __init__(self, options: Sequence[tuple[str, Any]], parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)  # the wheel scrolls the page, not this
        self.set_options(options)

    def set_options(self, options: Sequence[tuple[str, Any]]) -> None:
        """Other options; the chosen value stays if it is still there."""
        chosen = self.value()
        self.blockSignals(True)
        self.clear()
        for words, value in options:
            self.addItem(menu_text(words).replace("&&", "&"), value)
        self.blockSignals(False)
        self.choose(chosen)

    def value(self) -> Any:
        return self.currentData()

    def choose(self, value: Any) -> None:
        at = next((n for n in range(self.count()) if self.itemData(n) == value), 0)
        self.setCurrentIndex(at if self.count() else -1)


def line_edit(text: str = "", *, hint: str = "", parent: QWidget | None = None) -> QLineEdit:
    """A line of bounded length."""
    made = QLineEdit(clipped(text, LONGEST), parent)
    made.setMaxLength(LONGEST)
    made.setPlaceholderText(hint)
    return made


def scrolled(content: QWidget, ground: str = "base") -> QScrollArea:
    """The content in a pane that scrolls where it is too high."""
    on_ground(content, "sunken" if ground == "sunken" else "base")
    scroll = QScrollArea()
    scroll.setFrameShape(QFrame.Shape.NoFrame)
    scroll.setWidgetResizable(True)
    scroll.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
    scroll.setFocusPolicy(Qt.FocusPolicy.NoFocus)
    scroll.setWidget(content)
    return scroll
