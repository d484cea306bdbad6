"""The one function that moves a conversation's team state (R48, R49, R51, R52)."""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum

from sms_desk.domain.frozen import dataclass
from sms_desk.domain.model import TeamState


class Happening(StrEnum):
    """What can happen to a conversation. Receipts, notes, tags and program sends move nothing."""

    CONTACT_WROTE = "contact_wrote"
    PERSON_REPLIED = "person_replied"
    PROGRAM_SENT = "program_sent"
    RECEIPT = "receipt"
    NOTE = "note"
    TAG = "tag"
    CLOSE = "close"
    REOPEN = "reopen"
    SNOOZE = "snooze"
    SNOOZE_DUE = "snooze_due"


@dataclass(frozen=True, slots=True)
class State:
    """Team state, and while snoozed the instant at which it wakes."""

    team_state: TeamState
    snoozed_until: datetime | None = None


OPEN = State(TeamState.OPEN)
CLOSED = State(TeamState.CLOSED)


def move(
    state: State, happening: Happening, *, at: datetime, until: datetime | None = None
) -> State:
    """The state after a happening. at: when it happened; until: for SNOOZE, when to wake.

    A customer's reply reopens; one that happened before the snooze or close it meets is the
    caller's to leave out (a back-filled message lifts no old thread). Replying to a closed
    conversation reopens it, to a snoozed one wakes it: the person is at work on it.
    """
    match happening:
        case Happening.CONTACT_WROTE | Happening.PERSON_REPLIED | Happening.REOPEN:
            return OPEN
        case Happening.CLOSE:
            return CLOSED
        case Happening.SNOOZE:
            if until is None or until <= at:
                raise ValueError("a snooze ends later than it begins")
            return State(TeamState.SNOOZED, until)
        case Happening.SNOOZE_DUE:
            due = state.snoozed_until
            return OPEN if due is not None and due <= at else state
        case _:
            return state
