"""The auto-responder against the sandbox, killed in the middle: once a person and day (R18, R51)."""

from __future__ import annotations

import signal
from collections.abc import Iterator
from pathlib import Path

import pytest

from sms_desk.providers.sandbox import Fault, FaultKind, SandboxClock, SandboxServer
from sms_desk.providers.sandbox.starter import LINE
from tests.e2e.cli_calls import Terminal
from tests.e2e.test_cli_killed import Programs
from tests.fixtures.sandbox import CUSTOMER, sandbox_server
from tests.fixtures.waiting import wait_until

TEXT = "Nobody reads this number. Call +1 202 555 0100."


@pytest.fixture
def server(tmp_path: Path) -> Iterator[SandboxServer]:
    with sandbox_server(tmp_path, clock=SandboxClock()) as running:
        yield running


@pytest.fixture
def terminal(tmp_path: Path, server: SandboxServer, capsys: pytest.CaptureFixture[str]) -> Terminal:
    made = Terminal(tmp_path / "home", capsys, server)
    made.connect()
    made.sync()
    made.json("program", "add", "service", "Alerts", "--no-replies", "--auto-reply", TEXT)
    made.json("program", "bind", "Alerts", "--sender", LINE)
    return made


def told(server: SandboxServer) -> int:
    """How often the ledger of what was handed over shows the text."""
    return sum(entry.request.body == TEXT for entry in server.sandbox.ledger.entries)


def test_r18_who_writes_is_told_once_and_still_waits(
    terminal: Terminal, server: SandboxServer
) -> None:
    for n in range(3):
        server.sandbox.receive(CUSTOMER, LINE, f"when? {n}")
        terminal.sync()
    assert told(server) == 1
    (row,) = terminal.json("inbox", "--scope", "all", "--waiting")["rows"]
    items = terminal.json("thread", row["id"])["items"]
    assert [item["origin"] for item in items if item["body"] == TEXT] == ["automatic"]
    assert terminal.json("program", "stats", "Alerts")["senders"][0]["auto_replies"] == 1


@pytest.mark.parametrize("arrives", [True, False])
def test_r18_killed_while_it_tells_it_tells_nobody_twice(
    terminal: Terminal, server: SandboxServer, arrives: bool, caplog: pytest.LogCaptureFixture
) -> None:
    programs = Programs(terminal.home, server.account.auth_token)
    kind = FaultKind.HANG_AFTER if arrives else FaultKind.HANG_BEFORE
    server.sandbox.receive(CUSTOMER, LINE, "when?")
    server.sandbox.order(Fault(kind, on="messages.create", seconds=300))

    def state() -> str:
        rows = terminal.json("outbox", "list", "--all")["rows"]
        return str(rows[0]["state"]) if rows else ""

    with programs.start("sync", "--once") as process:
        wait_until(lambda: state() == "sending", "the POST")
        wait_until(lambda: told(server) == int(arrives), "the provider")
        process.send_signal(signal.SIGKILL)
    server.sandbox.clear_faults()
    server.sandbox.receive(CUSTOMER, LINE, "hello?")
    for _ in range(3):
        terminal.sync()
    assert told(server) == int(arrives)
    assert state() == ("accepted" if arrives else "in_doubt")
    assert [record.msg for record in caplog.records if record.name == "uvicorn.error"] == []
