"""R20, R31: "Why is this here?", of conversations and of messages, on both engines."""

from __future__ import annotations

from datetime import timedelta
from uuid import UUID

import pytest

from sms_desk.domain import commands as c
from sms_desk.domain.errors import NotFoundError
from sms_desk.domain.model import Role, RoutingRule
from sms_desk.services import why_here
from sms_desk.services.desk import Desk as Door
from sms_desk.services.why_here import Explained
from sms_desk.store import people, scans, tables
from sms_desk.store.engine import Workspace
from sms_desk.store.ids import new_id
from tests.fixtures.desk import Desk, fill
from tests.fixtures.fake_provider import START, FakeProvider, Hand
from tests.store.test_message_routes import away, hold, wrote


@pytest.fixture
def desk(workspace: Workspace) -> Desk:
    hand = Hand()
    made = Desk(workspace, hand, FakeProvider(hand.now), *fill(workspace))
    made.cycle()  # what comes after the first look is live
    return made


@pytest.fixture
def boss(desk: Desk) -> UUID:
    """Who sees everything."""
    with desk.workspace.write() as tx:
        id_ = new_id()
        people.insert(tx, id_=id_, name="Boss", role=Role.ADMIN, zone="UTC", at=START)
        return id_


def door(desk: Desk, person: UUID) -> Door:
    return Door(desk.workspace, person, clock=lambda: desk.hand.at)


def asked(desk: Desk, person: UUID, id_: UUID | None = None) -> Explained:
    """Of the newest conversation, where nothing else is named."""
    return door(desk, person).read(why_here.explain, id_ or desk.conversations()[-1]["id"])


def newest_message(desk: Desk) -> UUID:
    inbound = [row for row in desk.messages() if row["direction"] == "inbound"]
    found: UUID = inbound[-1]["id"]
    return found


def details(found: Explained) -> dict[str, str]:
    return {each.name: each.text for each in found.details}


def test_r20_one_holder_said_in_a_sentence_with_what_it_rests_on(desk: Desk, boss: UUID) -> None:
    wrote(desk)
    found = asked(desk, boss)
    assert found.sentence.startswith("It came to Ann: nobody else holds +1")
    assert (found.rule, found.outcome, found.owner_id) == ("one_holder", "owner", desk.ann)
    assert found.candidate_ids == (desk.ann,)
    said = details(found)
    assert (said["Rule"], said["In question"], said["Owner"]) == (
        "its one holder",
        "Ann",
        "Ann",
    )
    assert said["When"].endswith("2026") or ":" in said["When"]
    mine = asked(desk, desk.ann)
    assert mine.sentence.startswith("It came to you: nobody else holds")
    message = asked(desk, boss, newest_message(desk))
    assert (message.sentence, message.message_id) == (found.sentence, newest_message(desk))


def test_r20_what_was_owned_says_how_it_came_to_be_so(desk: Desk, boss: UUID) -> None:
    ben = desk.add_person("Ben")
    wrote(desk)
    targets = c.Targets((desk.conversation()["id"],))
    admin = door(desk, boss)
    admin.change(c.Assign(**admin.stamp(), targets=targets, owner_id=ben))
    found = asked(desk, boss)
    assert found.sentence.startswith("You gave it to Ben on ")
    assert found.rule == ""
    desk.hand.tick(1)
    wrote(desk, "again")
    message = asked(desk, boss, newest_message(desk))
    assert message.sentence == "It came to Ben as the conversation’s owner."
    assert details(message)["Owned because"].startswith("You gave it to Ben on ")
    admin.change(c.Assign(**admin.stamp(), targets=targets, owner_id=None))
    assert asked(desk, boss).sentence.startswith("You took the owner off on ")


