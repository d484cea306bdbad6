"""Absences and their cover: what a plan starts from, its dry run, the list, and the brief (R23-R29)."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Any
from uuid import UUID

from sms_desk.domain import commands as c
from sms_desk.domain import cover_plan, positions
from sms_desk.domain.absence_times import day_of, whole_days
from sms_desk.domain.absences import HANDED_OVER, Absence, Cover, Part, Share, Split
from sms_desk.domain.cover_plan import GapCode, Severity
from sms_desk.domain.errors import NotFoundError, RefusedError
from sms_desk.domain.model import Channel, Direction, Position, Role, TeamState
from sms_desk.domain.scopes import members_now
from sms_desk.domain.wall_time import require_zone
from sms_desk.services import absence_checks, choosing, programs
from sms_desk.services.absence_checks import Plan, PlanLook
from sms_desk.services.absence_rows import (
    AbsenceRow,
    AbsenceState,
    Brief,
    BriefRow,
    Candidate,
    CoveringRow,
    PartCount,
    PlanCheck,
    PlanDraft,
)
from sms_desk.services.context import Context
from sms_desk.services.rows import PersonRow
from sms_desk.services.words import peer_text
from sms_desk.store import absence_plans, people, senders
from sms_desk.store import inbox as inbox_store
from sms_desk.store.absence_plans import TAKEN, Load, Move
from sms_desk.store.ids import new_id

_AT_ONCE = 2_000  # conversations read in one statement


# --- who may --------------------------------------------------------------------------------------


def may_plan(ctx: Context, person_id: UUID) -> bool:
    """Whether the actor may plan, change and end absences of somebody: their own; those of their
    teams' people for a supervisor; an admin all."""
    if person_id == ctx.actor.person_id or ctx.actor.role is Role.ADMIN:
        return True
    return ctx.actor.role is Role.SUPERVISOR and person_id in ctx.reach.people


def require_may_plan(ctx: Context, person_id: UUID) -> None:
    """Raises NotFoundError for a stranger, RefusedError."""
    people.get(ctx.tx, person_id)
    if not may_plan(ctx, person_id):
        raise RefusedError(
            "You may plan your own absences.",
            "Ask a supervisor of that person's team, or an admin.",
            rule="role",
        )


# --- before it is saved ---------------------------------------------------------------------------


def draft(ctx: Context, person_id: UUID) -> PlanDraft:
    """What the plan of somebody's absence starts from. Raises NotFoundError, RefusedError."""
    require_may_plan(ctx, person_id)
    row = people.get(ctx.tx, person_id)
    look = PlanLook(ctx, person_id)
    found = candidates(ctx, look)
    return PlanDraft(
        person=PersonRow(
            person_id,
            row["name"],
            Role(row["role"]),
            row["zone"],
            row["suspended_at"] is not None,
        ),
        local_now=ctx.now.astimezone(require_zone(row["zone"])),
        candidates=found,
        parts=_parts(ctx, look),
        suggested=_suggested(ctx, person_id, found),
        programs=tuple((one.id, one.name) for one in programs.listing(ctx)),
        conversations=choosing.of_ids(ctx, [one.id for one in look.owned]),
    )


def candidates(ctx: Context, look: PlanLook) -> tuple[Candidate, ...]:
    """Everybody who may be a substitute, by name; those who are suspended marked."""
    capacities = people.capacities(ctx.tx)
    next_away: dict[UUID, Absence] = {}
    for absence in ctx.directory.absences:
        if absence.until is None or absence.until > ctx.now:
            next_away.setdefault(absence.person_id, absence)
    found = []
    for row in people.listing(ctx.tx):
        if row["id"] == look.person_id or row["removed_at"] is not None:
            continue
        load, away = look.loads.get(row["id"], Load()), next_away.get(row["id"])
        found.append(
            Candidate(
                row["id"],
                row["name"],
                row["role"],
                load.open,
                load.waiting,
                capacities.get(row["id"]),
                None if away is None else away.since,
                None if away is None else away.until,
                row["suspended_at"] is not None,
            )
        )
    return tuple(found)


def _parts(ctx: Context, look: PlanLook) -> tuple[PartCount, ...]:
    owned = look.owned
    waiting = sum(one.waiting for one in owned)
    snoozed = sum(one.team_state is TeamState.SNOOZED for one in owned)
    held = look.senders()
    addresses = _addresses(ctx, [one.id for one in held])
    later = look.scheduled
    return (
        PartCount(Part.CONVERSATIONS, len(owned), waiting, len(owned) - waiting - snoozed, snoozed),
        PartCount(Part.INBOUND, 0),
        PartCount(
            Part.SENDERS,
            len(held),
            senders=tuple(
                (one.id, one.label, addresses.get(one.id, ""), not one.others) for one in held
            ),
        ),
        PartCount(
            Part.SCHEDULED, len(later), first_due=min((one.due_at for one in later), default=None)
        ),
        PartCount(Part.NOTIFICATIONS, 0),
    )


