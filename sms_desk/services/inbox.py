"""The inbox: pages, counts, and which of some conversations belong into a list (R4, R7, R50)."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from functools import lru_cache
from uuid import UUID

from sms_desk.domain import positions
from sms_desk.domain.absence_times import last_day
from sms_desk.domain.inbox_filters import InboxFilter, Scope
from sms_desk.domain.model import (
    Health,
    Position,
    ProgramId,
    ProgramKind,
    Source,
    SourceKind,
    SourceReason,
)
from sms_desk.domain.wall_time import require_zone
from sms_desk.domain.working_hours import WaitingRule
from sms_desk.services import preferences
from sms_desk.services.context import Context
from sms_desk.services.glances import nudged
from sms_desk.services.inbox_rows import (
    Covered,
    Cursor,
    InboxPage,
    InboxRow,
    ProgramCount,
    RailCounts,
    ViewRow,
)
from sms_desk.services.route_words import unrouted_reason
from sms_desk.services.words import peer_text
from sms_desk.store import inbox, message_routes, programs, views
from sms_desk.store import people as people_store

PAGE = 50


def page(
    ctx: Context, wanted: InboxFilter, after: Cursor | None = None, limit: int = PAGE
) -> InboxPage:
    """The next page of a list; after: the page before's `next`."""
    edge = inbox.Edge(after.value, after.id) if after else None
    found = inbox.page(ctx.tx, asked(ctx, wanted), after=edge, limit=limit)
    last = Cursor(found[-1][0], found[-1][1].id) if len(found) == limit else None
    return InboxPage(shown(ctx, [row for _, row in found]), last)


def rows(ctx: Context, ids: Sequence[UUID]) -> tuple[InboxRow, ...]:
    """These conversations as rows, in the order asked; what the actor may not see is left out."""
    seen = inbox.visible(ctx.tx, ctx.reach, ids)
    found = inbox.details(ctx.tx, list(seen), ctx.actor.person_id)
    return shown(ctx, [found[id_] for id_ in ids if id_ in seen])


def shown(ctx: Context, found: Sequence[inbox.Shown]) -> tuple[InboxRow, ...]:
    """What was read of conversations that the actor may see, as rows in the same order."""
    names = ctx.remembered(people_store.names)
    program_names = ctx.remembered(programs.names)
    nudge, waiting = preferences.nudge_days(ctx), preferences.waiting_rule(ctx)
    rows = (_row(row, names, program_names, ctx.now, nudge, waiting) for row in found)
    return tuple(_with_reasons(ctx, _with_cover(ctx, list(rows))))


def _with_reasons(ctx: Context, rows: list[InboxRow]) -> list[InboxRow]:
    """What stands in Unrouted says why nobody got it (R19)."""
    reach = ctx.reach
    if not reach.sees_unrouted:
        return rows
    ids = [row.id for row in rows if row.owner_id is None and row.sender_id in reach.unrouted]
    if not ids:
        return rows
    trails = message_routes.newest_trails(ctx.tx, ids)
    return [
        replace(row, unrouted=unrouted_reason(trails.get(row.id), row.sender_id in reach.unheld))
        if row.id in ids
        else row
        for row in rows
    ]


def _with_cover(ctx: Context, rows: list[InboxRow]) -> list[InboxRow]:
    """Where somebody else is away who owns it, the row says so, and whether the actor answers
    meanwhile (R25)."""
    away = ctx.presence.away - {ctx.actor.person_id}
    theirs = {row.id for row in rows if row.owner_id in away} if away else set()
    if not theirs:
        return rows
    covering = inbox.covering(ctx.tx, ctx.reach, theirs)
    return [
        replace(row, owner_away=True, covering=row.id in covering) if row.id in theirs else row
        for row in rows
    ]


def matching(ctx: Context, wanted: InboxFilter, ids: Collection[UUID]) -> frozenset[UUID]:
    """Which of these belong into that list now: the predicate of live arrivals (R50)."""
    return frozenset(inbox.matching(ctx.tx, asked(ctx, wanted), ids))


def count(ctx: Context, wanted: InboxFilter) -> int:
    return inbox.count(ctx.tx, asked(ctx, wanted))


def troubled(ctx: Context) -> int:
    """Conversations, also closed ones, whose message to the contact failed or is held."""
    return count(ctx, InboxFilter(failed=True, state=None))


