"""Recognising our own: an unbound message of the list and the attempt that made it (GS7, §1.5)."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime
from uuid import UUID

from sms_desk.domain import outbox as rules
from sms_desk.domain.model import AttemptState, OutboxState
from sms_desk.domain.outbox import Sighting
from sms_desk.store import attempts, conversations, messages, outbox
from sms_desk.store.attempts import Attempt
from sms_desk.store.engine import Tx
from sms_desk.sync.auto_respond import person_answered

ARRIVED_TWICE = "arrived_twice"
ARRIVED_AFTER_ALL = "arrived_after_all"
_UNDER_WAY = frozenset({OutboxState.CLAIMED, OutboxState.SENDING})
_FINALLY_KNOWN = frozenset({OutboxState.WITHDRAWN, OutboxState.REFUSED})


def offer(tx: Tx, account_id: UUID, sightings: Sequence[Sighting], *, at: datetime) -> list[UUID]:
    """Offer unbound messages of the list to the attempts that may own them.

    Returns the ids of the outbox entries that found theirs. Their messages must be stored.
    """
    if not sightings:
        return []
    open_attempts = attempts.bindable(tx, account_id, {sighting.lane for sighting in sightings})
    if not open_attempts:
        return []
    bound = attempts.bound(tx, account_id, {sighting.sid for sighting in sightings})
    free = [sighting for sighting in sightings if sighting.sid not in bound]
    by_doubt = {attempt.doubt: attempt for attempt in open_attempts}
    found = rules.own_copies(by_doubt, free)
    for doubt, own in found:
        _bind(tx, by_doubt[doubt], own, at)
    return [doubt.outbox_id for doubt, _ in found]


def _bind(tx: Tx, attempt: Attempt, sighting: Sighting, at: datetime) -> None:
    attempts.set_state(
        tx, attempt, AttemptState.ACCEPTED, provider_sid=sighting.sid, next_check_at=None
    )
    entry = outbox.get(tx, attempt.outbox_id)
    if entry.state is OutboxState.ACCEPTED:
        outbox.update(tx, entry.id, reason=ARRIVED_TWICE)
    elif entry.state not in _UNDER_WAY:  # the newer attempt's own answer decides there
        _close_newer(tx, entry.id)
        outbox.set_state(
            tx,
            entry,
            OutboxState.ACCEPTED,
            at=at,
            provider_sid=sighting.sid,
            reason=ARRIVED_AFTER_ALL if entry.state in _FINALLY_KNOWN else "",
        )
    adopt(tx, attempt.account_id, [(sighting.sid, entry.id)])


def _close_newer(tx: Tx, outbox_id: UUID) -> None:
    """An older attempt's copy has turned up: a newer one in doubt has nothing left to find out."""
    newer = attempts.open_one(tx, outbox_id)
    if newer is not None and newer.state in rules.DOUBTFUL:
        attempts.set_state(tx, newer, AttemptState.SUPERSEDED, next_check_at=None)


def adopt(tx: Tx, account_id: UUID, owned: Iterable[tuple[str, UUID]]) -> None:
    """Mark stored messages as what was sent through the desk, as (provider id, outbox id)."""
    by_sid = dict(owned)
    stored = messages.known(tx, account_id, by_sid)
    for sid, message in stored.items():
        entry = outbox.get(tx, by_sid[sid])
        if message.outbox_id is None:
            messages.bind(
                tx,
                message,
                outbox_id=entry.id,
                origin=entry.origin,
                author_id=entry.author_id,
                on_behalf_id=entry.on_behalf_id,
            )
        person_answered(tx, message.conversation_id, entry, message.at)
    conversations.refresh(tx, {message.conversation_id for message in stored.values()})
