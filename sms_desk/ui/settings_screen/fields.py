"""One setting of the registry as a control: its kind decides which."""

from __future__ import annotations

from typing import Any

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QHBoxLayout, QLineEdit, QVBoxLayout, QWidget

from sms_desk.domain.errors import UsageError
from sms_desk.settings.registry import Setting
from sms_desk.ui.widgets.check_box import CheckBox
from sms_desk.ui.widgets.forms import Choice, line_edit
from sms_desk.ui.widgets.text import label

_ONE_OF = "one of "
_SPELT = {"starttls": "STARTTLS", "tls": "TLS"}
"""Options that are no plain words."""


class SettingField(QWidget):
    """Title, control, and one sentence on what it does; tells a value as soon as it is one."""

    chosen = Signal(str, object)
    """The setting's name and its value."""

    def __init__(self, setting: Setting, value: Any) -> None:
        super().__init__()
        self._setting = setting
        self._wrong = label("", "snippet", tone="error", wrap=True, parent=self)
        self._wrong.hide()
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(4)
        self._control = self._made(value)
        self._control.setAccessibleName(setting.title)
        self._control.setAccessibleDescription(setting.help)
        if not isinstance(self._control, CheckBox):
            layout.addWidget(label(setting.title, "body_strong", parent=self))
        if setting.kind.unit:
            layout.addLayout(self._counted(setting.kind.unit))
        else:
            layout.addWidget(self._control)
        layout.addWidget(self._wrong)
        layout.addWidget(label(setting.help, "snippet", tone="secondary", wrap=True, parent=self))

    def _counted(self, unit: str) -> QHBoxLayout:
        """A number, and behind it what it counts."""
        self._control.setMaximumWidth(88)
        self._control.setAccessibleName(f"{self._setting.title}, {unit}")
        line = QHBoxLayout()
        line.setSpacing(8)
        line.addWidget(self._control)
        line.addWidget(label(unit, tone="secondary", parent=self))
        line.addStretch(1)
        return line

    def control(self) -> QWidget:
        return self._control

    def _made(self, value: Any) -> QWidget:
        words = self._setting.kind.words
        if isinstance(self._setting.default, bool):
            box = CheckBox(self._setting.title, self)
            box.setChecked(bool(value))
            box.toggled.connect(self._tell)
            return box
        if words.startswith(_ONE_OF):
            options = words.removeprefix(_ONE_OF).split(", ")
            choice = Choice([(_SPELT.get(each, each.capitalize()), each) for each in options], self)
            choice.choose(value)
            choice.currentIndexChanged.connect(lambda _at: self._tell(choice.value()))
            choice.setMaximumWidth(240)
            return choice
        return self._made_line(value)

    def _made_line(self, value: Any) -> QLineEdit:
        field = line_edit(str(value), parent=self)
        field.setMaximumWidth(240)
        field.editingFinished.connect(lambda: self._on_edited(field))
        return field

    def _on_edited(self, field: QLineEdit) -> None:
        field.setModified(False)
        self._tell(field.text())

    def _tell(self, value: Any) -> None:
        try:
            parsed = self._setting.parse(value)
        except UsageError as error:
            self._wrong.setText(f"{error.title} {error.next_step}")
            self._wrong.show()
            return
        self._wrong.hide()
        self.chosen.emit(self._setting.name, parsed)
