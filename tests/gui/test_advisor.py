"""The advisor in the window: its findings, mending them, accepting them, and who sees it (R15, R43)."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
import sqlalchemy as sa
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from pytestqt.qtbot import QtBot

from sms_desk.domain import commands as c
from sms_desk.domain.advisor import FindingCode, Severity
from sms_desk.domain.changes import EVERYTHING, Changes
from sms_desk.domain.errors import StorageError
from sms_desk.domain.model import Health, Origin, ProgramKind, Role
from sms_desk.services import advisor, programs, senders
from sms_desk.services.advisor import FindingRow
from sms_desk.services.context import Context
from sms_desk.store import tables
from sms_desk.ui.advisor import keeper as keeping
from sms_desk.ui.advisor.keeper import AdviceKeeper
from sms_desk.ui.advisor.pane import FindingPane
from sms_desk.ui.advisor.reading import Advice
from sms_desk.ui.advisor.screen import AdvisorScreen
from sms_desk.ui.programs import ProgramsScreen
from sms_desk.ui.senders import SendersScreen
from sms_desk.ui.widgets.buttons import Button
from sms_desk.ui.widgets.text import Label
from tests.gui.session import Shop, open_shop
from tests.store.office import Office

REMINDERS = "Visits <b>of</b> यात्रा"


@pytest.fixture
def office(office: Office) -> Office:
    """Ben's number is blocked and has no fallback; a service says nothing to who replies."""
    ann = office.desk(office.ann)
    ann.change(
        c.SetHealth(**ann.stamp(), sender_id=office.own, health=Health.BLOCKED),
        c.SaveProgram(
            **ann.stamp(),
            program_id=ann.stamp()["id"],
            kind=ProgramKind.SERVICE,
            name=REMINDERS,
            takes_replies=False,
        ),
    )
    return office


@pytest.fixture
def shop(qtbot: QtBot, office: Office, tmp_path: Path) -> Iterator[Shop]:
    """Ann's window: she is the admin."""
    with open_shop(qtbot, tmp_path, office, office.ann) as made:
        yield made


@pytest.fixture
def screen(shop: Shop) -> AdvisorScreen:
    shop.wiring.registry.run("advisor")
    shown = shop.window.screen_shown()
    assert isinstance(shown, AdvisorScreen)
    shop.until(shown.listing.rows)
    return shown


def place(shop: Shop) -> tuple[int, int]:
    """The advisor's line in the rail, -1 for none, and its count."""
    model = shop.window.side.rail._screens.rail_model
    row = model.row_of("screen:advisor")
    return row, model.place(row).waiting if row >= 0 else 0


def keeper_of(shop: Shop) -> AdviceKeeper:
    keeper = shop.wiring.desk.advice.keeper
    assert keeper is not None
    return keeper


def codes(screen: AdvisorScreen) -> set[FindingCode]:
    return {row.code for row in screen.listing.rows()}


def opened(screen: AdvisorScreen, code: FindingCode) -> FindingPane:
    row = next(row for row in screen.listing.rows() if row.code is code)
    screen.listing.choose(row.key)
    pane = screen.pane()
    assert pane is not None
    assert pane.row.code is code
    return pane


def said(pane: FindingPane) -> str:
    return " | ".join(each.text() for each in pane.findChildren(Label) if each.isVisibleTo(pane))


def one(shop: Shop, code: FindingCode) -> FindingRow:
    rows = shop.session.desk.read(advisor.findings, waived=True)
    return next(row for row in rows if row.code is code)


def test_findings_stand_under_their_severity_worst_first(screen: AdvisorScreen) -> None:
    assert screen.listing.headings()[0] == "Problems · 1"
    severities = [row.severity for row in screen.listing.rows()]
    assert severities == sorted(severities, key=list(Severity).index)
    pane = opened(screen, FindingCode.NO_FALLBACK)
    text = said(pane)
    for words in (
        "Problem",
        "is blocked and has no fallback",
        "Health: blocked",
        "Name a fallback",
    ):
        assert words in text
    assert pane.remedy.text() == "Name +1 202-555-0103"


