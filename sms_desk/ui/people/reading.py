"""What the screen of people shows, read in one snapshot."""

from __future__ import annotations

from dataclasses import replace
from uuid import UUID

from sms_desk.domain.frozen import dataclass
from sms_desk.domain.model import Role
from sms_desk.services import absences, directory, people
from sms_desk.services.context import Context
from sms_desk.services.people import StaffRow, TeamRow
from sms_desk.services.rows import PersonRow


@dataclass(frozen=True, slots=True)
class Found:
    """people: whom the reader works with, with who has left; teams: with retired ones.

    admin: whether the reader may change who works here. plannable: whose absences the reader may
    plan. seats: as whom one may act in the demo.
    """

    people: tuple[StaffRow, ...] = ()
    teams: tuple[TeamRow, ...] = ()
    admin: bool = False
    plannable: frozenset[UUID] = frozenset()
    seats: tuple[PersonRow, ...] = ()

    def person(self, person_id: UUID) -> StaffRow | None:
        return next((row for row in self.people if row.id == person_id), None)


def found(ctx: Context, playing: bool) -> Found:
    """playing: in the demo, where anybody may sit at the desk."""
    rows = people.listing(ctx, removed=True)
    seats = directory.everybody(ctx) if playing else ()
    return Found(
        rows,
        people.teams(ctx, retired=True),
        ctx.actor.role is Role.ADMIN,
        frozenset(row.id for row in rows if absences.may_plan(ctx, row.id)),
        tuple(one for one in seats if not one.suspended),
    )


def differs(one: StaffRow, other: StaffRow) -> bool:
    """Whether there is more between them than the time that has passed."""
    return replace(one, local_now=other.local_now) != other
