"""The audit log as people read it: sentences, scopes, files and the verdict (R31)."""

from __future__ import annotations

import csv
import io
import json
from datetime import timedelta
from typing import Any
from uuid import UUID

import pytest
import sqlalchemy as sa

from sms_desk.domain import commands as c
from sms_desk.domain.absences import Cover, Part, Share, Split
from sms_desk.domain.audit import Head, Kind
from sms_desk.domain.errors import NotFoundError, RefusedError
from sms_desk.domain.model import HolderKind, Role
from sms_desk.services import audit, audit_kinds
from sms_desk.services.audit import AuditRow, Wanted
from sms_desk.services.auditing import AUDITED
from sms_desk.store import tables
from sms_desk.store.engine import Workspace
from sms_desk.store.ids import new_id
from tests.store.office import Office


@pytest.fixture
def office(workspace: Workspace) -> Office:
    return Office(workspace)


def rows(office: Office, person: UUID | None = None, **wanted: Any) -> tuple[AuditRow, ...]:
    return office.desk(person or office.ann).read(audit.page, Wanted(**wanted)).rows


def plan(office: Office) -> UUID:
    desk = office.desk(office.ann)
    absence = new_id()
    covers = tuple(Cover(part, Split.ONE, (Share(office.cara),)) for part in Part)
    desk.change(
        c.PlanAbsence(
            **desk.stamp(),
            absence_id=absence,
            person_id=office.ben,
            since=office.now,
            until=office.now + timedelta(days=3),
            zone="UTC",
            covers=covers,
            reason="sick",
            confirmed=True,
        )
    )
    return absence


def change(office: Office, kind: type[c.Command], *, by: UUID | None = None, **fields: Any) -> UUID:
    desk = office.desk(by or office.ann)
    return desk.change(kind(**desk.stamp(), **fields)).command_id


def test_an_absence_and_what_is_kept_of_it_read_back_as_sentences(office: Office) -> None:
    """R31 of R23, R27: planned, taken from cover, ended, and taken back."""
    kept = office.conversation(office.own, "+12025550150", office.ben)
    absence = plan(office)
    office.later(hours=1)
    targets = c.Targets((kept,))
    taken = change(office, c.TakeFromCover, by=office.cara, targets=targets)
    change(office, c.EndAbsence, absence_id=absence)
    office.desk(office.cara).undo(taken)
    undone, ended, took, planned = rows(office)
    assert planned.sentence == (
        "Ann planned an absence of Ben, from Tue 17 Nov 2026, 13:00 to Fri 20 Nov 2026, 13:00."
    )
    assert (planned.reason, planned.what) == ("Sick", "Absence planned")
    assert any("conversations: Cara" in each.after for each in planned.changes)
    assert took.sentence == "Cara took 1 conversation of Ben over for good."
    assert [(d.what, d.before, d.after) for d in took.changes] == [("Owner", "Ben", "Cara")]
    assert ended.sentence == "Ann ended the absence of Ben."
    assert undone.sentence == (
        f"Cara took back entry {took.n}: took 1 conversation of Ben over for good."
    )
    assert [(d.before, d.after) for d in undone.changes] == [("Cara", "Ben")]


def test_reassigned_and_held_with_the_reason_that_somebody_typed(office: Office) -> None:
    ids = tuple(office.conversation(office.own, f"+1202555{n:04}", office.ben) for n in range(3))
    change(
        office,
        c.Reassign,
        targets=c.Targets(ids),
        split=Split.ONE,
        shares=(Share(office.cara),),
        reason="Ben takes the fair in München",
    )
    change(
        office,
        c.HoldSender,
        holding_id=new_id(),
        sender_id=office.unheld,
        holder_kind=HolderKind.PERSON,
        holder_id=office.cara,
        reason="from today",
    )
    held, moved = rows(office)
    assert moved.sentence == "Ann reassigned 3 conversations from Ben to Cara."
    assert moved.note == "Ben takes the fair in München"
    assert [(d.what, d.before, d.after) for d in moved.changes] == [
        ("Owners of 3 conversations", "Ben (3)", "Cara (3)")
    ]
    assert held.sentence == "Ann gave +1 202-555-0103 to Cara."
    assert held.note == "from today"


def test_people_change_as_sentences_with_what_was_typed_before_and_after(office: Office) -> None:
    team, member = new_id(), new_id()
    change(office, c.AddTeam, team_id=team, name="North")
    change(office, c.AddMember, membership_id=member, team_id=team, person_id=office.cara)
    change(
        office,
        c.EditPerson,
        person_id=office.ben,
        name="Benedikt",
        role=Role.SUPERVISOR,
        zone="Europe/Berlin",
    )
    change(office, c.SuspendPerson, person_id=office.cara)
    change(office, c.SuspendPerson, person_id=office.cara, suspended=False)
    change(office, c.EndMembership, membership_id=member)
    dan = new_id()
    change(office, c.AddPerson, person_id=dan, name="Dan", role=Role.REP, zone="UTC")
    change(office, c.RemovePerson, person_id=dan)
    said = [row.sentence for row in reversed(rows(office))]
    assert said == [
        "Ann added the team North.",
        "Ann added Cara to North.",
        "Ann changed the role of Benedikt from rep to supervisor.",
        "Ann suspended Cara.",
        "Ann restored Cara.",
        "Ann took Cara out of North.",
        "Ann added Dan as rep.",
        "Ann removed Dan.",
    ]
    (edited,) = rows(office, kinds=(Kind.PERSON_CHANGED,))
    changes = {each.what: (each.before, each.after) for each in edited.changes}
    assert changes["Name"] == ("Ben", "Benedikt")
    assert changes["Role"] == ("rep", "supervisor")


