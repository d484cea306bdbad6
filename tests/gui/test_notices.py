"""Pop-ups of the desktop: over a real bus, into a real window (R21)."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from uuid import UUID

import pytest
from pytestqt.qtbot import QtBot

from sms_desk.domain.changes import Changes
from sms_desk.notify.base import Shown
from sms_desk.services.telling import Teller, Written
from sms_desk.store import people
from sms_desk.store.ids import new_id
from sms_desk.ui.popups import Popups
from tests.fixtures.notification_service import NotificationService, listens, notification_service
from tests.fixtures.secret_service import running_bus
from tests.fixtures.waiting import wait_until
from tests.gui.session import Shop, open_shop
from tests.store.office import Office


@pytest.fixture
def bus(monkeypatch: pytest.MonkeyPatch) -> Iterator[str]:
    with running_bus() as environment:
        address = environment["DBUS_SESSION_BUS_ADDRESS"]
        monkeypatch.setenv("DBUS_SESSION_BUS_ADDRESS", address)
        wait_until(lambda: listens(address), "dbus-daemon to listen")
        yield address


@pytest.fixture
def service(bus: str) -> Iterator[NotificationService]:
    with notification_service(bus, ("body-markup",)) as made:
        yield made


@pytest.fixture
def shop(tmp_path: Path, qtbot: QtBot, office: Office) -> Iterator[Shop]:
    with open_shop(qtbot, tmp_path, office) as made:
        yield made


def tell(shop: Shop, conversation: UUID, owner: UUID | None = None) -> None:
    """A contact writes, as the connector tells of it."""
    office = shop.office
    with office.workspace.write() as tx:
        teller = Teller(tx, people.directory(tx), office.now)
        one = Written(new_id(), conversation, office.own, owner or office.ben, office.now)
        teller.wrote(tx, [one], live=True, provider_now=office.now)
    shop.session.tell(Changes.of(message=conversation, conversation=conversation))


@pytest.fixture
def popups(shop: Shop) -> Iterator[Popups]:
    made = Popups()
    shop.wiring.popup_wanted.connect(made.show)
    shop.wiring.popup_withdrawn.connect(made.withdraw)
    made.clicked.connect(shop.wiring.open_popup)
    yield made
    made.close()


def test_r21_a_click_opens_exactly_that_conversation_and_touches_no_draft(
    service: NotificationService, shop: Shop, popups: Popups
) -> None:
    one = shop.office.conversation(shop.office.own, "+12025550110", shop.office.ben)
    two = shop.office.conversation(shop.office.own, "+12025550111", shop.office.ben)
    for each in (one, two):
        shop.arrives(each, "hello")
    shop.open(one)
    composer = shop.wiring.page.column.composer
    composer._editor.insertPlainText("half a thou")
    tell(shop, two)
    shop.until(lambda: service.asked)
    (asked,) = service.asked
    assert asked.title == "New message from +1 202-555-0111"
    assert "hello" not in asked.body
    assert service.signatures == ["susssasa{sv}i"]
    assert asked.actions == ["default", "Open"]
    service.click(asked)
    shop.until(lambda: shop.wiring.thread_controller.conversation_id() == two)
    shop.until(shop.has_opened)
    assert composer._editor.toPlainText() == ""
    shop.open(one)
    shop.until(lambda: composer._editor.toPlainText() == "half a thou")


def test_r21_the_summary_after_rest_opens_the_list(shop: Shop) -> None:
    shop.wiring.desk.show_screen("settings")
    shop.until(lambda: shop.window.screen_shown() is not shop.wiring.page)
    shop.wiring.open_popup(Shown("rested", "7 messages while do-not-disturb was on", ""))
    assert shop.window.screen_shown() is shop.wiring.page


def test_r21_what_is_open_before_ones_eyes_does_not_pop_up(
    service: NotificationService, shop: Shop, popups: Popups
) -> None:
    one = shop.office.conversation(shop.office.own, "+12025550110", shop.office.ben)
    two = shop.office.conversation(shop.office.own, "+12025550111", shop.office.ben)
    shop.arrives(one, "hello")
    shop.open(one)
    shop.until(shop.window.isActiveWindow)
    tell(shop, one)
    shop.bot.wait(0)
    tell(shop, two)
    shop.until(lambda: service.asked)
    assert [asked.title for asked in service.asked] == ["New message from +1 202-555-0111"]


def test_r21_a_second_message_takes_the_place_of_the_first(
    service: NotificationService, shop: Shop, popups: Popups
) -> None:
    one = shop.office.conversation(shop.office.own, "+12025550110", shop.office.ben)
    tell(shop, one)
    shop.until(lambda: len(service.asked) == 1)
    tell(shop, one)
    shop.until(lambda: len(service.asked) == 2)
    first, second = service.asked
    assert second.replaces == first.id
    shop.arrives(one, "x")
    shop.open(one)
    shop.until(lambda: service.closed == [first.id])


def test_106_to_109_what_is_hostile_is_text(service: NotificationService, qtbot: QtBot) -> None:
    popups = Popups()
    popups.show(Shown("k", "<b>a</b> & b", "<img src=x> &amp;", None))
    qtbot.waitUntil(lambda: bool(service.asked))
    popups.close()
    (asked,) = service.asked
    assert asked.title == "<b>a</b> & b", "a summary is never markup"
    assert asked.body == "&lt;img src=x&gt; &amp;amp;"


def test_106_a_service_without_markup_gets_plain_text(bus: str, qtbot: QtBot) -> None:
    with notification_service(bus) as service:
        popups = Popups()
        popups.show(Shown("k", "t", "<b> & c", None))
        qtbot.waitUntil(lambda: bool(service.asked))
        popups.close()
    assert service.asked[0].body == "<b> & c"


def test_r21_without_a_service_the_tray_is_asked(bus: str, qtbot: QtBot) -> None:
    popups = Popups()
    shown = Shown("k", "t", "b", None)
    with qtbot.waitSignal(popups.tray_wanted) as caught:
        popups.show(shown)
    assert caught.args == [shown]
    popups.close()


def test_r21_without_a_bus_the_tray_is_asked(monkeypatch: pytest.MonkeyPatch, qtbot: QtBot) -> None:
    monkeypatch.delenv("DBUS_SESSION_BUS_ADDRESS", raising=False)
    popups = Popups()
    with qtbot.waitSignal(popups.tray_wanted):
        popups.show(Shown("k", "t", "b", None))


def test_r21_the_settings_mute_an_inbox_and_a_rep_sees_no_server(shop: Shop) -> None:
    from PySide6.QtWidgets import QCheckBox

    from sms_desk.services import notices
    from sms_desk.ui.settings_screen import SettingsScreen
    from sms_desk.ui.settings_screen.notices import NoticesPage

    desk = shop.wiring.desk
    desk.show_screen("settings")
    screen = shop.window.screen_shown()
    assert isinstance(screen, SettingsScreen)
    shop.until(lambda: screen.page() is not None)
    screen.show_section("Notifications")
    (page,) = screen.findChildren(NoticesPage)
    boxes = page.findChildren(QCheckBox)
    assert not any("E-mail for assignments" in box.text() for box in boxes)
    box = next(box for box in boxes if "0102" in box.text())
    box.toggle()
    ben = shop.office.desk(shop.office.ben)
    shop.until(lambda: any(one.muted for one in ben.read(notices.inboxes)))
