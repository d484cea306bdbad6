"""Absences planned, changed, ended and settled, as stories on both engines (R23-R29, GC7, GC8)."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from uuid import UUID

import pytest
import sqlalchemy as sa

from sms_desk.domain import commands as c
from sms_desk.domain.absence_times import parse_span
from sms_desk.domain.absences import Cover, Part, Share, Split
from sms_desk.domain.cover_plan import GapCode, Severity
from sms_desk.domain.errors import RefusedError
from sms_desk.domain.inbox_filters import InboxFilter, Scope
from sms_desk.domain.model import Origin, Role
from sms_desk.domain.wall_time import require_zone
from sms_desk.services import absences, boundaries, inbox, my_absence, scheduled
from sms_desk.services import audit as audit_reads
from sms_desk.services import people as people_reads
from sms_desk.services.absence_rows import AbsenceState
from sms_desk.services.executor import Done
from sms_desk.store import audit as audit_store
from sms_desk.store import contacts, people, senders, tables
from sms_desk.store import settings as settings_store
from sms_desk.store.engine import Workspace
from sms_desk.store.ids import new_id
from tests.store.office import Office

DAY = timedelta(days=1)
SECOND = timedelta(seconds=1)
ALL = (Part.CONVERSATIONS, Part.INBOUND, Part.SENDERS, Part.SCHEDULED)


@pytest.fixture
def office(workspace: Workspace) -> Office:
    return Office(workspace)


def all_to(*people_ids: UUID, split: Split = Split.EVEN) -> tuple[Cover, ...]:
    rule = split if len(people_ids) > 1 else Split.ONE
    return tuple(Cover(part, rule, tuple(map(Share, people_ids))) for part in ALL)


def plan(
    office: Office,
    person: UUID,
    *substitutes: UUID,
    since: datetime | None = None,
    until: datetime | None = None,
    by: UUID | None = None,
    covers: tuple[Cover, ...] | None = None,
    permanent: bool = False,
    confirmed: bool = True,
) -> UUID:
    desk = office.desk(by or office.ann)
    id_ = new_id()
    desk.change(
        c.PlanAbsence(
            **desk.stamp(),
            absence_id=id_,
            person_id=person,
            since=since or office.now,
            until=until,
            zone="Europe/Berlin",
            covers=all_to(*substitutes) if covers is None else covers,
            permanent=permanent,
            confirmed=confirmed,
        )
    )
    return id_


def end(office: Office, absence_id: UUID, by: UUID | None = None) -> Done:
    desk = office.desk(by or office.ann)
    return desk.change(c.EndAbsence(**desk.stamp(), absence_id=absence_id))


def undo(office: Office, done: Done, by: UUID | None = None) -> Done:
    desk = office.desk(by or office.ann)
    return desk.change(c.Undo(**desk.stamp(), command_id=done.command_id))


def listed(office: Office, person: UUID, scope: Scope) -> set[UUID]:
    page = office.desk(person).read(inbox.page, InboxFilter(scope=scope, state=None))
    return {row.id for row in page.rows}


def owner(office: Office, conversation: UUID) -> UUID | None:
    with office.workspace.read() as tx:
        found: UUID | None = tx.execute(
            sa.select(tables.conversations.c.owner_id).where(
                tables.conversations.c.id == conversation
            )
        ).scalar_one()
    return found


def talk(office: Office, n: int = 1, sender: UUID | None = None, owner: UUID | None = None) -> UUID:
    id_ = office.conversation(sender or office.own, f"+12025550{n:03}", owner or office.ben)
    office.message(id_, f"Hello {n}")
    return id_


# --- while it lasts, and the return ---------------------------------------------------------------


def test_a_holiday_from_plan_to_return(office: Office) -> None:
    """R25, R27: waiting, quiet, snoozed and closed conversations; the owner stays the owner."""
    waiting, quiet, snoozed, closed = (talk(office, n) for n in range(1, 5))
    office.later(seconds=1)
    office.message(quiet, "Done", Origin.PERSON)
    ben = office.desk(office.ben)
    ben.change(c.Snooze(**ben.stamp(), targets=c.Targets.one(snoozed), until=office.now + 5 * DAY))
    ben.change(c.Close(**ben.stamp(), targets=c.Targets.one(closed)))
    absence_id = plan(
        office, office.ben, office.cara, since=office.now + DAY, until=office.now + 3 * DAY
    )
    assert not listed(office, office.cara, Scope.COVERING)
    assert ben.read(absences.get, absence_id).state is AbsenceState.COMING
    office.later(days=1)
    covered = {waiting, quiet, snoozed, closed}
    assert listed(office, office.cara, Scope.COVERING) == covered
    (row,) = office.desk(office.cara).read(absences.covering)
    assert (row.person_name, row.count, row.waiting) == ("Ben", 3, 1)
    assert {owner(office, one) for one in covered} == {office.ben}
    office.later(days=2, seconds=-1)
    assert listed(office, office.cara, Scope.COVERING) == covered
    office.later(seconds=1)
    assert not listed(office, office.cara, Scope.COVERING)
    assert office.desk(office.cara).read(absences.covering) == ()
    assert listed(office, office.ben, Scope.MINE) == covered
    assert ben.read(absences.get, absence_id).state is AbsenceState.ENDED
    assert end(office, absence_id).count == 0, "ending late changes nothing (GC7)"


def test_undoing_the_plan_and_the_end(office: Office) -> None:
    id_ = talk(office)
    desk = office.desk(office.ann)
    absence_id = new_id()
    command = c.PlanAbsence(
        **desk.stamp(),
        absence_id=absence_id,
        person_id=office.ben,
        since=office.now,
        until=office.now + DAY,
        zone="Europe/Berlin",
        covers=all_to(office.cara),
        confirmed=True,
    )
    planned = desk.change(command)
    assert listed(office, office.cara, Scope.COVERING) == {id_}
    office.later(hours=1)
    ended = end(office, absence_id, by=office.ben)
    assert not listed(office, office.cara, Scope.COVERING)
    assert end(office, absence_id).count == 0, "ending twice changes nothing (GC7)"
    undo(office, ended, by=office.ben)
    assert listed(office, office.cara, Scope.COVERING) == {id_}
    undo(office, planned)
    assert not listed(office, office.cara, Scope.COVERING)
    assert desk.read(absences.listing, ended=True) == ()


def change(office: Office, absence_id: UUID, **values: object) -> Done:
    desk = office.desk(office.ann)
    row = desk.read(absences.get, absence_id)
    given = {"since": row.since, "until": row.until, "covers": row.covers, **values}
    return desk.change(
        c.ChangeAbsence(**desk.stamp(), absence_id=absence_id, confirmed=True, **given)  # type: ignore[arg-type]
    )


def person(office: Office, name: str, role: Role = Role.REP) -> UUID:
    desk = office.desk(office.ann)
    id_ = new_id()
    desk.change(
        c.AddPerson(**desk.stamp(), person_id=id_, name=name, role=role, zone="Europe/Berlin")
    )
    return id_


def suspend(office: Office, person_id: UUID) -> None:
    with office.workspace.write() as tx:
        people.change(tx, person_id, suspended_at=office.now)


def refusal(call: Callable[[], object]) -> str:
    with pytest.raises(RefusedError) as refused:
        call()
    return refused.value.rule


# --- who may, and what is refused -----------------------------------------------------------------


def test_who_may_plan_whose_absence(office: Office) -> None:
    """R23: oneself, supervisors for their teams' people, admins."""
    dora = person(office, "Dora", Role.SUPERVISOR)
    assert refusal(lambda: plan(office, office.ben, office.cara, by=office.cara)) == "role"
    assert refusal(lambda: plan(office, office.ben, office.cara, by=dora)) == "role"
    team = new_id()
    desk = office.desk(office.ann)
    desk.change(c.AddTeam(**desk.stamp(), team_id=team, name="West", profile=False))
    for one in (dora, office.ben):
        desk.change(
            c.AddMember(**desk.stamp(), membership_id=new_id(), team_id=team, person_id=one)
        )
    theirs = plan(office, office.ben, office.cara, by=dora, until=office.now + DAY)
    assert [row.id for row in office.desk(dora).read(absences.listing)] == [theirs]
    plan(office, office.cara, office.ann, by=office.cara, since=office.now + 9 * DAY)
    assert refusal(
        lambda: plan(office, office.ben, office.cara, by=office.ben, permanent=True)
    ) == ("role")


