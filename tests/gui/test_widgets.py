"""The controls: plain text whatever the text, names for screen readers, keys for everything."""

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import Path
from uuid import UUID

import pytest
from PySide6.QtCore import QDate, QEvent, QPoint, Qt, QTimer
from PySide6.QtGui import QTextDocument
from PySide6.QtTest import QTest
from PySide6.QtWidgets import (
    QApplication,
    QHBoxLayout,
    QLabel,
    QMenu,
    QPushButton,
    QStyle,
    QStyleOptionButton,
    QVBoxLayout,
    QWidget,
)
from pytestqt.qtbot import QtBot

import sms_desk.ui
from sms_desk.domain.errors import StorageError
from sms_desk.ui import theme
from sms_desk.ui.widgets import text
from sms_desk.ui.widgets.buttons import Button, icon_button, link, plain
from sms_desk.ui.widgets.check_box import CheckBox
from sms_desk.ui.widgets.chips import ChipButton, RemovableChip, ToggleChip
from sms_desk.ui.widgets.dialogs import Notice, TextQuestion
from sms_desk.ui.widgets.empty_state import EmptyState
from sms_desk.ui.widgets.flow import FlowLayout
from sms_desk.ui.widgets.forms import DayEdit, NumberField
from sms_desk.ui.widgets.over_bar import OverBar
from sms_desk.ui.widgets.popover import Popover
from sms_desk.ui.widgets.progress_bar import Work, WorkBar, progress_words
from sms_desk.ui.widgets.search_field import SearchField
from sms_desk.ui.widgets.table import Cell, Column, Table
from sms_desk.ui.widgets.toast import STAYS_MS, Toast
from sms_desk.ui.widgets.words import tr

HOSTILE = (
    "<i>x</i>",
    "a <b>c</b> & d",
    "&lt;b&gt;",
    "<img src=/etc/hostname>",
    "<a href='file:///etc'>x</a>",
    "first\n<table><tr><td>x",
    "<!-- ",
    "&amp;lt;",
)
hostile = pytest.mark.parametrize("given", HOSTILE)

FORBIDDEN = re.compile(
    r"\bQLabel\(|\bQMessageBox\b|\.setToolTip\(|\.setHtml\(|\bQTextBrowser\b|\.setWhatsThis\("
    r"|\.showMessage\(|\bQInputDialog\b|\bQThread\b|processEvents|\bQErrorMessage\b|\bQCheckBox\("
)


def test_only_widgets_construct_what_guesses_markup() -> None:
    """Qt guesses markup in labels, boxes and tooltips; one package knows how to stop it."""
    ui = Path(sms_desk.ui.__file__).parent
    found = [
        f"{path.relative_to(ui)}:{number}: {line.strip()}"
        for path in sorted(ui.rglob("*.py"))
        if ui / "widgets" not in path.parents and path.name != "stylesheet.py"
        for number, line in enumerate(path.read_text().splitlines(), 1)
        if FORBIDDEN.search(line) and not line.lstrip().startswith(("#", '"'))
    ]
    assert found == []


@hostile
def test_a_label_shows_text_letter_by_letter(qtbot: QtBot, given: str) -> None:
    label = text.label(given)
    qtbot.addWidget(label)
    assert label.textFormat() == Qt.TextFormat.PlainText
    assert label.text() == given


@hostile
def test_a_tooltip_shows_text_letter_by_letter(qtbot: QtBot, given: str) -> None:
    button = QPushButton()
    qtbot.addWidget(button)
    text.set_tip(button, given)
    shown = QLabel(button.toolTip())
    qtbot.addWidget(shown)
    shown.setTextFormat(Qt.TextFormat.RichText)
    assert _as_plain(button.toolTip()) == given
    assert button.accessibleDescription() == given


@hostile
def test_a_dialog_shows_text_letter_by_letter(qtbot: QtBot, given: str) -> None:
    notice = Notice(None, given, given, sign=("info", "accent"), yes=given)
    qtbot.addWidget(notice)
    labels = [found for found in notice.findChildren(QLabel) if found.text()]
    assert [found.text() for found in labels] == [given, given]
    assert {found.textFormat() for found in labels} == {Qt.TextFormat.PlainText}
    assert notice.accessibleName() == given


