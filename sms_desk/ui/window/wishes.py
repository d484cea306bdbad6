"""What a person wants before everything is there to do it: kept, and done in order (R6).

The list stands some tenths of a second before the thread and all commands do. Clicks and keys of
that time are no one else's loss: they happen as soon as they can.
"""

from __future__ import annotations

from typing import Any, Final

from PySide6.QtCore import QEvent, QObject, Qt, SignalInstance
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QWidget
from typing_extensions import override

from sms_desk.ui.commands import LIST_LETTERS, Group, Registry, is_single, key_of
from sms_desk.ui.inbox import InboxView

_LIST_S_OWN: Final = frozenset("JKX")
_OF_ROWS: Final = frozenset({Group.CONVERSATION, Group.WRITE})


class Wishes(QObject):
    """Keeps what these signals say until somebody is connected to them."""

    def __init__(self, parent: QObject, *signals: SignalInstance) -> None:
        super().__init__(parent)
        self._kept: list[tuple[SignalInstance, tuple[Any, ...]]] = []
        self._heard = [(signal, self._keeper(signal)) for signal in signals]
        for signal, keep in self._heard:
            signal.connect(keep)

    def grant(self) -> None:
        """Say all of it again, in order: whoever grants it is connected now."""
        for signal, keep in self._heard:
            signal.disconnect(keep)
        self._heard.clear()
        kept, self._kept = self._kept, []
        for signal, said in kept:
            signal.emit(*said)
        self.deleteLater()

    def _keeper(self, signal: SignalInstance) -> Any:
        def keep(*said: Any) -> None:
            self._kept.append((signal, said))

        return keep


class EarlyKeys(QObject):
    """Keeps keys that will be commands: all that nobody takes, and single letters in the list.

    letters_are_own: the person has chosen keys, so that the list's own letters may mean others.
    """

    def __init__(self, window: QWidget, inbox: InboxView, *, letters_are_own: bool) -> None:
        super().__init__(window)
        self._inbox = inbox
        self._window = window
        self._letters_are_own = letters_are_own
        self._kept: list[tuple[str, object]] = []
        for watched in (window, inbox.list_view()):
            watched.installEventFilter(self)

    def forget(self) -> None:
        """There will be nobody to grant them."""
        for watched in (self._window, self._inbox.list_view()):
            watched.removeEventFilter(self)
        self.deleteLater()

    def grant(self, registry: Registry) -> None:
        """Run the commands of these keys, in order. What was meant for rows that are no longer
        those selected is not done to others."""
        self.forget()
        for key, rows in self._kept:
            command = registry.taken_by(key)
            if command is not None and (command.group not in _OF_ROWS or rows == self._rows()):
                command.run()

    @override
    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        if event.type() != QEvent.Type.KeyPress or not isinstance(event, QKeyEvent):
            return False
        if event.key() in _MODIFIERS:
            return False
        key = key_of(event)
        if watched is not self._window and not self._is_command_letter(key):
            return False
        self._kept.append((key, self._rows()))
        return True

    def _is_command_letter(self, key: str) -> bool:
        if not is_single(key) or key in _LIST_S_OWN:
            return False
        return self._letters_are_own or key not in LIST_LETTERS

    def _rows(self) -> object:
        return self._inbox.current_id(), self._inbox.selected_ids()


_MODIFIERS: Final = frozenset(
    {Qt.Key.Key_Control, Qt.Key.Key_Shift, Qt.Key.Key_Alt, Qt.Key.Key_Meta, Qt.Key.Key_AltGr}
)
