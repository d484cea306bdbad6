"""What the send checks look at, read in the transaction that claims the message (R33, GS5)."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any, Protocol
from uuid import UUID

import sqlalchemy as sa

from sms_desk.domain import content_templates as content_rules
from sms_desk.domain import quiet_hours, registration, whatsapp_window
from sms_desk.domain.addresses import Address, display, from_provider
from sms_desk.domain.errors import NotFoundError
from sms_desk.domain.frozen import dataclass
from sms_desk.domain.model import (
    ApprovalStatus,
    Channel,
    Direction,
    Health,
    Origin,
    PersonId,
    SenderDirection,
    SenderKind,
)
from sms_desk.domain.responsibility import Presence, responsible
from sms_desk.domain.scopes import Holders, holders_now, reach
from sms_desk.domain.send_checks import Content, QuietPolicy, SendFacts, Unseen
from sms_desk.settings import facts, registry
from sms_desk.store import (
    absences,
    content_templates,
    dlt,
    opt_outs,
    people,
    programs,
    senders,
    settings,
    tables,
)
from sms_desk.store.engine import Tx
from sms_desk.store.reading import Query
from sms_desk.store.remembered import remembered

_C = tables.conversations.c
_S = tables.sender_ids.c
_M = tables.messages.c


class Writing(Protocol):
    """A message as the checks look at it: an entry of the outbox, or one that is being written."""

    @property
    def conversation_id(self) -> UUID: ...
    @property
    def sender_id(self) -> UUID: ...
    @property
    def to_raw(self) -> str: ...
    @property
    def body(self) -> str: ...
    @property
    def author_id(self) -> UUID | None: ...
    @property
    def owner_epoch(self) -> int: ...
    @property
    def seen_version(self) -> int: ...
    @property
    def confirmed(self) -> frozenset[str]: ...
    @property
    def composed_at(self) -> datetime: ...
    @property
    def not_after(self) -> datetime: ...
    @property
    def content_sid(self) -> str | None: ...


@dataclass(frozen=True, slots=True)
class Prospect:
    """A message before it is queued: what its writer would send at this moment."""

    conversation_id: UUID
    sender_id: UUID
    to_raw: str
    body: str
    author_id: UUID | None
    owner_epoch: int
    seen_version: int
    composed_at: datetime
    not_after: datetime
    confirmed: frozenset[str] = frozenset()
    content_sid: str | None = None


def gather(tx: Tx, entry: Writing, now: datetime, *, offset: timedelta | None = None) -> SendFacts:
    """The facts about one message. offset: provider's clock minus ours, for the window (R42)."""
    place = _place(tx, entry)
    channel = Channel(place["channel"])
    account_id = carrier(tx, entry.sender_id)
    opted = opt_outs.running(
        tx,
        channel,
        place["peer_key"],
        sender_ids={entry.sender_id, place["home_id"]},
        account_id=account_id,
    )
    to = _address(channel, entry.to_raw)
    closes = _window(tx, place["last_inbound"], offset)
    india = registration.from_json(place["registration"]).india
    may_use, holders = _holding(tx, entry, now)
    return SendFacts(
        now=now,
        composed_at=entry.composed_at,
        not_after=entry.not_after,
        author_id=None if entry.author_id is None else PersonId(entry.author_id),
        channel=channel,
        to=to,
        sender_label=place["label"] or place["address"],
        sender_retired=place["retired_at"] is not None,
        sender_health=Health(place["health"]),
        sender_direction=SenderDirection(place["direction"]),
        carried=account_id is not None,
        opt_out=None if opted is None else opted.scope,
        window_closes_at=closes,
        owner_id=place["owner_id"],
        owner_name=place["owner_name"] or "",
        epoch_moved=place["owner_epoch"] != entry.owner_epoch,
        unseen=unseen(tx, entry) if place["version"] != entry.seen_version else (),
        confirmed=entry.confirmed,
        content=_content(tx, entry, account_id),
        body=entry.body,
        may_use=may_use,
        holders=holders,
        fallback=place["fallback_label"] or place["fallback_address"] or "",
        sender_kind=SenderKind(place["kind"]),
        country=facts.sender_id_countries().get(quiet_hours.place_of(to.e164).country),
        last_inbound_at=None if closes is None else closes - whatsapp_window.WINDOW,
        quiet=quiet_policy(tx),
        india=india,
        dlt=dlt.for_header(tx, entry.sender_id, india.entity_id) if india else (),
        inbound=_shown(place["inbound_address"]),
        reply_instruction=_instruction(tx, entry.sender_id, place["source_program_id"]),
    )