def test_a_ring_is_refused_also_along_a_chain(office: Office) -> None:
    """R24: at overlapping times only."""
    dora = person(office, "Dora")
    plan(office, office.ben, office.cara, until=office.now + 2 * DAY)
    plan(office, office.cara, dora, since=office.now + DAY, until=office.now + 3 * DAY)
    later = office.now + DAY + timedelta(hours=1)
    assert refusal(lambda: plan(office, dora, office.ben, since=later)) == "cycle"
    assert refusal(lambda: plan(office, office.ben, office.ben)) == "cycle"
    plan(office, dora, office.ben, since=office.now + 4 * DAY)


def test_who_is_suspended_is_no_substitute_and_gaps_are_confirmed(office: Office) -> None:
    suspend(office, office.cara)
    assert refusal(lambda: plan(office, office.ben, office.cara)) == "suspended"
    assert refusal(lambda: plan(office, office.ben, confirmed=False)) == "gaps"
    id_ = talk(office)
    plan(office, office.ben)
    assert id_ in listed(office, office.ann, Scope.UNASSIGNED), "nobody hides it (R49)"


def test_the_check_says_what_is_missing_and_what_is_not(office: Office) -> None:
    """R24: each check, and the loads before and after."""
    for n in range(1, 4):
        talk(office, n)
    window = talk(office, 9, office.whatsapp)
    dora = person(office, "Dora")
    plan(office, dora, office.ann, since=office.now + DAY, until=office.now + 2 * DAY)
    desk = office.desk(office.ann)

    def works(hours: str) -> None:
        with office.workspace.write() as tx:
            settings_store.write(tx, "working_hours", hours, office.now, office.cara)

    works("mon-fri 9:00-12:00")

    def checked(*substitutes: UUID, covers: tuple[Cover, ...] | None = None) -> dict[str, str]:
        found = desk.read(
            absences.check,
            c.PlanAbsence(
                **desk.stamp(),
                absence_id=new_id(),
                person_id=office.ben,
                since=office.now + timedelta(hours=12),
                until=office.now + 4 * DAY,
                zone="Europe/Berlin",
                covers=all_to(*substitutes) if covers is None else covers,
            ),
        )
        self_loads.update({line.person_id: (line.before, line.added) for line in found.loads})
        return {gap.code: gap.severity for gap in found.gaps}

    self_loads: dict[UUID, tuple[int, int]] = {}
    good = checked(office.cara)
    assert set(good.values()) == {Severity.OK}
    assert self_loads[office.cara] == (0, 4)
    assert GapCode.SENDER_UNHELD in good
    assert checked(dora)[GapCode.SUBSTITUTE_ABSENT] is Severity.WARNING
    nobody = checked(covers=())
    assert nobody[GapCode.PART_UNCOVERED] is Severity.WARNING
    assert nobody[GapCode.SENDER_UNHELD] is Severity.WARNING
    assert nobody[GapCode.WINDOW_CLOSES] is Severity.WARNING
    assert owner(office, window) == office.ben
    works("mon-fri 14:00-18:00")  # the window closes at 13:00 in Berlin
    assert checked(office.cara)[GapCode.WINDOW_CLOSES] is Severity.WARNING


