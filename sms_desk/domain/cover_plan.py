"""A cover plan before it is saved: what it would leave without anybody (R24)."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from uuid import UUID

from sms_desk.domain.absences import Part


class GapCode(StrEnum):
    """What the check before saving looks at (R24)."""

    SENDER_UNHELD = "sender_unheld"
    WINDOW_CLOSES = "window_closes"
    SCHEDULED_UNOWNED = "scheduled_unowned"
    SUBSTITUTE_ABSENT = "substitute_absent"
    CYCLE = "cycle"
    PART_UNCOVERED = "part_uncovered"
    SUBSTITUTE_SUSPENDED = "substitute_suspended"


class Severity(StrEnum):
    STOP = "stop"  # it is refused, confirmed or not
    WARNING = "warning"  # a gap: saving needs to be confirmed
    OK = "ok"  # looked at, nothing is missing


class Remedy(StrEnum):
    NONE = "none"
    SHOW = "show"  # the subjects can be looked at
    CHANGE = "change"  # the plan can be changed so that it goes away


@dataclass(frozen=True, slots=True)
class Gap:
    """One line of the check. subject_ids: sender IDs, conversations, messages or people, as its code
    says; parts: which of the plan it is about."""

    code: GapCode
    severity: Severity
    title: str
    detail: str = ""
    subject_ids: tuple[UUID, ...] = ()
    remedy: Remedy = Remedy.NONE
    parts: tuple[Part, ...] = ()
