"""What becomes of a queued message that a check stops (R33): it waits for a person, or for nobody."""

from __future__ import annotations

from datetime import datetime

from sms_desk.domain.model import Origin, OutboxState
from sms_desk.domain.send_checks import CheckResult
from sms_desk.store import conversations, outbox
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
