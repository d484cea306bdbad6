"""Templates of each kind in a section of its own, with a pane for one of them (R36, R41, R42)."""

from __future__ import annotations

from datetime import tzinfo

from PySide6.QtCore import Slot
from PySide6.QtWidgets import QStackedWidget, QWidget

from sms_desk.bootstrap import Session
from sms_desk.ui.bus import Bus
from sms_desk.ui.doors import Doors
from sms_desk.ui.templates.india import IndiaTexts
from sms_desk.ui.templates.own import OwnTemplates
from sms_desk.ui.templates.whatsapp import WhatsAppTemplates
from sms_desk.ui.widgets.screen import Screen
from sms_desk.ui.widgets.section import Section
from sms_desk.ui.widgets.tabs import Tabs
from sms_desk.ui.widgets.words import tr


class TemplatesScreen(Screen):
    """A new kind of template is a `Section` here."""

    def __init__(
        self,
        session: Session,
        doors: Doors,
        bus: Bus,
        zone: tzinfo,
        parent: QWidget | None = None,
    ) -> None:
        self._stack = QStackedWidget()
        super().__init__(tr("templates", "Templates"), self._stack, parent)
        sections = (
            OwnTemplates(doors, bus, self),
            WhatsAppTemplates(session, doors, bus, zone, self),
            IndiaTexts(doors, bus, self),
        )
        self._sections = {section.key: section for section in sections}
        self.tabs = Tabs(
            [(each.key, each.title) for each in sections], tr("templates", "Kinds of template")
        )
        self.add_control(self.tabs)
        self._search = self.add_search(tr("templates", "Find a template"))
        self._search.textChanged.connect(lambda typed: self.section().table.show_matching(typed))
        for section in sections:
            self._stack.addWidget(section.table)
            section.detail_wanted.connect(self.show_detail)
            for button in section.buttons:
                self.add_button(button)
        self.tabs.chosen.connect(self.show_section)
        self.show_section(sections[0].key)

    def section(self, key: str = "") -> Section:
        """The one of that key, or the one that is shown."""
        return self._sections[key or self.tabs.current()]

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
