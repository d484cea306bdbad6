"""Contacts: a name, an owner, and the addresses that are theirs (R54, R62)."""

from __future__ import annotations

from collections.abc import Collection
from typing import Any
from uuid import UUID

import sqlalchemy as sa

from sms_desk.domain.errors import NotFoundError
from sms_desk.store import search, tables
from sms_desk.store.engine import Tx
from sms_desk.store.reading import Query
from sms_desk.store.team_states import chunks
from sms_desk.store.types import Id

_c = tables.contacts.c
_a = tables.contact_addresses.c
_MERGES = 16
"""One into another, and so on; a ring ends."""


def get(tx: Tx, contact_id: UUID) -> dict[str, Any]:
    rows = _ONE.mappings(tx, contact_id=contact_id)
    if not rows:
        raise NotFoundError("There is no such contact.")
    return rows[0]


def exists(tx: Tx, contact_id: UUID) -> bool:
    return tx.execute(sa.select(_c.id).where(_c.id == contact_id)).first() is not None


def survivor(tx: Tx, contact_id: UUID) -> UUID:
    """The contact that this one was merged into, or itself."""
    for _ in range(_MERGES):
        query = sa.select(_c.merged_into).where(_c.id == contact_id)
        into = tx.execute(query).scalar_one_or_none()
        if into is None:
            break
        contact_id = into
    return contact_id


def change(tx: Tx, contact_id: UUID, **values: Any) -> None:
    """Change columns and keep the name index true."""
    tx.execute(sa.update(tables.contacts).where(_c.id == contact_id).values(values))
    search.feed_contact(tx, contact_id)


def owned_by(tx: Tx, person_id: UUID) -> list[UUID]:
    """The contacts of a person."""
    query = sa.select(_c.id).where(_c.owner_id == person_id).order_by(_c.id)
    return list(tx.execute(query).scalars())


def owned_count(tx: Tx, person_id: UUID) -> int:
    """How many contacts a person owns."""
    query = sa.select(sa.func.count()).where(_c.owner_id == person_id)
    return tx.execute(query).scalar_one()


def give(tx: Tx, ids: Collection[UUID], owner_id: UUID | None, of: UUID | None) -> int:
    """These contacts get another owner, where they are still of whom was thought; returns how
    many."""
    count = 0
    for some in chunks(ids):
        where = (_c.id.in_(some), _c.owner_id.is_(None) if of is None else _c.owner_id == of)
        done = tx.execute(sa.update(tables.contacts).where(*where).values(owner_id=owner_id))
        count += done.rowcount
    return count


def addresses(tx: Tx, contact_id: UUID) -> list[sa.RowMapping]:
    """The contact's addresses, as (peer_key, raw, e164)."""
    query = sa.select(tables.contact_addresses).where(_a.contact_id == contact_id).order_by(_a.raw)
    return list(tx.execute(query).mappings())


def by_key(tx: Tx, peer_key: str) -> UUID | None:
    """Whose address this is."""
    return tx.execute(sa.select(_a.contact_id).where(_a.peer_key == peer_key)).scalar_one_or_none()


def conversations(tx: Tx, contact_id: UUID) -> list[UUID]:
    """All of a contact's conversations, the newest first."""
    return [row[0] for row in _CONVERSATIONS.rows(tx, contact_id=contact_id)]


def _conversations() -> sa.Select[Any]:
    columns = tables.conversations.c
    theirs = sa.select(columns.id).where(columns.contact_id == _CONTACT_ID)
    return theirs.order_by(columns.last_position.desc())


_CONTACT_ID = sa.bindparam("contact_id", type_=Id)
_ONE = Query(sa.select(tables.contacts).where(_c.id == _CONTACT_ID))
_CONVERSATIONS = Query(_conversations())
