"""Oneself, and the way to the other people of the workspace."""

from __future__ import annotations

from PySide6.QtCore import Signal

from sms_desk.domain import commands as c
from sms_desk.services.executor import Done
from sms_desk.services.rows import PersonRow
from sms_desk.ui.doors import Doors
from sms_desk.ui.widgets.buttons import plain, primary
from sms_desk.ui.widgets.forms import Form, line_edit
from sms_desk.ui.widgets.people_fields import zone_field
from sms_desk.ui.widgets.words import tr


class MePage(Form):
    """Name and time zone: snooze and every time of day follow it."""

    def __init__(self, doors: Doors, me: PersonRow) -> None:
        super().__init__()
        self._doors = doors
        self._me = me
        self._name = line_edit(me.name, parent=self)
        self._zone = zone_field(me.zone, self)
        save = primary(tr("settings", "Save"), parent=self)
        save.clicked.connect(self._on_save_clicked)
        self.add(tr("settings", "Name"), self._name)
        self.add(
            tr("settings", "Time zone"),
            self._zone,
            tr("settings", "As in Europe/Berlin. Times and snoozes follow it."),
        )
        self.add_foot(save)

    def _on_save_clicked(self) -> None:
        self.clear_error()
        command = c.EditPerson(
            **self._doors.stamp(),
            person_id=self._me.id,
            name=self._name.text(),
            role=self._me.role,
            zone=self._zone.text().strip(),
        )
        self._doors.change(self, command, then=self._on_saved, failed=self.show_error)

    def _on_saved(self, _done: Done) -> None:
        self._name.setModified(False)
        self._zone.setModified(False)


class PeoplePage(Form):
    """Who works here has a screen of its own."""

    people_requested = Signal()

    def __init__(self, *, playing: bool) -> None:
        """playing: in the demo, where anybody may sit at the desk."""
        super().__init__()
        self.add_words(
            tr(
                "settings",
                "Who works here, in which role and teams, stands on a screen of its own.",
            )
        )
        if playing:
            self.add_words(tr("settings", "There one acts as somebody else, too."))
        self.open = plain(tr("settings", "People and teams…"), icon="id-card", parent=self)
        self.open.clicked.connect(lambda: self.people_requested.emit())
        self.add_widget(self.open, at_start=True)
