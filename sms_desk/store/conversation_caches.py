"""The columns of a conversation that are derived: made anew from messages, outbox and events.

`refresh` runs after every change of one of those, `rebuild` for all; both are the same code, so
what is shown is what a query over the messages gives (R7). Where new messages are all that changed,
`advanced` says the same from them alone, or that it must be counted.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

import sqlalchemy as sa

from sms_desk.domain import positions
from sms_desk.domain.model import DeliveryStatus, Direction, Origin, OutboxState
from sms_desk.store import fast, tables
from sms_desk.store.engine import Tx
from sms_desk.store.events import EventKind
from sms_desk.store.messages import NewMessage
from sms_desk.store.reading import Query

_C = tables.conversations.c
_M = tables.messages.c
_O = tables.outbox.c

HUMAN = (Origin.PERSON, Origin.ELSEWHERE)
"""What answers a customer (R8, R51). What another program sent through the account, answering no
program of ours, was most likely a person at another screen."""
_FAILED = frozenset({DeliveryStatus.FAILED, DeliveryStatus.UNDELIVERED, DeliveryStatus.CANCELED})
_TROUBLE = (OutboxState.ASK, OutboxState.HELD, OutboxState.IN_DOUBT)
"""Worst first."""
_SNIPPET = 200
_SNIPPET_FROM = 4 * _SNIPPET  # characters read; white space may fall away
_CHUNK = 200
CACHED = (
    "reply_raw",
    "last_position",
    "last_inbound",
    "last_outbound",
    "answered_position",
    "waiting_since",
    "listed",
    "trouble",
    "snippet",
    "snippet_from",
    "version",
)


def refresh(tx: Tx, ids: Collection[UUID]) -> None:
    """Make the cached columns of these conversations anew."""
    for chunk in _chunks(dict.fromkeys(ids)):
        _refresh(tx, chunk)


def rebuild(tx: Tx) -> None:
    """Make the cached columns of all conversations anew."""
    refresh(tx, list(tx.execute(sa.select(_C.id)).scalars()))


def _chunks(ids: Iterable[UUID]) -> Iterator[list[UUID]]:
    ordered = list(ids)
    for start in range(0, len(ordered), _CHUNK):
        yield ordered[start : start + _CHUNK]


def _refresh(tx: Tx, ids: list[UUID]) -> None:
    outgoing = _outgoing(tx, ids)
    changed: dict[UUID, dict[str, Any]] = {}
    for row in _FACTS.mappings(tx, ids=ids):
        entries = outgoing.get(row["id"], [])
        new = _derived(row, entries)
        changed[row["id"]] = {name: value for name, value in new.items() if row[name] != value}
    fast.update(tx, tables.conversations, "id", changed)


def _derived(row: Mapping[str, Any], entries: list[tuple[int, OutboxState]]) -> dict[str, Any]:
    # One that nobody has written in yet stands where it was begun, not at the end of the list.
    begun = positions.first_at(row["created_at"]) if row["started"] or entries else 0
    return {
        "reply_raw": row["inbound_raw"] or row["reply_raw"],
        "last_position": row["newest"] or begun,
        "last_inbound": row["inbound"] or 0,
        "last_outbound": row["outbound"] or 0,
        "answered_position": row["human"] or 0,
        "waiting_since": row["oldest_unanswered"],
        "listed": bool(
            row["inbound"]
            or row["human"]
            or row["started"]
            or any(state is not OutboxState.WITHDRAWN for _, state in entries)
        ),
        "trouble": _trouble(row["human_status"], entries),
        "snippet": _snippet(row["newest_body"] or ""),
        "snippet_from": row["newest_origin"] or "",
        "version": row["count"],
    }


def _trouble(human_status: str | None, entries: list[tuple[int, OutboxState]]) -> str | None:
    """Of our own: what waits for a decision, else whether the newest failed."""
    states = {state for _, state in entries}
    for state in _TROUBLE:
        if state in states:
            return state.value
    kept = [entry for entry in entries if entry[1] is not OutboxState.WITHDRAWN]
    refused = bool(kept) and max(kept)[1] is OutboxState.REFUSED
    return "failed" if refused or human_status in _FAILED else None


def _snippet(body: str) -> str:
    return " ".join(body[:_SNIPPET_FROM].split())[:_SNIPPET]


def _outgoing(tx: Tx, ids: list[UUID]) -> dict[UUID, list[tuple[int, OutboxState]]]:
    found: dict[UUID, list[tuple[int, OutboxState]]] = {}
    for id_, queue_n, state in _OUTGOING.rows(tx, ids=ids):
        found.setdefault(id_, []).append((queue_n, state))
    return found


def _newest(*where: sa.ColumnElement[bool]) -> sa.ScalarSelect[int]:
    """Position of the conversation's newest message of a kind: one walk down the index."""
    return (
        sa.select(_M.position)
        .where(_M.conversation_id == _C.id, *where)
        .order_by(_M.position.desc())
        .limit(1)
        .correlate(tables.conversations)
        .scalar_subquery()
    )


