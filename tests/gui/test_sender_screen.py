"""The screen of sender IDs: found, checked while typed, held with rules, imported after a look
(R11, R12, R14, R16, R19, R59)."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QLabel
from pytestqt.qtbot import QtBot

from sms_desk.domain import commands as c
from sms_desk.domain.model import (
    Channel,
    HolderKind,
    Purpose,
    RoutingRule,
    SenderDirection,
    SenderKind,
)
from sms_desk.domain.registration import RegistrationState
from sms_desk.services import directory, holdings, senders
from sms_desk.services.rows import SenderChoice, SenderRow
from sms_desk.store import message_routes
from sms_desk.store.ids import new_id
from sms_desk.ui.composer.sender_picker import SenderPicker
from sms_desk.ui.senders import SendersScreen
from sms_desk.ui.senders.detail import SenderDetail
from sms_desk.ui.senders.import_dialog import ImportDialog
from tests.gui.session import Shop, open_shop
from tests.store.office import Office


@pytest.fixture
def shop(qtbot: QtBot, office: Office, tmp_path: Path) -> Iterator[Shop]:
    with open_shop(qtbot, tmp_path, office, office.ann) as made:
        made.session.account_id = office.account
        yield made


@pytest.fixture
def screen(shop: Shop) -> SendersScreen:
    shop.wiring.desk.show_screen("senders")
    found = shop.window.screen_shown()
    assert isinstance(found, SendersScreen)
    shop.until(lambda: len(found._table.rows()) == 4)
    return found


def pane(shop: Shop, screen: SendersScreen, sender_id: object) -> SenderDetail:
    screen._table.choose(sender_id)
    shop.until(lambda: screen._pane is not None and screen._pane._row.id == sender_id)
    found = screen._pane
    assert found is not None
    shop.until(lambda: found._holder.count() > 0)
    return found


def row(shop: Shop, sender_id: object) -> SenderRow:
    return shop.session.desk.read(senders.row, sender_id)  # type: ignore[arg-type]


def test_r11_chips_narrow_the_table(shop: Shop, screen: SendersScreen) -> None:
    screen._filters._choose_channel(Channel.WHATSAPP, "WhatsApp")
    assert [each.channel for each in screen._table.rows()] == [Channel.WHATSAPP]
    screen._filters._choose_channel(None, "")
    screen._filters.unheld.click()
    assert [each.id for each in screen._table.rows()] == [shop.office.unheld]
    screen._filters.unheld.click()
    screen._filters._choose_kind(SenderKind.SHORT_CODE, "Short code")
    assert screen._table.rows() == []


def test_r11_all_that_is_said_of_it_is_edited_and_taken_back(
    shop: Shop, screen: SendersScreen
) -> None:
    found = pane(shop, screen, shop.office.own)
    found._country.setText("us")
    found._purpose.choose(Purpose.SERVICE)
    found._fallback.setText("+1 202-555-0102")
    found._registration.brand_id.setText("BN1")
    found._registration.brand_state.choose(RegistrationState.PENDING)
    found._save.click()
    shop.until(lambda: row(shop, shop.office.own).country == "US")
    now = row(shop, shop.office.own)
    assert (now.purpose, now.fallback_id) == (Purpose.SERVICE, shop.office.shared)
    assert now.registration is not None
    assert now.registration.us is not None
    assert now.registration.us.brand_state is RegistrationState.PENDING
    shop.wiring.actions.undo_last()
    shop.until(lambda: row(shop, shop.office.own).registration is None)


def test_r14_what_is_typed_is_checked_at_its_field(shop: Shop, screen: SendersScreen) -> None:
    found = pane(shop, screen, shop.office.own)
    found._country.setText("GB")
    shop.until(lambda: "not the country code" in found.finding_words("country"))
    found._country.setText("US")
    shop.until(lambda: found.finding_words("country") == "")
    found._fallback.setText("+19995550199")
    shop.until(lambda: "no such sender ID" in found.finding_words("fallback"))
    found._save.click()
    assert row(shop, shop.office.own).country == ""


def test_r14_both_opinions_on_a_country_stand_with_source_and_date(
    shop: Shop, screen: SendersScreen
) -> None:
    desk = shop.session.desk
    id_ = new_id()
    desk.change(
        c.AddSender(
            **desk.stamp(),
            sender_id=id_,
            channel=Channel.SMS,
            address="FERNHILL",
            kind=SenderKind.ALPHANUMERIC,
            country="AZ",
            direction=SenderDirection.OUTGOING,
        )
    )
    shop.session.foreign = True
    shop.until(lambda: len(screen._table.rows()) == 5)
    found = pane(shop, screen, id_)
    shown = [each.text() for each in found.findChildren(QLabel)]
    assert any("sources differ" in words for words in shown)
    assert any(words.startswith("AWS · ") for words in shown)
    assert "Twilio · 2017" in shown


def test_r19_it_is_given_out_with_a_rule_and_an_end_and_changed(
    shop: Shop, screen: SendersScreen
) -> None:
    office = shop.office
    found = pane(shop, screen, office.unheld)
    found._holder.choose((HolderKind.PERSON, office.cara))
    found.holders.rule.choose(RoutingRule.NAMED)
    assert found.holders._named_row.isVisibleTo(found.holders)
    found.holders.named.choose(office.ben)
    found.holders.until.setText("sometime")
    found._give.click()
    assert found.holders.error_words()
    found.holders.until.setText("2026-12-24")
    found._give.click()

    def held() -> tuple[holdings.HoldingRow, ...]:
        return shop.session.desk.read(holdings.of_sender, office.unheld)

    shop.until(held)
    (one,) = held()
    assert (one.name, one.rule, one.rule_name) == ("Cara", RoutingRule.NAMED, "Ben")
    assert one.until is not None
    shop.until(lambda: screen._pane is not None and screen._pane is not found)
    again = screen._pane
    assert again is not None
    again.holders._edit(one)
    again.holders.rule.choose(RoutingRule.ROUND_ROBIN)
    again._give.click()
    shop.until(lambda: held()[0].rule is RoutingRule.ROUND_ROBIN)
    again.holders.ended.emit(one.id)
    shop.until(lambda: not held()[0].running)
    shop.wiring.actions.undo_last()
    shop.until(lambda: held()[0].running)


def test_r11_a_file_is_seen_before_it_is_imported(
    shop: Shop, screen: SendersScreen, tmp_path: Path
) -> None:
    file = tmp_path / "in.csv"
    file.write_text("address,label\n+12025550101,Front\n+12025550190,New\n1.5E+10,x\n", "utf-8")
    screen.imports.from_file(file)
    dialog = screen.imports.dialog
    assert isinstance(dialog, ImportDialog)
    shop.until(lambda: "1 new, 1 changed, 0 as they are, 1 wrong" in dialog.words())
    assert not dialog.apply.isEnabled()
    assert dialog.table.rows()[0].where == "line 4"
    assert row(shop, shop.office.own).label == ""
    dialog.skip.click()
    dialog.apply.click()
    shop.until(lambda: row(shop, shop.office.own).label == "Front")
    shop.until(lambda: len(screen._table.rows()) == 5)
    shop.wiring.actions.undo_last()
    shop.until(lambda: len(screen._table.rows()) == 4)


def test_r11_a_file_that_cannot_be_read_says_why(
    shop: Shop, screen: SendersScreen, tmp_path: Path
) -> None:
    file = tmp_path / "in.csv"
    file.write_bytes(b"PK\x03\x04")
    screen.imports.from_file(file)
    dialog = screen.imports.dialog
    assert dialog is not None
    shop.until(lambda: "zip archive" in dialog.words())
    assert not dialog.apply.isEnabled()
    dialog.reject()


def test_r11_the_providers_list_is_chosen_line_by_line(shop: Shop, screen: SendersScreen) -> None:
    (account,) = shop.session.desk.read(directory.all_accounts)
    screen.imports.from_provider(account)
    dialog = screen.imports.dialog
    assert dialog is not None
    shop.until(lambda: dialog.words().startswith("1 of 5"))
    gone = next(each for each in dialog.table.rows() if each.id == shop.office.unheld)
    dialog.table.choose(gone.id)
    QTest.keyClick(dialog.table, Qt.Key.Key_Space)
    shop.until(lambda: dialog.words().startswith("2 of 5"))
    dialog.apply.click()
    shop.until(lambda: row(shop, shop.office.unheld).retired)
    shop.until(lambda: any(each.label == "New line" for each in screen._table.rows()))


def test_r45_the_directory_is_exported(shop: Shop, screen: SendersScreen, tmp_path: Path) -> None:
    file = tmp_path / "out.csv"
    assert screen.imports._written(file) == 4
    assert file.read_text("utf-8").startswith('"address","channel"')
    assert '"\'+12025550101"' in file.read_text("utf-8")


def test_r16_forbidden_sender_ids_stand_apart_with_why(
    qtbot: QtBot, shop: Shop, office: Office
) -> None:
    ben = office.desk(office.ben)
    choices: tuple[SenderChoice, ...] = ben.read(senders.choices_for_new, Channel.SMS)
    picker = SenderPicker()
    qtbot.addWidget(picker)
    picker.show_choices(choices)
    picker._fill()
    actions = picker._number.options().actions()
    apart = next(n for n, action in enumerate(actions) if action.isSeparator())
    assert actions[apart].text() == "You may not write from"
    assert all(action.isEnabled() for action in actions[:apart])
    assert not any(action.isEnabled() for action in actions[apart + 1 :])
    assert "held by nobody" in actions[-1].text()


# --- what if (R19, R20) -------------------------------------------------------------------------------


def test_r20_a_rule_is_tried_beside_the_form_before_it_is_saved(
    shop: Shop, screen: SendersScreen
) -> None:
    office = shop.office
    for n in range(3):
        talk = office.conversation(office.shared, f"+1202555017{n}")
        position = office.message(talk, "Hello")
        trail = {"rule": "several_holders", "outcome": "shared_inbox"}
        with office.workspace.write() as tx:
            message_routes.keep(tx, [(position, talk, trail)])
    holders = pane(shop, screen, office.shared).holders
    row = shop.session.desk.read(holdings.of_sender, office.shared)[0]
    holders._edit(row)
    holders.rule.choose(RoutingRule.NAMED)
    holders.named.choose(office.cara)
    assert holders.trial.words() == ""
    holders.trial.button.click()
    assert holders.trial.words().startswith("Looking through")
    told = "3 of 3 messages of the last 30 days would have gone elsewhere."
    shop.until(lambda: holders.trial.words() == told)
    shown = [each.text() for each in holders.trial.findChildren(QLabel)]
    assert {"Cara", "Shared inbox", "Got", "Would get", "3", "0"} <= set(shown)
    assert holders.is_changed(), "what was typed stands there still"
    # another choice, and the answer is about that
    holders.rule.choose(RoutingRule.EVERYONE)
    shop.until(lambda: holders.trial.words().startswith("Nothing would change: 3 messages"))
    holders.stop_editing()
    assert holders.trial.words() == ""
    assert shop.session.desk.read(holdings.of_sender, office.shared)[0] == row


def test_r20_a_further_holder_is_tried_and_what_cannot_be_is_said(
    shop: Shop, screen: SendersScreen
) -> None:
    office = shop.office
    holders = pane(shop, screen, office.shared).holders
    holders.trial.ask()
    shop.until(lambda: "nothing came in that can be tried" in holders.trial.words())
    holders.named.set_options([])
    holders.rule.choose(RoutingRule.NAMED)
    shop.until(lambda: "needs that person" in holders.trial.words())
