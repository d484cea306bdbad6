"""Who asked to hear no more, and who seems to: for screens and the command line (R39)."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

from sms_desk.domain import business_days
from sms_desk.domain.compliance import RequestState
from sms_desk.domain.errors import NotFoundError
from sms_desk.domain.frozen import dataclass
from sms_desk.domain.model import Channel, OptOutScope
from sms_desk.services.context import Context
from sms_desk.services.words import peer_text
from sms_desk.store import inbox as inbox_store
from sms_desk.store import opt_out_requests, opt_outs, send_facts


@dataclass(frozen=True, slots=True)
class OptOutRow:
    """covers: the sender ID, Messaging Service or account. learnt_from: keyword, refusal or person."""

    id: UUID
    contact_name: str
    peer: str
    channel: Channel
    scope: OptOutScope
    covers: str
    since: datetime
    until: datetime | None
    learnt_from: str


@dataclass(frozen=True, slots=True)
class OptOutRequestRow:
    """A wording that asks to hear no more. before: what we wrote last until then.

    due: the last day, in the actor's zone, as 2026-03-16, on which acting is in time; days_left: business days
    until then, negative once late. scopes: what may be chosen, the provider's own first.
    """

    id: UUID
    conversation_id: UUID
    contact_name: str
    peer: str
    channel: Channel
    sender: str
    said_at: datetime
    body: str
    before: str
    due: str
    days_left: int
    state: RequestState
    decided_by: str
    decided_at: datetime | None
    scopes: tuple[OptOutScope, ...]


def listing(ctx: Context, *, ended: bool = False) -> tuple[OptOutRow, ...]:
    """The opt-outs of contacts whom the actor may see, newest first."""
    stored = opt_outs.listing(ctx.tx, ended=ended)
    if not ctx.reach.everything:
        mine = _own_peers(ctx, {row["peer_key"] for row in stored})
        stored = [row for row in stored if row["peer_key"] in mine]
    return tuple(
        OptOutRow(
            row["id"],
            row["contact_name"] or "",
            peer_text(row["peer_raw"] or row["peer_key"]),
            Channel(row["channel"]),
            OptOutScope(row["scope"]),
            _covered(row),
            row["since"],
            row["until"],
            row["learnt_from"],
        )
        for row in stored
    )


def requests(ctx: Context, *, decided: bool = False) -> tuple[OptOutRequestRow, ...]:
    """What waits for a decision, what falls due first at the top; or what was decided, newest first."""
    stored = opt_out_requests.listing(ctx.tx, decided=decided)
    seen = inbox_store.visible(ctx.tx, ctx.reach, {row["conversation_id"] for row in stored})
    stored = [row for row in stored if row["conversation_id"] in seen]
    scopes = {id_: _scopes(ctx, id_) for id_ in {row["sender_id"] for row in stored}}
    zone = ZoneInfo(ctx.actor.zone)
    today = ctx.now.astimezone(zone).date()
    return tuple(_request(row, scopes[row["sender_id"]], zone, today) for row in stored)


def open_requests(ctx: Context) -> int:
    """How many conversations have something to decide that the actor may see: for the rail."""
    return len(inbox_store.visible(ctx.tx, ctx.reach, opt_out_requests.open_conversations(ctx.tx)))


def together(ctx: Context, request_id: UUID) -> tuple[UUID, ...]:
    """The open requests of the same conversation, which one decision settles. Raises NotFoundError."""
    (row,) = opt_out_requests.get(ctx.tx, [request_id])
    if not inbox_store.visible(ctx.tx, ctx.reach, [row["conversation_id"]]):
        raise NotFoundError("There is no such request.", "See sms-desk opt-outs requests.")
    found = opt_out_requests.open_in(ctx.tx, [row["conversation_id"]])
    return tuple(dict.fromkeys((request_id, *(one["id"] for one in found))))


def _request(
    row: Any, scopes: tuple[OptOutScope, ...], zone: ZoneInfo, today: date
) -> OptOutRequestRow:
    said = row["said_at"].astimezone(zone).date()
    return OptOutRequestRow(
        id=row["id"],
        conversation_id=row["conversation_id"],
        contact_name=row["contact_name"],
        peer=peer_text(row["reply_raw"]),
        channel=Channel(row["channel"]),
        sender=row["sender"],
        said_at=row["said_at"],
        body=row["body"],
        before=row["before"] or "",
        due=business_days.due(said).isoformat(),
        days_left=business_days.left(said, today),
        state=RequestState(row["state"]),
        decided_by=row["decided_name"] or "",
        decided_at=row["decided_at"],
        scopes=scopes,
    )


def _scopes(ctx: Context, sender_id: UUID) -> tuple[OptOutScope, ...]:
    own = opt_outs.scope_of(ctx.tx, sender_id).kind
    found = [own]
    if own is not OptOutScope.SENDER:
        found.append(OptOutScope.SENDER)
    if send_facts.carrier(ctx.tx, sender_id) is not None:
        found.append(OptOutScope.ACCOUNT)
    return tuple(found)


def _covered(row: Any) -> str:
    covers = row["covers"]
    return peer_text(covers) if covers.startswith("+") else covers


def _own_peers(ctx: Context, peer_keys: set[str]) -> set[str]:
    found = opt_outs.conversations_with(ctx.tx, peer_keys)
    seen = inbox_store.visible(ctx.tx, ctx.reach, found)
    return {key for id_, key in found.items() if id_ in seen}


def scope_words(scopes: Sequence[OptOutScope]) -> tuple[str, ...]:
    """What each scope covers, as the same words everywhere."""
    words = {
        OptOutScope.SENDER: "this sender ID",
        OptOutScope.MESSAGING_SERVICE: "its Messaging Service",
        OptOutScope.ACCOUNT: "the whole account",
    }
    return tuple(words[scope] for scope in scopes)
