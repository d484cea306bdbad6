"""The context pane and the head of a thread: what they say, and what they ask for."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta
from uuid import UUID
from zoneinfo import ZoneInfo

import pytest
from PySide6.QtCore import QPoint, Qt
from PySide6.QtGui import QCursor, QGuiApplication
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QAbstractButton, QApplication, QLabel, QMenu, QWidget, QWidgetAction
from pytestqt.qtbot import QtBot

from sms_desk.domain.model import (
    DIRECT,
    ProgramId,
    ProgramKind,
    Source,
    SourceKind,
    SourceReason,
    TeamState,
)
from sms_desk.domain.plain_text import links
from sms_desk.domain.wall_time import snooze_choices
from sms_desk.services.rows import ProgramCount
from sms_desk.ui.context import ContextPane
from sms_desk.ui.context.entry import Entry
from sms_desk.ui.context.section import Fact
from sms_desk.ui.context.words import happened
from sms_desk.ui.thread import Reader, ThreadHead
from sms_desk.ui.thread.links import link_words, warnings_of
from sms_desk.ui.thread.snooze_menu import choice_words
from sms_desk.ui.thread.source_chip import SourceChip
from sms_desk.ui.widgets.chips import RemovableChip
from sms_desk.ui.widgets.text import ElidedLabel
from sms_desk.ui.window.offers import snooze_menu
from sms_desk.ui.window.why import source_words
from tests.gui import invented_thread as invented

HOSTILE_NAME = "<b>Mira</b> \u202eevil & \x00"


@pytest.fixture
def pane(qtbot: QtBot) -> ContextPane:
    made = ContextPane(lambda: invented.NOW, invented.ZONE)
    qtbot.addWidget(made)
    made.set_people(invented.PEOPLE)
    made.set_tags(invented.TAGS)
    made.show_conversation(invented.DETAIL)
    made.show_timeline(invented.target_picture())
    made.resize(288, 700)
    with qtbot.waitExposed(made):
        made.show()
    return made


@pytest.fixture
def head(qtbot: QtBot) -> ThreadHead:
    made = ThreadHead(Reader(invented.ME, invented.ZONE), lambda: invented.NOW)
    qtbot.addWidget(made)
    made.set_people(invented.PEOPLE)
    made.resize(700, 60)
    made.show_conversation(invented.DETAIL)
    with qtbot.waitExposed(made):
        made.show()
    return made


def texts(widget: QWidget) -> list[str]:
    return [each.text() for each in widget.findChildren(QLabel)]


# --- context -----------------------------------------------------------------------------------


def test_says_who_where_and_whether_they_may_be_written_to(pane: ContextPane) -> None:
    said = texts(pane)
    assert "Mira Anand" in said
    assert any("+1 202 555 0171" in each for each in said)
    assert "12:02 there" in said
    assert "not opted out" in said


def test_without_a_name_the_local_time_is_said_whole(pane: ContextPane) -> None:
    """The number, which stands below anyhow, left no room for it."""
    row = replace(invented.DETAIL.row, contact_name="")
    pane.show_conversation(replace(invented.DETAIL, row=row))
    about = next(each for each in pane.findChildren(ElidedLabel) if "there" in each.text())
    assert about.text() == "12:02 there"
    assert about.fontMetrics().horizontalAdvance(about.text()) <= about.width()


def test_the_contact_s_owner_stands_at_the_edge_of_its_section(pane: ContextPane) -> None:
    button = pane._owner
    picture = button.grab().toImage()
    ground = picture.pixelColor(0, 0)
    middle = picture.height() // 2
    columns = range(picture.width())
    first = next(x for x in columns if picture.pixelColor(x, middle) != ground)
    assert first <= 1


def test_an_opt_out_names_its_scope(pane: ContextPane) -> None:
    """R39."""
    detail = replace(
        invented.DETAIL, opted_out_scope="account", opted_out_since=invented.at("09:00", 3)
    )
    pane.show_conversation(detail)
    assert "opted out of every sender ID of this account, since 3 Nov" in texts(pane)


def test_a_name_is_edited_in_place(pane: ContextPane, qtbot: QtBot) -> None:
    """R62."""
    pane.edit_name()
    field = pane._name._field
    field.setText("  Mira   A. ")
    pane.show_conversation(invented.DETAIL)  # R6: a refresh leaves what is being typed
    assert field.text() == "  Mira   A. "
    with qtbot.waitSignal(pane.rename_requested) as asked:
        QTest.keyClick(field, Qt.Key.Key_Return)
    assert asked.args == [invented.CONTACT, "Mira A."]


def test_escape_keeps_the_old_name(pane: ContextPane, qtbot: QtBot) -> None:
    pane.edit_name()
    pane._name._field.setText("Other")
    with qtbot.assertNotEmitted(pane.rename_requested):
        QTest.keyClick(pane._name._field, Qt.Key.Key_Escape)
    assert not pane._name.is_editing()


def test_tags_are_added_and_removed(pane: ContextPane, qtbot: QtBot) -> None:
    chip = pane.findChildren(RemovableChip)[0]
    with qtbot.waitSignal(pane.tag_remove_requested) as removed:
        chip.click()
    assert removed.args == [invented.made_id("coats")]
    pane._tags.begin()
    QTest.keyClicks(pane._tags._field, "Regular")
    with qtbot.waitSignal(pane.tag_add_requested) as added:
        QTest.keyClick(pane._tags._field, Qt.Key.Key_Return)
    assert added.args == [invented.made_id("vip"), "regular"]
    pane._tags.begin()
    QTest.keyClicks(pane._tags._field, "brand new")
    with qtbot.waitSignal(pane.tag_add_requested) as created:
        QTest.keyClick(pane._tags._field, Qt.Key.Key_Return)
    assert created.args == [None, "brand new"]


def test_other_conversations_open(pane: ContextPane, qtbot: QtBot) -> None:
    entry = next(e for e in pane.findChildren(Entry) if "Delivery alerts" in e.accessibleName())
    assert entry.accessibleName() == "Delivery alerts, 3 Nov · closed"
    with qtbot.waitSignal(pane.conversation_opened) as opened:
        entry.click()
    assert opened.args == [invented.made_id("o1")]


def test_r2_the_timeline_tells_what_was_said(pane: ContextPane) -> None:
    """No tags and routes; the contact's own words, even where they answer a campaign."""
    said = [
        invented.event("t", invented.at("11:00"), "tagged"),
        invented.message("m", invented.at("10:00"), "Still there?", program_name="Autumn offer"),
        invented.event("r", invented.at("09:59"), "routed"),
    ]
    assert [happened(item) for item in said if item.event == ""] == ["Still there?"]
    pane.show_timeline(said)
    shown = [each.accessibleName() for each in pane._timeline.findChildren(Entry)]
    assert [name for name in shown if name.endswith("Still there?")]
    assert not [name for name in shown if "tagged" in name or "routed" in name]


