"""The rail: people waiting per place, a selection that new counts never lose, keys for all."""

from __future__ import annotations

from dataclasses import replace
from uuid import UUID

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from sms_desk.domain.inbox_filters import InboxFilter, Scope, SourceFilter
from sms_desk.services.inbox_rows import WindowSummary
from sms_desk.ui.rail import Rail
from sms_desk.ui.rail.model import RailModel, spoken
from sms_desk.ui.rail.places import NO_COUNTS, inbox_places
from sms_desk.ui.window.side import Side
from tests.gui import invented
from tests.gui.invented import AUTUMN, COUNTS


@pytest.fixture
def rail(qtbot: QtBot) -> Rail:
    made = Rail()
    qtbot.addWidget(made)
    made.set_counts(COUNTS)
    made.resize(216, 800)
    made.show()
    return made


def _titles(counts: object = COUNTS) -> list[str]:
    return [place.title for place in inbox_places(counts)]  # type: ignore[arg-type]


def test_covering_and_team_stand_there_only_with_somebody_waiting() -> None:
    assert _titles(NO_COUNTS) == ["Mine", "Shared", "Unassigned", "All"]
    assert "Team" in _titles(COUNTS)
    assert "Covering" not in _titles(COUNTS)
    assert "Unrouted" in _titles(replace(COUNTS, unrouted=1))


def test_r19_unrouted_always_stands_there_for_who_looks_after_it() -> None:
    assert "Unrouted" in _titles(replace(NO_COUNTS, sees_unrouted=True))
    (place,) = (one for one in inbox_places(replace(COUNTS, unrouted=3)) if one.title == "Unrouted")
    assert place.waiting == 3


def test_places_carry_their_filters() -> None:
    """R4: a program's lens asks for that program; a view for what was saved."""
    places = {place.key: place for place in inbox_places(COUNTS)}
    program = places[f"program:{AUTUMN}"]
    assert program.filter == InboxFilter(source=SourceFilter.CAMPAIGN, program_id=AUTUMN)
    assert (program.dot, program.waiting) == ("campaign", 7)
    assert places["view:" + str(UUID(int=950))].filter == InboxFilter(waiting=True)


def test_a_click_chooses_a_place(rail: Rail, qtbot: QtBot) -> None:
    with qtbot.waitSignal(rail.place_chosen) as told:
        _click(rail, "scope:shared")
    assert told.args == [InboxFilter(scope=Scope.SHARED), "Shared"]


def test_a_click_chooses_a_screen_and_only_one_is_chosen(rail: Rail, qtbot: QtBot) -> None:
    with qtbot.waitSignal(rail.screen_chosen) as told:
        _click(rail, "screen:senders")
    assert told.args == ["senders"]
    assert not rail._places.selectionModel().hasSelection()
    _click(rail, "scope:mine")
    assert not rail._screens.selectionModel().hasSelection()
    _click(rail, "screen:settings")
    assert rail._settings.selectionModel().hasSelection()
    assert not rail._places.selectionModel().hasSelection()


def test_new_counts_keep_the_selection(rail: Rail, qtbot: QtBot) -> None:
    rail.choose(f"program:{AUTUMN}")
    with qtbot.assertNotEmitted(rail.place_chosen):
        rail.set_counts(replace(COUNTS, mine=99, covering=4))  # a line more above the chosen one
        rail.set_counts(replace(COUNTS, views=()))
    assert rail.chosen_key() == f"program:{AUTUMN}"
    index = rail._places.selectionModel().selectedIndexes()[0]
    assert rail._places.rail_model.place(index.row()).key == f"program:{AUTUMN}"


def test_a_place_that_is_gone_leads_to_mine(rail: Rail, qtbot: QtBot) -> None:
    rail.choose(f"view:{UUID(int=950)}")
    with qtbot.waitSignal(rail.place_chosen) as told:
        rail.set_counts(replace(COUNTS, views=()))
    assert told.args[1] == "Mine"


def test_arrows_walk_over_headings_and_on_to_the_screens(rail: Rail, qtbot: QtBot) -> None:
    rail._places.setFocus()
    rail.choose("scope:all")
    QTest.keyClick(rail._places, Qt.Key.Key_Down)
    assert rail.chosen_key() == f"program:{AUTUMN}"
    QTest.keyClick(rail._places, Qt.Key.Key_End)
    QTest.keyClick(rail._places, Qt.Key.Key_Down)
    assert rail.chosen_key() == "screen:senders"
    QTest.keyClick(rail._screens, Qt.Key.Key_Up)
    assert rail.chosen_key() == f"view:{UUID(int=951)}"
    QTest.keyClick(rail._places, Qt.Key.Key_Down)
    QTest.keyClick(rail._screens, Qt.Key.Key_End)
    QTest.keyClick(rail._screens, Qt.Key.Key_Down)
    assert rail.chosen_key() == "screen:settings"
    QTest.keyClick(rail._settings, Qt.Key.Key_Down)
    assert rail.chosen_key() == "scope:mine"
    QTest.keyClick(rail._places, Qt.Key.Key_Up)
    assert rail.chosen_key() == "screen:settings"
    QTest.keyClick(rail._settings, Qt.Key.Key_Up)
    assert rail.chosen_key() == "screen:absences"


def _fill(rail: Rail) -> None:
    """As much as a supervisor's rail can have."""
    rail.set_counts(replace(COUNTS, covering=4, unrouted=2), troubled=2)
    rail.set_board(WindowSummary(any=True))
    rail.set_advice(7)
    rail.set_requests(1)


def _resize(rail: Rail, height: int) -> None:
    rail.resize(rail.width(), height)
    QApplication.processEvents()


