"""All of a view changes hands: what customers answer later, and what an undo leaves (R22, R30, R50)."""

from __future__ import annotations

import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from sms_desk.providers.sandbox import SandboxClock, SandboxServer
from sms_desk.providers.sandbox.starter import LINE
from tests.e2e.cli_calls import Terminal
from tests.fixtures.sandbox import sandbox_server
from tests.fixtures.waiting import wait_until

MANY = 112
PAGE = 50


@pytest.fixture
def server(tmp_path: Path) -> Iterator[SandboxServer]:
    with sandbox_server(tmp_path, clock=SandboxClock()) as running:
        yield running


def peer(n: int) -> str:
    """One of the numbers that are kept free for fiction."""
    return f"+447700900{n:03d}"


def owned(terminal: Terminal, person: str) -> int:
    count = terminal.json("inbox", "--state", "any", "--owner", person, "--count")["count"]
    return int(count)


def test_r30_a_view_changes_hands_and_all_but_what_was_moved_since_comes_back(
    tmp_path: Path, server: SandboxServer, capsys: pytest.CaptureFixture[str]
) -> None:
    terminal = Terminal(tmp_path / "home", capsys, server)
    terminal.connect()
    for name in ("Ben", "Cara"):
        terminal.json("people", "add", name, "--role", "rep")
    for n in range(MANY):
        server.sandbox.receive(peer(n), LINE, f"Is coat {n} ready?")
    terminal.sync()
    terminal.json("assign", "--matching", "--text", "coat", "--to", "Ben")
    terminal.json("view", "save", "Coats of Ben", "--owner", "Ben", "--state", "any")

    # More than a page: what the list has loaded is not what is meant.
    page = terminal.json("inbox", "--view", "Coats of Ben", "--limit", str(PAGE))
    assert len(page["rows"]) == PAGE
    words = ("reassign", "--matching", "--view", "Coats of Ben", "--to", "Cara")
    seen = terminal.json(*words, "--dry-run")
    assert (seen["count"], owned(terminal, "Ben")) == (MANY, MANY)
    done = terminal.json(*words)
    assert done["count"] == MANY
    assert (owned(terminal, "Ben"), owned(terminal, "Cara")) == (0, MANY)

    _later_replies_reach_the_new_owner(terminal, server)

    moved = [row["id"] for row in _rows(terminal, "Cara")[:3]]
    terminal.json("assign", *moved, "--to", "me")
    undone = terminal.json("undo", done["command_id"])
    assert undone["count"] == MANY - 3
    assert sorted(undone["kept"]) == sorted(moved)
    assert f"3 of {MANY} were assigned again since, by " in undone["label"]
    assert (owned(terminal, "Ben"), owned(terminal, "Cara")) == (MANY - 3, 0)
    assert owned(terminal, "me") == 3
    again = terminal.json("undo", done["command_id"], code=3)
    assert again["error"]["rule"] == "undone"


def _rows(terminal: Terminal, person: str) -> list[dict[str, Any]]:
    rows: list[dict[str, Any]] = terminal.json("inbox", "--state", "any", "--owner", person)["rows"]
    return rows


def _later_replies_reach_the_new_owner(terminal: Terminal, server: SandboxServer) -> None:
    # A provider's times are whole seconds: of two messages in one, either may stand first.
    second = int(time.time())
    wait_until(lambda: int(time.time()) > second, "the next second")
    server.sandbox.receive(peer(7), LINE, "And my hat?")
    terminal.sync()
    mine = terminal.json("--as", "Cara", "inbox", "--scope", "mine")["rows"]
    assert mine[0]["snippet"] == "And my hat?"
    told = terminal.json("--as", "Cara", "notice", "list")["rows"]
    assert {"assigned", "message"} <= {row["kind"] for row in told}
    old = terminal.json("--as", "Ben", "notice", "list")["rows"]
    assert not [row for row in old if row["conversation_id"] == mine[0]["id"]]
