"""The list in its window: nothing moves by itself (R6), everything by keyboard, honest bulk (R50)."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from uuid import UUID

import pytest
from PySide6.QtCore import QPoint, Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QPushButton
from pytestqt.qtbot import QtBot

from sms_desk.domain.errors import StorageError
from sms_desk.domain.inbox_filters import InboxFilter, Order, Scope, SourceFilter
from sms_desk.domain.model import Channel, TeamState
from sms_desk.ui.inbox import InboxView, Targets
from sms_desk.ui.inbox.list_view import InboxList
from sms_desk.ui.inbox.model import InboxRole
from sms_desk.ui.theme.tokens import ROW_HEIGHT
from sms_desk.ui.widgets.over_bar import OverBar
from tests.gui.invented import AUTUMN, NOW, many, page, pictured, row
from tests.gui.try_inbox import CHOICES

MINE = InboxFilter(scope=Scope.MINE)
Click = Qt.MouseButton.LeftButton
KEYS = (Qt.Key.Key_E, Qt.Key.Key_S, Qt.Key.Key_A, Qt.Key.Key_U, Qt.Key.Key_T)


class Clock:
    def __init__(self) -> None:
        self.now = NOW

    def __call__(self) -> datetime:
        return self.now


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def inbox(qtbot: QtBot, clock: Clock) -> InboxView:
    view = InboxView(clock, UTC)
    qtbot.addWidget(view)
    view.resize(336, 700)
    view.set_choices(CHOICES)
    view.show_place(MINE, "Mine")
    view.set_first_page(many(60))
    view.show()
    qtbot.waitExposed(view)
    view.activateWindow()
    return view


@pytest.fixture
def rows(inbox: InboxView) -> InboxList:
    return inbox._list


def _sight(rows: InboxList) -> tuple[object, int]:
    """The conversation at the top edge, and where its row begins."""
    index = rows.indexAt(QPoint(5, 1))
    return index.data(InboxRole.ID), rows.visualRect(index).top()


# --- R6 -----------------------------------------------------------------------------------------


def test_arrivals_below_the_top_move_nothing(inbox: InboxView, rows: InboxList) -> None:
    """R6: scroll position, selection and focus stay; a pill says how many came."""
    rows.setFocus()
    inbox.select(UUID(int=40))
    rows.verticalScrollBar().setValue(10 * ROW_HEIGHT + 17)
    before = _sight(rows)
    for n in range(3):
        inbox.refresh_rows([row(100 + n, "New")])
    assert _sight(rows) == before
    assert inbox.selected_ids() == (UUID(int=40),)
    assert inbox.current_id() == UUID(int=40)
    assert rows.hasFocus()
    assert (inbox._pill.isVisible(), inbox._pill.text()) == (True, "3 new")


def test_rows_that_go_above_what_is_read_move_nothing(inbox: InboxView, rows: InboxList) -> None:
    rows.verticalScrollBar().setValue(10 * ROW_HEIGHT + 17)
    before = _sight(rows)
    inbox.refresh_rows([], [UUID(int=60), UUID(int=58), UUID(int=55)])
    assert _sight(rows) == before


def test_a_message_in_a_row_that_is_read_leaves_it_in_its_place(
    inbox: InboxView, rows: InboxList
) -> None:
    rows.verticalScrollBar().setValue(10 * ROW_HEIGHT)
    before = _sight(rows)
    inbox.refresh_rows([replace(row(45), last_position=200, snippet="Now", unread=1)])
    assert _sight(rows) == before
    assert inbox._pill.text() == "1 new"


def test_the_pill_leads_to_what_is_new(inbox: InboxView, rows: InboxList, qtbot: QtBot) -> None:
    rows.verticalScrollBar().setValue(10 * ROW_HEIGHT)
    inbox.refresh_rows([row(100, "New")])
    QTest.mouseClick(inbox._pill, Click)
    assert inbox._pill.isHidden()
    assert rows.is_at_top()
    assert inbox.shown_ids()[0] == UUID(int=101)


def test_scrolling_to_the_top_shows_what_is_new(inbox: InboxView, rows: InboxList) -> None:
    rows.verticalScrollBar().setValue(10 * ROW_HEIGHT)
    inbox.refresh_rows([row(100, "New")])
    rows.verticalScrollBar().setValue(0)
    assert inbox.shown_ids()[0] == UUID(int=101)
    assert inbox._pill.isHidden()


def test_at_the_top_arrivals_enter(inbox: InboxView, rows: InboxList) -> None:
    """R50: they come to the top at once, and the selection stays with its conversation."""
    inbox.select(UUID(int=60))
    inbox.refresh_rows([row(100, "New")])
    assert inbox.shown_ids()[0] == UUID(int=101)
    assert inbox.selected_ids() == (UUID(int=60),)
    assert rows.verticalScrollBar().value() == 0
    assert inbox._pill.isHidden()


def test_half_typed_search_survives_a_refresh(inbox: InboxView, qtbot: QtBot) -> None:
    inbox.focus_search()
    QTest.keyClicks(inbox._bar._search, "mir")
    inbox.refresh_rows([row(100, "New")])
    assert inbox._bar._search.text() == "mir"
    assert inbox._bar._search.hasFocus()


# --- keys ---------------------------------------------------------------------------------------


def test_letters_walk_open_and_act(inbox: InboxView, rows: InboxList, qtbot: QtBot) -> None:
    inbox.focus_list()
    QTest.keyClick(rows, Qt.Key.Key_J)
    QTest.keyClick(rows, Qt.Key.Key_J)
    QTest.keyClick(rows, Qt.Key.Key_K)
    second = UUID(int=59)
    assert inbox.selected_ids() == (second,)
    with qtbot.waitSignal(inbox.conversation_opened) as opened:
        QTest.keyClick(rows, Qt.Key.Key_Return)
    assert opened.args == [second]
    for key, name in zip(KEYS, ("close", "snooze", "assign", "mark_unread", "tag"), strict=True):
        with qtbot.waitSignal(inbox.action_requested) as told:
            QTest.keyClick(rows, key)
        assert told.args == [name, Targets((second,))]


@pytest.mark.parametrize(
    ("key", "at"),
    [(Qt.Key.Key_End, 59), (Qt.Key.Key_Home, 0), (Qt.Key.Key_Down, 1), (Qt.Key.Key_PageDown, 7)],
)
def test_keys_of_every_list(inbox: InboxView, rows: InboxList, key: Qt.Key, at: int) -> None:
    inbox.focus_list()
    QTest.keyClick(rows, key)
    row_now = rows.currentIndex().row()
    assert row_now == at if key != Qt.Key.Key_PageDown else row_now > 5


def test_x_picks_several_while_the_letters_walk_on(
    inbox: InboxView, rows: InboxList, qtbot: QtBot
) -> None:
    inbox.select(UUID(int=60))
    for key in (Qt.Key.Key_X, Qt.Key.Key_J, Qt.Key.Key_X, Qt.Key.Key_J, Qt.Key.Key_J, Qt.Key.Key_X):
        QTest.keyClick(rows, key)
    assert inbox.selected_ids() == tuple(UUID(int=n) for n in (60, 59, 57))
    QTest.keyClick(rows, Qt.Key.Key_X)
    assert inbox.selected_ids() == (UUID(int=60), UUID(int=59))
    QTest.keyClick(rows, Qt.Key.Key_Escape)
    assert inbox.selected_ids() == (UUID(int=57),)


def test_shift_picks_a_range(inbox: InboxView, rows: InboxList) -> None:
    inbox.select(UUID(int=60))
    for _ in range(2):
        QTest.keyClick(rows, Qt.Key.Key_Down, Qt.KeyboardModifier.ShiftModifier)
    assert inbox.selected_ids() == tuple(UUID(int=n) for n in (60, 59, 58))


def test_letters_with_a_modifier_are_not_the_lists(
    inbox: InboxView, rows: InboxList, qtbot: QtBot
) -> None:
    inbox.focus_list()
    with qtbot.assertNotEmitted(inbox.action_requested):
        QTest.keyClick(rows, Qt.Key.Key_E, Qt.KeyboardModifier.ControlModifier)


def test_a_click_opens_and_a_ctrl_click_only_picks(
    inbox: InboxView, rows: InboxList, qtbot: QtBot
) -> None:
    with qtbot.waitSignal(inbox.conversation_opened) as told:
        QTest.mouseClick(rows.viewport(), Click, pos=QPoint(100, 30))
    assert told.args == [UUID(int=60)]
    with qtbot.assertNotEmitted(inbox.conversation_opened):
        QTest.mouseClick(
            rows.viewport(),
            Click,
            Qt.KeyboardModifier.ControlModifier,
            QPoint(100, 30 + ROW_HEIGHT),
        )
    assert len(inbox.selected_ids()) == 2
    assert inbox._bulk.isVisible()


# --- many at once (R50) ---------------------------------------------------------------------------


def test_all_means_everything_that_matches(inbox: InboxView, rows: InboxList, qtbot: QtBot) -> None:
    inbox.set_first_page(many(60, more=True))
    with qtbot.waitSignal(inbox.total_wanted) as told:
        rows.selectAll()
    assert told.args == [MINE]
    inbox.set_total(1_204)
    assert inbox._bulk._all.text() == "Select all 1,204 that match"
    QTest.mouseClick(inbox._bulk._all, Click)
    assert inbox._bulk._count.text() == "1,204 selected"
    with qtbot.waitSignal(inbox.action_requested) as asked:
        QTest.keyClick(rows, Qt.Key.Key_E)
    assert asked.args[1].matching == MINE
    inbox.select(UUID(int=60))  # another selection: all that match are no longer meant
    assert inbox.targets() == Targets((UUID(int=60),))


def test_with_everything_loaded_there_is_no_question(inbox: InboxView, rows: InboxList) -> None:
    rows.selectAll()
    assert inbox._bulk.isVisible()
    assert inbox._bulk._banner.isHidden()


def test_bulk_buttons_have_names_and_act(inbox: InboxView, rows: InboxList, qtbot: QtBot) -> None:
    rows.selectAll()
    buttons = {button.accessibleName(): button for button in inbox._bulk.findChildren(QPushButton)}
    assert {"Assign", "Close", "Snooze", "Tag", "Mark unread", "Clear the selection"} <= set(
        buttons
    )
    with qtbot.waitSignal(inbox.action_requested) as told:
        QTest.mouseClick(buttons["Snooze"], Click)
    assert told.args[0] == "snooze"
    assert len(told.args[1].ids) == 60
    QTest.mouseClick(buttons["Clear the selection"], Click)
    assert inbox._bulk.isHidden()


def test_the_context_menu_offers_the_same(inbox: InboxView, qtbot: QtBot) -> None:
    inbox.select(UUID(int=60))
    entries = [action.text().split("\t")[0] for action in inbox.row_menu().actions()]
    assert entries == ["Assign", "Reassign…", "Close", "Snooze", "Tag", "Mark unread"]


# --- filters (R4, R50) ----------------------------------------------------------------------------


def _choose(inbox: InboxView, chip: int, text: str) -> None:
    button, _ = inbox._bar._menus[chip]
    button.about_to_show.emit()
    next(a for a in button.options().actions() if a.text() == text).trigger()


def test_chips_edit_one_filter(inbox: InboxView, qtbot: QtBot) -> None:
    with qtbot.waitSignal(inbox.filter_changed):
        _choose(inbox, 0, "Autumn offer")
    _choose(inbox, 1, "WhatsApp")
    _choose(inbox, 2, "Front desk")
    _choose(inbox, 3, "Closed")
    unread, waiting = (chip for chip, _ in inbox._bar._toggles)
    QTest.mouseClick(unread, Click)
    QTest.mouseClick(waiting, Click)
    assert inbox.filter() == InboxFilter(
        scope=Scope.MINE,
        source=SourceFilter.CAMPAIGN,
        program_id=AUTUMN,
        channel=Channel.WHATSAPP,
        sender_id=UUID(int=800),
        state=TeamState.CLOSED,
        unread=True,
        waiting=True,
    )
    assert inbox._bar._menus[0][0].accessibleName() == "Source: Autumn offer"


def test_more_adds_chips_that_can_be_taken_away(inbox: InboxView, qtbot: QtBot) -> None:
    inbox._bar._more.about_to_show.emit()
    menus = {a.text(): a.menu() for a in inbox._bar._more.options().actions() if a.menu()}
    assert set(menus) == {"Owner", "Tag", "Without tag", "Order"}
    texts = [a.text() for a in inbox._bar._more.options().actions()]
    assert {"Silent after our message", "Failed or held back", "Pinned"} <= set(texts)
    wanted = replace(
        MINE, without_tag_id=UUID(int=601), nudge=True, owner_id=UUID(int=700), order=Order.WAITING
    )
    inbox._bar.set_filter(wanted)
    chips = inbox._bar._extras
    assert [chip.text() for chip in chips] == [
        "Silent after our message",
        "Owner: Julia Reyes",
        "Not: Mill && Street",
        "Longest waiting first",
    ]
    QTest.mouseClick(chips[2], Click)
    assert inbox.filter() == replace(wanted, without_tag_id=None)


def test_typing_asks_once_it_pauses(inbox: InboxView, qtbot: QtBot) -> None:
    with qtbot.waitSignal(inbox.filter_changed) as told:
        QTest.keyClicks(inbox._bar._search, "coat")
    assert told.args[0].text == "coat"


def test_a_changed_filter_can_be_saved_or_cleared(inbox: InboxView, qtbot: QtBot) -> None:
    assert inbox._bar._save.isHidden()
    inbox._bar.set_filter(replace(MINE, unread=True))
    with qtbot.waitSignal(inbox.save_view_requested) as told:
        QTest.mouseClick(inbox._bar._save, Click)
    assert told.args == [replace(MINE, unread=True)]
    QTest.mouseClick(inbox._bar._clear, Click)
    assert inbox.filter() == MINE
    assert inbox._bar._save.isHidden()


def test_another_place_begins_with_its_own_filter(inbox: InboxView, qtbot: QtBot) -> None:
    inbox._bar.set_filter(replace(MINE, text="x"))
    with qtbot.assertNotEmitted(inbox.filter_changed):
        inbox.show_place(InboxFilter(waiting=True), "Waiting")
    assert inbox._bar._search.text() == ""
    assert not inbox.is_filtered()


# --- instead of a list ----------------------------------------------------------------------------


@pytest.mark.parametrize("scope", list(Scope))
def test_an_empty_place_says_one_sentence(inbox: InboxView, scope: Scope) -> None:
    inbox.show_place(InboxFilter(scope=scope), scope.value)
    inbox.set_first_page(page())
    assert inbox._stack.currentWidget() is inbox._empty
    assert inbox._empty.sentence()


def test_an_empty_filter_leads_back(inbox: InboxView, qtbot: QtBot) -> None:
    inbox._bar.set_filter(replace(MINE, unread=True))
    inbox.set_first_page(page())
    with qtbot.waitSignal(inbox.filter_changed) as told:
        inbox._empty.action_requested.emit()
    assert told.args == [MINE]


def test_an_arrival_ends_the_emptiness(inbox: InboxView) -> None:
    inbox.set_first_page(page())
    inbox.refresh_rows([row(1)])
    assert inbox._stack.currentWidget() is inbox._list


def test_an_error_says_what_to_do_and_tries_again(inbox: InboxView, qtbot: QtBot) -> None:
    inbox.show_error(StorageError("The file is <b>locked</b>.", "Close the other desk."))
    assert inbox._error.sentence() == "The file is <b>locked</b>.\nClose the other desk."
    with qtbot.waitSignal(inbox.retry_requested):
        inbox._error.action_requested.emit()


def test_shapes_appear_only_if_it_takes_a_while(inbox: InboxView, qtbot: QtBot) -> None:
    inbox.show_loading()
    assert inbox._stack.currentWidget() is inbox._list
    qtbot.waitUntil(lambda: inbox._stack.currentWidget() is inbox._skeleton)
    inbox.set_first_page(many(3))
    assert inbox._stack.currentWidget() is inbox._list


def test_a_minute_repaints_ages(inbox: InboxView, clock: Clock, qtbot: QtBot) -> None:
    inbox.set_first_page(page(row(1, waiting_since=NOW)))
    clock.now = NOW + timedelta(minutes=41)
    with qtbot.waitSignal(inbox._model.dataChanged):
        inbox._minute.timeout.emit()
    index = inbox._model.index(0)
    assert "waiting 41 min" in index.data(Qt.ItemDataRole.AccessibleTextRole)


def test_every_control_has_a_name(inbox: InboxView) -> None:
    inbox._bar.set_filter(replace(MINE, nudge=True))
    nameless = [
        button
        for button in inbox.findChildren(QPushButton)
        if not (button.accessibleName() or button.text())
        and button is not inbox._pill
        and button.isVisible()
    ]
    assert nameless == []
    assert inbox._list.accessibleName() == "Mine"


@pytest.mark.parametrize("direction", list(Qt.LayoutDirection)[:2])
def test_everything_paints_in_both_directions(
    inbox: InboxView, direction: Qt.LayoutDirection
) -> None:
    inbox.setLayoutDirection(direction)
    inbox.set_first_page(pictured())
    assert not inbox.grab().isNull()


# --- the scroll bar -----------------------------------------------------------------------------


def test_rows_reach_the_edge_below_the_scroll_bar(rows: InboxList) -> None:
    """The ground of the open row and the lines between rows end where the list ends."""
    assert rows.visualRect(rows.model().index(0, 0)).width() == rows.width()
    (bar,) = rows.findChildren(OverBar)
    assert bar.isVisible()
    assert bar.geometry().right() == rows.rect().right()


def test_the_scroll_bar_over_the_rows_scrolls_them(rows: InboxList) -> None:
    (bar,) = rows.findChildren(OverBar)
    hidden = rows.verticalScrollBar()
    assert (bar.minimum(), bar.maximum()) == (hidden.minimum(), hidden.maximum())
    assert (bar.pageStep(), bar.singleStep()) == (hidden.pageStep(), hidden.singleStep())
    bar.setValue(3 * ROW_HEIGHT)
    assert _sight(rows)[1] == 0
    assert rows.indexAt(QPoint(5, 1)).row() == 3
    rows.scrollToBottom()
    assert bar.value() == hidden.value() == bar.maximum()


def test_without_anything_to_scroll_there_is_no_bar(
    inbox: InboxView, rows: InboxList, qtbot: QtBot
) -> None:
    inbox.set_first_page(many(3))
    (bar,) = rows.findChildren(OverBar)
    qtbot.waitUntil(lambda: not bar.isVisible())
