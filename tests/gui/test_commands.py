"""The registry: one list from which keys, palette, sheet and settings follow."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from uuid import UUID

import pytest
from PySide6.QtCore import Qt
from PySide6.QtGui import QKeySequence
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QLabel, QPlainTextEdit, QWidget
from pytestqt.qtbot import QtBot

from sms_desk.domain.errors import UsageError
from sms_desk.domain.model import TeamState
from sms_desk.services import inbox
from sms_desk.ui.commands import Group, Registry, WindowCommand, checked_key, is_single
from sms_desk.ui.palette import Palette
from sms_desk.ui.palette.fuzzy import score
from sms_desk.ui.settings_screen import SettingsScreen
from sms_desk.ui.settings_screen.keys import KeysPage
from sms_desk.ui.shortcuts import ShortcutSheet
from sms_desk.ui.widgets.buttons import Button
from sms_desk.ui.widgets.search_field import SearchField
from tests.gui.session import Shop, open_shop
from tests.store.office import Office


@pytest.fixture
def conversation(office: Office) -> UUID:
    found = office.conversation(office.own, "+12025550171", office.ben)
    office.message(found, "Hello")
    return found


@pytest.fixture
def other(office: Office, conversation: UUID) -> UUID:
    """A second one, to be asked for before the shop opens."""
    found = office.conversation(office.own, "+12025550172", office.ben)
    office.message(found, "Good evening")
    return found


@pytest.fixture
def shop(
    qtbot: QtBot,
    office: Office,
    conversation: UUID,
    tmp_path: Path,
) -> Iterator[Shop]:
    with open_shop(qtbot, tmp_path, office) as made:
        yield made


@pytest.mark.parametrize("key", ["Alt+A", "Ctrl+Alt+E", "Ctrl+Alt+Shift+E", "alt+ł"])
def test_keys_that_type_letters_are_refused(key: str) -> None:
    with pytest.raises(UsageError, match=r"letter|not a key"):
        checked_key(key)


@pytest.mark.parametrize("key", ["", "Ctrl+K, Ctrl+L", "Ctrl+Nonsense"])
def test_what_is_no_key_is_refused(key: str) -> None:
    with pytest.raises(UsageError):
        checked_key(key)


def test_no_default_key_types_a_letter_and_none_is_given_twice(shop: Shop) -> None:
    keys = [key for command in shop.wiring.registry for key in command.keys]
    assert keys == [checked_key(key) for key in keys]
    assert len(keys) == len(set(keys))


def test_the_palette_lists_every_command_with_its_key(shop: Shop) -> None:
    shop.wiring.registry.run("palette")
    palette = shop.window.findChild(Palette)
    assert palette is not None
    expected = {command.title for command in shop.wiring.registry if command.id != "palette"}
    assert set(palette.titles()) == expected


def test_the_palette_finds_by_letters_and_runs(shop: Shop) -> None:
    shop.wiring.registry.run("palette")
    palette = shop.window.findChild(Palette)
    assert palette is not None
    QTest.keyClicks(palette._field, "snd id")
    assert palette.titles()[0] == "Sender IDs"
    QTest.keyClick(palette._field, Qt.Key.Key_Return)
    shop.until(lambda: shop.window.side.rail.chosen_key() == "screen:senders")


def test_words_that_begin_so_come_first() -> None:
    assert score("cl", "Close") is not None
    best = max(["Reopen", "Close", "Collapse the rail"], key=lambda title: score("cl", title) or -1)
    assert best == "Close"
    assert score("xyz", "Close") is None
    assert score("é", "Écrire") is not None


def test_what_is_done_often_stands_above_what_is_not(shop: Shop) -> None:
    shop.wiring.registry.run("palette")
    palette = shop.window.findChild(Palette)
    assert palette is not None
    QTest.keyClicks(palette._field, "co")
    titles = palette.titles()
    assert titles[0] == "New conversation…"
    words = [each for each in titles if " co" in f" {each.lower()}"]
    assert words[-1] == "Collapse or expand the rail"
    assert titles[: len(words)] == words


def test_the_sheet_tells_keys_of_fields_too(shop: Shop) -> None:
    shop.wiring.registry.run("keys")
    sheet = shop.window.findChild(ShortcutSheet)
    assert sheet is not None
    shown = {each.text() for each in sheet.findChildren(QLabel)}
    assert {"Ctrl+Enter", "Ctrl+A", "/", "@"} <= shown


def test_the_sheet_and_the_menu_follow_the_registry(shop: Shop) -> None:
    shop.wiring.registry.run("keys")
    sheet = shop.window.findChild(ShortcutSheet)
    assert sheet is not None
    menu = shop.window.side.menu()
    menu.aboutToShow.emit()
    titles = [
        action.text().partition("\t")[0]
        for group in menu.actions()[: len(Group)]
        for action in group.menu().actions()  # type: ignore[attr-defined]
    ]
    assert titles == [command.title.replace("&", "&&") for command in shop.wiring.registry]


def test_single_letters_count_in_the_list(shop: Shop, conversation: UUID) -> None:
    shop.open(conversation)
    shop.wiring.page.inbox.focus_list()
    QTest.keyClick(shop.wiring.page.list_widget(), Qt.Key.Key_E)
    shop.until(lambda: state_of(shop, conversation) is TeamState.CLOSED)


def test_letters_still_count_when_the_last_row_has_gone(shop: Shop, conversation: UUID) -> None:
    """Z after E, also where nothing is left in the list."""
    shop.open(conversation)
    shop.wiring.page.inbox.focus_list()
    QTest.keyClick(shop.wiring.page.list_widget(), Qt.Key.Key_E)
    shop.until(lambda: not shop.wiring.page.list_widget().isVisible())
    focused = shop.window.focusWidget()
    assert focused is not None
    QTest.keyClick(focused, Qt.Key.Key_Z)
    shop.until(lambda: state_of(shop, conversation) is TeamState.OPEN)
    shop.until(shop.wiring.page.list_widget().isVisible)
    assert shop.wiring.page.inbox.list_has_focus()


def test_single_letters_count_among_the_messages(shop: Shop, conversation: UUID) -> None:
    shop.open(conversation)
    page = shop.wiring.page
    page.column.thread_view.focus_messages()
    QTest.keyClick(page.column.thread_view.messages(), Qt.Key.Key_R)
    assert page.column.composer.isAncestorOf(shop.window.focusWidget() or shop.window)
    page.column.thread_view.focus_messages()
    QTest.keyClick(page.column.thread_view.messages(), Qt.Key.Key_E)
    shop.until(lambda: state_of(shop, conversation) is TeamState.CLOSED)


def test_from_the_messages_a_letter_means_the_open_conversation_alone(
    conversation: UUID, other: UUID, shop: Shop
) -> None:
    shop.open(conversation)
    inbox = shop.wiring.page.inbox
    inbox.focus_list()
    everything = Qt.KeyboardModifier.ControlModifier
    QTest.keyClick(shop.wiring.page.list_widget(), Qt.Key.Key_A, everything)
    assert set(inbox.targets().ids) == {conversation, other}
    shop.wiring.page.column.thread_view.focus_messages()
    QTest.keyClick(shop.wiring.page.column.thread_view.messages(), Qt.Key.Key_E)
    shop.until(lambda: state_of(shop, conversation) is TeamState.CLOSED)
    assert state_of(shop, other) is TeamState.OPEN


def test_from_the_messages_j_and_k_go_from_conversation_to_conversation(
    conversation: UUID, other: UUID, shop: Shop
) -> None:
    shop.until(lambda: len(shop.wiring.page.inbox.shown_ids()) == 2)
    first, second = shop.wiring.page.inbox.shown_ids()
    shop.open(first)
    messages = shop.wiring.page.column.thread_view.messages()
    shop.wiring.page.column.thread_view.focus_messages()
    QTest.keyClick(messages, Qt.Key.Key_J)
    shop.until(lambda: shop.wiring.thread_controller.conversation_id() == second)
    assert messages.hasFocus()
    QTest.keyClick(messages, Qt.Key.Key_K)
    shop.until(lambda: shop.wiring.thread_controller.conversation_id() == first)


def test_no_letter_steals_what_is_typed(shop: Shop, conversation: UUID) -> None:
    shop.open(conversation)
    editor = shop.wiring.page.column.composer.findChild(QPlainTextEdit)
    search = shop.wiring.page.inbox.findChild(SearchField)
    assert editor is not None
    assert search is not None
    letters = "".join(
        key.lower() for command in shop.wiring.registry for key in command.keys if is_single(key)
    )
    for field in (editor, search):
        field.setFocus()
        QTest.keyClicks(field, letters)
    assert editor.toPlainText() == letters
    assert search.text() == letters
    assert state_of(shop, conversation) is TeamState.OPEN


def test_outside_the_list_a_letter_does_nothing(shop: Shop, conversation: UUID) -> None:
    shop.open(conversation)
    button = shop.wiring.page.column.head._close
    button.setFocus()
    QTest.keyClicks(button, "esatu")
    shop.bot.wait(50)
    assert state_of(shop, conversation) is TeamState.OPEN
    assert QApplication.activePopupWidget() is None


def test_in_the_messages_ctrl_f_is_theirs(shop: Shop, conversation: UUID) -> None:
    shop.open(conversation)
    thread = shop.wiring.page.column.thread_view
    thread.focus_messages()
    ctrl = Qt.KeyboardModifier.ControlModifier
    QTest.keyClick(shop.window.focusWidget() or shop.window, Qt.Key.Key_F, ctrl)
    assert thread._search.isVisible()
    assert shop.wiring.desk._maker._search is None
    shop.wiring.page.inbox.focus_list()
    QTest.keyClick(shop.window.focusWidget() or shop.window, Qt.Key.Key_F, ctrl)
    assert shop.wiring.desk._maker._search is not None


def test_another_key_takes_effect_and_the_old_one_none(shop: Shop, conversation: UUID) -> None:
    registry = shop.wiring.registry
    registry.rebind("close", "D")
    shop.open(conversation)
    shop.wiring.page.inbox.focus_list()
    view = shop.wiring.page.list_widget()
    QTest.keyClick(view, Qt.Key.Key_E)
    shop.bot.wait(50)
    assert state_of(shop, conversation) is TeamState.OPEN
    QTest.keyClick(view, Qt.Key.Key_D)
    shop.until(lambda: state_of(shop, conversation) is TeamState.CLOSED)
    assert registry.chosen_keys() == {"close": ["D"]}


def test_a_taken_key_is_refused_with_whose_it_is(shop: Shop) -> None:
    with pytest.raises(UsageError, match="Snooze"):
        shop.wiring.registry.rebind("close", "S")


def test_keys_are_changed_in_the_settings_and_kept(shop: Shop) -> None:
    shop.wiring.desk.show_screen("settings")
    screen = shop.window.screen_shown()
    assert isinstance(screen, SettingsScreen)
    shop.until(lambda: screen.page() is not None)
    screen.show_section("Keys")
    page = screen.findChild(KeysPage)
    assert page is not None
    edit = page.edit_of("sync")
    edit.setKeySequence(QKeySequence("F9"))
    edit.editingFinished.emit()
    assert shop.wiring.registry.keys_of("sync") == ("F9",)
    assert shop.state.get("keys") == {"sync": ["F9"]}
    edit.setKeySequence(QKeySequence("Ctrl+K"))
    edit.editingFinished.emit()
    assert "All commands" in page.error_words()
    assert shop.wiring.registry.keys_of("sync") == ("F9",)
    buttons = {each.accessibleName(): each for each in page.findChildren(Button)}
    buttons["No keys: Sync now"].click()
    assert shop.wiring.registry.keys_of("sync") == ()
    assert shop.state.get("keys") == {"sync": []}
    assert page.error_words() == ""


def test_keys_that_no_longer_fit_are_left_out(qtbot: QtBot) -> None:
    window = QWidget()
    qtbot.addWidget(window)
    registry = Registry(window)
    ran: list[str] = []
    registry.add(WindowCommand("a", "A", Group.GO, lambda: ran.append("a"), ("Ctrl+1",)))
    registry.use_keys({"a": ["Alt+A"], "gone": ["Ctrl+2"]})
    assert registry.keys_of("a") == ("Ctrl+1",)
    registry.run("a")
    assert ran == ["a"]


def state_of(shop: Shop, conversation: UUID) -> TeamState:
    return shop.session.desk.read(inbox.rows, [conversation])[0].team_state
