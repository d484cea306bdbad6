"""Teams, memberships and what somebody holds: what changes of people look at (R29, R31, R58)."""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime
from typing import Any
from uuid import UUID

import sqlalchemy as sa

from sms_desk.domain.errors import NotFoundError
from sms_desk.domain.model import Channel, HolderKind, Role, TeamState
from sms_desk.domain.staff import Holds, Staff
from sms_desk.store import contacts, senders, tables
from sms_desk.store.engine import Tx
from sms_desk.store.scheduled import ScheduledState

_p = tables.people.c
_m = tables.memberships.c
_t = tables.teams.c
_h = tables.holdings.c
_s = tables.sender_ids.c
_c = tables.conversations.c
_w = tables.scheduled_messages.c


def everybody(tx: Tx) -> list[Staff]:
    gone = sa.or_(_p.suspended_at.is_not(None), _p.removed_at.is_not(None))
    query = sa.select(_p.id, _p.role, gone.label("gone"))
    return [Staff(row.id, Role(row.role), not row.gone) for row in tx.execute(query)]


def holds(tx: Tx, person_id: UUID, now: datetime) -> Holds:
    """What another has to take before this person can be removed."""
    owned = sa.select(sa.func.count()).where(
        _c.owner_id == person_id, _c.team_state != TeamState.CLOSED
    )
    written = sa.select(sa.func.count()).where(
        _w.author_id == person_id, _w.state == ScheduledState.WAITING
    )
    return Holds(
        tx.execute(owned).scalar_one(),
        held_by(tx, person_id, now),
        tx.execute(written).scalar_one(),
        contacts.owned_count(tx, person_id),
        named_by(tx, person_id, now),
    )


def held_by(tx: Tx, holder_id: UUID, now: datetime) -> tuple[str, ...]:
    """The sender IDs that a person or group holds by name now or later, in words."""
    return _labels(
        tx,
        _h.holder_id == holder_id,
        _h.holder_kind != HolderKind.PROGRAM,
        _h.until.is_(None) | (_h.until > now),
    )


def named_by(tx: Tx, person_id: UUID, now: datetime) -> tuple[str, ...]:
    """The sender IDs of others whose rule names a person, in words."""
    return _labels(tx, senders.names(person_id, now))


def _labels(tx: Tx, *held: sa.ColumnElement[bool]) -> tuple[str, ...]:
    query = (
        sa.select(_s.id, _s.label, _s.address, _s.channel)
        .select_from(tables.holdings.join(tables.sender_ids, _s.id == _h.sender_id))
        .where(*held, _s.retired_at.is_(None))
        .distinct()
        .order_by(_s.label, _s.address)
    )
    rows = tx.execute(query)
    return tuple(_words(row.label, row.address, row.channel) for row in rows)


def _words(label: str, address: str, channel: str) -> str:
    """A number serves SMS and WhatsApp as two sender IDs (R1): without a label they say which."""
    return label or (f"{address} (WhatsApp)" if channel == Channel.WHATSAPP else address)


def holders(tx: Tx, now: datetime) -> dict[UUID, list[tuple[UUID, str]]]:
    """By person, the sender IDs that they hold by name now: id and words."""
    query = (
        sa.select(_h.holder_id, _s.id, _s.label, _s.address, _s.channel)
        .select_from(tables.holdings.join(tables.sender_ids, _s.id == _h.sender_id))
        .where(
            _h.holder_kind == HolderKind.PERSON,
            _h.since <= now,
            _h.until.is_(None) | (_h.until > now),
            _s.retired_at.is_(None),
        )
        .order_by(_s.label, _s.address)
    )
    found: dict[UUID, list[tuple[UUID, str]]] = {}
    for row in tx.execute(query):
        words = _words(row.label, row.address, row.channel)
        found.setdefault(row.holder_id, []).append((row.id, words))
    return found


def loads(tx: Tx) -> dict[UUID, tuple[int, int, int]]:
    """By owner: open conversations, those of them whose contact waits, and snoozed ones."""
    is_open = _c.team_state == TeamState.OPEN
    query = (
        sa.select(
            _c.owner_id,
            sa.func.sum(sa.case((is_open, 1), else_=0)),
            sa.func.sum(sa.case((sa.and_(is_open, _c.waiting_since.is_not(None)), 1), else_=0)),
            sa.func.sum(sa.case((is_open, 0), else_=1)),
        )
        .where(_c.owner_id.is_not(None), _c.listed, _c.team_state != TeamState.CLOSED)
        .group_by(_c.owner_id)
    )
    return {
        owner: (int(opened), int(waiting), int(snoozed))
        for owner, opened, waiting, snoozed in tx.execute(query)
    }


# --- teams ----------------------------------------------------------------------------------------


def teams(tx: Tx, *, retired: bool = False) -> list[sa.RowMapping]:
    """Teams and profiles by name; retired: those too."""
    query = sa.select(tables.teams).order_by(_t.name, _t.id)
    if not retired:
        query = query.where(_t.retired_at.is_(None))
    return list(tx.execute(query).mappings())


def team(tx: Tx, team_id: UUID) -> sa.RowMapping:
    """Raises NotFoundError."""
    query = sa.select(tables.teams).where(_t.id == team_id)
    row = tx.execute(query).mappings().one_or_none()
    if row is None:
        raise NotFoundError("There is no such team.", "See sms-desk team list.")
    return row


def change_team(tx: Tx, team_id: UUID, **values: Any) -> None:
    tx.execute(sa.update(tables.teams).where(_t.id == team_id).values(values))


def membership(tx: Tx, membership_id: UUID) -> sa.RowMapping:
    """Raises NotFoundError."""
    query = sa.select(tables.memberships).where(_m.id == membership_id)
    row = tx.execute(query).mappings().one_or_none()
    if row is None:
        raise NotFoundError("They do not belong to it.")
    return row


def running_memberships(
    tx: Tx, now: datetime, *, person_id: UUID | None = None, team_id: UUID | None = None
) -> list[sa.Row[Any]]:
    """Who belongs to what now: of one person, of one team, or all."""
    query = sa.select(_m.id, _m.person_id, _m.team_id, _m.since).where(
        _m.since <= now, _m.until.is_(None) | (_m.until > now)
    )
    if person_id is not None:
        query = query.where(_m.person_id == person_id)
    if team_id is not None:
        query = query.where(_m.team_id == team_id)
    return list(tx.execute(query.order_by(_m.since, _m.id)))


def set_membership_ends(tx: Tx, ids: Collection[UUID], at: datetime | None) -> None:
    if ids:
        tx.execute(sa.update(tables.memberships).where(_m.id.in_(list(ids))).values(until=at))
