"""Sections at the side, and the chosen one beside them."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, Final
from uuid import UUID
from zoneinfo import ZoneInfo

from PySide6.QtCore import QSize, Signal, Slot
from PySide6.QtWidgets import (
    QFrame,
    QHBoxLayout,
    QLineEdit,
    QListWidget,
    QStackedWidget,
    QVBoxLayout,
    QWidget,
)
from typing_extensions import override

from sms_desk.bootstrap import Session
from sms_desk.domain import commands as c
from sms_desk.domain.changes import Changes, Thing
from sms_desk.domain.frozen import dataclass
from sms_desk.domain.model import Role
from sms_desk.services import directory, notices, preferences, unplaced, workspace
from sms_desk.services.context import Context
from sms_desk.services.notices import InboxMute
from sms_desk.services.rows import AccountRow, PersonRow
from sms_desk.settings import registry
from sms_desk.settings.files import MachineState
from sms_desk.settings.registry import Scope, Setting
from sms_desk.ui.bus import Bus
from sms_desk.ui.commands import Registry
from sms_desk.ui.doors import Doors
from sms_desk.ui.recovery import RecoveryRow
from sms_desk.ui.settings_screen.accounts import AccountsPage
from sms_desk.ui.settings_screen.connector import ConnectorPart
from sms_desk.ui.settings_screen.fields import SettingField
from sms_desk.ui.settings_screen.keys import KeysPage
from sms_desk.ui.settings_screen.notices import NoticesPage
from sms_desk.ui.settings_screen.people import MePage, PeoplePage
from sms_desk.ui.settings_screen.workspace import WorkspaceName
from sms_desk.ui.widgets.bare import Bare
from sms_desk.ui.widgets.forms import Form, scrolled
from sms_desk.ui.widgets.panes import horizontal_line, on_ground, vertical_line
from sms_desk.ui.widgets.text import label
from sms_desk.ui.widgets.words import tr

_PAGE_WIDTH: Final = 620


@dataclass(frozen=True, slots=True)
class Values:
    """Everything that the pages show, of one moment."""

    me: PersonRow
    accounts: tuple[AccountRow, ...]
    values: dict[str, Any]
    workspace_name: str
    inboxes: tuple[InboxMute, ...]
    unplaced: Mapping[UUID, int]
    """Messages that found no place, by account."""


def values(ctx: Context) -> Values:
    people = directory.everybody(ctx)
    return Values(
        next(person for person in people if person.id == ctx.actor.person_id),
        directory.all_accounts(ctx),
        {
            setting.name: preferences.value(ctx, setting.name)
            for setting in registry.SETTINGS.values()
            if setting.scope is not Scope.MACHINE
        },
        workspace.name(ctx),
        notices.inboxes(ctx),
        unplaced.count_unplaced(ctx),
    )


class SettingsScreen(QWidget):
    connect_requested = Signal()
    people_requested = Signal()
    theme_chosen = Signal(str)
    notices_requested = Signal(str)
    """Which section of the notifications: told | letters."""

    def __init__(
        self,
        session: Session,
        doors: Doors,
        bus: Bus,
        state: MachineState,
        commands: Registry,
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(parent)
        on_ground(self, "base")
        self.setAccessibleName(tr("settings", "Settings"))
        self._session = session
        self._is_team = session.team_line() is not None
        self._doors = doors
        self._state = state
        self._commands = commands
        self._sections = QListWidget(self)
        self._sections.setAccessibleName(tr("settings", "Sections"))
        self._sections.setFrameShape(QFrame.Shape.NoFrame)
        self._sections.setProperty("kind", "sections")
        self._sections.setFixedWidth(180)
        self._pages = QStackedWidget(self)
        self._lay_out()
        self.setFocusProxy(self._sections)
        self._sections.currentRowChanged.connect(self._go_to)
        bus.changed.connect(self._on_changed)
        self._read()

    def _lay_out(self) -> None:
        head = QHBoxLayout()
        head.setContentsMargins(16, 16, 16, 16)
        head.addWidget(label(tr("settings", "Settings"), "title", parent=self))
        middle = QHBoxLayout()
        middle.setSpacing(0)
        middle.addWidget(self._sections)
        middle.addWidget(vertical_line(self))
        middle.addWidget(self._pages, 1)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(0)
        layout.addLayout(head)
        layout.addWidget(horizontal_line(self))
        layout.addLayout(middle, 1)

    @override
    def minimumSizeHint(self) -> QSize:
        return QSize(320, 240)

    def show_section(self, title: str) -> None:
        """Go to a section by its title."""
        for row in range(self._sections.count()):
            if self._sections.item(row).text() == title:
                self._sections.setCurrentRow(row)

    def page(self) -> QWidget | None:
        return self._pages.currentWidget()

    @Slot(int)
    def _go_to(self, row: int) -> None:
        page = self._pages.widget(row)
        if isinstance(page, _Page):
            page.furnish()
        self._pages.setCurrentIndex(row)

    # --- reading ---------------------------------------------------------------------------------

    def _read(self) -> None:
        self._doors.read(self, values, then=self._show, key="values")

    @Slot(object)
    def _on_changed(self, changes: Changes) -> None:
        if any(changes.touches(thing) for thing in (Thing.ACCOUNT, Thing.PERSON)):
            self._read()

    def _show(self, found: Values) -> None:
        """The pages anew, unless something is half typed there; the section stays."""
        if any(edit.isModified() for edit in self._pages.findChildren(QLineEdit)):
            return
        at = max(0, self._sections.currentRow())
        while self._pages.count():
            old = self._pages.widget(0)
            if old is not None:
                self._pages.removeWidget(old)
                old.deleteLater()
        self._sections.blockSignals(True)
        self._sections.clear()
        for title, make in self._made(found):
            self._sections.addItem(title)
            self._pages.addWidget(_Page(title, make, self._pages))
        self._sections.setCurrentRow(at)
        self._sections.blockSignals(False)
        self._go_to(at)

    def _made(self, found: Values) -> list[tuple[str, Callable[[], Form]]]:
        """The sections in their order, and what makes the page of each."""
        return [
            (tr("settings", "You"), lambda: MePage(self._doors, found.me)),
            (tr("settings", "Accounts"), lambda: self._accounts(found)),
            (tr("settings", "Appearance"), self._appearance),
            (tr("settings", "Inbox"), lambda: self._settings(Scope.PERSON, found.values)),
            (tr("settings", "Notifications"), lambda: self._notices(found)),
            (tr("settings", "Workspace"), lambda: self._workspace(found)),
            (tr("settings", "People"), self._people),
            (tr("settings", "Keys"), self._keys),
        ]

    def _accounts(self, found: Values) -> AccountsPage:
        page = AccountsPage(
            self._session,
            self._doors,
            found.accounts,
            ZoneInfo(found.me.zone),
            unplaced=found.unplaced,
            admin=found.me.role is Role.ADMIN,
        )
        page.connect_requested.connect(self.connect_requested)
        page.changed.connect(self._read)
        if self._is_team and found.me.role is Role.ADMIN:
            page.add_widget(self._connector())
        return page

    def _appearance(self) -> Form:
        machine = {s.name: self._state.setting(s.name) for s in registry.of_scope(Scope.MACHINE)}
        return self._settings(Scope.MACHINE, machine)

    def _workspace(self, found: Values) -> Form:
        page = Form()
        page.add_widget(WorkspaceName(self._doors, found.workspace_name, found.me))
        page.add_words("")
        if self._is_team and found.me.role is not Role.REP:
            page.add_widget(self._kept())
        page.add_widget(self._settings(Scope.WORKSPACE, found.values))
        if not self._session.demo:
            page.add_widget(RecoveryRow(self._doors, self._session.folder))
        return page

    def _people(self) -> PeoplePage:
        page = PeoplePage(playing=self._session.demo)
        page.people_requested.connect(self.people_requested)
        return page

    def _keys(self) -> KeysPage:
        page = KeysPage(self._commands)
        page.keys_changed.connect(self._on_keys_changed)
        return page

    def _notices(self, found: Values) -> NoticesPage:
        machine = registry.of_scope(Scope.MACHINE, registry.NOTICES)
        chosen = found.values | {one.name: self._state.setting(one.name) for one in machine}
        page = NoticesPage(
            self._session, self._doors, found.me, chosen, found.inboxes, self._on_chosen
        )
        page.notices_requested.connect(self.notices_requested)
        return page

    def _connector(self) -> ConnectorPart:
        part = ConnectorPart(self._session, self._doors, self._state.setting("run_connector"))
        part.chosen.connect(self._on_chosen)
        part.turned.connect(self._read)
        return part

    def _kept(self) -> Form:
        """How much of a team's workspace stands in this machine's file."""
        machine = registry.of_scope(Scope.MACHINE, registry.TEAM)
        chosen = {one.name: self._state.setting(one.name) for one in machine}
        return self._settings(Scope.MACHINE, chosen, registry.TEAM)

    def _settings(self, scope: Scope, chosen: dict[str, Any], topic: str = "") -> Form:
        form = Form()
        for setting in registry.of_scope(scope, topic):
            field = SettingField(setting, chosen[setting.name])
            field.chosen.connect(self._on_chosen)
            form.add_widget(field)
            form.add_words("")
        return form

    # --- changing --------------------------------------------------------------------------------

    @Slot(str, object)
    def _on_chosen(self, name: str, value: object) -> None:
        setting: Setting = registry.get(name)
        if setting.scope is Scope.MACHINE:
            self._state.choose(name, value)
            if name == "theme":
                self.theme_chosen.emit(value)
            return
        mine = setting.scope is Scope.PERSON
        person_id = self._doors.desk.person_id if mine else None
        command = c.ChangeSetting(
            **self._doors.stamp(), name=name, value=value, person_id=person_id
        )
        self._doors.change(self, command)

    @Slot()
    def _on_keys_changed(self) -> None:
        self._state.put("keys", self._commands.chosen_keys())


class _Page(Bare):
    """A section's page, made when somebody goes there: all of them are six hundred widgets."""

    def __init__(self, title: str, make: Callable[[], Form], parent: QWidget) -> None:
        super().__init__(parent)
        self._title = title
        self._make = make

    @override
    def _furnish(self) -> None:
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.addWidget(_framed(self._title, self._make()))


def _framed(title: str, page: Form) -> QWidget:
    around = QWidget()
    row = QHBoxLayout(around)
    row.setContentsMargins(24, 20, 24, 24)
    column = QVBoxLayout()
    column.setSpacing(12)
    column.addWidget(label(title, "title", parent=around))
    column.addWidget(page)
    column.addStretch(1)
    page.setMaximumWidth(_PAGE_WIDTH)
    row.addLayout(column, 1)
    row.addStretch(0)
    return scrolled(around)
