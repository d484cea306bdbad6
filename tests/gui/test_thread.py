"""The thread: nothing moves while reading, only what was displayed is read, states in words."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import Any
from uuid import UUID

import pytest
from PySide6.QtCore import QPoint, QPointF, QRectF, Qt
from PySide6.QtGui import QGuiApplication, QImage
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QLineEdit, QVBoxLayout, QWidget
from pytestqt.qtbot import QtBot

from sms_desk.domain.model import DeliveryStatus, OutboxState, ProgramKind
from sms_desk.services.rows import ItemKind, ThreadItem
from sms_desk.ui.thread import Act, PageRequest, Reader, Target, ThreadView
from sms_desk.ui.thread.arrange import RowKind
from sms_desk.ui.thread.loaded import MOST, Loaded
from sms_desk.ui.thread.message_list import MessageList
from sms_desk.ui.thread.pictures import MAX_PIXELS, sniff, thumbnail
from sms_desk.ui.thread.shape import acts_of
from sms_desk.ui.thread.words import event
from tests.gui import invented_thread as invented

Show = Callable[..., ThreadView]


@pytest.fixture
def show(qtbot: QtBot) -> Show:
    """Opens a thread with these items in a shown window of 600 × 500."""

    def opened(
        *items: ThreadItem,
        unread: int | None = None,
        older: int | None = None,
        newer: int | None = None,
    ) -> ThreadView:
        view = ThreadView(Reader(invented.ME, invented.ZONE), lambda: invented.NOW)
        qtbot.addWidget(view)
        view.resize(600, 500)
        view.start(read_position=0, first_unread=unread)
        with qtbot.waitExposed(view):
            view.show()
        view.show_page(invented.page(*items, older=older, newer=newer))
        return view

    return opened


def list_of(view: ThreadView) -> MessageList:
    return view.findChildren(MessageList)[0]


def places(view: ThreadView) -> dict[tuple[str, str], int]:
    return {row.key: rect.bottom() for row, rect in list_of(view).visible_rows() if row.item}


def hit_point(view: ThreadView, item: ThreadItem, act: Act) -> QPoint:
    """Where to click for an act at an item, having scrolled there."""
    shown = list_of(view)
    index = next(
        shown.rows().index(n)
        for n, row in enumerate(shown.rows().rows())
        if row.item and row.item.id == item.id
    )
    shown.scroll_to_row(index)
    hit = next(each for each in shown.shape_at(index).hits if each.target.act is act)
    return (hit.rect.center() + QPointF(shown.visualRect(index).topLeft())).toPoint()


def spoken(view: ThreadView) -> list[str]:
    model = list_of(view).rows()
    role = Qt.ItemDataRole.AccessibleTextRole
    return [str(model.data(model.index(n), role)) for n in range(model.rowCount())]


# --- where it opens and what stands in it ------------------------------------------------------


def test_opens_at_the_first_unread_with_a_divider(show: Show) -> None:
    items = invented.many(60)
    view = show(*items, unread=items[30].position)
    kinds = [row.kind for row, _ in list_of(view).visible_rows()]
    assert RowKind.UNREAD in kinds[:4]


def test_opens_at_the_end_where_all_is_read(show: Show) -> None:
    assert list_of(show(*invented.many(60))).is_at_end()


def test_a_short_thread_stands_at_the_foot(show: Show) -> None:
    view = show(*invented.target_picture()[:2])
    shown = list_of(view)
    last = shown.visualRect(shown.rows().index(shown.rows().rowCount() - 1))
    below = shown.height() - shown.viewport().y() - last.bottom()
    assert 0 < below < 30


def test_a_message_without_text_is_a_bubble_that_says_so(show: Show) -> None:
    """Its text was taken away at the provider, or never came."""
    view = show(
        invented.message("blank", invented.at("10:42")),
        invented.message("text", invented.at("10:43"), "Hello"),
    )
    blank, text = spoken(view)[1:]
    assert "(no text)" in blank
    assert "(no text)" not in text
    rows = list_of(view).rows()
    shape = list_of(view).shape_at(rows.index(1))
    assert shape.body is not None
    assert shape.body.text == "(no text)"


def test_days_and_groups(show: Show) -> None:
    view = show(*invented.target_picture())
    rows = list_of(view).rows().rows()
    assert [row.kind for row in rows].count(RowKind.DAY) == 2
    messages = [row for row in rows if row.item and row.item.kind is ItemKind.MESSAGE]
    _, first, second = messages
    assert not first.closes
    assert second.closes
    assert first.item is not None
    assert second.since == first.item.at


def test_says_who_wrote_for_whom(show: Show) -> None:
    """R26, R51: the writer, the absent colleague, programs and automatic replies."""
    said = "\n".join(spoken(show(*invented.every_state())))
    assert "Sana Bashir" in said
    assert "for \u2068Jonas Reed\u2069" in said
    assert "Automatic reply" in said
    assert "Delivery alerts" in said
    assert "arrived late" in said
    assert "teleported" in said  # R57: an unknown status is shown as it came


def test_notes_are_unmistakable(show: Show) -> None:
    """R37."""
    said = spoken(show(*invented.target_picture()))
    assert any("only your team sees this" in each for each in said)


# --- pending and failed ------------------------------------------------------------------------


def test_r33_what_cannot_be_waived_is_not_offered_to_be_sent(show: Show) -> None:
    """An opt-out is not a question of judgement; nor is a refusal that would come again."""
    when = invented.at("12:00")
    held = invented.pending("h", when, "Hello", OutboxState.HELD, reason="opt_out")
    refused = invented.pending("r", when, "Hello", OutboxState.REFUSED, lasting=True)
    failed = invented.sent("f", when, "Hello", status=DeliveryStatus.FAILED, lasting=True)
    offered = [[act for act, _name in acts_of(item)] for item in (held, refused, failed)]
    assert offered == [[Act.DROP], [Act.DROP], []]


def test_r3_a_message_that_answers_a_campaign_says_so_and_why(show: Show, qtbot: QtBot) -> None:
    item = invented.message(
        "m",
        invented.at("12:00"),
        "Is it still in stock?",
        program_name="Autumn offer",
        program_kind=ProgramKind.CAMPAIGN,
    )
    view = show(item)
    shown = list_of(view)
    index = shown.rows().index(shown.rows().rowCount() - 1)
    (why,) = [hit for hit in shown.shape_at(index).hits if hit.target.act is Act.WHY]
    with qtbot.waitSignal(view.why_requested) as asked:
        shown.target_activated.emit(why.target)
    assert asked.args == [item.id]


@pytest.mark.parametrize(
    ("state", "acts"),
    [
        (OutboxState.IN_DOUBT, [Act.CHECK]),
        (OutboxState.ASK, [Act.CHECK, Act.RESEND, Act.DROP]),
        (OutboxState.HELD, [Act.RELEASE, Act.DROP]),
        (OutboxState.REFUSED, [Act.RETRY, Act.DROP]),
        (OutboxState.SENDING, []),
    ],
)
def test_a_pending_message_offers_what_can_be_done(
    show: Show, qtbot: QtBot, state: OutboxState, acts: list[Act]
) -> None:
    """R32, R33, algorithms §1.5."""
    item = invented.pending(
        "p", invented.at("12:00"), "Hello", state, reason="unseen", waivable=True
    )
    view = show(item)
    shown = list_of(view)
    index = shown.rows().index(shown.rows().rowCount() - 1)
    assert [hit.target.act for hit in shown.shape_at(index).hits] == acts
    for act in acts:
        with qtbot.waitSignal(view.action_requested) as asked:
            QTest.mouseClick(
                shown.viewport(), Qt.MouseButton.LeftButton, pos=hit_point(view, item, act)
            )
        assert asked.args == [Target(act, item.id)]


def test_a_held_message_says_why(show: Show) -> None:
    item = invented.pending(
        "p", invented.at("12:00"), "Hi", OutboxState.HELD, reason="Sana answered since you began."
    )
    assert "Held. Sana answered since you began" in spoken(show(item))[-1]


def test_sending_twice_is_said_beforehand(show: Show) -> None:
    item = invented.pending("p", invented.at("12:00"), "Hi", OutboxState.ASK)
    view = show(item)
    shown = list_of(view)
    names = [hit.name for hit in shown.shape_at(shown.rows().index(1)).hits]
    assert "It did not arrive, send again (may arrive twice)" in names


def test_failed_says_why_what_to_do_and_offers_retry(show: Show, qtbot: QtBot) -> None:
    """R35."""
    item = invented.every_state()[5]
    view = show(item)
    assert "The phone is off or out of reach" in spoken(view)[-1]
    assert "Try again later, or call" in spoken(view)[-1]
    with qtbot.waitSignal(view.action_requested):
        QTest.mouseClick(
            list_of(view).viewport(),
            Qt.MouseButton.LeftButton,
            pos=hit_point(view, item, Act.RETRY),
        )


def test_an_accepted_message_stays_the_same_row(show: Show) -> None:
    """R56: pending becomes sent in place."""
    waiting = invented.pending("p", invented.at("12:00"), "Hi", OutboxState.SENDING)
    view = show(*invented.target_picture(), waiting)
    before = list_of(view).rows().rows()[-1].key
    accepted = invented.sent(
        "sm", invented.at("12:01"), "Hi", status=DeliveryStatus.SENT, outbox_id=waiting.id
    )
    view.replace_loaded(invented.page(*invented.target_picture(), accepted))
    assert list_of(view).rows().rows()[-1].key == before


# --- nothing moves (R6) ------------------------------------------------------------------------


def test_older_pages_keep_the_place(show: Show, qtbot: QtBot) -> None:
    items = invented.many(160)
    view = show(*items[100:], older=items[100].position)
    shown = list_of(view)
    with qtbot.waitSignal(view.page_wanted) as asked:
        shown.verticalScrollBar().setValue(120)
    request = PageRequest(before=items[100].position)
    assert asked.args == [request]
    before = places(view)
    view.add_page(invented.page(*items[40:100], older=items[40].position), request)
    after = places(view)
    assert shown.verticalScrollBar().value() > 1000
    for key in before.keys() & after.keys():
        assert before[key] == after[key]
    assert before.keys() & after.keys()


def test_a_page_for_another_request_is_dropped(show: Show) -> None:
    items = invented.many(40)
    view = show(*items[20:], older=items[20].position)
    view.add_page(invented.page(*items[:20]), PageRequest(before=1))
    assert len(view.loaded().items) == 20


def test_arrivals_move_nothing_while_reading(show: Show, qtbot: QtBot) -> None:
    items = invented.many(80)
    view = show(*items[:60])
    shown = list_of(view)
    shown.verticalScrollBar().setValue(700)
    before = places(view)
    view.replace_loaded(invented.page(*items[:63]))
    assert places(view) == before
    pill = view._pill
    assert pill.isVisible()
    assert pill.text() == "2 new"  # two of three are inbound
    QTest.mouseClick(pill, Qt.MouseButton.LeftButton)
    assert shown.is_at_end()
    assert not pill.isVisible()


def test_at_the_end_it_follows(show: Show) -> None:
    items = invented.many(80)
    view = show(*items[:60])
    view.replace_loaded(invented.page(*items[:64]))
    assert list_of(view).is_at_end()
    assert not view._pill.isVisible()


def test_a_receipt_moves_nothing(show: Show) -> None:
    """R48: a status change repaints one row."""
    items = list(invented.many(60))
    view = show(*items)
    list_of(view).verticalScrollBar().setValue(500)
    before = places(view)
    items[2] = replace(items[2], status=DeliveryStatus.READ)
    view.replace_loaded(invented.page(*items))
    assert places(view) == before


def test_a_resize_keeps_the_place(show: Show) -> None:
    view = show(*invented.many(60))
    list_of(view).verticalScrollBar().setValue(500)
    key = next(iter(places(view)))
    view.resize(480, 500)
    assert key in places(view)


def test_the_current_row_survives_a_refresh(show: Show) -> None:
    items = invented.many(60)
    view = show(*items[20:])
    shown = list_of(view)
    shown.setCurrentIndex(shown.rows().index(10))
    key = shown.rows().rows()[10].key
    view.replace_loaded(invented.page(*items))
    assert shown.rows().rows()[shown.currentIndex().row()].key == key


def test_at_most_three_hundred_items_stay() -> None:
    items = invented.many(420)
    loaded = Loaded.of(invented.page(*items[200:420], older=items[200].position))
    loaded = loaded.with_older(invented.page(*items[:200]))
    assert len(loaded.items) == MOST
    assert loaded.older is None
    assert loaded.newer == items[MOST - 1].position
    loaded = loaded.with_newer(invented.page(*items[MOST:420]))
    assert loaded.items[-1] == items[-1]
    assert loaded.older == items[120].position


def test_late_found_messages_carry_a_mark(show: Show) -> None:
    """GR5: it stands in its place, with a mark; what was read keeps its order."""
    items = list(invented.many(30))
    view = show(*(items[:10] + items[11:]))
    late = replace(items[10], late=True)
    view.replace_loaded(invented.page(*items[:10], late, *items[11:]))
    rows = [row for row in list_of(view).rows().rows() if row.item]
    assert [row.item.id for row in rows if row.item] == [item.id for item in items]
    assert "arrived late" in next(said for said in spoken(view) if "Message 10:" in said)


# --- read marker (R48) --------------------------------------------------------------------------


def displayed_in(view: ThreadView) -> list[int]:
    seen: list[int] = []
    view.displayed.connect(seen.append)
    return seen


def test_only_what_was_displayed_is_read(
    show: Show, qtbot: QtBot, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(QWidget, "isActiveWindow", lambda _: True)
    items = invented.many(60)
    view = show(*items, unread=items[20].position)
    seen = displayed_in(view)
    qtbot.waitUntil(lambda: bool(seen))
    assert items[20].position <= seen[-1] < items[40].position
    list_of(view).scroll_to_end()
    qtbot.waitUntil(lambda: seen[-1] == items[-1].position)
    count = len(seen)
    list_of(view).verticalScrollBar().setValue(0)
    qtbot.wait(600)
    assert len(seen) == count  # it never moves back


def test_nothing_is_read_in_an_inactive_window(
    show: Show, qtbot: QtBot, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(QWidget, "isActiveWindow", lambda _: False)
    view = show(*invented.many(5))
    seen = displayed_in(view)
    qtbot.wait(600)
    assert not seen


# --- hostile text (algorithms §3) -----------------------------------------------------------------

HOSTILE = {
    "rich": '<b>x</b><img src="file:///etc/passwd"><a href="javascript:x">y</a>&amp;lt;',
    "rules": "<hr>" * 1000,
    "bidi": "\u202e" + "evil" + "\u2067" * 1000,
    "nul": "before\x00after\x1b[31m\u2028\u2029\x07",
    "letters": "x" * 1_000_000,
    "lines": "\n" * 1_000_000,
    "marks": "a" + "\u0301" * 100_000,
    "joins": "👩\u200d" * 100_000,
    "ligatures": "ﷺ" * 100_000,
    "tabs": "\t" * 100_000,
    "links": "https://example.com/a " * 20_000,
    "surrogate": "lone \ufffd and \ufffe",
    "megabytes": "five megabytes " * 350_000,
}


@pytest.mark.parametrize("name", HOSTILE)
def test_hostile_text_is_painted_soon(show: Show, name: str) -> None:
    """At most 200 ms each on a quiet machine; the bound here leaves room for a busy one."""
    from time import process_time

    view = show(invented.message("calm", invented.at("09:00"), "calm"))
    item = invented.message("bad", invented.at("09:10"), HOSTILE[name])
    began = process_time()
    view.replace_loaded(invented.page(invented.message("calm", invented.at("09:00"), "calm"), item))
    view.grab()
    assert process_time() - began < 0.8, f"{process_time() - began:.3f} s"


def test_markup_is_shown_letter_by_letter(show: Show) -> None:
    text = "<b>x</b> &amp; <img src=x>"
    view = show(invented.message("m", invented.at("09:00"), text))
    shape = list_of(view).shape_at(list_of(view).rows().index(1))
    assert shape.words is not None
    assert shape.words.layout.text() == text


def test_a_nul_does_not_cut(show: Show) -> None:
    view = show(invented.message("m", invented.at("09:00"), "a\x00b"))
    shape = list_of(view).shape_at(list_of(view).rows().index(1))
    assert shape.words is not None
    assert shape.words.layout.text() == "a␀b"


def test_a_huge_text_opens_whole_in_pieces(show: Show, qtbot: QtBot) -> None:
    from sms_desk.ui.thread.long_text import LINE, LongText

    item = invented.message("m", invented.at("09:00"), "y" * 90_000)
    view = show(item)
    QTest.mouseClick(
        list_of(view).viewport(),
        Qt.MouseButton.LeftButton,
        pos=hit_point(view, item, Act.SHOW_ALL),
    )
    viewer = view.findChildren(LongText)[0]
    qtbot.waitUntil(lambda: bool(viewer.shown()))
    assert max(len(line) for line in viewer.shown().split("\n")) == LINE
    viewer.close()


def test_only_strict_links_can_be_clicked(show: Show, qtbot: QtBot) -> None:
    item = invented.message(
        "m", invented.at("09:00"), "see https://example.com/x or file:///etc or javascript:alert(1)"
    )
    view = show(item)
    with qtbot.waitSignal(view.link_requested) as asked:
        QTest.mouseClick(
            list_of(view).viewport(),
            Qt.MouseButton.LeftButton,
            pos=hit_point(view, item, Act.LINK),
        )
    assert asked.args is not None
    assert asked.args[0].url == "https://example.com/x"
    shape = list_of(view).shape_at(list_of(view).rows().index(1))
    assert {hit.target.value for hit in shape.hits} == {asked.args[0]}


def test_links_stand_where_they_are_after_emoji(show: Show) -> None:
    """Qt counts UTF-16 units, Python characters."""
    view = show(invented.message("m", invented.at("09:00"), "👍🏽🎉 https://example.com now"))
    shape = list_of(view).shape_at(list_of(view).rows().index(1))
    assert shape.body is not None
    (span,) = shape.body.links
    data = shape.body.text.encode("utf-16-le")[2 * span.start : 2 * span.end]
    assert data.decode("utf-16-le") == "https://example.com"


# --- pictures ------------------------------------------------------------------------------------


def test_a_picture_is_asked_for_and_shown(show: Show, qtbot: QtBot) -> None:
    item = invented.with_files()[0]
    asked: list[object] = []
    view = ThreadView(Reader(invented.ME, invented.ZONE), lambda: invented.NOW)
    qtbot.addWidget(view)
    view.resize(600, 500)
    view.attachment_wanted.connect(asked.append)
    view.start(read_position=0, first_unread=None)
    view.show_page(invented.page(item))
    view.show()
    view.grab()
    assert asked == [invented.PICTURE]
    view.set_attachment(invented.PICTURE, invented.picture_bytes())
    qtbot.waitUntil(lambda: view._pictures.pixmap(invented.PICTURE) is not None)


@pytest.mark.parametrize(
    "data",
    [b"", b"<svg xmlns='http://www.w3.org/2000/svg'/>", b"\x89PNG\r\n\x1a\ntruncated", b"GIF89a"],
)
def test_what_is_no_picture_stays_out(data: bytes) -> None:
    assert thumbnail(data).isNull()


def test_the_content_decides(qtbot: QtBot) -> None:
    assert sniff(invented.picture_bytes(kind="PNG")) == b"png"
    assert sniff(invented.picture_bytes(kind="JPG")) == b"jpeg"
    assert sniff(b"<html>") is None


def test_too_many_pixels_are_not_decoded(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("sms_desk.ui.thread.pictures.MAX_PIXELS", 640 * 419)
    assert MAX_PIXELS == 24_000_000
    assert thumbnail(invented.picture_bytes(640, 420)).isNull()
    assert not thumbnail(invented.picture_bytes(640, 419)).isNull()


# --- selecting, copying, searching -----------------------------------------------------------------


def test_dragging_selects_and_copies(show: Show, qtbot: QtBot) -> None:
    item = invented.message("m", invented.at("09:00"), "The coat is blue")
    view = show(item)
    shown = list_of(view)
    index = shown.rows().index(1)
    words = shown.shape_at(index).words
    assert words is not None
    origin = QPointF(shown.visualRect(index).topLeft()) + words.at + QPointF(0, 8)
    press, release = origin.toPoint(), (origin + QPointF(words.width, 0)).toPoint()
    QTest.mousePress(shown.viewport(), Qt.MouseButton.LeftButton, pos=press)
    QTest.mouseMove(shown.viewport(), release)
    QTest.mouseRelease(shown.viewport(), Qt.MouseButton.LeftButton, pos=release)
    if not shown.selected_text():  # the offscreen platform may swallow the move
        shown._selecting.begin(("message", str(item.id)), QPointF(0, 8))
        shown._selecting.extend(QPointF(words.width, 8))
    assert shown.selected_text() == "The coat is blue"
    QTest.keyClick(shown, Qt.Key.Key_C, Qt.KeyboardModifier.ControlModifier)
    assert QGuiApplication.clipboard().text() == "The coat is blue"


def test_the_keyboard_reaches_and_copies_a_message(show: Show, qtbot: QtBot) -> None:
    view = show(*invented.target_picture())
    view.focus_messages()
    shown = list_of(view)
    QTest.keyClick(shown, Qt.Key.Key_Up)
    QTest.keyClick(shown, Qt.Key.Key_Up)
    QTest.keyClick(shown, Qt.Key.Key_C, Qt.KeyboardModifier.ControlModifier)
    assert QGuiApplication.clipboard().text().startswith("Is the blue one")


def test_the_menu_of_a_row_holds_its_actions(show: Show) -> None:
    item = invented.pending("p", invented.at("12:00"), "Hi", OutboxState.ASK)
    shown = list_of(show(item))
    names = [action.text() for action in shown.menu_of(shown.rows().index(1)).actions()]
    assert "Check again" in names
    assert "Drop" in names
    assert "Copy message" in names


def test_search_walks_through_its_hits(show: Show, qtbot: QtBot) -> None:
    items = invented.many(60)
    view = show(*items)
    view.open_search()
    bar = view._search
    with qtbot.waitSignal(view.search_requested) as asked:
        QTest.keyClicks(bar._field, "coat")
    assert asked.args == ["coat"]
    view.set_hits([items[5].position, items[50].position])
    assert ("message", str(items[50].id)) in places(view)
    QTest.keyClick(bar._field, Qt.Key.Key_Return)
    assert ("message", str(items[5].id)) in places(view)
    with qtbot.waitSignal(view.page_at_wanted):
        view.jump_to(1)


def test_opening_another_thread_takes_no_focus(show: Show, qtbot: QtBot) -> None:
    """R6: who walks through the inbox with the arrows keeps the focus there."""
    view = show(*invented.many(5))
    view.open_search()
    view.set_hits([1])
    elsewhere = QLineEdit(view)
    elsewhere.show()
    elsewhere.setFocus()
    view.start(read_position=0, first_unread=None)
    view.show_page(invented.page(*invented.many(9)))
    assert elsewhere.hasFocus()
    assert not list_of(view).marks.hits


# --- states of the screen ---------------------------------------------------------------------------


def test_loading_empty_and_error(show: Show, qtbot: QtBot) -> None:
    view = show()
    assert view._stack.currentWidget() is view._empty
    view.start(read_position=0, first_unread=None)
    assert view._stack.currentWidget() is view._skeleton
    view.show_error("The thread could not be read.", "Try again.")
    with qtbot.waitSignal(view.retry_reading_requested):
        view._error.action_requested.emit()


def test_events_offer_why(show: Show, qtbot: QtBot) -> None:
    """R20, R48: the line says why it came, and more on request."""
    item = invented.target_picture()[3]
    view = show(item)
    assert "because you hold +1 202 555 0101" in spoken(view)[-1]
    with qtbot.waitSignal(view.why_requested) as asked:
        QTest.mouseClick(
            list_of(view).viewport(), Qt.MouseButton.LeftButton, pos=hit_point(view, item, Act.WHY)
        )
    assert asked.args == [item.id]


@pytest.mark.parametrize(
    ("kind", "author", "detail", "reason", "said"),
    [
        (
            "routed",
            None,
            {"after": str(invented.ME), "trail": {"rule": "one_holder"}},
            "",
            "Came to you because you hold the sender ID",
        ),
        (
            "routed",
            None,
            {"after": None, "trail": {"rule": "no_holder"}},
            "",
            "Stands here without an owner because nobody holds the sender ID",
        ),
        (
            "assigned",
            invented.SANA,
            {"after": {"owner_id": str(invented.ME)}},
            "person",
            "\u2068Sana Bashir\u2069 assigned this to you",
        ),
        ("assigned", invented.ME, {"after": {"owner_id": None}}, "person", "You removed the owner"),
        (
            "snoozed",
            invented.ME,
            {"after": {"snoozed_until": 1_795_000_000_000_000}},
            "person",
            "You snoozed until Wed 18 Nov 11:06",
        ),
        ("woken", None, {}, "due", "The snooze ended · its time had come"),
        ("reopened", None, {}, "contact_wrote", "Reopened · the contact wrote"),
        ("tagged", invented.ME, {"tag": "unknown"}, "person", "You added a tag"),
        (
            "rebound",
            invented.ME,
            {"after": {"source_program_id": "p"}, "names": {"p": "Sale"}},
            "person",
            "You said that this answers \u2068Sale\u2069",
        ),
        ("something_new", None, {}, "", "Something new"),
    ],
)
def test_events_say_what_happened_and_why(
    kind: str, author: UUID | None, detail: dict[str, Any], reason: str, said: str
) -> None:
    """R20: from the ids and words that are stored."""
    name = "Sana Bashir" if author == invented.SANA else ""
    item = invented.event(
        "e",
        invented.at("09:00"),
        kind,
        author_id=author,
        author_name=name,
        event_detail=detail,
        reason=reason,
    )
    assert event(item, Reader(invented.ME, invented.ZONE)) == said


def test_bubbles_keep_their_width(show: Show) -> None:
    for width in (400, 600, 800, 1200):
        view = show(*invented.scripts())
        view.resize(width, 500)
        shown = list_of(view)
        widths = [
            shape.bubble.width()
            for n in range(shown.rows().rowCount())
            if (shape := shown.shape_at(shown.rows().index(n))).bubble
        ]
        assert max(widths) <= min(560, 0.7 * width)


def test_right_to_left_turns_the_sides(qtbot: QtBot) -> None:
    view = ThreadView(Reader(invented.ME, invented.ZONE), lambda: invented.NOW)
    qtbot.addWidget(view)
    view.setLayoutDirection(Qt.LayoutDirection.RightToLeft)
    view.resize(600, 500)
    view.start(read_position=0, first_unread=None)
    view.show_page(invented.page(*invented.target_picture()))
    view.show()
    shown = list_of(view)
    boxes: Sequence[QRectF | None] = [
        shown.shape_at(shown.rows().index(n)).bubble for n in range(shown.rows().rowCount())
    ]
    ours = next(box for box in boxes if box)
    assert ours.left() < 100


def test_every_width_and_scheme_paints(show: Show) -> None:
    view = show(*invented.every_state(), *invented.scripts(), *invented.with_files())
    for width in (400, 560, 800):
        view.resize(width, 500)
        picture: QImage = view.grab().toImage()
        assert picture.width() >= width


def test_screen_readers_get_whole_sentences(show: Show) -> None:
    view = show(*invented.target_picture())
    said = spoken(view)
    assert "Contact. Hi! Is the long wool coat still there?. 10:01" in said
    assert list_of(view).accessibleName() == "Messages"


def test_a_window_of_two_threads(qtbot: QtBot) -> None:
    """Views share nothing."""
    window = QWidget()
    qtbot.addWidget(window)
    layout = QVBoxLayout(window)
    views = [ThreadView(Reader(invented.ME, invented.ZONE), lambda: invented.NOW) for _ in range(2)]
    for view in views:
        layout.addWidget(view)
        view.start(read_position=0, first_unread=None)
    views[0].show_page(invented.page(*invented.many(3)))
    assert not views[1].loaded().items
