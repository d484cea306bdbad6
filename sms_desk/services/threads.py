"""A conversation's thread and all that stands around it (R2, R48, R53, R56)."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from datetime import datetime
from functools import lru_cache
from typing import Any, NamedTuple
from uuid import UUID

from sms_desk.domain import addresses
from sms_desk.domain.errors import NotFoundError
from sms_desk.domain.frozen import dataclass
from sms_desk.domain.model import (
    AttachmentState,
    Channel,
    Direction,
    DraftMode,
    Health,
    Origin,
    OutboxState,
    ProgramId,
    ProgramKind,
    Role,
    Source,
    SourceKind,
    SourceReason,
)
from sms_desk.providers.base import ErrorWords
from sms_desk.services import covers, health, inbox, preferences, senders, windows
from sms_desk.services.context import Context
from sms_desk.services.rows import (
    AttachmentRow,
    ConversationDetail,
    CoverState,
    InboxRow,
    ItemKind,
    OtherConversation,
    ThreadItem,
    ThreadPage,
)
from sms_desk.services.words import error_words, outbox_words, peer_text
from sms_desk.store import (
    accounts,
    auto_replies,
    contacts,
    fallbacks,
    my_states,
    opt_outs,
    people,
    programs,
    scheduled,
    search,
    tags,
    threads,
)
from sms_desk.store import inbox as inbox_store
from sms_desk.store import senders as sender_store
from sms_desk.store.engine import Tx

PAGE = 100


def page(
    ctx: Context,
    conversation_id: UUID,
    *,
    before: int | None = None,
    after: int | None = None,
    around: int | None = None,
    limit: int = PAGE,
) -> ThreadPage:
    """A page of one conversation: the newest, or before, after, or around a position."""
    home = _require(ctx, conversation_id)
    return _page(ctx, {conversation_id: home}, before, after, around, limit)


def timeline(
    ctx: Context, contact_id: UUID, *, before: int | None = None, limit: int = PAGE
) -> ThreadPage:
    """All of a contact's conversations as one thread, as far as the actor may see them (R2)."""
    ids = contacts.conversations(ctx.tx, contact_id)
    return _page(ctx, inbox_store.homes(ctx.tx, ctx.reach, ids), before, None, None, limit)


def detail(ctx: Context, conversation_id: UUID) -> ConversationDetail:
    """Head, context pane and composer of one conversation. Raises NotFoundError."""
    contacts_own = _of_same_contact(ctx, conversation_id)
    stored = contacts_own[conversation_id]
    row, *others = inbox.shown(ctx, _first(conversation_id, contacts_own))
    address = addresses.from_provider(stored.reply_raw)
    answerable, why_not = addresses.is_answerable(address)
    sender = senders.row(ctx, row.sender_id)
    opted_out = opt_outs.running(
        ctx.tx,
        row.channel,
        stored.peer_key,
        sender_ids=[sender.id],
        account_id=sender.account_id,
    )
    drafts = my_states.drafts(ctx.tx, ctx.actor.person_id, conversation_id)
    return ConversationDetail(
        row=row,
        sender=sender,
        numbers=_numbers(contacts_own.values()),
        contact_owner_id=contacts.get(ctx.tx, row.contact_id)["owner_id"],
        local_time_zone=senders.zone_of(address.e164),
        opted_out_scope=opted_out.scope if opted_out else "",
        opted_out_since=opted_out.since if opted_out else None,
        window_closes_at=_window(ctx, row),
        tag_ids=tuple(inbox_store.tags_of(ctx.tx, [conversation_id]).get(conversation_id, ())),
        others=_others(ctx, others, conversation_id),
        answerable=answerable,
        unanswerable_reason=why_not,
        read_position=stored.read_position,
        first_unread_position=threads.first_inbound_after(
            ctx.tx, conversation_id, stored.read_position
        ),
        version=stored.version,
        drafts={DraftMode(mode): body for mode, body in drafts.items()},
        automation_silent_since=auto_replies.silent_since(ctx.tx, conversation_id),
        fallback=health.stand_in(ctx, sender.id) if sender.health is Health.BLOCKED else "",
        may_switch=ctx.actor.role is not Role.REP,
        scheduled=len(scheduled.waiting(ctx.tx, [conversation_id])),
        cover=_cover(ctx, row),
        home=_home(ctx, row.sender_id),
    )


def _home(ctx: Context, sender_id: UUID) -> str:
    """What a one-way sender ID wrote before its inbound number was named stays where it is; what
    goes out from now on belongs to the inbound number's conversation (R54, R60)."""
    inbound = ctx.directory.inbound_of.get(sender_id)
    return "" if inbound is None else senders.row(ctx, inbound).display


