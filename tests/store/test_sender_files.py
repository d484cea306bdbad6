"""The directory out and in, by file and from the provider: all or nothing, and back (R11, R58, R59)."""

from __future__ import annotations

import io
from dataclasses import replace
from uuid import UUID

import pytest
import sqlalchemy as sa

from sms_desk.domain import commands as c
from sms_desk.domain.commands import SenderLine
from sms_desk.domain.errors import RefusedError, UsageError
from sms_desk.domain.model import Channel, HolderKind, Purpose, SenderDirection, SenderKind
from sms_desk.domain.registration import India, Registration, RegistrationState, Route, TenDlc
from sms_desk.providers.base import Directory, RemoteSender
from sms_desk.services import csv_files, holdings, sender_csv, sender_import, senders
from sms_desk.services.executor import Done
from sms_desk.services.rows import SenderRow
from sms_desk.services.sender_csv import LineReport, Outcome, Plan
from sms_desk.services.sender_import import ProviderChange, ProviderPreview
from sms_desk.store import tables
from sms_desk.store.engine import Workspace
from sms_desk.store.ids import new_id
from tests.store.office import Office


@pytest.fixture
def office(workspace: Workspace) -> Office:
    return Office(workspace)


def planned(office: Office, text: str) -> Plan:
    _, records = csv_files.read(io.BytesIO(text.encode()), sender_csv.COLUMNS, "address")
    return office.desk(office.ann).read(sender_csv.plan, records)


def apply(office: Office, plan: Plan) -> Done:
    ann = office.desk(office.ann)
    return ann.change(c.ImportSenders(**ann.stamp(), lines=plan.wanted))


def exported(office: Office) -> str:
    written = io.StringIO(newline="")
    rows = office.desk(office.ann).read(lambda ctx: list(sender_csv.export_rows(ctx)))
    csv_files.write(written, sender_csv.COLUMNS, rows)
    return written.getvalue()


def directory(office: Office) -> dict[str, SenderRow]:
    rows = office.desk(office.ann).read(senders.listing, retired=True)
    return {f"{row.channel}:{row.address}": row for row in rows}


def outcomes(plan: Plan) -> list[Outcome]:
    return [report.outcome for report in plan.reports]


def fields_of(report: LineReport) -> set[str]:
    return {problem.field for problem in report.problems}


FULL = """address,kind,country,label,direction,purpose,account,inbound,fallback,holders,india_route,\
india_entity_id,india_header,india_header_type,us_brand_id,us_brand_state,us_campaign_id,\
us_campaign_state
+12025550110,,US,Sales,,campaign,Twilio,,,Ben | Cara,,,,,BN1,approved,CM1,pending
FERNHI,alphanumeric,IN,,outgoing,service,Twilio,+12025550110,,,domestic,1234567890123456789,FERNHI,S,,,,
70707,,US,,,,,,70708,everyone,,,,,,,,
70708,,US,,,,,,,,,,,,,,,
"""


def test_r11_a_file_becomes_the_directory_and_its_export_is_the_file_again(office: Office) -> None:
    plan = planned(office, FULL)
    assert outcomes(plan) == [Outcome.ADDED] * 4
    done = apply(office, plan)
    assert (done.count, done.label) == (4, "Imported 4 sender IDs")
    found = directory(office)
    sales, header = found["sms:+12025550110"], found["sms:FERNHI"]
    assert (sales.label, sales.purpose, sales.holders) == (
        "Sales",
        Purpose.CAMPAIGN,
        ("Ben", "Cara"),
    )
    assert sales.account_label == "Twilio"
    assert sales.registration == Registration(
        us=TenDlc("BN1", RegistrationState.APPROVED, "CM1", RegistrationState.PENDING)
    )
    assert (header.direction, header.inbound_id) == (SenderDirection.OUTGOING, sales.id)
    assert header.registration is not None
    assert header.registration.india is not None
    assert header.registration.india.domestic
    assert found["sms:70707"].fallback_id == found["sms:70708"].id
    assert found["sms:70707"].holders == ("everyone",)
    again = planned(office, exported(office))
    assert outcomes(again) == [Outcome.UNCHANGED] * 8
    assert again.wanted == ()


