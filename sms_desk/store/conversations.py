"""Conversations: one for each contact address on each of our sender IDs, for ever (R1)."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from datetime import datetime
from typing import Any, NamedTuple
from uuid import UUID

import sqlalchemy as sa

from sms_desk.domain.addresses import Address
from sms_desk.domain.frozen import dataclass
from sms_desk.domain.model import Channel, SourceKind, SourceReason, TeamState
from sms_desk.store import conversation_caches, fast, search_index, tables
from sms_desk.store.engine import Tx
from sms_desk.store.ids import new_id
from sms_desk.store.messages import NewMessage
from sms_desk.store.reading import Query
from sms_desk.store.team_states import chunks
from sms_desk.store.types import Id

_C = tables.conversations.c

refresh = conversation_caches.refresh
rebuild = conversation_caches.rebuild


class Key(NamedTuple):
    """What a conversation is one of (GR3). sender_id: the one that receives (R60)."""

    sender_id: UUID
    peer_key: str


@dataclass(frozen=True, slots=True)
class Found:
    """row: as `load` gives it. created: it was made just now; contact_created: so was its contact."""

    id: UUID
    contact_id: UUID
    row: Mapping[str, Any]
    created: bool
    contact_created: bool = False


def find_or_create(
    tx: Tx,
    *,
    sender_id: UUID,
    channel: Channel,
    peer: Address,
    at: datetime,
    conversation_id: UUID | None = None,
    contact_id: UUID | None = None,
) -> Found:
    """The conversation of this peer with this sender ID; a one-way sender's is its inbound's (R60).

    conversation_id, contact_id: for what has to be created; made here if None. An address that
    belongs to a contact keeps it, whatever contact_id says.
    """
    key = Key(home_senders(tx).get(sender_id, sender_id), peer.key)
    ids = None if conversation_id is None else {key: conversation_id}
    contact_ids = None if contact_id is None else {peer.key: contact_id}
    found = ensure(tx, {key: (channel, peer)}, at=at, ids=ids, contact_ids=contact_ids)
    return found[key]


def find(tx: Tx, sender_id: UUID, peer: Address) -> UUID | None:
    """The conversation that `find_or_create` would find."""
    key = Key(home_senders(tx).get(sender_id, sender_id), peer.key)
    row = _existing(tx, [key]).get(key)
    return None if row is None else row["id"]


def count(tx: Tx) -> int:
    """How many there are in the file, whoever sees them."""
    query = sa.select(sa.func.count()).select_from(tables.conversations)
    return int(tx.execute(query).scalar_one())


def home_senders(tx: Tx) -> dict[UUID, UUID]:
    """The inbound number of each one-way sender ID that has one (R60)."""
    s = tables.sender_ids.c
    query = sa.select(s.id, s.inbound_id).where(s.inbound_id.is_not(None))
    return {row.id: row.inbound_id for row in tx.execute(query)}


def ensure(
    tx: Tx,
    wanted: Mapping[Key, tuple[Channel, Address]],
    *,
    at: datetime,
    ids: Mapping[Key, UUID] | None = None,
    contact_ids: Mapping[str, UUID] | None = None,
) -> dict[Key, Found]:
    """The conversations of many keys, made where there are none. Keys name receiving sender IDs."""
    found = {
        key: Found(row["id"], row["contact_id"], row, False)
        for key, row in _existing(tx, wanted).items()
    }
    missing = {key: wanted[key] for key in wanted if key not in found}
    if not missing:
        return found
    contacts, new_contacts = _contacts(
        tx, {peer.key: peer for _, peer in missing.values()}, at, contact_ids or {}
    )
    made = {
        key: {
            "id": (ids or {}).get(key) or new_id(),
            "sender_id": key.sender_id,
            "channel": channel,
            "peer_key": key.peer_key,
            "contact_id": contacts[key.peer_key],
            "created_at": at,
            "team_state": TeamState.OPEN,
            "state_at": at,
            "source_kind": SourceKind.DIRECT,
            "source_reason": SourceReason.NONE,
            "reply_raw": peer.raw,
        }
        for key, (channel, peer) in missing.items()
    }
    if not _insert_ignoring(tx, tables.conversations, list(made.values())):
        made = _existing(tx, missing)  # somebody else has just made one of them
    for key, values in made.items():
        row = {**_EMPTY, **values}
        new_contact = values["contact_id"] in new_contacts
        found[key] = Found(row["id"], row["contact_id"], row, True, new_contact)
    return found


def change(tx: Tx, changes: Mapping[UUID, Mapping[str, Any]]) -> None:
    """Set columns of many conversations."""
    fast.update(tx, tables.conversations, "id", changes)


def grown(
    tx: Tx, rows: Mapping[UUID, Mapping[str, Any]], new: Mapping[UUID, Sequence[NewMessage]]
) -> tuple[dict[UUID, dict[str, Any]], set[UUID]]:
    """What new messages, stored already, make of the cached columns, and which conversations are
    left to `refresh`. rows: the conversations as they were before."""
    recount = conversation_caches.with_outbox(tx, new.keys())
    changes: dict[UUID, dict[str, Any]] = {}
    for id_, messages in new.items():
        values = None if id_ in recount else conversation_caches.advanced(rows[id_], messages)
        if values is None:
            recount.add(id_)
            continue
        row = rows[id_]
        changes[id_] = {name: value for name, value in values.items() if row[name] != value}
    return changes, recount


def load(tx: Tx, ids: Collection[UUID]) -> dict[UUID, Mapping[str, Any]]:
    """Rows by id, with what rules about team state, owner, source and order read."""
    return {row["id"]: row for part in chunks(ids) for row in _LOAD.mappings(tx, ids=part)}


def next_contact_row(tx: Tx) -> int:
    """A free row in the name index, for a new contact."""
    newest = tx.execute(sa.select(sa.func.max(tables.contacts.c.search_row))).scalar()
    return 1 + (newest or 0)


_LOADED = (
    "id",
    "sender_id",
    "channel",
    "peer_key",
    "contact_id",
    "owner_id",
    "owner_epoch",
    "team_state",
    "snoozed_until",
    "state_at",
    "closed_at",
    "source_kind",
    "source_program_id",
    "source_from_id",
    "source_reason",
    "taken_over_at",
    *conversation_caches.CACHED,
)
_EMPTY: Mapping[str, Any] = {
    **dict.fromkeys(_LOADED),
    **dict.fromkeys(("owner_epoch", "version", "last_position", "last_inbound"), 0),
    **dict.fromkeys(("last_outbound", "answered_position"), 0),
    "listed": False,
    "snippet": "",
    "snippet_from": "",
}
"""A conversation that was made just now, but for what makes it this one."""
_LOAD = Query(
    sa.select(*(_C[name] for name in _LOADED)).where(
        _C.id.in_(sa.bindparam("ids", expanding=True, type_=Id))
    )
)
_EXISTING = Query(
    sa.select(*(_C[name] for name in _LOADED)).where(
        sa.tuple_(_C.sender_id, _C.peer_key).in_(sa.bindparam("keys", expanding=True))
    )
)


def _existing(tx: Tx, wanted_keys: Iterable[Key]) -> dict[Key, dict[str, Any]]:
    wanted = list(wanted_keys)
    found: dict[Key, dict[str, Any]] = {}
    for start in range(0, len(wanted), 200):
        for row in _EXISTING.mappings(tx, keys=wanted[start : start + 200]):
            found[Key(row["sender_id"], row["peer_key"])] = row
    return found


def _contacts(
    tx: Tx, peers: Mapping[str, Address], at: datetime, contact_ids: Mapping[str, UUID]
) -> tuple[dict[str, UUID], frozenset[UUID]]:
    """Contacts by peer key, made with an empty name where an address is new (R53)."""
    known: dict[str, UUID] = dict(_ADDRESSES.rows(tx, keys=sorted(peers)))
    new = {key: contact_ids.get(key) or new_id() for key in peers if key not in known}
    if not new:
        return known, frozenset()
    first = next_contact_row(tx)
    rows = {id_: first + n for n, id_ in enumerate(dict.fromkeys(new.values()))}
    made = [{"id": id_, "created_at": at, "search_row": row} for id_, row in rows.items()]
    all_new = _insert_ignoring(tx, tables.contacts, made)
    fast.insert(
        tx,
        tables.contact_addresses,
        ("peer_key", "contact_id", "raw", "e164"),
        [(key, id_, peers[key].raw, peers[key].e164) for key, id_ in new.items()],
    )
    if all_new and len(made) == len(new):
        search_index.feed_nameless(
            tx, [(rows[id_], key, peers[key].e164) for key, id_ in new.items()]
        )
    else:
        search_index.feed_contacts(tx, set(new.values()))
    return known | new, frozenset(new.values())


_A = tables.contact_addresses.c
_ADDRESSES = Query(
    sa.select(_A.peer_key, _A.contact_id).where(
        _A.peer_key.in_(sa.bindparam("keys", expanding=True))
    )
)


def _insert_ignoring(tx: Tx, table: sa.Table, rows: Sequence[Mapping[str, Any]]) -> bool:
    """Insert what is not there yet; the unique index decides between two at once (GR3). Whether
    all of it was new."""
    columns = tuple(rows[0])
    return fast.insert_ignoring(tx, table, columns, [tuple(row.values()) for row in rows]) == len(
        rows
    )
