"""What desks have pushed and nobody has run yet, and the receipts that they wait for.

A command stands in `queue` until its receipt is written, in one transaction with what it did.
"""

from __future__ import annotations

import json
from collections.abc import Collection, Mapping
from typing import Any
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.engine import RowMapping

from sms_desk.domain.frozen import dataclass
from sms_desk.store import tables
from sms_desk.store.engine import Tx
from sms_desk.store.team.surface_tables import queue, receipt
from sms_desk.store.team_states import chunks

_Q, _R = queue.c, receipt.c


@dataclass(frozen=True, slots=True)
class Pushed:
    """A command as a desk pushed it: nothing of it has been looked at yet."""

    n: int
    person_id: UUID
    id: UUID
    kind: str
    at: int
    args: str
    base: str


def is_empty(tx: Tx) -> bool:
    """Whether nothing waits."""
    return tx.execute(sa.select(_Q.n).limit(1)).first() is None


def first(tx: Tx, after: UUID | None = None) -> Pushed | None:
    """The oldest command of somebody; of the next person behind `after`, so that nobody's thousand
    keep the others waiting."""
    columns = (_Q.n, _Q.person_id, _Q.id, _Q.kind, _Q.at, _Q.args, _Q.base)
    query = sa.select(*columns).order_by(_Q.person_id, _Q.n).limit(1)
    row = None if after is None else tx.execute(query.where(_Q.person_id > after)).first()
    row = row or tx.execute(query).first()
    return None if row is None else Pushed(*row)


def answer(tx: Tx, pushed: Pushed, state: str, result: Mapping[str, Any]) -> None:
    """Write the receipt; the command waits no more."""
    tx.execute(
        sa.insert(receipt).values(
            person_id=pushed.person_id, id=pushed.id, state=state, result=json.dumps(result)
        )
    )
    forget(tx, pushed)


def forget(tx: Tx, pushed: Pushed) -> None:
    """It waits no more: pushed again after its receipt was written."""
    tx.execute(sa.delete(queue).where(_Q.n == pushed.n))


def answered(tx: Tx, person_id: UUID, command_id: UUID) -> RowMapping | None:
    """The receipt of a command of that person; another's is not looked at (GC1)."""
    query = sa.select(_R.state, _R.result).where(_R.person_id == person_id, _R.id == command_id)
    return tx.execute(query).mappings().first()


def begun_as(tx: Tx, person_id: UUID, conversation_id: UUID) -> UUID | None:
    """Which conversation it was that somebody began under this id, where it was there already."""
    said = _R.result.op("->>")("asked") == str(conversation_id)
    row = tx.execute(sa.select(_R.result).where(_R.person_id == person_id, said)).first()
    return None if row is None else UUID(row.result["is"])


def lock(tx: Tx, conversation_ids: Collection[UUID]) -> None:
    """Nobody else moves these until the transaction ends; in the order of their ids, so that two
    never wait for each other. A file has one writer anyway."""
    c = tables.conversations.c.id
    for part in chunks(sorted(conversation_ids)):
        tx.execute(sa.select(c).where(c.in_(part)).order_by(c).with_for_update()).all()
