"""The auto-responder through whole cycles: once a person and day, whatever is killed (R18, R51)."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest
import sqlalchemy as sa

from sms_desk.domain import commands as c
from sms_desk.domain.model import OutboxState, Role
from sms_desk.domain.team_state import CLOSED
from sms_desk.services.desk import Desk as Services
from sms_desk.store import auto_replies, conversations, outbox, programs, tables, team_states
from sms_desk.store.ids import new_id
from sms_desk.sync.deliver import Deliverer
from tests.fixtures.desk import Desk, desk_at
from tests.fixtures.fake_provider import CUSTOMER, START, Died

TEXT = "Nobody reads this number. Call +1 202 555 0100."


@pytest.fixture
def desk(tmp_path: Path) -> Iterator[Desk]:
    """US is dedicated to alerts that take no replies and say so."""
    with desk_at(tmp_path / "w.db") as made:
        with made.workspace.write() as tx:
            tx.execute(sa.update(tables.people).values(role=Role.ADMIN))
        alerts(made)
        made.cycle()  # the first sync: what it brings was there before
        made.hand.tick(60)
        yield made
        made.assert_rebuilt()


def alerts(desk: Desk, **values: Any) -> UUID:
    id_ = new_id()
    with desk.workspace.write() as tx:
        programs.save(
            tx,
            {
                "id": id_,
                "kind": "service",
                "name": "Alerts",
                "attribution_days": 30,
                "takes_replies": False,
                "auto_reply": TEXT,
                "created_at": START,
                **values,
            },
        )
        programs.bind(
            tx,
            {
                "id": new_id(),
                "program_id": id_,
                "kind": "sender",
                "sender_id": desk.sender_id,
                "since": START,
            },
        )
    return id_


def bodies(desk: Desk) -> list[str]:
    return [post.body for post in desk.provider.posts]


def at_provider(desk: Desk) -> int:
    """How many automatic replies the provider holds: what the customer's phone shows."""
    return sum(message.body == TEXT for message in desk.provider.held())


def test_r18_who_writes_is_told_at_once_and_marked_as_told_by_a_machine(desk: Desk) -> None:
    desk.provider.receive("when?")
    desk.cycle()
    assert bodies(desk) == [TEXT]
    sent = desk.messages()[-1]
    assert (sent["origin"], sent["author_id"], sent["program_id"]) == ("automatic", None, None)
    (row,) = desk.rows(tables.auto_replies)
    assert (row["peer_key"], row["outbox_id"]) == (CUSTOMER, sent["outbox_id"])
    assert row["message_id"] == desk.messages()[0]["id"]


def test_r51_a_machines_answer_answers_nobody(desk: Desk) -> None:
    desk.provider.receive("when?")
    desk.cycle()
    conversation = desk.conversation()
    assert conversation["waiting_since"] == desk.messages()[0]["at"]
    assert conversation["answered_position"] == 0
    assert conversation["snippet_from"] == "automatic"


def test_r51_a_machines_answer_wakes_nothing(desk: Desk) -> None:
    desk.provider.receive("when?")
    desk.provider.send_plan = ["not_sent"]
    desk.cycle()
    with desk.workspace.write() as tx:
        team_states.set_state(tx, [desk.conversation()["id"]], CLOSED, desk.hand.at)
    desk.settle(120)
    assert bodies(desk)[-1:] == [TEXT]
    assert desk.conversation()["team_state"] == "closed"


def hear(desk: Desk, body: str, *, after: timedelta = timedelta(seconds=30)) -> None:
    """Time passes, the contact writes, and the desk sees it."""
    desk.hand.tick(after.total_seconds())
    desk.provider.receive(body)
    desk.cycle(15)  # the hot scan is due every ten


def test_r18_once_in_24_hours_and_again_after(desk: Desk) -> None:
    for body in ("one", "two", "three"):
        hear(desk, body)
    told = desk.messages()[1]["at"]
    hear(desk, "four", after=told + timedelta(hours=24) - desk.hand.at - timedelta(seconds=1))
    assert bodies(desk) == [TEXT]
    hear(desk, "five", after=timedelta(seconds=1))
    assert bodies(desk) == [TEXT, TEXT]


def test_r18_several_messages_of_one_scan_are_told_once(desk: Desk) -> None:
    for n in range(5):
        desk.provider.receive(f"part {n}")
    desk.settle(60)
    assert bodies(desk) == [TEXT]
    assert len(desk.rows(tables.auto_replies)) == len(desk.outbox()) == 1


