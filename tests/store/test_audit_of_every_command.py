"""Every command that changes whose work something is leaves an entry that a person can read (R31).

One long day at the office, on both engines: each command of `auditing.AUDITED` is run once, those
that are the way back of another one from that one's history.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any
from unittest.mock import Mock
from uuid import UUID

import pytest
import sqlalchemy as sa

from sms_desk.domain import commands as c
from sms_desk.domain.absences import Cover, Part, Share, Split
from sms_desk.domain.command_codec import decode, kind_of
from sms_desk.domain.model import (
    BindingKind,
    Channel,
    Health,
    HolderKind,
    Origin,
    ProgramKind,
    Purpose,
    Role,
    RoutingRule,
    SenderDirection,
    SenderKind,
)
from sms_desk.providers.base import Directory, RemoteSender
from sms_desk.services import advisor, audit
from sms_desk.services.audit import AuditRow, Wanted
from sms_desk.services.audit_differences import Difference
from sms_desk.services.auditing import AUDITED
from sms_desk.store import commands as history
from sms_desk.store import tables
from sms_desk.store.engine import Workspace
from sms_desk.store.ids import new_id
from sms_desk.sync.book import Book
from sms_desk.sync.discover import discover
from sms_desk.sync.health import HealthWatch
from tests.store.office import Office

RAW = re.compile(r"[0-9a-f]{8}-[0-9a-f]{4}|…[0-9a-f]{8}|\bNone\b|\?|[a-z]_[a-z]|[\[\]{}]|Somebody")
"""What stands in no sentence: an id or its end, a name of ours, JSON, an unknown."""
NEW = {
    c.StartConversation,
    c.PlanAbsence,
    c.AddSender,
    c.ImportSenders,
    c.HoldSender,
    c.HoldSenders,
    c.BindProgram,
    c.AddPerson,
    c.AddTeam,
    c.AddMember,
    c.AddAccount,
    c.WaiveFinding,
    c.SetHealth,
}
"""Before these there was nothing, or the figures."""


@dataclass
class Day:
    """Runs commands and keeps the id of the first of each kind."""

    office: Office
    done: dict[type[c.Command], UUID] = field(default_factory=dict)

    def did(self, kind: type[c.Command], /, *, by: UUID | None = None, **fields: Any) -> UUID:
        desk = self.office.desk(by or self.office.ann)
        id_ = desk.change(kind(**desk.stamp(), **fields)).command_id
        self.done.setdefault(kind, id_)
        return id_

    def went_back(self, kind: type[c.Command], of: UUID) -> UUID:
        """The step of this kind of a command's way back, by itself."""
        with self.office.workspace.read() as tx:
            row = history.get(tx, of)
        assert row is not None
        name = next(each for each in _names() if _names()[each] is kind)
        args = next(args for each, args in row["inverse"]["commands"] if each == name)
        desk = self.office.desk(self.office.ann)
        stamp = desk.stamp()
        id_ = desk.change(decode(name, stamp["id"], stamp["at"], args)).command_id
        self.done.setdefault(kind, id_)
        return id_

    def talk(self, n: int, owner: UUID | None = None) -> UUID:
        office = self.office
        id_ = office.conversation(office.own, f"+1202555{n:04}", owner or office.ben)
        office.message(id_, "Is it open?")
        return id_


def _names() -> Mapping[str, type[c.Command]]:
    return {kind_of(kind): kind for kind in AUDITED}


@pytest.fixture
def day(workspace: Workspace) -> Day:
    return Day(Office(workspace))


