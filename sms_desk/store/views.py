"""Saved views: a filter with a name, for oneself or shared (R4)."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any
from uuid import UUID

import sqlalchemy as sa

from sms_desk.domain import inbox_filters, scopes
from sms_desk.domain.inbox_filters import InboxFilter
from sms_desk.domain.scopes import Directory
from sms_desk.store import tables
from sms_desk.store.engine import Tx

_v = tables.views.c


def for_person(tx: Tx, person_id: UUID, directory: Directory, now: datetime) -> list[sa.RowMapping]:
    """A person's own views and those shared with them or a team of theirs, by name."""
    mine = {person_id} | {
        member.team_id
        for member in directory.memberships
        if member.person_id == person_id
        and member.since <= now
        and (member.until is None or now < member.until)
    }
    rows = tx.execute(sa.select(tables.views).order_by(sa.func.lower(_v.name))).mappings()
    return [row for row in rows if row["owner_id"] == person_id or _shared(row, mine)]


def shared_with_some(tx: Tx, directory: Directory, now: datetime) -> dict[UUID, frozenset[UUID]]:
    """Views shared with some of us, each with who has it: the owner, people, members of teams."""
    members = scopes.members_now(directory, now)
    found: dict[UUID, frozenset[UUID]] = {}
    for id_, owner, shared in tx.execute(sa.select(_v.id, _v.owner_id, _v.shared_with)):
        if shared is not None and not shared.get("all"):
            named = frozenset(UUID(one) for one in shared.get("ids", ()))
            found[id_] = named.union({owner}, *(members.get(one, ()) for one in named))
    return found


def filter_of(row: Mapping[Any, Any]) -> InboxFilter:
    return inbox_filters.from_json(row["filter"])


def find(tx: Tx, view_id: UUID) -> sa.RowMapping | None:
    return tx.execute(sa.select(tables.views).where(_v.id == view_id)).mappings().one_or_none()


def save(
    tx: Tx,
    *,
    id_: UUID,
    name: str,
    owner_id: UUID,
    shared_with: Mapping[str, Any] | None,
    wanted: InboxFilter,
    at: datetime,
) -> bool:
    """Insert or change; True if it is new."""
    values = {"name": name, "shared_with": shared_with, "filter": inbox_filters.to_json(wanted)}
    if tx.execute(sa.update(tables.views).where(_v.id == id_).values(values)).rowcount:
        return False
    tx.execute(sa.insert(tables.views).values(id=id_, owner_id=owner_id, created_at=at, **values))
    return True


def delete(tx: Tx, view_id: UUID) -> None:
    tx.execute(sa.delete(tables.views).where(_v.id == view_id))


def _shared(row: Mapping[Any, Any], ids: set[UUID]) -> bool:
    shared = row["shared_with"]
    if shared is None:
        return False
    return bool(shared.get("all")) or any(UUID(one) in ids for one in shared.get("ids", ()))
