"""R19, R20, R31: "what if", over messages that the desk itself routed, on both engines."""

from __future__ import annotations

from typing import Any
from uuid import UUID

import pytest
import sqlalchemy as sa

from sms_desk.domain import commands as c
from sms_desk.domain.commands import Holder
from sms_desk.domain.errors import RefusedError, UsageError
from sms_desk.domain.model import HolderKind, Role, RoutingRule
from sms_desk.services import what_if
from sms_desk.services.what_if import Trial, TriedOut
from sms_desk.store import people, routing_facts, senders, tables
from sms_desk.store.engine import Workspace
from sms_desk.store.ids import new_id
from tests.fixtures.desk import Desk, fill
from tests.fixtures.fake_provider import START, FakeProvider, Hand
from tests.store.office import Office
from tests.store.test_absences import hand_over, own_contact, plan
from tests.store.test_absences import talk as talk_of
from tests.store.test_message_routes import away, hold, wrote
from tests.store.test_why_here import door

PEERS = [f"+1202555018{n}" for n in range(4)]


@pytest.fixture
def desk(workspace: Workspace) -> Desk:
    hand = Hand()
    made = Desk(workspace, hand, FakeProvider(hand.now), *fill(workspace))
    made.cycle()  # what comes after the first look is live
    return made


@pytest.fixture
def ben(desk: Desk) -> UUID:
    return desk.add_person("Ben")


@pytest.fixture
def boss(desk: Desk) -> UUID:
    with desk.workspace.write() as tx:
        id_ = new_id()
        people.insert(tx, id_=id_, name="Boss", role=Role.ADMIN, zone="UTC", at=START)
        return id_


def tried(desk: Desk, person: UUID, **fields: Any) -> TriedOut:
    trial = Trial(sender_id=desk.sender_id, **fields)
    return door(desk, person).read(what_if.try_rule, trial)


def talk(desk: Desk, peer: str, column: str = "id") -> UUID:
    """The conversation with a number, or another column of it."""
    (found,) = (row for row in desk.conversations() if row["reply_raw"] == peer)
    id_: UUID = found[column]
    return id_


def live(desk: Desk, boss: UUID, ben: UUID) -> None:
    """A day at the desk: contacts write, people answer, assign, take off, get contacts, leave."""
    admin = door(desk, boss)
    for peer in PEERS[:3]:
        wrote(desk, peer=peer)
    desk.reply("hello", talk(desk, PEERS[1]), author=ben)
    desk.settle(40)
    wrote(desk, "thanks", PEERS[1])
    one, two = (c.Targets.one(talk(desk, peer)) for peer in PEERS[:2])
    admin.change(c.Assign(**admin.stamp(), targets=one, owner_id=ben))
    wrote(desk, "and?", PEERS[0])
    admin.change(c.Assign(**admin.stamp(), targets=two, owner_id=None))
    owned = c.SetContactOwner(
        **admin.stamp(), contact_id=talk(desk, PEERS[1], "contact_id"), owner_id=desk.ann
    )
    given = admin.change(owned)
    desk.cycle(10)
    wrote(desk, "once more", PEERS[1])
    desk.cycle(10)
    admin.undo(given.command_id)
    desk.cycle(10)
    wrote(desk, "hi", PEERS[3])
    desk.cycle(10)
    with desk.workspace.write() as tx:
        people.change(tx, ben, suspended_at=desk.hand.at)
    desk.cycle(10)
    wrote(desk, "anybody?", PEERS[2])
    wrote(desk, "good day", "+12025550190")


@pytest.mark.parametrize("rule", [None, *RoutingRule])
def test_r20_the_rule_as_it_is_sends_everything_where_it_went(
    desk: Desk, boss: UUID, ben: UUID, rule: RoutingRule | None
) -> None:
    hold(desk, desk.ann, ben, rule=rule)
    if rule is RoutingRule.NAMED:
        with desk.workspace.write() as tx:
            for row in senders.holdings(tx, desk.sender_id):
                senders.change_holding(tx, row["id"], rule_person_id=ben)
    live(desk, boss, ben)
    found = tried(desk, boss, keep_rule=True)
    assert (found.messages, found.untold, found.cut) == (9, 0, False)
    assert (found.differ, found.rows) == (0, ())
    assert found.words.startswith("Nothing would change: 9 messages of the last 30 days")
    assert all(one.went == one.would for one in found.people)


