"""The demo's story holds together: it plays without a refusal, and the workspace names what it has."""

from __future__ import annotations

import json
from collections import Counter
from datetime import UTC, datetime, timedelta
from itertools import pairwise
from typing import Any

import pytest

from sms_desk.providers.sandbox import SandboxClock, SandboxServer, World, demo_world, state
from sms_desk.providers.sandbox.model import Direction, Status
from sms_desk.providers.sandbox.script import _thread, duration, moment
from sms_desk.services import demo
from sms_desk.settings.resources import resource_path

NOW = datetime(2026, 11, 20, 10, 42, tzinfo=UTC)


@pytest.fixture(scope="module")
def world() -> World:
    return demo_world(NOW, seed=1)


@pytest.fixture(scope="module")
def workspace() -> dict[str, Any]:
    words: dict[str, Any] = json.loads(resource_path("demo", "workspace.json").read_text("utf-8"))
    return words


def test_it_is_about_as_big_as_a_demo_should_be(world: World) -> None:
    messages = world.messages()
    customers = {m.customer.removeprefix("whatsapp:") for m in messages}
    assert 350 <= len(messages) <= 450
    assert 55 <= len(customers) <= 70
    assert all(NOW - timedelta(days=22) < m.created <= NOW for m in messages)


def test_it_has_what_an_inbox_must_cope_with(world: World) -> None:
    messages = world.messages()
    bodies = " ".join(m.body for m in messages)
    for script in ("ñ", "ü", "é", "हाँ", "شكراً", "您好", "👩‍👩‍👧"):
        assert script in bodies, script
    assert {m.error_code for m in messages} == {None, 30003, 63016}
    assert [customer for _, customer in world.opt_outs] == ["+12025550142"]
    assert {"22000", "TWILIO"} <= {m.sender for m in messages}
    assert any(len(m.body) > 500 for m in messages)
    assert {m.media[0].picture for m in messages if m.media} == {
        "coat.png",
        "seam.png",
        "parcel.png",
    }
    assert {m.status for m in messages} >= {Status.READ, Status.FAILED, Status.UNDELIVERED}
    seconds = Counter((m.customer, m.order[0]) for m in messages)
    assert max(seconds.values()) == 2  # two messages of one customer in one second


def test_the_campaign_has_its_recipients_and_its_replies(world: World) -> None:
    service = world.services[0]
    sent = [
        m
        for m in world.messages()
        if m.service_sid == service.sid and m.body.startswith("Fernhill: our")
    ]
    assert len({m.to for m in sent}) == 40
    assert {m.sender for m in sent} == {"+12025550110", "FERNHILL"}
    ours = ("+12025550110", "+447700900130")
    repliers = {
        m.sender for m in world.messages() if m.direction is Direction.INBOUND and m.to in ours
    }
    assert 10 <= len(repliers & {m.to for m in sent}) <= 16


def test_it_is_read_in_the_order_in_which_it_was_told() -> None:
    """Of one second nobody knows the first (R56): such a pair reads well either way."""
    story = json.loads(resource_path("demo", "script.json").read_text("utf-8"))
    together = {
        frozenset(one.body for one in pair)
        for thread in story["threads"]
        for pair in pairwise(_thread(thread, NOW))
        if pair[0].when >= pair[1].when
    }
    assert together == {frozenset(("is it on boots too", "is it on scarves too"))}


@pytest.mark.parametrize("hour", [0, 3, 12, 23])
def test_it_plays_at_any_time_of_day(hour: int) -> None:
    now = NOW.replace(hour=hour, minute=1)
    assert all(m.created <= now for m in demo_world(now).messages())


def test_a_seed_repeats_it() -> None:
    assert state.dump(demo_world(NOW, 5)) == state.dump(demo_world(NOW, 5))
    assert state.dump(demo_world(NOW, 5)) != state.dump(demo_world(NOW, 6))


