"""First paint of 300 messages and one arrival, beside the barest list of the same texts.

The floor is measured in the same run; what is compared is the ratio, never a time of its own.
"""

from __future__ import annotations

from typing import Any

import pytest
from PySide6.QtCore import QStringListModel
from PySide6.QtWidgets import QListView
from pytestqt.qtbot import QtBot

from sms_desk.ui.thread import Reader, ThreadView
from tests.gui import invented_thread as invented

ITEMS = 300
Benchmark = Any


@pytest.fixture
def floor(qtbot: QtBot) -> QListView:
    """Qt's own list with its own delegate: no bubbles, no groups, no state."""
    made = QListView()
    qtbot.addWidget(made)
    made.setWordWrap(True)
    made.resize(600, 700)
    made.show()
    return made


@pytest.fixture
def thread(qtbot: QtBot) -> ThreadView:
    made = ThreadView(Reader(invented.ME, invented.ZONE), lambda: invented.NOW)
    qtbot.addWidget(made)
    made.resize(600, 700)
    made.start(read_position=0, first_unread=None)
    made.show()
    return made


@pytest.mark.benchmark(group="thread: first paint of 300")
def test_floor_first_paint(benchmark: Benchmark, floor: QListView) -> None:
    texts = [item.body for item in invented.many(ITEMS)]

    def paint() -> None:
        floor.setModel(QStringListModel(texts, floor))
        floor.scrollToBottom()
        floor.grab()

    benchmark.pedantic(paint, rounds=5, warmup_rounds=1)


@pytest.mark.benchmark(group="thread: first paint of 300")
def test_thread_first_paint(benchmark: Benchmark, thread: ThreadView) -> None:
    page = invented.page(*invented.many(ITEMS))

    def paint() -> None:
        thread._list._shapes.forget()
        thread.show_page(page)
        thread.grab()

    benchmark.pedantic(paint, rounds=5, warmup_rounds=1)
    assert thread._list.is_at_end()


@pytest.mark.benchmark(group="thread: one arrival at 300")
def test_floor_arrival(benchmark: Benchmark, floor: QListView) -> None:
    model = QStringListModel([item.body for item in invented.many(ITEMS)], floor)
    floor.setModel(model)

    def arrive() -> None:
        row = model.rowCount()
        model.insertRow(row)
        model.setData(model.index(row), "one more")
        floor.scrollToBottom()
        floor.grab()

    benchmark.pedantic(arrive, rounds=10, warmup_rounds=1)


@pytest.mark.benchmark(group="thread: one arrival at 300")
def test_thread_arrival(benchmark: Benchmark, thread: ThreadView) -> None:
    items = list(invented.many(ITEMS + 20))
    thread.show_page(invented.page(*items[:ITEMS]))
    shown = iter(range(1, 20))

    def arrive() -> None:
        first = next(shown)
        thread.replace_loaded(invented.page(*items[first : first + ITEMS]))
        thread.grab()

    benchmark.pedantic(arrive, rounds=10, warmup_rounds=1)
    assert thread._list.is_at_end()
