"""How far each walk over a provider's list has come (algorithms §1.6)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime
from typing import Any
from uuid import UUID

import sqlalchemy as sa

from sms_desk.domain.frozen import dataclass
from sms_desk.store import tables
from sms_desk.store.engine import Tx
from sms_desk.store.reading import Query

_S = tables.scans.c
_BACKFILL = "backfill"


@dataclass(frozen=True, slots=True)
class Backfill:
    """How far the first sync has come, newest first.

    until: how far back was chosen, None for all. reached: everything newer is here; None: nothing
    yet. count: messages that it stored. links: the provider's to the last pages asked for, the
    oldest first; it goes on from there. running: not done, and nobody stopped it.
    """

    until: datetime | None = None
    reached: datetime | None = None
    count: int = 0
    done: bool = False
    stopped: bool = False
    links: tuple[str, ...] = ()

    @classmethod
    def of(cls, state: Mapping[str, Any]) -> Backfill:
        return cls(
            _instant(state.get("until")),
            _instant(state.get("reached")),
            int(state.get("count", 0)),
            bool(state.get("done")),
            bool(state.get("stopped")),
            tuple(state.get("links", ())),
        )

    def to_state(self) -> dict[str, Any]:
        return {
            "until": _iso(self.until),
            "reached": _iso(self.reached),
            "count": self.count,
            "done": self.done,
            "stopped": self.stopped,
            "links": list(self.links),
        }

    def told(self) -> dict[str, Any]:
        """What desks of a team are told of it: the provider's links are the connector's own."""
        return {**self.to_state(), "links": []}

    @property
    def running(self) -> bool:
        return not (self.done or self.stopped)

    def covers(self, at: datetime) -> bool:
        """Whether a message of that time should be here already: a new one of then is late."""
        if self.done:
            return self.until is None or at >= self.until
        return self.reached is not None and at >= self.reached


def load(tx: Tx, account_id: UUID, name: str) -> dict[str, Any]:
    """The state of a walk; empty if it never ran."""
    states: list[dict[str, Any]] = _STATE.values(tx, account_id=account_id, name=name)
    return states[0] if states else {}


def save(tx: Tx, account_id: UUID, name: str, state: dict[str, Any], *, at: datetime) -> None:
    row = {"account_id": account_id, "name": name, "state": state, "changed_at": at}
    done = tx.execute(_SAVE, {f"its_{column}": value for column, value in row.items()})
    if not done.rowcount:
        tx.execute(sa.insert(tables.scans), row)


_STATE = Query(
    sa.select(_S.state).where(
        _S.account_id == sa.bindparam("account_id"), _S.name == sa.bindparam("name")
    )
)
_SAVE = (
    sa.update(tables.scans)
    .where(_S.account_id == sa.bindparam("its_account_id"), _S.name == sa.bindparam("its_name"))
    .values(state=sa.bindparam("its_state"), changed_at=sa.bindparam("its_changed_at"))
)


# --- the first sync: how far back, how far it came, stopped and resumed ---------------------------


def named(tx: Tx, name: str) -> list[dict[str, Any]]:
    """How far a walk has come, for each account."""
    query = sa.select(_S.state).where(_S.name == name)
    return [dict(state) for state in tx.execute(query).scalars()]


def backfill(tx: Tx, account_id: UUID) -> Backfill:
    """The account's back-fill; one that nobody chose goes back to the first message."""
    return Backfill.of(load(tx, account_id, _BACKFILL))


def save_backfill(tx: Tx, account_id: UUID, state: Backfill, *, at: datetime) -> None:
    save(tx, account_id, _BACKFILL, state.to_state(), at=at)


def choose_backfill(tx: Tx, account_id: UUID, until: datetime | None, *, at: datetime) -> None:
    """Choose how far back to go, before or after it ran; what is here stays."""
    state = replace(backfill(tx, account_id), until=until, done=False, stopped=False)
    save_backfill(tx, account_id, state, at=at)


def stop_backfill(tx: Tx, account_id: UUID, *, at: datetime) -> None:
    """Leave it where it is; what is new is received all the same."""
    save_backfill(tx, account_id, replace(backfill(tx, account_id), stopped=True), at=at)


def resume_backfill(tx: Tx, account_id: UUID, *, at: datetime) -> None:
    save_backfill(tx, account_id, replace(backfill(tx, account_id), stopped=False), at=at)


def _instant(text: object) -> datetime | None:
    return None if not text else datetime.fromisoformat(str(text))


def _iso(at: datetime | None) -> str | None:
    return None if at is None else at.isoformat()
