"""People and teams: suspended, removed, brought back, led; and what each role reaches
(R29, R31, R58)."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from uuid import UUID

import pytest
import sqlalchemy as sa

from sms_desk.domain import commands as c
from sms_desk.domain.commands import Targets
from sms_desk.domain.errors import DeskError, NotFoundError, RefusedError, UsageError
from sms_desk.domain.inbox_filters import InboxFilter
from sms_desk.domain.model import Channel, DraftMode, HolderKind, Role
from sms_desk.services import (
    composing,
    directory,
    inbox,
    opt_outs,
    people,
    scheduled,
    searching,
    senders,
    threads,
)
from sms_desk.services.desk import Desk
from sms_desk.services.people import Here
from sms_desk.store import audit, search, settings, tables
from sms_desk.store.engine import Workspace
from sms_desk.store.ids import new_id
from tests.store.office import NOON, Office


@pytest.fixture
def office(workspace: Workspace) -> Office:
    return Office(workspace)


@pytest.fixture
def ann(office: Office) -> Desk:
    return office.desk(office.ann)


def suspend(desk: Desk, person: UUID, *, on: bool = True) -> UUID:
    return desk.change(c.SuspendPerson(**desk.stamp(), person_id=person, suspended=on)).command_id


def remove(desk: Desk, person: UUID) -> UUID:
    return desk.change(c.RemovePerson(**desk.stamp(), person_id=person)).command_id


def add(desk: Desk, name: str, role: Role = Role.REP) -> UUID:
    id_ = new_id()
    desk.change(c.AddPerson(**desk.stamp(), person_id=id_, name=name, role=role, zone="UTC"))
    return id_


def team(desk: Desk, name: str, *members: UUID) -> UUID:
    id_ = new_id()
    desk.change(c.AddTeam(**desk.stamp(), team_id=id_, name=name))
    for person in members:
        desk.change(
            c.AddMember(**desk.stamp(), membership_id=new_id(), team_id=id_, person_id=person)
        )
    return id_


def role(desk: Desk, person: UUID, wanted: Role) -> None:
    row = desk.read(people.row, person)
    desk.change(
        c.EditPerson(**desk.stamp(), person_id=person, name=row.name, role=wanted, zone=row.zone)
    )


# --- suspended and removed ------------------------------------------------------------------------


def test_r31_a_suspended_person_does_nothing_more_and_holds_what_they_held(
    office: Office, ann: Desk
) -> None:
    talk = office.conversation(office.own, "+12025550171", office.ben)
    office.message(talk, "Anyone?")
    ben = office.desk(office.ben)
    assert ben.read(inbox.rows, [talk])
    done = suspend(ann, office.ben)
    with pytest.raises(NotFoundError):
        ben.read(inbox.rows, [talk])
    with pytest.raises(NotFoundError):
        ben.change(c.Close(**ben.stamp(), targets=Targets.one(talk)))
    row = ann.read(people.row, office.ben)
    assert (row.here, row.open, row.waiting) == (Here.SUSPENDED, 1, 1)
    assert row.senders
    with pytest.raises(NotFoundError):
        ann.change(c.Assign(**ann.stamp(), targets=Targets.one(talk), owner_id=office.ben))
    ann.undo(done)
    assert ben.read(inbox.rows, [talk])


def test_r29_who_still_owns_or_holds_is_not_removed_and_is_told_what(
    office: Office, ann: Desk
) -> None:
    office.conversation(office.own, "+12025550171", office.ben)
    with pytest.raises(RefusedError, match="1 open or snoozed conversation") as refused:
        remove(ann, office.ben)
    assert refused.value.rule == "holds"
    assert "sender ID" in refused.value.title
    assert "Hand over for good first" in refused.value.next_step
    assert ann.read(people.hindrance, office.ben).holds.conversations == 1
    assert ann.read(people.row, office.ben).here is not Here.REMOVED


def test_r29_r58_who_is_removed_stays_in_history_and_can_be_brought_back(
    office: Office, ann: Desk
) -> None:
    dee = add(ann, "Dee")
    sales = team(ann, "Sales", dee)
    done = remove(ann, dee)
    assert dee not in {row.id for row in ann.read(people.listing)}
    assert dee not in {row.id for row in ann.read(directory.everybody)}
    assert dee in {row.id for row in ann.read(people.listing, removed=True)}
    assert ann.read(people.teams)[0].members == ()
    with pytest.raises(NotFoundError):
        office.desk(dee).read(inbox.rail)
    office.later(hours=1)
    ann.undo(done)
    assert [one.name for one in ann.read(people.row, dee).teams] == ["Sales"]
    assert [one.person_id for one in ann.read(people.teams)[0].members] == [dee]
    remove(ann, dee)
    ann.change(c.RemovePerson(**ann.stamp(), person_id=dee, removed=False))
    assert ann.read(people.row, dee).teams == ()
    assert sales == ann.read(people.teams)[0].id


def test_a_workspace_is_never_without_an_admin(office: Office, ann: Desk) -> None:
    with pytest.raises(RefusedError, match="no admin left"):
        role(ann, office.ann, Role.REP)
    for command in (c.SuspendPerson, c.RemovePerson):
        with pytest.raises(RefusedError, match="themselves"):
            ann.change(command(**ann.stamp(), person_id=office.ann))
    dee = add(ann, "Dee", Role.ADMIN)
    suspend(ann, dee)
    with pytest.raises(RefusedError, match="no admin left"):
        role(ann, office.ann, Role.REP)
    suspend(ann, dee, on=False)
    role(ann, office.ann, Role.REP)
    with pytest.raises(RefusedError, match="no admin left"):
        role(office.desk(dee), dee, Role.SUPERVISOR)


def test_only_admins_change_roles_teams_and_who_works_here(office: Office, ann: Desk) -> None:
    sales = team(ann, "Sales", office.ben, office.cara)
    membership = ann.read(people.teams)[0].members[0].membership_id
    role(ann, office.cara, Role.SUPERVISOR)
    for who in (office.ben, office.cara):
        desk = office.desk(who)
        for command in (
            c.SuspendPerson(**desk.stamp(), person_id=office.ann),
            c.RemovePerson(**desk.stamp(), person_id=office.ann),
            c.RemovePerson(**desk.stamp(), person_id=office.ben, removed=False),
            c.RenameTeam(**desk.stamp(), team_id=sales, name="Mine"),
            c.RetireTeam(**desk.stamp(), team_id=sales),
            c.EndMembership(**desk.stamp(), membership_id=membership),
            c.ResumeMembership(**desk.stamp(), membership_id=membership),
            c.EditPerson(**desk.stamp(), person_id=who, name="X", role=Role.ADMIN, zone="UTC"),
        ):
            with pytest.raises(RefusedError):
                desk.change(command)


def test_r23_a_supervisor_says_how_much_their_own_people_carry(office: Office, ann: Desk) -> None:
    team(ann, "Sales", office.cara, office.ben)
    role(ann, office.cara, Role.SUPERVISOR)
    cara = office.desk(office.cara)
    done = cara.change(c.SetCapacity(**cara.stamp(), person_id=office.ben, capacity=30))
    assert cara.read(people.row, office.ben).capacity == 30
    cara.undo(done.command_id)
    assert cara.read(people.row, office.ben).capacity is None
    for desk, whom in ((cara, office.ann), (office.desk(office.ben), office.ben)):
        with pytest.raises(RefusedError):
            desk.change(c.SetCapacity(**desk.stamp(), person_id=whom, capacity=3))
    with pytest.raises(UsageError):
        ann.change(c.SetCapacity(**ann.stamp(), person_id=office.ben, capacity=-1))


def test_an_address_that_is_none_is_refused_and_one_may_be_taken_away(
    office: Office, ann: Desk
) -> None:
    def edit(email: str | None) -> None:
        ann.change(
            c.EditPerson(
                **ann.stamp(),
                person_id=office.ben,
                name="Ben",
                role=Role.REP,
                zone="UTC",
                email=email,
            )
        )

    edit("ben@example.org")
    edit(None)
    assert ann.read(people.row, office.ben).email == "ben@example.org"
    with pytest.raises(UsageError):
        edit("ben, cara@example.org")
    edit("")
    assert ann.read(people.row, office.ben).email == ""


def test_teams_end_and_go_on_and_nobody_belongs_twice(office: Office, ann: Desk) -> None:
    sales = team(ann, "Sales", office.ben)
    with pytest.raises(RefusedError, match="already"):
        ann.change(
            c.AddMember(**ann.stamp(), membership_id=new_id(), team_id=sales, person_id=office.ben)
        )
    (member,) = ann.read(people.teams)[0].members
    office.later(hours=1)
    left = ann.change(c.EndMembership(**ann.stamp(), membership_id=member.membership_id))
    assert ann.read(people.teams)[0].members == ()
    ann.undo(left.command_id)
    assert [one.since for one in ann.read(people.teams)[0].members] == [member.since]
    retired = ann.change(c.RetireTeam(**ann.stamp(), team_id=sales))
    assert ann.read(people.teams) == ()
    assert ann.read(people.row, office.ben).teams == ()
    ann.undo(retired.command_id)
    assert ann.read(people.row, office.ben).teams[0].name == "Sales"


def test_r31_the_audit_tells_who_was_suspended_removed_and_brought_back(
    office: Office, ann: Desk
) -> None:
    dee = add(ann, "Dee")
    team(ann, "Sales", dee)
    (member,) = ann.read(people.teams)[0].members
    steps = (
        c.SuspendPerson(**ann.stamp(), person_id=dee),
        c.SuspendPerson(**ann.stamp(), person_id=dee, suspended=False),
        c.EndMembership(**ann.stamp(), membership_id=member.membership_id),
        c.ResumeMembership(**ann.stamp(), membership_id=member.membership_id),
        c.RemovePerson(**ann.stamp(), person_id=dee),
        c.RemovePerson(**ann.stamp(), person_id=dee, removed=False),
    )
    found = []
    for step in steps:
        ann.change(step)
        with office.workspace.read() as tx:
            entry = audit.of_batch(tx, step.id)
        assert entry is not None
        assert dee in entry.subject_ids
        found.append(str(entry.kind))
    assert found == [
        "person_suspended",
        "person_restored",
        "member_removed",
        "member_added",
        "person_removed",
        "person_restored",
    ]


def test_a_rehearsal_writes_nothing(office: Office, ann: Desk) -> None:
    done = ann.rehearse(c.SuspendPerson(**ann.stamp(), person_id=office.ben))
    assert (done.label, done.undo) == ("Suspended Ben", None)
    assert ann.read(people.row, office.ben).here is not Here.SUSPENDED


# --- what each role reaches -----------------------------------------------------------------------

READS: dict[str, Callable[[Desk, UUID, UUID], object]] = {
    "rows": lambda desk, talk, _: desk.read(inbox.rows, [talk]),
    "list": lambda desk, talk, _: [
        row for row in desk.read(inbox.page, InboxFilter(state=None)).rows if row.id == talk
    ],
    "count": lambda desk, _t, _c: desk.read(inbox.count, InboxFilter(state=None)),
    "search": lambda desk, _t, _c: desk.read(searching.find, "telescope").hits,
    "contacts": lambda desk, _t, _c: desk.read(searching.find, "Zelda").contacts,
    "thread": lambda desk, talk, _: desk.read(threads.page, talk).items,
    "detail": lambda desk, talk, _: desk.read(threads.detail, talk),
    "timeline": lambda desk, _t, contact: desk.read(threads.timeline, contact).items,
    "find in": lambda desk, talk, _: desk.read(threads.find_in, talk, "telescope"),
    "scheduled": lambda desk, talk, _: desk.read(scheduled.of_conversation, talk),
    "all scheduled": lambda desk, _t, _c: desk.read(scheduled.listing),
    "clocks": lambda desk, talk, _: desk.read(scheduled.clocks, talk),
    "when": lambda desk, talk, _: desk.read(scheduled.when, talk, "tomorrow 9:00"),
    "senders": lambda desk, talk, _: desk.read(senders.choices_for_reply, talk),
    "outbox": lambda desk, _t, _c: desk.read(directory.outbox_rows, everything=True),
    "opt-outs": lambda desk, _t, _c: desk.read(opt_outs.requests),
}
COMMANDS: dict[str, Callable[[Desk, UUID, UUID], c.Command]] = {
    "close": lambda d, t, _: c.Close(**d.stamp(), targets=Targets.one(t)),
    "assign": lambda d, t, _: c.Assign(**d.stamp(), targets=Targets.one(t), owner_id=d.person_id),
    "note": lambda d, t, _: c.AddNote(**d.stamp(), conversation_id=t, note_id=new_id(), body="Hm"),
    "read": lambda d, t, _: c.MarkRead(**d.stamp(), conversation_id=t, position=1),
    "draft": lambda d, t, _: c.SaveDraft(
        **d.stamp(), conversation_id=t, mode=DraftMode.REPLY, body="x"
    ),
    "pin": lambda d, t, _: c.Pin(**d.stamp(), targets=Targets.one(t), on=True),
    "tag": lambda d, t, _: c.AddTag(**d.stamp(), targets=Targets.one(t), tag_id=new_id(), name="x"),
    "rebind": lambda d, t, _: c.RebindSource(**d.stamp(), conversation_id=t, program_id=None),
    "rename contact": lambda d, _, who: c.RenameContact(**d.stamp(), contact_id=who, name="Y"),
    "contact's owner": lambda d, _, who: c.SetContactOwner(
        **d.stamp(), contact_id=who, owner_id=d.person_id
    ),
}


class Cast:
    """Ben's conversation, with a message, a name and something scheduled; and who looks at it."""

    def __init__(self, office: Office) -> None:
        self.office, ann = office, office.desk(office.ann)
        self.talk = office.conversation(office.own, "+12025550171", office.ben)
        office.message(self.talk, "Is the telescope there?")
        self.contact = ann.read(threads.detail, self.talk).row.contact_id
        ann.change(c.RenameContact(**ann.stamp(), contact_id=self.contact, name="Zelda"))
        ben = office.desk(office.ben)
        ben.change(
            c.Schedule(
                **ben.stamp(),
                scheduled_id=new_id(),
                conversation_id=self.talk,
                sender_id=office.own,
                body="Tomorrow, then",
                due_at=NOON + timedelta(days=1),
                zone="UTC",
                seen_version=ben.read(threads.detail, self.talk).version,
            )
        )
        self.people = {
            "owner": office.ben,
            "rep": office.cara,
            "admin": office.ann,
            "lead": add(ann, "Lea", Role.SUPERVISOR),
            "other lead": add(ann, "Otto", Role.SUPERVISOR),
            "suspended": add(ann, "Sue", Role.ADMIN),
            "removed": add(ann, "Rex", Role.ADMIN),
        }
        team(ann, "Ben's", office.ben, self.people["lead"])
        team(ann, "Others", office.cara, self.people["other lead"])
        suspend(ann, self.people["suspended"])
        remove(ann, self.people["removed"])

    def desk(self, who: str) -> Desk:
        return self.office.desk(self.people[who])


