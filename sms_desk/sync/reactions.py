"""What follows from new messages: whose they are, team state, opt-outs, what is unread again."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from sms_desk.domain import positions
from sms_desk.domain.audit import Deed, Kind, Reason, owners
from sms_desk.domain.compliance import RequestState
from sms_desk.domain.model import Channel, Direction, TeamState
from sms_desk.domain.notices import is_fresh
from sms_desk.domain.routing import Routing, trail
from sms_desk.domain.team_state import Happening, State, move
from sms_desk.services import auditing, covers
from sms_desk.services.routing import Unowned
from sms_desk.services.telling import Written
from sms_desk.store import (
    accounts,
    events,
    message_routes,
    messages,
    opt_out_requests,
    opt_outs,
    team_states,
)
from sms_desk.store.engine import Tx
from sms_desk.store.events import Event, EventKind
from sms_desk.store.ids import new_id
from sms_desk.store.messages import NewMessage
from sms_desk.sync.book import Book

Before = Mapping[UUID, Mapping[str, Any]]
_OPT = {"stop": EventKind.OPTED_OUT, "start": EventKind.OPTED_IN}


def to_new(
    tx: Tx, book: Book, rows: Sequence[NewMessage], before: Before, now: datetime, *, live: bool
) -> dict[UUID, Routing]:
    """React to messages that have just been stored. before: their conversations until then.

    Returns what was decided of those that nobody owned (`owners_found` writes it).
    """
    inbound = [row for row in rows if row.direction == Direction.INBOUND]
    if not inbound:
        return {}
    routed = _route(tx, book, inbound, before, now, live=live)
    _reopen(tx, inbound, before, now, live=live)
    _learn_opt_outs(tx, inbound, before, now, live=live)
    _unread_again(tx, (row for row in inbound if row.late))
    return routed


def owners_found(routed: Mapping[UUID, Routing], before: Before) -> dict[UUID, dict[str, Any]]:
    """What is to be written of conversations that found an owner. The epoch grows, so that sends
    in flight notice (GS5)."""
    return {
        id_: {"owner_id": decided.owner_id, "owner_epoch": before[id_]["owner_epoch"] + 1}
        for id_, decided in routed.items()
        if decided.owner_id is not None
    }


def keep_trails(
    tx: Tx,
    book: Book,
    rows: Sequence[NewMessage],
    before: Before,
    routed: Mapping[UUID, Routing],
    now: datetime,
) -> None:
    """How each message found who answers it, whom a divided cover has just chosen too (R20).

    Asks the store for covers only where an owner is away.
    """
    inbound = [row for row in rows if row.direction == Direction.INBOUND]
    if not inbound:
        return
    owners: dict[UUID, UUID] = {}
    for id_ in {row.conversation_id for row in inbound}:
        owner = routed[id_].owner_id if id_ in routed else before[id_]["owner_id"]
        if owner is not None:
            owners[id_] = owner
    here = book.presence
    absent = {id_: owner for id_, owner in owners.items() if here.is_away(owner)}
    flows = covers.answering(tx, now, absent) if absent else {}
    trails = {
        id_: trail(routed.get(id_), owners.get(id_), flows.get(id_))
        for id_ in {row.conversation_id for row in inbound}
    }
    message_routes.keep(
        tx, [(row.position, row.conversation_id, trails[row.conversation_id]) for row in inbound]
    )


def tell(
    tx: Tx,
    book: Book,
    rows: Sequence[NewMessage],
    before: Before,
    owned: Mapping[UUID, Mapping[str, Any]],
    now: datetime,
    *,
    live: bool,
) -> None:
    """After all else is known, whom a divided cover chose for it too: whom it concerns is told, in the transaction that stores it: no message without its notice,
    and no notice twice (R20, R21, R55)."""
    inbound = [row for row in rows if row.direction == Direction.INBOUND]
    if not inbound:
        return
    written = []
    for row in inbound:
        id_ = row.conversation_id
        owner = owned[id_].get("owner_id") if id_ in owned else None
        conversation = before[id_]
        written.append(
            Written(
                row.id, id_, conversation["sender_id"], owner or conversation["owner_id"], row.at
            )
        )
    offset = timedelta(0)
    if live and not all(is_fresh(each.at, now) for each in written):
        offset = accounts.clock_offset(tx, inbound[0].account_id) or offset  # whose clock is off?
    book.teller.wrote(tx, written, live=live, provider_now=now + offset)


def moved(
    tx: Tx,
    states: Mapping[UUID, State],
    happening: Happening,
    *,
    at: datetime,
    reason: str,
) -> set[UUID]:
    """Move team states by the one function that owns them, with an event for each that moved."""
    changed: dict[State, list[UUID]] = defaultdict(list)
    happened = []
    for id_, state in states.items():
        new = move(state, happening, at=at)
        if new != state:
            changed[new].append(id_)
            snoozed = state.team_state is TeamState.SNOOZED
            kind = EventKind.WOKEN if snoozed else EventKind.REOPENED
            happened.append(Event(new_id(), id_, at, kind, reason=reason))
    for new, ids in changed.items():
        team_states.set_state(tx, ids, new, at)
    events.append(tx, happened)
    return {event.conversation_id for event in happened}


def state_of(conversation: Mapping[str, Any]) -> State:
    return State(TeamState(conversation["team_state"]), conversation["snoozed_until"])


def _route(
    tx: Tx,
    book: Book,
    inbound: Sequence[NewMessage],
    before: Before,
    now: datetime,
    *,
    live: bool,
) -> dict[UUID, Routing]:
    """What nobody owns finds its owner (R19); the trail stays with it (R20). Where a later message
    finds nobody either, what was decided of the first one still holds."""
    unowned: dict[UUID, NewMessage] = {}
    for row in inbound:
        conversation = before[row.conversation_id]
        if conversation["owner_id"] is None and (live or not conversation["last_inbound"]):
            unowned[row.conversation_id] = min(row, unowned.get(row.conversation_id, row))
    if not unowned:
        return {}
    asked = [
        Unowned(id_, before[id_]["sender_id"], before[id_]["contact_id"])
        for id_ in sorted(unowned, key=lambda id_: unowned[id_].position)
    ]
    routed = book.router(asked).decide(tx, asked)
    happened = []
    for id_, decided in routed.items():
        if decided.owner_id is None and before[id_]["last_inbound"]:
            continue
        after = decided.owner_id and str(decided.owner_id)
        detail = {"before": None, "after": after, "trail": decided.trail()}
        at = now if live else unowned[id_].at
        happened.append(Event(new_id(), id_, at, EventKind.ROUTED, detail=detail))
    events.append(tx, happened)
    moves = {id_: (None, one.owner_id) for id_, one in routed.items() if one.owner_id is not None}
    if moves:
        auditing.by_rule(tx, Deed(Kind.ROUTED, reason=Reason.RULE, **owners(moves)), now)
    return routed


def _reopen(
    tx: Tx, inbound: Sequence[NewMessage], before: Before, now: datetime, *, live: bool
) -> None:
    """A contact who writes reopens; an older message that a back-fill brings lifts nothing (R49)."""
    states = {
        row.conversation_id: state_of(before[row.conversation_id])
        for row in inbound
        if _lifts(row, before[row.conversation_id], live=live)
    }
    closed = {id_: state for id_, state in states.items() if state.team_state is not TeamState.OPEN}
    moved(tx, closed, Happening.CONTACT_WROTE, at=now, reason="contact_wrote")


def _lifts(row: NewMessage, conversation: Mapping[str, Any], *, live: bool) -> bool:
    """Whether it is news to whoever closed or snoozed: by our clock, or, since that and the
    provider's may differ, because a live scan brings it as the thread's newest. Whole seconds:
    the tie-break between two of one second says nothing about which was written first."""
    if row.at >= conversation["state_at"]:
        return True
    return live and row.at >= positions.instant(conversation["last_position"])


def _learn_opt_outs(
    tx: Tx, inbound: Sequence[NewMessage], before: Before, now: datetime, *, live: bool
) -> None:
    spoken: dict[UUID, str] = {}
    for row in sorted(inbound, key=lambda row: row.position):
        if row.keyword in _OPT:
            spoken[row.conversation_id] = row.keyword
    happened = []
    for id_, keyword in spoken.items():
        conversation = before[id_]
        scope = opt_outs.scope_of(tx, conversation["sender_id"])
        opt_outs.relearn(tx, Channel(conversation["channel"]), conversation["peer_key"], scope)
        if live:
            detail = {"scope": scope.kind.value}
            happened.append(Event(new_id(), id_, now, _OPT[keyword], detail=detail))
    events.append(tx, happened)
    _ask_persons(tx, inbound, now)


_SETTLED = {"stop": RequestState.OPTED_OUT, "start": RequestState.DISMISSED}


def _ask_persons(tx: Tx, inbound: Sequence[NewMessage], now: datetime) -> None:
    """What only sounds like a wish to stop is for a person to read; a keyword settles it (R39)."""
    said = [(row.id, row.conversation_id, row.at) for row in inbound if row.keyword == "triage"]
    if said:
        opt_out_requests.ask(tx, said, now=now)
    for row in inbound:
        if row.keyword in _SETTLED:
            state = _SETTLED[row.keyword]
            opt_out_requests.settle(tx, row.conversation_id, row.at, state, at=now)


def _unread_again(tx: Tx, late: Iterable[NewMessage]) -> None:
    """What stands above a read marker and was found late is unread for everybody (GR5)."""
    first: dict[UUID, int] = {}
    for row in late:
        first[row.conversation_id] = min(row.position, first.get(row.conversation_id, row.position))
    messages.mark_unread_from(tx, first)
