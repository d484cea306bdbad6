"""What a row says (R8, R9, R48) and how hostile text is disarmed before it is painted."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from sms_desk.domain.inbox_filters import InboxFilter, Scope
from sms_desk.domain.model import Origin, TeamState
from sms_desk.ui.inbox.empty_words import empty_words
from sms_desk.ui.inbox.row_words import Clock, row_words, time_words
from sms_desk.ui.widgets.times import age_words
from tests.gui.invented import CAMPAIGN, NOW, SERVICE, row

CLOCK = Clock(NOW, UTC)


def _chips(**fields: object) -> list[tuple[str, str]]:
    return [(chip.text, chip.ink) for chip in row_words(row(1, **fields), CLOCK).chips]  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("ago", "said"),
    [
        (timedelta(minutes=1), "10:42"),
        (timedelta(hours=20), "Yesterday"),
        (timedelta(days=2), "Sun"),
        (timedelta(days=6), "Wed"),
        (timedelta(days=14), "3 Nov"),
        (timedelta(days=400), "13 Oct 2025"),
    ],
)
def test_times_are_as_brief_as_they_are_clear(ago: timedelta, said: str) -> None:
    assert time_words(NOW - ago, CLOCK) == said


def test_times_are_in_the_persons_zone() -> None:
    tokyo = Clock(NOW, ZoneInfo("Asia/Tokyo"))
    assert time_words(NOW, tokyo) == "19:43"
    assert time_words(datetime(2026, 11, 16, 14, 0, tzinfo=UTC), tokyo) == "Yesterday"
    assert time_words(datetime(2026, 11, 16, 15, 30, tzinfo=UTC), tokyo) == "00:30"


@pytest.mark.parametrize(
    ("minutes", "said"),
    [
        (0, "0 min"),
        (59, "59 min"),
        (60, "1 h"),
        (192, "3 h 12 min"),
        (1_440, "1 day"),
        (4_400, "3 days"),
    ],
)
def test_ages(minutes: int, said: str) -> None:
    assert age_words(timedelta(minutes=minutes)) == said


def test_waiting_turns_red_after_its_limit() -> None:
    """R8."""
    since, soon = NOW - timedelta(minutes=30), NOW + timedelta(seconds=1)
    assert _chips(waiting_since=since, late_at=soon) == [("30 min", "secondary")]
    assert _chips(waiting_since=since, late_at=NOW) == [("30 min", "waiting")]


def test_the_third_line_says_what_there_is_to_say() -> None:
    assert _chips() == []
    assert _chips(source=CAMPAIGN, program_name="Autumn offer") == [("Autumn offer", "campaign")]
    assert _chips(source=SERVICE, program_name="Alerts") == [("Alerts", "service")]
    assert _chips(nudge_days=3) == [("silent for 3 days", "nudge")]
    assert _chips(trouble="failed") == [("failed", "error")]
    assert _chips(draft="Dear") == [("draft", "accent")]
    assert _chips(unrouted="no holder") == [("no holder", "nudge")]
    snoozed = {"team_state": TeamState.SNOOZED, "snoozed_until": NOW + timedelta(hours=3)}
    assert _chips(**snoozed) == [("till 13:43", "secondary")]
    assert _chips(tags=("vip", "<b>x</b>")) == [("vip", "secondary"), ("<b>x</b>", "secondary")]


def test_own_messages_start_with_you() -> None:
    def said(origin: Origin) -> str:
        return row_words(row(1, snippet="Hello", snippet_from=origin), CLOCK).snippet

    assert said(Origin.PERSON).startswith("You: ")
    assert said(Origin.CONTACT) == said(Origin.PROGRAM) == "Hello"
    assert said(Origin.AUTOMATIC).startswith("Automatic: ")


def test_a_name_cannot_turn_the_row_around() -> None:
    words = row_words(row(1, "\u202egnp.exe \u2066x", "a\u202eb\u0007"), CLOCK)
    assert words.name == "\u2068[RLO]gnp.exe [LRI]x\u2069"
    assert "\u202e" not in words.snippet
    assert "␇" in words.snippet


def test_a_name_that_only_looks_empty_shows_the_number() -> None:
    words = row_words(row(1, "\u200b\u3164"), CLOCK)
    assert "+1 202 555 0144" in words.name
    assert words.initials == ""


def test_a_message_without_words_is_said_as_what_it_is() -> None:
    """A picture alone left the line empty, and so did what was begun and not sent yet."""

    def said(origin: Origin | None, attachments: int = 0) -> str:
        asked = row(1, snippet="", snippet_from=origin, attachments=attachments)
        return row_words(asked, CLOCK).snippet

    assert said(Origin.CONTACT, 1) == "Attachment"
    assert said(Origin.CONTACT, 3) == "3 attachments"
    assert said(Origin.CONTACT) == "(no text)"
    assert said(None) == "Nothing sent yet"


def test_a_row_read_out_says_name_number_unread_snippet_waiting() -> None:
    spoken = row_words(
        row(1, "Mira", "Hi", unread=2, waiting_since=NOW - timedelta(minutes=5), pinned=True), CLOCK
    ).spoken
    for part in ("Mira", "+1 202 555 0144", "2 unread", "Hi", "waiting 5 min", "pinned"):
        assert part in spoken


def test_r19_an_empty_unrouted_says_that_everything_found_somebody() -> None:
    words = empty_words(InboxFilter(scope=Scope.UNROUTED), changed=False)
    assert words.sentence.startswith("Whatever came in has found somebody.")
    assert (words.action, words.tint) == ("", "ok")
