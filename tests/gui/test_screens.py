"""The screens beside the conversations: what is filled in becomes a command, what is wrong is said."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest
from PySide6.QtCore import Qt
from PySide6.QtGui import QGuiApplication
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QCheckBox, QLabel, QLineEdit, QPushButton
from pytestqt.qtbot import QtBot

from sms_desk.domain import commands as c
from sms_desk.domain import send_checks
from sms_desk.domain.errors import CredentialError
from sms_desk.domain.model import (
    BindingKind,
    Channel,
    OutboxState,
    ProgramKind,
    SenderDirection,
    SenderKind,
)
from sms_desk.providers.base import Directory, RemoteSender
from sms_desk.services import directory, inbox, preferences, programs, senders, workspace
from sms_desk.services.rows import BindingRow, OutboxRow, SenderRow
from sms_desk.settings import keys
from sms_desk.settings.files import Profile
from sms_desk.store import accounts, outbox, unplaced, workspaces
from sms_desk.store.ids import new_id
from sms_desk.ui.new_conversation import NewConversationDialog
from sms_desk.ui.outbox import OutboxScreen
from sms_desk.ui.outbox.screen import DROPPABLE, reason_words, state_cell
from sms_desk.ui.people import PeopleScreen
from sms_desk.ui.programs import ProgramsScreen
from sms_desk.ui.programs.detail import ProgramDetail
from sms_desk.ui.programs.words import binding_words
from sms_desk.ui.recovery import RecoveryDialog, RecoveryRow
from sms_desk.ui.senders import SendersScreen
from sms_desk.ui.senders.add_form import AddForm
from sms_desk.ui.senders.detail import SenderDetail
from sms_desk.ui.settings_screen import SettingsScreen
from sms_desk.ui.settings_screen.accounts import AccountsPage
from sms_desk.ui.settings_screen.fields import SettingField
from sms_desk.ui.settings_screen.people import PeoplePage
from sms_desk.ui.settings_screen.unplaced import UnplacedDialog
from sms_desk.ui.settings_screen.workspace import WorkspaceName
from sms_desk.ui.templates import TemplatesScreen
from sms_desk.ui.templates.detail import TemplateDetail
from sms_desk.ui.templates.own import OwnTemplates
from sms_desk.ui.wizard import Wizard
from sms_desk.ui.wizard.connect import secret_words
from tests.gui.session import Shop, open_shop
from tests.store.office import Office

PEER = "+12025550171"


@pytest.fixture
def shop(qtbot: QtBot, office: Office, tmp_path: Path) -> Iterator[Shop]:
    """Ann's window: she is the admin."""
    conversation = office.conversation(office.own, PEER, office.ann)
    office.message(conversation, "Hello")
    with open_shop(qtbot, tmp_path, office, office.ann) as made:
        made.session.account_id = office.account
        yield made


# --- sender IDs ----------------------------------------------------------------------------------


@pytest.fixture
def sender_screen(shop: Shop) -> SendersScreen:
    shop.wiring.desk.show_screen("senders")
    screen = shop.window.screen_shown()
    assert isinstance(screen, SendersScreen)
    shop.until(lambda: len(screen._table.rows()) == 4)
    return screen


def sender(shop: Shop, sender_id: UUID) -> SenderRow:
    return shop.session.desk.read(senders.row, sender_id)


def pane_of(shop: Shop, screen: SendersScreen, sender_id: UUID) -> SenderDetail:
    screen._table.choose(sender_id)
    shop.until(lambda: screen.findChild(SenderDetail) is not None)
    pane = screen.findChild(SenderDetail)
    assert pane is not None
    return pane


def test_r58_a_sender_id_is_retired_and_comes_back_by_undo(
    shop: Shop, sender_screen: SendersScreen
) -> None:
    pane = pane_of(shop, sender_screen, shop.office.own)
    pane.retired.emit(True)
    shop.until(lambda: sender(shop, shop.office.own).retired)
    shop.until(lambda: len(sender_screen._table.rows()) == 3)
    shop.wiring.actions.undo_last()
    shop.until(lambda: not sender(shop, shop.office.own).retired)


def test_r59_it_is_given_out_and_taken_back(shop: Shop, sender_screen: SendersScreen) -> None:
    pane = pane_of(shop, sender_screen, shop.office.unheld)
    shop.until(lambda: pane._holder.count() > 0)
    pane._holder.choose(pane._holder._values[0])
    pane._give.click()
    shop.until(lambda: len(sender(shop, shop.office.unheld).holders) == 1)


def test_r19_what_nobody_holds_is_said_and_given_out_at_once(
    shop: Shop, sender_screen: SendersScreen
) -> None:
    bar = sender_screen._unheld
    unheld = [row.id for row in sender_screen._table.rows() if not row.holders]
    assert unheld
    shop.until(bar.isVisible)
    assert "no holder" in bar.words()
    assert bar.holder.currentText() == "Ann"
    bar.give.click()
    shop.until(lambda: not bar.isVisible())
    assert all(sender(shop, id_).holders == ("Ann",) for id_ in unheld)


