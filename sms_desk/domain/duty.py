"""Whether somebody is there to answer, and when next (R8, R24, R42).

Who is suspended is never there. An absence, once it is recorded (R23), belongs into `next_there`.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, tzinfo

from sms_desk.domain.working_hours import ALWAYS, WorkingHours, next_opening


@dataclass(frozen=True, slots=True)
class Duty:
    """When a person is at work. zone: of the hours, which are wall-clock times."""

    hours: WorkingHours
    zone: tzinfo
    suspended: bool = False


def on_duty(person: Duty, at: datetime) -> bool:
    """Whether the person is there at that instant."""
    return next_there(person, at) == at


def next_there(person: Duty, since: datetime) -> datetime | None:
    """The first instant from `since` on at which the person is there; None for never."""
    if person.suspended:
        return None
    return since if person.hours == ALWAYS else next_opening(since, person.hours, person.zone)