def rail(ctx: Context) -> RailCounts:
    """Every number in the rail: open conversations with a customer waiting (R7)."""
    groups = inbox.waiting_groups(ctx.tx, ctx.reach)
    reach = ctx.reach
    by_program: dict[UUID, int] = {}
    counts = dict.fromkeys(Scope, 0)
    for owner, sender, program, _kind, covering, uncovered, n in groups:
        counts[Scope.ALL] += n
        if owner == reach.person_id:
            counts[Scope.MINE] += n
        if sender in reach.shared:
            counts[Scope.SHARED] += n
        if owner in reach.people or sender in reach.team_senders:
            counts[Scope.TEAM] += n
        if covering:
            counts[Scope.COVERING] += n
        if uncovered:
            counts[Scope.UNASSIGNED] += n
        if owner is None:
            counts[Scope.UNROUTED if sender in reach.unrouted else Scope.UNASSIGNED] += n
        if program is not None:
            by_program[program] = by_program.get(program, 0) + n
    return RailCounts(
        mine=counts[Scope.MINE],
        shared=counts[Scope.SHARED],
        covering=counts[Scope.COVERING],
        unassigned=counts[Scope.UNASSIGNED],
        unrouted=counts[Scope.UNROUTED],
        team=counts[Scope.TEAM],
        all=counts[Scope.ALL],
        unread_mine=inbox.unread_count(ctx.tx, reach),
        programs=tuple(
            ProgramCount(
                row["id"], ProgramKind(row["kind"]), row["name"], by_program.get(row["id"], 0)
            )
            for row in ctx.remembered(programs.listing)
        ),
        views=saved_views(ctx),
        covered=_covered(ctx),
        sees_unrouted=reach.sees_unrouted,
    )


def _covered(ctx: Context) -> tuple[Covered, ...]:
    """For whom the actor answers now, and to which day, by name."""
    if not ctx.reach.covering:
        return ()
    names = ctx.remembered(people_store.names)
    here = ctx.directory.presence(ctx.now)
    zone = require_zone(ctx.actor.zone)
    found = []
    for owner, _ in ctx.reach.covering:
        absence = here.covered_by(owner)
        day = ""
        if absence is not None and absence.until is not None:
            day = str(last_day(absence.until, zone))
        found.append(Covered(names.get(owner, ""), day))
    return tuple(sorted(found, key=lambda one: one.name.casefold()))


def saved_views(ctx: Context) -> tuple[ViewRow, ...]:
    """The actor's own views and those shared with them."""
    found = []
    for row in views.for_person(ctx.tx, ctx.actor.person_id, ctx.directory, ctx.now):
        wanted = views.filter_of(row)
        found.append(
            ViewRow(
                row["id"],
                row["name"],
                wanted,
                mine=row["owner_id"] == ctx.actor.person_id,
                shared=row["shared_with"] is not None,
                waiting=count(ctx, replace(wanted, waiting=True)),
            )
        )
    return tuple(found)


def asked(ctx: Context, wanted: InboxFilter) -> inbox.Asked:
    """The filter with all that the store needs to ask it."""
    return inbox.Asked(wanted, ctx.reach, ctx.now, preferences.nudge_days(ctx))


def _row(
    row: inbox.Shown,
    names: Mapping[UUID, str],
    program_names: Mapping[UUID, str],
    now: datetime,
    nudge_days: int,
    waiting: WaitingRule,
) -> InboxRow:
    source = source_of(row)
    last = row.last_position
    return InboxRow(  # by place: so many names would cost as much as all else here
        row.id,
        row.contact_id,
        row.contact_name,
        peer_text(row.reply_raw),
        row.channel,
        row.sender_id,
        row.sender_label or peer_text(row.sender_address),
        row.owner_id,
        names.get(row.owner_id, "") if row.owner_id else "",
        row.team_state,
        row.snoozed_until,
        source,
        program_name(source, program_names),
        positions.instant(Position(last)) if last else None,
        last,
        row.snippet,
        row.snippet_from,
        row.unread,
        row.waiting_since,
        nudged(last, now, nudge_days) if is_silent(row) else None,
        row.trouble or "",
        row.draft,
        _tags(row.tags),
        row.pinned,
        row.muted,
        waiting.late_at(row.waiting_since) if row.waiting_since else None,
        row.sender_health is Health.BLOCKED,
        row.goes_at,
        row.attachments,
    )


def _tags(names: str | None) -> tuple[str, ...]:
    return tuple(sorted(names.split("\n"), key=str.casefold)) if names else ()


def source_of(row: inbox.Shown) -> Source:
    """A conversation's source, as its columns tell it."""
    return _source(row.source_kind, row.source_program_id, row.source_reason, row.source_from_id)


@lru_cache(maxsize=1_024)
def _source(
    kind: SourceKind, program_id: UUID | None, reason: SourceReason, from_id: UUID | None
) -> Source:
    """Few sources stand on thousands of rows."""
    return Source(
        kind,
        ProgramId(program_id) if program_id else None,
        reason,
        ProgramId(from_id) if from_id else None,
    )


def program_name(source: Source, names: Mapping[UUID, str]) -> str:
    """The program that a source names, or that a sales conversation came from (R5)."""
    program_id = source.program_id or source.from_program_id
    return names.get(program_id, "") if program_id else ""


def is_silent(row: inbox.Shown) -> bool:
    """Whether we spoke last, and nobody opened it since (R9)."""
    last = row.last_position
    return bool(last) and row.answered_position == last and last > row.nudge_seen
