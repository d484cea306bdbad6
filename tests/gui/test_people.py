"""People and teams in the window (R23, R29, R31, R58)."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from uuid import UUID

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QPushButton, QWidget
from pytestqt.qtbot import QtBot

from sms_desk.domain import commands as c
from sms_desk.domain.absences import Cover, Part, Share, Split
from sms_desk.domain.model import HolderKind, Role
from sms_desk.services import people
from sms_desk.services.people import Here, StaffRow, TeamRow
from sms_desk.store.ids import new_id
from sms_desk.ui.advisor.reading import Subject
from sms_desk.ui.cover import AbsencesScreen, PlanScreen
from sms_desk.ui.people import PeopleScreen
from sms_desk.ui.people.person_form import NewPerson
from sms_desk.ui.people.person_pane import PersonPane
from sms_desk.ui.people.reading import differs
from sms_desk.ui.people.team_pane import NewTeam, TeamPane
from sms_desk.ui.people.words import clock_words, load_cell
from sms_desk.ui.reassign import ReassignDialog
from sms_desk.ui.senders import SendersScreen
from tests.gui.session import Shop, open_shop
from tests.store.office import NOON, Office


@pytest.fixture
def shop(qtbot: QtBot, office: Office, tmp_path: Path) -> Iterator[Shop]:
    """Ann's window: she is the admin."""
    with open_shop(qtbot, tmp_path, office, office.ann) as made:
        yield made


