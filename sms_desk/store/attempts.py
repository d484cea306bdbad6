"""Attempts: each at most one POST, written down before its first byte (algorithms §1.2, I1-I5)."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from datetime import datetime, timedelta
from functools import lru_cache
from typing import Any
from uuid import UUID

import sqlalchemy as sa

from sms_desk.domain import outbox as rules
from sms_desk.domain.frozen import dataclass
from sms_desk.domain.model import AttemptState
from sms_desk.store import fast, tables
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
    return _first(_NEWEST.mappings(tx, outbox_id=outbox_id))


def open_one(tx: Tx, outbox_id: UUID) -> Attempt | None:
    """The entry's attempt that may still become accepted, if one is under way or doubtful."""
    return _first(_OPEN.mappings(tx, outbox_id=outbox_id))


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
    return not _IN_LANE.rows(tx, lane=lane)


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
    values = {
        "outbox_id": outbox_id,
        "n": n,
        "lane": lane,
        "holder": holder.name,
        "fence": holder.fence,
        "started_at": at,
        "started_mono_us": mono_us,
        "boot_id": holder.boot_id,
        "offset_us": None if offset is None else offset // _MICROSECOND,
        "state": AttemptState.CLAIMED,
        "account_id": account_id,
    }
    fast.insert(tx, tables.attempts, tuple(values), [tuple(values.values())])
    begun = newest(tx, outbox_id)
    assert begun is not None
    return begun


def set_state(tx: Tx, attempt: Attempt, state: AttemptState, **values: Any) -> None:
    """Move an attempt, with what else is to be written."""
    rules.move_attempt(attempt.state, state)
    _write(tx, attempt, state=state, **values)


def update(tx: Tx, attempt: Attempt, **values: Any) -> None:
    """Write columns that are no state."""
    if "state" in values:
        raise ValueError("a state moves through set_state")
    _write(tx, attempt, **values)


def in_states(tx: Tx, states: Collection[AttemptState]) -> list[Attempt]:
    """Attempts of all accounts in these states, oldest first."""
    return _all(_IN_STATES.mappings(tx, states=sorted(states)))


def doubtful(tx: Tx, account_id: UUID) -> list[Attempt]:
    """Attempts of one account whose answer was lost, oldest first."""
    return _all(_DOUBTFUL.mappings(tx, account_id=account_id))


def unwatched(tx: Tx) -> list[Attempt]:
    """Doubtful attempts of accounts that were removed, of which somebody still expects a look-up."""
    return _all(_UNWATCHED.mappings(tx))


def bindable(tx: Tx, account_id: UUID, lanes: Collection[str]) -> list[Attempt]:
    """Attempts to which a message of these lanes may belong, oldest first (I4, §1.5)."""
    return _all(_BINDABLE.mappings(tx, account_id=account_id, lanes=sorted(lanes)))


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


def _oldest_first(*where: sa.ColumnElement[bool]) -> Query:
    query = sa.select(tables.attempts).where(*where)
    return Query(query.order_by(_T.started_at, _T.outbox_id, _T.n))


_OF_ACCOUNT = _T.account_id == sa.bindparam("account_id")
_OF_ENTRY = _T.outbox_id == sa.bindparam("outbox_id")
_IS_OPEN = _T.state.in_(sorted(rules.OPEN_ATTEMPTS))
_IS_DOUBTFUL = _T.state.in_(sorted(rules.DOUBTFUL))
_IS_BINDABLE = _T.state.in_(sorted(rules.BINDABLE))

_NEWEST = Query(sa.select(tables.attempts).where(_OF_ENTRY).order_by(_T.n.desc()).limit(1))
_OPEN = Query(sa.select(tables.attempts).where(_OF_ENTRY, _IS_OPEN).limit(1))
_IN_LANE = Query(sa.select(_T.n).where(_T.lane == sa.bindparam("lane"), _IS_OPEN).limit(1))
_IN_STATES = _oldest_first(_T.state.in_(sa.bindparam("states", expanding=True)))
_DOUBTFUL = _oldest_first(_OF_ACCOUNT, _IS_DOUBTFUL)
_UNWATCHED = _oldest_first(
    _IS_DOUBTFUL,
    _T.account_id.in_(
        sa.select(tables.accounts.c.id).where(tables.accounts.c.removed_at.is_not(None))
    ),
    (_T.state == AttemptState.IN_DOUBT) | _T.next_check_at.is_not(None),
)
_BINDABLE = _oldest_first(
    _OF_ACCOUNT, _T.lane.in_(sa.bindparam("lanes", expanding=True)), _IS_BINDABLE
)
_ANY_BINDABLE = Query(
    sa.select(_T.n)
    .where(
        _OF_ACCOUNT, _IS_BINDABLE, _T.provider_sid.is_(None)
    )  # one that has its message is bound
    .limit(1)
)
_BOUND = Query(
    sa.select(_T.provider_sid, _T.outbox_id).where(
        _OF_ACCOUNT, _T.provider_sid.in_(sa.bindparam("sids", expanding=True))
    )
)


def _write(tx: Tx, attempt: Attempt, **values: Any) -> None:
    key = {"its_outbox_id": attempt.outbox_id, "its_n": attempt.n}
    tx.execute(_writing(tuple(values)), {**key, **values})


@lru_cache(maxsize=64)
def _writing(names: tuple[str, ...]) -> sa.Update:
    return (
        sa.update(tables.attempts)
        .where(_T.outbox_id == sa.bindparam("its_outbox_id"), _T.n == sa.bindparam("its_n"))
        .values({name: sa.bindparam(name) for name in names})
    )


def _first(rows: list[dict[str, Any]]) -> Attempt | None:
    return _attempt(rows[0]) if rows else None


def _all(rows: list[dict[str, Any]]) -> list[Attempt]:
    return [_attempt(row) for row in rows]


def _attempt(row: Mapping[str, Any]) -> Attempt:
    values = dict(row)
    values.pop("fence")
    offset_us = values.pop("offset_us")
    values["offset"] = None if offset_us is None else timedelta(microseconds=offset_us)
    values["state"] = AttemptState(values["state"])
    return Attempt(**values)
