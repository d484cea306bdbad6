"""Chips above the table: which sender IDs stand in it."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import Any

from PySide6.QtCore import Signal, Slot
from PySide6.QtWidgets import QVBoxLayout, QWidget

from sms_desk.domain.frozen import dataclass
from sms_desk.domain.model import Channel, Health, SenderKind
from sms_desk.services.rows import SenderRow
from sms_desk.ui.senders.words import channel_words, kind_words
from sms_desk.ui.widgets.chips import ChipButton, ToggleChip
from sms_desk.ui.widgets.flow import FlowLayout
from sms_desk.ui.widgets.panes import on_ground
from sms_desk.ui.widgets.text import menu_text
from sms_desk.ui.widgets.words import tr


@dataclass(frozen=True, slots=True)
class SenderFilter:
    """None, False, "": any."""

    kind: SenderKind | None = None
    channel: Channel | None = None
    country: str | None = None
    unheld: bool = False
    blocked: bool = False
    retired: bool = False
    typed: str = ""

    def matches(self, row: SenderRow, hay: str) -> bool:
        """hay: all words of the row, folded."""
        return (
            (self.kind is None or row.kind is self.kind)
            and (self.channel is None or row.channel is self.channel)
            and (self.country is None or row.country == self.country)
            and not (self.unheld and (row.held or row.program_name))
            and not (self.blocked and row.health is Health.OK)
            and (self.retired or not row.retired)
            and self.typed in hay
        )


class FilterChips(QWidget):
    changed = Signal(object)
    """The `SenderFilter` that holds now."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        on_ground(self, "base")
        self._filter = SenderFilter()
        self._countries: tuple[str, ...] = ()
        self._kind = ChipButton(tr("senders", "Kind"), self)
        self._channel = ChipButton(tr("senders", "Channel"), self)
        self._country = ChipButton(tr("senders", "Country"), self)
        self.unheld = ToggleChip(tr("senders", "Nobody holds"), self)
        self.blocked = ToggleChip(tr("senders", "Degraded or blocked"), self)
        self.retired = ToggleChip(tr("senders", "Retired too"), self)
        chips = QWidget(self)
        flow = FlowLayout(chips)
        around = QVBoxLayout(self)
        around.setContentsMargins(16, 8, 16, 8)
        around.addWidget(chips)
        for chip in (self._kind, self._channel, self._country):
            flow.addWidget(chip)
        for toggle in (self.unheld, self.blocked, self.retired):
            toggle.toggled.connect(self._on_toggled)
            flow.addWidget(toggle)
        self._kind.about_to_show.connect(self._fill_kinds)
        self._channel.about_to_show.connect(self._fill_channels)
        self._country.about_to_show.connect(self._fill_countries)

    def chosen(self) -> SenderFilter:
        return self._filter

    def set_countries(self, countries: Sequence[str]) -> None:
        """Those that the directory has."""
        self._countries = tuple(countries)

    @Slot(str)
    def type_text(self, text: str) -> None:
        """What was typed into the search field."""
        self._filter = replace(self._filter, typed=text.casefold().strip())
        self._tell()

    def _fill_kinds(self) -> None:
        options = [(kind_words(kind), kind) for kind in SenderKind]
        self._fill(self._kind, options, self._filter.kind, self._choose_kind)

    def _fill_channels(self) -> None:
        options = [(channel_words(channel), channel) for channel in Channel]
        self._fill(self._channel, options, self._filter.channel, self._choose_channel)

    def _fill_countries(self) -> None:
        options = [(country or tr("senders", "unknown"), country) for country in self._countries]
        self._fill(self._country, options, self._filter.country, self._choose_country)

    def _fill(
        self,
        chip: ChipButton,
        options: Sequence[tuple[str, Any]],
        chosen: Any,
        choose: Callable[[Any, str], None],
    ) -> None:
        menu = chip.options()
        menu.clear()
        for words, value in ((tr("senders", "Any"), None), *options):
            action = menu.addAction(menu_text(words))
            action.setCheckable(True)
            action.setChecked(value == chosen)
            action.triggered.connect(
                lambda _=False, value=value, words=words: choose(
                    value, "" if value is None else words
                )
            )

    def _choose_kind(self, kind: SenderKind | None, words: str) -> None:
        self._filter = replace(self._filter, kind=kind)
        self._kind.set_value(words)
        self._tell()

    def _choose_channel(self, channel: Channel | None, words: str) -> None:
        self._filter = replace(self._filter, channel=channel)
        self._channel.set_value(words)
        self._tell()

    def _choose_country(self, country: str | None, words: str) -> None:
        self._filter = replace(self._filter, country=country)
        self._country.set_value(words)
        self._tell()

    @Slot()
    def _on_toggled(self) -> None:
        self._filter = replace(
            self._filter,
            unheld=self.unheld.isChecked(),
            blocked=self.blocked.isChecked(),
            retired=self.retired.isChecked(),
        )
        self._tell()

    @Slot()
    def _tell(self) -> None:
        self.changed.emit(self._filter)
