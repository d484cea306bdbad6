"""A widget that only a cycle keeps ends in the window's thread, whoever made one object too many."""

from __future__ import annotations

import gc
import threading
from collections.abc import Iterator

import pytest
from PySide6.QtCore import QObject
from pytestqt.qtbot import QtBot

from sms_desk.ui import collecting
from sms_desk.ui.collecting import Collecting


class Cyclic:
    """Says in which thread it ends."""

    def __init__(self, ended: list[int]) -> None:
        self.itself = self
        self._ended = ended

    def __del__(self) -> None:
        self._ended.append(threading.get_ident())


@pytest.fixture
def parent(monkeypatch: pytest.MonkeyPatch) -> Iterator[QObject]:
    monkeypatch.setattr(collecting, "EVERY_MS", 10)
    made = QObject()
    yield made
    made.deleteLater()
    gc.unfreeze()
    gc.enable()


def test_what_a_reader_s_thread_leaves_ends_in_the_window_s(qtbot: QtBot, parent: QObject) -> None:
    ended = list[int]()
    made = 10 * gc.get_threshold()[0]
    Collecting(parent)

    def leave() -> None:
        for _ in range(made):
            Cyclic(ended)

    reader = threading.Thread(target=leave)
    reader.start()
    reader.join()
    assert ended == []
    qtbot.waitUntil(lambda: len(ended) == made)
    assert set(ended) == {threading.get_ident()}


def test_old_generations_are_looked_through_as_well(qtbot: QtBot, parent: QObject) -> None:
    """What outlived two looks is found some hundred looks later."""
    ended = list[int]()
    Collecting(parent)
    old = Cyclic(ended)
    gc.collect(1)
    del old
    rubbish = [Cyclic([]) for _ in range(2 * gc.get_threshold()[0])]

    def makes_more() -> bool:
        rubbish[:] = [Cyclic([]) for _ in range(2 * gc.get_threshold()[0])]
        return len(ended) == 1

    qtbot.waitUntil(makes_more)
