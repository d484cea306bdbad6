"""The plan of a cover, sick today, keeping, coming back and the brief, in a real window (R23-R27)."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest
import sqlalchemy as sa
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from pytestqt.qtbot import QtBot

from sms_desk.domain import commands as c
from sms_desk.domain.absences import Cover, Part, Share, Split
from sms_desk.domain.inbox_filters import Scope
from sms_desk.domain.model import Origin
from sms_desk.services import absences
from sms_desk.services.absence_rows import AbsenceState
from sms_desk.services.choosing import Choosable, Offer
from sms_desk.services.inbox_rows import Covered
from sms_desk.store import tables
from sms_desk.store.ids import new_id
from sms_desk.ui.cover import AbsencesScreen, BriefScreen, PlanScreen
from sms_desk.ui.cover.divide_dialog import DivideDialog
from sms_desk.ui.rail.places import NO_COUNTS, covered_words, inbox_places
from sms_desk.ui.widgets.share_list import ShareList
from tests.gui import try_cover
from tests.gui.session import Shop, open_shop
from tests.store.office import Office

EVERYTHING = (Part.CONVERSATIONS, Part.INBOUND, Part.SENDERS, Part.SCHEDULED)


@pytest.fixture
def office(office: Office) -> Office:
    theirs = office.conversation(office.own, "+12025550171", office.ben)
    office.message(theirs, "Is my coat ready?")
    return office


@pytest.fixture
def bens(qtbot: QtBot, office: Office, tmp_path: Path) -> Iterator[Shop]:
    with open_shop(qtbot, tmp_path, office) as shop:
        yield shop


@pytest.fixture
def anns(qtbot: QtBot, office: Office, tmp_path: Path) -> Iterator[Shop]:
    with open_shop(qtbot, tmp_path, office, office.ann) as shop:
        yield shop


def away(office: Office, *, days: float = 2) -> c.PlanAbsence:
    """Ben is away from an hour ago, Cara answers."""
    ben = office.desk(office.ben)
    plan = c.PlanAbsence(
        **ben.stamp(),
        absence_id=new_id(),
        person_id=office.ben,
        since=office.now - timedelta(hours=1),
        until=office.now + timedelta(days=days),
        zone="Europe/Berlin",
        covers=tuple(Cover(part, Split.ONE, (Share(office.cara),)) for part in EVERYTHING),
        confirmed=True,
    )
    ben.change(plan)
    return plan


def plan_screen(shop: Shop) -> PlanScreen:
    screen = shop.window.screen_shown()
    assert isinstance(screen, PlanScreen)
    return screen


def test_r23_a_plan_is_typed_checked_and_saved_with_one_undo(anns: Shop) -> None:
    office = anns.office
    anns.wiring.desk.plan_absence(office.ben)
    screen = plan_screen(anns)
    anns.until(screen._save.isEnabled)
    screen.when.since.setFocus()
    screen.when.begin("tomorrow", "3 days")
    screen.parts._choose_one(EVERYTHING, office.cara)
    anns.until(lambda: screen._save.isEnabled() and screen._check is not None)
    assert screen._save.text() == "Start cover on Wednesday"
    QTest.mouseClick(screen._save, Qt.MouseButton.LeftButton)
    anns.until(lambda: isinstance(anns.window.screen_shown(), AbsencesScreen))
    (row,) = office.desk(office.ann).read(absences.listing)
    assert (row.person_id, row.since_wall, row.until_wall) == (
        office.ben,
        "2026-11-18",
        "2026-11-20",
    )
    anns.until(lambda: anns.window.toast.words())
    anns.window.toast._on_undo_clicked()
    anns.until(lambda: not office.desk(office.ann).read(absences.listing))


def test_r24_what_nobody_takes_is_listed_and_saving_it_is_asked(
    anns: Shop, monkeypatch: pytest.MonkeyPatch
) -> None:
    anns.wiring.desk.plan_absence(anns.office.ben)
    screen = plan_screen(anns)
    anns.until(screen._save.isEnabled)
    screen.parts._choose_one(EVERYTHING, None)
    anns.until(lambda: screen._check is not None and screen._check.needs_confirmation)
    asked: list[str] = []
    monkeypatch.setattr(
        "sms_desk.ui.cover.plan_screen.ask",
        lambda _parent, title, step, **_words: asked.append(f"{title}\n{step}"),
    )
    screen._on_save()
    assert len(asked) == 1
    assert "Nobody takes the conversations" in asked[0]
    assert not anns.office.desk(anns.office.ann).read(absences.listing)


def test_r23_times_that_mean_nothing_are_said_and_nothing_can_be_saved(anns: Shop) -> None:
    anns.wiring.desk.plan_absence(anns.office.ben)
    screen = plan_screen(anns)
    anns.until(screen._save.isEnabled)
    screen.when.until.setText("the day after never")
    screen.when._on_edited()
    assert screen.when.span is None
    assert "the day after never" in screen.when._until_said.text()
    assert not screen._save.isEnabled()


def test_sick_today_is_three_key_presses_from_the_palette(bens: Shop) -> None:
    bens.wiring.desk.open_palette()
    from sms_desk.ui.palette import Palette

    (palette,) = bens.window.findChildren(Palette)
    QTest.keyClick(palette.focusWidget() or palette, Qt.Key.Key_I)
    QTest.keyClick(palette.focusWidget() or palette, Qt.Key.Key_Return)
    ben = bens.office.desk(bens.office.ben)
    bens.until(lambda: ben.read(absences.listing))
    (row,) = ben.read(absences.listing)
    assert (row.reason, row.state) == ("sick", AbsenceState.RUNNING)
    bens.until(lambda: bens.window.away.isVisible())
    bens.window.away.action_requested.emit()  # I am back
    bens.until(lambda: not ben.read(absences.listing))


def test_r25_r27_the_substitute_sees_for_whom_and_may_keep_it(
    qtbot: QtBot, office: Office, tmp_path: Path
) -> None:
    away(office)
    with open_shop(qtbot, tmp_path, office, office.cara) as shop:
        shop.window.side.rail.choose(f"scope:{Scope.COVERING}")
        shop.until(lambda: shop.shown)
        (theirs,) = shop.shown
        shop.open(theirs)
        head = shop.wiring.page.column.head
        shop.until(head._cover.offers_keep)
        assert "Ben is away" in head._cover.words().replace("\u2068", "").replace("\u2069", "")
        head._cover.keep_requested.emit()
        shop.until(lambda: not head._cover.isVisible())
        with office.workspace.read() as tx:
            owner = tx.execute(sa.select(tables.conversations.c.owner_id)).scalar_one()
        assert owner == office.cara


def test_r27_the_brief_tells_what_happened_and_takes_back_in_one_batch(
    qtbot: QtBot, office: Office, tmp_path: Path
) -> None:
    plan = away(office, days=1)
    with office.workspace.read() as tx:
        theirs = tx.execute(sa.select(tables.conversations.c.id)).scalar_one()
    cara = office.desk(office.cara)
    cara.change(c.TakeFromCover(**cara.stamp(), targets=c.Targets.one(theirs)))
    office.message(theirs, "Yes, it is", Origin.PERSON, at=office.later(hours=1))
    office.later(days=2)
    with open_shop(qtbot, tmp_path, office) as shop:
        shop.until(lambda: shop.window.away.isVisible())
        assert shop.window.away.words().startswith("You were away until ")
        shop.window.away.action_requested.emit()
        screen = shop.window.screen_shown()
        assert isinstance(screen, BriefScreen)
        shop.until(lambda: screen._lines)
        (line,) = screen._lines
        assert line.row.taken_over_by == "Cara"
        screen._table.selectRow(0)
        QTest.keyClick(screen._table, Qt.Key.Key_B)
        QTest.mouseClick(screen._done, Qt.MouseButton.LeftButton)
        shop.until(lambda: isinstance(shop.window.screen_shown(), AbsencesScreen))
        with office.workspace.read() as tx:
            owner = tx.execute(sa.select(tables.conversations.c.owner_id)).scalar_one()
        assert owner == office.ben
        assert plan.absence_id


# --- the screens alone, with invented data ---------------------------------------------------------


def test_a_new_plan_takes_nothing_from_the_one_that_was_shown_before(qtbot: QtBot) -> None:
    screen, doors = try_cover.plan(try_cover.CHANGED, absence=True)
    qtbot.addWidget(screen)
    assert not screen.when.for_good.isEnabled()
    screen.parts._choose_one((Part.NOTIFICATIONS,), try_cover.VIKTOR)
    doors.answers = try_cover.NEW
    screen.plan_for(try_cover.JONAS, "now", "today", "sick")
    assert screen.when.for_good.isEnabled()
    assert screen.when.reason.value() == "sick"
    assert not next(c for c in screen.parts.covers if c.part is Part.NOTIFICATIONS).shares


def test_r23_open_conversations_are_divided_by_list_with_the_rest_to_one(qtbot: QtBot) -> None:
    offered = tuple(Choosable(new_id(), f"Customer {n}", "+12025550171") for n in range(3))
    draft = replace(
        try_cover.DRAFT, conversations=Offer(frozenset(one.id for one in offered), offered)
    )
    first, second = (one.person_id for one in try_cover.DRAFT.candidates[:2])
    shares = (Share(first, (offered[0].id,)), Share(second))
    dialog = DivideDialog(draft, Cover(Part.CONVERSATIONS, Split.LIST, shares), listed=True)
    qtbot.addWidget(dialog)
    assert dialog.chosen() == (Split.LIST, shares)
    line = next(one for one in dialog._lines if one.person_id == first)
    dialog._choose(line)
    picked = dialog.findChild(ShareList)
    assert picked is not None
    picked.paste(str(offered[2].id))
    picked.accept()
    mine = tuple(sorted((offered[0].id, offered[2].id)))
    assert dialog.chosen() == (Split.LIST, (Share(first, mine), Share(second)))
    dialog._rule.choose(Split.PROGRAM)
    assert dialog.chosen() == (Split.PROGRAM, (Share(first), Share(second)))


def test_r23_only_conversations_are_divided_by_list(qtbot: QtBot) -> None:
    dialog = DivideDialog(try_cover.DRAFT, Cover(Part.SCHEDULED))
    qtbot.addWidget(dialog)
    assert Split.LIST not in dialog._rule._values


def test_r24_a_ring_cannot_be_saved_and_says_why(qtbot: QtBot) -> None:
    screen, doors = try_cover.plan(try_cover.REFUSED)
    qtbot.addWidget(screen)
    assert not screen._save.isEnabled()
    assert "Sana is covered by Jonas" in screen._save.toolTip()
    screen._on_save()
    assert not doors.changes


def test_r27_all_are_taken_back_or_left_at_once_and_again_takes_it_away(qtbot: QtBot) -> None:
    screen, doors = try_cover.brief(try_cover.NEW)
    qtbot.addWidget(screen)
    assert screen._table.rows()[0].row.contact_name == "Mira Anand"
    screen._all_back.click()
    screen._all_left.click()
    screen._all_left.click()
    screen._all_left.click()
    screen._done.click()
    (command,) = doors.changes
    rows = {row.conversation_id: row for row in try_cover.BRIEF.rows}
    assert [rows[id_].taken_over_by for id_ in command.taken_back] == ["Sana Malik"]
    assert len(command.left) == 3  # what is closed stays as it is


def test_r27_what_was_assigned_on_purpose_is_not_taken_back(qtbot: QtBot) -> None:
    screen, doors = try_cover.brief(try_cover.NEW)
    qtbot.addWidget(screen)
    lines = screen._table.rows()
    at = next(n for n, one in enumerate(lines) if one.row.contact_name == "Pia Sommer")
    cell = screen._owner_cell(lines[at])
    assert (cell.text, cell.second) == ("Viktor", "assigned by Ann Ode")
    screen._table.selectRow(at)
    for key in (Qt.Key.Key_B, Qt.Key.Key_L):
        QTest.keyClick(screen._table, key)
    screen._done.click()
    (command,) = doors.changes
    assert (command.taken_back, command.left) == ((), ())


def test_r25_the_rail_says_for_whom_and_until_when() -> None:
    covered = (Covered("Jonas Weber", "2026-11-27"), Covered("Sana", ""))
    place = next(
        one
        for one in inbox_places(replace(NO_COUNTS, covered=covered[:1]))
        if one.key == "scope:covering"
    )
    words = plain_words(place.below)
    assert (place.title, words) == ("Covering", "Jonas Weber, until 27 Nov")
    assert plain_words(covered_words(covered)).endswith("; Sana, no end yet")
    assert plain_words(covered_words((*covered, covered[0]))) == "Jonas Weber, Sana, 1 more"


def plain_words(text: str) -> str:
    return text.replace("\u2068", "").replace("\u2069", "")


def test_r24_whoever_is_sick_sees_the_plan_where_something_would_be_without_anybody(
    bens: Shop,
) -> None:
    office = bens.office
    away_too = office.desk(office.ann)
    for person in (office.cara, office.ann):
        away_too.change(
            c.PlanAbsence(
                **away_too.stamp(),
                absence_id=new_id(),
                person_id=person,
                since=office.now - timedelta(hours=1),
                until=office.now + timedelta(days=2),
                zone="UTC",
                confirmed=True,
            )
        )
    bens.wiring.desk.absence.sick_today()
    bens.until(lambda: isinstance(bens.window.screen_shown(), PlanScreen))
    assert plan_screen(bens).when.reason.value() == "sick"
    assert plan_screen(bens).when.since.text() == "now"
    ben = office.desk(office.ben)
    assert office.ben not in {row.person_id for row in ben.read(absences.listing)}


def test_r27_one_that_runs_is_made_longer_and_keeps_its_beginning_to_the_second(
    anns: Shop,
) -> None:
    plan = away(anns.office)  # from "now", and without a typed end
    anns.wiring.desk.change_absence(plan.absence_id)
    screen = plan_screen(anns)
    anns.until(screen._save.isEnabled)
    assert not screen.when.since.isEnabled()
    assert screen.when.span is not None
    assert screen.when.span.until == plan.until
    screen.when.until.setText("fri 27 nov")
    screen.when._on_edited()
    anns.until(screen._save.isEnabled)
    screen._on_save()
    ann = anns.office.desk(anns.office.ann)
    anns.until(lambda: ann.read(absences.get, plan.absence_id).until_wall == "2026-11-27")
    assert ann.read(absences.get, plan.absence_id).since == plan.since


def test_r23_what_a_running_plan_has_brought_is_its_own_load(office: Office) -> None:
    plan = away(office)
    change = c.ChangeAbsence(
        **office.desk(office.ann).stamp(),
        absence_id=plan.absence_id,
        since=plan.since,
        until=plan.until,
        covers=plan.covers,
    )
    (line,) = office.desk(office.ann).read(absences.check, change).loads
    assert (line.before, line.added) == (0, 1)
