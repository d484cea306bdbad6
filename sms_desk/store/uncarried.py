"""Queued messages that no connected account could send: stopped at once, with the reason (R33)."""

from __future__ import annotations

from datetime import datetime

from sms_desk.domain import send_checks
from sms_desk.domain.send_checks import Verdict
from sms_desk.store import outbox, send_facts, stopping
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
