"""Templates of each kind in a section of its own, with a pane for one of them (R36, R41, R42)."""

from __future__ import annotations

from datetime import tzinfo

from PySide6.QtWidgets import QWidget

from sms_desk.bootstrap import Session
from sms_desk.ui.bus import Bus
from sms_desk.ui.doors import Doors
from sms_desk.ui.templates.india import IndiaTexts
from sms_desk.ui.templates.own import OwnTemplates
from sms_desk.ui.templates.whatsapp import WhatsAppTemplates
from sms_desk.ui.widgets.sections import SectionedScreen
from sms_desk.ui.widgets.words import tr


class TemplatesScreen(SectionedScreen):
    """A new kind of template is a `Section` here."""

    def __init__(
        self,
        session: Session,
        doors: Doors,
        bus: Bus,
        zone: tzinfo,
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(tr("templates", "Templates"), parent)
        sections = (
            OwnTemplates(doors, bus, self),
            WhatsAppTemplates(session, doors, bus, zone, self),
            IndiaTexts(doors, bus, self),
        )
        self.add_sections(
            sections, tr("templates", "Kinds of template"), tr("templates", "Find a template")
        )
