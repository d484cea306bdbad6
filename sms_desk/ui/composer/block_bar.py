"""The one sentence above the composer: what blocks, and the way out."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import Signal
from PySide6.QtGui import QAccessible, QAccessibleAnnouncementEvent
from PySide6.QtWidgets import QHBoxLayout, QWidget
from typing_extensions import override

from sms_desk.ui import theme
from sms_desk.ui.widgets.bare import Bare
from sms_desk.ui.widgets.buttons import Button, icon_button, plain
from sms_desk.ui.widgets.panes import on_ground
from sms_desk.ui.widgets.text import Label, label
from sms_desk.ui.widgets.words import tr

Action = tuple[str, str]
"""A stable word for whoever acts, and the button's words."""


class BlockBar(Bare):
    """Shown while something blocks, or for a notice that can be put away."""

    action_requested = Signal(str)
    put_away = Signal()

    def __init__(
        self,
        parent: QWidget | None = None,
        *,
        sign: tuple[str, str] = ("circle-alert", "nudge"),
    ) -> None:
        """sign: icon and colour token; what blocks, unless something else is said."""
        super().__init__(parent)
        self._drawing = sign
        on_ground(self, "sunken")
        self._buttons: list[Button] = []
        self.hide()

    def show_words(
        self, title: str, step: str, actions: Sequence[Action] = (), *, passing: bool = False
    ) -> None:
        """passing: a notice that can be put away, not a state that blocks."""
        self.furnish()
        self._words.setText(f"{title} {step}".strip())
        self._replace_buttons(actions)
        self._away.setVisible(passing)
        self.setAccessibleName(self._words.text())
        self.show()
        QAccessible.updateAccessibility(QAccessibleAnnouncementEvent(self, self._words.text()))

    def words(self) -> str:
        return "" if self.isHidden() else self._words.text()

    def buttons(self) -> list[Button]:
        return list(self._buttons)

    @override
    def _furnish(self) -> None:
        self._sign = Label(parent=self)
        self._words = label("", "snippet", wrap=True, parent=self)
        self._away = icon_button("x", tr("composer", "Put away"), parent=self)
        self._away.clicked.connect(self.put_away)
        self._row = QHBoxLayout(self)
        self._row.setContentsMargins(20, 6, 12, 6)
        self._row.setSpacing(8)
        self._row.addWidget(self._sign)
        self._row.addWidget(self._words, 1)
        self._row.addWidget(self._away)
        theme.signals.changed.connect(self._draw_sign)
        self._draw_sign()

    def _replace_buttons(self, actions: Sequence[Action]) -> None:
        for button in self._buttons:
            self._row.removeWidget(button)
            button.deleteLater()
        self._buttons = [self._made(*action) for action in actions]
        for number, button in enumerate(self._buttons):
            self._row.insertWidget(2 + number, button)

    def _made(self, word: str, text: str) -> Button:
        button = plain(text, parent=self)
        button.clicked.connect(lambda: self.action_requested.emit(word))
        return button

    def _draw_sign(self) -> None:
        self._sign.setPixmap(theme.pixmap(*self._drawing, 16))
