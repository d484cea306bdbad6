"""The screen of a program, the head over its responses, and taking over from its automation."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from uuid import UUID

import pytest
from PySide6.QtCore import QModelIndex
from pytestqt.qtbot import QtBot

from sms_desk.domain import commands as c
from sms_desk.domain.changes import Changes
from sms_desk.domain.model import BindingKind, Origin, ProgramKind
from sms_desk.domain.programs import Field
from sms_desk.services import programs
from sms_desk.services.program_figures import Period
from sms_desk.store import team_states
from sms_desk.ui.inbox.lens_head import LensHead
from sms_desk.ui.programs import ProgramsScreen
from sms_desk.ui.programs.detail import RECOGNITION, ProgramDetail
from sms_desk.ui.widgets.text import Label
from tests.gui.session import Shop, open_shop
from tests.store.office import Office


@pytest.fixture
def shop(qtbot: QtBot, office: Office, tmp_path: Path) -> Iterator[Shop]:
    with open_shop(qtbot, tmp_path, office, office.ann) as made:
        yield made


def change(office: Office, id_: UUID, **values: object) -> None:
    with office.workspace.write() as tx:
        team_states.restore(tx, [id_], values)


@pytest.fixture
def sale(shop: Shop) -> UUID:
    """Two were written to from one's own number, and one answered."""
    desk, office = shop.session.desk, shop.office
    program_id: UUID = desk.stamp()["id"]
    desk.change(
        c.SaveProgram(
            **desk.stamp(),
            program_id=program_id,
            kind=ProgramKind.CAMPAIGN,
            name="Autumn <b>offer</b>",
            takes_replies=False,
        )
    )
    for n in range(2):
        id_ = office.conversation(office.own, f"+120255501{60 + n}")
        office.message(id_, "Sale today", Origin.PROGRAM, program=program_id)
        if not n:
            office.later(seconds=5)
            office.message(id_, "yes please", program=program_id)
            change(
                office,
                id_,
                source_kind="campaign",
                source_program_id=program_id,
                source_reason="recent_send",
            )
    shop.wiring.bus.tell(Changes.of(program=program_id, conversation=None))
    places = shop.window.side.rail._places.rail_model
    shop.until(lambda: places.row_of(f"program:{program_id}") >= 0)
    return program_id


def pane_of(shop: Shop, sale: UUID) -> tuple[ProgramsScreen, ProgramDetail]:
    shop.wiring.desk.show_program(sale)
    screen = shop.window.screen_shown()
    assert isinstance(screen, ProgramsScreen)
    shop.until(lambda: screen._pane is not None and screen._pane._row is not None)
    assert screen._pane is not None
    return screen, screen._pane


def said(pane: ProgramDetail) -> str:
    return " | ".join(each.text() for each in pane.findChildren(Label) if each.isVisibleTo(pane))


def test_r18_figures_stand_on_a_programs_screen_and_say_what_it_lacks(
    shop: Shop, sale: UUID
) -> None:
    screen, pane = pane_of(shop, sale)
    assert pane.figures is not None
    shop.until(lambda: "Replied" in said(pane))
    assert "50.0 %" in said(pane)
    assert "No message counts as its own yet" in said(pane)
    assert "nobody is told so" in said(pane)
    assert [row.peer for row in pane.figures.repliers().rows()] == ["+1 202-555-0160"]
    pane.figures.period_chosen.emit(Period.WEEK)
    assert screen._period is Period.WEEK


def test_r61_a_new_program_opens_where_it_is_said_what_counts_as_its_own(shop: Shop) -> None:
    shop.wiring.desk.show_screen("programs")
    screen = shop.window.screen_shown()
    assert isinstance(screen, ProgramsScreen)
    screen._open(None)
    shop.until(lambda: screen._pane is not None)
    new = screen._pane
    assert new is not None
    new.setup.name.setText("Delivery alerts")
    new.saved.emit()
    shop.until(lambda: screen._pane is not new and screen._pane is not None)
    opened = screen._pane
    assert opened is not None
    assert opened.page() == RECOGNITION
    assert opened.recognition is not None
    shop.until(opened.recognition.isVisible)


def test_r51_enter_opens_who_replied(shop: Shop, sale: UUID) -> None:
    _, pane = pane_of(shop, sale)
    figures = pane.figures
    assert figures is not None
    shop.until(lambda: bool(figures.repliers().rows()))
    (row,) = figures.repliers().rows()
    model = figures.repliers().model()
    assert model is not None
    figures.repliers().activated.emit(model.index(0, 0, QModelIndex()))
    shop.until(shop.has_opened)
    assert shop.wiring.thread_controller.conversation_id() == row.id