def test_r45_an_export_has_no_cell_that_runs_and_comes_back_exactly(office: Office) -> None:
    ann = office.desk(office.ann)
    row = ann.read(senders.row, office.own)
    for label in ("=1+1", "'=x", "+Sales", "@team", '"quoted"', "two\nlines", "Zoë 🏕 تجربة"):
        ann.change(
            c.EditSender(**ann.stamp(), sender_id=row.id, label=label, direction=row.direction)
        )
        text = exported(office)
        assert "\n=" not in text.replace('"two\nlines"', "")
        assert '"=' not in text.replace('""', "")
        assert outcomes(planned(office, text)) == [Outcome.UNCHANGED] * 4


def test_r59_what_a_line_changes_is_said_column_by_column_and_taken_back(office: Office) -> None:
    before = exported(office)
    plan = planned(office, "address,label,holders,retired\n+12025550102,West,Cara|Ann,yes\n")
    (report,) = plan.reports
    assert report.outcome is Outcome.CHANGED
    assert [(each.field, each.before, each.after) for each in report.differences] == [
        ("label", "", "West"),
        ("holders", "Ben | Cara", "Ann | Cara"),
        ("retired", "no", "yes"),
    ]
    office.later(minutes=1)
    done = apply(office, plan)
    assert directory(office)["sms:+12025550102"].holders == ("Ann", "Cara")
    office.later(minutes=1)
    office.desk(office.ann).undo(done.command_id)
    assert exported(office) == before


def test_r58_an_import_taken_back_retires_what_it_added_and_it_can_come_back(
    office: Office,
) -> None:
    done = apply(office, planned(office, "address,holders\n+12025550120,Ben\n+12025550121,Ben\n"))
    used = directory(office)["sms:+12025550121"].id
    office.conversation(used, "+12025550171")
    office.later(minutes=1)
    office.desk(office.ann).undo(done.command_id)
    found = directory(office)
    for address in ("sms:+12025550120", "sms:+12025550121"):
        assert (found[address].retired, found[address].holders) == (True, ())
    again = planned(office, "address,label\n+12025550120,x\n")
    assert [warning.field for warning in again.reports[0].warnings] == ["retired"]
    apply(office, planned(office, "address,retired\n+12025550120,no\n"))
    assert not directory(office)["sms:+12025550120"].retired


WRONG = """address,channel,kind,country,direction,holders,inbound,fallback,account,retired,label
12025550111,,,,,,,,,,no plus
+12025550112,,,GB,,,,,,,other country
TWELVELETTER,,alphanumeric,,,,,,,,twelve
FERNHILL,whatsapp,alphanumeric,,,,,,,,a name on WhatsApp
+12025550113,,,,,Bob,,,,,nobody
+12025550114,,,,sideways,,,,,,no direction
FERNHILL,,,GB,,,+12025559999,,,,no such inbound
+12025550115,,,,,,,+12025550115,,,itself
+12025550116,,,,,,,,Other,,no account
+12025550117,,,,,,,,,perhaps,neither
1.5E+10,,,,,,,,,,shortened
+12025550118,,,,,,,,,,good
+12025550118,,,,,,,,,,twice
,,,,,,,,,,empty
"""


def test_r11_each_wrong_line_says_its_field_and_nothing_is_half_imported(office: Office) -> None:
    plan = planned(office, WRONG)
    found = {report.line: fields_of(report) for report in plan.reports}
    assert found == {
        2: {"address"},
        3: {"country"},
        4: {"address"},
        5: {"channel"},
        6: {"holders"},
        7: {"direction"},
        8: {"inbound"},
        9: {"fallback"},
        10: {"account"},
        11: {"retired"},
        12: {"address"},
        13: set(),
        14: {"address"},
        15: {"address"},
    }
    before = exported(office)
    line = next(line for line in plan.wanted)
    bad = replace(line, sender_id=new_id(), address="12025550111")
    ann = office.desk(office.ann)
    with pytest.raises(UsageError, match="12025550111"):
        ann.change(c.ImportSenders(**ann.stamp(), lines=(line, bad)))
    twin = replace(line, sender_id=new_id())
    with pytest.raises(UsageError, match="stands there twice"):
        ann.change(c.ImportSenders(**ann.stamp(), lines=(line, twin)))
    assert exported(office) == before


