"""Absence and cover as people live through them, from outside: by calls of the command line, with the
desk closed in between, on a clock that the test moves (R23-R31, R48, R49)."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from sms_desk.providers.sandbox import SandboxClock, SandboxServer
from sms_desk.providers.sandbox.starter import LINE, SECOND_LINE
from sms_desk.settings import clock
from sms_desk.settings.files import DEMO_PROFILE, MachineState, Profile
from sms_desk.ui import theme
from sms_desk.ui.cover import BriefScreen
from sms_desk.ui.opening import Frame, Launch, open_workspace
from sms_desk.ui.program import Program
from sms_desk.ui.window.main_window import MainWindow
from tests.e2e.cli_calls import Terminal
from tests.e2e.test_first_run import LONG_MS, end
from tests.fixtures.demo import TUESDAY
from tests.fixtures.sandbox import sandbox_server

MINUTE = timedelta(minutes=1)
THURSDAY = datetime(2026, 10, 22, 12, tzinfo=UTC)
STARTS = datetime(2026, 10, 22, 22, tzinfo=UTC)  # Friday 0:00 in Berlin, in summer
ENDS = datetime(2026, 10, 26, 23, tzinfo=UTC)  # Tuesday 0:00 there: the clocks went back on Sunday
ROSA, TIM, UMA, VERA, WIM, XENIA = (f"+1202555017{n}" for n in range(1, 7))
YUKI, ZOE = "+12025550177", "+12025550178"


class Hand:
    """A clock that the test moves."""

    def __init__(self) -> None:
        self.at = THURSDAY

    def __call__(self) -> datetime:
        return self.at


@dataclass
class Shop:
    """A workspace, its provider, and the time."""

    terminal: Terminal
    server: SandboxServer
    hand: Hand

    def at(self, when: datetime) -> None:
        self.hand.at = when

    def writes(self, customer: str, ours: str, body: str) -> None:
        """A customer writes, and the desk takes it in."""
        self.server.sandbox.receive(customer, ours, body)
        self.terminal.sync()

    def by(self, person: str, *words: str, code: int = 0) -> Any:
        """A call in somebody's name."""
        return self.terminal.json("--as", person, *words, code=code)

    def talk(self, customer: str) -> dict[str, Any]:
        """The conversation with a customer, as an admin sees it."""
        rows = self.terminal.json("inbox", "--scope", "all", "--state", "any")["rows"]
        (row,) = (row for row in rows if _digits(row["peer"]) == _digits(customer))
        found: dict[str, Any] = row
        return found

    def seen(self, person: str, scope: str, state: str = "any") -> set[str]:
        """The customers whom somebody finds in a place."""
        page = self.by(person, "inbox", "--scope", scope, "--state", state)
        rows = page["rows"]
        count = self.by(person, "inbox", "--scope", scope, "--state", state, "--count")["count"]
        assert count == len(rows)  # R50: the count equals the rows
        return {_digits(row["peer"]) for row in rows}

    def told(self, customer: str, kind: str = "message") -> list[str]:
        """Who was told of a customer's messages."""
        id_ = self.talk(customer)["id"]
        page = self.terminal.json("notice", "list", "--conversation", id_)
        return sorted(row["person_name"] for row in page["rows"] if row["kind"] == kind)

    def audited(self) -> Counter[str]:
        """How many entries of each kind stand against absences."""
        rows = self.terminal.json("audit", "list", "--limit", "1000")["rows"]
        return Counter(row["kind"] for row in rows if row["kind"] in _OF_COVER)


_OF_COVER = {
    "absence_planned",
    "absence_changed",
    "absence_ended",
    "absence_cancelled",
    "cover_taken",
    "cover_settled",
    "brief_settled",
    "handed_over",
    "undone",
}


_ONCE = {"covering", "cover_ended", "returned", "older"}


def _digits(text: str) -> str:
    return "".join(filter(str.isdigit, text))


def digits(*customers: str) -> set[str]:
    return {_digits(one) for one in customers}


@pytest.fixture
def hand() -> Hand:
    return Hand()


@pytest.fixture
def server(tmp_path: Path, hand: Hand) -> Iterator[SandboxServer]:
    with sandbox_server(tmp_path, clock=SandboxClock(hand)) as running:
        yield running


