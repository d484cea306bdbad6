"""What was written for later goes to the outbox when its time comes; there it is checked again (R36)."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from sms_desk.domain.changes import NOTHING, Changes
from sms_desk.domain.outbox import EXPIRES_AFTER
from sms_desk.store import outbox, scheduled
from sms_desk.store.engine import Tx, Workspace
from sms_desk.store.ids import derived
from sms_desk.store.scheduled import ScheduledState

_AT_ONCE = 50
"""In one transaction: others write between them."""


def release_due(workspace: Workspace, now: datetime) -> Changes:
    """Move what is due into the outbox, each once: row and entry change in one transaction."""
    changes = NOTHING
    while True:
        with workspace.read() as tx:
            if not scheduled.due(tx, now, limit=1):
                return changes
        with workspace.write() as tx:
            for id_ in scheduled.due(tx, now, limit=_AT_ONCE):
                changes |= _release(tx, id_, now)


def _release(tx: Tx, scheduled_id: UUID, now: datetime) -> Changes:
    """Its writer's last look at the conversation was when it was written: what came since holds
    it (R33); and so does a desk that was closed when it was due."""
    row = scheduled.get(tx, scheduled_id)
    entry = outbox.enqueue(
        tx,
        outbox_id=derived(scheduled_id, "outbox"),
        conversation_id=row["conversation_id"],
        body=row["body"],
        author_id=row["author_id"],
        on_behalf_id=row["on_behalf_id"],
        seen_version=row["seen_version"],
        at=row["changed_at"],
        sender_id=row["sender_id"],
        owner_epoch=row["owner_epoch"],
        confirmed=row["confirmed"],
        not_after=row["due_at"] + EXPIRES_AFTER,
        content_sid=row["content_sid"],
        content_variables=row["content_variables"],
        scheduled_id=scheduled_id,
    )
    scheduled.change(
        tx, scheduled_id, state=ScheduledState.RELEASED, outbox_id=entry.id, changed_at=now
    )
    return Changes.of(scheduled=scheduled_id, outbox=entry.id, conversation=row["conversation_id"])
