"""Sender IDs, their holdings, and which account carries them."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

import sqlalchemy as sa

from sms_desk.domain.addresses import spellings
from sms_desk.domain.errors import NotFoundError
from sms_desk.domain.model import HolderKind, RoutingRule, SenderDirection, SenderKind
from sms_desk.store import tables
from sms_desk.store.engine import Tx
from sms_desk.store.reading import Query
from sms_desk.store.team_states import chunks
from sms_desk.store.types import Id, Instant

_s = tables.sender_ids.c
_h = tables.holdings.c
_a = tables.sender_accounts.c
_GROUPS = {HolderKind.TEAM, HolderKind.PROFILE}


def listing(tx: Tx, *, retired: bool = False) -> list[sa.RowMapping]:
    """Sender IDs by channel and address, each with the account that carries it now."""
    query = _with_account().order_by(_s.channel, _s.address)
    if not retired:
        query = query.where(_s.retired_at.is_(None))
    return list(tx.execute(query).mappings())


def shown(tx: Tx) -> list[sa.Row[Any]]:
    """Id, channel, address, label and direction of every sender ID in use, by channel and
    address."""
    query = sa.select(_s.id, _s.channel, _s.address, _s.label, _s.direction)
    query = query.where(_s.retired_at.is_(None))
    return list(tx.execute(query.order_by(_s.channel, _s.address)))


def found(tx: Tx, channel: str, spelt: Collection[str], label: str) -> list[sa.Row[Any]]:
    """Id and retired_at of sender IDs of an address on a channel, or of a label, those in use
    first."""
    query = sa.select(_s.id, _s.retired_at).where(
        ((_s.channel == channel) & _s.address.in_(spelt)) | (_s.label == label)
    )
    return list(tx.execute(query.order_by(_s.retired_at.is_not(None), _s.created_at)))


def offered(
    tx: Tx,
    channel: str,
    *,
    among: Collection[UUID] | None,
    first: Sequence[Collection[UUID]] = (),
    own_first: bool = False,
    country: str = "",
    kind: str = "",
    typed: str = "",
    limit: int,
) -> list[sa.RowMapping]:
    """Sender IDs in use that a composer may offer, the likeliest first: of the country, of the kind,
    then those of the first set in `first`, of the next …; with own_first those before all else.
    among: only these; None: any."""
    query = _with_account().where(_s.channel == channel, _s.retired_at.is_(None))
    query = query.where(_s.direction != SenderDirection.INCOMING)
    if among is not None:
        query = query.where(_s.id.in_(among))
    if typed:
        wanted = f"%{_escaped(typed)}%"
        query = query.where(
            _s.address.ilike(wanted, escape="\\") | _s.label.ilike(wanted, escape="\\")
        )
    alike: list[Any] = []
    if country:
        alike.append(sa.case((_s.country == country, 0), else_=1))
    if kind:
        alike.append(sa.case((_s.kind == kind, 0), else_=1))
    own = [sa.case((_s.id.in_(some), 0), else_=1) for some in first if some]
    order = [*own, *alike] if own_first else [*alike, *own]
    query = query.order_by(*order, _s.address).limit(limit)
    return list(tx.execute(query).mappings())


def _escaped(typed: str) -> str:
    for mark in ("\\", "%", "_"):
        typed = typed.replace(mark, "\\" + mark)
    return typed


def briefly(tx: Tx, ids: Collection[UUID]) -> dict[UUID, dict[str, Any]]:
    """Channel, address and label of some sender IDs."""
    rows = _BRIEFLY.mappings(tx, ids=list(ids)) if ids else []
    return {row["id"]: row for row in rows}


def get(tx: Tx, sender_id: UUID) -> dict[str, Any]:
    rows = _ONE.mappings(tx, sender_id=sender_id)
    if not rows:
        raise NotFoundError("There is no such sender ID.")
    return rows[0]


def by_address(tx: Tx, channel: str, address: str, country: str = "") -> sa.RowMapping | None:
    """The sender ID of an address in any spelling; of a short code in that country (R1)."""
    query = _with_account().where(_s.channel == channel, _s.address.in_(spellings(address)))
    if country:
        other = (_s.kind == SenderKind.SHORT_CODE) & _s.country.not_in(("", country))
        query = query.where(~other)
    return tx.execute(query).mappings().first()


def insert(tx: Tx, values: Mapping[str, Any]) -> None:
    tx.execute(sa.insert(tables.sender_ids).values(values))


def change(tx: Tx, sender_id: UUID, **values: Any) -> None:
    tx.execute(sa.update(tables.sender_ids).where(_s.id == sender_id).values(values))


def insert_many(tx: Tx, rows: Sequence[Mapping[str, Any]]) -> None:
    """New sender IDs. Each row names the same columns."""
    if rows:
        tx.execute(sa.insert(tables.sender_ids), [dict(row) for row in rows])


def change_many(tx: Tx, rows: Sequence[Mapping[str, Any]]) -> None:
    """Columns of many sender IDs, by `id`. Each row names the same columns."""
    if not rows:
        return
    names = [name for name in rows[0] if name != "id"]
    query = sa.update(tables.sender_ids).where(_s.id == sa.bindparam("which"))
    query = query.values({name: sa.bindparam(f"to_{name}") for name in names})
    tx.execute(
        query,
        [{"which": row["id"], **{f"to_{name}": row[name] for name in names}} for row in rows],
    )


def some(tx: Tx, ids: Collection[UUID]) -> dict[UUID, sa.RowMapping]:
    """Sender IDs by id, each with the account that carries it now."""
    return {
        row["id"]: row
        for part in chunks(ids)
        for row in tx.execute(_with_account().where(_s.id.in_(part))).mappings()
    }


def retire_many(tx: Tx, ids: Collection[UUID], at: datetime) -> None:
    """They send no more from now on; those that were retired already stay so since then."""
    for part in chunks(ids):
        tx.execute(
            sa.update(tables.sender_ids)
            .where(_s.id.in_(part), _s.retired_at.is_(None))
            .values(retired_at=at)
        )


def uncarry(tx: Tx, sender_id: UUID, at: datetime) -> None:
    """From now on no account carries the sender ID."""
    tx.execute(
        sa.update(tables.sender_accounts)
        .where(_a.sender_id == sender_id, _a.until.is_(None))
        .values(until=at)
    )


def carry(tx: Tx, *, id_: UUID, sender_id: UUID, account_id: UUID, at: datetime) -> None:
    """From now on this account carries the sender ID; an earlier carrier's row ends (R1)."""
    tx.execute(
        sa.update(tables.sender_accounts)
        .where(_a.sender_id == sender_id, _a.until.is_(None), _a.account_id != account_id)
        .values(until=at)
    )
    running = sa.select(_a.id).where(
        _a.sender_id == sender_id, _a.account_id == account_id, _a.until.is_(None)
    )
    if tx.execute(running).first() is None:
        tx.execute(
            sa.insert(tables.sender_accounts).values(
                id=id_, sender_id=sender_id, account_id=account_id, since=at
            )
        )


