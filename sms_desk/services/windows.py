"""The board of open WhatsApp windows: what closes next, and whether anybody will be there (R42)."""

from __future__ import annotations

from collections.abc import Hashable, Iterable, Iterator, Mapping, Sequence
from datetime import datetime, timedelta
from itertools import islice
from uuid import UUID

from sms_desk.domain import duty, positions, whatsapp_window
from sms_desk.domain.duty import Duty
from sms_desk.domain.frozen import dataclass
from sms_desk.domain.model import Position
from sms_desk.domain.scopes import Holders, holders_now
from sms_desk.domain.wall_time import require_zone
from sms_desk.domain.working_hours import parse_hours
from sms_desk.services import covers, inbox
from sms_desk.services.context import Context
from sms_desk.services.rows import Cursor, InboxRow, WindowGap, WindowPage, WindowRow, WindowSummary
from sms_desk.settings import registry
from sms_desk.store import accounts, people, senders, settings, windows
from sms_desk.store.windows import Opened

PAGE = 100
URGENT = timedelta(hours=2)
"""What the rail counts: nobody will be there, and it closes within so much."""
_WALK = 1_000  # conversations read at once
_LONGEST_WALK = 20_000  # an end for a filter that hardly anything passes


@dataclass(frozen=True, slots=True)
class WindowFilter:
    """owner_id: of this person. unattended: nobody will be there before it closes. within: closes
    within so much time."""

    owner_id: UUID | None = None
    unattended: bool = False
    within: timedelta | None = None


def page(
    ctx: Context,
    wanted: WindowFilter | None = None,
    after: Cursor | None = None,
    limit: int = PAGE,
) -> WindowPage:
    """Open windows within the actor's reach, the first to close first; after: the `next` before."""
    board = _Board(ctx)
    start = (after.value, after.id) if after else None
    found = list(islice(board.walk(wanted or WindowFilter(), start), limit + 1))
    shown = found[:limit]
    details = {row.id: row for row in inbox.rows(ctx, [each.id for each in shown])}
    rows = tuple(board.row(each, details[each.id]) for each in shown if each.id in details)
    last = shown[-1] if len(found) > limit else None
    return WindowPage(rows, Cursor(last.last_inbound, last.id) if last else None)


def summary(ctx: Context) -> WindowSummary:
    """For the rail."""
    if not windows.exist(ctx.tx):
        return WindowSummary()
    urgent = WindowFilter(unattended=True, within=URGENT)
    return WindowSummary(True, sum(1 for _ in _Board(ctx).walk(urgent, None)))


def closes_at(ctx: Context, sender_id: UUID, last_inbound: datetime | None) -> datetime | None:
    """When one window closes by our clock; None if the contact never wrote."""
    return whatsapp_window.closes_at(last_inbound, Offsets(ctx).of(sender_id))


class Offsets:
    """The provider's clock minus ours, by the sender ID whose account it is."""

    def __init__(self, ctx: Context) -> None:
        self._ctx = ctx
        self._of: dict[UUID, timedelta] = {}

    def of(self, sender_id: UUID) -> timedelta:
        if sender_id not in self._of:
            account_id = senders.get(self._ctx.tx, sender_id)["account_id"]
            found = accounts.clock_offset(self._ctx.tx, account_id) if account_id else None
            self._of[sender_id] = found or timedelta(0)
        return self._of[sender_id]

    def bounds(self) -> tuple[timedelta, timedelta]:
        """The least and the greatest of all accounts."""
        rows = accounts.listing(self._ctx.tx)
        found = [accounts.clock_offset(self._ctx.tx, row["id"]) for row in rows]
        known = [offset for offset in found if offset is not None] or [timedelta(0)]
        return min(*known, timedelta(0)), max(*known, timedelta(0))


