"""Desks of one team at one server: what each sees, does, and is told (R31, R33, R38, GC3, GC4)."""

from __future__ import annotations

import threading
import time
from uuid import UUID

import pytest
import sqlalchemy as sa

from sms_desk.bootstrap.team_session import TeamSession
from sms_desk.domain import commands as c
from sms_desk.domain.errors import NotFoundError, RefusedError, ServerUnreachable
from sms_desk.services.composing import GOOD_FOR
from sms_desk.services.team_rows import Doing, ReturnedState
from sms_desk.store import tables
from sms_desk.store.ids import new_id
from sms_desk.store.team.client import Client
from tests.fixtures.team_desks import Floor, all_round, listed, pull, thread
from tests.fixtures.waiting import wait_until

pytestmark = pytest.mark.allow_log("sms_desk")

PEER, OTHER = "+12025550177", "+12025550178"


def talk(floor: Floor, sender: UUID, peer: str, owner: UUID | None, body: str = "Hello?") -> UUID:
    id_ = floor.office.conversation(sender, peer, owner)
    floor.office.message(id_, body)
    return id_


def reply(session: TeamSession, conversation_id: UUID, body: str) -> UUID:
    (row,) = [row for row in listed(session) if row.id == conversation_id]
    stamp = session.desk.stamp()
    session.desk.change(
        c.Reply(
            **stamp,
            conversation_id=conversation_id,
            outbox_id=new_id(),
            sender_id=row.sender_id,
            body=body,
            seen_version=10**6,
            not_after=stamp["at"] + GOOD_FOR,
        )
    )
    return stamp["id"]


def test_r31_each_desk_holds_what_its_person_may_see_and_nothing_else(floor: Floor) -> None:
    office = floor.office
    bens = talk(floor, office.own, PEER, office.ben, "only for Ben")
    shared = talk(floor, office.shared, OTHER, None)
    ben, cara = floor.sit(office.ben), floor.sit(office.cara)
    pull(ben, cara)
    assert {row.id for row in listed(ben)} == {bens, shared}
    assert {row.id for row in listed(cara)} == {shared}
    assert [item.body for item in thread(ben, bens)] == ["only for Ben"]
    with pytest.raises(NotFoundError):
        thread(cara, bens)
    assert ben.title == "Shop"


def test_gc3_what_is_done_shows_at_once_and_is_the_workspace_s_in_the_end(floor: Floor) -> None:
    office = floor.office
    id_ = talk(floor, office.own, PEER, office.ben)
    ben = floor.sit(office.ben)
    pull(ben)
    reply(ben, id_, "On my way")
    assert [item.body for item in thread(ben, id_)] == ["Hello?", "On my way"]
    assert ben.waiting()
    all_round(floor, ben)
    assert [item.body for item in thread(ben, id_)] == ["Hello?", "On my way"]
    assert not ben.waiting()
    line = ben.team_line()
    assert line is not None
    assert (line.online, line.pending, line.to_fetch) == (True, 0, 0)


def test_gc4_of_two_who_take_the_same_one_wins_and_the_other_is_told_by_name(floor: Floor) -> None:
    office = floor.office
    id_ = talk(floor, office.shared, PEER, None)
    ben, cara = floor.sit(office.ben), floor.sit(office.cara)
    pull(ben, cara)
    for session, person in ((ben, office.ben), (cara, office.cara)):
        session.desk.change(
            c.Assign(**session.desk.stamp(), targets=c.Targets.one(id_), owner_id=person)
        )
        assert listed(session)[0].owner_id == person
    all_round(floor, ben, cara)
    pull(ben)
    assert listed(ben)[0].owner_id == listed(cara)[0].owner_id == office.ben
    (back,) = cara.returned()
    assert "Ben" in back.title
    assert back.conversation_id == id_
    assert not ben.returned()


def test_gc5_a_reply_that_a_colleague_s_answer_crossed_is_kept_with_its_words(floor: Floor) -> None:
    office = floor.office
    id_ = talk(floor, office.own, PEER, office.ben)
    ben = floor.sit(office.ben)
    pull(ben)
    note = ben.desk.stamp()
    ben.desk.change(
        c.AddNote(**note, conversation_id=id_, note_id=new_id(), body="She wants the blue one")
    )
    office.desk(office.ann).change(
        c.Assign(
            **office.desk(office.ann).stamp(), targets=c.Targets.one(id_), owner_id=office.cara
        )
    )
    ben.desk.change(c.Close(**ben.desk.stamp(), targets=c.Targets.one(id_)))
    all_round(floor, ben)
    back = ben.returned()
    assert [one.state for one in back] == [ReturnedState.REFUSED]
    assert "Cara" in back[0].title
    ben.settle_returned(back[0].id)
    assert not ben.returned()


