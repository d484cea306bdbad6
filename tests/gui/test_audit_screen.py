"""The audit log in the window: for whom, narrowed, opened, written to a file, verified (R31)."""

from __future__ import annotations

import csv
import json
from collections.abc import Iterator
from datetime import date, timedelta
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest
import sqlalchemy as sa
from PySide6.QtCore import Qt
from PySide6.QtGui import QGuiApplication
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QLineEdit, QMenu, QPushButton, QWidget
from pytestqt.qtbot import QtBot

from sms_desk.domain import commands as c
from sms_desk.domain.audit import Kind
from sms_desk.domain.changes import EVERYTHING
from sms_desk.domain.model import HolderKind, Role
from sms_desk.services import audit
from sms_desk.services.audit import AuditRow
from sms_desk.services.csv_files import Stopped
from sms_desk.store import tables
from sms_desk.store.ids import new_id
from sms_desk.ui.audit import AuditScreen
from sms_desk.ui.audit import screen as screen_module
from sms_desk.ui.audit.entry_pane import EntryPane
from sms_desk.ui.audit.questions import DaysQuestion, SenderQuestion
from sms_desk.ui.audit.verdict_pane import VerdictPane
from sms_desk.ui.widgets.text import Label
from tests.gui.session import Shop, open_shop
from tests.store.office import Office


@pytest.fixture
def shop(qtbot: QtBot, office: Office, tmp_path: Path) -> Iterator[Shop]:
    """Ann's window: she is the admin."""
    with open_shop(qtbot, tmp_path, office, office.ann) as made:
        yield made


def change(office: Office, kind: type[c.Command], *, by: UUID | None = None, **fields: Any) -> UUID:
    """What somebody does elsewhere."""
    desk = office.desk(by or office.ann)
    return desk.change(kind(**desk.stamp(), **fields)).command_id


def capacities(office: Office, count: int, first: int = 40) -> None:
    for n in range(first, first + count):
        change(office, c.SetCapacity, person_id=office.cara, capacity=n)


def opened(shop: Shop) -> AuditScreen:
    shop.wiring.desk.show_screen("audit")
    screen = shop.window.screen_shown()
    assert isinstance(screen, AuditScreen)
    shop.until(lambda: screen.said() != "Reading…" and (rows(screen) or screen.empty_words()))
    return screen


def rows(screen: AuditScreen) -> list[AuditRow]:
    return screen.table.rows()


def numbers(screen: AuditScreen) -> list[int]:
    return [row.n for row in rows(screen)]


def chosen(shop: Shop, screen: AuditScreen, n: int) -> EntryPane:
    """The pane of an entry, with what it leads to."""
    screen.table.choose(n)
    (pane,) = [pane for pane in screen.findChildren(EntryPane) if pane.row.n == n]
    return pane


def button(widget: QWidget, name: str) -> QPushButton:
    """By what it says, or what a screen reader hears."""
    (found,) = [
        each
        for each in widget.findChildren(QPushButton)
        if name in (each.text(), each.accessibleName())
    ]
    return found


def choose(menu: QMenu, *words: str) -> None:
    """Through menus below menus."""
    (action,) = [each for each in menu.actions() if each.text() == words[0]]
    if len(words) > 1:
        under = action.menu()
        assert isinstance(under, QMenu)
        choose(under, *words[1:])
    else:
        action.trigger()


# --- for whom -------------------------------------------------------------------------------------


def is_offered(shop: Shop) -> bool:
    commands = {command.id for command in shop.wiring.registry}
    in_rail = shop.window.side.rail._screens.rail_model.row_of("screen:audit") >= 0
    assert ("audit" in commands) == ("audit_here" in commands) == in_rail
    return "audit" in commands


@pytest.mark.parametrize("role", [Role.ADMIN, Role.REP])
def test_r31_admins_are_offered_it_and_reps_are_not(
    qtbot: QtBot, office: Office, tmp_path: Path, role: Role
) -> None:
    capacities(office, 1)
    person = office.ann if role is Role.ADMIN else office.ben
    with open_shop(qtbot, tmp_path, office, person) as shop:
        assert is_offered(shop) is (role is Role.ADMIN)


def test_r31_a_supervisor_sees_what_concerns_the_team(
    qtbot: QtBot, office: Office, tmp_path: Path
) -> None:
    team, dan = new_id(), new_id()
    change(office, c.AddTeam, team_id=team, name="North")
    for person in (office.ben, office.cara):
        change(office, c.AddMember, membership_id=new_id(), team_id=team, person_id=person)
    change(office, c.EditPerson, person_id=office.ben, name="Ben", role=Role.SUPERVISOR, zone="UTC")
    change(office, c.AddPerson, person_id=dan, name="Dan", role=Role.REP, zone="UTC")
    change(office, c.SetCapacity, person_id=office.cara, capacity=40)
    with open_shop(qtbot, tmp_path, office) as shop:
        assert is_offered(shop)
        screen = opened(shop)
        said = [row.sentence for row in rows(screen)]
        assert any("Cara" in each for each in said)
        assert not any("Dan" in each for each in said)


