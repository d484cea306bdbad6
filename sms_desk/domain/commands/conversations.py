"""Team state, owner, tags and source of conversations (R49)."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from sms_desk.domain.commands.base import Command, Targets
from sms_desk.domain.frozen import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class Close(Command):
    targets: Targets


@dataclass(frozen=True, slots=True, kw_only=True)
class Reopen(Command):
    targets: Targets


@dataclass(frozen=True, slots=True, kw_only=True)
class Snooze(Command):
    """until: the instant of a wall-clock time in the person's own zone (R52)."""

    targets: Targets
    until: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Assign(Command):
    """owner_id None: nobody; the conversation stands in Unassigned."""

    targets: Targets
    owner_id: UUID | None


@dataclass(frozen=True, slots=True, kw_only=True)
class AddTag(Command):
    """tag_id is used if no tag of that name exists yet."""

    targets: Targets
    tag_id: UUID
    name: str


@dataclass(frozen=True, slots=True, kw_only=True)
class RemoveTag(Command):
    targets: Targets
    tag_id: UUID


@dataclass(frozen=True, slots=True, kw_only=True)
class TakeOver(Command):
    """A campaign reply becomes a sales conversation: direct, from that campaign (R5)."""

    conversation_id: UUID


@dataclass(frozen=True, slots=True, kw_only=True)
class ReleaseAutomation(Command):
    """A person hands the conversation back to the program's auto-responder (R51)."""

    conversation_id: UUID


@dataclass(frozen=True, slots=True, kw_only=True)
class RebindSource(Command):
    """A person says what a conversation answers (R61). program_id None: nothing, direct."""

    conversation_id: UUID
    program_id: UUID | None
