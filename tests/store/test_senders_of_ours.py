"""Sender IDs in two spellings, one-way, in two countries, carried by nobody (R1, R33, R53, R60)."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from uuid import UUID

import pytest
import sqlalchemy as sa

from sms_desk.domain import commands as c
from sms_desk.domain.changes import Thing
from sms_desk.domain.errors import RefusedError, UsageError
from sms_desk.domain.model import Channel, OutboxState, Role, SenderDirection, SenderKind
from sms_desk.providers.base import Directory, RemoteSender
from sms_desk.services import threads
from sms_desk.services.desk import Desk as Services
from sms_desk.store import conversations, senders, tables
from sms_desk.store.ids import new_id
from tests.fixtures.desk import Desk, desk_at
from tests.fixtures.fake_provider import CUSTOMER


@pytest.fixture
def desk(tmp_path: Path) -> Iterator[Desk]:
    with desk_at(tmp_path / "w.db") as made:
        with made.workspace.write() as tx:
            tx.execute(sa.update(tables.people).values(role=Role.ADMIN))
        yield made


@pytest.fixture
def ann(desk: Desk) -> Services:
    return Services(desk.workspace, desk.ann, clock=lambda: desk.hand.at)


@pytest.mark.parametrize(
    ("listed", "in_messages"),
    [
        ("+525512345678", "+5215512345678"),
        ("+5511987654321", "+551187654321"),
        ("+5491112345678", "+541112345678"),
    ],
)
def test_r53_a_sender_that_is_listed_in_another_spelling_is_the_same(
    desk: Desk, listed: str, in_messages: str
) -> None:
    desk.provider.receive("hola", ours=in_messages, channel=Channel.WHATSAPP)
    desk.cycle()
    both = SenderDirection.BOTH
    desk.provider.directory_answer = Directory(
        (RemoteSender(Channel.WHATSAPP, listed, SenderKind.WHATSAPP, "", "Shop", both, "XE1"),), ()
    )
    desk.cycle(7 * 3600)
    desk.provider.receive("otra vez", ours=in_messages, channel=Channel.WHATSAPP)
    desk.cycle(10)
    assert desk.conversation()["version"] == 2
    (sender,) = [row for row in desk.rows(tables.sender_ids) if row["channel"] == "whatsapp"]
    assert sender["label"] == "Shop"


def add(ann: Services, desk: Desk, address: str, kind: SenderKind, country: str) -> None:
    ann.change(
        c.AddSender(
            **ann.stamp(),
            sender_id=new_id(),
            channel=Channel.SMS,
            address=address,
            kind=kind,
            country=country,
            label="",
            direction=SenderDirection.BOTH,
            account_id=desk.account_id,
        )
    )


def test_one_that_is_there_already_is_named_with_what_to_do(desk: Desk, ann: Services) -> None:
    add(ann, desk, "+12025550133", SenderKind.LONG_CODE, "US")
    with pytest.raises(UsageError) as there:
        add(ann, desk, "+12025550133", SenderKind.LONG_CODE, "US")
    assert there.value.next_step.endswith("sms-desk senders edit +12025550133.")
    row = next(r for r in desk.rows(tables.sender_ids) if r["address"] == "+12025550133")
    ann.change(c.RetireSender(**ann.stamp(), sender_id=row["id"]))
    with pytest.raises(UsageError) as retired:
        add(ann, desk, "+12025550133", SenderKind.LONG_CODE, "US")
    assert retired.value.next_step.endswith("sms-desk senders restore +12025550133.")


def test_r1_a_short_code_is_one_in_each_country(desk: Desk, ann: Services) -> None:
    add(ann, desk, "22000", SenderKind.SHORT_CODE, "GB")
    add(ann, desk, "22000", SenderKind.SHORT_CODE, "FR")
    for country in ("fr", ""):
        with pytest.raises(UsageError):
            add(ann, desk, "22000", SenderKind.SHORT_CODE, country)


def test_r1_a_number_is_one_in_any_spelling(desk: Desk, ann: Services) -> None:
    add(ann, desk, "+525512345678", SenderKind.LONG_CODE, "MX")
    with pytest.raises(UsageError):
        add(ann, desk, "+5215512345678", SenderKind.LONG_CODE, "")


def test_r60_a_reply_from_a_one_way_sender_goes_out_from_it(desk: Desk, ann: Services) -> None:
    one_way = desk.add_sender(
        "SHOPNAME",
        kind=SenderKind.ALPHANUMERIC,
        direction=SenderDirection.OUTGOING,
        inbound_id=desk.sender_id,
    )
    stamp, conversation_id = ann.stamp(), new_id()
    ann.change(
        c.StartConversation(
            **stamp,
            conversation_id=conversation_id,
            contact_id=new_id(),
            sender_id=one_way,
            channel=Channel.SMS,
            peer_raw=CUSTOMER,
        ),
        c.Reply(
            **ann.stamp(),
            conversation_id=conversation_id,
            outbox_id=new_id(),
            sender_id=one_way,
            body="hi",
            seen_version=0,
            not_after=stamp["at"] + timedelta(minutes=30),
        ),
    )
    desk.cycle(10)
    assert [post.sender for post in desk.provider.posts] == ["SHOPNAME"]
    desk.provider.receive("yes")
    desk.cycle(10)
    assert (desk.conversation()["sender_id"], desk.conversation()["version"]) == (desk.sender_id, 2)


def test_r60_an_inbound_number_named_later_is_where_it_goes_on(desk: Desk, ann: Services) -> None:
    """R54: what was written before stays; nothing more goes out there, and the desk says where."""
    one_way = desk.add_sender(
        "SHOPNAME", kind=SenderKind.ALPHANUMERIC, direction=SenderDirection.OUTGOING
    )

    def begun(conversation_id: UUID) -> UUID:
        done = ann.change(
            c.StartConversation(
                **ann.stamp(),
                conversation_id=conversation_id,
                contact_id=new_id(),
                sender_id=one_way,
                channel=Channel.SMS,
                peer_raw=CUSTOMER,
            )
        )
        (found,) = done.changes.touched[Thing.CONVERSATION]
        assert found is not None
        return found

    def answer(conversation_id: UUID) -> c.Reply:
        stamp = ann.stamp()
        return c.Reply(
            **stamp,
            conversation_id=conversation_id,
            outbox_id=new_id(),
            sender_id=one_way,
            body="hi",
            seen_version=0,
            not_after=stamp["at"] + timedelta(minutes=30),
        )

    before = begun(new_id())
    ann.change(answer(before))
    assert ann.read(threads.detail, before).home == ""
    with desk.workspace.write() as tx:
        senders.change(tx, one_way, inbound_id=desk.sender_id)
    assert ann.read(threads.detail, before).home == "+1 202-555-0100"
    with pytest.raises(RefusedError, match="belongs to the conversation of its inbound number"):
        ann.change(answer(before))
    after = begun(new_id())
    assert after != before
    ann.change(answer(after))
    with desk.workspace.read() as tx:
        assert conversations.load(tx, [after])[after]["sender_id"] == desk.sender_id


def test_r33_what_no_account_is_left_to_send_is_held_and_says_why(
    desk: Desk, ann: Services
) -> None:
    desk.provider.receive("q")
    desk.cycle()
    reply = desk.reply("hello")
    ann.change(c.RemoveAccount(**ann.stamp(), account_id=desk.account_id))
    desk.cycle(10)
    assert desk.state(reply) is OutboxState.HELD
    assert desk.outbox()[0]["reason_text"].startswith("No connected account carries")
    assert desk.provider.posts == []


def test_r33_that_is_said_at_once_also_where_nothing_syncs(desk: Desk, ann: Services) -> None:
    desk.provider.receive("q")
    desk.cycle()
    id_, first = desk.conversation()["id"], desk.reply("hello")
    ann.change(c.RemoveAccount(**ann.stamp(), account_id=desk.account_id))
    assert desk.state(first) is OutboxState.HELD
    ann.change(c.Drop(**ann.stamp(), outbox_id=first))
    stamp, second = ann.stamp(), new_id()
    ann.change(
        c.Reply(
            **stamp,
            conversation_id=id_,
            outbox_id=second,
            sender_id=desk.sender_id,
            body="hello?",
            seen_version=1,
            not_after=stamp["at"] + timedelta(minutes=30),
        )
    )
    assert desk.state(second) is OutboxState.HELD