def test_r11_who_names_a_wrong_line_is_wrong_too(office: Office) -> None:
    plan = planned(
        office,
        "address,kind,country,inbound,direction,fallback\n"
        "FERNHILL,alphanumeric,GB,+447700900130,outgoing,\n"
        "+447700900130,,US,,,\n"
        "+447700900131,,,,,FERNHILL\n",
    )
    assert outcomes(plan) == [Outcome.ERROR] * 3
    assert plan.wanted == ()


def test_r11_only_an_admin_imports(office: Office) -> None:
    plan = planned(office, "address\n+12025550120\n")
    ben = office.desk(office.ben)
    with pytest.raises(RefusedError):
        ben.change(c.ImportSenders(**ben.stamp(), lines=plan.wanted))


def test_r59_a_profile_that_was_called_a_team_is_the_same_holder(office: Office) -> None:
    ann, west = office.desk(office.ann), new_id()
    ann.change(c.AddTeam(**ann.stamp(), team_id=west, name="West", profile=True))
    with office.workspace.write() as tx:
        tx.execute(
            sa.insert(tables.holdings).values(
                id=new_id(),
                sender_id=office.unheld,
                holder_kind="team",
                holder_id=west,
                since=office.now,
            )
        )
    assert outcomes(planned(office, exported(office))) == [Outcome.UNCHANGED] * 4
    plan = planned(office, "address,label,holders\n+12025550103,x,West\n")
    apply(office, plan)
    assert holdings_of(office, office.unheld) == [("West", True)]


def test_r1_a_short_code_is_one_in_each_country_also_in_a_file(office: Office) -> None:
    apply(office, planned(office, "address,country\n22000,GB\n"))
    plan = planned(office, "address,country,label\n22000,FR,x\n22000,GB,y\n")
    assert outcomes(plan) == [Outcome.ADDED, Outcome.CHANGED]
    alone = planned(office, "address,label\n22000,z\n")
    assert outcomes(alone) == [Outcome.CHANGED]


def test_r59_loans_end_by_themselves_and_are_shown(office: Office) -> None:
    ann = office.desk(office.ann)
    loan = c.HoldSender(
        **ann.stamp(),
        holding_id=new_id(),
        sender_id=office.own,
        holder_kind=HolderKind.PERSON,
        holder_id=office.cara,
        until=office.now.replace(hour=18),
        reason="holidays",
    )
    ann.change(loan)
    assert ann.read(senders.row, office.own).holders == ("Ben", "Cara")
    office.later(hours=7)
    assert ann.read(senders.row, office.own).holders == ("Ben",)
    rows = ann.read(holdings.of_sender, office.own)
    assert [(row.name, row.running, row.reason) for row in rows] == [
        ("Cara", False, "holidays"),
        ("Ben", True, ""),
    ]


# --- the provider's list ----------------------------------------------------------------------------


def remote(
    address: str, label: str = "", country: str = "", channel: Channel = Channel.SMS
) -> RemoteSender:
    kind = SenderKind.WHATSAPP if channel is Channel.WHATSAPP else SenderKind.LONG_CODE
    return RemoteSender(
        channel, address, kind, country, label, SenderDirection.BOTH, f"PN{address}"
    )


def previewed(office: Office, *listed: RemoteSender, **missing: tuple[str, ...]) -> ProviderPreview:
    found = Directory(listed, (), **missing)
    return office.desk(office.ann).read(sender_import.preview, office.account, "Twilio", found)