# --- the list -------------------------------------------------------------------------------------


def test_r31_newest_first_as_sentences_with_before_and_after(shop: Shop) -> None:
    change(
        shop.office,
        c.HoldSender,
        holding_id=new_id(),
        sender_id=shop.office.unheld,
        holder_kind=HolderKind.PERSON,
        holder_id=shop.office.cara,
        reason="from today",
    )
    change(
        shop.office,
        c.EditPerson,
        person_id=shop.office.ben,
        name="Benedikt",
        role=Role.SUPERVISOR,
        zone="UTC",
    )
    screen = opened(shop)
    assert numbers(screen) == [2, 1]
    shop.until(lambda: screen.said() == "2 entries")
    model = screen.table.model()
    spoken = Qt.ItemDataRole.AccessibleTextRole
    assert "from today" in model.index(1, 1).data(spoken)
    assert model.index(1, 2).data(spoken) == "Sender ID given"
    pane = chosen(shop, screen, 2)
    words = [each.text() for each in pane.findChildren(Label)]
    assert "rep" in words
    assert "supervisor" in words
    pane = chosen(shop, screen, 1)
    assert "Why: from today" in [each.text() for each in pane.findChildren(Label)]


def test_r31_a_log_that_is_empty_says_what_will_stand_there(shop: Shop) -> None:
    assert opened(shop).empty_words().startswith("Nothing yet.")


