"""A blocked sender ID in the window: its health, its conversations, and going on from the fallback."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from uuid import UUID

import pytest
import sqlalchemy as sa
from pytestqt.qtbot import QtBot

from sms_desk.domain import commands as c
from sms_desk.domain.changes import Changes
from sms_desk.domain.model import Health, Origin, SenderDirection, TeamState
from sms_desk.services import health, threads
from sms_desk.services.health import HealthRow
from sms_desk.store import tables
from sms_desk.ui.composer.block_bar import BlockBar
from sms_desk.ui.context.entry import Entry
from sms_desk.ui.inbox.row_words import Clock, row_words
from sms_desk.ui.senders import SendersScreen
from sms_desk.ui.senders.fallback import FallbackDialog
from sms_desk.ui.senders.health import HealthSection
from sms_desk.ui.thread import words
from sms_desk.ui.thread.pieces import Act
from sms_desk.ui.widgets.text import Label
from tests.gui.session import Shop, open_shop
from tests.store.office import Office

PEER = "+12025550171"


def talk_of(office: Office) -> UUID:
    """Ben's conversation from his own number, in which the contact waits."""
    talk = office.conversation(office.own, PEER, office.ben)
    office.message(talk, "Are you there?")
    return talk


def sent(office: Office, talk: UUID, status: str, code: str = "", n: int = 1) -> None:
    for _ in range(n):
        position = office.message(talk, "Hello", Origin.PERSON)
        with office.workspace.write() as tx:
            tx.execute(
                sa.update(tables.messages)
                .where(tables.messages.c.position == position)
                .values(status=status, error_code=code or None)
            )


def block(office: Office, fallback: UUID | None) -> None:
    with office.workspace.write() as tx:
        tx.execute(
            sa.update(tables.sender_ids)
            .where(tables.sender_ids.c.id == office.own)
            .values(fallback_id=fallback)
        )
    ann = office.desk(office.ann)
    ann.change(
        c.SetHealth(
            **ann.stamp(), sender_id=office.own, health=Health.BLOCKED, reason="The carrier called"
        )
    )


@pytest.fixture
def talk(office: Office) -> UUID:
    return talk_of(office)


@pytest.fixture
def shop(qtbot: QtBot, office: Office, talk: UUID, tmp_path: Path) -> Iterator[Shop]:
    """Ann's window: she may switch."""
    block(office, office.shared)
    with open_shop(qtbot, tmp_path, office, office.ann) as made:
        yield made


def bar_of(shop: Shop) -> BlockBar:
    return shop.wiring.page.column.composer._bar


def dialog_of(shop: Shop) -> FallbackDialog:
    shop.until(lambda: bool(shop.window.findChildren(FallbackDialog)))
    return shop.window.findChildren(FallbackDialog)[-1]


def plain(text: str) -> str:
    """Without the marks that keep the direction of names."""
    return text.replace("\u2068", "").replace("\u2069", "")


def continuing(shop: Shop, talk: UUID) -> UUID:
    """The conversation that goes on from it."""
    detail = shop.session.desk.read(threads.detail, talk)
    (after,) = [other.id for other in detail.others if other.link == "after"]
    return after


def switch(shop: Shop) -> None:
    shop.office.later(seconds=5)
    desk = shop.office.desk(shop.office.ann)
    done = desk.change(c.SwitchToFallback(**desk.stamp(), sender_id=shop.office.own))
    shop.wiring.bus.tell(done.changes)


# --- the conversation ----------------------------------------------------------------------------


def test_r17_a_blocked_conversation_says_so_and_goes_on_after_a_look_at_the_counts(
    shop: Shop, talk: UUID
) -> None:
    shop.open(talk)
    shop.until(lambda: "is blocked: messages are held" in bar_of(shop).words())
    (button,) = bar_of(shop).buttons()
    assert plain(button.text()) == "Go on from +1 202-555-0102…"
    button.click()
    dialog = dialog_of(shop)
    shop.until(dialog.is_possible)
    assert plain(dialog.words()).startswith("From +1 202-555-0101 to +1 202-555-0102")
    numbers = [each.accessibleName() for each in dialog.findChildren(Label)]
    assert "Conversations: 1" in numbers
    assert "Waiting: 1" in numbers
    dialog.confirm()
    shop.until(lambda: "this goes on in" in bar_of(shop).words())
    shop.until(lambda: shop.window.toast.words().endswith("on from +12025550102"))
    bar_of(shop).buttons()[0].click()
    shop.until(lambda: shop.wiring.thread_controller.conversation_id() != talk)
    shop.until(shop.has_opened)
    opened = shop.wiring.thread_controller.detail()
    assert opened is not None
    assert opened.row.sender_id == shop.office.shared
    assert opened.row.owner_id == shop.office.ben
    shop.wiring.actions.undo_last()
    shop.until(
        lambda: (
            shop.session.desk.read(threads.detail, opened.row.id).row.team_state is TeamState.CLOSED
        )
    )


