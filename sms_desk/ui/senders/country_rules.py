"""What sources say of sender IDs in a country: both opinions, each with its source and date (R14)."""

from __future__ import annotations

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QVBoxLayout, QWidget

from sms_desk.domain.compliance import SenderIdCountry, Support
from sms_desk.ui.widgets.buttons import link
from sms_desk.ui.widgets.outside import open_link
from sms_desk.ui.widgets.text import label
from sms_desk.ui.widgets.words import tr


class CountryRules(QWidget):
    """Advice, never a block."""

    def __init__(self, country: SenderIdCountry, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._column = QVBoxLayout(self)
        self._column.setContentsMargins(0, 0, 0, 0)
        self._column.setSpacing(2)
        if country.sources_disagree:
            differ = tr("senders", "The sources differ: ask your provider, or send a test.")
            self._column.addWidget(label(differ, "snippet", tone="nudge", wrap=True, parent=self))
        self._add(
            f"{country.provider} · {country.as_of}",
            tr("senders", "Names: {a}. Two-way long codes: {b}. Short codes: {c}.")
            .replace("{a}", support_words(country.alphanumeric))
            .replace("{b}", support_words(country.two_way_long_code))
            .replace("{c}", support_words(country.short_code)),
            country.source,
        )
        if country.second_source:
            self._add(
                "Twilio · 2017",
                tr("senders", "Names: {a}.").replace(
                    "{a}", support_words(country.second_alphanumeric)
                ),
                country.second_source,
            )
        if country.note:
            self._column.addWidget(
                label(country.note, "snippet", tone="secondary", wrap=True, parent=self)
            )

    def _add(self, who: str, what: str, source: str) -> None:
        self._column.addSpacing(4)
        self._column.addWidget(label(who, "meta_strong", tone="secondary", wrap=True, parent=self))
        self._column.addWidget(label(what, wrap=True, parent=self))
        leads = link(tr("senders", "Source"), parent=self)
        leads.setAccessibleName(f"{tr('senders', 'Source')}: {who}")
        leads.clicked.connect(lambda: open_link(source))
        self._column.addWidget(leads, 0, Qt.AlignmentFlag.AlignLeading)


def support_words(support: Support) -> str:
    return {
        Support.YES: tr("senders", "yes"),
        Support.NO: tr("senders", "no"),
        Support.REGISTRATION: tr("senders", "once registered"),
        Support.INBOUND_ONLY: tr("senders", "to receive only"),
        Support.PARTIAL: tr("senders", "on some networks"),
        Support.UNKNOWN: tr("senders", "nobody says"),
    }[support]