# --- splits, nesting, chains ----------------------------------------------------------------------


def test_a_split_never_reshuffles_and_only_who_is_named_no_more_gives_up(office: Office) -> None:
    """R25: fixed at first sight; extended, changed, undone."""
    dora, emil = person(office, "Dora"), person(office, "Emil")
    before = [talk(office, n) for n in range(1, 7)]
    absence_id = plan(office, office.ben, office.cara, dora, until=office.now + 2 * DAY)

    def seen(one: UUID) -> set[UUID]:
        return listed(office, one, Scope.COVERING)

    first = {one: seen(one) for one in (office.cara, dora)}
    assert sorted(map(len, first.values())) == [3, 3]
    assert not first[office.cara] & first[dora]
    change(office, absence_id, until=office.now + 5 * DAY)
    assert {one: seen(one) for one in first} == first
    changed = change(office, absence_id, covers=all_to(office.cara, emil))
    assert seen(office.cara) == first[office.cara]
    assert (seen(emil), seen(dora)) == (first[dora], set())
    undo(office, changed)
    assert {one: seen(one) for one in first} == first
    assert seen(office.cara) | seen(dora) == set(before)


def test_an_inner_absence_wins_and_the_outer_comes_back(office: Office) -> None:
    """GC7: nested and overlapping."""
    dora = person(office, "Dora")
    id_ = talk(office)
    plan(office, office.ben, office.cara, until=office.now + 9 * DAY)
    inner = plan(office, office.ben, dora, since=office.now + DAY, until=office.now + 3 * DAY)
    assert listed(office, office.cara, Scope.COVERING) == {id_}
    office.later(days=1)
    assert listed(office, dora, Scope.COVERING) == {id_}
    assert not listed(office, office.cara, Scope.COVERING)
    end(office, inner)
    assert listed(office, office.cara, Scope.COVERING) == {id_}


