"""Campaigns and services, and how their messages are recognised (R61)."""

from __future__ import annotations

from datetime import datetime
from typing import Any, NamedTuple
from uuid import UUID

import sqlalchemy as sa

from sms_desk.domain.errors import NotFoundError
from sms_desk.domain.model import Binding, BindingKind, Origin, Program, ProgramId, ProgramKind
from sms_desk.store import tables
from sms_desk.store.engine import Tx

_p = tables.programs.c
_b = tables.program_bindings.c


def names(tx: Tx) -> dict[UUID, str]:
    """Every program's name, retired ones included."""
    return {row.id: row.name for row in tx.execute(sa.select(_p.id, _p.name))}


def listing(tx: Tx, *, retired: bool = False) -> list[sa.RowMapping]:
    """Programs by kind and name; retired ones only when asked for."""
    query = sa.select(tables.programs).order_by(_p.kind, sa.func.lower(_p.name))
    if not retired:
        query = query.where(_p.retired_at.is_(None))
    return list(tx.execute(query).mappings())


def get(tx: Tx, program_id: UUID) -> sa.RowMapping:
    row = tx.execute(sa.select(tables.programs).where(_p.id == program_id)).mappings().one_or_none()
    if row is None:
        raise NotFoundError("There is no such program.")
    return row


def find_row(tx: Tx, program_id: UUID) -> sa.RowMapping | None:
    """The program as it stands, if there is one."""
    return (
        tx.execute(sa.select(tables.programs).where(_p.id == program_id)).mappings().one_or_none()
    )


def find(tx: Tx, name_or_id: str) -> UUID:
    """A program by id or by name in any case. Raises NotFoundError."""
    wanted = name_or_id.casefold()
    for id_, name in names(tx).items():
        if str(id_) == name_or_id or name.casefold() == wanted:
            return id_
    raise NotFoundError(f"There is no program called “{name_or_id}”.", "See sms-desk program list.")


def save(tx: Tx, values: dict[str, object]) -> bool:
    """Insert or change a program; True if it is new."""
    done = tx.execute(
        sa.update(tables.programs)
        .where(_p.id == values["id"])
        .values({name: value for name, value in values.items() if name not in ("id", "created_at")})
    )
    if done.rowcount:
        return False
    tx.execute(sa.insert(tables.programs).values(values))
    return True


def set_retired(tx: Tx, program_id: UUID, at: datetime | None) -> None:
    tx.execute(sa.update(tables.programs).where(_p.id == program_id).values(retired_at=at))


def bindings(tx: Tx, program_id: UUID) -> list[sa.RowMapping]:
    """The running bindings of a program, with the words that a person knows them by."""
    sender, service = tables.sender_ids.c, tables.messaging_services.c
    query = (
        sa.select(
            tables.program_bindings,
            sa.func.coalesce(sender.address, service.name, _b.pattern).label("target"),
        )
        .outerjoin(tables.sender_ids, sender.id == _b.sender_id)
        .outerjoin(tables.messaging_services, service.id == _b.service_id)
        .where(_b.program_id == program_id, _b.until.is_(None))
        .order_by(_b.since)
    )
    return list(tx.execute(query).mappings())


def senders_of(tx: Tx, program_id: UUID) -> list[sa.RowMapping]:
    """The sender IDs that a program writes from: dedicated to it or in a bound Messaging Service,
    each with the address of its inbound number."""
    s, inbound, member = tables.sender_ids.c, tables.sender_ids.alias(), tables.service_senders.c
    running = (_b.program_id == program_id, _b.until.is_(None))
    own = sa.select(_b.sender_id).where(*running, _b.sender_id.is_not(None))
    pooled = (
        sa.select(member.sender_id)
        .join_from(
            tables.service_senders, tables.program_bindings, _b.service_id == member.service_id
        )
        .where(*running)
    )
    query = (
        sa.select(tables.sender_ids, inbound.c.address.label("inbound"))
        .outerjoin(inbound, inbound.c.id == s.inbound_id)
        .where(s.id.in_(own.union(pooled)), s.retired_at.is_(None))
        .order_by(s.channel, s.address)
    )
    return list(tx.execute(query).mappings())


