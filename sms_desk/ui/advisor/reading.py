"""The advisor's findings with what they concern by name, read in one go (R15)."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, tzinfo
from uuid import UUID
from zoneinfo import ZoneInfo

from sms_desk.domain.advisor import Severity
from sms_desk.domain.frozen import dataclass
from sms_desk.domain.model import Channel, ProgramKind, Role
from sms_desk.services import advisor, directory, programs, senders
from sms_desk.services.advisor import FindingRow
from sms_desk.services.context import Context
from sms_desk.services.rows import SenderRow


@dataclass(frozen=True, slots=True)
class Subject:
    """What a finding is about. kind: sender | program | person; icon: its sign."""

    kind: str
    id: UUID
    name: str
    icon: str


@dataclass(frozen=True, slots=True)
class Advice:
    """rows: all findings, those accepted as they are, too. may_change: whether who looks may mend."""

    rows: tuple[FindingRow, ...]
    subjects: Mapping[UUID, Subject]
    may_change: bool
    at: datetime
    zone: tzinfo

    @property
    def pressing(self) -> int:
        """Problems and warnings that nobody has accepted."""
        return sum(not row.waived and row.severity is not Severity.ADVICE for row in self.rows)

    def subjects_of(self, row: FindingRow) -> tuple[Subject, ...]:
        """Sender IDs, programs and people of a finding, as far as they are still there."""
        ids = (*row.sender_ids, *row.program_ids, *row.person_ids)
        return tuple(self.subjects[id_] for id_ in ids if id_ in self.subjects)


def advice(ctx: Context) -> Advice:
    """Walks the messages of 90 days: not for the window's thread. Raises RefusedError for reps."""
    rows = advisor.findings(ctx, waived=True)
    return Advice(
        rows, _subjects(ctx), ctx.actor.role is Role.ADMIN, ctx.now, ZoneInfo(ctx.actor.zone)
    )


def _sender_name(row: SenderRow) -> str:
    """One number on two channels is two sender IDs."""
    name = f"{row.label} {row.display}".strip()
    return f"{name} · WhatsApp" if row.channel is Channel.WHATSAPP else name


def _subjects(ctx: Context) -> dict[UUID, Subject]:
    found = [Subject("sender", row.id, _sender_name(row), "hash") for row in senders.listing(ctx)]
    icons = {ProgramKind.CAMPAIGN: "megaphone", ProgramKind.SERVICE: "bot"}
    found += [
        Subject("program", row.id, row.name, icons[row.kind]) for row in programs.listing(ctx)
    ]
    found += [Subject("person", row.id, row.name, "user") for row in directory.everybody(ctx)]
    return {subject.id: subject for subject in found}
