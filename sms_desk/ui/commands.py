"""Everything that the window can be told by key, menu or palette: one list of commands.

The menu, the palette, the sheet of keys and the settings all follow from it. A single letter or
sign counts only while the list or the messages have the focus; Alt+letter and Ctrl+Alt+letter are refused, since on
many keyboards they type a letter (design §8).
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from enum import StrEnum
from functools import partial
from typing import Final

from PySide6.QtCore import QEvent, QObject, Qt, Signal, Slot
from PySide6.QtGui import QKeyEvent, QKeySequence, QShortcut
from PySide6.QtWidgets import QApplication, QWidget
from typing_extensions import override

from sms_desk.domain.errors import UsageError
from sms_desk.domain.frozen import dataclass
from sms_desk.ui.widgets.words import tr


class Group(StrEnum):
    """Where a command stands in menu and sheet."""

    GO = "go"
    CONVERSATION = "conversation"
    WRITE = "write"
    DESK = "desk"


def group_title(group: Group) -> str:
    return {
        Group.GO: tr("commands", "Go to"),
        Group.CONVERSATION: tr("commands", "Conversation"),
        Group.WRITE: tr("commands", "Write"),
        Group.DESK: tr("commands", "Desk"),
    }[group]


@dataclass(frozen=True, slots=True)
class WindowCommand:
    """id: stable, for the settings. keys: the defaults, each in Qt's portable form.

    yields: the messages use the same keys themselves, so there they are theirs.
    """

    id: str
    title: str
    group: Group
    run: Callable[[], None]
    keys: tuple[str, ...] = ()
    icon: str = ""
    yields: bool = False


_TYPES_A_LETTER: Final = re.compile(r"(Ctrl\+)?Alt\+(Shift\+)?[^+]", re.IGNORECASE)
_SINGLE: Final = re.compile(r"(Shift\+)?[^+]")
_PORTABLE: Final = QKeySequence.SequenceFormat.PortableText
_NATIVE: Final = QKeySequence.SequenceFormat.NativeText


def checked_key(key: str) -> str:
    """One key in its portable form. Raises UsageError for one that would eat what is typed."""
    sequence = QKeySequence.fromString(key, _PORTABLE)
    text = _portable(sequence)
    if sequence.count() != 1 or not text:
        raise UsageError(f"“{key}” is not a key.", "Press one key, perhaps with Ctrl and Shift.")
    if _TYPES_A_LETTER.fullmatch(text):
        raise UsageError(
            f"“{text}” types a letter on many keyboards.", "Choose one with Ctrl instead."
        )
    return text


def is_single(key: str) -> bool:
    """A letter or sign without Ctrl: it counts in the list and among the messages only."""
    return _SINGLE.fullmatch(key) is not None


def key_of(event: QKeyEvent) -> str:
    """The key that was pressed, in the form in which commands carry theirs."""
    return _portable(QKeySequence(event.keyCombination()))


def _portable(sequence: QKeySequence) -> str:
    """Signs carry no Shift: which key makes a ? differs between keyboards."""
    text = sequence.toString(_PORTABLE)
    bare = text.removeprefix("Shift+")
    return bare if len(bare) == 1 and not bare.isalnum() else text


class Registry(QObject):
    """The commands of one window, and which keys they have now."""

    keys_changed = Signal()

    def __init__(self, window: QWidget) -> None:
        super().__init__(window)
        self._window = window
        self._commands: dict[str, WindowCommand] = {}
        self._chosen: dict[str, tuple[str, ...]] = {}
        self._shortcuts: dict[str, QShortcut] = {}
        self._lists: tuple[QWidget, ...] = ()
        self._thread: QWidget | None = None
        self._messages: QWidget | None = None
        app = QApplication.instance()
        assert isinstance(app, QApplication)
        app.focusChanged.connect(self._on_focus_changed)

    # --- the list of commands --------------------------------------------------------------------

    def add(self, *commands: WindowCommand) -> None:
        for command in commands:
            assert command.id not in self._commands, command.id
            assert all(checked_key(key) == key for key in command.keys), command.keys
            self._commands[command.id] = command
            self._bind(command)

    def __iter__(self) -> Iterator[WindowCommand]:
        return iter(self._commands.values())

    def get(self, id_: str) -> WindowCommand:
        return self._commands[id_]

    def run(self, id_: str) -> None:
        self._commands[id_].run()

    def of_group(self, group: Group) -> list[WindowCommand]:
        return [command for command in self if command.group is group]

    def dispose(self) -> None:
        """The window gets other commands."""
        for shortcut in self._shortcuts.values():
            shortcut.deleteLater()
        self._shortcuts.clear()
        self._commands.clear()
        self.deleteLater()

    # --- keys ------------------------------------------------------------------------------------

    def keys_of(self, id_: str) -> tuple[str, ...]:
        """The keys that hold now, in portable form."""
        return self._chosen.get(id_, self._commands[id_].keys)

    def key_words(self, id_: str) -> str:
        """The keys as this platform writes them."""
        return "  ".join(QKeySequence(key).toString(_NATIVE) for key in self.keys_of(id_))

    def use_keys(self, chosen: Mapping[str, Sequence[str]]) -> None:
        """Other keys than the defaults, by command. What does not fit is left out."""
        self._chosen = {}
        for id_, keys in chosen.items():
            if id_ in self._commands:
                try:
                    self._chosen[id_] = tuple(checked_key(str(key)) for key in keys)
                except UsageError:
                    continue
        self._bind_all()

    def rebind(self, id_: str, *keys: str) -> None:
        """Give a command other keys. Raises UsageError for one that is taken."""
        checked = tuple(checked_key(key) for key in keys)
        for key in checked:
            taken = self.taken_by(key, but=id_)
            if taken is not None:
                raise UsageError(
                    f"“{key}” already means “{taken.title}”.",
                    "Free that one first, or choose another.",
                )
        self._chosen[id_] = checked
        self._bind_all()

    def back_to_default(self, id_: str) -> None:
        self._chosen.pop(id_, None)
        self._bind_all()

    def chosen_keys(self) -> dict[str, list[str]]:
        """What differs from the defaults, to be remembered."""
        return {
            id_: list(keys)
            for id_, keys in self._chosen.items()
            if keys != self._commands[id_].keys
        }

    def taken_by(self, key: str, *, but: str = "") -> WindowCommand | None:
        return next((c for c in self if c.id != but and key in self.keys_of(c.id)), None)

    # --- where they count ------------------------------------------------------------------------

    def watch(self, lists: tuple[QWidget, ...], thread: QWidget, messages: QWidget) -> None:
        """The list, with what may stand in its place, and the messages, where single letters count;
        and the thread around these, which has keys of its own."""
        self._lists, self._thread, self._messages = lists, thread, messages
        for widget in (*lists, messages):
            widget.installEventFilter(self)

    @override
    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        in_messages = watched is self._messages
        if (in_messages or watched in self._lists) and isinstance(event, QKeyEvent):
            return event.type() == QEvent.Type.KeyPress and self._take(event, in_messages)
        return False

    def _take(self, event: QKeyEvent, in_messages: bool) -> bool:
        """Whether the key is a command's, or a letter that means nothing now."""
        pressed = key_of(event)
        if not is_single(pressed):
            return False
        command = self.taken_by(pressed)
        if command is None and in_messages and pressed in WALKING_LETTERS:
            command = self._commands.get(WALKING_LETTERS[pressed])
        if command is not None:
            command.run()
        return command is not None or pressed in LIST_LETTERS

    def _bind_all(self) -> None:
        for command in self:
            self._bind(command)
        self.keys_changed.emit()

    def _bind(self, command: WindowCommand) -> None:
        """Keys with Ctrl and the like count in the whole window."""
        keys = [QKeySequence(key) for key in self.keys_of(command.id) if not is_single(key)]
        shortcut = self._shortcuts.get(command.id)
        if shortcut is None and keys:
            shortcut = QShortcut(self._window)
            shortcut.setContext(Qt.ShortcutContext.WindowShortcut)
            shortcut.activated.connect(partial(self.run, command.id))
            self._shortcuts[command.id] = shortcut
        if shortcut is not None and shortcut.keys() != keys:
            shortcut.setKeys(keys)

    @Slot(QWidget, QWidget)
    def _on_focus_changed(self, _old: QWidget | None, now: QWidget | None) -> None:
        thread = self._thread
        in_thread = thread is not None and now is not None and thread.isAncestorOf(now)
        for id_, shortcut in self._shortcuts.items():
            if self._commands[id_].yields:
                shortcut.setEnabled(not in_thread)


LIST_LETTERS: Final = frozenset("ESAUT")
"""What the list itself would take for an action: only the registry may say so."""

WALKING_LETTERS: Final = {"J": "next", "K": "previous"}
"""What walks from row to row in the list goes on to the next conversation from the messages."""
