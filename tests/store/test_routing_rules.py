"""R16, R19, R20, R28: rules on holdings decide about real messages; which sender ID is proposed."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from uuid import UUID

import pytest
import sqlalchemy as sa

from sms_desk.domain import commands as c
from sms_desk.domain.inbox_filters import InboxFilter, Scope
from sms_desk.domain.model import Channel, HolderKind, Origin, ProgramKind, RoutingRule
from sms_desk.services import inbox, senders
from sms_desk.services.routing import Router, Unowned
from sms_desk.services.rows import SenderChoice
from sms_desk.store import people, tables
from sms_desk.store import senders as sender_store
from sms_desk.store.engine import Workspace
from sms_desk.store.ids import new_id
from tests.fixtures.desk import Desk, desk_at
from tests.fixtures.fake_provider import START
from tests.store.office import Office


@pytest.fixture
def office(workspace: Workspace) -> Office:
    return Office(workspace)


def give(office: Office, sender: UUID, *holders: UUID, rule: RoutingRule, **more: object) -> None:
    ann = office.desk(office.ann)
    ann.change(
        c.HoldSenders(
            **ann.stamp(),
            sender_ids=(sender,),
            holders=tuple(c.Holder(HolderKind.PERSON, each) for each in holders),
            rule=rule,
            **more,  # type: ignore[arg-type]
        )
    )


def decided(office: Office, *conversations: UUID) -> list[UUID | None]:
    """Whose these unowned conversations would be."""
    with office.workspace.read() as tx:
        rows = {
            row.id: row
            for row in tx.execute(
                sa.select(tables.conversations).where(tables.conversations.c.id.in_(conversations))
            )
        }
        asked = [Unowned(id_, rows[id_].sender_id, rows[id_].contact_id) for id_ in conversations]
        found = Router(people.directory(tx), office.now).decide(tx, asked)
    return [found[id_].owner_id for id_ in conversations]


def wrote(office: Office, conversation: UUID, author: UUID) -> None:
    """A message of one of us."""
    office.later(minutes=1)
    position = office.message(conversation, "Hello", Origin.PERSON)
    with office.workspace.write() as tx:
        tx.execute(
            sa.update(tables.messages)
            .where(tables.messages.c.position == position)
            .values(author_id=author)
        )


def test_r19_last_sender_is_who_last_wrote_to_this_contact_from_it(office: Office) -> None:
    give(office, office.unheld, office.ben, office.cara, rule=RoutingRule.LAST_SENDER)
    talk = office.conversation(office.unheld, "+12025550171")
    other = office.conversation(office.unheld, "+12025550172")
    elsewhere = office.conversation(office.shared, "+12025550171")
    assert decided(office, talk) == [None]
    wrote(office, elsewhere, office.ben)
    assert decided(office, talk) == [None]
    wrote(office, talk, office.ben)
    wrote(office, talk, office.cara)
    wrote(office, other, office.ben)
    assert decided(office, talk, other) == [office.cara, office.ben]
    with office.workspace.write() as tx:
        people.change(tx, office.cara, suspended_at=office.now)
    assert decided(office, talk) == [office.ben]


def test_r19_owner_is_the_contacts_owner_among_the_holders(office: Office) -> None:
    give(office, office.unheld, office.ben, office.cara, rule=RoutingRule.OWNER)
    talk = office.conversation(office.unheld, "+12025550171")
    with office.workspace.read() as tx:
        contact = tx.execute(
            sa.select(tables.conversations.c.contact_id).where(tables.conversations.c.id == talk)
        ).scalar_one()
    assert decided(office, talk) == [None]
    for owner, expected in ((office.cara, office.cara), (office.ann, None)):
        ann = office.desk(office.ann)
        ann.change(c.SetContactOwner(**ann.stamp(), contact_id=contact, owner_id=owner))
        assert decided(office, talk) == [expected]


def test_r19_round_robin_goes_on_from_what_was_decided(office: Office) -> None:
    """Whoever waited while nobody held it is shared out, and the next one goes on from there."""
    talks = [office.conversation(office.unheld, f"+1202555017{n}") for n in range(5)]
    for talk in talks[:4]:
        office.message(talk, "Anybody there?")
        office.later(minutes=1)
    give(office, office.unheld, office.ben, office.cara, rule=RoutingRule.ROUND_ROBIN)
    ann = office.desk(office.ann)
    rows = ann.read(inbox.rows, talks)
    had = [row.owner_id for row in rows[:4]]
    assert (had.count(office.ben), had.count(office.cara)) in {(2, 2), (3, 2), (2, 3)}
    everybody = [row.owner_id for row in rows]
    assert {everybody.count(office.ben), everybody.count(office.cara)} == {2, 3}
    behind = min(office.ben, office.cara, key=everybody.count)
    assert decided(office, office.conversation(office.unheld, "+12025550180")) == [behind]


def test_r19_named_and_a_profile_without_members(office: Office) -> None:
    give(
        office,
        office.unheld,
        office.ben,
        office.cara,
        rule=RoutingRule.NAMED,
        rule_person_id=office.cara,
    )
    talk = office.conversation(office.unheld, "+12025550171")
    assert decided(office, talk) == [office.cara]
    ann = office.desk(office.ann)
    west = new_id()
    ann.change(c.AddTeam(**ann.stamp(), team_id=west, name="West", profile=True))
    with office.workspace.write() as tx:
        tx.execute(sa.delete(tables.holdings).where(tables.holdings.c.sender_id == office.unheld))
    ann.change(
        c.HoldSender(
            **ann.stamp(),
            holding_id=new_id(),
            sender_id=office.unheld,
            holder_kind=HolderKind.PROFILE,
            holder_id=west,
            rule=RoutingRule.ROUND_ROBIN,
        )
    )
    office.message(talk, "Hello?")
    assert decided(office, talk) == [None]
    unrouted = InboxFilter(scope=Scope.UNROUTED)
    assert [row.id for row in ann.read(inbox.page, unrouted).rows] == [talk]
    ann.change(
        c.AddMember(**ann.stamp(), membership_id=new_id(), team_id=west, person_id=office.ben)
    )
    assert decided(office, talk) == [office.ben]
    # It found nobody when it came, so it waits there for a supervisor; whoever holds the number by
    # now may take it as well.
    assert [row.id for row in ann.read(inbox.page, unrouted).rows] == [talk]
    unassigned = InboxFilter(scope=Scope.UNASSIGNED)
    assert [row.id for row in office.desk(office.ben).read(inbox.page, unassigned).rows] == [talk]


# --- which one to write from (R16) --------------------------------------------------------------------


def proposed(choices: tuple[SenderChoice, ...]) -> tuple[UUID, str]:
    (one,) = [choice for choice in choices if choice.proposed]
    assert one is choices[0]
    return one.sender.id, one.reason


def country(office: Office, sender: UUID, code: str) -> None:
    with office.workspace.write() as tx:
        tx.execute(
            sa.update(tables.sender_ids)
            .where(tables.sender_ids.c.id == sender)
            .values(country=code)
        )


def test_r16_of_several_own_numbers_the_contacts_country_first(office: Office) -> None:
    give(office, office.unheld, office.ben, rule=RoutingRule.EVERYONE)
    country(office, office.own, "US")
    country(office, office.unheld, "CA")
    ben = office.desk(office.ben)
    new = ben.read(senders.choices_for_new, Channel.SMS, "+14165550123")
    assert proposed(new) == (office.unheld, "your own number in CA")
    new = ben.read(senders.choices_for_new, Channel.SMS, "+12125550123")
    assert proposed(new) == (office.own, "your own number in US")
    assert [choice.sender.id for choice in new if choice.allowed][-1] == office.shared


def test_r16_a_campaign_proposes_the_lead_owners_number(office: Office) -> None:
    talk = office.conversation(office.shared, "+12025550171")
    ann = office.desk(office.ann)
    row = ann.read(inbox.rows, [talk])[0]
    ann.change(c.SetContactOwner(**ann.stamp(), contact_id=row.contact_id, owner_id=office.ben))
    campaign, service = office.program("Autumn"), office.program("Alerts", ProgramKind.SERVICE)
    told = ann.read(senders.choices_for_new, Channel.SMS, "+12025550171", program_id=campaign)
    assert proposed(told) == (office.own, "the number of Ben, who owns this lead")
    cara = office.desk(office.cara)
    theirs = cara.read(senders.choices_for_new, Channel.SMS, "+12025550171", program_id=campaign)
    assert proposed(theirs) == (office.own, "held by Ben")
    assert not theirs[0].allowed
    direct = cara.read(senders.choices_for_new, Channel.SMS, "+12025550171", program_id=service)
    assert proposed(direct)[0] == office.shared


def test_r5_r16_a_reply_to_a_campaign_keeps_its_number(office: Office) -> None:
    talk = office.conversation(office.shared, "+12025550171", office.ben)
    program = office.program("Autumn")
    ben = office.desk(office.ben)
    for values, reason in (
        ({"source_kind": "campaign", "source_program_id": program}, "the campaign's number"),
        (
            {"source_kind": "direct", "source_program_id": None, "source_from_id": program},
            "the number that the contact knows from Autumn",
        ),
    ):
        with office.workspace.write() as tx:
            tx.execute(
                sa.update(tables.conversations)
                .where(tables.conversations.c.id == talk)
                .values(values)
            )
        assert proposed(ben.read(senders.choices_for_reply, talk)) == (office.shared, reason)


def test_r16_alternatives_of_the_same_country_and_kind_come_first(office: Office) -> None:
    for sender, code in ((office.own, "GB"), (office.shared, "US"), (office.unheld, "US")):
        country(office, sender, code)
    talk = office.conversation(office.unheld, "+12025550171")
    ann = office.desk(office.ann)
    found = ann.read(senders.choices_for_reply, talk)
    assert [choice.sender.id for choice in found] == [office.unheld, office.shared, office.own]
    assert all(choice.reason for choice in found)


def test_r16_a_large_directory_is_offered_in_part_and_found_by_typing(office: Office) -> None:
    with office.workspace.write() as tx:
        tx.execute(
            sa.insert(tables.sender_ids),
            [
                {
                    "id": new_id(),
                    "channel": "sms",
                    "address": f"+1202556{n:04}",
                    "kind": "long_code",
                    "direction": "both",
                    "purpose": "direct",
                    "health": "ok",
                    "created_at": office.now,
                }
                for n in range(200)
            ],
        )
    ben = office.desk(office.ben)
    found = ben.read(senders.choices_for_new, Channel.SMS)
    assert len(found) == senders.ALTERNATIVES
    assert [choice.sender.id for choice in found[:2]] == [office.own, office.shared]
    typed = ben.read(senders.choices_for_new, Channel.SMS, typed="5560123")
    assert [choice.sender.address for choice in typed] == ["+12025560123"]
    assert ben.read(senders.choices_for_new, Channel.SMS, typed="%") == ()


# --- as messages come in ------------------------------------------------------------------------------


@pytest.fixture
def desk(tmp_path: Path) -> Iterator[Desk]:
    with desk_at(tmp_path / "w.db") as made:
        yield made


def hold(desk: Desk, *people_ids: UUID, rule: RoutingRule | None) -> None:
    """Nobody but these hold the number."""
    with desk.workspace.write() as tx:
        tx.execute(sa.delete(tables.holdings))
        for person in people_ids:
            sender_store.hold(
                tx,
                {
                    "id": new_id(),
                    "sender_id": desk.sender_id,
                    "holder_kind": HolderKind.PERSON,
                    "holder_id": person,
                    "since": START - timedelta(days=1),
                    "reason": "",
                    "rule": rule,
                },
            )


def test_r19_r20_what_comes_in_is_shared_out_in_turn_with_its_trail(desk: Desk) -> None:
    ben = desk.add_person("Ben")
    hold(desk, desk.ann, ben, rule=RoutingRule.ROUND_ROBIN)
    for n in range(6):
        desk.provider.receive("hello", peer=f"+1202555018{n}")
        desk.cycle(10)
    owners = [row["owner_id"] for row in desk.conversations()]
    assert (owners.count(desk.ann), owners.count(ben)) == (3, 3)
    trails = [row["detail"]["trail"] for row in desk.events() if row["kind"] == "routed"]
    assert {trail["rule"] for trail in trails} == {"round_robin"}
    assert all(set(trail["candidates"]) == {str(desk.ann), str(ben)} for trail in trails)
    desk.assert_rebuilt()


def test_r19_what_nobody_owns_yet_is_routed_by_a_later_message(desk: Desk) -> None:
    ben = desk.add_person("Ben")
    hold(desk, desk.ann, ben, rule=RoutingRule.LAST_SENDER)
    desk.provider.receive("first")
    desk.cycle(10)
    assert desk.conversation()["owner_id"] is None
    (first,) = [row for row in desk.events() if row["kind"] == "routed"]
    assert first["detail"]["trail"]["why"] == "nobody_wrote"
    desk.provider.receive("second")
    desk.cycle(10)
    assert len([row for row in desk.events() if row["kind"] == "routed"]) == 1
    desk.reply("hello", author=ben)
    desk.cycle(10)
    desk.cycle(10)
    desk.provider.receive("third")
    desk.cycle(10)
    assert desk.conversation()["owner_id"] == ben