def _answer(key: Qt.Key) -> None:
    """Press a key in the dialog that is about to open."""

    def press() -> None:
        dialog = QApplication.activeModalWidget()
        assert dialog is not None
        QTest.keyClick(dialog, key)

    QTimer.singleShot(0, press)


@pytest.mark.parametrize(
    ("key", "danger", "answer"),
    [
        (Qt.Key.Key_Return, False, True),
        (Qt.Key.Key_Escape, False, False),
        (Qt.Key.Key_Return, True, False),
    ],
)
def test_enter_by_habit_does_nothing_dangerous(
    qtbot: QtBot, key: Qt.Key, danger: bool, answer: bool
) -> None:
    _answer(key)
    assert text.ask(None, "Delete the view?", "", yes="Delete", danger=danger) is answer


def test_an_error_is_told_with_its_next_step(qtbot: QtBot) -> None:
    _answer(Qt.Key.Key_Escape)
    text.tell_error(None, StorageError("The file is locked.", "Close the other desk."))


def test_one_line_of_text_is_asked_for(qtbot: QtBot) -> None:
    _answer(Qt.Key.Key_Return)
    assert text.ask_text(None, "Rename", "Name of the view", " Mine ") == "Mine"
    question = TextQuestion(None, "Rename", "Name of the view", "  ", "Save")
    qtbot.addWidget(question)
    save = next(b for b in question.findChildren(QPushButton) if b.text() == "Save")
    assert not save.isEnabled()


def _as_plain(markup: str) -> str:
    document = QTextDocument()
    document.setHtml(markup)
    return document.toPlainText()


def test_menus_and_titles_are_literal(qtbot: QtBot) -> None:
    menu = QMenu()
    qtbot.addWidget(menu)
    assert menu.addAction(text.menu_text("A & B\tCtrl+Q\nx")).text() == "A && B Ctrl+Q x"
    assert len(text.menu_text("x" * 1_000_000)) <= 60
    window = QWidget()
    qtbot.addWidget(window)
    text.set_window_title(window, "tag [*] x")
    assert window.windowTitle() == "tag [*][*] x"


def test_a_label_of_a_million_letters_is_cut(qtbot: QtBot) -> None:
    label = text.label("x" * 1_000_000)
    qtbot.addWidget(label)
    assert len(label.text()) == text.LONGEST


def test_an_elided_label_keeps_the_whole_text_in_its_tip(qtbot: QtBot) -> None:
    label = text.ElidedLabel("A long name that does not fit at all")
    qtbot.addWidget(label)
    label.resize(60, 20)
    label.show()
    assert "long name" in label.toolTip()
    label.resize(600, 20)
    assert label.toolTip() == ""


def test_buttons_have_names_and_follow_the_theme(qtbot: QtBot, qapp: QApplication) -> None:
    button = icon_button("x", "Close")
    qtbot.addWidget(button)
    assert (button.text(), button.accessibleName()) == ("", "Close")
    before = button.icon().cacheKey()
    theme.apply(qapp, "dark")
    assert button.icon().cacheKey() != before
    theme.apply(qapp, "light")


def test_enter_presses_the_button_that_has_the_focus(qtbot: QtBot) -> None:
    pressed: list[str] = []
    button = plain("Open the inbox")
    button.clicked.connect(lambda: pressed.append(button.text()))
    qtbot.addWidget(button)
    for key in (Qt.Key.Key_Return, Qt.Key.Key_Enter, Qt.Key.Key_Space):
        QTest.keyClick(button, key)
    assert len(pressed) == 3
    button.setEnabled(False)
    QTest.keyClick(button, Qt.Key.Key_Return)
    assert len(pressed) == 3


