"""What a team keeps for itself: contacts' names, views, templates."""

from __future__ import annotations

from uuid import UUID

from sms_desk.domain.commands.base import Command
from sms_desk.domain.frozen import dataclass
from sms_desk.domain.inbox_filters import InboxFilter
from sms_desk.domain.model import (
    Channel,
)


@dataclass(frozen=True, slots=True, kw_only=True)
class RenameContact(Command):
    contact_id: UUID
    name: str


@dataclass(frozen=True, slots=True, kw_only=True)
class SetContactOwner(Command):
    contact_id: UUID
    owner_id: UUID | None


@dataclass(frozen=True, slots=True, kw_only=True)
class SaveView(Command):
    """shared_with: None for oneself alone, "all", or ids of people and teams."""

    view_id: UUID
    name: str
    filter: InboxFilter
    shared_with: tuple[UUID, ...] | None = None
    shared_with_all: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class DeleteView(Command):
    view_id: UUID


@dataclass(frozen=True, slots=True, kw_only=True)
class SaveTemplate(Command):
    template_id: UUID
    name: str
    keyword: str
    channel: Channel | None
    body: str


@dataclass(frozen=True, slots=True, kw_only=True)
class RetireTemplate(Command):
    template_id: UUID
    retired: bool = True
