"""The window on a real workspace: arrivals, counts, drafts, read markers, next one, shape."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from uuid import UUID

import pytest
from PySide6.QtCore import QEvent, Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QLabel, QLineEdit, QMenu, QPlainTextEdit, QPushButton
from pytestqt.qtbot import QtBot

from sms_desk.domain import commands as c
from sms_desk.domain.changes import Changes
from sms_desk.domain.inbox_filters import InboxFilter, Scope
from sms_desk.domain.model import DraftMode, OutboxState, TeamState
from sms_desk.services import directory, inbox, threads
from sms_desk.services.rows import InboxRow, LineCondition, LineState
from sms_desk.ui.widgets.text import ElidedLabel, set_window_title
from sms_desk.ui.window.main_window import MainWindow
from sms_desk.ui.window.rail_controller import RailController, surroundings
from sms_desk.ui.wizard import Wizard
from tests.gui.session import Shop, open_shop
from tests.store.office import NOON, KeptOffice, Office

HOSTILE = "<b>Ada</b> [*] \u202egnp.exe\n& Co"


@pytest.fixture(scope="module")
def busy(
    kept_office: KeptOffice, tmp_path_factory: pytest.TempPathFactory
) -> tuple[KeptOffice, list[UUID]]:
    """An office where sixty wrote to Ben, and their conversations, the last one newest."""
    with kept_office.copied(tmp_path_factory.mktemp("busy")) as office:
        found = []
        for n in range(60):
            office.later(minutes=1)
            conversation = office.conversation(office.own, f"+120255501{n:02}", office.ben)
            office.message(conversation, f"Message {n}")
            found.append(conversation)
    return KeptOffice(office), found


@pytest.fixture
def office(busy: tuple[KeptOffice, list[UUID]], tmp_path: Path) -> Iterator[Office]:
    with busy[0].copied(tmp_path) as made:
        yield made


@pytest.fixture
def many(busy: tuple[KeptOffice, list[UUID]]) -> list[UUID]:
    return busy[1]


@pytest.fixture
def shop(qtbot: QtBot, office: Office, many: list[UUID], tmp_path: Path) -> Iterator[Shop]:
    with open_shop(qtbot, tmp_path, office) as made:
        yield made


def focused() -> object:
    return QApplication.focusWidget()


def press(shop: Shop, key: Qt.Key, *, ctrl: bool = False) -> None:
    held = Qt.KeyboardModifier.ControlModifier if ctrl else Qt.KeyboardModifier.NoModifier
    QTest.keyClick(shop.window.focusWidget() or shop.window, key, held)


def row_of(shop: Shop, conversation: UUID) -> InboxRow:
    return shop.session.desk.read(inbox.rows, [conversation])[0]


def test_people_and_choices_are_there_however_early_they_were_read(
    qtbot: QtBot, office: Office, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Before all that stands beside the list is made: it may take longer than the reading."""
    desk = office.desk(office.ben)
    at_once = RailController._on_read
    monkeypatch.setattr(RailController, "read", lambda rail: at_once(rail, desk.read(surroundings)))
    with open_shop(qtbot, tmp_path, office) as shop:
        people = {row.id for row in shop.wiring.actions.people()}
        assert {office.ann, office.ben} <= people


# --- arrivals ------------------------------------------------------------------------------------


def test_the_first_page_stands_newest_first(shop: Shop, many: list[UUID]) -> None:
    assert shop.shown == tuple(reversed(many))[:50]


def test_r6_an_arrival_moves_neither_scroll_nor_selection_nor_draft(
    shop: Shop, many: list[UUID]
) -> None:
    shop.open(many[30])
    editor = shop.wiring.page.column.composer.findChild(QPlainTextEdit)
    assert editor is not None
    editor.setFocus()
    QTest.keyClicks(editor, "half a sen")
    view = shop.wiring.page.list_widget()
    view.verticalScrollBar().setValue(700)
    shop.office.later(minutes=1)
    shop.arrives(many[2], "I am new")
    model = view.model()
    shop.until(lambda: model.held_count() == 1)  # type: ignore[attr-defined]
    assert view.verticalScrollBar().value() == 700
    assert shop.wiring.page.inbox.current_id() == many[30]
    assert editor.toPlainText() == "half a sen"
    assert focused() is editor