def _addresses(ctx: Context, ids: list[UUID]) -> dict[UUID, str]:
    rows = senders.briefly(ctx.tx, ids) if ids else {}
    return {id_: peer_text(row["address"]) for id_, row in rows.items()}


def _suggested(ctx: Context, person_id: UUID, found: Iterable[Candidate]) -> tuple[Cover, ...]:
    """One substitute for everything: present, of the same team if there is one, and of those who
    has the most room."""
    members = members_now(ctx.directory, ctx.now)
    mates = {one for some in members.values() if person_id in some for one in some}
    here = [one for one in found if not one.suspended and one.absent_from is None]
    if not here:
        return ()

    def rank(one: Candidate) -> tuple[bool, float, str]:
        room = one.open / one.capacity if one.capacity else float(one.open)
        return one.person_id not in mates, room, one.name.casefold()

    best = min(here, key=rank)
    return tuple(Cover(part, Split.ONE, (Share(best.person_id),)) for part in HANDED_OVER)


def sick_today(ctx: Context, person_id: UUID) -> c.PlanAbsence:
    """Away from now to the end of that person's day, with who is suggested; as a command that is
    confirmed already: nobody has to plan for being ill. Whoever runs it asks `worth_a_look` first.
    """
    plan = draft(ctx, person_id)
    zone = require_zone(plan.person.zone)
    today = day_of(ctx.now, zone)
    span = whole_days(today, today, zone)
    return c.PlanAbsence(
        id=new_id(),
        at=ctx.now,
        absence_id=new_id(),
        person_id=person_id,
        since=ctx.now,
        until=span.until,
        zone=plan.person.zone,
        since_wall="",
        until_wall=span.until_wall,
        covers=plan.suggested,
        reason="sick",
        confirmed=True,
    )


def check(ctx: Context, plan: Plan) -> PlanCheck:
    """The dry run: what would be without anybody, and everybody's load before and after (R24).
    Raises NotFoundError, RefusedError."""
    absence = absence_checks.value_of(ctx, plan)
    require_may_plan(ctx, absence.person_id)
    look = PlanLook(ctx, absence.person_id)
    gaps = absence_checks.gaps(look, absence)
    mine = require_zone(ctx.actor.zone)
    return PlanCheck(
        gaps=gaps,
        loads=look.load_lines(absence),
        refused=cover_plan.refused(gaps),
        needs_confirmation=cover_plan.needs_confirmation(gaps),
        since=absence.since,
        until=absence.until,
        for_you=(
            absence.since.astimezone(mine),
            None if absence.until is None else absence.until.astimezone(mine),
        ),
    )


def worth_a_look(found: PlanCheck) -> bool:
    """Whether somebody has to look before an ill person may go home (R24). A WhatsApp window that
    closes is seen by whoever answers instead."""
    return found.refused or any(
        gap.severity is not Severity.OK and gap.code is not GapCode.WINDOW_CLOSES
        for gap in found.gaps
    )


# --- what there is --------------------------------------------------------------------------------


def listing(ctx: Context, *, ended: bool = False) -> tuple[AbsenceRow, ...]:
    """Absences that run or come, the first to begin first; ended: those that are over, too, the
    newest last. One's own, those that one covers, and those that one may plan."""
    make = _Rows(ctx)
    rows = absence_plans.rows(ctx.tx)
    return tuple(
        made
        for made in (make.row(row) for row in rows if make.seen(row))
        if ended or made.state is not AbsenceState.ENDED
    )


def get(ctx: Context, absence_id: UUID) -> AbsenceRow:
    """One of them, also one that was called off. Raises NotFoundError."""
    row = absence_plans.get(ctx.tx, absence_id)
    make = _Rows(ctx)
    if not make.seen(row):
        raise NotFoundError("There is no such absence, or it is not yours to see.")
    return make.row(row)


def covering(ctx: Context) -> tuple[CoveringRow, ...]:
    """For whom the actor answers now, by name."""
    here = ctx.directory.presence(ctx.now)
    names = people.names(ctx.tx)
    counts = absence_plans.reached(ctx.tx, ctx.reach.covering)
    found = []
    for owner_id, _ in ctx.reach.covering:
        absence = here.covered_by(owner_id)
        if absence is not None:
            load = counts.get(owner_id, Load())
            row = CoveringRow(
                absence.id, owner_id, names[owner_id], absence.until, load.waiting, load.open
            )
            found.append(row)
    return tuple(sorted(found, key=lambda row: row.person_name.casefold()))


