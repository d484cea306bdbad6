"""R36, R33, R40 in the window: put off by the contact's clock, changed and cancelled until it goes."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from uuid import UUID
from zoneinfo import ZoneInfo

import pytest
from PySide6.QtCore import Qt
from PySide6.QtGui import QAction
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QLineEdit, QMenu, QPushButton, QWidget
from pytestqt.qtbot import QtBot

from sms_desk.domain import commands as c
from sms_desk.domain.errors import RefusedError
from sms_desk.domain.model import DraftMode
from sms_desk.domain.send_later import Later
from sms_desk.services import scheduled, threads
from sms_desk.services.executor import Done
from sms_desk.services.rows import ItemKind
from sms_desk.services.scheduled import Clocks, ScheduledRow
from sms_desk.store import content_templates
from sms_desk.store.scheduled import ScheduledState
from sms_desk.sync.schedule import release_due
from sms_desk.ui.composer.template_picker import TemplatePicker
from sms_desk.ui.inbox.row_words import Clock, row_words
from sms_desk.ui.outbox import OutboxScreen
from sms_desk.ui.outbox.scheduled import due_cell
from sms_desk.ui.thread import Act, Target
from sms_desk.ui.thread.arrange import arrange
from sms_desk.ui.thread.shape import acts_of
from sms_desk.ui.thread.words import Reader, spoken
from sms_desk.ui.widgets.later_dialog import LaterDialog
from sms_desk.ui.widgets.later_words import brief_words, due_words, heading_words, later_words
from sms_desk.ui.window import schedule_controller
from tests.gui.session import Shop, open_shop
from tests.store.office import NOON, Office
from tests.store.test_content_templates import stored, template

PEER = "+12125550142"  # New York
NOWHERE = "+18005550142"  # toll-free: no place
NINE = datetime(2026, 11, 18, 14, tzinfo=UTC)  # tomorrow, 9:00 in New York, 15:00 in Berlin
CLOCKS = Clocks("America/New_York", "Europe/Berlin")


@pytest.fixture
def office(office: Office) -> Office:
    office.later(hours=3)  # Tuesday, 10:00 in New York, 16:00 in Berlin
    return office


@pytest.fixture
def talk(office: Office) -> UUID:
    conversation = office.conversation(office.own, PEER, office.ben)
    office.message(conversation, "Is it open tomorrow?")
    return conversation


@pytest.fixture
def shop(qtbot: QtBot, office: Office, talk: UUID, tmp_path: Path) -> Iterator[Shop]:
    with open_shop(qtbot, tmp_path, office) as made:
        yield made


def waiting(shop: Shop) -> list[ScheduledRow]:
    return list(shop.session.desk.read(scheduled.listing))


def write(shop: Shop, text: str) -> None:
    composer = shop.wiring.page.column.composer
    composer.focus_text(DraftMode.REPLY)
    QTest.keyClicks(composer._editor, text)


def popped_up(shop: Shop) -> QMenu:
    shop.until(lambda: isinstance(QApplication.activePopupWidget(), QMenu))
    menu = QApplication.activePopupWidget()
    assert isinstance(menu, QMenu)
    return menu


def entries(menu: QMenu) -> list[str]:
    return [action.text() for action in menu.actions() if not action.isSeparator()]


def take(menu: QMenu, begins: str) -> None:
    action: QAction = next(each for each in menu.actions() if each.text().startswith(begins))
    action.trigger()
    menu.close()


def dialog_of(shop: Shop) -> LaterDialog:
    shop.until(lambda: shop.window.findChild(LaterDialog) is not None)
    found = shop.window.findChild(LaterDialog)
    assert found is not None
    return found


def schedule(shop: Shop, talk: UUID, text: str = "We open at nine") -> ScheduledRow:
    shop.open(talk)
    before = {row.id for row in waiting(shop)}
    write(shop, text)
    shop.wiring.registry.run("send_later")
    take(popped_up(shop), "Tomorrow morning")
    shop.until(lambda: len(waiting(shop)) > len(before))
    shop.until(lambda: shop.wiring.page.column.composer.text() == "")
    return next(row for row in waiting(shop) if row.id not in before)


# --- the composer -----------------------------------------------------------------------------------


def test_r36_by_keyboard_by_the_contacts_clock_with_both_times_said(shop: Shop, talk: UUID) -> None:
    shop.open(talk)
    write(shop, "We open at nine")
    control = Qt.KeyboardModifier.ControlModifier | Qt.KeyboardModifier.ShiftModifier
    composer = shop.wiring.page.column.composer
    QTest.keyClick(composer._editor, Qt.Key.Key_Return, control)
    menu = popped_up(shop)
    assert entries(menu) == [
        "Send later, by the clock in New York",
        "In an hour\tTue 17 Nov 11:00 in New York, 17:00 for you",
        "This evening\tTue 17 Nov 18:00 in New York, Wed 00:00 for you",
        "Tomorrow morning\tWed 18 Nov 09:00 in New York, 15:00 for you",
        "Monday morning\tMon 23 Nov 09:00 in New York, 15:00 for you",
        "Pick date and time…",
    ]
    take(menu, "Tomorrow morning")
    shop.until(lambda: waiting(shop))
    (row,) = waiting(shop)
    assert (row.body, row.due_at, row.zone, row.theirs) == (
        "We open at nine",
        NINE,
        "America/New_York",
        True,
    )
    shop.until(lambda: composer.text() == "")
    assert shop.session.desk.read(threads.detail, talk).drafts == {}


def test_r36_undo_takes_it_back_and_gives_the_text_back(shop: Shop, talk: UUID) -> None:
    schedule(shop, talk)
    shop.until(lambda: shop.window.toast.isVisible())
    assert shop.window.toast.words() == "Scheduled for Wed 18 Nov 09:00 in New York"
    shop.wiring.actions.undo_last()
    shop.until(lambda: waiting(shop) == [])
    composer = shop.wiring.page.column.composer
    shop.until(lambda: composer.text() == "We open at nine")


def test_r10_cancelling_overwrites_nothing_that_was_begun_since(shop: Shop, talk: UUID) -> None:
    row = schedule(shop, talk)
    composer = shop.wiring.page.column.composer
    shop.until(lambda: composer.text() == "")
    write(shop, "Another")
    composer.flush()

    def drafts() -> dict[DraftMode, str]:
        return shop.session.desk.read(threads.detail, talk).drafts

    shop.until(lambda: drafts() == {DraftMode.REPLY: "Another"})
    shop.wiring.scheduling._deeds.cancel(row.id)
    shop.until(lambda: waiting(shop) == [])
    assert drafts() == {DraftMode.REPLY: "Another"}


def test_r36_where_the_zone_is_not_known_mine_counts_and_it_says_so(shop: Shop) -> None:
    talk = shop.office.conversation(shop.office.own, NOWHERE, shop.office.ben)
    shop.office.message(talk, "Hi")
    shop.open(talk)
    write(shop, "Later")
    shop.wiring.registry.run("send_later")
    menu = popped_up(shop)
    heading, *_ = entries(menu)
    assert heading == "Send later, by your clock: theirs is not known"
    # Tomorrow's mornings are nights somewhere between Guam and Puerto Rico.
    assert not any(each.startswith("Tomorrow") for each in entries(menu))
    take(menu, "In an hour")
    shop.until(lambda: waiting(shop))
    (row,) = waiting(shop)
    assert (row.due_at, row.zone, row.theirs) == (
        datetime(2026, 11, 17, 16, tzinfo=UTC),
        "Europe/Berlin",
        False,
    )


def test_r40_quiet_hours_offer_their_next_minute_first(shop: Shop, talk: UUID) -> None:
    shop.office.later(hours=17)  # 3:00 in New York
    shop.open(talk)
    write(shop, "Good morning")
    assert shop.wiring.page.column.composer._later.isEnabled()
    shop.wiring.registry.run("send_later")
    menu = popped_up(shop)
    assert entries(menu)[1] == (
        "Next allowed minute, 08:00 there\tWed 18 Nov 08:00 in New York, 14:00 for you"
    )
    take(menu, "Next allowed minute")
    shop.until(lambda: waiting(shop))
    assert waiting(shop)[0].due_at == datetime(2026, 11, 18, 13, tzinfo=UTC)


def test_nothing_is_offered_for_an_empty_text_or_a_note(shop: Shop, talk: UUID) -> None:
    shop.open(talk)
    composer = shop.wiring.page.column.composer
    assert not composer._later.isEnabled()
    write(shop, "x")
    assert composer._later.isEnabled()
    composer.choose_mode(DraftMode.NOTE)
    assert not composer._later.isVisible()
    assert composer.text_for_later() is None


def test_r33_what_would_hold_it_then_is_asked_about_now(
    shop: Shop, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Free text beyond the end of WhatsApp's window (R42)."""
    talk = shop.office.conversation(shop.office.whatsapp, PEER, shop.office.ben)
    shop.office.message(talk, "Hello?", at=NOON)
    asked: list[str] = []
    answers = [False, True]

    def ask(_over: QWidget, title: str, step: str, **_: object) -> bool:
        asked.append(f"{title} {step}")
        return answers.pop(0)

    monkeypatch.setattr(schedule_controller, "ask", ask)
    shop.open(talk)
    write(shop, "Still there?")
    go_on_monday(shop)
    shop.until(lambda: len(asked) == 1)
    assert shop.wiring.page.column.composer.text() == "Still there?"
    assert waiting(shop) == []
    go_on_monday(shop)
    shop.until(lambda: len(asked) == 2)
    assert "window" in asked[0]
    shop.until(lambda: waiting(shop))


