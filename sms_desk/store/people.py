"""People, teams, memberships, and the dated rows that say what a person may see."""

from __future__ import annotations

from datetime import datetime
from typing import Any
from uuid import UUID

import sqlalchemy as sa

from sms_desk.domain.errors import NotFoundError
from sms_desk.domain.model import Actor, HolderKind, PersonId, Role, RoutingRule
from sms_desk.domain.scopes import Directory, Holding, Membership
from sms_desk.store import absences, tables
from sms_desk.store.engine import Tx


def actor(tx: Tx, person_id: UUID) -> Actor:
    """Who acts, with role and zone. Raises NotFoundError."""
    columns = tables.people.c
    row = tx.execute(
        sa.select(columns.role, columns.zone).where(
            columns.id == person_id,
            columns.suspended_at.is_(None),
            columns.removed_at.is_(None),
        )
    ).one_or_none()
    if row is None:
        raise NotFoundError(
            "There is no such person, or they are suspended.", "An admin can let them back in."
        )
    return Actor(PersonId(person_id), Role(row.role), row.zone)


def actors(tx: Tx) -> tuple[Actor, ...]:
    """Everybody who may act: who works here and is not suspended."""
    columns = tables.people.c
    rows = tx.execute(
        sa.select(columns.id, columns.role, columns.zone)
        .where(columns.suspended_at.is_(None), columns.removed_at.is_(None))
        .order_by(columns.id)
    )
    return tuple(Actor(PersonId(row.id), Role(row.role), row.zone) for row in rows)


def find(tx: Tx, name_or_id: str) -> UUID:
    """A person by id or by name in any case. Raises NotFoundError, also where two share a name."""
    columns = tables.people.c
    rows = tx.execute(sa.select(columns.id, columns.name)).all()
    hits = [
        row.id
        for row in rows
        if str(row.id) == name_or_id or row.name.casefold() == name_or_id.casefold()
    ]
    if len(hits) != 1:
        raise NotFoundError(
            f"{'Several people are' if hits else 'Nobody is'} called “{name_or_id}”.",
            "Use the person's id, as sms-desk people shows it.",
        )
    found: UUID = hits[0]
    return found


def names(tx: Tx) -> dict[UUID, str]:
    """Every person's name, suspended ones included: old messages keep their names (R58)."""
    columns = tables.people.c
    return {row.id: row.name for row in tx.execute(sa.select(columns.id, columns.name))}


def listing(tx: Tx) -> list[sa.RowMapping]:
    columns = tables.people.c
    return list(tx.execute(sa.select(tables.people).order_by(columns.name)).mappings())


def directory(tx: Tx, *, of: UUID | None = None) -> Directory:
    """All dated rows that `domain.scopes` reads. Bounded by people and sender IDs, not messages.

    of: as if this were the only sender ID, where nothing else is asked about."""
    held, member, sender = tables.holdings.c, tables.memberships.c, tables.sender_ids.c
    person = tables.people.c
    holdings = tx.execute(
        sa.select(
            held.sender_id,
            held.holder_kind,
            held.holder_id,
            held.since,
            held.until,
            held.rule,
            held.rule_person_id,
        ).where(sa.true() if of is None else held.sender_id == of)
    )
    members = tx.execute(
        sa.select(member.person_id, member.team_id, member.since, member.until)
        .select_from(tables.memberships.join(tables.teams))
        .where(tables.teams.c.retired_at.is_(None))
    )
    known = sa.select(sender.id, sender.inbound_id)
    senders = tx.execute(known if of is None else known.where(sender.id == of)).all()
    gone = sa.or_(person.suspended_at.is_not(None), person.removed_at.is_not(None))
    everybody = tx.execute(sa.select(person.id, gone.label("gone"))).all()
    return Directory(
        tuple(
            Holding(s, HolderKind(k), h, a, b, None if rule is None else RoutingRule(rule), named)
            for s, k, h, a, b, rule, named in holdings
        ),
        tuple(Membership(p, t, a, b) for p, t, a, b in members),
        frozenset(row.id for row in senders),
        {row.id: row.inbound_id for row in senders if row.inbound_id is not None},
        frozenset(row.id for row in everybody if not row.gone),
        frozenset(row.id for row in everybody if row.gone),
        tuple(absences.listing(tx)),
    )


def gone(tx: Tx) -> frozenset[UUID]:
    """Who is suspended or removed."""
    person = tables.people.c
    left = sa.or_(person.suspended_at.is_not(None), person.removed_at.is_not(None))
    return frozenset(tx.execute(sa.select(person.id).where(left)).scalars())


def gone_since(tx: Tx) -> dict[UUID, datetime]:
    """Since when each of them is suspended or removed who is."""
    person = tables.people.c
    since = sa.func.coalesce(person.suspended_at, person.removed_at)
    query = sa.select(person.id, since.label("since")).where(since.is_not(None))
    return {row.id: row.since for row in tx.execute(query)}


def capacities(tx: Tx) -> dict[UUID, int]:
    """Open conversations that are a full desk, of those for whom somebody said it."""
    person = tables.people.c
    query = sa.select(person.id, person.capacity).where(person.capacity.is_not(None))
    return {row.id: row.capacity for row in tx.execute(query)}


def me(tx: Tx) -> UUID | None:
    """Who acts in a solo workspace when nobody says otherwise."""
    return tx.execute(sa.select(tables.workspace.c.me_id)).scalar_one_or_none()


def get(tx: Tx, person_id: UUID) -> sa.RowMapping:
    query = sa.select(tables.people).where(tables.people.c.id == person_id)
    row = tx.execute(query).mappings().one_or_none()
    if row is None:
        raise NotFoundError("There is no such person.")
    return row


def insert(
    tx: Tx,
    *,
    id_: UUID,
    name: str,
    role: Role,
    zone: str,
    at: datetime,
    email: str | None = None,
) -> None:
    tx.execute(
        sa.insert(tables.people).values(
            id=id_, name=name, role=role, zone=zone, created_at=at, email=email
        )
    )


def change(tx: Tx, person_id: UUID, **values: Any) -> None:
    tx.execute(sa.update(tables.people).where(tables.people.c.id == person_id).values(values))


def insert_team(tx: Tx, *, id_: UUID, name: str, profile: bool) -> None:
    """A team, or a profile: a named group of holders."""
    kind = "profile" if profile else "team"
    tx.execute(sa.insert(tables.teams).values(id=id_, name=name, kind=kind))


def insert_membership(tx: Tx, *, id_: UUID, team_id: UUID, person_id: UUID, at: datetime) -> None:
    tx.execute(
        sa.insert(tables.memberships).values(id=id_, team_id=team_id, person_id=person_id, since=at)
    )