def conversations(day: Day) -> None:
    office = day.office
    ids = tuple(day.talk(n) for n in range(110, 113))
    day.did(c.Assign, targets=c.Targets(ids[:1]), owner_id=office.cara)
    done = day.did(
        c.Reassign,
        targets=c.Targets(ids[1:]),
        split=Split.ONE,
        shares=(Share(office.cara),),
        from_id=office.ben,
        sender_ids=(office.whatsapp,),
        reason="the fair",
    )
    day.went_back(c.RestoreHoldings, done)
    day.did(
        c.StartConversation,
        by=office.ben,
        conversation_id=new_id(),
        contact_id=new_id(),
        sender_id=office.own,
        channel=Channel.SMS,
        peer_raw="+12025550171",
    )
    with office.workspace.read() as tx:
        contact = tx.execute(sa.select(tables.conversations.c.contact_id).limit(1)).scalar_one()
    day.did(c.SetContactOwner, contact_id=contact, owner_id=office.cara)
    day.did(c.SetContactOwner, contact_id=contact, owner_id=office.ben)
    day.done[c.SetContactOwner] = day.did(
        c.SetContactOwner, contact_id=contact, owner_id=office.cara
    )


def absences(day: Day) -> None:
    office = day.office
    kept, *_ = (day.talk(n) for n in range(120, 124))
    covers = _covers(office.cara)
    absence = new_id()
    plan: dict[str, Any] = {
        "person_id": office.ben,
        "zone": "UTC",
        "reason": "sick",
        "confirmed": True,
    }
    since, until = office.now, office.now + timedelta(days=3)
    day.did(c.PlanAbsence, absence_id=absence, since=since, until=until, covers=covers, **plan)
    office.later(hours=1)
    day.did(c.TakeFromCover, by=office.cara, targets=c.Targets((kept,)))
    times: dict[str, Any] = {
        "absence_id": absence,
        "since": since,
        "until": office.now + timedelta(days=5),
        "confirmed": True,
    }
    divided = _covers(office.cara, office.ann)
    day.did(c.ChangeAbsence, covers=divided, **times)
    changed = day.did(c.ChangeAbsence, covers=_covers(office.ann), **times)
    day.did(c.ChangeAbsence, covers=divided, **times)
    day.went_back(c.FixSubstitutes, changed)
    office.later(hours=1)
    ended = day.did(c.EndAbsence, absence_id=absence)
    day.went_back(c.ReviveAbsence, ended)
    office.later(hours=1)
    day.did(c.EndAbsence, absence_id=absence)
    day.did(c.SettleBrief, by=office.ben, absence_id=absence, taken_back=(kept,))
    other = new_id()
    far = office.now + timedelta(days=30)
    day.did(
        c.PlanAbsence,
        absence_id=other,
        since=far,
        until=far + timedelta(days=1),
        covers=covers,
        **plan,
    )
    day.did(c.CancelAbsence, absence_id=other)


def _covers(*people: UUID) -> tuple[Cover, ...]:
    split = Split.ONE if len(people) == 1 else Split.EVEN
    return tuple(Cover(part, split, tuple(map(Share, people))) for part in Part)


def hand_over(day: Day) -> None:
    """Dan leaves for good, at once."""
    office = day.office
    dan = _joined(day, "Dan")
    held = new_id()
    day.did(
        c.HoldSender,
        holding_id=held,
        sender_id=office.unheld,
        holder_kind=HolderKind.PERSON,
        holder_id=dan,
    )
    day.did(c.Assign, targets=c.Targets((day.talk(130),)), owner_id=dan)
    day.did(
        c.PlanAbsence,
        absence_id=new_id(),
        person_id=dan,
        since=office.now,
        until=None,
        zone="UTC",
        covers=_covers(office.cara),
        permanent=True,
        reason="left",
        confirmed=True,
    )
    with office.workspace.read() as tx:
        query = sa.select(tables.commands.c.id).where(tables.commands.c.kind == "hand_over")
        day.done[c.HandOver] = tx.execute(query).scalar_one()
    day.went_back(c.TakeBackHandOver, day.done[c.HandOver])


