"""The frozen rows of absences and their cover: the plan before it is saved, what runs now, the
brief afterwards (R23-R29)."""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum
from uuid import UUID

from sms_desk.domain.absences import Cover, Part
from sms_desk.domain.cover_plan import Gap, GapCode, Remedy, Severity
from sms_desk.domain.frozen import dataclass
from sms_desk.domain.model import Channel, TeamState
from sms_desk.services.choosing import NOTHING_TO_CHOOSE, Offer
from sms_desk.services.rows import PersonRow

__all__ = [
    "AbsenceRow",
    "AbsenceState",
    "Brief",
    "BriefRow",
    "Candidate",
    "CoveringRow",
    "Gap",
    "GapCode",
    "LoadLine",
    "PartCount",
    "PlanCheck",
    "PlanDraft",
    "Remedy",
    "Severity",
]


class AbsenceState(StrEnum):
    COMING = "coming"
    RUNNING = "running"
    ENDED = "ended"
    CANCELLED = "cancelled"  # called off before it began: it never was


@dataclass(frozen=True, slots=True)
class AbsenceRow:
    """One absence. zone: the absent person's, in which since_wall and until_wall were typed ("" where
    it was "now", or has no end). substitutes: of any part, by name. conversations: how many stand
    under it, open or snoozed. can_change: whether the reader may change or end it."""

    id: UUID
    person_id: UUID
    person_name: str
    since: datetime
    until: datetime | None
    zone: str
    since_wall: str
    until_wall: str
    permanent: bool
    reason: str
    state: AbsenceState
    covers: tuple[Cover, ...]
    substitutes: tuple[tuple[UUID, str], ...]
    conversations: int
    can_change: bool


@dataclass(frozen=True, slots=True)
class Candidate:
    """Somebody who may be a substitute, with their load. open: conversations that they own or answer
    now, open or snoozed; waiting: of these. capacity: None for no limit. absent_from, absent_until:
    of an absence that runs or comes next; both None where there is none."""

    person_id: UUID
    name: str
    role: str
    open: int
    waiting: int
    capacity: int | None = None
    absent_from: datetime | None = None
    absent_until: datetime | None = None
    suspended: bool = False


@dataclass(frozen=True, slots=True)
class PartCount:
    """How much there is of one part. Conversations: count = waiting + quiet + snoozed; else these are
    0. first_due: the earliest scheduled message. senders: (id, label, address, only_holder)."""

    part: Part
    count: int
    waiting: int = 0
    quiet: int = 0
    snoozed: int = 0
    first_due: datetime | None = None
    senders: tuple[tuple[UUID, str, str, bool], ...] = ()


@dataclass(frozen=True, slots=True)
class PlanDraft:
    """All that the plan's screen starts from. local_now: in the person's own zone. suggested: a
    whole cover that could be saved as it is. programs: (id, name), for the split by program;
    conversations: for the split by list."""

    person: PersonRow
    local_now: datetime
    candidates: tuple[Candidate, ...]
    parts: tuple[PartCount, ...]
    suggested: tuple[Cover, ...]
    programs: tuple[tuple[UUID, str], ...]
    conversations: Offer = NOTHING_TO_CHOOSE


@dataclass(frozen=True, slots=True)
class LoadLine:
    """A substitute's open conversations before, and how many the plan adds."""

    person_id: UUID
    name: str
    before: int
    added: int
    capacity: int | None = None


@dataclass(frozen=True, slots=True)
class PlanCheck:
    """The dry run of a plan. since, until: the instants that it means; for_you: the same in the
    viewer's own zone."""

    gaps: tuple[Gap, ...]
    loads: tuple[LoadLine, ...]
    refused: bool
    needs_confirmation: bool
    since: datetime
    until: datetime | None
    for_you: tuple[datetime, datetime | None]


@dataclass(frozen=True, slots=True)
class CoveringRow:
    """For whom the reader answers now. count: conversations that they see by it, open or snoozed."""

    absence_id: UUID
    person_id: UUID
    person_name: str
    until: datetime | None
    waiting: int
    count: int


@dataclass(frozen=True, slots=True)
class BriefRow:
    """What happened in one conversation while it was covered. inbound, outbound: messages;
    waiting_since: the customer's oldest message without an answer. spoke: (id, name, messages).
    taken_over_by: who owns it now, where that is not the absent person any more. kept: a substitute
    took it over from the cover, and so it can be taken back; else somebody assigned it on purpose.
    moved_by: whose doing that was, null where it was changed again after the return."""

    conversation_id: UUID
    contact_name: str
    peer: str
    sender_label: str
    channel: Channel
    state: TeamState
    waiting_since: datetime | None
    inbound: int
    outbound: int
    notes: int
    spoke: tuple[tuple[UUID, str, int], ...]
    last_text: str
    last_at: datetime | None
    taken_over_by: str | None
    open: bool
    kept: bool = False
    moved_by: str | None = None


@dataclass(frozen=True, slots=True)
class Brief:
    """rows: where something happened or which are open, those that wait first. quiet: open ones in
    which nothing happened. settled: it was read and settled already."""

    absence: AbsenceRow
    rows: tuple[BriefRow, ...]
    inbound: int = 0
    outbound: int = 0
    settled: bool = False
