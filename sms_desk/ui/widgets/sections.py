"""A screen with several sections: tabs choose whose table, buttons and panes it shows."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import Slot
from PySide6.QtWidgets import QStackedWidget, QWidget

from sms_desk.ui.widgets.screen import Screen
from sms_desk.ui.widgets.section import Section
from sms_desk.ui.widgets.tabs import Tabs


class SectionedScreen(Screen):
    """Where there is but one section, there are no tabs to see."""

    def __init__(self, title: str, parent: QWidget | None = None) -> None:
        self._stack = QStackedWidget()
        super().__init__(title, self._stack, parent)
        self._sections: dict[str, Section] = {}
        self.tabs: Tabs

    def add_sections(self, sections: Sequence[Section], kinds: str, find: str) -> None:
        """The first one is chosen. kinds, find: what tabs and search are called."""
        self._sections = {section.key: section for section in sections}
        self.tabs = Tabs([(each.key, each.title) for each in sections], kinds, self)
        self.tabs.setVisible(len(sections) > 1)
        if len(sections) > 1:
            self.add_control(self.tabs)
        self._search = self.add_search(find)
        self._search.textChanged.connect(lambda typed: self.section().table.show_matching(typed))
        for section in sections:
            self._stack.addWidget(section.table)
            section.detail_wanted.connect(self.on_detail_wanted)
            for button in section.buttons:
                self.add_button(button)
        self.tabs.chosen.connect(self.show_section)
        self.show_section(sections[0].key)

    def section(self, key: str = "") -> Section:
        """The one of that key, or the one that is shown."""
        return self._sections[key or self.tabs.current()]

    @Slot(object)
    def on_detail_wanted(self, pane: QWidget | None) -> None:
        self.show_detail(pane)

    @Slot(str)
    def show_section(self, key: str) -> None:
        for section in self._sections.values():
            for button in section.buttons:
                button.setVisible(section.key == key)
            if section.key != key:
                section.left()
        chosen = self._sections[key]
        self._stack.setCurrentWidget(chosen.table)
        for outer in (self, self._stack):
            outer.setFocusProxy(chosen.table)
        self._search.clear()
        self.show_detail(None)