def test_the_timeline_leads_to_the_whole(pane: ContextPane, qtbot: QtBot) -> None:
    """R2."""
    entry = next(e for e in pane.findChildren(Entry) if "Autumn offer" in e.accessibleName())
    with qtbot.waitSignal(pane.timeline_requested) as asked:
        entry.click()
    assert asked.args == [invented.CONTACT]


def test_a_hostile_name_stays_text(pane: ContextPane, head: ThreadHead) -> None:
    row = replace(invented.INBOX_ROW, contact_name=HOSTILE_NAME)
    detail = replace(invented.DETAIL, row=row)
    pane.show_conversation(detail)
    head.show_conversation(detail)
    for widget in (pane, head):
        shown = next(text for text in texts(widget) if "Mira" in text)
        assert "<b>Mira</b>" in shown
        assert "[RLO]" in shown
        widget.grab()


# --- head ----------------------------------------------------------------------------------------


def test_the_head_says_who_and_to_which_number(head: ThreadHead) -> None:
    said = texts(head)
    assert "Mira Anand" in said
    assert any("555 0171" in each and "to your number" in each for each in said)


def test_each_button_says_whom_it_affects(head: ThreadHead) -> None:
    """R48."""
    assert head._owner.accessibleName() == "Owner, for the team: You"
    assert "team" in head._close.accessibleName()
    assert "team" in head._snooze.accessibleName()
    head._fill_more()
    words = [action.text() for action in head._more.menu().actions()]
    assert "Mark unread (only me)" in words
    assert "Pin (only me)" in words
    assert "Take over as sales conversation (team)" in words  # R5


