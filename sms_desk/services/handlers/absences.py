"""Planning, changing and ending an absence, keeping what one covers, settling the brief (R23-R29).

Who answers what follows from the dated rows; so ending an absence writes its end and nothing else.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import replace
from datetime import datetime, tzinfo
from typing import Any
from uuid import UUID

from sms_desk.domain import commands as c
from sms_desk.domain import cover_plan, wall_time
from sms_desk.domain.absence_times import Span, since_of, until_of, walls_of
from sms_desk.domain.absences import Absence, Cover, Part, Share, Split
from sms_desk.domain.audit import Deed, Kind, Reason
from sms_desk.domain.changes import NOTHING, Changes
from sms_desk.domain.cover_plan import Gap, GapCode, Severity
from sms_desk.domain.errors import RefusedError, UsageError
from sms_desk.domain.model import Role
from sms_desk.services import absence_checks, absences, covers
from sms_desk.services.absence_rows import AbsenceState
from sms_desk.services.context import Context
from sms_desk.services.effects import Effect, conversations
from sms_desk.services.handlers import owners
from sms_desk.services.handlers.targets import resolve
from sms_desk.store import absence_plans, people, team_states
from sms_desk.store import absences as absence_store
from sms_desk.store.absence_plans import TAKEN

TAKEN_BACK = "taken_back"
LEFT = "left"
REASONS = ("", "vacation", "sick", "left", "other")
_MOST_SHARES = 200


# --- planning -------------------------------------------------------------------------------------


def plan_absence(ctx: Context, command: c.PlanAbsence) -> Effect:
    """Somebody will be or is away (R23). Raises RefusedError for a ring or a suspended substitute,
    and with the rule `gaps` for what the check finds and nobody confirmed (R24)."""
    absences.require_may_plan(ctx, command.person_id)
    wall_time.require_zone(command.zone)
    row = people.get(ctx.tx, command.person_id)
    if row["removed_at"] is not None:
        raise RefusedError(f"{row['name']} has left already.", rule="removed")
    if command.reason not in REASONS:
        raise UsageError(f"“{command.reason}” is no reason.", f"One of: {', '.join(REASONS[1:])}.")
    if command.permanent:
        _check_for_good(ctx, command)
    _check_times(ctx, command.since, command.until)
    command = replace(command, covers=_tidy(command.covers, command.person_id))
    _check_gaps(ctx, command, confirmed=command.confirmed)
    walls = _walls(command, command.zone)
    absence_plans.insert(
        ctx.tx,
        {
            "id": command.absence_id,
            "person_id": command.person_id,
            "since": command.since,
            "until": command.until,
            "zone": command.zone,
            "since_wall": walls.since_wall,
            "until_wall": walls.until_wall,
            "covers": command.covers,
            "permanent": command.permanent,
            "reason": command.reason,
            "created_by": ctx.actor.person_id,
            "created_at": command.at,
        },
    )
    back = c.CancelAbsence(id=command.id, at=command.at, absence_id=command.absence_id)
    words = "hand-over" if command.permanent else "absence"
    return Effect(_touched(command.absence_id), 1, f"Planned {row['name']}'s {words}", (back,))


def change_absence(ctx: Context, command: c.ChangeAbsence) -> Effect:
    """Other times or substitutes. Who answers a conversation already stays, unless they are named
    no more (R25)."""
    before = _alive(ctx, command.absence_id)
    if before["since"] <= ctx.now and command.since != before["since"]:
        raise RefusedError(
            "It has begun; only its end and its substitutes can be changed.",
            "Leave its beginning as it is.",
            rule="begun",
        )
    if before["permanent"] and command.until is not None:
        raise UsageError("Who leaves for good has no day of return.", "Leave the end open.")
    _check_times(ctx, command.since, command.until)
    command = replace(command, covers=_tidy(command.covers, before["person_id"]))
    _check_gaps(ctx, command, confirmed=command.confirmed)
    walls = _walls(command, before["zone"])
    absence_plans.change(
        ctx.tx,
        command.absence_id,
        since=command.since,
        until=command.until,
        planned_until=None,
        since_wall=walls.since_wall,
        until_wall=walls.until_wall,
        covers=command.covers,
    )
    back: list[c.Command] = [
        c.ChangeAbsence(
            id=command.id,
            at=command.at,
            absence_id=command.absence_id,
            since=before["since"],
            until=before["until"],
            since_wall=before["since_wall"],
            until_wall=before["until_wall"],
            covers=absence_plans.covers_of(before),
            confirmed=True,
        )
    ]
    dropped = _let_go(ctx, absence_checks.value_of(ctx, command))
    if dropped:
        fixed = c.FixSubstitutes(
            id=command.id, at=command.at, absence_id=command.absence_id, chosen=dropped
        )
        back.append(fixed)
    return Effect(_touched(command.absence_id), 1, "Changed the absence", tuple(back))


def _let_go(ctx: Context, absence: Absence) -> tuple[tuple[UUID, UUID | None, Part], ...]:
    """Conversations whose substitute is named no more are chosen for anew; the others stay."""
    named = {part: absence.cover(part).substitutes for part in Part}
    dropped = [
        (one.conversation_id, one.substitute_id, one.part)
        for one in absence_plans.choices(ctx.tx, absence.id)
        if one.substitute_id not in named[one.part]
    ]
    absence_plans.unchoose(ctx.tx, absence.id, [one[0] for one in dropped])
    return tuple(dropped)


def fix_substitutes(ctx: Context, command: c.FixSubstitutes) -> Effect:
    """Who answered each conversation before a change that was taken back."""
    before = _alive(ctx, command.absence_id)
    named = {cover.part: cover.substitutes for cover in absence_plans.covers_of(before)}
    back = [one for one in command.chosen if one[1] is None or one[1] in named.get(one[2], ())]
    ids = [one[0] for one in back]
    absence_plans.unchoose(ctx.tx, command.absence_id, ids)
    absence_store.choose(ctx.tx, command.absence_id, back, ctx.now)
    return Effect(_touched(command.absence_id), len(back), "Put the substitutes back")


def cancel_absence(ctx: Context, command: c.CancelAbsence) -> Effect:
    """It never was. One whose hand-over is done is taken back with that (R29)."""
    before = absence_plans.get(ctx.tx, command.absence_id)
    absences.require_may_plan(ctx, before["person_id"])
    if before["cancelled_at"] is not None:
        return Effect(NOTHING, 0, "It was called off already")
    if before["permanent"] and before["begun_at"] is not None:
        raise RefusedError(
            "What they owned has been handed over by now.",
            "Undo the hand-over instead.",
            rule="handed_over",
        )
    absence_plans.change(ctx.tx, command.absence_id, cancelled_at=command.at)
    back = c.ReviveAbsence(
        id=command.id, at=command.at, absence_id=command.absence_id, until=before["until"]
    )
    return Effect(_touched(command.absence_id), 1, "Called the absence off", (back,))


# --- the end, and the way back --------------------------------------------------------------------


def end_absence(ctx: Context, command: c.EndAbsence) -> Effect:
    """They are back: it ends now; one that has not begun never was; one that has ended stays as it
    was (GC7)."""
    before = absence_plans.get(ctx.tx, command.absence_id)
    absences.require_may_plan(ctx, before["person_id"])
    state = absences.state_of(before, ctx.now)
    if state in (AbsenceState.ENDED, AbsenceState.CANCELLED):
        return Effect(NOTHING, 0, "It had ended already")
    back = c.ReviveAbsence(
        id=command.id, at=command.at, absence_id=command.absence_id, until=before["until"]
    )
    name = people.get(ctx.tx, before["person_id"])["name"]
    if state is AbsenceState.COMING:
        absence_plans.change(ctx.tx, command.absence_id, cancelled_at=command.at)
        label, deed = f"Called {name}'s absence off", _deed(before, Kind.ABSENCE_CANCELLED)
        return Effect(_touched(command.absence_id), 1, label, (back,), audit=deed)
    until = max(before["since"], min(command.at, ctx.now))
    absence_plans.change(ctx.tx, command.absence_id, until=until, planned_until=before["until"])
    deed = _deed(before, Kind.ABSENCE_ENDED, until=until)
    return Effect(_touched(command.absence_id), 1, f"{name} is back", (back,), audit=deed)


def _deed(before: Mapping[Any, Any], kind: Kind, **after: Any) -> Deed:
    """The entry of an absence that ends or never was: what of it is another now (R31)."""
    about = {"absence_id": before["id"], "person_id": before["person_id"]}
    was = {name: before[name] for name in after}
    return Deed(kind, tuple(about.values()), was or None, {**about, **after}, Reason.PERSON)


def revive_absence(ctx: Context, command: c.ReviveAbsence) -> Effect:
    """It runs again until when it was planned, with the same substitutes for the same
    conversations. Raises RefusedError where it would make a ring by now."""
    before = absence_plans.get(ctx.tx, command.absence_id)
    absences.require_may_plan(ctx, before["person_id"])
    if command.until is not None and command.until <= before["since"]:
        raise UsageError("It would end before it begins.", "Choose a later end.")
    value = replace(absence_store.value_of(before), until=command.until)
    look = absence_checks.PlanLook(ctx, before["person_id"])
    _refuse_stops(absence_checks.gaps(look, value))
    absence_plans.change(
        ctx.tx,
        command.absence_id,
        until=command.until,
        planned_until=None,
        cancelled_at=None,
        ended_at=None,
    )
    back = c.EndAbsence(id=command.id, at=command.at, absence_id=command.absence_id)
    return Effect(_touched(command.absence_id), 1, "The absence runs again", (back,))


# --- keeping, and the brief -----------------------------------------------------------------------


def take_from_cover(ctx: Context, command: c.TakeFromCover) -> Effect:
    """The substitute keeps conversations for good (R27). A supervisor or admin may let the one
    substitute of each keep it. Raises RefusedError where none of them is covered."""
    before = team_states.load(ctx.tx, resolve(ctx, command.targets))
    owned = {id_: row["owner_id"] for id_, row in before.items() if row["owner_id"] is not None}
    here = ctx.directory.presence(ctx.now)
    me = ctx.actor.person_id
    taken: dict[UUID, tuple[UUID, UUID]] = {}
    for id_, flow in covers.answering(ctx.tx, ctx.now, owned).items():
        if not flow.chain or not here.is_away(owned[id_]):
            continue
        if me in flow.people:
            taken[id_] = (me, flow.chain[0])
        elif len(flow.people) == 1 and absences.may_plan(ctx, owned[id_]) and owned[id_] != me:
            (only,) = flow.people
            taken[id_] = (only, flow.chain[0])
    if not taken:
        raise RefusedError(
            "You do not cover this conversation.",
            "Only who answers it for somebody absent may keep it, or their supervisor.",
            rule="not_covered",
        )
    moves = owners.give(
        ctx,
        command,
        before,
        {id_: taker for id_, (taker, _) in taken.items()},
        TAKEN,
        {id_: absence_id for id_, (_, absence_id) in taken.items()},
    )
    return Effect(
        Changes.of(conversation=frozenset(taken)),
        len(taken),
        f"Took over {conversations(len(taken))}",
        by_events=True,
        moves=moves,
    )


def settle_brief(ctx: Context, command: c.SettleBrief) -> Effect:
    """The brief has been read: some conversations come back, some stay with who answered them.

    Taken back is only what a substitute took for good under this cover and still owns; left is only
    what the returning person still owns. What was moved since stays where it is.
    """
    absence = absences.get(ctx, command.absence_id)
    absences.require_may_plan(ctx, absence.person_id)
    settled_at = absence_plans.get(ctx.tx, command.absence_id)["briefed_at"]
    takers = absences.taken_from(ctx, absence)
    wanted = [id_ for id_ in dict.fromkeys(command.taken_back) if id_ in takers]
    before = team_states.load(ctx.tx, [*wanted, *dict.fromkeys(command.left)])
    back = {id_: absence.person_id for id_ in wanted if before[id_]["owner_id"] == takers[id_]}
    left_ids = [
        id_
        for id_ in dict.fromkeys(command.left)
        if id_ in before and before[id_]["owner_id"] == absence.person_id
    ]
    left = {
        id_: keeper
        for id_, keeper in absences.who_answered(ctx, absence, left_ids).items()
        if keeper is not None and keeper != absence.person_id
    }
    moves = {
        **owners.give(ctx, command, before, back, TAKEN_BACK, dict.fromkeys(back, absence.id)),
        **owners.give(ctx, command, before, left, LEFT, dict.fromkeys(left, absence.id)),
    }
    absence_plans.change(ctx.tx, command.absence_id, briefed_at=command.at)
    count = len(back) + len(left)
    changes = _touched(command.absence_id)
    if count:
        changes |= Changes.of(conversation=frozenset((*back, *left)))
    waits = c.UnsettleBrief(
        id=command.id, at=command.at, absence_id=command.absence_id, settled_at=settled_at
    )
    label = "Settled the brief"
    stay = len(set(command.taken_back) - back.keys())
    if stay:
        verb = "stays" if stay == 1 else "stay"
        label = f"{label}; {conversations(stay)} {verb} with whom they were assigned to"
    return Effect(changes, count, label, (waits,), by_events=bool(count), moves=moves)


def unsettle_brief(ctx: Context, command: c.UnsettleBrief) -> Effect:
    """The brief waits again, or stands settled as it was before."""
    row = absence_plans.get(ctx.tx, command.absence_id)
    absences.require_may_plan(ctx, row["person_id"])
    absence_plans.change(ctx.tx, command.absence_id, briefed_at=command.settled_at)
    return Effect(Changes.of(absence=command.absence_id), 1, "The brief waits again")


# --- shared ---------------------------------------------------------------------------------------


def _alive(ctx: Context, absence_id: UUID) -> Any:
    row = absence_plans.get(ctx.tx, absence_id)
    absences.require_may_plan(ctx, row["person_id"])
    if absences.state_of(row, ctx.now) in (AbsenceState.ENDED, AbsenceState.CANCELLED):
        raise RefusedError("This absence is over.", "Plan another one.", rule="ended")
    return row


def _check_for_good(ctx: Context, command: c.PlanAbsence) -> None:
    if ctx.actor.role is Role.REP:
        raise RefusedError(
            "Only a supervisor or an admin hands somebody's work over for good.",
            "Ask one of them.",
            rule="role",
        )
    if command.until is not None:
        raise UsageError("Who leaves for good has no day of return.", "Leave the end open.")


def _check_times(
    ctx: Context,
    since: datetime,
    until: datetime | None,
) -> None:
    if until is not None and until <= since:
        raise UsageError("It would end before it begins.", "Choose a later end.")
    if until is not None and until <= ctx.now:
        raise UsageError("It would be over already.", "Choose an end that is still to come.")


def _tidy(found: Iterable[Cover], person_id: UUID) -> tuple[Cover, ...]:
    """Each part once, in order; one substitute alone takes all of a part. Raises UsageError."""
    by_part: dict[Part, Cover] = {}
    for cover in found:
        if cover.part in by_part:
            raise UsageError(f"The part “{cover.part}” is named twice.", "Name each part once.")
        by_part[cover.part] = _tidied(cover)
    if any(person_id in cover.substitutes for cover in by_part.values()):
        raise RefusedError(
            "Nobody can be their own substitute.", "Choose somebody else.", rule="cycle"
        )
    return tuple(by_part[part] for part in Part if part in by_part and by_part[part].shares)


def _tidied(cover: Cover) -> Cover:
    if len(cover.shares) > _MOST_SHARES:
        raise UsageError("Those are too many substitutes for one part.", "Name fewer.")
    keyed = cover.part is Part.SENDERS and all(share.keys for share in cover.shares)
    if len(cover.substitutes) == 1 and not keyed:
        return Cover(cover.part, Split.ONE, (Share(cover.shares[0].person_id),))
    if cover.split is Split.ONE and len(cover.shares) > 1:
        raise UsageError(
            "Several substitutes need a rule by which the part is divided.",
            "Choose one: even, load, program, sender, list.",
        )
    return cover


def _check_gaps(ctx: Context, command: c.PlanAbsence | c.ChangeAbsence, *, confirmed: bool) -> None:
    value = absence_checks.value_of(ctx, command)
    gaps = absence_checks.gaps(absence_checks.PlanLook(ctx, value.person_id), value)
    _refuse_stops(gaps)
    if cover_plan.needs_confirmation(gaps) and not confirmed:
        found = [gap.title for gap in gaps if gap.severity is Severity.WARNING]
        raise RefusedError(
            f"The plan leaves gaps: {'; '.join(found)}.",
            "Change the plan, or confirm that it is meant so.",
            rule="gaps",
        )


def _refuse_stops(gaps: Iterable[Gap]) -> None:
    for gap in gaps:
        if gap.severity is Severity.STOP:
            rule = "cycle" if gap.code is GapCode.CYCLE else "suspended"
            raise RefusedError(f"{gap.title}.", gap.detail, rule=rule)


def _walls(command: c.PlanAbsence | c.ChangeAbsence, zone_name: str) -> Span:
    """What was typed, where it means these instants in that zone; else words made for them: what is
    kept of a plan never says other days than it has."""
    zone = wall_time.require_zone(zone_name)
    made = walls_of(command.since, command.until, zone)
    since, until = command.since_wall, command.until_wall
    if since and not _means(since_of, since, zone, command.since):
        since = made.since_wall
    if until and not _means(until_of, until, zone, command.until):
        until = made.until_wall
    return Span(command.since, command.until, since, until)


def _means(
    instant_of: Callable[[str, tzinfo], datetime], wall: str, zone: tzinfo, at: datetime | None
) -> bool:
    try:
        return instant_of(wall, zone) == at
    except UsageError:
        return False


def _touched(absence_id: UUID) -> Changes:
    """Who answers what may be others from now on, anywhere."""
    return Changes.of(absence=absence_id, conversation=None, person=None, sender=None)
