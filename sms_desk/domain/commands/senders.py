"""Sender IDs, who holds them, how they fare (R11, R17, R59)."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from sms_desk.domain.commands.base import Command
from sms_desk.domain.frozen import dataclass
from sms_desk.domain.model import (
    Channel,
    Health,
    HolderKind,
    Purpose,
    RoutingRule,
    SenderDirection,
    SenderKind,
)
from sms_desk.domain.registration import Registration


@dataclass(frozen=True, slots=True, kw_only=True)
class AddSender(Command):
    sender_id: UUID
    channel: Channel
    address: str
    kind: SenderKind
    country: str = ""
    label: str = ""
    direction: SenderDirection = SenderDirection.BOTH
    account_id: UUID | None = None
    purpose: Purpose = Purpose.DIRECT


@dataclass(frozen=True, slots=True, kw_only=True)
class EditSender(Command):
    """All that people say of a sender ID; its channel and address are what it is (R1).

    purpose None, as in the commands of the first release: kind, purpose, country, registration and
    fallback stay as they are.
    """

    sender_id: UUID
    label: str
    direction: SenderDirection
    inbound_id: UUID | None = None
    kind: SenderKind | None = None
    purpose: Purpose | None = None
    country: str = ""
    registration: Registration | None = None
    fallback_id: UUID | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class RetireSender(Command):
    sender_id: UUID
    retired: bool = True


@dataclass(frozen=True, slots=True)
class Holder:
    """Who holds a sender ID. id None: the organisation."""

    kind: HolderKind
    id: UUID | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class HoldSender(Command):
    """A dated holding begins at `at` (R59). holder_id None: the organisation.

    rule: which of several holders gets what comes in (R19), None where nobody said; rule_person_id:
    for the rule `named`. notice: which e-mail template tells the holders (R21).
    """

    holding_id: UUID
    sender_id: UUID
    holder_kind: HolderKind
    holder_id: UUID | None
    until: datetime | None = None
    reason: str = ""
    rule: RoutingRule | None = None
    rule_person_id: UUID | None = None
    notice: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class HoldSenders(Command):
    """Each of some sender IDs is given to each of some holders, as by `HoldSender`; who holds one
    already goes on holding it. One undo takes all of it back."""

    sender_ids: tuple[UUID, ...]
    holders: tuple[Holder, ...]
    until: datetime | None = None
    reason: str = ""
    rule: RoutingRule | None = None
    rule_person_id: UUID | None = None
    notice: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class EditHolding(Command):
    """How long, why and by which rule a holding runs; who holds what, and since when, stays."""

    holding_id: UUID
    until: datetime | None = None
    reason: str = ""
    rule: RoutingRule | None = None
    rule_person_id: UUID | None = None
    notice: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class EndHolding(Command):
    holding_id: UUID


@dataclass(frozen=True, slots=True)
class SenderLine:
    """One sender ID of an import, as it shall be. holders None: as they are."""

    sender_id: UUID
    channel: Channel
    address: str
    kind: SenderKind
    country: str = ""
    label: str = ""
    direction: SenderDirection = SenderDirection.BOTH
    purpose: Purpose = Purpose.DIRECT
    registration: Registration | None = None
    inbound_id: UUID | None = None
    fallback_id: UUID | None = None
    account_id: UUID | None = None
    retired: bool = False
    holders: tuple[Holder, ...] | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class ImportSenders(Command):
    """Sender IDs from a file or from the provider's list: all of them or none, one undo.

    removed: sender IDs that an undone import had added. They are retired, never taken out: history
    may name them by then, and looking for that costs a walk over all messages.
    """

    lines: tuple[SenderLine, ...] = ()
    removed: tuple[UUID, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class SetHealth(Command):
    """A person's word on a sender ID (R17). health None: the figures speak again."""

    sender_id: UUID
    health: Health | None
    reason: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class SwitchToFallback(Command):
    """All open conversations of a sender ID go on from the fallback that is named on it (R17)."""

    sender_id: UUID


@dataclass(frozen=True, slots=True, kw_only=True)
class SwitchBack(Command):
    """The way back from SwitchToFallback. pairs: (old, new) conversations; closed: by the switch."""

    sender_id: UUID
    pairs: tuple[tuple[UUID, UUID], ...]
    closed: tuple[UUID, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class WaiveFinding(Command):
    """A finding of the advisor is accepted as it is (R15); waived False: it counts again."""

    key: str
    waived: bool = True
    reason: str = ""
