"""The check before saving, and everybody's load before and after (R24)."""

from __future__ import annotations

from functools import partial
from typing import Final

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QGridLayout, QHBoxLayout, QVBoxLayout, QWidget

from sms_desk.services.absence_rows import Gap, LoadLine, Remedy
from sms_desk.ui.cover.cards import Card
from sms_desk.ui.cover.words import GAP_SIGNS, name_of, tr
from sms_desk.ui.widgets.avatar import Avatar
from sms_desk.ui.widgets.buttons import link
from sms_desk.ui.widgets.load_bar import LoadBar
from sms_desk.ui.widgets.panes import horizontal_line
from sms_desk.ui.widgets.sign import Sign
from sms_desk.ui.widgets.text import ElidedLabel, Tone, label

_NAME: Final = 130
"""The bar has the rest: a long name is cut, and said whole by its tip."""


class CheckCard(Card):
    """Lines from the worst to what is well; each says the way out."""

    show_requested = Signal(object)
    """A `Gap` whose subjects shall be looked at."""
    change_requested = Signal(object)
    """A `Gap` that another choice in the plan takes away."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(tr("Check"), parent)
        self._box = QWidget(self)
        self.column.addWidget(self._box)
        self._lines = QVBoxLayout(self._box)
        self._lines.setContentsMargins(0, 0, 0, 0)
        self._lines.setSpacing(8)
        self._gaps: tuple[Gap, ...] = ()
        self.show_waiting()

    def show_waiting(self) -> None:
        """Nothing can be checked yet."""
        if not self._gaps:
            self._clear()
            words = tr("What would be left without anybody is listed here.")
            self._lines.addWidget(label(words, "snippet", tone="secondary", wrap=True, parent=self))

    def show_gaps(self, gaps: tuple[Gap, ...]) -> None:
        if gaps == self._gaps:
            return
        self._gaps = gaps
        self._clear()
        order = {severity: n for n, severity in enumerate(GAP_SIGNS)}
        for gap in sorted(gaps, key=lambda one: order[one.severity]):
            self._lines.addWidget(horizontal_line(self))
            self._lines.addWidget(self._line(gap))

    def _line(self, gap: Gap) -> QWidget:
        line = QWidget(self)
        icon, token = GAP_SIGNS[gap.severity]
        row = QHBoxLayout(line)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(10)
        row.addWidget(Sign(icon, token, line), 0, Qt.AlignmentFlag.AlignTop)
        words = QVBoxLayout()
        words.setSpacing(2)
        words.addWidget(label(gap.title, "body", wrap=True, parent=line))
        if gap.detail:
            words.addWidget(label(gap.detail, "snippet", tone="secondary", wrap=True, parent=line))
        row.addLayout(words, 1)
        if gap.remedy is Remedy.SHOW and gap.subject_ids:
            button = link(tr("Show"), parent=line)
            button.clicked.connect(partial(self._on_show, gap))
            row.addWidget(button, 0, Qt.AlignmentFlag.AlignTop)
        elif gap.remedy is Remedy.CHANGE:
            button = link(tr("Change"), parent=line)
            button.clicked.connect(partial(self._on_change, gap))
            row.addWidget(button, 0, Qt.AlignmentFlag.AlignTop)
        line.setAccessibleName(f"{gap.title}. {gap.detail}".strip())
        return line

    def _on_show(self, gap: Gap, _checked: bool = False) -> None:
        self.show_requested.emit(gap)

    def _on_change(self, gap: Gap, _checked: bool = False) -> None:
        self.change_requested.emit(gap)

    def _clear(self) -> None:
        """A box of its own each time: Qt keeps the height of what stood in an old one."""
        self.column.removeWidget(self._box)
        self._box.hide()
        self._box.deleteLater()
        self._box = QWidget(self)
        self._lines = QVBoxLayout(self._box)
        self._lines.setContentsMargins(0, 0, 0, 0)
        self._lines.setSpacing(8)
        self.column.addWidget(self._box)


class LoadCard(Card):
    """A bar for each substitute: what they have, and what the plan adds."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(tr("Load before and after"), parent)
        self.beside.setText(tr("open conversations, of a full desk"))
        self._grid = QGridLayout()
        self._grid.setHorizontalSpacing(12)
        self._grid.setVerticalSpacing(10)
        self._grid.setColumnStretch(2, 1)
        self.column.addLayout(self._grid)
        self._none = self.add_words(tr("Choose who takes over, and their load stands here."))
        self._widgets: list[QWidget] = []

    def show_loads(self, loads: tuple[LoadLine, ...]) -> None:
        for widget in self._widgets:
            self._grid.removeWidget(widget)
            widget.hide()
            widget.deleteLater()
        self._widgets = []
        self._none.setVisible(not loads)
        most = max((max(one.capacity or 0, one.before + one.added) for one in loads), default=1)
        for at, one in enumerate(loads):
            self._show(at, one, most)

    def _show(self, at: int, one: LoadLine, most: int) -> None:
        avatar = Avatar(26, self)
        avatar.show_name(one.person_id, one.name)
        bar = LoadBar(self)
        full = one.capacity or most
        over = bool(one.capacity) and one.before + one.added > (one.capacity or 0)
        bar.show_load(one.before, one.added, full, over=over)
        numbers = QWidget(self)
        row = QHBoxLayout(numbers)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(4)
        row.addStretch(1)
        row.addWidget(label(f"{one.before:,}", "body", tone="secondary", parent=numbers))
        row.addWidget(label(f"+{one.added:,}", "body_strong", parent=numbers))
        if one.capacity:
            words = tr("of {capacity}").format(capacity=one.capacity)
            tone: Tone = "error" if over else "secondary"
            row.addWidget(label(words, "snippet", tone=tone, parent=numbers))
        name = ElidedLabel(name_of(one.name), "body", parent=self)
        name.setFixedWidth(min(_NAME, name.fontMetrics().horizontalAdvance(name.text()) + 4))
        bar.setAccessibleName(
            tr("{name}: {before} open, {added} more").format(
                name=one.name, before=one.before, added=one.added
            )
        )
        for column, widget in enumerate((avatar, name, bar, numbers)):
            self._grid.addWidget(widget, at, column)
            self._widgets.append(widget)