def test_a_remedy_is_one_click_and_undone_by_one(shop: Shop, screen: AdvisorScreen) -> None:
    before = len(screen.listing.rows())
    opened(screen, FindingCode.NO_FALLBACK).remedy.click()
    shop.until(lambda: FindingCode.NO_FALLBACK not in codes(screen))
    assert screen.pane() is None
    assert len(screen.listing.rows()) < before
    shop.until(lambda: place(shop)[1] == keeper_of(shop).found().pressing)  # type: ignore[union-attr]
    shop.until(lambda: shop.window.toast.isVisible())
    shop.wiring.actions.undo_last()
    shop.until(lambda: FindingCode.NO_FALLBACK in codes(screen))


def test_closing_older_conversations_is_looked_at_as_well(
    shop: Shop, office: Office, screen: AdvisorScreen
) -> None:
    for sender in (office.unheld, office.shared):
        talk = office.conversation(sender, "+12025550171", office.ben)
        office.message(talk, "Hello", Origin.PERSON)
        office.later(hours=1)
    keeper_of(shop).read()
    shop.until(lambda: FindingCode.SEVERAL_SENDERS_FOR_ONE_CONTACT in codes(screen))
    pane = opened(screen, FindingCode.SEVERAL_SENDERS_FOR_ONE_CONTACT)
    assert pane.remedy.text() == "Close 1 older conversation"
    pane.remedy.click()
    shop.until(lambda: not one(shop, FindingCode.SEVERAL_SENDERS_FOR_ONE_CONTACT).remedy)
    shop.until(lambda: screen.pane() is not None and not screen.pane().row.remedy)  # type: ignore[union-attr]


def test_what_has_been_mended_meanwhile_is_said_in_its_pane(
    shop: Shop, screen: AdvisorScreen
) -> None:
    pane = opened(screen, FindingCode.NO_AUTO_RESPONDER)
    (service,) = [row for row in shop.session.desk.read(programs.listing) if row.name == REMINDERS]
    with shop.office.workspace.write() as tx:
        tx.execute(
            sa.update(tables.programs)
            .where(tables.programs.c.id == service.id)
            .values(takes_replies=True)
        )
    pane.remedy.click()
    shop.until(lambda: "no longer finds that" in pane.error_words())
    assert pane.remedy.isEnabled()


def test_it_is_accepted_with_a_reason_and_counts_again(shop: Shop, screen: AdvisorScreen) -> None:
    keeper = keeper_of(shop)
    found = keeper.found()
    assert found is not None
    count = found.pressing
    pane = opened(screen, FindingCode.NO_AUTO_RESPONDER)
    screen.listing.setFocus()
    QTest.keyClick(screen.listing, Qt.Key.Key_A)
    assert pane.reason.isVisibleTo(pane)
    QTest.keyClick(pane.reason.field(), Qt.Key.Key_Return)
    assert not one(shop, FindingCode.NO_AUTO_RESPONDER).waived, "not without a reason"
    pane.reason.field().setText("Nobody ever answers it")
    QTest.keyClick(pane.reason.field(), Qt.Key.Key_Return)
    shop.until(lambda: FindingCode.NO_AUTO_RESPONDER not in codes(screen))
    shop.until(lambda: place(shop)[1] == count - 1)
    screen.show_accepted(True)
    accepted = opened(screen, FindingCode.NO_AUTO_RESPONDER)
    assert "Accepted as it is by" in said(accepted)
    assert "Nobody ever answers it" in said(accepted)
    assert not accepted.remedy.isVisibleTo(accepted)
    accepted.again.click()
    shop.until(lambda: not one(shop, FindingCode.NO_AUTO_RESPONDER).waived)
    shop.until(lambda: place(shop)[1] == count)


def test_escape_thinks_better_of_accepting(screen: AdvisorScreen) -> None:
    pane = opened(screen, FindingCode.NO_AUTO_RESPONDER)
    pane.accept.click()
    pane.reason.field().setText("because")
    QTest.keyClick(pane.reason.field(), Qt.Key.Key_Escape)
    assert not pane.reason.isVisibleTo(pane)
    assert pane.accept.isVisibleTo(pane)
    assert not pane.is_changed()