SEE, BLIND = ("owner", "admin", "lead"), ("rep", "other lead", "suspended", "removed")
_ALWAYS_EMPTY = {"outbox", "opt-outs"}
_INDEXED = {"search", "contacts", "find in"}


def test_r31_no_read_shows_what_is_not_ones_own(office: Office) -> None:
    cast = Cast(office)
    empty = _ALWAYS_EMPTY | (
        _INDEXED if office.workspace.engine.dialect.name != "sqlite" else set()
    )
    for name, read in READS.items():
        for who in SEE:
            found = read(cast.desk(who), cast.talk, cast.contact)
            assert found or name in empty, (name, who)
        for who in BLIND:
            try:
                found = read(cast.desk(who), cast.talk, cast.contact)
            except NotFoundError:
                continue
            assert not found, (name, who)


def test_r31_no_command_reaches_what_is_not_ones_own(office: Office) -> None:
    cast = Cast(office)
    for name, make in COMMANDS.items():
        for who in BLIND:
            desk = cast.desk(who)
            with pytest.raises(DeskError) as refused:
                desk.change(make(desk, cast.talk, cast.contact))
            assert isinstance(refused.value, NotFoundError), (name, who)
        for who in ("lead", "admin"):
            desk = cast.desk(who)
            desk.rehearse(make(desk, cast.talk, cast.contact))


