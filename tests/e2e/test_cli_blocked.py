"""A number that carriers block, on the command line against the sandbox (R11, R17)."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from sms_desk.providers.sandbox import SandboxClock, SandboxServer
from sms_desk.providers.sandbox.starter import LINE, SECOND_LINE
from tests.e2e.cli_calls import Terminal
from tests.fixtures.sandbox import CUSTOMER, sandbox_server

FILTERED = tuple(f"+1202555018{n}" for n in range(3))


@pytest.fixture
def server(tmp_path: Path) -> Iterator[SandboxServer]:
    with sandbox_server(tmp_path, clock=SandboxClock()) as running:
        yield running


@pytest.fixture
def terminal(
    tmp_path: Path,
    server: SandboxServer,
    capsys: pytest.CaptureFixture[str],
) -> Terminal:
    return Terminal(tmp_path / "home", capsys, server)


def test_filtered_then_held_then_answered_from_the_fallback(
    terminal: Terminal, server: SandboxServer
) -> None:
    """The figures block the number, a reply is held, a supervisor switches, and it goes out."""
    for number in (*FILTERED, CUSTOMER):
        server.sandbox.receive(number, LINE, "Is my coat ready?")
    for number in FILTERED:
        server.sandbox.world.unreachable[number] = 30007
    terminal.connect()
    terminal.json("sync", "--once", "--backfill", "30", secret=True)
    terminal.json("setting", "set", "health_least_messages", "3")
    talks = {row["peer"]: row["id"] for row in terminal.json("inbox")["rows"]}
    mine = talks.pop("+1 202-555-0171")
    for id_ in talks.values():
        terminal.json("reply", id_, "Yes, it is.", "--wait", "20", secret=True)
    server.sandbox.advance(60)
    terminal.sync()
    terminal.sync()  # what became of them is known by now
    (figures,) = terminal.json("senders", "health", LINE)["rows"]
    assert (figures["health"], figures["filtered"], figures["by"]) == ("blocked", 3, "")
    assert figures["reason"].startswith("carriers filtered 100 % of 3 messages")

    before = len(server.sandbox.ledger.entries)
    held = terminal.json("reply", mine, "Yours is, too.", "--wait", "20", code=3, secret=True)
    assert (held["state"], held["error"]["rule"]) == ("held", "health")
    found = terminal.json("senders", "advise", code=3)["rows"]
    (finding,) = [row for row in found if row["code"] == "no_fallback"]
    assert finding["severity"] == "problem"
    terminal.json("senders", "edit", LINE, "--fallback", SECOND_LINE)
    counted = terminal.json("senders", "switch", LINE, "--dry-run")
    assert (counted["conversations"], counted["held"], counted["problem"]) == (4, 1, "")
    assert len(server.sandbox.ledger.entries) == before

    terminal.json("senders", "switch", LINE)
    terminal.sync()
    (entry,) = server.sandbox.ledger.entries[before:]
    went = entry.request
    assert (went.sender, went.to, went.body) == (SECOND_LINE, CUSTOMER, "Yours is, too.")
    items = terminal.json("thread", mine)["items"]
    (led,) = [item for item in items if item["event"] == "continued"]
    new = led["event_detail"]["opens"]
    assert list(led["event_detail"]["names"].values()) == ["Second line"]
    (sent,) = [item for item in terminal.json("thread", new)["items"] if item["body"]]
    assert sent["outbox_id"] != held["id"], "queued anew, where it is checked again"