def test_r6_at_the_top_an_arrival_enters_at_once(shop: Shop, many: list[UUID]) -> None:
    shop.office.later(minutes=1)
    shop.arrives(many[2], "I am new")
    shop.until(lambda: shop.shown[0] == many[2])


def test_r50_an_arrival_passes_through_the_filter(shop: Shop, many: list[UUID]) -> None:
    shop.wiring.page.inbox._bar.set_filter(InboxFilter(scope=Scope.MINE, text="Message 7"))
    shop.until(lambda: shop.shown == (many[7],))
    shop.office.later(minutes=1)
    shop.arrives(many[3], "not this one")
    shop.arrives(many[7], "this one again")
    shop.until(lambda: "again" in row_of(shop, many[7]).snippet)
    shop.bot.wait(100)
    assert shop.shown == (many[7],)


def test_r50_what_matches_no_more_goes(shop: Shop, many: list[UUID]) -> None:
    first = shop.shown[0]
    desk = shop.session.desk
    desk.change(c.Close(**desk.stamp(), targets=c.Targets.one(first)))
    shop.session.tell(Changes.of(conversation=first))
    shop.until(lambda: first not in shop.shown)


def test_what_is_read_in_a_list_of_unread_ones_stays_until_one_goes_on(
    shop: Shop, many: list[UUID]
) -> None:
    shop.wiring.inbox_controller.show_place(InboxFilter(unread=True), "Unread")
    shop.until(lambda: shop.shown[:3] == (many[-1], many[-2], many[-3]))
    shop.open(many[-2])
    shop.until(lambda: not row_of(shop, many[-2]).unread)
    shop.arrives(many[0], "One more")
    shop.until(lambda: shop.shown[0] == many[0])
    shop.session.tell(Changes.of(tag=many[-2]))  # any row may have changed: the head is read again
    shop.until(lambda: shop.wiring.doors.is_quiet)
    assert shop.shown[:4] == (many[0], many[-1], many[-2], many[-3])
    shop.wiring.registry.run("close")
    shop.until(lambda: shop.wiring.thread_controller.conversation_id() == many[-3])
    shop.until(lambda: many[-2] not in shop.shown)
    shop.until(lambda: not row_of(shop, many[-3]).unread)
    assert many[-3] in shop.shown
    shop.open(many[-4])
    shop.until(lambda: many[-3] not in shop.shown)
    assert many[-4] in shop.shown


def test_what_another_process_wrote_is_read(shop: Shop, many: list[UUID]) -> None:
    desk = shop.session.desk
    desk.change(c.Close(**desk.stamp(), targets=c.Targets.one(shop.shown[0])))
    gone = shop.shown[0]
    shop.session.foreign = True
    shop.until(lambda: gone not in shop.shown)


def test_r7_the_rail_counts_what_the_list_holds(shop: Shop, many: list[UUID]) -> None:
    rail = shop.window.side.rail
    place = rail._places.rail_model
    wanted = InboxFilter(scope=Scope.MINE, waiting=True)
    counted = shop.session.desk.read(inbox.count, wanted)
    shop.until(lambda: place.place(place.row_of("scope:mine")).waiting == counted == 60)


# --- reading -------------------------------------------------------------------------------------


def test_r48_only_what_was_displayed_counts_as_read(shop: Shop, many: list[UUID]) -> None:
    conversation = many[10]
    assert row_of(shop, conversation).unread == 1
    shop.open(conversation)
    shop.until(lambda: row_of(shop, conversation).unread == 0)
    assert row_of(shop, many[11]).unread == 1


