"""R42, R36: the countdown, the template picker, the board of windows, and the list of templates."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from uuid import UUID

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QLineEdit, QWidget
from pytestqt.qtbot import QtBot

from sms_desk.domain.changes import Changes
from sms_desk.domain.model import ApprovalStatus, DraftMode
from sms_desk.services import content_templates as service
from sms_desk.services import threads
from sms_desk.services.rows import ContentTemplateRow, ItemKind, ThreadItem
from sms_desk.store import content_templates, people
from sms_desk.ui.composer.template_picker import TemplatePicker
from sms_desk.ui.composer.window_clock import WindowClock
from sms_desk.ui.templates import TemplatesScreen
from sms_desk.ui.templates.whatsapp import WhatsAppTemplates
from sms_desk.ui.widgets.template_words import about_words, suggested
from sms_desk.ui.windows_board import WindowsScreen
from sms_desk.ui.windows_board.words import message_cell, message_text
from tests.gui.session import Shop, open_shop
from tests.store.office import NOON, Office
from tests.store.test_content_templates import stored, template

HOUR = timedelta(hours=1)
PEER = "whatsapp:+447700900171"


# --- the countdown --------------------------------------------------------------------------------


class Hand:
    """A clock that the test moves."""

    def __init__(self) -> None:
        self.at = datetime(2026, 3, 2, 9, tzinfo=UTC)

    def __call__(self) -> datetime:
        return self.at


@pytest.fixture
def clock(qtbot: QtBot) -> WindowClock:
    made = WindowClock()
    qtbot.addWidget(made)
    return made


@pytest.mark.parametrize(
    ("left", "words", "amber"),
    [
        (3 * HOUR + timedelta(minutes=12), "Window open 3 h 12 min", False),
        (24 * HOUR, "Window open 24 h", False),
        (HOUR, "Window open 1 h", False),
        (HOUR - timedelta(seconds=1), "Window open 1 h", True),
        (timedelta(minutes=59), "Window open 59 min", True),
        (timedelta(seconds=1), "Window open 1 min", True),
        (timedelta(0), "", False),
    ],
)
def test_R42_what_is_left_in_words_amber_in_the_last_hour(
    clock: WindowClock, left: timedelta, words: str, amber: bool
) -> None:
    hand = Hand()
    clock.count_down(hand.at + left, hand)
    assert clock.words() == words
    assert not words or clock.is_amber() is amber


def test_R42_it_tells_once_that_the_window_has_closed(clock: WindowClock, qtbot: QtBot) -> None:
    hand, told = Hand(), []
    clock.ran_out.connect(lambda: told.append(True))
    clock.count_down(hand.at + HOUR, hand)
    hand.at += HOUR
    clock.look()
    clock.look()
    assert (clock.words(), told) == ("", [True])
    clock.count_down(None, hand)
    assert told == [True]


# --- the picker -----------------------------------------------------------------------------------


def row(n: int, name: str, **changes: object) -> ContentTemplateRow:
    made = ContentTemplateRow(
        id=UUID(int=n),
        content_sid=f"HX{n:032x}",
        name=name,
        language="en",
        category="UTILITY",
        kind="twilio/text",
        body="Hello {{1}}, order {{2}} is ready.",
        variables={"1": "Sam", "2": "48000"},
        status=ApprovalStatus.APPROVED,
        why_not="",
        account_label="Shop",
        seen_at=NOON,
    )
    return replace(made, **changes)  # type: ignore[arg-type]


ROWS = (
    row(1, "order_ready"),
    row(2, "pick_up_again", body="May we write to you?", variables={}),
    row(
        3,
        "a_rejected_one",
        status=ApprovalStatus.REJECTED,
        why_not="WhatsApp rejected it: TAG_CONTENT_MISMATCH",
    ),
)


@pytest.fixture
def picker(qtbot: QtBot) -> TemplatePicker:
    made = TemplatePicker(ROWS, "Mira Anand")
    qtbot.addWidget(made)
    with qtbot.waitExposed(made):
        made.show()
    made.activateWindow()
    return made


def press(widget: QWidget, key: Qt.Key) -> None:
    QTest.keyClick(widget, key)


def test_R42_by_keyboard_alone_search_fill_send(picker: TemplatePicker) -> None:
    sent: list[tuple[str, object]] = []
    picker.send_requested.connect(lambda sid, values: sent.append((sid, values)))
    search = picker.findChild(QLineEdit)
    assert search is not None
    QTest.keyClicks(search, "order")
    assert [each.name for each in picker.rows()] == ["order_ready"]
    press(search, Qt.Key.Key_Return)
    card = picker.card()
    assert card is not None
    first, second = card.fields()
    assert first.text() == "Mira"  # suggested
    assert QApplication.focusWidget() is second  # the first that is empty
    QTest.keyClicks(second, "48213 {{1}}")
    assert card.text() == "Hello Mira, order 48213 {{1}} is ready."
    press(second, Qt.Key.Key_Return)
    assert sent == [(ROWS[0].content_sid, (("1", "Mira"), ("2", "48213 {{1}}")))]


def test_R36_nothing_goes_while_a_blank_is_empty_or_unfit(picker: TemplatePicker) -> None:
    sent: list[object] = []
    picker.send_requested.connect(lambda *words: sent.append(words))
    picker.choose(ROWS[0])
    card = picker.card()
    assert card is not None
    picker.send()
    assert not picker.send_button().isEnabled()
    card.fields()[1].setText("a     b")
    assert not picker.send_button().isEnabled()
    picker.send()
    assert sent == []
    card.fields()[1].setText("a b")
    assert picker.send_button().isEnabled()


def test_R42_only_approved_ones_are_offered_and_the_others_say_why(picker: TemplatePicker) -> None:
    assert [each.name for each in picker.rows()] == [
        "order_ready",
        "pick_up_again",
        "a_rejected_one",
    ]
    picker.choose(ROWS[2])
    card = picker.card()
    assert card is not None
    assert card.fields() == []
    assert not picker.send_button().isEnabled()


def test_R42_arrows_walk_the_list_from_the_search_field(picker: TemplatePicker) -> None:
    search = picker.findChild(QLineEdit)
    assert search is not None
    press(search, Qt.Key.Key_Down)
    assert picker.card() is not None
    assert picker.card().row().name == "pick_up_again"  # type: ignore[union-attr]
    assert picker.send_button().isEnabled()  # it has no blanks
    press(search, Qt.Key.Key_Up)
    press(search, Qt.Key.Key_Up)
    assert picker.card().row().name == "order_ready"  # type: ignore[union-attr]


def test_R42_what_was_typed_for_one_template_waits_while_another_is_looked_at(
    picker: TemplatePicker,
) -> None:
    picker.choose(ROWS[0])
    assert picker.card() is not None
    picker.card().fields()[1].setText("48213")  # type: ignore[union-attr]
    picker.choose(ROWS[1])
    picker.choose(ROWS[0])
    assert picker.card().fields()[1].text() == "48213"  # type: ignore[union-attr]


@pytest.mark.parametrize(
    ("body", "variables", "found"),
    [
        ("Hello {{1}}, order {{2}}", ("1", "2"), {"1": "Mira"}),
        ("Your order {{2}} at the Mill Street shop for {{1}}", ("1", "2"), {}),
        ("{{name}} or {{first_name}}", ("name", "first_name"), {"name": "Mira Anand", "first_name": "Mira"}),
        ("Code {{code}}", ("code",), {}),
    ],
)  # fmt: skip
def test_R42_the_contacts_name_is_suggested_where_it_belongs(
    body: str, variables: tuple[str, ...], found: dict[str, str]
) -> None:
    made = row(1, "x", body=body, variables=dict.fromkeys(variables, ""))
    assert suggested(made, "Mira Anand") == found
    assert suggested(made, "  ") == {}


def test_R42_language_and_kind_in_words() -> None:
    assert about_words(row(1, "x")) == "English · utility"
    odd = row(1, "x", language="pt_BR", category="MARKETING", kind="twilio/quick-reply")
    assert about_words(odd) == "Portuguese (pt_BR) · marketing · with buttons to answer"
    assert "xx-unknown" in about_words(row(1, "x", language="xx-unknown"))


# --- in the window --------------------------------------------------------------------------------


@pytest.fixture
def shop(qtbot: QtBot, office: Office, tmp_path: Path) -> Iterator[Shop]:
    """Ann's window; one conversation's window closed an hour ago, another's is open."""
    office.closed = office.conversation(office.whatsapp, PEER, office.ann)  # type: ignore[attr-defined]
    office.message(office.closed, "Hello?", at=NOON - 25 * HOUR)  # type: ignore[attr-defined]
    office.opened = office.conversation(office.whatsapp, f"{PEER}2", office.ben)  # type: ignore[attr-defined]
    office.message(office.opened, "And me?", at=NOON - HOUR)  # type: ignore[attr-defined]
    rejected = template(
        2, name="sale", status=ApprovalStatus.REJECTED, status_text="rejected", reason="WHY"
    )
    with office.workspace.write() as tx:
        content_templates.take(tx, office.account, map(stored, (template(1), rejected)), at=NOON)
    with open_shop(qtbot, tmp_path, office, office.ann) as made:
        made.session.account_id = office.account
        yield made


