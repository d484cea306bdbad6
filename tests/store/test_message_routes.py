"""Every message that comes in leaves the trail of who answers it, on both engines (R19, R20)."""

from __future__ import annotations

from datetime import timedelta
from typing import Any
from uuid import UUID

import pytest
import sqlalchemy as sa

from sms_desk.domain import value_codec
from sms_desk.domain.absences import Cover, Part, Share, Split
from sms_desk.domain.model import HolderKind, RoutingRule
from sms_desk.store import message_routes, senders, tables
from sms_desk.store.engine import Workspace
from sms_desk.store.ids import new_id
from tests.fixtures.desk import Desk, fill
from tests.fixtures.fake_provider import START, FakeProvider, Hand


@pytest.fixture
def desk(workspace: Workspace) -> Desk:
    hand = Hand()
    made = Desk(workspace, hand, FakeProvider(hand.now), *fill(workspace))
    made.cycle()  # what comes after the first look is live
    return made


def trails(desk: Desk) -> list[dict[str, Any]]:
    routes = desk.rows(tables.message_routes, tables.message_routes.c.position)
    return [row["trail"] for row in routes]


def wrote(desk: Desk, body: str = "hello", peer: str = "+12025550181") -> dict[str, Any]:
    """A contact writes; the trail of that message."""
    known = len(trails(desk))
    desk.provider.receive(body, peer=peer)
    desk.cycle(10)
    found = trails(desk)
    assert len(found) == known + 1
    return found[-1]


def hold(desk: Desk, *people: UUID, rule: RoutingRule | None = None) -> None:
    with desk.workspace.write() as tx:
        tx.execute(sa.delete(tables.holdings))
        for person in people:
            senders.hold(
                tx,
                {
                    "id": new_id(),
                    "sender_id": desk.sender_id,
                    "holder_kind": HolderKind.PERSON,
                    "holder_id": person,
                    "since": START - timedelta(days=1),
                    "rule": rule,
                },
            )


def away(desk: Desk, person: UUID, *substitutes: UUID) -> UUID:
    split = Split.EVEN if len(substitutes) > 1 else Split.ONE
    shares = tuple(map(Share, substitutes))
    id_ = new_id()
    with desk.workspace.write() as tx:
        tx.execute(
            sa.insert(tables.absences).values(
                id=id_,
                person_id=person,
                since=START - timedelta(days=1),
                until=START + timedelta(days=1),
                zone="UTC",
                permanent=False,
                covers=[
                    value_codec.encode(Cover(part, split, shares))
                    for part in (Part.CONVERSATIONS, Part.INBOUND)
                ],
                created_by=person,
                created_at=START,
            )
        )
    return id_


def test_r20_the_first_message_says_how_it_was_routed_and_later_ones_that_it_is_owned(
    desk: Desk,
) -> None:
    ann = str(desk.ann)
    first = {"rule": "one_holder", "candidates": [ann], "outcome": "owner", "owner": ann}
    assert wrote(desk) == first
    assert wrote(desk, "again") == {"rule": "owned", "outcome": "owner", "owner": ann}
    with desk.workspace.read() as tx:
        newest = message_routes.newest(tx, desk.conversation()["id"])
        assert message_routes.newest(tx, new_id()) is None
    assert newest is not None
    assert newest.trail is not None
    assert newest.trail["rule"] == "owned"


def test_r20_a_covered_message_names_who_is_away_and_who_answers_along_the_chain(
    desk: Desk,
) -> None:
    ben, cara = desk.add_person("Ben"), desk.add_person("Cara")
    wrote(desk)
    chain = [str(away(desk, desk.ann, ben)), str(away(desk, ben, cara))]
    covered = {"away": str(desk.ann), "answering": [str(cara)], "chain": chain}
    owned = {"rule": "cover", "outcome": "cover", "owner": str(desk.ann)}
    assert wrote(desk, "again") == owned | covered
    new = wrote(desk, peer="+12025550182")
    assert new["rule"] == "one_holder"
    assert {name: new[name] for name in covered} == covered
    assert new["outcome"] == "cover"


def test_r20_a_divided_cover_names_the_one_it_has_just_chosen(desk: Desk) -> None:
    away(desk, desk.ann, desk.add_person("Ben"), desk.add_person("Cara"))
    (chosen,) = wrote(desk)["answering"]
    (row,) = desk.rows(tables.covered_conversations)
    assert chosen == str(row["substitute_id"])


def test_r20_a_cover_that_reaches_nobody_says_that_it_stands_in_unassigned(desk: Desk) -> None:
    ben = desk.add_person("Ben")
    wrote(desk)
    away(desk, desk.ann, ben)
    away(desk, ben, desk.ann)
    found = wrote(desk, "again")
    assert (found["outcome"], found["answering"]) == ("unassigned", [])


def test_r19_r20_turns_are_told_with_who_came_into_question(desk: Desk) -> None:
    ben = desk.add_person("Ben")
    hold(desk, desk.ann, ben, rule=RoutingRule.ROUND_ROBIN)
    found = [wrote(desk, peer=f"+1202555018{n}") for n in range(2)]
    assert {one["rule"] for one in found} == {"round_robin"}
    assert {one["owner"] for one in found} == {str(desk.ann), str(ben)}
    assert all(set(one["candidates"]) == {str(desk.ann), str(ben)} for one in found)


def test_r19_r20_what_came_to_nobody_says_why_each_time(desk: Desk) -> None:
    hold(desk)
    unrouted = {"rule": "no_holder", "candidates": [], "outcome": "unrouted"}
    assert wrote(desk) == unrouted
    assert wrote(desk, "anybody?") == unrouted