def test_close_becomes_reopen(head: ThreadHead, qtbot: QtBot) -> None:
    with qtbot.waitSignal(head.close_requested):
        head._close.click()
    row = replace(invented.INBOX_ROW, team_state=TeamState.CLOSED)
    head.show_conversation(replace(invented.DETAIL, row=row))
    assert head._close.text() == "Reopen"
    with qtbot.waitSignal(head.reopen_requested):
        head._close.click()


def test_assigns_to_a_person_or_nobody(head: ThreadHead, qtbot: QtBot) -> None:
    head._fill_owner()
    actions = {action.text(): action for action in head._owner.options().actions()}
    with qtbot.waitSignal(head.assign_requested) as asked:
        actions["Sana Bashir"].trigger()
    assert asked.args == [invented.SANA]
    with qtbot.waitSignal(head.assign_requested) as asked:
        actions["Nobody"].trigger()
    assert asked.args == [None]


def test_a_narrow_head_keeps_names_for_screen_readers(head: ThreadHead) -> None:
    head.resize(400, 60)
    assert head._close.text() == ""
    assert head._close.accessibleName() == "Close (team)"


def test_copies_the_number(head: ThreadHead) -> None:
    head._on_copy_number()
    assert QGuiApplication.clipboard().text() == "+1 202 555 0171"


# --- snooze (R52) ----------------------------------------------------------------------------------


@pytest.mark.parametrize("zone", ["UTC", "America/New_York", "Asia/Kolkata"])
def test_r52_the_head_and_the_list_offer_the_same_moments(head: ThreadHead, zone: str) -> None:
    reader = Reader(invented.ME, ZoneInfo(zone))
    head.set_reader(reader)
    head._fill_snooze()
    chosen: list[datetime] = []
    menu = snooze_menu(head, invented.NOW, reader.zone, chosen.append)
    title, *offered = menu.actions()
    assert isinstance(title, QWidgetAction)
    assert isinstance(words := title.defaultWidget(), QLabel)
    assert words.text() == "Snooze until"
    assert not title.isEnabled()  # the arrows pass it by
    of_list = [each.text() for each in offered]
    assert of_list == [each.text() for each in head._snooze.options().actions()]
    choices = snooze_choices(invented.NOW, reader.zone)
    assert [text.split("\t")[0] for text in of_list[: len(choices)]] == [
        choice_words(choice) for choice, _ in choices
    ]
    for action in menu.actions()[1 : 1 + len(choices)]:
        action.trigger()
    assert chosen == [at for _, at in choices]


def test_r52_the_head_snoozes_until_the_moment_that_is_offered(
    head: ThreadHead, qtbot: QtBot
) -> None:
    head._fill_snooze()
    with qtbot.waitSignal(head.snooze_requested) as asked:
        head._snooze.options().actions()[0].trigger()
    assert asked.args == [snooze_choices(invented.NOW, invented.ZONE)[0][1]]


# --- links -------------------------------------------------------------------------------------------


def test_the_question_shows_where_a_link_leads() -> None:
    (link,) = links("http://пример.com/x")
    assert "xn--" in link.host
    assert "xn--" in link_words(link)
    assert warnings_of(link)
    (private,) = links("http://localhost:8000/admin")
    assert any("your own network" in warning for warning in warnings_of(private))
    (plain,) = links("https://example.com/")
    assert not warnings_of(plain)


