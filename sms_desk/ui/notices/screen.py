"""Notices and, for admins, the templates of e-mail, in a section each (R20, R21)."""

from __future__ import annotations

from datetime import tzinfo

from PySide6.QtCore import Signal, Slot
from PySide6.QtWidgets import QWidget
from typing_extensions import override

from sms_desk.ui.bus import Bus
from sms_desk.ui.doors import Doors
from sms_desk.ui.notices.letter_pane import LetterPane
from sms_desk.ui.notices.letters import Letters
from sms_desk.ui.notices.told import Told
from sms_desk.ui.widgets.screen import DETAIL_WIDTH
from sms_desk.ui.widgets.section import Section
from sms_desk.ui.widgets.sections import SectionedScreen
from sms_desk.ui.widgets.words import tr

LETTER_WIDTH = 860
"""A template with its variables and preview beside it; most windows give it all their room."""


class NoticesScreen(SectionedScreen):
    conversation_opened = Signal(object)

    def __init__(
        self, doors: Doors, bus: Bus, zone: tzinfo, *, admin: bool, parent: QWidget | None = None
    ) -> None:
        """admin: whether whoever sits here may try e-mail again and change templates."""
        super().__init__(tr("notices", "Notifications"), parent)
        told = Told(doors, bus, zone, may_repeat=admin, parent=self)
        told.conversation_opened.connect(self.conversation_opened)
        sections: list[Section] = [told]
        if admin:
            sections.append(Letters(doors, bus, zone, self))
        self.add_sections(sections, tr("notices", "Kinds of page"), tr("notices", "Find"))

    @Slot(object)
    @override
    def on_detail_wanted(self, pane: QWidget | None) -> None:
        self.show_detail(pane, width=LETTER_WIDTH if isinstance(pane, LetterPane) else DETAIL_WIDTH)
