"""India's registered texts on the templates screen (R41)."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from pytestqt.qtbot import QtBot

from sms_desk.domain import commands as c
from sms_desk.domain.model import DltKind
from sms_desk.services import dlt_texts
from sms_desk.services.dlt_texts import DltTemplateRow
from sms_desk.store.ids import new_id
from sms_desk.ui.templates import TemplatesScreen
from sms_desk.ui.templates.india import IndiaTexts
from sms_desk.ui.templates.india_pane import (
    CheckText,
    ImportReport,
    IndiaText,
    IndiaTextShown,
)
from tests.gui.session import Shop, open_shop
from tests.store.office import Office

NUMBER, OTHER, ENTITY = "1107160000000000001", "1107160000000000002", "1101500000000000001"
BODY = "Dear {#var#}, your order is ready."


@pytest.fixture
def shop(qtbot: QtBot, office: Office, tmp_path: Path) -> Iterator[Shop]:
    """Ann's window: she is the admin."""
    with open_shop(qtbot, tmp_path, office, office.ann) as made:
        yield made


def _opened(shop: Shop) -> tuple[TemplatesScreen, IndiaTexts]:
    shop.wiring.desk.show_screen("templates")
    screen = shop.window.screen_shown()
    assert isinstance(screen, TemplatesScreen)
    screen.tabs.choose("india")
    section = screen.section()
    assert isinstance(section, IndiaTexts)
    return screen, section


def _rows(shop: Shop) -> tuple[DltTemplateRow, ...]:
    return shop.session.desk.read(lambda ctx: dlt_texts.listing(ctx, retired=True))


def _saved(shop: Shop, office: Office, body: str = BODY) -> None:
    text = c.DltText(new_id(), NUMBER, ENTITY, "Ready", DltKind.SERVICE_IMPLICIT, body)
    office.desk(office.ann).change(c.SaveDltTemplate(id=new_id(), at=office.now, text=text))


def test_R41_a_text_is_added_and_each_field_says_what_is_wrong(shop: Shop) -> None:
    screen, section = _opened(shop)
    shop.until(lambda: not section._add.isHidden())
    section.show_new()
    pane = screen.findChild(IndiaText)
    assert pane is not None
    pane.name.setText("Ready")
    pane.dlt_id.setText("12x")
    pane.entity_id.setText(ENTITY)
    pane.header.setText("nobody's")
    pane.body.setPlainText("Dear {#name#}")
    pane._on_save_clicked()
    assert "no number" in pane.note("dlt_id")
    assert pane.note("entity_id") == ""
    assert "no such sender ID" in pane.note("header")
    assert "{#name#}" in pane.note("body")
    assert not _rows(shop)
    pane.dlt_id.setText(NUMBER)
    pane.header.clear()
    pane.body.setPlainText("Dear {#var#},\u00a0it is ready.")
    pane._on_save_clicked()
    shop.until(lambda: len(section.table.rows()) == 1)
    assert not screen.has_detail()
    (row,) = _rows(shop)
    assert (row.dlt_id, row.body) == (NUMBER, "Dear {#var#},\u00a0it is ready.")


def test_R41_a_number_that_is_taken_is_said_and_nothing_is_lost(shop: Shop, office: Office) -> None:
    _saved(shop, office)
    screen, section = _opened(shop)
    shop.until(lambda: len(section.table.rows()) == 1)
    section.show_new()
    pane = screen.findChild(IndiaText)
    assert pane is not None
    pane.name.setText("Another")
    pane.dlt_id.setText(NUMBER)
    pane.entity_id.setText(ENTITY)
    pane.body.setPlainText("Other words")
    pane._on_save_clicked()
    shop.until(lambda: "already" in pane.error_words())
    assert pane.body.toPlainText() == "Other words"