def test_a_drawing_stands_apart_from_the_words_beside_it(qtbot: QtBot) -> None:
    drawn, bare = plain("Close", icon="check"), plain("Close")
    for button in (drawn, bare):
        qtbot.addWidget(button)
    option = QStyleOptionButton()
    drawn.initStyleOption(option)
    assert option.text == " Close"
    assert drawn.text() == "Close"
    apart = drawn.fontMetrics().horizontalAdvance(" ")
    assert drawn.sizeHint().width() == bare.sizeHint().width() + 16 + 4 + apart
    bare.initStyleOption(option)
    assert option.text == "Close"


def test_a_link_with_the_focus_keeps_its_words_whole(qtbot: QtBot, qapp: QApplication) -> None:
    theme.apply(qapp, "light")
    window = QWidget()
    qtbot.addWidget(window)
    row = QHBoxLayout(window)
    button = link("Keep this conversation", parent=window)
    row.addWidget(button)
    row.addStretch(1)
    with qtbot.waitExposed(window):
        window.show()
    window.activateWindow()
    button.setFocus(Qt.FocusReason.TabFocusReason)
    qtbot.waitUntil(button.hasFocus)
    option = QStyleOptionButton()
    button.initStyleOption(option)
    room = button.style().subElementRect(QStyle.SubElement.SE_PushButtonContents, option, button)
    assert room.width() >= button.fontMetrics().horizontalAdvance(button.text())


def test_a_deleted_button_does_not_hear_the_theme(qapp: QApplication) -> None:
    button = Button("x", icon="x")
    button.deleteLater()
    QApplication.sendPostedEvents(None, QEvent.Type.DeferredDelete)
    theme.apply(qapp, "light")


def test_chips_say_their_value_and_can_be_taken_away_by_key(qtbot: QtBot) -> None:
    chip = ChipButton("Source")
    removable = RemovableChip("Tag: <b>x</b> & y")
    toggle = ToggleChip("Unread")
    for widget in (chip, removable, toggle):
        qtbot.addWidget(widget)
    chip.set_value("Autumn & winter")
    assert chip.text() == "Autumn && winter"
    assert chip.accessibleName() == "Source: Autumn & winter"
    assert chip.is_chosen()
    with qtbot.waitSignal(removable.removed):
        QTest.keyClick(removable, Qt.Key.Key_Delete)
    with qtbot.waitSignal(toggle.toggled):
        QTest.keyClick(toggle, Qt.Key.Key_Space)


def test_a_chip_fills_its_menu_when_it_opens(qtbot: QtBot) -> None:
    chip = ChipButton("Source")
    qtbot.addWidget(chip)
    chip.show()
    chip.about_to_show.connect(lambda: chip.options().addAction("Any"))
    with qtbot.waitSignal(chip.about_to_show):
        QTest.keyClick(chip, Qt.Key.Key_Down)
    assert [action.text() for action in chip.options().actions()] == ["Any"]
    chip.options().close()


def test_an_empty_state_says_one_sentence_and_one_action(qtbot: QtBot) -> None:
    state = EmptyState()
    qtbot.addWidget(state)
    state.show_words("inbox", "Nobody is waiting.", "Show all")
    button = state.findChild(QPushButton)
    assert isinstance(button, QPushButton)
    with qtbot.waitSignal(state.action_requested):
        button.click()
    state.show_words("inbox", "Nobody is waiting.")
    assert button.isHidden()
    assert state.accessibleName() == "Nobody is waiting."


def test_what_comes_late_is_walked_to_where_it_lies(qtbot: QtBot) -> None:
    window = QWidget()
    qtbot.addWidget(window)
    before = QPushButton("Before", window)
    state = EmptyState(window)
    after = QPushButton("After", window)
    state.show_words("inbox", "Nothing here.", "Show everything")
    walked: list[QWidget] = [before]
    while (following := walked[-1].nextInFocusChain()) not in (None, before):
        walked.append(following)
    stops = [each for each in walked if each.focusPolicy() != Qt.FocusPolicy.NoFocus]
    assert stops == [before, state.findChild(Button), after]