@pytest.fixture
def yes(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """Every question is answered with yes; what was asked."""
    asked: list[str] = []

    def answer(_parent: QWidget, title: str, *_words: str, **_more: object) -> bool:
        asked.append(title)
        return True

    monkeypatch.setattr("sms_desk.ui.people.people.ask", answer)
    return asked


def opened(shop: Shop) -> PeopleScreen:
    shop.wiring.desk.show_screen("people")
    screen = shop.window.screen_shown()
    assert isinstance(screen, PeopleScreen)
    shop.until(screen.people.table.rows)
    return screen


def pane_of(shop: Shop, person: UUID) -> PersonPane:
    screen = opened(shop)
    screen.people.table.choose(person)
    return shown(screen)


def shown(screen: PeopleScreen) -> PersonPane:
    assert screen.people._pane is not None
    return screen.people._pane


def cells(screen: PeopleScreen, person: UUID) -> list[str]:
    table = screen.people.table
    model, rows = table.model(), table.rows()
    at = [row.id for row in rows].index(person)
    role = Qt.ItemDataRole.AccessibleTextRole
    return [model.index(at, column).data(role) for column in range(model.columnCount())]


def row_of(shop: Shop, person: UUID) -> StaffRow:
    return shop.office.desk(shop.office.ann).read(people.row, person)


def visible(pane: QWidget) -> set[str]:
    """The buttons that can be seen."""
    return {b.text() for b in pane.findChildren(QPushButton) if b.text() and b.isVisible()}


def add_team(office: Office, name: str, *members: UUID, profile: bool = False) -> UUID:
    ann, id_ = office.desk(office.ann), new_id()
    ann.change(c.AddTeam(**ann.stamp(), team_id=id_, name=name, profile=profile))
    for member in members:
        stamp = ann.stamp()
        ann.change(c.AddMember(**stamp, membership_id=new_id(), team_id=id_, person_id=member))
    return id_


def person(office: Office, name: str, role: Role) -> UUID:
    ann, id_ = office.desk(office.ann), new_id()
    ann.change(c.AddPerson(**ann.stamp(), person_id=id_, name=name, role=role, zone="Asia/Tokyo"))
    return id_


def away(office: Office) -> None:
    """Ben is away for two days, Cara answers."""
    ben = office.desk(office.ben)
    ben.change(
        c.PlanAbsence(
            **ben.stamp(),
            absence_id=new_id(),
            person_id=office.ben,
            since=office.now - timedelta(hours=1),
            until=office.now + timedelta(days=2),
            zone="Europe/Berlin",
            covers=(Cover(Part.CONVERSATIONS, Split.ONE, (Share(office.cara),)),),
            confirmed=True,
        )
    )


# --- the table ------------------------------------------------------------------------------------


def test_r31_who_works_here_stands_with_role_presence_load_teams_and_clock(shop: Shop) -> None:
    office = shop.office
    conversation = office.conversation(office.own, "+12025550110", office.ben)
    office.message(conversation, "hello")
    add_team(office, "West", office.ben)
    ann = office.desk(office.ann)
    ann.change(c.SetCapacity(**ann.stamp(), person_id=office.ben, capacity=40))
    away(office)
    screen = opened(shop)
    shop.until(lambda: "Away" in cells(screen, office.ben)[1])
    assert cells(screen, office.ben) == [
        "Ben Rep",
        "Away until Thu 19 Nov 13:00, covered by \u2068Cara\u2069",
        "1 of 40 · 1 waiting",
        "West",
        "13:00 Berlin",
    ]
    assert cells(screen, office.ann)[:2] == ["Ann Admin · you", "Here"]


def test_text_and_state_narrow_the_table(shop: Shop) -> None:
    office = shop.office
    ann = office.desk(office.ann)
    ann.change(c.SuspendPerson(**ann.stamp(), person_id=office.cara))
    screen = opened(shop)

    def names() -> list[str]:
        return [row.name for row in screen.people.table.rows()]

    assert names() == ["Ann", "Ben", "Cara"]
    screen._search.setText("suspended")
    assert names() == ["Cara"]
    screen._search.setText("")
    screen.people.states.choose(frozenset({Here.HERE}))
    assert names() == ["Ann", "Ben"]
    screen.people.states.choose(frozenset({Here.REMOVED}))
    assert names() == []
    assert screen.people.table._empty


def test_a_colleague_s_change_is_seen_and_half_typed_words_stay(shop: Shop) -> None:
    office = shop.office
    pane = pane_of(shop, office.ben)
    pane.form.name.setText("Benn")
    ann = shop.wiring.doors.desk
    shop.wiring.doors.change(
        shop.wiring, c.SetCapacity(**ann.stamp(), person_id=office.ben, capacity=7)
    )
    shop.until(lambda: pane.form.capacity.text() == "7")
    assert pane.form.name.text() == "Benn"
    assert "0 of 7 open" in pane.head.words()


def test_time_alone_is_no_change() -> None:
    row = StaffRow(
        UUID(int=1), "Ben", Role.REP, "UTC", NOON, "", Here.HERE, None, None, (), (),
        3, 1, 0, 40, (), "", False, True, True,
    )  # fmt: skip
    assert not differs(row, replace(row, local_now=NOON + timedelta(minutes=1)))
    assert differs(row, replace(row, waiting=2))
    full = replace(row, open=41)
    assert (load_cell(row).bar, load_cell(row).ink) == (3 / 40, "text")
    assert load_cell(full).ink == "waiting"
    assert load_cell(replace(row, open=None)).text == ""
    late = datetime(2026, 11, 17, 23, 30, tzinfo=UTC)
    assert clock_words(replace(row, zone="Asia/Tokyo"), late, UTC) == "Wed 08:30"


# --- one person -----------------------------------------------------------------------------------


def test_r31_an_admin_changes_name_role_zone_and_capacity_each_undone(shop: Shop) -> None:
    office = shop.office
    pane = pane_of(shop, office.ben)
    pane.form.name.setText("Benedict")
    pane.form.role.choose(Role.SUPERVISOR)
    pane.form.zone.setText("Asia/Tokyo")
    pane.form.email.setText("ben@example.org")
    pane.form.capacity.setText("12")
    pane.form.save.click()
    shop.until(lambda: row_of(shop, office.ben).capacity == 12)
    row = row_of(shop, office.ben)
    assert (row.name, row.role, row.zone, row.email) == (
        "Benedict",
        Role.SUPERVISOR,
        "Asia/Tokyo",
        "ben@example.org",
    )
    shop.until(lambda: "Benedict" in pane.head.words())
    assert not pane.form.commands(shop.wiring.doors)
    shop.wiring.actions.undo_last()
    shop.until(lambda: row_of(shop, office.ben).capacity is None)
    shop.wiring.actions.undo_last()
    shop.until(lambda: row_of(shop, office.ben).name == "Ben")


def test_what_is_not_taken_is_said_and_stays_typed(shop: Shop) -> None:
    pane = pane_of(shop, shop.office.ben)
    pane.form.zone.setText("Nowhere/Land")
    pane.form.save.click()
    shop.until(pane.form.error_words)
    pane.form.zone.setText("Europe/Berlin")
    pane.form.capacity.setText("many")
    pane.form.save.click()
    assert pane.form.error_words().startswith("This is no number of conversations.")
    assert pane.form.capacity.text() == "many"


def test_ones_own_working_hours_are_set_here(shop: Shop) -> None:
    pane = pane_of(shop, shop.office.ann)
    assert pane.form.hours.isVisible()
    pane.form.hours.setText("Mon-Fri 9-17")
    pane.form.save.click()
    shop.until(lambda: pane.form.hours.text() == "mon-fri 9:00-17:00")
    assert "Works mon-fri 9:00-17:00" in pane.head.words()


def test_giving_up_ones_own_rights_is_asked(shop: Shop, monkeypatch: pytest.MonkeyPatch) -> None:
    asked: list[str] = []
    monkeypatch.setattr(
        "sms_desk.ui.people.people.ask", lambda _parent, title, *_a, **_k: asked.append(title)
    )
    pane = pane_of(shop, shop.office.ann)
    pane.form.role.choose(Role.REP)
    pane.form.save.click()
    assert asked == ["Give up your own rights as admin?"]
    assert row_of(shop, shop.office.ann).role is Role.ADMIN


def test_r58_suspended_is_another_thing_than_removed(shop: Shop) -> None:
    office = shop.office
    pane = pane_of(shop, office.ben)
    pane.suspend.click()
    shop.until(lambda: row_of(shop, office.ben).here is Here.SUSPENDED)
    shop.until(pane.resume.isVisible)
    assert "keeps what they hold" in pane.head.words()
    assert visible(pane) >= {"Resume", "Remove…"}
    assert not visible(pane) & {"Suspend", "Restore", "Plan an absence…"}
    pane.resume.click()
    shop.until(lambda: row_of(shop, office.ben).here is Here.HERE)
    shop.until(pane.suspend.isVisible)
    shop.wiring.actions.undo_last()
    shop.until(pane.resume.isVisible)


def test_r29_what_is_still_theirs_is_listed_and_handing_over_is_a_click_away(shop: Shop) -> None:
    office = shop.office
    conversation = office.conversation(office.own, "+12025550110", office.ben)
    office.message(conversation, "hello")
    pane = pane_of(shop, office.ben)
    pane.remove.click()
    shop.until(pane.hindrance.isVisible)
    words = pane.hindrance.words()
    assert "cannot be removed yet" in words
    assert (
        "1 open or snoozed conversation\n3 sender IDs: \u2068+12025550101\u2069, \u2068+12025550101 (WhatsApp)\u2069"
        in words
    )
    assert row_of(shop, office.ben).here is Here.HERE
    pane.hindrance.hand_over.click()
    plan = shop.window.screen_shown()
    assert isinstance(plan, PlanScreen)
    assert plan.when.permanent
    shop.until(lambda: plan._opened is not None and plan._opened.draft.person.id == office.ben)


def test_r29_handed_over_for_good_they_are_removed_and_come_back(
    shop: Shop, yes: list[str]
) -> None:
    office = shop.office
    conversation = office.conversation(office.own, "+12025550110", office.ben)
    office.message(conversation, "hello")
    pane_of(shop, office.ben).hand_over_requested.emit()
    plan = shop.window.screen_shown()
    assert isinstance(plan, PlanScreen)
    shop.until(plan._save.isEnabled)
    parts = (Part.CONVERSATIONS, Part.INBOUND, Part.SENDERS, Part.SCHEDULED)
    plan.parts._choose_one(parts, office.cara)
    shop.until(lambda: plan._save.isEnabled() and plan._check is not None)
    plan._check = replace(plan._check, needs_confirmation=False) if plan._check else None
    plan._save.click()
    shop.until(lambda: isinstance(shop.window.screen_shown(), AbsencesScreen))
    assert not shop.session.desk.read(people.hindrance, office.ben).words
    screen = opened(shop)
    screen.people.table.choose(office.ben)
    shown(screen).remove.click()
    shop.until(lambda: row_of(shop, office.ben).here is Here.REMOVED)
    assert yes == ["Remove \u2068Ben\u2069?"]
    shop.until(lambda: office.ben not in [row.id for row in screen.people.table.rows()])
    assert not screen.has_detail()
    screen.people.states.choose(frozenset({Here.REMOVED}))
    screen.people.table.choose(office.ben)
    pane = shown(screen)
    shop.until(lambda: visible(pane) == {"Restore"})
    pane.restore.click()
    shop.until(lambda: row_of(shop, office.ben).here is not Here.REMOVED)


def test_r30_all_of_somebody_is_reassigned_from_here(shop: Shop) -> None:
    office = shop.office
    conversation = office.conversation(office.own, "+12025550110", office.ben)
    office.message(conversation, "hello")
    pane = pane_of(shop, office.ben)
    assert pane.reassign.isVisible()
    pane.reassign.click()
    (dialog,) = shop.window.findChildren(ReassignDialog)
    shop.until(lambda: "Ben" in dialog._title.text())
    assert "1 conversation" in dialog._title.text()
    dialog.reject()


def test_nobody_is_offered_to_suspend_themselves(shop: Shop) -> None:
    pane = pane_of(shop, shop.office.ann)
    assert not visible(pane) & {"Suspend", "Remove…", "Act as (demo)"}
    assert "Plan an absence…" in visible(pane)
    pane.plan.click()
    assert isinstance(shop.window.screen_shown(), PlanScreen)


def test_somebody_is_added_and_their_pane_opens_for_teams(shop: Shop) -> None:
    team = add_team(shop.office, "West")
    screen = opened(shop)
    screen.people.add.click()
    (pane,) = screen.findChildren(NewPerson)
    assert pane.zone.text() == "Europe/Berlin"
    pane.save.click()
    shop.until(pane.error_words)
    pane.name.setText("Dana")
    QTest.keyClick(pane.name, Qt.Key.Key_Return)
    shop.until(lambda: screen.people._pane is not None)
    made = shown(screen)
    assert "Dana\nRep" in made.head.words()
    dana = next(row for row in shop.session.desk.read(people.listing) if row.name == "Dana")
    made.belongings.joined.emit(team)
    shop.until(lambda: [one.name for one in row_of(shop, dana.id).teams] == ["West"])
    shop.until(lambda: len(screen.people._found.person(dana.id).teams) == 1)  # type: ignore[union-attr]

    def ends() -> list[QPushButton]:
        every = made.belongings.findChildren(QPushButton)
        return [one for one in every if one.accessibleName() == "Leaves West" and one.isVisible()]

    shop.until(ends)
    ends()[0].click()
    shop.until(lambda: not row_of(shop, dana.id).teams)


def test_a_sender_id_that_somebody_holds_is_one_click_away(shop: Shop) -> None:
    pane = pane_of(shop, shop.office.ben)
    pane.belongings.sender_opened.emit(shop.office.own)
    assert isinstance(shop.window.screen_shown(), SendersScreen)


def test_a_person_whom_a_finding_concerns_is_opened(shop: Shop) -> None:
    screen = opened(shop)
    screen.people.states.choose(frozenset({Here.SUSPENDED}))
    screen.tabs.choose("teams")
    shop.wiring.desk.show_screen("settings")
    ben = Subject("person", shop.office.ben, "Ben", "user")
    shop.wiring.desk._on_subject_wanted(ben)
    assert shop.window.screen_shown() is screen
    shop.until(lambda: screen.people._pane is not None)
    assert "Ben" in shown(screen).head.words()
    assert screen.tabs.current() == "people"


def test_in_the_demo_one_acts_as_somebody_else_from_here(shop: Shop) -> None:
    heard: list[object] = []
    shop.wiring.desk.person_chosen.connect(heard.append)
    screen = opened(shop)
    assert screen.act.isVisible()
    screen._fill_seats()
    seats = screen.act.options().actions()
    assert [(each.text(), each.isChecked()) for each in seats] == [
        ("Ann", True),
        ("Ben", False),
        ("Cara", False),
    ]
    seats[2].trigger()
    screen.people.table.choose(shop.office.ben)
    shown(screen).act.click()
    assert heard == [shop.office.cara, shop.office.ben]


def test_keys_walk_the_people_and_escape_closes(shop: Shop) -> None:
    screen = opened(shop)
    table = screen.people.table
    table.setFocus()
    table.choose(shop.office.ann)
    QTest.keyClick(table, Qt.Key.Key_Down)
    assert table.chosen().name == "Ben"
    shop.until(shown(screen).act.isVisible)
    QTest.keyClick(table, Qt.Key.Key_Return)
    assert shown(screen).act.hasFocus()
    QTest.keyClick(shown(screen).act, Qt.Key.Key_Escape)
    assert not screen.has_detail()
    shop.until(table.hasFocus)
    screen.people.show_new()
    (pane,) = screen.findChildren(NewPerson)
    QTest.keyClick(pane.name, Qt.Key.Key_Escape)
    assert not screen.has_detail()


# --- who may what ---------------------------------------------------------------------------------


def test_r31_a_rep_reads_a_directory_without_what_is_not_theirs(
    qtbot: QtBot, office: Office, tmp_path: Path
) -> None:
    add_team(office, "West", office.ben, office.cara)
    person(office, "Otto", Role.REP)
    with open_shop(qtbot, tmp_path, office, demo=False) as shop:
        screen = opened(shop)
        assert [row.name for row in screen.people.table.rows()] == ["Ben", "Cara"]
        assert visible(screen) == set()
        assert cells(screen, office.cara)[2] == ""
        screen.people.table.choose(office.cara)
        pane = shown(screen)
        shop.until(pane.head.isVisible)
        assert visible(pane) == set()
        assert not pane.form.isVisible()
        assert "open" not in pane.head.words()
        screen.people.table.choose(office.ben)
        own = shown(screen)
        shop.until(lambda: visible(own) >= {"Plan an absence…", "Save"})
        assert own.form.name.isVisible()
        assert not own.form.role.isVisible()
        assert not own.form.capacity.isVisible()
        screen.tabs.choose("teams")
        assert [row.name for row in screen.teams.table.rows()] == ["West"]
        assert visible(screen) == set()


def test_r31_a_supervisor_says_the_capacity_of_their_own_people(
    qtbot: QtBot, office: Office, tmp_path: Path
) -> None:
    lea = person(office, "Lea", Role.SUPERVISOR)
    add_team(office, "West", office.ben, lea)
    with open_shop(qtbot, tmp_path, office, lea) as shop:
        pane = pane_of(shop, office.ben)
        assert pane.form.capacity.isVisible()
        assert not pane.form.name.isVisible()
        assert not visible(pane) & {"Suspend", "Remove…"}
        pane.form.capacity.setText("9")
        pane.form.save.click()
        shop.until(lambda: row_of(shop, office.ben).capacity == 9)


# --- teams ----------------------------------------------------------------------------------------


def teams_of(shop: Shop) -> dict[str, TeamRow]:
    rows = shop.office.desk(shop.office.ann).read(people.teams, retired=True)
    return {row.name: row for row in rows}


def team_pane(screen: PeopleScreen, team: UUID) -> TeamPane:
    screen.tabs.choose("teams")
    screen.teams.table.choose(team)
    assert screen.teams._pane is not None
    return screen.teams._pane


def test_r12_a_team_is_added_renamed_joined_left_and_retired(shop: Shop) -> None:
    office = shop.office
    screen = opened(shop)
    screen.tabs.choose("teams")
    screen.teams.add.click()
    (new,) = screen.findChildren(NewTeam)
    new.name.setText("West")
    new.save.click()
    shop.until(lambda: screen.teams._pane is not None)
    pane = screen.teams._pane
    assert pane is not None
    pane.name.setText("West coast")
    pane.save.click()
    shop.until(lambda: "West coast" in teams_of(shop))
    pane.joined.emit(office.ben)
    shop.until(lambda: pane.members_words() == ["Ben"])
    pane.left.emit(teams_of(shop)["West coast"].members[0].membership_id)
    shop.until(lambda: not pane.members_words())
    pane.retire.click()
    shop.until(lambda: teams_of(shop)["West coast"].retired)
    shop.until(lambda: not screen.teams.table.rows())
    screen.teams.retired.click()
    back = team_pane(screen, teams_of(shop)["West coast"].id)
    assert back.retire.text() == "Bring back"
    back.retire.click()
    shop.until(lambda: not teams_of(shop)["West coast"].retired)
    shop.wiring.actions.undo_last()
    shop.until(lambda: teams_of(shop)["West coast"].retired)


def test_r31_supervisors_lead_a_team_and_nobody_a_profile(shop: Shop) -> None:
    office = shop.office
    lea = person(office, "Lea", Role.SUPERVISOR)
    west = add_team(office, "West", office.ben, lea)
    add_team(office, "Sales", lea, profile=True)
    screen = opened(shop)
    shop.until(lambda: len(screen.teams.table.rows()) == 2)
    rows = {row.name: row for row in screen.teams.table.rows()}
    assert screen.teams._leaders_cell(rows["West"]).text == "\u2068Lea\u2069"
    assert screen.teams._leaders_cell(rows["Sales"]).text == ""
    pane = team_pane(screen, west)
    assert pane.members_words() == ["Ben", "Lea"]


def test_a_team_that_holds_sender_ids_is_not_retired_and_says_why(shop: Shop) -> None:
    office = shop.office
    west = add_team(office, "West")
    ann = office.desk(office.ann)
    ann.change(
        c.HoldSender(
            **ann.stamp(),
            holding_id=new_id(),
            sender_id=office.unheld,
            holder_kind=HolderKind.TEAM,
            holder_id=west,
        )
    )
    screen = opened(shop)
    shop.until(screen.teams.table.rows)
    pane = team_pane(screen, west)
    pane.retire.click()
    shop.until(pane.error_words)
    assert "still holds" in pane.error_words()
    assert not teams_of(shop)["West"].retired


def test_hostile_and_long_names_stay_one_line(shop: Shop) -> None:
    office = shop.office
    long = "\u202eevil " + "María-Fernanda 🌿 " * 4
    dana = person(office, long, Role.REP)
    team = add_team(office, "ليلى " * 12, dana)
    screen = opened(shop)
    shop.until(lambda: screen.people._found.person(dana) is not None)
    screen.people.table.choose(dana)
    assert "[RLO]" in shown(screen).head.words()
    screen.resize(560, 600)
    screen.grab()
    team_pane(screen, team)
    screen.grab()