def test_it_stands_still_when_asked_to() -> None:
    clock = SandboxClock(lambda: NOW)
    with SandboxServer(lambda: demo_world(NOW, lively=False), clock=clock) as server:
        before = len(server.world.messages())
        server.sandbox.advance(24 * 3600)
        assert len(server.world.messages()) == before


def test_a_long_pause_brings_no_flood(world: World) -> None:
    """Closed for a week, the demo opens with what was under way and one new message at most."""
    busy = state.restore(json.loads(json.dumps(state.dump(world), default=state.plain)))
    busy.start_chatter(NOW)
    before = len(busy.messages())
    busy.tick(NOW + timedelta(days=7))
    assert len(busy.messages()) <= before + 1


def test_the_workspace_names_what_the_world_has(world: World, workspace: dict[str, Any]) -> None:
    senders = {sender["address"] for sender in workspace["senders"]}
    assert senders == world.sender_addresses()
    people = {person["key"] for person in workspace["people"]}
    assert {holder for sender in workspace["senders"] for holder in sender["holders"]} <= people
    services = {service.name for service in world.services}
    for program in workspace["programs"]:
        for binding in program["bindings"]:
            assert binding.get("service") in services | {None}
            assert binding.get("sender") in senders | {None}


@pytest.mark.parametrize("part", ["notes", "states", "assignments"])
def test_the_workspace_speaks_of_conversations_that_exist(
    world: World, workspace: dict[str, Any], part: str
) -> None:
    pairs = {(m.customer, m.ours) for m in world.messages()}
    assert {(entry["customer"], entry["ours"]) for entry in workspace[part]} <= pairs


def test_the_workspace_lets_people_be_absent_that_it_has(
    world: World, workspace: dict[str, Any]
) -> None:
    people = {person["key"] for person in workspace["people"]}
    pairs = {(m.customer, m.ours) for m in world.messages()}
    for entry in workspace["absences"]:
        assert {entry["person"], entry["by"], *entry["to"]} <= people
        kept = entry.get("kept", ())
        assert {(one["customer"], one["ours"]) for one in kept} <= pairs


@pytest.mark.parametrize("hour", [0, 3, 12, 23])
@pytest.mark.parametrize("day", ["2026-03-09", "2026-06-30", "2026-11-02", "2026-12-31"])
def test_at_any_hour_one_absence_is_over_one_runs_and_one_is_to_come(
    workspace: dict[str, Any], day: str, hour: int
) -> None:
    """R23: what the demo says of absences holds whenever it is begun, also where clocks change."""
    now = datetime.fromisoformat(day).replace(hour=hour, minute=30, tzinfo=UTC)
    zones = {person["key"]: person["zone"] for person in workspace["people"]}
    found = [demo.days_of(one, zones[one["person"]], now) for one in workspace["absences"]]
    over, running, coming = ((span.since, span.until or span.since) for span in found)
    assert timedelta(days=1) < now - over[1] < timedelta(days=14)
    assert running[0] < now < running[1]
    assert coming[0] > now
    for entry, span in zip(workspace["absences"], (over, running, coming), strict=True):
        assert moment(entry, now) < span[0]
        for kept in entry.get("kept", ()):
            assert span[0] < moment(kept, now) < span[1]


def test_lengths_of_time() -> None:
    assert duration("2d 3h 10m 5s") == timedelta(days=2, hours=3, minutes=10, seconds=5)
    with pytest.raises(ValueError, match="not a length"):
        duration("soon")


def test_r37_whom_a_note_names_is_named_as_the_window_marks_it(workspace: dict[str, Any]) -> None:
    """By the whole name, as the composer writes it; a first name alone stays plain."""
    names = [person["name"] for person in workspace["people"]]
    bodies = [note["body"] for note in workspace["notes"] if "@" in note["body"]]
    assert bodies
    for body in bodies:
        assert body.count("@") == sum(body.count(f"@{name}") for name in names), body