def go_on_monday(shop: Shop) -> None:
    shop.wiring.registry.run("send_later")
    take(popped_up(shop), "Monday morning")


def test_r42_a_template_is_put_off_from_its_dialog(shop: Shop) -> None:
    talk = shop.office.conversation(shop.office.whatsapp, PEER, shop.office.ben)
    shop.office.message(talk, "Hello?", at=NOON - timedelta(days=3))
    with shop.office.workspace.write() as tx:
        content_templates.take(tx, shop.office.account, [stored(template(1))], at=NOON)
    shop.open(talk)
    write(shop, "half a tho")
    shop.wiring.writing.pick_template()
    shop.until(lambda: shop.window.findChild(TemplatePicker) is not None)
    picker = shop.window.findChild(TemplatePicker)
    assert picker is not None
    card = picker.card()
    assert card is not None
    assert not picker.later_button().isEnabled()
    for field, value in zip(card.fields(), ("Mira", "7"), strict=True):
        field.setText(value)
    picker.send_later()
    menu = popped_up(shop)
    assert picker.isVisible()  # what was filled in stays until it is taken
    take(menu, "Tomorrow morning")
    shop.until(lambda: waiting(shop))
    (row,) = waiting(shop)
    assert (row.body, row.content_sid) == ("Hello Mira, order 7 is ready.", template(1).sid)
    shop.until(lambda: shop.window.findChild(TemplatePicker) is None)
    assert shop.wiring.page.column.composer.text() == "half a tho"
    shop.wiring.scheduling._deeds.edit(row.id)
    assert dialog_of(shop).text_field() is None  # its text is approved as it is