def test_what_came_back_is_given_again_as_of_now(floor: Floor) -> None:
    office = floor.office
    id_ = talk(floor, office.shared, PEER, None)
    ben, cara = floor.sit(office.ben), floor.sit(office.cara)
    pull(ben, cara)
    for session, person in ((ben, office.ben), (cara, office.cara)):
        session.desk.change(
            c.Assign(**session.desk.stamp(), targets=c.Targets.one(id_), owner_id=person)
        )
    all_round(floor, ben, cara)
    (back,) = cara.returned()
    assert back.again
    cara.repeat_returned(back.id)
    all_round(floor, cara)
    assert not cara.returned()
    assert listed(cara)[0].owner_id == office.cara


def test_gy2_what_is_given_to_somebody_else_leaves_the_desk(floor: Floor) -> None:
    office = floor.office
    id_ = talk(floor, office.own, PEER, office.ben)
    ben, ann = floor.sit(office.ben), floor.sit(office.ann)
    pull(ben, ann)
    ann.desk.change(
        c.EndHolding(**ann.desk.stamp(), holding_id=_holding(floor, office.own)),
    )
    ann.desk.change(c.Assign(**ann.desk.stamp(), targets=c.Targets.one(id_), owner_id=office.cara))
    all_round(floor, ann)
    pull(ben)
    assert not listed(ben)
    assert [row.id for row in listed(ann)] == [id_]


def _holding(floor: Floor, sender_id: UUID) -> UUID:
    holding = tables.holdings.c
    with floor.workspace.read() as tx:
        id_ = tx.execute(sa.select(holding.id).where(holding.sender_id == sender_id)).scalar_one()
    assert isinstance(id_, UUID)
    return id_


def test_r38_colleagues_see_each_other_where_both_may_look(floor: Floor) -> None:
    office = floor.office
    shared = talk(floor, office.shared, PEER, None)
    bens = talk(floor, office.own, OTHER, office.ben)
    ben, cara = floor.sit(office.ben), floor.sit(office.cara)
    pull(ben, cara)
    ben.look(shared, Doing.TYPING)
    pull(ben, cara)
    (seen,) = cara.seen()
    assert (seen.name, seen.conversation_id, seen.doing) == ("Ben", shared, Doing.TYPING)
    assert seen.claims
    ben.look(bens, Doing.READING)
    cara.look(shared, Doing.READING)
    pull(ben, cara)
    (seen,) = cara.seen()
    assert (seen.conversation_id, seen.doing, seen.claims) == (None, Doing.HERE, False)


def test_offline_it_can_be_read_and_written_and_says_so(floor: Floor) -> None:
    office = floor.office
    id_ = talk(floor, office.own, PEER, office.ben)
    ben = floor.sit(office.ben)
    pull(ben)
    connect, ben._line.line._connect = ben._line.line._connect, _nobody
    ben._line.line._drop()
    reply(ben, id_, "Later then")
    with pytest.raises(ServerUnreachable):
        ben.sync_once()
    line = ben.team_line()
    assert line is not None
    assert (line.online, line.pending, line.title) == (False, 1, "The server is away.")
    assert [item.body for item in thread(ben, id_)] == ["Hello?", "Later then"]
    ben._line.line._connect = connect
    all_round(floor, ben)
    line = ben.team_line()
    assert line is not None
    assert (line.online, line.pending) == (True, 0)


def _nobody() -> Client:
    raise ServerUnreachable("The server is away.", "Wait.")


def test_nobody_acts_as_somebody_else_and_accounts_are_the_admins(floor: Floor) -> None:
    ben = floor.sit(floor.office.ben)
    pull(ben)
    with pytest.raises(RefusedError):
        ben.acting_as(floor.office.ann)
    with pytest.raises(RefusedError, match="admin"):
        ben.add_account("twilio", {})


class _Late(threading.Event):
    """Said late enough that whoever was woken before is back at waiting."""

    def set(self) -> None:
        time.sleep(0.3)
        super().set()


def test_a_desk_that_listens_closes_at_once(floor: Floor) -> None:
    ben = floor.sit(floor.office.ben)
    ben.start_connector(lambda _changes: None)
    line = ben._line.line
    wait_until(lambda: line._listener is not None and line._pulled_at is not None, "the line")
    assert line._client is not None
    line._client._listening._closed = _Late()
    began = time.monotonic()
    ben._line.close()
    assert time.monotonic() - began < 3
