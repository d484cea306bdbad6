"""R13, R33, R39, R40 in the window: what would hold a text, and wishes that a person decides."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from uuid import UUID

import pytest
import sqlalchemy as sa
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from pytestqt.qtbot import QtBot

from sms_desk.domain.compliance import RequestState
from sms_desk.domain.model import Health, OutboxState
from sms_desk.domain.registration import HeaderType, India, Registration, Route, to_json
from sms_desk.domain.send_checks import WayOut
from sms_desk.services import directory, opt_outs, scheduled, threads
from sms_desk.services.composing import Finding
from sms_desk.store import opt_out_requests, outbox, senders, settings, tables
from sms_desk.store.ids import new_id
from sms_desk.ui.opt_outs import OptOutsScreen
from sms_desk.ui.opt_outs.screen import left_cell
from sms_desk.ui.outbox import OutboxScreen
from sms_desk.ui.senders import SendersScreen
from sms_desk.ui.templates import TemplatesScreen
from sms_desk.ui.thread import Act
from sms_desk.ui.thread.shape import acts_of
from sms_desk.ui.widgets.buttons import Button
from sms_desk.ui.window.finding_words import actions_of
from tests.gui.session import Shop, open_shop
from tests.store.office import Office

NIGHT = datetime(2026, 11, 18, 9, tzinfo=UTC)  # 4:00 in Washington


@pytest.fixture
def conversation(office: Office) -> UUID:
    id_ = office.conversation(office.own, "+12025550142", office.ben)
    position = office.message(id_, "please leave me alone")
    with office.workspace.write() as tx:
        m = tables.messages.c
        row = tx.execute(sa.select(m.id, m.at).where(m.position == position)).one()
        opt_out_requests.ask(tx, [(row.id, id_, row.at)], now=office.now)
    office.now = NIGHT
    return id_


@pytest.fixture
def shop(qtbot: QtBot, office: Office, conversation: UUID, tmp_path: Path) -> Iterator[Shop]:
    with open_shop(qtbot, tmp_path, office) as made:
        yield made


def test_r40_quiet_hours_are_said_and_the_next_minute_is_one_press_away(
    shop: Shop, conversation: UUID
) -> None:
    shop.open(conversation)
    composer = shop.wiring.page.column.composer
    shop.until(lambda: "04:00" in composer.finding())
    assert "US quiet hours" in composer.finding()
    composer.put_reply("Good morning")
    composer.send()
    assert composer.text() == "Good morning"  # it would be held: Send does nothing
    shop.until(lambda: bool(composer._finding.buttons()))
    (later,) = composer._finding.buttons()
    later.click()
    shop.until(lambda: composer.text() == "")
    (waits,) = shop.session.desk.read(scheduled.listing)
    assert waits.due_at == datetime(2026, 11, 18, 13, tzinfo=UTC)


@pytest.mark.parametrize("allowed", [False, True])
def test_R40_what_quiet_hours_hold_goes_all_the_same_where_that_is_allowed(
    shop: Shop, conversation: UUID, allowed: bool
) -> None:
    desk, own = shop.session.desk, shop.office.own
    with shop.office.workspace.write() as tx:
        settings.write(tx, "quiet_hours_waivable", allowed, NIGHT)
        entry = outbox.enqueue(
            tx,
            outbox_id=new_id(),
            conversation_id=conversation,
            body="Good morning",
            author_id=shop.office.ben,
            seen_version=99,
            at=NIGHT,
            sender_id=own,
        )
        held = {"reason": "quiet_hours", "reason_text": "It is 04:00."}
        outbox.set_state(tx, entry, OutboxState.HELD, at=NIGHT, **held)
    (row,) = desk.read(directory.outbox_rows)
    assert row.waivable is allowed
    item = desk.read(threads.page, conversation).items[-1]
    assert (Act.RELEASE in [act for act, _words in acts_of(item)]) is allowed
    assert item.error_title == "It is 04:00."
    screen = OutboxScreen(shop.wiring.doors, shop.wiring.bus, UTC)
    shop.bot.addWidget(screen)
    assert [words for words, *_ in screen._decisions(row)] == ["Send anyway"] * allowed
    if allowed:
        screen._release(row)
        shop.until(lambda: desk.read(directory.outbox_rows)[0].state is OutboxState.QUEUED)


def test_r36_an_open_field_keeps_the_text_here(shop: Shop, conversation: UUID) -> None:
    shop.open(conversation)
    composer = shop.wiring.page.column.composer
    shop.office.now = datetime(2026, 11, 18, 15, tzinfo=UTC)
    composer.put_reply("Hello {first_name}")
    shop.until(lambda: "{first_name}" in composer.finding())
    composer.put_reply("Hello Ann")
    shop.until(lambda: composer.finding() == "")


def test_r39_a_wish_is_decided_by_keyboard_and_taken_back(qtbot: QtBot, shop: Shop) -> None:
    ties = shop.wiring.ties
    screen = OptOutsScreen(ties.doors, ties.bus, UTC)
    qtbot.addWidget(screen)
    screen.show()
    shop.until(lambda: len(screen._table.rows()) == 1)
    screen._table.choose(screen._table.rows()[0].id)
    shop.until(lambda: screen.has_detail())
    words = [button.text() for button in screen.findChildren(Button)]
    assert "Opt out of this sender ID" in words
    assert all(button.accessibleName() or button.text() for button in screen.findChildren(Button))
    screen._table.setFocus()
    QTest.keyClick(screen._table, Qt.Key.Key_O)
    shop.until(lambda: screen._table.rows() == [])
    assert shop.session.desk.read(opt_outs.open_requests) == 0
    screen._decided.click()
    shop.until(lambda: len(screen._table.rows()) == 1)
    (row,) = screen._table.rows()
    assert row.state is RequestState.OPTED_OUT
    screen._decide(row, RequestState.OPEN, None)
    shop.until(lambda: shop.session.desk.read(opt_outs.open_requests) == 1)


def test_r39_the_rail_counts_what_waits_for_a_decision(shop: Shop) -> None:
    rail = shop.wiring.window.side.rail
    shop.until(lambda: rail._requests == 1)


def test_every_request_can_be_painted(qtbot: QtBot, shop: Shop) -> None:
    """A cell with a sign needs an ink: open, late and decided ones, in one picture each."""
    ties = shop.wiring.ties
    screen = OptOutsScreen(ties.doors, ties.bus, UTC)
    qtbot.addWidget(screen)
    screen.resize(900, 500)
    screen.show()
    shop.until(lambda: len(screen._table.rows()) == 1)
    (row,) = screen._table.rows()
    changed = [
        replace(row, days_left=left, state=state)
        for left, state in (
            (9, RequestState.OPEN),
            (1, RequestState.OPEN),
            (-1, RequestState.OPEN),
            (3, RequestState.OPTED_OUT),
            (3, RequestState.DISMISSED),
        )
    ]
    for each in changed:
        cell = left_cell(each)
        assert cell.text
        assert cell.icon
        assert cell.ink
        screen._table.show_rows([each])
        assert not screen.grab().isNull()


# --- ways out that lead elsewhere -----------------------------------------------------------------


@pytest.fixture
def indian(office: Office) -> UUID:
    """A conversation on India's domestic route, of which nothing is registered yet."""
    _register(office, India(Route.DOMESTIC))
    id_ = office.conversation(office.own, "+919876543210", office.ben)
    office.message(id_, "Hello")
    return id_