def test_keys_walk_over_findings_and_mend(shop: Shop, screen: AdvisorScreen) -> None:
    screen.listing.setFocus()
    QTest.keyClick(screen.listing, Qt.Key.Key_Home)
    QTest.keyClick(screen.listing, Qt.Key.Key_Down)
    rows = screen.listing.rows()
    pane = screen.pane()
    assert pane is not None
    assert pane.row.key == rows[1].key, "the heading between is passed over"
    QTest.keyClick(screen.listing, Qt.Key.Key_Up)
    pane = screen.pane()
    assert pane is not None
    assert pane.row.code is FindingCode.NO_FALLBACK
    QTest.keyClick(screen.listing, Qt.Key.Key_Return)
    assert shop.window.focusWidget() is pane.remedy
    screen.listing.setFocus()
    QTest.keyClick(screen.listing, Qt.Key.Key_R)
    shop.until(lambda: FindingCode.NO_FALLBACK not in codes(screen))


def test_what_it_concerns_is_one_click_away(shop: Shop, screen: AdvisorScreen) -> None:
    pane = opened(screen, FindingCode.NO_FALLBACK)
    pane.subject_opened.emit(next(iter(pane._advice.subjects_of(pane.row))))
    shown = shop.window.screen_shown()
    assert isinstance(shown, SendersScreen)
    shop.until(lambda: shown._shown == shop.office.own)
    shop.wiring.registry.run("advisor")
    pane = opened(screen, FindingCode.NO_AUTO_RESPONDER)
    links = [each for each in pane.findChildren(Button) if each.text() == REMINDERS]
    assert [each.accessibleName() for each in links] == [f"Open {REMINDERS}"]
    links[0].click()
    program = shop.window.screen_shown()
    assert isinstance(program, ProgramsScreen)
    shop.until(lambda: program._shown is not None and program._shown.name == REMINDERS)


def test_search_and_severity_narrow_it(screen: AdvisorScreen) -> None:
    screen.search("यात्रा replies")
    assert codes(screen) == {FindingCode.NO_AUTO_RESPONDER}
    screen.search("")
    screen.show_severity(Severity.PROBLEM, True)
    assert codes(screen) == {FindingCode.NO_FALLBACK}
    screen.search("यात्रा")
    assert screen.empty_words() == "No finding matches."
    screen._empty.action_requested.emit()
    assert len(codes(screen)) > 1


def test_nothing_stands_against_a_directory_in_order(shop: Shop, screen: AdvisorScreen) -> None:
    desk = shop.session.desk
    for row in desk.read(advisor.findings):
        desk.change(c.WaiveFinding(**desk.stamp(), key=row.key, reason="so be it"))
    shop.wiring.bus.tell(Changes.of(finding=None))
    shop.until(lambda: screen.empty_words() == "Nothing stands against your directory.")
    shop.until(lambda: place(shop)[1] == 0)
    screen._empty.action_requested.emit()
    assert all(row.waived for row in screen.listing.rows())
    assert screen.listing.rows()


def test_a_change_of_the_directory_is_looked_at_soon(shop: Shop, screen: AdvisorScreen) -> None:
    desk = shop.session.desk
    row = desk.read(senders.row, shop.office.shared)
    before = len(screen.listing.rows())
    done = desk.change(c.SetHealth(**desk.stamp(), sender_id=row.id, health=Health.DEGRADED))
    shop.wiring.bus.tell(done.changes)
    shop.until(lambda: len(screen.listing.rows()) > before)