def test_r3_the_head_shows_the_source_with_its_reason_beside_the_name(
    head: ThreadHead, qtbot: QtBot
) -> None:
    campaign = ProgramId(invented.made_id("autumn"))
    answers = Source(SourceKind.CAMPAIGN, campaign, SourceReason.RECENT_SEND)
    row = replace(invented.DETAIL.row, source=answers, program_name="Autumn offer")
    head.show_conversation(replace(invented.DETAIL, row=row))
    chip = head.findChild(SourceChip)
    assert chip is not None
    assert chip.isVisible()
    assert chip.words() == "Autumn offer"
    for button in chip.findChildren(QAbstractButton):
        assert button.accessibleName() == "Why Autumn offer?"
        with qtbot.waitSignal(head.source_why_requested):
            button.click()


@pytest.mark.parametrize("width", [300, 400, 519, 520, 900])
def test_r3_name_and_source_share_the_line(head: ThreadHead, width: int) -> None:
    service = Source(
        SourceKind.SERVICE, ProgramId(invented.made_id("s")), SourceReason.MESSAGING_SERVICE
    )
    row = replace(
        invented.DETAIL.row,
        source=service,
        program_name="Appointments of the whole week " * 3,
        contact_name="Mira Anand of the long name " * 3,
    )
    head.show_conversation(replace(invented.DETAIL, row=row))
    for _ in range(2):  # the words leave the buttons before it can be narrow
        head.resize(width, 60)
        QApplication.processEvents()
    assert head.width() == width
    chip = head.findChild(SourceChip)
    assert chip is not None
    assert chip.isVisible() is (width >= 400)
    if not chip.isVisible():
        return  # the name is needed more
    assert head._name.width() >= 70
    assert head._name.geometry().right() < chip.geometry().left()
    assert chip.geometry().right() < head._owner.geometry().left()


def test_r3_a_name_stays_whole_where_the_sign_alone_leaves_it_room(head: ThreadHead) -> None:
    answers = Source(
        SourceKind.CAMPAIGN, ProgramId(invented.made_id("autumn")), SourceReason.RECENT_SEND
    )
    row = replace(
        invented.DETAIL.row,
        source=answers,
        program_name="Autumn offer",
        contact_name="Isabel Moreno of Mill",
    )
    head.show_conversation(replace(invented.DETAIL, row=row))
    name = head._name.fontMetrics().horizontalAdvance(row.contact_name)
    chip = head.findChild(SourceChip)
    assert chip is not None
    for width in range(400, 560, 4):
        head.resize(width, 60)
        QApplication.processEvents()
        if name + 8 + 28 <= head._room_for_names():
            assert head._name.maximumWidth() >= name, width
            assert chip.isVisible(), width


def test_r5_the_way_to_keep_a_campaigns_answer_stands_beside_the_numbers_or_below(
    head: ThreadHead,
) -> None:
    answers = Source(
        SourceKind.CAMPAIGN, ProgramId(invented.made_id("autumn")), SourceReason.RECENT_SEND
    )
    waits = invented.NOW - timedelta(minutes=41)
    quiet = replace(invented.DETAIL.row, source=answers, program_name="Autumn", waiting_since=None)
    for row, width, beside in (
        (replace(quiet, waiting_since=waits), 360, False),
        (replace(quiet, waiting_since=waits), 438, False),
        (quiet, 438, True),
        (replace(quiet, waiting_since=waits), 700, True),
    ):
        head.show_conversation(replace(invented.DETAIL, row=row))
        for _ in range(2):
            head.resize(width, 60)
            QApplication.processEvents()
        assert head.width() == width
        numbers, keep = head._numbers.geometry(), head._automation.geometry()
        words = head._numbers.fontMetrics().horizontalAdvance(head._numbers.text())
        assert words <= numbers.width()
        assert (keep.top() < numbers.bottom()) is beside
        if beside:
            assert keep.left() > numbers.right()