def test_r18_another_person_is_told_too(desk: Desk) -> None:
    desk.provider.receive("when?")
    desk.provider.receive("when?", peer="+12025550143")
    desk.cycle()
    assert sorted(post.to for post in desk.provider.posts) == [CUSTOMER, "+12025550143"]


@pytest.mark.parametrize("word", ["STOP", "START", "HELP", "please stop texting me"])
def test_r18_keywords_are_not_answered(desk: Desk, word: str) -> None:
    desk.provider.receive(word)
    desk.settle(60)
    assert bodies(desk) == []


def test_r18_who_opted_out_is_not_told(desk: Desk) -> None:
    desk.provider.receive("STOP")
    desk.cycle()
    desk.provider.receive("when?")
    desk.settle(60)
    assert bodies(desk) == []


@pytest.mark.parametrize("peer", ["70707", "FERNHILL"])
def test_r18_no_answer_to_what_cannot_receive(desk: Desk, peer: str) -> None:
    desk.provider.receive("you won", peer=peer)
    desk.settle(60)
    assert desk.outbox() == []


def test_r18_what_is_back_filled_or_late_is_not_answered(tmp_path: Path) -> None:
    with desk_at(tmp_path / "w.db") as desk:
        alerts(desk)
        desk.provider.receive("long before", at=START - timedelta(minutes=3))
        desk.cycle()
        desk.provider.receive("found late", lag=timedelta(minutes=11))
        desk.settle(1200, step=60)
        assert len(desk.messages()) == 2
        assert bodies(desk) == []


@pytest.mark.parametrize(
    "values",
    [
        {"takes_replies": True},
        {"auto_reply": ""},
        {"retired_at": START},
        {"ends_at": START + timedelta(seconds=1)},
        {"starts_at": START + timedelta(days=1)},
    ],
)
def test_r18_a_program_that_does_not_run_or_takes_replies_is_silent(
    tmp_path: Path, values: dict[str, Any]
) -> None:
    with desk_at(tmp_path / "w.db") as desk:
        alerts(desk, **values)
        desk.cycle()
        desk.hand.tick(60)
        desk.provider.receive("when?")
        desk.settle(60)
        assert bodies(desk) == []


def test_r18_a_program_recognised_a_moment_later_still_tells(desk: Desk, tmp_path: Path) -> None:
    """The bulk send turns up in the list after the reply to it."""
    with desk_at(tmp_path / "late.db") as other:
        bulk = alerts(other)
        with other.workspace.write() as tx:
            tx.execute(sa.update(tables.program_bindings).values(sender_id=None, pattern="sale*"))
            tx.execute(sa.update(tables.program_bindings).values(kind="pattern"))
        other.cycle()
        other.hand.tick(60)
        other.provider.sent_elsewhere("sale today", lag=timedelta(seconds=40))
        other.hand.tick(5)
        other.provider.receive("yes please")
        other.cycle()
        assert bodies(other) == []
        other.settle(60)
        assert bodies(other) == [TEXT]
        assert other.rows(tables.auto_replies)[0]["program_id"] == bulk


# --- killed, cut off, started again -----------------------------------------------------------------


