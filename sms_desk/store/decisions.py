"""What a person decides about a message in the outbox (algorithms §1.5, R32, R33).

The command executor calls these; each raises RefusedError with rule `outbox_state` where the
message is no longer in a state that the decision answers, and NotFoundError where there is none.
Each returns the entry as it stands afterwards and refreshes the conversation.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from uuid import UUID

import sqlalchemy as sa

from sms_desk.domain import outbox as rules
from sms_desk.domain import send_checks
from sms_desk.domain.errors import RefusedError
from sms_desk.domain.model import AttemptState, OutboxState
from sms_desk.domain.send_checks import Verdict
from sms_desk.store import attempts, conversations, outbox, send_facts, tables
from sms_desk.store.engine import Tx
from sms_desk.store.outbox import Entry

_DOUBTFUL = frozenset({OutboxState.IN_DOUBT, OutboxState.ASK})
_EDITABLE = frozenset({OutboxState.QUEUED, OutboxState.HELD})
_STEPS = {
    OutboxState.HELD: "Nothing of it was sent. Send it anyway (outbox confirm), or drop it.",
    OutboxState.QUEUED: "Nothing of it was sent. It goes by itself; or drop it.",
}
_DROPPABLE = _DOUBTFUL | _EDITABLE | {OutboxState.REFUSED}


def resend(tx: Tx, outbox_id: UUID, *, at: datetime) -> Entry:
    """*It did not arrive, send again*: queued for attempt n+1; n stays open as superseded."""
    entry = _in(tx, outbox_id, _DOUBTFUL, "It is not waiting for a decision.")
    _supersede(tx, outbox_id)
    return _requeued(tx, entry, at)


def drop(tx: Tx, outbox_id: UUID, *, at: datetime) -> Entry:
    """Withdrawn: it is not sent (again). A doubtful copy that turns up later is still recognised."""
    entry = _in(tx, outbox_id, _DROPPABLE, "It has already been handed over, or is just going.")
    _supersede(tx, outbox_id)
    outbox.set_state(tx, entry, OutboxState.WITHDRAWN, at=at, reason="dropped")
    return _after(tx, entry)


def check_again(tx: Tx, outbox_id: UUID, *, at: datetime) -> Entry:
    """*Check again*: the next cycle looks the message up in the provider's list."""
    entry = _in(tx, outbox_id, _DOUBTFUL, "There is nothing to check.")
    doubtful = attempts.open_one(tx, outbox_id)
    if doubtful is not None:
        attempts.update(tx, doubtful, next_check_at=at)
    return entry


def confirm(
    tx: Tx,
    outbox_id: UUID,
    checks: Iterable[str],
    *,
    at: datetime,
    not_after: datetime | None = None,
) -> Entry:
    """*Send anyway*: let a held message pass the named checks; one that is mended just goes.

    What the person has seen by now becomes the message's base, so what happens after this moment
    holds it again. Raises RefusedError, rule `not_confirmable`, where no one may waive a check.
    """
    entry = _in(tx, outbox_id, frozenset({OutboxState.HELD}), "It is not held.")
    checks = frozenset(checks)
    for found in send_checks.run_all(send_facts.gather(tx, entry, at)):
        if found.name in checks and not found.can_confirm and found.verdict is Verdict.HELD:
            raise RefusedError(
                found.title, "Mend that first, or drop the message.", rule="not_confirmable"
            )
    _rebase(tx, entry)
    waived = entry.confirmed | checks - send_checks.REBASED
    outbox.update(tx, entry.id, confirmed=sorted(waived))
    return _requeued(tx, entry, at, not_after)


def edit(tx: Tx, outbox_id: UUID, body: str, *, at: datetime) -> Entry:
    """A held or waiting message gets another text; the writer has seen the thread as it stands."""
    entry = _in(tx, outbox_id, _EDITABLE, "It has already been handed over, or is just going.")
    if attempts.open_one(tx, outbox_id) is not None:
        raise RefusedError("It is just going.", "Wait a moment.", rule="outbox_state")
    lane = outbox.lane_for(tx, entry, body)
    outbox.update(tx, entry.id, body=body, lane=lane)
    _rebase(tx, entry)
    if entry.state is OutboxState.QUEUED:
        outbox.update(tx, entry.id, not_after=at + rules.EXPIRES_AFTER)
        return _after(tx, entry)
    return _requeued(tx, entry, at)


def _in(tx: Tx, outbox_id: UUID, states: frozenset[OutboxState], otherwise: str) -> Entry:
    entry = outbox.get(tx, outbox_id)
    if entry.state not in states:
        otherwise = _STEPS.get(entry.state, otherwise)
        raise RefusedError(
            f"The message is {entry.state.replace('_', ' ')}.", otherwise, rule="outbox_state"
        )
    return entry


def _supersede(tx: Tx, outbox_id: UUID) -> None:
    doubtful = attempts.open_one(tx, outbox_id)
    if doubtful is not None:
        attempts.set_state(tx, doubtful, AttemptState.SUPERSEDED, next_check_at=None)


def _rebase(tx: Tx, entry: Entry) -> None:
    """The writer now knows the conversation's newest message and whose it is."""
    c = tables.conversations.c
    row = tx.execute(sa.select(c.version, c.owner_epoch).where(c.id == entry.conversation_id)).one()
    outbox.update(tx, entry.id, seen_version=row.version, owner_epoch=row.owner_epoch)


def _requeued(tx: Tx, entry: Entry, at: datetime, not_after: datetime | None = None) -> Entry:
    until = not_after or at + rules.EXPIRES_AFTER
    outbox.set_state(tx, entry, OutboxState.QUEUED, at=at, not_after=until)
    return _after(tx, entry)


def _after(tx: Tx, entry: Entry) -> Entry:
    conversations.refresh(tx, [entry.conversation_id])
    return outbox.get(tx, entry.id)
