"""Messages written for later, against the sandbox: once, checked again, killed in the middle (R33, R36)."""

from __future__ import annotations

import signal
import time
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from sms_desk.providers.sandbox import Fault, FaultKind, SandboxClock, SandboxServer
from sms_desk.providers.sandbox.starter import LINE
from sms_desk.settings import clock
from tests.e2e.cli_calls import Terminal, program
from tests.e2e.test_cli_killed import Programs
from tests.fixtures.demo import TUESDAY
from tests.fixtures.sandbox import CUSTOMER, sandbox_server
from tests.fixtures.waiting import wait_until

NINE = datetime(2026, 11, 18, 14, tzinfo=UTC)  # there, tomorrow
TEXT = "We open at nine."


class Hand:
    """A clock that the test moves."""

    def __init__(self) -> None:
        self.at = TUESDAY

    def __call__(self) -> datetime:
        return self.at


@pytest.fixture
def hand() -> Hand:
    return Hand()


@pytest.fixture
def server(tmp_path: Path, hand: Hand) -> Iterator[SandboxServer]:
    with sandbox_server(tmp_path, clock=SandboxClock(hand)) as running:
        yield running


@pytest.fixture
def terminal(
    tmp_path: Path,
    server: SandboxServer,
    hand: Hand,
    capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
) -> Terminal:
    """In this process, where desk and sandbox have one clock."""
    monkeypatch.setattr(clock, "wall", hand)
    made = Terminal(tmp_path / "home", capsys, server)
    made.connect()
    made.sync()
    server.sandbox.receive(CUSTOMER, LINE, "Is it open tomorrow?")
    made.sync()
    return made


@pytest.fixture
def talk(terminal: Terminal) -> str:
    (row,) = terminal.json("inbox", "--scope", "all")["rows"]
    return str(row["id"])


def sent(server: SandboxServer) -> list[str]:
    """What the ledger of everything handed over shows."""
    return [entry.request.body for entry in server.sandbox.ledger.entries]


def outbox(terminal: Terminal) -> list[dict[str, Any]]:
    rows: list[dict[str, Any]] = terminal.json("outbox", "list", "--all")["rows"]
    return rows


def test_r36_it_goes_at_nine_there_and_once(
    terminal: Terminal, server: SandboxServer, hand: Hand, talk: str
) -> None:
    row = terminal.json("reply", talk, "--at", "tomorrow 9:00", TEXT)
    assert (row["due_at"], row["zone"], row["theirs"], row["state"]) == (
        "2026-11-18T14:00:00Z",
        "America/New_York",
        True,
        "waiting",
    )
    hand.at = NINE - timedelta(minutes=1)
    terminal.sync()
    assert sent(server) == []
    items = terminal.json("thread", talk)["items"]
    assert [(item["kind"], item["at"]) for item in items][-1] == ("scheduled", row["due_at"])
    hand.at = NINE
    for _ in range(3):
        terminal.sync()
    assert sent(server) == [TEXT]
    assert terminal.json("scheduled", "show", row["id"])["state"] == "released"
    assert [each["state"] for each in outbox(terminal)] == ["accepted"]


def test_r33_the_contact_wrote_meanwhile_and_a_person_says_go(
    terminal: Terminal, server: SandboxServer, hand: Hand, talk: str
) -> None:
    terminal.json("reply", talk, "--at", "tomorrow 9:00", TEXT)
    hand.at = NINE - timedelta(hours=1)
    server.sandbox.receive(CUSTOMER, LINE, "Never mind!")
    terminal.sync()
    hand.at = NINE
    terminal.sync()
    assert sent(server) == []
    (held,) = outbox(terminal)
    assert (held["state"], held["reason"]) == ("held", "unseen")
    assert held["reason_text"]
    terminal.json("outbox", "confirm", held["id"])
    terminal.sync()
    assert sent(server) == [TEXT]


def test_r36_cancelled_nothing_goes_and_edited_the_new_text_goes(
    terminal: Terminal, server: SandboxServer, hand: Hand, talk: str
) -> None:
    first = terminal.json("reply", talk, "--at", "tomorrow 9:00", TEXT)
    second = terminal.json("reply", talk, "--at", "tomorrow 9:00", "And at ten.")
    terminal.json("scheduled", "cancel", first["id"])
    terminal.json("scheduled", "edit", second["id"], "--at", "tomorrow 9:30", "At half past.")
    hand.at = NINE
    terminal.sync()
    assert sent(server) == []
    hand.at = NINE + timedelta(minutes=30)
    terminal.sync()
    assert sent(server) == ["At half past."]
    refused = terminal.json("scheduled", "edit", second["id"], "Too late", code=3)
    assert refused["error"]["rule"] == "scheduled"


