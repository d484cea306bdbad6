"""Whole stories on the command line, with an encrypted workspace and a sandbox that answers."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from sms_desk.providers.sandbox import Fault, FaultKind, SandboxClock, SandboxServer
from sms_desk.providers.sandbox.starter import LINE, SECOND_LINE
from tests.e2e.cli_calls import FORMS, PASSPHRASE, TEAMS, Terminal
from tests.fixtures.sandbox import CUSTOMER, sandbox_server

OTHER = "+12025550172"
HOSTILE = "a\x1b[31mb\x1b]0;c\x07d\u202ee\u2066f\x9b1m\x7fg\rh\x00i"
RAW = [chr(n) for n in (*range(0x20), *range(0x7F, 0xA0)) if chr(n) != "\n"] + list(
    "\u200e\u200f\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069"
)


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


def test_a_customer_is_answered(terminal: Terminal, server: SandboxServer) -> None:
    """Connect, back-fill, find, answer, delivered, close, undo, and the customer comes back."""
    server.sandbox.receive(CUSTOMER, LINE, "Is my coat ready?")
    account = terminal.connect()
    assert account["base_url"] == server.base_url
    assert "was not kept" in terminal.said[-1]
    synced = terminal.json("sync", "--once", "--backfill", "30", secret=True)
    assert not synced["elsewhere"]
    assert synced["lines"][0]["condition"] == "online"

    (row,) = terminal.json("inbox", "--waiting", "--order", "waiting")["rows"]
    assert (row["unread"], row["snippet"]) == (1, "Is my coat ready?")
    id_ = row["id"]
    assert terminal.json("reply", id_[-8:], "--explain", "Yes 😀")["encoding"] == "UCS-2"
    sent = terminal.json("reply", id_, "-", "--wait", "20", secret=True, stdin=b"Yes, it is.\n")
    assert (sent["state"], sent["body"]) == ("accepted", "Yes, it is.")
    assert sent["provider_sid"] == server.sandbox.ledger.entries[-1].sid

    server.sandbox.advance(60)
    terminal.sync()
    items = terminal.json("thread", id_)["items"]
    assert [item["status"] for item in items if item["kind"] == "message"] == [
        "received",
        "delivered",
    ]
    assert terminal.json("inbox", "--waiting")["rows"] == []
    found = terminal.json("thread", id_, "--search", "coat")["items"]
    assert [item["body"] for item in found] == ["Is my coat ready?"]

    closed = terminal.json("close", id_)
    assert (closed["count"], closed["undoable"]) == (1, True)
    assert terminal.json("inbox", "--count")["count"] == 0
    terminal.json("undo")
    assert terminal.json("inbox", "--count")["count"] == 1
    terminal.json("close", id_)
    server.sandbox.receive(CUSTOMER, LINE, "Thank you! And the hat?")
    terminal.sync()
    (row,) = terminal.json("inbox")["rows"]
    assert (row["id"], row["team_state"]) == (id_, "open")


def test_a_contact_who_said_stop_is_not_written_to(
    terminal: Terminal, server: SandboxServer
) -> None:
    server.sandbox.receive(CUSTOMER, LINE, "STOP")
    terminal.connect()
    terminal.json("sync", "--once", "--backfill", "30", secret=True)
    (row,) = terminal.json("inbox", "--state", "any")["rows"]
    before = len(server.sandbox.ledger.entries)
    held = terminal.json("reply", row["id"], "Hello?", "--wait", "20", code=3, secret=True)
    assert (held["error"]["rule"], held["state"]) == ("opt_out", "held")
    assert len(server.sandbox.ledger.entries) == before
    assert terminal.json("outbox", "confirm", held["id"], code=3)["error"]["rule"] == (
        "not_confirmable"
    )
    assert terminal.json("outbox", "list")["rows"][0]["id"] == held["id"]
    terminal.json("outbox", "drop", held["id"][:13], code=0)
    assert terminal.json("outbox", "show", held["id"])["state"] == "withdrawn"
    assert terminal.json("outbox", "list")["rows"] == []
    told = terminal.call("reply", row["id"], "Hello?")
    (kept,) = terminal.json("outbox", "list")["rows"]
    assert told.code == 3
    assert kept["id"][-8:] in told.out, "what is held is shown as it is kept"


def test_a_message_in_doubt_is_decided_by_a_person(
    terminal: Terminal, server: SandboxServer
) -> None:
    """R32: accepted with the answer lost, and not to be found: checked, sent again, or dropped."""
    terminal.connect()
    terminal.sync()

    def doubtful(text: str) -> str:
        server.sandbox.order(Fault(FaultKind.ERROR_AFTER, on="messages.create"))
        server.sandbox.order(Fault(FaultKind.LIST_LAG, times=None, seconds=600))
        words = ("send", "--to", CUSTOMER, "--from", LINE, text, "--wait", "1")
        lost = terminal.json(*words, code=6, secret=True)
        assert lost["state"] == "in_doubt"
        return str(lost["id"])

    first = doubtful("Found later")
    server.sandbox.clear_faults()
    seen = terminal.json("outbox", "check", first, "--wait", "20", secret=True)
    assert (seen["state"], seen["attempts"]) == ("accepted", 1)

    second = doubtful("Sent again")
    server.sandbox.clear_faults()
    server.sandbox.order(Fault(FaultKind.LIST_LAG, times=None, seconds=600))
    again = terminal.json("outbox", "resend", second, "--wait", "20", secret=True)
    assert (again["state"], again["attempts"]) == ("accepted", 2)

    third = doubtful("Given up")
    terminal.json("outbox", "drop", third)
    assert terminal.json("outbox", "show", third)["state"] == "withdrawn"
    bodies = [entry.request.body for entry in server.sandbox.ledger.entries]
    assert bodies == ["Found later", "Sent again", "Sent again", "Given up"]


_SERVICE = ("--kind", "service_implicit")


def test_every_command_answers_in_its_form(terminal: Terminal, server: SandboxServer) -> None:
    """Each one once; `Terminal.json` compares every answer with docs/cli.md."""
    call = terminal.json
    server.sandbox.receive(CUSTOMER, LINE, "Yes please, the SPRING one")
    server.sandbox.receive(OTHER, SECOND_LINE, "Hello")
    terminal.connect()
    call("account", "list")
    call("account", "test", "Shop", secret=True)
    assert call("account", "unplaced", "Shop") == {"rows": []}
    call("account", "secret", "Shop", secret=True)
    call("sync", "--once", "--backfill", "30", secret=True)
    call("line")
    one, two = (row["id"] for row in call("inbox", "--limit", "2")["rows"])
    page = call("inbox", "--limit", "1")
    assert call("inbox", "--limit", "1", "--after", page["next"])["rows"][0]["id"] == two

    ann = call("people", "add", "Ann", "--role", "rep", "--zone", "Europe/Berlin")["id"]
    call("people", "edit", "Ann", "--zone", "UTC")
    call("people", "list")
    call("people", "show", "Ann")
    call("people", "capacity", "Ann", "40")
    call("people", "suspend", "Ann")
    call("people", "resume", "Ann")
    call("people", "hindrance", "Ann")
    call("people", "remove", "Ann", "--dry-run")
    call("people", "remove", "Ann")
    call("people", "restore", "Ann")
    call("team", "add", "West")
    call("team", "member", "West", "Ann")
    assert [one["name"] for one in call("team", "list")["rows"][0]["members"]] == ["Ann"]
    call("team", "rename", "West", "Far west")
    call("team", "rename", "Far west", "West")
    call("team", "leave", "West", "Ann")
    call("team", "member", "West", "Ann")
    call("team", "retire", "West")
    call("team", "retire", "West", "--undo")

    assert call("assign", one, two, "--to", "Ann")["count"] == 2
    assert call("assign", "--matching", "--owner", "Ann", "--to", "nobody", "--dry-run") == {
        "count": 2
    }
    call("assign", "--matching", "--owner", "Ann", "--to", "me")
    call("snooze", one, "--until", "tomorrow 9:00")
    assert call("inbox", "--state", "snoozed", "--count")["count"] == 1
    call("reopen", one)
    call("close", two)
    call("tag", one, "--add", "coats", "--add", "vip")
    call("tag", one, "--remove", "vip")
    assert call("inbox", "--tag", "coats", "--not-tag", "vip", "--count")["count"] == 1
    call("note", one, "Ask @Ann", "--mention", "Ann")
    call("read", one)
    call("unread", one)
    call("pin", one)
    call("mute", one, "--off")
    call("undo")

    program = call("program", "add", "campaign", "Spring", "--days", "10")["id"]
    binding = call("program", "bind", "Spring", "--pattern", "spring*")["id"]
    call("program", "unbind", binding)
    call("program", "bind", "Spring", "--service", "Offers")
    call("program", "list")
    assert call("program", "bind", "Spring", "--pattern", "spr*", "--dry-run")["complete"]
    assert call("program", "test", "spring is here")["program_id"] is None
    call("program", "edit", "Spring", "--no-replies", "--auto-reply", "Nobody reads this.")
    assert call("program", "show", "Spring")["auto_reply"] == "Nobody reads this."
    assert call("program", "edit", "Spring", "--name", " ", code=2)["error"]["code"] == "usage"
    assert call("program", "stats", "Spring", "--period", "all")["senders"] == []
    call("program", "replies", "Spring")
    call("rebind", one, "--program", "Spring")
    call("release", one, code=3)
    assert call("inbox", "--program", "Spring", "--count")["count"] == 1
    call("takeover", one)
    call("program", "retire", program)

    by_whatsapp = "whatsapp:+12025550109"
    other = call("senders", "add", by_whatsapp, "--kind", "long_code", code=2)["error"]
    assert other["next_step"] == "Type +12025550109 --kind whatsapp."
    for typed, kind in ((by_whatsapp, "whatsapp"), ("FERNHILL", "alphanumeric")):
        read = call("senders", "add", typed)["id"]
        assert call("senders", "show", read)["row"]["kind"] == kind, "read from its form"
    step = call("send", "--to", by_whatsapp, "--explain", "Hi", code=2)["error"]["next_step"]
    assert step == "Type +12025550109 --channel whatsapp."
    added = call("senders", "add", "+12025550109", "--label", "By hand")["id"]
    assert call("senders", "show", added)["row"]["account_label"] == "Shop", "the only one"
    there = call("senders", "add", "+12025550109", "--account", "Shop", code=2)["error"]
    assert "senders edit" in there["next_step"]
    call("senders", "label", added, "By Ann", "--direction", "both")
    call("senders", "hold", "By Ann", "--by", "West", "--reason", "a loan")
    assert call("senders", "list")["rows"][-3]["id"] or True
    call("senders", "holding", "By Ann", "--by", "West", "--rule", "last_sender")
    assert call("senders", "holders", "By Ann")["rows"][0]["rule"] == "last_sender"
    call("senders", "release", "By Ann", "--by", "team:West")
    call("senders", "hold", "By Ann", "--by", "person:Ann")
    call("senders", "release", "By Ann", "--by", "person:Ann")
    assert call("senders", "hold", "By Ann", "--by", "team:East", code=4)["error"]["next_step"]
    assert call("senders", "holders", "By Ann", "--history")["rows"][0]["running"] is False
    call("senders", "edit", "By Ann", "--country", "us", "--us-brand-state", "pending")
    assert call("senders", "show", "By Ann")["row"]["registration"]["us"]["brand_state"] == (
        "pending"
    )
    call("senders", "check", "By Ann")
    everything = terminal.home / "senders.csv"
    rows = call("senders", "export", str(everything))["rows"]
    assert call("senders", "import", str(everything))["unchanged"] == rows > 4
    assert call("senders", "provider-import", secret=True)["changed_by"] is None
    told = call("send", "--to", "+12025550177", "--explain", "Hi")
    assert told["senders"][0]["proposed"]
    call("senders", "retire", "By Ann")
    call("senders", "restore", "By Ann")
    call("senders", "services")

    call("contact", "rename", one, "Rosa Weiß")
    call("contact", "owner", "Rosa Weiß", "--to", "Ann")
    assert call("contact", "show", "Rosa Weiß")["owner_id"] == ann
    assert call("search", "spring")["hits"][0]["conversation_id"] == one
    assert call("search", "Rosa")["contacts"][0]["name"] == "Rosa Weiß"

    call("view", "save", "Coats", "--tag", "coats")
    call("view", "share", "Coats", "--with", "West")
    assert call("inbox", "--view", "coats", "--count")["count"] == 1
    assert call("view", "list")["rows"][0]["shared"]
    call("view", "delete", "Coats")
    call("template", "save", "Ready", "Hi {first_name}, it is ready.", "--keyword", "ready")
    assert call("template", "preview", "/ready", "--set", "first_name=Ann")["parts"] == 1
    assert call("template", "preview", "/ready", code=2)["error"]["code"] == "usage"
    call("template", "list")
    call("template", "retire", "Ready")

    text, entity = "Your code is {#numeric#}. -Acme", "1101234560000012345"
    call("dlt", "add", "Code", text, "--id", "1107161234", "--entity", entity, *_SERVICE)
    departs = call("dlt", "check", "Your code is 4x. -Acme")
    assert (departs["fits"], departs["character"], departs["found"]) == (False, 15, "x")
    registered = terminal.home / "dlt.csv"
    heading = "template_id,name,kind,body\n"
    registered.write_text(heading + "1107165678,Sale,p,Sale!\n1107169,Bad,x,Hi\n", "utf-8")
    wrong = call("dlt", "import", str(registered), "--entity", entity, code=2)
    assert "Line 3" in wrong["error"]["next_step"]
    registered.write_text(heading + "1107165678,Sale,p,Sale!\n", "utf-8")
    assert call("dlt", "import", str(registered), "--entity", entity)["count"] == 1
    assert [row["name"] for row in call("dlt", "list")["rows"]] == ["Code", "Sale"]
    call("dlt", "retire", "Sale")

    server.sandbox.receive(OTHER, SECOND_LINE, "please leave me alone")
    terminal.sync()
    (asked,) = call("opt-outs", "requests")["rows"]
    call("opt-outs", "decide", asked["id"], "--opt-out")
    assert call("opt-outs", "list")["rows"][0]["learnt_from"] == "person"
    call("undo")

    call("setting", "list")
    assert call("setting", "set", "theme", "dark")["value"] == "dark"
    assert call("setting", "set", "nudge_days", "5")["value"] == 5
    assert call("setting", "get", "nudge_days")["default"] == 3
    call("setting", "set", "working_hours", "mon-fri 9-18; sat 10:00-14:00")
    assert call("setting", "get", "working_hours")["value"] == (
        "mon-fri 9:00-18:00; sat 10:00-14:00"
    )
    call("setting", "set", "working_hours", "")
    call("setting", "workspace-name", "Mill Street")
    call("key", "show", "--yes", code=2)  # it opens with a passphrase
    call("key", "restore", code=2)

    sent = call("send", "--to", "+12025550173", "--from", LINE, "--name", "Tim", "Hello Tim")
    assert sent["state"] == "queued"
    call("outbox", "list", "--all")
    call("outbox", "show", sent["id"])
    call("outbox", "check", sent["id"], code=3)
    call("outbox", "resend", sent["id"], code=3)
    call("outbox", "confirm", sent["id"], code=3)
    call("outbox", "drop", sent["id"])

    later = call("reply", one, "--at", "tomorrow 9:00", "We open at nine")
    assert [row["id"] for row in call("scheduled", "list")["rows"]] == [later["id"]]
    call("scheduled", "edit", later["id"], "--at", "tomorrow 10:00", "We open at ten")
    assert call("scheduled", "show", later["id"])["body"] == "We open at ten"
    call("scheduled", "now", later["id"])
    call("scheduled", "cancel", later["id"])
    call("template", "refresh", secret=True)
    call("windows")
    call("senders", "set-health", LINE, "blocked", "--reason", "The carrier called")
    assert call("senders", "health", LINE)["rows"][0]["health"] == "blocked"
    assert call("senders", "health-history", LINE)["rows"][0]["after"] == "blocked"
    assert call("senders", "switch", LINE, "--dry-run")["problem"]
    found = call("senders", "advise", code=3)["rows"]
    assert "no_fallback" in {row["code"] for row in found}
    call("senders", "set-health", LINE, "auto")
    _routes(call, call("thread", one), LINE)
    call("reply", one, "--explain", "Yes")
    call("doctor", code=5)  # the account's secret is kept nowhere
    call("doctor", secret=True)
    assert call("--as", "Ann", "inbox", "--count")["count"] == 0  # R31: nothing is hers
    assert call("--as", "Ann", "people", "add", "Bob", code=3)["error"]["rule"] == "role"
    _an_absence(call, one)
    _notices(call, terminal.home)
    _audit(call, terminal.home)
    assert call("reassign", one, "--to", "Ann", "--dry-run")["count"] <= 1
    call("account", "remove", "Shop")
    call("demo", "--remove")
    elsewhere = {"sandbox", "segments", "tour", *TEAMS}
    assert set(FORMS) - terminal.called == elsewhere


def _routes(call: Callable[..., Any], thread: dict[str, Any], line: str) -> None:
    """R20: why a conversation, and a message of it, are where they are."""
    id_ = thread["conversation"]["row"]["id"]
    assert call("route", "explain", id_)["conversation_id"] == id_
    message = next(item["id"] for item in thread["items"] if item["direction"] == "inbound")
    assert call("route", "explain", message)["message_id"] == message
    call("--as", "Ann", "route", "explain", id_, code=4)
    tried = call("route", "try", "--sender", line, "--rule", "named", "--to", "Ann", "--days", "7")
    assert tried["words"]
    assert tried["differ"] <= tried["messages"]
    assert call("route", "try", "--sender", line, "--by", "Ann")["messages"] == tried["messages"]
    call("route", "try", "--sender", line, "--rule", "named", code=2)
    call("--as", "Ann", "route", "try", "--sender", line, code=3)


def _notices(call: Callable[..., Any], folder: Path) -> None:
    """R20-R22: who was told; templates; what needs a server or a keyring says so."""
    call("notice", "list")
    call("notice", "again", "0" * 8, code=4)
    call("notice", "mute", LINE)
    call("notice", "mute", LINE, "--off")
    call("notice", "test", "ann@fernhill.example", code=5)
    call("notice", "password", "--forget")
    text = folder / "letter.txt"
    text.write_text("Hello {{ person }}", "utf-8")
    call("notice-template", "save", "short", "--subject", "News", "--text", str(text))
    assert call("notice-template", "list")["rows"]
    call("notice-template", "preview", "short")
    call("notice-template", "retire", "short")


def _audit(call: Callable[..., Any], folder: Path) -> None:
    """What the story did so far is told entry by entry, kept in a file, and in one chain (R31)."""
    newest = call("audit", "list", "--limit", "1")["rows"][0]
    assert call("audit", "show", str(newest["n"]))["n"] == newest["n"]
    kept = call("audit", "export", str(folder / "audit.csv"))
    assert kept["entries"] == call("audit", "verify")["entries"]


def _an_absence(call: Callable[..., Any], conversation: str) -> None:
    """R23-R29 by hand: planned, checked, extended, ended, told of; covered and kept."""
    call("people", "add", "Cleo", "--zone", "America/New_York")
    call("assign", conversation, "--to", "Ann")
    words = ("Ann", "--from", "today", "--until", "3 days", "--to", "Cleo")
    checked = call("absence", "check", *words)
    assert not checked["refused"]
    assert call("absence", "plan", *words, "--dry-run") == checked
    planned = call("absence", "plan", *words, "--confirm")
    assert call("absence", "show", "Ann")["id"] == planned["id"]
    (row,) = call("absence", "list")["rows"]
    assert (row["person_name"], row["state"]) == ("Ann", "running")
    ring = call("absence", "plan", "Cleo", "--until", "2 days", "--to", "Ann", code=3)
    assert ring["error"]["rule"] == "cycle"
    (covered,) = call("--as", "Cleo", "absence", "covering")["rows"]
    assert (covered["person_name"], covered["count"]) == ("Ann", 1)
    assert call("--as", "Cleo", "absence", "take", conversation)["count"] == 1
    call("--as", "Cleo", "undo")
    call("absence", "extend", "Ann", "--until", "2 weeks", "--confirm")
    assert call("absence", "end", "Ann", "--dry-run")["count"] == 1
    call("absence", "end", planned["id"][-8:])
    brief = call("absence", "brief", "Ann")
    assert conversation in [row["conversation_id"] for row in brief["rows"]]
    assert call("--as", "Cleo", "absence", "covering")["rows"] == []
    call("absence", "start", "Ann")
    call("people", "suspend", "Cleo")  # nobody is left who could answer for me
    assert call("absence", "start", "me", "--dry-run")["needs_confirmation"]
    assert call("absence", "start", "me", code=3)["error"]["rule"] == "gaps"
    call("absence", "start", "me", "--confirm")


def test_hostile_text_reaches_no_terminal(terminal: Terminal, server: SandboxServer) -> None:
    server.sandbox.receive(CUSTOMER, LINE, HOSTILE)
    terminal.connect()
    terminal.json("sync", "--once", "--backfill", "30", secret=True)
    (row,) = terminal.json("inbox")["rows"]
    id_ = row["id"]
    terminal.json("contact", "rename", id_, HOSTILE)
    terminal.json("tag", id_, "--add", HOSTILE)
    terminal.json("note", id_, HOSTILE)
    terminal.json("view", "save", HOSTILE, "--text", HOSTILE)
    terminal.json("template", "save", HOSTILE, HOSTILE)
    terminal.json("program", "add", "service", HOSTILE)
    terminal.json("people", "add", HOSTILE)
    for words in (
        *(("inbox",), ("thread", id_), ("search", "a"), ("contact", "show", id_)),
        *(("view", "list"), ("template", "list"), ("program", "list"), ("people", "list")),
        *(("template", "preview", HOSTILE), ("reply", id_, "--explain", HOSTILE)),
    ):
        said = terminal.text(*words)
        assert not [char for char in RAW if char in said], (words, said)
    missing = terminal.text("inbox", "--tag", HOSTILE + "x", code=4)
    assert not [char for char in RAW if char in missing], missing
    bodies = [item["body"] for item in terminal.json("thread", id_)["items"]]
    assert bodies.count(HOSTILE) == 2  # the message and the note, as they came


def test_no_secret_is_said_or_written(
    terminal: Terminal, server: SandboxServer, tmp_path: Path
) -> None:
    """R46, GP3: not in any output, log or file, the encrypted ones included."""
    server.sandbox.receive(CUSTOMER, LINE, "a canary in the coal mine")
    terminal.connect()
    terminal.json("sync", "--once", "--backfill", "30", "--log-level", "debug", secret=True)
    terminal.text("doctor", "--log-level", "debug", code=5)
    terminal.json("account", "test", "Shop", secret=True)
    said = "".join(terminal.said)
    files = [path for path in (tmp_path / "home").rglob("*") if path.is_file()]
    kept = b"".join(path.read_bytes() for path in files)
    assert files
    for canary in (PASSPHRASE, server.account.auth_token):
        assert canary not in said
        assert canary.encode() not in kept
    assert b"canary in the coal mine" not in kept


def test_errors_name_what_to_do_and_have_their_codes(terminal: Terminal) -> None:
    call = terminal.json
    call("people", "list")
    assert call("inbox", "--scope", "everywhere", code=2)["error"]["code"] == "usage"
    assert call("close", code=2)["error"]["code"] == "usage"
    assert call("close", "--waiting", "x" * 8, code=2)["error"]["code"] == "usage"
    assert call("thread", "abc", code=2)["error"]["code"] == "usage"
    assert call("thread", "abcdef12", code=4)["error"]["code"] == "not_found"
    nobody = "00000000-0000-7000-8000-000000000000"
    assert call("thread", nobody, code=4)["error"]["code"] == "not_found"
    assert call("undo", code=3)["error"]["rule"] == "nothing"
    assert call("sync", "--once", code=3)["error"]["rule"] == "no_account"
    assert call("sync", "--once", code=3, secret=True)["error"]["rule"] == "no_account"
    assert call("send", "--to", "12", "Hello", code=2)["error"]["code"] == "usage"
    assert call("send", "--to", CUSTOMER, "Hello", code=3)["error"]["rule"] == "sender"
    note = call("note", nobody, "-", stdin=b"\xff\xfe", code=2)
    assert "UTF-8" in note["error"]["title"]
    wrong = ("account", "add", "twilio", "--sid", "AC" + "0" * 32)
    refused = call(*wrong, "--base-url", "http://example.com", code=2, secret=True)
    assert refused["error"]["code"] == "usage"
    unreachable = call(*wrong, "--base-url", "http://127.0.0.1:9", code=6, secret=True)
    assert unreachable["error"]["code"] == "provider_unreachable"


def test_an_id_that_could_be_several_is_asked_about(
    terminal: Terminal, server: SandboxServer
) -> None:
    server.sandbox.receive(CUSTOMER, LINE, "one")
    server.sandbox.receive(OTHER, LINE, "two")
    terminal.connect()
    terminal.json("sync", "--once", "--backfill", "30", secret=True)
    ids = [row["id"] for row in terminal.json("inbox")["rows"]]
    both = terminal.json("thread", ids[0][:6], code=2)  # made within the same hours
    assert all(id_ in both["error"]["title"] for id_ in ids)
    for id_ in ids:
        assert terminal.json("thread", id_[-12:])["conversation"]["row"]["id"] == id_


def test_the_doctor_makes_no_workspace_where_one_was_lost(terminal: Terminal) -> None:
    terminal.json("inbox")
    (file,) = terminal.home.rglob("workspace.db")
    file.write_bytes(b"")
    found = terminal.json("doctor", code=5)
    assert (found["error"]["code"], found["checks"][-1]["status"]) == ("storage", "fail")
    assert file.stat().st_size == 0


@pytest.mark.parametrize("left", ["", None])
def test_a_workspace_that_was_lost_is_not_begun_anew(terminal: Terminal, left: str | None) -> None:
    """An empty inbox would look as if all were well. left: what stands in the file's place."""
    terminal.json("people", "add", "Ann", "--role", "rep", "--zone", "UTC")
    (file,) = terminal.home.rglob("workspace.db")
    kept = file.rename(file.with_name("kept.db"))
    if left is not None:
        file.write_text(left)
    refused = terminal.json("inbox", code=5)["error"]
    assert "missing or empty" in refused["title"]
    assert not (file.exists() and file.stat().st_size)
    kept.replace(file)
    assert "Ann" in {row["name"] for row in terminal.json("people", "list")["rows"]}


