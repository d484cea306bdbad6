"""A sentence across the top that needs the person: what is wrong, and the one thing to do."""

from __future__ import annotations

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QHBoxLayout, QWidget
from typing_extensions import override

from sms_desk.ui import theme
from sms_desk.ui.widgets.bare import Bare
from sms_desk.ui.widgets.buttons import icon_button, plain
from sms_desk.ui.widgets.panes import on_ground
from sms_desk.ui.widgets.text import label
from sms_desk.ui.widgets.words import tr


class Banner(Bare):
    action_requested = Signal()
    other_requested = Signal()
    put_away = Signal()

    def __init__(
        self,
        parent: QWidget | None = None,
        *,
        sign: tuple[str, str] = ("triangle-alert", "error"),
    ) -> None:
        """sign: icon and colour token; what is wrong, unless something else is said."""
        super().__init__(parent)
        self._drawing = sign
        on_ground(self, "soft")
        self.hide()

    def show_words(self, title: str, next_step: str, action: str, other: str = "") -> None:
        """action, other: the buttons' words, "" for none."""
        self.furnish()
        self._words.setText(f"{title} {next_step}".strip())
        self._action.set_words(action)
        self._action.setVisible(bool(action))
        self._other.set_words(other)
        self._other.setVisible(bool(other))
        self.setAccessibleName(self._words.text())
        self.show()

    def words(self) -> str:
        return self._words.text() if self.is_furnished() else ""

    @override
    def _furnish(self) -> None:
        self._sign = label(parent=self)
        self._words = label(wrap=True, parent=self)
        self._action = plain("", parent=self)
        self._other = plain("", parent=self)
        self._away = icon_button("x", tr("banner", "Put away"), parent=self)
        self._action.clicked.connect(self.action_requested)
        self._other.clicked.connect(self.other_requested)
        self._away.clicked.connect(self.put_away)
        layout = QHBoxLayout(self)
        layout.setContentsMargins(20, 8, 12, 8)
        layout.setSpacing(12)
        layout.addWidget(self._sign)
        layout.addWidget(self._words, 1)
        layout.addWidget(self._action)
        layout.addWidget(self._other)
        layout.addWidget(self._away)
        theme.signals.changed.connect(self._draw_sign)
        self._draw_sign()

    def _draw_sign(self) -> None:
        self._sign.setPixmap(theme.pixmap(*self._drawing, 16))
