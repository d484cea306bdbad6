"""What a person says about a source, and undo beside what happened since (R3, R5, R48, R61)."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from uuid import UUID

import pytest
import sqlalchemy as sa

from sms_desk.domain import commands as c
from sms_desk.domain.errors import RefusedError
from sms_desk.domain.model import Role
from sms_desk.services.desk import Desk as Services
from sms_desk.store import my_states, people, tables
from sms_desk.store.ids import new_id
from sms_desk.sync import recognise
from tests.fixtures.desk import Desk, desk_at
from tests.fixtures.fake_provider import START
from tests.store.test_sync_receiving import program


@pytest.fixture
def desk(tmp_path: Path) -> Iterator[Desk]:
    with desk_at(tmp_path / "w.db") as made:
        with made.workspace.write() as tx:
            tx.execute(sa.update(tables.people).values(role=Role.ADMIN))
        yield made


@pytest.fixture
def ann(desk: Desk) -> Services:
    return Services(desk.workspace, desk.ann, clock=lambda: desk.hand.at)


def rebind(ann: Services, desk: Desk, program_id: object) -> UUID:
    assert program_id is None or isinstance(program_id, UUID)
    stamp, id_ = ann.stamp(), desk.conversation()["id"]
    return ann.change(
        c.RebindSource(**stamp, conversation_id=id_, program_id=program_id)
    ).command_id


def answers(desk: Desk) -> tuple[str, object]:
    conversation = desk.conversation()
    return conversation["source_kind"], conversation["source_program_id"]


def hear(desk: Desk, text: str) -> None:
    desk.provider.receive(text)
    desk.cycle(60)


def test_r61_a_persons_word_lasts_until_a_program_sends_again(desk: Desk, ann: Services) -> None:
    sale, other = program(desk, pattern="sale*"), program(desk, pattern="other*")
    hear(desk, "hi")
    rebind(ann, desk, other)
    assert answers(desk) == ("campaign", other)
    hear(desk, "hi again")
    assert [row["program_id"] for row in desk.messages()] == [other, other]
    assert answers(desk) == ("campaign", other)
    desk.provider.sent_elsewhere("sale today")
    hear(desk, "yes")
    assert answers(desk) == ("campaign", sale)


def test_r61_said_to_be_direct_it_is_direct_until_a_program_sends_again(
    desk: Desk, ann: Services
) -> None:
    sale = program(desk, pattern="sale*")
    desk.provider.sent_elsewhere("sale 1")
    hear(desk, "hi")
    rebind(ann, desk, None)
    hear(desk, "more")
    assert answers(desk) == ("direct", None)
    desk.provider.sent_elsewhere("sale 2")
    hear(desk, "yes")
    assert answers(desk) == ("campaign", sale)


def test_r3_what_a_person_said_stands_with_the_message_and_is_undone_there(
    desk: Desk, ann: Services
) -> None:
    sale = program(desk, pattern="sale*")
    hear(desk, "hi")
    said = rebind(ann, desk, sale)
    (row,) = desk.messages()
    assert (row["program_id"], row["source_reason"]) == (sale, "rebound")
    ann.undo(said)
    (row,) = desk.messages()
    assert (row["program_id"], row["source_kind"], row["source_reason"]) == (None, "direct", "none")
    hear(desk, "hi again")
    assert answers(desk) == ("direct", None)


def test_r61_a_send_that_a_person_named_explains_the_answer(desk: Desk, ann: Services) -> None:
    sale = program(desk, pattern="sale*")
    desk.provider.sent_elsewhere("Prices are down")
    desk.cycle()
    rebind(ann, desk, sale)
    hear(desk, "how much?")
    assert [row["program_id"] for row in desk.messages()] == [sale, sale]
    assert answers(desk) == ("campaign", sale)


def test_undo_leaves_alone_what_a_colleague_closed_again(desk: Desk, ann: Services) -> None:
    with desk.workspace.write() as tx:
        people.insert(tx, id_=(ben := new_id()), name="Ben", role=Role.ADMIN, zone="UTC", at=START)
    hear(desk, "hi")
    one = c.Targets.one(desk.conversation()["id"])
    closed = ann.change(c.Close(**ann.stamp(), targets=one)).command_id
    hear(desk, "again")
    colleague = ann.acting_as(ben)
    colleague.change(c.Close(**colleague.stamp(), targets=one))
    with pytest.raises(RefusedError):
        ann.undo(closed)
    assert desk.conversation()["team_state"] == "closed"
    assert desk.conversation()["waiting_since"] is None


def test_r48_undoing_mark_unread_keeps_what_was_read_since(desk: Desk, ann: Services) -> None:
    hear(desk, "hi")
    id_ = desk.conversation()["id"]

    def read() -> None:
        at = desk.conversation()["last_inbound"]
        ann.change(c.MarkRead(**ann.stamp(), conversation_id=id_, position=at))

    read()
    done = ann.change(c.MarkUnread(**ann.stamp(), targets=c.Targets.one(id_)))
    hear(desk, "again")
    read()
    ann.undo(done.command_id)
    with desk.workspace.read() as tx:
        markers = my_states.read_positions(tx, desk.ann, [id_])
    assert markers[id_] == desk.conversation()["last_inbound"]


def test_r61_a_program_that_is_entered_late_finds_its_answers_page_by_page(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(recognise, "_PAGE", 2)
    monkeypatch.setattr(recognise, "_PAGES", 1)
    for n in range(4):
        desk.provider.sent_elsewhere(f"sale {n}", peer=f"+1202555014{n}")
        desk.provider.receive("yes", peer=f"+1202555014{n}")
        desk.cycle(60)
    assert {row["source_kind"] for row in desk.conversations()} == {"direct"}
    sale = program(desk, pattern="sale*")
    desk.settle(60)
    assert {row["source_program_id"] for row in desk.conversations()} == {sale}
    assert {row["program_id"] for row in desk.messages()} == {sale}
    assert all(row["waiting_since"] for row in desk.conversations())
    desk.assert_rebuilt()


def test_r61_what_was_recognised_stays_so_when_its_binding_ends(desk: Desk, ann: Services) -> None:
    sale = program(desk, sender_id=desk.sender_id)
    hear(desk, "hi")
    (binding,) = desk.rows(tables.program_bindings)
    ann.change(c.EndBinding(**ann.stamp(), binding_id=binding["id"]))
    program(desk, pattern="other*")
    desk.settle(60)
    assert answers(desk) == ("campaign", sale)
