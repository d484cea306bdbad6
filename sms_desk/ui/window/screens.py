"""Makes the screens and dialogs beside the conversations, each when it is first wanted."""

from __future__ import annotations

from typing import Final
from uuid import UUID

from PySide6.QtCore import QObject, Signal
from PySide6.QtWidgets import QWidget

from sms_desk.settings.files import MachineState
from sms_desk.ui.commands import Registry
from sms_desk.ui.widgets.empty_state import EmptyState
from sms_desk.ui.widgets.words import tr
from sms_desk.ui.window.ties import Ties

NAMES: Final = ("senders", "programs", "templates", "outbox", "settings")


class ScreenMaker(QObject):
    conversation_wanted = Signal(object, object)
    """A conversation's id, and the position in it or None."""

    def __init__(
        self, ties: Ties, state: MachineState, registry: Registry, parent: QObject
    ) -> None:
        super().__init__(parent)
        self._ties = ties
        self._state = state
        self._registry = registry

    def make(self, name: str, parent: QWidget) -> QWidget:
        """One of NAMES."""
        screen = EmptyState(parent)
        screen.show_words("hash", name)
        return screen

    def ask_secret(self, account_id: UUID, parent: QWidget) -> None:
        """A new secret for an account whose old one was refused."""

    def new_conversation(self, parent: QWidget) -> None:
        """Ctrl+N (R62)."""

    def search(self, over: QWidget, parent: QWidget) -> None:
        """Search everything (R44)."""


_ = tr