def pending(shop: Shop, conversation: UUID) -> list[ThreadItem]:
    page = shop.session.desk.read(threads.page, conversation)
    return [item for item in page.items if item.kind is ItemKind.PENDING]


def closed_of(shop: Shop) -> UUID:
    found: UUID = shop.office.closed  # type: ignore[attr-defined]
    return found


def opened_of(shop: Shop) -> UUID:
    found: UUID = shop.office.opened  # type: ignore[attr-defined]
    return found


def test_R42_a_closed_window_keeps_the_draft_and_leads_to_a_template(shop: Shop) -> None:
    shop.open(closed_of(shop))
    editor = shop.wiring.page.column.composer
    assert editor._window_clock.words() == ""
    editor.focus_text(DraftMode.REPLY)
    QTest.keyClicks(editor._editor, "half a tho")
    assert "closed" in editor._bar.words()
    editor.send()
    assert pending(shop, closed_of(shop)) == []
    (button,) = editor._bar.buttons()
    button.click()
    shop.until(lambda: shop.window.findChild(TemplatePicker) is not None)
    picker = shop.window.findChild(TemplatePicker)
    assert picker is not None
    card = picker.card()
    assert card is not None
    for field, value in zip(card.fields(), ("Mira", "7"), strict=True):
        field.setText(value)
    picker.send()
    shop.until(lambda: pending(shop, closed_of(shop)))
    (item,) = pending(shop, closed_of(shop))
    assert item.body == "Hello Mira, order 7 is ready."
    assert item.outbox_id is not None
    sent = shop.session.desk.read(service.of_message, item.outbox_id)
    assert sent == (template(1).sid, (("1", "Mira"), ("2", "7")))
    shown = shop.wiring.page.column.thread_view.loaded
    shop.until(lambda: any(each.body == item.body for each in shown().items))
    assert editor.text() == "half a tho"


