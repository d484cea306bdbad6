"""One team or profile: its name, who belongs to it and leads it, and what it holds (R12, R31)."""

from __future__ import annotations

from collections.abc import Iterable
from functools import partial

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QHBoxLayout, QLineEdit, QVBoxLayout, QWidget

from sms_desk.domain.model import HolderKind, Role
from sms_desk.services.people import Here, Member, StaffRow, TeamRow
from sms_desk.ui.people.reading import Found
from sms_desk.ui.people.words import here_title, kind_words, name_of, tr
from sms_desk.ui.widgets.buttons import icon_button, plain, primary
from sms_desk.ui.widgets.forms import Choice, Form, line_edit
from sms_desk.ui.widgets.menu_button import MenuButton
from sms_desk.ui.widgets.people_fields import role_words
from sms_desk.ui.widgets.text import ElidedLabel, label, menu_text


def leads(row: TeamRow, person: StaffRow | None) -> bool:
    """A team is led by the supervisors who belong to it; nobody leads a profile."""
    return row.kind is HolderKind.TEAM and person is not None and person.role is Role.SUPERVISOR


class TeamPane(Form):
    closed = Signal()
    renamed = Signal(str)
    joined = Signal(object)
    """A person's id."""
    left = Signal(object)
    """A membership's id."""
    retired = Signal(bool)

    def __init__(self, row: TeamRow, *, admin: bool) -> None:
        """admin: whether anything may be changed."""
        super().__init__()
        self._row = row
        self._title = ElidedLabel("", "body_strong", parent=self)
        self.add_widget(self._head())
        self._said = self.add_words("")
        self.name: QLineEdit = line_edit(row.name)
        self.save, self.retire = primary(tr("Save")), plain("")
        self._people = QWidget(self)
        self._column = QVBoxLayout(self._people)
        self._column.setContentsMargins(0, 0, 0, 12)
        self._box = QWidget(self._people)
        if admin:
            self.add(tr("Name"), self.name)
            self.add_widget(self._people)
            self.add_foot(self.retire, self.save)
        else:
            for widget in (self.name, self.save, self.retire):
                widget.setParent(self)
                widget.hide()
            self.add_widget(self._people)
        self.save.clicked.connect(self._on_save_clicked)
        self.name.returnPressed.connect(self._on_save_clicked)
        self.retire.clicked.connect(self._on_retire_clicked)

    def _head(self) -> QWidget:
        self._close = icon_button("x", tr("Close"), parent=self)
        self._close.clicked.connect(lambda: self.closed.emit())
        head = QWidget(self)
        row = QHBoxLayout(head)
        row.setContentsMargins(0, 0, 0, 0)
        row.addWidget(self._title, 1)
        row.addWidget(self._close)
        return head

    def focus_first(self) -> None:
        (self.name if self.name.isVisible() else self._close).setFocus()

    # --- what it shows -----------------------------------------------------------------------------

    def show_row(self, row: TeamRow, found: Found) -> None:
        before, self._row = self._row, row
        self._title.setText(name_of(row.name))
        self._said.setText(_said(row))
        if self.name.text().strip() in (before.name, row.name):
            self.name.setText(row.name)
        self.retire.set_words(tr("Bring back") if row.retired else tr("Retire"))
        self._column.removeWidget(self._box)
        self._box.hide()
        self._box.deleteLater()
        self._box = QWidget(self._people)
        lines = QVBoxLayout(self._box)
        lines.setContentsMargins(0, 0, 0, 0)
        lines.setSpacing(4)
        lines.addWidget(label(tr("Members"), "meta_strong", tone="secondary", parent=self._box))
        change = found.admin and not row.retired
        for member in row.members:
            lines.addWidget(self._member(member, found.person(member.person_id), change=change))
        if not row.members:
            words = tr("Nobody belongs to it yet.")
            lines.addWidget(label(words, "snippet", tone="secondary", wrap=True, parent=self._box))
        if change:
            inside = {one.person_id for one in row.members}
            free = [one for one in found.people if one.id not in inside]
            lines.addWidget(self._join(one for one in free if one.here is not Here.REMOVED))
        self._column.addWidget(self._box)

    def members_words(self) -> list[str]:
        """The lines of the members, for a test."""
        return [each.text() for each in self._box.findChildren(ElidedLabel)]

    def _member(self, member: Member, person: StaffRow | None, *, change: bool) -> QWidget:
        line = QWidget(self._box)
        row = QHBoxLayout(line)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(6)
        name = name_of(member.name)
        row.addWidget(ElidedLabel(name, parent=line), 1)
        words = _about(self._row, person)
        if words:
            row.addWidget(label(words, "snippet", tone="secondary", parent=line))
        if change:
            end = icon_button("x", tr("{name} leaves").replace("{name}", name), parent=line)
            end.clicked.connect(partial(self._on_left, member))
            row.addWidget(end)
        return line

    def _join(self, free: Iterable[StaffRow]) -> QWidget:
        button = MenuButton(tr("Add somebody"), "quiet", icon="plus", parent=self._box)
        for person in free:
            action = button.options().addAction(menu_text(name_of(person.name)))
            action.triggered.connect(partial(self._on_joined, person))
        button.setEnabled(not button.options().isEmpty())
        around = QWidget(self._box)
        row = QHBoxLayout(around)
        row.setContentsMargins(0, 0, 0, 0)
        row.addWidget(button)
        row.addStretch(1)
        return around

    # --- what the person does ----------------------------------------------------------------------

    def _on_save_clicked(self) -> None:
        self.clear_error()
        if self.name.text() != self._row.name:
            self.renamed.emit(self.name.text())

    def _on_retire_clicked(self) -> None:
        self.clear_error()
        self.retired.emit(not self._row.retired)

    def _on_joined(self, person: StaffRow, _checked: bool = False) -> None:
        self.joined.emit(person.id)

    def _on_left(self, member: Member, _checked: bool = False) -> None:
        self.left.emit(member.membership_id)


class NewTeam(Form):
    added = Signal()
    closed = Signal()

    def __init__(self) -> None:
        super().__init__()
        self.name = line_edit()
        self.kind = Choice(
            [(kind_words(one), one) for one in (HolderKind.TEAM, HolderKind.PROFILE)]
        )
        self.save, close = primary(tr("Add")), plain(tr("Cancel"))
        self.add_title(tr("Add a team"))
        self.add(tr("Name"), self.name)
        hint = tr("Supervisors lead the teams they belong to. A profile only holds sender IDs.")
        self.add(tr("Kind"), self.kind, hint)
        self.add_foot(close, self.save)
        close.clicked.connect(self.closed)
        self.save.clicked.connect(self._on_save_clicked)
        self.name.returnPressed.connect(self._on_save_clicked)

    def _on_save_clicked(self) -> None:
        self.clear_error()
        self.added.emit()


def _said(row: TeamRow) -> str:
    """What it is, and which sender IDs it holds."""
    kind = kind_words(row.kind)
    if row.retired:
        return f"{kind} · {tr('retired: nobody belongs to it until it is brought back')}"
    if not row.senders:
        return f"{kind} · {tr('holds no sender ID')}"
    held = ", ".join(name_of(words, 40) for words in row.senders)
    return f"{kind} · {tr('holds {senders}').replace('{senders}', held)}"


def _about(row: TeamRow, person: StaffRow | None) -> str:
    """What is worth saying of a member, beside the name."""
    if person is None:
        return ""
    there = here_title(person.here) if person.here in (Here.ABSENT, Here.SUSPENDED) else ""
    role = tr("leads it") if leads(row, person) else role_words(person.role)
    return " · ".join(filter(None, (role, there)))
