"""Absence, cover, and what changes hands (R23-R30)."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from sms_desk.domain.absences import Cover, Part, Share, Split
from sms_desk.domain.commands.base import Command, Targets
from sms_desk.domain.frozen import dataclass
from sms_desk.domain.model import (
    RoutingRule,
)


@dataclass(frozen=True, slots=True, kw_only=True)
class PlanAbsence(Command):
    """A person will be or is away, and who takes what meanwhile (R23).

    since, until: instants, until None for without end; since_wall, until_wall: as typed, in zone,
    the absent person's own. permanent: they do not come back (R29). reason: vacation | sick | left
    | other. confirmed: the gaps that the check names are accepted (R24).
    """

    absence_id: UUID
    person_id: UUID
    since: datetime
    until: datetime | None
    zone: str
    since_wall: str = ""
    until_wall: str = ""
    covers: tuple[Cover, ...] = ()
    permanent: bool = False
    reason: str = ""
    confirmed: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class ChangeAbsence(Command):
    """Other times or substitutes for an absence that has not ended; who answers a conversation
    already stays, unless that person is no substitute any more (R25)."""

    absence_id: UUID
    since: datetime
    until: datetime | None
    since_wall: str = ""
    until_wall: str = ""
    covers: tuple[Cover, ...] = ()
    confirmed: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class EndAbsence(Command):
    """The person is back: it ends at `at`; one that has not begun never was (R27)."""

    absence_id: UUID


@dataclass(frozen=True, slots=True, kw_only=True)
class ReviveAbsence(Command):
    """The way back from EndAbsence."""

    absence_id: UUID
    until: datetime | None


@dataclass(frozen=True, slots=True, kw_only=True)
class TakeFromCover(Command):
    """The substitute keeps conversations for good: they own them, and these do not return (R27)."""

    targets: Targets


@dataclass(frozen=True, slots=True, kw_only=True)
class SettleBrief(Command):
    """The returning person has read the brief (R27). taken_back: conversations that they own again;
    left: conversations that whoever answered them goes on with, as the owner."""

    absence_id: UUID
    taken_back: tuple[UUID, ...] = ()
    left: tuple[UUID, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class UnsettleBrief(Command):
    """The way back from SettleBrief: the brief waits again. settled_at: when an earlier settling
    was, None for none."""

    absence_id: UUID
    settled_at: datetime | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class CancelAbsence(Command):
    """It never was: the way back from PlanAbsence."""

    absence_id: UUID


@dataclass(frozen=True, slots=True, kw_only=True)
class FixSubstitutes(Command):
    """The way back from ChangeAbsence, for conversations whose substitute was named no more: who
    answered each of them, as (conversation, substitute or None for nobody, part)."""

    absence_id: UUID
    chosen: tuple[tuple[UUID, UUID | None, Part], ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class HandOver(Command):
    """Somebody does not come back, and the day is here: what they own goes to the substitutes for
    good, in one batch (R29). Run by the desk itself, in the name of who planned it."""

    absence_id: UUID


@dataclass(frozen=True, slots=True)
class GivenContacts:
    """Contacts that went to one person. to_id None: nobody."""

    to_id: UUID | None
    contact_ids: tuple[UUID, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class TakeBackHandOver(Command):
    """The way back from HandOver; the absence then never was. Sender IDs: `RestoreHoldings`.

    batch_id: whose events tell the owners before. scheduled: messages, each with author and on whose
    behalf before. contacts: by who got them, None for nobody.
    """

    absence_id: UUID
    batch_id: UUID
    scheduled: tuple[tuple[UUID, UUID, UUID | None], ...] = ()
    contacts: tuple[GivenContacts, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Reassign(Command):
    """Conversations, and with them sender IDs, to other owners for good, in one batch (R30).

    sender_ids: from whom is from_id; they end holding them and the shares' people begin to.
    """

    targets: Targets
    split: Split
    shares: tuple[Share, ...]
    from_id: UUID | None = None
    sender_ids: tuple[UUID, ...] = ()
    reason: str = ""


@dataclass(frozen=True, slots=True)
class EndedHolding:
    """A holding that was ended at `at`. until: as it was before."""

    holding_id: UUID
    at: datetime
    until: datetime | None


@dataclass(frozen=True, slots=True)
class RenamedRule:
    """A holding whose rule named before_id. rule, person_id: what it says since."""

    holding_id: UUID
    rule: RoutingRule | None
    person_id: UUID | None
    before_id: UUID


@dataclass(frozen=True, slots=True, kw_only=True)
class RestoreHoldings(Command):
    """The way back of the sender IDs of Reassign and HandOver, where nobody has changed who holds them since."""

    ended: tuple[EndedHolding, ...]
    begun: tuple[UUID, ...]
    renamed: tuple[RenamedRule, ...] = ()