def test_a_substitute_who_is_away_or_suspended_passes_it_on(office: Office) -> None:
    """R28, R49: along the chain; where it ends, in the queue that is seen."""
    dora = person(office, "Dora")
    id_ = talk(office)
    plan(office, office.ben, office.cara)
    second = plan(office, office.cara, dora, since=office.now + DAY, until=office.now + 2 * DAY)
    office.later(days=1)
    assert listed(office, dora, Scope.COVERING) == {id_}
    end(office, second)
    assert listed(office, office.cara, Scope.COVERING) == {id_}
    suspend(office, office.cara)
    assert id_ in listed(office, office.ann, Scope.UNASSIGNED)
    assert end(office, plan(office, office.cara)).count == 1


# --- keeping, the brief ---------------------------------------------------------------------------


def test_what_is_taken_over_stays_and_the_brief_tells_and_settles(office: Office) -> None:
    """R26, R27: one batch, and back again."""
    kept, answered, quiet, closed = (talk(office, n) for n in range(1, 5))
    ben, cara = office.desk(office.ben), office.desk(office.cara)
    ben.change(c.Close(**ben.stamp(), targets=c.Targets.one(closed)))
    office.later(hours=1)
    absence_id = plan(office, office.ben, office.cara)
    office.later(hours=1)
    office.message(answered, "And now?")
    cara.change(
        c.Reply(
            **cara.stamp(),
            conversation_id=answered,
            outbox_id=new_id(),
            sender_id=office.own,
            body="Soon",
            seen_version=2,
            not_after=office.now + DAY,
        )
    )
    with office.workspace.read() as tx:
        entry = tx.execute(sa.select(tables.outbox)).mappings().one()
    assert (entry["author_id"], entry["on_behalf_id"]) == (office.cara, office.ben)
    assert refusal(
        lambda: ben.change(c.TakeFromCover(**ben.stamp(), targets=c.Targets.one(kept)))
    ) == ("not_covered")
    taken = cara.change(c.TakeFromCover(**cara.stamp(), targets=c.Targets.one(kept)))
    assert owner(office, kept) == office.cara
    undo(office, taken, by=office.cara)
    assert owner(office, kept) == office.ben
    cara.change(c.TakeFromCover(**cara.stamp(), targets=c.Targets.one(kept)))
    office.later(hours=1)
    end(office, absence_id, by=office.ben)
    assert owner(office, kept) == office.cara
    brief = ben.read(absences.brief, absence_id)
    rows = {row.conversation_id: row for row in brief.rows}
    assert set(rows) == {kept, answered, quiet}
    assert rows[kept].taken_over_by == "Cara"
    assert (rows[answered].inbound, rows[answered].taken_over_by) == (1, None)
    settled = ben.change(
        c.SettleBrief(
            **ben.stamp(), absence_id=absence_id, taken_back=(kept, quiet), left=(answered,)
        )
    )
    assert settled.count == 2
    assert (owner(office, kept), owner(office, answered)) == (office.ben, office.cara)
    assert ben.read(absences.brief, absence_id).settled
    undo(office, settled, by=office.ben)
    assert (owner(office, kept), owner(office, answered)) == (office.cara, office.ben)


def offered(office: Office, person: UUID) -> UUID | None:
    """The absence whose brief waits for a person."""
    row = office.desk(person).read(my_absence.mine).brief
    return None if row is None else row.id


def settle(office: Office, absence_id: UUID, *, left: tuple[UUID, ...] = ()) -> Done:
    ben = office.desk(office.ben)
    return ben.change(c.SettleBrief(**ben.stamp(), absence_id=absence_id, left=left))


@pytest.mark.parametrize("leaves", [True, False])
def test_a_settled_brief_that_is_undone_waits_again(office: Office, leaves: bool) -> None:
    """R27: settling and its undo are one batch, also where no conversation moved."""
    id_ = talk(office)
    absence_id = plan(office, office.ben, office.cara)
    office.later(hours=1)
    end(office, absence_id)
    assert offered(office, office.ben) == absence_id
    settled = settle(office, absence_id, left=(id_,) if leaves else ())
    assert offered(office, office.ben) is None
    assert owner(office, id_) == (office.cara if leaves else office.ben)
    office.later(hours=1)
    undo(office, settled, by=office.ben)
    assert (offered(office, office.ben), owner(office, id_)) == (absence_id, office.ben)
    assert not office.desk(office.ben).read(absences.brief, absence_id).settled
    first = settle(office, absence_id)
    second = settle(office, absence_id, left=(id_,))
    undo(office, second, by=office.ben)
    assert offered(office, office.ben) is None, "the first settling stands"
    undo(office, first, by=office.ben)
    assert offered(office, office.ben) == absence_id