def test_label_and_direction_are_changed(shop: Shop, sender_screen: SendersScreen) -> None:
    pane = pane_of(shop, sender_screen, shop.office.own)
    pane._label.setText("Front desk")
    pane._direction.choose(SenderDirection.INCOMING)
    pane._save.click()
    shop.until(lambda: sender(shop, shop.office.own).label == "Front desk")
    assert sender(shop, shop.office.own).direction is SenderDirection.INCOMING


def test_r6_what_others_change_does_not_take_what_is_half_typed(
    shop: Shop, sender_screen: SendersScreen
) -> None:
    pane = pane_of(shop, sender_screen, shop.office.own)
    pane._label.setText("half a lab")
    desk = shop.session.desk
    desk.change(
        c.EditSender(
            **desk.stamp(),
            sender_id=shop.office.own,
            label="Theirs",
            direction=SenderDirection.BOTH,
        )
    )
    shop.session.foreign = True
    shop.until(lambda: any(row.label == "Theirs" for row in sender_screen._table.rows()))
    shop.bot.wait(50)
    assert sender_screen.findChild(SenderDetail) is pane
    assert pane._label.text() == "half a lab"


def test_one_is_added_by_hand_and_a_wrong_one_explained(
    shop: Shop, sender_screen: SendersScreen
) -> None:
    sender_screen._add.click()
    shop.until(lambda: sender_screen.findChild(AddForm) is not None)
    form = sender_screen.findChild(AddForm)
    assert form is not None
    form._address.setText("not a number at all")
    form.add_requested.emit()
    shop.until(lambda: "is not a long code" in form.error_words())
    form._address.setText("+12025550188")
    form.add_requested.emit()
    shop.until(lambda: len(sender_screen._table.rows()) == 5)


def test_the_table_narrows_and_sorts(shop: Shop, sender_screen: SendersScreen) -> None:
    sender_screen._search.setText("whatsapp")
    assert [row.channel for row in sender_screen._table.rows()] == [Channel.WHATSAPP]
    sender_screen._search.clear()
    sender_screen._table.sortByColumn(0, Qt.SortOrder.DescendingOrder)
    shown = [row.display for row in sender_screen._table.rows()]
    assert shown == sorted(shown, reverse=True)


# --- programs ------------------------------------------------------------------------------------


def test_r61_a_program_is_made_and_bound(shop: Shop) -> None:
    shop.wiring.desk.show_screen("programs")
    screen = shop.window.screen_shown()
    assert isinstance(screen, ProgramsScreen)
    screen._open(None)
    shop.until(lambda: screen.findChild(ProgramDetail) is not None)
    pane = screen.findChild(ProgramDetail)
    assert pane is not None
    pane.saved.emit()
    shop.until(lambda: "needs a name" in pane.error_words())
    pane._name.setText("Autumn offer")
    pane._kind.choose(ProgramKind.CAMPAIGN)
    pane.saved.emit()
    shop.until(lambda: bool(shop.session.desk.read(programs.listing)))
    shop.until(lambda: any(p._row for p in screen.findChildren(ProgramDetail)))
    (bound,) = [p for p in screen.findChildren(ProgramDetail) if p._row]
    bound.bind_requested.emit(BindingKind.PATTERN, "Our autumn offer*")
    shop.until(lambda: bool(shop.session.desk.read(programs.listing)[0].bindings))
    (program,) = shop.session.desk.read(programs.listing)
    screen._on_binding_ended(program.bindings[0].id)
    shop.until(lambda: not shop.session.desk.read(programs.listing)[0].bindings)


def test_r58_a_program_is_retired_and_brought_back(shop: Shop) -> None:
    desk = shop.session.desk
    program_id = desk.stamp()["id"]
    desk.change(
        c.SaveProgram(
            **desk.stamp(), program_id=program_id, kind=ProgramKind.SERVICE, name="Reminders"
        )
    )
    shop.wiring.desk.show_screen("programs")
    screen = shop.window.screen_shown()
    assert isinstance(screen, ProgramsScreen)
    shop.until(lambda: len(screen._table.rows()) == 1)
    screen._on_retired(screen._table.rows()[0], True)
    shop.until(lambda: not screen._table.rows())
    screen._retired.click()
    shop.until(lambda: len(screen._table.rows()) == 1)
    (row,) = screen._table.rows()
    assert row.retired
    screen._on_retired(row, False)
    shop.until(lambda: bool(desk.read(programs.listing)))


def test_a_sender_id_is_shown_as_everywhere() -> None:
    row = BindingRow(UUID(int=1), BindingKind.SENDER, "+12025550111")
    assert binding_words(row) == "Sender ID +1 202-555-0111"