def test_r11_the_provider_preview_says_what_would_change_and_changes_nothing(
    office: Office,
) -> None:
    ann = office.desk(office.ann)
    ann.change(c.RetireSender(**ann.stamp(), sender_id=office.shared))
    before = exported(office)
    found = previewed(
        office,
        remote("+12025550101", "Front desk", "US"),
        remote("+12025550102"),
        remote("+12025550101", channel=Channel.WHATSAPP),
        remote("+12025550150", "New line", "US"),
        remote("+12025550151", "Elsewhere", "GB"),
    )
    assert exported(office) == before
    said = [(one.change, one.address, one.proposed) for one in found.lines]
    assert said == [
        (ProviderChange.NEW, "+12025550150", True),
        (ProviderChange.NEW, "+12025550151", False),
        (ProviderChange.CHANGED, "+12025550101", True),
        (ProviderChange.GONE, "+12025550103", False),
        (ProviderChange.CONFLICT, "+12025550102", False),
    ]
    assert found.same == 1
    assert found.lines[1].line is None
    assert found.lines[1].problems[0].field == "country"
    changed = {(each.field, each.after) for each in found.lines[2].differences}
    assert changed == {("label", "Front desk"), ("country", "US")}


def test_r11_chosen_lines_are_applied_and_undone_as_one(office: Office) -> None:
    before = exported(office)
    found = previewed(office, remote("+12025550101", "Front desk", "US"), remote("+12025550150"))
    ids = [one.id for one in found.lines if one.address != "+12025550102"]
    ann = office.desk(office.ann)
    done = ann.change(c.ImportSenders(**ann.stamp(), lines=found.chosen(ids)))
    now = directory(office)
    assert now["sms:+12025550150"].account_label == "Twilio"
    assert now["sms:+12025550101"].label == "Front desk"
    assert now["sms:+12025550103"].retired
    assert not now["sms:+12025550102"].retired
    assert now["whatsapp:+12025550101"].retired
    office.later(minutes=1)
    ann.undo(done.command_id)
    left = exported(office).splitlines()
    assert [line for line in left if "+12025550150" not in line] == before.splitlines()
    assert directory(office)["sms:+12025550150"].retired


@pytest.mark.parametrize("why", ["unlisted", "unanswered"])
def test_r11_what_was_not_listed_is_not_gone(office: Office, why: str) -> None:
    found = previewed(office, remote("+12025550101"), **{why: ("WhatsApp senders",)})
    assert getattr(found, why) == ("WhatsApp senders",)
    gone = [one for one in found.lines if one.change is ProviderChange.GONE]
    assert gone
    assert all(one.problems and not one.proposed for one in gone)


# --- holders (R12, R59) -----------------------------------------------------------------------------


def holdings_of(office: Office, sender: UUID) -> list[tuple[str, bool]]:
    rows = office.desk(office.ann).read(holdings.of_sender, sender)
    return [(row.name, row.running) for row in rows]


def test_r12_several_profiles_teams_programs_and_all_hold_a_sender_id(office: Office) -> None:
    ann = office.desk(office.ann)
    west, program = new_id(), office.program("Autumn")
    ann.change(c.AddTeam(**ann.stamp(), team_id=west, name="West sales", profile=True))
    done = ann.change(
        c.HoldSenders(
            **ann.stamp(),
            sender_ids=(office.unheld, office.own),
            holders=(
                c.Holder(HolderKind.PERSON, office.ben),
                c.Holder(HolderKind.TEAM, west),
                c.Holder(HolderKind.PROGRAM, program),
                c.Holder(HolderKind.ORGANISATION),
            ),
        )
    )
    assert done.count == 7  # Ben holds his own already
    row = ann.read(senders.row, office.unheld)
    assert row.holders == ("everyone", "Autumn", "Ben", "West sales")
    with office.workspace.read() as tx:
        kinds = set(tx.execute(sa.select(tables.holdings.c.holder_kind)).scalars())
    assert kinds == {"person", "profile", "program", "organisation"}
    office.later(minutes=1)
    ann.undo(done.command_id)
    assert ann.read(senders.row, office.unheld).holders == ()
    assert ann.read(senders.row, office.own).holders == ("Ben",)


