"""People and teams (R29, R58)."""

from __future__ import annotations

from uuid import UUID

from sms_desk.domain.commands.base import Command
from sms_desk.domain.frozen import dataclass
from sms_desk.domain.model import (
    Role,
)


@dataclass(frozen=True, slots=True, kw_only=True)
class AddPerson(Command):
    person_id: UUID
    name: str
    role: Role
    zone: str
    email: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class EditPerson(Command):
    """email None, as in the commands of the first release: it stays; "": there is none."""

    person_id: UUID
    name: str
    role: Role
    zone: str
    email: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class SetCapacity(Command):
    """How many open conversations are a full desk; None: nobody says (R23)."""

    person_id: UUID
    capacity: int | None


@dataclass(frozen=True, slots=True, kw_only=True)
class SuspendPerson(Command):
    """Nothing new comes to them and they do nothing more; they hold what they held. suspended False:
    they are back."""

    person_id: UUID
    suspended: bool = True


@dataclass(frozen=True, slots=True, kw_only=True)
class RemovePerson(Command):
    """They have left, owning nothing (R29), and their memberships end; names stay on what they wrote
    (R58). removed False: they work here again. memberships: that go on, where a removal is undone."""

    person_id: UUID
    removed: bool = True
    memberships: tuple[UUID, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class AddTeam(Command):
    """profile: a named group of holders instead of a team that a supervisor leads."""

    team_id: UUID
    name: str
    profile: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class RenameTeam(Command):
    team_id: UUID
    name: str


@dataclass(frozen=True, slots=True, kw_only=True)
class RetireTeam(Command):
    """Nobody belongs to it meanwhile. retired False: it is used again, with whom it had."""

    team_id: UUID
    retired: bool = True


@dataclass(frozen=True, slots=True, kw_only=True)
class AddMember(Command):
    membership_id: UUID
    team_id: UUID
    person_id: UUID


@dataclass(frozen=True, slots=True, kw_only=True)
class EndMembership(Command):
    """From now on they do not belong to it; that they did stays on record."""

    membership_id: UUID


@dataclass(frozen=True, slots=True, kw_only=True)
class ResumeMembership(Command):
    """The way back from EndMembership."""

    membership_id: UUID