# --- templates -------------------------------------------------------------------------------


def test_r36_a_template_shows_how_it_will_read(shop: Shop) -> None:
    shop.wiring.desk.show_screen("templates")
    screen = shop.window.screen_shown()
    assert isinstance(screen, TemplatesScreen)
    own = screen.section("own")
    assert isinstance(own, OwnTemplates)
    own._on_add_clicked()
    pane = screen.findChild(TemplateDetail)
    assert pane is not None
    pane._name.setText("Hours")
    pane._keyword.setText("hours")
    pane._body.setPlainText("Hello {first_name}, we open at {opening")
    assert "no field" in pane.preview()
    pane._body.setPlainText("Hello {first_name}, we open at {opening}.")
    assert pane.preview() == "Hello Mira, we open at [opening]."
    pane.saved.emit()
    shop.until(lambda: len(shop.session.desk.read(directory.all_templates)) == 1)
    shop.until(lambda: not screen.has_detail())


# --- outbox --------------------------------------------------------------------------------------


def test_r32_what_was_written_can_be_dropped(shop: Shop) -> None:
    (conversation,) = shop.shown
    shop.open(conversation)
    shop.wiring.writing._on_send_requested("Too early", shop.office.own)
    shop.until(lambda: bool(shop.session.desk.read(directory.outbox_rows)))
    shop.wiring.desk.show_screen("outbox")
    screen = shop.window.screen_shown()
    assert isinstance(screen, OutboxScreen)
    shop.until(lambda: len(screen._table.rows()) == 1)
    (row,) = screen._table.rows()
    screen._drop(row.id)
    shop.until(lambda: not shop.session.desk.read(directory.outbox_rows))


def test_each_state_offers_what_can_be_done(shop: Shop) -> None:
    (conversation,) = shop.shown
    shop.open(conversation)
    shop.wiring.writing._on_send_requested("Hello", shop.office.own)
    shop.until(lambda: bool(shop.session.desk.read(directory.outbox_rows)))
    (row,) = shop.session.desk.read(directory.outbox_rows)
    shop.wiring.desk.show_screen("outbox")
    screen = shop.window.screen_shown()
    assert isinstance(screen, OutboxScreen)
    offered = {
        state: [words for words, _, _ in screen._decisions(replace(row, state=state))]
        for state in OutboxState
    }
    assert offered[OutboxState.HELD] == []
    assert offered[OutboxState.ASK] == ["Check again", "Send again…"]
    assert offered[OutboxState.ACCEPTED] == []
    assert offered[OutboxState.REFUSED] == ["Send again"]
    for check in ("expired", "ownership", "unseen", "opt_out", "sender", "window", "address"):
        may = shop.session.desk.read(preferences.waivable_checks)
        held = replace(row, state=OutboxState.HELD, reason=check, waivable=check in may)
        assert bool(screen._decisions(held)) is (check in send_checks.CONFIRMABLE)
    for state in OutboxState:
        pane = screen._pane(replace(row, state=state, reason="unseen"))
        ranks = [(b.text(), b.property("kind")) for b in pane.findChildren(QPushButton)]
        assert [kind for _, kind in ranks].count("primary") <= 1
        assert {kind for words, kind in ranks if words == "Drop…"} <= {"quiet"}
        assert (state in DROPPABLE) is any(words == "Drop…" for words, _ in ranks)


def test_r35_what_would_be_refused_again_says_what_to_do_instead(shop: Shop) -> None:
    (conversation,) = shop.shown
    shop.open(conversation)
    shop.wiring.writing._on_send_requested("Hello", shop.office.own)
    shop.until(lambda: bool(shop.session.desk.read(directory.outbox_rows)))
    (row,) = shop.session.desk.read(directory.outbox_rows)
    shop.wiring.desk.show_screen("outbox")
    screen = shop.window.screen_shown()
    assert isinstance(screen, OutboxScreen)
    closed = replace(
        row,
        state=OutboxState.REFUSED,
        reason_text="The window is closed.",
        next_step="Wait until the contact writes.",
        lasting=True,
    )
    pane = screen._pane(closed)
    ranks = {b.text(): b.property("kind") for b in pane.findChildren(QPushButton)}
    assert ranks == {"Open conversation": "primary", "Drop…": "quiet"}
    assert reason_words(closed) == "The window is closed. Wait until the contact writes."
    slowed = replace(row, state=OutboxState.QUEUED, reason="rate_limited")
    assert reason_words(slowed) == "The provider asks to slow down."
    assert reason_words(replace(slowed, reason="")) == ""


