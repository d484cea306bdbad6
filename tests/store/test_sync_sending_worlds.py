"""GS1-GS4, GS7: model worlds with broken posts, crashes, lag and wrong clocks; seeded mistakes."""

from __future__ import annotations

import os
from collections.abc import Callable
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa

from sms_desk.domain import outbox as rules
from sms_desk.domain.errors import StorageError
from sms_desk.providers.base import Outcome, SendResult
from sms_desk.store import attempts, outbox, tables
from sms_desk.store.engine import Tx
from sms_desk.store.outbox import Entry
from sms_desk.sync import deliver
from sms_desk.sync.deliver import Deliverer
from tests.fixtures.desk import desk_at
from tests.fixtures.sending_world import SendingWorld

WORLDS = int(os.environ.get("SMS_DESK_WORLDS", "2"))
"""Each has 24 peers, so two and one are 72 model worlds; SMS_DESK_WORLDS asks for more."""


def live(path: Path, seed: int, *, elsewhere: bool = False, steps: int = 40) -> None:
    with desk_at(path / f"{seed}.db") as desk:
        SendingWorld(desk, seed, elsewhere=elsewhere).run(steps)


@pytest.mark.allow_log("sms_desk")
@pytest.mark.parametrize("seed", range(WORLDS))
def test_every_message_goes_out_once_and_ends_in_one_state(tmp_path: Path, seed: int) -> None:
    """GS1, GS2, GS3, GS4, GS7, I1-I6."""
    live(tmp_path, seed)


@pytest.mark.parametrize("seed", range(100, 100 + max(1, WORLDS // 3)))
def test_another_program_that_sends_the_same_texts_confuses_nothing(
    tmp_path: Path, seed: int
) -> None:
    """GS1-GS4 with a second sender in the account."""
    live(tmp_path, seed, elsewhere=True)


# --- the mistakes of algorithms §1.5, each of which the worlds must notice ------------------------


def _post_before_the_attempt_is_durable(patch: pytest.MonkeyPatch) -> None:
    def deliver_carelessly(self: Deliverer, outbox_id: Any) -> Any:
        with self._workspace.read() as tx:
            entry = outbox.get(tx, outbox_id)
            outgoing = deliver._outgoing(tx, entry)
        result = self._provider.send(outgoing)
        changes, claim = self.claim(outbox_id)
        started = self.start(claim) if claim else None
        if started is not None:
            self.record(started, result)
        yield changes

    patch.setattr(Deliverer, "_deliver", deliver_carelessly)
    patch.setattr(SendingWorld, "_who_is_sending", _first_queued)


def _first_queued(world: SendingWorld) -> Any:
    """Who sends, where no attempt says so: the first that waits for that lane."""
    return next(row["id"] for row in world.desk.outbox() if row["state"] == "queued")


def _classified(change: Callable[[SendResult], SendResult]) -> Callable[[pytest.MonkeyPatch], None]:
    def seed_it(patch: pytest.MonkeyPatch) -> None:
        patch.setattr(deliver, "_unless_credential", change)

    return seed_it


def _lost_is_refused(result: SendResult) -> SendResult:
    if result.outcome is Outcome.IN_DOUBT:
        return SendResult(Outcome.REFUSED, "http_500", code="500")
    return result


def _lost_is_not_sent(result: SendResult) -> SendResult:
    if result.outcome is Outcome.IN_DOUBT:
        return SendResult(Outcome.NOT_SENT, "read_timeout")
    return result


def _bound_ids_are_not_excluded(patch: pytest.MonkeyPatch) -> None:
    patch.setattr(attempts, "bound", lambda *_: {})


def _no_upper_bound(patch: pytest.MonkeyPatch) -> None:
    patch.setattr(rules, "_LATEST", timedelta(days=10))


def _offset_is_ignored(patch: pytest.MonkeyPatch) -> None:
    def without_offset(attempt: attempts.Attempt) -> rules.Doubt:
        return rules.Doubt(
            attempt.outbox_id, attempt.n, attempt.lane, attempt.started_at, timedelta(0)
        )

    patch.setattr(attempts.Attempt, "doubt", property(without_offset))


def _no_lane(patch: pytest.MonkeyPatch) -> None:
    patch.setattr(attempts, "lane_is_free", lambda *_: True)
    patch.setattr(outbox, "is_head", lambda *_: True)
    patch.setattr(outbox, "heads", _all_queued)


def _all_queued(tx: Tx, _now: datetime) -> list[Entry]:
    o = tables.outbox.c
    ids = tx.execute(sa.select(o.id).where(o.state == "queued")).scalars().all()
    return [outbox.get(tx, id_) for id_ in ids]


MISTAKES = {
    "the attempt is not durable before the post": _post_before_the_attempt_is_durable,
    "500 is taken as a refusal": _classified(_lost_is_refused),
    "a lost answer is taken as not sent": _classified(_lost_is_not_sent),
    "bound ids are not excluded": _bound_ids_are_not_excluded,
    "no upper time bound": _no_upper_bound,
    "the clock offset is ignored": _offset_is_ignored,
    "no lane, no order": _no_lane,
}
NEEDS_ANOTHER_PROGRAM = {"no upper time bound"}


@pytest.mark.allow_log("sms_desk")
@pytest.mark.parametrize("name", MISTAKES)
def test_a_seeded_mistake_is_noticed(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, name: str
) -> None:
    """The harness itself: without this a world that checks nothing would pass."""
    MISTAKES[name](monkeypatch)
    for seed, steps in ((0, 30), (2, 20), (4, 40), (1, 40)):  # most are noticed by the first
        try:
            live(tmp_path, seed, elsewhere=name in NEEDS_ANOTHER_PROGRAM, steps=steps)
        except (AssertionError, StorageError):
            return
    pytest.fail(f"nobody noticed that {name}")
