"""Notices and, for admins, the templates of e-mail, in a section each (R20, R21)."""

from __future__ import annotations

from datetime import tzinfo

from PySide6.QtCore import Signal, Slot
from PySide6.QtWidgets import QStackedWidget, QWidget

from sms_desk.ui.bus import Bus
from sms_desk.ui.doors import Doors
from sms_desk.ui.notices.letter_pane import LetterPane
from sms_desk.ui.notices.letters import Letters
from sms_desk.ui.notices.told import Told
from sms_desk.ui.widgets.screen import DETAIL_WIDTH, Screen
from sms_desk.ui.widgets.section import Section
from sms_desk.ui.widgets.tabs import Tabs
from sms_desk.ui.widgets.words import tr

LETTER_WIDTH = 860
"""A template with its variables and preview beside it; most windows give it all their room."""


class NoticesScreen(Screen):
    conversation_opened = Signal(object)

    def __init__(
        self, doors: Doors, bus: Bus, zone: tzinfo, *, admin: bool, parent: QWidget | None = None
    ) -> None:
        """admin: whether whoever sits here may try e-mail again and change templates."""
        self._stack = QStackedWidget()
        super().__init__(tr("notices", "Notifications"), self._stack, parent)
        told = Told(doors, bus, zone, may_repeat=admin, parent=self)
        told.conversation_opened.connect(self.conversation_opened)
        sections: list[Section] = [told]
        if admin:
            sections.append(Letters(doors, bus, zone, self))
        self._sections = {section.key: section for section in sections}
        self.tabs = Tabs(
            [(each.key, each.title) for each in sections], tr("notices", "Kinds of page"), self
        )
        self.tabs.setVisible(admin)
        if admin:
            self.add_control(self.tabs)
        self._search = self.add_search(tr("notices", "Find"))
        self._search.textChanged.connect(lambda typed: self.section().table.show_matching(typed))
        for section in sections:
            self._stack.addWidget(section.table)
            section.detail_wanted.connect(self._on_detail_wanted)
            for button in section.buttons:
                self.add_button(button)
        self.tabs.chosen.connect(self.show_section)
        self.show_section(told.key)

    def section(self, key: str = "") -> Section:
        """The one of that key, or the one that is shown."""
        return self._sections[key or self.tabs.current()]

    @Slot(object)
    def _on_detail_wanted(self, pane: QWidget | None) -> None:
        self.show_detail(pane, width=LETTER_WIDTH if isinstance(pane, LetterPane) else DETAIL_WIDTH)

    @Slot(str)
    def show_section(self, key: str) -> None:
        for section in self._sections.values():
            for button in section.buttons:
                button.setVisible(section.key == key)
            if section.key != key:
                section.left()
        chosen = self._sections[key]
        self._stack.setCurrentWidget(chosen.table)
        self.setFocusProxy(chosen.table)
        self._search.clear()
        self.show_detail(None)