def test_r32_what_was_refused_is_sent_again_once_and_stands_there_once(shop: Shop) -> None:
    (conversation,) = shop.shown
    shop.open(conversation)
    shop.wiring.writing._on_send_requested("Hello", shop.office.own)
    shop.until(lambda: bool(shop.session.desk.read(directory.outbox_rows)))
    (row,) = shop.session.desk.read(directory.outbox_rows)
    with shop.office.workspace.write() as tx:
        for state in (OutboxState.CLAIMED, OutboxState.SENDING, OutboxState.REFUSED):
            outbox.set_state(tx, outbox.get(tx, row.id), state, at=shop.session.desk.now())
    shop.wiring.desk.show_screen("outbox")
    screen = shop.window.screen_shown()
    assert isinstance(screen, OutboxScreen)
    screen._write_again(row)
    shop.until(
        lambda: (
            [
                (found.state, found.body)
                for found in shop.session.desk.read(directory.outbox_rows)
                if found.id != row.id
            ]
            == [(OutboxState.QUEUED, "Hello")]
        )
    )
    assert len(shop.session.desk.read(directory.outbox_rows)) == 1


def test_r32_a_doubt_is_told_with_its_evidence_in_plain_words(shop: Shop) -> None:
    row = OutboxRow(
        shop.office.own,
        shop.shown[0],
        "",
        PEER,
        "Own",
        "Hello",
        OutboxState.ASK,
        "http_500",
        "",
        "",
        False,
        shop.session.desk.now(),
        shop.session.desk.now(),
        1,
        "",
    )
    assert state_cell(row).text == "Needs your decision"
    assert "answer was lost (error 500)" in reason_words(row)
    assert "list does not show" in reason_words(row)
    assert state_cell(replace(row, state=OutboxState.IN_DOUBT)).text == "Not confirmed"


def test_dropping_is_asked(shop: Shop, monkeypatch: pytest.MonkeyPatch) -> None:
    (conversation,) = shop.shown
    shop.open(conversation)
    shop.wiring.writing._on_send_requested("Too early", shop.office.own)
    shop.until(lambda: bool(shop.session.desk.read(directory.outbox_rows)))
    shop.wiring.desk.show_screen("outbox")
    screen = shop.window.screen_shown()
    assert isinstance(screen, OutboxScreen)
    (row,) = shop.session.desk.read(directory.outbox_rows)
    for answer in (False, True):
        monkeypatch.setattr("sms_desk.ui.outbox.screen.ask", lambda *_a, _it=answer, **_k: _it)
        screen._on_drop_clicked(row)
        shop.bot.wait(20)
        if not answer:
            assert shop.session.desk.read(directory.outbox_rows)
    shop.until(lambda: not shop.session.desk.read(directory.outbox_rows))


# --- a new conversation --------------------------------------------------------------------------


@pytest.fixture
def dialog(shop: Shop) -> NewConversationDialog:
    shop.wiring.registry.run("new")
    made = shop.window.findChild(NewConversationDialog)
    assert made is not None
    shop.until(lambda: made._sender.count() > 0)
    return made


def test_r62_an_impossible_number_is_explained_in_place(
    shop: Shop, dialog: NewConversationDialog
) -> None:
    QTest.keyClicks(dialog._to, "+1 202 555")
    assert "too few digits" in dialog.why_not()
    assert not dialog._start.isEnabled()


def test_r62_an_existing_conversation_is_reused(shop: Shop, dialog: NewConversationDialog) -> None:
    (existing,) = shop.shown
    dialog._to.setText("+1 (202) 555-0171")
    dialog._sender.choose(shop.office.own)
    shop.until(dialog._start.isEnabled)
    dialog._start.click()
    shop.until(lambda: shop.wiring.thread_controller.conversation_id() == existing)


def test_r62_a_new_one_is_made_named_and_opened(shop: Shop, dialog: NewConversationDialog) -> None:
    dialog._to.setText("+1 202 555 0199")
    dialog._name.setText("Sana Bashir")
    shop.until(dialog._start.isEnabled)
    dialog._start.click()
    shop.until(shop.has_opened)
    opened = shop.wiring.thread_controller.conversation_id()
    assert opened is not None
    (row,) = shop.session.desk.read(inbox.rows, [opened])
    assert row.contact_name == "Sana Bashir"
    assert row.owner_id == shop.office.ann
    composer = shop.wiring.page.column.composer
    # what is typed next is the message, and no letter's key
    shop.until(lambda: shop.window.focusWidget() is composer._editor)


def test_r62_enter_takes_the_contact_that_fits(shop: Shop, dialog: NewConversationDialog) -> None:
    QTest.keyClicks(dialog._to, "5550171")
    shop.until(dialog._found.isVisible)
    assert dialog._why_to.text() == "Enter takes the first of these."  # no number to complain of
    rows = dialog._found.count() * dialog._found.sizeHintForRow(0)
    assert dialog._found.height() == rows, "no empty room below the last"
    assert not dialog._start.isEnabled()
    QTest.keyClick(dialog._to, Qt.Key.Key_Return)
    shop.until(dialog._start.isEnabled)
    assert dialog.isVisible()  # the number is seen before anything begins
    assert dialog.focusWidget() is dialog._start