def test_while_it_looks_the_old_list_stays(
    shop: Shop, screen: AdvisorScreen, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fails(ctx: Context) -> Advice:
        raise StorageError("The file is locked.", "Try again.")

    before = screen.listing.rows()
    monkeypatch.setattr(keeping, "advice", fails)
    keeper_of(shop).read()
    assert not screen._bar.isHidden()
    assert screen.listing.rows() == before
    shop.until(lambda: "The file is locked." in screen._said.text())
    assert screen.listing.rows() == before
    assert screen._bar.isHidden()


def test_a_first_look_that_fails_is_said_and_tried_again(
    shop: Shop, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fails(ctx: Context) -> Advice:
        raise StorageError("The file is locked.", "Try again.")

    with monkeypatch.context() as patch:
        patch.setattr(keeping, "advice", fails)
        shop.wiring.desk.show_screen("advisor")
        screen = shop.window.screen_shown()
        assert isinstance(screen, AdvisorScreen)
        shop.until(lambda: screen.empty_words() == "The file is locked. Try again.")
    screen._empty.action_requested.emit()
    shop.until(screen.listing.rows)


def test_the_count_comes_by_itself_and_is_read_out(
    shop: Shop, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert place(shop)[0] >= 0
    keeper = keeper_of(shop)
    assert keeper.found() is None, "not before the window has settled"
    assert keeper._pause.isActive()
    assert keeper._pause.interval() == keeping.FIRST_MS
    keeper._pause.start(0)
    shop.until(lambda: place(shop)[1] > 0)
    model = shop.window.side.rail._screens.rail_model
    row, count = place(shop)
    spoken = model.index(row).data(Qt.ItemDataRole.AccessibleTextRole)
    assert spoken == f"Advisor, {count} to look at"


def test_another_process_that_writes_all_the_time_does_not_keep_it_busy(shop: Shop) -> None:
    keeper = keeper_of(shop)
    keeper._pause.stop()
    keeper._took = 3.0
    shop.wiring.bus.tell(EVERYTHING)
    shop.until(keeper._pause.isActive)
    assert keeper._pause.interval() == 30_000
    shop.wiring.bus.tell(Changes.of(sender=shop.office.own))
    shop.until(lambda: keeper._pause.interval() == keeping.GATHER_MS)


# --- roles ---------------------------------------------------------------------------------------


def test_r31_a_rep_does_not_see_it(qtbot: QtBot, office: Office, tmp_path: Path) -> None:
    with open_shop(qtbot, tmp_path, office, office.ben) as shop:
        assert place(shop)[0] == -1
        assert shop.wiring.desk.advice.keeper is None
        assert "advisor" not in [command.id for command in shop.wiring.registry]


def test_a_supervisor_looks_and_an_admin_mends(
    qtbot: QtBot, office: Office, tmp_path: Path
) -> None:
    with office.workspace.write() as tx:
        tx.execute(
            sa.update(tables.people)
            .where(tables.people.c.id == office.cara)
            .values(role=Role.SUPERVISOR)
        )
    with open_shop(qtbot, tmp_path, office, office.cara) as shop:
        shop.wiring.registry.run("advisor")
        screen = shop.window.screen_shown()
        assert isinstance(screen, AdvisorScreen)
        shop.until(screen.listing.rows)
        pane = opened(screen, FindingCode.NO_FALLBACK)
        assert not pane.remedy.isVisibleTo(pane)
        assert not pane.accept.isVisibleTo(pane)
        assert "An admin can do it with one click: Name +1 202-555-0103." in said(pane)


def test_closing_the_pane_leaves_one_on_the_screen(shop: Shop, screen: AdvisorScreen) -> None:
    pane = opened(screen, FindingCode.NO_AUTO_RESPONDER)
    pane.ask_reason()
    shop.until(lambda: shop.window.focusWidget() is pane.reason.field())
    QTest.keyClick(pane.reason.field(), Qt.Key.Key_Escape)
    assert shop.window.focusWidget() is pane.accept
    QTest.keyClick(pane.accept, Qt.Key.Key_Escape)
    assert screen.pane() is None
    assert shop.window.focusWidget() is screen.listing
    assert shop.window.screen_shown() is screen
    shop.window.side.rail._places.setFocus()
    assert shop.window.screen_shown() is screen, "looking at the rail goes nowhere"
