"""A titled group in the context pane, and a row of term and value in it."""

from __future__ import annotations

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QHBoxLayout, QLayout, QVBoxLayout, QWidget

from sms_desk.ui import theme
from sms_desk.ui.widgets.text import ElidedLabel, Label, label

TERM_WIDTH = 84
_SIGN = 14


class Section(QWidget):
    """Its title in meta type, its content below; gone while it has nothing to say."""

    def __init__(self, title: str, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setAccessibleName(title)
        self._layout = QVBoxLayout(self)
        self._layout.setContentsMargins(0, 0, 0, 0)
        self._layout.setSpacing(2)
        head = label(title, "meta_strong", tone="secondary", parent=self)
        head.setContentsMargins(0, 0, 0, 4)
        self._layout.addWidget(head)

    def add(self, content: QWidget | QLayout) -> None:
        if isinstance(content, QWidget):
            self._layout.addWidget(content)
        else:
            self._layout.addLayout(content)

    def clear(self) -> None:
        """Everything but the title goes."""
        while self._layout.count() > 1:
            taken = self._layout.takeAt(1)
            widget = taken.widget() if taken else None
            if widget is not None:
                widget.hide()
                widget.deleteLater()


class Fact(QWidget):
    """Term and value on one line; the value can be made to act by what is added to its row."""

    def __init__(
        self, term: str, value: str, parent: QWidget | None = None, *, wrap: bool = False
    ) -> None:
        """wrap: the value takes further lines rather than being cut."""
        super().__init__(parent)
        self.setAccessibleName(f"{term}: {value}")
        head = label(term, tone="secondary", parent=self)
        head.setFixedWidth(TERM_WIDTH)
        head.setAlignment(first_line(wrap=wrap))
        self.value: Label = (
            label(value, wrap=True, parent=self) if wrap else ElidedLabel(value, parent=self)
        )
        self.value.setAlignment(first_line(wrap=wrap))
        self.value.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
        self.row = QHBoxLayout(self)
        self.row.setContentsMargins(0, 4 if wrap else 0, 0, 4 if wrap else 0)
        self.row.setSpacing(4)
        self.setMinimumHeight(26)
        self.row.addWidget(head)
        self.row.addWidget(self.value, 1)

    def show_sign(self, icon: str, color: str) -> None:
        """A glyph before the value: never colour alone."""
        sign = label(parent=self)
        sign.setPixmap(theme.pixmap(icon, color, _SIGN))
        if self.value.wordWrap():  # at the middle of the first line
            sign.setContentsMargins(0, (self.value.fontMetrics().height() - _SIGN) // 2, 0, 0)
        self.row.insertWidget(1, sign, 0, first_line(wrap=self.value.wordWrap()))


def first_line(*, wrap: bool) -> Qt.AlignmentFlag:
    """Where things stand side by side: at the first line of a value of several."""
    return Qt.AlignmentFlag.AlignTop if wrap else Qt.AlignmentFlag.AlignVCenter
