"""The model: keyset pages, and refreshes as a diff by id (R6, R50)."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, timedelta
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st
from PySide6.QtCore import QModelIndex, QPersistentModelIndex, Qt
from PySide6.QtTest import QAbstractItemModelTester
from pytestqt.qtbot import QtBot

from sms_desk.domain.inbox_filters import Order
from sms_desk.services.rows import InboxPage, InboxRow
from sms_desk.ui.inbox.model import MOST_ROWS, InboxModel, InboxRole
from sms_desk.ui.inbox.row_words import Clock
from tests.gui.invented import NOW, many, page, row


def _model(first: InboxPage | None = None) -> InboxModel:
    model = InboxModel(lambda: Clock(NOW, UTC))
    tester = QAbstractItemModelTester(
        model, QAbstractItemModelTester.FailureReportingMode.Fatal, model
    )
    tester.setUseFetchMore(False)
    if first is not None:
        model.set_first_page(first)
    return model


def _names(model: InboxModel) -> list[int]:
    return [id_.int - 1 for id_ in model.ids()]


def test_scrolling_asks_for_one_page_at_a_time(qtbot: QtBot) -> None:
    model = _model(many(50, first=50, more=True))
    with qtbot.waitSignal(model.page_wanted) as told:
        model.fetchMore(QModelIndex())
    assert told.args == [many(50, first=50, more=True).next]
    assert not model.canFetchMore(QModelIndex())  # one is on its way
    last = model.index(50)
    assert last.data(InboxRole.LOADING) is True
    assert last.data(InboxRole.ROW) is None
    assert last.data(Qt.ItemDataRole.DisplayRole) is None
    model.append_page(many(50))
    assert model.rowCount() == 100
    assert not model.canFetchMore(QModelIndex())  # that was the last


def test_a_page_that_failed_is_asked_for_again() -> None:
    model = _model(many(50, more=True))
    model.fetchMore(QModelIndex())
    model.page_failed()
    assert model.rowCount() == 50
    assert model.canFetchMore(QModelIndex())


def test_a_row_that_came_in_live_is_not_shown_twice() -> None:
    """The same conversation may arrive by the page below after it rose by a message."""
    model = _model(many(5, first=5, more=True))
    risen = replace(row(2), last_position=100)
    model.refresh_rows([risen])
    model.append_page(many(5))
    assert _names(model) == [2, 9, 8, 7, 6, 5, 4, 3, 1, 0]


def test_the_model_is_bounded() -> None:
    model = _model(many(MOST_ROWS, more=True))
    assert not model.canFetchMore(QModelIndex())


def test_changes_are_made_one_by_one(qtbot: QtBot) -> None:
    """Selection lives in persistent indexes: they must follow their rows, not be reset."""
    model = _model(many(10))
    held = {n: QPersistentModelIndex(model.index(9 - n)) for n in range(10)}
    resets: list[None] = []
    model.modelReset.connect(lambda: resets.append(None))
    model.refresh_rows(
        [replace(row(3), last_position=50), row(20), replace(row(7), snippet="Changed")],
        [UUID(int=5 + 1)],
    )
    assert _names(model) == [3, 20, 9, 8, 7, 6, 4, 2, 1, 0]
    assert not held[5].isValid()
    for number, index in held.items():
        if number != 5:
            assert index.data(InboxRole.ID) == UUID(int=number + 1)
    assert not resets


def test_below_the_top_nothing_enters_above(qtbot: QtBot) -> None:
    """R6: what is new waits under the pill; what is shown keeps its place but not its old words."""
    model = _model(many(10))
    with qtbot.waitSignal(model.held_changed) as told:
        model.refresh_rows(
            [row(20), row(21), replace(row(4), last_position=30, snippet="Changed")], at_top=False
        )
    assert told.args == [3]
    assert _names(model) == list(range(9, -1, -1))
    assert model.index(model.row_of(UUID(int=5))).data(InboxRole.ROW).snippet == "Changed"
    model.release_held()
    assert _names(model) == [4, 21, 20, 9, 8, 7, 6, 5, 3, 2, 1, 0]
    assert model.held_count() == 0


def test_what_is_held_and_then_gone_never_enters() -> None:
    model = _model(many(3))
    model.refresh_rows([row(20)], at_top=False)
    model.refresh_rows([], [UUID(int=21)], at_top=False)
    model.release_held()
    assert _names(model) == [2, 1, 0]


def test_a_row_below_what_is_loaded_waits_for_its_page() -> None:
    model = _model(many(3, first=10, more=True))
    model.refresh_rows([row(2)])
    assert _names(model) == [12, 11, 10]
    model = _model(many(3, first=10))
    model.refresh_rows([row(2)])
    assert _names(model) == [12, 11, 10, 2]


def test_the_head_read_again_drops_what_is_gone() -> None:
    model = _model(many(10))
    rest = [r for r in many(10).rows if r.last_position in (9, 7, 6)]
    model.refresh_head(page(*rest, more=True))
    assert _names(model) == [9, 7, 6, 5, 4, 3, 2, 1, 0]
    model.refresh_head(page(*rest))
    assert _names(model) == [9, 7, 6]


def test_longest_waiting_first() -> None:
    rows = [row(n, waiting_since=NOW - timedelta(minutes=n)) for n in (9, 5, 1)]
    model = InboxModel(lambda: Clock(NOW, UTC))
    model.set_first_page(page(*rows), Order.WAITING)
    model.refresh_rows([row(7, waiting_since=NOW - timedelta(minutes=7))])
    assert _names(model) == [9, 7, 5, 1]


def test_a_minute_later_ages_are_said_anew(qtbot: QtBot) -> None:
    now = [NOW]
    model = InboxModel(lambda: Clock(now[0], UTC))
    model.set_first_page(page(row(1, waiting_since=NOW - timedelta(minutes=29))))
    assert model.index(0).data(InboxRole.WORDS).chips[0].text == "29 min"
    now[0] += timedelta(minutes=1)
    with qtbot.waitSignal(model.dataChanged):
        model.repaint_ages()
    chip = model.index(0).data(InboxRole.WORDS).chips[0]
    assert (chip.text, chip.ink) == ("30 min", "waiting")


@pytest.mark.parametrize("role", list(InboxRole))
def test_every_role_answers_while_loading(role: InboxRole) -> None:
    model = _model(many(2, more=True))
    model.fetchMore(QModelIndex())
    answer = model.index(2).data(role)
    assert answer is (True if role is InboxRole.LOADING else None)


_numbers = st.integers(0, 12)
_changes = st.lists(
    st.tuples(st.lists(st.tuples(_numbers, st.integers(0, 60))), st.lists(_numbers), st.booleans()),
    max_size=6,
)


@given(changes=_changes)
def test_whatever_happens_the_list_ends_as_the_query_would(
    changes: list[tuple[list[tuple[int, int]], list[int], bool]],
) -> None:
    """R50: after the pill, the rows are those that match, in order, each once."""
    model = InboxModel(lambda: Clock(NOW, UTC))
    truth: dict[int, InboxRow] = {n: row(n) for n in range(5)}
    model.set_first_page(many(5))
    for moved, gone, at_top in changes:
        rows = [replace(row(n), last_position=position) for n, position in dict(moved).items()]
        model.refresh_rows(rows, [UUID(int=n + 1) for n in gone], at_top=at_top)
        for n in gone:
            truth.pop(n, None)
        truth |= {r.id.int - 1: r for r in rows}
    model.release_held()
    expected = sorted(truth.values(), key=lambda r: (-r.last_position, -r.id.int))
    assert list(model.ids()) == [r.id for r in expected]
