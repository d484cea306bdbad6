"""The bar at the list's foot while several conversations are selected."""

from __future__ import annotations

from functools import partial
from typing import Final

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QHBoxLayout, QVBoxLayout, QWidget
from typing_extensions import override

from sms_desk.domain.frozen import dataclass
from sms_desk.ui.widgets.bare import Bare
from sms_desk.ui.widgets.buttons import icon_button, link
from sms_desk.ui.widgets.panes import horizontal_line, on_ground
from sms_desk.ui.widgets.text import Label
from sms_desk.ui.widgets.words import tr

ACTIONS: Final = (
    ("assign", "user-plus", "Assign"),
    ("reassign", "users", "Reassign…"),
    ("close", "check", "Close"),
    ("snooze", "alarm-clock", "Snooze"),
    ("tag", "tag", "Tag"),
    ("mark_unread", "mail", "Mark unread"),
)
"""Name, icon and words of what can be done to many at once."""


@dataclass(frozen=True, slots=True)
class Selection:
    """What is selected. total: how many match, None while nobody has counted."""

    count: int
    all_loaded: bool
    more_to_load: bool
    all_matching: bool
    total: int | None

    @property
    def offers_all(self) -> bool:
        """Whether there is a question of meaning more than what is loaded."""
        return self.all_matching or (self.count > 1 and self.all_loaded and self.more_to_load)


class BulkBar(Bare):
    """How many are meant, and what can be done with them."""

    action_pressed = Signal(str)
    all_requested = Signal()
    """Mean everything that matches, not only what is loaded."""
    clear_requested = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.hide()

    def show_selection(self, selection: Selection) -> None:
        """Shown for several, gone for one or none."""
        if selection.count < 2 and not selection.all_matching:
            self.hide()
            return
        self.furnish()
        meant = selection.total if selection.all_matching else selection.count
        words = tr("inbox", "All selected") if meant is None else _count_words(meant)
        self._count.setText(words)
        self._show_banner(selection)
        self.show()

    @override
    def _furnish(self) -> None:
        on_ground(self, "raised")
        self._count = Label("", "body_strong", parent=self)
        self._banner = QWidget(self)
        self._words = Label("", "snippet", tone="secondary", parent=self._banner)
        self._all = link("", parent=self._banner)
        self._all.clicked.connect(self.all_requested)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(0)
        layout.addWidget(horizontal_line(self))
        layout.addWidget(self._banner)
        layout.addLayout(self._action_line())
        self._lay_out_banner()

    def _show_banner(self, selection: Selection) -> None:
        self._banner.setVisible(selection.offers_all)
        self._words.setVisible(selection.all_matching)
        if selection.all_matching:
            self._words.setText(tr("inbox", "All that match are selected."))
            self._all.set_words(tr("inbox", "Clear"))
        elif selection.offers_all:
            number = "" if selection.total is None else f"{selection.total:,} "
            words = tr("inbox", "Select all {number}that match").replace("{number}", number)
            self._all.set_words(words)

    def _action_line(self) -> QHBoxLayout:
        line = QHBoxLayout()
        line.setContentsMargins(12, 6, 0, 6)
        line.setSpacing(0)  # "12,345 selected" fits beside all of them
        line.addWidget(self._count)
        line.addStretch(1)
        for name, icon, words in ACTIONS:
            button = icon_button(icon, tr("inbox", words), parent=self)
            button.clicked.connect(partial(self.action_pressed.emit, name))
            line.addWidget(button)
        clear = icon_button("x", tr("inbox", "Clear the selection"), parent=self)
        clear.clicked.connect(self.clear_requested)
        line.addWidget(clear)
        return line

    def _lay_out_banner(self) -> None:
        on_ground(self._banner, "soft")
        line = QHBoxLayout(self._banner)
        line.setContentsMargins(12, 6, 12, 6)
        line.setSpacing(8)
        line.addWidget(self._words)
        line.addWidget(self._all)
        line.addStretch(1)


def _count_words(count: int) -> str:
    return tr("inbox", "{n} selected").replace("{n}", f"{count:,}")
