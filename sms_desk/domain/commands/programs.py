"""Campaigns and services, and how they are recognised (R61)."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from sms_desk.domain.commands.base import Command
from sms_desk.domain.frozen import dataclass
from sms_desk.domain.model import (
    BindingKind,
    ProgramKind,
)


@dataclass(frozen=True, slots=True, kw_only=True)
class SaveProgram(Command):
    """auto_reply: what its auto-responder says, where it takes no replies (R18)."""

    program_id: UUID
    kind: ProgramKind
    name: str
    attribution_days: int = 30
    starts_at: datetime | None = None
    ends_at: datetime | None = None
    takes_replies: bool = True
    reply_instruction: str = ""
    auto_reply: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class RetireProgram(Command):
    program_id: UUID
    retired: bool = True


@dataclass(frozen=True, slots=True, kw_only=True)
class BindProgram(Command):
    """Exactly one of sender_id, service_id and pattern, as kind says (R61)."""

    binding_id: UUID
    program_id: UUID
    kind: BindingKind
    sender_id: UUID | None = None
    service_id: UUID | None = None
    pattern: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class EndBinding(Command):
    """never: it is taken back as if it had never been, with what it alone recognised (R61)."""

    binding_id: UUID
    never: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class ResumeBinding(Command):
    """The way back from EndBinding."""

    binding_id: UUID
