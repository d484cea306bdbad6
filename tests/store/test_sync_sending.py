"""Sending through whole cycles: GS1-GS7, GS9, GS10, R32, R33, R39, R49, R63, and people's decisions."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from sms_desk.domain.errors import (
    NotFoundError,
    ProviderRefusal,
    ProviderUnreachable,
    RefusedError,
)
from sms_desk.domain.model import Channel, DeliveryStatus, HolderKind, OutboxState
from sms_desk.domain.outbox_words import waiting_words
from sms_desk.domain.team_state import CLOSED
from sms_desk.providers.base import Page
from sms_desk.services import directory
from sms_desk.services.context import Context
from sms_desk.store import (
    accounts,
    attempts,
    conversations,
    decisions,
    opt_outs,
    outbox,
    people,
    senders,
    tables,
    team_states,
)
from sms_desk.store.ids import new_id
from sms_desk.sync import deliver
from tests.fixtures.desk import Desk, desk_at, hold
from tests.fixtures.fake_provider import CUSTOMER, START, Died


@pytest.fixture
def desk(tmp_path: Path) -> Iterator[Desk]:
    """A customer has written, and Ann has seen it."""
    with desk_at(tmp_path / "w.db") as made:
        made.provider.receive("hello")
        made.cycle()
        made.hand.tick(30)
        yield made
        made.assert_rebuilt()


def held(desk: Desk) -> str:
    (row,) = desk.outbox()
    assert row["state"] == "held", row
    return str(row["reason"])


# --- the good way -----------------------------------------------------------------------------------


def test_a_reply_goes_out_answers_and_stands_in_the_thread(desk: Desk) -> None:
    reply = desk.reply("good morning")
    assert desk.conversation()["waiting_since"] is not None
    desk.cycle()
    assert desk.state(reply) is OutboxState.ACCEPTED
    sent = desk.messages()[-1]
    assert (sent["origin"], sent["author_id"], sent["outbox_id"]) == ("person", desk.ann, reply)
    assert desk.conversation()["waiting_since"] is None
    desk.settle(60)
    assert len(desk.messages()) == 2
    (post,) = desk.provider.posts
    assert (post.to, post.body) == (CUSTOMER, "good morning")


def test_the_same_entry_twice_is_one(desk: Desk) -> None:
    """GC1."""
    id_ = new_id()
    for _ in range(2):
        with desk.workspace.write() as tx:
            outbox.enqueue(
                tx,
                outbox_id=id_,
                conversation_id=desk.conversation()["id"],
                body="once",
                author_id=desk.ann,
                seen_version=1,
                at=desk.hand.at,
            )
    desk.cycle()
    assert len(desk.provider.posts) == 1


def test_several_go_in_the_order_of_the_queue(desk: Desk) -> None:
    """GS4."""
    for n in range(5):
        desk.reply(f"part {n}")
    desk.settle(60)
    assert [post.body for post in desk.provider.posts] == [f"part {n}" for n in range(5)]


def test_a_person_who_replies_reopens(desk: Desk) -> None:
    """R49."""
    with desk.workspace.write() as tx:
        team_states.set_state(tx, [desk.conversation()["id"]], CLOSED, desk.hand.at)
    desk.reply("one more thing")
    desk.cycle()
    assert desk.conversation()["team_state"] == "open"
    assert desk.events()[-1]["reason"] == "replied"


def test_the_providers_clock_is_learnt_from_its_answer(desk: Desk) -> None:
    desk.provider.skew = timedelta(hours=3)
    desk.reply("what time is it")
    desk.cycle()
    (account,) = desk.rows(tables.accounts)
    assert abs(account["clock_offset_us"] / 1e6 - 3 * 3600) < 2


# --- what is certain --------------------------------------------------------------------------------


def test_a_refusal_is_shown_and_never_retried(desk: Desk) -> None:
    """GS9."""
    desk.provider.send_plan = ["refuse:21211"]
    reply = desk.reply("x")
    desk.settle(3600, step=60)
    assert len(desk.provider.posts) == 1
    (row,) = desk.outbox()
    assert (row["state"], row["reason"], row["reason_text"]) == ("refused", "21211", "Error 21211.")
    assert desk.conversation()["trouble"] == "failed"
    with pytest.raises(RefusedError), desk.workspace.write() as tx:
        decisions.resend(tx, reply, at=desk.hand.at)


def test_a_refusal_for_an_opt_out_is_learnt_and_start_ends_it(desk: Desk) -> None:
    """R39: 21610."""
    desk.provider.send_plan = ["refuse:21610"]
    desk.reply("x")
    desk.cycle()
    desk.reply("again")
    desk.cycle(60)
    assert [row["state"] for row in desk.outbox()] == ["refused", "held"]
    assert desk.outbox()[1]["reason"] == "opt_out"
    desk.provider.receive("START")
    desk.cycle(10)
    with desk.workspace.read() as tx:
        assert not opt_outs.running(
            tx, Channel.SMS, CUSTOMER, sender_ids={desk.sender_id}, account_id=desk.account_id
        )


def test_a_refused_credential_keeps_messages_queued(desk: Desk) -> None:
    """R63."""
    desk.provider.send_plan = ["refuse:20003"]
    reply = desk.reply("x")
    desk.cycle()
    assert desk.state(reply) is OutboxState.QUEUED
    assert desk.outbox()[0]["reason"] == "credential"
    assert desk.line()["condition"] == "credential"
    desk.engine.forget(desk.account_id)
    desk.cycle(10)
    assert desk.state(reply) is OutboxState.ACCEPTED


@pytest.mark.parametrize("plan", ["not_sent", "rate_limited:3"])
def test_what_was_not_sent_is_sent_later(desk: Desk, plan: str) -> None:
    desk.provider.send_plan = [plan]
    reply = desk.reply("x")
    desk.cycle()
    assert desk.state(reply) is OutboxState.QUEUED
    desk.settle(60)
    assert desk.state(reply) is OutboxState.ACCEPTED
    assert [row["state"] for row in desk.attempts()] == ["not_sent", "accepted"]


def test_r32_what_waits_says_for_what(desk: Desk) -> None:
    def said() -> list[str]:
        with desk.workspace.read() as tx:
            context = Context(tx, people.actor(tx, desk.ann), desk.hand.at)
            rows = directory.outbox_rows(context)
        return [waiting_words(row.reason) for row in reversed(rows)]

    desk.provider.send_plan = ["rate_limited:3"]
    desk.reply("first")
    desk.reply("second")
    assert said() == ["", "the message before it goes first"]
    desk.cycle()
    assert said() == ["the provider asks to slow down", "the message before it goes first"]
    desk.settle(60)
    assert said() == []


def test_r32_a_held_message_is_not_sent_again_but_all_the_same(desk: Desk) -> None:
    reply = desk.reply("x")
    desk.hand.tick(31 * 60)
    desk.cycle()
    assert held(desk) == "expired"
    with desk.workspace.write() as tx, pytest.raises(RefusedError) as refused:
        decisions.resend(tx, reply, at=desk.hand.at)
    assert "Send it anyway" in refused.value.next_step


def test_r32_a_message_says_in_words_what_it_waits_for_and_why_nobody_knows(desk: Desk) -> None:
    """In the row itself, which the command line's JSON is made of."""

    def said() -> list[str]:
        with desk.workspace.read() as tx:
            rows = directory.outbox_rows(Context(tx, people.actor(tx, desk.ann), desk.hand.at))
        return [row.reason_text for row in reversed(rows)]

    desk.provider.send_plan = ["lost"]
    desk.reply("first")
    desk.reply("second")
    assert said() == ["", "The message before it goes first."]
    desk.cycle()
    doubt = ["The provider did not answer in time.", "The message before it goes first."]
    assert said() == doubt
    desk.settle(20 * 60)
    assert desk.outbox()[0]["state"] == OutboxState.ASK
    assert said() == doubt