def test_r31_more_is_read_while_one_scrolls(shop: Shop, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(screen_module, "PAGE", 15)
    monkeypatch.setattr(screen_module, "MOST", 40)
    capacities(shop.office, 50)
    screen = opened(shop)
    assert len(rows(screen)) == 15
    bar = screen.table.verticalScrollBar()
    screen.table.choose(40)
    bar.setValue(bar.maximum())
    shop.until(lambda: len(rows(screen)) == 30)
    bar.setValue(bar.maximum())
    shop.until(lambda: len(rows(screen)) == 40)
    assert numbers(screen) == list(range(50, 10, -1))
    assert screen.table.chosen_id() == 40
    shop.until(lambda: screen.said().startswith("The newest 40 of 50"))
    bar.setValue(0)
    bar.setValue(bar.maximum())
    assert len(rows(screen)) == 40


def test_r31_what_others_do_is_added_above_and_the_rest_stays(
    shop: Shop, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(screen_module, "PAGE", 15)
    monkeypatch.setattr(screen_module, "_AGAIN", 15)
    capacities(shop.office, 40)
    screen = opened(shop)
    bar = screen.table.verticalScrollBar()
    bar.setValue(bar.maximum())
    shop.until(lambda: len(rows(screen)) == 30)
    screen.table.choose(30)
    change(shop.office, c.SuspendPerson, person_id=shop.office.ben)
    shop.session.tell(EVERYTHING)
    shop.until(lambda: numbers(screen) == list(range(41, 10, -1)))
    assert screen.table.chosen_id() == 30
    shop.until(lambda: screen.said() == "41 entries")


# --- narrowed -------------------------------------------------------------------------------------


def test_r31_narrowed_by_who_whom_kind_sender_and_days(shop: Shop) -> None:
    office = shop.office
    capacities(office, 1)
    change(office, c.EditSender, sender_id=office.own, label="Hotline", direction="both")
    office.later(days=3)
    change(office, c.SuspendPerson, person_id=office.ben)
    screen = opened(shop)
    filters = screen.filters

    def shows(*expected: int) -> None:
        shop.until(lambda: numbers(screen) == list(expected))

    shows(3, 2, 1)
    filters._fill_whom()
    choose(filters.whom.options(), "Cara")
    shows(1)
    assert filters.whom.text() == "Whom: Cara"
    filters._fill_whom()
    choose(filters.whom.options(), "Anybody")
    filters._fill_who()
    choose(filters.who.options(), "The desk, by a rule or date")
    shop.until(lambda: screen.empty_words() == "No entry matches.")
    button(screen, "Show all").click()
    shows(3, 2, 1)
    assert filters.who.text() == "Who"
    filters._fill_kinds()
    choose(filters.kind.options(), "People, roles and teams", "All of these")
    shows(3, 1)
    filters._fill_kinds()
    choose(filters.kind.options(), "People, roles and teams", "Person suspended")
    shows(3)
    filters.clear()
    filters._fill_senders()
    choose(filters.sender_chip.options(), "+1 202-555-0101 (Hotline)")
    shows(2)
    filters.clear()
    filters._fill_periods()
    choose(filters.period.options(), "Today")
    shows(3)
    day = (office.now - timedelta(days=3)).date()
    filters.narrow(between=(day, day), days=None)
    shows(2, 1)
    assert filters.period.text() == "17 Nov 2026 – 17 Nov 2026"
    filters.clear()
    screen.search("hotl")
    shows(2)


def test_r31_one_of_many_sender_ids_is_typed(shop: Shop, qtbot: QtBot) -> None:
    named = tuple((new_id(), f"+1 202-555-01{n:02}") for n in range(40))
    dialog = SenderQuestion(named, None, shop.window)
    dialog.field.setText("nonsense")
    button(dialog, "Show").click()
    assert "no such sender ID" in dialog.form.error_words() or dialog.fault() is not None
    dialog.field.setText("+1 202-555-0107")
    assert dialog.field.value() == named[7][0]
    dialog.deleteLater()


def test_r31_the_last_day_is_not_before_the_first(shop: Shop) -> None:
    dialog = DaysQuestion((date(2026, 11, 9), date(2026, 11, 2)), shop.window)
    assert dialog.fault() is not None
    dialog.last.setDate(dialog.first.date().addDays(1))
    assert (dialog.fault(), dialog.answer()) == (None, (date(2026, 11, 9), date(2026, 11, 10)))
    dialog.deleteLater()


# --- where an entry leads -------------------------------------------------------------------------


def test_r31_an_entry_leads_to_its_conversation_and_sender_id(shop: Shop) -> None:
    office = shop.office
    conversation = office.conversation(office.own, "+12025550110", office.ben)
    change(office, c.EditSender, sender_id=office.own, label="Hotline", direction="both")
    change(office, c.Assign, targets=c.Targets((conversation,)), owner_id=office.cara)
    screen = opened(shop)
    screen.table.setFocus()
    pane = chosen(shop, screen, 2)
    name = "Open: +1 202-555-0110"
    shop.until(lambda: name in [each.accessibleName() for each in pane.findChildren(QPushButton)])
    QTest.keyClick(screen.table, Qt.Key.Key_Return)
    shop.until(lambda: button(pane, name).hasFocus())
    button(pane, "All entries about +1 202-555-0110").click()
    shop.until(lambda: numbers(screen) == [2])
    assert screen.filters.conversation.text() == "Conversation: +1 202-555-0110"
    screen.filters.conversation.click()
    shop.until(lambda: numbers(screen) == [2, 1])
    pane = chosen(shop, screen, 2)
    shop.until(lambda: name in [each.accessibleName() for each in pane.findChildren(QPushButton)])
    button(pane, name).click()
    shop.until(lambda: shop.wiring.thread_controller.conversation_id() == conversation)
    screen = opened(shop)
    pane = chosen(shop, screen, 1)
    name = "Open: +1 202-555-0101 (Hotline)"
    shop.until(lambda: name in [each.accessibleName() for each in pane.findChildren(QPushButton)])
    button(pane, name).click()
    shop.until(lambda: shop.window.screen_shown() is not screen)


def test_r31_a_batch_stands_with_what_took_it_back(shop: Shop) -> None:
    office = shop.office
    capacities(office, 2)
    done = change(office, c.SetCapacity, person_id=office.ben, capacity=9)
    capacities(office, 1, 90)
    office.desk(office.ann).undo(done)
    screen = opened(shop)
    for n in (3, 5):
        button(chosen(shop, screen, n), "All of this batch").click()
        shop.until(lambda: numbers(screen) == [5, 3])
        screen.filters.batch.click()
        shop.until(lambda: len(rows(screen)) == 5)


def test_r31_the_open_conversation_leads_to_its_entries(shop: Shop) -> None:
    office = shop.office
    conversation = office.conversation(office.own, "+12025550110", office.ben)
    capacities(office, 1)
    change(office, c.Assign, targets=c.Targets((conversation,)), owner_id=office.cara)
    shop.open(conversation)
    shop.wiring.desk.show_audit_here()
    screen = shop.window.screen_shown()
    assert isinstance(screen, AuditScreen)
    shop.until(lambda: numbers(screen) == [2])


def test_r31_escape_closes_the_pane(shop: Shop) -> None:
    capacities(shop.office, 1)
    screen = opened(shop)
    chosen(shop, screen, 1)
    QTest.keyClick(screen.table, Qt.Key.Key_Escape)
    assert not screen.has_detail()
    assert screen.table.chosen() is None


# --- to a file, and whether it is whole -----------------------------------------------------------


def test_r31_r45_what_matches_is_written_to_a_file(
    shop: Shop, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    told: list[str] = []
    monkeypatch.setattr(
        "sms_desk.ui.audit.exports.tell", lambda _parent, words, *_more: told.append(words)
    )
    capacities(shop.office, 3)
    change(shop.office, c.SuspendPerson, person_id=shop.office.ben)
    screen = opened(shop)
    paths = {"audit.csv": tmp_path / "a.csv", "audit.jsonl": tmp_path / "a.jsonl"}
    monkeypatch.setattr(
        "sms_desk.ui.audit.exports.ask_where_to_save",
        lambda _parent, _title, name: paths[name],
    )
    choose(screen.exports.button.options(), "As CSV, for a spreadsheet…")
    shop.until(lambda: told == ["4 entries were written."])
    with paths["audit.csv"].open(newline="", encoding="utf-8") as stream:
        assert [row["entry"] for row in csv.DictReader(stream)] == ["4", "3", "2", "1"]
    screen.filters.narrow(kinds=(Kind.PERSON_SUSPENDED,))
    choose(screen.exports.button.options(), "As JSON lines, for a program…")
    shop.until(lambda: told[1:] == ["1 entry was written."])
    (entry,) = map(json.loads, paths["audit.jsonl"].read_text("utf-8").splitlines())
    assert entry["sentence"] == "Ann suspended Ben."
    assert screen.exports.button.isEnabled()


def test_r31_a_file_that_cannot_be_written_is_told(
    shop: Shop, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    told: list[str] = []
    monkeypatch.setattr(
        "sms_desk.ui.audit.exports.tell_error", lambda _parent, error: told.append(error.title)
    )
    capacities(shop.office, 1)
    screen = opened(shop)
    screen.exports.write_to(tmp_path / "nowhere" / "a.csv", audit.Wanted())
    shop.until(lambda: told)
    assert "cannot be written" in told[0]
    assert screen.exports.button.isEnabled()


def test_r31_stopped_work_leaves_no_file(shop: Shop, tmp_path: Path) -> None:
    capacities(shop.office, 1)
    screen = opened(shop)
    screen._work.stop()
    progress = screen._work.begin("Writing")
    screen._work.stop()
    with pytest.raises(Stopped):
        screen.exports._written(audit.write_csv, tmp_path / "a.csv", audit.Wanted(), progress)
    assert not list(tmp_path.glob("*a.csv*"))
    screen._work.end()
    assert screen.verify_button.isEnabled()


def verdict(shop: Shop, screen: AuditScreen) -> VerdictPane:
    def newest() -> VerdictPane | None:
        found = [each for each in screen.findChildren(VerdictPane) if each.isVisible()]
        return found[-1] if found and screen.verify_button.isEnabled() else None

    shop.until(newest)
    pane = newest()
    assert pane is not None
    return pane


def test_r31_the_verdict_stands_in_words_with_the_head_to_be_noted(shop: Shop) -> None:
    capacities(shop.office, 3)
    screen = opened(shop)
    screen.verify_button.click()
    pane = verdict(shop, screen)
    assert "All 3 entries stand as written" in screen.said()
    button(pane, "Copy").click()
    noted = QGuiApplication.clipboard().text()
    head = shop.session.desk.read(audit.verify)
    assert noted == f"3:{head.hash}"
    field = pane.noted_field()
    assert isinstance(field, QLineEdit)
    field.setText("3:nonsense")
    button(pane, "Compare").click()
    assert "N:HASH" in pane.error_words()
    field.setText(noted)
    button(pane, "Compare").click()
    shop.until(
        lambda: "Entry 3 is as it was noted" in verdict(shop, screen).findChildren(Label)[2].text()
    )


def test_r31_a_changed_entry_is_named_and_shown(shop: Shop) -> None:
    capacities(shop.office, 3)
    with shop.office.workspace.write() as tx:
        tx.exec_driver_sql("DROP TRIGGER audit_update")
        tx.execute(sa.update(tables.audit).where(tables.audit.c.n == 2).values(reason="undo"))
    screen = opened(shop)
    screen.verify_button.click()
    pane = verdict(shop, screen)
    assert "Entry 2 was changed" in screen.said()
    button(pane, "Show that entry").click()
    shop.until(lambda: [each for each in screen.findChildren(EntryPane) if each.row.n == 2])


def test_r31_what_cannot_be_read_says_so_and_is_tried_again(
    shop: Shop, monkeypatch: pytest.MonkeyPatch
) -> None:
    capacities(shop.office, 1)
    screen = opened(shop)
    with monkeypatch.context() as broken:
        broken.setattr(screen_module, "shown", _refused)
        screen._read()
        shop.until(lambda: "tells of everybody" in screen.empty_words())
    button(screen, "Try again").click()
    shop.until(lambda: screen.empty_words() == "" and numbers(screen) == [1])


def _refused(*_args: object) -> None:
    audit._require_overview(_Rep())  # type: ignore[arg-type]


class _Rep:
    class actor:
        role = Role.REP
