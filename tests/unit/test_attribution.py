"""R3, R5, R61: which program a message belongs to, and why."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sms_desk.domain.attribution import (
    NO_PROGRAM,
    ProgramSend,
    Recogniser,
    TakeOver,
    matches,
    rival,
)
from sms_desk.domain.model import (
    DIRECT,
    Binding,
    BindingKind,
    Program,
    ProgramId,
    ProgramKind,
    SenderId,
    ServiceId,
    Source,
    SourceKind,
    SourceReason,
)

T0 = datetime(2026, 3, 2, 9, tzinfo=UTC)
DAY = timedelta(days=1)
NUMBER, ONE_WAY = SenderId(UUID(int=1)), SenderId(UUID(int=2))
SERVICE = ServiceId(UUID(int=3))
SALE, ALERTS, TEXTS = (ProgramId(UUID(int=n)) for n in (11, 12, 13))


def program(id_: ProgramId, kind: ProgramKind = ProgramKind.CAMPAIGN, days: int = 30) -> Program:
    return Program(id_, kind, "x", days, T0, T0 + 10 * DAY)


PROGRAMS = {
    SALE: program(SALE),
    ALERTS: program(ALERTS, ProgramKind.SERVICE, 2),
    TEXTS: program(TEXTS),
}
BY_SERVICE = Binding(SALE, BindingKind.MESSAGING_SERVICE, service_id=SERVICE)
BY_SENDER = Binding(ALERTS, BindingKind.SENDER, sender_id=NUMBER)
BY_TEXT = Binding(TEXTS, BindingKind.PATTERN, pattern="Sale: *")


def asked(
    *bindings: Binding, body: str = "Sale: today", at: datetime = T0
) -> tuple[ProgramId | None, SourceReason]:
    found = Recogniser(PROGRAMS, bindings).program_of(
        service_id=SERVICE, sender_id=NUMBER, body=body, at=at
    )
    return found.program_id, found.reason


def test_the_messaging_service_comes_before_the_sender_before_the_text() -> None:
    """R61."""
    assert asked(BY_TEXT, BY_SENDER, BY_SERVICE) == (SALE, SourceReason.MESSAGING_SERVICE)
    assert asked(BY_TEXT, BY_SENDER) == (ALERTS, SourceReason.DEDICATED)
    assert asked(BY_TEXT) == (TEXTS, SourceReason.PATTERN)
    assert asked() == (None, SourceReason.NONE)


@pytest.mark.parametrize(
    ("at", "found"),
    [(T0 - timedelta(seconds=1), False), (T0, True), (T0 + 10 * DAY, False)],
)
def test_a_text_counts_only_within_the_programs_dates(at: datetime, found: bool) -> None:
    assert (asked(BY_TEXT, at=at)[0] is not None) is found


@pytest.mark.parametrize(
    ("pattern", "body", "fits"),
    [
        ("Sale: *", "sale:  20% off", True),
        ("Sale: *", "our Sale: 20%", False),
        ("sale", "SALE", True),
        ("sale", "sales", False),
        ("*sale*", "our sale is on", True),
        ("Hi *, your code is *.", "Hi Ann, your code is 12.", True),
        ("Hi *, your code is *.", "Hi Ann, your code is 12", False),
        ("a*a", "a", False),
        ("*", "anything", False),
        ("", "", False),
        ("(a+)+$*", "(a+)+$ literal", True),
        ("[a-z]*", "abc", False),
        ("STRASSE*", "straße 1", True),
    ],
)
def test_patterns_are_literal_text_with_stars(pattern: str, body: str, fits: bool) -> None:
    assert matches(pattern, body) is fits


WORDS = st.text("abcé", max_size=12)


@given(WORDS, WORDS, WORDS)
def test_what_is_put_in_a_stars_place_fits(head: str, middle: str, tail: str) -> None:
    assert matches(f"x{head}*{tail}x", f"X{head}|{middle}|{tail}X".replace("|", ""))
    assert not matches(f"x{head}*{tail}x", f"y{head}{middle}{tail}x")


def source(
    *sends: ProgramSend,
    at: datetime = T0,
    bindings: tuple[Binding, ...] = (),
    taken: TakeOver | None = None,
    homes: dict[UUID, UUID] | None = None,
) -> Source:
    return Recogniser(PROGRAMS, bindings, homes).source_of(
        at=at, sender_id=NUMBER, sends=sends, taken_over=taken
    )


def test_the_most_recent_send_within_its_own_window_counts() -> None:
    """R3 (a): each program has its own window."""
    sends = (ProgramSend(SALE, T0), ProgramSend(ALERTS, T0 + DAY))
    assert source(*sends, at=T0 + 2 * DAY).program_id == ALERTS
    assert source(*sends, at=T0 + 5 * DAY).program_id == SALE
    assert source(*sends, at=T0 + 40 * DAY) == DIRECT
    assert source(ProgramSend(ALERTS, T0), at=T0 + 2 * DAY).program_id == ALERTS
    assert source(ProgramSend(ALERTS, T0), at=T0 + 2 * DAY + timedelta(seconds=1)) == DIRECT


def test_what_is_sent_later_explains_nothing_earlier() -> None:
    assert source(ProgramSend(SALE, T0 + timedelta(seconds=1)), at=T0) == DIRECT


def test_the_reason_and_kind_are_told() -> None:
    found = source(ProgramSend(ALERTS, T0))
    assert found == Source(SourceKind.SERVICE, ALERTS, SourceReason.RECENT_SEND)


def test_a_dedicated_sender_names_its_program_and_so_does_a_one_way_partner() -> None:
    """R3 (b), R60."""
    assert source(bindings=(BY_SENDER,)).reason is SourceReason.DEDICATED
    partner = Binding(SALE, BindingKind.SENDER, sender_id=ONE_WAY)
    assert source(bindings=(partner,), homes={ONE_WAY: NUMBER}).program_id == SALE
    assert source(bindings=(partner,), homes={}) == DIRECT


def test_r5_another_programs_send_does_not_end_a_take_over() -> None:
    """Direct, from campaign X, until X sends again: then R3 holds as ever."""
    taken = TakeOver(SALE, T0)
    other, again = ProgramSend(TEXTS, T0 + DAY), ProgramSend(SALE, T0 + 3 * DAY)
    during = source(other, at=T0 + 2 * DAY, taken=taken, bindings=(BY_SENDER,))
    assert during == Source(SourceKind.DIRECT, None, SourceReason.TAKEN_OVER, SALE)
    assert source(other, again, at=T0 + 2 * DAY, taken=taken) == during
    assert source(other, again, at=T0 + 4 * DAY, taken=taken).program_id == SALE
    later = ProgramSend(TEXTS, T0 + 5 * DAY)
    assert source(other, again, later, at=T0 + 6 * DAY, taken=taken).program_id == TEXTS
    assert source(again, at=T0 + 50 * DAY, taken=taken).reason is SourceReason.NONE


def test_r5_what_answers_no_program_does_so_until_any_sends() -> None:
    """R61: a person said so, of none in particular."""
    said = TakeOver(None, T0 + DAY)
    assert source(ProgramSend(SALE, T0), at=T0 + 2 * DAY, taken=said).program_id is None
    sent = ProgramSend(TEXTS, T0 + 2 * DAY)
    assert source(sent, at=T0 + 3 * DAY, taken=said).program_id == TEXTS


def test_a_take_over_lasts_until_its_program_sends_again() -> None:
    """R5."""
    taken = TakeOver(SALE, T0 + DAY)
    before = ProgramSend(SALE, T0)
    during = source(before, at=T0 + 2 * DAY, taken=taken, bindings=(BY_SENDER,))
    assert during == Source(SourceKind.DIRECT, None, SourceReason.TAKEN_OVER, SALE)
    assert source(before, at=T0 + timedelta(hours=1), taken=taken).program_id == SALE
    again = ProgramSend(SALE, T0 + 3 * DAY)
    assert source(before, again, at=T0 + 4 * DAY, taken=taken).program_id == SALE
    assert source(before, again, at=T0 + 2 * DAY, taken=taken).program_id is None


@given(st.permutations([ProgramSend(SALE, T0 + n * DAY) for n in range(4)]))
def test_the_order_of_arrival_is_no_matter(sends: list[ProgramSend]) -> None:
    assert source(*sends, at=T0 + 4 * DAY) == source(ProgramSend(SALE, T0), at=T0 + 4 * DAY)


def test_bindings_of_a_retired_program_are_forgotten() -> None:
    found = Recogniser({}, [BY_SENDER]).program_of(
        service_id=None, sender_id=NUMBER, body="", at=T0
    )
    assert found == NO_PROGRAM


# --- who is recognised by the same thing already --------------------------------------------------


def dated(id_: ProgramId, since: datetime | None, until: datetime | None) -> Program:
    return Program(id_, ProgramKind.CAMPAIGN, "x", 30, since, until)


def test_r61_a_sender_id_or_service_serves_one_program_whenever_they_run() -> None:
    apart = {SALE: dated(SALE, T0, T0 + DAY), ALERTS: dated(ALERTS, T0 + 5 * DAY, None)}
    for known in (
        Binding(ALERTS, BindingKind.SENDER, sender_id=NUMBER),
        Binding(ALERTS, BindingKind.MESSAGING_SERVICE, service_id=SERVICE),
    ):
        assert rival(replace(known, program_id=SALE), [known], apart) == ALERTS
        other = Binding(SALE, BindingKind.SENDER, sender_id=ONE_WAY)
        assert rival(other, [known], apart) is None
        text = Binding(SALE, BindingKind.PATTERN, pattern="Sale: *")
        assert rival(text, [known], apart) is None


@pytest.mark.parametrize(
    ("since", "until", "meet"),
    [
        (None, None, True),
        (None, T0, False),  # it ends as the other begins
        (None, T0 + timedelta(seconds=1), True),
        (T0 + 2 * DAY, None, False),
        (T0 + DAY, None, True),
        (T0 - DAY, T0 + 9 * DAY, True),
    ],
)
def test_r61_one_pattern_serves_programs_whose_dates_never_meet(
    since: datetime | None, until: datetime | None, meet: bool
) -> None:
    known = Binding(ALERTS, BindingKind.PATTERN, pattern="Sale: *")
    wanted = Binding(SALE, BindingKind.PATTERN, pattern="SALE:  *")
    programs = {ALERTS: dated(ALERTS, T0, T0 + 2 * DAY), SALE: dated(SALE, since, until)}
    assert rival(wanted, [known], programs) == (ALERTS if meet else None)
    assert rival(replace(wanted, pattern="Other: *"), [known], programs) is None
