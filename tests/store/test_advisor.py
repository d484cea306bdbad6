"""The advisor over a workspace: what it counts, what its remedies do and undo (R15, R31)."""

from __future__ import annotations

from datetime import timedelta
from uuid import UUID

import pytest
import sqlalchemy as sa

from sms_desk.domain import commands as c
from sms_desk.domain import sender_policy
from sms_desk.domain.advisor import FindingCode
from sms_desk.domain.errors import NotFoundError, RefusedError
from sms_desk.domain.model import (
    BindingKind,
    Channel,
    HolderKind,
    Origin,
    ProgramKind,
    SenderKind,
    SourceKind,
    TeamState,
)
from sms_desk.services import advisor, inbox
from sms_desk.services.advisor import FindingRow
from sms_desk.store import tables
from sms_desk.store.engine import Workspace
from tests.store.office import Office


@pytest.fixture
def office(workspace: Workspace) -> Office:
    """Cara has a number of her own, too, and the number that is also on WhatsApp is retired there."""
    office = Office(workspace)
    ann = office.desk(office.ann)
    ann.change(c.RetireSender(**ann.stamp(), sender_id=office.whatsapp))
    ann.change(
        c.HoldSender(
            **ann.stamp(),
            holding_id=ann.stamp()["id"],
            sender_id=office.unheld,
            holder_kind=HolderKind.PERSON,
            holder_id=office.cara,
        )
    )
    return office


def found(office: Office, *, waived: bool = False) -> dict[FindingCode, FindingRow]:
    rows = office.desk(office.ann).read(advisor.findings, waived=waived)
    return {row.code: row for row in rows}


def bind(office: Office, program: UUID, sender: UUID) -> None:
    ann = office.desk(office.ann)
    ann.change(
        c.BindProgram(
            **ann.stamp(),
            binding_id=ann.stamp()["id"],
            program_id=program,
            kind=BindingKind.SENDER,
            sender_id=sender,
        )
    )


def apply(office: Office, row: FindingRow) -> UUID:
    ann = office.desk(office.ann)
    return ann.change(*ann.read(advisor.remedy_commands, row.key, ann.stamp())).command_id


def test_an_office_in_order(office: Office) -> None:
    assert found(office) == {}


def test_campaign_and_manual_traffic_of_ninety_days(office: Office) -> None:
    """R15, R16: what is written by hand in answer to the campaign is the campaign's."""
    sale = office.program("Spring sale")
    talk = office.conversation(office.own, "+12025550171", office.ben)
    office.message(talk, "Half off this week", Origin.PROGRAM, program=sale)
    other = office.conversation(office.own, "+12025550172", office.ben)
    office.message(
        other, "Old words", Origin.PERSON, at=office.now - timedelta(days=advisor.DAYS + 1)
    )
    assert FindingCode.CAMPAIGN_AND_MANUAL not in found(office)
    office.message(other, "Shall I reserve one?", Origin.PERSON)
    row = found(office)[FindingCode.CAMPAIGN_AND_MANUAL]
    assert row.sender_ids == (office.own,)
    assert set(row.based_on) == {
        "Spring sale: 1 message in 90 days",
        "Written by hand: 1 message in 90 days",
    }
    with office.workspace.write() as tx:
        tx.execute(
            sa.update(tables.conversations)
            .where(tables.conversations.c.id == other)
            .values(source_kind=SourceKind.CAMPAIGN, source_program_id=sale)
        )
    assert FindingCode.CAMPAIGN_AND_MANUAL not in found(office)


def test_a_remedy_is_done_and_undone(office: Office) -> None:
    """R15."""
    sale = office.program("Spring sale")
    talk = office.conversation(office.own, "+12025550171", office.ben)
    office.message(talk, "Half off this week", Origin.PROGRAM, program=sale)
    office.message(talk, "Shall I reserve one?", Origin.PERSON)
    row = found(office)[FindingCode.CAMPAIGN_AND_MANUAL]
    command_id = apply(office, row)
    after = found(office)
    assert FindingCode.CAMPAIGN_AND_MANUAL in after, "the traffic of 90 days stays what it was"
    assert after[FindingCode.CAMPAIGN_AND_MANUAL].remedy == ""
    assert FindingCode.NO_DEDICATED_NUMBER in after, "Ben's own number is the campaign's now"
    office.desk(office.ann).undo(command_id)
    assert found(office)[FindingCode.CAMPAIGN_AND_MANUAL].remedy == row.remedy


def test_a_spare_number_is_given_and_taken_back(office: Office) -> None:
    ann = office.desk(office.ann)
    ann.change(c.RetireSender(**ann.stamp(), sender_id=office.own))
    ann.change(
        c.AddSender(
            **ann.stamp(),
            sender_id=ann.stamp()["id"],
            channel=Channel.SMS,
            address="+12025550109",
            kind="long_code",  # type: ignore[arg-type]
            country="US",
            account_id=office.account,
        )
    )
    row = found(office)[FindingCode.NO_DEDICATED_NUMBER]
    assert row.person_ids == (office.ben,)
    command_id = apply(office, row)
    assert FindingCode.NO_DEDICATED_NUMBER not in found(office)
    with pytest.raises(NotFoundError, match="no longer finds"):
        ann.read(advisor.remedy_commands, row.key, ann.stamp())
    ann.undo(command_id)
    assert FindingCode.NO_DEDICATED_NUMBER in found(office)