def test_the_brief_tells_what_was_kept_from_what_was_assigned(office: Office) -> None:
    """R27, R30: only what a substitute kept comes back; what somebody moved on purpose stays, and
    the words say whose doing it was."""
    dora = person(office, "Dora")
    kept, assigned, both, since, undone = (talk(office, n) for n in range(1, 6))
    absence_id = plan(office, office.ben, office.cara)
    office.later(hours=1)
    cara, ann = office.desk(office.cara), office.desk(office.ann)

    def take(id_: UUID) -> Done:
        return cara.change(c.TakeFromCover(**cara.stamp(), targets=c.Targets.one(id_)))

    def assign(id_: UUID, to: UUID | None) -> None:
        ann.change(c.Assign(**ann.stamp(), targets=c.Targets.one(id_), owner_id=to))

    for one in (kept, both, since):
        take(one)
    undo(office, take(undone), by=office.cara)
    assign(undone, office.cara)
    assign(assigned, None)
    assign(both, dora)
    office.later(hours=1)
    end(office, absence_id)
    office.later(hours=1)
    assign(since, dora)
    brief = office.desk(office.ben).read(absences.brief, absence_id)
    said = {row.conversation_id: (row.taken_over_by, row.kept, row.moved_by) for row in brief.rows}
    assert said == {
        kept: ("Cara", True, "Cara"),
        assigned: ("nobody", False, "Ann"),
        both: ("Dora", False, "Ann"),
        since: ("Dora", False, None),
        undone: ("Cara", False, "Ann"),
    }
    ben = office.desk(office.ben)
    done = ben.change(c.SettleBrief(**ben.stamp(), absence_id=absence_id, taken_back=tuple(said)))
    assert owner(office, kept) == office.ben
    assert [owner(office, one) for one in (assigned, both, since, undone)] == [
        *(None, dora, dora, office.cara)
    ]
    assert done.count == 1
    assert done.label == "Settled the brief; 4 conversations stay with whom they were assigned to"


def test_undo_of_a_settled_brief_leaves_what_was_moved_since(office: Office) -> None:
    """R27, R30: the brief waits again, and the words say what stays."""
    id_ = talk(office)
    absence_id = plan(office, office.ben, office.cara)
    office.later(hours=1)
    end(office, absence_id)
    settled = settle(office, absence_id, left=(id_,))
    ann = office.desk(office.ann)
    ann.change(c.Assign(**ann.stamp(), targets=c.Targets.one(id_), owner_id=office.ann))
    done = undo(office, settled, by=office.ben)
    assert offered(office, office.ben) == absence_id
    assert owner(office, id_) == office.ann
    assert done.label.endswith("1 of 1 was assigned again since, by Ann: +1 202-555-0001.")


def test_a_brief_read_before_the_return_waits_at_the_return(office: Office) -> None:
    """R27: who looks in while away, or comes back too early, is still told all at the end."""
    absence_id = plan(office, office.ben, office.cara, until=office.now + 5 * DAY)
    office.later(days=1)
    settle(office, absence_id)
    office.later(days=1)
    ended = end(office, absence_id)
    assert offered(office, office.ben) == absence_id
    settle(office, absence_id)
    assert offered(office, office.ben) is None
    undo(office, ended)
    office.later(days=4)
    assert offered(office, office.ben) == absence_id


# --- days, zones, closed desks --------------------------------------------------------------------


