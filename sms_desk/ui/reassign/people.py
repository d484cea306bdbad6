"""The people of a reassignment: who takes, what each has before and after, who gets what."""

from __future__ import annotations

from collections.abc import Mapping
from functools import partial
from uuid import UUID

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QGridLayout, QWidget

from sms_desk.domain.absences import Share, Split
from sms_desk.domain.plain_text import display_name
from sms_desk.services.choosing import NOTHING_TO_CHOOSE, Offer
from sms_desk.services.reassign_start import Named, Taker
from sms_desk.services.reassignment import PersonLoad
from sms_desk.ui.reassign.words import tr
from sms_desk.ui.widgets.check_box import CheckBox
from sms_desk.ui.widgets.load_bar import LoadBar
from sms_desk.ui.widgets.menu_button import MenuButton
from sms_desk.ui.widgets.share_list import choose_in_list
from sms_desk.ui.widgets.shares import KEYED, ShareKeys
from sms_desk.ui.widgets.text import label, menu_text, set_tip


class TakerList(QWidget):
    """One line for each who may take; `shares` are those ticked, in the order of the names."""

    changed = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._grid = QGridLayout(self)
        self._grid.setContentsMargins(0, 0, 8, 0)
        self._grid.setHorizontalSpacing(12)
        self._grid.setVerticalSpacing(8)
        self._grid.setColumnStretch(0, 3)
        self._grid.setColumnStretch(1, 2)
        self._lines: list[_Line] = []
        self._keys = ShareKeys()
        self._split = Split.ONE
        self._offers: Mapping[Split, Named] = {}
        self._listed: Offer | None = None

    def show_takers(self, takers: tuple[Taker, ...], offers: Mapping[Split, Named]) -> None:
        """offers: what there is to be divided by, for the splits that name it."""
        self._offers = offers
        for at, taker in enumerate(takers):
            line = _Line(taker, self)
            line.box.toggled.connect(partial(self._on_toggled, line))
            line.keys.about_to_show.connect(partial(self._fill_keys, line))
            for column, widget in enumerate((line.box, line.bar, line.numbers, line.keys)):
                self._grid.addWidget(widget, at, column)
            self._lines.append(line)
        self._grid.setRowStretch(len(takers), 1)
        self._follow()

    def show_listed(self, listed: Offer) -> None:
        """What can be divided by list; until then nobody can choose."""
        self._listed = listed
        self._follow()

    def set_split(self, split: Split) -> None:
        if split is not self._split:
            self._keys.clear()  # a program is no sender ID
        self._split = split
        if split is Split.ONE:
            self._only(next((line for line in self._lines if line.box.isChecked()), None))
        self._follow()

    def shares(self) -> tuple[Share, ...]:
        keyed = self._split in KEYED
        return tuple(
            Share(line.taker.person_id, self._keys.of(line.taker.person_id) if keyed else ())
            for line in self._lines
            if line.box.isChecked()
        )

    def show_loads(self, loads: tuple[PersonLoad, ...]) -> None:
        """What each would have; the others keep what they have."""
        after = {load.person_id: load.after for load in loads}
        ends = [after.get(one.taker.person_id, one.taker.open) for one in self._lines]
        most = max((*ends, *(one.taker.open for one in self._lines)), default=1)
        for line, end in zip(self._lines, ends, strict=True):
            line.show_load(end, most)

    def narrow(self, text: str) -> None:
        """Only those whose names hold this, and those who are ticked."""
        wanted = text.strip().casefold()
        for line in self._lines:
            shown = line.box.isChecked() or wanted in line.taker.name.casefold()
            for widget in (line.box, line.bar, line.numbers):
                widget.setVisible(shown)
            line.keys.setVisible(shown and self._split in KEYED)

    def tick(self, person_id: UUID, on: bool = True) -> None:
        for line in self._lines:
            if line.taker.person_id == person_id:
                line.box.setChecked(on)

    def _on_toggled(self, line: _Line, on: bool) -> None:
        if on and self._split is Split.ONE:
            self._only(line)
        self._follow()
        self.changed.emit()

    def _only(self, chosen: _Line | None) -> None:
        for line in self._lines:
            if line is not chosen:
                line.box.blockSignals(True)
                line.box.setChecked(False)
                line.box.blockSignals(False)

    def _fill_keys(self, line: _Line) -> None:
        menu, person_id = line.keys.options(), line.taker.person_id
        if self._split is Split.LIST:
            self._keys.fill_list(menu, person_id, partial(self._choose, line), self._on_key)
        else:
            self._keys.fill(menu, person_id, self._offers.get(self._split, ()), self._on_key)

    def _choose(self, line: _Line, _checked: bool = False) -> None:
        names = {one.taker.person_id: one.taker.name for one in self._lines}
        choose_in_list(
            self._keys,
            line.taker.person_id,
            names,
            self._listed or NOTHING_TO_CHOOSE,
            self,
            self._on_key,
        )

    def _on_key(self) -> None:
        self._follow()
        self.changed.emit()

    def _follow(self) -> None:
        for line in self._lines:
            line.keys.setVisible(self._split in KEYED and not line.box.isHidden())
            known = self._split is not Split.LIST or self._listed is not None
            line.keys.setEnabled(line.box.isChecked() and known)
            line.keys.set_words(self._keys.words(line.taker.person_id))


class _Line:
    def __init__(self, taker: Taker, parent: QWidget) -> None:
        self.taker = taker
        name = display_name(taker.name, 32) or tr("Unnamed")
        if taker.absent:
            name = tr("{name}, away").replace("{name}", name)
        self.box = CheckBox(menu_text(name), parent)
        set_tip(self.box, taker.name)  # which may be longer than there is room
        self.box.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.bar = LoadBar(parent)
        self.numbers = label("", "snippet", tone="secondary", parent=parent)
        self.keys = MenuButton("", parent=parent)
        self.show_load(taker.open, taker.open)

    def show_load(self, after: int, most: int) -> None:
        before, capacity = self.taker.open, self.taker.capacity
        over = capacity is not None and after > capacity
        self.bar.show_load(min(before, after), max(0, after - before), capacity or most, over=over)
        words = f"{before:,}" if after == before else f"{before:,} → {after:,}"
        if capacity:
            words = tr("{open} of {n}").replace("{open}", words).replace("{n}", f"{capacity:,}")
        self.numbers.setText(words)
        self.numbers.set_tone("error" if over else "" if after != before else "secondary")
        self.bar.setAccessibleName(
            tr("{before} open before, {after} after")
            .replace("{before}", f"{before:,}")
            .replace("{after}", f"{after:,}")
        )
