"""Times of day and days in the person's own zone and locale, for lines that say when."""

from __future__ import annotations

from datetime import date, datetime, timedelta, tzinfo

from PySide6.QtCore import QDate, QLocale, QTime

from sms_desk.domain.absence_times import last_whole_day
from sms_desk.ui.widgets.words import tr


def clock_words(at: datetime, now: datetime, zone: tzinfo) -> str:
    """The time of day; with its date where that is another day."""
    local, today = at.astimezone(zone), now.astimezone(zone).date()
    time = QLocale().toString(QTime(local.hour, local.minute), QLocale.FormatType.ShortFormat)
    if local.date() == today:
        return time
    return f"{date_words(at, now, zone)} {time}"


def date_words(at: datetime, now: datetime, zone: tzinfo) -> str:
    """Day and month; the year where it is another."""
    local, today = at.astimezone(zone), now.astimezone(zone).date()
    pattern = "d MMM" if local.year == today.year else "d MMM yyyy"
    return QLocale().toString(QDate(local.year, local.month, local.day), pattern)


def moment_words(at: datetime, now: datetime, zone: tzinfo) -> str:
    """A moment to come: the time today, else weekday, day and time; the year where another."""
    local, today = at.astimezone(zone), now.astimezone(zone).date()
    time = QLocale().toString(QTime(local.hour, local.minute), QLocale.FormatType.ShortFormat)
    if local.date() == today:
        return time
    return f"{_day_words(local.date(), today)} {time}"


def end_words(until: datetime, now: datetime, zone: tzinfo) -> str:
    """Until when somebody is away, as a plan has it: the last day where it is whole, else the
    moment (R23)."""
    day = last_whole_day(until, zone)
    if day is None:
        return moment_words(until, now, zone)
    return _day_words(day, now.astimezone(zone).date())


def _day_words(day: date, today: date) -> str:
    pattern = "ddd d MMM" if day.year == today.year else "ddd d MMM yyyy"
    return QLocale().toString(QDate(day.year, day.month, day.day), pattern)


def age_words(age: timedelta) -> str:
    """How long, in one or two units: 41 min, 3 h 12 min, 2 days."""
    minutes = max(0, int(age.total_seconds() // 60))
    hours, rest = divmod(minutes, 60)
    if not hours:
        return tr("inbox", "%n min", minutes)
    if hours < 24:
        only_hours = tr("inbox", "%n h", hours)
        return f"{only_hours} {tr('inbox', '%n min', rest)}" if rest else only_hours
    return tr("inbox", "%n day(s)", hours // 24)