def test_R41_a_change_of_number_and_a_retirement_are_taken_back(shop: Shop, office: Office) -> None:
    _saved(shop, office)
    screen, section = _opened(shop)
    shop.until(lambda: len(section.table.rows()) == 1)
    done: list[object] = []
    shop.wiring.doors.done.connect(done.append)
    section.table.choose(section.table.rows()[0].id)
    pane = screen.findChild(IndiaText)
    assert pane is not None
    pane.dlt_id.setText(OTHER)
    pane._on_save_clicked()
    shop.until(lambda: len(done) == 1)
    assert _rows(shop)[0].dlt_id == OTHER
    shop.wiring.doors.undo(section, done[0].undo.command_id)  # type: ignore[attr-defined]
    shop.until(lambda: _rows(shop)[0].dlt_id == NUMBER)
    assert not _rows(shop)[0].retired
    shop.until(lambda: section.table.rows()[0].dlt_id == NUMBER)
    section._on_retired(section.table.rows()[0], True)
    shop.until(lambda: _rows(shop)[0].retired)
    shop.until(lambda: section.table.rows()[0].retired)
    section._on_retired(section.table.rows()[0], False)
    shop.until(lambda: not _rows(shop)[0].retired)


def test_R41_a_check_points_at_the_first_character_that_departs(shop: Shop, office: Office) -> None:
    _saved(shop, office)
    screen, section = _opened(shop)
    shop.until(lambda: len(section.table.rows()) == 1)
    section.show_check()
    pane = screen.findChild(CheckText)
    assert pane is not None
    pane.text.setPlainText("Dear 😀 Mira, your Order is ready.")
    shop.until(lambda: "stands “O” instead of “o”" in pane.words())
    assert pane.marked() == "O"  # behind an emoji, which Qt counts as two
    pane.text.setPlainText("Dear Mira, your\u00a0order is ready.")
    shop.until(lambda: "instead of a space" in pane.words())
    pane.text.setPlainText("Dear Mira, your order is ready.")
    shop.until(lambda: pane.words().startswith("It fits"))
    assert pane.marked() == ""
    pane.header.setText("nobody's")
    shop.until(lambda: "no such sender ID" in pane.words())


def test_R41_a_file_is_told_line_by_line_before_anything_is_changed(
    shop: Shop, office: Office, tmp_path: Path
) -> None:
    _saved(shop, office)
    screen, section = _opened(shop)
    shop.until(lambda: len(section.table.rows()) == 1)
    file = tmp_path / "texts.csv"
    head = "template_id,entity_id,name,type,content\n"
    file.write_text(f"{head}{OTHER},{ENTITY},A,service_implicit,Hi\nx,{ENTITY},B,P,Hi\n")
    section.import_file(file)
    pane = screen.findChild(ImportReport)
    assert pane is not None
    shop.until(lambda: "Line 3: “x” is no template ID" in pane.words())
    assert pane.apply.isHidden()
    file.write_text(f"{head}{OTHER},{ENTITY},A,service_implicit,Hi\n{NUMBER},{ENTITY},B,P,Hello\n")
    section.import_file(file)
    again = screen.findChildren(ImportReport)[-1]
    shop.until(lambda: "1 new, 1 corrected." in again.words())
    assert len(_rows(shop)) == 1
    again.apply.click()
    shop.until(lambda: len(section.table.rows()) == 2)
    assert sorted(row.body for row in _rows(shop)) == ["Hello", "Hi"]


def test_R41_who_is_no_admin_reads_and_checks(qtbot: QtBot, office: Office, tmp_path: Path) -> None:
    with open_shop(qtbot, tmp_path, office, office.ben) as shop:
        screen, section = _opened(shop)
        shop.until(lambda: "An admin" in section.table._empty)
        _saved(shop, office)
        section._read()
        shop.until(lambda: len(section.table.rows()) == 1)
        assert section._add.isHidden()
        assert section._import.isHidden()
        section.table.choose(section.table.rows()[0].id)
        assert screen.findChild(IndiaText) is None
        assert screen.findChild(IndiaTextShown) is not None
