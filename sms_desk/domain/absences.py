"""An absence and its cover, as values: who is away, from when to when, and who takes which part
(R23, R25, R29).

Times are instants; what a person typed is kept beside them with the zone of who is absent, because
"Monday to Friday" means that person's days across daylight-saving changes.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from enum import StrEnum
from typing import Final
from uuid import UUID

from sms_desk.domain.frozen import dataclass


class Part(StrEnum):
    """What is handed over, each to substitutes of its own (R23)."""

    CONVERSATIONS = "conversations"  # open or snoozed when the absence begins, quiet or not
    INBOUND = "inbound"  # what begins, opens again or is assigned while it lasts
    SENDERS = "senders"  # the use of the sender IDs, inside the desk (R26)
    SCHEDULED = "scheduled"  # messages that wait for their time
    NOTIFICATIONS = "notifications"  # who is told; without shares: whoever answers


HANDED_OVER: Final = (Part.CONVERSATIONS, Part.INBOUND, Part.SENDERS, Part.SCHEDULED)
"""The parts of a plan in which one takes everything; whoever answers is told of it (notifications)."""


class Split(StrEnum):
    """How a part is divided among several substitutes (R23)."""

    ONE = "one"  # a single substitute
    EVEN = "even"  # the same number for each
    LOAD = "load"  # to whoever has the fewest open conversations for their capacity
    PROGRAM = "program"  # by the campaign or service that a conversation answers
    SENDER = "sender"  # by sender ID
    LIST = "list"  # each conversation (or sender ID, or message) named


@dataclass(frozen=True, slots=True)
class Share:
    """One substitute's part. keys: ids of programs, sender IDs or things, as the split rule says;
    empty in a keyed split: all that no other share names."""

    person_id: UUID
    keys: tuple[UUID, ...] = ()


@dataclass(frozen=True, slots=True)
class Cover:
    """Who takes one part. Without shares nobody does: a gap."""

    part: Part
    split: Split = Split.ONE
    shares: tuple[Share, ...] = ()

    @property
    def substitutes(self) -> frozenset[UUID]:
        return frozenset(share.person_id for share in self.shares)

    def of_sender(self, sender_id: UUID) -> tuple[UUID, ...]:
        """Who takes one sender ID: whom its key names, else those who take all the others."""
        named = tuple(share.person_id for share in self.shares if sender_id in share.keys)
        return named or tuple(share.person_id for share in self.shares if not share.keys)


@dataclass(frozen=True, slots=True)
class Absence:
    """A dated row. until None: without end. permanent: the person does not come back (R29).

    zone: IANA name of the absent person's own zone; since_wall, until_wall: what was typed, a date
    (whole days, the last one included) or a date with a time; "" where it was "now".
    """

    id: UUID
    person_id: UUID
    since: datetime
    until: datetime | None
    covers: tuple[Cover, ...] = ()
    permanent: bool = False
    zone: str = "UTC"
    since_wall: str = ""
    until_wall: str = ""
    created_at: datetime | None = None

    def runs(self, now: datetime) -> bool:
        return self.since <= now and (self.until is None or now < self.until)

    def cover(self, part: Part) -> Cover:
        """Who takes a part; a cover without shares where nobody was named."""
        return next((each for each in self.covers if each.part is part), Cover(part))

    @property
    def contacts(self) -> Cover:
        """Who takes the contacts of who leaves for good: who takes what comes in, else who takes
        the conversations (R29)."""
        new = self.cover(Part.INBOUND)
        return new if new.shares else self.cover(Part.CONVERSATIONS)

    def rule_takers(self, sender_id: UUID) -> tuple[UUID, ...]:
        """Whom a rule that names who leaves for good may name instead: who takes the sender ID,
        else what comes in (R29)."""
        return self.cover(Part.SENDERS).of_sender(sender_id) or self.contacts.of_sender(sender_id)

    @property
    def answering(self) -> frozenset[UUID]:
        """Everybody who may answer one of its conversations, old or new."""
        return self.cover(Part.CONVERSATIONS).substitutes | self.cover(Part.INBOUND).substitutes

    @property
    def sole(self) -> UUID | None:
        """Who answers all of them, old and new alike; None where that has to be chosen for each."""
        old, new = (self.cover(part).substitutes for part in (Part.CONVERSATIONS, Part.INBOUND))
        return next(iter(old)) if len(old) == 1 and old == new else None


def running(absences: Iterable[Absence], now: datetime) -> dict[UUID, tuple[Absence, ...]]:
    """By absent person, the absences that run now, the innermost (which began last) first."""
    found: dict[UUID, list[Absence]] = {}
    for absence in absences:
        if absence.runs(now):
            found.setdefault(absence.person_id, []).append(absence)
    return {
        person: tuple(sorted(some, key=lambda one: (one.since, one.id), reverse=True))
        for person, some in found.items()
    }
