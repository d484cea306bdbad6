"""A desk's line to its team: when it pulls, what it says of itself, who is here (R38, R63, GY6)."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from uuid import UUID

import pytest

from sms_desk.domain.changes import NOTHING, Changes, Thing
from sms_desk.domain.errors import DeskError, LoginError, ServerUnreachable
from sms_desk.services.team_rows import Doing
from sms_desk.store.head import HEAD
from sms_desk.store.team.client import Hello, SeenNow
from sms_desk.store.team.surface_tables import SURFACE_VERSION
from sms_desk.sync.team_line import PULL_EVERY, TeamLine

NOW = datetime(2026, 3, 2, 9, tzinfo=UTC)
ME, ANN, TALK = (UUID(int=n) for n in range(1, 4))
HELLO = Hello(ME, UUID(int=9), "Shop", HEAD, SURFACE_VERSION, "e", "rep", 0.5, True, "mine")


class FakeClient:
    """A server that answers at once; `news` is its poke."""

    def __init__(self) -> None:
        self.says: Hello | DeskError = HELLO
        self.told: list[tuple[UUID | None, str]] = []
        self.here: tuple[SeenNow, ...] = ()
        self.news = threading.Event()
        self.closed = threading.Event()

    def hello(self) -> Hello:
        if isinstance(self.says, DeskError):
            raise self.says
        return self.says

    def presence(self, conversation_id: UUID | None, doing: str) -> tuple[SeenNow, ...]:
        self.told.append((conversation_id, doing))
        return self.here

    def wait(self, channel: str, _seconds: float) -> bool:
        assert channel == HELLO.channel
        while not self.news.wait(0.005):
            if self.closed.is_set():
                raise ServerUnreachable("Closed.")
        self.news.clear()
        return True

    def close(self) -> None:
        self.closed.set()


class Parts:
    """Pulls and pushes that count."""

    def __init__(self) -> None:
        self.pulled = self.pushed = self.filled = 0
        self.has_more = False
        self.fails: DeskError | None = None

    def pull_once(self, _client: object, _now: datetime) -> Changes:
        self.pulled += 1
        if self.fails:
            raise self.fails
        return NOTHING

    def fill_once(self, _client: object, _now: datetime) -> Changes:
        self.filled += 1
        return NOTHING

    def push(self, _client: object, _now: datetime) -> Changes:
        self.pushed += 1
        return NOTHING


class Bench:
    def __init__(self) -> None:
        self.client = FakeClient()
        self.made = 0
        self.parts = Parts()
        self.poked = threading.Event()
        self.line = TeamLine(self._connect, self.parts, self.parts, self.poked.set)  # type: ignore[arg-type]

    def _connect(self) -> FakeClient:
        self.made += 1
        if self.client.closed.is_set():
            says = self.client.says
            self.client = FakeClient()
            self.client.says = says
        return self.client

    def hear(self) -> None:
        self.poked.clear()
        self.client.news.set()
        assert self.poked.wait(2)


@pytest.fixture
def bench() -> Iterator[Bench]:
    made = Bench()
    yield made
    made.line.close()


def test_it_pulls_at_once_and_then_every_half_minute(bench: Bench) -> None:
    for seconds in (0, 5, 29):
        bench.line.run_once(NOW + timedelta(seconds=seconds))
    assert bench.parts.pulled == 1
    bench.line.run_once(NOW + PULL_EVERY)
    assert bench.parts.pulled == 2


def test_a_poke_has_it_pull_but_not_twice_within_a_moment(bench: Bench) -> None:
    bench.line.run_once(NOW)
    bench.hear()
    bench.line.run_once(NOW + timedelta(seconds=0.1))
    assert bench.parts.pulled == 1
    assert bench.line.next_due(NOW + timedelta(seconds=0.1)) == NOW + timedelta(seconds=0.25)
    bench.line.run_once(NOW + timedelta(seconds=0.25))
    assert bench.parts.pulled == 2
    bench.line.run_once(NOW + timedelta(seconds=3))
    assert bench.parts.pulled == 2


def test_what_was_pulled_before_the_line_broke_is_told(
    bench: Bench, monkeypatch: pytest.MonkeyPatch
) -> None:
    """R6, GY6: it is in the file, and the next pull does not bring it again."""

    def broken(*_: object) -> Changes:
        raise ServerUnreachable("Cut off.")

    monkeypatch.setattr(bench.parts, "pull_once", lambda *_: Changes.of(conversation=TALK))
    monkeypatch.setattr(bench.client, "presence", broken)
    assert bench.line.run_once(NOW).touches(Thing.CONVERSATION, TALK)
    assert not bench.line.standing.online

    bench.client.closed.set()
    bench.parts.has_more = True
    monkeypatch.setattr(bench.parts, "fill_once", broken)
    changes = bench.line.run_once(NOW + timedelta(minutes=1))
    assert changes.touches(Thing.CONVERSATION, TALK)


def test_what_was_done_here_is_pushed_with_every_cycle(bench: Bench) -> None:
    bench.line.run_once(NOW)
    bench.line.run_once(NOW + timedelta(seconds=0.1))
    assert bench.parts.pushed == 2


def test_history_is_fetched_page_by_page(bench: Bench) -> None:
    bench.parts.has_more = True
    bench.line.run_once(NOW)
    assert bench.line.next_due(NOW) == NOW
    bench.line.run_once(NOW)
    assert bench.parts.filled == 2


def test_a_clock_that_went_back_delays_nothing(bench: Bench) -> None:
    """GY5."""
    bench.line.run_once(NOW)
    bench.line.run_once(NOW - timedelta(days=1))
    assert bench.parts.pulled == 2


def test_offline_it_says_so_and_tries_again_later_and_later(bench: Bench) -> None:
    bench.line.run_once(NOW)
    bench.parts.fails = ServerUnreachable("The server does not answer.", "Look at the network.")
    changes = bench.line.run_once(NOW + PULL_EVERY)
    assert changes.touches(Thing.LINE)
    standing = bench.line.standing
    assert (standing.online, standing.title) == (False, "The server does not answer.")
    assert standing.since == NOW + PULL_EVERY
    assert not standing.refused
    waits = []
    at = NOW + PULL_EVERY
    for _ in range(7):
        due = bench.line.next_due(at)
        waits.append((due - at).total_seconds())
        at = due
        bench.line.run_once(at)
    assert waits == [1, 2, 4, 8, 16, 30, 30]
    assert bench.line.standing.since == NOW + PULL_EVERY
    bench.parts.fails = None
    bench.line.run_once(at, force=True)
    assert bench.line.standing.online


def test_before_its_time_it_tries_only_when_asked(bench: Bench) -> None:
    bench.client.says = ServerUnreachable("No.")
    bench.line.run_once(NOW)
    bench.line.run_once(NOW + timedelta(seconds=0.5))
    assert bench.made == 1
    bench.line.run_once(NOW + timedelta(seconds=0.5), force=True)
    assert bench.made == 2


def test_a_login_that_is_refused_is_no_bad_network(bench: Bench) -> None:
    bench.client.says = LoginError("This login is suspended.", "Ask an admin.")
    bench.line.run_once(NOW)
    assert bench.line.standing.refused


def test_another_form_of_the_workspace_is_not_touched(bench: Bench) -> None:
    bench.client.says = replace(HELLO, schema="9999")
    bench.line.run_once(NOW)
    assert bench.line.standing.refused
    assert bench.parts.pulled == bench.parts.pushed == 0


def test_no_connector_is_said_since_when(bench: Bench) -> None:
    bench.client.says = replace(HELLO, connector_age_s=60.0)
    bench.line.run_once(NOW)
    assert bench.line.standing.connector_since == NOW - timedelta(seconds=60)
    bench.client.says = HELLO
    changes = bench.line.run_once(NOW + timedelta(seconds=10))
    assert bench.line.standing.connector_since is None
    assert changes.touches(Thing.LINE)


def test_who_types_is_told_with_the_next_cycle_and_again_every_few_seconds(bench: Bench) -> None:
    """R38."""
    bench.line.run_once(NOW)
    bench.poked.clear()
    bench.line.look(TALK, Doing.TYPING)
    assert bench.poked.is_set()
    bench.line.run_once(NOW + timedelta(seconds=1))
    bench.line.run_once(NOW + timedelta(seconds=2))
    bench.line.run_once(NOW + timedelta(seconds=4))
    assert bench.client.told == [(None, "here"), (TALK, "typing"), (TALK, "typing")]


def test_who_left_a_conversation_for_a_moment_has_told_so(bench: Bench) -> None:
    """R38: the claim on an answer ends with it, however seldom the line has a turn."""
    bench.line.look(TALK, Doing.TYPING)
    bench.line.run_once(NOW)
    bench.line.look(None, Doing.HERE)
    bench.line.look(TALK, Doing.READING)
    bench.line.run_once(NOW + timedelta(seconds=1))
    bench.line.run_once(NOW + timedelta(seconds=4))
    reading = (TALK, "reading")
    assert bench.client.told == [(TALK, "typing"), (None, "here"), reading, reading]


def test_nobody_at_the_desk_is_said_by_silence(bench: Bench) -> None:
    """R38."""
    bench.line.run_once(NOW)
    bench.line.look(None, None)
    bench.line.run_once(NOW + timedelta(seconds=1))
    bench.line.run_once(NOW + timedelta(seconds=20))
    assert bench.client.told == [(None, "here")]
    bench.line.look(None, Doing.HERE)
    bench.line.run_once(NOW + timedelta(seconds=21))
    assert bench.client.told == [(None, "here")] * 2


def test_a_window_hears_of_colleagues_when_they_move_and_not_when_they_stay(bench: Bench) -> None:
    """R38, R6."""
    bench.client.here = (SeenNow(ANN, TALK, "reading", 1.0, False),)
    assert bench.line.run_once(NOW).touches(Thing.PERSON)
    bench.client.here = (SeenNow(ANN, TALK, "reading", 9.0, False),)
    assert not bench.line.run_once(NOW + timedelta(seconds=10)).touches(Thing.PERSON)
    bench.client.here = ()
    assert bench.line.run_once(NOW + timedelta(seconds=20)).touches(Thing.PERSON)


def test_a_listener_that_lost_its_connection_has_the_line_made_anew(bench: Bench) -> None:
    bench.line.run_once(NOW)
    bench.poked.clear()
    bench.client.closed.set()
    assert bench.poked.wait(2)
    bench.line.run_once(NOW + timedelta(seconds=2))
    assert bench.made == 2
    assert bench.parts.pulled == 2
