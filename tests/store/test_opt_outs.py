"""R39, GS5, GS10: wishes to hear no more, decided by a person, on both engines."""

from __future__ import annotations

from datetime import datetime, timedelta
from uuid import UUID

import pytest
import sqlalchemy as sa

from sms_desk.domain import commands as c
from sms_desk.domain.compliance import RequestState
from sms_desk.domain.errors import NotFoundError, RefusedError
from sms_desk.domain.model import Channel, OptOutScope, Origin
from sms_desk.services import opt_outs as service
from sms_desk.services.desk import Desk
from sms_desk.store import opt_out_requests, opt_outs, tables
from sms_desk.store.engine import Workspace
from sms_desk.store.ids import new_id
from sms_desk.store.opt_outs import Scope
from tests.fixtures.statements import asked
from tests.store.office import Office

PEER = "+4915112345678"


@pytest.fixture
def office(workspace: Workspace) -> Office:
    return Office(workspace)


@pytest.fixture
def said(office: Office) -> UUID:
    """A contact of Ben's has written what sounds like a wish."""
    id_ = office.conversation(office.own, PEER, office.ben)
    phrase(office, id_, "please leave me alone")
    return id_


def phrase(office: Office, conversation: UUID, body: str, at: datetime | None = None) -> None:
    position = office.message(conversation, body, at=at)
    with office.workspace.write() as tx:
        m = tables.messages.c
        row = tx.execute(sa.select(m.id, m.at).where(m.position == position)).one()
        opt_out_requests.ask(tx, [(row.id, conversation, row.at)], now=office.now)


def keyword(office: Office, conversation: UUID, word: str) -> None:
    """As the intake stores and learns it."""
    position = office.message(conversation, word.upper())
    with office.workspace.write() as tx:
        m, conv = tables.messages.c, tables.conversations.c
        tx.execute(sa.update(tables.messages).where(m.position == position).values(keyword=word))
        row = tx.execute(sa.select(conv.sender_id, conv.peer_key).where(conv.id == conversation))
        found = row.one()
        scope = opt_outs.scope_of(tx, found.sender_id)
        opt_outs.relearn(tx, Channel.SMS, found.peer_key, scope)


def decide(
    desk: Desk,
    decision: RequestState,
    scope: OptOutScope | None = None,
    opt_out: UUID | None = None,
) -> UUID:
    (request,) = desk.read(service.requests)
    command = c.DecideOptOutRequest(
        **desk.stamp(),
        request_ids=desk.read(service.together, request.id),
        decision=decision,
        scope=scope,
        opt_out_id=opt_out or new_id(),
    )
    desk.change(command)
    return command.id


def reply(desk: Desk, conversation: UUID) -> UUID:
    id_ = new_id()
    stamp = desk.stamp()
    with desk.workspace.read() as tx:
        row = tx.execute(
            sa.select(tables.conversations.c.sender_id, tables.conversations.c.version).where(
                tables.conversations.c.id == conversation
            )
        ).one()
    desk.change(
        c.Reply(
            **stamp,
            conversation_id=conversation,
            outbox_id=id_,
            sender_id=row.sender_id,
            body="one more offer",
            seen_version=row.version,
            not_after=stamp["at"] + timedelta(minutes=30),
        )
    )
    return id_


def state(office: Office, outbox_id: UUID) -> tuple[str, str]:
    o = tables.outbox.c
    with office.workspace.read() as tx:
        row = tx.execute(sa.select(o.state, o.reason).where(o.id == outbox_id)).one()
    return row.state, row.reason


def runs(office: Office, sender: UUID) -> bool:
    with office.workspace.read() as tx:
        return bool(
            opt_outs.running(tx, Channel.SMS, PEER, sender_ids={sender}, account_id=office.account)
        )


def test_r39_a_message_is_asked_about_once_and_not_for_ever(office: Office, said: UUID) -> None:
    with office.workspace.write() as tx:
        row = tx.execute(sa.select(tables.messages.c.id, tables.messages.c.at)).one()
        opt_out_requests.ask(tx, [(row.id, said, row.at)], now=office.now)
        long_ago = office.now + timedelta(days=31)
        opt_out_requests.ask(tx, [(new_id(), said, row.at)], now=long_ago)
    assert len(office.desk(office.ben).read(service.requests)) == 1


def test_r39_the_queue_shows_the_text_in_context_and_the_days_left(office: Office) -> None:
    id_ = office.conversation(office.own, PEER, office.ben)
    office.message(
        id_, "Our autumn offer", origin=Origin.PERSON, at=office.now - timedelta(hours=1)
    )
    phrase(office, id_, "please leave me alone")
    (row,) = office.desk(office.ben).read(service.requests)
    assert (row.body, row.before) == ("please leave me alone", "Our autumn offer")
    assert row.days_left == 10  # the office opens on a Tuesday
    assert row.scopes == (OptOutScope.SENDER, OptOutScope.ACCOUNT)
    office.later(days=30)
    (row,) = office.desk(office.ben).read(service.requests)
    assert row.days_left < 0


def test_what_we_wrote_last_stands_with_what_was_said(office: Office, said: UUID) -> None:
    """The newest before it, not what came after."""
    for body, minutes in (("first offer", -20), ("second offer", -10), ("third offer", 10)):
        office.message(said, body, Origin.PERSON, at=office.now + timedelta(minutes=minutes))
    other = office.conversation(office.own, "+4915112345679", office.ben)
    phrase(office, other, "never again")
    found = {row.conversation_id: row for row in office.desk(office.ben).read(service.requests)}
    assert found[said].before == "second offer"
    assert found[other].before == ""