def test_r31_a_contacts_other_numbers_are_seen_by_who_sees_their_conversations(
    office: Office,
) -> None:
    cast = Cast(office)
    cara = office.desk(office.cara)
    mine = office.conversation(office.shared, "+12025550171", office.cara)
    office.message(mine, "Hello again")
    assert [one.id for one in cara.read(threads.detail, mine).others] == []
    assert cast.talk in {
        one.id for one in office.desk(office.ann).read(threads.detail, mine).others
    }
    verdicts = composing.verdicts
    with pytest.raises(NotFoundError):
        cara.read(verdicts, cast.talk, office.own, "x")


def test_r31_a_supervisor_writes_from_what_their_teams_hold_and_nothing_else(
    office: Office,
) -> None:
    """R12, R16: in a conversation that they see; what is not allowed says whose it is."""
    cast = Cast(office)

    def allowed(who: str, sender: UUID) -> bool:
        """As the checks before sending say and, alike, the composer's choice."""
        desk = cast.desk(who)
        found = desk.read(composing.verdicts, cast.talk, sender, "Yes").findings
        held = [one for one in found if one.rule == "holder"]
        (choice,) = (
            one
            for one in desk.read(senders.choices_for_reply, cast.talk)
            if one.sender.id == sender
        )
        why = "no connected account carries it" if not held else "held by Cara"
        assert choice.reason == why or choice.allowed
        assert all("It is held by Cara" in one.next_step for one in held)
        return not held

    assert allowed("lead", office.own)
    assert allowed("lead", office.shared)
    assert allowed("lead", office.unheld), "nobody holds it, and supervisors see what comes in"
    ann = office.desk(office.ann)
    ann.change(
        c.HoldSender(
            **ann.stamp(),
            holding_id=new_id(),
            sender_id=office.unheld,
            holder_kind=HolderKind.PERSON,
            holder_id=office.cara,
        )
    )
    assert not allowed("lead", office.unheld), "another team's"
    assert allowed("admin", office.unheld)
    assert not allowed("owner", office.unheld)
    lead = cast.desk("lead")
    begin = c.StartConversation(
        **lead.stamp(),
        conversation_id=new_id(),
        contact_id=new_id(),
        sender_id=office.unheld,
        channel=Channel.SMS,
        peer_raw="+12025550177",
    )
    with pytest.raises(RefusedError):
        lead.change(begin)


