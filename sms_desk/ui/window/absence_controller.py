"""Absence in the window: one's own banner, sick today, back again, and the screens of cover."""

from __future__ import annotations

from datetime import datetime, tzinfo
from typing import TYPE_CHECKING
from uuid import UUID

from PySide6.QtCore import QObject, Signal, Slot

from sms_desk.domain import commands as c
from sms_desk.domain.changes import Changes, Thing
from sms_desk.domain.plain_text import display_name
from sms_desk.services import my_absence
from sms_desk.services.my_absence import MyAbsence
from sms_desk.ui.widgets.times import end_words
from sms_desk.ui.widgets.words import tr
from sms_desk.ui.window.banner import Banner
from sms_desk.ui.window.ties import Ties

if TYPE_CHECKING:  # read and made when they are wanted
    from sms_desk.services.absence_rows import AbsenceRow, PlanCheck


class AbsenceController(QObject):
    plan_wanted = Signal(object)
    """Whose: a person's id."""
    sick_wanted = Signal(object)
    """Who is ill, where the plan has to be looked at: a person's id."""
    brief_wanted = Signal(object)
    """Of which absence."""
    told = Signal(str)
    """Something to be said in passing."""

    def __init__(self, banner: Banner, ties: Ties, parent: QObject) -> None:
        super().__init__(parent)
        self._banner = banner
        self._doors, self._reader = ties.doors, ties.reader
        self._found = MyAbsence()
        self._put_away: UUID | None = None
        banner.action_requested.connect(self._on_action)
        banner.put_away.connect(self._on_put_away)
        ties.bus.changed.connect(self._on_changed)

    def read(self) -> None:
        self._doors.read(self, my_absence.mine, then=self._show, key="absence")

    def dispose(self) -> None:
        self._banner.hide()
        self._banner.action_requested.disconnect(self._on_action)
        self._banner.put_away.disconnect(self._on_put_away)

    # --- the banner --------------------------------------------------------------------------------

    def _show(self, found: MyAbsence) -> None:
        self._found = found
        row = found.running or found.brief
        if row is None or row.id == self._put_away:
            self._banner.hide()
        elif found.running is not None:
            self._banner.show_words(
                _away_words(row, self._doors.desk.now(), self._reader.zone),
                "",
                tr("absence", "I am back"),
            )
        else:
            self._banner.show_words(
                _back_words(row, self._doors.desk.now(), self._reader.zone),
                tr("absence", "What happened meanwhile stands in the brief."),
                tr("absence", "Read the brief"),
            )

    @Slot()
    def _on_action(self) -> None:
        if self._found.running is not None:
            self.come_back()
        elif self._found.brief is not None:
            self.brief_wanted.emit(self._found.brief.id)

    @Slot()
    def _on_put_away(self) -> None:
        row = self._found.running or self._found.brief
        self._put_away = row.id if row is not None else None
        self._banner.hide()

    @Slot(object)
    def _on_changed(self, changes: Changes) -> None:
        if changes.touches(Thing.ABSENCE):
            self.read()

    # --- commands ----------------------------------------------------------------------------------

    def come_back(self) -> None:
        """Whoever is here is not away (R27)."""
        row = self._found.running
        if row is None:
            self.told.emit(tr("absence", "You are not recorded as away."))
            return
        self._doors.change(self, c.EndAbsence(**self._doors.stamp(), absence_id=row.id))

    def open_brief(self) -> None:
        """The newest that waits."""
        if self._found.brief is None:
            self.told.emit(tr("absence", "No brief waits for you."))
        else:
            self.brief_wanted.emit(self._found.brief.id)

    def plan_own(self) -> None:
        self.plan_wanted.emit(self._reader.person_id)

    def sick_today(self) -> None:
        """At once, with who is suggested; where something would be without anybody, by the plan."""
        from sms_desk.services import absences

        me = self._reader.person_id
        self._doors.read(
            self,
            absences.sick_today,
            me,
            then=self._check_sick,
            failed=lambda _error: self.sick_wanted.emit(me),
            key="sick",
        )

    def _check_sick(self, command: c.PlanAbsence) -> None:
        from sms_desk.services import absences

        def checked(found: PlanCheck) -> None:
            if absences.worth_a_look(found):
                self.sick_wanted.emit(command.person_id)
            else:
                self._doors.change(self, command)

        self._doors.read(self, absences.check, command, then=checked, key="sick")


def _back_words(row: AbsenceRow, now: datetime, zone: tzinfo) -> str:
    """Of an absence that is over. It is told as what was: the banner may stand there for days, and
    whoever opens the demo was never here."""
    said = tr("absence", "You were away until {time}.")
    return said.replace("{time}", end_words(row.until or now, now, zone))


def _away_words(row: AbsenceRow, now: datetime, zone: tzinfo) -> str:
    names = [display_name(name, 30) for _, name in row.substitutes]
    if row.until is None:
        said = tr("absence", "You are recorded as away.")
    else:
        said = tr("absence", "You are recorded as away until {time}.").replace(
            "{time}", end_words(row.until, now, zone)
        )
    if not names:
        return f"{said} {tr('absence', 'Nobody answers instead.')}"
    if len(names) == 1:
        answers = tr("absence", "{names} answers meanwhile.")
    else:
        answers = tr("absence", "{names} answer meanwhile.")
    return f"{said} {answers.replace('{names}', ', '.join(names[:3]))}"