class _Rows:
    """Names and counts of one look at many absences."""

    def __init__(self, ctx: Context) -> None:
        self._ctx = ctx
        self._names = people.names(ctx.tx)
        self._loads = absence_plans.loads(ctx.tx)

    def seen(self, row: Mapping[Any, Any]) -> bool:
        if may_plan(self._ctx, row["person_id"]):
            return True
        me = self._ctx.actor.person_id
        return any(me in cover.substitutes for cover in absence_plans.covers_of(row))

    def row(self, row: Mapping[Any, Any]) -> AbsenceRow:
        covers = absence_plans.covers_of(row)
        state = state_of(row, self._ctx.now)
        named = {one for cover in covers for one in cover.substitutes}
        alive = state in (AbsenceState.COMING, AbsenceState.RUNNING)
        return AbsenceRow(
            id=row["id"],
            person_id=row["person_id"],
            person_name=self._names[row["person_id"]],
            since=row["since"],
            until=row["until"],
            zone=row["zone"],
            since_wall=row["since_wall"],
            until_wall=row["until_wall"],
            permanent=row["permanent"],
            reason=row["reason"],
            state=state,
            covers=covers,
            substitutes=tuple(
                sorted(
                    ((one, self._names.get(one, "")) for one in named),
                    key=lambda pair: pair[1].casefold(),
                )
            ),
            conversations=self._loads.get(row["person_id"], Load()).open if alive else 0,
            can_change=alive and may_plan(self._ctx, row["person_id"]),
        )


def state_of(row: Mapping[Any, Any], now: datetime) -> AbsenceState:
    """Where an absence stands, by its instants alone."""
    if row["cancelled_at"] is not None:
        return AbsenceState.CANCELLED
    if row["until"] is not None and row["until"] <= now:
        return AbsenceState.ENDED
    return AbsenceState.RUNNING if row["since"] <= now else AbsenceState.COMING


# --- the brief (R27) ------------------------------------------------------------------------------


def is_settled(row: Mapping[Any, Any]) -> bool:
    """Whether the brief of an absence was settled at its end or after it: what was settled before,
    while somebody looked in or came back too early, tells nothing of the rest."""
    settled_at, until = row["briefed_at"], row["until"]
    return settled_at is not None and until is not None and bool(settled_at >= until)


def brief(ctx: Context, absence_id: UUID) -> Brief:
    """What happened in each conversation while it was covered, who spoke, what is open, who keeps
    it. A handful of reads, however many conversations there are. Raises NotFoundError,
    RefusedError."""
    absence = get(ctx, absence_id)
    require_may_plan(ctx, absence.person_id)
    stored = absence_plans.get(ctx.tx, absence_id)
    until = min(ctx.now, absence.until) if absence.until else ctx.now
    if until <= absence.since:
        return Brief(absence, ())
    moved = moved_away(ctx, absence)
    ids = list(
        dict.fromkeys([*absence_plans.stirred(ctx.tx, absence.person_id, absence.since), *moved])
    )
    happened = _Happened(ctx, ids, absence.since, until)
    rows = [
        row
        for row in (happened.row(id_, absence, moved.get(id_)) for id_ in ids)
        if row is not None and (row.open or row.inbound or row.outbound or row.notes or row.spoke)
    ]
    rows.sort(key=_most_pressing)
    return Brief(
        absence,
        tuple(rows),
        sum(row.inbound for row in rows),
        sum(row.outbound for row in rows),
        is_settled(stored),
    )


def moved_away(ctx: Context, absence: AbsenceRow) -> dict[UUID, Move]:
    """Conversations of the absent person that got another owner while they were away, and still
    had one at the return: by conversation, its last move."""
    until = min(ctx.now, absence.until) if absence.until else ctx.now
    person = absence.person_id
    found: dict[UUID, Move] = {}
    for move in absence_plans.moves(ctx.tx, absence.since, until):
        if move.before == person or move.conversation_id in found:
            found[move.conversation_id] = move
    return {id_: move for id_, move in found.items() if move.after != person}


def taken_from(ctx: Context, absence: AbsenceRow) -> dict[UUID, UUID]:
    """Of these, what a substitute took for good under this very cover, and nobody moved again before
    the return: by conversation, who."""
    return {
        id_: move.after
        for id_, move in moved_away(ctx, absence).items()
        if move.after is not None and _is_kept(move, absence)
    }