def test_offline_messages_wait_and_go_when_the_line_is_back(desk: Desk) -> None:
    desk.provider.broken = ProviderUnreachable("Nobody answers.")
    reply = desk.reply("x")
    desk.settle(600)
    assert desk.state(reply) is OutboxState.QUEUED
    desk.provider.broken = None
    desk.cycle(300)
    assert desk.state(reply) is OutboxState.ACCEPTED


# --- what is in doubt -------------------------------------------------------------------------------


@pytest.mark.parametrize("delay", [0, 40, 3600, 6 * 3600])
def test_a_lost_answer_is_found_within_a_minute_of_becoming_visible(desk: Desk, delay: int) -> None:
    """GS7."""
    desk.reply("first")
    desk.cycle()
    desk.provider.lag = lambda: timedelta(seconds=delay)
    desk.provider.send_plan = ["lost_accepted"]
    reply = desk.reply("second")
    desk.cycle()
    assert desk.state(reply) is OutboxState.IN_DOUBT
    assert desk.conversation()["trouble"] == "in_doubt"
    if delay > 600:
        desk.settle(delay - 600, step=300)  # nobody looks at each of these hours
        desk.settle(590)
        assert desk.state(reply) in (OutboxState.IN_DOUBT, OutboxState.ASK)
    desk.settle(70)
    assert desk.state(reply) is OutboxState.ACCEPTED
    assert len(desk.provider.posts) == 2
    assert [row["origin"] for row in desk.messages()][-1] == "person"