def test_R42_an_open_window_counts_down_and_blocks_when_it_is_over(shop: Shop) -> None:
    shop.open(opened_of(shop))
    editor = shop.wiring.page.column.composer
    assert editor._window_clock.words() == "Window open 23 h"
    assert editor._bar.words() == ""
    shop.office.later(hours=22, minutes=30)
    editor._window_clock.look()
    assert editor._window_clock.is_amber()
    shop.office.later(minutes=30)
    editor._window_clock.look()
    assert "closed" in editor._bar.words()
    assert [button.text() for button in editor._bar.buttons()] == ["Send a template"]


def test_R42_sms_has_neither_clock_nor_templates_of_whatsapp(shop: Shop) -> None:
    plain = shop.office.conversation(shop.office.own, "+12025550171", shop.office.ann)
    shop.office.message(plain, "Hi")
    shop.open(plain)
    editor = shop.wiring.page.column.composer
    assert editor._window_clock.words() == ""
    assert not editor._approved.isVisible()
    shop.wiring.writing.pick_template()
    assert shop.window.findChild(TemplatePicker) is None


# --- the board ------------------------------------------------------------------------------------


@pytest.fixture
def board(shop: Shop) -> WindowsScreen:
    shop.wiring.desk.show_screen("windows")
    screen = shop.window.screen_shown()
    assert isinstance(screen, WindowsScreen)
    shop.until(lambda: len(screen._table.rows()) == 1)
    return screen