def test_the_toast_undoes_and_waits_while_it_has_the_focus(qtbot: QtBot) -> None:
    window = QWidget()
    qtbot.addWidget(window)
    window.resize(600, 400)
    toast = Toast(window)
    window.show()
    qtbot.waitExposed(window)
    window.activateWindow()
    toast.offer_undo("Closed 3 conversations", UUID(int=1))
    assert toast.is_counting()
    assert STAYS_MS == 8_000
    undo = toast.findChild(QPushButton)
    assert isinstance(undo, QPushButton)
    undo.setFocus(Qt.FocusReason.TabFocusReason)
    qtbot.waitUntil(lambda: not toast.is_counting())
    with qtbot.waitSignal(toast.undo_requested) as told:
        QTest.keyClick(undo, Qt.Key.Key_Space)
    assert told.args == [UUID(int=1)]
    assert toast.isHidden()


def test_the_toast_stays_within_a_narrow_window(qtbot: QtBot) -> None:
    window = QWidget()
    qtbot.addWidget(window)
    window.resize(320, 300)
    toast = Toast(window)
    window.show()
    toast.say("Something with a name that is much too long for so narrow a window " * 3)
    assert window.rect().contains(toast.geometry())


def test_the_toast_stands_above_the_bars_at_the_foot_while_they_are_shown(qtbot: QtBot) -> None:
    window = QWidget()
    qtbot.addWidget(window)
    window.resize(600, 400)
    rows = QVBoxLayout(window)
    rows.addStretch(1)
    bar = QLabel("19 selected", window)
    bar.setFixedHeight(60)
    rows.addWidget(bar)
    toast = Toast(window)
    toast.stand_above(bar)
    with qtbot.waitExposed(window):
        window.show()
    toast.say("Closed two")
    assert toast.geometry().bottom() < bar.geometry().top()
    low = toast.geometry().bottom()
    bar.hide()
    assert toast.geometry().bottom() > low
    bar.show()
    qtbot.waitUntil(lambda: toast.geometry().bottom() == low)


def test_the_toast_forgets_a_bar_that_went_with_its_screen(qtbot: QtBot) -> None:
    window = QWidget()
    qtbot.addWidget(window)
    toast = Toast(window)
    screen = QWidget(window)
    toast.stand_above(QLabel("19 selected", screen))
    with qtbot.waitExposed(window):
        window.show()
    screen.deleteLater()
    with qtbot.waitSignal(screen.destroyed):
        pass
    toast.say("Closed two")
    window.resize(500, 300)
    assert toast.geometry().bottom() > 200


def test_work_says_what_how_far_how_long(qtbot: QtBot) -> None:
    bar = WorkBar()
    qtbot.addWidget(bar)
    bar.show_work(Work("Fetching older messages", 1_200, 5_000, 130))
    assert progress_words(Work("x", 1_200, 5_000, 130)) == "1,200 of 5,000 · about 2 min"
    assert progress_words(Work("x", 1_200, None, None)) == "1,200"
    stop = bar.findChild(QPushButton)
    assert isinstance(stop, QPushButton)
    assert stop.accessibleName() == "Stop: Fetching older messages"
    with qtbot.waitSignal(bar.stop_requested):
        stop.click()
    bar.show_work(None)
    assert bar.isHidden()


def test_flow_breaks_lines_and_leaves_out_what_is_hidden(qtbot: QtBot) -> None:
    holder = QWidget()
    qtbot.addWidget(holder)
    flow = FlowLayout(holder)
    chips = [ToggleChip(f"Chip {n}", holder) for n in range(6)]
    for chip in chips:
        flow.addWidget(chip)
    one = flow.heightForWidth(2_000)
    assert flow.heightForWidth(160) > 2 * one
    for chip in chips[1:]:
        chip.hide()
    assert flow.heightForWidth(160) == one


def test_search_fields_are_bounded_and_named(qtbot: QtBot) -> None:
    field = SearchField("Search this list", "Search", key="/")
    qtbot.addWidget(field)
    field.setText("x" * 1_000_000)
    assert len(field.text()) == 200
    assert field.accessibleName() == "Search this list"
    field.grab()


