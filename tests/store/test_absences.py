"""Absences planned, changed, ended and settled, as stories on both engines (R23-R29, GC7, GC8)."""

from __future__ import annotations

from datetime import datetime, timedelta
from uuid import UUID

import pytest
import sqlalchemy as sa

from sms_desk.domain import commands as c
from sms_desk.domain.absences import Cover, Part, Share, Split
from sms_desk.domain.inbox_filters import InboxFilter, Scope
from sms_desk.domain.model import Origin
from sms_desk.services import absences, inbox
from sms_desk.services.absence_rows import AbsenceState
from sms_desk.services.executor import Done
from sms_desk.store import tables
from sms_desk.store.engine import Workspace
from sms_desk.store.ids import new_id
from tests.store.office import Office

DAY = timedelta(days=1)
SECOND = timedelta(seconds=1)
ALL = (Part.CONVERSATIONS, Part.INBOUND, Part.SENDERS, Part.SCHEDULED)


@pytest.fixture
def office(workspace: Workspace) -> Office:
    return Office(workspace)


def all_to(*people_ids: UUID, split: Split = Split.EVEN) -> tuple[Cover, ...]:
    rule = split if len(people_ids) > 1 else Split.ONE
    return tuple(Cover(part, rule, tuple(map(Share, people_ids))) for part in ALL)


def plan(
    office: Office,
    person: UUID,
    *substitutes: UUID,
    since: datetime | None = None,
    until: datetime | None = None,
    by: UUID | None = None,
    covers: tuple[Cover, ...] | None = None,
    permanent: bool = False,
    confirmed: bool = True,
) -> UUID:
    desk = office.desk(by or office.ann)
    id_ = new_id()
    desk.change(
        c.PlanAbsence(
            **desk.stamp(),
            absence_id=id_,
            person_id=person,
            since=since or office.now,
            until=until,
            zone="Europe/Berlin",
            covers=all_to(*substitutes) if covers is None else covers,
            permanent=permanent,
            confirmed=confirmed,
        )
    )
    return id_


def end(office: Office, absence_id: UUID, by: UUID | None = None) -> Done:
    desk = office.desk(by or office.ann)
    return desk.change(c.EndAbsence(**desk.stamp(), absence_id=absence_id))


def undo(office: Office, done: Done, by: UUID | None = None) -> Done:
    desk = office.desk(by or office.ann)
    return desk.change(c.Undo(**desk.stamp(), command_id=done.command_id))


def listed(office: Office, person: UUID, scope: Scope) -> set[UUID]:
    page = office.desk(person).read(inbox.page, InboxFilter(scope=scope, state=None))
    return {row.id for row in page.rows}


def owner(office: Office, conversation: UUID) -> UUID | None:
    with office.workspace.read() as tx:
        found: UUID | None = tx.execute(
            sa.select(tables.conversations.c.owner_id).where(
                tables.conversations.c.id == conversation
            )
        ).scalar_one()
    return found


def talk(office: Office, n: int = 1, sender: UUID | None = None, owner: UUID | None = None) -> UUID:
    id_ = office.conversation(sender or office.own, f"+12025550{n:03}", owner or office.ben)
    office.message(id_, f"Hello {n}")
    return id_


# --- while it lasts, and the return ---------------------------------------------------------------


def test_a_holiday_from_plan_to_return(office: Office) -> None:
    """R25, R27: waiting, quiet, snoozed and closed conversations; the owner stays the owner."""
    waiting, quiet, snoozed, closed = (talk(office, n) for n in range(1, 5))
    office.later(seconds=1)
    office.message(quiet, "Done", Origin.PERSON)
    ben = office.desk(office.ben)
    ben.change(c.Snooze(**ben.stamp(), targets=c.Targets.one(snoozed), until=office.now + 5 * DAY))
    ben.change(c.Close(**ben.stamp(), targets=c.Targets.one(closed)))
    absence_id = plan(
        office, office.ben, office.cara, since=office.now + DAY, until=office.now + 3 * DAY
    )
    assert not listed(office, office.cara, Scope.COVERING)
    assert ben.read(absences.get, absence_id).state is AbsenceState.COMING
    office.later(days=1)
    covered = {waiting, quiet, snoozed, closed}
    assert listed(office, office.cara, Scope.COVERING) == covered
    (row,) = office.desk(office.cara).read(absences.covering)
    assert (row.person_name, row.count, row.waiting) == ("Ben", 3, 1)
    assert {owner(office, one) for one in covered} == {office.ben}
    office.later(days=2, seconds=-1)
    assert listed(office, office.cara, Scope.COVERING) == covered
    office.later(seconds=1)
    assert not listed(office, office.cara, Scope.COVERING)
    assert office.desk(office.cara).read(absences.covering) == ()
    assert listed(office, office.ben, Scope.MINE) == covered
    assert ben.read(absences.get, absence_id).state is AbsenceState.ENDED
    assert end(office, absence_id).count == 0, "ending late changes nothing (GC7)"


def test_undoing_the_plan_and_the_end(office: Office) -> None:
    id_ = talk(office)
    desk = office.desk(office.ann)
    absence_id = new_id()
    command = c.PlanAbsence(
        **desk.stamp(),
        absence_id=absence_id,
        person_id=office.ben,
        since=office.now,
        until=office.now + DAY,
        zone="Europe/Berlin",
        covers=all_to(office.cara),
        confirmed=True,
    )
    planned = desk.change(command)
    assert listed(office, office.cara, Scope.COVERING) == {id_}
    office.later(hours=1)
    ended = end(office, absence_id, by=office.ben)
    assert not listed(office, office.cara, Scope.COVERING)
    assert end(office, absence_id).count == 0, "ending twice changes nothing (GC7)"
    undo(office, ended, by=office.ben)
    assert listed(office, office.cara, Scope.COVERING) == {id_}
    undo(office, planned)
    assert not listed(office, office.cara, Scope.COVERING)
    assert desk.read(absences.listing, ended=True) == ()