def test_r19_r20_another_rule_says_who_would_have_got_what_and_why(
    desk: Desk, boss: UUID, ben: UUID
) -> None:
    hold(desk, desk.ann, ben)
    for peer in PEERS:
        wrote(desk, peer=peer)
    before = {table.name: desk.rows(table) for table in tables.metadata.sorted_tables}
    found = tried(desk, boss, rule=RoutingRule.NAMED, rule_person_id=ben)
    assert found.words == "4 of 4 messages of the last 30 days would have gone elsewhere."
    assert [(one.name, one.went, one.would) for one in found.people] == [
        ("Ben", 0, 4),
        ("Shared inbox", 4, 0),
    ]
    newest = found.rows[0]
    assert (newest.went, newest.would, newest.would_id) == ("Shared inbox", "Ben", ben)
    assert newest.conversation_id == talk(desk, PEERS[3])
    assert newest.why.startswith("To Ben: on ")
    turns = tried(desk, boss, rule=RoutingRule.ROUND_ROBIN)
    assert {one.name: one.would for one in turns.people} == {
        "Ann": 2,
        "Ben": 2,
        "Shared inbox": 0,
    }
    nobody = tried(desk, boss, rule=RoutingRule.LAST_SENDER)
    assert {one.name: one.would for one in nobody.people} == {"Unrouted": 4, "Shared inbox": 0}
    assert "no holder has written yet" in nobody.rows[0].why
    after = {table.name: desk.rows(table) for table in tables.metadata.sorted_tables}
    assert after == before, "nothing is written"


def test_r19_other_holders_and_one_holding_alone(desk: Desk, boss: UUID, ben: UUID) -> None:
    wrote(desk)
    ann = Holder(HolderKind.PERSON, desk.ann)
    other = tried(desk, boss, keep_rule=True, holders=(Holder(HolderKind.PERSON, ben),))
    assert [(row.went, row.would) for row in other.rows] == [("Ann", "Ben")]
    assert tried(desk, boss, keep_rule=True, holders=(ann,)).differ == 0
    more = tried(desk, boss, more=Holder(HolderKind.PERSON, ben))
    assert [row.would for row in more.rows] == ["Shared inbox"]
    hold(desk, desk.ann, ben)
    first, _ = desk.rows(tables.holdings, tables.holdings.c.id)
    alone = tried(desk, boss, holding_id=first["id"], rule=RoutingRule.NAMED, rule_person_id=ben)
    assert [row.would for row in alone.rows] == ["Ben"]


def test_r28_r20_who_was_away_then_gets_nothing_now(desk: Desk, boss: UUID, ben: UUID) -> None:
    hold(desk, desk.ann, ben)
    away(desk, desk.ann)
    for peer in PEERS[:2]:
        wrote(desk, peer=peer)
    found = tried(desk, boss, rule=RoutingRule.ROUND_ROBIN)
    assert [(one.name, one.would) for one in found.people if one.would] == [("Ben", 2)]


def test_r20_only_so_many_days_and_messages_with_a_trail_count(
    desk: Desk, boss: UUID, ben: UUID, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert tried(desk, boss).words == "In the last 30 days nothing came in that can be tried."
    hold(desk, desk.ann, ben)
    for peer in PEERS:
        wrote(desk, peer=peer)
    with desk.workspace.write() as tx:
        first = sa.select(sa.func.min(tables.message_routes.c.position)).scalar_subquery()
        tx.execute(
            sa.delete(tables.message_routes).where(tables.message_routes.c.position == first)
        )
    found = tried(desk, boss, keep_rule=True)
    assert (found.messages, found.untold) == (3, 1)
    assert "1 more is left out" in found.words
    monkeypatch.setattr(what_if, "MOST_MESSAGES", 2)
    found = tried(desk, boss, keep_rule=True)
    assert (found.messages, found.cut) == (2, True)
    desk.hand.tick(86_400 * 2)
    assert tried(desk, boss, keep_rule=True, days=1).messages == 0


def test_r31_what_is_not_ones_to_see_is_not_counted(desk: Desk, boss: UUID, ben: UUID) -> None:
    wrote(desk)
    with pytest.raises(RefusedError):
        tried(desk, ben, keep_rule=True)
    with desk.workspace.write() as tx:
        people.change(tx, ben, role=Role.SUPERVISOR)
    assert tried(desk, ben, keep_rule=True).messages == 0
    assert tried(desk, boss, keep_rule=True).messages == 1


def test_r20_what_cannot_be_tried_is_said(desk: Desk, boss: UUID, ben: UUID) -> None:
    for fields in (
        {"days": 0},
        {"days": 999},
        {"rule": RoutingRule.NAMED},
        {"rule": RoutingRule.OWNER, "rule_person_id": ben},
    ):
        with pytest.raises(UsageError):
            tried(desk, boss, **fields)


def test_r20_r29_whose_a_contact_was_is_taken_back_from_assignments_undo_and_hand_overs(
    workspace: Workspace,
) -> None:
    office = Office(workspace)
    ann = office.desk(office.ann)
    begun = office.now
    theirs = own_contact(office, talk_of(office, 1), office.ben)
    office.later(minutes=1)
    owned = c.SetContactOwner(**ann.stamp(), contact_id=theirs, owner_id=office.cara)
    done = ann.change(owned)
    office.later(minutes=1)
    ann.undo(done.command_id)
    office.later(minutes=1)
    plan(office, office.ben, office.cara, permanent=True)
    hand_over(office)
    with workspace.read() as tx:
        found = routing_facts.gave(tx, begun)
    assert {gift.contact_id for gift in found} == {theirs}
    assert [gift.before for gift in found] == [office.ben, office.cara, office.ben, None]
