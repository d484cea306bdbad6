"""Attempts: each at most one POST, written down before its first byte (algorithms §1.2, I1-I5)."""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.engine import RowMapping

from sms_desk.domain import outbox as rules
from sms_desk.domain.frozen import dataclass
from sms_desk.domain.model import AttemptState
from sms_desk.store import tables
from sms_desk.store.engine import Tx
from sms_desk.store.reading import Query

_T = tables.attempts.c
_MICROSECOND = timedelta(microseconds=1)


@dataclass(frozen=True, slots=True)
class Attempt:
    """One attempt. offset: provider's clock minus ours as known when it began, None if unknown.

    checks: how often the provider's list was read in vain. started_mono_us: monotonic time of the
    claim, which counts only within one boot_id.
    """

    outbox_id: UUID
    n: int
    lane: str
    account_id: UUID
    holder: str
    started_at: datetime
    started_mono_us: int
    boot_id: str
    offset: timedelta | None
    state: AttemptState
    outcome: str
    checks: int
    next_check_at: datetime | None
    provider_sid: str | None

    @property
    def doubt(self) -> rules.Doubt:
        return rules.Doubt(self.outbox_id, self.n, self.lane, self.started_at, self.offset)


@dataclass(frozen=True, slots=True)
class Holder:
    """Which process makes an attempt. fence: of its lease; 0 where one lock rules (solo)."""

    name: str
    boot_id: str
    fence: int = 0


def newest(tx: Tx, outbox_id: UUID) -> Attempt | None:
    return _first(
        tx, sa.select(tables.attempts).where(_T.outbox_id == outbox_id).order_by(_T.n.desc())
    )


def open_one(tx: Tx, outbox_id: UUID) -> Attempt | None:
    """The entry's attempt that may still become accepted, if one is under way or doubtful."""
    return _first(
        tx,
        sa.select(tables.attempts).where(
            _T.outbox_id == outbox_id, _T.state.in_(sorted(rules.OPEN_ATTEMPTS))
        ),
    )


def not_sent(tx: Tx, outbox_id: UUID) -> int:
    """How many attempts of an entry provably never reached the provider."""
    return int(
        tx.execute(
            sa.select(sa.func.count()).where(
                _T.outbox_id == outbox_id, _T.state == AttemptState.NOT_SENT
            )
        ).scalar_one()
    )


def lane_is_free(tx: Tx, lane: str) -> bool:
    """I5: no attempt of this lane is under way or doubtful."""
    taken = sa.select(_T.n).where(_T.lane == lane, _T.state.in_(sorted(rules.OPEN_ATTEMPTS)))
    return tx.execute(taken.limit(1)).first() is None


def begin(
    tx: Tx,
    *,
    outbox_id: UUID,
    lane: str,
    account_id: UUID,
    holder: Holder,
    at: datetime,
    mono_us: int,
    offset: timedelta | None,
) -> Attempt:
    """Write the next attempt, claimed. The unique indexes stand behind I1 and I5."""
    last = newest(tx, outbox_id)
    rules.assert_may_attempt(None if last is None else last.state)
    n = 1 if last is None else last.n + 1
    tx.execute(
        sa.insert(tables.attempts).values(
            outbox_id=outbox_id,
            n=n,
            lane=lane,
            holder=holder.name,
            fence=holder.fence,
            started_at=at,
            started_mono_us=mono_us,
            boot_id=holder.boot_id,
            offset_us=None if offset is None else offset // _MICROSECOND,
            state=AttemptState.CLAIMED,
            account_id=account_id,
        )
    )
    begun = newest(tx, outbox_id)
    assert begun is not None
    return begun


def set_state(tx: Tx, attempt: Attempt, state: AttemptState, **values: Any) -> None:
    """Move an attempt, with what else is to be written."""
    rules.move_attempt(attempt.state, state)
    tx.execute(sa.update(tables.attempts).where(*_key(attempt)).values(state=state, **values))


def update(tx: Tx, attempt: Attempt, **values: Any) -> None:
    """Write columns that are no state."""
    if "state" in values:
        raise ValueError("a state moves through set_state")
    tx.execute(sa.update(tables.attempts).where(*_key(attempt)).values(**values))


