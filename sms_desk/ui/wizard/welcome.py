"""The first question: an account of one's own, a team's workspace, or the demo."""

from __future__ import annotations

from typing import Final

from PySide6.QtCore import Signal
from PySide6.QtGui import QShowEvent
from PySide6.QtWidgets import QFrame, QHBoxLayout, QVBoxLayout, QWidget
from typing_extensions import override

from sms_desk.ui import theme
from sms_desk.ui.widgets.buttons import Button, plain, primary
from sms_desk.ui.widgets.text import label
from sms_desk.ui.widgets.words import tr
from sms_desk.ui.wizard.steps import Step

_WIDTH: Final = 760
"""Three cards stand side by side."""


class WelcomeStep(Step):
    demo_chosen = Signal()
    connect_chosen = Signal()
    join_chosen = Signal()

    def __init__(self) -> None:
        super().__init__(
            tr("wizard", "Welcome to SMS Desk"),
            tr("wizard", "Your conversations stay on this machine, in an encrypted file."),
            width=_WIDTH,
        )
        self.connect_button = primary(tr("wizard", "Connect an account"))
        self.join_button = plain(tr("wizard", "Join a team"))
        self.demo_button = plain(tr("wizard", "Try the demo"))
        cards = QWidget()
        row = QHBoxLayout(cards)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(16)
        row.addWidget(
            _card(
                "plug",
                tr("wizard", "Connect Twilio or SignalWire"),
                tr("wizard", "You need the account's SID and a key. Takes about two minutes."),
                self.connect_button,
            ),
            1,
        )
        row.addWidget(
            _card(
                "users",
                tr("wizard", "Work in a team's workspace"),
                tr("wizard", "You need the invitation that an admin gave you."),
                self.join_button,
            ),
            1,
        )
        row.addWidget(
            _card(
                "messages-square",
                tr("wizard", "Look around first"),
                tr("wizard", "An invented shop with invented customers. Nothing is really sent."),
                self.demo_button,
            ),
            1,
        )
        self.form.add_widget(cards)
        self.demo_button.clicked.connect(self.demo_chosen)
        self.connect_button.clicked.connect(self.connect_chosen)
        self.join_button.clicked.connect(self.join_chosen)

    @override
    def showEvent(self, event: QShowEvent) -> None:
        """Enter takes the likeliest way."""
        super().showEvent(event)
        self.connect_button.setFocus()


def _card(icon: str, title: str, words: str, button: Button) -> QFrame:
    made = QFrame()
    made.setProperty("pane", "card")
    column = QVBoxLayout(made)
    column.setContentsMargins(20, 20, 20, 16)
    column.setSpacing(8)
    sign = label(parent=made)
    sign.setPixmap(theme.pixmap(icon, "accent", 20))
    column.addWidget(sign)
    column.addWidget(label(title, "body_strong", wrap=True, parent=made))
    column.addWidget(label(words, tone="secondary", wrap=True, parent=made))
    column.addStretch(1)
    column.addSpacing(8)
    column.addWidget(button)
    return made
