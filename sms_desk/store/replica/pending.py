"""Commands of a desk that the workspace has not answered yet, and what came back to their author.

A row stands here from the moment a person does something until the receipt is here. What was done
goes without a trace, unless somebody waits for the answer; what was refused, or is left to the person, stays with their own words until
they put it away.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Any, Final
from uuid import UUID

import sqlalchemy as sa

from sms_desk.domain.frozen import dataclass
from sms_desk.store.engine import Tx
from sms_desk.store.replica import tables
from sms_desk.store.team.delta import Receipt

_P = tables.pending.c

KEPT: Final = timedelta(days=30)
"""How long a command waits for a workspace that does not answer (algorithms §2.4)."""


class State(StrEnum):
    WAITING = "waiting"  # only this desk knows it
    PUSHED = "pushed"  # it may have reached the workspace, which has not answered
    REFUSED = "refused"
    HELD = "held"  # done or not: a person is to decide
    DONE = "done"  # and somebody waits for that word: they take it away


OPEN: Final = (State.WAITING, State.PUSHED)
BACK: Final = (State.REFUSED, State.HELD)


@dataclass(frozen=True, slots=True)
class Pending:
    """One command. n: the order in which the person gave them. base: what stood on the screen
    (`services.standing`). result: the receipt's words (`services.pushed`)."""

    n: int
    id: UUID
    kind: str
    at: datetime
    args: Mapping[str, Any]
    base: Mapping[str, Any]
    state: State
    result: Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Counts:
    """How many commands wait for the workspace, and how many came back."""

    pending: int
    returned: int


def enqueue(
    tx: Tx,
    *,
    id_: UUID,
    kind: str,
    at: datetime,
    args: Mapping[str, Any],
    base: Mapping[str, Any],
) -> None:
    """Behind all others."""
    tx.execute(
        sa.insert(tables.pending).values(
            id=id_, kind=kind, at=at, args=args, base=base, state=State.WAITING
        )
    )


def replace_waiting(tx: Tx, kind: str, name: str, value: Any) -> None:
    """Forget what waits of a kind and is about the same thing: what comes behind says it again."""
    for one in _rows(tx, sa.and_(_P.state == State.WAITING, _P.kind == kind)):
        if one.args.get(name) == value:
            drop(tx, one.id)


def open_ones(tx: Tx) -> list[Pending]:
    """Those without a receipt, in order: what a replica shows on top of what the workspace said."""
    return _rows(tx, _P.state.in_(OPEN))


def mark_pushed(tx: Tx, command_id: UUID) -> bool:
    """It is about to leave; False if it waits no more."""
    return bool(_set_state(tx, State.PUSHED, _P.id == command_id, _P.state == State.WAITING))


def push_again(tx: Tx) -> int:
    """Whatever has no receipt is to be pushed once more: the workspace may have lost it, and one
    that it has is not taken twice (GC1). How many these are."""
    return _set_state(tx, State.WAITING, _P.state == State.PUSHED)


def settle(tx: Tx, receipts: Iterable[Receipt]) -> tuple[UUID, ...]:
    """The workspace has answered: what is done goes, what is not stays with the reason. Returns
    the commands that came back."""
    back: list[UUID] = []
    for receipt in receipts:
        if receipt.state == "done" or receipt.result.get("place") == "outbox":
            if not _kept_for_who_waits(tx, receipt):
                drop(tx, receipt.id)  # the thread itself shows a message that is held
            continue
        state = State.HELD if receipt.state == "held" else State.REFUSED
        change = sa.update(tables.pending).where(_P.id == receipt.id, _P.state.in_(OPEN))
        if tx.execute(change.values(state=state, result=dict(receipt.result))).rowcount:
            back.append(receipt.id)
    return tuple(back)


def _kept_for_who_waits(tx: Tx, receipt: Receipt) -> bool:
    change = sa.update(tables.pending).where(
        _P.id == receipt.id, _P.state.in_(OPEN), _P.result.is_not(None)
    )
    return bool(tx.execute(change.values(state=State.DONE, result=dict(receipt.result))).rowcount)


def await_answer(tx: Tx, command_id: UUID) -> None:
    """Somebody waits for what becomes of it: `take_answer` follows."""
    change = sa.update(tables.pending).where(_P.id == command_id, _P.state.in_(OPEN))
    tx.execute(change.values(result={}))


def take_answer(tx: Tx, command_id: UUID) -> Pending | None:
    """What became of it, put away with that; None while there is no answer, which nobody waits for
    any more."""
    one = find(tx, command_id)
    if one is None or one.state in OPEN:
        change = sa.update(tables.pending).where(_P.id == command_id)
        tx.execute(change.values(result=sa.null()))
        return None
    drop(tx, command_id)
    return one


def returned(tx: Tx) -> list[Pending]:
    """What came back and was not put away yet, oldest first."""
    return _rows(tx, _P.state.in_(BACK))


def find(tx: Tx, command_id: UUID) -> Pending | None:
    row = tx.execute(sa.select(tables.pending).where(_P.id == command_id)).mappings().first()
    return None if row is None else _pending(row)


def drop(tx: Tx, command_id: UUID) -> None:
    """It is settled, or never was."""
    tx.execute(sa.delete(tables.pending).where(_P.id == command_id))


def give_up(tx: Tx, before: datetime) -> tuple[UUID, ...]:
    """What waits since before a time is not pushed any more and comes back to its author."""
    late = sa.select(_P.id).where(_P.state.in_(OPEN), _P.at < before).order_by(_P.n)
    ids = tuple(tx.execute(late).scalars())
    if ids:
        change = sa.update(tables.pending).where(_P.id.in_(ids))
        tx.execute(change.values(state=State.REFUSED, result=_TOO_LATE))
    return ids


_TOO_LATE: Final = {
    "title": "The workspace could not be reached for 30 days.",
    "next_step": "Look at what stands there now, then do it again.",
    "rule": "late",
}


def counts(tx: Tx) -> Counts:
    query = sa.select(_P.state, sa.func.count().label("n")).group_by(_P.state)
    by_state = {row.state: row.n for row in tx.execute(query)}
    waiting, back = (sum(by_state.get(state, 0) for state in some) for some in (OPEN, BACK))
    return Counts(waiting, back)


def _set_state(tx: Tx, state: State, *where: sa.ColumnElement[bool]) -> int:
    return tx.execute(sa.update(tables.pending).where(*where).values(state=state)).rowcount


def _rows(tx: Tx, where: sa.ColumnElement[bool]) -> list[Pending]:
    query = sa.select(tables.pending).where(where).order_by(_P.n)
    return [_pending(row) for row in tx.execute(query).mappings()]


def _pending(row: sa.RowMapping) -> Pending:
    values = dict(row)
    values["state"] = State(values["state"])
    values["base"] = values["base"] or {}
    values["result"] = values["result"] or {}
    return Pending(**values)