def _is_kept(move: Move, absence: AbsenceRow) -> bool:
    return move.reason == TAKEN and move.absence_id == str(absence.id)


def who_answered(ctx: Context, absence: AbsenceRow, ids: list[UUID]) -> dict[UUID, UUID | None]:
    """Who goes on with each conversation if the returning person leaves it: who of the substitutes
    wrote most in it, else whom the cover chose, else the one who took them all; None for nobody."""
    until = min(ctx.now, absence.until) if absence.until else ctx.now
    value = Absence(absence.id, absence.person_id, absence.since, until, absence.covers)
    wrote: dict[UUID, Counter[UUID]] = defaultdict(Counter)
    for one in absence_plans.spoken(ctx.tx, ids, absence.since, until):
        if one.author_id is not None and one.author_id != absence.person_id:
            wrote[one.conversation_id][one.author_id] += one.n
    chosen = {
        one.conversation_id: one.substitute_id for one in absence_plans.choices(ctx.tx, absence.id)
    }
    gone = ctx.directory.suspended
    found: dict[UUID, UUID | None] = {}
    for id_ in ids:
        order = [one for one, _ in wrote[id_].most_common()]
        others = [chosen.get(id_), value.sole]
        found[id_] = next((one for one in [*order, *others] if one and one not in gone), None)
    return found


class _Happened:
    """Everything that a brief tells of, read at once. What has left the reader's sight since is named
    without its text (R31)."""

    def __init__(self, ctx: Context, ids: list[UUID], since: datetime, until: datetime) -> None:
        self._names = people.names(ctx.tx)
        self._shown: dict[UUID, inbox_store.Shown] = {}
        for start in range(0, len(ids), _AT_ONCE):
            some = ids[start : start + _AT_ONCE]
            self._shown |= inbox_store.details(ctx.tx, some, ctx.actor.person_id)
        self._seen: set[UUID] = set()
        for start in range(0, len(ids), _AT_ONCE):
            self._seen |= inbox_store.visible(ctx.tx, ctx.reach, ids[start : start + _AT_ONCE])
        self._in = Counter[UUID]()
        self._out = Counter[UUID]()
        self._spoke: dict[UUID, Counter[UUID]] = defaultdict(Counter)
        for one in absence_plans.spoken(ctx.tx, ids, since, until):
            if one.direction is Direction.INBOUND:
                self._in[one.conversation_id] += one.n
            else:
                self._out[one.conversation_id] += one.n
                if one.author_id is not None:
                    self._spoke[one.conversation_id][one.author_id] += one.n
        self._notes = absence_plans.noted(ctx.tx, ids, since, until)

    def row(self, id_: UUID, absence: AbsenceRow, move: Move | None) -> BriefRow | None:
        """move: how it came to its present owner, where it was moved meanwhile."""
        shown = self._shown.get(id_)
        if shown is None:
            return None
        keeper = None
        if shown.owner_id != absence.person_id:
            keeper = self._names.get(shown.owner_id, "") if shown.owner_id else "nobody"
        if move is not None and move.after != shown.owner_id:
            move = None
        spoke = self._spoke.get(id_, Counter[UUID]())
        return BriefRow(
            conversation_id=id_,
            contact_name=shown.contact_name,
            peer=peer_text(shown.reply_raw),
            sender_label=shown.sender_label or peer_text(shown.sender_address),
            channel=Channel(shown.channel),
            state=TeamState(shown.team_state),
            waiting_since=shown.waiting_since,
            inbound=self._in[id_],
            outbound=self._out[id_],
            notes=self._notes.get(id_, 0),
            spoke=tuple((one, self._names.get(one, ""), n) for one, n in spoke.most_common()),
            last_text=shown.snippet if id_ in self._seen else "",
            last_at=positions.instant(Position(shown.last_position))
            if shown.last_position
            else None,
            taken_over_by=keeper,
            open=shown.team_state != TeamState.CLOSED,
            kept=move is not None and _is_kept(move, absence),
            moved_by=self._names.get(move.by) if move is not None and move.by else None,
        )


def _most_pressing(row: BriefRow) -> tuple[bool, bool, float]:
    """Those whose contact waits, the longest first; then where something happened, the newest
    first; then the quiet ones."""
    if row.waiting_since is not None:
        return False, False, row.waiting_since.timestamp()
    quiet = not (row.inbound or row.outbound or row.notes)
    return True, quiet, -(row.last_at.timestamp() if row.last_at else 0.0)
