"""What the board shows: mine, of one rep, unattended, closing within some hours (R42)."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta
from typing import Final
from uuid import UUID

from PySide6.QtCore import QObject, Signal, Slot

from sms_desk.domain.plain_text import display_name
from sms_desk.services.rows import PersonRow
from sms_desk.services.windows import WindowFilter
from sms_desk.ui.widgets.chips import ChipButton, ToggleChip
from sms_desk.ui.widgets.text import menu_text
from sms_desk.ui.widgets.words import tr

_WITHIN: Final = (1, 2, 4, 8)


class BoardFilters(QObject):
    """The chips, and the filter that they make together."""

    changed = Signal()

    def __init__(self, me: UUID, parent: QObject) -> None:
        super().__init__(parent)
        self._me = me
        self._people: tuple[PersonRow, ...] = ()
        self._owner: UUID | None = None
        self._hours: int | None = None
        self.mine = ToggleChip(tr("windows", "Mine"))
        self.unattended = ToggleChip(tr("windows", "Unattended"))
        self.rep = ChipButton(tr("windows", "Rep"))
        self.within = ChipButton(tr("windows", "Closing within"))
        self.mine.toggled.connect(self._on_mine_toggled)
        self.unattended.toggled.connect(self.changed)
        self.rep.about_to_show.connect(self._fill_people)
        self.within.about_to_show.connect(self._fill_hours)

    def wanted(self) -> WindowFilter:
        owner = self._me if self.mine.isChecked() else self._owner
        within = None if self._hours is None else timedelta(hours=self._hours)
        return WindowFilter(owner, self.unattended.isChecked(), within)

    def set_people(self, people: Sequence[PersonRow]) -> None:
        self._people = tuple(people)

    def choose_rep(self, person: PersonRow | None) -> None:
        self._owner = person.id if person else None
        self.rep.set_value(display_name(person.name) if person else "")
        if person and self.mine.isChecked():
            self.mine.setChecked(False)  # tells by itself
        else:
            self.changed.emit()

    def choose_within(self, hours: int | None) -> None:
        self._hours = hours
        self.within.set_value(_within_words(hours) if hours else "")
        self.changed.emit()

    @Slot(bool)
    def _on_mine_toggled(self, mine: bool) -> None:
        if mine:
            self._owner = None
            self.rep.set_value("")
        self.changed.emit()

    @Slot()
    def _fill_people(self) -> None:
        menu = self.rep.options()
        menu.clear()
        menu.addAction(tr("windows", "Everybody")).triggered.connect(lambda: self.choose_rep(None))
        menu.addSeparator()
        for person in self._people:
            action = menu.addAction(menu_text(display_name(person.name)))
            action.setCheckable(True)
            action.setChecked(person.id == self._owner)
            action.triggered.connect(lambda _=False, chosen=person: self.choose_rep(chosen))

    @Slot()
    def _fill_hours(self) -> None:
        menu = self.within.options()
        menu.clear()
        menu.addAction(tr("windows", "Any time")).triggered.connect(
            lambda: self.choose_within(None)
        )
        menu.addSeparator()
        for hours in _WITHIN:
            action = menu.addAction(_within_words(hours))
            action.setCheckable(True)
            action.setChecked(hours == self._hours)
            action.triggered.connect(lambda _=False, chosen=hours: self.choose_within(chosen))


def _within_words(hours: int) -> str:
    return tr("windows", "Closing within %n h", hours)