def test_r16_the_proposal_carries_its_reason(shop: Shop, dialog: NewConversationDialog) -> None:
    assert dialog._why_sender.text()


# --- settings ------------------------------------------------------------------------------------


@pytest.fixture
def settings_screen(shop: Shop) -> SettingsScreen:
    shop.wiring.desk.show_screen("settings")
    screen = shop.window.screen_shown()
    assert isinstance(screen, SettingsScreen)
    shop.until(lambda: screen.page() is not None)
    return screen


def test_no_section_of_the_settings_asks_qt_for_what_cannot_be(shop: Shop, qtlog: Any) -> None:
    shop.wiring.desk.show_screen("settings")
    screen = shop.window.screen_shown()
    assert isinstance(screen, SettingsScreen)
    shop.until(lambda: screen.page() is not None)
    for section in ("Accounts", "Appearance", "Inbox", "Workspace", "Keys"):
        screen.show_section(section)
    assert [one.message for one in qtlog.records if "propagateSizeHints" not in one.message] == []


def field(screen: SettingsScreen, section: str, name: str) -> SettingField:
    screen.show_section(section)
    return next(each for each in screen.findChildren(SettingField) if each._setting.name == name)


def test_a_setting_takes_effect_in_the_window(shop: Shop, settings_screen: SettingsScreen) -> None:
    line = field(settings_screen, "Workspace", "waiting_minutes").control()
    assert isinstance(line, QLineEdit)
    line.setText("5")
    line.editingFinished.emit()
    shop.until(lambda: shop.session.desk.read(preferences.waiting_limit) == timedelta(minutes=5))
    (row,) = shop.session.desk.read(inbox.rows, list(shop.shown))
    assert row.waiting_since is not None
    assert row.late_at == row.waiting_since + timedelta(minutes=5)
    shop.until(lambda: shop.wiring.page.inbox.row(row.id) == row)


def test_a_wrong_value_is_explained_and_not_kept(
    shop: Shop, settings_screen: SettingsScreen
) -> None:
    found = field(settings_screen, "Workspace", "waiting_minutes")
    line = found.control()
    assert isinstance(line, QLineEdit)
    line.setText("soon")
    line.editingFinished.emit()
    assert "whole number" in found._wrong.text()
    assert shop.session.desk.read(preferences.waiting_limit) == timedelta(minutes=30)