def carry_many(tx: Tx, rows: Sequence[Mapping[str, Any]]) -> None:
    """Accounts carry sender IDs that none carried before. Each row names the same columns."""
    if rows:
        tx.execute(sa.insert(tables.sender_accounts), [dict(row) for row in rows])


def hold_many(tx: Tx, rows: Sequence[Mapping[str, Any]]) -> None:
    """Holdings that begin. Each row names the same columns."""
    if rows:
        tx.execute(sa.insert(tables.holdings), [dict(row) for row in rows])


def hold(tx: Tx, values: Mapping[str, Any]) -> None:
    tx.execute(sa.insert(tables.holdings).values(values))


def holding(tx: Tx, holding_id: UUID) -> sa.RowMapping:
    row = tx.execute(sa.select(tables.holdings).where(_h.id == holding_id)).mappings().one_or_none()
    if row is None:
        raise NotFoundError("There is no such holding.")
    return row


def some_holdings(tx: Tx, ids: Collection[UUID]) -> list[sa.RowMapping]:
    """Holdings by id."""
    query = sa.select(tables.holdings)
    return [
        row for part in chunks(ids) for row in tx.execute(query.where(_h.id.in_(part))).mappings()
    ]


def change_holding(tx: Tx, holding_id: UUID, **values: Any) -> None:
    tx.execute(sa.update(tables.holdings).where(_h.id == holding_id).values(values))


def set_holding_end(tx: Tx, holding_id: UUID, at: datetime | None) -> None:
    change_holding(tx, holding_id, until=at)


def holdings(tx: Tx, sender_id: UUID | None = None) -> list[sa.RowMapping]:
    """Holdings of one sender ID or of all, oldest first; ended ones too (R59)."""
    query = sa.select(tables.holdings).order_by(_h.since, _h.id)
    if sender_id is not None:
        query = query.where(_h.sender_id == sender_id)
    return list(tx.execute(query).mappings())


def running_holdings(
    tx: Tx, now: datetime, sender_ids: Collection[UUID] | None = None
) -> list[dict[str, Any]]:
    """The holdings that run at `now`, of all sender IDs or of a few, oldest first."""
    if sender_ids is None:
        return _RUNNING.mappings(tx, now=now)
    return _RUNNING_OF.mappings(tx, now=now, ids=list(sender_ids)) if sender_ids else []


def held_by(tx: Tx, person_id: UUID, now: datetime) -> set[UUID]:
    """The sender IDs that a person holds by name at `now`."""
    return {row[0] for row in _HELD_BY.rows(tx, person_id=person_id, now=now)}