@pytest.mark.parametrize(("on_screen", "minutes"), [(True, 2), (False, 15)])
def test_a_person_is_asked_when_nothing_is_found(desk: Desk, on_screen: bool, minutes: int) -> None:
    desk.provider.send_plan = ["lost"]
    if on_screen:
        desk.engine.watch([desk.conversation()["id"]])
    reply = desk.reply("x")
    desk.cycle()
    desk.settle(minutes * 60 - 40)
    assert desk.state(reply) is OutboxState.IN_DOUBT
    desk.settle(80)
    assert desk.state(reply) is OutboxState.ASK
    assert desk.conversation()["trouble"] == "ask"
    desk.settle(3600, step=60)
    assert len(desk.provider.posts) == 1


def test_a_list_that_takes_no_such_address_is_as_one_that_shows_nothing(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A person is asked in the end, and all else goes on."""
    listed = desk.provider.list_messages

    def picky(**query: Any) -> Page:
        if query.get("to"):
            raise ProviderRefusal("Twilio says: no such number.", code="21211")
        return listed(**query)

    monkeypatch.setattr(desk.provider, "list_messages", picky)
    desk.provider.send_plan = ["lost"]
    reply = desk.reply("hello")
    desk.settle(1200, step=30)
    assert desk.state(reply) is OutboxState.ASK
    assert desk.line()["condition"] == "online"


def test_a_doubtful_message_holds_the_later_ones_until_a_person_decides(desk: Desk) -> None:
    """GS4, I6."""
    desk.provider.send_plan = ["lost"]
    first, second = desk.reply("one"), desk.reply("two")
    desk.settle(1200, step=30)
    assert desk.state(second) is OutboxState.QUEUED
    with desk.workspace.write() as tx:
        decisions.drop(tx, first, at=desk.hand.at)
    desk.cycle(10)
    assert desk.state(first) is OutboxState.WITHDRAWN
    assert desk.state(second) is OutboxState.ACCEPTED


def test_sent_again_and_then_both_arrive(desk: Desk) -> None:
    """§1.5, 5: the first copy is bound to its own attempt, and the bubble can say so."""
    desk.reply("clock")
    desk.cycle()
    desk.provider.lag = lambda: timedelta(hours=1)
    desk.provider.send_plan = ["lost_accepted"]
    reply = desk.reply("x")
    desk.settle(1200, step=30)
    desk.provider.lag = timedelta
    with desk.workspace.write() as tx:
        decisions.resend(tx, reply, at=desk.hand.at)
    desk.cycle(10)
    assert desk.state(reply) is OutboxState.ACCEPTED
    desk.settle(3600, step=60)
    states = [row["state"] for row in desk.attempts() if row["outbox_id"] == reply]
    assert states == ["accepted", "accepted"]
    assert next(row for row in desk.outbox() if row["id"] == reply)["reason"] == "arrived_twice"
    assert len([row for row in desk.messages() if row["outbox_id"] == reply]) == 2


def test_what_was_dropped_and_arrives_all_the_same_is_recognised(desk: Desk) -> None:
    desk.reply("clock")
    desk.cycle()
    desk.provider.lag = lambda: timedelta(hours=1)
    desk.provider.send_plan = ["lost_accepted"]
    reply = desk.reply("x")
    desk.settle(1200, step=30)
    with desk.workspace.write() as tx:
        decisions.drop(tx, reply, at=desk.hand.at)
    desk.settle(3600, step=60)
    row = next(row for row in desk.outbox() if row["id"] == reply)
    assert (row["state"], row["reason"]) == ("accepted", "arrived_after_all")


def test_the_same_text_waits_while_its_twin_is_in_doubt(desk: Desk) -> None:
    """I5, GS3: in a conversation the queue sees to it; a lane does across one-way partners."""
    desk.provider.send_plan = ["lost"]
    first, second = desk.reply("same"), desk.reply("same")
    desk.settle(100)
    with desk.workspace.read() as tx:
        entries = [outbox.get(tx, id_) for id_ in (first, second)]
        assert entries[0].lane == entries[1].lane
        assert not attempts.lane_is_free(tx, entries[1].lane)
    assert desk.state(second) is OutboxState.QUEUED


@pytest.mark.parametrize("word", ["crash", "crash_accepted"])
def test_a_process_that_dies_while_sending_sends_nothing_twice(desk: Desk, word: str) -> None:
    """GS1, GS8."""
    desk.reply("clock")
    desk.cycle()
    desk.provider.send_plan = [word]
    reply = desk.reply("x")
    with pytest.raises(Died):
        desk.cycle()
    assert desk.state(reply) is OutboxState.SENDING
    desk.hand.tick(9 * 3600)
    desk.restart()
    desk.cycle()
    assert len(desk.provider.posts) == 2
    expected = OutboxState.ACCEPTED if word == "crash_accepted" else OutboxState.ASK
    assert desk.state(reply) is expected


def test_a_process_that_dies_before_the_post_sends_it_after_all(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    def die(*_: object) -> None:
        raise Died

    reply = desk.reply("x")
    with monkeypatch.context() as patch:
        patch.setattr(deliver.Deliverer, "start", die)
        with pytest.raises(Died):
            desk.cycle()
    assert desk.state(reply) is OutboxState.CLAIMED
    desk.restart()
    desk.settle(30)
    assert desk.state(reply) is OutboxState.ACCEPTED
    assert len(desk.provider.posts) == 1


def test_a_claim_is_good_for_five_seconds(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    """§1.3: a machine that slept between the checks and the post has checked nothing."""
    claim = deliver.Deliverer.claim

    def slow(self: deliver.Deliverer, outbox_id: object) -> object:
        found = claim(self, outbox_id)  # type: ignore[arg-type]
        desk.hand.mono += 5_000_001
        return found

    monkeypatch.setattr(deliver.Deliverer, "claim", slow)
    reply = desk.reply("x")
    desk.settle(30)
    assert desk.provider.posts == []
    assert desk.state(reply) is OutboxState.QUEUED
    assert desk.outbox()[0]["reason"] == "claim_too_old"


@pytest.mark.allow_log("sms_desk.sync.deliver")
def test_whatever_breaks_in_a_send_is_a_doubt(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    def broken(_message: object) -> object:
        raise RuntimeError("not foreseen")

    monkeypatch.setattr(desk.provider, "send", broken)
    reply = desk.reply("x")
    desk.cycle()
    assert desk.state(reply) is OutboxState.IN_DOUBT


# --- held -------------------------------------------------------------------------------------------


def test_an_opt_out_stops_what_is_queued(desk: Desk) -> None:
    """GS5, GS10."""
    desk.provider.broken = ProviderUnreachable("Nobody answers.")
    desk.reply("x")
    desk.cycle()
    desk.provider.broken = None
    desk.provider.receive("  “ＳＴＯＰ”! ")
    desk.engine.run_once(desk.hand.tick(1), force=True)
    desk.cycle(300)
    assert held(desk) == "opt_out"
    assert desk.provider.posts == []


@pytest.mark.parametrize(
    ("cause", "reason"),
    [("owner", "ownership"), ("sender", "health"), ("expiry", "expired"), ("stop", "opt_out")],
)
def test_no_send_is_claimed_after_its_cause(desk: Desk, cause: str, reason: str) -> None:
    """GS5."""
    desk.reply("x")
    id_ = desk.conversation()["id"]
    if cause == "owner":
        bob = desk.add_person("Bob")
        with desk.workspace.write() as tx:
            team_states.set_owner(tx, [id_], bob)
    if cause == "sender":
        with desk.workspace.write() as tx:
            senders.change(tx, desk.sender_id, health="blocked")
    if cause == "expiry":
        desk.hand.tick(31 * 60)
    if cause == "stop":
        with desk.workspace.write() as tx:
            scope = opt_outs.scope_of(tx, desk.sender_id)
            opt_outs.record_refusal(tx, Channel.SMS, CUSTOMER, scope, at=START)
    desk.cycle()
    assert held(desk) == reason
    assert desk.conversation()["trouble"] == "held"
    assert desk.provider.posts == []


def test_a_colleagues_answer_holds_and_a_confirmation_covers_only_what_was_there(
    desk: Desk,
) -> None:
    """GS6."""
    bob = desk.add_person("Bob")
    with desk.workspace.write() as tx:
        hold(tx, desk.sender_id, HolderKind.PERSON, bob)
    desk.reply("Bob is faster", author=bob)
    mine = desk.reply("Ann is slower")
    desk.settle(20)
    row = next(row for row in desk.outbox() if row["id"] == mine)
    assert (row["state"], row["reason"]) == ("held", "unseen")
    assert "Bob answered" in row["reason_text"]
    desk.reply("Bob again", author=bob)
    with desk.workspace.write() as tx:
        decisions.confirm(tx, mine, ["unseen"], at=desk.hand.at)
    desk.settle(20)
    assert desk.state(mine) is OutboxState.ACCEPTED


def test_own_messages_and_receipts_hold_nothing(desk: Desk) -> None:
    """GS6."""
    replies = [desk.reply(f"part {n}") for n in range(3)]
    desk.settle(60)
    assert {desk.state(reply) for reply in replies} == {OutboxState.ACCEPTED}


def test_a_customer_who_writes_meanwhile_holds_an_older_reply(desk: Desk) -> None:
    """§2.5, second row."""
    reply = desk.reply("x", seen=1)
    desk.provider.broken = ProviderUnreachable("Nobody answers.")
    desk.cycle()
    desk.hand.tick(60)
    desk.provider.broken = None
    desk.provider.receive("wait!")
    with desk.workspace.write() as tx:
        outbox.update(tx, reply, next_try_at=desk.hand.at + timedelta(seconds=20))
    desk.cycle(10, force=True)
    desk.cycle(20, force=True)
    assert held(desk) == "unseen"
    with desk.workspace.write() as tx:
        edited = decisions.edit(tx, reply, "y", at=desk.hand.at)
    assert (edited.state, edited.body) == (OutboxState.QUEUED, "y")
    desk.cycle(10)
    assert [post.body for post in desk.provider.posts] == ["y"]


def test_what_a_back_fill_brings_is_no_news(desk: Desk) -> None:
    """GS6: only what is newer than what the writer saw."""
    reply = desk.reply("x")
    for n in range(3):
        desk.provider.receive(f"old {n}", at=START - timedelta(days=n + 1))
    desk.hand.tick(90)
    desk.engine._parts.clear()
    with desk.workspace.write() as tx:
        from sms_desk.sync.book import Book
        from sms_desk.sync.intake import Arrival, Intake

        book = Book(tx, desk.account_id, at=desk.hand.at)
        old = [m for m in desk.provider.held() if m.body.startswith("old")]
        arrival = Arrival(desk.hand.at, live=False, walk_began=desk.hand.at)
        Intake(desk.account_id, lambda _body: None).store(tx, book, old, arrival)
    desk.cycle()
    assert desk.state(reply) is OutboxState.ACCEPTED


def test_decisions_say_when_they_come_too_late(desk: Desk) -> None:
    reply = desk.reply("x")
    desk.cycle()
    with desk.workspace.write() as tx:
        for decide in (decisions.resend, decisions.drop, decisions.check_again):
            with pytest.raises(RefusedError) as refused:
                decide(tx, reply, at=desk.hand.at)
            assert refused.value.rule == "outbox_state"
        with pytest.raises(RefusedError):
            decisions.confirm(tx, reply, ["unseen"], at=desk.hand.at)
        with pytest.raises(RefusedError):
            decisions.edit(tx, reply, "y", at=desk.hand.at)
        with pytest.raises(NotFoundError):
            decisions.drop(tx, new_id(), at=desk.hand.at)


def test_an_opt_out_cannot_be_waived(desk: Desk) -> None:
    reply = desk.reply("x")
    with desk.workspace.write() as tx:
        scope = opt_outs.scope_of(tx, desk.sender_id)
        opt_outs.record_refusal(tx, Channel.SMS, CUSTOMER, scope, at=START)
    desk.cycle()
    with desk.workspace.write() as tx, pytest.raises(RefusedError) as refused:
        decisions.confirm(tx, reply, ["opt_out"], at=desk.hand.at)
    assert refused.value.rule == "not_confirmable"


def test_a_failed_delivery_is_trouble_until_something_newer_goes_out(desk: Desk) -> None:
    desk.reply("x")
    desk.cycle()
    sid = desk.outbox()[0]["provider_sid"]
    desk.provider.set_status(sid, DeliveryStatus.UNDELIVERED, "30005")
    desk.settle(30)
    assert desk.conversation()["trouble"] == "failed"
    desk.reply("y")
    desk.cycle(10)
    assert desk.conversation()["trouble"] is None


def test_a_started_conversation_is_listed_by_what_waits_in_it(desk: Desk) -> None:
    """R51, R62: and goes to the number as it was first used."""
    id_ = desk.start("+12025550199")
    listed = {row["id"]: row["listed"] for row in desk.conversations()}
    assert not listed[id_]
    desk.provider.broken = ProviderUnreachable("Nobody answers.")
    desk.reply("hi", id_)
    listed = {row["id"]: row["listed"] for row in desk.conversations()}
    assert listed[id_]
    with desk.workspace.read() as tx:
        (entry,) = outbox.heads(tx, desk.hand.at)
        assert conversations.load(tx, [id_])[id_]["reply_raw"] == entry.to_raw == "+12025550199"


# --- an account that is gone ------------------------------------------------------------------------


@pytest.mark.parametrize("after", [1, 3600], ids=["in doubt", "asked about"])
def test_what_is_in_doubt_when_its_account_goes_is_asked_about(desk: Desk, after: int) -> None:
    """GS2: nobody can look it up, so a person decides; GS7: it is found if the account is back."""
    desk.provider.send_plan = ["lost_accepted"]
    desk.provider.lag = lambda: timedelta(days=30)
    reply = desk.reply("did it arrive?")
    desk.cycle(1)
    if after > 1:
        desk.settle(after, step=60)
    with desk.workspace.write() as tx:
        accounts.remove(tx, desk.account_id, desk.hand.at)
    desk.cycle(1)
    (entry,) = desk.outbox()
    assert (entry["state"], entry["reason"]) == ("ask", "read_timeout")
    assert desk.conversation()["trouble"] == "ask"
    assert desk.engine.next_due(desk.hand.at) > desk.hand.at  # it does not spin
    assert not desk.cycle(1)
    with desk.workspace.write() as tx:
        accounts.remove(tx, desk.account_id, None)
    desk.provider.items[-1].visible_at = desk.hand.at
    desk.cycle(600)
    desk.cycle(10)
    assert desk.state(reply) is OutboxState.ACCEPTED
    assert len(desk.provider.posts) == 1