def test_r59_the_same_holder_twice_at_one_time_is_refused(office: Office) -> None:
    ann = office.desk(office.ann)

    def hold(**more: object) -> c.HoldSender:
        return c.HoldSender(
            **ann.stamp(),
            holding_id=new_id(),
            sender_id=office.own,
            holder_kind=HolderKind.PERSON,
            holder_id=office.ben,
            **more,  # type: ignore[arg-type]
        )

    with pytest.raises(RefusedError, match="already"):
        ann.change(hold())
    (ends,) = ann.read(holdings.of_sender, office.own)
    ended = ann.change(c.EndHolding(**ann.stamp(), holding_id=ends.id))
    office.later(minutes=1)
    again = ann.change(hold())
    with pytest.raises(RefusedError, match="already"):
        ann.undo(ended.command_id)
    ann.undo(again.command_id)
    office.later(minutes=1)
    ann.undo(ended.command_id)
    assert ann.read(senders.row, office.own).holders == ("Ben",)
    assert holdings_of(office, office.own) == [("Ben", False), ("Ben", True)]


def test_r59_a_holding_is_changed_and_undone_and_an_ended_one_stays_ended(office: Office) -> None:
    ann = office.desk(office.ann)
    (mine,) = ann.read(holdings.of_sender, office.own)
    until = office.now.replace(hour=20)
    done = ann.change(
        c.EditHolding(**ann.stamp(), holding_id=mine.id, until=until, reason="until then")
    )
    (row,) = ann.read(holdings.of_sender, office.own)
    assert (row.until, row.reason) == (until, "until then")
    ann.undo(done.command_id)
    assert ann.read(holdings.of_sender, office.own) == (mine,)
    with pytest.raises(UsageError, match="before it began"):
        ann.change(
            c.EditHolding(**ann.stamp(), holding_id=mine.id, until=office.now.replace(year=2020))
        )
    ann.change(c.EndHolding(**ann.stamp(), holding_id=mine.id))
    ended = ann.read(holdings.of_sender, office.own)
    office.later(minutes=1)
    assert ann.change(c.EndHolding(**ann.stamp(), holding_id=mine.id)).count == 0
    assert ann.read(holdings.of_sender, office.own) == ended


def test_r11_an_edit_is_undone_whole_and_an_old_one_keeps_the_rest(office: Office) -> None:
    ann = office.desk(office.ann)
    first = ann.read(senders.row, office.own)
    said = Registration(India(Route.INTERNATIONAL), TenDlc("BN1", RegistrationState.APPROVED))
    done = ann.change(
        c.EditSender(
            **ann.stamp(),
            sender_id=office.own,
            label="Front",
            direction=SenderDirection.BOTH,
            kind=SenderKind.LONG_CODE,
            purpose=Purpose.SERVICE,
            country="us",
            registration=said,
            fallback_id=office.shared,
        )
    )
    row = ann.read(senders.row, office.own)
    assert (row.purpose, row.country, row.registration, row.fallback_id) == (
        Purpose.SERVICE,
        "US",
        said,
        office.shared,
    )
    old = ann.change(
        c.EditSender(
            **ann.stamp(), sender_id=office.own, label="Desk", direction=SenderDirection.BOTH
        )
    )
    assert ann.read(senders.row, office.own) == replace(row, label="Desk")
    ann.undo(old.command_id)
    assert ann.read(senders.row, office.own) == row
    ann.undo(done.command_id)
    assert ann.read(senders.row, office.own) == first


def test_r11_what_was_wrong_before_keeps_nobody_from_changing_the_rest(office: Office) -> None:
    with office.workspace.write() as tx:
        tx.execute(
            sa.update(tables.sender_ids)
            .where(tables.sender_ids.c.id == office.own)
            .values(country="GB")
        )
    ann = office.desk(office.ann)
    edit = c.EditSender(
        **ann.stamp(),
        sender_id=office.own,
        label="x",
        direction=SenderDirection.BOTH,
        purpose=Purpose.DIRECT,
        country="GB",
    )
    ann.change(edit)
    with pytest.raises(UsageError, match="not its own fallback"):
        ann.change(replace(edit, **ann.stamp(), fallback_id=office.own))


def test_sender_lines_are_whole() -> None:
    """A field that the command of an import lacks would be lost by it."""
    kept = {"sender_id", "channel", "address", "account_id", "retired", "holders"}
    edited = set(c.EditSender.__dataclass_fields__) - {"id", "at", "sender_id", "logged"}
    assert set(SenderLine.__dataclass_fields__) - kept == edited
