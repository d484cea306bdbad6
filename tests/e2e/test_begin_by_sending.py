"""`send` to a number to which nobody has written yet: all of it happens, or nothing (R33, R62)."""

from __future__ import annotations

from pathlib import Path
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


def test_what_was_refused_says_what_to_do(terminal: Terminal) -> None:
    """R35, GS9."""
    words = ("send", "--from", LINE, "--wait", "20")
    refused = terminal.json(*words, "--to", "+15005550003", "Hello", code=6, secret=True)
    assert refused["error"]["next_step"] == refused["next_step"]
    assert refused["next_step"].startswith("Ask an admin to allow the country")
    told = terminal.text("outbox", "show", refused["id"])
    reason = f"{refused['reason_text']} {refused['next_step']}"
    assert reason in told
    done = terminal.call(*words, "--to", "+15005550003", "Hello again", secret=True)
    assert reason not in done.out
    assert refused["next_step"] in done.err, "once, with the error"


def test_a_held_message_is_shown_with_its_whole_reason(terminal: Terminal, hand: Hand) -> None:
    """R33; and who comes behind it in the conversation is told so."""
    terminal.json("setting", "set", "quiet_hours_us", "on")
    hand.at = hand.at.replace(day=18, hour=3)  # 22:00 in Washington
    words = ("send", "--from", LINE, "--to", NEW, "--wait", "1")
    held = terminal.json(*words, "Hello", code=3, secret=True)
    assert held["reason_text"] in terminal.text("outbox", "show", held["id"])
    behind = terminal.json(*words, "And this", code=6, secret=True)["error"]
    assert behind["next_step"] == "The message before it goes first: see sms-desk outbox list."


def test_a_conversation_that_is_there_is_used_again(terminal: Terminal) -> None:
    first = terminal.json("send", "--to", NEW, "--from", LINE, "--name", "Rosa", "One")
    second = terminal.json("send", "--to", NEW, "--from", LINE, "--name", "Lilo", "Two")
    assert first["conversation_id"] == second["conversation_id"]
    told = terminal.json("send", "--to", NEW, "--from", LINE, "--explain", "Three")
    assert told["conversation_id"] == first["conversation_id"]
    names = [row["contact_name"] for row in conversations(terminal)]
    assert "Rosa" in names
    assert "Lilo" not in names


def test_a_sender_id_without_an_account_is_given_one(tmp_path: Path, terminal: Terminal) -> None:
    """One that was typed before the account was there, where the key may not list it."""
    early = Terminal(tmp_path / "early", terminal.capsys, terminal.server)
    added = early.json("senders", "add", "+12025550109")["id"]
    assert early.json("senders", "show", added)["row"]["account_label"] == ""
    early.connect()
    again = early.json("senders", "add", "+12025550109")
    assert again["id"] == added
    assert early.json("senders", "show", added)["row"]["account_label"] == "Shop"