def senders(day: Day) -> None:
    office = day.office
    added = new_id()
    day.did(
        c.AddSender,
        sender_id=added,
        channel=Channel.SMS,
        address="+12025550199",
        kind=SenderKind.LONG_CODE,
        country="US",
        account_id=office.account,
    )
    day.did(c.EditSender, sender_id=office.own, label="Hotline", direction=SenderDirection.BOTH)
    edited: dict[str, Any] = {
        "sender_id": office.own,
        "label": "Hotline",
        "direction": SenderDirection.BOTH,
        "kind": SenderKind.LONG_CODE,
        "purpose": Purpose.DIRECT,
        "country": "US",
        "fallback_id": office.shared,
    }
    day.done[c.EditSender] = day.did(c.EditSender, **edited)
    line = c.SenderLine(
        sender_id=new_id(),
        channel=Channel.SMS,
        address="+12025550198",
        kind=SenderKind.LONG_CODE,
        country="US",
    )
    day.did(c.ImportSenders, lines=(line,))
    given = new_id()
    day.did(
        c.HoldSender,
        holding_id=given,
        sender_id=added,
        holder_kind=HolderKind.PERSON,
        holder_id=office.ben,
        reason="from today",
    )
    cara = c.Holder(HolderKind.PERSON, office.cara)
    day.did(c.HoldSenders, sender_ids=(added, office.own), holders=(cara,))
    until = office.now + timedelta(days=9)
    day.did(c.EditHolding, holding_id=given, until=until, rule=RoutingRule.EVERYONE)
    office.later(hours=1)
    day.did(c.EndHolding, holding_id=given)
    day.did(c.RetireSender, sender_id=added)
    day.talk(140)
    day.did(c.SetHealth, sender_id=office.own, health=Health.BLOCKED, reason="the carrier called")
    switched = day.did(c.SwitchToFallback, sender_id=office.own)
    day.went_back(c.SwitchBack, switched)
    key = office.desk(office.ann).read(advisor.findings)[0].key
    day.did(c.WaiveFinding, key=key, reason="the law wants it so")


def programs(day: Day) -> None:
    office = day.office
    program, binding = new_id(), new_id()
    said: dict[str, Any] = {"program_id": program, "kind": ProgramKind.CAMPAIGN}
    day.did(c.SaveProgram, name="Autumn", **said)
    day.done[c.SaveProgram] = day.did(
        c.SaveProgram, name="Autumn sale", attribution_days=14, **said
    )
    bound: dict[str, Any] = {"kind": BindingKind.SENDER, "sender_id": office.unheld}
    day.did(c.BindProgram, binding_id=binding, program_id=program, **bound)
    office.later(hours=1)
    ended = day.did(c.EndBinding, binding_id=binding)
    day.went_back(c.ResumeBinding, ended)
    day.did(c.RetireProgram, program_id=program)


def people(day: Day) -> None:
    office = day.office
    team, member = new_id(), new_id()
    eve = _joined(day, "Eve")
    day.did(c.EditPerson, person_id=eve, name="Eva", role=Role.SUPERVISOR, zone="Europe/Berlin")
    day.did(c.SetCapacity, person_id=eve, capacity=30)
    day.done[c.SetCapacity] = day.did(c.SetCapacity, person_id=eve, capacity=40)
    day.did(c.AddTeam, team_id=team, name="North")
    day.did(c.RenameTeam, team_id=team, name="Far north")
    day.did(c.AddMember, membership_id=member, team_id=team, person_id=eve)
    office.later(hours=1)
    ended = day.did(c.EndMembership, membership_id=member)
    day.went_back(c.ResumeMembership, ended)
    office.later(hours=1)
    day.did(c.SuspendPerson, person_id=eve)
    day.did(c.RemovePerson, person_id=eve)
    day.did(c.RetireTeam, team_id=team)


def _joined(day: Day, name: str) -> UUID:
    id_ = new_id()
    day.did(c.AddPerson, person_id=id_, name=name, role=Role.REP, zone="UTC")
    return id_