class _Board:
    """One look at the board: who is there when is found out once per person."""

    def __init__(self, ctx: Context) -> None:
        self._ctx = ctx
        self._offsets = Offsets(ctx)
        self._duties = duties(ctx)
        self._there: dict[Hashable, tuple[bool, datetime | None]] = {}
        self._here = ctx.directory.presence(ctx.now)
        self._answering: dict[UUID, frozenset[UUID]] = {}
        self._teams = _members(ctx)
        self._holders = holders_now(ctx.directory, ctx.now)

    def walk(self, wanted: WindowFilter, start: tuple[int, UUID] | None) -> Iterator[Opened]:
        """What passes the filter, the first to close first."""
        now = self._ctx.now
        least, most = self._offsets.bounds()
        since = whatsapp_window.opened_after(now, least)
        until = None
        if wanted.within is not None and wanted.within < whatsapp_window.WINDOW:
            until = whatsapp_window.opened_after(now + wanted.within, most) + timedelta(seconds=1)
        walked = 0
        while walked < _LONGEST_WALK:
            found = windows.opened(
                self._ctx.tx,
                self._ctx.reach,
                since=since,
                until=until,
                owner_id=wanted.owner_id,
                after=start,
                limit=_WALK,
            )
            self._cover(found)
            yield from (each for each in found if self._passes(each, wanted))
            if len(found) < _WALK:
                return
            walked += len(found)
            start = (found[-1].last_inbound, found[-1].id)

    def _cover(self, found: Sequence[Opened]) -> None:
        """Who answers those of them whose owner is away."""
        owners = {each.id: each.owner_id for each in found if each.owner_id in self._here.away}
        owned = {id_: owner for id_, owner in owners.items() if owner is not None}
        for id_, flow in covers.answering(self._ctx.tx, self._ctx.now, owned).items():
            self._answering[id_] = flow.people

    def closes(self, each: Opened) -> datetime:
        at = positions.instant(Position(each.last_inbound))
        closes = whatsapp_window.closes_at(at, self._offsets.of(each.sender_id))
        assert closes is not None
        return closes

    def gap(self, each: Opened) -> tuple[WindowGap | None, datetime | None]:
        """Why nobody will be there in time, and when somebody is there again."""
        known, back = self._back(each)
        if back is not None and back < self.closes(each):
            return None, back
        if not known:
            return WindowGap.NOBODY, None
        if each.owner_id is not None and self._duties[each.owner_id].suspended:
            return WindowGap.SUSPENDED, back
        if each.owner_id is not None and each.owner_id in self._here.absences:
            return WindowGap.ABSENT, back
        return WindowGap.OFF_DUTY, back

    def row(self, each: Opened, row: InboxRow) -> WindowRow:
        gap, back_at = self.gap(each)
        return WindowRow(
            id=row.id,
            contact_name=row.contact_name,
            peer=row.peer,
            sender_id=row.sender_id,
            sender_label=row.sender_label,
            owner_id=row.owner_id,
            owner_name=row.owner_name,
            closes_at=self.closes(each),
            snippet=row.snippet,
            snippet_from=row.snippet_from,
            last_at=row.last_at,
            waiting_since=row.waiting_since,
            gap=gap,
            back_at=back_at,
        )

    def _passes(self, each: Opened, wanted: WindowFilter) -> bool:
        left = whatsapp_window.time_left(self.closes(each), self._ctx.now)
        if not left or (wanted.within is not None and left > wanted.within):
            return False
        return not wanted.unattended or self.gap(each)[0] is not None

    def _who(self, each: Opened) -> Sequence[UUID]:
        """Who answers: the owner, or who covers them (R25); where there is none, whoever holds the
        sender ID. An owner whom nobody covers may be back in time."""
        if each.owner_id is not None:
            return tuple(self._answering.get(each.id, ())) or (each.owner_id,)
        holders = self._holders.get(each.sender_id, Holders())
        if holders.organisation:
            return tuple(self._duties)
        groups = (member for group in holders.groups for member in self._teams.get(group, ()))
        return tuple({*holders.people, *groups})

    def _back(self, each: Opened) -> tuple[bool, datetime | None]:
        """Whether anybody may answer, and when the first of them is there; found out once for an
        owner, for those who cover them, and for the holders of a sender ID."""
        key: Hashable = self._answering.get(each.id) or each.owner_id or each.sender_id
        if key not in self._there:
            who = self._who(each)
            there = (duty.next_there(self._duties[person], self._ctx.now) for person in who)
            self._there[key] = bool(who), min(filter(None, there), default=None)
        return self._there[key]


def duties(ctx: Context) -> dict[UUID, Duty]:
    """When each person is there: at work, and neither absent nor gone."""
    chosen = settings.of_people(ctx.tx, "working_hours")
    otherwise = settings.read(ctx.tx).get("working_hours", registry.get("working_hours").default)
    away: dict[UUID, list[tuple[datetime, datetime | None]]] = {}
    for absence in ctx.directory.absences:
        if absence.until is None or absence.until > ctx.now:
            away.setdefault(absence.person_id, []).append((absence.since, absence.until))
    return {
        row["id"]: Duty(
            parse_hours(chosen.get(row["id"], otherwise)),
            require_zone(row["zone"]),
            row["suspended_at"] is not None or row["removed_at"] is not None,
            tuple(away.get(row["id"], ())),
        )
        for row in people.listing(ctx.tx)
    }


def _members(ctx: Context) -> Mapping[UUID, Iterable[UUID]]:
    """Who belongs to each team or profile now."""
    found: dict[UUID, list[UUID]] = {}
    for each in ctx.directory.memberships:
        if each.since <= ctx.now and (each.until is None or ctx.now < each.until):
            found.setdefault(each.team_id, []).append(each.person_id)
    return found
