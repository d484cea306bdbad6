"""Whom a program that takes no replies tells so, and when (R18, R51)."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sms_desk.domain.addresses import from_provider
from sms_desk.domain.auto_responder import (
    EVERY,
    FRESH,
    Asked,
    Responder,
    Silence,
    silence,
    sounds_automatic,
)
from sms_desk.domain.model import Channel, SenderDirection

NOON = datetime(2026, 11, 17, 12, tzinfo=UTC)
RESPONDER = Responder(takes_replies=False, auto_reply="Nobody reads this. Call +1 202 555 0100.")
ASKED = Asked(
    at=NOON,
    now=NOON + timedelta(seconds=9),
    body="When does it come?",
    keyword="",
    channel=Channel.SMS,
    peer=from_provider("+12025550142"),
    connected_at=NOON - timedelta(days=9),
)


def test_r18_who_writes_to_a_program_without_replies_is_told() -> None:
    assert silence(RESPONDER, ASKED) is Silence.NONE


@pytest.mark.parametrize(
    ("responder", "why"),
    [
        (replace(RESPONDER, takes_replies=True), Silence.TAKES_REPLIES),
        (replace(RESPONDER, auto_reply="  "), Silence.NO_TEXT),
        (replace(RESPONDER, retired=True), Silence.RETIRED),
        (replace(RESPONDER, starts_at=NOON + timedelta(seconds=1)), Silence.OUTSIDE_DATES),
        (replace(RESPONDER, ends_at=NOON), Silence.OUTSIDE_DATES),
    ],
)
def test_r18_a_program_is_silent_because(responder: Responder, why: Silence) -> None:
    assert silence(responder, ASKED) is why


@pytest.mark.parametrize(
    ("changes", "why"),
    [
        ({"keyword": "stop"}, Silence.KEYWORD),
        ({"keyword": "start"}, Silence.KEYWORD),
        ({"keyword": "help"}, Silence.KEYWORD),
        ({"keyword": "triage"}, Silence.KEYWORD),
        ({"body": "Auto-Reply: I am away"}, Silence.AUTOMATIC),
        ({"body": "I'm driving and will call you"}, Silence.AUTOMATIC),
        ({"body": f"re: {RESPONDER.auto_reply.upper()}"}, Silence.AUTOMATIC),
        ({"at": NOON - FRESH}, Silence.OLD),
        ({"connected_at": NOON + timedelta(seconds=1)}, Silence.BEFORE_US),
        ({"human": True}, Silence.HUMAN),
        ({"opted_out": True}, Silence.OPTED_OUT),
        ({"peer": from_provider("70707")}, Silence.UNANSWERABLE),
        ({"peer": from_provider("FERNHILL")}, Silence.UNANSWERABLE),
        ({"peer_is_ours": True}, Silence.OURS),
        ({"sender_direction": SenderDirection.INCOMING}, Silence.ONE_WAY),
        ({"last_told_at": NOON - EVERY + timedelta(seconds=1)}, Silence.TOLD),
    ],
)
def test_r18_nobody_is_told_because(changes: dict[str, object], why: Silence) -> None:
    assert silence(RESPONDER, replace(ASKED, **changes)) is why  # type: ignore[arg-type]


def test_r18_what_is_just_ten_minutes_old_is_answered() -> None:
    assert silence(RESPONDER, replace(ASKED, at=ASKED.now - FRESH)) is Silence.NONE


def test_r18_it_answers_from_its_first_moment_on() -> None:
    assert silence(replace(RESPONDER, starts_at=ASKED.at), ASKED) is Silence.NONE


def test_r18_after_a_day_somebody_is_told_again() -> None:
    assert silence(RESPONDER, replace(ASKED, last_told_at=NOON - EVERY)) is Silence.NONE


@given(st.lists(st.integers(0, 6 * 24 * 3600), max_size=60))
def test_r18_however_often_somebody_writes_he_is_told_once_a_day(seconds: list[int]) -> None:
    told: list[datetime] = []
    for second in sorted(seconds):
        at = NOON + timedelta(seconds=second)
        asked = replace(ASKED, at=at, now=at, last_told_at=told[-1] if told else None)
        if silence(RESPONDER, asked) is Silence.NONE:
            told.append(at)
    assert all(later - earlier >= EVERY for earlier, later in pairwise(told))
    assert bool(told) == bool(seconds)


@given(st.text(max_size=200))
def test_r18_what_people_write_is_mostly_no_machines(body: str) -> None:
    assert not sounds_automatic(f"hi {body}")
