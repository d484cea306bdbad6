"""The marked row is the open conversation: walking opens it, a menu and picking do not."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from uuid import UUID

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QMenu
from pytestqt.qtbot import QtBot

from sms_desk.services import inbox
from sms_desk.ui.inbox.list_view import InboxList
from sms_desk.ui.search import SearchPanel
from tests.gui.session import Shop, open_shop
from tests.store.office import Office


@pytest.fixture
def several(office: Office) -> list[UUID]:
    """Six conversations of Ben's, the newest first."""
    found: list[UUID] = []
    for n in range(6):
        office.later(minutes=1)
        conversation = office.conversation(office.own, f"+120255501{n:02}", office.ben)
        office.message(conversation, f"Message {n}")
        found.insert(0, conversation)
    return found


@pytest.fixture
def shop(qtbot: QtBot, office: Office, several: list[UUID], tmp_path: Path) -> Iterator[Shop]:
    with open_shop(qtbot, tmp_path, office) as made:
        yield made


def the_list(shop: Shop) -> InboxList:
    found = shop.wiring.page.list_widget()
    assert isinstance(found, InboxList)
    found.setFocus()
    return found


def stands_open(shop: Shop, conversation: UUID) -> bool:
    detail = shop.wiring.thread_controller.detail()
    return detail is not None and detail.row.id == conversation


def unread(shop: Shop, conversation: UUID) -> int:
    return shop.session.desk.read(inbox.rows, [conversation])[0].unread


@pytest.mark.parametrize("key", [Qt.Key.Key_Down, Qt.Key.Key_J])
def test_walking_opens_where_it_rests_and_keeps_the_focus(
    shop: Shop, several: list[UUID], key: Qt.Key
) -> None:
    shop.open(several[0])
    view = the_list(shop)
    QTest.keyClick(view, key)
    QTest.keyClick(view, key)
    shop.until(lambda: stands_open(shop, several[2]))
    assert view.current_id() == several[2]
    assert view.hasFocus()


def test_r48_what_is_only_walked_past_stays_unread(shop: Shop, several: list[UUID]) -> None:
    shop.open(several[0])
    view = the_list(shop)
    for _ in range(3):
        QTest.keyClick(view, Qt.Key.Key_Down)
    shop.until(lambda: unread(shop, several[3]) == 0)
    assert (unread(shop, several[1]), unread(shop, several[2])) == (1, 1)


def test_r_writes_to_the_marked_row(shop: Shop, several: list[UUID]) -> None:
    shop.open(several[0])
    view = the_list(shop)
    QTest.keyClick(view, Qt.Key.Key_Down)
    QTest.keyClick(view, Qt.Key.Key_R)  # before the row has opened by itself
    composer = shop.wiring.page.column.composer
    shop.until(lambda: (focus := QApplication.focusWidget()) and composer.isAncestorOf(focus))
    assert stands_open(shop, several[1])


def test_what_is_done_while_walking_is_done_to_the_marked_row(
    shop: Shop, several: list[UUID]
) -> None:
    shop.open(several[0])
    view = the_list(shop)
    QTest.keyClick(view, Qt.Key.Key_Down)
    QTest.keyClick(view, Qt.Key.Key_E)
    shop.until(lambda: several[1] not in shop.shown)
    shop.until(lambda: stands_open(shop, several[2]))
    assert view.current_id() == several[2]


def test_a_right_click_marks_its_row_and_goes_nowhere(shop: Shop, several: list[UUID]) -> None:
    shop.open(several[0])
    view = the_list(shop)
    where = view.visualRect(view.model().index(3, 0)).center()
    QTest.mouseClick(
        view.viewport(), Qt.MouseButton.RightButton, Qt.KeyboardModifier.NoModifier, where
    )
    view.customContextMenuRequested.emit(where)
    menu = QApplication.activePopupWidget()
    assert isinstance(menu, QMenu)
    assert view._delegate.menu_ids == {several[3]}
    wanted = []
    shop.wiring.page.inbox.action_requested.connect(lambda name, on: wanted.append((name, on.ids)))
    closing = next(action for action in menu.actions() if action.text().startswith("Mark unread"))
    closing.trigger()
    menu.close()
    assert wanted == [("mark_unread", (several[3],))]
    assert view.selected_ids() == (several[0],)
    assert view._delegate.menu_ids == frozenset()


def test_picking_several_opens_nothing(shop: Shop, several: list[UUID]) -> None:
    shop.open(several[0])
    view = the_list(shop)
    QTest.keyClick(view, Qt.Key.Key_Down, Qt.KeyboardModifier.ShiftModifier)
    QTest.keyClick(view, Qt.Key.Key_Down, Qt.KeyboardModifier.ShiftModifier)
    shop.bot.wait(250)
    assert len(view.selected_ids()) == 3
    assert stands_open(shop, several[0])
    QTest.keyClick(view, Qt.Key.Key_Escape)
    assert view.selected_ids() == (several[0],)


def test_a_row_that_goes_leaves_no_other_marked(shop: Shop, several: list[UUID]) -> None:
    shop.open(several[2])
    the_list(shop).refresh_rows((), (several[2],))
    assert shop.wiring.page.inbox.selected_ids() == ()


def test_walking_below_a_drawer_opens_with_enter_only(shop: Shop, several: list[UUID]) -> None:
    shop.open(several[0])
    shop.window.resize(800, 600)
    shop.wiring.page.show_list()
    view = the_list(shop)
    QTest.keyClick(view, Qt.Key.Key_Down)
    shop.bot.wait(250)
    assert stands_open(shop, several[0])
    QTest.keyClick(view, Qt.Key.Key_Return)
    shop.until(lambda: stands_open(shop, several[1]))


def test_nothing_open_shows_no_details(shop: Shop, several: list[UUID]) -> None:
    assert not shop.wiring.page.context.isVisible()
    shop.open(several[0])
    assert shop.wiring.page.context.isVisible()


def test_slash_goes_to_the_list_s_field_which_leads_on_to_everything(
    shop: Shop, several: list[UUID]
) -> None:
    bar = shop.wiring.page.inbox._bar
    QTest.keyClicks(the_list(shop), "/")
    assert bar._search.hasFocus()
    assert not bar._everywhere.isVisible()
    QTest.keyClicks(bar._search, "Message 3")
    assert "Message 3" in bar._everywhere.text()
    bar._everywhere.click()
    panel = shop.window.findChild(SearchPanel)
    assert panel is not None
    shop.until(panel.found)
    shop.window.side.rail.choose("scope:all")  # whoever goes to a place wants to see it
    assert not panel.isVisible()
    shop.until(lambda: shop.shown)