@pytest.fixture
def shop(
    tmp_path: Path,
    server: SandboxServer,
    hand: Hand,
    capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
) -> Shop:
    """Ann in Berlin holds two numbers; Ben and Cleo could answer instead; Dora leads them."""
    monkeypatch.setattr(clock, "wall", hand)
    terminal = Terminal(tmp_path / "home", capsys, server)
    call = terminal.json
    terminal.connect()
    terminal.sync()
    call("team", "add", "West")
    for name, role, zone in (
        ("Ann", "rep", "Europe/Berlin"),
        ("Ben", "rep", "America/New_York"),
        ("Cleo", "rep", "Asia/Tokyo"),
        ("Dora", "supervisor", "Europe/London"),
    ):
        call("people", "add", name, "--role", role, "--zone", zone)
        call("team", "member", "West", name)
    for line in (LINE, SECOND_LINE):
        call("senders", "hold", line, "--by", "Ann")
    return Shop(terminal, server, hand)


def test_days_of_the_absent_person_over_the_end_of_summer_time(shop: Shop) -> None:
    """R23, R25-R27, R48, R49: everything stays Ann's; who answers, and who is told, goes by the
    minute; the desk is closed when she comes back."""
    call, by, seen = shop.terminal.json, shop.by, shop.seen
    for customer, ours in ((ROSA, LINE), (TIM, SECOND_LINE), (UMA, LINE), (VERA, SECOND_LINE)):
        shop.server.sandbox.receive(customer, ours, "Is it open?")
    shop.terminal.sync()
    by("Ann", "snooze", shop.talk(TIM)["id"], "--until", "2026-10-25 09:00")
    by("Ann", "close", shop.talk(UMA)["id"])
    by("Ann", "reply", shop.talk(VERA)["id"], "Until seven.")
    shop.terminal.sync()
    words = ("Ann", "--from", "fri 23 oct", "--until", "mon 26 oct", "--to", "Ben")
    check = by("Dora", "absence", "check", *words)
    assert {gap["severity"] for gap in check["gaps"]} == {"ok"}
    assert [(one["name"], one["before"], one["added"]) for one in check["loads"]] == [("Ben", 0, 3)]
    assert (check["since"], check["until"]) == ("2026-10-22T22:00:00Z", "2026-10-26T23:00:00Z")
    by("Dora", "absence", "plan", *words, "--reason", "vacation")
    by("Cleo", "absence", "end", "Ann", code=4)  # R31: not hers to see

    shop.at(STARTS - MINUTE)
    shop.writes(WIM, LINE, "One minute before")
    assert shop.told(WIM) == ["Ann"]
    assert seen("Ben", "covering") == set()
    assert by("Ben", "absence", "covering")["rows"] == []
    shop.at(STARTS)  # nothing runs, and it has begun
    (covered,) = by("Ben", "absence", "covering")["rows"]
    assert (covered["count"], covered["waiting"], covered["until"]) == (4, 2, check["until"])
    assert seen("Ben", "covering") == digits(ROSA, TIM, UMA, VERA, WIM)
    assert seen("Ben", "covering", "open") == digits(ROSA, VERA, WIM)
    assert seen("Ben", "covering", "snoozed") == digits(TIM)

    shop.at(STARTS + MINUTE)
    shop.writes(XENIA, SECOND_LINE, "One minute after")
    assert shop.told(XENIA) == ["Ben"]
    assert shop.talk(XENIA)["owner_name"] == "Ann"
    why = by("Ben", "route", "explain", shop.talk(XENIA)["id"])
    assert why["sentence"] == "It came to you in the place of Ann, who is away."
    shop.writes(UMA, LINE, "And on Saturday?")  # R49: a reply opens it again, covered
    assert (shop.talk(UMA)["team_state"], shop.talk(UMA)["owner_name"]) == ("open", "Ann")
    assert Counter(shop.told(UMA)) == {"Ann": 1, "Ben": 1}
    by("Ben", "reply", shop.talk(ROSA)["id"], "Yes, until six.")
    by("Cleo", "reply", shop.talk(ROSA)["id"], "Me too", code=4)
    shop.terminal.sync()
    (answer,) = [one for one in shop.server.sandbox.ledger.entries if one.request.to == ROSA]
    assert (answer.request.sender, answer.request.body) == (LINE, "Yes, until six.")
    item = by("Ben", "thread", shop.talk(ROSA)["id"])["items"][-1]
    assert (item["author_name"], item["on_behalf_name"]) == ("Ben", "Ann")
    assert by("Ben", "absence", "take", shop.talk(XENIA)["id"])["count"] == 1

    shop.at(ENDS - MINUTE)
    shop.writes(YUKI, LINE, "One minute before the end")
    assert shop.told(YUKI) == ["Ben"]
    shop.at(ENDS + MINUTE)  # every desk is closed
    shop.server.sandbox.receive(ZOE, LINE, "One minute after the end")
    shop.at(ENDS + timedelta(hours=8))
    assert seen("Ben", "covering") == set()
    assert seen("Ben", "mine") == digits(XENIA)
    assert seen("Ann", "mine", "open") == digits(ROSA, TIM, UMA, VERA, WIM, YUKI)
    by("Ben", "thread", shop.talk(ROSA)["id"], code=4)  # R31
    for _ in range(2):
        shop.terminal.sync()
    notices = call("notice", "list", "--limit", "1000")["rows"]
    once = sorted((row["kind"], row["person_name"]) for row in notices if row["kind"] in _ONCE)
    assert once == [
        ("cover_ended", "Ben"),
        ("covering", "Ben"),
        ("older", "Ann"),  # Zoe wrote while nobody was there to be told at once
        ("returned", "Ann"),
    ]

    brief = by("Ann", "absence", "brief", "Ann")
    assert (brief["inbound"], brief["outbound"], brief["settled"]) == (3, 1, False)
    rows = {_digits(row["peer"]): row for row in brief["rows"]}
    assert set(rows) == digits(ROSA, TIM, UMA, VERA, WIM, XENIA, YUKI, ZOE)
    assert [one[1:] for one in rows[_digits(ROSA)]["spoke"]] == [["Ben", 1]]
    kept = rows[_digits(XENIA)]
    assert (kept["taken_over_by"], kept["inbound"], kept["last_text"]) == (
        "Ben",
        1,
        "One minute after",
    )
    assert all(row["open"] for row in rows.values())
    done = by("Ann", "absence", "brief", "Ann", "--take-back", kept["conversation_id"])
    assert done["count"] == 1
    assert shop.talk(XENIA)["owner_name"] == "Ann"
    by("Ann", "undo")
    assert shop.talk(XENIA)["owner_name"] == "Ben"
    assert shop.audited() == {
        "absence_planned": 1,
        "cover_taken": 1,
        "brief_settled": 1,
        "undone": 1,
    }
    (taken,) = call("audit", "list", "--kind", "cover_taken")["rows"]
    assert (taken["actor_name"], taken["at"]) == ("Ben", "2026-10-22T22:01:00Z")
    assert taken["changes"] == [{"what": "Owner", "before": "Ann", "after": "Ben"}]
    (held,) = call("senders", "holders", LINE, "--history")["rows"]  # R26: nothing was changed
    assert (held["name"], held["running"]) == ("Ann", True)


