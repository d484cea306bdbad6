"""What a reassignment reads and writes of many conversations at once (R30)."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from typing import Any, NamedTuple
from uuid import UUID

import sqlalchemy as sa

from sms_desk.domain.frozen import dataclass
from sms_desk.domain.model import TeamState
from sms_desk.store import tables
from sms_desk.store.engine import Tx
from sms_desk.store.reading import Query
from sms_desk.store.team_states import chunks
from sms_desk.store.types import Id

_c = tables.conversations.c
_e = tables.events.c
_o = tables.outbox.c
_s = tables.scheduled_messages.c
_WAITS = ("queued", "held")


@dataclass(frozen=True, slots=True)
class Waits:
    """conversations: open ones in which a customer waits. scheduled, queued: messages."""

    conversations: int = 0
    scheduled: int = 0
    queued: int = 0


class Named(NamedTuple):
    """A conversation by what a person knows it by. sender: our sender ID's label or address."""

    id: UUID
    contact_name: str
    reply_raw: str
    sender: str
    last_position: int


def named(tx: Tx, ids: Collection[UUID]) -> list[Named]:
    """These conversations, the newest first."""
    found = [Named(*row) for part in chunks(ids) for row in _NAMED.rows(tx, ids=part)]
    return sorted(found, key=lambda one: (-one.last_position, one.id))


_OURS = tables.sender_ids.c
_NAMED = Query(
    sa.select(
        *(_c.id, tables.contacts.c.name, _c.reply_raw),
        sa.func.coalesce(sa.func.nullif(_OURS.label, ""), _OURS.address).label("sender"),
        _c.last_position,
    )
    .join(tables.contacts, tables.contacts.c.id == _c.contact_id)
    .join(tables.sender_ids, _OURS.id == _c.sender_id)
    .where(_c.id.in_(sa.bindparam("ids", expanding=True, type_=Id)))
)


def waits(tx: Tx, ids: Collection[UUID]) -> Waits:
    """What waits in these conversations."""
    found = [0, 0, 0]
    for part in chunks(ids):
        for n, (table, where) in enumerate(
            (
                (
                    tables.conversations,
                    (
                        _c.id.in_(part),
                        _c.waiting_since.is_not(None),
                        _c.team_state == TeamState.OPEN,
                    ),
                ),
                (
                    tables.scheduled_messages,
                    (_s.conversation_id.in_(part), _s.state == "waiting"),
                ),
                (tables.outbox, (_o.conversation_id.in_(part), _o.state.in_(_WAITS))),
            )
        ):
            query = sa.select(sa.func.count()).select_from(table).where(*where)
            found[n] += tx.execute(query).scalar_one()
    return Waits(*found)


def changed_since(
    tx: Tx, batch_id: UUID, ids: Collection[UUID], kinds: Sequence[str]
) -> list[UUID | None]:
    """By whom each of these was changed after the batch, newest word first; None: by a rule."""
    first = sa.select(sa.func.min(_e.position)).where(_e.batch_id == batch_id).scalar_subquery()
    found: dict[UUID, Any] = {}
    for part in chunks(ids):
        query = (
            sa.select(_e.conversation_id, _e.actor_id)
            .where(
                _e.conversation_id.in_(part),
                _e.position > first,
                sa.or_(_e.batch_id.is_(None), _e.batch_id != batch_id),
                _e.kind.in_(kinds),
            )
            .order_by(_e.position)
        )
        found |= {row.conversation_id: row.actor_id for row in tx.execute(query)}
    return list(found.values())
