"""`sms-desk sync` killed in the middle of a send, and two of them at once (R32, GS1-GS4)."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from sms_desk.providers.sandbox import Fault, FaultKind, SandboxClock, SandboxServer
from sms_desk.providers.sandbox.starter import LINE
from tests.e2e.cli_calls import PASSPHRASE, Terminal, descriptor
from tests.fixtures.sandbox import CUSTOMER, sandbox_server
from tests.fixtures.waiting import wait_until


@dataclass
class Programs:
    """Starts `sms-desk` as programs of their own, on one home."""

    home: Path
    token: str

    def start(self, *words: str) -> subprocess.Popen[bytes]:
        with ExitStack() as stack:
            fds = [stack.enter_context(descriptor(text)) for text in (PASSPHRASE, self.token)]
            options = ("--json", "--passphrase-fd", str(fds[0]), "--secret-fd", str(fds[1]))
            return subprocess.Popen(
                [sys.executable, "-m", "sms_desk", *words, *options],
                env={**os.environ, "SMS_DESK_HOME": str(self.home)},
                stdout=subprocess.PIPE,
                stderr=subprocess.PIPE,
                pass_fds=fds,
            )

    def run(self, *words: str) -> tuple[int, Any]:
        with self.start(*words) as process:
            out, err = process.communicate(timeout=180)
        assert out, err
        return process.returncode, json.loads(out)


@pytest.fixture
def server(tmp_path: Path) -> Iterator[SandboxServer]:
    with sandbox_server(tmp_path, clock=SandboxClock()) as running:
        yield running


@pytest.fixture
def terminal(tmp_path: Path, server: SandboxServer, capsys: pytest.CaptureFixture[str]) -> Terminal:
    made = Terminal(tmp_path / "home", capsys, server)
    made.connect()
    made.sync()
    return made


@pytest.fixture
def programs(terminal: Terminal, server: SandboxServer) -> Programs:
    return Programs(terminal.home, server.account.auth_token)


@pytest.mark.parametrize("arrives", [True, False])
def test_gs1_a_sync_killed_while_it_sends_sends_nothing_twice(
    terminal: Terminal,
    server: SandboxServer,
    programs: Programs,
    arrives: bool,
    caplog: pytest.LogCaptureFixture,
) -> None:
    kind = FaultKind.HANG_AFTER if arrives else FaultKind.HANG_BEFORE
    server.sandbox.order(Fault(kind, on="messages.create", seconds=300))
    sent = terminal.json("send", "--to", CUSTOMER, "--from", LINE, "Once only")

    def state() -> str:
        return str(terminal.json("outbox", "show", sent["id"])["state"])

    with programs.start("sync", "--once") as process:
        wait_until(lambda: state() == "sending", "the POST")
        wait_until(lambda: ledger_has(server) == int(arrives), "the provider")
        process.send_signal(signal.SIGKILL)
    server.sandbox.clear_faults()

    def synced() -> str:
        terminal.sync()
        return state()

    assert synced() in ("in_doubt", "accepted")
    if arrives:
        wait_until(lambda: synced() == "accepted", "the look-up")
    assert state() == ("accepted" if arrives else "in_doubt")
    assert [entry.request.body for entry in server.sandbox.ledger.entries] == [
        "Once only"
    ] * arrives
    assert [record.msg for record in caplog.records if record.name == "uvicorn.error"] == []


def ledger_has(server: SandboxServer) -> int:
    return len(server.sandbox.ledger.entries)


def test_two_syncs_and_many_commands_at_once_lose_and_double_nothing(
    terminal: Terminal, server: SandboxServer, programs: Programs
) -> None:
    """R32, R55: one is the connector, the other says so."""
    for n in range(30):
        server.sandbox.receive(f"+120255501{n % 5 + 70}", LINE, f"Question {n}")
    terminal.json("send", "--to", CUSTOMER, "--from", LINE, "Hello")
    words = [("sync", "--once"), ("sync", "--once"), ("sync", "--once")]
    with ThreadPoolExecutor(3) as pool:
        done = list(pool.map(lambda call: programs.run(*call), words))
    assert [code for code, _ in done] == [0, 0, 0], done
    terminal.sync()
    rows = terminal.json("inbox", "--state", "any")["rows"]
    assert sum(row["unread"] for row in rows) == 30
    assert [entry.request.body for entry in server.sandbox.ledger.entries] == ["Hello"]
