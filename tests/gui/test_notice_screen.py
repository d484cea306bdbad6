"""What was told, and the templates of e-mail, in the window (R20, R21)."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from uuid import UUID

import pytest
import sqlalchemy as sa
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QPushButton, QWidget
from pytestqt.qtbot import QtBot

from sms_desk.domain import commands as c
from sms_desk.domain.notices import Because, Kind, State, Way
from sms_desk.services import notices
from sms_desk.services.notices import NoticeTemplateRow
from sms_desk.settings import registry
from sms_desk.store import tables
from sms_desk.store.ids import new_id
from sms_desk.ui.notices import NoticesScreen
from sms_desk.ui.notices.letter_pane import LetterPane
from sms_desk.ui.notices.letters import Letters
from sms_desk.ui.notices.told import Told
from sms_desk.ui.settings_screen import SettingsScreen
from sms_desk.ui.settings_screen.fields import SettingField
from sms_desk.ui.settings_screen.notices import NoticesPage
from sms_desk.ui.widgets.forms import Choice
from tests.gui.session import Shop, open_shop
from tests.store.office import Office


@pytest.fixture
def shop(qtbot: QtBot, office: Office, tmp_path: Path) -> Iterator[Shop]:
    """Ann's window: she is the admin."""
    with open_shop(qtbot, tmp_path, office, office.ann) as made:
        yield made


def noted(
    office: Office, conversation: UUID, person: UUID, way: Way, state: State, reason: str = ""
) -> UUID:
    """A notice as it stands in the workspace."""
    id_ = new_id()
    with office.workspace.write() as tx:
        tx.execute(
            sa.insert(tables.notices).values(
                id=id_,
                person_id=person,
                way=way,
                kind=Kind.MESSAGE,
                subject_id=id_,
                conversation_id=conversation,
                trail={"because": str(Because.OWNER)},
                state=state,
                state_at=office.now,
                reason=reason,
                template="",
                tries=int(way is Way.EMAIL),
                made_at=office.now,
            )
        )
    return id_


def opened(shop: Shop, key: str = "told") -> NoticesScreen:
    shop.wiring.desk.show_notices(key)
    screen = shop.window.screen_shown()
    assert isinstance(screen, NoticesScreen)
    return screen


def letters(shop: Shop) -> Letters:
    section = opened(shop, "letters").section()
    assert isinstance(section, Letters)
    shop.until(section.table.rows)
    return section


def button(widget: QWidget, words: str) -> QPushButton:
    (found,) = [each for each in widget.findChildren(QPushButton) if each.text() == words]
    return found


def pane_of(shop: Shop) -> LetterPane:
    screen = shop.window.screen_shown()
    assert isinstance(screen, NoticesScreen)
    shop.until(lambda: screen.findChildren(LetterPane))
    return screen.findChildren(LetterPane)[-1]


# --- what was told --------------------------------------------------------------------------------


def test_r20_the_list_says_who_was_told_how_and_why_and_enter_opens_it(shop: Shop) -> None:
    office = shop.office
    conversation = office.conversation(office.own, "+12025550110", office.ben)
    office.message(conversation, "hello")
    noted(office, conversation, office.ben, Way.SCREEN, State.SILENT, "muted_conversation")
    told = opened(shop).section()
    assert isinstance(told, Told)
    shop.until(told.table.rows)
    model = told.table.model()
    shown = [model.index(0, at).data(Qt.ItemDataRole.AccessibleTextRole) for at in range(1, 5)]
    assert shown == [
        "New message +1 202-555-0110",
        "Ben on the screen",
        "Not told the conversation is muted",
        "Ben owns the conversation.",
    ]
    told.table.choose(told.table.rows()[0].id)
    told.table.setFocus()
    QTest.keyClick(told.table, Qt.Key.Key_Return)
    shop.until(lambda: shop.wiring.thread_controller.conversation_id() == conversation)


def test_r21_an_admin_tries_an_e_mail_again(shop: Shop, monkeypatch: pytest.MonkeyPatch) -> None:
    asked: list[str] = []

    def yes(_parent: QWidget, title: str, *_words: str, **_more: object) -> bool:
        asked.append(title)
        return True

    monkeypatch.setattr("sms_desk.ui.notices.told.ask", yes)
    office = shop.office
    conversation = office.conversation(office.own, "+12025550110", office.ben)
    failed = noted(office, conversation, office.ben, Way.EMAIL, State.FAILED)
    doubtful = noted(office, conversation, office.cara, Way.EMAIL, State.IN_DOUBT)
    screen = opened(shop)
    told = screen.section()
    assert isinstance(told, Told)
    told.states.setCurrentIndex(4)
    shop.until(lambda: len(told.table.rows()) == 2)
    ann = office.desk(office.ann)

    def again(id_: UUID, words: str) -> None:
        told.table.choose(id_)
        button(screen, words).click()
        shop.until(lambda: ann.read(notices.find, id_).state is State.WAITING)
        shop.until(lambda: id_ not in [row.id for row in told.table.rows()])

    again(failed, "Try again")
    again(doubtful, "Try again…")
    assert asked == ["Send this e-mail again?"], "only what may have arrived is asked about"