def test_r46_the_recovery_key_is_shown_after_a_question_and_kept_where_one_says(
    shop: Shop, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    shown = "ABCDE-FGHIJ-KLMNO-PQRST-UVWXY-Z2345"
    asked: list[Path] = []

    def of_folder(folder: Path) -> str:
        asked.append(folder)
        return shown

    monkeypatch.setattr("sms_desk.bootstrap.recovery.of_folder", of_folder)
    row = RecoveryRow(shop.wiring.doors, tmp_path)
    shop.bot.addWidget(row)
    monkeypatch.setattr("sms_desk.ui.recovery.ask", lambda *_a, **_k: False)
    row._show.click()
    shop.bot.wait(20)
    assert not asked
    monkeypatch.setattr("sms_desk.ui.recovery.ask", lambda *_a, **_k: True)
    row._show.click()
    shop.until(lambda: row.window().findChild(RecoveryDialog) is not None)
    dialog = row.window().findChild(RecoveryDialog)
    assert dialog is not None
    assert asked == [tmp_path]
    buttons = {each.text(): each for each in dialog.findChildren(QPushButton)}
    buttons["Copy"].click()
    assert QGuiApplication.clipboard().text() == shown
    kept = tmp_path / "mine.txt"
    monkeypatch.setattr("sms_desk.ui.recovery.ask_where_to_save", lambda *_a: kept)
    buttons["Save as text…"].click()
    shop.until(lambda: kept.exists() and shown in kept.read_text())
    assert kept.stat().st_mode & 0o077 == 0
    dialog.close()


def test_an_admin_renames_the_workspace(shop: Shop, settings_screen: SettingsScreen) -> None:
    with shop.office.workspace.write() as tx:
        workspaces.insert(
            tx, id_=new_id(), name="Mill", kind="real", me_id=shop.office.ann, at=shop.office.now
        )
    settings_screen.show_section("Workspace")
    form = settings_screen.findChild(WorkspaceName)
    assert form is not None
    assert not form._save.isEnabled()
    form._name.setText("Coats & more")
    form._name.textEdited.emit("Coats & more")
    form._save.click()
    shop.until(lambda: shop.session.desk.read(workspace.name) == "Coats & more")


def test_a_setting_of_the_machine_stays_on_the_machine(
    shop: Shop, settings_screen: SettingsScreen
) -> None:
    box = field(settings_screen, "Appearance", "close_to_tray").control()
    assert isinstance(box, QCheckBox)
    box.click()
    assert shop.state.setting("close_to_tray") is False


def test_only_settings_that_do_something_are_shown(settings_screen: SettingsScreen) -> None:
    for section in ("Appearance", "Inbox", "Notifications", "Workspace"):
        settings_screen.show_section(section)
    names = {each._setting.name for each in settings_screen.findChildren(SettingField)}
    assert names == {
        "waiting_minutes",
        "working_hours",
        "nudge_days",
        "quiet_hours_us",
        "quiet_hours_in",
        "quiet_hours_reply_minutes",
        "quiet_hours_waivable",
        "health_days",
        "health_least_messages",
        "health_degraded_percent",
        "health_blocked_percent",
        "enter_sends",
        "theme",
        "close_to_tray",
        "do_not_disturb",
        "email_ca_file",
        "email_duties",
        "email_from",
        "email_host",
        "email_port",
        "email_security",
        "email_text",
        "email_user",
        "notice_email",
        "notice_screen",
        "notice_text",
    }


def test_r8_working_hours_are_typed_as_words_and_a_wrong_one_explained(
    shop: Shop, settings_screen: SettingsScreen
) -> None:
    found = field(settings_screen, "Inbox", "working_hours")
    line = found.control()
    assert isinstance(line, QLineEdit)
    line.setText("mon-fri 9am")
    line.editingFinished.emit()
    assert "is not a span of hours" in found._wrong.text()
    assert found._wrong.isVisibleTo(found)
    line.setText("Monday - Friday 9-18")
    line.editingFinished.emit()
    hours = "mon-fri 9:00-18:00"
    shop.until(lambda: shop.session.desk.read(preferences.value, "working_hours") == hours)
    assert not found._wrong.isVisibleTo(found)


def test_a_page_is_made_when_somebody_goes_there_and_only_then(
    settings_screen: SettingsScreen,
) -> None:
    assert settings_screen.findChildren(PeoplePage) == []
    settings_screen.show_section("People")
    settings_screen.show_section("You")
    settings_screen.show_section("People")
    assert len(settings_screen.findChildren(PeoplePage)) == 1


def test_a_number_says_its_unit(settings_screen: SettingsScreen) -> None:
    found = field(settings_screen, "Workspace", "waiting_minutes")
    assert "minutes" in [each.text() for each in found.findChildren(QLabel)]


def test_r63_an_account_tells_its_line_and_can_be_tested(
    shop: Shop, settings_screen: SettingsScreen
) -> None:
    settings_screen.show_section("Accounts")
    page = settings_screen.findChild(AccountsPage)
    assert page is not None

    def press(words: str) -> None:
        next(b for b in page.findChildren(QPushButton) if b.text() == words).click()

    def says(words: str) -> bool:
        return any(words in each.text() for each in page.findChildren(QLabel))

    press("Test")
    shop.until(lambda: says("accepts the secret"))
    shop.session.found = CredentialError("Twilio refused the key.", "Check the secret.")
    press("Test")
    shop.until(lambda: says("Twilio refused the key."))
    press("Fetch")
    shop.until(lambda: "backfill" in shop.session.asked)


def test_messages_without_a_place_are_told_and_shown_as_they_came(shop: Shop) -> None:
    """R61, GR6. Hostile text stays text."""
    raw = json.dumps(json.dumps({"sid": "SM9", "body": "<b>नमस्ते</b>"}))
    with shop.office.workspace.write() as tx:
        (account_id,) = (row["id"] for row in accounts.listing(tx))
        unplaced.keep(tx, account_id, [("SM9", "it has no date", raw)], at=shop.office.later())
    shop.wiring.desk.show_screen("settings")
    screen = shop.window.screen_shown()
    assert isinstance(screen, SettingsScreen)
    shop.until(lambda: screen.page() is not None)
    screen.show_section("Accounts")
    (look,) = (b for b in screen.findChildren(QPushButton) if b.text() == "Look…")
    assert "1 message found no place" in look.accessibleName()
    look.click()
    shop.until(lambda: bool(shop.window.findChildren(UnplacedDialog)))
    (dialog,) = shop.window.findChildren(UnplacedDialog)
    (row,) = dialog.table.rows()
    assert row.why == "It has no date."
    dialog.table.choose(row.id)
    assert '"body": "<b>नमस्ते</b>' in dialog.raw.toPlainText()
    dialog.copy.click()
    assert json.loads(QGuiApplication.clipboard().text())["sid"] == "SM9"


def test_the_settings_lead_to_the_people(shop: Shop, settings_screen: SettingsScreen) -> None:
    settings_screen.show_section("People")
    page = settings_screen.findChild(PeoplePage)
    assert page is not None
    page.open.click()
    assert isinstance(shop.window.screen_shown(), PeopleScreen)


# --- first run -----------------------------------------------------------------------------------


@pytest.fixture
def wizard(shop: Shop) -> Wizard:
    shop.wiring.desk._show_wizard(first_run=True)
    made = shop.window.screen_shown()
    assert isinstance(made, Wizard)
    made.welcome.connect_button.click()
    return made


def fill_in(wizard: Wizard) -> None:
    wizard.connect_step.field("account_sid").setText("AC" + "0" * 32)
    wizard.connect_step.field("secret").setText("not a real secret")


def test_the_secret_is_typed_unseen(shop: Shop, wizard: Wizard) -> None:
    echo = wizard.connect_step.field("secret").echoMode()
    assert echo is QLineEdit.EchoMode.Password


def test_a_refused_key_ends_in_a_clear_reason(shop: Shop, wizard: Wizard) -> None:
    shop.session.found = CredentialError("Twilio refused the key.", "Check the secret.")
    fill_in(wizard)
    wizard.connect_step._test.click()
    shop.until(lambda: bool(wizard.connect_step.error_words()))
    assert wizard.connect_step.error_words() == "Twilio refused the key. Check the secret."
    assert wizard.step() is wizard.connect_step
    assert not shop.session.secrets


def test_an_accepted_key_ends_in_a_working_inbox(shop: Shop, wizard: Wizard) -> None:
    fill_in(wizard)
    wizard.connect_step._test.click()
    shop.until(lambda: wizard.step() is wizard.choose)
    assert not shop.session.secrets, "kept before it is known who holds what comes in"
    (row,) = wizard.choose.rows()
    assert row.label == "New line"
    typed: list[str] = []
    wizard.finished.connect(lambda: typed.append(wizard.connect_step.field("secret").text()))
    wizard.choose.done.click()
    shop.until(lambda: "backfill" in shop.session.asked)
    assert shop.session.secrets == {shop.office.account: "not a real secret"}
    shop.until(lambda: shop.window.screen_shown() is shop.wiring.page)
    assert typed == [""]
    added = shop.session.desk.read(senders.find, "+12025550150")
    assert sender(shop, added).holders == ("Ann",)


def test_r53_a_number_that_is_there_in_another_spelling_is_connected(
    shop: Shop, wizard: Wizard
) -> None:
    """Mexico's, as messages have it and as the provider lists it."""
    stamp, there = shop.wiring.doors.stamp(), new_id()
    added = c.AddSender(
        **stamp,
        sender_id=there,
        channel=Channel.SMS,
        address="+5215512345678",
        kind=SenderKind.LONG_CODE,
        country="MX",
        label="",
        direction=SenderDirection.BOTH,
        account_id=None,
    )
    shop.session.desk.change(added)
    listed = RemoteSender(
        Channel.SMS, "+525512345678", SenderKind.LONG_CODE, "MX", "", SenderDirection.BOTH, "PN2"
    )
    shop.session.found = Directory((listed,), ())
    fill_in(wizard)
    wizard.connect_step._test.click()
    shop.until(lambda: wizard.step() is wizard.choose)
    wizard.choose.done.click()
    shop.until(lambda: "backfill" in shop.session.asked)
    assert sender(shop, there).holders == ("Ann",)


def test_what_was_not_listed_is_told_with_its_own_reason(shop: Shop, wizard: Wizard) -> None:
    shop.session.found = Directory((), (), ("short codes",), ("numbers",))
    fill_in(wizard)
    wizard.connect_step._test.click()
    shop.until(lambda: wizard.step() is wizard.choose)
    assert wizard.choose._unlisted.text().splitlines() == [
        "Not listed for this key: short codes. Add those by hand.",
        "No answer now about: numbers. The desk asks again by itself.",
    ]


def test_r46_a_first_run_offers_a_copy_of_the_key(
    shop: Shop, wizard: Wizard, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Where all hangs on the keyring; fetching has begun, and nobody has to."""
    monkeypatch.setattr("sms_desk.bootstrap.recovery.needed", lambda _folder: True)
    fill_in(wizard)
    wizard.connect_step._test.click()
    shop.until(lambda: wizard.step() is wizard.choose)
    wizard.choose.done.click()
    shop.until(lambda: wizard.step() is wizard.keep)
    assert "backfill" in shop.session.asked
    monkeypatch.setattr("sms_desk.bootstrap.recovery.of_folder", lambda _folder: "0001-0002")
    monkeypatch.setattr("sms_desk.ui.recovery.ask", lambda *_a, **_k: True)
    wizard.keep.recovery._show.click()
    shop.until(lambda: bool(shop.window.findChildren(RecoveryDialog)))
    shop.window.findChildren(RecoveryDialog)[0].accept()
    wizard.keep.open_inbox.click()
    shop.until(lambda: shop.window.screen_shown() is shop.wiring.page)


def test_another_account_may_be_tried_before_anything_is_kept(shop: Shop, wizard: Wizard) -> None:
    fill_in(wizard)
    for _ in range(2):
        wizard.connect_step._test.click()
        shop.until(lambda: wizard.step() is wizard.choose)
        assert len(wizard.choose.rows()) == 1
        wizard.choose._back.click()
        assert wizard.step() is wizard.connect_step
    assert not shop.session.secrets


def test_the_first_question_is_answered_by_enter(shop: Shop) -> None:
    focused = shop.window.focusWidget()
    if focused is not None:
        focused.clearFocus()  # at a first start nothing has it
    shop.wiring.desk._show_wizard(first_run=True)
    made = shop.window.screen_shown()
    assert isinstance(made, Wizard)
    assert made.welcome.connect_button.hasFocus()
    QTest.keyClick(made.welcome.connect_button, Qt.Key.Key_Return)
    assert made.step() is made.connect_step


def test_after_the_wizard_the_list_has_the_keys(shop: Shop, wizard: Wizard) -> None:
    fill_in(wizard)
    wizard.connect_step._test.click()
    shop.until(lambda: wizard.step() is wizard.choose)
    wizard.choose.done.click()
    shop.until(lambda: shop.window.screen_shown() is shop.wiring.page)
    assert shop.wiring.page.inbox.list_has_focus()


@pytest.mark.parametrize(
    ("typed", "said"),
    [
        ("0171 555", "no number, short code or name"),
        ("what is this????", "no number, short code or name"),
        ("my shop!", "Use letters A to Z"),
        ("whatsapp:hello", "is not a WhatsApp number"),
        ("+1 202 555 0150", "is there already"),
    ],
)
def test_what_cannot_be_a_sender_id_is_told_at_once_and_stays_to_be_mended(
    shop: Shop, wizard: Wizard, typed: str, said: str
) -> None:
    """Else it stood among the rows, refused with them all and without a way to be taken off."""
    fill_in(wizard)
    wizard.connect_step._test.click()
    shop.until(lambda: wizard.step() is wizard.choose)
    choose = wizard.choose
    choose._by_hand.setText(typed)
    QTest.keyClick(choose._by_hand, Qt.Key.Key_Return)
    assert said in choose.form.error_words()
    assert choose._by_hand.text() == typed
    assert len(choose.rows()) == 1
    choose._by_hand.clear()
    QTest.keyClicks(choose._by_hand, "22000")
    assert choose.form.error_words() == ""


def test_a_sender_id_typed_by_hand_can_be_taken_off_again(shop: Shop, wizard: Wizard) -> None:
    fill_in(wizard)
    wizard.connect_step._test.click()
    shop.until(lambda: wizard.step() is wizard.choose)
    for typed in ("22000", "+12025550188", "SHOP"):
        wizard.choose._by_hand.setText(typed)
        QTest.keyClick(wizard.choose._by_hand, Qt.Key.Key_Return)
    (off,) = (
        button
        for button in wizard.choose.findChildren(QPushButton)
        if button.accessibleName() == "Take off +1 202-555-0188"
    )
    off.click()
    addresses = [row.sender.address for row in wizard.choose.rows()]
    assert addresses == ["+12025550150", "22000", "SHOP"]


def test_what_was_wrong_with_the_sender_ids_is_gone_once_they_are_read_again(
    shop: Shop, wizard: Wizard
) -> None:
    fill_in(wizard)
    wizard.connect_step._test.click()
    shop.until(lambda: wizard.step() is wizard.choose)
    wizard.choose.form.show_error(CredentialError("Twilio refused the key."))
    wizard.choose._back.click()
    wizard.connect_step._test.click()
    shop.until(lambda: wizard.step() is wizard.choose)
    assert wizard.choose.form.error_words() == ""


def test_where_the_secret_is_kept_is_told_as_it_is(tmp_path: Path) -> None:
    assert "keyring, and nowhere else" in secret_words(tmp_path)
    keys.make_with_passphrase(Profile(tmp_path / "one"), UUID(int=1), "several words")
    assert "until the desk closes" in secret_words(tmp_path / "one")


def test_the_demo_is_one_click_away(shop: Shop) -> None:
    shop.wiring.desk._show_wizard(first_run=True)
    made = shop.window.screen_shown()
    assert isinstance(made, Wizard)
    with shop.bot.waitSignal(shop.wiring.desk.demo_wanted):
        made.welcome.demo_button.click()


def test_a_rep_is_told_that_an_admin_may(qtbot: QtBot, office: Office, tmp_path: Path) -> None:
    with open_shop(qtbot, tmp_path, office) as shop:
        heard: list[object] = []
        shop.wiring.doors.failed.disconnect()
        shop.wiring.doors.failed.connect(heard.append)
        stamp = shop.wiring.doors.stamp()
        command = c.RetireSender(**stamp, sender_id=office.own)
        shop.wiring.doors.change(shop.wiring, command)
        shop.until(lambda: bool(heard))
        assert "admin" in str(heard[0])