def _cover(ctx: Context, row: InboxRow) -> CoverState | None:
    """Who answers while the owner is away (R25)."""
    if row.owner_id is None or not ctx.presence.is_away(row.owner_id):
        return None
    flow = covers.answering(ctx.tx, ctx.now, {row.id: row.owner_id})[row.id]
    names = ctx.remembered(people.names)
    answering = sorted(flow.people, key=lambda one: names.get(one, "").casefold())
    absences = ctx.presence.absences.get(row.owner_id, ())
    ends = [absence.until for absence in absences]
    until = None if not ends or None in ends else max(end for end in ends if end is not None)
    return CoverState(
        row.owner_id,
        row.owner_name,
        until,
        tuple(answering),
        tuple(names.get(one, "") for one in answering),
    )


def find_in(ctx: Context, conversation_id: UUID, text: str) -> tuple[int, ...]:
    """Positions in one thread that hold the text, newest first."""
    _require(ctx, conversation_id)
    found = search.within_conversation(ctx.tx, conversation_id, text)
    return tuple(hit.position for hit in found)


def attachment(ctx: Context, attachment_id: UUID) -> tuple[str, bytes]:
    """Content type and bytes of a stored attachment. Raises NotFoundError."""
    found = threads.attachment(ctx.tx, attachment_id)
    home = threads.home_of_attachment(ctx.tx, attachment_id)
    seen = home is not None and inbox_store.visible(ctx.tx, ctx.reach, [home])
    if found is None or found["data"] is None or not seen:
        raise NotFoundError("This attachment is not here.", "It may still be on its way.")
    return found["content_type"], bytes(found["data"])


# --- a page ---------------------------------------------------------------------------------------


class _Program(NamedTuple):
    name: str
    kind: ProgramKind


class _Sender(NamedTuple):
    """shown: its label, or its address as people read it."""

    channel: Channel
    shown: str


@dataclass(frozen=True, slots=True)
class _Names:
    """What ids are called."""

    people: Mapping[UUID, str]
    programs: Mapping[UUID, _Program]
    senders: Mapping[UUID, _Sender]
    providers: Mapping[UUID, str]
    own: _Sender | None  # the sender ID of the one conversation; None in a merged timeline
    tags: Mapping[UUID, str]
    linked: Mapping[UUID, UUID]  # so, of the conversations that events tell of
    seen: Collection[UUID]  # those of them that the actor may open


def _page(
    ctx: Context,
    homes: Mapping[UUID, UUID],
    before: int | None,
    after: int | None,
    around: int | None,
    limit: int,
) -> ThreadPage:
    """homes: the conversations, each with its own sender ID."""
    ids = list(homes)
    found, has_older, has_newer = _found(ctx, ids, before, after, around, limit)
    messages = [row for row in found if isinstance(row, threads.Message)]
    names = _names(ctx, homes, {row.sender_id for row in messages}, _linked(found))
    files = threads.attachments(ctx.tx, [row.id for row in messages if row.media_count])
    items = [_item(row, names, files) for row in found]
    older = items[0].position if items and has_older else None
    newer = items[-1].position if items and has_newer else None
    if not has_newer:
        items += _pending(ctx, ids, names, (items[-1].position if items else 0) + 1)
        items += _scheduled(ctx, ids, names, (items[-1].position if items else 0) + 1)
    return ThreadPage(tuple(items), older, newer)


def _found(
    ctx: Context,
    ids: Sequence[UUID],
    before: int | None,
    after: int | None,
    around: int | None,
    limit: int,
) -> tuple[list[threads.Found], bool, bool]:
    """The page, and whether anything stands above and below it. One row too many tells."""
    if around is not None:
        return threads.around(ctx.tx, ids, around, limit=limit)
    found = threads.page(ctx.tx, ids, before=before, after=after, limit=limit + 1)
    more = len(found) > limit
    if after is not None:
        return found[:limit], True, more
    return found[-limit:], more, before is not None


def _linked(found: Collection[threads.Found]) -> set[UUID]:
    """Conversations that the page's events lead to: where one went on from another number (R17)."""
    told = (row.detail for row in found if isinstance(row, threads.Event))
    return {UUID(detail[key]) for detail in told for key in _LINKS if key in detail}


_LINKS = ("continued_from", "continued_in")


def _names(
    ctx: Context, homes: Mapping[UUID, UUID], used: Collection[UUID], linked: Collection[UUID]
) -> _Names:
    """used: sender IDs of the page; a workspace may have thousands."""
    places = inbox_store.senders_of(ctx.tx, linked) if linked else {}
    own = set(homes.values())
    named = ctx.remembered(_senders, frozenset({*used, *own, *places.values()}))
    return _Names(
        ctx.remembered(people.names),
        ctx.remembered(_programs),
        named,
        ctx.remembered(_providers),
        named.get(own.pop()) if len(homes) == 1 else None,
        ctx.remembered(tags.names),
        places,
        inbox_store.visible(ctx.tx, ctx.reach, linked),
    )


