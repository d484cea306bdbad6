"""R42, R36: WhatsApp on the command line: a closed window, approved templates, the board of windows."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest
import requests

from sms_desk.providers.sandbox import SandboxClock, SandboxServer
from sms_desk.providers.sandbox.starter import WHATSAPP_LINE
from tests.e2e.cli_calls import Terminal
from tests.fixtures.sandbox import sandbox_server

CUSTOMER = "whatsapp:+447700900171"
STRANGER = "+447700900172"


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


def judge(server: SandboxServer, name: str, **words: str) -> None:
    url = f"{server.base_url}/_sandbox/templates/{name}"
    assert requests.post(url, json=words, timeout=10).status_code == 200


def test_R42_a_closed_window_is_opened_by_the_contact_alone(
    terminal: Terminal, server: SandboxServer
) -> None:
    sandbox = server.sandbox
    yesterday = sandbox.now() - timedelta(hours=25)
    sandbox.receive(CUSTOMER, WHATSAPP_LINE, "Is my coat ready?", created=yesterday)
    terminal.connect()
    terminal.json("sync", "--once", "--backfill", "30", secret=True)
    (row,) = terminal.json("inbox")["rows"]
    id_ = row["id"]
    assert terminal.json("windows")["rows"] == []

    listed = terminal.json("template", "list", "--whatsapp")
    assert [(each["name"], each["status"]) for each in listed["rows"]] == [
        ("appointment", "approved"),
        ("spring_sale", "pending"),
        ("stock_alert", "paused"),
        ("welcome_back", "rejected"),
    ]
    assert "TAG_CONTENT_MISMATCH" in listed["rows"][-1]["why_not"]
    assert listed["lists"][0]["problem"] == ""
    assert "appointment" in terminal.text("template", "list", "--whatsapp")

    held = terminal.json("reply", id_, "Yes!", "--wait", "20", secret=True, code=3)
    assert (held["state"], held["reason"]) == ("held", "window")
    terminal.json("outbox", "drop", held["id"])
    missing = terminal.json("reply", id_, "--template", "appointment", "--var", "1=Zoë", code=2)
    assert "{{2}}" in missing["error"]["title"]
    no = terminal.json("reply", id_, "--template", "welcome_back", "--var", "1=Zoë", code=3)
    assert no["error"]["rule"] == "window"
    terminal.json("reply", id_, "--template", "nothing", code=4)
    terminal.json("reply", id_, "Both", "--template", "appointment", code=2)

    words = ("--template", "appointment", "--var", "1=Zoë", "--var", "2={{1}} at 9")
    assert terminal.json("reply", id_, "--explain", *words)["findings"] == []
    (closed,) = terminal.json("reply", id_, "--explain", "Free text")["findings"]
    assert closed["rule"] == "window"
    sent = terminal.json("reply", id_, *words, "--wait", "20", secret=True)
    assert (sent["state"], sent["body"]) == ("accepted", "Hello Zoë, see you {{1}} at 9.")
    entry = sandbox.ledger.entries[-1]
    assert (entry.request.body, entry.request.content_sid) == (
        "",
        listed["rows"][0]["content_sid"],
    )
    sandbox.advance(60)
    terminal.sync()
    items = terminal.json("thread", id_)["items"]
    assert (items[-1]["status"], items[-1]["body"]) == ("read", "Hello Zoë, see you {{1}} at 9.")
    assert terminal.json("windows")["rows"] == []  # what we send opens nothing

    judge(server, "appointment", approval="paused")
    refreshed = terminal.json("template", "refresh", secret=True)
    assert refreshed["rows"][0]["status"] == "paused"
    no = terminal.json("reply", id_, *words, code=3)
    assert "paused" in no["error"]["title"]

    sandbox.receive(CUSTOMER, WHATSAPP_LINE, "I am outside")
    terminal.sync()
    (window,) = terminal.json("windows", "--within", "24")["rows"]
    assert (window["id"], window["gap"]) == (id_, "nobody")  # nobody holds the number
    assert len(terminal.json("windows", "--unattended")["rows"]) == 1
    terminal.json("assign", id_, "--to", "me")
    assert terminal.json("windows", "--unattended")["rows"] == []
    (window,) = terminal.json("windows", "--mine")["rows"]
    assert (window["gap"], window["snippet"]) == (None, "I am outside")
    free = terminal.json("reply", id_, "Coming!", "--wait", "20", secret=True)
    assert free["state"] == "accepted"

    judge(server, "appointment", approval="approved")
    terminal.json("template", "refresh", secret=True)
    first = terminal.json(
        "send", "--to", STRANGER, "--channel", "whatsapp", *words, "--wait", "20", secret=True
    )
    assert first["state"] == "accepted"
    assert len(terminal.json("inbox")["rows"]) == 2