def test_r5_a_sales_conversation_says_where_it_came_from(head: ThreadHead) -> None:
    campaign = ProgramId(invented.made_id("autumn"))
    taken = Source(SourceKind.DIRECT, None, SourceReason.TAKEN_OVER, campaign)
    row = replace(invented.DETAIL.row, source=taken, program_name="Autumn offer")
    head.show_conversation(replace(invented.DETAIL, row=row))
    chip = head.findChild(SourceChip)
    assert chip is not None
    assert "Autumn offer" in chip.words()
    assert chip.words().startswith("from ")
    assert "sales conversation" in source_words(taken, "Autumn offer")
    direct = replace(row, source=DIRECT, program_name="")
    head.show_conversation(replace(invented.DETAIL, row=direct))
    assert not chip.isVisible()


@pytest.mark.parametrize("reason", list(SourceReason))
def test_r3_every_stored_reason_has_its_words(reason: SourceReason) -> None:
    program = ProgramId(invented.made_id("autumn"))
    for source in (
        Source(SourceKind.CAMPAIGN, program, reason),
        Source(SourceKind.DIRECT, None, reason),
    ):
        said = source_words(source, "Autumn offer")
        assert said.endswith(".")
        assert "{" not in said


def test_r8_the_head_says_how_long_they_wait_and_reddens_with_the_list(
    qtbot: QtBot,
) -> None:
    now = [invented.NOW]
    head = ThreadHead(Reader(invented.ME, invented.ZONE), lambda: now[0])
    qtbot.addWidget(head)
    head.resize(800, 60)
    waits = invented.NOW - timedelta(minutes=41)
    row = replace(invented.INBOX_ROW, waiting_since=waits, late_at=invented.NOW)
    head.show_conversation(replace(invented.DETAIL, row=row))
    assert (head._waiting.words(), head._waiting.is_late()) == ("41 min", True)
    assert head._waiting.accessibleName() == "waiting 41 min"
    now[0] -= timedelta(minutes=1)
    head._ages.timeout.emit()
    assert (head._waiting.words(), head._waiting.is_late()) == ("40 min", False)
    answered = replace(row, waiting_since=None, late_at=None)
    head.show_conversation(replace(invented.DETAIL, row=answered))
    assert not head._waiting.isVisibleTo(head)
    assert not head._ages.isActive()


def test_r61_the_head_says_what_a_conversation_answers(head: ThreadHead, qtbot: QtBot) -> None:
    shop = ProgramCount(UUID(int=7), ProgramKind.SERVICE, "Appointments", 0)
    head.set_programs((shop,))
    menu = QMenu()
    qtbot.addWidget(menu)
    row = replace(invented.DETAIL.row, source=DIRECT)
    head.show_conversation(replace(invented.DETAIL, row=row))
    head._add_source(menu, row)
    chosen = [action.text() for action in menu.actions() if action.isChecked()]
    assert chosen == ["No campaign or service: direct"]
    with qtbot.waitSignal(head.rebind_requested) as told:
        menu.actions()[-1].trigger()
    assert told.args == [UUID(int=7)]


def test_the_snooze_button_lets_go_after_its_dialog(
    head: ThreadHead, monkeypatch: pytest.MonkeyPatch
) -> None:
    QCursor.setPos(head.mapToGlobal(head.rect().bottomLeft()) + QPoint(0, 200))
    head._snooze.setAttribute(Qt.WidgetAttribute.WA_UnderMouse)
    monkeypatch.setattr("sms_desk.ui.thread.head.ask_moment", lambda *_given: None)
    head._ask_moment()
    assert not head._snooze.underMouse()


def test_the_sign_of_consent_stands_at_the_middle_of_its_first_line(pane: ContextPane) -> None:
    fact = next(each for each in pane.findChildren(Fact) if "Consent" in each.accessibleName())
    sign = next(each for each in fact.findChildren(QLabel) if not each.pixmap().isNull())
    top = sign.contentsRect().top() + sign.mapTo(fact, QPoint()).y()
    middle = top + sign.pixmap().deviceIndependentSize().height() / 2
    first_line = fact.value.y() + fact.value.fontMetrics().height() / 2
    assert abs(middle - first_line) <= 1
