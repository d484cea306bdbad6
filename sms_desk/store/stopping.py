"""What becomes of a queued message that a check stops (R33): it waits for a person, or for nobody."""

from __future__ import annotations

from datetime import datetime

import sqlalchemy as sa

from sms_desk.domain import send_checks
from sms_desk.domain.model import Channel, Origin, OutboxState
from sms_desk.domain.send_checks import CheckResult
from sms_desk.store import conversations, outbox, send_facts, tables
from sms_desk.store.engine import Tx
from sms_desk.store.outbox import Entry


def stop(tx: Tx, entry: Entry, checked: CheckResult, *, at: datetime) -> None:
    """Hold it and say why; one that an auto-responder wrote is withdrawn: there is nobody to ask.

    Of a held one, next_try_at says from when on waiting would have helped, such as quiet hours.
    """
    automatic = entry.origin is Origin.AUTOMATIC
    outbox.set_state(
        tx,
        entry,
        OutboxState.WITHDRAWN if automatic else OutboxState.HELD,
        at=at,
        reason=checked.name,
        reason_text=checked.title,
        next_try_at=None if automatic else checked.not_before,
    )
    conversations.refresh(tx, [entry.conversation_id])


def stop_opted_out(tx: Tx, channel: Channel, peer_key: str, *, at: datetime) -> list[Entry]:
    """Stop at once what is queued for a contact whom an opt-out now covers (GS10); returns which."""
    o, c = tables.outbox.c, tables.conversations.c
    queued = (
        sa.select(o.id)
        .join_from(tables.outbox, tables.conversations, c.id == o.conversation_id)
        .where(o.state == OutboxState.QUEUED, c.peer_key == peer_key, c.channel == channel)
        .order_by(o.conversation_id, o.queue_n)
    )
    stopped = []
    for outbox_id in tx.execute(queued).scalars().all():
        entry = outbox.get(tx, outbox_id)
        found = send_checks.run_all(send_facts.gather(tx, entry, at))
        opted_out = next((result for result in found if result.name == "opt_out"), None)
        if opted_out is not None:
            stop(tx, entry, opted_out, at=at)
            stopped.append(entry)
    return stopped