def test_r48_a_long_thread_opens_at_the_first_unread(shop: Shop, many: list[UUID]) -> None:
    conversation = many[10]
    for n in range(120):
        shop.office.later(minutes=1)
        shop.office.message(conversation, f"line {n} " + "word " * 60)
    shop.open(conversation)
    shop.bot.wait(700)
    left = row_of(shop, conversation).unread
    assert 60 < left <= 121  # what lies below the fold was not displayed


def test_marking_unread_closes_it_so_that_it_stays_unread(shop: Shop, many: list[UUID]) -> None:
    shop.open(many[10])
    shop.until(lambda: row_of(shop, many[10]).unread == 0)
    shop.wiring.actions.act_here("mark_unread")
    shop.until(lambda: row_of(shop, many[10]).unread == 1)
    assert shop.wiring.thread_controller.conversation_id() is None


# --- drafts --------------------------------------------------------------------------------------


def test_r10_a_draft_is_there_after_a_restart(
    qtbot: QtBot, office: Office, many: list[UUID], tmp_path: Path
) -> None:
    with open_shop(qtbot, tmp_path, office) as shop:
        shop.open(many[5])
        composer = shop.wiring.page.column.composer
        composer.focus_text(DraftMode.REPLY)
        composer.insert_text("I will look")
        composer.focus_text(DraftMode.NOTE)
        composer.insert_text("ask Sana")
    with open_shop(qtbot, tmp_path, office) as again:
        again.until(again.has_opened)  # the conversation that stood open stands open
        assert again.wiring.thread_controller.conversation_id() == many[5]
        composer = again.wiring.page.column.composer
        assert composer.text() == "I will look"
        composer.choose_mode(DraftMode.NOTE)
        assert composer.text() == "ask Sana"


def test_r10_each_conversation_keeps_its_own(shop: Shop, many: list[UUID]) -> None:
    composer = shop.wiring.page.column.composer
    shop.open(many[5])
    composer.insert_text("for five")
    shop.open(many[6])
    assert composer.text() == ""
    composer.insert_text("for six")
    shop.open(many[5])
    shop.until(lambda: composer.text() == "for five")


# --- writing -------------------------------------------------------------------------------------


def test_ctrl_enter_queues_the_reply_and_empties_the_field(shop: Shop, many: list[UUID]) -> None:
    shop.open(many[5])
    composer = shop.wiring.page.column.composer
    composer.focus_text(DraftMode.REPLY)
    QTest.keyClicks(shop.window.focusWidget(), "Yes, at nine.")
    press(shop, Qt.Key.Key_Return, ctrl=True)
    shop.until(lambda: composer.text() == "")
    (queued,) = shop.session.desk.read(directory.outbox_rows)
    assert queued.body == "Yes, at nine."
    assert queued.state is OutboxState.QUEUED
    thread = shop.wiring.page.column.thread_view
    shop.until(lambda: any(item.body == "Yes, at nine." for item in thread.loaded().items))


def test_a_note_stays_a_note(shop: Shop, many: list[UUID]) -> None:
    shop.open(many[5])
    shop.wiring.registry.run("note")
    QTest.keyClicks(shop.window.focusWidget(), "only for us")
    press(shop, Qt.Key.Key_Return, ctrl=True)
    shop.until(lambda: shop.wiring.page.column.composer.text() == "")
    assert not shop.session.desk.read(directory.outbox_rows)
    page = shop.session.desk.read(threads.page, many[5])
    assert any(item.body == "only for us" for item in page.items)


# --- acting --------------------------------------------------------------------------------------


def test_e_closes_and_the_next_one_stands_open(shop: Shop, many: list[UUID]) -> None:
    first, second = shop.shown[:2]
    shop.wiring.page.inbox.select(first)
    shop.open(first)
    shop.wiring.page.inbox.focus_list()
    press(shop, Qt.Key.Key_E)
    shop.until(lambda: shop.wiring.thread_controller.conversation_id() == second)
    assert row_of(shop, first).team_state is TeamState.CLOSED
    assert shop.wiring.page.inbox.current_id() == second


