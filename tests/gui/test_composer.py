"""The composer: drafts that survive, one send per press, parts counted, templates by keyboard."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from uuid import UUID

import pytest
from PySide6.QtCore import QEvent, QMimeData, Qt
from PySide6.QtGui import QKeyEvent
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QVBoxLayout, QWidget
from pytestqt.qtbot import QtBot

from sms_desk.domain.model import Channel, DraftMode
from sms_desk.services.rows import TemplateRow
from sms_desk.ui.composer import Composer
from sms_desk.ui.composer.block_bar import BlockBar
from sms_desk.ui.composer.completion import Completion
from sms_desk.ui.composer.emoji import all_emoji, found
from sms_desk.ui.composer.fill_dialog import FillDialog
from tests.gui import invented_thread as invented

CONTROL = Qt.KeyboardModifier.ControlModifier


@pytest.fixture
def composer(qtbot: QtBot) -> Composer:
    """In a window of its own, with senders, people and templates."""
    window = QWidget()
    qtbot.addWidget(window)
    layout = QVBoxLayout(window)
    layout.addStretch(1)
    made = Composer(window)
    layout.addWidget(made)
    window.resize(640, 480)
    made.start(invented.CONVERSATION, Channel.SMS, {})
    made.set_senders(invented.CHOICES)
    made.set_people(invented.PEOPLE)
    made.set_templates(invented.TEMPLATES, {"first_name": "Mira"})
    with qtbot.waitExposed(window):
        window.show()
    made.focus_text()
    made.window_kept_alive = window  # type: ignore[attr-defined]
    return made


def keys(composer: Composer, text: str) -> None:
    QTest.keyClicks(composer._editor, text)


def press(
    composer: Composer, key: Qt.Key, held: Qt.KeyboardModifier = Qt.KeyboardModifier.NoModifier
) -> None:
    QTest.keyClick(composer._editor, key, held)


def completion_of(composer: Composer) -> Completion:
    return composer._completion


# --- sending ---------------------------------------------------------------------------------


def test_ctrl_enter_asks_once_until_it_is_answered(composer: Composer) -> None:
    asked: list[tuple[str, object]] = []
    composer.send_requested.connect(lambda text, sender: asked.append((text, sender)))
    keys(composer, "Hello")
    press(composer, Qt.Key.Key_Return, CONTROL)
    press(composer, Qt.Key.Key_Return, CONTROL)
    assert asked == [("Hello", invented.SENDER.id)]
    assert composer.text() == "Hello"  # until the owner says that it was taken
    composer.sent_ok()
    assert composer.text() == ""


def test_what_was_typed_meanwhile_stays(composer: Composer) -> None:
    keys(composer, "Hello")
    composer.send()
    composer.insert_text("\nand more")
    composer.sent_ok()
    assert composer.text() == "and more"


def test_a_refusal_keeps_the_text_and_says_why(composer: Composer) -> None:
    keys(composer, "Hello")
    composer.send()
    composer.refused("The contact has opted out.", "Only they can opt in again.")
    assert composer.text() == "Hello"
    assert "opted out" in composer._notice.words()
    asked: list[str] = []
    composer.send_requested.connect(lambda text, _: asked.append(text))
    composer.send()
    assert asked == ["Hello"]


def test_enter_sends_only_where_the_setting_says_so(composer: Composer) -> None:
    asked: list[str] = []
    composer.send_requested.connect(lambda text, _: asked.append(text))
    keys(composer, "a")
    press(composer, Qt.Key.Key_Return)
    assert composer.text() == "a\n"
    composer.set_enter_sends(True)
    keys(composer, "b")
    press(composer, Qt.Key.Key_Return)
    assert asked == ["a\nb"]


def test_blank_text_is_not_sent(composer: Composer, qtbot: QtBot) -> None:
    keys(composer, "   ")
    with qtbot.assertNotEmitted(composer.send_requested):
        composer.send()


def test_a_block_stops_replies_but_not_notes(composer: Composer, qtbot: QtBot) -> None:
    """R33, R42: one sentence and the way out; what is typed stays."""
    keys(composer, "Hello")
    composer.set_block("The window closed at 14:02.", "Send a template.", [("template", "Choose")])
    assert "The window closed at 14:02. Send a template." in composer._bar.words()
    with qtbot.assertNotEmitted(composer.send_requested):
        composer.send()
    with qtbot.waitSignal(composer.block_action_requested) as chosen:
        composer._bar.buttons()[0].click()
    assert chosen.args == ["template"]
    composer.choose_mode(DraftMode.NOTE)
    keys(composer, "note")
    with qtbot.waitSignal(composer.note_requested):
        composer.send()


def test_an_unanswerable_sender_disables_and_says_why(composer: Composer) -> None:
    """R53."""
    composer.set_unanswerable("22000 takes no replies.")
    assert not composer._editor.isEnabled()
    assert "22000 takes no replies." in composer._no_answer.words()
    composer.choose_mode(DraftMode.NOTE)
    assert composer._editor.isEnabled()


# --- drafts (R10) ---------------------------------------------------------------------------------


def reported(composer: Composer) -> list[tuple[object, object, str]]:
    seen: list[tuple[object, object, str]] = []
    composer.draft_changed.connect(lambda *what: seen.append(what))
    return seen


def test_a_draft_is_reported_within_two_seconds(composer: Composer, qtbot: QtBot) -> None:
    seen = reported(composer)
    keys(composer, "Half a rep")
    qtbot.waitUntil(lambda: bool(seen))
    assert seen == [(invented.CONVERSATION, DraftMode.REPLY, "Half a rep")]


def test_each_mode_has_its_own_draft(composer: Composer) -> None:
    keys(composer, "to them")
    composer.choose_mode(DraftMode.NOTE)
    assert composer.text() == ""
    keys(composer, "to us")
    composer.choose_mode(DraftMode.REPLY)
    assert composer.text() == "to them"


def test_a_click_on_a_tab_goes_on_in_its_text(composer: Composer) -> None:
    """The keyboard was elsewhere, as in the list."""
    note, reply = (composer._tabs._tabs[mode] for mode in (DraftMode.NOTE, DraftMode.REPLY))
    for tab in (note, reply):
        composer._editor.clearFocus()
        QTest.mouseClick(tab, Qt.MouseButton.LeftButton)
        assert composer._editor.hasFocus()


def test_keys_go_from_tab_to_tab(composer: Composer) -> None:
    note, reply = (composer._tabs._tabs[mode] for mode in (DraftMode.NOTE, DraftMode.REPLY))
    reply.setFocus()
    QTest.keyClick(reply, Qt.Key.Key_Right)
    assert composer.mode() is DraftMode.NOTE
    assert note.hasFocus()


def test_what_was_taken_back_to_the_start_stays_the_fields(composer: Composer) -> None:
    """One Ctrl+Z too many must not take back what was done to a conversation."""

    def asks_for_undo() -> bool:
        event = QKeyEvent(QEvent.Type.ShortcutOverride, Qt.Key.Key_Z, CONTROL)
        event.ignore()
        composer._editor.event(event)
        return event.isAccepted()

    assert not asks_for_undo()
    keys(composer, "x")
    assert asks_for_undo()
    press(composer, Qt.Key.Key_Z, CONTROL)
    assert composer.text() == ""
    assert asks_for_undo()


def test_leaving_reports_under_the_old_conversation(composer: Composer) -> None:
    seen = reported(composer)
    keys(composer, "unfinished")
    other = UUID(int=5)
    composer.start(other, Channel.SMS, {DraftMode.REPLY: "stored"})
    assert seen == [(invented.CONVERSATION, DraftMode.REPLY, "unfinished")]
    assert composer.text() == "stored"


def test_focus_loss_reports_at_once(composer: Composer) -> None:
    seen = reported(composer)
    keys(composer, "x")
    composer._editor.clearFocus()
    assert seen


def test_stored_drafts_never_overwrite_typing(composer: Composer) -> None:
    """R6."""
    keys(composer, "mine")
    composer.set_drafts({DraftMode.REPLY: "theirs", DraftMode.NOTE: "other window"})
    assert composer.text() == "mine"
    composer.choose_mode(DraftMode.NOTE)
    assert composer.text() == "other window"


def test_sending_empties_the_stored_draft(composer: Composer) -> None:
    seen = reported(composer)
    keys(composer, "x")
    composer.send()
    composer.sent_ok()
    assert seen[-1] == (invented.CONVERSATION, DraftMode.REPLY, "")


# --- parts (R34) -----------------------------------------------------------------------------------


def test_counts_characters_and_parts(composer: Composer) -> None:
    composer.insert_text("a" * 61)
    assert composer._counter.words() == "61 / 160 · 1 part"
    assert not composer._counter.is_amber()
    composer.insert_text("a" * 100)
    assert composer._counter.words() == "161 / 306 · 2 parts"
    assert composer._counter.is_amber()


def test_names_what_forces_unicode_and_replaces_it(composer: Composer) -> None:
    composer.insert_text("it’s here")
    assert composer._counter.words() == "9 / 70 · 1 part · Unicode"
    assert "’" in composer._offer.words()
    composer._offer.replace_requested.emit()
    assert composer.text() == "it's here"
    assert composer._counter.words() == "9 / 160 · 1 part"
    press(composer, Qt.Key.Key_Z, CONTROL)
    assert composer.text() == "it’s here"


def test_what_still_forces_unicode_stays_named(composer: Composer) -> None:
    composer.insert_text("see you ☺ —")
    assert composer._offer.words().startswith("☺  — makes this Unicode")
    composer._offer.replace_requested.emit()
    assert composer._offer.isVisibleTo(composer)
    assert composer._offer.words().startswith("☺ makes this Unicode")
    assert not composer._offer._replace.isVisibleTo(composer)


def test_the_reason_for_a_sender_goes_below_rather_than_being_cut(composer: Composer) -> None:
    picker = composer._sender
    because = picker._reason.parentWidget()
    assert because is not None
    composer.resize(900, composer.height())
    picker.resize(700, picker.height())
    assert picker._first.indexOf(because) >= 0
    picker.resize(260, picker.height())
    assert picker._second.indexOf(because) >= 0


@pytest.mark.parametrize(
    ("width", "said"), [(340, "23 h 59 min"), (437, "Window open 23 h 59 min")]
)
def test_R42_the_time_left_is_never_cut(composer: Composer, width: int, said: str) -> None:
    now = datetime(2026, 3, 2, 9, tzinfo=UTC)
    composer.start(invented.CONVERSATION, Channel.WHATSAPP, {})
    composer.set_window(now + timedelta(hours=23, minutes=59), lambda: now)
    keys(composer, "On my way")
    composer.setFixedWidth(width)
    QApplication.processEvents()
    words = composer._window_clock._words
    assert words.text() == said
    assert words.width() >= words.sizeHint().width()
    assert composer._send.width() >= composer._send.minimumSizeHint().width()
    assert not composer._send.shows_key()  # its room goes first
    composer.setFixedWidth(600)
    QApplication.processEvents()
    assert composer._send.shows_key()


def test_whatsapp_counts_no_parts(composer: Composer) -> None:
    composer.start(UUID(int=6), Channel.WHATSAPP, {})
    composer.insert_text("’")
    assert composer._counter.words() == ""
    assert not composer._offer.isVisible()


# --- sender (R16) -------------------------------------------------------------------------------------


def test_proposes_a_sender_and_says_why(composer: Composer) -> None:
    picker = composer._sender
    assert picker.sender_id() == invented.SENDER.id
    assert "the campaign's number" in picker._reason.text()
    picker._fill()
    listed = picker._number.options().actions()
    assert [action.text() for action in listed if action.isSeparator()] == [
        "You may not write from"
    ]
    actions = [action for action in listed if not action.isSeparator()]
    assert [action.isEnabled() for action in actions] == [True, True, False]
    assert "held by a service" in actions[2].text()
    actions[1].trigger()
    assert picker.sender_id() == invented.OTHER_SENDER.id
    composer.set_senders(invented.CHOICES)  # a refresh keeps the person's choice
    assert picker.sender_id() == invented.OTHER_SENDER.id


def test_without_a_sender_nothing_is_sent(composer: Composer, qtbot: QtBot) -> None:
    composer.set_senders(invented.CHOICES[2:])
    composer.set_senders(())
    composer.start(UUID(int=9), Channel.SMS, {})
    composer.set_senders(invented.CHOICES[2:])
    keys(composer, "Hello")
    with qtbot.assertNotEmitted(composer.send_requested):
        composer.send()


# --- templates (R36) ---------------------------------------------------------------------------------


def test_a_keyword_opens_the_list_and_enter_takes_it(composer: Composer) -> None:
    keys(composer, "/th")
    popup = completion_of(composer)
    assert popup.isVisible()
    assert popup.titles() == ["Thanks"]
    assert popup.preview() == "Thank you, Mira!"
    press(composer, Qt.Key.Key_Return)
    assert composer.text() == "Thank you, Mira!"
    assert not popup.isVisible()


def test_arrows_move_and_escape_closes(composer: Composer) -> None:
    keys(composer, "/")
    popup = completion_of(composer)
    assert len(popup.titles()) == 3
    first = popup.preview()
    press(composer, Qt.Key.Key_Down)
    assert popup.preview() != first
    press(composer, Qt.Key.Key_Escape)
    assert not popup.isVisible()
    assert composer.text() == "/"


def test_missing_values_are_asked_for(composer: Composer, qtbot: QtBot) -> None:
    keys(composer, "/aside")
    press(composer, Qt.Key.Key_Tab)
    (dialog,) = composer.findChildren(FillDialog)
    assert list(dialog.fields()) == ["until"]
    assert not dialog._insert.isEnabled()
    assert "{until}" in dialog._preview.text()
    dialog.fields()["until"].setText("seven")
    assert "Hello Mira, we have put it aside for you until seven." in dialog._preview.text()
    dialog.accept()
    assert composer.text() == "Hello Mira, we have put it aside for you until seven."


def test_values_are_not_read_as_templates(composer: Composer) -> None:
    """Algorithms §3, 97–101: what a field is filled with is literal."""
    composer.set_templates(invented.TEMPLATES, {"first_name": "{until}{0.__class__}"})
    keys(composer, "/thanks")
    press(composer, Qt.Key.Key_Return)
    assert composer.text() == "Thank you, {until}{0.__class__}!"


def test_a_broken_template_says_so(composer: Composer) -> None:
    broken = TemplateRow(UUID(int=1), "Broken", "broken", None, "Hello {")
    composer.set_templates((broken,), {})
    keys(composer, "/broken")
    press(composer, Qt.Key.Key_Return)
    assert composer._notice.words()
    assert composer.text() == "/broken"


def test_only_templates_of_the_channel(composer: Composer) -> None:
    rows = (TemplateRow(UUID(int=1), "W", "w", Channel.WHATSAPP, "only there"),)
    composer.set_templates(rows, {})
    keys(composer, "/")
    assert not completion_of(composer).isVisible()


# --- notes (R37) --------------------------------------------------------------------------------------------


def test_mentions_are_completed_and_reported(composer: Composer, qtbot: QtBot) -> None:
    composer.focus_text(DraftMode.NOTE)
    keys(composer, "@sa")
    assert completion_of(composer).titles() == ["Sana Bashir"]
    press(composer, Qt.Key.Key_Return)
    keys(composer, "please")
    with qtbot.waitSignal(composer.note_requested) as asked:
        press(composer, Qt.Key.Key_Return, CONTROL)
    assert asked.args == ["@Sana Bashir please", (invented.SANA,)]


def test_a_note_is_never_a_send(composer: Composer, qtbot: QtBot) -> None:
    composer.focus_text(DraftMode.NOTE)
    keys(composer, "secret")
    with qtbot.assertNotEmitted(composer.send_requested):
        composer.send()


# --- limits ----------------------------------------------------------------------------------------------------


def paste(composer: Composer, text: str, html: str = "") -> None:
    data = QMimeData()
    data.setText(text)
    if html:
        data.setHtml(html)
    composer._editor.insertFromMimeData(data)


def test_pastes_plain_text(composer: Composer) -> None:
    paste(composer, "a\r\nb\x00\x07c", "<b>rich</b>")
    assert composer.text() == "a\nbc"


@pytest.mark.parametrize("text", ["x" * 501, "y " * 100_000])
def test_a_huge_paste_is_refused_in_words(composer: Composer, text: str) -> None:
    paste(composer, text)
    assert composer.text() == ""
    assert "Nothing was pasted" in composer._notice.words()


def test_the_word_about_a_paste_goes_with_the_next_change(composer: Composer) -> None:
    paste(composer, "y " * 100_000)
    assert composer._notice.isVisibleTo(composer)
    keys(composer, "so")
    assert not composer._notice.isVisibleTo(composer)


@pytest.mark.parametrize("channel", [Channel.SMS, Channel.WHATSAPP])
def test_r34_what_no_provider_takes_is_not_sent_and_says_by_how_much(
    composer: Composer, channel: Channel
) -> None:
    composer.start(UUID(int=7), channel, {})
    composer.set_senders(invented.CHOICES)
    asked: list[str] = []
    composer.send_requested.connect(lambda text, _sender: asked.append(text))
    composer.insert_text("word " * 320)
    assert composer._send.isEnabled()
    composer.insert_text("and")
    assert composer._counter.words() == "3 characters too many"
    assert composer._counter.isVisibleTo(composer)
    assert not composer._send.isEnabled()
    assert not composer._later.isEnabled()
    press(composer, Qt.Key.Key_Return, CONTROL)
    assert asked == []
    composer.choose_mode(DraftMode.NOTE)
    composer.insert_text("word " * 400)
    assert composer._send.isEnabled()  # it goes nowhere


def test_grows_to_eight_lines(composer: Composer) -> None:
    one = composer._editor.height()
    composer.insert_text("\n" * 7)
    eight = composer._editor.height()
    assert eight > 6 * (one - 6)
    composer.insert_text("\n" * 20)
    assert composer._editor.height() == eight


# --- emoji and names -----------------------------------------------------------------------------------------------


def test_emoji_are_found_by_words(composer: Composer) -> None:
    assert len(all_emoji()) >= 200
    assert "👍" in [each.text for each in found("thumbs up")]
    assert found("thanks")[0].text == "🙏"
    composer._emoji_picker().picked.emit("🙏")
    assert composer.text() == "🙏"


def test_every_control_has_a_name(composer: Composer) -> None:
    for widget in (
        composer._editor,
        composer._send,
        composer._replies,
        composer._emoji,
        composer._sender._number,
    ):
        assert widget.accessibleName()
    assert composer._editor.accessibleName() == "Reply"
    composer.choose_mode(DraftMode.NOTE)
    assert composer._editor.accessibleName() == "Note for your team"


@pytest.mark.parametrize(("width", "below"), [(360, True), (440, True), (1_000, False)])
def test_what_blocks_keeps_the_width_for_its_words(qtbot: QtBot, width: int, below: bool) -> None:
    bar = BlockBar()
    qtbot.addWidget(bar)
    bar.resize(width, 40)
    bar.show_words(
        "It is 01:51 where the contact is; US quiet hours (TCPA): 08:00 to 21:00 only.",
        "Send it at 08:00 there, or after the contact has written.",
        [("later", "Send at 08:00 their time")],
    )
    with qtbot.waitExposed(bar):
        bar.show()
    (button,) = bar.buttons()
    top = button.mapTo(bar, button.rect().topLeft()).y()
    assert (top >= bar._words.geometry().bottom()) is below
    assert bar._words.width() > width / 2
