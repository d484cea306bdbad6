"""Reassigning in a real window: who would get what is shown before, done at once, taken back (R30)."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from uuid import UUID

import pytest
import sqlalchemy as sa
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from pytestqt.qtbot import QtBot

from sms_desk.domain import commands as c
from sms_desk.domain.absences import Split
from sms_desk.domain.inbox_filters import InboxFilter, Scope
from sms_desk.store import senders, tables
from sms_desk.store.engine import Workspace
from sms_desk.ui.reassign import ReassignDialog
from tests.gui.session import Shop, open_shop
from tests.store.office import NOON, Office

MANY = 112


@pytest.fixture
def office(local_workspace: Workspace) -> Office:
    return Office(local_workspace)


@pytest.fixture
def bens(office: Office) -> tuple[UUID, ...]:
    """Two of Ben's, one of each of his own sender IDs."""
    made = []
    for sender, peer in ((office.own, "+12025550171"), (office.shared, "+12025550172")):
        made.append(office.conversation(sender, peer, office.ben))
        office.message(made[-1], "Is my coat ready?")
    return tuple(made)


@pytest.fixture
def anns(qtbot: QtBot, office: Office, bens: tuple[UUID, ...], tmp_path: Path) -> Iterator[Shop]:
    with open_shop(qtbot, office.workspace, tmp_path, office, office.ann) as shop:
        yield shop


def dialog(shop: Shop) -> ReassignDialog:
    """The one that stands open, once it knows what it is about."""
    shop.until(lambda: any(d._start for d in shop.window.findChildren(ReassignDialog)))
    return next(d for d in shop.window.findChildren(ReassignDialog) if d.isVisible())


def owners(office: Office) -> Counter[UUID | None]:
    with office.workspace.read() as tx:
        return Counter(tx.execute(sa.select(tables.conversations.c.owner_id)).scalars())


def press(shop: Shop, box: ReassignDialog) -> None:
    shop.until(box._yes.isEnabled)
    QTest.mouseClick(box._yes, Qt.MouseButton.LeftButton)


def test_r30_all_that_match_are_divided_loaded_or_not_and_taken_back(
    qtbot: QtBot, office: Office, tmp_path: Path
) -> None:
    for n in range(MANY):
        one = office.conversation(office.own, f"+1202555{1000 + n}", office.ben)
        office.message(one, "Hello", at=NOON - timedelta(minutes=n))
    with open_shop(qtbot, office.workspace, tmp_path, office, office.ben) as shop:
        assert len(shop.shown) == 50
        shop.wiring.page.list_widget().selectAll()
        shop.wiring.page.inbox._on_all_requested()
        shop.wiring.actions.act_here("reassign")
        box = dialog(shop)
        assert box.command().targets == c.Targets(matching=InboxFilter(scope=Scope.MINE))
        assert not box._yes.isEnabled()
        box.choose_split(Split.EVEN)
        box.people.tick(office.ann)
        box.people.tick(office.cara)
        shop.until(box._yes.isEnabled)
        assert box._yes.text() == "Reassign 112 conversations"
        assert owners(office) == {office.ben: MANY}  # a dry run
        press(shop, box)
        shop.until(lambda: owners(office) == {office.ann: 56, office.cara: 56})
        shop.until(lambda: shop.window.toast.isVisible())
        shop.wiring.actions.undo_last()
        shop.until(lambda: owners(office) == {office.ben: MANY})


def test_r30_sender_ids_of_the_one_owner_move_along(anns: Shop, bens: tuple[UUID, ...]) -> None:
    office = anns.office
    anns.wiring.actions._reassign(c.Targets(bens))
    box = dialog(anns)
    assert set(box._senders) == {office.own, office.shared, office.whatsapp}
    box._senders[office.own].setChecked(True)
    box.people.tick(office.cara)
    anns.until(box._yes.isEnabled)
    assert box._preview is not None
    assert [one.to for one in box._preview.senders] == [("Cara",)]
    press(anns, box)
    anns.until(lambda: owners(office) == {office.cara: 2})
    with office.workspace.read() as tx:
        assert office.own in senders.held_by(tx, office.cara, office.now)
        assert office.own not in senders.held_by(tx, office.ben, office.now)


def test_r30_one_person_takes_all_until_it_is_divided_by_sender_id(
    anns: Shop, bens: tuple[UUID, ...]
) -> None:
    office = anns.office
    anns.wiring.actions._reassign(c.Targets(bens))
    box = dialog(anns)
    box.people.tick(office.ann)
    box.people.tick(office.cara)
    assert [share.person_id for share in box.command().shares] == [office.cara]
    box.choose_split(Split.SENDER)
    box.people.tick(office.ann)
    box.people._keys.choose(office.cara, office.shared, True)
    press(anns, box)
    anns.until(lambda: owners(office) == {office.ann: 1, office.cara: 1})


def test_r31_what_may_not_be_given_away_is_said_and_not_done(
    qtbot: QtBot, office: Office, tmp_path: Path
) -> None:
    caras = office.conversation(office.shared, "+12025550175", office.cara)
    office.message(caras, "Hello")
    with open_shop(qtbot, office.workspace, tmp_path, office, office.ben) as shop:
        shop.wiring.actions._reassign(c.Targets.one(caras))
        box = dialog(shop)
        assert not box._senders  # a rep gives none out
        box.people.tick(office.ann)
        shop.until(lambda: box._wrong.isVisible())
        assert "not yours to give away" in box._wrong.text()
        assert not box._yes.isEnabled()