def test_ctrl_z_takes_the_last_thing_back(shop: Shop, many: list[UUID]) -> None:
    first = shop.shown[0]
    shop.open(first)
    shop.wiring.actions.act_here("close")
    shop.until(lambda: row_of(shop, first).team_state is TeamState.CLOSED)
    shop.until(lambda: "Closed" in shop.window.toast.words())
    shop.wiring.page.inbox.focus_list()
    press(shop, Qt.Key.Key_Z, ctrl=True)
    shop.until(lambda: row_of(shop, first).team_state is TeamState.OPEN)


def test_s_offers_moments_and_enter_takes_the_first(shop: Shop, many: list[UUID]) -> None:
    first = shop.shown[0]
    shop.open(first)
    shop.wiring.page.inbox.focus_list()
    press(shop, Qt.Key.Key_S)
    shop.until(lambda: isinstance(QApplication.activePopupWidget(), QMenu))
    menu = QApplication.activePopupWidget()
    assert menu is not None
    QTest.keyClick(menu, Qt.Key.Key_Return)
    shop.until(lambda: row_of(shop, first).team_state is TeamState.SNOOZED)


def test_all_that_match_are_meant_not_the_loaded_page(shop: Shop, many: list[UUID]) -> None:
    inbox_view = shop.wiring.page.inbox
    shop.wiring.page.list_widget().selectAll()
    inbox_view._on_all_requested()
    assert inbox_view.targets().matching == InboxFilter(scope=Scope.MINE)
    shop.wiring.actions.act_here("close")
    wanted = InboxFilter(scope=Scope.MINE, state=TeamState.CLOSED)
    shop.until(lambda: shop.session.desk.read(inbox.count, wanted) == 60)
    shop.until(lambda: not shop.shown)
    shop.wiring.actions.undo_last()
    shop.until(lambda: shop.session.desk.read(inbox.count, wanted) == 0)


# --- the line ------------------------------------------------------------------------------------


def line(condition: LineCondition, **values: object) -> LineState:
    fields: dict[str, object] = {
        "account_id": UUID(int=7),
        "label": "Twilio",
        "condition": condition,
        "last_sync_at": NOON,
        "offline_since": None,
        "retry_at": None,
        "title": "",
        "next_step": "",
        "backfill_done": 0,
        "backfill_until": None,
        "backfill_running": False,
    }
    return LineState(**{**fields, **values})  # type: ignore[arg-type]


def test_r63_what_is_amiss_with_one_of_several_lines_is_told(shop: Shop) -> None:
    """Also of one that works all the same; and where nothing is, nothing but the words."""
    status = shop.window.side.line
    fine = line(LineCondition.ONLINE, label="First")
    amiss = line(LineCondition.ONLINE, label="Other", title="No list.", next_step="Wait.")
    shop.session.line_states = (fine, amiss)
    shop.until(lambda: "Other: No list. Wait." in status._words.toolTip())
    shop.session.line_states = (fine,)
    shop.until(
        lambda: "First" not in status._words.toolTip() and "Other" not in status._words.toolTip()
    )


def test_r63_the_line_says_since_when_and_when_next(shop: Shop) -> None:
    now = shop.office.now
    shop.session.line_states = (
        line(
            LineCondition.OFFLINE,
            offline_since=now - timedelta(minutes=4),
            retry_at=now + timedelta(seconds=20),
        ),
    )
    status = shop.window.side.line
    shop.until(lambda: "Offline since" in status.words())
    assert "retry in 20 s" in status.words()
    for said in status.findChildren(ElidedLabel):  # neither is cut, as narrow as the rail is
        assert said.fontMetrics().horizontalAdvance(said.text()) <= said.contentsRect().width()


def test_r63_a_refused_credential_asks_for_a_new_one(shop: Shop) -> None:
    refused = line(
        LineCondition.CREDENTIAL, title="Twilio refused the key.", next_step="Enter one."
    )
    shop.session.line_states = (refused,)
    banner = shop.window.banner
    shop.until(banner.isVisible)
    assert banner.words() == "Twilio refused the key. Enter one."
    wanted: list[object] = []
    shop.wiring.line.secret_wanted.disconnect()
    shop.wiring.line.secret_wanted.connect(wanted.append)
    banner.action_requested.emit()
    assert wanted == [UUID(int=7)]