def test_r17_what_keeps_it_from_going_on_is_said_with_what_to_do(shop: Shop, talk: UUID) -> None:
    block(shop.office, None)
    shop.open(talk)
    shop.until(lambda: bool(bar_of(shop).words()))
    (button,) = bar_of(shop).buttons()
    assert button.text() == "Go on from a fallback…"
    button.click()
    dialog = dialog_of(shop)
    shop.until(lambda: "has no fallback" in dialog.words())
    assert "Name one in its details first." in dialog.words()
    assert not dialog.is_possible()
    dialog.reject()


def test_r17_a_rep_reads_whom_to_ask(
    qtbot: QtBot, office: Office, talk: UUID, tmp_path: Path
) -> None:
    block(office, office.shared)
    with open_shop(qtbot, tmp_path, office, office.ben) as shop:
        shop.open(talk)
        shop.until(lambda: bool(bar_of(shop).words()))
        assert "A supervisor can let it go on from" in bar_of(shop).words()
        assert not bar_of(shop).buttons()


def test_r17_the_row_in_the_list_says_it(shop: Shop, talk: UUID) -> None:
    shop.window.side.rail.choose("scope:all")
    shop.until(lambda: talk in shop.shown)
    row = shop.wiring.page.inbox.row(talk)
    assert row is not None
    said = row_words(row, Clock(shop.office.now, shop.wiring.ties.reader.zone))
    assert "number blocked" in [chip.text for chip in said.chips]
    assert "number blocked" in said.spoken
    desk = shop.session.desk
    done = desk.change(c.SetHealth(**desk.stamp(), sender_id=shop.office.own, health=Health.OK))
    shop.wiring.bus.tell(done.changes)

    def healed() -> bool:
        now = shop.wiring.page.inbox.row(talk)
        return now is not None and not now.sender_blocked

    shop.until(healed)


def test_r17_both_threads_lead_to_each_other(shop: Shop, talk: UUID) -> None:
    shop.open(talk)
    switch(shop)
    view = shop.wiring.page.column.thread_view
    reader = shop.wiring.ties.reader

    def told() -> list[str]:
        return [plain(words.event(item, reader)) for item in view.loaded().items if item.event]

    shop.until(lambda: "Goes on in +1 202-555-0102 · You" in told())
    new = continuing(shop, talk)
    item = next(item for item in view.loaded().items if item.event == "continued")
    model = view._list.rows()
    index = next(model.index(n) for n, row in enumerate(model.rows()) if row.item is item)
    (hit,) = view._list.shape_at(index).hits
    assert (hit.target.act, hit.target.value) == (Act.OPEN, new)
    assert hit.name == "Open that conversation"
    view._list.target_activated.emit(hit.target)
    shop.until(lambda: shop.wiring.thread_controller.conversation_id() == new)
    shop.until(shop.has_opened)
    shop.until(lambda: "Continued from +1 202-555-0101 · You" in told())
    entries = shop.wiring.page.context.findChildren(Entry)
    assert any("continued here" in entry.accessibleName() for entry in entries)


def test_r31_a_thread_opens_no_conversation_that_is_not_ones_own(shop: Shop, talk: UUID) -> None:
    switch(shop)
    (event,) = [
        item
        for item in shop.session.desk.read(threads.page, talk).items
        if item.event == "continued"
    ]
    assert words.leads_to(event)
    with shop.office.workspace.write() as tx:
        tx.execute(
            sa.update(tables.conversations)
            .where(tables.conversations.c.id == continuing(shop, talk))
            .values(owner_id=shop.office.cara, sender_id=shop.office.unheld)
        )
    seen = shop.office.desk(shop.office.ben).read(threads.page, talk).items
    (event,) = [item for item in seen if item.event == "continued"]
    assert not words.leads_to(event)