def _programs(tx: Tx) -> dict[UUID, _Program]:
    return {
        row["id"]: _Program(row["name"], ProgramKind(row["kind"]))
        for row in programs.listing(tx, retired=True)
    }


def _senders(tx: Tx, ids: Collection[UUID]) -> dict[UUID, _Sender]:
    return {
        id_: _Sender(Channel(row["channel"]), row["label"] or peer_text(row["address"]))
        for id_, row in sender_store.briefly(tx, ids).items()
    }


def _providers(tx: Tx) -> dict[UUID, str]:
    return {row["id"]: row["provider"] for row in accounts.listing(tx, removed=True)}


def _item(
    row: threads.Found, names: _Names, files: Mapping[UUID, Sequence[Mapping[Any, Any]]]
) -> ThreadItem:
    match row:
        case threads.Message():
            return _message(row, names, files.get(row.id, ()) if row.media_count else ())
        case threads.Note():
            return _note(row, names)
        case threads.Event():
            return _event(row, names)


def _message(row: threads.Message, names: _Names, files: Sequence[Mapping[Any, Any]]) -> ThreadItem:
    words = _NO_WORDS
    if row.error_code or row.error_text:
        provider = names.providers.get(row.account_id, "")
        words = error_words(provider, row.error_code, row.error_text)
    program = names.programs.get(row.program_id) if row.program_id else None
    sender = names.senders.get(row.sender_id)
    return ThreadItem(  # by place: so many names would cost as much as all else here
        ItemKind.MESSAGE,
        row.id,
        row.position,
        row.at,
        row.conversation_id,
        row.body,
        row.direction,
        row.origin,
        row.author_id,
        _name(names, row.author_id),
        _name(names, row.on_behalf_id),
        "" if sender is None or sender is names.own else sender.shown,  # R60
        sender.channel if sender else None,
        program.name if program else "",
        program.kind if program else None,
        _source(row.source_kind, row.program_id, row.source_reason),
        row.status,
        row.status_text,
        row.status_at,
        row.error_code or "",
        words.title,
        words.next_step,
        words.lasting,
        row.late,
        row.parts,
        tuple(map(_file, files)) if files else (),
        row.keyword or "",
        outbox_id=row.outbox_id,
    )


_NO_WORDS = ErrorWords("", "", known=False)


def _name(names: _Names, person_id: UUID | None) -> str:
    return names.people.get(person_id, "") if person_id else ""


@lru_cache(maxsize=1_024)
def _source(
    kind: SourceKind | None, program_id: UUID | None, reason: SourceReason | None
) -> Source | None:
    """What a message answers; few such stand on thousands of messages."""
    if kind is None or reason is None:
        return None
    return Source(kind, ProgramId(program_id) if program_id else None, reason)


def _file(row: Mapping[Any, Any]) -> AttachmentRow:
    return AttachmentRow(
        row["id"], row["content_type"], row["size"], AttachmentState(row["state"]), row["reason"]
    )


def _note(row: threads.Note, names: _Names) -> ThreadItem:
    return ThreadItem(
        kind=ItemKind.NOTE,
        id=row.id,
        position=row.position,
        at=row.at,
        conversation_id=row.conversation_id,
        body=row.body,
        author_id=row.author_id,
        author_name=_name(names, row.author_id),
        mentions=tuple(_name(names, UUID(id_)) for id_ in row.mentions),
    )


def _event(row: threads.Event, names: _Names) -> ThreadItem:
    """detail: the stored one, with a name beside every id that it tells of; under `opens` the
    conversation that it leads to, if the actor may see that."""
    opens = next((row.detail[key] for key in _LINKS if key in row.detail), "")
    seen = {"opens": opens} if opens and UUID(opens) in names.seen else {}
    return ThreadItem(
        kind=ItemKind.EVENT,
        id=row.id,
        position=row.position,
        at=row.at,
        conversation_id=row.conversation_id,
        author_id=row.actor_id,
        author_name=_name(names, row.actor_id),
        event=row.kind,
        event_detail={**row.detail, **seen, "names": _told(row.detail, names)},
        reason=row.reason,
    )


def _told(detail: Any, names: _Names) -> dict[str, str]:
    """id → name for every id of a person, tag, program or sender ID within a detail; a
    conversation is called by its sender ID."""
    if isinstance(detail, dict):
        return {key: name for part in detail.values() for key, name in _told(part, names).items()}
    if isinstance(detail, list):
        return {key: name for part in detail for key, name in _told(part, names).items()}
    try:
        id_ = UUID(detail)
    except (ValueError, TypeError, AttributeError):
        return {}
    program, sender = names.programs.get(id_), names.senders.get(names.linked.get(id_, id_))
    name = (
        names.people.get(id_)
        or names.tags.get(id_)
        or (program.name if program else "")
        or (sender.shown if sender else "")
    )
    return {detail: name} if name else {}


