"""Whether somebody is there to answer, and when next (R8, R24, R42): at work, and not absent.

Who is suspended is never there.
"""

from __future__ import annotations

from datetime import datetime, tzinfo

from sms_desk.domain.frozen import dataclass
from sms_desk.domain.working_hours import ALWAYS, WorkingHours, next_opening

_MOST = 400
"""Absences and days looked past; who is not there within them is not there."""


@dataclass(frozen=True, slots=True)
class Duty:
    """When a person is at work. zone: of the hours, which are wall-clock times. absences: from and
    until (None: without end), in any order."""

    hours: WorkingHours
    zone: tzinfo
    suspended: bool = False
    absences: tuple[tuple[datetime, datetime | None], ...] = ()


def next_there(person: Duty, since: datetime) -> datetime | None:
    """The first instant from `since` on at which the person is there; None for never."""
    at = since
    for _ in range(0 if person.suspended else _MOST):
        opening = _at_work(person, at)
        if opening is None:
            return None
        at = opening
        away = [until for begin, until in person.absences if _covers(begin, until, at)]
        if not away:
            return at
        if None in away:
            return None
        at = max(filter(None, away))
    return None


def _at_work(person: Duty, since: datetime) -> datetime | None:
    return since if person.hours == ALWAYS else next_opening(since, person.hours, person.zone)


def _covers(begin: datetime, until: datetime | None, at: datetime) -> bool:
    return begin <= at and (until is None or at < until)