def test_r18_killed_before_it_was_decided_it_is_decided_by_the_next(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    def dies(*_args: object, **_kwargs: object) -> None:
        raise Died

    desk.provider.receive("when?")
    with monkeypatch.context() as patch:
        patch.setattr(auto_replies, "record", dies)  # within the transaction that queues
        with pytest.raises(Died):
            desk.cycle()
    assert (desk.outbox(), desk.rows(tables.auto_replies)) == ([], [])
    desk.restart()
    desk.settle(60)
    assert bodies(desk) == [TEXT]


@pytest.mark.parametrize("fault", ["crash", "crash_accepted", "lost", "lost_accepted"])
def test_r18_killed_while_it_was_sent_the_provider_never_shows_it_twice(
    desk: Desk, fault: str
) -> None:
    desk.provider.receive("when?")
    desk.provider.send_plan = [fault]
    try:
        desk.cycle()
    except Died:
        desk.restart()
    desk.provider.receive("hello?")
    desk.settle(600, step=20)
    assert at_provider(desk) == ("accepted" in fault)
    assert len(desk.rows(tables.auto_replies)) == 1


def test_r18_killed_after_it_was_queued_it_goes_out_once(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    def dies(*_args: object) -> None:
        if desk.outbox():
            raise Died

    desk.provider.receive("when?")
    with monkeypatch.context() as patch:
        patch.setattr(Deliverer, "claim", dies)
        with pytest.raises(Died):
            desk.cycle()
    assert [row["state"] for row in desk.outbox()] == ["queued"]
    desk.restart()
    desk.settle(120)
    assert bodies(desk) == [TEXT]


def test_r18_what_could_not_leave_in_time_is_not_sent_and_does_not_count_as_told(
    desk: Desk,
) -> None:
    desk.provider.receive("when?")
    desk.provider.send_plan = ["not_sent"] * 60
    desk.settle(900, step=30)
    assert at_provider(desk) == 0
    desk.provider.send_plan = []
    desk.settle(60)
    assert at_provider(desk) == 0
    withdraw(desk)
    hear(desk, "still there?")
    assert at_provider(desk) == 1


def withdraw(desk: Desk) -> None:
    """As a check does at the claim."""
    (row,) = desk.outbox()
    with desk.workspace.write() as tx:
        entry = outbox.get(tx, row["id"])
        if entry.state is not OutboxState.WITHDRAWN:
            outbox.set_state(tx, entry, OutboxState.WITHDRAWN, at=desk.hand.at)
        conversations.refresh(tx, [entry.conversation_id])


# --- a person takes over ----------------------------------------------------------------------------


def ann(desk: Desk) -> Services:
    return Services(desk.workspace, desk.ann, clock=lambda: desk.hand.at)


def test_r51_a_persons_reply_silences_the_automation_until_it_is_released(desk: Desk) -> None:
    desk.provider.receive("when?")
    desk.cycle()
    desk.reply("At three.")
    desk.cycle()
    since = desk.conversation()["human_since"]
    assert since == desk.messages()[-1]["at"]
    event = desk.events()[-1]
    assert (event["kind"], event["reason"], event["actor_id"]) == ("silenced", "replied", desk.ann)
    hear(desk, "thanks", after=timedelta(hours=25))
    assert bodies(desk) == [TEXT, "At three."]
    done = ann(desk).change(
        c.ReleaseAutomation(**ann(desk).stamp(), conversation_id=desk.conversation()["id"])
    )
    assert desk.conversation()["human_since"] is None
    hear(desk, "and tomorrow?")
    assert bodies(desk)[-1] == TEXT
    ann(desk).undo(done.command_id)
    assert desk.conversation()["human_since"] == since


def test_r51_while_a_persons_answer_waits_the_machine_is_silent(desk: Desk) -> None:
    reply = desk.reply("Hello, this is Ann.", desk.start())
    with desk.workspace.write() as tx:
        outbox.update(tx, reply, next_try_at=desk.hand.at + timedelta(minutes=5))
    hear(desk, "hi")
    assert bodies(desk) == []
    assert desk.rows(tables.auto_replies) == []


def test_r51_where_nothing_answers_by_itself_nothing_falls_silent(tmp_path: Path) -> None:
    with desk_at(tmp_path / "w.db") as desk:
        alerts(desk, takes_replies=True)
        desk.provider.receive("when?")
        desk.cycle()
        desk.reply("At three.")
        desk.cycle(10)
        assert desk.conversation()["human_since"] is None


def test_r5_a_conversation_taken_over_is_a_persons(desk: Desk) -> None:
    desk.provider.receive("when?")
    desk.cycle()
    ann(desk).change(c.TakeOver(**ann(desk).stamp(), conversation_id=desk.conversation()["id"]))
    hear(desk, "more", after=timedelta(hours=30))
    assert bodies(desk) == [TEXT]


def test_r5_what_came_before_the_take_over_is_a_persons_too(tmp_path: Path) -> None:
    """The auto-responder is written while the message is still fresh."""
    with desk_at(tmp_path / "w.db") as desk:
        with desk.workspace.write() as tx:
            tx.execute(sa.update(tables.people).values(role=Role.ADMIN))
        program_id = alerts(desk, auto_reply="")
        desk.cycle()
        hear(desk, "when?", after=timedelta(minutes=1))
        (id_,) = [row["id"] for row in desk.conversations()]
        ann(desk).change(c.TakeOver(**ann(desk).stamp(), conversation_id=id_))
        with desk.workspace.write() as tx:
            programs.save(tx, {**programs.get(tx, program_id), "auto_reply": TEXT})
        desk.settle(60)
        assert bodies(desk) == []