def bind(tx: Tx, values: dict[str, object]) -> None:
    tx.execute(sa.insert(tables.program_bindings).values(values))


def set_binding_end(tx: Tx, binding_id: UUID, at: datetime | None) -> None:
    tx.execute(sa.update(tables.program_bindings).where(_b.id == binding_id).values(until=at))


def binding(tx: Tx, binding_id: UUID) -> sa.RowMapping:
    row = (
        tx.execute(sa.select(tables.program_bindings).where(_b.id == binding_id))
        .mappings()
        .one_or_none()
    )
    if row is None:
        raise NotFoundError("There is no such binding.")
    return row


def sender_holder(tx: Tx, sender_id: UUID) -> UUID | None:
    """The program that a sender ID is dedicated to now, if any."""
    return tx.execute(
        sa.select(_b.program_id)
        .join(tables.programs, _p.id == _b.program_id)
        .where(_b.sender_id == sender_id, _b.until.is_(None), _p.retired_at.is_(None))
        .order_by(_b.since.desc())
        .limit(1)
    ).scalar_one_or_none()


def for_attribution(tx: Tx) -> tuple[dict[ProgramId, Program], list[Binding]]:
    """Programs and running bindings as the attribution rules read them (R3, R61)."""
    programs = {row["id"]: _program(row) for row in listing(tx)}
    found = tx.execute(
        sa.select(tables.program_bindings)
        .where(_b.until.is_(None), _b.program_id.in_(programs))
        .order_by(_b.since)
    ).mappings()
    return programs, [as_binding(row) for row in found]


class Taken(NamedTuple):
    """A binding that was taken back as if it had never been: it ends where it began."""

    id: UUID
    binding: Binding


def taken_back(tx: Tx) -> list[Taken]:
    """Those of all programs, the first taken back first."""
    query = sa.select(tables.program_bindings).where(_b.until == _b.since).order_by(_b.id)
    return [Taken(row["id"], as_binding(row)) for row in tx.execute(query).mappings()]


def ever_bound(tx: Tx) -> list[Binding]:
    """All bindings that hold or once held."""
    query = sa.select(tables.program_bindings).where(
        sa.or_(_b.until.is_(None), _b.until != _b.since)
    )
    return [as_binding(row) for row in tx.execute(query.order_by(_b.since)).mappings()]


def rule_of(tx: Tx, program_id: UUID) -> Program:
    """A program, retired or not, as the attribution rules read it."""
    return _program(get(tx, program_id))


def _program(row: sa.RowMapping) -> Program:
    return Program(
        row["id"],
        ProgramKind(row["kind"]),
        row["name"],
        row["attribution_days"],
        row["starts_at"],
        row["ends_at"],
    )


def as_binding(row: sa.RowMapping) -> Binding:
    return Binding(
        row["program_id"],
        BindingKind(row["kind"]),
        row["sender_id"],
        row["service_id"],
        row["pattern"],
    )


def services_by_sid(tx: Tx) -> dict[tuple[UUID, str], UUID]:
    """Messaging Services by account and the provider's id."""
    s = tables.messaging_services.c
    query = sa.select(s.id, s.account_id, s.provider_sid)
    return {(row.account_id, row.provider_sid): row.id for row in tx.execute(query)}


def unrecognised(tx: Tx, *, below: int | None, limit: int) -> list[sa.Row[Any]]:
    """What went out by no person of ours and no known program, newest first."""
    m = tables.messages.c
    query = (
        sa.select(
            m.position, m.account_id, m.conversation_id, m.sender_id, m.service_sid, m.body, m.at
        )
        .where(m.origin == Origin.ELSEWHERE, m.program_id.is_(None))
        .order_by(m.position.desc())
        .limit(limit)
    )
    return list(tx.execute(query if below is None else query.where(m.position < below)))


def by_sender(tx: Tx) -> dict[UUID, UUID]:
    """The program that each dedicated sender ID serves now."""
    query = (
        sa.select(_b.sender_id, _b.program_id)
        .join(tables.programs, _p.id == _b.program_id)
        .where(_b.sender_id.is_not(None), _b.until.is_(None), _p.retired_at.is_(None))
        .order_by(_b.since)
    )
    return {row.sender_id: row.program_id for row in tx.execute(query)}
