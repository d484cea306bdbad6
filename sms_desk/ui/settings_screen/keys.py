"""Every command of the window with its keys, to be changed."""

from __future__ import annotations

from functools import partial
from typing import Any

from PySide6.QtCore import Signal
from PySide6.QtGui import QKeySequence
from PySide6.QtWidgets import QGridLayout, QKeySequenceEdit, QWidget

from sms_desk.domain.errors import UsageError
from sms_desk.ui.commands import Group, Registry, WindowCommand, group_title
from sms_desk.ui.widgets.buttons import link
from sms_desk.ui.widgets.forms import Form
from sms_desk.ui.widgets.text import label
from sms_desk.ui.widgets.words import tr

_MOST_KEYS = 2


class KeysPage(Form):
    """A command takes up to two keys, typed one after the other."""

    keys_changed = Signal()

    def __init__(self, registry: Registry) -> None:
        super().__init__()
        self._registry = registry
        self._edits: dict[str, QKeySequenceEdit] = {}
        self.add_words(
            tr(
                "settings",
                "Press one or two keys one after the other: each of them does it. "
                "Single letters count while the list or the messages have the focus.",
            )
        )
        self._wrong = label("", "snippet", tone="error", wrap=True, parent=self)
        self.add_widget(self._wrong)
        for group in Group:
            self.add_title(group_title(group))
            self.add_widget(self._grid(registry.of_group(group)))

    def _grid(self, commands: list[WindowCommand]) -> QWidget:
        made = QWidget(self)
        grid = QGridLayout(made)
        grid.setContentsMargins(0, 0, 0, 12)
        grid.setColumnStretch(0, 1)
        for row, command in enumerate(commands):
            edit = QKeySequenceEdit(made)
            edit.setMaximumSequenceLength(_MOST_KEYS)
            edit.setAccessibleName(command.title)
            edit.setFixedWidth(180)
            none = link(tr("settings", "None"), parent=made)
            none.setAccessibleName(f"{tr('settings', 'No keys')}: {command.title}")
            none.clicked.connect(partial(self._on_none, command.id))
            back = link(tr("settings", "Default"), parent=made)
            back.setAccessibleName(f"{tr('settings', 'Default keys')}: {command.title}")
            back.clicked.connect(partial(self._on_back, command.id))
            edit.editingFinished.connect(partial(self._on_edited, command.id))
            self._edits[command.id] = edit
            grid.addWidget(label(command.title, parent=made), row, 0)
            grid.addWidget(edit, row, 1)
            grid.addWidget(none, row, 2)
            grid.addWidget(back, row, 3)
            self._show(command.id)
        return made

    def edit_of(self, id_: str) -> QKeySequenceEdit:
        return self._edits[id_]

    def error_words(self) -> str:
        return self._wrong.text()

    def _show(self, id_: str) -> None:
        keys = [chords(QKeySequence(key))[0] for key in self._registry.keys_of(id_)]
        self._edits[id_].setKeySequence(QKeySequence(*keys) if keys else QKeySequence())

    def _on_edited(self, id_: str) -> None:
        sequence = self._edits[id_].keySequence()
        form = QKeySequence.SequenceFormat.PortableText
        pressed = [QKeySequence(chord).toString(form) for chord in chords(sequence)]
        try:
            self._registry.rebind(id_, *pressed)
        except UsageError as error:
            self._wrong.setText(f"{error.title} {error.next_step}")
        else:
            self._wrong.setText("")
            self.keys_changed.emit()
        self._show(id_)

    def _on_none(self, id_: str) -> None:
        self._edits[id_].clear()
        self._on_edited(id_)

    def _on_back(self, id_: str) -> None:
        self._registry.back_to_default(id_)
        self._wrong.setText("")
        self._show(id_)
        self.keys_changed.emit()


def chords(sequence: QKeySequence) -> list[Any]:
    """The keys of a sequence, one by one (Qt's type stubs know no index)."""
    indexable: Any = sequence
    return [indexable[at] for at in range(sequence.count())]