def test_supervisors_read_of_their_teams_reps_nothing(office: Office) -> None:
    """R31."""
    team = new_id()
    change(office, c.AddTeam, team_id=team, name="North")
    for person in (office.ben, office.cara):
        change(office, c.AddMember, membership_id=new_id(), team_id=team, person_id=person)
    change(office, c.EditPerson, person_id=office.ben, name="Ben", role=Role.SUPERVISOR, zone="UTC")
    dan = new_id()
    change(office, c.AddPerson, person_id=dan, name="Dan", role=Role.REP, zone="UTC")
    change(office, c.SetCapacity, person_id=office.cara, capacity=40)
    change(office, c.SetCapacity, person_id=dan, capacity=50)
    change(office, c.SetHealth, sender_id=office.unheld, health=None)
    seen = {row.sentence for row in rows(office, office.ben)}
    assert "Ann set the full desk of Cara." in seen
    assert not any("Dan" in said or "health" in said for said in seen)
    hidden = next(row.n for row in rows(office) if "Dan" in row.sentence)
    desk = office.desk(office.ben)
    with pytest.raises(NotFoundError):
        desk.read(audit.get, hidden)
    for read in (lambda ctx: audit.page(ctx, Wanted()), audit.verify):
        with pytest.raises(RefusedError):
            office.desk(office.cara).read(read)


def test_found_by_actor_person_period_and_text(office: Office) -> None:
    change(office, c.SetCapacity, person_id=office.cara, capacity=40)
    noon = office.now
    office.later(days=2)
    change(office, c.EditSender, sender_id=office.own, label="Hotline", direction="both")
    change(office, c.SuspendPerson, person_id=office.ben)
    assert [row.n for row in rows(office, until=noon + timedelta(days=1))] == [1]
    assert [row.n for row in rows(office, since=noon + timedelta(days=1))] == [3, 2]
    assert [row.n for row in rows(office, person_id=office.cara)] == [1]
    assert [row.n for row in rows(office, text="hotl")] == [2]
    assert [row.n for row in rows(office, text="202 555 0101")] == [2]
    assert [row.n for row in rows(office, text="SUSPENDED")] == [3]
    assert rows(office, by_rule=True) == rows(office, text="no such thing") == ()
    first = office.desk(office.ann).read(audit.page, Wanted(), limit=2)
    assert ([row.n for row in first.rows], first.count, first.next) == ([3, 2], 3, 2)


def test_files_hold_all_that_match_and_run_nothing(office: Office) -> None:
    """R45."""
    change(
        office, c.AddPerson, person_id=new_id(), name='=HYPERLINK("x")', role=Role.REP, zone="UTC"
    )
    change(office, c.SuspendPerson, person_id=office.ben)
    desk = office.desk(office.ann)
    sheet, lines = io.StringIO(newline=""), io.StringIO()
    assert desk.read(audit.write_csv, Wanted(), sheet) == 2
    found = list(csv.DictReader(io.StringIO(sheet.getvalue(), newline="")))
    assert [row["sentence"] for row in found] == [
        "Ann suspended Ben.",
        'Ann added =HYPERLINK("x") as rep.',
    ]
    assert not any(cell.startswith(("=", "+", "-", "@")) for row in found for cell in row.values())
    wanted = Wanted(kinds=(Kind.PERSON_SUSPENDED,))
    assert desk.read(audit.write_json_lines, wanted, lines) == 1
    (entry,) = map(json.loads, lines.getvalue().splitlines())
    assert (entry["entry"], entry["actor_id"]) == (2, str(office.ann))


def test_the_verdict_names_the_entry_that_was_changed(office: Office) -> None:
    for n in range(3):
        change(office, c.SetCapacity, person_id=office.cara, capacity=40 + n)
    desk = office.desk(office.ann)
    whole = desk.read(audit.verify)
    assert (whole.intact, whole.entries, whole.head) == (True, 3, 3)
    assert desk.read(audit.verify, Head(whole.head, whole.hash)).intact
    with office.workspace.write() as tx:
        sqlite = tx.dialect.name == "sqlite"
        name = "audit_update" if sqlite else "audit_change"
        tx.exec_driver_sql(f"DROP TRIGGER {name}{'' if sqlite else ' ON audit'}")
        tx.execute(sa.update(tables.audit).where(tables.audit.c.n == 2).values(reason="undo"))
    broken = desk.read(audit.verify)
    assert (broken.intact, broken.broken, broken.fault) == (False, 2, "changed")
    assert broken.words == "Entry 2 was changed after it was written."


def test_every_kind_has_words_and_every_command_on_people_is_audited() -> None:
    assert set(audit_kinds.KIND_NAMES) == set(Kind)
    people = {
        c.AddPerson,
        c.EditPerson,
        c.SetCapacity,
        c.SuspendPerson,
        c.RemovePerson,
        c.AddTeam,
        c.RenameTeam,
        c.RetireTeam,
        c.AddMember,
        c.EndMembership,
        c.ResumeMembership,
    }
    named = {
        kind
        for kind in vars(c).values()
        if isinstance(kind, type)
        and any(word in kind.__name__ for word in ("Person", "Team", "Member"))
    }
    assert named <= people <= set(AUDITED)
