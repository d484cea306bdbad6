"""Who asked to hear no more, from what, since when (R39).

Learnt from keywords, from refusals, and from a person who read a wish that no keyword says. What
a person decided stands for itself: it is never made anew, and only a START of the contact ends it.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator
from datetime import datetime
from typing import Any
from uuid import UUID

import sqlalchemy as sa

from sms_desk.domain.frozen import dataclass
from sms_desk.domain.model import Channel, Direction, OptOutScope
from sms_desk.store import tables
from sms_desk.store.engine import Tx
from sms_desk.store.ids import new_id
from sms_desk.store.reading import Query
from sms_desk.store.types import Id

_P = tables.opt_outs.c
_M = tables.messages.c
_C = tables.conversations.c

KEYWORD = "keyword"
REFUSAL = "refusal"
PERSON = "person"


@dataclass(frozen=True, slots=True)
class Scope:
    """How far an opt-out reaches: one sender ID, its Messaging Service, or the account."""

    kind: OptOutScope
    id: UUID


@dataclass(frozen=True, slots=True)
class Running:
    scope: OptOutScope
    since: datetime


def scope_of(tx: Tx, sender_id: UUID) -> Scope:
    """The scope in which a keyword to this sender ID counts.

    Twilio: a number in a Messaging Service opts out of the whole service
    (https://www.twilio.com/docs/messaging/tutorials/advanced-opt-out), any other of itself.
    """
    s = tables.service_senders.c
    query = sa.select(s.service_id).where(s.sender_id == sender_id).order_by(s.service_id).limit(1)
    service_id: UUID | None = tx.execute(query).scalar()
    if service_id is None:
        return Scope(OptOutScope.SENDER, sender_id)
    return Scope(OptOutScope.MESSAGING_SERVICE, service_id)


def running(
    tx: Tx,
    channel: Channel,
    peer_key: str,
    *,
    sender_ids: Collection[UUID],
    account_id: UUID | None,
) -> Running | None:
    """The opt-out that keeps these sender IDs from writing to the peer, the longest running first."""
    ids = [*sender_ids, *([account_id] if account_id else ())]
    rows = _RUNNING.rows(tx, peer_key=peer_key, channel=channel, ids=ids) if ids else []
    return Running(*rows[0]) if rows else None


def record_refusal(tx: Tx, channel: Channel, peer_key: str, scope: Scope, *, at: datetime) -> bool:
    """The provider refused because of an opt-out that the desk had not heard of (21610).

    at: in the provider's time, like the keywords that may end it. False if one runs already.
    """
    already = sa.select(_P.id).where(*_of(channel, peer_key, scope), _P.until.is_(None))
    if tx.execute(already.limit(1)).first() is not None:
        return False
    _insert(tx, channel, peer_key, scope, [(at, None, REFUSAL)])
    return True


def record_person(
    tx: Tx, channel: Channel, peer_key: str, scope: Scope, *, at: datetime, opt_out_id: UUID
) -> datetime | None:
    """A person read the wish to hear no more, said at `at` in the provider's time.

    When a later START of the contact ended it already, None if it runs.
    """
    row = {
        "id": opt_out_id,
        "channel": channel,
        "peer_key": peer_key,
        "scope": scope.kind,
        "scope_id": scope.id,
        "since": at,
        "until": None,
        "learnt_from": PERSON,
    }
    tx.execute(sa.insert(tables.opt_outs).values(row))
    _end_by_start(tx, channel, peer_key)
    until: datetime | None = tx.execute(sa.select(_P.until).where(_P.id == opt_out_id)).scalar()
    return until


def forget_person(tx: Tx, opt_out_id: UUID) -> None:
    """What a person decided was a mistake."""
    tx.execute(sa.delete(tables.opt_outs).where(_P.id == opt_out_id, _P.learnt_from == PERSON))


def _end_by_start(tx: Tx, channel: Channel, peer_key: str) -> None:
    """Each opt-out by a person ends with the first START after it, anywhere in its scope."""
    query = sa.select(_P.id, _P.scope, _P.scope_id, _P.since, _P.until).where(
        _P.peer_key == peer_key, _P.channel == channel, _P.learnt_from == PERSON
    )
    for row in tx.execute(query).all():
        scope = Scope(OptOutScope(row.scope), row.scope_id)
        heard = _keywords(tx, channel, peer_key, scope)
        until = min((at for at, word in heard if word == "start" and at > row.since), default=None)
        if until != row.until:
            tx.execute(sa.update(tables.opt_outs).where(_P.id == row.id).values(until=until))


def listing(tx: Tx, *, ended: bool = False, limit: int = 500) -> list[sa.RowMapping]:
    """Opt-outs with the words for what they cover, newest first; running ones unless others are
    asked for too."""
    service, sender, account = (
        tables.messaging_services.c,
        tables.sender_ids.c,
        tables.accounts.c,
    )
    contact, address = tables.contacts.c, tables.contact_addresses.c
    covers = sa.func.coalesce(
        sa.func.nullif(sender.label, ""), sender.address, service.name, account.label, ""
    )
    query = (
        sa.select(
            tables.opt_outs,
            covers.label("covers"),
            contact.name.label("contact_name"),
            address.raw.label("peer_raw"),
        )
        .outerjoin(tables.sender_ids, sender.id == _P.scope_id)
        .outerjoin(tables.messaging_services, service.id == _P.scope_id)
        .outerjoin(tables.accounts, account.id == _P.scope_id)
        .outerjoin(tables.contact_addresses, address.peer_key == _P.peer_key)
        .outerjoin(tables.contacts, contact.id == address.contact_id)
        .order_by(_P.since.desc(), _P.id)
        .limit(limit)
    )
    if not ended:
        query = query.where(_P.until.is_(None))
    return list(tx.execute(query).mappings())


def conversations_with(tx: Tx, peer_keys: Collection[str]) -> dict[UUID, str]:
    """Conversation → match key, for all that these peers have with us."""
    query = sa.select(_C.id, _C.peer_key).where(_C.peer_key.in_(peer_keys))
    return {row.id: row.peer_key for row in tx.execute(query)}


def relearn(tx: Tx, channel: Channel, peer_key: str, scope: Scope) -> None:
    """Make the opt-outs of one peer in one scope anew from keywords and refusals.

    The answer is the same in whatever order the messages came in.
    """
    of_this = _of(channel, peer_key, scope)
    refusals = tx.execute(sa.select(_P.since).where(*of_this, _P.learnt_from == REFUSAL)).scalars()
    heard = [(at, "stop", REFUSAL) for at in refusals]
    heard += [(at, word, KEYWORD) for at, word in _keywords(tx, channel, peer_key, scope)]
    tx.execute(sa.delete(tables.opt_outs).where(*of_this, _P.learnt_from != PERSON))
    _insert(tx, channel, peer_key, scope, _spans(sorted(heard)))
    _end_by_start(tx, channel, peer_key)


def _spans(
    heard: Iterable[tuple[datetime, str, str]],
) -> Iterator[tuple[datetime, datetime | None, str]]:
    """(since, until, learnt from) from stops and starts in the order of their times."""
    since: datetime | None = None
    source = ""
    for at, word, learnt_from in heard:
        if word == "stop" and since is None:
            since, source = at, learnt_from
        elif word == "start" and since is not None:
            yield since, at, source
            since = None
    if since is not None:
        yield since, None, source


def _keywords(tx: Tx, channel: Channel, peer_key: str, scope: Scope) -> list[tuple[datetime, str]]:
    in_scope = _C.sender_id.in_(senders_in(scope))
    query = (
        sa.select(_M.at, _M.keyword)
        .join_from(tables.messages, tables.conversations, _C.id == _M.conversation_id)
        .where(
            _C.peer_key == peer_key,
            _C.channel == channel,
            in_scope,
            _M.direction == Direction.INBOUND,
            _M.keyword.in_(("stop", "start")),
        )
        .order_by(_M.position)
    )
    return [(row.at, row.keyword) for row in tx.execute(query)]


def senders_in(scope: Scope) -> sa.Select[tuple[UUID]]:
    """The sender IDs that a scope covers."""
    s, a = tables.service_senders.c, tables.sender_accounts.c
    match scope.kind:
        case OptOutScope.SENDER:
            return sa.select(tables.sender_ids.c.id).where(tables.sender_ids.c.id == scope.id)
        case OptOutScope.MESSAGING_SERVICE:
            return sa.select(s.sender_id).where(s.service_id == scope.id)
        case OptOutScope.ACCOUNT:
            return sa.select(a.sender_id).where(a.account_id == scope.id, a.until.is_(None))


def _of(channel: Channel, peer_key: str, scope: Scope) -> tuple[sa.ColumnElement[bool], ...]:
    return (
        _P.peer_key == peer_key,
        _P.channel == channel,
        _P.scope == scope.kind,
        _P.scope_id == scope.id,
    )


def _insert(
    tx: Tx,
    channel: Channel,
    peer_key: str,
    scope: Scope,
    spans: Iterable[tuple[datetime, datetime | None, str]],
) -> None:
    rows = [
        {
            "id": new_id(),
            "channel": channel,
            "peer_key": peer_key,
            "scope": scope.kind,
            "scope_id": scope.id,
            "since": since,
            "until": until,
            "learnt_from": learnt_from,
        }
        for since, until, learnt_from in spans
    ]
    if rows:
        tx.execute(sa.insert(tables.opt_outs), rows)


def _running() -> sa.Select[Any]:
    """ids: sender IDs, whose Messaging Services count too, and accounts."""
    service = tables.service_senders.c
    ids = sa.bindparam("ids", expanding=True, type_=Id)
    services = sa.select(service.service_id).where(service.sender_id.in_(ids))
    return (
        sa.select(_P.scope, _P.since)
        .where(
            _P.peer_key == sa.bindparam("peer_key", type_=sa.Text),
            _P.channel == sa.bindparam("channel", type_=sa.Text),
            _P.until.is_(None),
            _P.scope_id.in_(ids) | _P.scope_id.in_(services),
        )
        .order_by(_P.since)
    )


_RUNNING = Query(_running(), scope=OptOutScope)