def _pending(ctx: Context, ids: Sequence[UUID], names: _Names, position: int) -> list[ThreadItem]:
    """What is not accepted yet, last and in queue order (R56)."""
    rows = threads.pending(ctx.tx, ids)
    waivable = preferences.waivable_checks(ctx) if rows else ()
    return [_waiting(row, names, position + n, waivable) for n, row in enumerate(rows)]


def _waiting(
    row: Mapping[Any, Any], names: _Names, position: int, waivable: Collection[str]
) -> ThreadItem:
    state = OutboxState(row["state"])
    words = outbox_words(row, names.providers.get(row["account_id"], ""))
    return ThreadItem(
        kind=ItemKind.PENDING,
        id=row["id"],
        position=position,
        at=row["composed_at"],
        conversation_id=row["conversation_id"],
        body=row["body"],
        direction=Direction.OUTBOUND,
        origin=Origin(row["origin"]),
        author_id=row["author_id"],
        author_name=_name(names, row["author_id"]),
        on_behalf_name=_name(names, row["on_behalf_id"]),
        reason=row["reason"],
        error_code=row["reason"] if state is OutboxState.REFUSED else "",
        error_title=words.title,
        error_step=words.next_step,
        lasting=words.lasting,
        outbox_state=state,
        outbox_id=row["id"],
        waivable=state is OutboxState.HELD and row["reason"] in waivable,
    )


def _scheduled(ctx: Context, ids: Sequence[UUID], names: _Names, position: int) -> list[ThreadItem]:
    """What waits for its time, soonest first (R36)."""
    return [
        ThreadItem(
            kind=ItemKind.SCHEDULED,
            id=row["id"],
            position=position + n,
            at=row["due_at"],
            conversation_id=row["conversation_id"],
            body=row["body"],
            direction=Direction.OUTBOUND,
            origin=Origin.PERSON,
            author_id=row["author_id"],
            author_name=_name(names, row["author_id"]),
            on_behalf_name=_name(names, row["on_behalf_id"]),
            zone=row["zone"],
        )
        for n, row in enumerate(scheduled.waiting(ctx.tx, ids))
    ]


# --- what stands around ---------------------------------------------------------------------------


def _require(ctx: Context, conversation_id: UUID) -> UUID:
    """The conversation's own sender ID. Raises NotFoundError where the actor may not see it."""
    home = inbox_store.homes(ctx.tx, ctx.reach, [conversation_id]).get(conversation_id)
    if home is None:
        raise _unseen()
    return home


def _unseen() -> NotFoundError:
    return NotFoundError("There is no such conversation, or it is not yours to see.")


def _of_same_contact(ctx: Context, conversation_id: UUID) -> dict[UUID, inbox_store.Shown]:
    """The conversation and the others of its contact that the actor may see, the newest first.
    Raises NotFoundError where it is not theirs to see itself."""
    ids = inbox_store.of_same_contact(ctx.tx, ctx.reach, conversation_id)
    if conversation_id not in ids:
        raise _unseen()
    found = inbox_store.details(ctx.tx, ids, ctx.actor.person_id)
    return {id_: found[id_] for id_ in ids}


def _first(
    conversation_id: UUID, found: Mapping[UUID, inbox_store.Shown]
) -> list[inbox_store.Shown]:
    others = (row for id_, row in found.items() if id_ != conversation_id)
    return [found[conversation_id], *others]


def _numbers(found: Iterable[inbox_store.Shown]) -> tuple[tuple[Channel, str], ...]:
    """Every address of the contact with each channel that it was used on, as far as the actor sees."""
    return tuple(dict.fromkeys((row.channel, peer_text(row.reply_raw)) for row in found))


def _window(ctx: Context, row: InboxRow) -> datetime | None:
    if row.channel is not Channel.WHATSAPP:
        return None
    return windows.closes_at(ctx, row.sender_id, threads.last_inbound_at(ctx.tx, row.id))


def _others(
    ctx: Context, rows: Iterable[InboxRow], conversation_id: UUID
) -> tuple[OtherConversation, ...]:
    before = fallbacks.continues(ctx.tx, conversation_id)
    after = fallbacks.continued_in(ctx.tx, conversation_id)
    return tuple(
        OtherConversation(
            row.id,
            row.channel,
            row.sender_label,
            row.last_at,
            row.team_state,
            row.owner_name,
            row.source,
            row.program_name,
            "before" if row.id == before else "after" if row.id == after else "",
        )
        for row in rows
    )