# --- the dialog ---------------------------------------------------------------------------------------


@pytest.fixture
def dialog(qtbot: QtBot) -> LaterDialog:
    made = LaterDialog(CLOCKS, lambda: NOON, at=NINE, zone=CLOCKS.zone)
    qtbot.addWidget(made)
    with qtbot.waitExposed(made):
        made.show()
    return made


def typed(dialog: LaterDialog, words: str) -> None:
    field = dialog.field()
    assert isinstance(field, QLineEdit)
    field.clear()
    QTest.keyClicks(field, words)


def test_r36_typed_words_say_both_clocks(dialog: LaterDialog) -> None:
    assert dialog.words() == "Wed 18 Nov 09:00 in New York, 15:00 for you"
    typed(dialog, "thu 14:30")
    assert dialog.words() == "Thu 19 Nov 14:30 in New York, 20:30 for you"
    chosen: list[tuple[object, ...]] = []
    dialog.chosen.connect(lambda *what: chosen.append(what))
    QTest.keyClick(dialog.field(), Qt.Key.Key_Return)
    assert chosen == [(datetime(2026, 11, 19, 19, 30, tzinfo=UTC), "America/New_York", "")]
    dialog.confirm()
    assert len(chosen) == 1  # once, until the owner answers


@pytest.mark.parametrize(
    ("words", "why"),
    [("whenever", "not a time that the desk can read"), ("2020-01-01", "in the past")],
)
def test_r36_what_is_no_moment_to_come_says_why(dialog: LaterDialog, words: str, why: str) -> None:
    typed(dialog, words)
    assert why in dialog.words()
    assert not dialog.go_button().isEnabled()
    typed(dialog, "2 h")
    assert dialog.go_button().isEnabled()