def test_a_back_fill_says_how_far_and_can_be_stopped(shop: Shop) -> None:
    shop.session.line_states = (
        line(
            LineCondition.SYNCING,
            backfill_running=True,
            backfill_done=1200,
            backfill_until=NOON - timedelta(days=40),
        ),
    )
    shop.until(shop.window.work.isVisible)
    shop.window.work.stop_requested.emit()
    shop.until(lambda: "stop" in shop.session.asked)


def test_a_stopped_back_fill_is_resumed_where_it_was_stopped(shop: Shop) -> None:
    running = line(LineCondition.ONLINE, backfill_running=True, backfill_done=1200)
    shop.session.line_states = (running,)
    bar = shop.window.work
    shop.until(bar.isVisible)
    bar._stop.click()
    shop.until(lambda: "stop" in shop.session.asked)
    stopped = replace(running, backfill_running=False, backfill_stopped=True)
    shop.session.line_states = (stopped,)
    shop.until(lambda: bar._stop.text() == "Resume")
    assert "stopped" in bar._what.text()
    bar._stop.click()
    shop.until(lambda: "resume" in shop.session.asked)
    shop.session.line_states = (stopped,)  # somebody else stopped it again: no bar of ours
    shop.until(lambda: not bar.isVisible())


def test_r63_a_locked_key_store_takes_the_secret_or_another_look(shop: Shop) -> None:
    locked = line(LineCondition.LOCKED, title="The keyring is locked.", next_step="Unlock it.")
    shop.session.line_states = (locked,)
    banner = shop.window.banner
    shop.until(banner.isVisible)
    buttons = [each for each in banner.findChildren(QPushButton) if each.isVisible()]
    assert [each.text() for each in buttons[:2]] == ["Enter the secret…", "Try again"]
    wanted: list[object] = []
    shop.wiring.line.secret_wanted.disconnect()
    shop.wiring.line.secret_wanted.connect(wanted.append)
    buttons[0].click()
    assert wanted == [UUID(int=7)]
    buttons[1].click()
    shop.until(lambda: "sync" in shop.session.asked)


# --- shape and titles ----------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("width", "context", "narrow"), [(1280, True, False), (1000, False, False), (760, False, True)]
)
def test_panes_fold_with_the_width(
    shop: Shop, many: list[UUID], width: int, context: bool, narrow: bool
) -> None:
    shop.open(many[5])
    shop.window.resize(width, 600)
    shop.until(lambda: shop.wiring.page.is_narrow() == narrow)
    assert shop.wiring.page.context.isVisible() == context
    assert shop.window.side.rail.is_collapsed() == narrow


def test_in_a_narrow_window_the_list_slides_over(shop: Shop, many: list[UUID]) -> None:
    shop.open(many[5])
    shop.window.resize(760, 520)
    page = shop.wiring.page
    shop.until(lambda: page.is_narrow() and not page.inbox.isVisible())
    shop.wiring.registry.run("list")
    shop.until(lambda: page.inbox.isVisible() and page.inbox.x() == 0)
    shop.open(many[6])
    shop.until(lambda: not page.inbox.isVisible())
    assert shop.window.focusWidget() is page.column.composer._editor


@pytest.mark.parametrize("used", [True, False])
def test_after_a_dialog_the_window_takes_the_keys_unless_another_program_has_them(
    shop: Shop, monkeypatch: pytest.MonkeyPatch, used: bool
) -> None:
    asked: list[str] = []
    states = Qt.ApplicationState
    state = states.ApplicationActive if used else states.ApplicationInactive
    monkeypatch.setattr(QApplication, "applicationState", lambda: state)
    monkeypatch.setattr(MainWindow, "activateWindow", lambda _window: asked.append("keys"))
    QApplication.sendEvent(shop.window, QEvent(QEvent.Type.WindowUnblocked))
    QTest.qWait(0)
    assert asked == (["keys"] if used else [])


