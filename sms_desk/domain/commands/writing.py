"""Messages and notes, now or later, and what a person decides about one (R32, R36, R37)."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from sms_desk.domain.commands.base import Command
from sms_desk.domain.frozen import dataclass
from sms_desk.domain.model import (
    Channel,
)


@dataclass(frozen=True, slots=True, kw_only=True)
class StartConversation(Command):
    """Open the conversation of a sender ID with an address, or make it (R1, R62)."""

    conversation_id: UUID
    contact_id: UUID
    sender_id: UUID
    channel: Channel
    peer_raw: str
    contact_name: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Reply(Command):
    """Queue a message. seen_version: the newest version that its writer had seen (GS6).

    confirmed: names of checks that the writer has waived, such as `unseen`. content_sid: the
    provider's id of an approved template (R42), content_variables: its blanks as (name, value)
    pairs; the text is then what these make, and body may be empty.
    """

    conversation_id: UUID
    outbox_id: UUID
    sender_id: UUID
    body: str
    seen_version: int
    not_after: datetime
    confirmed: tuple[str, ...] = ()
    content_sid: str | None = None
    content_variables: tuple[tuple[str, str], ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class AddNote(Command):
    conversation_id: UUID
    note_id: UUID
    body: str
    mentions: tuple[UUID, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Resend(Command):
    """A person says that a doubtful message did not arrive; it may arrive twice (R32)."""

    outbox_id: UUID


@dataclass(frozen=True, slots=True, kw_only=True)
class CheckAgain(Command):
    outbox_id: UUID


@dataclass(frozen=True, slots=True, kw_only=True)
class Drop(Command):
    """Withdraw a message that is not accepted yet, or give up one that is not confirmed."""

    outbox_id: UUID


@dataclass(frozen=True, slots=True, kw_only=True)
class ConfirmHeld(Command):
    """Send a held message anyway. checks: the names waived."""

    outbox_id: UUID
    checks: tuple[str, ...]
    not_after: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Schedule(Command):
    """Write now what is to be sent later (R36). zone: the IANA name in whose time due_at was chosen.

    seen_version, confirmed: as in `Reply`; when it is due every check is made again (R33).
    content_sid, content_variables: as in `Reply` (R42).
    """

    scheduled_id: UUID
    conversation_id: UUID
    sender_id: UUID
    body: str
    due_at: datetime
    zone: str
    seen_version: int
    confirmed: tuple[str, ...] = ()
    content_sid: str | None = None
    content_variables: tuple[tuple[str, str], ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class EditScheduled(Command):
    """Another text or another time, for as long as it waits. due_at now: it goes at once."""

    scheduled_id: UUID
    body: str
    due_at: datetime
    zone: str


@dataclass(frozen=True, slots=True, kw_only=True)
class CancelScheduled(Command):
    """It is not sent; cancelled False: it waits again."""

    scheduled_id: UUID
    cancelled: bool = True
