"""When a message goes, and by whose clock: said plainly wherever it is said (R36)."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

from PySide6.QtCore import QDate, QLocale, QTime

from sms_desk.domain.send_later import Later, place_name
from sms_desk.ui.widgets.words import tr

if TYPE_CHECKING:  # with it comes the store, which the list's rows do not wait for
    from sms_desk.services.scheduled import Clocks


def later_words(later: Later, at: datetime, clocks: Clocks) -> str:
    """What a menu calls a moment; the first allowed minute says its hour."""
    if later is Later.SOONEST:
        there = tr("later", "Next allowed minute, {time} there")
        words = there if clocks.theirs else tr("later", "Next allowed minute, {time} your time")
        return words.replace("{time}", time_words(at, clocks.zone))
    return {
        Later.IN_AN_HOUR: tr("later", "In an hour"),
        Later.THIS_MORNING: tr("later", "This morning"),
        Later.THIS_EVENING: tr("later", "This evening"),
        Later.TOMORROW: tr("later", "Tomorrow morning"),
        Later.MONDAY: tr("later", "Monday morning"),
    }[later]


def heading_words(clocks: Clocks) -> str:
    """By which clock the offered moments were worked out."""
    if not clocks.theirs:
        return tr("later", "Send later, by your clock: theirs is not known")
    words = tr("later", "Send later, by the clock in {place}")
    return words.replace("{place}", place_name(clocks.theirs))


def zone_words(clocks: Clocks, zone: str) -> str:
    """A zone as one of those to choose from."""
    whose = tr("later", "{place} (theirs)") if zone == clocks.theirs else tr("later", "{place}")
    if zone == clocks.mine:
        same = zone == clocks.theirs
        whose = (
            tr("later", "{place} (theirs and yours)") if same else tr("later", "{place} (yours)")
        )
    return whose.replace("{place}", place_name(zone))


def due_words(at: datetime, zone: str, mine: str, *, theirs: str = "", day: bool = True) -> str:
    """ "Tue 24 Nov 9:00 in New York, 15:00 for you". zone: by which it was chosen; mine: the
    reader's; theirs: the contact's, where that shall be said. day: with the day; where the
    reader's is another, that has its own."""
    if zone == mine == theirs:
        words = tr("later", "{when} your time, and theirs")
        return words.replace("{when}", _when(at, zone, day))
    if zone == mine:
        return tr("later", "{when} your time").replace("{when}", _when(at, zone, day))
    said = place_words(at, zone, day=day)
    here = _here(at, zone, mine)
    if not here:
        return tr("later", "{there} and for you").replace("{there}", said)
    both = tr("later", "{there}, {here} for you")
    return both.replace("{there}", said).replace("{here}", here)


def place_words(at: datetime, zone: str, *, day: bool = True) -> str:
    """By one clock alone: "Tue 24 Nov 9:00 in New York"."""
    words = tr("later", "{when} in {place}").replace("{when}", _when(at, zone, day))
    return words.replace("{place}", place_name(zone))


def _when(at: datetime, zone: str, day: bool) -> str:
    return f"{day_words(at, zone)} {time_words(at, zone)}" if day else time_words(at, zone)


def brief_words(at: datetime, now: datetime, zone: str) -> str:
    """For a narrow place: 9:00 today, Tue 9:00 within the week, 24 Dec later."""
    ahead = at.astimezone(ZoneInfo(zone)).date() - now.astimezone(ZoneInfo(zone)).date()
    if not ahead:
        return time_words(at, zone)
    date = _date(at.astimezone(ZoneInfo(zone)))
    if ahead.days < 7:
        return f"{QLocale().toString(date, 'ddd')} {time_words(at, zone)}"
    return QLocale().toString(date, "d MMM")


def _here(at: datetime, zone: str, mine: str) -> str:
    """The reader's own time, with its weekday where that is another; "" where both are the same."""
    there, here = at.astimezone(ZoneInfo(zone)), at.astimezone(ZoneInfo(mine))
    if there.replace(tzinfo=None) == here.replace(tzinfo=None):
        return ""
    if there.date() == here.date():
        return time_words(at, mine)
    return f"{QLocale().toString(_date(here), 'ddd')} {time_words(at, mine)}"


def time_words(at: datetime, zone: str) -> str:
    local = at.astimezone(ZoneInfo(zone))
    return QLocale().toString(QTime(local.hour, local.minute), QLocale.FormatType.ShortFormat)


def day_words(at: datetime, zone: str) -> str:
    return QLocale().toString(_date(at.astimezone(ZoneInfo(zone))), "ddd d MMM")


def _date(local: datetime) -> QDate:
    return QDate(local.year, local.month, local.day)