def quiet_policy(tx: Tx) -> QuietPolicy:
    """The rules of the countries in which the workspace keeps quiet hours, and how strictly."""
    chosen = remembered(tx, settings.read)

    def value(name: str) -> Any:
        return chosen.get(name, registry.get(name).default)

    kept = (rule for rule in facts.quiet_rules() if value(f"quiet_hours_{rule.country.lower()}"))
    return QuietPolicy(
        tuple(kept),
        timedelta(minutes=int(value("quiet_hours_reply_minutes"))),
        bool(value("quiet_hours_waivable")),
    )


def _holding(tx: Tx, entry: Writing, now: datetime) -> tuple[bool, str]:
    """Whether its author may write from the sender ID now (R31), and who holds it, in words."""
    if entry.author_id is None:
        return True, ""
    held = remembered(tx, people.directory, of=entry.sender_id)
    holders = holders_now(held, now).get(entry.sender_id, Holders())
    names = remembered(tx, people.names) | remembered(tx, senders.group_names)
    words = sorted(names[id_] for id_ in holders.people | holders.groups if id_ in names)
    try:
        author = remembered(tx, people.actor, entry.author_id)
    except NotFoundError:  # suspended since it was written
        return False, ", ".join(words)
    if reach(author, held, now).may_write(entry.sender_id):
        return True, ", ".join(words)
    return _answers(tx, entry, now), ", ".join(words)


def _answers(tx: Tx, entry: Writing, now: datetime) -> bool:
    """Whether its author answers the conversation for somebody absent: then they may write from the
    conversation's own sender ID (R26)."""
    owner = sa.select(_C.owner_id, _C.sender_id).where(_C.id == entry.conversation_id)
    row = tx.execute(owner).one()
    if row.owner_id is None or row.sender_id != entry.sender_id or row.owner_id == entry.author_id:
        return False
    presence = Presence.at(absences.around(tx, now), now, remembered(tx, people.gone))
    if not presence.is_away(row.owner_id):
        return False
    chosen = absences.chosen_of(tx, [entry.conversation_id]).get(entry.conversation_id, {})
    return entry.author_id in responsible(row.owner_id, presence, chosen).people


def _instruction(tx: Tx, sender_id: UUID, source_program_id: UUID | None) -> str:
    """How to answer, in the words of the program that the sender ID serves, else of the source."""
    program_id = remembered(tx, programs.sender_holder, sender_id) or source_program_id
    if program_id is None:
        return ""
    found = programs.find_row(tx, program_id)
    return "" if found is None else str(found["reply_instruction"])


def _shown(address: str | None) -> str:
    return display(from_provider(address)) if address else ""


def carrier(tx: Tx, sender_id: UUID) -> UUID | None:
    """The account that carries a sender ID now and is connected (R1)."""
    return remembered(tx, _carrier, sender_id)


def _carrier(tx: Tx, sender_id: UUID) -> UUID | None:
    a, account = tables.sender_accounts.c, tables.accounts.c
    query = (
        sa.select(a.account_id)
        .join_from(tables.sender_accounts, tables.accounts, account.id == a.account_id)
        .where(a.sender_id == sender_id, a.until.is_(None), account.removed_at.is_(None))
        .order_by(a.since.desc())
        .limit(1)
    )
    found: UUID | None = tx.execute(query).scalar()
    return found


def reply_raw(tx: Tx, conversation_id: UUID) -> str:
    """Where the next reply of a conversation goes (R1)."""
    query = sa.select(_C.reply_raw).where(_C.id == conversation_id)
    return str(tx.execute(query).scalar_one())


def unseen(tx: Tx, entry: Writing) -> tuple[Unseen, ...]:
    """What the contact or a colleague wrote that the writer's screen did not hold yet (GS6)."""
    return unseen_by(tx, entry.conversation_id, entry.seen_version, entry.author_id)


