"""The window on a workspace that many desks share: its line, what came back, who else is here."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, timedelta
from pathlib import Path
from uuid import UUID, uuid4

import pytest
from PySide6.QtCore import QPoint, Qt
from PySide6.QtGui import QGuiApplication
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QCheckBox, QLabel, QPlainTextEdit, QPushButton
from pytestqt.qtbot import QtBot

from sms_desk.domain.changes import Changes
from sms_desk.domain.errors import DeskError, StorageError
from sms_desk.domain.model import DraftMode
from sms_desk.services import directory
from sms_desk.services.inbox_rows import LineCondition, LineState
from sms_desk.services.team_rows import (
    ConnectorHere,
    Doing,
    HerePart,
    Returned,
    ReturnedState,
    Seen,
    TeamLine,
)
from sms_desk.ui.inbox.model import InboxRole
from sms_desk.ui.outbox import OutboxScreen
from sms_desk.ui.settings_screen import SettingsScreen
from sms_desk.ui.settings_screen.connector import ConnectorPart
from sms_desk.ui.team import words
from sms_desk.ui.team.returned import actions_of
from sms_desk.ui.team.words import line_words
from sms_desk.ui.thread import words as thread_words
from sms_desk.ui.thread.arrange import Row, RowKind
from sms_desk.ui.widgets.forms import Choice
from sms_desk.ui.window import presence_controller
from sms_desk.ui.window.presence_controller import PresenceController
from sms_desk.ui.window.team_controller import TeamController
from sms_desk.ui.window.team_line import TeamLineController
from tests.gui.session import Shop, open_shop
from tests.store.office import NOON, Office

ONLINE = TeamLine(online=True, since=NOON)


@pytest.fixture
def mira(office: Office) -> UUID:
    conversation = office.conversation(office.own, "+12025550144", office.ben)
    office.message(conversation, "Is the blue one still in stock?")
    return conversation


@pytest.fixture
def other(office: Office) -> UUID:
    conversation = office.conversation(office.own, "+12025550145", office.ben)
    office.message(conversation, "Who is this?")
    return conversation


@pytest.fixture
def shop(
    qtbot: QtBot,
    office: Office,
    mira: UUID,
    other: UUID,
    tmp_path: Path,
) -> Iterator[Shop]:
    with open_shop(qtbot, tmp_path, office, demo=False, team=ONLINE) as made:
        made.until(lambda: {mira, other} <= set(made.shown))
        yield made


def team_of(shop: Shop) -> TeamController:
    assert shop.wiring.team is not None
    return shop.wiring.team


def line_of(shop: Shop) -> TeamLineController:
    assert isinstance(shop.wiring.line, TeamLineController)
    return shop.wiring.line


def editor_of(shop: Shop) -> QPlainTextEdit:
    found = shop.wiring.page.column.composer.findChild(QPlainTextEdit)
    assert found is not None
    return found


def back(
    conversation_id: UUID | None, text: str = "I keep one for you", **changes: object
) -> Returned:
    row = Returned(
        uuid4(),
        NOON,
        "Reply",
        text,
        "Ann answered at 9:41.",
        "Look at what she wrote, then send yours if it is still needed.",
        conversation_id,
    )
    return replace(row, **changes)  # type: ignore[arg-type]


def comes_back(shop: Shop, *rows: Returned) -> None:
    """The workspace has not done it."""
    assert shop.session.team is not None
    shop.session.came_back = rows
    shop.session.team = replace(shop.session.team, returned=len(rows))
    line_of(shop).look()
    shop.until(lambda: team_of(shop).returned.rows() == rows)


# --- the line (R63) --------------------------------------------------------------------------------


def said(line: TeamLine) -> tuple[str, str]:
    found = line_words(line, "Mill Street", NOON, UTC)
    return found.words, " ".join((found.title, *found.lines))


@pytest.mark.parametrize(
    ("line", "brief", "story"),
    [
        (TeamLine(online=False), "Connecting…", "can be read and written to already"),
        (ONLINE, "Online", "Everything that you did is with the workspace"),
        (replace(ONLINE, pending=3), "Online · 3 waiting", "3 changes of yours"),
        (
            TeamLine(online=False, since=NOON - timedelta(minutes=139)),
            "Offline since 9:41",
            "what you do is kept on this desk and sent when the line is back",
        ),
        (
            TeamLine(online=False, since=NOON - timedelta(minutes=139), pending=12),
            "Offline · 12 waiting",
            "cannot be reached since 09:41",
        ),
        (
            replace(ONLINE, connector=False, pending=1),
            "No connector · 1 waiting",
            "1 change of yours",
        ),
        (
            replace(ONLINE, connector=False, connector_since=NOON - timedelta(hours=1)),
            "No connector runs",
            "No connector runs since 11:00",
        ),
        (
            replace(ONLINE, kept=1_200, to_fetch=38_800),
            "Fetching 1,200 of 40,000",
            "1,200 of 40,000 conversations are here",
        ),
        (
            TeamLine(
                online=False,
                title="Your login is suspended.",
                next_step="Ask an admin.",
                refused=True,
            ),
            "Not let in",
            "Your login is suspended. Ask an admin.",
        ),
    ],
)
def test_r63_the_line_says_how_the_desk_stands(line: TeamLine, brief: str, story: str) -> None:
    found, whole = said(line)
    assert found.replace("09:41", "9:41") == brief
    assert story in whole


def test_r63_what_the_desk_shows_follows_the_line(shop: Shop) -> None:
    status = shop.window.side.line
    assert status.words() == "Online"
    shop.session.team = TeamLine(online=False, since=NOON, pending=2)
    shop.until(lambda: status.words() == "Offline · 2 waiting")
    assert shop.window.banner.isHidden(), "calm: nothing across the top while one can go on"


def test_r63_a_press_on_the_line_tells_more_and_what_to_do(shop: Shop) -> None:
    shop.session.team = TeamLine(online=False, since=NOON, title="<b>No route</b>")
    line_of(shop).look()
    QTest.mouseClick(shop.window.side.line, Qt.MouseButton.LeftButton, pos=QPoint(30, 8))
    card = line_of(shop).card
    assert card is not None
    assert any("<b>No route</b>" in each for each in card.words())
    QTest.mouseClick(card.buttons[0], Qt.MouseButton.LeftButton)
    shop.until(lambda: "sync" in shop.session.asked)


def test_r63_only_who_is_not_let_in_is_told_across_the_top(shop: Shop) -> None:
    shop.session.team = TeamLine(
        online=False, title="Your login is suspended.", next_step="Ask an admin.", refused=True
    )
    line_of(shop).look()
    assert shop.window.banner.words() == "Your login is suspended. Ask an admin."
    shop.window.banner.put_away.emit()
    line_of(shop).look()
    assert shop.window.banner.isHidden()


def test_a_desk_of_a_team_names_the_workspace_and_asks_for_no_account(shop: Shop) -> None:
    assert shop.window.side.rail.workspace() == "Test shop"
    assert shop.window.screen_shown() is shop.wiring.page, "no wizard: the connector has accounts"


def test_a_workspace_of_ones_own_has_none_of_it(
    qtbot: QtBot, office: Office, mira: UUID, tmp_path: Path
) -> None:
    with open_shop(qtbot, tmp_path, office) as alone:
        assert alone.wiring.team is None
        assert alone.window.side.rail.workspace() == ""
        screen = alone.wiring.desk.screen("outbox")
        assert isinstance(screen, OutboxScreen)
        assert screen.returned is None
        assert alone.session.looks == []


# --- what came back --------------------------------------------------------------------------------


def test_a_refused_reply_stands_in_its_open_thread_at_once(shop: Shop, mira: UUID) -> None:
    shop.open(mira)
    strip = team_of(shop).strip
    assert strip.isHidden()
    comes_back(shop, back(mira))
    shop.until(strip.isVisible)
    assert "Ann answered at 9:41." in strip.words()
    assert "I keep one for you" in strip.words()
    assert set(strip.buttons) == {"repeat", "edit", "copy", "drop"}
    assert shop.window.returned.isHidden(), "it stands before one's eyes"


def test_what_came_back_of_another_conversation_is_in_the_banner(
    shop: Shop, mira: UUID, other: UUID
) -> None:
    shop.open(mira)
    comes_back(shop, back(other))
    shop.until(shop.window.returned.isVisible)
    assert team_of(shop).strip.isHidden()
    shop.window.returned.action_requested.emit()
    screen = shop.window.screen_shown()
    assert isinstance(screen, OutboxScreen)
    assert screen.tabs.current() == "returned"
    assert screen.returned is not None
    assert [row.text for row in screen.returned.table.rows()] == ["I keep one for you"]


def test_sending_anyway_gives_the_same_once_more(shop: Shop, mira: UUID) -> None:
    shop.open(mira)
    row = back(mira)
    comes_back(shop, row)
    shop.until(team_of(shop).strip.isVisible)
    QTest.mouseClick(team_of(shop).strip.buttons["repeat"], Qt.MouseButton.LeftButton)
    shop.until(lambda: shop.session.repeated == [row.id])
    shop.until(lambda: team_of(shop).strip.isHidden())


def test_what_cannot_be_sent_even_so_comes_back_again(
    shop: Shop, mira: UUID, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(_id: UUID) -> None:
        raise DeskError("Asked not to be written to.", "Only their START lifts it.")

    told: list[DeskError] = []
    shop.wiring.doors.failed.disconnect()
    shop.wiring.doors.failed.connect(told.append)
    monkeypatch.setattr(shop.session, "repeat_returned", refuse)
    shop.open(mira)
    comes_back(shop, back(mira))
    shop.until(team_of(shop).strip.isVisible)
    QTest.mouseClick(team_of(shop).strip.buttons["repeat"], Qt.MouseButton.LeftButton)
    shop.until(lambda: told)
    assert team_of(shop).strip.isVisible()
    assert "I keep one for you" in team_of(shop).strip.words()


def test_editing_puts_the_words_after_what_is_half_typed_and_keeps_them(
    shop: Shop, mira: UUID, other: UUID
) -> None:
    shop.open(mira)
    QTest.keyClicks(editor_of(shop), "One moment")
    row = back(mira, "शुक्रिया 👍🏽 शाम को")
    comes_back(shop, row)
    shop.until(team_of(shop).strip.isVisible)
    QTest.mouseClick(team_of(shop).strip.buttons["edit"], Qt.MouseButton.LeftButton)
    shop.until(lambda: shop.session.came_back == ())
    assert editor_of(shop).toPlainText() == "One moment\nशुक्रिया 👍🏽 शाम को"
    shop.open(other)
    shop.open(mira)
    assert editor_of(shop).toPlainText() == "One moment\nशुक्रिया 👍🏽 शाम को"


def test_editing_from_the_outbox_opens_the_conversation(
    shop: Shop, mira: UUID, other: UUID
) -> None:
    shop.open(mira)
    comes_back(shop, back(other, "for the other"))
    team_of(shop).show_returned()
    team_of(shop).returned.edit(team_of(shop).returned.rows()[0])
    shop.until(lambda: shop.wiring.thread_controller.conversation_id() == other)
    shop.until(lambda: editor_of(shop).toPlainText() == "for the other")
    assert shop.window.screen_shown() is shop.wiring.page


def test_a_note_that_came_back_never_becomes_a_reply(shop: Shop, mira: UUID) -> None:
    shop.open(mira)
    comes_back(shop, back(mira, "She is a regular", label="Note", is_note=True))
    team_of(shop).returned.edit(team_of(shop).returned.rows()[0])
    composer = shop.wiring.page.column.composer
    shop.until(lambda: composer.text() == "She is a regular")
    assert composer.mode() is DraftMode.NOTE


def test_dropping_can_be_taken_back(shop: Shop, mira: UUID) -> None:
    shop.open(mira)
    comes_back(shop, back(mira))
    strip = team_of(shop).strip
    shop.until(strip.isVisible)
    QTest.mouseClick(strip.buttons["drop"], Qt.MouseButton.LeftButton)
    assert strip.isHidden()
    assert shop.window.toast.words().startswith("Dropped")
    shop.window.toast._undo.click()
    assert strip.isVisible()
    assert len(shop.session.came_back) == 1


def test_what_is_dropped_is_gone_after_a_while(
    shop: Shop, mira: UUID, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("sms_desk.ui.team.returned.FOR_GOOD_MS", 20)
    shop.open(mira)
    comes_back(shop, back(mira))
    team_of(shop).returned.drop(team_of(shop).returned.rows()[0])
    shop.until(lambda: shop.session.came_back == ())


def test_copying_takes_the_words_whole(shop: Shop, mira: UUID) -> None:
    words = "<b>exactly</b> this\nand this " + "long " * 200
    comes_back(shop, back(mira, words))
    team_of(shop).returned.copy(team_of(shop).returned.rows()[0])
    assert QGuiApplication.clipboard().text() == words


def test_returned_by_keyboard_enter_goes_to_the_deeds_and_delete_drops(
    shop: Shop, mira: UUID
) -> None:
    row = back(mira)
    comes_back(shop, row)
    team_of(shop).show_returned()
    screen = shop.window.screen_shown()
    assert isinstance(screen, OutboxScreen)
    assert screen.returned is not None
    table = screen.returned.table
    table.setFocus()
    table.choose(row.id)
    QTest.keyClick(table, Qt.Key.Key_Return)
    assert "Send anyway" in str(getattr(shop.window.focusWidget(), "text", str)())
    table.setFocus()
    QTest.keyClick(table, Qt.Key.Key_Delete)
    assert table.rows() == []


def test_what_can_be_done_depends_on_what_it_was() -> None:
    reply, close = back(uuid4()), back(uuid4(), "", label="Close", again=False)
    held = back(uuid4(), state=ReturnedState.HELD)
    assert [deed for deed, _ in actions_of(reply)] == ["repeat", "edit", "copy", "drop"]
    assert [deed for deed, _ in actions_of(close)] == ["drop"]
    assert words.returned_title(held) == "Reply: held"


def test_a_reply_not_yet_with_the_workspace_says_so_quietly(shop: Shop, mira: UUID) -> None:
    shop.open(mira)
    QTest.keyClicks(editor_of(shop), "On its way")
    shop.wiring.page.column.composer.send()
    shop.until(lambda: shop.session.desk.read(directory.outbox_rows, everything=True))
    (row,) = shop.session.desk.read(directory.outbox_rows, everything=True)
    shop.session.unanswered = frozenset({row.id})
    screen = shop.wiring.desk.screen("outbox")
    assert isinstance(screen, OutboxScreen)
    shop.until(lambda: screen._table.rows())
    assert screen._state_cell(row).text == "Waiting for the workspace"
    assert screen._state_cell(row).ink == "secondary"


# --- news of a conversation that is just being opened ----------------------------------------------


def test_r6_what_changes_while_a_conversation_opens_hides_nothing_of_it(
    shop: Shop, mira: UUID, other: UUID
) -> None:
    """`other` begins later than `mira`: its first message is no place to read that one from."""
    shop.open(other)
    thread = shop.wiring.thread_controller
    with shop.bot.waitSignal(thread.refreshed):
        shop.wiring.open_conversation(mira)
        shop.wiring.ties.bus.changed.emit(Changes.of(conversation=mira))  # before it is here
    bodies = [item.body for item in shop.wiring.page.column.thread_view.loaded().items]
    assert bodies == ["Is the blue one still in stock?"]


# --- presence (R38) --------------------------------------------------------------------------------


def seen(
    shop: Shop, conversation: UUID | None, doing: Doing, name: str = "Ann", **more: object
) -> Seen:
    made = Seen(UUID(int=77), name, conversation, doing, 1.0)
    return replace(made, **more)  # type: ignore[arg-type]


def shows(shop: Shop, *colleagues: Seen) -> None:
    shop.session.colleagues = colleagues
    team_of(shop).presence.tick()


def test_r38_the_head_says_who_reads_and_who_types(shop: Shop, mira: UUID, other: UUID) -> None:
    shop.open(mira)
    head = shop.wiring.page.column.head
    shows(shop, seen(shop, mira, Doing.READING))
    assert head._seen.words() == "\u2068Ann\u2069 is reading"
    shows(shop, seen(shop, mira, Doing.TYPING))
    assert head._seen.words() == "\u2068Ann\u2069 is typing…"
    shop.open(other)
    assert head._seen.words() == ""


def test_r38_a_colleague_who_went_silent_is_not_shown(shop: Shop, mira: UUID) -> None:
    shop.open(mira)
    shows(shop, seen(shop, mira, Doing.TYPING, seconds=61.0))
    assert shop.wiring.page.column.head._seen.words() == ""


def test_r38_oneself_at_another_desk_is_nobody_else(shop: Shop, mira: UUID) -> None:
    shop.open(mira)
    shows(shop, seen(shop, mira, Doing.TYPING, person_id=shop.office.ben))
    assert shop.wiring.page.column.composer.claim() == ""


def test_r38_the_list_marks_where_a_colleague_is(shop: Shop, mira: UUID, other: UUID) -> None:
    shows(shop, seen(shop, other, Doing.TYPING))
    model = shop.wiring.page.list_widget().model()
    by_id = {
        model.index(n, 0).data(InboxRole.ID): model.index(n, 0).data(InboxRole.WORDS)
        for n in range(model.rowCount())
    }
    assert by_id[mira].here is None
    assert by_id[other].here.typing
    assert "is typing" in by_id[other].spoken
    shows(shop)
    assert model.index(0, 0).data(InboxRole.WORDS).here is None


def test_r38_an_answer_over_a_colleagues_is_asked_about_once(
    shop: Shop, mira: UUID, monkeypatch: pytest.MonkeyPatch
) -> None:
    answers, asked = [False, True], []

    def answer(*words: object, **_more: object) -> bool:
        asked.append(words)
        return answers.pop(0)

    monkeypatch.setattr(presence_controller, "ask", answer)
    shop.open(mira)
    composer = shop.wiring.page.column.composer
    shows(shop, seen(shop, mira, Doing.READING, claims=True))
    assert "is writing an answer here" in composer.claim()
    QTest.keyClicks(editor_of(shop), "Mine")
    composer.send()
    assert len(asked) == 1
    assert composer.text() == "Mine", "not sent: the text is still there"
    composer.send()
    shop.until(lambda: composer.text() == "")
    QTest.keyClicks(editor_of(shop), "And this")
    composer.send()
    shop.until(lambda: composer.text() == "")
    assert len(asked) == 2, "a yes holds for those who wrote then"


def test_r38_the_desk_tells_what_is_done_at_it(shop: Shop, mira: UUID) -> None:
    looks = shop.session.looks
    assert looks[0] == (None, Doing.HERE)
    shop.open(mira)
    team_of(shop).presence.tick()
    assert looks[-1] == (mira, Doing.READING)
    QTest.keyClicks(editor_of(shop), "Hel")
    team_of(shop).presence.tick()
    assert looks[-1] == (mira, Doing.TYPING)
    told = len(looks)
    for _ in range(5):
        team_of(shop).presence.tick()
    assert len(looks) == told, "told when it changes, and not at each key"


def test_r38_whose_answer_is_sent_is_writing_none(shop: Shop, mira: UUID) -> None:
    shop.open(mira)
    composer, looks = shop.wiring.page.column.composer, shop.session.looks
    QTest.keyClicks(editor_of(shop), "Here it is")
    team_of(shop).presence.tick()
    assert looks[-1] == (mira, Doing.TYPING)
    composer.send()
    shop.until(lambda: composer.text() == "")
    for _ in range(2):
        team_of(shop).presence.tick()
    assert looks[-2:] == [(None, Doing.HERE), (mira, Doing.READING)]


def test_r38_a_note_is_no_claim_on_the_answer(shop: Shop, mira: UUID) -> None:
    shop.open(mira)
    shop.wiring.page.column.composer.choose_mode(DraftMode.NOTE)
    QTest.keyClicks(editor_of(shop), "Only for us")
    team_of(shop).presence.tick()
    assert shop.session.looks[-1] == (mira, Doing.READING)


def test_r38_nobody_sits_at_a_window_that_is_away_for_a_minute(
    shop: Shop, mira: UUID, monkeypatch: pytest.MonkeyPatch
) -> None:
    shop.open(mira)
    at, active = [1_000.0], [True]
    monkeypatch.setattr(presence_controller, "monotonic", lambda: at[0])
    presence = PresenceController(
        shop.wiring.page,
        shop.wiring.thread_controller,
        shop.wiring.ties,
        shop.wiring.looked_at,
        active=lambda: active[0],
    )
    assert shop.session.looks[-1] == (mira, Doing.READING)
    active[0], at[0] = False, 1_059.0
    presence.tick()
    assert shop.session.looks[-1][1] is Doing.READING
    at[0] = 1_060.0
    presence.tick()
    away: tuple[UUID | None, Doing | None] = (None, None)
    assert shop.session.looks[-1] == away


def test_r38_many_colleagues_are_counted() -> None:
    some = [
        Seen(uuid4(), name, UUID(int=1), Doing.READING, 0) for name in ("Ann", "Ben", "Cy", "Di")
    ]
    assert words.seen_words(some[:2]) == "\u2068Ann\u2069 and \u2068Ben\u2069 are reading"
    assert words.seen_words(some) == "\u2068Ann\u2069, \u2068Ben\u2069 and 2 more are reading"


def test_r38_people_say_who_is_at_a_desk(shop: Shop) -> None:
    shows(shop, seen(shop, None, Doing.HERE, person_id=shop.office.ann))
    assert team_of(shop).presence.at_desk() == {shop.office.ann, shop.office.ben}


# --- what is not with the workspace yet, and what only the server keeps ------------------------------


def rows_of(shop: Shop) -> tuple[Row, ...]:
    return tuple(shop.wiring.page.column.thread_view._list.rows().rows())


def test_a_reply_waits_for_the_workspace_with_a_quiet_sign_in_its_thread(
    shop: Shop, mira: UUID, monkeypatch: pytest.MonkeyPatch
) -> None:
    shop.open(mira)
    monkeypatch.setattr(
        shop.session,
        "waiting",
        lambda: frozenset(
            row.id for row in shop.session.desk.read(directory.outbox_rows, everything=True)
        ),
    )
    QTest.keyClicks(editor_of(shop), "On its way")
    shop.wiring.page.column.composer.send()
    shop.until(lambda: any(row.item and row.item.unanswered for row in rows_of(shop)))
    (item,) = [row.item for row in rows_of(shop) if row.item and row.item.unanswered]
    sign = thread_words.sign(item)
    assert sign is not None
    assert (sign.word, sign.color) == ("Waiting for the workspace", "secondary")
    monkeypatch.undo()
    shop.session.tell(Changes.of(conversation=mira))
    shop.until(lambda: not any(row.item and row.item.unanswered for row in rows_of(shop)))


def test_a_thread_that_begins_at_a_horizon_says_so_and_fetches(shop: Shop, mira: UUID) -> None:
    position = shop.office.message(mira, "years ago", at=NOON - timedelta(days=900))
    shop.session.horizons[mira] = NOON - timedelta(days=90)
    asked: list[UUID] = []

    def fetch(conversation_id: UUID) -> Changes:
        asked.append(conversation_id)
        return Changes.of(message=conversation_id)

    shop.session.fetches = fetch
    shop.open(mira)
    view = shop.wiring.page.column.thread_view
    shop.until(lambda: rows_of(shop) and rows_of(shop)[0].kind is RowKind.OLDER)
    first = view._list.rows().index(0)
    assert first.data(Qt.ItemDataRole.AccessibleTextRole) == (
        "Older messages are kept on the server · Fetch"
    )
    (action,) = view._list.menu_of(first).actions()
    assert action.text() == "Fetch older messages"
    action.trigger()
    shop.until(lambda: asked == [mira])
    shop.until(lambda: rows_of(shop)[0].kind is not RowKind.OLDER)
    assert view.loaded().item_at(position) is not None


def test_older_messages_that_came_are_paged_in_above(shop: Shop, mira: UUID) -> None:
    shop.session.horizons[mira] = NOON - timedelta(days=90)
    shop.open(mira)
    view = shop.wiring.page.column.thread_view
    shop.until(lambda: rows_of(shop) and rows_of(shop)[0].kind is RowKind.OLDER)

    def fetch(conversation_id: UUID) -> Changes:
        shop.office.message(conversation_id, "years ago", at=NOON - timedelta(days=900))
        return Changes.of(message=conversation_id)

    shop.session.fetches = fetch
    view.older_requested.emit()
    older = rows_of(shop)[0].older
    assert older is not None
    assert older.fetching
    shop.until(lambda: view.loaded().items[0].body == "years ago")


def test_older_messages_that_do_not_come_say_why_and_can_be_tried_again(
    shop: Shop, mira: UUID
) -> None:
    def fail(_id: UUID) -> Changes:
        raise StorageError("<b>The server does not answer.</b>", "Try again later.")

    shop.session.fetches = fail
    shop.session.horizons[mira] = NOON - timedelta(days=90)
    shop.open(mira)
    view = shop.wiring.page.column.thread_view
    shop.until(lambda: rows_of(shop) and rows_of(shop)[0].kind is RowKind.OLDER)
    view.older_requested.emit()
    shop.until(lambda: "does not answer" in view._list.rows()._spoken(rows_of(shop)[0]))
    assert view._list.rows()._spoken(rows_of(shop)[0]).endswith("Try again")


# --- settings --------------------------------------------------------------------------------------


def settings_of(shop: Shop, section: str) -> list[str]:
    screen = shop.wiring.desk.screen("settings")
    assert isinstance(screen, SettingsScreen)
    shop.until(lambda: screen.page() is not None)
    screen.show_section(section)
    page = screen.page()
    assert page is not None
    labels, buttons = page.findChildren(QLabel), page.findChildren(QPushButton)
    return [each.text() for each in labels] + [each.text() for each in buttons]


def test_the_accounts_of_a_team_are_the_connectors(shop: Shop) -> None:
    said = settings_of(shop, "Accounts")
    assert any("the connector talks to the providers" in each for each in said)
    assert any("An admin connects accounts" in each for each in said)
    assert "Run the connector on this machine" not in said
    assert not {"Test", "New secret…", "Disconnect", "Connect an account…"} & set(said)


def test_an_admin_connects_accounts_and_may_be_the_connector(
    qtbot: QtBot, office: Office, mira: UUID, tmp_path: Path
) -> None:
    with open_shop(qtbot, tmp_path, office, office.ann, demo=False, team=ONLINE) as shop:
        said = settings_of(shop, "Accounts")
        assert {"Test", "New secret…", "Disconnect", "Connect an account…"} <= set(said)
        assert any("sms-desk connector-secret AC" in each for each in said)
        screen = shop.wiring.desk.screen("settings")
        (part,) = screen.findChildren(ConnectorPart)
        (switch,) = part.findChildren(QCheckBox)
        switch.click()
        assert shop.state.setting("run_connector") is True
        shop.session.team = replace(ONLINE, here=ConnectorHere(HerePart.TROUBLE, "No password."))
        shop.until(lambda: "No password." in settings_of(shop, "Accounts"))
        shop.session.team = replace(ONLINE, here=ConnectorHere(HerePart.WORKS))
        shop.until(lambda: any("is the connector" in one for one in settings_of(shop, "Accounts")))
        said = settings_of(shop, "Accounts")
        assert not any("sms-desk connector-secret" in each for each in said)


@pytest.mark.parametrize("who", ["ann", "ben"])
def test_r63_an_admin_sees_how_far_the_history_has_come_and_stops_it(
    qtbot: QtBot, office: Office, mira: UUID, tmp_path: Path, who: str
) -> None:
    """As on a desk of one's own; whom the workspace would refuse is not offered it."""
    person = getattr(office, who)
    with open_shop(qtbot, tmp_path, office, person, demo=False, team=ONLINE) as shop:
        fetching = LineState(
            UUID(int=7), "Twilio", LineCondition.ONLINE, NOON, None, None, "", "", 1_200, None, True
        )
        shop.session.line_states = (fetching,)
        bar = shop.window.work
        line_of(shop).look()
        if who == "ben":
            qtbot.wait(100)
            assert not bar.isVisible()
            return
        shop.until(bar.isVisible)
        bar.stop_requested.emit()
        shop.until(lambda: "stop" in shop.session.asked)
        stopped = replace(fetching, backfill_running=False, backfill_stopped=True)
        shop.session.line_states = (stopped,)
        shop.until(lambda: bar._stop.text() == "Resume")