@pytest.mark.parametrize("first", ["2026-11-19", "2027-03-28", "2026-10-25"])
def test_the_edges_of_days_in_the_absent_persons_zone(office: Office, first: str) -> None:
    """R25: one second before and after, also where the clocks change; nobody's desk is open."""
    zone = require_zone("America/New_York")
    office.now = min(office.now, datetime(2026, 10, 1, 12, tzinfo=UTC))
    span = parse_span(first, first, office.now, zone)
    assert span.until is not None
    absence_id = plan(office, office.ben, office.cara, since=span.since, until=span.until)
    id_ = talk(office)
    for at, by in (
        (span.since - SECOND, office.ben),
        (span.since, office.cara),
        (span.until - SECOND, office.cara),
        (span.until, office.ben),
    ):
        office.now = at
        covered = listed(office, office.cara, Scope.COVERING)
        assert (covered == {id_}) is (by == office.cara), at
    with office.workspace.write() as tx:
        assert boundaries.pending(tx, office.now)
        boundaries.cross(tx, office.now)
        assert not boundaries.pending(tx, office.now)
    assert office.desk(office.ann).read(absences.get, absence_id).state is AbsenceState.ENDED


# --- for good, and messages for later -------------------------------------------------------------


def schedule(office: Office, conversation: UUID, by: UUID) -> UUID:
    desk = office.desk(by)
    id_ = new_id()
    desk.change(
        c.Schedule(
            **desk.stamp(),
            scheduled_id=id_,
            conversation_id=conversation,
            sender_id=office.own,
            body="Your coat is ready",
            due_at=office.now + 3 * DAY,
            zone="Europe/Berlin",
            seen_version=1,
        )
    )
    return id_


def test_a_scheduled_message_is_looked_after_by_its_substitute(office: Office) -> None:
    """R23, R26: seen, changed and cancelled by who takes that part, who answers nothing else."""
    message = schedule(office, talk(office), office.ben)
    cara = office.desk(office.cara)
    assert cara.read(scheduled.listing) == ()
    plan(office, office.ben, covers=(Cover(Part.SCHEDULED, Split.ONE, (Share(office.cara),)),))
    (row,) = cara.read(scheduled.listing)
    assert (row.id, row.author_name) == (message, "Ben")
    cara.change(
        c.EditScheduled(
            **cara.stamp(), scheduled_id=message, body="Ready!", due_at=row.due_at, zone=row.zone
        )
    )
    with office.workspace.read() as tx:
        stored = tx.execute(sa.select(tables.scheduled_messages)).mappings().one()
    assert (stored["author_id"], stored["on_behalf_id"]) == (office.cara, office.ben)


def test_who_leaves_hands_everything_over_once_and_it_can_be_undone(office: Office) -> None:
    """R29: conversations, sender IDs and scheduled messages in one batch."""
    ids = [talk(office, n) for n in range(1, 4)]
    schedule(office, ids[0], office.ben)
    plan(office, office.ben, office.cara, permanent=True, since=office.now + DAY)
    office.later(days=1)
    with office.workspace.write() as tx:
        boundaries.cross(tx, office.now)
        assert not boundaries.pending(tx, office.now)
    assert {owner(office, one) for one in ids} == {office.cara}
    assert listed(office, office.cara, Scope.MINE) == set(ids)

    def held_by(one: UUID) -> set[UUID]:
        return set(office.desk(one).read(lambda ctx: ctx.reach.held))

    assert held_by(office.cara) == {office.own, office.shared, office.whatsapp}
    assert held_by(office.ben) == set()
    with office.workspace.read() as tx:
        stored = tx.execute(sa.select(tables.scheduled_messages)).mappings().one()
        done = tx.execute(
            sa.select(tables.commands.c.id).where(tables.commands.c.kind == "hand_over")
        ).scalar_one()
    assert (stored["author_id"], stored["on_behalf_id"]) == (office.cara, office.ben)
    office.later(hours=1)
    desk = office.desk(office.ann)
    desk.change(c.Assign(**desk.stamp(), targets=c.Targets.one(ids[2]), owner_id=office.ann))
    desk.change(c.Undo(**desk.stamp(), command_id=done))
    assert [owner(office, one) for one in ids] == [office.ben, office.ben, office.ann]
    assert held_by(office.ben) == {office.own, office.shared, office.whatsapp}
    assert held_by(office.cara) == {office.shared}


def contact_of(office: Office, conversation: UUID) -> UUID:
    with office.workspace.read() as tx:
        query = sa.select(tables.conversations.c.contact_id)
        found: UUID = tx.execute(
            query.where(tables.conversations.c.id == conversation)
        ).scalar_one()
    return found


def contact_owners(office: Office, *ids: UUID) -> list[UUID | None]:
    with office.workspace.read() as tx:
        return [contacts.get(tx, id_)["owner_id"] for id_ in ids]


def own_contact(office: Office, conversation: UUID, owner_id: UUID | None) -> UUID:
    ann = office.desk(office.ann)
    id_ = contact_of(office, conversation)
    ann.change(c.SetContactOwner(**ann.stamp(), contact_id=id_, owner_id=owner_id))
    return id_