def test_r20_nothing_told_is_said_in_words(shop: Shop) -> None:
    told = opened(shop).section()
    shop.until(lambda: "Nobody was told" in told.table._empty)


def test_r20_a_rep_sees_no_templates_and_no_again(
    qtbot: QtBot, office: Office, tmp_path: Path
) -> None:
    conversation = office.conversation(office.own, "+12025550110", office.ben)
    noted(office, conversation, office.ben, Way.EMAIL, State.FAILED)
    noted(office, conversation, office.ann, Way.SCREEN, State.SENT)
    with open_shop(qtbot, tmp_path, office) as shop:
        screen = opened(shop)
        told = screen.section()
        shop.until(told.table.rows)
        assert [row.person_name for row in told.table.rows()] == ["Ben"]
        told.table.choose(told.table.rows()[0].id)
        assert not screen.tabs.isVisible()
        words = {each.text() for each in screen.findChildren(QPushButton)}
        assert "Open conversation" in words
        assert not words & {"Try again", "Add"}


def test_r21_the_settings_lead_there(shop: Shop) -> None:
    shop.wiring.desk.show_screen("settings")
    screen = shop.window.screen_shown()
    assert isinstance(screen, SettingsScreen)
    shop.until(lambda: screen.page() is not None)
    screen.show_section("Notifications")
    (page,) = screen.findChildren(NoticesPage)
    button(page, "E-mail templates…").click()
    shown = shop.window.screen_shown()
    assert isinstance(shown, NoticesScreen)
    assert shown.tabs.current() == "letters"


# --- templates ------------------------------------------------------------------------------------


def templates(shop: Shop) -> list[NoticeTemplateRow]:
    return [row for row in shop.session.desk.read(notices.templates) if not row.shipped]


def test_r21_a_template_is_written_with_its_preview_and_undone(shop: Shop) -> None:
    section = letters(shop)
    section.add.click()
    pane = pane_of(shop)
    shop.until(lambda: pane.preview()[0] == "New message from Nadia Okafor")
    pane.name.setText("sales")
    pane.subject.setText("{{ sender }}: {{ contact }}")
    pane.text.setPlainText("To ")
    pane.text.moveCursor(pane.text.textCursor().MoveOperation.End)
    button(pane, "person").click()
    pane.html.setPlainText("")
    shop.until(lambda: pane.preview() == ("Sales line: Nadia Okafor", "To Ben Tailor\n", ""))
    button(pane, "Save").click()
    shop.until(lambda: [row.name for row in templates(shop)] == ["sales"])
    assert templates(shop)[0].text == "To {{ person }}"
    shop.until(lambda: len(section.table.rows()) == 2)
    shop.wiring.actions.undo_last()
    shop.until(lambda: not templates(shop))


def test_r21_what_cannot_be_filled_is_said_with_its_line(shop: Shop) -> None:
    section = letters(shop)
    section.add.click()
    pane = pane_of(shop)
    pane.name.setText("sales")
    pane.text.setPlainText("one\n{{ nonsense }}")
    shop.until(lambda: pane.preview()[2].startswith("Line 2 of the text: There is no variable"))
    button(pane, "Save").click()
    shop.until(lambda: pane.error_words().startswith("Line 2 of the text"))
    assert not templates(shop)


def test_r21_a_new_one_never_replaces_another_unasked(shop: Shop) -> None:
    desk = shop.session.desk
    desk.change(c.SaveNoticeTemplate(**desk.stamp(), name="Sales", subject="s", text="t"))
    section = letters(shop)
    shop.until(lambda: len(section.table.rows()) == 2)
    section.add.click()
    pane = pane_of(shop)
    pane.name.setText("sales")
    button(pane, "Save").click()
    assert "already" in pane.error_words()
    assert [(row.name, row.text) for row in templates(shop)] == [("Sales", "t")]


def test_r21_a_template_is_kept_to_the_letter_retired_and_brought_back(shop: Shop) -> None:
    desk, text = shop.session.desk, "a\u00a0b " + "long " * 500
    desk.change(c.SaveNoticeTemplate(**desk.stamp(), name="sales", subject="s", text=text))
    section = letters(shop)
    shop.until(lambda: len(section.table.rows()) == 2)
    section.table.choose(section.table.rows()[1].id)
    pane = pane_of(shop)
    pane.subject.setText("other")
    button(pane, "Save").click()
    shop.until(lambda: templates(shop)[0].subject == "other")
    assert templates(shop)[0].text == text
    shop.until(lambda: section.table.rows()[1].subject == "other")
    section.table.choose(section.table.rows()[1].id)
    button(pane_of(shop), "Retire").click()
    shop.until(lambda: not templates(shop))
    shop.until(lambda: section.table.rows()[1].retired)
    section.table.choose(section.table.rows()[1].id)
    button(pane_of(shop), "Bring back").click()
    shop.until(lambda: templates(shop))


def test_starttls_is_spelt_as_it_is(qtbot: QtBot) -> None:
    field = SettingField(registry.get("email_security"), "starttls")
    qtbot.addWidget(field)
    choice = field.control()
    assert isinstance(choice, Choice)
    assert [choice.itemText(at) for at in range(3)] == ["STARTTLS", "TLS", "None"]
