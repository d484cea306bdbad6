"""Trying out what recognises a program's messages, and giving back what a binding did (R61)."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest
import sqlalchemy as sa

from sms_desk.domain import commands as c
from sms_desk.domain.errors import RefusedError
from sms_desk.domain.model import BindingKind, ProgramKind, Purpose, Role, SourceReason
from sms_desk.services import programs, recognition
from sms_desk.services.desk import Desk as Services
from sms_desk.store import senders, tables
from sms_desk.store.ids import new_id
from tests.fixtures.desk import Desk, desk_at


@pytest.fixture
def desk(tmp_path: Path) -> Iterator[Desk]:
    with desk_at(tmp_path / "w.db") as made:
        with made.workspace.write() as tx:
            tx.execute(sa.update(tables.people).values(role=Role.ADMIN))
        yield made


@pytest.fixture
def ann(desk: Desk) -> Services:
    return Services(desk.workspace, desk.ann, clock=lambda: desk.hand.at)


def made(ann: Services, name: str = "Sale", **values: Any) -> UUID:
    id_ = new_id()
    ann.change(
        c.SaveProgram(**ann.stamp(), program_id=id_, kind=ProgramKind.CAMPAIGN, name=name, **values)
    )
    return id_


def bind(ann: Services, program_id: UUID, **target: Any) -> UUID:
    kinds = {"sender_id": BindingKind.SENDER, "pattern": BindingKind.PATTERN}
    (name,) = target
    done = ann.change(
        c.BindProgram(
            **ann.stamp(), binding_id=new_id(), program_id=program_id, kind=kinds[name], **target
        )
    )
    return done.command_id


def test_r61_a_text_tells_whose_it_would_be_and_why(desk: Desk, ann: Services) -> None:
    sale, alerts = made(ann), made(ann, "Alerts")
    bind(ann, sale, pattern="sale *")
    bind(ann, alerts, sender_id=desk.sender_id)
    by_text = ann.read(recognition.try_text, "Sale today")
    assert (by_text.program_id, by_text.reason) == (sale, SourceReason.PATTERN)
    by_sender = ann.read(recognition.try_text, "Sale today", sender_id=desk.sender_id)
    assert (by_sender.program_id, by_sender.reason) == (alerts, SourceReason.DEDICATED)
    assert by_sender.patterns == ("Sale",)
    assert ann.read(recognition.try_text, "hello").program_id is None


def test_r61_a_pattern_that_is_only_typed_is_tried_after_the_bound_ones(
    desk: Desk, ann: Services
) -> None:
    sale, autumn = made(ann), made(ann, "Autumn")
    bind(ann, sale, pattern="sale *")
    tried = ann.read(recognition.try_text, "Sale today", program_id=autumn, pattern="*today")
    assert (tried.fits, tried.program_name, tried.patterns) == (True, "Sale", ("Sale", "Autumn"))
    tried = ann.read(recognition.try_text, "until today", program_id=autumn, pattern="*today")
    assert (tried.fits, tried.program_name) == (True, "Autumn")


def test_r61_a_preview_says_what_the_binding_then_does(desk: Desk, ann: Services) -> None:
    for n in range(4):
        desk.provider.sent_elsewhere(f"Sale {n}", peer=f"+1202555014{n % 2}")
    desk.provider.sent_elsewhere("hello")
    desk.cycle()
    sale = made(ann)
    preview = ann.read(recognition.preview_binding, sale, BindingKind.PATTERN, pattern="sale *")
    assert (preview.messages, preview.conversations, preview.complete) == (4, 2, True)
    bind(ann, sale, pattern="sale *")
    desk.settle(60)
    assert sum(row["program_id"] == sale for row in desk.messages()) == preview.messages
    assert ann.read(recognition.looking_again) is None


def test_r61_a_binding_that_is_undone_gives_back_what_it_recognised(
    desk: Desk, ann: Services
) -> None:
    desk.provider.sent_elsewhere("Sale today")
    desk.hand.tick(5)
    desk.provider.receive("yes please")
    desk.cycle()
    sale = made(ann)
    command = bind(ann, sale, pattern="sale *")
    desk.settle(60)
    assert [row["program_id"] for row in desk.messages()] == [sale, sale]
    assert desk.conversation()["source_program_id"] == sale
    ann.undo(command)
    desk.settle(60)
    assert [row["program_id"] for row in desk.messages()] == [None, None]
    assert desk.messages()[0]["origin"] == "elsewhere"
    conversation = desk.conversation()
    assert (conversation["source_program_id"], conversation["source_kind"]) == (None, "direct")
    desk.assert_rebuilt()


def test_r61_what_another_binding_recognises_too_stays_when_one_is_undone(
    desk: Desk, ann: Services
) -> None:
    desk.provider.sent_elsewhere("Sale today")
    desk.cycle()
    sale = made(ann)
    bind(ann, sale, pattern="sale *")
    command = bind(ann, sale, pattern="*today")
    desk.settle(60)
    ann.undo(command)
    desk.settle(60)
    assert desk.messages()[0]["program_id"] == sale


def test_r61_one_pattern_names_one_program_at_a_time(desk: Desk, ann: Services) -> None:
    """Two programs may share a pattern while their dates never meet; nothing is bound twice."""
    noon = desk.hand.at
    sale, alerts = made(ann, ends_at=noon), made(ann, "Alerts")
    bind(ann, sale, pattern="Sale *")
    with pytest.raises(RefusedError, match="Sale is recognised by this pattern already"):
        bind(ann, sale, pattern="sale  *")
    with pytest.raises(RefusedError, match="This pattern is dedicated to Sale"):
        bind(ann, alerts, pattern="SALE *")
    again = made(ann, "Again", starts_at=noon)
    bind(ann, again, pattern="sale *")
    with pytest.raises(RefusedError, match="dedicated to Again"):
        ann.change(
            c.SaveProgram(
                **ann.stamp(), program_id=sale, kind=ProgramKind.CAMPAIGN, name="Sale", ends_at=None
            )
        )
    ann.change(c.RetireProgram(**ann.stamp(), program_id=sale))
    bind(ann, alerts, sender_id=desk.sender_id)
    with pytest.raises(RefusedError, match="Alerts is recognised by this sender ID already"):
        bind(ann, alerts, sender_id=desk.sender_id)


def test_r61_a_binding_that_ends_keeps_what_it_recognised(desk: Desk, ann: Services) -> None:
    desk.provider.sent_elsewhere("Sale today")
    desk.cycle()
    sale = made(ann)
    bind(ann, sale, pattern="sale *")
    desk.settle(60)
    (binding,) = ann.read(programs.one, sale).bindings
    ended = ann.change(c.EndBinding(**ann.stamp(), binding_id=binding.id))
    desk.settle(60)
    assert desk.messages()[0]["program_id"] == sale
    ann.undo(ended.command_id)
    assert ann.read(programs.one, sale).bindings == (binding,)


def test_r11_a_dedicated_sender_id_serves_what_its_program_is_for(
    desk: Desk, ann: Services
) -> None:
    sale = made(ann)
    command = bind(ann, sale, sender_id=desk.sender_id)
    with desk.workspace.read() as tx:
        assert senders.get(tx, desk.sender_id)["purpose"] == Purpose.CAMPAIGN
    (sender,) = ann.read(programs.one, sale).senders
    assert (sender.id, sender.purpose) == (desk.sender_id, Purpose.CAMPAIGN)
    ann.undo(command)
    with desk.workspace.read() as tx:
        assert senders.get(tx, desk.sender_id)["purpose"] == Purpose.DIRECT


def test_r3_saving_a_program_is_undone_to_what_was_said_before(ann: Services) -> None:
    sale = made(ann, reply_instruction="Text JOIN", auto_reply="", takes_replies=True)
    before = ann.read(programs.one, sale)
    done = ann.change(
        c.SaveProgram(
            **ann.stamp(),
            program_id=sale,
            kind=before.kind,
            name="Other",
            attribution_days=9,
            takes_replies=False,
            auto_reply="No.",
        )
    )
    assert ann.read(programs.one, sale).auto_reply == "No."
    ann.undo(done.command_id)
    assert ann.read(programs.one, sale) == before