def test_R42_the_board_shows_what_is_left_and_opens_by_enter(
    shop: Shop, board: WindowsScreen
) -> None:
    index = board._table.model().index(0, 0)
    assert index.data() == "23 h"
    shop.office.later(hours=22, minutes=30)
    assert index.data() == "30 min"  # painted from the clock, nothing is read
    board._table.choose(opened_of(shop))
    board._table.setFocus()
    press(board._table, Qt.Key.Key_Return)
    shop.until(shop.has_opened)
    assert shop.wiring.thread_controller.conversation_id() == opened_of(shop)


def test_R42_a_message_without_text_is_no_blank_on_the_board(board: WindowsScreen) -> None:
    (row,) = board._table.rows()
    silent = replace(row, snippet="")
    assert "(no text)" in message_cell(silent).text
    assert message_text(silent, 600) == "(no text)"
    assert row.snippet in message_cell(row).text


def test_R42_a_window_that_closes_leaves_the_board(shop: Shop, board: WindowsScreen) -> None:
    shop.office.later(hours=23)
    board._on_turn()
    shop.until(lambda: board._table.rows() == [])
    assert "No WhatsApp window is open" in board._empty_words()


def test_R42_it_is_given_to_somebody_else_in_place_and_taken_back(
    shop: Shop, board: WindowsScreen
) -> None:
    def owner() -> str:
        rows = board._table.rows()
        return rows[0].owner_name if rows else ""

    board._assign(opened_of(shop), shop.office.cara)
    shop.until(lambda: owner() == "Cara")
    shop.wiring.actions.undo_last()
    shop.until(lambda: owner() == "Ben")


def test_R42_live_arrivals_and_filters(shop: Shop, board: WindowsScreen) -> None:
    shop.arrives(closed_of(shop), "Are you there?")
    shop.until(lambda: len(board._table.rows()) == 2)
    board._filters.mine.setChecked(True)
    shop.until(lambda: [row.owner_name for row in board._table.rows()] == ["Ann"])
    board._filters.mine.setChecked(False)
    board._filters.unattended.setChecked(True)
    shop.until(lambda: board._table.rows() == [])
    assert "Somebody will be there" in board._empty_words()
    with shop.office.workspace.write() as tx:
        people.change(tx, shop.office.ben, suspended_at=NOON)
    shop.session.tell(Changes.of(person=shop.office.ben))
    shop.until(lambda: [row.owner_name for row in board._table.rows()] == ["Ben"])
    cell = board._table.model().index(0, 3)
    assert "suspended" in cell.data(Qt.ItemDataRole.AccessibleTextRole)


def test_R42_the_rail_counts_what_nobody_will_save(shop: Shop) -> None:
    model = shop.window.side.rail._screens.rail_model
    shop.until(lambda: model.row_of("screen:windows") == 0)
    assert model.place(0).waiting == 0
    with shop.office.workspace.write() as tx:
        people.change(tx, shop.office.ben, suspended_at=NOON)
    shop.office.later(hours=22)
    shop.session.tell(Changes.of(person=shop.office.ben))
    shop.until(lambda: model.place(0).waiting == 1)


# --- the list of templates ------------------------------------------------------------------------


def test_R42_the_templates_screen_says_approval_reason_and_when(shop: Shop) -> None:
    shop.wiring.desk.show_screen("templates")
    screen = shop.window.screen_shown()
    assert isinstance(screen, TemplatesScreen)
    screen.tabs.choose("whatsapp")
    section = screen.section()
    assert isinstance(section, WhatsAppTemplates)
    shop.until(lambda: len(section.table.rows()) == 2)
    assert section.words() == "Never refreshed"
    sale = next(each for each in section.table.rows() if each.name == "sale")
    assert sale.why_not == "WhatsApp rejected it: WHY"
    section.refresh()
    shop.until(lambda: "sync" in shop.session.asked)
    assert "refresh templates" in shop.session.asked
    with shop.office.workspace.write() as tx:
        done = {"at": shop.office.now.isoformat(), "problem": "", "unreadable": 0}
        content_templates.save_list_state(tx, shop.office.account, done, at=NOON)
    shop.session.tell(Changes.of(content_template=None))
    shop.until(lambda: section.words().startswith("Refreshed"))
    assert section._refresh.isEnabled()
    section.table.choose(sale.id)
    assert screen.has_detail()
    screen.tabs.choose("own")
    assert not screen.has_detail()
