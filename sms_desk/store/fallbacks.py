"""Going on from another number: conversations of a blocked sender ID and of its fallback (R17)."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from datetime import datetime
from uuid import UUID

import sqlalchemy as sa

from sms_desk.domain.addresses import from_provider
from sms_desk.domain.model import Channel, Health, OutboxState, TeamState
from sms_desk.domain.team_state import CLOSED
from sms_desk.store import (
    conversations,
    events,
    opt_outs,
    outbox,
    scheduled,
    tables,
    team_states,
)
from sms_desk.store.engine import Tx
from sms_desk.store.events import Event, EventKind
from sms_desk.store.ids import derived, new_id
from sms_desk.store.outbox import Entry
from sms_desk.store.reading import Query
from sms_desk.store.scheduled import ScheduledState
from sms_desk.store.types import Id

_C = tables.conversations.c
_O = tables.outbox.c
_S = tables.scheduled_messages.c
_T = tables.conversation_tags.c
_MOVABLE = (OutboxState.QUEUED, OutboxState.HELD)

CONTINUED = "continued"
"""Why an entry of the outbox was withdrawn, and a conversation closed: it goes on elsewhere."""


def ongoing(tx: Tx, sender_id: UUID) -> list[sa.RowMapping]:
    """The listed conversations of a sender ID that are not closed."""
    query = (
        sa.select(tables.conversations)
        .where(_C.sender_id == sender_id, _C.listed, _C.team_state != TeamState.CLOSED)
        .order_by(_C.last_position)
    )
    return list(tx.execute(query).mappings())


def movable(tx: Tx, conversation_ids: Collection[UUID]) -> list[Entry]:
    """Messages that have not left and whose turn has not come, in their order."""
    query = (
        sa.select(_O.id)
        .where(_O.conversation_id.in_(conversation_ids), _O.state.in_(_MOVABLE))
        .order_by(_O.conversation_id, _O.queue_n)
    )
    return [outbox.get(tx, id_) for id_ in tx.execute(query).scalars()]


def later(tx: Tx, conversation_ids: Collection[UUID]) -> list[UUID]:
    """Scheduled messages that wait in these conversations."""
    query = sa.select(_S.id).where(
        _S.conversation_id.in_(conversation_ids), _S.state == ScheduledState.WAITING
    )
    return list(tx.execute(query).scalars())


def open_on(
    tx: Tx, old: Mapping[str, object], fallback_id: UUID, *, new_id: UUID, at: datetime
) -> conversations.Found:
    """The fallback's conversation with the same contact, made if there is none (R1)."""
    channel = Channel(str(old["channel"]))
    raw = str(old["reply_raw"])
    contact_id = old["contact_id"]
    assert isinstance(contact_id, UUID)
    return conversations.find_or_create(
        tx,
        sender_id=fallback_id,
        channel=channel,
        peer=from_provider(f"whatsapp:{raw}" if channel is Channel.WHATSAPP else raw),
        at=at,
        conversation_id=new_id,
        contact_id=contact_id,
    )


def continues(tx: Tx, conversation_id: UUID) -> UUID | None:
    """The conversation that this one continues."""
    found: UUID | None = _CONTINUES.scalar(tx, id=conversation_id)
    return found


def continued_in(tx: Tx, conversation_id: UUID) -> UUID | None:
    """The conversation that continues this one, the newest where there are several."""
    found: UUID | None = _CONTINUED_IN.scalar(tx, id=conversation_id)
    return found


def copy_tags(tx: Tx, old: UUID, new: UUID) -> None:
    have = set(tx.execute(sa.select(_T.tag_id).where(_T.conversation_id == new)).scalars())
    wanted = tx.execute(sa.select(_T.tag_id).where(_T.conversation_id == old)).scalars()
    rows = [{"conversation_id": new, "tag_id": tag} for tag in wanted if tag not in have]
    if rows:
        tx.execute(sa.insert(tables.conversation_tags), rows)


def inherit_opt_out(
    tx: Tx, channel: Channel, peer_key: str, old_sender: UUID, fallback_id: UUID
) -> None:
    """Who asked one number to stop has not asked the next one to begin (R17, R39)."""
    running = opt_outs.running(tx, channel, peer_key, sender_ids=[old_sender], account_id=None)
    covered = opt_outs.running(tx, channel, peer_key, sender_ids=[fallback_id], account_id=None)
    if running is not None and covered is None:
        scope = opt_outs.scope_of(tx, fallback_id)
        opt_outs.record_refusal(tx, channel, peer_key, scope, at=running.since)


def move_entries(
    tx: Tx, entries: Collection[Entry], places: Mapping[UUID, UUID], at: datetime
) -> int:
    """Withdraw what waits in a conversation and queue the same in the one that continues it.

    Nothing of it has left (I1); the check that held it is made again there. Returns how many.
    """
    for entry in entries:
        place = places[entry.conversation_id]
        target = conversations.load(tx, [place])[place]
        outbox.enqueue(
            tx,
            outbox_id=derived(entry.id, f"moved:{place}"),
            conversation_id=place,
            body=entry.body,
            author_id=entry.author_id,
            on_behalf_id=entry.on_behalf_id,
            seen_version=target["version"],
            at=entry.composed_at,
            origin=entry.origin,
            program_id=entry.program_id,
            content_sid=entry.content_sid,
            content_variables=entry.content_variables,
            confirmed=entry.confirmed,
            not_after=entry.not_after,
        )
        outbox.set_state(tx, entry, OutboxState.WITHDRAWN, at=at, reason=CONTINUED)
    conversations.refresh(tx, {entry.conversation_id for entry in entries})
    return len(entries)


def move_scheduled(
    tx: Tx, ids: Collection[UUID], places: Mapping[UUID, UUID], sender_id: UUID
) -> None:
    """What is scheduled goes on there, too; its writer's last look is the new conversation's."""
    for id_ in ids:
        place = places[scheduled.get(tx, id_)["conversation_id"]]
        target = conversations.load(tx, [place])[place]
        scheduled.change(
            tx,
            id_,
            conversation_id=place,
            sender_id=sender_id,
            seen_version=target["version"],
            owner_epoch=target["owner_epoch"],
        )


def link(tx: Tx, conversation_id: UUID, values: Mapping[str, object]) -> None:
    tx.execute(sa.update(tables.conversations).where(_C.id == conversation_id).values(dict(values)))


def close_answered(tx: Tx, conversation_id: UUID, at: datetime) -> None:
    """Whoever waited in the conversation of a blocked number has been answered from its fallback."""
    old = continues(tx, conversation_id)
    if old is None:
        return
    sender = tables.sender_ids.c
    query = (
        sa.select(_C.id)
        .join_from(tables.conversations, tables.sender_ids, sender.id == _C.sender_id)
        .where(_C.id == old, _C.team_state != TeamState.CLOSED, sender.health == Health.BLOCKED)
    )
    if tx.execute(query).first() is None:
        return
    team_states.set_state(tx, [old], CLOSED, at)
    events.append(tx, [Event(new_id(), old, at, EventKind.CLOSED, reason=CONTINUED)])
    conversations.refresh(tx, [old])


_ID = sa.bindparam("id", type_=Id)
_CONTINUES = Query(sa.select(_C.continued_from_id).where(_C.id == _ID))
_CONTINUED_IN = Query(
    sa.select(_C.id).where(_C.continued_from_id == _ID).order_by(_C.created_at.desc())
)