def _column_at(column: sa.Column[Any], position: sa.ScalarSelect[int]) -> sa.ScalarSelect[Any]:
    at = tables.messages.alias()
    return (
        sa.select(at.c[column.name])
        .where(at.c.position == position)
        .correlate(tables.conversations)
        .scalar_subquery()
    )


def _facts() -> Query:
    newest = _newest()
    inbound = _newest(_M.direction == Direction.INBOUND)
    human = _newest(_M.origin.in_(HUMAN))
    oldest_unanswered = (
        sa.select(sa.func.min(_M.at, type_=_M.at.type))
        .where(
            _M.conversation_id == _C.id,
            _M.direction == Direction.INBOUND,
            _M.position > sa.func.coalesce(human, 0),
            # A close answers what was stored by then, whatever the provider's clock says (R8).
            sa.or_(_C.closed_at.is_(None), _M.seen_at > _C.closed_at),
        )
        .correlate(tables.conversations)
        .scalar_subquery()
    )
    started = sa.exists().where(
        tables.events.c.conversation_id == _C.id, tables.events.c.kind == EventKind.STARTED
    )
    count = (
        sa.select(sa.func.count())
        .where(_M.conversation_id == _C.id)
        .correlate(tables.conversations)
        .scalar_subquery()
    )
    facts = sa.select(
        _C.id,
        _C.created_at,
        *(_C[name] for name in CACHED),
        newest.label("newest"),
        inbound.label("inbound"),
        _newest(_M.direction == Direction.OUTBOUND).label("outbound"),
        human.label("human"),
        _column_at(_M.peer_raw, inbound).label("inbound_raw"),
        _column_at(_M.status, human).label("human_status"),
        _column_at(_M.body, newest).label("newest_body"),
        _column_at(_M.origin, newest).label("newest_origin"),
        oldest_unanswered.label("oldest_unanswered"),
        started.label("started"),
        count.label("count"),
    )
    return Query(facts.where(_C.id.in_(sa.bindparam("ids", expanding=True))))


_FACTS = _facts()
_OUTGOING = Query(
    sa.select(_O.conversation_id, _O.queue_n, _O.state).where(
        _O.conversation_id.in_(sa.bindparam("ids", expanding=True))
    ),
    state=OutboxState,
)


# --- from new messages alone ----------------------------------------------------------------------


def with_outbox(tx: Tx, ids: Collection[UUID]) -> set[UUID]:
    """Those of the conversations that somebody has ever written in through the desk: what they
    show depends on more than messages, so that `advanced` does not apply."""
    return {id_ for chunk in _chunks(ids) for id_ in _WITH_OUTBOX.values(tx, ids=chunk)}


_WITH_OUTBOX = Query(
    sa.select(_C.id).where(
        _C.id.in_(sa.bindparam("ids", expanding=True)),
        sa.exists().where(_O.conversation_id == _C.id),
    )
)


def advanced(before: Mapping[str, Any], new: Sequence[NewMessage]) -> dict[str, Any] | None:
    """The cached columns once new messages have been stored; None where only counting can tell.

    before: the conversation without them, and with nothing in its outbox.
    """
    newest = max(new)
    inbound = max((row for row in new if row.direction == Direction.INBOUND), default=None)
    outbound = max((row.position for row in new if row.direction == Direction.OUTBOUND), default=0)
    human = max((row for row in new if row.origin in HUMAN), default=None)
    answered = before["answered_position"]
    values: dict[str, Any] = {"version": before["version"] + len(new)}
    if human is not None and human.position > answered:
        answered = values["answered_position"] = human.position
        values["trouble"] = "failed" if human.status in _FAILED else None
        if _stands_within(before, answered):
            return None
    if newest.position > before["last_position"] or not before["version"]:
        values["last_position"] = newest.position
        values["snippet"] = _snippet(newest.body)
        values["snippet_from"] = newest.origin
    if inbound is not None and inbound.position > before["last_inbound"]:
        values["last_inbound"] = inbound.position
        values["reply_raw"] = inbound.peer_raw or before["reply_raw"]
    if outbound > before["last_outbound"]:
        values["last_outbound"] = outbound
    if inbound is not None or human is not None:
        values["listed"] = True
    values["waiting_since"] = _waiting_since(before, new, answered)
    return values


def _stands_within(before: Mapping[str, Any], answered: int) -> bool:
    """Whether an answer stands among the messages that wait, of which only the oldest is known."""
    oldest: datetime | None = before["waiting_since"]
    return oldest is not None and positions.first_at(oldest) <= answered < before["last_inbound"]


def _waiting_since(
    before: Mapping[str, Any], new: Sequence[NewMessage], answered: int
) -> datetime | None:
    """The oldest inbound message after the newest answer (R8). What is new was stored after the
    last close, so that only what waited before can have been answered by it."""
    waited: datetime | None = before["waiting_since"]
    if before["last_inbound"] < answered:
        waited = None
    unanswered = [
        row.at for row in new if row.direction == Direction.INBOUND and row.position > answered
    ]
    if waited is not None:
        unanswered.append(waited)
    return min(unanswered, default=None)