def test_r33_the_desk_was_closed_when_it_was_due(
    terminal: Terminal, server: SandboxServer, hand: Hand, talk: str
) -> None:
    terminal.json("reply", talk, "--at", "tomorrow 9:00", TEXT)
    hand.at = NINE + timedelta(hours=5)
    terminal.sync()
    assert sent(server) == []
    (held,) = outbox(terminal)
    assert (held["state"], held["reason"]) == ("held", "expired")
    terminal.json("outbox", "confirm", held["id"])
    terminal.sync()
    terminal.sync()
    assert sent(server) == [TEXT]


def test_r36_to_a_new_number_and_what_cannot_be_meant(
    terminal: Terminal, server: SandboxServer, hand: Hand
) -> None:
    before = len(terminal.json("inbox", "--scope", "all")["rows"])
    words = ("send", "--to", "+12125550142", "--from", LINE)
    said = terminal.json(*words, "--at", "whenever", "Hi", code=2)["error"]
    assert "not a time" in said["title"]
    assert terminal.json(*words, "--at", "2 h", "--wait", "5", "Hi", code=2)["error"]["next_step"]
    assert len(terminal.json("inbox", "--scope", "all", "--state", "any")["rows"]) == before
    row = terminal.json(*words, "--at", "thu 10:00", "Hi")
    assert row["due_at"] == "2026-11-19T15:00:00Z"
    assert "10:00 in New York" in terminal.text("scheduled", "list")
    unknown = terminal.json("send", "--to", "+18005550142", "--from", LINE, "--at", "2 h", "Hi")
    assert not unknown["theirs"]
    assert "time zone is not known" in terminal.said[-1]
    assert sent(server) == []


@pytest.mark.parametrize("arrives", [True, False])
def test_gs1_killed_between_its_release_and_its_sending_it_goes_once_at_most(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], arrives: bool
) -> None:
    """By the real clock, in programs of their own."""
    with sandbox_server(tmp_path, clock=SandboxClock()) as server:
        terminal = Terminal(tmp_path / "home", capsys, server)
        terminal.connect()
        terminal.sync()
        server.sandbox.receive(CUSTOMER, LINE, "Is it open?")
        terminal.sync()
        (row,) = terminal.json("inbox", "--scope", "all")["rows"]
        due = datetime.now(UTC) + timedelta(seconds=3)
        planned = terminal.json("reply", row["id"], "--at", due.isoformat(), TEXT)
        time.sleep(max(0.0, (due - datetime.now(UTC)).total_seconds()))
        kind = FaultKind.HANG_AFTER if arrives else FaultKind.HANG_BEFORE
        server.sandbox.order(Fault(kind, on="messages.create", seconds=300))
        programs = Programs(terminal.home, server.account.auth_token)
        with programs.start("sync", "--once") as process:
            wait_until(lambda: "sending" in [each["state"] for each in outbox(terminal)], "POST")
            wait_until(lambda: len(sent(server)) == int(arrives), "the provider")
            process.send_signal(signal.SIGKILL)
        server.sandbox.clear_faults()
        assert terminal.json("scheduled", "show", planned["id"])["state"] == "released"
        for _ in range(3):
            terminal.sync()
        assert sent(server) == [TEXT] * arrives
        assert [each["state"] for each in outbox(terminal)] == [
            "accepted" if arrives else "in_doubt"
        ]


def test_r36_the_clock_of_a_demo_is_moved_and_its_ledger_shows_it_once(
    demo_home: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """SMS_DESK_CLOCK, as a person would try it (design §11); what is due goes out by a program of
    its own, and nothing more by the next call."""
    here = Terminal(demo_home, capsys)

    def call(*words: str) -> Any:
        done = here.call("--demo", *words, "--json")
        assert done.code == 0, done
        return done.json

    def handed_over() -> int:
        (ledger,) = demo_home.rglob("sandbox.ledger")
        return ledger.read_text().count("We open at nine, once.")

    monkeypatch.setenv(clock.VARIABLE, TUESDAY.isoformat())
    rows = call("inbox", "--scope", "mine", "--channel", "sms", "--waiting")["rows"]
    talk = next(row for row in rows if row["peer"].startswith("+1 202"))["id"]
    planned = call("reply", talk, "--at", "tomorrow 9:00", "We open at nine, once.")
    assert planned["due_at"] == "2026-11-18T14:00:00Z"
    monkeypatch.setenv(clock.VARIABLE, (NINE + timedelta(minutes=1)).isoformat())
    call("scheduled", "edit", planned["id"], "--at", "2 m")
    monkeypatch.setenv(clock.VARIABLE, (NINE + timedelta(minutes=4)).isoformat())
    done = program("--demo", "sync", "--once", "--json", home=demo_home)
    assert done.returncode == 0, done.stderr
    call("sync", "--once")
    assert call("scheduled", "show", planned["id"])["state"] == "released"
    assert handed_over() == 1
