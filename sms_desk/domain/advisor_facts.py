"""What the advisor looks at: the directory as it is, and what was sent from it (R15)."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from uuid import UUID

from sms_desk.domain.model import (
    Channel,
    Health,
    ProgramKind,
    Purpose,
    Role,
    SenderDirection,
    SenderKind,
    SourceKind,
)
from sms_desk.domain.registration import Registration
from sms_desk.domain.scopes import Holders


@dataclass(frozen=True, slots=True)
class SenderFacts:
    """One sender ID in use. name: as people know it. key: equal for one number on two channels."""

    id: UUID
    channel: Channel
    key: str
    kind: SenderKind
    country: str
    name: str
    direction: SenderDirection
    purpose: Purpose
    health: Health
    registration: Registration
    holders: Holders
    program_id: UUID | None = None
    fallback_id: UUID | None = None


@dataclass(frozen=True, slots=True)
class PersonFacts:
    id: UUID
    name: str
    role: Role


@dataclass(frozen=True, slots=True)
class ProgramFacts:
    """sender_ids: dedicated to it, or in a Messaging Service that is bound to it."""

    id: UUID
    kind: ProgramKind
    name: str
    takes_replies: bool
    auto_reply: str
    sender_ids: frozenset[UUID]


@dataclass(frozen=True, slots=True)
class Traffic:
    """Messages sent from one sender ID for one purpose. Manual: what people wrote in direct
    conversations; a hand-written answer in a program's conversation is that program's (R16)."""

    sender_id: UUID
    kind: SourceKind
    program_id: UUID | None
    sent: int


@dataclass(frozen=True, slots=True)
class Reached:
    """Messages sent from one sender ID to one country."""

    sender_id: UUID
    region: str
    sent: int


@dataclass(frozen=True, slots=True)
class Overlap:
    """Contacts whom one kind of conversation reaches from several sender IDs of one channel.

    conversation_ids: of up to a hundred of them, those not from the sender ID used last.
    """

    kind: SourceKind
    program_id: UUID | None
    sender_ids: frozenset[UUID]
    contacts: int
    conversation_ids: tuple[UUID, ...] = ()


@dataclass(frozen=True)
class Facts:
    """The directory as it is now, and the traffic of the last `days`."""

    senders: tuple[SenderFacts, ...]
    people: tuple[PersonFacts, ...]
    programs: tuple[ProgramFacts, ...]
    traffic: tuple[Traffic, ...] = ()
    reached: tuple[Reached, ...] = ()
    overlaps: tuple[Overlap, ...] = ()
    days: int = 90

    @cached_property
    def sender(self) -> Mapping[UUID, SenderFacts]:
        return {sender.id: sender for sender in self.senders}

    @cached_property
    def program(self) -> Mapping[UUID, ProgramFacts]:
        return {program.id: program for program in self.programs}

    @cached_property
    def by_sender(self) -> Mapping[UUID, tuple[Traffic, ...]]:
        """Traffic of each sender ID, busiest first."""
        found: dict[UUID, list[Traffic]] = defaultdict(list)
        for one in self.traffic:
            if one.sent and one.sender_id in self.sender:
                found[one.sender_id].append(one)
        return {id_: tuple(sorted(all_, key=lambda t: -t.sent)) for id_, all_ in found.items()}
