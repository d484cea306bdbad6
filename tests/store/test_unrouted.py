"""R19, R31, R49: what found nobody stands in Unrouted with its reason, on both engines."""

from __future__ import annotations

from uuid import UUID

import pytest

from sms_desk.domain import commands as c
from sms_desk.domain.inbox_filters import InboxFilter, Scope
from sms_desk.domain.model import HolderKind, Role, RoutingRule
from sms_desk.services import inbox
from sms_desk.services.rows import InboxRow
from sms_desk.store import people
from sms_desk.store.engine import Workspace
from tests.fixtures.desk import Desk, fill
from tests.fixtures.fake_provider import FakeProvider, Hand
from tests.store.office import Office
from tests.store.test_message_routes import hold, wrote
from tests.store.test_why_here import door


@pytest.fixture
def desk(workspace: Workspace) -> Desk:
    hand = Hand()
    made = Desk(workspace, hand, FakeProvider(hand.now), *fill(workspace))
    made.cycle()  # what comes after the first look is live
    return made


def rows(desk: Desk, person: UUID, scope: Scope) -> tuple[InboxRow, ...]:
    """A place of the rail, whose badge counts its rows (all wait here)."""
    looks = door(desk, person)
    found = looks.read(inbox.page, InboxFilter(scope=scope)).rows
    assert getattr(looks.read(inbox.rail), scope) == len(found)
    assert looks.read(inbox.count, InboxFilter(scope=scope)) == len(found)
    ids = [row["id"] for row in desk.conversations()]
    seen = looks.read(inbox.matching, InboxFilter(scope=scope), ids)
    assert seen == {row.id for row in found}
    return found


def test_r19_what_found_nobody_waits_there_each_with_its_reason(desk: Desk) -> None:
    ben, boss = desk.add_person("Ben"), desk.add_person("Boss")
    with desk.workspace.write() as tx:
        people.change(tx, boss, role=Role.ADMIN)
    hold(desk)
    wrote(desk, peer="+12025550181")
    assert [row.unrouted for row in rows(desk, boss, Scope.UNROUTED)] == ["no holder"]
    assert rows(desk, boss, Scope.UNASSIGNED) == ()
    hold(desk, desk.ann, ben, rule=RoutingRule.LAST_SENDER)
    wrote(desk, peer="+12025550182")
    found = rows(desk, boss, Scope.UNROUTED)
    assert [row.unrouted for row in found] == ["no holder has written", "no holder"]
    # who holds it finds it among the shared, and without an owner; Unrouted is not theirs
    assert len(rows(desk, ben, Scope.SHARED)) == len(rows(desk, ben, Scope.UNASSIGNED)) == 2
    assert rows(desk, ben, Scope.UNROUTED) == ()
    assert {row.unrouted for row in rows(desk, ben, Scope.UNASSIGNED)} == {""}
    # an owner ends it
    admin = door(desk, boss)
    targets = c.Targets.one(found[0].id)
    admin.change(c.Assign(**admin.stamp(), targets=targets, owner_id=ben))
    assert [row.unrouted for row in rows(desk, boss, Scope.UNROUTED)] == ["no holder"]
    # where everybody gets it, it was meant for the shared inbox
    hold(desk, desk.ann, ben, rule=RoutingRule.EVERYONE)
    assert rows(desk, boss, Scope.UNROUTED) == ()
    assert len(rows(desk, boss, Scope.UNASSIGNED)) == 1


def test_r19_a_back_fill_left_no_trail_and_the_row_says_what_holds_now(
    workspace: Workspace,
) -> None:
    office = Office(workspace)
    talk = office.conversation(office.unheld, "+12025550171")
    office.message(talk, "Hello")
    ann = office.desk(office.ann)
    (row,) = ann.read(inbox.page, InboxFilter(scope=Scope.UNROUTED)).rows
    assert row.unrouted == "nobody holds it"
    holders = (c.Holder(HolderKind.PERSON, office.ben), c.Holder(HolderKind.PERSON, office.cara))
    rule = RoutingRule.LAST_SENDER
    ann.change(
        c.HoldSenders(**ann.stamp(), sender_ids=(office.unheld,), holders=holders, rule=rule)
    )
    (row,) = ann.read(inbox.page, InboxFilter(scope=Scope.UNROUTED)).rows
    assert row.unrouted == "its rule found nobody"


def test_r31_a_supervisor_sees_what_their_team_holds_and_what_nobody_does(desk: Desk) -> None:
    ben, boss = desk.add_person("Ben"), desk.add_person("Boss")
    with desk.workspace.write() as tx:
        people.change(tx, boss, role=Role.SUPERVISOR)
    hold(desk, desk.ann, ben, rule=RoutingRule.LAST_SENDER)
    wrote(desk)
    assert rows(desk, boss, Scope.UNROUTED) == (), "another team's"
    hold(desk)
    assert len(rows(desk, boss, Scope.UNROUTED)) == 1
