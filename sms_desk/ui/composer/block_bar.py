"""The one sentence above the composer: what blocks, and the way out."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import QRect, Qt, Signal
from PySide6.QtGui import QAccessible, QAccessibleAnnouncementEvent, QResizeEvent
from PySide6.QtWidgets import QGridLayout, QHBoxLayout, QWidget
from typing_extensions import override

from sms_desk.ui import theme
from sms_desk.ui.widgets.bare import Bare
from sms_desk.ui.widgets.buttons import Button, icon_button, plain
from sms_desk.ui.widgets.panes import on_ground
from sms_desk.ui.widgets.text import Label, label
from sms_desk.ui.widgets.words import tr

Action = tuple[str, str]
"""A stable word for whoever acts, and the button's words."""
_GAP = 8
_LINES_BESIDE = 2
"""Lines of words that the buttons stand beside; beside more they would take the words' room."""


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
        self._arrange()
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
        self._actions = QWidget(self)
        row = QHBoxLayout(self._actions)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(_GAP)
        row.addStretch(1)
        self._grid = QGridLayout(self)
        self._grid.setContentsMargins(20, 6, 12, 6)
        self._grid.setSpacing(_GAP)
        self._grid.setColumnStretch(1, 1)
        self._grid.addWidget(self._sign, 0, 0)
        self._grid.addWidget(self._words, 0, 1)
        self._grid.addWidget(self._actions, 0, 2)
        self._grid.addWidget(self._away, 0, 3)
        theme.signals.changed.connect(self._draw_sign)
        self._draw_sign()

    def _replace_buttons(self, actions: Sequence[Action]) -> None:
        row = self._actions.layout()
        assert row is not None
        for button in self._buttons:
            row.removeWidget(button)
            button.deleteLater()
        self._buttons = [self._made(*action) for action in actions]
        for button in self._buttons:
            row.addWidget(button)
        self._actions.setVisible(bool(actions))

    @override
    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._arrange()

    def _arrange(self) -> None:
        """The buttons beside the words, or below where these need the width."""
        if not self.is_furnished():
            return
        if self._lines_beside() <= _LINES_BESIDE:
            self._grid.addWidget(self._actions, 0, 2)
        else:
            self._grid.addWidget(self._actions, 1, 1, 1, 3, Qt.AlignmentFlag.AlignLeft)

    def _lines_beside(self) -> int:
        metrics, margins = self._words.fontMetrics(), self._grid.contentsMargins()
        others = [self._sign, self._actions, *([] if self._away.isHidden() else [self._away])]
        taken = sum(other.sizeHint().width() + _GAP for other in others)
        room = max(1, self.width() - margins.left() - margins.right() - taken)
        whole = metrics.boundingRect(
            QRect(0, 0, room, 1_000), int(Qt.TextFlag.TextWordWrap), self._words.text()
        )
        return round(whole.height() / metrics.lineSpacing())

    def _made(self, word: str, text: str) -> Button:
        button = plain(text, parent=self)
        button.clicked.connect(lambda: self.action_requested.emit(word))
        return button

    def _draw_sign(self) -> None:
        self._sign.setPixmap(theme.pixmap(*self._drawing, 16))