def test_substitutes_who_are_away_suspended_moved_and_gone(shop: Shop) -> None:
    """R24, R28, R29, R31, R49: along the chain, and what nobody answers is with who leads."""
    call, by, seen = shop.terminal.json, shop.by, shop.seen
    shop.writes(ROSA, LINE, "Hello")
    call("absence", "plan", "Ben", "--from", "today", "--until", "fri", "--to", "Cleo")
    plan = ("absence", "plan", "Ann", "--until", "mon", "--to", "Ben")
    refused = by("Dora", *plan, code=3)["error"]
    assert refused["rule"] == "gaps"
    assert "Ben is away, too: Thu 22 Oct 14:00 to Sat 24 Oct 06:00" in refused["title"]
    by("Dora", *plan, "--confirm")
    ring = call("absence", "plan", "Cleo", "--until", "sat", "--to", "Ann", "--confirm", code=3)
    assert ring["error"]["rule"] == "cycle"
    assert "Cleo → Ann → Ben → Cleo" in ring["error"]["next_step"]

    shop.writes(TIM, LINE, "Hi")
    assert shop.told(TIM) == ["Cleo"]
    assert seen("Cleo", "covering") == digits(ROSA, TIM)
    assert seen("Ben", "covering") == set()
    covered = by("Cleo", "absence", "covering")["rows"]
    assert [(one["person_name"], one["count"]) for one in covered] == [("Ann", 2), ("Ben", 0)]
    by("Cleo", "reply", shop.talk(TIM)["id"], "Yes?")
    shop.terminal.sync()
    item = by("Cleo", "thread", shop.talk(TIM)["id"])["items"][-1]
    assert (item["author_name"], item["on_behalf_name"]) == ("Cleo", "Ann")

    call("people", "suspend", "Cleo")
    shop.writes(UMA, LINE, "Anybody?")
    assert shop.told(UMA) == ["Dora", "Root"]  # who leads, and the admin
    assert seen("Dora", "unassigned") == digits(ROSA, TIM, UMA)
    assert shop.talk(UMA)["owner_name"] == "Ann"
    call("people", "resume", "Cleo")
    assert seen("Cleo", "covering") == digits(ROSA, TIM, UMA)
    assert seen("Dora", "unassigned") == set()

    shop.at(THURSDAY + timedelta(hours=1))
    by("Ben", "absence", "end", "Ben")
    assert seen("Cleo", "covering") == set()
    assert seen("Ben", "covering") == digits(ROSA, TIM, UMA)
    (ended,) = call("audit", "list", "--kind", "absence_ended")["rows"]
    until = next(one for one in ended["changes"] if one["what"] == "Until")
    assert ended["actor_name"] == "Ben"
    assert ("24 Oct" in until["before"], "22 Oct" in until["after"]) == (True, True)

    call("team", "leave", "West", "Ann")
    assert by("Dora", "absence", "list")["rows"] == []  # R31: Ann is hers no more
    assert seen("Dora", "team") == set()
    assert seen("Ben", "covering") == digits(ROSA, TIM, UMA)
    assert call("people", "remove", "Ann", code=3)["error"]["rule"] == "holds"
    call("people", "remove", "Ben")  # owns nothing; what he answered is with who leads
    assert call("inbox", "--scope", "unassigned", "--count")["count"] == 3

    call("absence", "end", "Ann")
    call("absence", "plan", "Ann", "--for-good", "--to", "Cleo")
    assert seen("Cleo", "mine") == digits(ROSA, TIM, UMA)
    assert {row["name"] for row in call("senders", "holders", LINE)["rows"]} == {"Cleo"}
    call("people", "remove", "Ann")
    item = by("Cleo", "thread", shop.talk(TIM)["id"])["items"]
    assert "Ann" in {one["on_behalf_name"] for one in item}  # R58: names stay on old messages
    assert shop.audited() == {
        "absence_planned": 3,
        "absence_ended": 2,
        "handed_over": 1,
    }


