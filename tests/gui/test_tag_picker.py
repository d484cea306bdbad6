"""The tag picker: typing narrows, a new name is created on purpose, Enter hits nothing by accident."""

from __future__ import annotations

from uuid import UUID

import pytest
from PySide6.QtCore import QPoint, Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QLineEdit, QWidget
from pytestqt.qtbot import QtBot

from sms_desk.ui.window.tag_picker import TagPicker

TAGS = tuple((UUID(int=n), name) for n, name in enumerate(("backpacks", "coats", "raincoats"), 1))

Taken = list[tuple[UUID | None, str]]


@pytest.fixture
def parent(qtbot: QtBot) -> QWidget:
    made = QWidget()
    qtbot.addWidget(made)
    return made


def picker(parent: QWidget, taken: Taken, *, several: bool) -> tuple[TagPicker, QLineEdit]:
    made = TagPicker(
        "Add a tag", TAGS, lambda id_, name: taken.append((id_, name)), parent, several=several
    )
    made.pop_up(QPoint(10, 10))
    field = made.findChild(QLineEdit)
    assert field is not None
    return made, field


@pytest.mark.parametrize("several", [False, True])
def test_nothing_is_marked_before_anything_is_typed(parent: QWidget, several: bool) -> None:
    taken: Taken = []
    made, field = picker(parent, taken, several=several)
    assert made.offers() == ["backpacks", "coats", "raincoats"]
    QTest.keyClick(field, Qt.Key.Key_Return)
    assert (made.marked(), taken) == ("", [])


def test_typing_narrows_and_a_new_name_can_be_created(parent: QWidget) -> None:
    taken: Taken = []
    made, field = picker(parent, taken, several=True)
    QTest.keyClicks(field, "autumn26")
    assert made.offers() == ["Create tag “autumn26”"]
    QTest.keyClick(field, Qt.Key.Key_Return)
    assert taken == [(None, "autumn26")]


def test_for_several_only_a_name_in_full_is_marked(parent: QWidget) -> None:
    taken: Taken = []
    made, field = picker(parent, taken, several=True)
    QTest.keyClicks(field, "coa")
    assert made.offers() == ["coats", "raincoats", "Create tag “coa”"]
    QTest.keyClick(field, Qt.Key.Key_Return)
    assert taken == []
    QTest.keyClicks(field, "TS")
    assert made.marked() == "coats"
    QTest.keyClick(field, Qt.Key.Key_Return)
    assert taken == [(UUID(int=2), "coats")]


def test_for_one_the_first_that_fits_is_marked_and_arrows_go_on(parent: QWidget) -> None:
    taken: Taken = []
    made, field = picker(parent, taken, several=False)
    QTest.keyClicks(field, "coa")
    assert made.marked() == "coats"
    QTest.keyClick(field, Qt.Key.Key_Down)
    QTest.keyClick(field, Qt.Key.Key_Enter)
    assert taken == [(UUID(int=3), "raincoats")]