def in_states(tx: Tx, states: Collection[AttemptState]) -> list[Attempt]:
    """Attempts of all accounts in these states, oldest first."""
    query = sa.select(tables.attempts).where(_T.state.in_(sorted(states)))
    return _all(tx, query.order_by(_T.started_at, _T.outbox_id, _T.n))


def doubtful(tx: Tx, account_id: UUID) -> list[Attempt]:
    """Attempts of one account whose answer was lost, oldest first."""
    query = sa.select(tables.attempts).where(
        _T.account_id == account_id, _T.state.in_(sorted(rules.DOUBTFUL))
    )
    return _all(tx, query.order_by(_T.started_at, _T.outbox_id, _T.n))


def unwatched(tx: Tx) -> list[Attempt]:
    """Doubtful attempts of accounts that were removed, of which somebody still expects a look-up."""
    removed = sa.select(tables.accounts.c.id).where(tables.accounts.c.removed_at.is_not(None))
    query = sa.select(tables.attempts).where(
        _T.state.in_(sorted(rules.DOUBTFUL)),
        _T.account_id.in_(removed),
        (_T.state == AttemptState.IN_DOUBT) | _T.next_check_at.is_not(None),
    )
    return _all(tx, query.order_by(_T.started_at, _T.outbox_id, _T.n))


def bindable(tx: Tx, account_id: UUID, lanes: Collection[str]) -> list[Attempt]:
    """Attempts to which a message of these lanes may belong, oldest first (I4, §1.5)."""
    query = sa.select(tables.attempts).where(
        _T.account_id == account_id,
        _T.lane.in_(sorted(lanes)),
        _T.state.in_(sorted(rules.BINDABLE)),
    )
    return _all(tx, query.order_by(_T.started_at, _T.outbox_id, _T.n))


def any_bindable(tx: Tx, account_id: UUID) -> bool:
    """Whether the account has any attempt to which a listed message may belong."""
    return bool(_ANY_BINDABLE.rows(tx, account_id=account_id))


def bound(tx: Tx, account_id: UUID, sids: Collection[str]) -> dict[str, UUID]:
    """Outbox ids by those of the given provider ids that an attempt owns (I4)."""
    if not sids:
        return {}
    return dict(_BOUND.rows(tx, account_id=account_id, sids=sorted(sids)))


def next_check(tx: Tx) -> datetime | None:
    """When the earliest doubtful attempt is to be looked up."""
    found: datetime | None = tx.execute(
        sa.select(sa.func.min(_T.next_check_at, type_=_T.next_check_at.type)).where(
            _T.state.in_(sorted(rules.DOUBTFUL))
        )
    ).scalar()
    return found


_ANY_BINDABLE = Query(
    sa.select(_T.n)
    .where(
        _T.account_id == sa.bindparam("account_id"),
        _T.provider_sid.is_(None),  # one that has its message is bound
        _T.state.in_(sorted(rules.BINDABLE)),
    )
    .limit(1)
)
_BOUND = Query(
    sa.select(_T.provider_sid, _T.outbox_id).where(
        _T.account_id == sa.bindparam("account_id"),
        _T.provider_sid.in_(sa.bindparam("sids", expanding=True)),
    )
)


def _key(attempt: Attempt) -> tuple[sa.ColumnElement[bool], sa.ColumnElement[bool]]:
    return _T.outbox_id == attempt.outbox_id, _T.n == attempt.n


def _first(tx: Tx, query: sa.Select[Any]) -> Attempt | None:
    row = tx.execute(query.limit(1)).mappings().first()
    return None if row is None else _attempt(row)


def _all(tx: Tx, query: sa.Select[Any]) -> list[Attempt]:
    return [_attempt(row) for row in tx.execute(query).mappings()]


def _attempt(row: RowMapping) -> Attempt:
    values = dict(row)
    values.pop("fence")
    offset_us = values.pop("offset_us")
    values["offset"] = None if offset_us is None else timedelta(microseconds=offset_us)
    values["state"] = AttemptState(values["state"])
    return Attempt(**values)
