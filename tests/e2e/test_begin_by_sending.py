"""`send` to a number to which nobody has written yet: all of it happens, or nothing (R33, R62)."""

from __future__ import annotations

from typing import Any

import pytest

from sms_desk.providers.sandbox import SandboxServer
from sms_desk.providers.sandbox.starter import LINE
from tests.e2e.cli_calls import Terminal
from tests.e2e.test_scheduled import Hand, hand, sent, server, terminal

__all__ = ["hand", "server", "terminal"]

NEW = "+12025550188"


def conversations(terminal: Terminal) -> list[dict[str, Any]]:
    rows: list[dict[str, Any]] = terminal.json("inbox", "--scope", "all", "--state", "any")["rows"]
    return rows


@pytest.mark.parametrize("later", [(), ("--at", "tomorrow 9:00")])
def test_a_refused_text_begins_no_conversation(terminal: Terminal, later: tuple[str, ...]) -> None:
    before = conversations(terminal)
    terminal.json("send", "--to", NEW, "--from", LINE, *later, "   ", code=2)
    assert conversations(terminal) == before


def test_explain_runs_the_checks_for_a_new_number_and_writes_nothing(
    terminal: Terminal, server: SandboxServer, hand: Hand
) -> None:
    """R33: nine in the evening by the contact's clock is told before anything is written."""
    before = conversations(terminal)
    terminal.json("setting", "set", "quiet_hours_us", "on")
    hand.at = hand.at.replace(day=18, hour=3)  # 22:00 in Washington
    told = terminal.json("send", "--to", NEW, "--explain", "Good night")
    assert [found["rule"] for found in told["findings"] if found["holds"]] == ["quiet_hours"]
    assert told["conversation_id"] is None
    assert told["senders"][0]["proposed"]
    assert conversations(terminal) == before
    assert not sent(server)


def test_a_conversation_that_is_there_is_used_again(terminal: Terminal) -> None:
    first = terminal.json("send", "--to", NEW, "--from", LINE, "--name", "Rosa", "One")
    second = terminal.json("send", "--to", NEW, "--from", LINE, "--name", "Lilo", "Two")
    assert first["conversation_id"] == second["conversation_id"]
    told = terminal.json("send", "--to", NEW, "--from", LINE, "--explain", "Three")
    assert told["conversation_id"] == first["conversation_id"]
    names = [row["contact_name"] for row in conversations(terminal)]
    assert "Rosa" in names
    assert "Lilo" not in names