def rules(office: Office, sender_id: UUID) -> set[tuple[str | None, UUID | None]]:
    """The rules of the holdings that run, and whom they name."""
    with office.workspace.read() as tx:
        rows = senders.running_holdings(tx, office.now, [sender_id])
    return {(row["rule"], row["rule_person_id"]) for row in rows}


def name_in_rules(office: Office, sender_id: UUID, person_id: UUID) -> None:
    with office.workspace.write() as tx:
        for row in senders.running_holdings(tx, office.now, [sender_id]):
            senders.change_holding(tx, row["id"], rule="named", rule_person_id=person_id)


def hand_over(office: Office) -> UUID:
    """The day is here; the command that ran last."""
    with office.workspace.write() as tx:
        boundaries.cross(tx, office.now)
        assert not boundaries.pending(tx, office.now), "it is done once"
        history = tables.commands.c
        query = sa.select(history.id).where(history.kind == "hand_over")
        found: UUID = tx.execute(query.order_by(history.at.desc()).limit(1)).scalar_one()
    return found


def test_who_leaves_hands_over_contacts_and_rules_that_name_them(office: Office) -> None:
    """R19, R29: nothing points at who is gone, and one undo puts all of it back."""
    talked, quiet, mine = (talk(office, n) for n in range(1, 4))
    desk = office.desk(office.ann)
    closed = own_contact(office, quiet, office.ben)
    desk.change(c.Close(**desk.stamp(), targets=c.Targets.one(quiet)))
    theirs = [own_contact(office, talked, office.ben), closed]
    others = own_contact(office, mine, office.ann)
    name_in_rules(office, office.shared, office.ben)
    name_in_rules(office, office.own, office.ben)
    plan(office, office.ben, office.cara, permanent=True)
    done = hand_over(office)
    assert contact_owners(office, *theirs, others) == [office.cara, office.cara, office.ann]
    for sender in (office.shared, office.own):
        assert rules(office, sender) == {("named", office.cara)}
    assert not desk.read(people_reads.hindrance, office.ben).words
    own_contact(office, talked, office.ann)
    desk.change(c.Undo(**desk.stamp(), command_id=done))
    assert contact_owners(office, *theirs) == [office.ann, office.ben]
    for sender in (office.shared, office.own):
        assert rules(office, sender) == {("named", office.ben)}


def test_of_several_who_take_over_the_contacts_owner_decides(office: Office) -> None:
    """R19, R29: a rule cannot name two; each contact goes to who takes its conversation."""
    dora = person(office, "Dora")
    conversations = [talk(office, n) for n in range(1, 5)]
    # The first one's contact is nobody's: divided by themselves, the others would fall differently.
    theirs = [own_contact(office, one, office.ben) for one in conversations[1:]]
    name_in_rules(office, office.shared, office.ben)
    plan(office, office.ben, office.cara, dora, permanent=True)
    hand_over(office)
    assert contact_owners(office, *theirs) == [owner(office, one) for one in conversations[1:]]
    assert set(contact_owners(office, *theirs)) == {office.cara, dora}
    assert rules(office, office.shared) == {("owner", None)}


def test_contacts_and_rules_alone_stand_against_removal_and_are_handed_over(office: Office) -> None:
    """R24, R29: the check names what goes along, and what would go to nobody."""
    dora = person(office, "Dora")
    own_contact(office, talk(office, 1, owner=office.cara), dora)
    name_in_rules(office, office.shared, dora)
    desk = office.desk(office.ann)
    hindrance = desk.read(people_reads.hindrance, dora)
    assert hindrance.words == "1 contact and 1 routing rule (+12025550102)"
    assert refusal(lambda: desk.change(c.RemovePerson(**desk.stamp(), person_id=dora))) == "holds"

    def checked(*substitutes: UUID, permanent: bool = True) -> dict[str, tuple[str, str]]:
        command = c.PlanAbsence(
            **desk.stamp(),
            absence_id=new_id(),
            person_id=dora,
            since=office.now,
            until=None,
            zone="Europe/Berlin",
            covers=all_to(*substitutes) if substitutes else (),
            permanent=permanent,
        )
        gaps = desk.read(absences.check, command).gaps
        return {gap.code: (gap.severity, gap.title) for gap in gaps}

    sole = checked(office.cara)
    assert sole[GapCode.CONTACTS_UNOWNED] == (Severity.OK, "1 contact gets another owner")
    assert sole[GapCode.RULE_NAMES_NOBODY] == (
        Severity.OK,
        "1 routing rule will name who takes over: +1 202-555-0102",
    )
    nobody = checked()
    assert nobody[GapCode.CONTACTS_UNOWNED] == (Severity.WARNING, "Nobody takes 1 contact")
    assert nobody[GapCode.RULE_NAMES_NOBODY][0] is Severity.WARNING
    assert checked(office.cara, office.ben)[GapCode.RULE_NAMES_NOBODY][0] is Severity.WARNING
    assert (
        not {GapCode.CONTACTS_UNOWNED, GapCode.RULE_NAMES_NOBODY}
        & checked(office.cara, permanent=False).keys()
    )
    plan(office, dora, office.cara, permanent=True)
    hand_over(office)
    assert desk.change(c.RemovePerson(**desk.stamp(), person_id=dora)).count == 1


