"""R33, R39, R42, GS5, GS6: what stops a message at the moment of sending, and the way out."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

import pytest

from sms_desk.domain import send_checks
from sms_desk.domain.addresses import from_provider
from sms_desk.domain.model import Channel, Health, OptOutScope, PersonId, SenderDirection
from sms_desk.domain.send_checks import SendFacts, Unseen, Verdict

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

CASES: list[tuple[str, dict[str, Any], bool]] = [
    ("address", {"to": from_provider("22000")}, False),
    ("address", {"to": from_provider("TWILIO")}, False),
    ("sender", {"sender_retired": True}, False),
    ("sender", {"sender_health": Health.BLOCKED}, False),
    ("sender", {"sender_direction": SenderDirection.INCOMING}, False),
    ("sender", {"carried": False}, False),
    ("opt_out", {"opt_out": OptOutScope.ACCOUNT}, False),
    ("window", {"channel": Channel.WHATSAPP}, False),
    ("window", {"channel": Channel.WHATSAPP, "window_closes_at": NOW}, False),
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