def test_in_a_low_window_the_places_come_first_and_a_line_parts_the_lists(rail: Rail) -> None:
    """Else the screens would stand below the last heading that is in sight, as if they were its."""
    _fill(rail)
    for height in (600, 700):
        _resize(rail, height)
        assert rail._line.isVisible()
        assert rail._line_below.isVisible()
        assert rail._screens.height() < rail._screens.whole_height()
        assert rail._places.height() > rail._screens.height()
        rail.choose("screen:audit")
        last = rail._screens.model().index(rail._screens.rail_model.rowCount() - 1, 0)
        assert rail._screens.viewport().rect().contains(rail._screens.visualRect(last))
    _resize(rail, 1100)
    assert not rail._line.isVisible()
    assert not rail._line_below.isVisible()
    for side in rail._lists:
        assert side.height() >= side.whole_height()


@pytest.mark.parametrize("collapsed", [False, True])
@pytest.mark.parametrize("height", [400, 600, 760, 1100])
def test_settings_are_in_sight_however_low_the_window_is(
    rail: Rail, height: int, collapsed: bool
) -> None:
    _fill(rail)
    rail.set_collapsed(collapsed)
    _resize(rail, height)
    settings = rail._settings
    where = settings.visualRect(settings.model().index(0, 0))
    assert settings.viewport().rect().contains(where)
    assert rail.rect().contains(settings.geometry())
    assert not settings.visibleRegion().isEmpty()


def test_the_lines_stand_closer_before_any_has_to_be_scrolled_for(rail: Rail) -> None:
    _fill(rail)
    _resize(rail, 1100)
    roomy = rail._places.whole_height()
    least = sum(side.whole_height() for side in rail._lists)
    _resize(rail, least - 40)
    assert rail._places.whole_height() < roomy
    for side in rail._lists:
        assert side.height() >= side.whole_height()
        assert side.verticalScrollBar().maximum() == 0
    assert not rail._line.isVisible()
    _resize(rail, 1100)
    assert rail._places.whole_height() == roomy


def test_the_ground_of_a_line_is_as_wide_whether_the_list_scrolls_or_not(rail: Rail) -> None:
    _fill(rail)
    widths = set()
    for height in (500, 1100):
        _resize(rail, height)
        widths.add(rail._places.visualRect(rail._places.model().index(0, 0)).width())
    assert widths == {rail.width()}


def test_a_view_of_ones_own_can_be_renamed_shared_and_deleted(rail: Rail, qtbot: QtBot) -> None:
    mine, theirs = COUNTS.views
    actions = {action.text(): action for action in rail.view_menu(mine).actions()}
    with qtbot.waitSignal(rail.view_share_requested) as told:
        actions["Share with the team"].trigger()
    assert told.args == [mine.id, True]
    assert not any(
        action.isEnabled() for action in rail.view_menu(theirs).actions() if action.text()
    )
    rail.choose(f"view:{mine.id}")
    with qtbot.waitSignal(rail.view_delete_requested):
        QTest.keyClick(rail._places, Qt.Key.Key_Delete)
    with qtbot.waitSignal(rail.view_rename_requested):
        QTest.keyClick(rail._places, Qt.Key.Key_F2)


def test_a_right_click_on_a_line_does_not_go_there(rail: Rail, qtbot: QtBot) -> None:
    rail.choose("scope:mine")
    key = f"view:{COUNTS.views[0].id}"
    index = rail._places.model().index(rail._places.rail_model.row_of(key), 0)
    where = rail._places.visualRect(index).center()
    with qtbot.assertNotEmitted(rail.place_chosen):
        QTest.mouseClick(rail._places.viewport(), Qt.MouseButton.RightButton, pos=where)
    assert rail.chosen_key() == "scope:mine"
    _click(rail, key)
    assert rail.chosen_key() == key


def test_collapsed_it_shows_icons_and_still_says_everything(rail: Rail, qtbot: QtBot) -> None:
    with qtbot.waitSignal(rail.collapsed_changed):
        rail.set_collapsed(True)
    assert rail.width() < 80
    place = inbox_places(COUNTS)[0]
    assert spoken(place) == "Mine, 12 waiting"
    model = RailModel(inbox_places(COUNTS))
    assert model.index(0).data(Qt.ItemDataRole.AccessibleTextRole) == "Mine, 12 waiting"


def test_collapsed_all_signs_stand_in_the_middle(qtbot: QtBot) -> None:
    side = Side()
    qtbot.addWidget(side)
    side.rail.set_collapsed(True)
    side.resize(side.rail.width(), 700)
    side.show()
    middle = side.rail.width() / 2
    for widget in (side.rail._fold, side.line._sign, side._menu_button):
        center = widget.mapTo(side, widget.rect().center())
        assert abs(center.x() - middle) <= 1, widget.accessibleName()


def test_hostile_names_stay_text(qtbot: QtBot) -> None:
    views = (
        replace(COUNTS.views[0], name="\u202e<b>x</b>"),
        replace(COUNTS.views[1], name="\u200b"),
    )
    places = inbox_places(replace(COUNTS, views=views))
    assert places[-2].title == "[RLO]<b>x</b>"
    assert places[-1].title == "Unnamed"
    rail = Rail()
    qtbot.addWidget(rail)
    rail.set_counts(replace(COUNTS, views=views))
    rail.grab()


def _click(rail: Rail, key: str) -> None:
    side = next(side for side in rail._lists if side.rail_model.row_of(key) >= 0)
    index = side.model().index(side.rail_model.row_of(key), 0)
    where = side.visualRect(index).center()
    QTest.mouseClick(side.viewport(), Qt.MouseButton.LeftButton, pos=where)


def test_the_invented_rows_are_sorted() -> None:
    positions = [row.last_position for row in invented.pictured().rows]
    assert positions == sorted(positions, reverse=True)