def test_r20_r25_a_cover_names_who_is_away_who_answers_and_until_when(
    desk: Desk, boss: UUID
) -> None:
    ben = desk.add_person("Ben")
    absence = away(desk, desk.ann, ben)
    wrote(desk)
    found = asked(desk, boss, newest_message(desk))
    assert found.sentence == "It came to Ben in the place of Ann, who is away."
    assert (found.away_id, found.answering_ids, found.absence_ids) == (
        desk.ann,
        (ben,),
        (absence,),
    )
    assert details(found)["Absence"].startswith("Ann: ")
    assert asked(desk, ben, newest_message(desk)).sentence == (
        "It came to you in the place of Ann, who is away."
    )
    assert asked(desk, boss).sentence == found.sentence
    desk.hand.at += timedelta(days=2)  # back again: the conversation is where it was
    assert asked(desk, boss).sentence.startswith("It came to Ann: nobody else holds")
    assert asked(desk, boss, newest_message(desk)).sentence == found.sentence


def test_r20_a_cover_that_reaches_nobody_says_where_it_stands(desk: Desk, boss: UUID) -> None:
    ben = desk.add_person("Ben")
    wrote(desk)
    away(desk, desk.ann, ben)
    away(desk, ben, desk.ann)
    wrote(desk, "again")
    for id_ in (None, newest_message(desk)):
        assert asked(desk, boss, id_).sentence == (
            "Ann is away, and nobody answers instead: it stands in Unassigned."
        )


def test_r19_r20_each_rule_has_its_sentence(desk: Desk, boss: UUID) -> None:
    ben = desk.add_person("Ben")
    hold(desk, desk.ann, ben)
    wrote(desk, peer="+12025550171")
    assert "no rule chooses among them" in asked(desk, boss, newest_message(desk)).sentence
    expected = {
        RoutingRule.LAST_SENDER: "no holder has written yet, so it stands in Unrouted.",
        RoutingRule.OWNER: "the contact has none, so it stands in Unrouted.",
        RoutingRule.EVERYONE: "it stands in their shared inbox.",
        RoutingRule.ROUND_ROBIN: "whose turn it was among those who hold",
        RoutingRule.NAMED: "that person is no longer here, so it stands in Unrouted.",
    }
    for n, (rule, words) in enumerate(expected.items()):
        hold(desk, desk.ann, ben, rule=rule)
        wrote(desk, peer=f"+1202555018{n}")
        assert words in asked(desk, boss, newest_message(desk)).sentence
    hold(desk)
    wrote(desk, peer="+12025550190")
    found = asked(desk, boss, newest_message(desk))
    assert found.sentence.startswith("Nobody holds ")
    assert (found.rule, found.outcome, found.owner_id) == ("no_holder", "unrouted", None)


def test_r20_what_a_back_fill_brought_is_told_by_what_happened(desk: Desk, boss: UUID) -> None:
    desk.provider.receive("long ago", at=START - timedelta(days=3))
    with desk.workspace.write() as tx:
        scans.choose_backfill(tx, desk.account_id, START - timedelta(days=9), at=START)
    desk.settle(60)
    assert desk.rows(tables.message_routes) == []
    found = asked(desk, boss, newest_message(desk))
    assert found.sentence.startswith("It came to Ann: nobody else holds")
    assert asked(desk, boss).sentence == found.sentence


def test_r31_what_is_not_ones_own_is_not_explained(desk: Desk, boss: UUID) -> None:
    cara = desk.add_person("Cara")
    wrote(desk)
    for id_ in (desk.conversation()["id"], newest_message(desk), desk.events()[0]["id"], new_id()):
        with pytest.raises(NotFoundError):
            asked(desk, cara, id_)
    with pytest.raises(NotFoundError):
        door(desk, cara).read(why_here.of_event, desk.events()[0]["id"])
    assert door(desk, boss).read(why_here.of_event, desk.events()[0]["id"]).rule == "one_holder"


def test_r19_r20_who_left_is_named_still(desk: Desk, boss: UUID) -> None:
    ben = desk.add_person("Ben")
    hold(desk, ben)
    wrote(desk)
    with desk.workspace.write() as tx:
        people.change(tx, ben, suspended_at=desk.hand.at)
    assert "Ben" in asked(desk, boss, newest_message(desk)).sentence
    assert asked(desk, boss).sentence == (
        "Ben is away, and nobody answers instead: it stands in Unassigned."
    )