# --- the sender ID's pane ------------------------------------------------------------------------


@pytest.fixture
def section(shop: Shop) -> HealthSection:
    shop.wiring.desk.show_screen("senders")
    screen = shop.window.screen_shown()
    assert isinstance(screen, SendersScreen)
    shop.until(lambda: len(screen._table.rows()) == 4)
    screen._table.choose(shop.office.own)
    return section_of(shop)


def section_of(shop: Shop) -> HealthSection:
    screen = shop.window.screen_shown()
    assert screen is not None

    def found() -> list[HealthSection]:
        sections = screen.findChildren(HealthSection)
        return [each for each in sections if each.isVisible() and each.found() is not None]

    shop.until(found)
    return found()[-1]


def said(section: HealthSection) -> str:
    return " | ".join(each.text() for each in section.findChildren(Label))


def row(shop: Shop) -> HealthRow:
    return shop.session.desk.read(health.row, shop.office.own)


def test_r17_health_stands_in_the_pane_with_reason_and_history(section: HealthSection) -> None:
    assert "blocked" in said(section)
    assert "The carrier called" in said(section)
    assert "Said by Ann, since" in said(section)
    assert "ok → blocked · Ann · The carrier called" in said(section)


def test_r2_figures_are_this_sender_ids_alone_with_errors_in_words(
    shop: Shop, section: HealthSection, talk: UUID
) -> None:
    other = shop.office.conversation(shop.office.whatsapp, PEER, shop.office.ben)
    sent(shop.office, other, "read", n=9)
    sent(shop.office, talk, "delivered", n=3)
    sent(shop.office, talk, "failed", "30007", 1)
    shop.wiring.bus.tell(Changes.of(sender=shop.office.own))

    shop.until(lambda: "75.0 %" in said(section_of(shop)))
    text = said(section_of(shop))
    assert "4 | Sent" in text
    assert "1 × | The message was filtered" in text
    assert "(30007)" in text


def test_r17_a_supervisors_word_and_the_figures_again(shop: Shop, section: HealthSection) -> None:
    assert section.said.isVisibleTo(section)
    section.said.value.choose(Health.DEGRADED)
    section.said.reason.setText("Half of it arrives")
    section.said.save.click()
    shop.until(lambda: row(shop).health is Health.DEGRADED)
    assert row(shop).reason == "Half of it arrives"
    shop.until(lambda: "Half of it arrives" in said(section_of(shop)))
    again = section_of(shop)
    again.said.value.choose(None)
    again.said.save.click()
    shop.until(lambda: row(shop).by == "")
    shop.wiring.actions.undo_last()
    shop.until(lambda: row(shop).health is Health.DEGRADED)


def test_r6_a_reason_that_is_half_typed_stays(shop: Shop, section: HealthSection) -> None:
    section.said.reason.setText("half a rea")
    desk = shop.session.desk
    named = c.EditSender(
        **desk.stamp(), sender_id=shop.office.own, label="Mill", direction=SenderDirection.BOTH
    )
    desk.change(named)
    sent(shop.office, talk_of(shop.office), "failed", "30003", 1)
    shop.wiring.bus.tell(Changes.of(sender=shop.office.own))
    shop.until(lambda: "(30003)" in said(section))
    assert section.isVisible()
    assert section.said.reason.text() == "half a rea"


def test_r17_from_the_pane_to_the_fallback(shop: Shop, section: HealthSection) -> None:
    section.said.go_on.click()
    dialog = dialog_of(shop)
    shop.until(dialog.is_possible)
    dialog.reject()


def test_r17_a_rep_looks_and_changes_nothing(
    qtbot: QtBot, office: Office, talk: UUID, tmp_path: Path
) -> None:
    block(office, office.shared)
    with open_shop(qtbot, tmp_path, office, office.ben) as shop:
        shop.wiring.desk.show_screen("senders")
        screen = shop.window.screen_shown()
        assert isinstance(screen, SendersScreen)
        shop.until(lambda: bool(screen._table.rows()))
        screen._table.choose(office.own)
        section = section_of(shop)
        assert "The carrier called" in said(section)
        assert not section.said.isVisible()