with_an_index = pytest.mark.parametrize("workspace", ["sqlite"], indirect=True)


@with_an_index
def test_r31_a_found_contact_names_only_addresses_that_one_sees(office: Office) -> None:
    """Nor is a contact found by an address that is none of one's own."""
    cast = Cast(office)
    mine = office.conversation(office.shared, "+12025550172", office.cara)
    office.message(mine, "Hello again")
    with office.workspace.write() as tx:
        moved = sa.update(tables.conversations).where(tables.conversations.c.id == mine)
        tx.execute(moved.values(contact_id=cast.contact))
        moved = sa.update(tables.contact_addresses)
        tx.execute(moved.values(contact_id=cast.contact))
        search.feed_contact(tx, cast.contact)

    def found(who: UUID, text: str) -> list[tuple[str, ...]]:
        return [hit.numbers for hit in office.desk(who).read(searching.find, text).contacts]

    both = ("+1 202-555-0171", "+1 202-555-0172")
    for text in ("Zelda", "0171", "0172"):
        assert found(office.ann, text) == [both]
    assert found(office.cara, "Zelda") == found(office.cara, "0172") == [both[1:]]
    assert found(office.cara, "0171") == []


@with_an_index
def test_r31_ones_own_contact_is_found_behind_many_of_others(office: Office) -> None:
    """R44: what is not one's own takes no place of what is."""
    ann = office.desk(office.ann)
    for n in range(12):
        owner = office.ben if n else office.cara
        id_ = office.conversation(office.own, f"+120255501{n:02}", owner)
        office.message(id_, "Hello", at=NOON + timedelta(minutes=n))
        contact = ann.read(threads.detail, id_).row.contact_id
        ann.change(c.RenameContact(**ann.stamp(), contact_id=contact, name="Robin"))
    assert len(office.desk(office.cara).read(searching.find, "Robin").contacts) == 1
    assert len(ann.read(searching.find, "Robin").contacts) == 8