def _register(office: Office, india: India) -> None:
    with office.workspace.write() as tx:
        senders.change(tx, office.own, registration=to_json(Registration(india)))


def _buttons(shop: Shop) -> list[str]:
    return [button.text() for button in shop.wiring.page.column.composer._finding.buttons()]


def test_R41_a_missing_registration_is_one_press_away_for_an_admin(
    qtbot: QtBot, office: Office, indian: UUID, tmp_path: Path
) -> None:
    with open_shop(qtbot, tmp_path, office, office.ann) as shop:
        shop.open(indian)
        composer = shop.wiring.page.column.composer
        composer.put_reply("Good day")
        shop.until(lambda: "Registration" in _buttons(shop))
        (opens,) = [each for each in composer._finding.buttons() if each.text() == "Registration"]
        opens.click()
        screen = shop.window.screen_shown()
        assert isinstance(screen, SendersScreen)
        shop.until(lambda: screen._pane is not None)
        assert screen._shown == office.own


def test_R41_who_is_no_admin_is_not_sent_there(shop: Shop, indian: UUID) -> None:
    shop.open(indian)
    composer = shop.wiring.page.column.composer
    composer.put_reply("Good day")
    shop.until(lambda: "principal entity ID" in composer.finding())
    assert "Registration" not in _buttons(shop)


def test_R41_the_registered_texts_are_one_press_away(shop: Shop, indian: UUID) -> None:
    _register(
        shop.office, India(Route.DOMESTIC, "1101500000000000001", "MYSHOP", HeaderType.SERVICE)
    )
    shop.open(indian)
    composer = shop.wiring.page.column.composer
    composer.put_reply("Good day")
    shop.until(lambda: "Templates" in _buttons(shop))
    (opens,) = composer._finding.buttons()
    opens.click()
    screen = shop.window.screen_shown()
    assert isinstance(screen, TemplatesScreen)
    assert screen.section().key == "india"


def test_R17_another_sender_id_is_chosen_from_the_sentence(shop: Shop, conversation: UUID) -> None:
    shop.office.now = datetime(2026, 11, 18, 15, tzinfo=UTC)
    with shop.office.workspace.write() as tx:
        senders.change(tx, shop.office.own, health=Health.DEGRADED)
    shop.open(conversation)
    composer = shop.wiring.page.column.composer
    shop.until(lambda: "Other sender ID" in _buttons(shop))
    composer._finding.buttons()[0].click()
    menu = composer._sender._number.options()
    assert menu.isVisible()
    assert len(menu.actions()) > 1
    menu.close()


def test_R17_only_who_may_switch_is_shown_the_fallback() -> None:
    ways = (WayOut.FALLBACK, WayOut.OTHER_SENDER)
    finding = Finding("health", True, "It is blocked.", "", False, ways, None, "")
    assert actions_of(finding, "", "UTC") == ()
    (word, _words), *rest = actions_of(finding, "", "UTC", {WayOut.FALLBACK})
    assert (word, rest) == (WayOut.FALLBACK, [])