def unseen_by(
    tx: Tx, conversation_id: UUID, seen_version: int, person_id: UUID | None
) -> tuple[Unseen, ...]:
    """What others wrote in a conversation after that version, oldest first.

    A conversation's version counts its messages, so those that somebody had seen are the first
    `seen_version` to be stored. Of the later ones, an older one that a back-fill brought is no
    news; one that was found late is.
    """
    rows = _UNSEEN.rows(
        tx, conversation_id=conversation_id, seen_version=seen_version, person_id=person_id
    )
    return tuple(
        Unseen("" if direction == Direction.INBOUND else name or "Somebody else", at)
        for direction, at, name in rows
    )


def _unseen() -> Query:
    arrived = (
        sa.select(
            _M.position,
            _M.late,
            _M.origin,
            _M.direction,
            _M.author_id,
            _M.at,
            sa.func.row_number().over(order_by=(_M.seen_at, _M.position)).label("nth"),
        )
        .where(_M.conversation_id == sa.bindparam("conversation_id"))
        .subquery()
    )
    a, person = arrived.c, tables.people.c
    seen = sa.bindparam("seen_version", type_=sa.Integer)
    newest_seen = sa.select(sa.func.max(a.position)).where(a.nth <= seen).scalar_subquery()
    return Query(
        sa.select(a.direction, a.at, person.name)
        .select_from(arrived.outerjoin(tables.people, person.id == a.author_id))
        .where(
            a.nth > seen,
            sa.or_(a.late, a.position > sa.func.coalesce(newest_seen, 0)),
            a.origin.in_((Origin.CONTACT, Origin.PERSON, Origin.ELSEWHERE)),
            sa.or_(a.author_id.is_(None), a.author_id.is_distinct_from(sa.bindparam("person_id"))),
        )
        .order_by(a.position)
    )


_UNSEEN = _unseen()


def _place(tx: Tx, entry: Writing) -> dict[str, Any]:
    (row,) = _PLACE.mappings(tx, conversation_id=entry.conversation_id, sender_id=entry.sender_id)
    return row


def _places() -> Query:
    person = tables.people.c
    fallback, inbound = tables.sender_ids.alias(), tables.sender_ids.alias()
    return Query(
        sa.select(
            _C.channel,
            _C.peer_key,
            _C.owner_id,
            _C.owner_epoch,
            _C.version,
            _C.last_inbound,
            _C.sender_id.label("home_id"),
            _S.label,
            _S.address,
            _S.retired_at,
            _S.health,
            _S.direction,
            _S.kind,
            _S.registration,
            _C.source_program_id,
            fallback.c.label.label("fallback_label"),
            fallback.c.address.label("fallback_address"),
            inbound.c.address.label("inbound_address"),
            person.name.label("owner_name"),
        )
        .select_from(
            tables.conversations.join(tables.sender_ids, _S.id == sa.bindparam("sender_id"))
            .outerjoin(tables.people, person.id == _C.owner_id)
            .outerjoin(fallback, fallback.c.id == _S.fallback_id)
            .outerjoin(inbound, inbound.c.id == _S.inbound_id)
        )
        .where(_C.id == sa.bindparam("conversation_id"))
    )


_PLACE = _places()


def _window(tx: Tx, last_inbound: int, offset: timedelta | None) -> datetime | None:
    if not last_inbound:
        return None
    at: datetime = tx.execute(sa.select(_M.at).where(_M.position == last_inbound)).scalar_one()
    return whatsapp_window.closes_at(at, offset)


def _content(tx: Tx, entry: Writing, account_id: UUID | None) -> Content | None:
    """The template that the message is sent as, as the account that carries it now lists it (R42)."""
    if entry.content_sid is None:
        return None
    row = None
    if account_id is not None:
        row = content_templates.find(tx, account_id, entry.content_sid)
    if row is None:
        return Content(entry.content_sid, "This sender ID's account does not list it.")
    why_not = content_rules.why_not(
        ApprovalStatus(row["status"]),
        word=row["status_text"],
        reason=row["reason"],
        gone=row["gone_at"] is not None,
    )
    return Content(row["name"], why_not)


def _address(channel: Channel, raw: str) -> Address:
    return from_provider(f"whatsapp:{raw}" if channel is Channel.WHATSAPP else raw)