def test_r36_the_same_words_by_the_other_clock(dialog: LaterDialog) -> None:
    typed(dialog, "thu 14:30")
    dialog.zone_field().choose("Europe/Berlin")
    assert dialog.words() == "Thu 19 Nov 14:30 your time"
    assert dialog.moment() == datetime(2026, 11, 19, 13, 30, tzinfo=UTC)


def test_r52_a_time_that_the_clocks_skip_is_said_as_it_will_be(qtbot: QtBot) -> None:
    """2:30 on 8 March 2026 does not exist in New York."""
    made = LaterDialog(CLOCKS, lambda: datetime(2026, 3, 1, tzinfo=UTC), at=NINE, zone=CLOCKS.zone)
    qtbot.addWidget(made)
    made._field.show_wall(datetime(2026, 3, 8, 2, 30, tzinfo=UTC))
    assert made.words() == "Sun 8 Mar 03:30 in New York, 08:30 for you"


def test_r36_both_times_in_words() -> None:
    late = datetime(2026, 11, 18, 1, tzinfo=UTC)
    assert due_words(late, "America/New_York", "Europe/Berlin") == (
        "Tue 17 Nov 20:00 in New York, Wed 02:00 for you"
    )
    assert due_words(NINE, "Europe/Paris", "Europe/Berlin") == (
        "Wed 18 Nov 15:00 in Paris and for you"
    )
    assert due_words(NINE, "Europe/Berlin", "Europe/Berlin", theirs="Europe/Berlin") == (
        "Wed 18 Nov 15:00 your time, and theirs"
    )
    assert heading_words(Clocks("", "Europe/Berlin")).endswith("theirs is not known")
    assert len({later_words(each, NINE, CLOCKS) for each in Later}) == len(Later)
    assert brief_words(NINE, NOON, "UTC") == "Wed 14:00"
    assert brief_words(NINE + timedelta(days=30), NOON, "UTC") == "18 Dec"


# --- what waits -----------------------------------------------------------------------------------------


def test_r36_it_stands_last_with_its_deeds_and_is_read_out(shop: Shop, talk: UUID) -> None:
    row = schedule(shop, talk)
    thread = shop.wiring.page.column.thread_view
    shop.until(lambda: any(each.id == row.id for each in thread.loaded().items))
    shop.wiring.writing._on_send_requested("Sent after it", shop.office.own)
    shop.until(lambda: any(each.kind is ItemKind.PENDING for each in thread.loaded().items))
    items = thread.loaded().items
    assert [item.kind for item in items][-2:] == [ItemKind.PENDING, ItemKind.SCHEDULED]
    assert [name for _, name in acts_of(items[-1])] == ["Edit…", "Send now", "Cancel"]
    reader = Reader(shop.office.ben, ZoneInfo("Europe/Berlin"))
    last = arrange(items, first_unread=None, zone=reader.zone)[-1]
    assert spoken(last, reader, NOON.date()) == (
        "You. We open at nine. Wed 18 Nov 09:00 in New York, 15:00 for you. Scheduled"
    )
    detail = shop.session.desk.read(threads.detail, talk)
    assert (detail.scheduled, detail.row.goes_at) == (1, NINE)
    words = row_words(detail.row, Clock(shop.office.now, ZoneInfo("Europe/Berlin")))
    assert ("Wed 15:00", "calendar-clock") in [(chip.text, chip.icon) for chip in words.chips]
    assert "scheduled for Wed 15:00" in words.spoken


def test_r36_by_keyboard_alone_in_the_thread(shop: Shop, talk: UUID) -> None:
    row = schedule(shop, talk)
    thread = shop.wiring.page.column.thread_view
    shop.until(lambda: any(each.id == row.id for each in thread.loaded().items))
    thread.focus_messages()
    QTest.keyClick(thread._list, Qt.Key.Key_End)
    shop.bot.wait(0)
    menus: list[list[str]] = []
    names = [hit.name for hit in thread._list.shape_at(thread._list.currentIndex()).hits]
    menus.append(names)
    assert menus == [["Edit…", "Send now", "Cancel"]]
    thread.action_requested.emit(Target(Act.CANCEL_SCHEDULED, row.id))
    shop.until(lambda: waiting(shop) == [])


