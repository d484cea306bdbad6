"""The fields of one person, each only for whoever may change it (R31)."""

from __future__ import annotations

from typing import Any

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QLineEdit, QWidget
from typing_extensions import override

from sms_desk.domain import commands as c
from sms_desk.domain.errors import DeskError, UsageError
from sms_desk.domain.model import Role
from sms_desk.domain.working_hours import EXAMPLE
from sms_desk.services.people import StaffRow
from sms_desk.ui.doors import Doors
from sms_desk.ui.people.words import tr
from sms_desk.ui.widgets.buttons import plain, primary
from sms_desk.ui.widgets.forms import Choice, Form, line_edit
from sms_desk.ui.widgets.people_fields import role_words, zone_field


class PersonForm(Form):
    """What is half typed stays, whatever is read again meanwhile."""

    saved = Signal()

    def __init__(self, row: StaffRow, *, admin: bool) -> None:
        """admin: whether roles may be changed."""
        super().__init__()
        self._row = row
        self._admin = admin
        self._saved = False
        self.name, self.email = line_edit(row.name), line_edit(row.email)
        self.role = Choice([(role_words(role), role) for role in Role], self)
        self.role.choose(row.role)
        self.zone = zone_field(row.zone, self)
        self.hours = line_edit(row.hours, hint=tr("always"))
        self.capacity = line_edit(_number(row.capacity), hint=tr("nobody said"))
        for field in self._fields():
            field.setCursorPosition(0)  # a long name shows how it begins
        self.save = primary(tr("Save"))
        self.save.clicked.connect(self._on_save_clicked)
        if row.may_edit:
            self._add_own()
        else:
            self._put_away(self.name, self.role, self.zone, self.email)
        if row.is_me:
            hint = tr("As in {example}; empty for always.").replace("{example}", EXAMPLE)
            self.add(tr("Working hours"), self.hours, hint)
        else:
            self._put_away(self.hours)
        if row.may_lead:
            hint = tr("Open conversations that are a full desk; empty: nobody says.")
            self.add(tr("Full desk"), self.capacity, hint)
        else:
            self._put_away(self.capacity)
        self.add_foot(self.save)
        self.save.setVisible(row.may_edit or row.may_lead)
        for field in self._fields():
            field.returnPressed.connect(self._on_save_clicked)

    def _add_own(self) -> None:
        self.add(tr("Name"), self.name)
        if self._admin:
            self.add(tr("Role"), self.role)
        else:
            self._put_away(self.role)
        self.add(tr("Time zone"), self.zone, _zone_hint())
        self.add(tr("E-mail"), self.email, _email_hint())

    def _put_away(self, *fields: QWidget) -> None:
        for field in fields:
            field.setParent(self)
            field.hide()

    def _fields(self) -> tuple[QLineEdit, ...]:
        return self.name, self.zone, self.email, self.hours, self.capacity

    def _on_save_clicked(self) -> None:
        self.clear_error()
        self.saved.emit()

    # --- what it shows -----------------------------------------------------------------------------

    def show_row(self, row: StaffRow) -> None:
        """The same person, read again: fields that nobody touched follow."""
        before, self._row = self._row, row
        shown = (row.name, row.zone, row.email, row.hours, _number(row.capacity))
        was = (before.name, before.zone, before.email, before.hours, _number(before.capacity))
        for field, old, new in zip(self._fields(), was, shown, strict=True):
            if self._saved or field.text() == old:
                field.setText(new)
        if self._saved or self.role.value() == before.role:
            self.role.choose(row.role)
        self._saved = False

    def settle(self) -> None:
        """What was typed was taken: the fields show next how it was understood."""
        self._saved = True

    @override
    def show_error(self, error: DeskError) -> None:
        self._saved = False
        super().show_error(error)

    # --- what was typed ----------------------------------------------------------------------------

    def gives_up_admin(self) -> bool:
        """Whether somebody is about to take their own rights away."""
        return self._row.is_me and self._row.role is Role.ADMIN and self.role.value() != Role.ADMIN

    def commands(self, doors: Doors) -> list[c.Command]:
        """What differs from what is so, each to be undone on its own. Raises UsageError."""
        row, made = self._row, list[c.Command]()
        values: dict[str, Any] = {
            "name": self.name.text(),
            "role": self.role.value(),
            "zone": self.zone.text().strip(),
            "email": self.email.text().strip(),
        }
        if values != {
            "name": row.name,
            "role": row.role,
            "zone": row.zone,
            "email": row.email,
        }:
            made.append(c.EditPerson(**doors.stamp(), person_id=row.id, **values))
        hours, capacity = self.hours.text().strip(), capacity_of(self.capacity.text())
        if hours != row.hours:
            made.append(
                c.ChangeSetting(
                    **doors.stamp(), name="working_hours", value=hours, person_id=row.id
                )
            )
        if capacity != row.capacity:
            made.append(c.SetCapacity(**doors.stamp(), person_id=row.id, capacity=capacity))
        return made


class NewPerson(Form):
    """One more of us."""

    added = Signal()
    closed = Signal()

    def __init__(self, zone: str) -> None:
        """zone: as a beginning."""
        super().__init__()
        self.name, self.email = line_edit(), line_edit()
        self.role = Choice([(role_words(role), role) for role in Role], self)
        self.zone = zone_field(zone, self)
        self.save = primary(tr("Add"))
        close = plain(tr("Cancel"))
        self.add_title(tr("Add a person"))
        self.add(tr("Name"), self.name)
        roles = tr("Reps answer customers, supervisors lead teams, admins configure.")
        self.add(tr("Role"), self.role, roles)
        self.add(tr("Time zone"), self.zone, _zone_hint())
        self.add(tr("E-mail"), self.email, _email_hint())
        self.add_foot(close, self.save)
        close.clicked.connect(self.closed)
        self.save.clicked.connect(self._on_save_clicked)
        for field in (self.name, self.zone, self.email):
            field.returnPressed.connect(self._on_save_clicked)

    def _on_save_clicked(self) -> None:
        self.clear_error()
        self.added.emit()

    def command(self, doors: Doors) -> c.AddPerson:
        return c.AddPerson(
            **doors.stamp(),
            person_id=doors.new_id(),
            name=self.name.text(),
            role=self.role.value(),
            zone=self.zone.text().strip(),
            email=self.email.text().strip() or None,
        )


def capacity_of(typed: str) -> int | None:
    """Raises UsageError for what is no number; how many there may be, the service says."""
    words = typed.strip()
    if not words:
        return None
    if not (words.isascii() and words.isdecimal() and len(words) <= 9):
        raise UsageError(
            tr("This is no number of conversations."), tr("Write a number, or leave it empty.")
        )
    return int(words)


def _number(capacity: int | None) -> str:
    return "" if capacity is None else str(capacity)


def _zone_hint() -> str:
    return tr("As in Europe/Berlin. Times and snoozes follow it.")


def _email_hint() -> str:
    return tr("Where notices go; empty for nowhere.")
