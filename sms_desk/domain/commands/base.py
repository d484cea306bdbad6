"""What every command is, which conversations it is about, and taking one back."""

from __future__ import annotations

from datetime import datetime
from typing import ClassVar
from uuid import UUID

from sms_desk.domain.frozen import dataclass
from sms_desk.domain.inbox_filters import InboxFilter


@dataclass(frozen=True, slots=True, kw_only=True)
class Command:
    """id: made by who asks, so that a repeat is recognised. at: when the person asked."""

    logged: ClassVar[bool] = True
    """Whether it is kept in the history of commands; what a person types or reads is not."""

    id: UUID
    at: datetime


@dataclass(frozen=True, slots=True)
class Targets:
    """Which conversations: these, or all that a filter matches when it runs (R50)."""

    ids: tuple[UUID, ...] = ()
    matching: InboxFilter | None = None

    @classmethod
    def one(cls, conversation_id: UUID) -> Targets:
        return cls((conversation_id,))


@dataclass(frozen=True, slots=True, kw_only=True)
class Undo(Command):
    """Take a command back, where nothing newer contradicts it."""

    command_id: UUID