def test_the_line_says_that_this_desk_is_the_connector() -> None:
    for part, said in ((HerePart.WORKS, "is the connector"), (HerePart.SPARE, "is a spare")):
        line = replace(ONLINE, here=ConnectorHere(part))
        assert said in line_words(line, "Shop", NOON, UTC).lines[-1]


def test_a_rep_keeps_everything_offline(shop: Shop) -> None:
    assert "Keep offline" not in settings_of(shop, "Workspace")


def test_an_admin_chooses_how_far_back_is_kept_offline(
    qtbot: QtBot, office: Office, mira: UUID, tmp_path: Path
) -> None:
    with open_shop(qtbot, tmp_path, office, office.ann, demo=False, team=ONLINE) as shop:
        assert "Keep offline" in settings_of(shop, "Workspace")
        screen = shop.wiring.desk.screen("settings")
        (field,) = [
            each for each in screen.findChildren(Choice) if each.accessibleName() == "Keep offline"
        ]
        field.choose("90 days")
        assert shop.state.setting("keep_offline") == "90 days"


def test_a_workspace_of_ones_own_has_no_horizon(
    qtbot: QtBot, office: Office, mira: UUID, tmp_path: Path
) -> None:
    with open_shop(qtbot, tmp_path, office, office.ann) as shop:
        assert "Keep offline" not in settings_of(shop, "Workspace")
        assert "Connect an account…" in settings_of(shop, "Accounts")
