"""The workspace's own name, which an admin may change."""

from __future__ import annotations

from sms_desk.domain import commands as c
from sms_desk.domain.model import Role
from sms_desk.services.executor import Done
from sms_desk.services.rows import PersonRow
from sms_desk.ui.doors import Doors
from sms_desk.ui.widgets.buttons import plain
from sms_desk.ui.widgets.forms import Form, line_edit
from sms_desk.ui.widgets.words import tr


class WorkspaceName(Form):
    def __init__(self, doors: Doors, name: str, me: PersonRow) -> None:
        super().__init__()
        self._doors = doors
        self._name = line_edit(name, parent=self)
        self._name.setEnabled(me.role is Role.ADMIN)
        self._save = plain(tr("settings", "Rename"), parent=self)
        self._save.setEnabled(False)
        self._name.textEdited.connect(lambda text: self._save.setEnabled(text.strip() != name))
        self._save.clicked.connect(self._on_save_clicked)
        self._name.returnPressed.connect(self._save.click)
        help_ = tr("settings", "It stands in the window's title. An admin changes it.")
        self.add(tr("settings", "Name of the workspace"), self._name, help_)
        self.add_widget(self._save, at_start=True)

    def _on_save_clicked(self) -> None:
        self.clear_error()
        command = c.RenameWorkspace(**self._doors.stamp(), name=self._name.text())
        self._doors.change(self, command, then=self._on_saved, failed=self.show_error)

    def _on_saved(self, _done: Done) -> None:
        self._name.setModified(False)
        self._save.setEnabled(False)