def test_the_audit_tells_which_rules_and_contacts_went_along(office: Office) -> None:
    """R31: before and after of every change of a rule or an owner."""
    theirs = own_contact(office, talk(office), office.ben)
    name_in_rules(office, office.shared, office.ben)
    plan(office, office.ben, office.cara, permanent=True)
    done = hand_over(office)
    with office.workspace.read() as tx:
        entry = audit_store.of_batch(tx, done)
        held = {str(row["id"]) for row in senders.running_holdings(tx, office.now, [office.shared])}
    assert entry is not None
    assert entry.after["contacts"] == [str(theirs)]
    assert set(entry.after["renamed"]) <= held
    assert entry.before["ended"]
    assert entry.after["begun"]


def test_r31_what_a_date_did_stands_in_the_audit_without_an_actor(office: Office) -> None:
    """The cover begins and ends by its dates, also while every desk is closed: once each, with the
    reason. What a person began or ended is told as theirs alone."""
    plan(office, office.ben, office.cara, since=office.now + DAY, until=office.now + 2 * DAY)
    by_hand = plan(office, office.cara, office.ann, until=office.now + 9 * DAY)

    def told() -> list[tuple[str, UUID | None, str]]:
        office.later(hours=1)
        for _ in range(2):
            with office.workspace.write() as tx:
                boundaries.cross(tx, office.now)
        with office.workspace.read() as tx:
            entries = list(audit_store.entries(tx))
        return [(one.kind, one.actor_id, one.reason) for one in entries if "cover_" in one.kind]

    assert told() == [], "one has begun with its plan, the other has not begun"
    end(office, by_hand)
    office.later(days=3)
    assert told() == [("cover_begun", None, "rule"), ("cover_ended", None, "rule")]
    page = office.desk(office.ann).read(audit_reads.page, audit_reads.Wanted())
    sentences = [row.sentence for row in page.rows]
    assert "The desk ended the cover for Ben: its day came." in sentences
    assert "The desk began the cover for Ben: its day came." in sentences


def test_r24_what_a_caller_says_is_looked_at_again(office: Office) -> None:
    """An old client, or one that looked long ago, plans nothing uncovered without a confirmation,
    and the words that it typed never say other days than the plan has."""
    talk(office)
    assert refusal(lambda: plan(office, office.ben, covers=(), confirmed=False)) == "gaps"
    plan(office, office.cara, office.ann, since=office.now + DAY, until=office.now + 3 * DAY)
    until = office.now + 2 * DAY
    assert (
        refusal(lambda: plan(office, office.ben, office.cara, until=until, confirmed=False))
        == "gaps"
    ), "the substitute has become absent since"
    zone = require_zone("Europe/Berlin")
    span = parse_span("2026-11-23", "2026-11-24", office.now, zone)
    desk = office.desk(office.ann)

    def kept(since_wall: str, until_wall: str) -> tuple[str, str]:
        id_ = new_id()
        desk.change(
            c.PlanAbsence(
                **desk.stamp(),
                absence_id=id_,
                person_id=office.ben,
                since=span.since,
                until=span.until,
                zone="Europe/Berlin",
                since_wall=since_wall,
                until_wall=until_wall,
                covers=all_to(office.cara),
                confirmed=True,
            )
        )
        row = desk.read(absences.get, id_)
        return row.since_wall, row.until_wall

    meant = ("2026-11-23", "2026-11-24")
    assert kept(*meant) == meant
    assert kept("2027-01-01", "whenever") == meant