def naming(tx: Tx, person_id: UUID, now: datetime) -> list[sa.RowMapping]:
    """Holdings of others that run at `now` or will, and whose rule names a person, oldest first."""
    query = sa.select(tables.holdings).where(names(person_id, now)).order_by(_h.since, _h.id)
    return list(tx.execute(query).mappings())


def names(person_id: UUID, now: datetime) -> sa.ColumnElement[bool]:
    """The clause of `naming`. What somebody holds by name ends with them, its rule, too."""
    return sa.and_(
        _h.rule == RoutingRule.NAMED,
        _h.rule_person_id == person_id,
        sa.or_(_h.holder_kind != HolderKind.PERSON, _h.holder_id != person_id),
        sa.or_(_h.until.is_(None), _h.until > now),
    )


def overlapping(
    tx: Tx,
    *,
    sender_ids: Collection[UUID],
    holder_kind: HolderKind,
    holder_id: UUID | None,
    since: datetime,
    until: datetime | None,
) -> set[UUID]:
    """Which of the sender IDs this holder holds at any time within the span already."""
    kinds = {holder_kind}
    if holder_kind in _GROUPS:
        kinds |= _GROUPS  # the first release called a profile a team
    query = sa.select(_h.sender_id).where(
        _h.sender_id.in_(sender_ids),
        _h.holder_kind.in_(kinds),
        _h.holder_id.is_(None) if holder_id is None else _h.holder_id == holder_id,
        _h.until.is_(None) | (_h.until > since),
    )
    if until is not None:
        query = query.where(_h.since < until)
    return set(tx.execute(query).scalars())


def neighbours(tx: Tx) -> dict[UUID, Any]:
    """What the rules look at of every sender ID, retired ones too, by id."""
    query = sa.select(
        _s.id,
        _s.channel,
        _s.address,
        _s.kind,
        _s.country,
        _s.direction,
        _s.retired_at,
        _s.inbound_id,
        _s.fallback_id,
    )
    return {row.id: row for row in tx.execute(query)}


def services(tx: Tx) -> list[sa.RowMapping]:
    """The Messaging Services of all accounts, by name."""
    columns = tables.messaging_services.c
    return list(tx.execute(sa.select(tables.messaging_services).order_by(columns.name)).mappings())


def group_kind(tx: Tx, group_id: UUID) -> HolderKind | None:
    """Whether a group is a team or a profile; None if there is none."""
    columns = tables.teams.c
    kind = tx.execute(sa.select(columns.kind).where(columns.id == group_id)).scalar_one_or_none()
    return None if kind is None else HolderKind(kind)


def service_members(tx: Tx) -> dict[UUID, list[UUID]]:
    """The sender IDs of each Messaging Service."""
    member = tables.service_senders.c
    found: dict[UUID, list[UUID]] = {}
    for row in tx.execute(sa.select(member.service_id, member.sender_id)):
        found.setdefault(row.service_id, []).append(row.sender_id)
    return found


def groups(tx: Tx) -> dict[UUID, tuple[str, HolderKind]]:
    """Teams and profiles by id, each with its name."""
    columns = tables.teams.c
    query = sa.select(columns.id, columns.name, columns.kind)
    return {row.id: (row.name, HolderKind(row.kind)) for row in tx.execute(query)}


def group_names(tx: Tx) -> dict[UUID, str]:
    """Names of teams and profiles by id."""
    columns = tables.teams.c
    return {row.id: row.name for row in tx.execute(sa.select(columns.id, columns.name))}


def _with_account() -> sa.Select[Any]:
    account = tables.accounts.c
    return (
        sa.select(
            tables.sender_ids,
            _a.account_id,
            account.label.label("account_label"),
            account.provider.label("provider"),
        )
        .outerjoin(tables.sender_accounts, (_a.sender_id == _s.id) & _a.until.is_(None))
        .outerjoin(tables.accounts, account.id == _a.account_id)
    )


# --- what every opened conversation asks ---------------------------------------------------------

_NOW = sa.bindparam("now", type_=Instant)
_IDS = sa.bindparam("ids", expanding=True, type_=Id)
_RUNS = sa.and_(_h.since <= _NOW, sa.or_(_h.until.is_(None), _h.until > _NOW))
_ALL_RUNNING = sa.select(tables.holdings).where(_RUNS).order_by(_h.since, _h.id)

_ONE = Query(_with_account().where(_s.id == sa.bindparam("sender_id", type_=Id)))
_BRIEFLY = Query(sa.select(_s.id, _s.channel, _s.address, _s.label).where(_s.id.in_(_IDS)))
_RUNNING = Query(_ALL_RUNNING)
_RUNNING_OF = Query(_ALL_RUNNING.where(_h.sender_id.in_(_IDS)))
_HELD_BY = Query(
    sa.select(_h.sender_id).where(
        _h.holder_id == sa.bindparam("person_id", type_=Id),
        _h.holder_kind == HolderKind.PERSON,
        _RUNS,
    )
)