def workspace_itself(day: Day) -> None:
    account = new_id()
    day.did(c.AddAccount, account_id=account, provider="twilio", sid="AC" + "1" * 32, label="Two")
    day.did(c.RemoveAccount, account_id=account)
    day.did(c.ChangeSetting, name="waiting_minutes", value=30)
    day.done[c.ChangeSetting] = day.did(c.ChangeSetting, name="waiting_minutes", value=45)


def test_r31_every_command_that_is_audited_reads_as_a_sentence_with_before_and_after(
    day: Day,
) -> None:
    for part in (
        conversations,
        absences,
        hand_over,
        senders,
        programs,
        people,
        workspace_itself,
    ):
        part(day)
    assert set(day.done) == set(AUDITED)
    desk = day.office.desk(day.office.ann)
    wrong = []
    for kind, id_ in day.done.items():
        rows = desk.read(audit.part, Wanted(batch_id=id_)).rows
        row = next((each for each in rows if each.batch_id == id_), None)
        wrong += [f"{kind.__name__}: {fault}" for fault in _faults(kind, row)]
    assert not wrong, "\n".join(wrong)
    assert desk.read(audit.verify).intact


def _faults(kind: type[c.Command], row: AuditRow | None) -> Iterator[str]:
    """What is wrong with an entry, said with the whole of it."""
    if row is None:
        yield "no entry"
        return
    words = [f"{one.what}: {one.before} → {one.after}" for one in row.changes]
    told = "; ".join((row.sentence, *words))
    if row.sentence.split()[0] not in {"Ann", "Ben", "Cara"} or "nobody" in row.sentence:
        yield f"who did it to whom? {told}"
    if RAW.search(told):
        yield f"raw: {told}"
    if not words or not all(one.before or one.after for one in row.changes):
        yield f"nothing before and after: {told}"
    if kind not in NEW and not any(one.before for one in row.changes):
        yield f"nothing before: {told}"


# --- what no person did -----------------------------------------------------------------------------


def test_r31_health_that_the_figures_turn_is_an_entry_of_the_desk(day: Day) -> None:
    office = day.office
    talk = office.conversation(office.own, "+12025550171", office.ben)
    for status, n in (("delivered", 20), ("failed", 20)):
        for _ in range(n):
            position = office.message(talk, "Hello", Origin.PERSON)
            with office.workspace.write() as tx:
                where = tables.messages.c.position == position
                tx.execute(sa.update(tables.messages).where(where).values(status=status))
    HealthWatch(office.workspace).run(office.now)
    (row,) = office.desk(office.ann).read(audit.part, Wanted(by_rule=True)).rows
    assert row.sentence == "The desk called the health of +1 202-555-0101 degraded."
    assert (row.actor_id, row.reason) == (None, "By the figures")
    assert row.changes == (Difference("Health", "ok", "degraded"),)


def test_r31_sender_ids_that_the_provider_lists_or_a_message_names_are_entries(day: Day) -> None:
    """R61."""
    office = day.office
    listed = [
        RemoteSender(
            Channel.SMS, address, SenderKind.LONG_CODE, "US", "", SenderDirection.BOTH, sid
        )
        for address, sid in (("+12025550191", "PN1"), ("+12025550192", "PN2"))
    ]
    provider = Mock(directory=lambda: Directory(tuple(listed), ()))
    for _ in range(2):  # a second look finds nothing new
        discover(office.workspace, office.account, provider, office.now)
    with office.workspace.write() as tx:
        message = Mock(channel=Channel.SMS, sender_raw="+12025550193")
        Book(tx, office.account, at=office.now).sender(message)
    found, imported = office.desk(office.ann).read(audit.part, Wanted(by_rule=True)).rows
    assert imported.sentence == "The desk imported 2 sender IDs."
    assert imported.changes == (
        Difference("Sender IDs", "", "+1 202-555-0191 and +1 202-555-0192"),
    )
    assert found.sentence == "The desk added the sender ID +1 202-555-0193."
    assert found.reason == "Found in a message"