def test_r36_edited_in_a_dialog_and_sent_now(shop: Shop, talk: UUID) -> None:
    row = schedule(shop, talk)
    thread = shop.wiring.page.column.thread_view
    thread.action_requested.emit(Target(Act.EDIT_SCHEDULED, row.id))
    dialog = dialog_of(shop)
    field = dialog.text_field()
    assert field is not None
    assert field.toPlainText() == "We open at nine"
    field.setPlainText("We open at ten")
    typed(dialog, "thu 10:00")
    dialog.confirm()
    shop.until(lambda: waiting(shop)[0].body == "We open at ten")
    assert waiting(shop)[0].due_at == datetime(2026, 11, 19, 15, tzinfo=UTC)
    shop.until(lambda: shop.window.findChild(LaterDialog) is None)
    thread.action_requested.emit(Target(Act.SEND_NOW, row.id))
    shop.until(lambda: waiting(shop)[0].due_at <= shop.office.now)


def test_r36_due_while_it_was_edited_it_is_refused_and_the_text_stays(
    shop: Shop, talk: UUID
) -> None:
    row = schedule(shop, talk)
    shop.wiring.scheduling._deeds.edit(row.id)
    dialog = dialog_of(shop)
    field = dialog.text_field()
    assert field is not None
    field.setPlainText("What I wrote meanwhile")
    typed(dialog, "thu 10:00")
    release_due(shop.office.workspace, NINE)
    dialog.confirm()
    shop.until(lambda: bool(dialog.error_words()))
    assert "due already" in dialog.error_words()
    assert dialog.isVisible()
    assert field.toPlainText() == "What I wrote meanwhile"
    assert dialog.go_button().isEnabled()


def test_r40_the_dialog_says_what_would_stand_against_it_then(shop: Shop, talk: UUID) -> None:
    row = schedule(shop, talk)
    shop.wiring.scheduling._deeds.edit(row.id)
    dialog = dialog_of(shop)
    typed(dialog, "thu 3:00")
    shop.until(lambda: "quiet hours" in dialog.finding_words())
    typed(dialog, "thu 10:00")
    shop.until(lambda: dialog.finding_words() == "")


# --- the screen -----------------------------------------------------------------------------------------


def test_r36_the_outbox_has_all_of_them_soonest_first(shop: Shop, talk: UUID) -> None:
    shop.wiring.desk.show_screen("outbox")
    screen = shop.window.screen_shown()
    assert isinstance(screen, OutboxScreen)
    screen.tabs.choose("scheduled")
    assert screen.scheduled.table.isVisible()
    assert screen.scheduled.table.rows() == []
    shop.wiring.desk.show_conversations()
    first = schedule(shop, talk)
    second = schedule(shop, talk, "And at ten")
    shop.wiring.desk.show_screen("outbox")
    table = screen.scheduled.table
    shop.until(lambda: [row.id for row in table.rows()] == [first.id, second.id])
    cell = due_cell(first, "Europe/Berlin")
    assert (cell.text, cell.second) == ("Wed 18 Nov 15:00", "09:00 in New York")
    table.choose(first.id)
    words = {button.text(): button for button in screen.findChildren(QPushButton)}
    assert {"Edit…", "Send now", "Cancel message", "Open conversation"} <= set(words)
    words["Cancel message"].click()
    shop.until(lambda: [row.id for row in table.rows()] == [second.id])
    assert shop.session.desk.read(scheduled.row, first.id).state is ScheduledState.CANCELLED
    shop.until(lambda: not screen.has_detail())
    screen.tabs.choose("outbox")
    assert not table.isVisible()


def test_r36_a_refusal_is_said_and_the_text_stays(
    shop: Shop, talk: UUID, monkeypatch: pytest.MonkeyPatch
) -> None:
    shop.open(talk)
    write(shop, "Once more")
    change = shop.session.desk.change

    def refusing(*commands: c.Command) -> Done:
        if any(isinstance(command, c.Schedule) for command in commands):
            raise RefusedError("Not this time.", "Try another.", rule="x")
        return change(*commands)

    monkeypatch.setattr(shop.wiring.doors.desk, "change", refusing)
    shop.wiring.registry.run("send_later")
    take(popped_up(shop), "Tomorrow morning")
    composer = shop.wiring.page.column.composer
    shop.until(lambda: "Not this time." in composer._notice.words())
    assert composer.text() == "Once more"
    assert composer._send.isEnabled()