def test_for_many_requests_no_more_is_asked_than_for_one(office: Office, said: UUID) -> None:
    ben, counts = office.desk(office.ben), []
    for more in (0, 20):
        for n in range(more):
            other = office.conversation(office.own, f"+491511234{n:04}", office.ben)
            phrase(office, other, "never again")
        ben.read(service.requests)  # what is remembered is
        with asked(office.workspace) as statements:
            assert len(ben.read(service.requests)) == 1 + more
        counts.append(len(statements))
    assert counts[0] == counts[1]


def test_r31_a_rep_sees_his_own_requests_an_admin_all(office: Office, said: UUID) -> None:
    assert office.desk(office.ben).read(service.open_requests) == 1
    assert office.desk(office.ann).read(service.open_requests) == 1
    cara = office.desk(office.cara)
    assert cara.read(service.open_requests) == 0
    assert cara.read(service.requests) == ()
    with office.workspace.read() as tx:
        (request,) = opt_out_requests.open_in(tx, [said])
    with pytest.raises(NotFoundError):
        cara.read(service.together, request["id"])
    with pytest.raises(NotFoundError):
        cara.change(
            c.DecideOptOutRequest(
                **cara.stamp(), request_ids=(request["id"],), decision=RequestState.OPTED_OUT
            )
        )


def test_r39_opting_out_stops_what_is_queued_at_once_and_can_be_undone(
    office: Office, said: UUID
) -> None:
    """GS5, GS10."""
    ben = office.desk(office.ben)
    waiting = reply(ben, said)
    assert state(office, waiting) == ("queued", "")
    command = decide(ben, RequestState.OPTED_OUT)
    assert state(office, waiting) == ("held", "opt_out")
    assert runs(office, office.own)
    assert not runs(office, office.shared)
    assert ben.read(service.requests) == ()
    (row,) = ben.read(service.listing)
    assert (row.learnt_from, row.scope) == ("person", OptOutScope.SENDER)
    ben.change(c.Undo(**ben.stamp(), command_id=command))
    assert not runs(office, office.own)
    assert len(ben.read(service.requests)) == 1
    ben.change(
        c.ConfirmHeld(  # R33: what is mended can be sent
            **ben.stamp(),
            outbox_id=waiting,
            checks=("opt_out",),
            not_after=office.now + timedelta(minutes=30),
        )
    )
    assert state(office, waiting) == ("queued", "")


def test_r33_what_is_not_mended_cannot(office: Office, said: UUID) -> None:
    ben = office.desk(office.ben)
    waiting = reply(ben, said)
    decide(ben, RequestState.OPTED_OUT)
    with pytest.raises(RefusedError) as refused:
        ben.change(
            c.ConfirmHeld(
                **ben.stamp(), outbox_id=waiting, checks=("opt_out",), not_after=office.now
            )
        )
    assert refused.value.rule == "not_confirmable"


def test_r39_a_scope_may_be_wider(office: Office, said: UUID) -> None:
    decide(office.desk(office.ben), RequestState.OPTED_OUT, OptOutScope.ACCOUNT)
    assert runs(office, office.own)
    assert runs(office, office.shared)


def test_r39_what_a_person_decided_survives_relearning_until_a_start(
    office: Office, said: UUID
) -> None:
    decide(office.desk(office.ben), RequestState.OPTED_OUT, OptOutScope.ACCOUNT)
    office.later(minutes=1)
    keyword(office, said, "stop")
    assert runs(office, office.own)
    other = office.conversation(office.shared, PEER, office.cara)
    office.later(minutes=1)
    keyword(office, other, "start")  # on another sender ID of the same account
    assert not runs(office, office.shared)
    assert runs(office, office.own)  # the keyword's own scope has not heard a START
    office.later(minutes=1)
    keyword(office, said, "start")
    assert not runs(office, office.own)
    with office.workspace.write() as tx:
        opt_outs.relearn(tx, Channel.SMS, PEER, Scope(OptOutScope.SENDER, office.own))
    (row,) = [
        row
        for row in office.desk(office.ann).read(service.listing, ended=True)
        if row.learnt_from == "person"
    ]
    assert row.until is not None


def test_r39_a_start_since_refuses_the_decision(office: Office, said: UUID) -> None:
    office.later(minutes=1)
    keyword(office, said, "start")
    with pytest.raises(RefusedError) as refused:
        decide(office.desk(office.ben), RequestState.OPTED_OUT)
    assert refused.value.rule == "restored"
    assert not runs(office, office.own)


def test_r39_dismissing_blocks_nothing_and_deciding_twice_is_refused(
    office: Office, said: UUID
) -> None:
    ben = office.desk(office.ben)
    (request,) = ben.read(service.requests)
    command = decide(ben, RequestState.DISMISSED)
    assert not runs(office, office.own)
    with pytest.raises(RefusedError):
        ben.change(
            c.DecideOptOutRequest(
                **ben.stamp(), request_ids=(request.id,), decision=RequestState.OPTED_OUT
            )
        )
    (decided,) = ben.read(service.requests, decided=True)
    assert (decided.state, decided.decided_by) == (RequestState.DISMISSED, "Ben")
    ben.change(c.Undo(**ben.stamp(), command_id=command))
    assert ben.read(service.open_requests) == 1


def test_r39_one_decision_is_for_all_that_the_contact_said_there(
    office: Office, said: UUID
) -> None:
    office.later(minutes=1)
    phrase(office, said, "I said leave me alone")
    ben = office.desk(office.ben)
    first, _second = ben.read(service.requests)
    ids = ben.read(service.together, first.id)
    assert len(ids) == 2
    ben.change(
        c.DecideOptOutRequest(**ben.stamp(), request_ids=ids, decision=RequestState.OPTED_OUT)
    )
    assert ben.read(service.open_requests) == 0
