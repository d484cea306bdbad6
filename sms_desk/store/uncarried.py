"""Messages of accounts that are gone: what is queued is stopped with the reason (R33), and of what
is in doubt a person is asked, since nobody can look it up (GS2)."""

from __future__ import annotations

from datetime import datetime

from sms_desk.domain import send_checks
from sms_desk.domain.model import AttemptState, OutboxState
from sms_desk.domain.send_checks import Verdict
from sms_desk.store import attempts, conversations, outbox, send_facts, stopping
from sms_desk.store.engine import Tx
from sms_desk.store.outbox import Entry


def stranded(tx: Tx, now: datetime) -> list[Entry]:
    """Those whose turn it is, and whose sender ID nobody carries."""
    return [e for e in outbox.heads(tx, now) if send_facts.carrier(tx, e.sender_id) is None]


def hold(tx: Tx, now: datetime) -> list[Entry]:
    """Hold them; returns which."""
    held = []
    for entry in stranded(tx, now):
        checked = send_checks.run(send_facts.gather(tx, entry, now))
        if checked.verdict is Verdict.HELD:
            stopping.stop(tx, entry, checked, at=now)
            held.append(entry)
    return held


def ask(tx: Tx, now: datetime) -> list[Entry]:
    """Ask about what is in doubt, once; returns which. If the account comes back, its scans look."""
    asked = []
    for attempt in attempts.unwatched(tx):
        if attempt.state is AttemptState.ASK:
            attempts.update(tx, attempt, next_check_at=None)
            continue
        attempts.set_state(tx, attempt, AttemptState.ASK, next_check_at=None)
        entry = outbox.get(tx, attempt.outbox_id)
        outbox.set_state(tx, entry, OutboxState.ASK, at=now, reason=attempt.outcome)
        asked.append(entry)
    conversations.refresh(tx, {entry.conversation_id for entry in asked})
    return asked
