"""People and teams, in a section each; what both show is read together (R29, R31, R58)."""

from __future__ import annotations

from collections.abc import Callable
from datetime import tzinfo
from functools import partial
from typing import Final
from uuid import UUID

from PySide6.QtCore import Qt, QTimer, Signal, Slot
from PySide6.QtGui import QKeyEvent, QShowEvent
from PySide6.QtWidgets import QWidget
from typing_extensions import override

from sms_desk.domain.changes import Changes, Thing
from sms_desk.ui.bus import Bus
from sms_desk.ui.doors import Doors
from sms_desk.ui.people.people import People
from sms_desk.ui.people.reading import Found, found
from sms_desk.ui.people.teams import Teams
from sms_desk.ui.people.words import name_of, tr
from sms_desk.ui.widgets.menu_button import MenuButton
from sms_desk.ui.widgets.sections import SectionedScreen
from sms_desk.ui.widgets.text import menu_text

GATHER_MS: Final = 300
"""Loads cost a walk over all open conversations: at most a few times a second."""
_MINUTE_MS: Final = 60_000
_SHOWS: Final = (Thing.PERSON, Thing.ABSENCE, Thing.CONVERSATION, Thing.SENDER, Thing.SETTING)


class PeopleScreen(SectionedScreen):
    plan_requested = Signal(object)
    """Whose absence shall be planned: a person's id."""
    hand_over_requested = Signal(object)
    """Who leaves for good."""
    reassign_requested = Signal(object)
    """Whose conversations shall go to others."""
    sender_opened = Signal(object)
    person_chosen = Signal(object)
    """As whom one acts from now on."""

    def __init__(
        self,
        doors: Doors,
        bus: Bus,
        zone: tzinfo,
        *,
        admin: bool,
        playing: bool,
        at_desk: Callable[[], frozenset[UUID]] = frozenset,
        parent: QWidget | None = None,
    ) -> None:
        """zone: the reader's own. admin: whether the reader may change who works here. playing: in
        the demo, anybody may sit at the desk. at_desk: who sits at one now, as last known."""
        super().__init__(tr("People"), parent)
        self._doors, self._playing = doors, playing
        self._found = Found()
        self._stale = True
        self.people = People(doors, zone, admin=admin, at_desk=at_desk, parent=self)
        self.teams = Teams(doors, admin=admin, parent=self)
        self.act = MenuButton(tr("Act as (demo)"), "quiet", icon="user", parent=self)
        self.act.setVisible(playing)
        self.act.about_to_show.connect(self._fill_seats)
        if playing:
            self.add_button(self.act)
        self.add_sections((self.people, self.teams), tr("People or teams"), tr("Find"))
        self.people.plan_requested.connect(self.plan_requested)
        self.people.hand_over_requested.connect(self.hand_over_requested)
        self.people.reassign_requested.connect(self.reassign_requested)
        self.people.sender_opened.connect(self.sender_opened)
        self.people.acted_as.connect(self.person_chosen)
        self._pause = QTimer(self)
        self._pause.setSingleShot(True)
        self._pause.setInterval(GATHER_MS)
        self._pause.timeout.connect(self._read)
        self._minute = QTimer(self)
        self._minute.setInterval(_MINUTE_MS)
        self._minute.timeout.connect(self._on_minute)
        self._minute.start()
        bus.changed.connect(self._on_changed)

    def show_person(self, person_id: UUID) -> None:
        """Open one, as from a finding of the advisor."""
        self.tabs.choose(self.people.key)
        self.people.await_row(person_id)
        self._read()

    # --- reading -----------------------------------------------------------------------------------

    @override
    def showEvent(self, event: QShowEvent) -> None:
        """What changed while nobody looked is read now."""
        super().showEvent(event)
        if self._stale:
            self._read()

    @Slot()
    def _read(self) -> None:
        self._stale = not self.isVisible()
        if not self._stale:
            self._doors.read(self, found, self._playing, then=self._show, key="people")

    def _show(self, found: Found) -> None:
        self._found = found
        self.people.show_found(found)
        self.teams.show_found(found)

    @Slot(object)
    def _on_changed(self, changes: Changes) -> None:
        if any(changes.touches(thing) for thing in _SHOWS) and not self._pause.isActive():
            self._stale = True
            self._pause.start()

    @Slot()
    def _on_minute(self) -> None:
        """Hours begin and end, and clocks go on."""
        self.people.show_time()
        self._read()

    @override
    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() == Qt.Key.Key_Escape and self.has_detail():
            self.section().left()
            self.show_detail(None)  # also one that belongs to no row
        else:
            super().keyPressEvent(event)

    # --- the demo ----------------------------------------------------------------------------------

    @Slot()
    def _fill_seats(self) -> None:
        menu = self.act.options()
        menu.clear()
        me = self._doors.desk.person_id
        for person in self._found.seats:
            action = menu.addAction(menu_text(name_of(person.name)))
            action.setCheckable(True)
            action.setChecked(person.id == me)
            action.triggered.connect(partial(self._on_seat, person.id))

    def _on_seat(self, person_id: UUID, _checked: bool = False) -> None:
        self.person_chosen.emit(person_id)
