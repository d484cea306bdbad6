"""Oneself, and the other people of the workspace."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import Any
from uuid import UUID
from zoneinfo import available_timezones

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QCompleter, QHBoxLayout, QLineEdit, QWidget

from sms_desk.domain import commands as c
from sms_desk.domain.model import Role
from sms_desk.domain.plain_text import display_name
from sms_desk.services.executor import Done
from sms_desk.services.rows import PersonRow
from sms_desk.ui.doors import Doors
from sms_desk.ui.widgets.buttons import plain, primary
from sms_desk.ui.widgets.forms import Choice, Form, line_edit
from sms_desk.ui.widgets.text import ElidedLabel, label
from sms_desk.ui.widgets.words import tr


def role_words(role: Role) -> str:
    return {
        Role.REP: tr("settings", "Rep"),
        Role.SUPERVISOR: tr("settings", "Supervisor"),
        Role.ADMIN: tr("settings", "Admin"),
    }[role]


def zone_field(zone: str, parent: QWidget) -> QLineEdit:
    """A time zone by its IANA name, completed while typing."""
    field = line_edit(zone, parent=parent)
    completer = QCompleter(sorted(available_timezones()), field)
    completer.setCaseSensitivity(Qt.CaseSensitivity.CaseInsensitive)
    completer.setFilterMode(Qt.MatchFlag.MatchContains)
    field.setCompleter(completer)
    return field


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
    """Everybody with role and zone, and a line to add somebody."""

    def __init__(
        self,
        doors: Doors,
        people: tuple[PersonRow, ...],
        me: PersonRow,
        act_as: Callable[[UUID], None],
        *,
        playing: bool,
    ) -> None:
        """playing: in the demo, anybody may sit at the desk."""
        super().__init__()
        self._doors = doors
        for person in people:
            self.add_widget(self._line(person, me, act_as, playing=playing))
        self._changed: PersonRow | None = None
        self._title = self.add_title(tr("settings", "Add a person"))
        self._name = line_edit(parent=self)
        self._role = Choice([(role_words(role), role) for role in Role], self)
        self._zone = zone_field(me.zone, self)
        self._me = me
        self._save = primary(tr("settings", "Add"), parent=self)
        self._save.clicked.connect(self._on_save_clicked)
        self._cancel = plain(tr("settings", "Cancel"), parent=self)
        self._cancel.clicked.connect(lambda: self._change(None))
        self._cancel.hide()
        self.add(tr("settings", "Name"), self._name)
        self.add(tr("settings", "Role"), self._role)
        self.add(tr("settings", "Time zone"), self._zone)
        self.add_foot(self._cancel, self._save)

    def _change(self, person: PersonRow | None) -> None:
        """The form is for this person from now on; None: for one to be added."""
        self._changed = person
        self.clear_error()
        words = tr("settings", "Add a person")
        if person is not None:
            words = tr("settings", "Change {name}").replace("{name}", display_name(person.name))
        self._title.setText(words)
        self._save.set_words(tr("settings", "Save") if person else tr("settings", "Add"))
        self._cancel.setVisible(person is not None)
        self._name.setText(person.name if person else "")
        self._role.choose(person.role if person else Role.REP)
        self._zone.setText(person.zone if person else self._me.zone)
        self._name.setFocus()

    def _line(
        self, person: PersonRow, me: PersonRow, act_as: Callable[[UUID], None], *, playing: bool
    ) -> QWidget:
        line = QWidget(self)
        row = QHBoxLayout(line)
        row.setContentsMargins(0, 0, 0, 0)
        name = display_name(person.name)
        if person.id == me.id:
            name = f"{name} · {tr('settings', 'you')}"
        row.addWidget(ElidedLabel(name, parent=line), 1)
        row.addWidget(label(role_words(person.role), tone="secondary", parent=line))
        row.addWidget(label(person.zone, "snippet", tone="secondary", parent=line))
        change = plain(tr("settings", "Change…"), parent=line)
        change.setAccessibleName(f"{tr('settings', 'Change')} {name}")
        change.clicked.connect(partial(self._change, person))
        row.addWidget(change)
        if playing and person.id != me.id:
            act = plain(tr("settings", "Act as"), parent=line)
            act.setAccessibleName(f"{tr('settings', 'Act as')} {name}")
            act.clicked.connect(partial(act_as, person.id))
            row.addWidget(act)
        return line

    def _on_save_clicked(self) -> None:
        self.clear_error()
        values: dict[str, Any] = {
            "name": self._name.text(),
            "role": self._role.value(),
            "zone": self._zone.text().strip(),
        }
        command: c.Command
        if self._changed is not None:
            command = c.EditPerson(**self._doors.stamp(), person_id=self._changed.id, **values)
        else:
            command = c.AddPerson(**self._doors.stamp(), person_id=self._doors.new_id(), **values)
        self._doors.change(self, command, then=self._on_saved, failed=self.show_error)

    def _on_saved(self, _done: Done) -> None:
        self._change(None)
        self._name.setModified(False)
        self._zone.setModified(False)
