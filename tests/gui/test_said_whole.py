"""What must not be cut or lost: found words, moments, contacts in toasts, buttons, failed messages."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from uuid import UUID
from zoneinfo import ZoneInfo

import pytest
from PySide6.QtGui import QFontMetrics
from PySide6.QtWidgets import QPushButton
from pytestqt.qtbot import QtBot

from sms_desk.domain.errors import UsageError
from sms_desk.domain.inbox_filters import InboxFilter
from sms_desk.services.rows import CoverState, ViewRow
from sms_desk.ui import theme
from sms_desk.ui.inbox import FilterChoices, Targets
from sms_desk.ui.inbox.options import sender_options, state_options
from sms_desk.ui.new_conversation import NewConversationDialog
from sms_desk.ui.rail.places import NO_COUNTS, Place, _view, inbox_places
from sms_desk.ui.reader import Reader
from sms_desk.ui.search.delegate import fitted
from sms_desk.ui.thread.cover_line import cover_words
from sms_desk.ui.widgets.times import end_words, moment_words
from sms_desk.ui.window.block_words import block_of
from tests.gui import invented_thread as thread
from tests.gui.session import Shop, open_shop
from tests.store.office import Office

NOW = datetime(2026, 11, 21, 12, tzinfo=UTC)


@pytest.fixture
def conversation(office: Office) -> UUID:
    found = office.conversation(office.own, "+12025550171", office.ben)
    office.message(found, "Hello")
    return found


@pytest.fixture
def shop(qtbot: QtBot, office: Office, conversation: UUID, tmp_path: Path) -> Iterator[Shop]:
    with open_shop(qtbot, tmp_path, office) as made:
        yield made


# --- search --------------------------------------------------------------------------------------


def test_r44_a_long_hit_shows_the_found_word_and_says_that_it_is_cut() -> None:
    text = "Our autumn offer starts today, 15 % on every coat until Sunday. See them at the shop."
    at = text.index("coat")
    metrics = QFontMetrics(theme.font("snippet"))
    shown, marks = fitted(text, ((at, at + 4),), metrics, 220)
    assert shown.startswith("…")
    assert shown.endswith("…")
    assert [shown[a:b] for a, b in marks] == ["coat"]
    assert metrics.horizontalAdvance(shown) <= 220


def test_r44_a_short_hit_stays_as_it_is() -> None:
    metrics = QFontMetrics(theme.font("snippet"))
    assert fitted("a coat", ((2, 6),), metrics, 400) == ("a coat", ((2, 6),))


# --- moments -------------------------------------------------------------------------------------


def test_r52_a_moment_to_come_is_said_in_one_way() -> None:
    zone = ZoneInfo("Europe/London")
    said = [
        moment_words(datetime(2026, month, day, 9, tzinfo=UTC), NOW, zone)
        for month, day in ((11, 21), (11, 23), (12, 24))
    ]
    assert said == ["09:00", "Mon 23 Nov 09:00", "Thu 24 Dec 09:00"]


def test_r23_an_absence_is_said_to_last_as_its_plan_has_it() -> None:
    """One that ends at midnight ends with the day before, as everywhere."""
    zone = ZoneInfo("Europe/London")
    ends = (
        datetime(2026, 12, 5, tzinfo=UTC),
        datetime(2026, 12, 4, 18, tzinfo=UTC),
        datetime(2027, 1, 1, tzinfo=UTC),
    )
    assert [end_words(end, NOW, zone) for end in ends] == [
        "Fri 4 Dec",
        "Fri 4 Dec 18:00",
        "Thu 31 Dec",
    ]
    away = CoverState(UUID(int=2), "Jonas", ends[0], (), ())
    said = cover_words(away, Reader(UUID(int=1), zone), NOW)
    assert said.startswith("\u2068Jonas\u2069 is away until Fri 4 Dec.")


# --- toasts --------------------------------------------------------------------------------------


def test_one_conversation_is_called_by_its_contact(shop: Shop, conversation: UUID) -> None:
    shop.wiring.actions.act("close", Targets((conversation,)))
    toast = shop.window.toast
    shop.until(toast.isVisible)
    assert toast.words() == "Closed +1 202-555-0171"


def test_what_changes_nothing_says_nothing(shop: Shop, conversation: UUID) -> None:
    with shop.bot.waitSignal(shop.wiring.doors.done):
        shop.wiring.actions.act("reopen", Targets((conversation,)))
    assert not shop.window.toast.isVisible()


# --- a new conversation --------------------------------------------------------------------------


def test_r62_a_long_reason_leaves_the_buttons_in_sight(shop: Shop) -> None:
    dialog = NewConversationDialog(shop.wiring.doors, None, shop.window)
    shop.bot.addWidget(dialog)
    dialog.show()
    dialog._to.setText("0044")
    layout = dialog.layout()
    assert layout is not None
    shop.until(lambda: dialog.why_not() and dialog.height() >= layout.totalHeightForWidth(440))
    for button in dialog.findChildren(QPushButton):
        bottom = button.mapTo(dialog, button.rect().bottomLeft()).y()
        assert not button.isVisible() or bottom <= dialog.height()


def test_r62_the_room_of_a_reason_is_given_back_with_it(shop: Shop) -> None:
    dialog = NewConversationDialog(shop.wiring.doors, None, shop.window)
    shop.bot.addWidget(dialog)
    dialog.show()
    shop.until(lambda: dialog._sender.count() > 0)
    before = dialog.height()
    dialog._form.show_error(
        UsageError("Refused.", "With a long next step, and some more words." * 6)
    )
    dialog._show_state()
    shop.until(lambda: dialog.height() > before + 20)
    dialog._to.setText("Ma")  # as typed: the error goes
    shop.until(lambda: dialog.height() == before)


def test_r62_what_is_wrong_with_a_number_moves_nothing(shop: Shop) -> None:
    dialog = NewConversationDialog(shop.wiring.doors, None, shop.window)
    shop.bot.addWidget(dialog)
    dialog.show()
    shop.until(lambda: dialog._sender.count() > 0)
    shop.bot.wait(20)
    before = dialog.height(), dialog._name.y()
    dialog._to.setText("+1 202 55")
    assert dialog.why_not()
    shop.bot.wait(20)
    assert (dialog.height(), dialog._name.y()) == before


# --- the rail ------------------------------------------------------------------------------------


def keys(places: tuple[Place, ...]) -> list[str]:
    return [place.key for place in places]


def test_what_failed_is_found_whatever_the_state_of_its_conversation() -> None:
    (place,) = [each for each in inbox_places(NO_COUNTS, 1) if each.key == "trouble"]
    assert place.filter == InboxFilter(failed=True, state=None)
    assert place.waiting == 1
    assert "trouble" not in keys(inbox_places(NO_COUNTS, 0))


def test_a_view_of_mine_that_others_see_carries_the_shared_sign() -> None:
    def icon(*, mine: bool, shared: bool) -> str:
        return _view(ViewRow(UUID(int=1), "View", InboxFilter(), mine, shared, 0)).icon

    assert icon(mine=True, shared=False) == "bookmark"
    assert icon(mine=True, shared=True) == icon(mine=False, shared=True) == "share-2"


def test_a_whatsapp_sender_carries_its_channel_s_sign() -> None:
    one, other = UUID(int=1), UUID(int=2)
    choices = FilterChoices(senders=((one, "Shop"), (other, "Chat")), whatsapp=frozenset({other}))
    assert [option.icon for option in sender_options(choices)[1]] == ["hash", "message-circle"]


# --- filters ---


def test_no_state_carries_the_sign_of_what_is_chosen() -> None:
    """Closed looked chosen beside the tick of Open."""
    options = [each for section in state_options(FilterChoices()) for each in section]
    assert {"Open", "Closed"} <= {each.text for each in options}
    assert "check" not in {each.icon for each in options}


# --- what blocks ---------------------------------------------------------------------------------


def test_r39_an_opt_out_says_since_when_as_one_says_it() -> None:
    """Also of today, where no date stands before the time."""
    today = thread.at("10:05", thread.NOW.day)
    detail = replace(thread.DETAIL, opted_out_scope="sender", opted_out_since=today)
    block = block_of(detail, thread.NOW, thread.ZONE)
    assert block is not None
    said = "Opted out since 10:05; they may not be written to from this number."
    assert block.title == said
