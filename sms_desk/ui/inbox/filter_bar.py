"""Search field and filter chips above the list: together they edit one InboxFilter."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from functools import partial
from typing import Final

from PySide6.QtCore import QEvent, QObject, Qt, QTimer, Signal, Slot
from PySide6.QtGui import QAction, QActionGroup, QKeyEvent
from PySide6.QtWidgets import QMenu, QVBoxLayout, QWidget
from typing_extensions import override

from sms_desk.domain.inbox_filters import InboxFilter
from sms_desk.domain.plain_text import display_name
from sms_desk.ui import theme
from sms_desk.ui.inbox import options
from sms_desk.ui.inbox.options import FilterChoices, Option, Sections, with_fields
from sms_desk.ui.theme.tokens import CHIP_HEIGHT
from sms_desk.ui.widgets.buttons import link
from sms_desk.ui.widgets.chips import ChipButton, RemovableChip, ToggleChip
from sms_desk.ui.widgets.flow import FlowLayout
from sms_desk.ui.widgets.search_field import SearchField
from sms_desk.ui.widgets.text import menu_text
from sms_desk.ui.widgets.words import tr

TYPING_MS: Final = 150
"""How long typing pauses before the list is asked again."""

Offer = Callable[[FilterChoices], Sections]


class FilterBar(QWidget):
    """Holds the place's filter and the one that the person has made of it."""

    filter_changed = Signal(InboxFilter)
    save_requested = Signal(InboxFilter)
    everywhere_requested = Signal(str)
    """Look for this in all messages, not only in this list."""
    left_downwards = Signal()
    """Down or Enter in the search field: on to the list."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._place = InboxFilter()
        self._value = InboxFilter()
        self._choices = FilterChoices()
        self._search = SearchField(
            tr("filter", "Search this list"),
            tr("filter", "Search this list"),
            key="/",
            parent=self,
        )
        self._everywhere = link("", parent=self)
        self._typing = QTimer(self)
        self._make_chips()
        self._lay_out()
        self._connect()
        self._show_value()

    def filter(self) -> InboxFilter:
        return self._value

    def set_place(self, value: InboxFilter) -> None:
        """Another place was chosen: its filter is where editing begins. Tells nothing."""
        self._place = self._value = value
        self._typing.stop()
        self._search.setText(value.text)
        self._show_value()

    def set_filter(self, value: InboxFilter) -> None:
        """Edit the filter as if the person had; tells `filter_changed` if it is another."""
        if value == self._value:
            return
        self._value = value
        if self._search.text().strip() != value.text:
            self._search.setText(value.text)
        self._show_value()
        self.filter_changed.emit(value)

    def set_choices(self, choices: FilterChoices) -> None:
        """What the menus offer from now on."""
        self._choices = choices
        self._show_value()

    def focus_search(self) -> None:
        self._search.setFocus(Qt.FocusReason.ShortcutFocusReason)
        self._search.selectAll()

    def is_changed(self) -> bool:
        """Whether the filter differs from the place's own."""
        return self._value != self._place

    def clear(self) -> None:
        """Back to the place's own filter."""
        self.set_filter(self._place)

    # --- building ------------------------------------------------------------------------------

    def _make_chips(self) -> None:
        self._menus: tuple[tuple[ChipButton, Offer], ...] = (
            (ChipButton(tr("filter", "Source"), self), options.source_options),
            (ChipButton(tr("filter", "Channel"), self), options.channel_options),
            (ChipButton(tr("filter", "Sender ID"), self), options.sender_options),
            (ChipButton(tr("filter", "State"), self), options.state_options),
        )
        self._toggles = (
            (ToggleChip(tr("filter", "Unread"), self), "unread"),
            (ToggleChip(tr("filter", "Waiting"), self), "waiting"),
        )
        self._more = ChipButton(tr("filter", "More"), self)
        self._extras: list[RemovableChip] = []
        self._save = link(tr("filter", "Save view…"), parent=self)
        self._clear = link(tr("filter", "Clear"), parent=self)
        for words in (self._save, self._clear):
            words.setFixedHeight(CHIP_HEIGHT)
            words.setFont(theme.font("snippet"))

    def _lay_out(self) -> None:
        self._flow = FlowLayout()
        for chip, _offer in self._menus:
            self._flow.addWidget(chip)
        for toggle, _field in self._toggles:
            self._flow.addWidget(toggle)
        for widget in (self._more, self._save, self._clear):
            self._flow.addWidget(widget)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(12, 12, 12, 10)
        layout.setSpacing(8)
        layout.addWidget(self._search)
        layout.addWidget(self._everywhere, 0, Qt.AlignmentFlag.AlignLeft)
        layout.addLayout(self._flow)

    def _connect(self) -> None:
        for chip, offer in self._menus:
            chip.about_to_show.connect(partial(self._fill_chip, chip, offer))
        for toggle, field in self._toggles:
            toggle.clicked.connect(lambda on, field=field: self._set_flag(field, on))
        self._more.about_to_show.connect(self._on_more_about_to_show)
        self._save.clicked.connect(self._on_save_clicked)
        self._clear.clicked.connect(self.clear)
        self._typing.setSingleShot(True)
        self._typing.setInterval(TYPING_MS)
        self._typing.timeout.connect(self._on_typing_paused)
        self._search.textEdited.connect(self._typing.start)
        self._search.textChanged.connect(self._show_everywhere)
        self._everywhere.clicked.connect(self._on_everywhere_clicked)
        self._search.installEventFilter(self)

    # --- showing -------------------------------------------------------------------------------

    def _show_value(self) -> None:
        for chip, offer in self._menus:
            chip.set_value(options.chosen_text(offer(self._choices), self._value))
        for toggle, field in self._toggles:
            toggle.setChecked(getattr(self._value, field))
        self._show_everywhere()
        self._show_extras()
        self._save.setVisible(self.is_changed())
        self._clear.setVisible(self.is_changed())

    @Slot()
    def _show_everywhere(self) -> None:
        """The field looks in this list; what it may miss is one step away."""
        typed = self._search.text().strip()
        words = tr("filter", "Search all messages for “{text}”")
        self._everywhere.set_words(words.replace("{text}", display_name(typed, 24)))
        self._everywhere.setVisible(bool(typed))

    def _show_extras(self) -> None:
        for chip in self._extras:
            self._flow.removeWidget(chip)
            chip.hide()
            chip.deleteLater()
        self._extras = [self._extra(c) for c in options.more_conditions(self._value, self._choices)]
        for at, chip in enumerate(self._extras):
            self._flow.insert(len(self._menus) + len(self._toggles) + 1 + at, chip)
            chip.show()

    def _extra(self, condition: options.Condition) -> RemovableChip:
        chip = RemovableChip(condition.text, self)
        chip.removed.connect(lambda: self.set_filter(condition.without))
        return chip

    # --- menus ---------------------------------------------------------------------------------

    def fill(self, menu: QMenu, sections: Sections) -> None:
        """Put options into a menu, the one that holds ticked."""
        menu.clear()
        group = QActionGroup(menu)
        for at, section in enumerate(section for section in sections if section):
            if at:
                menu.addSeparator()
            for option in section:
                group.addAction(self._action(menu, option))

    def _action(self, menu: QMenu, option: Option) -> QAction:
        action = menu.addAction(menu_text(option.text))
        action.setCheckable(True)
        action.setChecked(option.holds_in(self._value))
        if option.icon and not action.isChecked():
            action.setIcon(theme.icon(option.icon, option.ink))
        action.triggered.connect(lambda: self.set_filter(option.chosen_in(self._value)))
        return action

    def _fill_chip(self, chip: ChipButton, offer: Offer) -> None:
        self.fill(chip.options(), offer(self._choices))

    def _set_flag(self, field: str, on: bool) -> None:
        self.set_filter(with_fields(self._value, {field: on}))

    def _add_flag(self, menu: QMenu, option: Option) -> None:
        action = menu.addAction(menu_text(option.text))
        action.setCheckable(True)
        holds = option.holds_in(self._value)
        action.setChecked(holds)
        turned = dict.fromkeys(option.sets, not holds)
        action.triggered.connect(lambda: self.set_filter(with_fields(self._value, turned)))

    @Slot()
    def _on_more_about_to_show(self) -> None:
        menu = self._more.options()
        menu.clear()
        for title, offer in (
            (tr("filter", "Owner"), options.owner_options),
            (tr("filter", "Tag"), options.tag_options),
            (tr("filter", "Without tag"), options.without_tag_options),
        ):
            self.fill(menu.addMenu(menu_text(title)), offer(self._choices))
        menu.addSeparator()
        for option in options.flag_options():
            self._add_flag(menu, option)
        menu.addSeparator()
        order = menu.addMenu(menu_text(tr("filter", "Order")))
        self.fill(order, options.order_options(self._choices))

    # --- what happened -------------------------------------------------------------------------

    @override
    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        if watched is self._search and isinstance(event, QKeyEvent):
            return event.type() == QEvent.Type.KeyPress and self._take(event.key())
        return False

    def _take(self, key: int) -> bool:
        if key in (Qt.Key.Key_Down, Qt.Key.Key_Return, Qt.Key.Key_Enter):
            self._on_typing_paused()
            self.left_downwards.emit()
            return True
        if key == Qt.Key.Key_Escape and self._search.text():
            self._search.clear()
            self._on_typing_paused()
            return True
        return False

    @Slot()
    def _on_typing_paused(self) -> None:
        self._typing.stop()
        self.set_filter(replace(self._value, text=self._search.text().strip()))

    @Slot()
    def _on_everywhere_clicked(self) -> None:
        self.everywhere_requested.emit(self._search.text().strip())

    @Slot()
    def _on_save_clicked(self) -> None:
        self.save_requested.emit(self._value)
