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
from sms_desk.ui.inbox import Targets
from sms_desk.ui.reassign import ReassignDialog
from sms_desk.ui.widgets.menu_button import MenuButton
from sms_desk.ui.widgets.share_list import ShareList
from tests.gui.session import Shop, open_shop
from tests.store.office import NOON, Office

MANY = 112


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
    with open_shop(qtbot, tmp_path, office, office.ann) as shop:
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
    with open_shop(qtbot, tmp_path, office, office.ben) as shop:
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


@pytest.mark.parametrize("place", ["answer", "search"])
def test_r30_ctrl_z_takes_it_back_from_a_field_without_a_history(
    anns: Shop, office: Office, bens: tuple[UUID, ...], place: str
) -> None:
    """The keyboard stands where it stood before the dialog, often in the composer."""
    page = anns.wiring.page
    field = page.column.composer._editor if place == "answer" else page.inbox._bar._search
    anns.open(bens[1])
    field.setFocus()
    anns.wiring.actions.act("reassign", Targets((bens[0],)))
    box = dialog(anns)
    box.people.tick(office.cara)
    press(anns, box)
    anns.until(anns.window.toast.isVisible)
    assert owners(office)[office.cara] == 1
    anns.window.activateWindow()  # no window manager does it here
    anns.until(field.hasFocus)
    QTest.keyClick(field, Qt.Key.Key_Z, Qt.KeyboardModifier.ControlModifier)
    anns.until(lambda: owners(office) == {office.ben: 2})


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


def share_list(shop: Shop) -> ShareList:
    shop.until(lambda: any(d.isVisible() for d in shop.window.findChildren(ShareList)))
    return next(d for d in shop.window.findChildren(ShareList) if d.isVisible())


def menu_of(button: MenuButton, at: int) -> None:
    """Choose an entry of a button's menu, which is made when it shows."""
    button.about_to_show.emit()
    button.options().actions()[at].trigger()


def test_r30_who_gets_which_is_said_one_by_one_or_by_pasted_ids_and_the_rest_goes_to_one(
    anns: Shop, bens: tuple[UUID, ...]
) -> None:
    office = anns.office
    others = [office.conversation(office.own, f"+1202555018{n}", office.ben) for n in range(3)]
    for one in others:
        office.message(one, "Hello")
    anns.wiring.actions._reassign(c.Targets((*bens, *others)))
    box = dialog(anns)
    box.choose_split(Split.LIST)
    box.people.tick(office.ann)
    box.people.tick(office.cara)
    cara = next(one for one in box.people._lines if one.taker.person_id == office.cara)
    anns.until(cara.keys.isEnabled)
    menu_of(cara.keys, 0)
    picked = share_list(anns)
    assert {row.id for row in picked.table.rows()} == {*bens, *others}
    picked.table.choose(bens[0])
    QTest.keyClick(picked.table, Qt.Key.Key_Space)
    assert picked.chosen() == {bens[0]}
    picked.paste(f"{others[0]}\n{str(others[1])[-8:]}, nobody")
    assert picked.chosen() == {bens[0], others[0], others[1]}
    assert picked._more.text() == (
        "2 found by their ids. 1 of the words is the id of none of these."
    )
    picked.accept()
    assert cara.keys.text() == "3 chosen"
    ann = next(one for one in box.people._lines if one.taker.person_id == office.ann)
    assert ann.keys.text() == "All others"
    anns.until(lambda: box._preview is not None)
    assert box._preview is not None
    loads = {load.person_id: load.given for load in box._preview.loads}
    assert (loads[office.cara], loads[office.ann]) == (3, 2)
    press(anns, box)
    anns.until(lambda: owners(office) == {office.cara: 3, office.ann: 2})


def test_r30_what_one_person_gets_is_taken_from_who_had_it_and_nobody_may_have_the_rest(
    anns: Shop, bens: tuple[UUID, ...]
) -> None:
    office = anns.office
    anns.wiring.actions._reassign(c.Targets(bens))
    box = dialog(anns)
    box.choose_split(Split.LIST)
    box.people.tick(office.ann)
    box.people.tick(office.cara)
    lines = {one.taker.person_id: one for one in box.people._lines}
    anns.until(lines[office.cara].keys.isEnabled)
    menu_of(lines[office.cara].keys, 0)
    share_list(anns)._choose(bens, on=True)
    share_list(anns).accept()
    menu_of(lines[office.ann].keys, 0)
    picked = share_list(anns)
    assert {row.to for row in picked.table.rows()} == {"Cara"}
    picked._choose(bens[:1], on=True)
    picked.accept()
    assert [line.keys.text() for line in (lines[office.ann], lines[office.cara])] == [
        "1 chosen",
        "1 chosen",
    ]
    menu_of(lines[office.cara].keys, 1)  # the rest
    anns.until(box._yes.isEnabled)
    press(anns, box)
    anns.until(lambda: owners(office) == {office.ann: 1, office.cara: 1})


def test_r31_what_may_not_be_given_away_is_said_and_not_done(
    qtbot: QtBot, office: Office, tmp_path: Path
) -> None:
    caras = office.conversation(office.shared, "+12025550175", office.cara)
    office.message(caras, "Hello")
    with open_shop(qtbot, tmp_path, office, office.ben) as shop:
        shop.wiring.actions._reassign(c.Targets.one(caras))
        box = dialog(shop)
        assert not box._senders  # a rep gives none out
        box.people.tick(office.ann)
        shop.until(lambda: box._wrong.isVisible())
        assert "not yours to give away" in box._wrong.text()
        assert not box._yes.isEnabled()
