"""The auto-responder: tells who wrote to a program that takes no replies, once a day (R18, R51).

Runs in the connector alone, right after what is new has been stored. What it decides is one
transaction: the row that says who was told, and the entry of the outbox that tells him. Killed
before it, the next cycle decides the same; killed after it, the outbox sends what stands there,
once (algorithms §1). So a restart neither forgets anybody nor tells anybody twice.
"""

from __future__ import annotations

import logging
from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from sms_desk.domain import auto_responder as rules
from sms_desk.domain.addresses import Address, from_provider
from sms_desk.domain.auto_responder import Asked, Responder, Silence
from sms_desk.domain.changes import NOTHING, Changes
from sms_desk.domain.model import Channel, Origin, SenderDirection, SourceReason
from sms_desk.store import accounts, auto_replies, events, opt_outs, outbox
from sms_desk.store.engine import Tx, Workspace
from sms_desk.store.events import Event, EventKind
from sms_desk.store.ids import derived
from sms_desk.store.remembered import remembered

log = logging.getLogger(__name__)


class AutoResponder:
    """Looks at what has just come in on one account."""

    def __init__(self, workspace: Workspace, account_id: UUID) -> None:
        self._workspace = workspace
        self._account_id = account_id

    def run(self, now: datetime) -> Changes:
        """Queue what is to be said; nothing for a workspace without automation."""
        with self._workspace.read() as tx:
            if not self._asked(tx, now):
                return NOTHING
        changes = NOTHING
        with self._workspace.write() as tx:
            responders = auto_replies.responders(tx)
            for row in self._asked(tx, now):
                changes |= self._answer(tx, row, responders[row["program_id"]], now)
        return changes

    def _asked(self, tx: Tx, now: datetime) -> list[Mapping[Any, Any]]:
        """What might be answered: a few rows of the last minutes, or none."""
        responders = remembered(tx, auto_replies.responders)
        if not responders:
            return []
        since = self._providers_now(tx, now) - rules.FRESH
        rows = auto_replies.unanswered(tx, self._account_id, responders, since)
        return [
            row for row in rows if self._silence(tx, row, responders[row["program_id"]], now) == ""
        ]

    def _silence(
        self, tx: Tx, row: Mapping[Any, Any], responder: Responder, now: datetime
    ) -> Silence:
        peer = _peer(row)
        offset = accounts.clock_offset(tx, self._account_id) or timedelta(0)
        connected = accounts.get(tx, self._account_id)["created_at"] + offset
        asked = Asked(
            at=row["at"],
            now=self._providers_now(tx, now),
            body=row["body"],
            keyword=row["keyword"] or "",
            channel=Channel(row["channel"]),
            peer=peer,
            connected_at=connected.replace(microsecond=0),  # provider times are whole seconds
            sender_direction=SenderDirection(row["sender_direction"]),
            peer_is_ours=auto_replies.is_ours(tx, row["channel"], peer.e164 or peer.key),
            human=_is_human(tx, row),
            opted_out=opt_outs.running(
                tx,
                Channel(row["channel"]),
                row["peer_key"],
                sender_ids=[row["sender_id"]],
                account_id=self._account_id,
            )
            is not None,
            last_told_at=auto_replies.last_told(
                tx, row["program_id"], row["channel"], row["peer_key"]
            ),
        )
        return rules.silence(responder, asked)

    def _answer(
        self, tx: Tx, row: Mapping[Any, Any], responder: Responder, now: datetime
    ) -> Changes:
        """Ask once more, since an earlier one of this cycle may have told him; then queue."""
        if self._silence(tx, row, responder, now) is not Silence.NONE:
            return NOTHING
        entry = outbox.enqueue(
            tx,
            outbox_id=derived(row["id"], "auto_reply"),
            conversation_id=row["conversation_id"],
            body=responder.auto_reply,
            author_id=None,
            origin=Origin.AUTOMATIC,
            program_id=row["program_id"],
            seen_version=row["version"],
            at=now,
            not_after=now + rules.FRESH,
        )
        auto_replies.record(
            tx,
            id_=derived(row["id"], "auto_reply_row"),
            program_id=row["program_id"],
            channel=row["channel"],
            peer_key=row["peer_key"],
            at=row["at"],
            message_id=row["id"],
            outbox_id=entry.id,
        )
        log.info("program %s: an automatic reply was queued", row["program_id"])
        return Changes.of(conversation=entry.conversation_id, outbox=entry.id)

    def _providers_now(self, tx: Tx, now: datetime) -> datetime:
        return now + (accounts.clock_offset(tx, self._account_id) or timedelta(0))


def _peer(row: Mapping[Any, Any]) -> Address:
    whatsapp = row["channel"] == Channel.WHATSAPP
    return from_provider(f"whatsapp:{row['reply_raw']}" if whatsapp else row["reply_raw"])


def _is_human(tx: Tx, row: Mapping[Any, Any]) -> bool:
    """Whether a person has the conversation: took it over, has answered, or is about to."""
    return (
        row["human_since"] is not None
        or row["source_reason"] == SourceReason.TAKEN_OVER
        or row["answered_position"] > row["position"]
        or auto_replies.person_writes(tx, row["conversation_id"])
    )


def person_answered(tx: Tx, conversation_id: UUID, entry: outbox.Entry, at: datetime) -> None:
    """A person's reply takes the conversation over from the automation, until that is released.

    at: when it was sent, by the provider's clock; the event stands after the message.
    """
    if entry.origin is not Origin.PERSON:
        return
    program_id = auto_replies.silence(tx, conversation_id, at)
    if program_id is None:
        return
    event = Event(
        derived(entry.id, "silenced"),
        conversation_id,
        at.replace(microsecond=999_999),
        EventKind.SILENCED,
        entry.author_id,
        "replied",
        {"program": str(program_id)},
    )
    events.append(tx, [event])
