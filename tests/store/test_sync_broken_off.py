"""What a cycle did before the provider was lost is told like all else: the window re-reads only what
it is told of (design §2, R6, R63)."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from sms_desk.domain.changes import Changes, Thing
from sms_desk.domain.errors import ProviderUnreachable
from sms_desk.domain.model import DeliveryStatus, OutboxState
from sms_desk.providers.base import Page
from tests.fixtures.desk import Desk, desk_at

EMPTY = Page([])
OTHER = "+12025550143"


@pytest.fixture
def desk(tmp_path: Path) -> Iterator[Desk]:
    with desk_at(tmp_path / "w.db") as made:
        made.provider.receive("hello")
        made.cycle()
        made.hand.tick(30)
        yield made


def lost(*_: Any, **__: Any) -> Any:
    raise ProviderUnreachable("Cut off.")


def is_told(changes: Changes, conversation: object) -> bool:
    return conversation in changes.touched.get(Thing.CONVERSATION, frozenset())


def test_r63_a_message_that_was_sent_before_the_line_broke_is_told_and_so_is_the_one_that_waits(
    desk: Desk,
) -> None:
    first, second = desk.conversation()["id"], desk.start(OTHER)
    replies = [desk.reply("one", first), desk.reply("two", second)]
    desk.provider.send_plan = ["accept", "not_sent"]

    changes = desk.cycle()

    assert [desk.state(id_) for id_ in replies] == [OutboxState.ACCEPTED, OutboxState.QUEUED]
    assert desk.line()["condition"] == "offline"
    assert is_told(changes, first)
    assert is_told(changes, second)
    assert changes.touched[Thing.OUTBOX] == frozenset(replies)


def test_r6_a_page_that_was_stored_before_the_next_one_was_lost_is_told(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    desk.provider.page_size = 2
    for n in range(4):
        desk.provider.receive(f"{n}")
    monkeypatch.setattr(desk.provider, "next_page", lost)

    changes = desk.cycle(10)

    assert desk.conversation()["version"] == 3
    assert is_told(changes, desk.conversation()["id"])
    assert len(changes.touched[Thing.MESSAGE]) == 2


def test_r57_a_status_that_was_heard_before_the_line_broke_is_told(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    replies = desk.reply("one"), desk.reply("two")
    desk.cycle()
    desk.cycle()
    assert [desk.state(id_) for id_ in replies] == [OutboxState.ACCEPTED] * 2
    first = desk.provider.held()[1]
    desk.provider.set_status(first.sid, DeliveryStatus.DELIVERED)
    fetch, asked = desk.provider.fetch_message, []

    def once(sid: str) -> Any:
        asked.append(sid)
        return lost() if len(asked) > 1 else fetch(sid)

    monkeypatch.setattr(desk.provider, "fetch_message", once)
    monkeypatch.setattr(desk.provider, "list_messages", lambda **_: EMPTY)
    changes = desk.cycle(15)

    assert asked[0] == first.sid
    assert len(asked) == 2
    assert is_told(changes, desk.conversation()["id"])
