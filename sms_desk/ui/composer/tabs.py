"""The tabs Reply and Note, one of which is always chosen."""

from __future__ import annotations

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QButtonGroup, QHBoxLayout, QWidget

from sms_desk.domain.model import DraftMode
from sms_desk.ui.widgets.tabs import Tab
from sms_desk.ui.widgets.words import tr


class ModeTabs(QWidget):
    """Left and right move between the tabs, as everywhere."""

    mode_chosen = Signal(object)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._tabs = {
            DraftMode.REPLY: Tab(tr("composer", "Reply"), self),
            DraftMode.NOTE: Tab(tr("composer", "Note"), self),
        }
        group = QButtonGroup(self)
        layout = QHBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(12)
        for mode, tab in self._tabs.items():
            group.addButton(tab)
            layout.addWidget(tab)
            tab.clicked.connect(lambda _=False, chosen=mode: self.mode_chosen.emit(chosen))
        self._tabs[DraftMode.REPLY].setChecked(True)

    def choose(self, mode: DraftMode) -> None:
        self._tabs[mode].setChecked(True)

    def has_focus(self) -> bool:
        """Whether the keyboard is on one of them."""
        return any(tab.hasFocus() for tab in self._tabs.values())