def test_r51_one_click_leads_from_a_program_to_its_responses_and_back(
    shop: Shop, sale: UUID
) -> None:
    _, pane = pane_of(shop, sale)
    shop.until(lambda: shop.window.side.rail.chosen_key() == "screen:programs")
    pane.responses_requested.emit()
    inbox = shop.wiring.page.inbox
    shop.until(lambda: inbox.filter().program_id == sale)
    head = inbox.findChild(LensHead)
    assert head is not None
    shop.until(lambda: not head.isHidden())
    assert head.words() == ["1 replied (50 %) · 0 opt-outs · 0 complaints"]
    assert head.accessibleName().startswith("Autumn <b>offer</b>. 1 waiting")
    head.program_requested.emit(sale)
    shop.until(lambda: isinstance(shop.window.screen_shown(), ProgramsScreen))


def test_r4_a_list_of_no_program_has_no_head(shop: Shop, sale: UUID) -> None:
    shop.window.side.rail.choose("scope:all")
    head = shop.wiring.page.inbox.findChild(LensHead)
    assert head is not None
    shop.until(lambda: len(shop.shown) > 0)
    assert head.isHidden()


def test_r13_each_field_says_what_is_wrong_with_it(shop: Shop, sale: UUID) -> None:
    screen, _ = pane_of(shop, sale)
    screen._open(None)
    shop.until(lambda: screen._pane is not None and screen._pane._row is None)
    assert screen._pane is not None
    setup = screen._pane.setup
    setup.name.setText("autumn  <B>offer</B>")
    assert [fault.field for fault in setup.faults()] == [Field.NAME]
    hint, _ = setup._hints[Field.NAME]
    assert "Another program is called" in hint.text()
    setup.name.setText("Spring")
    assert setup.faults() == ()
    assert not hint.isVisibleTo(setup)


def test_r18_the_auto_responder_is_previewed_with_its_parts(shop: Shop, sale: UUID) -> None:
    _, pane = pane_of(shop, sale)
    assert pane.setup.auto_reply.isVisibleTo(pane.setup)
    assert not pane.setup.instruction.isVisibleTo(pane.setup)
    pane.setup.auto_reply.setPlainText("x" * 161)
    assert pane.setup._auto_preview.words() == "2 parts"
    pane.setup.replies.choose(True)
    assert pane.setup.instruction.isVisibleTo(pane.setup)


def test_r61_a_text_is_tried_and_a_binding_previewed(shop: Shop, sale: UUID) -> None:
    _, pane = pane_of(shop, sale)
    pane._turn_to(RECOGNITION)
    tester = pane.recognition
    assert tester is not None
    tester.pattern.setText("sale*")
    tester.text.setPlainText("Sale today")
    shop.until(lambda: "It would belong to" in tester.verdict())
    assert "The pattern above fits" in tester.verdict()
    tester.text.setPlainText("hello")
    shop.until(lambda: "does not fit" in tester.verdict())
    tester.preview_requested.emit(BindingKind.PATTERN, "sale*")
    shop.until(lambda: bool(tester.preview()))
    tester.bind_requested.emit(BindingKind.PATTERN, "sale*")
    shop.until(lambda: bool(shop.session.desk.read(programs.one, sale).bindings))


def test_r5_a_campaign_reply_is_kept_as_a_sales_conversation(shop: Shop, sale: UUID) -> None:
    _, pane = pane_of(shop, sale)
    figures = pane.figures
    assert figures is not None
    shop.until(lambda: bool(figures.repliers().rows()))
    shop.open(figures.repliers().rows()[0].id)
    line = shop.wiring.page.column.head._automation
    shop.until(line.offers_keep)
    line.take_over_requested.emit()
    shop.until(lambda: not line.offers_keep())
    detail = shop.wiring.thread_controller.detail()
    assert detail is not None
    assert detail.row.source.from_program_id == sale


def test_r51_the_automation_is_silent_until_it_is_released(shop: Shop, sale: UUID) -> None:
    _, pane = pane_of(shop, sale)
    figures = pane.figures
    assert figures is not None
    shop.until(lambda: bool(figures.repliers().rows()))
    id_ = figures.repliers().rows()[0].id
    change(shop.office, id_, human_since=shop.office.now)
    shop.open(id_)
    line = shop.wiring.page.column.head._automation
    shop.until(line.offers_release)
    assert line.words().startswith("Automation silent since")
    line.release_requested.emit()
    shop.until(lambda: not line.offers_release())
