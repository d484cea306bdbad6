"""What is one person's alone: read markers, pins, mutes, drafts (R48)."""

from __future__ import annotations

from typing import ClassVar
from uuid import UUID

from sms_desk.domain.commands.base import Command, Targets
from sms_desk.domain.frozen import dataclass
from sms_desk.domain.model import (
    DraftMode,
)


@dataclass(frozen=True, slots=True, kw_only=True)
class MarkRead(Command):
    """position: the last message actually displayed (R48); the marker only moves forward."""

    logged: ClassVar[bool] = False
    conversation_id: UUID
    position: int


@dataclass(frozen=True, slots=True, kw_only=True)
class MarkUnread(Command):
    """The marker goes back before the latest inbound message."""

    targets: Targets


@dataclass(frozen=True, slots=True, kw_only=True)
class RestoreReadMarkers(Command):
    """The way back from MarkUnread: markers as (conversation, position)."""

    markers: tuple[tuple[UUID, int], ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Pin(Command):
    targets: Targets
    on: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Mute(Command):
    targets: Targets
    on: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class SaveDraft(Command):
    """An empty body removes the draft (R10)."""

    logged: ClassVar[bool] = False
    conversation_id: UUID
    mode: DraftMode
    body: str
