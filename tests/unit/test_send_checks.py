"""R13, R14, R33, R36, R39, R40, R41, R42, GS5, GS6: what stops a message at the moment of sending, and the way out."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sms_desk.domain import dlt, one_way, send_checks
from sms_desk.domain.addresses import from_provider
from sms_desk.domain.model import (
    Channel,
    DltKind,
    Health,
    OptOutScope,
    PersonId,
    SenderDirection,
    SenderKind,
)
from sms_desk.domain.registration import HeaderType, India, Route
from sms_desk.domain.send_checks import Content, QuietPolicy, SendFacts, Unseen, Verdict, WayOut
from sms_desk.settings.facts import quiet_rules, sender_id_countries

NOW = datetime(2026, 3, 2, 9, tzinfo=UTC)
ANN, BOB = PersonId(UUID(int=1)), PersonId(UUID(int=2))
FINE = SendFacts(
    now=NOW,
    composed_at=NOW - timedelta(seconds=5),
    not_after=NOW + timedelta(minutes=30),
    author_id=ANN,
    channel=Channel.SMS,
    to=from_provider("+12025550142"),
    sender_label="Main",
    sender_retired=False,
    sender_health=Health.OK,
    sender_direction=SenderDirection.BOTH,
    carried=True,
    owner_id=ANN,
)
OLD = NOW - timedelta(seconds=61)
NIGHT = datetime(2026, 3, 2, 9, tzinfo=UTC)  # 4:00 in New York
QUIET = QuietPolicy(quiet_rules(), timedelta(minutes=60))
IN_INDIA = from_provider("+919876543210")
DOMESTIC = India(Route.DOMESTIC, "1101234560000012345", "ACMECO", HeaderType.SERVICE)
PAUSED = Content("order_ready", "WhatsApp has paused it.")
OPEN = NOW + timedelta(hours=3)
PROMO = replace(DOMESTIC, header="565656", header_type=HeaderType.PROMOTIONAL)
REGISTERED = dlt.Template(
    UUID(int=9), "1107", "Code", DltKind.SERVICE_IMPLICIT, "Your code: {#numeric#}"
)

CASES: list[tuple[str, dict[str, Any], bool]] = [
    ("address", {"to": from_provider("22000")}, False),
    ("address", {"to": from_provider("TWILIO")}, False),
    ("sender", {"sender_retired": True}, False),
    ("health", {"sender_health": Health.BLOCKED}, False),
    ("sender", {"sender_direction": SenderDirection.INCOMING}, False),
    ("sender", {"carried": False}, False),
    ("opt_out", {"opt_out": OptOutScope.ACCOUNT}, False),
    ("holder", {"may_use": False}, False),
    ("field", {"body": "Hello {first_name}"}, False),
    ("quiet_hours", {"quiet": QUIET, "now": NIGHT}, False),
    ("quiet_hours", {"quiet": replace(QUIET, waivable=True), "now": NIGHT}, True),
    ("dlt", {"to": IN_INDIA, "india": India(Route.DOMESTIC)}, False),
    ("dlt", {"to": IN_INDIA, "india": DOMESTIC}, False),
    ("dlt", {"to": IN_INDIA, "india": DOMESTIC, "dlt": (REGISTERED,), "body": "Hi"}, False),
    ("dlt", {"to": IN_INDIA, "india": PROMO, "dlt": (REGISTERED,), "body": "Your code: 1"}, False),
    ("window", {"channel": Channel.WHATSAPP}, False),
    ("window", {"channel": Channel.WHATSAPP, "window_closes_at": NOW}, False),
    ("window", {"channel": Channel.WHATSAPP, "content": PAUSED, "window_closes_at": OPEN}, False),
    ("ownership", {"owner_id": BOB, "owner_name": "Bob", "epoch_moved": True}, True),
    ("unseen", {"unseen": (Unseen("Bob", NOW),)}, True),
    ("unseen", {"unseen": (Unseen("", NOW),), "composed_at": OLD}, True),
    ("expired", {"not_after": NOW}, True),
]


def test_a_message_that_nothing_stops_goes() -> None:
    assert send_checks.run(FINE).verdict is Verdict.ALLOWED


@pytest.mark.parametrize(("name", "changed", "can_confirm"), CASES)
def test_each_check_holds_and_says_why(
    name: str, changed: dict[str, Any], can_confirm: bool
) -> None:
    result = send_checks.run(replace(FINE, **changed))
    assert (result.name, result.verdict) == (name, Verdict.HELD)
    assert result.can_confirm is can_confirm
    assert result.title.endswith(".")
    assert result.next_step.endswith((".", ")."))


@pytest.mark.parametrize(("name", "changed", "can_confirm"), CASES)
def test_a_person_can_waive_only_what_is_a_persons_to_waive(
    name: str, changed: dict[str, Any], can_confirm: bool
) -> None:
    facts = replace(FINE, confirmed=frozenset({name}), **changed)
    allowed = send_checks.run(facts).verdict is Verdict.ALLOWED
    assert allowed is can_confirm


@pytest.mark.parametrize(
    "changed",
    [
        {"owner_id": BOB},  # it was Bob's when it was written
        {"owner_id": None, "epoch_moved": True},
        {"owner_id": ANN, "epoch_moved": True},
        {"unseen": (Unseen("", NOW),)},  # §2.5: fresh words go, with a mark
        {"sender_health": Health.DEGRADED},
        {"sender_direction": SenderDirection.OUTGOING},
        {"channel": Channel.WHATSAPP, "window_closes_at": NOW + timedelta(seconds=1)},
        {"channel": Channel.WHATSAPP, "content": Content("order_ready")},  # R42: always
        {"may_use": False, "author_id": None},  # an auto-responder is nobody's
        {"quiet": QUIET, "last_inbound_at": NOW - timedelta(minutes=60)},  # R40: an answer
        {"quiet": QUIET, "to": from_provider("+4915112345678")},
        {"to": IN_INDIA, "india": India()},  # R41: the international route needs none
        {"to": IN_INDIA, "india": DOMESTIC, "dlt": (REGISTERED,), "body": "Your code: 42"},
        {"india": DOMESTIC},  # to the US: the rules hang on route and country
        {"body": "Braces {{name}} and { name }"},
    ],
)
def test_what_stops_nothing(changed: dict[str, Any]) -> None:
    assert send_checks.run(replace(FINE, **changed)).verdict is Verdict.ALLOWED


def test_what_nobody_can_waive_is_said_first() -> None:
    everything = {key: value for _, changed, _ in reversed(CASES) for key, value in changed.items()}
    assert not send_checks.run(replace(FINE, **everything)).can_confirm


def test_every_confirmable_check_moves_the_messages_base() -> None:
    """GS6: a confirmation covers what was there, and nothing that comes after it."""
    assert send_checks.REBASED <= send_checks.CONFIRMABLE


# --- what the writer is told --------------------------------------------------------------------


def test_r33_the_writer_sees_every_finding_the_claim_the_first() -> None:
    facts = replace(
        FINE,
        sender_health=Health.DEGRADED,
        opt_out=OptOutScope.SENDER,
        body="Hello {first_name}",
        now=NIGHT,
        quiet=QUIET,
    )
    found = send_checks.run_all(facts)
    assert [result.name for result in found] == ["opt_out", "quiet_hours", "field", "health"]
    assert found[-1].verdict is Verdict.WARNING
    assert send_checks.run(facts).name == "opt_out"
    assert send_checks.run_all(FINE) == ()


def test_r40_the_rule_is_named_and_the_next_minute_offered() -> None:
    (found,) = send_checks.run_all(replace(FINE, quiet=QUIET, now=NIGHT))
    assert found.title == (
        "It is 04:00 where the contact is; US quiet hours (TCPA): 08:00 to 21:00 only."
    )
    assert found.not_before == datetime(2026, 3, 2, 13, tzinfo=UTC)
    assert WayOut.SEND_LATER in found.ways
    assert "08:00 there (America/New_York)" in found.next_step


def test_r40_a_number_that_may_be_anywhere_says_may_be() -> None:
    anywhere = from_provider("+18005550142")
    (found,) = send_checks.run_all(replace(FINE, to=anywhere, quiet=QUIET, now=NIGHT))
    assert found.title.startswith("It may be ")


def test_r40_promotional_to_india_from_10_to_21_ist_on_the_domestic_route() -> None:
    template = replace(REGISTERED, kind=DltKind.PROMOTIONAL, body="Sale")
    facts = replace(
        FINE, to=IN_INDIA, india=PROMO, dlt=(template,), body="Sale", quiet=QUIET, now=NIGHT
    )
    assert send_checks.run(facts).verdict is Verdict.ALLOWED  # 14:30 IST
    late = datetime(2026, 3, 2, 15, 30, tzinfo=UTC)
    evening = replace(facts, now=late, not_after=late + timedelta(minutes=1))
    assert send_checks.run(evening).not_before == datetime(2026, 3, 3, 4, 30, tzinfo=UTC)
    international = replace(evening, india=replace(PROMO, route=Route.INTERNATIONAL))
    assert send_checks.run(international).verdict is Verdict.ALLOWED


def test_r41_the_first_deviation_is_pointed_at() -> None:
    facts = replace(FINE, to=IN_INDIA, india=DOMESTIC, dlt=(REGISTERED,), body="Your code; 42")
    found = send_checks.run(facts)
    assert found.title == (
        "The text is not “Code” as registered: at character 10 stands “;” instead of “:”."
    )
    assert found.ways == (WayOut.PICK_TEMPLATE,)


def test_r17_a_blocked_sender_names_its_fallback() -> None:
    facts = replace(FINE, sender_health=Health.BLOCKED, fallback="Second")
    found = send_checks.run(facts)
    assert "Second" in found.next_step
    assert found.ways[0] is WayOut.FALLBACK


def test_r14_a_name_where_names_do_not_exist_is_a_warning_with_both_sources() -> None:
    countries = sender_id_countries()
    for country in countries.values():
        facts = replace(FINE, sender_kind=SenderKind.ALPHANUMERIC, country=country)
        assert send_checks.run(facts).verdict is Verdict.ALLOWED
        warned = [found for found in send_checks.run_all(facts) if found.name == "country"]
        if country.sources_disagree:
            assert "another source" in warned[0].title
    warned = list(
        send_checks.run_all(
            replace(FINE, sender_kind=SenderKind.ALPHANUMERIC, country=countries["US"])
        )
    )
    assert [found.name for found in warned] == ["country"]


# --- one-way sender IDs (R13) --------------------------------------------------------------------

ONE_WAY = replace(FINE, sender_kind=SenderKind.ALPHANUMERIC, sender_label="ACME")


@pytest.mark.parametrize(
    "body",
    [
        "Can you come at ten?",
        "Please reply by Friday",
        "Let us know.",
        "Bitte antworten Sie",
        "¿Puede venir?",
        "هل يمكنك الحضور؟",
        "请回复",
        "Text YES to confirm",
    ],
)
def test_r13_a_text_that_asks_for_an_answer_gets_a_warning(body: str) -> None:
    (found,) = send_checks.run_all(replace(ONE_WAY, body=body))
    assert (found.name, found.verdict) == ("one_way", Verdict.WARNING)
    assert not send_checks.run_all(replace(FINE, body=body))
    assert send_checks.run(replace(ONE_WAY, body=body)).verdict is Verdict.ALLOWED


@pytest.mark.parametrize(
    "body",
    ["Your order is ready.", "Thanks for your reply.", "See https://acme.example/?a=1&b=2 now", ""],
)
def test_r13_other_texts_get_none(body: str) -> None:
    assert not send_checks.run_all(replace(ONE_WAY, body=body))


def test_r13_the_instruction_is_offered_until_it_stands_there() -> None:
    facts = replace(
        ONE_WAY,
        body="Will you come?",
        inbound="+1 202-555-0150",
        reply_instruction="To reply, text JOIN to +1 202-555-0150",
    )
    (found,) = send_checks.run_all(facts)
    assert (found.ways, found.insert) == ((WayOut.INSERT,), facts.reply_instruction)
    inserted = one_way.with_instruction(facts.body, found.insert)
    assert not send_checks.run_all(replace(facts, body=inserted))
    assert not send_checks.run_all(replace(facts, body="Will you come? Text +12025550150"))


@given(st.text(max_size=200))
def test_r13_any_text_is_read(text: str) -> None:
    one_way.asks_for_answer(text)
    assert one_way.tells_where(one_way.with_instruction(text, "Text JOIN"), "Text JOIN", "")


@pytest.mark.parametrize(
    ("found", "expected", "words"),
    [
        ("\u00a0", " ", "stands no-break space instead of a space."),
        ("\u200b", "", "stands zero width space instead of the end."),
        (" ", "\n", "stands a space instead of a line break."),
        ("\u0085", "x", "stands U+0085 instead of “x”."),
    ],
)
def test_r41_a_deviation_that_cannot_be_seen_is_named(
    found: str, expected: str, words: str
) -> None:
    assert send_checks.said(dlt.Deviation(2, expected, found)) == f"at character 2 {words}"
