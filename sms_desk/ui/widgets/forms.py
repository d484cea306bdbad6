"""Forms: labelled fields one below the other, choices, and the line that says what is wrong."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime, time
from typing import Any

from PySide6.QtCore import QDate, QDateTime, QRect, Qt, QTime, QTimeZone
from PySide6.QtGui import QIntValidator, QPainter, QPaintEvent
from PySide6.QtWidgets import (
    QComboBox,
    QDateEdit,
    QDateTimeEdit,
    QFrame,
    QHBoxLayout,
    QLineEdit,
    QListView,
    QPlainTextEdit,
    QScrollArea,
    QStyle,
    QVBoxLayout,
    QWidget,
)
from typing_extensions import override

from sms_desk.domain.errors import DeskError
from sms_desk.domain.plain_text import soft_break
from sms_desk.ui import theme
from sms_desk.ui.widgets.panes import on_ground
from sms_desk.ui.widgets.text import LONGEST_MENU_TEXT, Label, clipped, label

LONGEST: int = 200
LONGEST_TEXT: int = 1_600
"""Characters of a text of several lines."""


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

    def add_widget(self, widget: QWidget, *, at_start: bool = False) -> None:
        """at_start: no wider than it needs to be."""
        if at_start:
            self._layout.addWidget(widget, 0, Qt.AlignmentFlag.AlignLeading)
        else:
            self._layout.addWidget(widget)

    def add_title(self, text: str) -> Label:
        """A heading; returned to be changed later."""
        title = label(text, "body_strong", wrap=True, parent=self)
        self._layout.addWidget(title)
        self._layout.addSpacing(6)
        return title

    def add_gap(self) -> None:
        """Between what was asked above and a heading: buttons leave none."""
        self._layout.addSpacing(14)

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
        # Kept here and not as the items' data: Qt would turn a StrEnum into a plain str.
        self._values: list[Any] = []
        # As wide as its place, however long a name from outside is.
        self.setSizeAdjustPolicy(QComboBox.SizeAdjustPolicy.AdjustToMinimumContentsLengthWithIcon)
        self.setMinimumContentsLength(8)
        self.setView(QListView(self))  # a view of its own takes the theme's rows
        self.set_options(options)

    def set_options(self, options: Sequence[tuple[str, Any]]) -> None:
        """Other options; the chosen value stays if it is still there, else it is the first."""
        had, chosen = bool(self._values), self.value()
        self.blockSignals(True)
        self.clear()
        self._values = [value for _, value in options]
        for words, _ in options:
            self.addItem(" ".join(clipped(words, LONGEST_MENU_TEXT).split()))
        self.blockSignals(False)
        if had:
            self.choose(chosen)
        else:
            self.setCurrentIndex(0 if options else -1)

    def value(self) -> Any:
        at = self.currentIndex()
        return self._values[at] if 0 <= at < len(self._values) else None

    def choose(self, value: Any) -> None:
        found = [at for at, each in enumerate(self._values) if each == value]
        self.setCurrentIndex(found[0] if found else 0 if self._values else -1)

    @override
    def paintEvent(self, event: QPaintEvent) -> None:
        super().paintEvent(event)
        paint_chevron(self)


class NumberField(QLineEdit):
    """A whole number, typed: arrows beside so small a field would be in the way."""

    def __init__(self, value: int, least: int, most: int, parent: QWidget | None = None) -> None:
        super().__init__(str(value), parent)
        self._value = value
        self.setMaximumWidth(96)
        self.setValidator(QIntValidator(least, most, self))

    def value(self) -> int:
        """The last one that was whole and within the bounds."""
        if self.hasAcceptableInput():
            self._value = int(self.text())
        return self._value


class DayEdit(QDateEdit):
    """A day, with a calendar to choose it from."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(QDate.currentDate(), parent)
        self.setDisplayFormat("ddd d MMM yyyy")  # as days are written everywhere here
        self.setCalendarPopup(True)

    @override
    def paintEvent(self, event: QPaintEvent) -> None:
        super().paintEvent(event)
        paint_chevron(self)


class MomentEdit(QDateTimeEdit):
    """A day and a time of day on some wall, with a calendar for the day.

    Qt reckons it in UTC, where no time is skipped: this machine's own clock changes do not matter.
    """

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setTimeZone(QTimeZone.utc())
        self.setDisplayFormat("ddd d MMM yyyy HH:mm")
        self.setCalendarPopup(True)

    def show_wall(self, local: datetime) -> None:
        """local: what the clock there shows; its zone is left aside."""
        self.setDateTime(_on_wall(local))

    def begin_at(self, local: datetime) -> None:
        """Nothing before it can be chosen."""
        self.setMinimumDateTime(_on_wall(local))

    def day(self) -> date:
        shown = self.date()
        return date(shown.year(), shown.month(), shown.day())

    def clock(self) -> time:
        return time(self.time().hour(), self.time().minute())

    @override
    def paintEvent(self, event: QPaintEvent) -> None:
        super().paintEvent(event)
        paint_chevron(self)


def _on_wall(local: datetime) -> QDateTime:
    day = QDate(local.year, local.month, local.day)
    return QDateTime(day, QTime(local.hour, local.minute), QTimeZone.utc())


def paint_chevron(widget: QWidget) -> None:
    """The sign of a field that opens, at its end."""
    corner = QRect(widget.width() - 24, (widget.height() - 14) // 2, 14, 14)
    where = QStyle.visualRect(widget.layoutDirection(), widget.rect(), corner)
    ratio = widget.devicePixelRatioF()
    QPainter(widget).drawPixmap(where, theme.pixmap("chevron-down", "secondary", 14, ratio))


def line_edit(text: str = "", *, hint: str = "", parent: QWidget | None = None) -> QLineEdit:
    """A line of bounded length."""
    made = QLineEdit(clipped(text, LONGEST), parent)
    made.setMaxLength(LONGEST)
    made.setPlaceholderText(hint)
    return made


def text_edit(text: str = "", *, hint: str = "", height: int = 76) -> QPlainTextEdit:
    """Several lines, of bounded length; Tab leads on. height: in pixels, at least."""
    made = QPlainTextEdit()
    made.setProperty("kind", "field")
    made.setTabChangesFocus(True)
    made.setMinimumHeight(height)
    made.setPlaceholderText(hint)
    made.setPlainText(soft_break(text[:LONGEST_TEXT]))
    return made


def source_edit(text: str, longest: int, *, height: int) -> QPlainTextEdit:
    """Several lines that are kept letter by letter, as a template is written; Tab leads on."""
    made = QPlainTextEdit()
    made.setProperty("kind", "field")
    made.setTabChangesFocus(True)
    made.setMinimumHeight(height)
    made.setPlainText(text[:longest])
    return made


def source_of(edit: QPlainTextEdit) -> str:
    """What stands there letter by letter: Qt's plain text makes common spaces of the wide ones."""
    return edit.document().toRawText().replace("\u2029", "\n").replace("\u2028", "\n")


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