def test_a_first_start_that_was_cut_off_goes_on(terminal: Terminal) -> None:
    """Its key was kept, and then no file was made, or none to the end."""
    terminal.json("inbox")
    (identity,) = terminal.home.rglob("workspace.json")
    identity.write_text(json.dumps(json.loads(identity.read_text()) | {"begun": False}))
    identity.with_name("workspace.db").unlink()
    assert terminal.json("inbox")["rows"] == []
    assert json.loads(identity.read_text())["begun"] is True


def test_the_doctor_tells_a_provider_that_is_away_from_a_credential_that_is_wrong(
    terminal: Terminal, server: SandboxServer
) -> None:
    terminal.connect()
    server.sandbox.order(Fault(FaultKind.RESET_BEFORE, times=None))
    away = terminal.json("doctor", code=6, secret=True)
    assert [check["status"] for check in away["checks"]][-1] == "fail"
    assert away["error"]["code"] == "provider_unreachable"
    findings = terminal.call("doctor", secret=True).out
    assert "fail  account" in findings
    synced = terminal.json("sync", "--once", code=6, secret=True)
    assert synced["lines"][0]["condition"] == "offline"
    server.sandbox.clear_faults()
    terminal.secret = "wrong"
    assert terminal.json("doctor", code=6, secret=True)["error"]["code"] == "credential"
    told = terminal.call("doctor", secret=True)
    assert {line.split()[0] for line in told.out.splitlines()[1:]} == {"ok", "warn", "fail"}
    assert "does not accept this credential" in told.err
    refused = terminal.json("sync", "--once", code=6, secret=True)
    assert refused["lines"][0]["condition"] == "credential"


def test_sync_once_waits_where_the_provider_asks_to(
    terminal: Terminal, server: SandboxServer
) -> None:
    """Until all has been fetched, or an error: never done with nothing said."""
    server.sandbox.receive(CUSTOMER, LINE, "Is my coat ready?")
    terminal.connect()
    server.sandbox.order(Fault(FaultKind.RATE_LIMIT, "messages.list", retry_after="600"))
    slow = terminal.json("sync", "--once", code=6, secret=True)
    assert slow["error"]["code"] == "rate_limited"
    assert slow["lines"][0]["condition"] == "online"
    server.sandbox.order(Fault(FaultKind.RATE_LIMIT, "messages.list", retry_after="1"))
    terminal.json("sync", "--once", "--backfill", "30", secret=True)
    assert len(terminal.json("inbox")["rows"]) == 1


def test_json_is_one_line_of_ascii(terminal: Terminal) -> None:
    terminal.json("people", "add", "Zoë \x7f \u2028")
    done = terminal.call("people", "list", "--json")
    assert done.out.isascii()
    assert "\x7f" not in done.out
    assert json.loads(done.out)