@pytest.mark.parametrize(("n", "said"), [(0, "0 days"), (1, "1 day"), (2, "2 days")])
def test_plurals_without_a_translation(n: int, said: str) -> None:
    assert tr("inbox", "%n day(s)", n) == said


def test_positions_are_whole(qtbot: QtBot) -> None:
    chip = ChipButton("Source")
    qtbot.addWidget(chip)
    chip.resize(chip.sizeHint())
    assert chip.rect().contains(chip.sign_rect())
    chip.setLayoutDirection(Qt.LayoutDirection.RightToLeft)
    assert chip.sign_rect().topLeft().x() < QPoint(12, 0).x()


def test_a_number_field_keeps_its_last_good_number(qtbot: QtBot) -> None:
    field = NumberField(30, 1, 365)
    qtbot.addWidget(field)
    assert (field.text(), field.value()) == ("30", 30)
    field.setText("45")
    assert field.value() == 45
    for wrong in ("", "0", "999"):
        field.setText(wrong)
        assert field.value() == 45


def test_a_card_at_the_foot_of_its_window_stands_above_what_it_is_about(qtbot: QtBot) -> None:
    owner = QWidget()
    qtbot.addWidget(owner)
    owner.setGeometry(0, 0, 600, 420)
    owner.show()
    foot, top = QPoint(60, 400), QPoint(60, 20)
    for at, above in ((foot, True), (top, False)):
        card = Popover("No connector runs", ["Nothing new comes in until one does."], owner)
        card.pop_up(at)
        assert (card.geometry().bottom() < at.y()) is above
        card.close()


def test_a_card_is_high_enough_for_lines_that_wrap(qtbot: QtBot) -> None:
    owner = QWidget()
    qtbot.addWidget(owner)
    lines = ["What your colleagues do meanwhile is not shown here yet. " * n for n in (1, 3, 4)]
    card = Popover("Coats & Co cannot be reached since 14:54", lines, owner)
    card.pop_up(QPoint(400, 400))
    shown = card.findChildren(QLabel)
    assert len(shown) == 4
    assert all(each.height() >= each.heightForWidth(each.width()) for each in shown)
    card.close()


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_a_ticked_box_stands_out_from_its_ground(
    qapp: QApplication, qtbot: QtBot, scheme: theme.Scheme
) -> None:
    theme.apply(qapp, scheme)
    box = CheckBox("")
    qtbot.addWidget(box)
    box.setChecked(True)
    image = box.grab().toImage()
    drawn = {
        image.pixelColor(x, y).name() for x in range(image.width()) for y in range(image.height())
    }
    assert {theme.tokens().accent.name(), theme.tokens().on_accent.name()} <= drawn


def test_a_day_to_choose_is_written_as_days_are(qtbot: QtBot) -> None:
    """In the system's short form 3 4 2026 could be either day."""
    field = DayEdit()
    qtbot.addWidget(field)
    field.setDate(QDate(2026, 12, 1))
    assert field.text() == "Tue 1 Dec 2026"


def test_the_rows_of_a_table_reach_the_edge_below_its_scroll_bar(qtbot: QtBot) -> None:
    @dataclass(frozen=True)
    class Row:
        id: UUID

    table = Table([Column("Number", lambda row: Cell(str(row.id)))], "Numbers")
    qtbot.addWidget(table)
    table.resize(300, 200)
    table.show_rows([Row(UUID(int=n)) for n in range(40)])
    table.show()
    (bar,) = table.findChildren(OverBar)
    qtbot.waitUntil(bar.isVisible)
    assert table.columnWidth(0) == table.width()
    head = table.horizontalHeader()
    assert bar.geometry().top() > head.geometry().bottom()
    assert bar.geometry().bottom() == table.viewport().geometry().bottom()
    bar.setValue(bar.maximum())
    assert table.verticalScrollBar().value() == table.verticalScrollBar().maximum()
