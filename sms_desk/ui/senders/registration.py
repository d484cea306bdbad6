"""The registration of a sender ID as fields: India's ledger, the US's 10DLC (R11, R41)."""

from __future__ import annotations

from PySide6.QtCore import Signal

from sms_desk.domain.registration import (
    HeaderType,
    India,
    Registration,
    RegistrationState,
    Route,
    TenDlc,
)
from sms_desk.ui.senders.words import header_type_words, registration_words, route_words
from sms_desk.ui.widgets.forms import Choice, Form, line_edit
from sms_desk.ui.widgets.text import Label
from sms_desk.ui.widgets.words import tr


class RegistrationForm(Form):
    """Shows the fields of the countries where the sender ID is, or has something stored."""

    edited = Signal()

    def __init__(self, said: Registration | None) -> None:
        super().__init__()
        self._said = said or Registration()
        india, us = self._said.india or India(), self._said.us or TenDlc()
        self.notes: dict[str, Label] = {}
        self.route = Choice([(route_words(route), route) for route in Route])
        self.entity_id, self.header = line_edit(india.entity_id), line_edit(india.header)
        self.header_type = Choice([(header_type_words(kind), kind) for kind in (None, *HeaderType)])
        states = [(registration_words(state), state) for state in RegistrationState]
        self.brand_id, self.campaign_id = line_edit(us.brand_id), line_edit(us.campaign_id)
        self.brand_state, self.campaign_state = Choice(states), Choice(states)
        self.route.choose(india.route)
        self.header_type.choose(india.header_type)
        self.brand_state.choose(us.brand_state)
        self.campaign_state.choose(us.campaign_state)
        self._title = self.add_title(tr("senders", "Registration"))
        self._india, self._us = Form(), Form()
        self._build()
        self.add_widget(self._india)
        self.add_widget(self._us)

    def _build(self) -> None:
        for name, words, field in (
            ("route", tr("senders", "Route into India"), self.route),
            ("entity_id", tr("senders", "Principal entity"), self.entity_id),
            ("header", tr("senders", "Header"), self.header),
            ("header_type", tr("senders", "Header type"), self.header_type),
        ):
            self.notes[f"india.{name}"] = self._india.add(words, field)
        for name, words, field in (
            ("brand_id", tr("senders", "10DLC brand"), self.brand_id),
            ("brand_state", tr("senders", "The brand is"), self.brand_state),
            ("campaign_id", tr("senders", "10DLC campaign"), self.campaign_id),
            ("campaign_state", tr("senders", "The campaign is"), self.campaign_state),
        ):
            self.notes[f"us.{name}"] = self._us.add(words, field)
        for line in (self.entity_id, self.header, self.brand_id, self.campaign_id):
            line.textChanged.connect(self.edited)
        for choice in (self.route, self.header_type, self.brand_state, self.campaign_state):
            choice.currentIndexChanged.connect(self.edited)

    def show_country(self, country: str) -> None:
        """The fields of this country; what is stored of the other stays and is seen."""
        india = country == "IN" or self._said.india is not None
        us = country == "US" or self._said.us is not None
        self._india.setVisible(india)
        self._us.setVisible(us)
        self.setVisible(india or us)

    def value(self) -> Registration | None:
        """None where nothing is said of either country."""
        india = India(
            self.route.value(),
            self.entity_id.text().strip(),
            self.header.text().strip(),
            self.header_type.value(),
        )
        us = TenDlc(
            self.brand_id.text().strip(),
            self.brand_state.value(),
            self.campaign_id.text().strip(),
            self.campaign_state.value(),
        )
        keeps_india = self._said.india is not None or india != India()
        keeps_us = self._said.us is not None or us != TenDlc()
        if not (keeps_india or keeps_us):
            return None
        return Registration(india if keeps_india else None, us if keeps_us else None)
