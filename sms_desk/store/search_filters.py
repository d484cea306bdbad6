"""Each operator of the search as a condition on messages or notes and their conversation."""

from __future__ import annotations

from datetime import UTC, date, datetime, time, tzinfo
from uuid import UUID

import sqlalchemy as sa

from sms_desk.domain import positions
from sms_desk.domain.frozen import dataclass
from sms_desk.domain.model import Direction, ProgramKind, TeamState
from sms_desk.domain.search_query import Has, Is, Query
from sms_desk.domain.search_text import fold
from sms_desk.store import tables
from sms_desk.store.tables import conversations, messages, notes

Condition = sa.ColumnElement[bool]

_STATES = {Is.OPEN: TeamState.OPEN, Is.CLOSED: TeamState.CLOSED, Is.SNOOZED: TeamState.SNOOZED}
_LINKS = ("http://", "https://", "www.")


@dataclass(frozen=True, slots=True)
class Viewer:
    """Who searches: for read markers and for the days of `before:` and `after:`."""

    person_id: UUID | None = None
    zone: tzinfo = UTC


@dataclass(frozen=True, slots=True)
class Who:
    """What a `from:` or `to:` may mean, resolved to ids beforehand."""

    contacts: tuple[UUID, ...] = ()
    people: tuple[UUID, ...] = ()
    senders: tuple[UUID, ...] = ()


@dataclass(frozen=True, slots=True)
class Conditions:
    """messages, notes: all must hold; None: no such thing can match."""

    messages: tuple[Condition, ...]
    notes: tuple[Condition, ...] | None


def conditions(
    query: Query, viewer: Viewer, written_by: tuple[Who, ...], written_to: tuple[Who, ...]
) -> Conditions:
    """The query's operators. Both sets of conditions expect a join with the conversation."""
    both = [*_conversation(query), *_tags(query)]
    of_messages = [
        *both,
        *_days(query, viewer.zone, messages.c.position),
        *(_message_from(who) for who in written_by),
        *(_message_to(who) for who in written_to),
        *_programs(query),
    ]
    if Has.ATTACHMENT in query.has:
        of_messages.append(messages.c.media_count > 0)
    if Has.LINK in query.has:
        of_messages.append(_has_link(messages.c.body))
    if Has.NOTE in query.has:
        of_messages.append(sa.false())
    if Is.UNREAD in query.is_:
        of_messages.append(_unread(viewer.person_id))
    return Conditions(tuple(of_messages), _note_conditions(query, viewer, both, written_by))


def _note_conditions(
    query: Query, viewer: Viewer, both: list[Condition], written_by: tuple[Who, ...]
) -> tuple[Condition, ...] | None:
    asks_for_messages = query.to or query.campaign or query.service or Has.ATTACHMENT in query.has
    if asks_for_messages or Is.UNREAD in query.is_:
        return None
    found = [*both, *_days(query, viewer.zone, notes.c.position)]
    found += [notes.c.author_id.in_(who.people) for who in written_by]
    if Has.LINK in query.has:
        found.append(_has_link(notes.c.body))
    return tuple(found)


def _message_from(who: Who) -> Condition:
    theirs = sa.and_(
        messages.c.direction == Direction.INBOUND, conversations.c.contact_id.in_(who.contacts)
    )
    ours = sa.and_(
        messages.c.direction == Direction.OUTBOUND,
        messages.c.author_id.in_(who.people) | messages.c.sender_id.in_(who.senders),
    )
    return theirs | ours


def _message_to(who: Who) -> Condition:
    theirs = sa.and_(
        messages.c.direction == Direction.OUTBOUND, conversations.c.contact_id.in_(who.contacts)
    )
    ours = sa.and_(messages.c.direction == Direction.INBOUND, messages.c.sender_id.in_(who.senders))
    return theirs | ours


def _conversation(query: Query) -> list[Condition]:
    found: list[Condition] = []
    if query.channel is not None:
        found.append(conversations.c.channel == query.channel)
    if Is.WAITING in query.is_:
        found.append(conversations.c.waiting_since.is_not(None))
    for word, state in _STATES.items():
        if word in query.is_:
            found.append(conversations.c.team_state == state)
    return found


def _tags(query: Query) -> list[Condition]:
    tagged, tags = tables.conversation_tags.c, tables.tags.c
    return [
        sa.exists().where(
            tagged.conversation_id == conversations.c.id,
            tagged.tag_id == tags.id,
            tags.folded.in_(sorted({fold(name), name.casefold()})),
        )
        for name in query.tag
    ]


def _programs(query: Query) -> list[Condition]:
    asked = ((ProgramKind.CAMPAIGN, query.campaign), (ProgramKind.SERVICE, query.service))
    return [_program(kind, name) for kind, names in asked for name in names]


def _program(kind: ProgramKind, name: str) -> Condition:
    programs = tables.programs.c
    named = sa.select(programs.id).where(
        programs.kind == kind, programs.name.icontains(name, autoescape=True)
    )
    return messages.c.program_id.in_(named)


def _days(query: Query, zone: tzinfo, position: sa.Column[int]) -> list[Condition]:
    found: list[Condition] = []
    if query.before is not None:
        found.append(position < positions.first_at(_midnight(query.before, zone)))
    if query.after is not None:
        found.append(position >= positions.first_at(_midnight(query.after, zone)))
    return found


def _midnight(day: date, zone: tzinfo) -> datetime:
    # Within a day of the calendar's ends, another zone's midnight does not exist.
    day = min(max(day, date(1970, 1, 2)), date(9999, 12, 30))
    return datetime.combine(day, time(), zone).astimezone(UTC)


def _has_link(body: sa.Column[str]) -> Condition:
    return sa.or_(*(body.contains(start, autoescape=True) for start in _LINKS))


def _unread(person_id: UUID | None) -> Condition:
    mine = tables.my_states.c
    marker = (
        sa.select(mine.read_position)
        .where(mine.person_id == person_id, mine.conversation_id == messages.c.conversation_id)
        .scalar_subquery()
    )
    return sa.and_(
        messages.c.direction == Direction.INBOUND, messages.c.position > sa.func.coalesce(marker, 0)
    )