def test_r31_reps_see_whom_they_work_with_and_addresses_stay_with_who_leads(
    office: Office, ann: Desk
) -> None:
    cast = Cast(office)
    ann.change(
        c.EditPerson(
            **ann.stamp(),
            person_id=office.ben,
            name="Ben",
            role=Role.REP,
            zone="UTC",
            email="ben@example.org",
        )
    )
    seen = {who: cast.desk(who).read(people.listing) for who in ("owner", "rep", "lead", "admin")}
    assert [row.name for row in seen["owner"]] == ["Ben", "Lea"]
    assert [row.name for row in seen["rep"]] == ["Cara", "Otto"]
    assert [row.name for row in seen["lead"]] == ["Ben", "Lea"]
    assert len(seen["admin"]) == 6
    assert [row.may_lead for row in seen["lead"]] == [True, True]
    assert [row.may_lead for row in seen["owner"]] == [False, False]
    assert seen["lead"][0].email == "ben@example.org"
    (mine, other) = seen["rep"]
    assert (mine.open, other.open, other.waiting, other.snoozed) == (0, None, None, None)
    assert other.senders == ()
    assert {row.open is None for row in seen["lead"] + seen["admin"]} == {False}
    with pytest.raises(NotFoundError):
        cast.desk("rep").read(people.row, office.ben)


