"""Painting: hostile texts are quick, a row costs a bounded multiple of a bare painter."""

from __future__ import annotations

import sys
import time
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC
from typing import Any

import pytest
from PySide6.QtCore import QRect, QSize, Qt
from PySide6.QtGui import QImage, QPainter
from PySide6.QtWidgets import QStyle, QStyleOptionViewItem, QWidget
from pytestqt.qtbot import QtBot

from sms_desk.services.rows import InboxPage
from sms_desk.ui import theme
from sms_desk.ui.inbox.delegate import InboxDelegate
from sms_desk.ui.inbox.model import InboxModel
from sms_desk.ui.inbox.row_words import Clock
from sms_desk.ui.theme.tokens import ROW_HEIGHT
from tests.gui.invented import CAMPAIGN, NOW, many, page, row

WIDTH = 336
AT_MOST = 12
"""How many times the bare strokes a whole row may cost; about 5 on the machine it was made on."""

HOSTILE = {
    "combining marks": "a" + "\u0301" * 100_000,
    "a million letters": "x" * 1_000_000,
    "a million lines": "\n" * 1_000_000,
    "joined emoji": "👩\u200d" * 50_000,
    "embeddings": "\u202a\u202e\u2067" * 1_000 + "x",
    "tabs": "\t" * 100_000,
    "ligatures": "ffi" * 33_000,
    "rich text": "<img src=x><table><hr>" * 1_000,
    "controls": "\x00\x07\x1b[31m\r\x0b" * 100,
}


class Canvas:
    """A model's rows painted one by one with the real delegate, without a window."""

    def __init__(self, shown: InboxPage) -> None:
        self.model = InboxModel(lambda: Clock(NOW, UTC))
        self.model.set_first_page(shown)
        self.delegate = InboxDelegate()
        self.image = QImage(QSize(WIDTH, ROW_HEIGHT), QImage.Format.Format_ARGB32_Premultiplied)
        self.option = QStyleOptionViewItem()
        self.option.rect = QRect(0, 0, WIDTH, ROW_HEIGHT)
        self.option.state = QStyle.StateFlag.State_Enabled | QStyle.StateFlag.State_Active

    def paint_all(self) -> None:
        painter = QPainter(self.image)
        for at in range(self.model.rowCount()):
            self.delegate.paint(painter, self.option, self.model.index(at))
        painter.end()

    def paint_bare(self) -> None:
        """The floor: the ground, a disc and three texts for as many rows."""
        painter = QPainter(self.image)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        tokens, font = theme.tokens(), theme.font("body")
        line = QRect(58, 8, 200, 17)
        for at in range(self.model.rowCount()):
            painter.fillRect(self.option.rect, tokens.base)
            painter.setBrush(tokens.accent)
            painter.drawEllipse(12, 10, 36, 36)
            painter.setFont(font)
            for text in (f"Person {at}", f"Message {at}", "10:42"):
                painter.drawText(line, Qt.AlignmentFlag.AlignLeft, text)
        painter.end()


def _seconds(work: Callable[[], None]) -> float:
    """Of this thread's processor, so that a neighbour's work does not count."""
    begun = time.thread_time()
    work()
    return time.thread_time() - begun


def test_five_hundred_rows_beside_bare_strokes() -> None:
    canvas = Canvas(many(500))
    # The better of two: the first draws letters and marks that the application then keeps.
    floor, ours = (
        min(_seconds(work) for _ in range(2)) for work in (canvas.paint_bare, canvas.paint_all)
    )
    assert ours <= AT_MOST * floor


@pytest.mark.parametrize("given", HOSTILE.values(), ids=HOSTILE.keys())
@pytest.mark.parametrize("field", ["contact_name", "snippet", "program_name", "tags", "peer"])
def test_hostile_text_is_painted_within_200_ms(field: str, given: str) -> None:
    fields: dict[str, Any] = {field: (given,) * 3 if field == "tags" else given}
    canvas = Canvas(page(replace(row(1, "Mira", source=CAMPAIGN), **fields)))
    begun = time.process_time()  # a neighbour's work does not count
    canvas.paint_all()
    assert time.process_time() - begun < 0.2


def test_marks_stay_within_their_row() -> None:
    """Tall piles of marks are clipped: a row never paints over its neighbours."""
    canvas = Canvas(page(row(1, "a" + "\u0301" * 500, "b" + "\u0300" * 500)))
    tall = QImage(QSize(WIDTH, 3 * ROW_HEIGHT), QImage.Format.Format_ARGB32_Premultiplied)
    tall.fill(Qt.GlobalColor.white)
    canvas.option.rect = QRect(0, ROW_HEIGHT, WIDTH, ROW_HEIGHT)
    painter = QPainter(tall)
    canvas.delegate.paint(painter, canvas.option, canvas.model.index(0))
    painter.end()
    outside = [y for y in range(tall.height()) if not ROW_HEIGHT <= y < 2 * ROW_HEIGHT]
    white = theme.tokens().base.rgb()
    assert all(tall.pixel(x, y) == white for y in outside for x in range(0, WIDTH, 7))


@pytest.mark.skipif(sys.version_info >= (3, 12), reason="None is immortal from Python 3.12 on")
def test_painting_loses_no_references(qtbot: QtBot) -> None:
    """PySide6 6.12 lost about one reference to None, True or False per call (docs/decisions/0002)."""
    canvas = Canvas(many(100))
    canvas.paint_all()
    before = [sys.getrefcount(value) for value in (None, True, False)]
    for _ in range(3):
        canvas.model.repaint_ages()
        canvas.paint_all()
    after = [sys.getrefcount(value) for value in (None, True, False)]
    assert all(now >= then - 50 for then, now in zip(before, after, strict=True))


def test_painting_on_a_real_list(qtbot: QtBot) -> None:
    """The delegate works from the roles of the list that a window shows."""
    from PySide6.QtWidgets import QListView

    view = QListView()
    qtbot.addWidget(view)
    canvas = Canvas(many(30, more=True))
    view.setModel(canvas.model)
    view.setItemDelegate(canvas.delegate)
    view.resize(WIDTH, 400)
    assert isinstance(view, QWidget)
    assert not view.grab().isNull()
