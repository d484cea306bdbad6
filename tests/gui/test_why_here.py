"""R20: "Why is this here?" in the window: one sentence, what it rests on below."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest
from pytestqt.qtbot import QtBot

from sms_desk.store import message_routes
from sms_desk.ui.window.why import WhyPopover
from tests.gui.session import Shop, open_shop
from tests.store.office import Office


@pytest.fixture
def talk(office: Office) -> UUID:
    """Ben's, who holds the sender ID alone."""
    id_ = office.conversation(office.own, "+12025550171", office.ben)
    position = office.message(id_, "Good morning")
    keep(office, position, id_, {"rule": "owned", "outcome": "owner", "owner": str(office.ben)})
    return id_


@pytest.fixture
def shop(qtbot: QtBot, office: Office, talk: UUID, tmp_path: Path) -> Iterator[Shop]:
    with open_shop(qtbot, tmp_path, office) as made:
        yield made


def keep(office: Office, position: int, conversation: UUID, trail: dict[str, Any]) -> None:
    with office.workspace.write() as tx:
        message_routes.keep(tx, [(position, conversation, trail)])


def popover(shop: Shop) -> WhyPopover:
    shop.until(lambda: bool(shop.window.findChildren(WhyPopover)))
    (found,) = shop.window.findChildren(WhyPopover)
    return found


def test_r20_a_message_says_why_it_came_and_what_it_answers(shop: Shop, talk: UUID) -> None:
    shop.open(talk)
    view = shop.wiring.page.column.thread_view
    (item,) = (one for one in view.loaded().items if one.body == "Good morning")
    view.why_requested.emit(item.id)
    words = popover(shop).words()
    assert words[0] == "It came to you as the conversation’s owner."
    assert "Rule: the conversation has an owner" in words
    assert words[-1] == "Nothing points at a campaign or service, so it is direct."


def test_r20_the_command_says_why_the_conversation_is_here(shop: Shop, talk: UUID) -> None:
    shop.wiring.reading.explain_place()
    assert not shop.window.findChildren(WhyPopover)
    shop.open(talk)
    shop.wiring.reading.explain_place()
    words = popover(shop).words()
    assert words[0] == "It came to you as the conversation’s owner."
    assert any(line.startswith("Sender ID: ") for line in words)