def test_presence_is_derived_from_hours_and_absences(office: Office, ann: Desk) -> None:
    ann.change(
        c.PlanAbsence(
            **ann.stamp(),
            absence_id=new_id(),
            person_id=office.ben,
            since=NOON,
            until=datetime(2026, 11, 19, 8, tzinfo=UTC),
            zone="Europe/Berlin",
            confirmed=True,
        )
    )
    row = ann.read(people.row, office.ben)
    assert row.here is Here.ABSENT
    assert row.back_at is not None
    assert row.back_at >= datetime(2026, 11, 19, 8, tzinfo=UTC)
    assert row.absence_id is not None


def test_who_has_not_joined_yet_is_invited(office: Office, ann: Desk) -> None:
    with office.workspace.write() as tx:
        settings.write(tx, settings.INVITED, [str(office.ben)], office.now)
    here = {row.id: row.here for row in ann.read(people.listing)}
    assert here[office.ben] is Here.INVITED
    assert here[office.ann] is Here.HERE


def test_the_hours_of_a_person_stand_with_them(office: Office) -> None:
    ben = office.desk(office.ben)
    hours = "mon-fri 9:00-17:00"
    ben.change(
        c.ChangeSetting(**ben.stamp(), name="working_hours", value=hours, person_id=office.ben)
    )
    assert ben.read(people.row, office.ben).hours == hours
    assert office.desk(office.ann).read(people.row, office.ann).hours == ""