# --- the demo, by calls of the command line and in its window -------------------------------------

BACK = datetime(2026, 11, 22, 8, tzinfo=UTC)  # Sunday 0:00 in Los Angeles
NORA, JONAS = "+12025550138", "Jonas Weber"


@contextmanager
def the_window(app: QApplication, launch: Launch) -> Iterator[Program]:
    """The program's own window, as `sms-desk demo` opens it."""
    window = MainWindow()
    window.resize(1280, 800)
    assert launch.home is not None
    profile = Profile.of(DEMO_PROFILE, launch.home)
    frame = Frame(app, window, launch, MachineState(profile.state), open_workspace)
    opened = Program(frame)
    window.show()
    opened.begin()
    try:
        yield opened
    finally:
        end(opened)


def test_the_demo_s_absence_ends_while_nothing_runs(
    demo_home: Path,
    capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
    qapp: QApplication,
    qtbot: QtBot,
) -> None:
    """R25-R27 by SMS_DESK_CLOCK: each call opens the workspace and closes it, and between them
    nothing runs; the next start shows everything back, with the brief."""
    terminal = Terminal(demo_home, capsys)

    def call(*words: str, at: datetime) -> Any:
        monkeypatch.setenv(clock.VARIABLE, at.isoformat())
        done = terminal.call("--demo", *words, "--json")
        assert done.code == 0, done
        return done.json

    call("sync", "--once", at=TUESDAY)
    page = call("inbox", "--scope", "covering", at=TUESDAY)
    nora = next(row["id"] for row in page["rows"] if _digits(row["peer"]) == _digits(NORA))
    call("reply", nora, "There is a seat left.", at=TUESDAY)
    call("sync", "--once", at=TUESDAY + MINUTE)
    (covered,) = call("absence", "covering", at=BACK - MINUTE)["rows"]
    assert (covered["person_name"], covered["count"]) == (JONAS, len(page["rows"]))
    assert call("absence", "covering", at=BACK)["rows"] == []
    brief = call("--as", JONAS, "absence", "brief", JONAS, at=BACK)
    spoke = {row["conversation_id"]: [one[1:] for one in row["spoke"]] for row in brief["rows"]}
    assert spoke[nora] == [["Julia Reyes", 1]]
    assert {row["id"] for row in page["rows"]} <= set(spoke)

    theme.apply(qapp, "light")
    monkeypatch.setenv(clock.VARIABLE, (BACK + MINUTE).isoformat())
    with the_window(qapp, Launch(demo=True, home=demo_home, as_person=JONAS)) as opened:
        window = opened.window
        qtbot.waitUntil(lambda: window.away.isVisible(), timeout=LONG_MS)
        assert window.away.words().startswith("You were away until")
        window.away.action_requested.emit()
        qtbot.waitUntil(lambda: isinstance(window.screen_shown(), BriefScreen), timeout=LONG_MS)
        screen = window.screen_shown()
        assert isinstance(screen, BriefScreen)
        qtbot.waitUntil(lambda: bool(screen._lines), timeout=LONG_MS)
        assert {str(line.id) for line in screen._lines} >= set(spoke)