def test_a_window_that_gets_narrow_leaves_the_keys_with_the_conversation(
    shop: Shop, many: list[UUID]
) -> None:
    page = shop.wiring.page
    shop.open(many[0])
    page.inbox.focus_list()
    shop.until(page.inbox.list_has_focus)
    shop.window.resize(760, 620)
    shop.until(lambda: page.is_narrow() and not page.inbox.isVisible())
    assert shop.window.focusWidget() is page.column.thread_view.messages()


def test_in_a_narrow_window_the_empty_thread_s_words_stand_beside_the_list(
    shop: Shop, many: list[UUID]
) -> None:
    shop.window.resize(760, 520)
    page = shop.wiring.page
    shop.until(lambda: page.is_narrow() and page.inbox.isVisible())
    for words in page.column.empty.findChildren(QLabel):
        left = words.mapTo(page, words.rect().topLeft()).x()
        assert left >= page.inbox.geometry().right()
    shop.window.resize(1280, 520)
    shop.until(lambda: not page.is_narrow())
    assert page.column.empty.contentsMargins().left() == 0


def test_hostile_names_stay_text(shop: Shop, many: list[UUID]) -> None:
    desk = shop.session.desk
    contact = row_of(shop, many[5]).contact_id
    desk.change(c.RenameContact(**desk.stamp(), contact_id=contact, name=HOSTILE))
    shop.open(many[5])
    name = shop.wiring.page.column.head._name
    assert name.textFormat() is Qt.TextFormat.PlainText
    assert "\u202e" not in name.text()
    assert "\n" not in name.text()
    shop.session.title = HOSTILE
    set_window_title(shop.window, HOSTILE)
    assert "\n" not in shop.window.windowTitle()


def test_where_the_person_was_is_remembered(shop: Shop, many: list[UUID], tmp_path: Path) -> None:
    shop.open(many[5])
    shop.window.side.rail.choose("scope:all")
    shop.wiring.keep()
    kept = json.loads((tmp_path / "state.json").read_text())
    assert kept["place"] == "scope:all"
    assert kept["conversation"] == str(many[5])


# --- search and first run --------------------------------------------------------------------------


def test_r44_search_opens_the_thread_at_the_hit(shop: Shop, many: list[UUID]) -> None:
    shop.wiring.registry.run("search")
    field = shop.window.focusWidget()
    assert isinstance(field, QLineEdit)
    QTest.keyClicks(field, "Message 17")
    panel = shop.wiring.desk._maker._search
    assert panel is not None
    shop.until(lambda: panel.found() > 0)
    QTest.keyClick(field, Qt.Key.Key_Return)
    shop.until(lambda: shop.wiring.thread_controller.conversation_id() == many[17])
    QTest.keyClick(field, Qt.Key.Key_Escape)
    assert not panel.isVisible()


def test_without_an_account_the_first_run_leads(
    qtbot: QtBot, office: Office, tmp_path: Path
) -> None:
    ann = office.desk(office.ann)
    ann.change(c.RemoveAccount(**ann.stamp(), account_id=office.account))
    with open_shop(qtbot, tmp_path, office, office.ann) as shop:
        assert not isinstance(shop.window.screen_shown(), Wizard)
    with open_shop(qtbot, tmp_path, office, office.ann, demo=False) as shop:
        shop.until(lambda: isinstance(shop.window.screen_shown(), Wizard))


def test_r4_a_view_that_was_saved_is_where_one_is(
    shop: Shop, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("sms_desk.ui.window.rail_controller.ask_text", lambda *_a: "Hot ones")
    shop.until(lambda: shop.wiring.page.inbox.shown_ids())
    shop.wiring.rail_controller.save_view(InboxFilter(scope=Scope.ALL, waiting=True))
    rail = shop.window.side.rail
    shop.until(lambda: rail.chosen_key().startswith("view:"))
    shop.until(lambda: shop.wiring.page.inbox.filter().waiting)
