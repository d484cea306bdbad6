"""What the provider refused: why, what to do next, whether again makes sense (R32, R35, GS2)."""

from __future__ import annotations

from datetime import timedelta
from uuid import UUID

import pytest
import sqlalchemy as sa

from sms_desk.cli.waiting import find_message
from sms_desk.domain import commands as c
from sms_desk.domain.errors import NotFoundError
from sms_desk.domain.model import OutboxState
from sms_desk.providers.twilio import error_words
from sms_desk.services import directory, inbox, threads
from sms_desk.services.rows import ItemKind, OutboxRow
from sms_desk.store import conversations, outbox, tables
from sms_desk.store.engine import Workspace
from sms_desk.store.ids import new_id
from tests.store.office import Office

PEER = "+12025550171"


@pytest.fixture
def office(workspace: Workspace) -> Office:
    return Office(workspace)


def refused(office: Office, code: str) -> OutboxRow:
    """A reply of Ben's that the provider refused with this code."""
    conversation = office.conversation(office.own, PEER, office.ben)
    office.message(conversation, "Is it open?")
    ben = office.desk(office.ben)
    detail = ben.read(threads.detail, conversation)
    outbox_id = ben.stamp()["id"]
    ben.change(
        c.Reply(
            **ben.stamp(),
            conversation_id=conversation,
            outbox_id=outbox_id,
            sender_id=office.own,
            body="Yes",
            seen_version=detail.version,
            not_after=office.later(minutes=1),
        )
    )
    with office.workspace.write() as tx:
        outbox.update(tx, outbox_id, account_id=office.account)
        for state in (OutboxState.CLAIMED, OutboxState.SENDING):
            outbox.set_state(tx, outbox.get(tx, outbox_id), state, at=office.now)
        outbox.set_state(
            tx,
            outbox.get(tx, outbox_id),
            OutboxState.REFUSED,
            at=office.now,
            reason=code,
            reason_text="stored words",
        )
        conversations.refresh(tx, [conversation])
    (row,) = ben.read(directory.outbox_rows)
    return row


@pytest.mark.parametrize(
    ("code", "lasting"), [("63016", True), ("21610", True), ("21617", True), ("21611", False)]
)
def test_r35_the_outbox_says_what_to_do_and_whether_it_would_be_refused_again(
    office: Office, code: str, lasting: bool
) -> None:
    row, words = refused(office, code), error_words()[code]
    assert (row.reason_text, row.next_step) == (words.title, words.next_step)
    assert row.lasting is lasting


def test_r35_every_refusal_says_what_to_do() -> None:
    assert all(words.next_step for words in error_words().values())


def test_gs2_a_refused_message_can_be_dropped_and_troubles_nobody_then(office: Office) -> None:
    row = refused(office, "21610")
    ben = office.desk(office.ben)
    assert trouble(office, row.conversation_id) == "failed"
    ben.change(c.Drop(**ben.stamp(), outbox_id=row.id))
    assert not ben.read(directory.outbox_rows)
    assert trouble(office, row.conversation_id) == ""
    (left,) = ben.read(directory.outbox_rows, everything=True)
    assert left.state is OutboxState.WITHDRAWN
    items = ben.read(threads.page, row.conversation_id).items
    assert ItemKind.PENDING not in {item.kind for item in items}


def trouble(office: Office, conversation_id: UUID) -> str:
    return office.desk(office.ben).read(inbox.rows, [conversation_id])[0].trouble


# --- many messages --------------------------------------------------------------------------------


def many_more(office: Office, like: UUID, state: OutboxState, many: int) -> None:
    """Later entries of the same conversation."""
    with office.workspace.write() as tx:
        row = (
            tx.execute(sa.select(tables.outbox).where(tables.outbox.c.id == like)).mappings().one()
        )
        later = [
            dict(row)
            | {"id": new_id(), "queue_n": 100 + n, "state": state}
            | {"composed_at": office.now + timedelta(seconds=n)}
            for n in range(many)
        ]
        tx.execute(sa.insert(tables.outbox), later)


def test_gs2_what_is_to_be_decided_stands_there_however_much_came_after_it(office: Office) -> None:
    row = refused(office, "21610")
    with office.workspace.write() as tx:
        tx.execute(sa.update(tables.outbox).values(state=OutboxState.ASK))
    many_more(office, row.id, OutboxState.REFUSED, 3)
    with office.workspace.read() as tx:
        listed = [each["id"] for each in outbox.listing(tx, limit=2)]
    assert len(listed) == 3
    assert listed[-1] == row.id


def test_a_message_is_found_by_its_id_however_much_came_after_it(office: Office) -> None:
    """The command line's `outbox show`, `check`, `resend`: the list ends somewhere."""
    row = refused(office, "21610")
    many_more(office, row.id, OutboxState.ACCEPTED, 500)
    assert find_message(office.desk(office.ben), row.id) == row
    with pytest.raises(NotFoundError):
        find_message(office.desk(office.cara), row.id)