def test_one_contact_from_two_numbers_goes_on_in_the_newer(office: Office) -> None:
    """R15, R60: the older conversation can be closed, and opened again by undo."""
    older = office.conversation(office.own, "+12025550171", office.ben)
    office.message(older, "Hello from me", Origin.PERSON)
    office.later(minutes=5)
    newer = office.conversation(office.shared, "+12025550171", office.ben)
    office.message(newer, "And from us", Origin.PERSON)
    row = found(office)[FindingCode.SEVERAL_SENDERS_FOR_ONE_CONTACT]
    assert set(row.sender_ids) == {office.own, office.shared}
    command_id = apply(office, row)
    states = {r.id: r.team_state for r in office.desk(office.ann).read(inbox.rows, [older, newer])}
    assert states == {older: TeamState.CLOSED, newer: TeamState.OPEN}
    office.desk(office.ann).undo(command_id)
    (again,) = office.desk(office.ann).read(inbox.rows, [older])
    assert again.team_state is TeamState.OPEN


def test_writing_to_india_and_to_the_us(office: Office) -> None:
    """R15: by the number written to; Canada and the Bahamas are not the US."""
    for peer in ("+919812345678", "+12125550171", "+14165550171", "+12425550171"):
        talk = office.conversation(office.own, peer, office.ben)
        office.message(talk, "Hello", Origin.PERSON)
    rows = found(office)
    assert rows[FindingCode.UNREGISTERED_INDIA].based_on[0] == "1 message to India in 90 days"
    assert rows[FindingCode.UNREGISTERED_10DLC].based_on[0] == "1 message to the US in 90 days"


def test_a_number_without_a_country_has_that_of_its_plan(office: Office) -> None:
    """R15, R43: a British number needs no 10DLC, an Indian one on WhatsApp is advised on DLT."""
    ann = office.desk(office.ann)
    for address, kind in (
        ("+447700900118", SenderKind.LONG_CODE),
        ("+919812345678", SenderKind.WHATSAPP),
    ):
        ann.change(
            c.AddSender(
                **ann.stamp(),
                sender_id=ann.stamp()["id"],
                channel=sender_policy.channel_of(kind),
                address=address,
                kind=kind,
                account_id=office.account,
            )
        )
    with office.workspace.write() as tx:
        tx.execute(sa.update(tables.sender_ids).values(country=""))
        (british,) = tx.execute(
            sa.select(tables.sender_ids.c.id).where(tables.sender_ids.c.address == "+447700900118")
        ).scalars()
    office.message(office.conversation(british, "+12125550171"), "Hello", Origin.PERSON)
    assert set(found(office)) == {FindingCode.WHATSAPP_DLT}


def test_a_service_that_takes_no_replies(office: Office) -> None:
    """R15, R18."""
    reminders = office.program("Reminders", ProgramKind.SERVICE)
    with office.workspace.write() as tx:
        tx.execute(
            sa.update(tables.programs)
            .where(tables.programs.c.id == reminders)
            .values(takes_replies=False)
        )
    row = found(office)[FindingCode.NO_AUTO_RESPONDER]
    command_id = apply(office, row)
    assert found(office) == {}
    office.desk(office.ann).undo(command_id)
    assert FindingCode.NO_AUTO_RESPONDER in found(office)


def test_a_service_on_two_numbers_lets_one_go(office: Office) -> None:
    reminders = office.program("Reminders", ProgramKind.SERVICE)
    ann = office.desk(office.ann)
    numbers = []
    for last in (7, 8):
        id_ = ann.stamp()["id"]
        numbers.append(id_)
        ann.change(
            c.AddSender(
                **ann.stamp(),
                sender_id=id_,
                channel=Channel.SMS,
                address=f"+1202555011{last}",
                kind="long_code",  # type: ignore[arg-type]
                country="US",
                account_id=office.account,
            )
        )
        bind(office, reminders, id_)
    row = found(office)[FindingCode.SERVICE_ON_TWO_NUMBERS]
    assert set(row.sender_ids) == set(numbers)
    command_id = apply(office, row)
    assert FindingCode.SERVICE_ON_TWO_NUMBERS not in found(office)
    ann.undo(command_id)
    assert FindingCode.SERVICE_ON_TWO_NUMBERS in found(office)


def test_a_finding_accepted_as_it_is(office: Office) -> None:
    """R15: by name and with a reason; undo and --reopen bring it back."""
    reminders = office.program("Reminders", ProgramKind.SERVICE)
    with office.workspace.write() as tx:
        tx.execute(
            sa.update(tables.programs)
            .where(tables.programs.c.id == reminders)
            .values(takes_replies=False)
        )
    (row,) = found(office).values()
    ann = office.desk(office.ann)
    done = ann.change(c.WaiveFinding(**ann.stamp(), key=row.key, reason=" The law wants  it so "))
    assert found(office) == {}
    (kept,) = found(office, waived=True).values()
    assert (kept.waived_by, kept.waived_reason) == ("Ann", "The law wants it so")
    ann.undo(done.command_id)
    assert list(found(office).values()) == [row]


def test_reps_see_no_findings_and_supervisors_change_nothing(office: Office) -> None:
    """R31."""
    with pytest.raises(RefusedError, match="everybody's sender IDs"):
        office.desk(office.ben).read(advisor.findings)
    ben = office.desk(office.ben)
    with pytest.raises(RefusedError, match="admin"):
        ben.read(advisor.remedy_commands, "no_fallback:x", ben.stamp())
    with pytest.raises(RefusedError, match="admin"):
        ben.change(c.WaiveFinding(**ben.stamp(), key="no_fallback:x"))
